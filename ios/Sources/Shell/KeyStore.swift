import Foundation

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

/// What the core keeps, and whether there still is a key for it.
struct Kept: Sendable {
    let folder: String
    let keys: any KeyStore

    /// The key store answers, and has no key any more.
    var isWithoutKey: Bool {
        guard FileManager.default.fileExists(atPath: folder + "/store") else { return false }
        do {
            return try keys.key() == nil
        } catch {
            return false
        }
    }

    func remove() {
        try? FileManager.default.removeItem(atPath: folder)
    }
}
