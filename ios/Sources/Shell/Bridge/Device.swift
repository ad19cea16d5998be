// The one folder that imports generated code. It turns the bindings' types into the shell's own, so that
// nothing else has to change when the facade does.
internal import Core
import Foundation

/// A token that was handed in. Secret, so it does not print itself.
struct Token: Equatable, Sendable, CustomStringConvertible {
    let found: Found

    /// What a token is.
    enum Kind: Sendable {
        case invitation
        case reply
        case lockedInvitation
        case bundle
        case sealed
    }

    var kind: Kind {
        switch found.kind {
        case .invitation: .invitation
        case .reply: .reply
        case .lockedInvitation: .lockedInvitation
        case .bundle: .bundle
        case .sealed: .sealed
        }
    }

    /// How it looks among several.
    var listed: FoundToken {
        let what: Key =
            switch kind {
            case .invitation: .foundInvitation
            case .reply: .foundReply
            case .bundle: .foundBundle
            case .lockedInvitation, .sealed: .foundLocked
            }
        return FoundToken(what: what, name: found.name, expiresAt: found.expiresAt)
    }

    /// This app's camera saw it on somebody's screen.
    var isSeen: Bool { found.provenance == .camera }

    /// The bytes of something sealed.
    var bytes: Data { found.token }

    var description: String { "Token(\(kind))" }
}

/// Why something was not done.
struct Refusal: Error, Equatable, Sendable {
    let kind: Core.ErrorKind

    /// The person does not need to hear of it.
    var isSilent: Bool { kind.isSilent() }
    var isBusy: Bool { kind == .busy }
    /// There is nothing to do it to, or not any more.
    var isNotNow: Bool { kind == .notNow }
    /// The connection is gone, and nobody said goodbye.
    var isLost: Bool { kind == .lost }
    var isBadText: Bool { kind == .badText }
    var isForeign: Bool { kind == .nothingFound }
    var isKeyLost: Bool { kind == .keyLost }
    var isKeyStoreLocked: Bool { kind == .keyStoreLocked }
    /// What it is about is not over yet.
    var isNotYet: Bool { kind == .notYet }
    static let notNow = Refusal(kind: .notNow)
    var isNotAServer: Bool { kind == .notAServer }
}

/// What the core tells, in order.
enum Event: Sendable {
    /// A session looks like this now.
    case view(UInt64, View)
    /// A new row in a session, which stands before the one with this number or at the end, or the new state of one.
    /// Once it has reached the screen, `Device.taken` says so.
    case row(UInt64, Row, before: UInt64?)
    /// A row leaves the screen of a session, by its number.
    case gone(UInt64, UInt64)
    /// Something that was begun in a session came to nothing.
    case failed(Refusal)
    /// What was written in a session could not be kept, so it was not said either; empty where it was no text.
    case notWritten(UInt64, String, Refusal)
    /// What waits or who is known may be new.
    case listsChanged
}

/// This device's core. A session is named by its number; what nobody is there for is refused as "not now".
final class Device: Sendable {
    private let handfast: Handfast
    private let pairing: Pairing

    /// Opens the core. It asks the key store, so not on the thread that draws. `tell` is called from a thread
    /// of the core, with one event after the other.
    init(
        _ setup: Setup, keys: any KeyStore, names: (any NameService)? = nil,
        tell: @escaping @Sendable (Event) -> Void
    ) throws {
        handfast = try refusing {
            try Handfast.open(
                settings: Core.Settings(
                    name: setup.name, folder: setup.folder, downloads: setup.downloads,
                    linkBase: setup.linkBase),
                keyStore: Keys(keys),
                listener: Relay(tell),
                discovery: names.map(Names.init)
            )
        }
        pairing = handfast.pairing()
    }

    /// Makes an invitation. The result is the session that goes on with it.
    func invite(send: Bool, protection: Protection? = nil) async throws -> UInt64 {
        try await refusing {
            try await pairing.invite(
                delivery: send ? .send : .show, protection: Core.Protection(protection)
            ).id()
        }
    }

    /// Opens an invitation, locked or not. The session is the one that knocks at it already, if one does.
    func open(_ token: Token) async throws -> UInt64 {
        try await refusing { try await pairing.open(found: token.found).id() }
    }

    /// What a locked file or a copy of a phone asks; none if it is neither. Nothing is opened. A copy that an answer
    /// alone would open is refused.
    func asked(file: URL) throws -> Asked? {
        guard let sealed = try? handfast.sealing().inspectFile(path: file.path) else { return nil }
        switch sealed.kind {
        case .file: return sealed.byAnswers ? Asked(sealed) : nil
        case .deviceState:
            let questions = try refusing { try askedByExport(path: file.path) }
            return Asked(questions: questions, withCode: true, isPhone: true)
        case .invitation, .reply: return nil
        }
    }

