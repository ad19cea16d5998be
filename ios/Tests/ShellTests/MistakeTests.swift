import Foundation
import XCTest

@testable import Shell

/// What a shell or a phone does wrong, as tests/scenarios.md has it.
@MainActor
final class MistakeTests: XCTestCase {
    func testAKeyStoreThatFails() async throws {
        struct Broken: Error {}
        let person = Person(keys: BrokenKeys(failure: Broken()))
        let closed = try await person.sees("why") { $0.notOpened }
        XCTAssertEqual(closed.what, .kindKeyStoreFailed)
        person.model.invite(send: false)
        await person.settled()
        XCTAssertEqual(person.model.screen, .notOpened(closed))
        XCTAssertEqual(Page(.notOpened(closed)).choices.map(\.action), [.errand(.restart), .startAnew])
        await person.leaves()
    }

    func testAKeyStoreThatIsLocked() async throws {
        let person = Person(keys: BrokenKeys(failure: KeyStoreLocked()))
        let closed = try await person.sees("why") { $0.notOpened }
        XCTAssertEqual(closed, NotOpened(what: .kindKeyStoreLocked, next: .remedyUnlock, canStartAnew: false))
        // What only waits for its owner is not thrown away.
        XCTAssertEqual(Page(.notOpened(closed)).choices.map(\.action), [.errand(.restart)])
        await person.leaves()
    }

    func testAKeyStoreThatHoldsNonsense() async throws {
        let person = Person(keys: MemoryKeys([1, 2, 3, 4, 5, 6, 7]))
        try await person.sees("that it is lost") { $0 == .keyLost ? true : nil }
        await person.leaves()
    }

    func testAKeyStoreThatSaysThatTheKeyIsLost() async throws {
        let person = Person(keys: BrokenKeys(failure: KeyLost()))
        try await person.sees("that it is lost") { $0 == .keyLost ? true : nil }
        await person.leaves()
    }

    func testAKeyStoreThatLostItsKey() async throws {
        let (folder, keys) = (URL.fresh(), MemoryKeys())
        for _ in 0..<2 {
            let person = Person(keys: keys, folder: folder)
            await person.settled()
            XCTAssertTrue(person.model.screen.isHome)
            await person.model.shutdown()
        }
        XCTAssertEqual(try keys.key()?.count, 32)
        let forgetful = Person(folder: folder)
        try await forgetful.sees("that it is lost") { $0 == .keyLost ? true : nil }
        // Nothing is thrown away before the person agrees.
        await forgetful.model.shutdown()
        let there = Person(keys: keys, folder: folder)
        try await there.isHome()
        await there.settled()
        await there.model.shutdown()
        let anew = Person(folder: folder)
        try await anew.sees("that it is lost") { $0 == .keyLost ? true : nil }
        XCTAssertNil(anew.model.perform(.startAnew))
        _ = try await anew.hosts()
        await anew.leaves()
    }

    func testTwoThingsAtOnce() async throws {
        let (host, other) = (Person("Ana"), Person("Ben"))
        let code = try await host.hosts()
        let link = try await other.hosts(send: true).invitation.link
        host.model.handIn(link)
        let confirm = try await host.sees("question") { $0.confirm }
        XCTAssertEqual(confirm.name, "Ben")
        XCTAssertNil(host.model.notice)
        host.model.back()
        let waits = try await host.hasUnderWay(.hostWaiting)
        XCTAssertEqual(waits.with, .guest)
        host.model.show(waits.id)
        let again = try await host.sees("code") { $0.code }
        XCTAssertEqual(again.invitation, code.invitation)
        // Another one takes its place.
        host.model.invite(send: true)
        try await host.sees("another code") { $0.code?.sent == true ? true : nil }
        host.model.back()
        let only = try await host.sees("home") { $0.home }
        XCTAssertEqual(only.underWay.map(\.with), [.guest])
        await host.leaves()
        await other.leaves()
    }

    func testAnotherLinkNeverReplacesWhatThePersonIsAboutToConfirm() async throws {
        let (ana, ben, guest) = (Person("Ana"), Person("Ben"), Person())
        let asked = try await ana.hosts(send: true).invitation.link
        let tapped = try await ben.hosts(send: true).invitation.link
        guest.model.handIn(asked)
        let confirm = try await guest.sees("question") { $0.confirm }
        guest.model.handIn(tapped)
        let notice = try await guest.isTold(.anotherUnderWay)
        XCTAssertEqual(notice.choice, Choice(.wayReplace, .replace))
        XCTAssertEqual(guest.model.screen.confirm, confirm)
        // Neither is lost: the person takes one, and is told of the other.
        guest.model.replace()
        _ = try await guest.sees("other question") { $0.confirm?.name == "Ben" ? $0.confirm : nil }
        try await guest.isTold(.anotherUnderWay)
        guest.model.replace()
        _ = try await guest.sees("first question") { $0.confirm == confirm ? confirm : nil }
        guest.model.accept()
        _ = try await ana.sees("conversation") { $0.conversation }
        for person in [ana, ben, guest] { await person.leaves() }
    }

