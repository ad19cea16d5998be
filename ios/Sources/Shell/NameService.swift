import Foundation

/// What is announced in the local network: public, and nothing that a stranger could read.
public struct Service: Equatable, Sendable {
    /// The name of the instance, without type and domain.
    public let name: String
    public let port: UInt16
    /// The TXT record.
    public let txt: [String: Data]

    public init(name: String, port: UInt16, txt: [String: Data]) {
        self.name = name
        self.port = port
        self.txt = txt
    }

    /// Under which services are announced and looked for, in the domain `local`.
    public static var type: String { Device.serviceType }

    /// The TXT record as it goes over the network (RFC 6763, section 6).
    public var record: Data {
        txt.sorted { $0.key < $1.key }.reduce(into: Data()) { record, entry in
            let pair = Data(entry.key.utf8) + Data("=".utf8) + entry.value
            guard pair.count <= UInt8.max else { return }
            record.append(UInt8(pair.count))
            record.append(pair)
        }
    }
}

/// Who is told what is found in the local network.
public protocol Finder: Sendable {
    /// Somebody announces this at these addresses, or is at other ones now.
    func found(_ service: Service, at addresses: [String])
    /// What was announced under this name is over.
    func gone(_ name: String)
}

/// The phone's name service (RFC 6763), by which contacts find each other in a network where their addresses are
/// others. The core asks from a thread of its own, one thing after the other.
public protocol NameService: Sendable {
    /// Announces this in the place of what was announced before; with none, nothing any more.
    func announce(_ service: Service?)
    /// Tells what others announce, in the place of whom it told before; with none, nobody any more.
    func browse(_ finder: (any Finder)?)
}
