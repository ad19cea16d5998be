import Foundation
import XCTest

@testable import Shell

/// A locked file, from handing it in to handing it on.
@MainActor
final class LockedFileTests: XCTestCase {
    private func locked(in folder: URL, name: String?, content: Data) async throws -> URL {
        let (source, target) = (folder.appendingPathComponent("source"), folder.appendingPathComponent("a.handfast"))
        try content.write(to: source)
        let device = try Device(deaf: Setup(name: "", folder: folder.path, downloads: folder.path))
        _ = try await device.lock(
            file: source, to: target, name: name, with: Protection(question: "Our dog?", answer: "Rex"), code: nil
        ).finished()
        await device.shutdown()
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
        let file = try await locked(in: person.folder, name: nil, content: Data(count: 1 << 20))
        person.model.handIn(file)
        try await person.sees("question") { $0.question }
        person.model.answer(["Rex"])
        person.model.back()
        try await person.isHome()
        XCTAssertNil(person.model.notice)
        // Whatever comes of it has come when the same, begun later, is through.
        person.model.handIn(file)
        try await person.sees("question") { $0.question }
        person.model.answer(["Rex"])
        try await person.sees("file") { if case .opened(let opened) = $0 { opened } else { nil } }
        person.model.back()
        try await person.isHome()
        XCTAssertNil(person.model.notice)
        await person.leaves()
    }

    func testAFileIsLocked() async throws {
        let person = Person()
        let letter = person.folder.appendingPathComponent("letter.txt")
        try Data("dear diary".utf8).write(to: letter)
        person.model.lock(letter)
        let lock = try await person.sees("lock") { $0.lock }
        XCTAssertEqual(lock.name, "letter.txt")
        XCTAssertEqual(Page(.lock(lock)).disabled, [.seal])
        func typed(_ answer: String) -> Protection { Protection(question: "Our dog?", answer: answer) }
        person.model.judge(typed("dog"), withCode: false)
        try await person.sees("a useless one") { $0.lock?.strength == .strengthInQuestion ? true : nil }
        person.model.judge(typed("Nepomuk"), withCode: false)
        try await person.sees("a weak one") { $0.lock?.strength == .strengthWeak ? true : nil }
        XCTAssertEqual(person.model.screen.lock?.isUseless, false)
        person.model.judge(typed("Nepomuk"), withCode: true)
        let code = try await person.sees("a code") { $0.lock?.code }
        XCTAssertFalse("\(person.model.screen)".contains(code.characters))
        person.model.seal(Protection(question: "", answer: "Nepomuk"))
        try await person.sees("a refusal") { $0.lock?.hint == .kindBadText ? true : nil }
        person.model.seal(typed("Nepomuk"))
        let sealed = try await person.sees("locked") { $0.sealed }
        XCTAssertEqual(sealed.name, "letter.txt.handfast")
        XCTAssertEqual(sealed.code, code)
        let received = person.folder.appendingPathComponent("received.handfast")
        try FileManager.default.copyItem(atPath: sealed.path, toPath: received.path)
        person.model.back()
        try await person.isHome()
        XCTAssertFalse(FileManager.default.fileExists(atPath: sealed.path))

        person.model.handIn(received)
        let question = try await person.sees("question") { $0.question }
        XCTAssertTrue(question.withCode)
        XCTAssertEqual(question.size, sealed.size)
        for (typed, hint) in [(nil, Key.kindWrongAnswer), ("what?", .kindBadText)] {
            person.model.answer(["nepomuk"], code: typed)
            try await person.sees("a refusal") { $0.question.flatMap { $0.hint == hint && !$0.isBusy ? true : nil } }
        }
        person.model.answer(["nepomuk"], code: code.words)
        let opened = try await person.sees("file") { $0.opened }
        XCTAssertEqual(opened.name, "letter.txt")
        XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: opened.path)), Data("dear diary".utf8))
        await person.leaves()
    }

    func testWhatWasTypedDoesNotPrintItself() async {
        var typed = Typed()
        typed.answers = ["Rex"]
        typed.protection = Protection(question: "Our dog?", answer: "Rex")
        for secret in [typed, typed.protection] as [Any] {
            for printed in ["\(secret)", String(reflecting: secret), "\([secret])"] {
                XCTAssertFalse(printed.contains("Rex"), printed)
            }
        }
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
