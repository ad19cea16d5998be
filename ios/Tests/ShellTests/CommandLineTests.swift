import Foundation
import XCTest

/// Swift and the program of the desktop, each in both roles, as processes of their own. scripts/test-swift
/// says where the two are.
final class CommandLineTests: XCTestCase {
    func testTheCommandLineJoins() async throws {
        let peer = try Program(named: "HANDFAST_PEER", "invite")
        let link = try await peer.says("link ")
        let desktop = try Program(
            named: "HANDFAST_PROGRAM", "join", "--yes", "--json", "--name", "Ben 👋",
            "--downloads", peer.folder.path, link)
        let name = try await peer.says("talking ")
        XCTAssertEqual(name, "Ben 👋")
        try await talk(peer, desktop)
    }

    func testTheCommandLineInvites() async throws {
        let folder = URL(fileURLWithPath: NSTemporaryDirectory())
        let desktop = try Program(
            named: "HANDFAST_PROGRAM", "invite", "--loopback", "--json", "--name", "Ana",
            "--downloads", folder.path)
        let invitation = try await desktop.says("invitation")
        let link = try XCTUnwrap(invitation.firstMatch(of: /"link":"([^"]+)"/)?.1)
        let peer = try Program(named: "HANDFAST_PEER", "join", String(link))
        let name = try await peer.says("talking ")
        XCTAssertEqual(name, "Ana")
        try await talk(peer, desktop)
    }

    private func talk(_ peer: Program, _ desktop: Program) async throws {
        try peer.tell("hello from Swift, Zoë")
        let message = try await desktop.says("\"message\"")
        XCTAssertTrue(message.contains("hello from Swift, Zoë"), message)
        try desktop.tell("hello from the desktop, مريم")
        let text = try await peer.says("text ")
        XCTAssertEqual(text, "hello from the desktop, مريم")
        peer.endOfInput()
        let ended = try await desktop.says("\"ended\"")
        XCTAssertTrue(ended.contains("peer_left"), ended)
        _ = try await peer.says("ended")
        XCTAssertEqual(peer.waitUntilExit(), 0)
    }
}

/// A running program that talks in lines.
private final class Program: @unchecked Sendable {
    let folder = URL(fileURLWithPath: NSTemporaryDirectory())
    private let process = Process()
    private let input = Pipe()
    private let lock = NSLock()
    private var said: [String] = []
    private var rest = Data()

    init(named variable: String, _ arguments: String...) throws {
        guard let path = ProcessInfo.processInfo.environment[variable] else {
            throw XCTSkip("\(variable) is not set: run scripts/test-swift")
        }
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = input
        let output = Pipe()
        process.standardOutput = output
        output.fileHandleForReading.readabilityHandler = { [weak self] in self?.hear($0.availableData) }
        try process.run()
    }

    private func hear(_ bytes: Data) {
        lock.withLock {
            rest += bytes
            while let end = rest.firstIndex(of: 10) {
                said.append(String(decoding: rest[rest.startIndex..<end], as: UTF8.self))
                rest = Data(rest[(end + 1)...])
            }
        }
    }

    /// What stands behind `mark` in the next line with it.
    func says(_ mark: String, file: StaticString = #filePath, line: UInt = #line) async throws -> String {
        for _ in 0..<2000 {
            let found = lock.withLock { () -> String? in
                guard let at = said.firstIndex(where: { $0.contains(mark) }) else { return nil }
                defer { said.removeSubrange(...at) }
                return said[at].range(of: mark).map { String(said[at][$0.upperBound...]) }
            }
            if let found { return found }
            try await Task.sleep(for: .milliseconds(10))
        }
        XCTFail("no \(mark); heard \(lock.withLock { said })", file: file, line: line)
        throw CancellationError()
    }

    func tell(_ line: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }

    func endOfInput() {
        try? input.fileHandleForWriting.close()
    }

    func waitUntilExit() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }

    deinit {
        if process.isRunning { process.terminate() }
    }
}
