import Foundation
import XCTest

@testable import Shell

/// The life of an app, as tests/scenarios.md has it: put aside, killed, without a network.
@MainActor
final class LifeTests: XCTestCase {
    private func isPutAside(_ person: Person) async {
        person.model.left()
        person.model.returned()
        await person.settled()
    }

    func testPauseWhileIdle() async throws {
        let person = Person()
        await isPutAside(person)
        XCTAssertTrue(person.model.screen.isHome)
        XCTAssertTrue(person.model.isAtRest)
        await person.leaves()
    }

    func testPauseWhileAnInvitationIsOpen() async throws {
        try await atTable { host, guest in
            guest.model.handIn(try await host.hosts(send: true).invitation.link)
            try await guest.sees("question") { $0.confirm }
            await isPutAside(guest)
            XCTAssertEqual(guest.model.screen.confirm?.name, "Ana")
        }
    }

    func testPauseWhileHosting() async throws {
        try await atTable { host, guest in
            let code = try await host.hosts()
            XCTAssertFalse(host.model.isAtRest)
            await isPutAside(host)
            XCTAssertEqual(host.model.screen.code?.invitation, code.invitation)
            try await guest.scans(code.invitation.symbol)
            try await guest.sees("question") { $0.confirm }
            guest.model.accept()
            try await areTogether(host, guest)
        }
    }

    func testPauseWhileConnecting() async throws {
        try await atTable { host, guest in
            try await guest.knocks(at: host)
            await isPutAside(guest)
            try await guest.sees("knocking") { $0.connecting }
            host.model.returned()
            _ = try await guest.talks()
        }
    }

    func testPauseWhileTheReplyIsShown() async throws {
        try await atTable { host, guest in
            try await guest.knocks(at: host)
            guest.model.offerReply()
            try await guest.sees("reply") { $0.reply }
            await isPutAside(guest)
            try await guest.sees("reply") { $0.reply }
            host.model.returned()
            _ = try await guest.talks()
        }
    }

    func testPauseWhileTalking() async throws {
        try await meeting { host, guest in
            await isPutAside(host)
            await isPutAside(guest)
            host.model.send("still here")
            try await guest.reads("still here")
        }
    }

    func testPauseOnAScreenThatIsOver() async throws {
        let person = Person(at: [])
        person.model.invite(send: false)
        let ended = try await person.ends(.kindNoNetwork)
        await isPutAside(person)
        XCTAssertEqual(person.model.screen, .ended(ended))
        XCTAssertTrue(person.model.isAtRest)
        await person.leaves()
    }

    func testSomethingThatKeepsTheAppRunningLetsItWait() async throws {
        try await atTable { host, guest in
            let code = try await host.hosts(send: true)
            var background = BackgroundMachine()
            XCTAssertEqual(background.handle(.left(isAtRest: host.model.isAtRest), at: .now), [.begin])
            XCTAssertEqual(background.handle(.granted(.seconds(28)), at: .now), [])
            try await guest.accepts(code.invitation.link)
            _ = try await guest.talks()
        }
    }

    func testAirplaneModeWhileHosting() async throws {
        let person = Person()
        _ = try await person.hosts()
        person.model.network([])
        try await person.sees("offline") { $0.code?.stage == .hostOffline ? true : nil }
        person.model.network(["127.0.0.1"])
        try await person.sees("waiting") { $0.code?.stage == .hostWaiting ? true : nil }
        await person.leaves()
    }

    func testAirplaneModeBeforeHosting() async throws {
        let person = Person(at: [])
        person.model.invite(send: false)
        let ended = try await person.ends(.kindNoNetwork)
        XCTAssertEqual(ended.next, .remedyCheckNetwork)
        XCTAssertEqual(Page(.ended(ended)).choices.first?.action, .errand(.settings(.network)))
        person.model.back()
        try await person.hasNothingThatWaits()
        await person.leaves()
    }

    func testAnotherNetworkWhileHosting() async throws {
        try await atTable { host, guest in
            let new = try await host.moves(from: try await host.hosts(send: true))
            try await guest.accepts(new.invitation.link)
            try await areTogether(host, guest)
        }
    }

    func testAnotherNetworkWhileALockedInvitationWaits() async throws {
        let person = Person()
        let code = try await person.hosts(
            send: true, protection: Protection(question: "Our dog?", answer: "Rex", isLock: true))
        person.model.network(["127.0.0.2"])
        let shown = try await person.sees("that it is outdated") { screen in
            screen.code.flatMap { $0.hint == .invitationOutdated ? $0 : nil }
        }
        XCTAssertEqual(shown.invitation, code.invitation)
        person.model.network(["127.0.0.1"])
        try await person.sees("that it leads here") { $0.code.flatMap { $0.hint == nil ? true : nil } }
        await person.leaves()
    }

    func testCancelWhileHosting() async throws {
        let person = Person()
        _ = try await person.hosts()
        person.model.giveUp()
        try await person.isHome()
        await person.leaves()
    }

    func testCancelWhileConnecting() async throws {
        let (host, guest) = (Person("Ana"), Person("Ben"))
        let link = try await host.hosts(send: true).invitation.link
        await host.leaves()
        try await guest.accepts(link)
        try await guest.sees("knocking") { $0.connecting }
        guest.model.giveUp()
        try await guest.isHome()
        await guest.leaves()
    }

    func testTheCoreGoesAwayWithWhoeverHoldsIt() async throws {
        var device: Device? = try Device(
            deaf: Setup(name: "", folder: URL.fresh().path, downloads: URL.fresh().path))
        try await device?.networkChanged(["127.0.0.1"])
        _ = try await device?.invite(send: false)
        let watching = { [weak device] in device }
        device = nil
        XCTAssertNil(watching())
    }

    func testShutdownEndsEverything() async throws {
        let device = try Device(deaf: Setup(name: "", folder: URL.fresh().path, downloads: URL.fresh().path))
        await device.shutdown()
        do {
            _ = try await device.invite(send: false)
            XCTFail("hosts after a shutdown")
        } catch let refusal as Refusal {
            XCTAssertEqual(refusal.notice.what, .kindShutDown)
        }
        await device.shutdown()
    }

    func testAHundredTimes() async throws {
        func openAndShutDown() async throws {
            let device = try Device(deaf: Setup(name: "Ana", folder: URL.fresh().path, downloads: "/nowhere"))
            try await device.networkChanged(["127.0.0.1"])
            _ = try await device.invite(send: false)
            await device.shutdown()
        }
        try XCTSkipUnless(FileManager.default.fileExists(atPath: "/proc/self"), "only Linux counts like this")
        for _ in 0..<10 { try await openAndShutDown() }
        let before = try Process.own()
        for _ in 0..<100 { try await openAndShutDown() }
        let after = try Process.own()
        XCTAssertLessThan(after.kibibytes, before.kibibytes + 16 * 1024)
        // A shutdown has given up what it had when it returns; only the system's own threads vary.
        XCTAssertLessThanOrEqual(after.threads, before.threads + 4)
        XCTAssertLessThanOrEqual(after.files, before.files)
    }
}

/// What this process uses.
private struct Process {
    let kibibytes: Int
    let threads: Int
    let files: Int

    static func own() throws -> Process {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        func number(_ name: String) -> Int {
            let line = status.split(separator: "\n").first { $0.hasPrefix(name + ":") }
            return line.flatMap { Int($0.filter(\.isNumber)) } ?? 0
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        return Process(kibibytes: number("VmRSS"), threads: number("Threads"), files: files)
    }
}
