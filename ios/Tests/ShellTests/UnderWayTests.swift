import Foundation
import XCTest

@testable import Shell

/// Any number of things are under way at once, one of them on the stage.
@MainActor
final class UnderWayTests: XCTestCase {
    func testThreeAtOnce() async throws {
        let (cleo, dora) = (Person("Cleo"), Person("Dora"))
        try await meeting { host, guest in
            // A conversation, and beside it an invitation of ours that waits.
            host.model.back()
            let code = try await host.hosts(send: true)
            // And somebody else's, which is opened.
            host.model.handIn(try await cleo.hosts(send: true).invitation.link)
            let confirm = try await host.sees("question") { $0.confirm }
            XCTAssertEqual(confirm.name, "Cleo")
            XCTAssertNil(host.model.notice)

            // The conversation goes on beneath, and the invitation is accepted beneath.
            guest.model.send("are you there?")
            try await dora.accepts(code.invitation.link)
            _ = try await dora.talks()
            XCTAssertEqual(host.model.screen.confirm, confirm)
            host.model.accept()
            let there = try await host.talks()
            XCTAssertEqual(there.name, "Cleo")
            XCTAssertEqual(host.model.rows, [])

            host.model.back()
            let home = try await host.sees("three") { $0.home?.underWay.count == 3 ? $0.home : nil }
            XCTAssertEqual(home.underWay.map(\.with), [.person("Ben"), .person("Dora"), .person("Cleo")])
            XCTAssertEqual(home.waiting, [])
            // What is said goes to whoever is on the stage.
            for (underWay, person) in zip(home.underWay, [guest, dora, cleo]) {
                host.model.show(underWay.id)
                try await host.sees("conversation") {
                    .person($0.conversation?.name ?? "") == underWay.with ? true : nil
                }
                let text = "only to \(underWay.with)"
                host.model.send(text)
                try await person.reads(text)
                host.model.back()
            }
            host.model.show(home.underWay[0].id)
            try await host.reads("are you there?")
        }
        for person in [cleo, dora] { await person.leaves() }
    }

    func testAConversationIsPutAsideAndShownAgain() async throws {
        try await meeting { host, guest in
            host.model.send("before")
            guest.model.send("yes?")
            try await host.reads("yes?")
            host.model.back()
            try await host.isHome()
            XCTAssertEqual(host.model.rows, [])
            XCTAssertFalse(host.model.isAtRest)
            let talk = try await host.hasUnderWay(.underWayTalking)
            XCTAssertEqual(talk.with, .person("Ben"))
            // More than are told before they have reached the screen.
            for number in 0..<300 { guest.model.send("\(number)") }
            host.model.show(talk.id)
            _ = try await host.talks()
            try await host.reads("299")
            let texts = host.model.rows.compactMap { if case .text(let row) = $0 { row.text } else { nil } }
            XCTAssertEqual(texts.suffix(300), (0..<300).map { "\($0)" }[...])
            XCTAssertEqual(Set(texts.prefix(2)), ["before", "yes?"])
            host.model.goodbye()
            try await host.isOver(.lineLeft)
            XCTAssertTrue(host.model.isAtRest)
            // What was written stays, until the person takes it off the list.
            host.model.back()
            let over = try await host.hasUnderWay(.lineLeft)
            XCTAssertTrue(over.isOver)
            XCTAssertEqual(over.last, "299")
            host.model.show(over.id)
            try await host.isOver(.lineLeft)
            host.model.stop()
            try await host.hasNothingThatWaits()
            try await guest.isOver(.kindTheyLeft)
        }
    }

    func testWhatIsDoneGoesToWhoWasOnTheStageThen() async throws {
        let cleo = Person("Cleo")
        try await meeting { host, guest in
            let ben = host.model.front
            // All of this comes before the first of it is done.
            host.model.back()
            host.model.send("to Ben")
            try await guest.reads("to Ben")
            try await host.isHome()
            try await cleo.accepts(try await host.hosts(send: true).invitation.link)
            _ = try await cleo.talks()
            let talk = try await host.talks()
            XCTAssertEqual(talk.name, "Cleo")
            // A file takes a while to be picked.
            let file = host.folder.appendingPathComponent("a.txt")
            try Data("a".utf8).write(to: file)
            host.model.sendFile(file.path, to: ben)
            _ = try await guest.file(.fileOffered)
            XCTAssertEqual(host.model.rows, [])
            XCTAssertEqual(cleo.model.rows, [])
        }
        await cleo.leaves()
    }

    func testHomeListsWhatIsUnderWay() async throws {
        let (ana, ben) = (Person("Ana"), Person("Ben"))
        _ = try await ben.hosts()
        ben.model.back()
        let ours = try await ben.hasUnderWay(.hostWaiting)
        XCTAssertEqual(ours.with, .guest)
        try await ben.knocks(at: ana)
        ben.model.offerReply()
        let reply = try await ben.sees("reply") { $0.reply }
        ben.model.back()
        let theirs = try await ben.hasUnderWay(.underWayReply)
        XCTAssertEqual(theirs.with, .host("Ana"))
        XCTAssertEqual(ben.model.screen.home?.underWay.map(\.id), [ours.id, theirs.id])
        XCTAssertEqual(ben.model.screen.home?.waiting, [])
        // A row leads back to it.
        XCTAssertNil(ben.model.perform(.show(theirs.id)))
        let again = try await ben.sees("reply") { $0.reply }
        XCTAssertEqual(again, reply)
        // What is over is listed no more.
        ben.model.giveUp()
        try await ben.sees("one") { $0.home?.underWay == [ours] ? true : nil }
        ben.model.show(theirs.id)
        await ben.settled()
        XCTAssertTrue(ben.model.screen.isHome)
        for person in [ana, ben] { await person.leaves() }
    }

