import Foundation
import XCTest

@testable import Shell

/// Two who have met find each other again, as tests/scenarios.md has it.
@MainActor
final class ReturnTests: XCTestCase {
    func testTwoWhoMetFindEachOtherAgain() async throws {
        try await meeting { first, second in
            try await said(first, second)
            let (host, guest) = (await first.again(), await second.again())
            let known = try await host.knows()
            XCTAssertTrue(known.canBeFound && !known.isBlocked && !known.ways.isEmpty)
            XCTAssertGreaterThan(try XCTUnwrap(known.heard), 1_700_000_000)
            host.model.meet(known.id)
            let apart = try await host.isApart()
            XCTAssertEqual([apart.name, apart.contact], ["Ben", known.id])
            XCTAssertEqual(apart.line, .apartLooking)
            let session = host.model.front
            // What is written while nobody is here waits, and can be taken back.
            host.model.send("first")
            host.model.send("taken back")
            let waits = try await host.waiting(for: "texts that wait") { host.texts.count == 4 ? host.texts : nil }
            XCTAssertTrue(waits.suffix(2).allSatisfy { $0.mark == .onThisPhone })
            host.model.takeBack(waits[3].number)
            _ = try await host.waiting(for: "one that is gone") { host.texts.count == 3 ? true : nil }
            XCTAssertEqual(host.notes, [.noteTakenBack])
            host.model.back()
            let home = try await host.sees("home") { $0.home }
            XCTAssertEqual(home.with(known)?.presence, .trying)
            XCTAssertEqual(home.with(known)?.last, "first")
            XCTAssertTrue(home.others.isEmpty)
            host.model.meet(known.id)
            try await host.isApart()
            XCTAssertEqual(host.model.front, session)
            guest.model.meet(try await guest.knows().id)
            try await guest.reads("first")
            try await host.isHere()
            XCTAssertEqual(host.model.front, session)
            _ = try await host.waiting(for: "nothing that waits") {
                host.texts.last?.text == "first" && host.texts.last?.mark == .onTheirs ? true : nil
            }
            try await said(host, guest)
            await host.leaves()
            await guest.leaves()
        }
    }

    func testTwoAtOtherAddressesAndPortsFindEachOtherInTheLocalNetwork() async throws {
        // Of this machine alone nothing is announced; and what goes to its own address does not leave it.
        guard let own = localAddresses().first(where: isPrivate) else { throw XCTSkip("this machine has no network") }
        try await meeting { first, second in
            try await said(first, second)
            let network = SimNetwork()
            let host = await first.again(in: network, at: own)
            let guest = await second.again(in: network, at: own)
            host.model.meet(try await host.knows().id)
            guest.model.meet(try await guest.knows().id)
            try await host.isHere()
            try await guest.isHere()
            host.model.send("here again")
            try await guest.reads("here again")
            await host.leaves()
            await guest.leaves()
        }
    }

    func testARecordIsWrittenAsTheNetworkHasIt() async {
        let service = Service(name: "ab12", port: 1, txt: ["t1": Data([0x3D]), "t0": Data([0, 255])])
        XCTAssertEqual([UInt8](service.record), [5, 0x74, 0x30, 0x3D, 0, 255, 4, 0x74, 0x31, 0x3D, 0x3D])
        let long = Service(name: "ab12", port: 1, txt: ["t0": Data(count: 253)])
        XCTAssertEqual(long.record, Data())
    }

    func testWhoLeavesIsLookedForAndComesBackToTheSameSession() async throws {
        try await again { host, guest in
            try await said(host, guest)
            guest.model.goodbye()
            try await guest.isOver(.lineLeft)
            XCTAssertEqual(guest.model.screen.conversation?.canSeek, true)
            let apart = try await host.isApart()
            XCTAssertEqual(host.texts.count, 2)
            // While somebody comes back, home stays home.
            host.model.back()
            try await host.isHome()
            let contact = try XCTUnwrap(guest.model.screen.conversation?.contact)
            guest.model.meet(contact)
            try await guest.isHere()
            XCTAssertEqual(guest.texts.count, 2)
            try await host.sees("them at home") { $0.home?.underWay.first?.presence == .here ? true : nil }
            host.model.meet(try XCTUnwrap(apart.contact))
            try await host.isHere()
            host.model.send("and now?")
            try await guest.reads("and now?")
            guest.model.goodbye()
            try await host.isApart()
            host.model.goodbye()
            try await host.isOver(.lineStopped)
            XCTAssertEqual(host.texts.count, 3)
        }
    }

