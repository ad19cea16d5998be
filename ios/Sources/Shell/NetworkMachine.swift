/// What the core is told of this phone's networks: its own addresses, and the router that may be asked for a port
/// and may be the other phone itself, where that opened a hotspot.
public struct NetworkMachine: Sendable {
    public enum Event: Equatable, Sendable {
        /// The network that leads out, and its router where that is known; whether it is somebody's VPN.
        case leadsOut(router: String?, isTunnel: Bool = false)
        /// The Wi-Fi, also one without internet, and its router.
        case wifi(router: String?)
        /// This phone's addresses, of whatever interface: a hotspot of its own changes nothing else.
        case addresses([String])
    }

    public struct Told: Equatable, Sendable {
        public let addresses: [String]
        public let router: String?
        /// All that leaves this phone goes through a VPN, so nobody on the same network may be reached.
        public var isTunnelled = false
    }

    /// How often the addresses are looked at while somebody may come.
    public static let every = Duration.seconds(2)

    private var addresses: [String]?
    private var out: String?
    private var wifi: String?
    private var isTunnelled = false
    /// What the core knows.
    public private(set) var told: Told?

    public init() {}

    /// What is to be told, if it is something new.
    public mutating func handle(_ event: Event) -> Told? {
        switch event {
        case .leadsOut(let router, let isTunnel): (out, isTunnelled) = (router, isTunnel)
        case .wifi(let router): wifi = router
        case .addresses(let found): addresses = found
        }
        guard let addresses else { return nil }
        let next = Told(addresses: addresses, router: wifi ?? out, isTunnelled: isTunnelled)
        guard next != told else { return nil }
        told = next
        return next
    }
}