    func testWhatIsPutAsideWaitsAfterARestart() async throws {
        let first = Person("Ana")
        _ = try await first.hosts()
        first.model.back()
        _ = try await first.hasUnderWay(.hostWaiting)
        let again = await first.again()
        let waiting = try await again.waits()
        XCTAssertEqual(again.model.screen.home?.underWay, [])
        again.model.resume(waiting.id)
        try await again.sees("code") { $0.code }
        again.model.back()
        let home = try await again.sees("home") { $0.home?.underWay.isEmpty == false ? $0.home : nil }
        XCTAssertEqual(home.waiting, [])
        await again.leaves()
    }

    func testAConversationThatBeginsAtHomeComesToTheStage() async throws {
        try await atTable { host, guest in
            let code = try await host.hosts(send: true)
            host.model.back()
            host.model.showSettings()
            try await host.sees("settings") { $0.settings }
            try await guest.accepts(code.invitation.link)
            try await areTogether(host, guest)
        }
    }

    func testAConversationThatBeginsMeanwhileStaysInTheList() async throws {
        try await atTable { host, guest in
            let code = try await host.hosts(send: true)
            host.model.back()
            host.model.scan()
            try await host.sees("camera") { $0.scan?.wanted == .invitation ? true : nil }
            try await guest.accepts(code.invitation.link)
            _ = try await guest.talks()
            _ = try await host.waiting(for: "it to begin") {
                host.model.sessions.contains(where: \.isTalking) ? true : nil
            }
            XCTAssertNotNil(host.model.screen.scan)
            host.model.back()
            _ = try await host.hasUnderWay(.underWayTalking)
        }
    }

    func testWhatSomebodyWroteBeforeTheyLeftIsThereToBeRead() async throws {
        try await meeting { host, guest in
            host.model.back()
            let talk = try await host.hasUnderWay(.underWayTalking)
            guest.model.send("I have to go")
            _ = try await guest.waiting(for: "it to be there") {
                if case .text(let row) = guest.model.rows.last, row.mark == .onTheirs { true } else { nil }
            }
            guest.model.goodbye()
            try await host.isTold(.kindTheyLeft)
            let unread = try await host.hasUnderWay(.kindTheyLeft)
            XCTAssertEqual(unread.unread, 1)
            XCTAssertEqual(unread.last, "I have to go")
            host.model.show(talk.id)
            let shown = try await host.talks()
            XCTAssertEqual(shown.line, .kindTheyLeft)
            try await host.reads("I have to go")
            host.model.back()
            let read = try await host.hasUnderWay(.kindTheyLeft)
            XCTAssertEqual(read.unread, 0)
            host.model.show(talk.id)
            _ = try await host.talks()
            host.model.stop()
            _ = try await host.hasNothingThatWaits()
        }
    }

    func testWhatEndsInTheBackgroundIsSaid() async throws {
        try await meeting { host, guest in
            host.model.back()
            let code = try await host.hosts()
            guest.model.goodbye()
            try await host.isTold(.kindTheyLeft)
            XCTAssertEqual(host.model.screen.code?.invitation, code.invitation)
            host.model.noticed()
            host.model.back()
            let home = try await host.sees("home") { $0.home }
            XCTAssertEqual(home.underWay.map(\.with), [.guest])
        }
    }

    func testWhatEndsMeanwhileTakesNothingFromWhatIsAsked() async throws {
        let (cleo, dora) = (Person("Cleo"), Person("Dora"))
        try await meeting { host, guest in
            host.model.back()
            for (count, other) in [cleo, dora].enumerated() {
                host.model.handIn(try await other.hosts(send: true).invitation.link)
                if count == 0 { try await host.sees("question") { $0.confirm } }
            }
            try await host.isTold(.anotherUnderWay)
            guest.model.goodbye()
            _ = try await guest.hasNothingThatWaits()
            XCTAssertEqual(host.model.notice?.what, .anotherUnderWay)
            host.model.noticed()
            try await host.isTold(.kindTheyLeft)
            XCTAssertEqual(host.model.screen.confirm?.name, "Cleo")
        }
        for person in [cleo, dora] { await person.leaves() }
    }

    func testAnInvitationThatIsOpenIsLeftWhenItIsPutAside() async throws {
        try await atTable { host, guest in
            guest.model.handIn(try await host.hosts(send: true).invitation.link)
            try await guest.sees("question") { $0.confirm }
            guest.model.back()
            try await guest.hasNothingThatWaits()
            XCTAssertTrue(guest.model.isAtRest)
        }
    }

    func testAReplyIsAskedAboutWhileAnInvitationWaitsInTheBackground() async throws {
        let (host, guest) = (Person("Ana"), Person("Ben"))
        try await guest.knocks(at: host)
        guest.model.offerReply()
        let reply = try await guest.sees("reply") { $0.reply }
        host.model.back()
        _ = try await host.hasUnderWay(.hostWaiting)
        host.model.handIn(reply.link)
        try await host.isTold(.replyFound)
        host.model.takeReply()
        try await host.isTold(.replyTaken)
        host.model.returned()
        try await areTogether(host, guest)
        for person in [host, guest] { await person.leaves() }
    }
}
