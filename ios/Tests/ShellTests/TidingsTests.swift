import Foundation
import XCTest

@testable import Shell

/// What notifications tell while nobody looks.
final class TidingsTests: XCTestCase {
    private var machine = {
        var machine = TidingsMachine(process: "p")
        _ = machine.handle(.tellsContent(true))
        return machine
    }()

    private func changed(_ ongoing: Ongoing...) -> [TidingsMachine.Effect] {
        machine.handle(.changed(ongoing, hasPeople: false))
    }

    private func mira(
        _ rows: Row..., isTalking: Bool = true, isOnStage: Bool = false, question: String? = nil
    ) -> Ongoing {
        Ongoing(
            session: 1, name: "Mira", isTalking: isTalking, isApart: !isTalking, isOnStage: isOnStage, rows: rows,
            question: question)
    }

    private func text(_ number: UInt64, _ text: String, ours: Bool = false) -> Row {
        .text(TextRow(number: number, ours: ours, text: text))
    }

    private func told(
        _ lines: Phrase..., title: Phrase = Phrase(.person("Mira")), canReply: Bool = true, isNew: Bool = true
    ) -> TidingsMachine.Effect {
        .post(Tidings(id: "p/1", title: title, lines: lines, canReply: canReply, isNew: isNew))
    }

    func testWhatSomebodyWritesWhileNobodyLooksIsToldUntilItIsLookedAt() {
        _ = machine.handle(.seen(true))
        XCTAssertEqual(changed(mira(text(1, "hello"), isOnStage: true)), [])
        XCTAssertEqual(machine.handle(.seen(false)), [])
        XCTAssertEqual(
            changed(mira(text(1, "hello"), text(2, "there?"), isOnStage: true)), [told(.verbatim("there?"))])
        XCTAssertEqual(changed(mira(text(1, "hello"), text(2, "there?"), isOnStage: true)), [])
        XCTAssertEqual(machine.handle(.seen(true)), [.remove("p/1")])
        XCTAssertEqual(machine.handle(.seen(false)), [])
    }

    func testWhileTheAppIsSeenOnlyWhatIsNotOnTheStageIsTold() {
        _ = machine.handle(.seen(true))
        // That they are here is seen at home.
        XCTAssertEqual(changed(mira()), [])
        XCTAssertEqual(changed(mira(text(1, "hello"))), [told(.verbatim("hello"))])
        XCTAssertEqual(changed(mira(text(1, "hello"), isOnStage: true)), [.remove("p/1")])
    }

    func testWhatTheyOfferProposeAndAskIsToldAndThatTheyAreHere() {
        XCTAssertEqual(changed(mira()), [told(Phrase(.tidingsHere))])
        let offer = Row.file(
            FileRow(
                number: 1, ours: false, name: "Map.pdf", size: 1_200, state: .fileOffered, done: nil, path: nil))
        let told1 = Phrase(.tidingsOffer, .verbatim("Map.pdf"), .verbatim(amount(1_200)))
        XCTAssertEqual(changed(mira(offer)), [told(told1)])
        let life = Row.life(LifeRow(number: 2, ours: false, after: 3_600, holds: false))
        let told2 = Phrase(.lifeOffered, Phrase(span: 3_600))
        XCTAssertEqual(changed(mira(offer, life)), [told(told1, told2)])
        let locked = Row.locked(LockedRow(number: 3, ours: false, questions: ["Our dog?", "Which lake?"]))
        let told3 = Phrase(.tidingsLocked, .verbatim("Our dog? Which lake?"))
        let told4 = Phrase(.theyAsk, Phrase(.person("Mira")), .verbatim("Where did we meet?"))
        XCTAssertEqual(
            changed(mira(offer, life, locked, question: "Where did we meet?")), [told(told1, told2, told3, told4)])
        // Once it is answered, and once the two agreed.
        let agreed = Row.life(LifeRow(number: 2, ours: false, after: 3_600, holds: true))
        XCTAssertEqual(changed(mira(offer, agreed, locked)), [told(told1, told3, isNew: false)])
    }

