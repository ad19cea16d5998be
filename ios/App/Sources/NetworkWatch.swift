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

/// Finds out whether this app may reach others on the same network. The system has no question for that:
/// a connection that may not be made says why it waits.
@MainActor
final class LocalNetworkProbe {
    private var connection: NWConnection?

    func start(_ tell: @escaping @MainActor (Bool) -> Void) {
        guard connection == nil, let host = neighbour(of: localAddresses()) else { return }
        // Nothing is ever sent over it.
        let connection = NWConnection(host: NWEndpoint.Host(host), port: 9, using: .udp)
        self.connection = connection
        connection.stateUpdateHandler = { [weak connection] state in
            let denied = connection?.currentPath?.unsatisfiedReason == .localNetworkDenied
            Task { @MainActor in
                switch state {
                case .waiting: if denied { tell(false) }
                case .ready: tell(true)
                default: break
                }
            }
        }
        connection.start(queue: .main)
    }

    func stop() {
        connection?.cancel()
        connection = nil
    }
}
