/// What happens to what is under way while the app is not on the screen. The system lets an app that says so
/// run on for about half a minute, and takes its sockets away when it suspends it. So what is under way goes on
/// as long as it may, and is put to sleep in time before that, never at the last moment.
public struct BackgroundMachine: Sendable {
    public typealias Instant = ContinuousClock.Instant

    public enum Event: Equatable, Sendable {
        /// The app left the screen. `isAtRest`: nothing is under way that needs the other side.
        case left(isAtRest: Bool)
        /// The system lets it run on for so long; none where it refuses.
        case granted(Duration?)
        /// Nothing is under way any more.
        case rested
        /// The clock was looked at.
        case passed
        /// The system takes back what it granted. Whoever has not ended by the time this was handled is killed.
        case expired
        /// What `Effect.pause` of this turn began is done.
        case paused(turn: Int)
        /// The app is on the screen again.
        case returned
    }

    public enum Effect: Equatable, Sendable {
        /// Ask the system to let the app run on.
        case begin
        /// Put everything to sleep. `turn`: the person may have been back and gone again before that is done.
        case pause(turn: Int)
        /// Wake everything up.
        case resume
        /// Tell the system that nothing more is to be done.
        case end
    }

    private enum State: Equatable {
        case front
        /// Waits for what the system grants.
        case asking
        /// Goes on.
        case kept
        case pausing
        case asleep
    }

    /// Going to sleep may take this long: keeping what there is, and saying so to the other side.
    static let margin = Duration.seconds(8)
    /// No more is trusted, whatever is said: the system says more than it grants while it decides.
    static let most = Duration.seconds(30)

    private var state = State.front
    private var isAtRest = false
    private var turn = 0
    /// The system lets the app run on.
    private var isGranted = false
    /// When `passed` is due; none while nothing is waited for.
    public private(set) var deadline: Instant?

    public init() {}

    public mutating func handle(_ event: Event, at now: Instant) -> [Effect] {
        switch (event, state) {
        case (.left(let isAtRest), .front):
            self.isAtRest = isAtRest
            state = .asking
            return [.begin]
        case (.granted(let time), .asking):
            isGranted = time != nil
            let left = min(time ?? .zero, Self.most) - Self.margin
            if isAtRest || left <= .zero { return pause() }
            state = .kept
            deadline = now + left
            return []
        case (.granted(.some), _):
            // Too late: the person is back.
            return [.end]
        case (.rested, .kept):
            return pause()
        case (.rested, .asking):
            isAtRest = true
            return []
        case (.passed, .kept) where deadline.map { now >= $0 } ?? false:
            return pause()
        case (.expired, .kept), (.expired, .asking):
            return pause() + release()
        case (.expired, _):
            return release()
        case (.paused(turn), .pausing):
            state = .asleep
            return release()
        case (.returned, .front):
            return []
        case (.returned, _):
            state = .front
            deadline = nil
            return [.resume] + release()
        default:
            return []
        }
    }

    private mutating func pause() -> [Effect] {
        state = .pausing
        deadline = nil
        turn += 1
        return [.pause(turn: turn)]
    }

    private mutating func release() -> [Effect] {
        defer { isGranted = false }
        return isGranted ? [.end] : []
    }
}
