/// When the camera is asked for, opened and closed. It takes what happens and gives what is to be done, in
/// this order; whoever does it reports back. Nothing that comes late opens a camera that nobody looks at.
public struct CameraMachine: Sendable {
    public enum Event: Equatable, Sendable {
        /// Its picture came to the screen, or left it.
        case shown, hidden
        /// The app came to the front, or left it.
        case entered, left
        /// What the system says, or what the person answered.
        case permission(Permission)
        /// What came of opening it, of the turn that `Effect.open` named.
        case opened(Opened, turn: Int)
        /// Another app has it, a call, or a second app beside this one; and it is free again.
        case interrupted, freed
        /// It broke while it ran.
        case broke
        /// The person pressed the light.
        case torch
    }

    public enum Permission: Equatable, Sendable {
        /// Nobody was asked yet.
        case unasked
        case allowed, denied
    }

    public enum Opened: Equatable, Sendable {
        case running(hasTorch: Bool)
        /// There is none that could be used.
        case missing
    }

    public enum Effect: Equatable, Sendable {
        /// Look what the system says about permission.
        case checkPermission
        /// Have the system ask the person.
        case askPermission
        case open(turn: Int)
        /// Stops what `open` began, also where that is not done yet.
        case close
        case torch(Bool)
        /// For `AppModel.camera`.
        case tell(Camera)
    }

    private enum State: Equatable {
        case closed
        /// Waits for what the system says.
        case checking
        /// Waits for what the person answers.
        case asking
        case opening
        case open
        case interrupted
        /// Nothing helps until the person comes back from somewhere else.
        case useless
    }

    private var state = State.closed
    private var isShown = false
    private var isFront = true
    private var turn = 0
    private var reopenings = 0
    private var hasTorch = false
    /// The light is on.
    public private(set) var isLit = false

    /// How often one that broke is opened again while it is looked at.
    static let mostReopenings = 2

    public init() {}

    /// There is a light that can be pressed.
    public var offersTorch: Bool { state == .open && hasTorch }

    public mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .shown:
            isShown = true
            reopenings = 0
            return start()
        case .entered:
            isFront = true
            return start()
        case .hidden:
            isShown = false
            return stop()
        case .left:
            isFront = false
            // The system's own question puts the app aside for a moment.
            return state == .asking ? [] : stop()
        case .permission(let permission):
            return permitted(permission)
        case .opened(let opened, turn):
            return self.opened(opened)
        case .opened:
            return []
        case .interrupted where state == .open || state == .opening:
            state = .interrupted
            return dark() + [.tell(.taken)]
        case .freed where state == .interrupted:
            return open()
        case .broke where state == .open || state == .opening || state == .interrupted:
            reopenings += 1
            if reopenings <= Self.mostReopenings { return close() + open() }
            state = .useless
            return close() + [.tell(.missing)]
        case .torch where offersTorch:
            isLit.toggle()
            return [.torch(isLit)]
        case .interrupted, .freed, .broke, .torch:
            return []
        }
    }

    private mutating func start() -> [Effect] {
        guard isShown, isFront, state == .closed || state == .useless else { return [] }
        state = .checking
        return [.checkPermission]
    }

    private mutating func stop() -> [Effect] {
        let was = state
        state = .closed
        switch was {
        case .closed, .checking, .asking, .useless: return []
        case .opening, .open, .interrupted: return close()
        }
    }

    private mutating func permitted(_ permission: Permission) -> [Effect] {
        guard state == .checking || state == .asking else { return [] }
        switch permission {
        case .unasked:
            // Asked once: the answer is the next event.
            guard state == .checking else { return [] }
            state = .asking
            return [.tell(.asking), .askPermission]
        case .denied:
            state = .useless
            return [.tell(.denied)]
        case .allowed where isFront:
            return open()
        case .allowed:
            state = .closed
            return []
        }
    }

    private mutating func opened(_ opened: Opened) -> [Effect] {
        guard state == .opening else { return [] }
        switch opened {
        case .running(let hasTorch):
            state = .open
            self.hasTorch = hasTorch
            return [.tell(.running)]
        case .missing:
            state = .useless
            return [.tell(.missing)]
        }
    }

    private mutating func open() -> [Effect] {
        turn += 1
        state = .opening
        return [.open(turn: turn)]
    }

    private mutating func close() -> [Effect] {
        turn += 1
        return dark() + [.close]
    }

    /// The light goes out before the camera does.
    private mutating func dark() -> [Effect] {
        defer {
            isLit = false
            hasTorch = false
        }
        return isLit ? [.torch(false)] : []
    }
}

/// Which frames of a running camera are looked at. After something was found the person looks at the screen,
/// and not at the camera; if they are still there a moment later, it was not what they wanted.
public struct FrameGate: Sendable {
    public typealias Instant = ContinuousClock.Instant

    static let rest = Duration.seconds(2)
    private var restsUntil: Instant?

    public init() {}

    public func looks(at now: Instant) -> Bool {
        restsUntil.map { now >= $0 } ?? true
    }

    public mutating func found(at now: Instant) {
        restsUntil = now + Self.rest
    }
}