    /// Locks a file into a new one.
    func lock(file source: URL, to target: URL, name: String?, with lock: Protection, code: SecondCode?) throws -> Work
    {
        let locks = [Answered(lock)]
        let code = try refusing { try code.map { try Code.read(text: $0.characters) } }
        return Work(
            handfast.sealing().sealFile(
                locks: locks, code: code, about: About(name: name, mediaType: nil), source: source.path,
                target: target.path))
    }

    /// Opens a locked file into a new one.
    func unlock(file source: URL, to target: URL, answers: [String], code: String?) throws -> Work {
        let code = try refusing { try code.map { try Code.read(text: $0) } }
        return Work(
            handfast.sealing().openFile(answers: answers, code: code, source: source.path, target: target.path))
    }

    /// What waits for another person, the last made first.
    func waiting() async throws -> [Waiting] {
        try await refusing { try await pairing.pending() }.map(Waiting.init)
    }

    /// Goes on with what waits. The session is the one that does already, if one does.
    func resume(_ id: String) async throws -> UInt64 {
        try await refusing { try await pairing.resume(id: id).id() }
    }

    /// Looks for somebody who was met. The session is the one that does already, or talks to them, if one does.
    func seek(_ contact: String) async throws -> UInt64 {
        try await refusing { try await pairing.seek(contact: contact).id() }
    }

    /// Whether to go on with a device that was restored from a copy.
    func acceptRestored(_ session: UInt64, _ agrees: Bool) async throws {
        try await within(session) { try await $0.acceptRestored(agrees: agrees) }
    }

    func withdraw(_ id: String) async throws {
        try await refusing { try await pairing.withdraw(id: id) }
    }

    /// Everybody who was met.
    func people() async throws -> [Contact] {
        try await refusing { try await handfast.people() }.map(Contact.init)
    }

    func forget(_ id: String) async throws {
        try await refusing { try await handfast.forget(id: id) }
    }

    /// Calls them this from now on; with none, what they call themselves.
    func giveName(_ id: String, _ name: String?) async throws {
        try await refusing { try await handfast.giveName(id: id, name: name) }
    }

    /// Whether another device that came to them in the person's name is the person's own.
    func otherDevice(_ id: String, isOurs: Bool) async throws {
        try await refusing { try await handfast.otherDevice(id: id, isOurs: isOurs) }
    }

    func block(_ id: String, _ isBlocked: Bool) async throws {
        try await refusing { try await handfast.block(id: id, isBlocked: isBlocked) }
    }

    /// Takes so many bytes of files from them unasked; with none, as many as from everybody.
    func takeFiles(_ id: String, upTo bytes: UInt64?) async throws {
        try await refusing { try await handfast.takeFilesUpTo(id: id, bytes: bytes) }
    }

    /// Takes about a second, on purpose; what comes of it is seen in the view.
    func unlock(_ session: UInt64, answers: [String], code: String?) async throws {
        try await within(session) { session in
            try await session.unlock(answers: answers, code: try code.map { try Code.read(text: $0) })
        }
    }

    func accept(_ session: UInt64) async throws {
        try await within(session) { try await $0.accept() }
    }

    func answer(_ session: UInt64, _ text: String) async throws {
        try await within(session) { try await $0.answer(text: text) }
    }

    /// Asks whoever is here this, to make sure who they are.
    func ask(_ session: UInt64, _ question: String, expecting answer: String) async throws {
        try await within(session) { try await $0.ask(lock: Answered(question: question, answer: answer)) }
    }

    /// Gives no answer to their question.
    func noAnswer(_ session: UInt64) async throws {
        try await within(session) { try await $0.declineToAnswer() }
    }

    /// Proposes that what both write disappears so many seconds after it was seen, or stays; or agrees to that.
    func disappear(_ session: UInt64, after: UInt64?) async throws {
        try await within(session) { try await $0.disappear(after: after.flatMap { UInt32(exactly: $0) }) }
    }

    /// What waits for whoever is called `name`, in a file of our own, to be handed on.
    func bundle(_ id: String, _ name: String) async throws -> HandOn {
        let bundle = try await refusing { try await handfast.bundle(id: id) }
        let file = try Copy(bundle.file, called: "messages.handfast").file
        return HandOn(
            name: name, messages: Int(bundle.messages), isAll: bundle.isAll, path: file.path,
            handout: bundle.handout.map(Handout.init))
    }

