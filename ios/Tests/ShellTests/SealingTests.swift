import Core
import Foundation
import XCTest

/// Locking and opening through the bindings, as tests/scenarios.md has it.
final class SealingTests: XCTestCase {
    private let locks = [
        Answered(question: "Our dog?", answer: "Rex"), Answered(question: "Where?", answer: "Łódź"),
    ]

    func testSealAndOpen() async throws {
        try await sealing { sealing, _ in
            let content = Data("dear diary".utf8)
            let about = About(name: "diary.txt", mediaType: "text/plain")
            let container = try await sealing.seal(locks: self.locks, code: nil, about: about, content: content)
            let sealed = try sealing.inspect(container: container)
            XCTAssertEqual(sealed.questions, ["Our dog?", "Where?"])
            XCTAssertTrue(sealed.byAnswers)
            let opened = try await sealing.open(container: container, answers: [" REX ", "łódź"], code: nil)
            XCTAssertEqual(opened.content, content)
            XCTAssertEqual(opened.about, about)
        }
    }

    func testAWrongAnswer() async throws {
        try await sealing { sealing, _ in
            let container = try await sealing.seal(
                locks: self.locks, code: nil, about: About(name: nil, mediaType: nil), content: Data([1]))
            do {
                _ = try await sealing.open(container: container, answers: ["Rex", "Paris"], code: nil)
                XCTFail("opened with a wrong answer")
            } catch HandfastError.Failed(let kind, _) {
                XCTAssertEqual(kind, .wrongAnswer)
            }
        }
    }

    func testSealAFile() async throws {
        try await sealing { sealing, folder in
            let content = Data((0..<500_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
            let (source, sealed, opened) = (folder + "/a", folder + "/b", folder + "/c")
            try content.write(to: URL(fileURLWithPath: source))
            let about = About(name: "a", mediaType: nil)
            let locking = sealing.sealFile(locks: self.locks, code: nil, about: about, source: source, target: sealed)
            _ = try await locking.finished()
            XCTAssertEqual(locking.progress().done, locking.progress().total)
            let opening = sealing.openFile(answers: ["rex", "ŁÓDŹ"], code: nil, source: sealed, target: opened)
            let told = try await opening.finished()
            XCTAssertEqual(told, about)
            XCTAssertEqual(opening.progress().done, opening.progress().total)
            XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: opened)), content)
        }
    }

    func testSealWithACode() async throws {
        try await sealing { sealing, _ in
            let code = try Code.random()
            let container = try await sealing.seal(
                locks: self.locks, code: code, about: About(name: nil, mediaType: nil), content: Data([1, 2]))
            XCTAssertTrue(try sealing.inspect(container: container).withCode)
            for wrong in [nil, try Code.random()] {
                do {
                    _ = try await sealing.open(container: container, answers: ["rex", "łódź"], code: wrong)
                    XCTFail("opened without its code")
                } catch HandfastError.Failed(let kind, _) {
                    XCTAssertEqual(kind, .wrongAnswer)
                }
            }
            for text in [code.characters(), code.characters().lowercased(), code.words()] {
                let opened = try await sealing.open(
                    container: container, answers: ["rex", "łódź"], code: try Code.read(text: text))
                XCTAssertEqual(opened.content, Data([1, 2]))
            }
        }
    }

    func testHowStrongAnAnswerIs() throws {
        func strength(_ answer: String, withCode: Bool = false) throws -> Strength {
            try strengthOf(locks: [Answered(question: "Our dog?", answer: answer)], withCode: withCode)
        }
        XCTAssertEqual(try strength("x"), .oneCharacter)
        XCTAssertEqual(try strength("password"), .common)
        XCTAssertEqual(try strength("dog"), .inQuestion)
        XCTAssertEqual(try strength("Nepomuk"), .weak)
        XCTAssertEqual(try strength("vK7#qLm2-x9Tz!pW"), .noShortcutSeen)
        XCTAssertEqual(try strength("dog", withCode: true), .beyondReach)
        XCTAssertThrowsError(try strength(" "))
    }

    func testNothingSecretPrintsItself() throws {
        let body = "EQhLHxZoN2JVqVdxcv4PhcA5yidhKXZmKNeDZvlTzCd_w-flRBuUrstXwmpaDE5m1dSvIwEDfwAAAbDR"
        let found = try readText(text: "handfast:" + body)
        let handout = Core.Handout(link: "https://x/#" + body, text: "handfast:" + body, symbol: body)
        let lock = Answered(question: "Our dog?", answer: "Rex and Bello")
        let opened = Opened(kind: .file, about: About(name: nil, mediaType: nil), content: Data("dear diary".utf8))
        let screen = Screen.hosting(
            stage: .waiting, isOffline: false, expiresAt: 0, delivery: .send, invitation: handout,
            isOutdated: false, cause: nil)
        let secrets: [Any] = [
            found, handout, lock, Protection.locked(lock: lock), opened, screen,
            Screen.replyNeeded(reply: handout, isSlotTaken: false, cause: nil),
            Change.shown(session: 1, screen: screen), try Code.random(),
        ]
        for secret in secrets {
            for printed in [String(describing: secret), String(reflecting: secret)] {
                for part in [body, "Rex", "dear"] { XCTAssertFalse(printed.contains(part), printed) }
            }
        }
        XCTAssertTrue(String(describing: screen).contains("Handout"))
    }

    func testACancelledSealingLeavesNothing() async throws {
        try await sealing { sealing, folder in
            let source = URL(fileURLWithPath: folder + "/a")
            try Data().write(to: source)
            try Foundation.FileHandle(forWritingTo: source).truncate(atOffset: 64 << 20)
            let locking = sealing.sealFile(
                locks: self.locks, code: nil, about: About(name: nil, mediaType: nil), source: source.path,
                target: folder + "/b")
            locking.cancel()
            do {
                _ = try await locking.finished()
                XCTFail("finished all the same")
            } catch HandfastError.Failed(let kind, _) {
                XCTAssertEqual(kind, .cancelled)
            }
            XCTAssertEqual(try FileManager.default.contentsOfDirectory(atPath: folder), ["a"])
        }
    }

    private func sealing(_ work: (Sealing, String) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "handfast-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer {
            for made in [folder, folder + "-kept"] { try? FileManager.default.removeItem(atPath: made) }
        }
        let handfast = try Handfast.open(
            settings: Settings(name: "", folder: folder + "-kept", downloads: folder, linkBase: nil), keyStore: Keys(),
            listener: Nobody())
        try await work(handfast.sealing(), folder)
        await handfast.shutdown()
    }
}

private final class Nobody: Listener {
    func changed(change: Change) throws {}
}

private final class Keys: Core.KeyStore {
    func key() throws -> Data? { nil }
    func keep(key: Data) throws {}
}