    func testWhatIsTakenBackOrOldOrOursIsNotTold() {
        _ = changed(mira(text(1, "hello")))
        XCTAssertEqual(
            changed(mira(.note(NoteRow(number: 1, ours: false, what: .noteTakenBack)), isTalking: false)),
            [.remove("p/1")])
        XCTAssertEqual(
            changed(mira(.text(TextRow(number: 2, ours: false, text: "old", isOld: true)), isTalking: false)), [])
        // Whoever answered has read what was there.
        XCTAssertEqual(changed(mira(text(3, "new"), isTalking: false)), [told(.verbatim("new"))])
        XCTAssertEqual(
            changed(mira(text(3, "new"), text(4, "yes", ours: true), isTalking: false)), [.remove("p/1")])
        XCTAssertEqual(
            changed(mira(text(3, "new"), text(4, "yes", ours: true), text(5, "good"), isTalking: false)),
            [told(.verbatim("good"))])
    }

    func testWithoutAChoiceNothingOfItIsSaid() {
        let hidden = told(Phrase(.tidingsHidden), title: Phrase(.appName), canReply: false)
        _ = machine.handle(.tellsContent(false))
        XCTAssertEqual(changed(mira(text(1, "hello"))), [hidden])
        XCTAssertFalse("\(hidden)".contains("hello"))
        XCTAssertEqual(machine.handle(.tellsContent(true)), [told(.verbatim("hello"), isNew: false)])
        XCTAssertEqual(
            machine.handle(.tellsContent(false)),
            [told(Phrase(.tidingsHidden), title: Phrase(.appName), canReply: false, isNew: false)])
        XCTAssertFalse("\(told(.verbatim("hello")))".contains("hello"))
    }

    func testAnAnswerGoesToWhoeverIsThereOrLookedFor() {
        _ = changed(mira(text(1, "hello")))
        XCTAssertEqual(machine.handle(.answered("p/1", "hi")), [.send(1, "hi")])
        _ = changed(mira(text(1, "hello"), isTalking: false))
        XCTAssertEqual(machine.handle(.answered("p/1", "hi")), [.send(1, "hi")])
        XCTAssertEqual(machine.handle(.touched("p/1")), [.show(1)])
        // What an earlier process told means nobody here.
        XCTAssertEqual(machine.handle(.touched("q/1")), [])
        XCTAssertEqual(changed(), [.remove("p/1")])
        guard case .postUnsent(let unsent)? = machine.handle(.answered("p/1", "hi")).first else {
            return XCTFail("it is not said")
        }
        XCTAssertEqual(unsent.lines, [Phrase(.unsentText)])
    }

    func testThePersonIsAskedOnceSomebodyIsKept() {
        XCTAssertEqual(machine.handle(.changed([], hasPeople: false)), [])
        XCTAssertEqual(machine.handle(.changed([], hasPeople: true)), [.ask])
        XCTAssertEqual(machine.handle(.changed([], hasPeople: true)), [])
    }
}

/// The same of a whole app.
@MainActor
final class NoticesTests: XCTestCase {
    func testTwoPeopleAndTheNotificationsOfOne() async throws {
        try await meeting { ana, ben in
            let board = Board()
            let mark = ana.folder.appendingPathComponent("tells")
            let notices = Notices(of: ana.model, on: board, mark: mark)
            notices.tellsContent = true
            XCTAssertTrue(Notices(of: ana.model, on: Board(), mark: mark).tellsContent)
            _ = try await ana.waiting(for: "the question whether to notify") { board.asked > 0 ? true : nil }
            ben.model.send("hello")
            try await ana.reads("hello")
            ben.model.send("are you there?")
            let posted = try await ana.waiting(for: "a notification") {
                board.posted.values.first { $0.lines.last == .verbatim("are you there?") }
            }
            XCTAssertEqual(posted.title, Phrase(.person("Ben")))
            await notices.answered(posted.id, "I am")
            try await ben.reads("I am")
            _ = try await ana.waiting(for: "nothing more to tell") { board.posted.isEmpty ? true : nil }
            ana.model.back()
            try await ana.isHome()
            ben.model.ask("Our dog?", expecting: "Rex")
            let asked = try await ana.waiting(for: "their question") { board.posted.values.first }
            notices.touched(asked.id)
            _ = try await ana.talks()
            notices.seen(true)
            XCTAssertTrue(board.posted.isEmpty)
            XCTAssertEqual(board.asked, 1)
        }
    }
}

/// Notifications that are looked at by a test.
@MainActor
private final class Board: NoticeBoard {
    var asked = 0
    var posted: [String: Tidings] = [:]

    func ask() { asked += 1 }
    func post(_ tidings: Tidings) { posted[tidings.id] = tidings }
    func remove(_ id: String) { posted[id] = nil }
    func clear() { posted = [:] }
}
