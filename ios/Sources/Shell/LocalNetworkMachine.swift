/// Finds out whether the system lets this app reach others on the same network. There is no question for that:
/// a connection to a neighbour that may not be made says why it waits. The first one makes the system ask the
/// person, and waits in the same way meanwhile, so one answer is no answer yet.
public struct LocalNetworkMachine: Sendable {
    public typealias Instant = ContinuousClock.Instant

    public enum Event: Equatable, Sendable {
        /// Somebody on the same network may have to be reached now, on either side; or no longer.
        case wanted(Bool)
        /// These are this phone's addresses now.
        case addresses([String])
        /// The app is in front of everything, or something is in front of it: the system's question, another app.
        case active(Bool)
        /// What the connection of this turn says.
        case said(Answer, turn: Int)
        /// The clock was looked at.
        case passed
    }

    public enum Answer: Equatable, Sendable {
        case ready
        /// The system does not let it through.
        case forbidden
        /// It waits, or ended, for another reason.
        case unclear
    }

    public enum Effect: Equatable, Sendable {
        /// Make a connection to this neighbour, over which nothing is ever sent, in the place of one before.
        case probe(String, turn: Int)
        case stop
        /// For `AppModel.localNetwork`.
        case tell(allowed: Bool)
    }

    /// The system's question takes this long to appear.
    static let patience = Duration.seconds(2)
    /// Whoever allows it meanwhile need not come back by hand.
    static let between = Duration.seconds(5)

    private var isWanted = false
    private var isActive = true
    private var neighbour: String?
    private var turn = 0
    private var isProbing = false
    private var isForbidden = false
    private var told: Bool?
    /// When `passed` is due.
    public private(set) var deadline: Instant?

    public init() {}

    public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        switch event {
        case .wanted(let wanted):
            guard wanted != isWanted else { return [] }
            isWanted = wanted
            return wanted ? probe() : stop()
        case .addresses(let addresses):
            let found = Shell.neighbour(of: addresses)
            guard found != neighbour else { return [] }
            neighbour = found
            return isWanted ? stop() + probe() : []
        case .active(let active):
            guard active != isActive else { return [] }
            isActive = active
            deadline = nil
            // They may come from the settings, or have answered.
            return active && isWanted && told != true ? probe() : []
        case .said(let answer, turn) where isProbing:
            return said(answer, at: now)
        case .passed where deadline.map { now >= $0 } ?? false:
            deadline = nil
            guard isWanted, isActive else { return [] }
            if isForbidden && told != false {
                deadline = now + Self.between
                told = false
                return [.tell(allowed: false)]
            }
            return probe()
        case .said, .passed:
            return []
        }
    }

    private mutating func said(_ answer: Answer, at now: Instant) -> [Effect] {
        isForbidden = answer == .forbidden
        switch answer {
        case .ready:
            deadline = nil
            guard told != true else { return [] }
            told = true
            return [.tell(allowed: true)]
        case .forbidden:
            if isActive && deadline == nil { deadline = now + (told == false ? Self.between : Self.patience) }
            return []
        case .unclear:
            return []
        }
    }

    private mutating func probe() -> [Effect] {
        guard let neighbour else { return [] }
        turn += 1
        isProbing = true
        isForbidden = false
        return [.probe(neighbour, turn: turn)]
    }

    private mutating func stop() -> [Effect] {
        deadline = nil
        isForbidden = false
        guard isProbing else { return [] }
        isProbing = false
        return [.stop]
    }
}
