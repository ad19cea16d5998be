/// Whether the screens are covered until the owner of the phone has shown who they are. What is under way goes on
/// beneath, and nothing that is kept depends on it.
public struct AppLockMachine: Sendable {
    public typealias Instant = ContinuousClock.Instant

    public enum Event: Equatable, Sendable {
        /// The person wants it, or no longer; also told at the start.
        case wanted(Bool, atStart: Bool)
        /// The app left the screen, and is on it again.
        case left, returned
        /// The person touched "Unlock".
        case touched
        case answered(Answer)
    }

    public enum Answer: Equatable, Sendable {
        /// It is the owner.
        case owner
        case refused
        /// The phone itself has no lock any more, which only its owner can have taken away.
        case impossible
    }

    public enum Effect: Equatable, Sendable {
        /// Have the system ask for a face, a finger or the code of the phone.
        case ask
    }

    /// Picking a file, sharing and answering a call are no leaving.
    static let grace = Duration.seconds(60)

    private var isWanted = false
    private var isAsking = false
    /// The system's question makes the app leave and return, which is no reason to ask again.
    private var asksByItself = true
    private var leftAt: Instant?
    public private(set) var isCovered = false

    public init() {}

    public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        switch event {
        case .wanted(let wanted, let atStart):
            isWanted = wanted
            isCovered = wanted && (atStart || isCovered)
            return []
        case .left:
            leftAt = leftAt ?? now
            asksByItself = true
            return []
        case .returned:
            defer { leftAt = nil }
            if isWanted, let leftAt, now - leftAt >= Self.grace { isCovered = true }
            return asksByItself ? ask() : []
        case .touched:
            return ask()
        case .answered(let answer):
            isAsking = false
            asksByItself = answer != .refused
            if answer != .refused { isCovered = false }
            return []
        }
    }

    private mutating func ask() -> [Effect] {
        guard isCovered, !isAsking else { return [] }
        isAsking = true
        return [.ask]
    }
}
