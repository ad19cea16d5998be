import Foundation

/// What is locked: somebody's file or text that asks for an answer, a file of ours that gets a question, and messages of
/// either kind. It never opens anything by itself, and keeps no copy of what the person left.
@MainActor
final class Lockbox {
    /// What it shows; none if there is nothing in it.
    private(set) var screen: Screen?
    /// Draws anew.
    var show: () -> Void = {}

    /// The person is typing something that must not be taken for an answer to something else.
    var isAsking: Bool {
        switch screen {
        case .question, .lock, .lockMessage, .movingIn: true
        default: false
        }
    }

    /// Our own copy, in a folder of its own.
    private var file: URL?
    private var work: Work?
    /// The session of the message that is written or opened, and the row of the one that is opened.
    private var session: UInt64?
    private var row: UInt64?
    /// The copy of another phone, once it is open.
    private var other: OtherPhone?
    /// Another one for everything that is put in, so that what comes too late is recognised.
    private var turn = 0

    func ask(_ copy: Copy, _ asked: Asked) {
        clear()
        file = copy.file
        screen =
            asked.isPhone
            ? .movingIn(MovingIn(questions: asked.questions))
            : .question(Question(questions: asked.questions, withCode: asked.withCode, size: copy.size))
    }

    /// To a new phone, or from one.
    func move(isNew: Bool) {
        clear()
        screen = .moving(Moving(isNew: isNew))
    }

    /// Writes a copy of this phone, and a code that opens it.
    func moveOut(_ device: Device, withMessages: Bool) throws {
        guard case .moving(let moving) = screen, !moving.isBusy else { return }
        let code = try Device.newCode()
        let copy = Copy(try Copy.folder().appendingPathComponent("phone.handfast"))
        file = copy.file
        screen = .moving(Moving(isBusy: true))
        begin {
            try await device.export(to: copy.file, code: code, withMessages: withMessages)
        } then: { written in
            switch written {
            case .success:
                return .sealed(
                    Sealed(
                        name: copy.file.lastPathComponent, size: copy.size, path: copy.file.path, code: code,
                        isPhone: true))
            case .failure(let error):
                copy.remove()
                return .moving(Moving(hint: Self.hint(error)))
            }
        }
    }

    /// What was typed to open the copy of another phone. `erases`: somebody is here already.
    func openCopy(_ answers: [String], code: String, erases: Bool) {
        guard case .movingIn(var asked) = screen, !asked.isBusy, asked.found == nil, let source = file else { return }
        asked.isBusy = true
        asked.hint = nil
        screen = .movingIn(asked)
        begin {
            try OtherPhone(source, answers: answers, code: code)
        } then: { opened in
            asked.isBusy = false
            switch opened {
            case .success(let other):
                self.other = other
                asked.found = MovingIn.Found(people: other.people, withMessages: other.hasMessages)
                asked.erases = erases
            case .failure(let error): asked.hint = Self.hint(error)
            }
            return .movingIn(asked)
        }
    }

    /// The copy that the person wants to go on with.
    func takeOther() -> OtherPhone? {
        guard let other else { return nil }
        clear()
        return other
    }

    /// Does this beside, and shows then what came of it; nothing where the person has left meanwhile. `always`: what
    /// is done all the same.
    private func begin<T: Sendable>(
        _ work: @escaping @Sendable () async throws -> T,
        always: @escaping (Result<T, any Error>) -> Void = { _ in },
        then done: @escaping (Result<T, any Error>) -> Screen?
    ) {
        let turn = turn
        Task {
            let result = await Task.detached { try await work() }.result
            always(result)
            guard turn == self.turn else { return }
            self.screen = done(result)
            self.show()
        }
    }

    private static func hint(_ error: any Error) -> Key { (error as? Refusal)?.notice.what ?? .kindStorage }

    func lock(_ copy: Copy) {
        clear()
        file = copy.file
        screen = .lock(Lock(name: copy.file.lastPathComponent, size: copy.size))
    }

