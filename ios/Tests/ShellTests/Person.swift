import Foundation
import XCTest

@testable import Shell

/// Somebody with a phone: a real core on this machine's loopback, a key store in memory, a folder.
@MainActor
final class Person {
    let model: AppModel
    let folder: URL
    private let name: String
    private let keys: any KeyStore

    init(
        _ name: String = "", keys: any KeyStore = MemoryKeys(), folder: URL = .fresh(),
        at addresses: [String] = ["127.0.0.1"], names: (any NameService)? = nil
    ) {
        self.folder = folder
        self.name = name
        self.keys = keys
        model = AppModel(
            Setup(
                name: name, folder: folder.appendingPathComponent("kept").path,
                downloads: folder.appendingPathComponent("in").path), keys: keys, names: names)
        model.network(addresses)
    }

    /// Waits for a screen; what is looked for in it is the result.
    @discardableResult
    func sees<T>(
        _ what: String, within seconds: Double = 20, file: StaticString = #filePath, line: UInt = #line,
        _ look: (Screen) -> T?
    ) async throws -> T {
        try await waiting(for: what, within: seconds, file: file, line: line) { look(model.screen) }
    }

    @discardableResult
    func isTold(_ what: Key, file: StaticString = #filePath, line: UInt = #line) async throws -> Notice {
        try await waiting(for: what.rawValue, within: 20, file: file, line: line) {
            model.notice.flatMap { $0.what == what ? $0 : nil }
        }
    }

