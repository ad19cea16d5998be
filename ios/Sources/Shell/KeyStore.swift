/// The phone's key store, as the core needs it: one key of 32 bytes.
public protocol KeyStore: Sendable {
    /// The key that was put here; none before the first time.
    func key() throws -> [UInt8]?
    /// Keeps this key in the place of an earlier one.
    func keep(_ key: [UInt8]) throws
}

/// The phone has not been unlocked, so that its key store is shut.
public struct KeyStoreLocked: Error {
    public init() {}
}

/// The key that was put there cannot be had any more, whatever is tried.
public struct KeyLost: Error {
    public init() {}
}
