import Core
import Foundation
import XCTest

/// What only the bindings themselves can show: the shell's own listener never throws.
final class BindingTests: XCTestCase {
    func testAListenerThatThrows() async throws {
        let listener = Throwing()
        let handfast = try Handfast.open(
            settings: Settings(name: "", folder: URL.fresh().path, downloads: "/nowhere", linkBase: nil), vault: Keys(),
            listener: listener)
        try await handfast.networkChanged(addresses: ["127.0.0.1"])
        let handle = try await handfast.pairing().host(manner: .show, protection: .open)
        handle.cancel()
        await listener.hears { if case .shown(.idle) = $0 { true } else { false } }
        XCTAssertGreaterThanOrEqual(listener.told, 2)
        await handfast.shutdown()
    }

    func testADroppedHandlePutsAside() async throws {
        let listener = Throwing()
        let handfast = try Handfast.open(
            settings: Settings(name: "", folder: URL.fresh().path, downloads: "/nowhere", linkBase: nil), vault: Keys(),
            listener: listener)
        try await handfast.networkChanged(addresses: ["127.0.0.1"])
        do {
            let handle = try await handfast.pairing().host(manner: .show, protection: .open)
            withExtendedLifetime(handle) {}
        }
        await listener.hears { if case .shown(.idle) = $0 { true } else { false } }
        let pending = try await handfast.pairing().pending()
        XCTAssertEqual(pending.map(\.seat), [.host])
        await handfast.shutdown()
    }

    func testAnOldHandleDoesNothing() async throws {
        let listener = Throwing()
        let handfast = try Handfast.open(
            settings: Settings(name: "", folder: URL.fresh().path, downloads: "/nowhere", linkBase: nil), vault: Keys(),
            listener: listener)
        try await handfast.networkChanged(addresses: ["127.0.0.1"])
        let old = try await handfast.pairing().host(manner: .show, protection: .open)
        old.cancel()
        await listener.hears { if case .shown(.idle) = $0 { true } else { false } }
        let new = try await handfast.pairing().host(manner: .show, protection: .open)
        let before = listener.told
        old.cancel()
        do {
            _ = try await handfast.pairing().host(manner: .show, protection: .open)
            XCTFail("two invitations at once")
        } catch HandfastError.Failed(let kind, _) {
            XCTAssertEqual(kind, .busy)
        }
        XCTAssertLessThanOrEqual(listener.told, before + 1)
        withExtendedLifetime(new) {}
        await handfast.shutdown()
    }

    func testNothingToDoItTo() async throws {
        let handfast = try Handfast.open(
            settings: Settings(name: "", folder: URL.fresh().path, downloads: "/nowhere", linkBase: nil), vault: Keys(),
            listener: Throwing())
        try await refused(.notNow) { _ = try await handfast.pairing().connect() }
        try await refused(.notNow) { try await handfast.pairing().offerReply() }
        try await refused(.notNow) { try await handfast.conversation().sendText(text: "nobody") }
        await handfast.shutdown()
    }

    func testAFrameThatDoesNotFit() async throws {
        let scanner = Scanner()
        try await refused(.internal) {
            _ = try scanner.scan(luma: Data(count: 100), stride: 640, width: 640, height: 480)
        }
        try await refused(.internal) {
            _ = try scanner.scan(luma: Data(count: 100), stride: 5, width: 10, height: 10)
        }
    }

    private func refused(_ kind: Kind, _ work: () async throws -> Void) async throws {
        do {
            try await work()
            XCTFail("not refused")
        } catch HandfastError.Failed(let refused, _) {
            XCTAssertEqual(refused, kind)
        }
    }
}

/// Remembers what it is told, and throws every time.
private final class Throwing: Listener, @unchecked Sendable {
    private struct OnPurpose: Error {}

    private let lock = NSLock()
    private var changes: [Change] = []

    var told: Int { lock.withLock { changes.count } }

    func changed(change: Change) throws {
        lock.withLock { changes.append(change) }
        throw OnPurpose()
    }

    func hears(_ what: (Change) -> Bool) async {
        for _ in 0..<500 {
            if lock.withLock({ changes.contains(where: what) }) { return }
            try? await Task.sleep(for: .milliseconds(10))
        }
        XCTFail("not told")
    }
}

private final class Keys: Vault {
    func key() throws -> Data? { nil }
    func keep(key: Data) throws {}
}
