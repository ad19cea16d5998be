/// What goes on in a session, for whoever tells of it while nobody looks.
public struct Ongoing: Equatable, Sendable {
    public let session: UInt64
    /// What they are called; may be empty.
    public let name: String
    /// What is written to them is said now.
    public let isTalking: Bool
    /// They are looked for, and what is written to them waits.
    public let isApart: Bool
    /// It is on the stage.
    public let isOnStage: Bool
    /// The newest rows.
    public let rows: [Row]
    /// What they ask this person, while it can be answered.
    public let question: String?

    /// As many as a notification shows.
    static let mostRows = 6
}

/// What a notification says of one person. What it says may be secret, so it does not print itself.
public struct Tidings: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    /// Names the conversation, in this process alone.
    public let id: String
    public let title: Phrase
    /// The newest last.
    public let lines: [Phrase]
    /// It can be answered out of the notification.
    public let canReply: Bool
    /// There is something in it that was not told before, so it may be heard.
    public let isNew: Bool

    public var description: String { "Tidings(\(id), lines: \(lines.count), isNew: \(isNew))" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What notifications tell of each person while nobody looks at the conversation with them: what they wrote, offer,
/// propose or ask, and that they are here. What that is stands in them only if the person chose so.
public struct TidingsMachine: Sendable {
    public enum Event: Equatable, Sendable {
        /// The app is on the screen, or not any more.
        case seen(Bool)
        /// `hasPeople`: somebody is kept.
        case changed([Ongoing], hasPeople: Bool)
        /// Whether notifications say what somebody wrote.
        case tellsContent(Bool)
        /// A person answered out of the notification with this name.
        case answered(String, String)
        /// A person touched it.
        case touched(String)
    }

    public enum Effect: Equatable, Sendable {
        /// Have the system ask whether this app may notify the person; it does so once.
        case ask
        case post(Tidings)
        case remove(String)
        case send(UInt64, String)
        case show(UInt64)
        /// A text came to a conversation that is over, so it was not sent.
        case postUnsent(Tidings)
    }

    /// What a notification says, whoever may read it.
    private struct Told: Equatable {
        var rows: [Row] = []
        var question: String?
        /// They have just come.
        var isHere = false

        var isEmpty: Bool { rows.isEmpty && question == nil && !isHere }

        func hasNews(since before: Told?) -> Bool {
            let known = Set((before?.rows ?? []).map(\.id))
            return rows.contains { !known.contains($0.id) } || question != nil && question != before?.question
                || isHere && before?.isHere != true
        }
    }

    private let process: String
    private var isSeen = false
    private var tellsContent = false
    private var hasAsked = false
    private var ongoing: [Ongoing] = []
    /// The number of the last row of each session that was looked at, and the question.
    private var looked: [UInt64: (row: UInt64, question: String?)] = [:]
    private var talking: Set<UInt64> = []
    private var told: [UInt64: Told] = [:]

    /// `process`: another one in each, as numbers of sessions begin anew in each.
    public init(process: String) {
        self.process = process
    }

    public mutating func handle(_ event: Event) -> [Effect] {
        switch event {
        case .seen(let isSeen):
            self.isSeen = isSeen
            return tell()
        case .changed(let ongoing, let hasPeople):
            self.ongoing = ongoing
            return (hasPeople ? ask() : []) + tell()
        case .tellsContent(let tells):
            guard tells != tellsContent else { return [] }
            tellsContent = tells
            return told.sorted { $0.key < $1.key }.compactMap { session, told in
                ongoing.first { $0.session == session }.map { post($0, told, isNew: false) }
            }
        case .answered(let id, let text):
            guard let one = one(id), one.isTalking || one.isApart else { return [.postUnsent(unsent(id))] }
            return [.send(one.session, text)]
        case .touched(let id):
            return one(id).map { [.show($0.session)] } ?? []
        }
    }

    /// Once somebody is kept there is somebody to tell of.
    private mutating func ask() -> [Effect] {
        guard !hasAsked else { return [] }
        hasAsked = true
        return [.ask]
    }

    private mutating func tell() -> [Effect] {
        let there = Set(ongoing.map(\.session))
        var effects = told.keys.filter { !there.contains($0) }.sorted().flatMap { forget($0) }
        looked = looked.filter { there.contains($0.key) }
        for one in ongoing { effects += tell(of: one) }
        talking.formIntersection(there)
        return effects
    }

    private mutating func tell(of one: Ongoing) -> [Effect] {
        let hasCome = one.isTalking && talking.insert(one.session).inserted
        if !one.isTalking { talking.remove(one.session) }
        if isSeen && one.isOnStage {
            looked[one.session] = (one.rows.last?.id ?? looked[one.session]?.row ?? 0, one.question)
            return forget(one.session)
        }
        let before = told[one.session]
        var now = Told()
        let last = looked[one.session]?.row
        // Whoever answered has read what was there.
        now.rows = Array(one.rows.reversed().prefix { !$0.ours }.reversed()).filter { row in
            row.isTold && last.map { row.id > $0 } ?? true
        }
        now.question = one.question == looked[one.session]?.question ? nil : one.question
        now.isHere = one.isTalking && (hasCome && !isSeen || before?.isHere == true && one.rows.last?.ours != true)
        guard now != before else { return [] }
        guard !now.isEmpty else { return forget(one.session) }
        told[one.session] = now
        return [.post(tidings(one, now, isNew: now.hasNews(since: before)))]
    }

    private mutating func forget(_ session: UInt64) -> [Effect] {
        told.removeValue(forKey: session) == nil ? [] : [.remove(name(session))]
    }

    private func post(_ one: Ongoing, _ told: Told, isNew: Bool) -> Effect {
        .post(tidings(one, told, isNew: isNew))
    }

    private func tidings(_ one: Ongoing, _ told: Told, isNew: Bool) -> Tidings {
        guard tellsContent else {
            return Tidings(
                id: name(one.session), title: Phrase(.appName), lines: [Phrase(.tidingsHidden)], canReply: false,
                isNew: isNew)
        }
        let lines =
            told.rows.map(\.tidings)
            + (told.question.map { [Phrase(.theyAsk, Phrase(.person(one.name)), .verbatim($0))] } ?? [])
        return Tidings(
            id: name(one.session), title: Phrase(.person(one.name)),
            lines: lines.isEmpty ? [Phrase(.tidingsHere)] : lines, canReply: one.isTalking || one.isApart,
            isNew: isNew)
    }

    private func unsent(_ id: String) -> Tidings {
        Tidings(id: id, title: Phrase(.appName), lines: [Phrase(.unsentText)], canReply: false, isNew: true)
    }

    /// What a session is called where a later process may read it.
    private func name(_ session: UInt64) -> String { "\(process)/\(session)" }

    private func one(_ id: String) -> Ongoing? { ongoing.first { name($0.session) == id } }
}

extension Row {
    /// Somebody is told of it as it comes: of a file when it is offered and when it is there, and not at every piece of
    /// it.
    var isTold: Bool {
        guard !isOld else { return false }
        return switch self {
        case .text, .locked: true
        case .file(let row): row.isOffered || row.state == .fileReceived
        case .life(let row): !row.holds
        case .note: false
        }
    }

    /// What a notification says of it.
    fileprivate var tidings: Phrase {
        switch self {
        case .text(let row): .verbatim(String(row.text.prefix(500)))
        case .locked(let row): Phrase(.tidingsLocked, .verbatim(row.questions.joined(separator: " ")))
        case .file(let row):
            Phrase(row.isOffered ? .tidingsOffer : .tidingsFile, .verbatim(row.name), .verbatim(amount(row.size)))
        case .life(let row): row.after.map { Phrase(.lifeOffered, Phrase(span: $0)) } ?? Phrase(.lifeStayOffered)
        case .note(let row): Phrase(row.what)
        }
    }
}
