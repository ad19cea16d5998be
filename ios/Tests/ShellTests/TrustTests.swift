import Foundation
import XCTest

@testable import Shell

/// Questions, locks and comparisons, as tests/scenarios.md has them.
@MainActor
final class TrustTests: XCTestCase {
    private let asked = Protection(question: "Our dog?", answer: "Rex", isLock: false)
    private let locked = Protection(question: "Our dog?", answer: "Rex", isLock: true)

    func testAQuestionIsAnswered() async throws {
        let (host, guest) = (Person("Ana"), Person("Ben"))
        guest.model.handIn(try await host.hosts(send: true, protection: asked).invitation.link)
        let confirm = try await guest.sees("question") { $0.confirm }
        XCTAssertEqual(confirm.question, "Our dog?")
        guest.model.accept()
        let first = try await guest.sees("first try") { $0.question }
        XCTAssertEqual(first, Question(questions: ["Our dog?"], triesLeft: 3))
        try await host.sees("asking") { $0.code.flatMap { $0.stage == .hostAsking && $0.triesLeft == 3 ? true : nil } }
        guest.model.answer(["Bello"])
        let second = try await guest.sees("second try") { $0.question?.triesLeft == 2 ? $0.question : nil }
        XCTAssertEqual(Page(.question(second)).status, Phrase(.kindWrongAnswer))
        XCTAssertTrue(Page(.question(second)).lines.contains(Phrase(.questionRepeated)))
        guest.model.answer([" rex "])
        let (here, there) = (try await host.talks(), try await guest.talks())
        // Whoever chose the question knows the answer.
        XCTAssertEqual([here.trust, there.trust], [.trustAnswerChecked, .trustUnverified])
        XCTAssertEqual([here.reason, there.reason], [.reasonAnswered, .reasonTheirQuestion])
        await host.leaves()
        await guest.leaves()
    }

    func testAPersonsWordIsAMark() async throws {
        let (host, guest) = (Person("Ana"), Person("Ben"))
        guest.model.handIn(try await host.hosts(send: true, protection: asked).invitation.link)
        try await guest.sees("question") { $0.confirm }
        guest.model.accept()
        try await guest.sees("first try") { $0.question }
        guest.model.answer(["Rex"])
        let (here, there) = (try await host.talks(), try await guest.talks())
        let vouch = Choice(.onlyTheyWouldAsk, .onlyTheyWouldAsk)
        XCTAssertFalse(Page(.conversation(here)).choices.contains(vouch))
        XCTAssertTrue(Page(.conversation(there)).choices.contains(vouch))
        guest.model.onlyTheyWouldAsk()
        let marked = try await guest.sees("mark") { screen -> Conversation? in
            guard case .conversation(let talk) = screen, talk.reason == .reasonByYourWord else { return nil }
            return talk
        }
        XCTAssertEqual(marked.trust, .trustUnverified)
        XCTAssertFalse(Page(.conversation(marked)).choices.contains(vouch))
        await host.leaves()
        await guest.leaves()
    }

    func testAQuestionIsAnsweredWrongly() async throws {
        let (host, guest) = (Person("Ana"), Person("Ben"))
        guest.model.handIn(try await host.hosts(send: true, protection: asked).invitation.link)
        try await guest.sees("question") { $0.confirm }
        guest.model.accept()
        for left in [3, 2, 1] {
            try await guest.sees("\(left) tries") { $0.question?.triesLeft == left ? true : nil }
            guest.model.answer(["Bello \(left)"])
        }
        let ended = try await guest.ends(.kindAnswersDiffer)
        XCTAssertEqual(Page(.ended(ended)).choices.last?.action, .back)
        try await host.sees("end") { $0.ended }
        await host.leaves()
        await guest.leaves()
    }

    func testPauseWhileAsked() async throws {
        let (host, guest) = (Person("Ana"), Person("Ben"))
        guest.model.handIn(try await host.hosts(send: true, protection: asked).invitation.link)
        try await guest.sees("question") { $0.confirm }
        guest.model.accept()
        try await guest.sees("first try") { $0.question }
        guest.model.left()
        guest.model.returned()
        await guest.settled()
        // It knocks again, and is asked again.
        try await guest.sees("asked again") { $0.question }
        await guest.leaves()
        await host.leaves()
    }

    func testALockedInvitation() async throws {
        let (host, guest) = (Person("Ana"), Person("Ben"))
        guest.model.handIn(try await host.hosts(send: true, protection: locked).invitation.link)
        let asking = try await guest.sees("question") { $0.question }
        XCTAssertEqual(asking, Question(questions: ["Our dog?"], triesLeft: nil))
        guest.model.answer(["Bello"])
        try await guest.sees("wrong") { $0.question?.hint == .kindWrongAnswer ? true : nil }
        guest.model.answer([""])
        try await guest.sees("empty") { $0.question?.hint == .kindBadText ? true : nil }
        guest.model.answer(["REX"])
        let confirm = try await guest.sees("opened") { $0.confirm }
        XCTAssertEqual(confirm.proof, .proofLocked)
        guest.model.accept()
        let (here, there) = (try await host.talks(), try await guest.talks())
        XCTAssertEqual([here.reason, there.reason], [.reasonLockedLink, .reasonTheirQuestion])
        await host.leaves()
        await guest.leaves()
    }

