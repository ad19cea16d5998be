import Core
import Foundation
import XCTest

/// What only the bindings themselves can show: the shell's own listener never throws.
final class BindingTests: XCTestCase {
    func testAListenerThatThrows() async throws {
        let listener = Throwing()
        let handfast = try Handfast.open(
            settings: Settings(name: "", folder: URL.fresh().path, downloads: "/nowhere", linkBase: nil),
            keyStore: Keys(),
            listener: listener)
        try await handfast.networkChanged(addresses: ["127.0.0.1"])
        let handle = try await handfast.pairing().host(delivery: .show, protection: .open)
        handle.cancel()
        await listener.hears { if case .shown(.idle) = $0 { true } else { false } }
        XCTAssertGreaterThanOrEqual(listener.told, 2)
        await handfast.shutdown()
    }

    func testADroppedHandlePutsAside() async throws {
        let listener = Throwing()
        let handfast = try Handfast.open(
            settings: Settings(name: "", folder: URL.fresh().path, downloads: "/nowhere", linkBase: nil),
            keyStore: Keys(),
            listener: listener)
        try await handfast.networkChanged(addresses: ["127.0.0.1"])
        do {
            let handle = try await handfast.pairing().host(delivery: .show, protection: .open)
            withExtendedLifetime(handle) {}
        }
        await listener.hears { if case .shown(.idle) = $0 { true } else { false } }
        let pending = try await handfast.pairing().pending()
        XCTAssertEqual(pending.map(\.role), [.host])
        await handfast.shutdown()
    }

    func testAnOldHandleDoesNothing() async throws {
        let listener = Throwing()
        let handfast = try Handfast.open(
            settings: Settings(name: "", folder: URL.fresh().path, downloads: "/nowhere", linkBase: nil),
            keyStore: Keys(),
            listener: listener)
        try await handfast.networkChanged(addresses: ["127.0.0.1"])
        let old = try await handfast.pairing().host(delivery: .show, protection: .open)
        old.cancel()
        await listener.hears { if case .shown(.idle) = $0 { true } else { false } }
        let new = try await handfast.pairing().host(delivery: .show, protection: .open)
        let before = listener.told
        old.cancel()
        do {
            _ = try await handfast.pairing().host(delivery: .show, protection: .open)
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
            settings: Settings(name: "", folder: URL.fresh().path, downloads: "/nowhere", linkBase: nil),
            keyStore: Keys(),
            listener: Throwing())
        try await refused(.notNow) { _ = try await handfast.pairing().connect() }
        try await refused(.notNow) { try await handfast.pairing().offerReply() }
        try await refused(.notNow) { try await handfast.conversation().sendText(text: "nobody") }
        await handfast.shutdown()
    }

    func testSomebodyUnverifiedSendsSoMuchAndNoMore() async throws {
        let (host, guest) = (try await TestDevice(), try await TestDevice())
        let usual = usualLimits()
        try await guest.handfast.limit(
            limits: Limits(
                unverifiedMessages: 3, unverifiedBytes: usual.unverifiedBytes, messages: usual.messages,
                unaskedBytes: usual.unaskedBytes, openOffers: usual.openOffers, keepFree: usual.keepFree))
        let handles = try await host.meets(guest)
        for number in 0..<5 {
            try await host.handfast.conversation().sendText(text: "\(number)")
        }
        await guest.listener.hears {
            if case .shown(.talking(_, _, _, .messages)) = $0 { true } else { false }
        }
        XCTAssertEqual(guest.listener.texts, ["0", "1", "2"])
        try await guest.handfast.conversation().allowMore()
        await guest.listener.hears { _ in guest.listener.texts.count == 5 }
        withExtendedLifetime(handles) {}
        await host.handfast.shutdown()
        await guest.handfast.shutdown()
    }

    func testRowsThatAreNotTakenHoldTheOtherSideBack() async throws {
        let (host, guest) = (try await TestDevice(), try await TestDevice())
        let handles = try await host.meets(guest)
        let long = String(repeating: "x", count: 10_000)
        var (sent, refused) = (0, 0)
        // Until it is full from there to here.
        while refused < 20 {
            do {
                try await host.handfast.conversation().sendText(text: long)
                (sent, refused) = (sent + 1, 0)
            } catch HandfastError.Failed(let kind, _) {
                XCTAssertEqual(kind, .busy)
                refused += 1
                try await Task.sleep(for: .milliseconds(50))
            }
            XCTAssertLessThan(sent, 8_000, "80 MB, and nobody reads")
        }
        XCTAssertEqual(guest.listener.texts.count, 256)
        guest.handfast.conversation().taken(rows: 100)
        await guest.listener.hears { _ in guest.listener.texts.count == 356 }
        withExtendedLifetime(handles) {}
        await host.handfast.shutdown()
        await guest.handfast.shutdown()
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

    private func refused(_ kind: ErrorKind, _ work: () async throws -> Void) async throws {
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

    /// What the other side wrote.
    var texts: [String] {
        lock.withLock { changes }.compactMap {
            if case .listed(.text(_, false, let text)) = $0 { text } else { nil }
        }
    }

    var link: String? {
        lock.withLock { changes }.lazy.compactMap {
            if case .shown(.hosting(_, _, _, _, let invitation, _, _)) = $0 { invitation.link } else { nil }
        }.first
    }

    func changed(change: Change) throws {
        lock.withLock { changes.append(change) }
        throw OnPurpose()
    }

    func hears(_ what: (Change) -> Bool) async {
        for _ in 0..<500 {
            // A copy, as what is looked for may ask this listener too.
            if lock.withLock({ changes }).contains(where: what) { return }
            try? await Task.sleep(for: .milliseconds(10))
        }
        XCTFail("not told")
    }
}

/// One of two cores in this process, on loopback, whose listener takes nothing.
private struct TestDevice {
    let listener = Throwing()
    let handfast: Handfast

    init() async throws {
        handfast = try Handfast.open(
            settings: Settings(name: "", folder: URL.fresh().path, downloads: "/nowhere", linkBase: nil),
            keyStore: Keys(),
            listener: listener)
        try await handfast.networkChanged(addresses: ["127.0.0.1"])
    }

    /// Both together, by link.
    func meets(_ guest: TestDevice) async throws -> [PairingHandle] {
        let hosting = try await handfast.pairing().host(delivery: .send, protection: .open)
        await listener.hears { _ in listener.link != nil }
        let link = try XCTUnwrap(listener.link)
        try await guest.handfast.pairing().open(found: try readText(text: link))
        let connecting = try await guest.handfast.pairing().connect()
        for device in [self, guest] {
            await device.listener.hears { if case .shown(.talking) = $0 { true } else { false } }
        }
        return [hosting, connecting]
    }
}

private final class Keys: Core.KeyStore {
    func key() throws -> Data? { nil }
    func keep(key: Data) throws {}
}