    /// The person typed.
    func judge(_ typed: Protection, withCode: Bool) throws {
        guard case .lock(var lock) = screen, !lock.isBusy else { return }
        let strength = Device.strength([typed], withCode: withCode)
        lock.strength = strength?.key
        lock.isUseless = strength?.isTrivial ?? true
        lock.code = withCode ? try lock.code ?? Device.newCode() : nil
        lock.hint = nil
        screen = .lock(lock)
    }

    func seal(_ typed: Protection, _ device: Device) {
        guard case .lock(var lock) = screen, !lock.isBusy, let source = file else { return }
        let target = source.appendingPathExtension("handfast")
        lock.isBusy = true
        lock.hint = nil
        screen = .lock(lock)
        let code = lock.code
        run {
            try device.lock(file: source, to: target, name: source.lastPathComponent, with: typed, code: code)
        } then: { _ in
            try? FileManager.default.removeItem(at: source)
            let copy = Copy(target)
            self.file = target
            return .sealed(
                Sealed(name: target.lastPathComponent, size: copy.size, path: target.path, code: code))
        }
    }

    /// Begins a message that is locked, for whoever is in this session, with what was typed for them already.
    func write(to session: UInt64, _ typed: String) {
        clear()
        self.session = session
        screen = .lockMessage(LockMessage(text: typed, mostQuestions: Device.mostQuestions))
    }

    /// The person typed what is to lock the message.
    func judge(_ locks: [Protection]) {
        guard case .lockMessage(var message) = screen, !message.isBusy else { return }
        let strength = Device.strength(locks)
        message.strength = strength?.key
        message.isUseless = strength?.isTrivial ?? true
        message.hint = nil
        screen = .lockMessage(message)
    }

    /// Locks the message and sends it. `sent` hears in which session, and what was typed there first.
    func send(
        _ text: String, _ locks: [Protection], _ device: Device, sent: @escaping (UInt64, String) -> Void
    ) {
        guard case .lockMessage(var message) = screen, !message.isBusy, let session else { return }
        message.isBusy = true
        message.hint = nil
        screen = .lockMessage(message)
        begin {
            try await device.sendLocked(session, text, locks)
        } always: { locked in
            if case .success = locked { sent(session, message.text) }
        } then: { locked in
            guard case .failure(let error) = locked else {
                self.clear()
                return nil
            }
            message.isBusy = false
            message.hint = Self.hint(error)
            return .lockMessage(message)
        }
    }

    /// Asks what the message asks that is locked in this row.
    func read(_ locked: LockedRow, in session: UInt64) {
        clear()
        self.session = session
        row = locked.number
        screen = .question(Question(questions: locked.questions, isMessage: true))
    }

    /// The conversation goes on in another session.
    func moved(from: UInt64, to: UInt64) {
        if session == from { session = to }
    }

    /// What was typed in answer.
    func answer(_ answers: [String], code: String?, _ device: Device) {
        guard case .question(var question) = screen, !question.isBusy else { return }
        question.isBusy = true
        question.hint = nil
        if let session, let row {
            screen = .question(question)
            return begin {
                try await device.openLocked(session, row, answers)
            } then: { opened in
                switch opened {
                case .success(let text): return .openedMessage(OpenedMessage(text: text))
                case .failure(let error):
                    question.isBusy = false
                    question.hint = Self.hint(error)
                    return .question(question)
                }
            }
        }
        guard let source = file else { return }
        screen = .question(question)
        let target = source.appendingPathExtension("open")
        run {
            try device.unlock(file: source, to: target, answers: answers, code: code)
        } then: { told in
            try? FileManager.default.removeItem(at: source)
            let opened = try Opened(target, called: told.name, type: told.type)
            self.file = URL(fileURLWithPath: opened.path)
            return .opened(opened)
        }
    }

