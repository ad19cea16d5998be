import Foundation
import Security
import Shell

/// The core's key in the keychain: on this device only, readable only while it is unlocked.
struct Keychain: KeyStore {
    private struct Failed: Error {}

    private static var item: [String: Any] {
        [
            kSecClass as String: kSecClassGenericPassword,
            kSecAttrService as String: "example.handfast",
            kSecAttrAccount as String: "device key",
            kSecUseDataProtectionKeychain as String: true,
        ]
    }

    func key() throws -> [UInt8]? {
        var query = Self.item
        query[kSecReturnData as String] = true
        query[kSecMatchLimit as String] = kSecMatchLimitOne
        var found: CFTypeRef?
        let status = SecItemCopyMatching(query as CFDictionary, &found)
        if status == errSecItemNotFound { return nil }
        try Self.check(status)
        guard let data = found as? Data else { throw Failed() }
        return [UInt8](data)
    }

    func keep(_ key: [UInt8]) throws {
        let value: [String: Any] = [
            kSecValueData as String: Data(key),
            kSecAttrAccessible as String: kSecAttrAccessibleWhenUnlockedThisDeviceOnly,
        ]
        let status = SecItemAdd(
            Self.item.merging(value) { _, new in new } as CFDictionary, nil)
        if status == errSecDuplicateItem {
            try Self.check(SecItemUpdate(Self.item as CFDictionary, value as CFDictionary))
        } else {
            try Self.check(status)
        }
    }

    private static func check(_ status: OSStatus) throws {
        switch status {
        case errSecSuccess: return
        case errSecInteractionNotAllowed: throw KeyStoreLocked()
        default: throw Failed()
        }
    }
}
