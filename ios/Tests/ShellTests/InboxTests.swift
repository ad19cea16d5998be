import Foundation
import Inbox
import XCTest

/// What is shared in gets from the extension to the app.
final class InboxTests: XCTestCase {
    private let folder = URL.fresh()
    private lazy var inbox = Inbox(folder: folder.appendingPathComponent("inbox"))
    private lazy var place = folder.appendingPathComponent("place")

    override func tearDown() {
        try? FileManager.default.removeItem(at: folder)
    }

    func testATextIsTakenOnce() throws {
        XCTAssertNil(inbox.take(into: place))
        try inbox.leave("Come: https://x/#a \u{1F44B}")
        XCTAssertEqual(inbox.take(into: place), .text("Come: https://x/#a \u{1F44B}"))
        XCTAssertNil(inbox.take(into: place))
    }

    func testAFileIsTakenUnderItsName() throws {
        let file = folder.appendingPathComponent("text")
        try Data([1, 2]).write(to: file)
        try inbox.leave(copyOf: file)
        guard case .file(let taken) = inbox.take(into: place) else { return XCTFail("no file") }
        XCTAssertEqual(taken.lastPathComponent, "text")
        XCTAssertEqual(try Data(contentsOf: taken), Data([1, 2]))
        XCTAssertNil(inbox.take(into: place))
    }

    func testTheNewestCountsAndAFailureLeavesTheOneBefore() throws {
        try inbox.leave("one")
        try inbox.leave("two")
        XCTAssertThrowsError(try inbox.leave(copyOf: URL(fileURLWithPath: "/nowhere/at/all")))
        XCTAssertEqual(inbox.take(into: place), .text("two"))
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/inbox"), [])
    }
}
