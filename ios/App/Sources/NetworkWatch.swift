import Foundation
import Network
import Shell

/// Does what a `NetworkMachine` decides.
@MainActor
final class NetworkWatch {
    private let out = NWPathMonitor()
    private let wifi = NWPathMonitor(requiredInterfaceType: .wifi)
    private var machine = NetworkMachine()
    /// What was told last.
    var told: NetworkMachine.Told? { machine.told }
    private var looking: Task<Void, Never>?
    private var tell: (NetworkMachine.Told) -> Void = { _ in }

    func start(_ tell: @escaping (NetworkMachine.Told) -> Void) {
        self.tell = tell
        out.pathUpdateHandler = { [weak self] path in
            let (router, isTunnel) = (router(of: path), isTunnel(path))
            Task { @MainActor in self?.look(.leadsOut(router: router, isTunnel: isTunnel)) }
        }
        wifi.pathUpdateHandler = { [weak self] path in
            let router = path.status == .unsatisfied ? nil : router(of: path)
            Task { @MainActor in self?.look(.wifi(router: router)) }
        }
        out.start(queue: .main)
        wifi.start(queue: .main)
    }

    /// Looks again and again while somebody may come: nothing tells of a hotspot that this phone opened.
    func isNeeded(_ needed: Bool) {
        looking?.cancel()
        looking =
            needed
            ? Task {
                while !Task.isCancelled {
                    handle(.addresses(localAddresses()))
                    try? await Task.sleep(for: NetworkMachine.every)
                }
            } : nil
    }

    private func look(_ event: NetworkMachine.Event) {
        handle(event)
        handle(.addresses(localAddresses()))
    }

    private func handle(_ event: NetworkMachine.Event) {
        if let told = machine.handle(event) { tell(told) }
    }
}

/// The router of a network by IPv4.
private func router(of path: NWPath) -> String? {
    for case .hostPort(.ipv4(let address), _) in path.gateways {
        return address.rawValue.map(String.init).joined(separator: ".")
    }
    return nil
}

/// A VPN is an interface of no kind that the system names, and comes first where it takes everything.
private func isTunnel(_ path: NWPath) -> Bool {
    path.availableInterfaces.first?.type == .other
}

/// Does what a `LocalNetworkMachine` decides.
@MainActor
final class LocalNetworkDriver {
    var tell: (Bool) -> Void = { _ in }

    private var machine = LocalNetworkMachine()
    private var alarm: Task<Void, Never>?
    private var connection: NWConnection?

    func handle(_ event: LocalNetworkMachine.Event) {
        for effect in machine.handle(event, at: .now) {
            switch effect {
            case .probe(let host, let turn): probe(host, turn)
            case .stop: stop()
            case .tell(let allowed): tell(allowed)
            }
        }
        alarm?.cancel()
        alarm = machine.deadline.map { deadline in
            Task {
                try? await Task.sleep(until: deadline, clock: .continuous)
                if !Task.isCancelled { handle(.passed) }
            }
        }
    }

    private func probe(_ host: String, _ turn: Int) {
        stop()
        // Nothing is ever sent over it.
        let connection = NWConnection(host: NWEndpoint.Host(host), port: 9, using: .udp)
        self.connection = connection
        connection.stateUpdateHandler = { [weak self, weak connection] state in
            let isForbidden = connection?.currentPath?.unsatisfiedReason == .localNetworkDenied
            let answer: LocalNetworkMachine.Answer =
                switch state {
                case .ready: .ready
                case .waiting where isForbidden: .forbidden
                default: .unclear
                }
            Task { @MainActor in self?.handle(.said(answer, turn: turn)) }
        }
        connection.start(queue: .main)
    }

    private func stop() {
        connection?.cancel()
        connection = nil
    }
}
