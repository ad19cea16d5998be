import Core
import Foundation
import XCTest

/// What only the bindings themselves can show: the shell's own listener never throws.
final class BindingTests: XCTestCase {
    func testAListenerThatThrows() async throws {
        let device = try await TestDevice()
        let session = try await device.invites()
        try await session.withdraw()
        await device.listener.hears { if case .shown(session.id(), .closed) = $0 { true } else { false } }
        XCTAssertGreaterThanOrEqual(device.listener.told, 2)
        await device.handfast.shutdown()
    }

    func testWhatIsLeftCanBeGoneOnWith() async throws {
        let device = try await TestDevice()
        let pairing = device.handfast.pairing()
        let left = try await device.invites()
        await device.listener.hears { if case .shown(left.id(), .hosting) = $0 { true } else { false } }
        try await left.leave()
        await device.listener.hears { if case .shown(left.id(), .closed) = $0 { true } else { false } }
        let pending = try await pairing.pending()
        XCTAssertEqual(pending.map(\.role), [.host])
        XCTAssertEqual(pending.map(\.session), [nil])
        let id = try await pairing.resume(id: try XCTUnwrap(pending.first).id).id()
        await device.listener.hears { if case .shown(id, .hosting) = $0 { true } else { false } }
        await device.handfast.shutdown()
    }

    func testASessionGoesOnWhenNobodyHoldsIt() async throws {
        let device = try await TestDevice()
        let id = try await device.invites().id()
        await device.listener.hears { if case .shown(id, .hosting) = $0 { true } else { false } }
        XCTAssertEqual(try device.handfast.underWay().map(\.session), [id])
        let pending = try await device.handfast.pairing().pending()
        XCTAssertEqual(pending.map(\.session), [id])
        let again = try await device.handfast.pairing().resume(id: try XCTUnwrap(pending.first).id)
        XCTAssertEqual(again.id(), id)
        try await device.handfast.session(id: id).withdraw()
        await device.listener.hears { if case .shown(id, .closed) = $0 { true } else { false } }
        await device.handfast.shutdown()
    }

    func testASessionThatIsOverDoesNothing() async throws {
        let device = try await TestDevice()
        let old = try await device.invites()
        try await old.withdraw()
        let new = try await device.invites()
        try await refused(.notNow) { try await old.withdraw() }
        try await refused(.notNow) { try await old.leave() }
        XCTAssertNil(try old.screen())
        XCTAssertNotNil(try new.screen())
        XCTAssertNotEqual(old.id(), new.id())
        await device.handfast.shutdown()
    }

    func testTwoInvitationsAtOnce() async throws {
        let device = try await TestDevice()
        let sessions = [try await device.invites().id(), try await device.invites().id()]
        for id in sessions {
            await device.listener.hears { if case .shown(id, .hosting) = $0 { true } else { false } }
        }
        XCTAssertEqual(try device.handfast.underWay().map(\.session), sessions)
        await device.handfast.shutdown()
    }

    func testNothingToDoItTo() async throws {
        let device = try await TestDevice()
        let nobody = device.handfast.session(id: 7)
        try await refused(.notNow) { try await nobody.accept() }
        try await refused(.notNow) { try await nobody.offerReply() }
        try await refused(.notNow) { try await nobody.sendText(text: "nobody") }
        await device.handfast.shutdown()
    }

    func testSomebodyUnverifiedSendsSoMuchAndNoMore() async throws {
        let (host, guest) = (try await TestDevice(), try await TestDevice())
        let usual = usualLimits()
        try await guest.handfast.limit(
            limits: Limits(
                unverifiedMessages: 3, unverifiedBytes: usual.unverifiedBytes, messages: usual.messages,
                unaskedBytes: usual.unaskedBytes, openOffers: usual.openOffers, keepFree: usual.keepFree))
        let (here, there) = try await host.meets(guest)
        for number in 0..<5 {
            try await here.sendText(text: "\(number)")
        }
        await guest.listener.hears {
            if case .shown(_, .talking(_, _, _, _, .messages, _)) = $0 { true } else { false }
        }
        // A row is told when it is on the disk, and the limit at once.
        await guest.listener.hears { _ in guest.listener.texts.count >= 3 }
        XCTAssertEqual(guest.listener.texts, ["0", "1", "2"])
        try await there.allowMore()
        await guest.listener.hears { _ in guest.listener.texts.count == 5 }
        await host.handfast.shutdown()
        await guest.handfast.shutdown()
    }

    func testRowsThatAreNotTakenWait() async throws {
        let (host, guest) = (try await TestDevice(), try await TestDevice())
        let (here, there) = try await host.meets(guest)
        // What is written is kept there, however much a screen here takes.
        for number in 0..<700 {
            var isTaken = false
            while !isTaken {
                do {
                    try await here.sendText(text: "\(number)")
                    isTaken = true
                } catch HandfastError.Failed(let kind, _) {
                    XCTAssertEqual(kind, .busy)
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
        }
        await guest.listener.hears { _ in guest.listener.texts.count == 256 }
        try await Task.sleep(for: .seconds(1))
        XCTAssertEqual(guest.listener.texts.count, 256)
        there.taken(rows: 100)
        await guest.listener.hears { _ in guest.listener.texts.count == 356 }
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
            if case .listed(_, .text(_, false, let text, _, _, _, _, _, _, _), _) = $0 { text } else { nil }
        }
    }

    var link: String? {
        lock.withLock { changes }.lazy.compactMap {
            if case .shown(_, .hosting(_, _, _, _, let invitation, _, _)) = $0 { invitation.link } else { nil }
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

    /// An invitation to be shown.
    func invites() async throws -> Session {
        try await handfast.pairing().invite(delivery: .show, protection: .open)
    }

    /// Both together, by link: what each of them has of it.
    func meets(_ guest: TestDevice) async throws -> (Session, Session) {
        let hosting = try await handfast.pairing().invite(delivery: .send, protection: .open)
        await listener.hears { _ in listener.link != nil }
        let link = try XCTUnwrap(listener.link)
        let connecting = try await guest.handfast.pairing().open(found: try readText(text: link))
        try await connecting.accept()
        for device in [self, guest] {
            await device.listener.hears { if case .shown(_, .talking) = $0 { true } else { false } }
        }
        return (hosting, connecting)
    }
}

private final class Keys: Core.KeyStore {
    func key() throws -> Data? { nil }
    func keep(key: Data) throws {}
}