    /// Takes in what somebody handed on; how many messages in it were not here before.
    func take(bundle token: Token) async throws -> UInt64 {
        try await refusing { try await handfast.takeBundle(found: token.found).messages }
    }

    /// Looks for words in what was said with somebody.
    func search(_ id: String, _ words: String) throws -> Searching {
        Searching(search: try refusing { try handfast.search(id: id, words: words) })
    }

    func offerReply(_ session: UInt64) async throws {
        try await within(session) { try await $0.offerReply() }
    }

    /// The person wants more to be tried to get past a strict network.
    func tryHarder(_ session: UInt64) async throws {
        try await within(session) { try await $0.tryHarder() }
    }

    /// Leaves it: what waits can be gone on with, a conversation ends with a goodbye.
    func leave(_ session: UInt64) async throws {
        try await within(session) { try await $0.leave() }
    }

    /// Stops what waits for good.
    func withdraw(_ session: UInt64) async throws {
        try await within(session) { try await $0.withdraw() }
    }

    /// Asks them to compare, or agrees to.
    func compare(_ session: UInt64) async throws {
        try await within(session) { try await $0.compare() }
    }

    /// What was found by somebody who saw these digits.
    func compared(_ session: UInt64, _ digits: [String], _ outcome: Outcome) async throws {
        try await within(session) { try await $0.compared(digits: digits, finding: Finding(outcome)) }
    }

    /// Lets them send as much again as they might.
    func allowMore(_ session: UInt64) async throws {
        try await within(session) { try await $0.allowMore() }
    }

    /// One more row has reached the screen; without that, only so many come.
    func taken(_ session: UInt64) {
        handfast.session(id: session).taken(rows: 1)
    }

    /// A person has that row before their eyes, and what stands above it.
    func seen(_ session: UInt64, _ number: UInt64) {
        handfast.session(id: session).seen(number: number)
    }

    func onlyTheyWouldAsk(_ session: UInt64) async throws {
        try await within(session) { try await $0.onlyTheyWouldAsk() }
    }

    func send(_ session: UInt64, _ text: String) async throws {
        try await within(session) { try await $0.sendText(text: text) }
    }

    /// Locks this and sends it. Takes about a second, on purpose.
    func sendLocked(_ session: UInt64, _ text: String, _ locks: [Protection]) async throws {
        try await within(session) { try await $0.sendLocked(text: text, locks: locks.map(Answered.init)) }
    }

    /// What the locked message in that row says. Takes about a second, on purpose.
    func openLocked(_ session: UInt64, _ number: UInt64, _ answers: [String]) async throws -> String {
        try await refusing { try await handfast.session(id: session).openLocked(number: number, answers: answers) }
    }

    /// Writes this about what stands in that row.
    func reply(_ session: UInt64, _ number: UInt64, _ text: String) async throws {
        try await within(session) { try await $0.reply(number: number, text: text) }
    }

    /// A text of ours says this from now on.
    func edit(_ session: UInt64, _ number: UInt64, _ text: String) async throws {
        try await within(session) { try await $0.edit(number: number, text: text) }
    }

    /// Reacts with this, or not any more.
    func react(_ session: UInt64, _ number: UInt64, _ symbol: String?) async throws {
        try await within(session) { try await $0.react(number: number, symbol: symbol) }
    }

    /// A text of ours that both keep is erased on both sides.
    func takeBack(_ session: UInt64, _ number: UInt64) async throws {
        try await within(session) { try await $0.takeBack(number: number) }
    }

    /// Lists what was said before; whether there was anything.
    func earlier(_ session: UInt64) async throws -> Bool {
        try await refusing { try await handfast.session(id: session).earlier() }
    }

    /// Sends a copy that was made for that, which goes over to the device.
    func sendCopy(_ session: UInt64, _ path: String) async throws {
        try await within(session) { try await $0.sendCopy(path: path) }
    }

    func sendFile(_ session: UInt64, _ path: String) async throws {
        try await within(session) { try await $0.sendFile(path: path) }
    }

    func acceptFile(_ session: UInt64, _ number: UInt64) async throws {
        try await within(session) { try await $0.acceptFile(number: number) }
    }

    /// Stops a file, or declines it.
    func cancelFile(_ session: UInt64, _ number: UInt64) async throws {
        try await within(session) { try await $0.cancelFile(number: number) }
    }

    /// Takes a reply, for whichever of this device's invitations it answers.
    func reply(_ token: Token) async throws {
        try await refusing { try await pairing.reply(found: token.found) }
    }