    /// One step back; whether there was anything to leave.
    func leave() -> Bool {
        defer { clear() }
        return screen != nil
    }

    func clear() {
        turn += 1
        work?.cancel()
        work = nil
        other = nil
        session = nil
        row = nil
        if let file { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
        file = nil
        screen = nil
    }

    /// Begins work on the file, shows how far it is, and then what came of it.
    private func run(
        _ begin: () throws -> Work, then done: @escaping ((name: String?, type: String?)) throws -> Screen
    ) {
        let begun: Work
        do {
            begun = try begin()
        } catch {
            return ended(.failure(error))
        }
        work = begun
        let turn = turn
        let watching = Task {
            while !Task.isCancelled, turn == self.turn {
                self.advance(begun.progress)
                try? await Task.sleep(for: .milliseconds(100))
            }
        }
        Task {
            let result = await Result { try await begun.finished() }
            watching.cancel()
            // The person may have gone back meanwhile, or put in another one.
            guard turn == self.turn else { return }
            self.work = nil
            self.ended(Result(catching: { try done(result.get()) }))
        }
    }

    private func advance(_ progress: Double) {
        switch screen {
        case .question(var question):
            question.progress = progress
            screen = .question(question)
        case .lock(var lock):
            lock.progress = progress
            screen = .lock(lock)
        default: return
        }
        show()
    }

    /// What came of it: another screen, or something to try again.
    private func ended(_ result: Result<Screen, any Error>) {
        switch result {
        case .success(let next): screen = next
        // What is no refusal is a file that could not be moved.
        case .failure(let error): retry(Self.hint(error))
        }
        show()
    }

    private func retry(_ hint: Key) {
        switch screen {
        case .lock(var lock):
            lock.isBusy = false
            lock.progress = nil
            lock.hint = hint
            screen = .lock(lock)
        case .question(var question):
            question.isBusy = false
            question.progress = nil
            question.hint = hint
            screen = .question(question)
        default: break
        }
    }
}

/// A file of our own, in a folder of its own that goes with it.
struct Copy: Sendable {
    let file: URL

    init(_ file: URL) {
        self.file = file
    }

    /// Copies a file, as it can be read only for a moment; on the same volume that takes no room.
    init(of file: URL) throws {
        self.file = try Self.folder().appendingPathComponent(Opened.safe(file.lastPathComponent))
        try FileManager.default.copyItem(at: file, to: self.file)
    }

    init(_ bytes: Data, called name: String = "locked") throws {
        file = try Self.folder().appendingPathComponent(name)
        try bytes.write(to: file)
    }

    /// Bytes.
    var size: UInt64 {
        UInt64((try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0)
    }

    func remove() {
        try? FileManager.default.removeItem(at: file.deletingLastPathComponent())
    }

    static func folder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("lock-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}

extension Opened {
    /// The file at `path`, moved to the name that was told about it. That name comes from a stranger: it is
    /// made fit for a file here, and leads nowhere else.
    fileprivate init(_ path: URL, called name: String?, type: String?) throws {
        let name = Self.safe(name ?? "")
        let file = path.deletingLastPathComponent().appendingPathComponent(name)
        if file != path { try FileManager.default.moveItem(at: path, to: file) }
        self.init(name: name, type: type, size: Copy(file).size, path: file.path)
    }

    static func safe(_ name: String) -> String {
        let last = name.split(whereSeparator: { "/\\:".contains($0) }).last ?? ""
        let visible = last.unicodeScalars.filter {
            $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
        }
        let trimmed = String(String.UnicodeScalarView(visible)).drop { $0 == "." || $0 == " " }.prefix(80)
        return trimmed.isEmpty ? "handfast" : String(trimmed)
    }
}

extension Result where Success: Sendable, Failure == any Error {
    init(_ work: @Sendable () async throws -> Success) async {
        do {
            self = .success(try await work())
        } catch {
            self = .failure(error)
        }
    }
}
