@_exported import Foundation

public enum LAPolicy: Sendable { case deviceOwnerAuthentication }
public final class LAContext: NSObject, @unchecked Sendable {
    public override init() {}
    public func canEvaluatePolicy(_ policy: LAPolicy, error: UnsafeMutablePointer<NSError?>?) -> Bool { fatalError() }
    public func evaluatePolicy(_ policy: LAPolicy, localizedReason: String) async throws -> Bool { fatalError() }
}
