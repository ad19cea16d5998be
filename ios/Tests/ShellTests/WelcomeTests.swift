import Foundation
import XCTest

@testable import Shell

/// The first start, and what the person is called.
@MainActor
final class WelcomeTests: XCTestCase {
    private func start(in folder: URL) -> AppModel {
        let model = AppModel(
            Setup(
                name: "iPhone", folder: folder.appendingPathComponent("kept").path,
                downloads: folder.appendingPathComponent("in").path),
            keys: keys, owner: OwnName(file: folder.appendingPathComponent("name")))
        model.network(["127.0.0.1"])
        return model
    }

    private let keys = MemoryKeys()

    private func sees<T>(_ model: AppModel, _ look: (Screen) -> T?) async throws -> T {
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            if let seen = look(model.screen) { return seen }
            try await Task.sleep(for: .milliseconds(10))
        }
        XCTFail("shown: \(model.screen)")
        throw NotSeen()
    }

    func testThePersonIsAskedOnceAndWhatWasTappedOpensAfterwards() async throws {
        let (folder, guest) = (URL.fresh(), Person("Ben"))
        let link = try await guest.hosts(send: true).invitation.link
        let model = start(in: folder)
        _ = try await sees(model) { $0 == .welcome ? true : nil }
        model.handIn(link)
        try await Task.sleep(for: .milliseconds(50))
        XCTAssertEqual(model.screen, .welcome)
        model.welcome("  Zoë \nand more")
        let confirm = try await sees(model) { $0.confirm }
        XCTAssertEqual(confirm.name, "Ben")
        model.accept()
        let talk = try await guest.talks()
        XCTAssertEqual(talk.name, "Zoë")
        await model.shutdown()

        let again = start(in: folder)
        again.invite(send: true)
        _ = try await sees(again) { $0.code }
        await again.shutdown()
        await guest.leaves()
    }

    func testWhoStaysWithoutANameIsNotAskedAgain() async throws {
        let folder = URL.fresh()
        let model = start(in: folder)
        _ = try await sees(model) { $0 == .welcome ? true : nil }
        model.welcome("")
        _ = try await sees(model) { $0.home }
        await model.shutdown()
        let again = start(in: folder)
        _ = try await sees(again) { $0.home }
        await again.shutdown()
    }

    func testANewNameIsSeenFromTheNextInvitationOn() async throws {
        let (folder, guest) = (URL.fresh(), Person("Ben"))
        let model = start(in: folder)
        model.welcome("Zoë")
        model.showSettings()
        let settings = try await sees(model) { $0.settings }
        XCTAssertEqual(settings.name, "Zoë")
        var typed = Typed()
        typed.name = "Zoë M."
        XCTAssertNil(model.perform(.prefer, typed: typed))
        model.invite(send: true)
        guest.model.handIn(try await sees(model) { $0.code }.invitation.link)
        let confirm = try await guest.sees("question") { $0.confirm }
        XCTAssertEqual(confirm.name, "Zoë M.")
        await model.shutdown()
        await guest.leaves()
    }

    func testWhoeverClosesTheAppBeforeAnsweringLosesNothing() async throws {
        let model = start(in: URL.fresh())
        _ = try await sees(model) { $0 == .welcome ? true : nil }
        await model.shutdown()
        await model.settled()
    }
}

/// How a conversation is laid out.
final class TranscriptTests: XCTestCase {
    private func rows(at seconds: UInt64...) -> [Row] {
        seconds.enumerated().map { number, second in
            .text(TextRow(number: UInt64(number), ours: false, text: "\(number)", at: second))
        }
    }

    func testRowsStandUnderTheirDays() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try XCTUnwrap(TimeZone(identifier: "UTC"))
        let day: UInt64 = 86_400
        let days = DayPage.days(
            of: rows(at: 10, 20, day - 1, day, 3 * day + 5, 4 * day),
            now: Date(timeIntervalSince1970: Double(4 * day + 60)), calendar: calendar,
            locale: Locale(identifier: "en_GB"))
        XCTAssertEqual(days.map(\.rows.count), [3, 1, 1, 1])
        XCTAssertEqual(days.map(\.id), [0, 3, 4, 5])
        XCTAssertEqual(days.suffix(2).map(\.title), [Phrase(.yesterday), Phrase(.today)])
        XCTAssertEqual(DayPage.days(of: []), [])
    }

    func testHowFastAFileMoves() {
        let start = ContinuousClock.now
        var pace = Pace()
        XCTAssertNil(pace.moved(0, at: start))
        XCTAssertNil(pace.moved(1_000, at: start + .milliseconds(100)))
        XCTAssertEqual(pace.moved(1_000_000, at: start + .seconds(1)), 1_000_000)
        // It is not thrown about by one slow moment, and stands still in the end.
        XCTAssertEqual(pace.moved(1_000_000, at: start + .seconds(2)), 700_000)
        var last: UInt64? = 1
        for second in 3..<100 { last = pace.moved(1_000_000, at: start + .seconds(second)) }
        XCTAssertNil(last)
    }

    func testOnlyWebAddressesLeadSomewhere() {
        func found(_ text: String) -> [String] { links(in: text).map(\.url.absoluteString) }
        XCTAssertEqual(found("see https://example.org/a?b=c#d, or not"), ["https://example.org/a?b=c#d"])
        XCTAssertEqual(found("(http://example.org)."), ["http://example.org"])
        XCTAssertEqual(found("https:// javascript:alert(1) file:///etc/passwd handfast:a [x](https)"), [])
        for link in links(in: "Ä https://example.org/ü.") {
            XCTAssertEqual(link.range.upperBound, "Ä https://example.org/ü.".dropLast().endIndex)
        }
    }

    func testAPictureThatWasTakenHasANameOfItsOwn() throws {
        let zone = try XCTUnwrap(TimeZone(identifier: "UTC"))
        let moment = Date(timeIntervalSince1970: 1_764_424_984)
        XCTAssertEqual(pictureName(at: moment, extension: "jpg", zone: zone), "2025-11-29 14.03.04.jpg")
    }
}
