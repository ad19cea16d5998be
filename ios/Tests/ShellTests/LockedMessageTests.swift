import Foundation
import XCTest

@testable import Shell

/// A message that only answers open.
@MainActor
final class LockedMessageTests: XCTestCase {
    private let locks = [
        Protection(question: "Our dog?", answer: "Nepomuk"), Protection(question: "Which lake?", answer: "Ammersee"),
    ]

    func testAMessageIsLockedAndOpenedByWhoeverAnswers() async throws {
        try await meeting { ana, ben in
            try await ana.sees("somebody who is kept") { $0.conversation.flatMap { $0.canLock ? true : nil } }
            let page = Page(ana.model.screen)
            XCTAssertTrue(try XCTUnwrap(page.chips).choices.contains(Choice(.writeLocked, .lockMessage)))
            var typed = Typed()
            typed.message = "under the third stone"
            XCTAssertNil(ana.model.perform(.lockMessage, typed: typed))
            let begun = try await ana.sees("the page") { $0.lockMessage }
            XCTAssertEqual(begun, LockMessage(text: "under the third stone", mostQuestions: 5))
            XCTAssertTrue(Page(ana.model.screen).isSecret)
            ana.model.judge([Protection(question: "Our dog?", answer: "dog")])
            try await ana.sees("that it protects nothing") { screen in
                screen.lockMessage.flatMap { $0.strength == .strengthInQuestion && $0.isUseless ? true : nil }
            }
            ana.model.judge(locks)
            try await ana.sees("that it will do") { $0.lockMessage.flatMap { $0.isUseless ? nil : true } }
            // What cannot be locked is not lost.
            ana.model.sendLocked("under the third stone", locks + [Protection(question: " ", answer: "Walter")])
            try await ana.sees("what is wrong") { $0.lockMessage.flatMap { $0.hint == .kindBadText ? true : nil } }
            typed.locks = locks
            XCTAssertNil(ana.model.perform(.sendLocked, typed: typed))
            try await ana.sees("what leaves the line") { $0.conversation?.locked }
            XCTAssertEqual(ana.model.takeLocked(), "under the third stone")
            try await ana.sees("the conversation") { $0.conversation.flatMap { $0.locked == nil ? true : nil } }

            let row = try await ben.locked()
            XCTAssertEqual(row.questions, ["Our dog?", "Which lake?"])
            XCTAssertEqual(RowPage(.locked(row)).choices, [.unlock(row.number)])
            XCTAssertEqual(ben.model.home.underWay.first?.last, "Our dog? Which lake?")
            XCTAssertNil(ben.model.perform(.unlock(row.number)))
            try await ben.sees("the questions") { $0.question.flatMap { $0.isMessage ? true : nil } }
            XCTAssertTrue(Page(ben.model.screen).isSecret)
            ben.model.answer(["Rex", "Ammersee"])
            try await ben.sees("that it is wrong") { screen in
                screen.question.flatMap { $0.hint == .kindWrongAnswer && !$0.isBusy ? true : nil }
            }
            ben.model.answer(["nepomuk ", "ammersee"])
            let opened = try await ben.sees("what it says") { $0.openedMessage }
            XCTAssertEqual(opened.text, "under the third stone")
            XCTAssertFalse("\(ben.model.screen)".contains("stone"))
            XCTAssertTrue(Page(ben.model.screen).isSecret)
            ben.model.back()
            _ = try await ben.talks()
            XCTAssertFalse("\(ben.model.rows)".contains("stone"))

            // Whoever locked it has no more of it than the other.
            let ours = try await ana.locked { $0.mark == .onTheirs }
            XCTAssertEqual(RowPage(.locked(ours)).menu, [.takeBack(ours.number)])
            ana.model.openLocked(ours.number)
            try await ana.sees("the questions") { $0.question }
            ana.model.answer(locks.map(\.answer))
            try await ana.sees("what it says") { $0.openedMessage }
            ana.model.back()
            _ = try await ana.talks()
            ana.model.takeBack(ours.number)
            _ = try await ben.waiting(for: "nothing that is locked") {
                ben.model.rows.contains { if case .locked = $0 { true } else { false } } ? nil : true
            }
        }
    }

    func testAMessageIsLockedForSomebodyWhoIsAway() async throws {
        try await meeting { ana, ben in
            let met = try await ana.sees("somebody who is kept") { $0.conversation?.contact }
            ben.model.stop()
            try await ana.sees("that they left") { $0.conversation.flatMap { $0.isOver ? true : nil } }
            ana.model.meet(met)
            try await ana.sees("that they are looked for") { $0.conversation?.apart }
            ana.model.lockMessage("")
            try await ana.sees("the page") { $0.lockMessage }
            ana.model.sendLocked("under the third stone", locks)
            let talk = try await ana.talks()
            XCTAssertNil(talk.locked)
            let row = try await ana.locked()
            XCTAssertEqual(row.mark, .onThisPhone)
            ben.model.meet(try XCTUnwrap(ben.model.home.people.first).id)
            _ = try await ben.locked()
            _ = try await ana.locked { $0.mark == .onTheirs }
        }
    }
}