    func waiting<T>(
        for what: String, within seconds: Double = 20, file: StaticString = #filePath, line: UInt = #line,
        _ look: () -> T?
    ) async throws -> T {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            if let seen = look() { return seen }
            try await Task.sleep(for: .milliseconds(10))
        }
        XCTFail(
            "no \(what); shown: \(model.screen), notice: \(String(describing: model.notice))", file: file, line: line)
        throw NotSeen()
    }

    /// The model did everything that was asked of it so far.
    func settled() async {
        await model.settled()
    }

    func hosts(
        send: Bool = false, protection: Protection? = nil, file: StaticString = #filePath, line: UInt = #line
    ) async throws -> ShowCode {
        model.invite(send: send, protection: protection)
        return try await sees("code", file: file, line: line) { $0.code }
    }

    /// Its network is another one; what it shows then instead.
    func moves(from before: ShowCode) async throws -> ShowCode {
        model.network(["127.0.0.2"])
        return try await sees("another code") { screen in
            screen.code.flatMap { $0.invitation != before.invitation && $0.stage == .hostWaiting ? $0 : nil }
        }
    }

    /// Chooses this server, or that none may be asked.
    func asks(_ server: StunServer, _ may: Bool = true) async throws {
        model.showSettings()
        try await sees("settings") { $0.settings }
        model.prefer(Preferences(asksServers: may, servers: [], asksRouter: true), servers: server.name)
        try await isHome()
    }

    /// Holds the camera before the code of somebody else.
    func scans(_ symbol: String) async throws {
        model.scan()
        model.camera(.running)
        try await sees("camera") { if case .scan(let scan) = $0, scan.camera == .running { true } else { nil } }
        XCTAssertTrue(try Frame(of: symbol).isFound(by: model))
    }

    func talks(file: StaticString = #filePath, line: UInt = #line) async throws -> Shell.Conversation {
        try await sees("conversation", file: file, line: line) { $0.conversation }
    }

    func isHome(file: StaticString = #filePath, line: UInt = #line) async throws {
        try await sees("home", file: file, line: line) { $0.isHome ? true : nil }
    }

    /// The conversation on the stage is over, and stays to be read.
    func isOver(_ why: Key, file: StaticString = #filePath, line: UInt = #line) async throws {
        try await sees(why.rawValue, file: file, line: line) { screen in
            screen.conversation.flatMap { $0.isOver && $0.line == why ? true : nil }
        }
    }

    func ends(_ what: Key, file: StaticString = #filePath, line: UInt = #line) async throws -> Ended {
        try await sees(what.rawValue, file: file, line: line) { $0.ended.flatMap { $0.what == what ? $0 : nil } }
    }

    func reads(_ text: String, file: StaticString = #filePath, line: UInt = #line) async throws {
        _ = try await waiting(for: text, file: file, line: line) {
            model.rows.contains { if case .text(let row) = $0 { !row.ours && row.text == text } else { false } }
                ? true : nil
        }
    }

    var texts: [TextRow] {
        model.rows.compactMap { if case .text(let row) = $0 { row } else { nil } }
    }

    /// The message that is locked, ours or theirs.
    func locked(file: StaticString = #filePath, line: UInt = #line, _ isIt: (LockedRow) -> Bool = { _ in true })
        async throws -> LockedRow
    {
        try await waiting(for: "a locked message", file: file, line: line) {
            for case .locked(let row) in model.rows where isIt(row) { return row }
            return nil
        }
    }

    var notes: [Key] {
        model.rows.compactMap { if case .note(let row) = $0 { row.what } else { nil } }
    }

    /// A text as it looks then, ours or theirs.
    @discardableResult
    func text(_ what: String, file: StaticString = #filePath, line: UInt = #line, _ isIt: (TextRow) -> Bool)
        async throws
        -> TextRow
    {
        try await waiting(for: what, file: file, line: line) { texts.first(where: isIt) }
    }

    /// Somebody who was met, on the screen.
    func person(_ what: String, file: StaticString = #filePath, line: UInt = #line, _ isIt: (Contact) -> Bool)
        async throws
    {
        try await sees(what, file: file, line: line) { screen in
            if case .person(let one) = screen, isIt(one) { true } else { nil }
        }
    }

    func file(_ state: Key, file: StaticString = #filePath, line: UInt = #line) async throws -> FileRow {
        try await waiting(for: state.rawValue, file: file, line: line) {
            for case .file(let row) in model.rows where row.state == state { return row }
            return nil
        }
    }

    /// The names of what lies here only because it is to be sent.
    var copies: [String] {
        let kept = folder.appendingPathComponent("kept/copies")
        let folders = try? FileManager.default.contentsOfDirectory(at: kept, includingPropertiesForKeys: nil)
        return (folders ?? []).flatMap { (try? FileManager.default.contentsOfDirectory(atPath: $0.path)) ?? [] }
    }

    /// At home, with the one thing that waits.
    func waits(file: StaticString = #filePath, line: UInt = #line) async throws -> Waiting {
        try await sees("something that waits", file: file, line: line) { $0.home?.waiting.first }
    }

    /// At home, with something that goes on meanwhile and stands like this.
    func hasUnderWay(_ status: Key, file: StaticString = #filePath, line: UInt = #line) async throws -> UnderWay {
        try await sees("what is under way", file: file, line: line) { screen in
            screen.home?.underWay.first { $0.status == status }
        }
    }

    /// At home, and nothing waits.
    func hasNothingThatWaits(file: StaticString = #filePath, line: UInt = #line) async throws {
        try await sees("nothing that waits", file: file, line: line) { screen in
            screen.home.flatMap { $0.waiting.isEmpty && $0.underWay.isEmpty ? true : nil }
        }
    }

    /// Opens the invitation of somebody else, and agrees.
    func accepts(_ link: String, file: StaticString = #filePath, line: UInt = #line) async throws {
        model.handIn(link)
        try await sees("question", file: file, line: line) { $0.confirm }
        model.accept()
    }

    /// Accepts the invitation of a host that is put aside, so that nobody answers.
    func knocks(at host: Person) async throws {
        let link = try await host.hosts(send: true).invitation.link
        host.model.left()
        await host.settled()
        try await accepts(link)
        try await sees("knocking") { $0.connecting }
    }

    /// Dies, and begins anew with the same folder and key store.
    func again() async -> Person {
        await model.shutdown()
        return Person(name, keys: keys, folder: folder)
    }

    /// The same at another address of a local network.
    func again(in network: SimNetwork, at address: String) async -> Person {
        await model.shutdown()
        return Person(name, keys: keys, folder: folder, at: [address], names: network.phone(at: address))
    }

    func leaves() async {
        await model.shutdown()
        try? FileManager.default.removeItem(at: folder)
    }
}

/// Two people, who leave at the end.
@MainActor
func atTable(_ body: (Person, Person) async throws -> Void) async throws {
    let (host, guest) = (Person("Ana"), Person("Ben"))
    try await body(host, guest)
    await host.leaves()
    await guest.leaves()
}

/// Two people who have just met by a link.
@MainActor
func meeting(_ body: (Person, Person) async throws -> Void) async throws {
    try await atTable { host, guest in
        try await guest.accepts(try await host.hosts(send: true).invitation.link)
        try await areTogether(host, guest)
        try await body(host, guest)
    }
}

/// Both see the conversation.
@MainActor
func areTogether(
    _ host: Person, _ guest: Person, file: StaticString = #filePath, line: UInt = #line
) async throws {
    _ = try await host.talks(file: file, line: line)
    _ = try await guest.talks(file: file, line: line)
}

struct NotSeen: Error {}

/// A frame of a camera, drawn: the luminance plane with more bytes in a row than pixels, behind other bytes.
struct Frame {
    let bytes: Data
    let (stride, width, height): (Int, Int, Int)

    init(of text: String, scale: Int = 6, padding: Int = 32, before: Int = 0) throws {
        let symbol = try Device.symbol(text)
        let side = (symbol.width + 8) * scale
        (stride, width, height) = (side + padding, side, side)
        var bytes = Data(repeating: 99, count: before + stride * side)
        for y in 0..<side {
            for x in 0..<side {
                let (column, row) = (x / scale - 4, y / scale - 4)
                let inside = (0..<symbol.width).contains(column) && (0..<symbol.width).contains(row)
                bytes[before + y * stride + x] = inside && symbol.isDark(x: column, y: row) ? 30 : 220
            }
        }
        self.bytes = before == 0 ? bytes : bytes.dropFirst(before)
    }

    /// Some frames of a running camera: a scanner tries harder from frame to frame.
    @MainActor
    func isFound(by model: AppModel) -> Bool {
        (0..<10).contains { _ in model.frame(bytes, stride: stride, width: width, height: height) }
    }
}

/// A key store that forgets everything when it goes away. It fails as often as it is told to.
final class MemoryKeys: KeyStore, @unchecked Sendable {
    private let lock = NSLock()
    private var held: [UInt8]?
    private var left = 0

    init(_ key: [UInt8]? = nil) {
        held = key
    }

    var failures: Int {
        get { lock.withLock { left } }
        set { lock.withLock { left = newValue } }
    }

    func key() throws -> [UInt8]? {
        try lock.withLock {
            guard left == 0 else {
                left -= 1
                throw CocoaError(.fileReadUnknown)
            }
            return held
        }
    }

    func keep(_ key: [UInt8]) { lock.withLock { held = key } }
}

/// A key store that has something against it.
struct BrokenKeys<Failure: Error>: KeyStore {
    let failure: Failure

    func key() throws -> [UInt8]? { throw failure }
    func keep(_ key: [UInt8]) throws { throw failure }
}

extension Device {
    /// Somebody who is told and does not care.
    convenience init(deaf setup: Setup) throws {
        try self.init(setup, keys: MemoryKeys()) { _ in }
    }
}

extension Screen {
    var settings: Settings? { if case .settings(let settings) = self { settings } else { nil } }
    var report: Report? { if case .outlook(let report) = self { report } else { nil } }
    var isHome: Bool { home != nil }
    var home: Home? { if case .home(let home) = self { home } else { nil } }
    var lock: Lock? { if case .lock(let lock) = self { lock } else { nil } }
    var sealed: Sealed? { if case .sealed(let sealed) = self { sealed } else { nil } }
    var moving: Moving? { if case .moving(let moving) = self { moving } else { nil } }
    var movingIn: MovingIn? { if case .movingIn(let copy) = self { copy } else { nil } }
    var opened: Opened? { if case .opened(let opened) = self { opened } else { nil } }
    var code: ShowCode? { if case .showCode(let code) = self { code } else { nil } }
    var confirm: Confirm? { if case .confirm(let confirm) = self { confirm } else { nil } }
    var connecting: Connecting? { if case .connecting(let connecting) = self { connecting } else { nil } }
    var reply: Handout? { if case .reply(let reply) = self { reply.handout } else { nil } }
    var scan: Scan? { if case .scan(let scan) = self { scan } else { nil } }
    var ended: Ended? { if case .ended(let ended) = self { ended } else { nil } }
    var question: Question? { if case .question(let question) = self { question } else { nil } }
    var lockMessage: LockMessage? { if case .lockMessage(let message) = self { message } else { nil } }
    var openedMessage: OpenedMessage? { if case .openedMessage(let message) = self { message } else { nil } }
    var toWhom: ToWhom? { if case .toWhom(let toWhom) = self { toWhom } else { nil } }
    var notOpened: NotOpened? { if case .notOpened(let closed) = self { closed } else { nil } }
    var compare: Compare? { if case .compare(let compare) = self { compare } else { nil } }
    var conversation: Shell.Conversation? {
        if case .conversation(let conversation) = self { conversation } else { nil }
    }
}

extension URL {
    static func fresh() -> URL {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("handfast-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// This repository.
    static let repository = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
}
