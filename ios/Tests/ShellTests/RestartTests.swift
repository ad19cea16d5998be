import Foundation
import XCTest

@testable import Shell

/// What waits and who was met outlives the app, as tests/scenarios.md has it.
@MainActor
final class RestartTests: XCTestCase {
    func testTheHostRestartsWhileItWaits() async throws {
        let (first, guest) = (Person("Ana"), Person("Ben"))
        let code = try await first.hosts(send: true)
        let host = await first.again()
        let waiting = try await host.waits()
        XCTAssertTrue(waiting.ours)
        XCTAssertGreaterThan(try XCTUnwrap(waiting.expiresAt), UInt64(Date().timeIntervalSince1970) + 80_000)
        host.model.resume(waiting.id)
        let again = try await host.sees("code") { $0.code }
        XCTAssertEqual(again.invitation, code.invitation)
        XCTAssertTrue(again.sent)
        try await guest.accepts(code.invitation.link)
        try await areTogether(host, guest)
        host.model.goodbye()
        try await host.hasNothingThatWaits()
        await host.leaves()
        await guest.leaves()
    }

    func testTheGuestRestartsWhileItWaits() async throws {
        let (host, first) = (Person("Ana"), Person("Ben"))
        let (guest, reply) = try await isKilledWithItsReply(first, invitedBy: host)
        let waiting = try await guest.waits()
        XCTAssertFalse(waiting.ours)
        XCTAssertEqual(waiting.name, "Ana")
        guest.model.resume(waiting.id)
        let again = try await guest.sees("reply") { $0.reply }
        XCTAssertEqual(again, reply)
        host.model.returned()
        try await areTogether(host, guest)
        await host.leaves()
        await guest.leaves()
    }

    func testBothRestartWhileTheyWait() async throws {
        let (firstHost, firstGuest) = (Person("Ana"), Person("Ben"))
        let (guest, reply) = try await isKilledWithItsReply(firstGuest, invitedBy: firstHost)
        firstHost.model.handIn(reply.link)
        try await firstHost.isTold(.replyFound)
        firstHost.model.takeReply()
        try await firstHost.isTold(.replyTaken)
        let host = await firstHost.again()
        // Nobody hands anything over again.
        host.model.resume(try await host.waits().id)
        guest.model.resume(try await guest.waits().id)
        try await areTogether(host, guest)
        await host.leaves()
        await guest.leaves()
    }

    /// Somebody who shows a reply to a host that is put aside, and begins anew.
    private func isKilledWithItsReply(_ guest: Person, invitedBy host: Person) async throws -> (Person, Handout) {
        try await guest.knocks(at: host)
        guest.model.offerReply()
        let reply = try await guest.sees("reply") { $0.reply }
        return (await guest.again(), reply)
    }

    func testALockedInvitationIsShownAgainAfterARestart() async throws {
        let first = Person()
        let lock = Protection(question: "Our dog?", answer: "Rex", isLock: true)
        let code = try await first.hosts(send: true, protection: lock)
        let host = await first.again()
        host.model.resume(try await host.waits().id)
        let again = try await host.sees("code") { $0.code }
        XCTAssertEqual(again.invitation, code.invitation)
        await host.leaves()
    }

    func testWrongAnswersAreCountedOverARestart() async throws {
        let (first, guest) = (Person("Ana"), Person("Ben"))
        let code = try await first.hosts(send: true, protection: Protection(question: "Our dog?", answer: "Rex"))
        try await guest.accepts(code.invitation.link)
        try await guest.sees("asking") { $0.question }
        guest.model.answer(["Bello"])
        try await first.sees("a wrong answer") { $0.code?.triesLeft == 2 ? true : nil }
        guest.model.stop()
        try await guest.isHome()
        let host = await first.again()
        host.model.resume(try await host.waits().id)
        try await guest.accepts(code.invitation.link)
        try await host.sees("what is left") { $0.code?.triesLeft == 2 ? true : nil }
        await host.leaves()
        await guest.leaves()
    }

    func testWhatWasStoppedForGoodDoesNotWait() async throws {
        let first = Person()
        _ = try await first.hosts()
        let person = await first.again()
        let waiting = try await person.waits()
        person.model.resume(waiting.id)
        try await person.sees("code") { $0.code }
        person.model.giveUp()
        try await person.hasNothingThatWaits()
        _ = try await person.hosts()
        let second = await person.again()
        second.model.withdraw(try await second.waits().id)
        try await second.hasNothingThatWaits()
        let again = await second.again()
        await again.settled()
        XCTAssertEqual(again.model.screen.home?.waiting, [])
        await again.leaves()
    }

    func testTooManyWait() async throws {
        let person = Person()
        for count in 1...16 {
            _ = try await person.hosts()
            person.model.back()
            try await person.sees("\(count) that wait") { $0.home?.underWay.count == count ? true : nil }
        }
        person.model.invite(send: false)
        try await person.isTold(.kindTooMany)
        await person.leaves()
    }

    func testAnotherNetworkAfterARestart() async throws {
        let first = Person()
        let code = try await first.hosts()
        let host = await first.again()
        let waiting = try await host.waits()
        host.model.network(["127.0.0.2"])
        host.model.resume(waiting.id)
        let new = try await host.sees("code") { $0.code }
        XCTAssertNotEqual(new.invitation, code.invitation)
        await host.leaves()
    }

    func testAnotherNetworkAfterARestartOfWhoLockedAnInvitation() async throws {
        let first = Person()
        _ = try await first.hosts(
            send: true, protection: Protection(question: "Our dog?", answer: "Rex", isLock: true))
        let host = await first.again()
        let waiting = try await host.waits()
        host.model.network(["127.0.0.2"])
        host.model.resume(waiting.id)
        _ = try await host.ends(.kindMoved)
        host.model.network(["127.0.0.1"])
        host.model.resume(waiting.id)
        try await host.sees("code") { $0.code }
        await host.leaves()
    }

    func testPeopleMetAreKept() async throws {
        let (host, first) = (Person("Ana"), Person("Ben"))
        try await first.accepts(try await host.hosts(send: true).invitation.link)
        _ = try await first.talks()
        first.model.compare()
        try await host.sees("offer") { $0.conversation?.compare == .compareOffered ? true : nil }
        host.model.compare()
        let seen = try await first.sees("symbols") { $0.compare }
        first.model.compared(seen.digits, .same)
        try await first.sees("trust") { $0.conversation?.reason == .reasonCompared ? true : nil }
        let guest = await first.again()
        let met = try await guest.sees("somebody") { $0.home?.people.first }
        XCTAssertEqual([met.name, met.reason.rawValue], ["Ana", Key.reasonCompared.rawValue])
        guest.model.look(at: met.id)
        try await guest.sees("them") { $0 == .person(met) ? true : nil }
        XCTAssertEqual(
            Page(.person(met)).choices.map(\.action),
            [.meet(met.id), .handOn(met.id), .block(met.id, true), .forget(met.id)])
        guest.model.forget(met.id)
        try await guest.sees("nobody") { $0.home.flatMap { $0.people.isEmpty ? true : nil } }
        await host.leaves()
        await guest.leaves()
    }
}