    /// Writes this device to a new file that the code opens, for another phone.
    func export(to target: URL, code: SecondCode, withMessages: Bool) async throws {
        _ = try await refusing {
            try await handfast.export(
                path: target.path, code: try Code.read(text: code.characters), withMessages: withMessages)
        }
    }

    func pause() async throws {
        try await refusing { try await handfast.pause() }
    }

    func resume() async throws {
        try await refusing { try await handfast.resume() }
    }

    /// These are this device's addresses from now on, and its router's where that is known; no addresses
    /// mean that there is no network.
    func networkChanged(_ addresses: [String], router: String? = nil) async throws {
        try await refusing { try await handfast.networkChanged(addresses: addresses, router: router) }
    }

    /// The person is here, so that what waits need not be slow.
    func boost() {
        pairing.boost()
    }

    /// From the next invitation and the next meeting on.
    func rename(_ name: String) async throws {
        try await refusing { try await handfast.rename(name: name) }
    }

    /// What links begin with from now on, of which a host is enough; the whole of it.
    func beginLinks(with base: String) throws -> String {
        try refusing { try handfast.beginLinksWith(base: base) }
    }

    func preferences() async throws -> Preferences {
        Preferences(try await refusing { try await handfast.preferences() })
    }

    func prefer(_ chosen: Preferences) async throws {
        try await refusing { try await handfast.prefer(preferences: Core.Preferences(chosen)) }
    }

    /// What works from here. Takes some seconds.
    func network() async throws -> Report {
        Report(try await refusing { try await handfast.network() })
    }

    /// Every token in a picture, a `.handfast` file or a text file; there is one at least. Takes up to some
    /// seconds.
    func read(file bytes: Data) async throws -> [Token] {
        try await refusing { try await handfast.readFile(bytes: bytes) }.map(Token.init)
    }

    func shutdown() async {
        await handfast.shutdown()
    }

    /// The token in a text: a link, or a message around one.
    static func read(text: String) throws -> Token {
        Token(found: try refusing { try readText(text: text) })
    }

    /// The QR code of a text.
    static func symbol(_ text: String) throws -> Symbol {
        let drawn = try refusing { try draw(text: text) }
        return Symbol(width: Int(drawn.width), modules: [UInt8](drawn.modules))
    }

    /// The QR code of a text as a PNG with its quiet zone, `scale` pixels a module.
    static func png(_ text: String, scale: UInt32) throws -> Data {
        try refusing { try drawPng(text: text, scale: scale) }
    }

    /// The bytes of a `.handfast` file with the token that is in this text.
    static func file(of text: String) throws -> Data {
        try refusing { try fileOf(text: text) }
    }

    /// Under which services are announced and looked for, in the domain `local`.
    static var serviceType: String { Core.serviceType() }

    /// The servers that are asked if the person names no other.
    static var usualServers: [String] { Core.usualServers() }

    static func newCode() throws -> SecondCode {
        SecondCode(try refusing { try Code.random() })
    }

    /// So many questions can lock one thing.
    static var mostQuestions: Int { Int(Core.mostQuestions()) }

    /// What to think of these answers, and whether they protect nothing by themselves; none while one is empty.
    static func strength(_ locks: [Protection], withCode: Bool = false) -> (key: Key, isTrivial: Bool)? {
        let strength = try? strengthOf(locks: locks.map(Answered.init), withCode: withCode)
        return strength.map { ($0.sentence, $0.isTrivial()) }
    }

    /// The core's log goes to standard error, which Apple's tools show.
    static func log(details: Bool) {
        _ = logToPlatform(level: details ? .debug : .warn)
    }

    private func within(_ session: UInt64, _ work: (Core.Session) async throws -> Void) async throws {
        try await refusing { try await work(handfast.session(id: session)) }
    }
}

/// Somebody looks for something.
struct Searching: Sendable {
    fileprivate let search: Core.Search

    /// What is found next; none once all was looked through.
    func more() async throws -> [Hit]? {
        var page = try await refusing { try await search.more() }
        while page?.isEmpty == true { page = try await refusing { try await search.more() } }
        return page?.map(Hit.init)
    }
}

/// What something locked asks for.
struct Asked: Equatable, Sendable {
    let questions: [String]
    let withCode: Bool
    /// It is a copy of a phone.
    var isPhone = false
}

extension Asked {
    fileprivate init(_ sealed: Core.Sealed) {
        self.init(questions: sealed.questions, withCode: sealed.withCode)
    }
}

