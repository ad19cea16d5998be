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
        let parcel = try inbox.parcel()
        try parcel.add("Come: https://x/#a \u{1F44B}")
        XCTAssertNil(inbox.take(into: place))
        try parcel.leave()
        XCTAssertEqual(inbox.take(into: place)?.text, "Come: https://x/#a \u{1F44B}")
        XCTAssertNil(inbox.take(into: place))
    }

    func testFilesAreTakenUnderTheirNamesAndInTheirOrder() throws {
        let parcel = try inbox.parcel()
        for number in 0..<12 {
            let file = folder.appendingPathComponent(number < 2 ? "text" : "\(number)")
            try Data([UInt8(number)]).write(to: file)
            try parcel.add(copyOf: file)
        }
        try parcel.leave()
        let taken = try XCTUnwrap(inbox.take(into: place))
        XCTAssertNil(taken.text)
        XCTAssertEqual(taken.files.map(\.lastPathComponent), ["text", "text"] + (2..<12).map(String.init))
        XCTAssertEqual(try taken.files.map { [UInt8](try Data(contentsOf: $0)) }, (0..<12).map { [UInt8($0)] })
        XCTAssertNil(inbox.take(into: place))
    }

    func testTheNewestCountsAndAFailureLeavesTheOneBefore() throws {
        for text in ["one", "two"] {
            let parcel = try inbox.parcel()
            try parcel.add(text)
            try parcel.leave()
        }
        XCTAssertThrowsError(try inbox.parcel().add(copyOf: URL(fileURLWithPath: "/nowhere/at/all")))
        XCTAssertEqual(inbox.take(into: place)?.text, "two")
        XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/inbox"), [])
    }
}
