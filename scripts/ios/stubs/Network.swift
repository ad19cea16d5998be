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
    public struct Port: Sendable, ExpressibleByIntegerLiteral { public init(integerLiteral value: UInt16) {} }
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
    public var stateUpdateHandler: (@Sendable (State) -> Void)?
    public var currentPath: NWPath? { fatalError() }
    public func start(queue: DispatchQueue) {}
    public func cancel() {}
}