/// The copy of another phone, open in memory.
final class OtherPhone: Sendable {
    private let export: Export

    /// Reads all of the file.
    init(_ file: URL, answers: [String], code: String) throws {
        export = try refusing {
            try Export.open(path: file.path, answers: answers, code: try Code.read(text: code))
        }
    }

    var people: Int { Int(export.people()) }
    var hasMessages: Bool { export.hasMessages() }

    /// Makes a device of it in this folder, in the place of the one there, which is shut down, and stays where that
    /// cannot be.
    func make(in folder: String, keys: any KeyStore) throws {
        try refusing { try export.makeDevice(folder: folder, keyStore: Keys(keys)) }
    }
}

/// A file that is being locked or opened. It stops when this is let go of, and nothing of it stays behind then.
final class Work: Sendable {
    private let handle: SealingHandle

    fileprivate init(_ handle: SealingHandle) {
        self.handle = handle
    }

    /// From 0 to 1.
    var progress: Double {
        let progress = handle.progress()
        return progress.total == 0 ? 0 : Double(progress.done) / Double(progress.total)
    }

    func cancel() {
        handle.cancel()
    }

    /// Waits for the end; what is told about the content: a label, never a path, and a media type.
    func finished() async throws -> (name: String?, type: String?) {
        let about = try await refusing { try await handle.finished() }
        return (about.name, about.mediaType)
    }
}

/// The reader of a running camera.
final class FrameScanner: Sendable {
    private let scanner = Scanner()

    init() {}

    /// Looks at the luminance plane of a frame, 8 bits a pixel, with `stride` bytes from one row to the
    /// next. The bytes are not copied. None is the usual answer.
    func look(_ luma: Data, stride: Int, width: Int, height: Int) throws -> Token? {
        try refusing {
            try scanner.scan(
                luma: luma, stride: UInt32(clamping: stride), width: UInt32(clamping: width),
                height: UInt32(clamping: height))
        }
        .map(Token.init)
    }
}

private final class Relay: Listener {
    private let tell: @Sendable (Event) -> Void

    init(_ tell: @escaping @Sendable (Event) -> Void) {
        self.tell = tell
    }

    func changed(change: Change) throws {
        switch change {
        case .shown(let session, let screen): tell(.view(session, View(screen)))
        case .listed(let session, let entry, let before): tell(.row(session, Row(entry), before: before))
        case .gone(let session, let number): tell(.gone(session, number))
        case .failed(_, let kind, _): tell(.failed(Refusal(kind: kind)))
        case .notWritten(let session, let text, let kind, _): tell(.notWritten(session, text, Refusal(kind: kind)))
        case .pendingChanged, .peopleChanged: tell(.listsChanged)
        }
    }
}

private final class Names: Discovery {
    private let names: any NameService

    init(_ names: any NameService) {
        self.names = names
    }

    func announce(service: Core.Service?) throws {
        names.announce(service.map { Service(name: $0.name, port: $0.port, txt: $0.txt) })
    }

    func browse(finder: Core.Finder?) throws {
        names.browse(finder.map(FinderRelay.init))
    }
}

private final class FinderRelay: Finder {
    private let finder: Core.Finder

    init(_ finder: Core.Finder) {
        self.finder = finder
    }

    func found(_ service: Service, at addresses: [String]) {
        finder.found(
            service: Core.Service(name: service.name, port: service.port, txt: service.txt), addresses: addresses)
    }

    func gone(_ name: String) {
        finder.gone(name: name)
    }
}

private final class Keys: Core.KeyStore {
    private let keys: any KeyStore

    init(_ keys: any KeyStore) {
        self.keys = keys
    }

    func key() throws -> Data? {
        try failing { try keys.key().map { Data($0) } }
    }

    func keep(key: Data) throws {
        try failing { try keys.keep([UInt8](key)) }
    }

    private func failing<T>(_ work: () throws -> T) throws -> T {
        do {
            return try work()
        } catch is KeyStoreLocked {
            throw KeyStoreError.Locked
        } catch is KeyLost {
            throw KeyStoreError.Lost
        } catch {
            throw KeyStoreError.Failed
        }
    }
}

private func refusing<T>(_ work: () throws -> T) throws -> T {
    do {
        return try work()
    } catch HandfastError.Failed(let kind, _) {
        throw Refusal(kind: kind)
    }
}

private func refusing<T>(_ work: () async throws -> T) async throws -> T {
    do {
        return try await work()
    } catch HandfastError.Failed(let kind, _) {
        throw Refusal(kind: kind)
    }
}