    func testALockedInvitationIsPutAside() async throws {
        let (host, guest) = (Person("Ana"), Person("Ben"))
        guest.model.handIn(try await host.hosts(send: true, protection: locked).invitation.link)
        try await guest.sees("question") { $0.question }
        guest.model.answer(["Rex"])
        guest.model.back()
        try await guest.isHome()
        await host.leaves()
        await guest.leaves()
    }

    func testALockedInvitationWhileAnotherIsShown() async throws {
        let (host, guest) = (Person("Ana"), Person("Ben"))
        let link = try await host.hosts(send: true, protection: locked).invitation.link
        _ = try await guest.hosts()
        guest.model.handIn(link)
        try await guest.sees("question") { $0.question }
        guest.model.answer(["Rex"])
        try await guest.sees("opened", within: 30) { $0.confirm }
        XCTAssertNil(guest.model.notice)
        guest.model.back()
        _ = try await guest.hasUnderWay(.hostWaiting)
        await host.leaves()
        await guest.leaves()
    }

    func testAQuestionIsMadeUp() async throws {
        let person = Person()
        person.model.protect()
        try await person.sees("form") { $0 == .protect ? true : nil }
        _ = person.model.perform(.inviteProtected)
        try await person.isTold(.kindBadText)
        XCTAssertEqual(person.model.screen, .protect, "what was typed is still there")
        var typed = Typed()
        typed.protection = asked
        _ = person.model.perform(.inviteProtected, typed: typed)
        let code = try await person.sees("code") { $0.code }
        XCTAssertTrue(code.sent)
        await person.leaves()
    }

    func testCompareAndFindTheSame() async throws {
        try await meeting { host, guest in
            let (here, there) = try await comparing(guest, host)
            XCTAssertEqual(here.symbols, there.symbols)
            XCTAssertEqual(here.digits, there.digits)
            XCTAssertEqual(here.symbols.count, 6)
            for person in [host, guest] {
                person.model.compared(["0000", "0000", "0000"], .same)
                await person.settled()
                XCTAssertNotNil(person.model.screen.compare, "that is not what is shown")
                person.model.compared(here.digits, .same)
                try await person.sees("compared") { $0.conversation?.reason == .reasonCompared ? true : nil }
            }
        }
    }

    func testCompareLater() async throws {
        try await meeting { host, guest in
            host.model.send("before")
            try await guest.reads("before")
            let (_, there) = try await comparing(host, guest)
            guest.model.compared(there.digits, .later)
            let conversation = try await guest.talks()
            XCTAssertEqual(conversation.trust, .trustUnverified)
            XCTAssertEqual(guest.model.rows.count, 1, "the rows are still there")
        }
    }

    func testCompareAndFindADifference() async throws {
        try await meeting { host, guest in
            let (here, _) = try await comparing(host, guest)
            host.model.compared(here.digits, .different)
            try await host.isOver(.kindNotTheInviter)
            // Nothing more is said to somebody in between, not even goodbye: to them it looks like a lost line.
            try await guest.sees("that they are looked for") { $0.conversation?.apart }
            host.model.back()
            try await host.sees("who is refused") { $0.home?.people.first { $0.reason == .reasonDifferent } }
            guest.model.back()
            try await guest.accepts(try await host.hosts(send: true).invitation.link)
            _ = try await host.ends(.kindRefused)
        }
    }

    func testAWishToCompareWaitsForAnAnswer() async throws {
        try await meeting { host, guest in
            host.model.compare()
            try await host.sees("asked") { $0.conversation?.compare == .compareAsked ? true : nil }
            let asked = try await guest.sees("offer") { $0.conversation?.compare == nil ? nil : $0.conversation }
            XCTAssertEqual(asked.compare, .compareOffered)
            XCTAssertTrue(Page(.conversation(asked)).lines.contains(Phrase(.compareOffered)))
            guest.model.send("not now")
            try await host.reads("not now")
            guest.model.compare()
            let there = try await guest.sees("symbols") { $0.compare }
            guest.model.compared(there.digits, .later)
            _ = try await guest.talks()
            guest.model.compare()
            try await guest.isTold(.kindTooOften)
        }
    }

    /// One asks to compare and the other agrees; what the two see, the first one's first.
    private func comparing(_ one: Person, _ other: Person) async throws -> (Compare, Compare) {
        one.model.compare()
        try await other.sees("offer") { $0.conversation?.compare == .compareOffered ? true : nil }
        other.model.compare()
        return (try await one.sees("symbols") { $0.compare }, try await other.sees("symbols") { $0.compare })
    }
}
