import Foundation
import XCTest

@testable import Shell

/// Two people, as tests/scenarios.md has them.
@MainActor
final class MeetingTests: XCTestCase {
    func testMeetByOneScan() async throws {
        try await atTable { host, guest in
            let code = try await host.hosts()
            try await guest.scans(code.invitation.symbol)
            let confirm = try await guest.sees("question") { $0.confirm }
            XCTAssertEqual(confirm.name, "Ana")
            XCTAssertEqual(confirm.proof, .proofCamera)
            guest.model.accept()
            let (here, there) = (try await host.talks(), try await guest.talks())
            XCTAssertEqual([here.trust, here.reason], [.trustUnverified, .reasonSawTheCode])
            XCTAssertEqual([there.trust, there.reason], [.trustVerified, .reasonScanned])
            XCTAssertEqual([here.name, there.name], ["Ben", "Ana"])
        }
    }

    func testMeetByTwoScans() async throws {
        try await atTable { host, guest in
            let code = try await host.hosts()
            host.model.left()
            await host.settled()
            try await guest.scans(code.invitation.symbol)
            try await guest.sees("question") { $0.confirm }
            guest.model.accept()
            try await guest.sees("knocking") { $0.connecting }
            guest.model.offerReply()
            let reply = try await guest.sees("reply") { $0.reply }
            // The host's camera is on before the host can be reached: only the reply brings them together.
            host.model.scan()
            try await host.sees("camera") { $0.scan?.wanted == .reply ? true : nil }
            host.model.camera(.running)
            host.model.returned()
            XCTAssertTrue(try Frame(of: reply.symbol).isFound(by: host.model))
            let (here, there) = (try await host.talks(), try await guest.talks())
            XCTAssertEqual([here.trust, there.trust], [.trustVerified, .trustVerified])
        }
    }

    func testMeetByLink() async throws {
        try await meeting { host, guest in
            let (here, there) = (try await host.talks(), try await guest.talks())
            XCTAssertEqual([here.trust, there.trust], [.trustUnverified, .trustUnverified])
            XCTAssertEqual([here.reason, there.reason], [.reasonOpenLink, .reasonOpenLink])
        }
    }

    func testMeetByPicture() async throws {
        try await atTable { host, guest in
            let code = try await host.hosts(send: true)
            let share = Share.picture(symbol: code.invitation.symbol)
            guard case .file(let picture) = try share.prepared(in: host.folder) else {
                return XCTFail("no picture")
            }
            guest.model.handIn(picture)
            try await guest.sees("question") { $0.confirm }
            guest.model.accept()
            try await areTogether(host, guest)
        }
    }

    func testMeetByFile() async throws {
        try await atTable { host, guest in
            let code = try await host.hosts(send: true)
            let share = Share.file(text: code.invitation.text)
            guard case .file(let file) = try share.prepared(in: host.folder) else {
                return XCTFail("no file")
            }
            guest.model.handIn(file)
            let confirm = try await guest.sees("question") { $0.confirm }
            XCTAssertEqual(confirm.proof, .proofCarried)
        }
    }

    func testTalkBothWays() async throws {
        let (host, guest) = (Person("רות 🦊"), Person("Zoë"))
        let code = try await host.hosts(send: true)
        guest.model.handIn(code.invitation.link)
        let confirm = try await guest.sees("question") { $0.confirm }
        XCTAssertEqual(confirm.name, "רות 🦊")
        guest.model.accept()
        let names = [try await host.talks().name, try await guest.talks().name]
        XCTAssertEqual(names, ["Zoë", "רות 🦊"])

        let texts = ["hello", "👩‍👩‍👧‍👦 🏳️‍🌈", "שלום, מה שלומך?", "مرحبا 123", "line\nline", "e\u{301}"]
        for text in texts {
            host.model.send(text)
            guest.model.send(text)
        }
        for person in [host, guest] {
            try await person.reads("e\u{301}")
            for ours in [true, false] {
                let seen = person.model.rows.compactMap { row -> String? in
                    if case .text(let row) = row, row.ours == ours { row.text } else { nil }
                }
                XCTAssertEqual(seen.map { Array($0.unicodeScalars) }, texts.map { Array($0.unicodeScalars) })
            }
        }
        await host.leaves()
        await guest.leaves()
    }

