import Foundation
import Network
import Shell

/// Tells this device's addresses, and its router's, whenever its networks change.
@MainActor
final class NetworkWatch {
    private let monitor = NWPathMonitor()

    func start(_ tell: @escaping @MainActor ([String], String?) -> Void) {
        monitor.pathUpdateHandler = { path in
            let (addresses, router) = (localAddresses(), router(of: path))
            Task { @MainActor in tell(addresses, router) }
        }
        monitor.start(queue: .main)
    }
}

/// The router that leads outside by IPv4, which may be asked for a port.
private func router(of path: NWPath) -> String? {
    for case .hostPort(.ipv4(let address), _) in path.gateways {
        return address.rawValue.map(String.init).joined(separator: ".")
    }
    return nil
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
