@_exported import Foundation

public struct NWInterface: Sendable {
    public enum InterfaceType: Sendable { case other, wifi, cellular, wiredEthernet, loopback }
    public var type: InterfaceType { fatalError() }
}
public struct NWPath: Sendable {
    public enum Status: Sendable { case satisfied, unsatisfied, requiresConnection }
    public var status: Status { fatalError() }
    public enum UnsatisfiedReason: Sendable { case notAvailable, cellularDenied, wifiDenied, localNetworkDenied }
    public var unsatisfiedReason: UnsatisfiedReason { fatalError() }
    public var gateways: [NWEndpoint] { fatalError() }
    public var remoteEndpoint: NWEndpoint? { fatalError() }
    public var availableInterfaces: [NWInterface] { fatalError() }
}
public final class NWPathMonitor: @unchecked Sendable {
    public init() {}
    public init(requiredInterfaceType: NWInterface.InterfaceType) {}
    public var pathUpdateHandler: (@Sendable (NWPath) -> Void)?
    public func start(queue: DispatchQueue) {}
}
public struct IPv4Address: Sendable { public var rawValue: Data { fatalError() } }
public enum NWEndpoint: Sendable {
    public enum Host: Sendable {
        case name(String)
        case ipv4(IPv4Address)
        public init(_ name: String) { self = .name(name) }
    }
    case hostPort(host: Host, port: Port)
    public struct Port: Sendable, ExpressibleByIntegerLiteral {
        public init(integerLiteral value: UInt16) {}
        public var rawValue: UInt16 { fatalError() }
    }
    case service(name: String, type: String, domain: String, interface: NWInterface?)
}
public enum NWError: Error, Sendable { case posix }
public final class NWParameters: @unchecked Sendable { public static var udp: NWParameters { fatalError() } }
public final class NWConnection: @unchecked Sendable {
    public enum State: Sendable {
        case setup, preparing, ready, cancelled
        case waiting(NWError)
        case failed(NWError)
    }
    public init(host: NWEndpoint.Host, port: NWEndpoint.Port, using: NWParameters) {}
    public init(to: NWEndpoint, using: NWParameters) {}
    public var stateUpdateHandler: (@Sendable (State) -> Void)?
    public var currentPath: NWPath? { fatalError() }
    public func start(queue: DispatchQueue) {}
    public func cancel() {}
}
public struct NWTXTRecord: Sequence, Sendable {
    public enum Entry: Sendable {
        case none, empty
        case string(String)
        case data(Data)
    }
    public func makeIterator() -> AnyIterator<(key: String, value: Entry)> { fatalError() }
}
public final class NWBrowser: @unchecked Sendable {
    public enum Descriptor: Sendable { case bonjourWithTXTRecord(type: String, domain: String?) }
    public struct Result: Hashable, Sendable {
        public static func == (one: Result, other: Result) -> Bool { fatalError() }
        public func hash(into: inout Hasher) {}
        public enum Metadata: Sendable {
            case none
            case bonjour(NWTXTRecord)
        }
        public enum Change: Hashable, Sendable {
            public struct Flags: OptionSet, Hashable, Sendable {
                public let rawValue: UInt8
                public init(rawValue: UInt8) { self.rawValue = rawValue }
            }
            case identical
            case added(Result)
            case removed(Result)
            case changed(old: Result, new: Result, flags: Flags)
        }
        public var endpoint: NWEndpoint { fatalError() }
        public var metadata: Metadata { fatalError() }
    }
    public init(for: Descriptor, using: NWParameters) {}
    public var browseResultsChangedHandler: (@Sendable (Set<Result>, Set<Result.Change>) -> Void)?
    public func start(queue: DispatchQueue) {}
    public func cancel() {}
}
