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
            let container = try await sealing.seal(locks: self.locks, about: about, content: content)
            let sealed = try sealing.inspect(container: container)
            XCTAssertEqual(sealed.questions, ["Our dog?", "Where?"])
            XCTAssertTrue(sealed.byAnswers)
            let opened = try await sealing.open(container: container, answers: [" REX ", "łódź"])
            XCTAssertEqual(opened.content, content)
            XCTAssertEqual(opened.about, about)
        }
    }

    func testAWrongAnswer() async throws {
        try await sealing { sealing, _ in
            let container = try await sealing.seal(
                locks: self.locks, about: About(name: nil, mediaType: nil), content: Data([1]))
            do {
                _ = try await sealing.open(container: container, answers: ["Rex", "Paris"])
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
            let locking = sealing.sealFile(locks: self.locks, about: about, source: source, target: sealed)
            _ = try await locking.finished()
            XCTAssertEqual(locking.progress().done, locking.progress().total)
            let opening = sealing.openFile(answers: ["rex", "ŁÓDŹ"], source: sealed, target: opened)
            let told = try await opening.finished()
            XCTAssertEqual(told, about)
            XCTAssertEqual(opening.progress().done, opening.progress().total)
            XCTAssertEqual(try Data(contentsOf: URL(fileURLWithPath: opened)), content)
        }
    }

    func testACancelledSealingLeavesNothing() async throws {
        try await sealing { sealing, folder in
            let source = URL(fileURLWithPath: folder + "/a")
            try Data().write(to: source)
            try Foundation.FileHandle(forWritingTo: source).truncate(atOffset: 64 << 20)
            let locking = sealing.sealFile(
                locks: self.locks, about: About(name: nil, mediaType: nil), source: source.path, target: folder + "/b")
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
            settings: Settings(name: "", folder: folder + "-kept", downloads: folder, linkBase: nil), vault: Keys(),
            listener: Nobody())
        try await work(handfast.sealing(), folder)
        await handfast.shutdown()
    }
}

private final class Nobody: Listener {
    func changed(change: Change) throws {}
}

private final class Keys: Vault {
    func key() throws -> Data? { nil }
    func keep(key: Data) throws {}
}