    func testATextIsAnsweredReactedToChangedAndTakenBack() async throws {
        try await meeting { host, guest in
            host.model.send("at six?")
            let theirs = try await guest.text("what the host says") { $0.text == "at six?" }
            guest.model.reply(to: theirs.number)
            try await guest.sees("what is written about") { screen in
                screen.conversation?.subject == Subject(number: theirs.number, text: "at six?", isEdit: false)
                    ? true : nil
            }
            guest.model.send("at seven")
            let reply = try await host.text("the reply") { !$0.ours }
            XCTAssertEqual(
                [reply.text, RowPage(.text(reply)).quote.map { "\($0)" }],
                ["at seven", "\(Phrase.verbatim("at six?"))"])
            try await guest.sees("that nothing is written about") { $0.conversation?.subject == nil ? true : nil }
            // The same once more is: not any more.
            XCTAssertNil(host.model.perform(.react(reply.number, "👍")))
            try await guest.text("a reaction") { $0.reactions == [Reaction(ours: false, symbol: "👍")] }
            try await host.text("the same here") { $0.reactions == [Reaction(ours: true, symbol: "👍")] }
            XCTAssertNil(host.model.perform(.react(reply.number, "👍")))
            try await guest.text("no reaction") { $0.text == "at seven" && $0.reactions.isEmpty }
            let ours = try await host.text("ours") { $0.ours }
            XCTAssertEqual(
                RowPage(.text(ours)).menu, [.reply(ours.number), .edit(ours.number), .takeBack(ours.number)])
            XCTAssertEqual(RowPage(.text(reply)).menu, [.reply(reply.number)])
            XCTAssertEqual(RowPage(.text(ours), canAnswer: false).menu, [])
            XCTAssertNil(host.model.perform(.edit(ours.number)))
            try await host.sees("what is changed") { $0.conversation?.subject?.isEdit == true ? true : nil }
            host.model.dropSubject()
            try await host.sees("that nothing is") { $0.conversation?.subject == nil ? true : nil }
            host.model.edit(ours.number)
            try await host.sees("what is changed") { $0.conversation?.subject?.isEdit == true ? true : nil }
            host.model.send("at seven?")
            try await guest.text("the other text") {
                $0.number == theirs.number && $0.text == "at seven?" && $0.isEdited
            }
            // What is taken back cannot be written about any more.
            guest.model.reply(to: theirs.number)
            try await guest.sees("what is written about") { $0.conversation?.subject != nil ? true : nil }
            XCTAssertNotNil(RowChoice.takeBack(ours.number).asks)
            XCTAssertNil(host.model.perform(.takeBack(ours.number)))
            _ = try await guest.waiting(for: "that it is gone") { guest.notes == [.noteTakenBack] ? true : nil }
            try await guest.sees("that nothing is written about") { $0.conversation?.subject == nil ? true : nil }
        }
    }

    func testWhatCouldNotBeKeptGoesBackToWhereItWasTyped() async throws {
        try await meeting { host, guest in
            host.model.send("hello")
            try await guest.reads("hello")
            let session = try XCTUnwrap(host.model.front)
            host.model.hear(.notWritten(session, "first", Refusal(kind: .storageFull)))
            try await host.isTold(.kindStorageFull)
            host.model.hear(.notWritten(session, "second", Refusal(kind: .storageFull)))
            XCTAssertEqual(host.model.screen.conversation?.unsent, "first\nsecond")
            XCTAssertEqual(host.model.takeUnsent(), "first\nsecond")
            XCTAssertNil(host.model.takeUnsent())
            XCTAssertNil(host.model.screen.conversation?.unsent)
            // The same where the core does not take it at all.
            let long = String(repeating: "x", count: 65 << 10)
            host.model.send(long)
            try await host.sees("what came back") { $0.conversation?.unsent == long ? true : nil }
            // What comes back to somebody who is over is there again when they are looked for.
            host.model.goodbye()
            try await host.isOver(.lineLeft)
            host.model.meet(try XCTUnwrap(host.model.screen.conversation?.contact))
            try await host.sees("what came back") { screen in
                screen.conversation.flatMap { $0.apart != nil && $0.unsent == long ? true : nil }
            }
        }
    }

    func testAPersonIsCalledSomethingElseAndIsBlockedUntilTheyAreNot() async throws {
        try await meeting { host, guest in
            let id = try XCTUnwrap(host.model.screen.conversation?.contact)
            host.model.look(at: id)
            try await host.person("the person") { _ in true }
            var typed = Typed()
            typed.name = " My sister "
            XCTAssertNil(host.model.perform(.giveName(id), typed: typed))
            try await host.person("the name") { $0.name == "My sister" && $0.ownName == "Ben" }
            host.model.giveName(id, " ")
            try await host.person("their own name") { $0.name == "Ben" && $0.ownName == nil }
            XCTAssertNil(host.model.perform(.takeFiles(id, 7)))
            try await host.person("how much is taken") {
                $0.takesFilesUpTo == 7 && $0.unaskedChoices.prefix(3) == [nil, 0, 7]
            }
            XCTAssertNil(host.model.perform(.block(id, true)))
            try await host.person("that they are blocked") { $0.isBlocked }
            try await guest.sees("that it is over") { screen in
                screen.conversation.flatMap { $0.isOver || $0.apart != nil ? true : nil }
            }
            XCTAssertNil(host.model.perform(.block(id, false)))
            try await host.person("that they are not") { !$0.isBlocked }
        }
    }