    func testALinkIsTappedWhileTalking() async throws {
        let other = Person("Cleo")
        let link = try await other.hosts(send: true).invitation.link
        try await meeting { host, guest in
            guest.model.handIn(link)
            let confirm = try await guest.sees("question") { $0.confirm }
            XCTAssertEqual(confirm.name, "Cleo")
            XCTAssertNil(guest.model.notice)
            guest.model.replace()  // there is nothing to replace it with
            guest.model.back()
            guest.model.show(try await guest.hasUnderWay(.underWayTalking).id)
            _ = try await guest.talks()
            guest.model.send("still here")
            try await host.reads("still here")
        }
        await other.leaves()
    }

    func testNothingToDoItToIsNotWorthAWord() async throws {
        let person = Person()
        person.model.accept()
        person.model.offerReply()
        person.model.send("nobody")
        person.model.acceptFile(7)
        person.model.cancelFile(7)
        await person.settled()
        XCTAssertNil(person.model.notice)
        XCTAssertTrue(person.model.screen.isHome)
        await person.leaves()
    }

    func testAnEmptyMessageIsRefused() async throws {
        try await meeting { host, _ in
            host.model.send("")
            try await host.isTold(.kindBadText)
        }
    }

    func testAForbiddenLocalNetworkIsSaidOnBothSides() async throws {
        try await atTable { host, guest in
            let code = try await host.hosts(send: true)
            XCTAssertNil(code.hint)
            host.model.localNetwork(allowed: false)
            try await host.sees("why nobody comes") { $0.code?.hint == .localNetworkDenied ? true : nil }
            host.model.localNetwork(allowed: true)
            try await host.sees("that it is allowed") { $0.code.flatMap { $0.hint == nil ? true : nil } }

            guest.model.handIn(code.invitation.link)
            try await guest.sees("that it may be asked") { $0.confirm?.asksForNetwork == true ? true : nil }
            guest.model.localNetwork(allowed: false)
            try await guest.sees("that it was asked") { $0.confirm?.asksForNetwork == false ? true : nil }
        }
    }

    func testCameraDenied() async throws {
        let person = Person()
        person.model.scan()
        person.model.camera(.denied)
        let scan = try await person.sees("denied") { $0.scan?.camera == .denied ? $0.scan : nil }
        let page = Page(.scan(scan))
        XCTAssertEqual(page.status, Phrase(.cameraDenied))
        XCTAssertEqual(page.choices.first?.action, .errand(.settings(.app)))
        XCTAssertTrue(page.everything.contains { $0.action == .errand(.paste) })
        await person.leaves()
    }

    func testNoCamera() async throws {
        let person = Person()
        person.model.scan()
        person.model.camera(.missing)
        let scan = try await person.sees("missing") { $0.scan?.camera == .missing ? $0.scan : nil }
        let page = Page(.scan(scan))
        XCTAssertEqual(page.status, Phrase(.cameraMissing))
        XCTAssertFalse(page.camera)
        XCTAssertEqual(page.chips?.choices.first?.action, .errand(.paste))
        person.model.back()
        try await person.isHome()
        await person.leaves()
    }

    func testLocalNetworkDenied() async throws {
        let (host, guest) = (Person("Ana"), Person("Ben"))
        guest.model.handIn(try await host.hosts(send: true).invitation.link)
        await host.leaves()
        guest.model.localNetwork(allowed: false)
        try await guest.sees("question") { $0.confirm }
        guest.model.accept()
        let connecting = try await guest.sees("knocking") { $0.connecting }
        let page = Page(.connecting(connecting))
        XCTAssertEqual(page.lines, [Phrase(.localNetworkDenied)])
        XCTAssertEqual(page.choices.first?.action, .errand(.settings(.app)))
        guest.model.localNetwork(allowed: true)
        try await guest.sees("no hint") { $0.connecting.flatMap { $0.hint == nil ? true : nil } }
        await guest.leaves()
    }
}
