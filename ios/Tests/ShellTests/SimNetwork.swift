import Foundation

@testable import Shell

/// A local network in which whoever announces something is found by whoever looks, as a phone's name service has it.
final class SimNetwork: @unchecked Sendable {
    private let lock = NSLock()
    private var devices: [Names] = []

    /// The name service of a phone that is at this address.
    func phone(at address: String) -> any NameService {
        let names = Names(network: self, address: address)
        lock.withLock { devices.append(names) }
        return names
    }

    private final class Names: NameService, @unchecked Sendable {
        let network: SimNetwork
        let address: String
        var announced: Service?
        var finder: (any Finder)?

        init(network: SimNetwork, address: String) {
            self.network = network
            self.address = address
        }

        func announce(_ service: Service?) {
            network.lock.withLock {
                for finder in network.devices.compactMap(\.finder) {
                    if let before = announced { finder.gone(before.name) }
                    if let service { finder.found(service, at: [address]) }
                }
                announced = service
            }
        }

        func browse(_ finder: (any Finder)?) {
            network.lock.withLock {
                self.finder = finder
                for one in network.devices {
                    if let service = one.announced { finder?.found(service, at: [one.address]) }
                }
            }
        }
    }
}
