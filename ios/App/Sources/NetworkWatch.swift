import Foundation
import Network
import Shell

/// Tells this device's addresses whenever its networks change.
@MainActor
final class NetworkWatch {
    private let monitor = NWPathMonitor()

    func start(_ tell: @escaping @MainActor ([String]) -> Void) {
        monitor.pathUpdateHandler = { _ in
            let addresses = localAddresses()
            Task { @MainActor in tell(addresses) }
        }
        monitor.start(queue: .main)
    }
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
