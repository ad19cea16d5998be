import Foundation
import XCTest

@testable import Shell

/// Meeting across networks, as tests/scenarios.md has it, as far as one machine can show it.
@MainActor
final class FarTests: XCTestCase {
    func testALinkAsksHowItIsSeenACodeAtTheTableAsksNobody() async throws {
        let (person, server) = (Person(), try StunServer())
        for (send, may, isAsked) in [(false, true, false), (true, false, false), (true, true, true)] {
            try await person.asks(server, may)
            let code = try await person.hosts(send: send)
            XCTAssertEqual(server.asked > 0, isAsked)
            XCTAssertNil(code.hint)
            person.model.giveUp()
            try await person.isHome()
        }
        await person.leaves()
        server.close()
    }

    func testAnInvitationThatIsGoneOnWithIsForTheSamePeople() async throws {
        let (first, server) = (Person(), try StunServer())
        try await first.asks(server)
        _ = try await first.hosts(send: true)
        let person = await first.again()
        let waiting = try await person.waits()
        let before = server.asked
        person.model.resume(waiting.id)
        try await person.sees("code") { $0.code }
        XCTAssertGreaterThan(server.asked, before)
        await person.leaves()
        server.close()
    }

    func testAGuestAsksOnlyOnceNobodyAnswers() async throws {
        let (host, guest, server) = (Person(), Person(), try StunServer())
        try await guest.asks(server)
        try await guest.accepts(try await host.hosts(send: true).invitation.link)
        _ = try await guest.talks()
        XCTAssertEqual(server.asked, 0)
        guest.model.goodbye()
        try await guest.isHome()
        try await host.isOver(.kindTheyLeft)
        host.model.stop()
        try await host.hasNothingThatWaits()
        let code = try await host.hosts(send: true)
        host.model.left()
        await host.settled()
        try await guest.accepts(code.invitation.link)
        _ = try await guest.waiting(for: "a question") { server.asked > 0 ? true : nil }
        await host.leaves()
        await guest.leaves()
        server.close()
    }

    func testAGuestIsShownTheInvitationAgain() async throws {
        let (host, guest) = (Person(), Person())
        let code = try await host.hosts(send: true)
        let new = try await host.moves(from: code)
        // Nobody is left where the first one leads.
        try await guest.accepts(code.invitation.link)
        try await guest.sees("knocking") { $0.connecting }
        guest.model.handIn(new.invitation.link)
        try await guest.isTold(.invitationTaken)
        _ = try await host.talks()
        _ = try await guest.talks()
        await host.leaves()
        await guest.leaves()
    }

    func testAGuestIsShownAnotherInvitation() async throws {
        let (first, second, third, guest) = (Person("Ana"), Person("Cleo"), Person("Dora"), Person())
        try await guest.knocks(at: first)
        guest.model.handIn(try await second.hosts(send: true).invitation.link)
        let confirm = try await guest.sees("question") { $0.confirm }
        XCTAssertNil(guest.model.notice)
        guest.model.handIn(try await third.hosts(send: true).invitation.link)
        try await guest.isTold(.anotherUnderWay)
        XCTAssertEqual(guest.model.screen.confirm, confirm)
        guest.model.noticed()
        guest.model.accept()
        try await areTogether(second, guest)
        guest.model.back()
        // It went on meanwhile.
        let knocking = try await guest.hasUnderWay(.guestKnocking)
        XCTAssertEqual(knocking.with, .host("Ana"))
        first.model.returned()
        // At home, it comes to the stage by itself.
        let met = try await guest.talks()
        XCTAssertEqual(met.name, "Ana")
        for person in [first, second, third, guest] { await person.leaves() }
    }

    func testThePersonTouchesAScreenThatWaits() async throws {
        let (host, guest) = (Person(), Person())
        host.model.touched()
        let code = try await host.hosts(send: true)
        host.model.left()
        await host.settled()
        try await guest.accepts(code.invitation.link)
        try await guest.sees("knocking") { $0.connecting }
        guest.model.touched()
        host.model.touched()
        host.model.returned()
        _ = try await guest.talks()
        await host.leaves()
        await guest.leaves()
    }

    func testChoicesAreKeptAndAServerThatIsNoneIsRefused() async throws {
        let first = Person()
        first.model.showSettings()
        let settings = try await first.sees("settings") { $0.settings }
        XCTAssertEqual(settings.chosen, Preferences())
        XCTAssertGreaterThan(settings.usual.count, 1)
        let chosen = Preferences(asksServers: false, servers: [], asksRouter: false, guesses: false)
        first.model.prefer(chosen, servers: "https://x.org")
        try await first.sees("that it is none") { $0.settings?.hint == .kindNotAServer ? true : nil }
        first.model.prefer(chosen, servers: " stun.example.org, [2a02::53]:1 ")
        try await first.isHome()
        let again = await first.again()
        again.model.showSettings()
        let kept = try await again.sees("settings") { $0.settings }
        XCTAssertEqual(
            kept.chosen,
            Preferences(
                asksServers: false, servers: ["stun.example.org:3478", "[2a02::53]:1"], asksRouter: false,
                guesses: false))
        again.model.back()
        try await again.isHome()
        await again.leaves()
    }

    func testAnInvitationThatTakesAWhileIsSeenToBeMade() async throws {
        // Nobody answers there, so it takes as long as it may.
        let (person, server) = (Person(), try StunServer(isSilent: true))
        try await person.asks(server)
        person.model.invite(send: true)
        try await person.sees("that it is made") { $0 == .preparing(isKept: false) ? true : nil }
        try await person.sees("code") { $0.code }
        await person.leaves()
        server.close()
    }

    func testALinkThatIsStoppedWhileItIsMade() async throws {
        let (person, server) = (Person(), try StunServer(isSilent: true))
        try await person.asks(server)
        person.model.protect()
        try await person.sees("form") { $0 == .protect ? true : nil }
        let began = ContinuousClock.now
        person.model.invite(send: true, protection: Protection(question: "Our dog?", answer: "Rex"))
        try await person.sees("that it is made") { $0 == .preparing(isKept: false) ? true : nil }
        XCTAssertFalse(person.model.isAtRest)
        try await Task.sleep(for: .milliseconds(100))
        person.model.back()
        try await person.isHome()
        // It would have taken four seconds.
        XCTAssertLessThan(ContinuousClock.now - began, .milliseconds(3_500))
        await person.settled()
        XCTAssertEqual(person.model.screen.home?.waiting, [])
        _ = try await person.hosts()
        await person.leaves()
        server.close()
    }

    func testWhatWorksFromHere() async throws {
        let (person, server) = (Person(), try StunServer())
        try await person.asks(server)
        person.model.lookAround()
        let report = try await person.sees("what works") { $0.report }
        XCTAssertEqual(report.asked, [server.name])
        XCTAssertGreaterThan(server.asked, 0)
        XCTAssertNil(report.port)
        XCTAssertEqual(report.works.count, 5)
        person.model.back()
        try await person.isHome()
        person.model.network([])
        person.model.lookAround()
        try await person.isTold(.kindNoNetwork)
        try await person.isHome()
        await person.leaves()
        server.close()
    }
}