    func testAFileGoesThrough() async throws {
        try await meeting { host, guest in
            let content = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) })
            let file = host.folder.appendingPathComponent("écran 1.bin")
            try content.write(to: file)
            host.model.sendFile(file.path)
            let offered = try await guest.file(.fileOffered)
            XCTAssertEqual(offered.name, "écran 1.bin")
            XCTAssertEqual(offered.size, 300_000)
            XCTAssertEqual(RowPage(.file(offered)).choices, [.accept(offered.number), .decline(offered.number)])
            XCTAssertNil(guest.model.perform(.accept(offered.number)))
            _ = try await host.file(.fileSent)
            let received = try await guest.file(.fileReceived)
            let path = try XCTUnwrap(received.path)
            XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: path)), content)
            XCTAssertEqual(RowPage(.file(received)).choices, [.open(path), .save(path)])
        }
    }

    func testAFileIsDeclined() async throws {
        try await meeting { host, guest in
            let file = host.folder.appendingPathComponent("a.txt")
            try Data("a".utf8).write(to: file)
            host.model.sendFile(file.path)
            guest.model.declineFile(try await guest.file(.fileOffered).number)
            _ = try await host.file(.kindDeclined)
            host.model.send("never mind")
            try await guest.reads("never mind")
        }
    }

    func testACopyGoesOnceItsFileWasSentOrCameToNothing() async throws {
        func copy(_ name: String, in person: Person) throws -> URL {
            let folder = person.folder.appendingPathComponent(UUID().uuidString)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let file = folder.appendingPathComponent(name)
            try Data("a".utf8).write(to: file)
            return file
        }
        try await meeting { host, guest in
            let files = try ["a.txt", "a.txt", "b.txt"].map { try copy($0, in: host) }
            for file in files { host.model.sendFile(file.path, isCopy: true) }
            let offered = try await guest.waiting(for: "three files") {
                let rows = guest.model.rows.compactMap { if case .file(let row) = $0 { row } else { nil } }
                return rows.count == 3 ? rows : nil
            }
            for file in files {
                let folder = file.deletingLastPathComponent()
                XCTAssertFalse(FileManager.default.fileExists(atPath: folder.path))
            }
            XCTAssertEqual(host.copies.sorted(), ["a.txt", "a.txt", "b.txt"])
            guest.model.acceptFile(offered[0].number)
            _ = try await host.file(.fileSent)
            guest.model.declineFile(offered[1].number)
            _ = try await host.waiting(for: "both to go") { host.copies == ["b.txt"] ? true : nil }
            let last = try await host.waiting(for: "the last one") {
                host.model.rows.compactMap {
                    if case .file(let row) = $0, row.name == "b.txt" { row } else { nil }
                }
                .first
            }
            host.model.cancelFile(last.number)
            _ = try await host.waiting(for: "the last to go") { host.copies.isEmpty ? true : nil }
        }
    }

    func testAFileThatIsNotThereIsSaid() async throws {
        try await meeting { host, _ in
            host.model.sendFile("/nowhere/at/all")
            let notice = try await host.isTold(.kindStorage)
            XCTAssertEqual(notice.choice?.action, .errand(.settings(.storage)))
        }
    }

    func testALinkOrAPictureIsHandedOnWithoutAnotherTouch() async throws {
        let person = Person("Ana")
        for action in [Action.shareLink, .sharePicture] {
            XCTAssertNil(person.model.perform(action))
            let code = try await person.sees("code") { $0.code }
            let due = try await person.waiting(for: "what is due") { person.model.due }
            XCTAssertTrue(code.sent)
            let share: Share =
                action == .shareLink ? .link(code.invitation.link) : .picture(symbol: code.invitation.symbol)
            XCTAssertEqual(due, .share(share))
            person.model.begun()
            person.model.back()
            try await person.isHome()
            XCTAssertNil(person.model.due)
        }
        _ = try await person.hosts(send: true)
        XCTAssertNil(person.model.due)
        await person.leaves()
    }

    func testOneSaysGoodbye() async throws {
        try await meeting { host, guest in
            host.model.goodbye()
            try await host.isHome()
            try await guest.isOver(.kindTheyLeft)
            guest.model.back()
            try await guest.isHome()
        }
    }
}
