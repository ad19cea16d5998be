import Foundation
import XCTest

@testable import Shell

/// A locked file, from handing it in to handing it on.
@MainActor
final class LockedFileTests: XCTestCase {
    private func locked(in folder: URL, name: String?, content: Data) async throws -> URL {
        let (source, target) = (folder.appendingPathComponent("source"), folder.appendingPathComponent("a.handfast"))
        try content.write(to: source)
        let engine = try Engine(
            Setup(name: "", folder: folder.path, downloads: folder.path), keys: MemoryKeys(), ears: Deaf())
        try await engine.lock(
            file: source.path, to: target.path, name: name, with: Protection(question: "Our dog?", answer: "Rex"))
        await engine.shutdown()
        return target
    }

    func testALockedFileOpens() async throws {
        let person = Person()
        let content = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        person.model.handIn(try await locked(in: person.folder, name: "fox.jpg", content: content))
        let asking = try await person.sees("question") { $0.question }
        XCTAssertEqual(asking.questions, ["Our dog?"])
        person.model.answer(["Bello"])
        try await person.sees("wrong") { $0.question?.hint == .kindWrongAnswer ? true : nil }
        person.model.answer(["rex"])
        let opened = try await person.sees("file") { if case .opened(let opened) = $0 { opened } else { nil } }
        XCTAssertEqual(opened.name, "fox.jpg")
        XCTAssertEqual(opened.size, 300_000)
        XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: opened.path)), content)
        XCTAssertEqual(Page(.opened(opened)).choices.first?.action, .errand(.save(opened.path)))
        person.model.back()
        try await person.isHome()
        XCTAssertFalse(FileManager.default.fileExists(atPath: opened.path))
        await person.leaves()
    }

    func testALockedFileIsPutAside() async throws {
        let person = Person()
        person.model.handIn(try await locked(in: person.folder, name: nil, content: Data(count: 1 << 20)))
        try await person.sees("question") { $0.question }
        person.model.answer(["Rex"])
        person.model.back()
        try await person.isHome()
        try await Task.sleep(for: .seconds(1))
        XCTAssertEqual(person.model.screen, .home)
        XCTAssertNil(person.model.notice)
        await person.leaves()
    }

    func testANameIsNeverAPath() async {
        XCTAssertEqual(Opened.safe("../../etc/passwd"), "passwd")
        XCTAssertEqual(Opened.safe("..\\x:y"), "y")
        XCTAssertEqual(Opened.safe(".hidden"), "hidden")
        XCTAssertEqual(Opened.safe("a\u{202E}gpj.exe\u{0}"), "agpj.exe")
        XCTAssertEqual(Opened.safe("..."), "handfast")
        XCTAssertEqual(Opened.safe(""), "handfast")
    }
}