    func testAFileThatBothKeepStandsOnceAndIsNoNewsOnceTheyAreTogetherAgain() async throws {
        try await again { host, guest in
            let film = URL.fresh().appendingPathComponent("film.bin")
            try Data(count: 70_000).write(to: film)
            host.model.sendFile(film.path)
            guest.model.acceptFile(try await guest.file(.fileOffered).number)
            _ = try await guest.file(.fileReceived)
            guest.model.goodbye()
            try await guest.isOver(.lineLeft)
            guest.model.meet(try XCTUnwrap(guest.model.screen.conversation?.contact))
            try await guest.isHere()
            let file = try await guest.waiting(for: "an old row") { guest.model.rows.first(where: \.isOld) }
            XCTAssertEqual(guest.model.rows, [file])
            XCTAssertTrue(file.isKept)
            XCTAssertEqual(guest.model.home.underWay.first?.unread, 0)
        }
    }

    func testAFileForSomebodyWhoIsAwayOutlivesTheProcess() async throws {
        try await again { first, guest in
            let contact = try XCTUnwrap(guest.model.screen.conversation?.contact)
            guest.model.goodbye()
            try await first.isApart()
            XCTAssertNotNil(Page(first.model.screen).chips)
            let film = URL.fresh().appendingPathComponent("film.bin")
            let bytes = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
            try bytes.write(to: film)
            first.model.sendFile(film.path, isCopy: true)
            _ = try await first.waiting(for: "a file that both keep") { first.model.rows.first(where: \.isKept) }
            XCTAssertFalse(FileManager.default.fileExists(atPath: film.path))
            XCTAssertEqual(first.copies, ["film.bin"])
            let host = await first.again()
            host.model.meet(try await host.knows().id)
            guest.model.meet(contact)
            guest.model.acceptFile(try await guest.file(.fileOffered).number)
            let received = try await guest.file(.fileReceived)
            let path = try XCTUnwrap(received.path)
            XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: path)), bytes)
            _ = try await host.file(.fileSent)
            _ = try await host.waiting(for: "no copy") { host.copies.isEmpty ? true : nil }
            await host.leaves()
        }
    }

    func testAContactIsAsked() async throws {
        try await again { host, guest in
            let trust = host.model.screen.conversation?.trust
            XCTAssertTrue(Page(host.model.screen).menu.contains { $0.action == .askThem })
            host.model.askThem()
            try await host.sees("the question to make up") { if case .ask("Ben") = $0 { true } else { nil } }
            host.model.ask(" ", expecting: "Rex")
            try await host.isTold(.kindBadText)
            try await host.sees("what cannot be asked") { if case .ask("Ben") = $0 { true } else { nil } }
            host.model.ask("Our dog?", expecting: "Rex")
            let asks = try await guest.sees("their question") { screen in
                screen.conversation?.asks.flatMap { $0.isOpen ? $0 : nil }
            }
            XCTAssertEqual([asks.question, asks.standing.rawValue], ["Our dog?", "question_unseen"])
            XCTAssertEqual(Page(guest.model.screen).choices.map(\.action).prefix(2), [.answerThem, .noAnswer])
            guest.model.answerThem()
            try await guest.sees("the question") { $0.question }
            guest.model.answer(["Tim"])
            try await host.sees("a wrong answer") { $0.conversation?.asked?.standing == .askedWrong ? true : nil }
            let again = try await guest.sees("another try") { screen in
                screen.conversation?.asks.flatMap { $0.standing == .asksWrong ? $0 : nil }
            }
            XCTAssertEqual(again.triesLeft, 2)
            XCTAssertEqual(host.model.screen.conversation?.trust, trust)
            guest.model.answer([" rex "])
            try await host.sees("a right answer") { $0.conversation?.asked?.standing == .askedRight ? true : nil }
            try await host.sees("more trust") { $0.conversation?.reason == .reasonAnswered ? true : nil }
            guest.model.ask("And the cat?", expecting: "Mia")
            try await host.sees("a question") { $0.conversation?.asks?.isOpen == true ? true : nil }
            host.model.noAnswer()
            try await guest.sees("no answer") { $0.conversation?.asked?.standing == .askedNotAnswered ? true : nil }
        }
    }

    func testNobodyAsksWhoHasLeft() async throws {
        try await meeting { host, guest in
            try await said(host, guest)
            guest.model.askThem()
            try await guest.sees("a question to make up") { if case .ask = $0 { true } else { nil } }
            host.model.goodbye()
            try await guest.sees("that they left") { $0.conversation?.isOver == true ? true : nil }
        }
    }

    func testWhatBothWriteDisappears() async throws {
        try await again { host, guest in
            host.model.chooseLife()
            try await host.sees("the choice") { $0 == .disappearing ? true : nil }
            let hour = try XCTUnwrap(Page(.disappearing).options.first { $0.action == .disappear(3_600) })
            XCTAssertNil(host.model.perform(hour.action))
            let offered = try await guest.waiting(for: "a proposal") { guest.lives.first }
            XCTAssertEqual(guest.model.rows.proposed, offered.number)
            XCTAssertEqual(RowPage(.life(offered), canAgree: true).choices, [.agree(3_600)])
            XCTAssertNil(guest.model.perform(RowChoice.agree(offered.after)))
            for person in [host, guest] {
                _ = try await person.waiting(for: "an agreement") { person.lives.first(where: \.holds) }
            }
            host.model.send("soon gone")
            for person in [host, guest] {
                try await person.text("one that disappears") { $0.text == "soon gone" && $0.endsAt != nil }
            }
            XCTAssertNil(guest.model.rows.proposed)
        }
    }

    func testWhatWasSaidIsFound() async throws {
        try await again { host, guest in
            try await said(host, guest)
            for number in 1...25 { host.model.send("lighthouse \(number)") }
            try await guest.reads("lighthouse 25")
            let contact = try XCTUnwrap(guest.model.screen.conversation?.contact)
            guest.model.goodbye()
            guest.model.search(contact)
            guest.model.look(for: "house light")
            let first = try await guest.found { !$0.hits.isEmpty }
            XCTAssertEqual(first.hits.first.map { [$0.text, "\($0.ours)"] }, ["lighthouse 25", "false"])
            XCTAssertTrue(first.hasMore && first.hits.count < 25)
            guest.model.look(for: "house light")
            _ = try await guest.found { $0.hits.count == 25 }
            guest.model.look(for: "nowhere")
            _ = try await guest.found { $0.words == "nowhere" && $0.hits.isEmpty && !$0.hasMore }
            XCTAssertEqual(Page(guest.model.screen).status, Phrase(.nothingFound))
            guest.model.back()
            try await guest.isOver(.lineLeft)
        }
    }

    func testWhatWaitsIsCarriedBySomebody() async throws {
        try await again { host, guest in
            let contact = try XCTUnwrap(guest.model.screen.conversation?.contact)
            guest.model.goodbye()
            let apart = try await host.isApart()
            let other = try XCTUnwrap(apart.contact)
            host.model.send("by pigeon")
            _ = try await host.waiting(for: "a text that waits") { host.texts.first }
            host.model.handOn(other)
            let carried = try await host.sees("what to hand on") { screen in
                if case .handOn(let what) = screen { what } else { nil }
            }
            XCTAssertEqual([carried.messages, carried.isAll ? 1 : 0], [1, 1])
            guest.model.handIn(try XCTUnwrap(carried.handout).link)
            try await guest.isTold(.bundleWasTaken)
            guest.model.noticed()
            guest.model.handIn(try Data(contentsOf: URL(fileURLWithPath: carried.path)))
            try await guest.isTold(.bundleWasKnown)
            guest.model.noticed()
            host.model.back()
            try await host.isApart()
            await host.settled()
            XCTAssertFalse(FileManager.default.fileExists(atPath: carried.path))
            host.model.handIn(try XCTUnwrap(carried.handout).text)
            try await host.isTold(.kindOtherBundle)
            guest.model.meet(contact)
            try await guest.isHere()
            try await guest.reads("by pigeon")
            XCTAssertEqual(guest.texts.count, 1)
            guest.model.handIn(try XCTUnwrap(carried.handout).link)
            try await guest.isTold(.bundleNotNeeded)
        }
    }

    func testWhereSomebodyElseHadACopyBothAreToldAndNothingGoesOn() async throws {
        try await again { host, guest in
            try await said(host, guest)
            let contact = try XCTUnwrap(host.model.screen.conversation?.contact)
            XCTAssertNil(host.model.perform(Action.otherDevice(contact, isOurs: false)))
            try await guest.isOver(.kindFrozen)
            for person in [host, guest] {
                _ = try await person.waiting(for: "that it is frozen") {
                    person.model.home.people.first.flatMap { $0.isFrozen && !$0.canBeFound ? true : nil }
                }
            }
            XCTAssertEqual(guest.texts.count, 2)
        }
    }

    func testPauseWhileSomebodyIsLookedFor() async throws {
        try await meeting { host, guest in
            try await said(host, guest)
            host.model.goodbye()
            try await guest.isOver(.kindTheyLeft)
            let contact = try XCTUnwrap(guest.model.screen.conversation?.contact)
            guest.model.meet(contact)
            try await guest.isApart()
            guest.model.left()
            await guest.settled()
            guest.model.returned()
            host.model.meet(try XCTUnwrap(host.model.screen.conversation?.contact))
            try await host.isHere()
            try await guest.isHere()
            // Whoever sleeps is looked for until they wake.
            host.model.left()
            await host.settled()
            host.model.returned()
            try await said(host, guest)
        }
    }

    func testARestoredDeviceIsAskedAbout() async throws {
        try await again { host, first in
            try await said(host, first)
            let before = await first.again()
            await before.model.shutdown()
            let copy = URL.fresh()
            try FileManager.default.removeItem(at: copy)
            try FileManager.default.copyItem(at: before.folder, to: copy)
            var guest = await before.again()
            for _ in 0..<2 {
                guest.model.meet(try await guest.knows().id)
                try await guest.isHere()
                try await host.isHere()
                try await said(host, guest)
                guest = await guest.again()
                try await host.isApart()
            }
            await guest.model.shutdown()
            try FileManager.default.removeItem(at: guest.folder)
            try FileManager.default.moveItem(at: copy, to: guest.folder)
            let restored = await guest.again()
            restored.model.meet(try await restored.knows().id)
            for person in [host, restored] {
                try await person.sees("the question") { $0.conversation?.apart?.restored }
                let page = Page(person.model.screen)
                XCTAssertEqual(page.choices.map(\.action), [.acceptRestored(true), .acceptRestored(false)])
            }
            host.model.acceptRestored(true)
            restored.model.acceptRestored(true)
            for person in [host, restored] {
                try await person.isHere()
                XCTAssertEqual(person.model.screen.conversation?.trust, .trustUnverified)
            }
            try await said(host, restored)
            await restored.leaves()
        }
    }

    func testWhoeverIsForgottenIsNotLookedFor() async throws {
        try await again { host, guest in
            guest.model.goodbye()
            let apart = try await host.isApart()
            let contact = try XCTUnwrap(apart.contact)
            host.model.look(at: contact)
            try await host.sees("them") { if case .person = $0 { true } else { nil } }
            host.model.forget(contact)
            try await host.sees("nobody") { $0.home.flatMap { $0.people.isEmpty && $0.underWay.isEmpty ? true : nil } }
        }
    }

    /// A word each way.
    private func said(_ one: Person, _ other: Person) async throws {
        one.model.send("are you there?")
        try await other.reads("are you there?")
        other.model.send("I am")
        try await one.reads("I am")
    }

    /// Two who met, said goodbye, and found each other again.
    private func again(_ body: (Person, Person) async throws -> Void) async throws {
        try await meeting { host, guest in
            host.model.goodbye()
            try await guest.isOver(.kindTheyLeft)
            guest.model.stop()
            for person in [host, guest] {
                if !person.model.screen.isHome { person.model.stop() }
                person.model.meet(try await person.knows().id)
            }
            try await host.isHere()
            try await guest.isHere()
            try await body(host, guest)
        }
    }
}

/// Of a network that is not the whole internet (RFC 1918, RFC 4193).
private func isPrivate(_ address: String) -> Bool {
    let second = address.split(separator: ".").dropFirst().first.flatMap { Int($0) }
    return ["10.", "192.168.", "fd"].contains { address.hasPrefix($0) }
        || address.hasPrefix("172.") && second.map((16...31).contains) == true
}

extension Person {
    fileprivate var lives: [LifeRow] {
        model.rows.compactMap { if case .life(let row) = $0 { row } else { nil } }
    }

    /// A page of what was looked for.
    fileprivate func found(_ isIt: (Search) -> Bool) async throws -> Search {
        try await sees("what was found") { screen in
            if case .search(let search) = screen, !search.isLooking, isIt(search) { search } else { nil }
        }
    }

    /// The one person at home.
    fileprivate func knows(file: StaticString = #filePath, line: UInt = #line) async throws -> Contact {
        try await sees("somebody who was met", file: file, line: line) { $0.home?.people.first }
    }

    @discardableResult
    fileprivate func isApart(file: StaticString = #filePath, line: UInt = #line) async throws -> Shell.Conversation {
        try await sees("that they are looked for", file: file, line: line) { screen in
            screen.conversation.flatMap { $0.apart == nil ? nil : $0 }
        }
    }

    fileprivate func isHere(file: StaticString = #filePath, line: UInt = #line) async throws {
        try await sees("them", file: file, line: line) { screen in
            screen.conversation.flatMap { $0.apart == nil && !$0.isOver ? true : nil }
        }
    }
}
