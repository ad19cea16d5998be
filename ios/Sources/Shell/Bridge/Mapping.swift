internal import Core

/// The core names its sentences. Each of them is a key: a test of the core holds its names and the strings
/// together, and scripts/check-ios the strings and the keys.
private func key(_ name: String) -> Key {
    Key(rawValue: name) ?? .kindInternal
}

/// What the core wants shown of one session.
struct View: Sendable {
    private let screen: Core.Screen

    init(_ screen: Core.Screen) {
        self.screen = screen
    }

    /// An invitation of ours is shown.
    var isHosting: Bool {
        if case .hosting = screen { true } else { false }
    }

    /// Something has to be unlocked first.
    var isLocked: Bool {
        if case .locked = screen { true } else { false }
    }

    /// It is being made, and nothing of it is kept yet.
    var isFleeting: Bool {
        if case .preparing(false) = screen { true } else { false }
    }

    /// The person is asked whether to connect, or before that to unlock.
    var isChoice: Bool { screen.isChoice() }
    /// Somebody's invitation is knocked at.
    var isKnocking: Bool { screen.isKnocking() }
    /// Something waits for the other side, or soon will, and stops when the app is put aside.
    var isWaiting: Bool { screen.isWaiting() }
    var isTalking: Bool { screen.isTalking() }
    /// Nothing more comes.
    var isOver: Bool { isClosed || end != nil }

    /// Somebody who was met before is looked for.
    var isApart: Bool { screen.isApart() }
    /// Who of the people is on the other side, once that is known.
    var contact: String? { screen.contact() }

    /// The two talk, and do not compare.
    var isConversation: Bool {
        if case .talking = screen { true } else { false }
    }

    /// The person ended it.
    var isClosed: Bool {
        if case .closed = screen { true } else { false }
    }

    /// Why it ended, if the person did not end it.
    var end: Refusal? {
        if case .ended(let kind, _) = screen { Refusal(kind: kind) } else { nil }
    }

    /// What they call themselves, where that is known; may be empty.
    var name: String? { screen.name() }
    /// How it stands, in a list.
    var status: Key { key(screen.status()) }

    /// The screen for it; none if there is nothing left to show. `denied`: what the phone itself forbids.
    /// `typed`: what was wrong with what was typed last.
    func screen(denied: Key?, typed: Key?) -> Screen? {
        let hint = screen.hint().map(key)
        return switch screen {
        case .closed:
            nil
        case .preparing(let isKept):
            .preparing(isKept: isKept)
        case .hosting(_, _, let expiresAt, let delivery, let invitation, _, _):
            .showCode(
                ShowCode(
                    stage: status, scanNow: screen.mustScan(), triesLeft: screen.triesLeft().map(Int.init),
                    expiresAt: expiresAt, invitation: Handout(invitation), sent: delivery == .send,
                    hint: denied ?? hint,
                    canTryHarder: screen.canTryHarder()))
        case .locked(let questions, let withCode, let isUnlocking, _):
            .question(
                Question(questions: questions, withCode: withCode, hint: typed ?? hint, isBusy: isUnlocking))
        case .invitationOpened(let name, let question, _, let expiresAt):
            .confirm(
                Confirm(
                    name: name, question: question, proof: key(screen.proof() ?? ""), expiresAt: expiresAt))
        case .connecting:
            .connecting(
                Connecting(stage: status, hint: denied ?? hint, canTryHarder: screen.canTryHarder()))
        case .replyNeeded(let reply, _, _):
            .reply(
                Reply(handout: Handout(reply), hint: denied ?? hint, canTryHarder: screen.canTryHarder()))
        case .asking(let question, let triesLeft, _, _):
            .question(
                Question(
                    questions: [question], triesLeft: Int(triesLeft), hint: hint,
                    warning: screen.warning().map(key)))
        case .apart(_, let person, let heard, _, _, _, let questions):
            .conversation(
                Conversation(
                    name: person.name, trust: key(person.trust()), reason: key(person.trustReason()), line: status,
                    contact: contact, apart: Apart(heard: heard, restored: hint),
                    asked: questions.ours.map { Inquiry($0, isOurs: true) },
                    asks: questions.theirs.map { Inquiry($0, isOurs: false) }))
        case .comparing(_, let person, let symbols, let digits):
            .compare(
                Compare(
                    name: person.name,
                    symbols: symbols.map { Pictograph(picture: $0.picture, name: .symbol($0.name)) },
                    digits: digits))
        case .talking(_, let person, let isInterrupted, _, _, let questions):
            .conversation(
                Conversation(
                    name: person.name, trust: key(person.trust()), reason: key(person.trustReason()),
                    line: isInterrupted ? .lineInterrupted : nil, compare: hint,
                    limit: screen.limit().map(key), isHeld: screen.isHeld(),
                    canVouch: person.canBeVouchedFor(), contact: contact,
                    asked: questions.ours.map { Inquiry($0, isOurs: true) },
                    asks: questions.theirs.map { Inquiry($0, isOurs: false) }))
        case .ended(let kind, _):
            .ended(Refusal(kind: kind).screen)
        }
    }
}

extension Refusal {
    /// What to say where the screen stays as it is.
    var notice: Notice {
        let screen = screen
        return Notice(what: screen.what, next: screen.next, way: screen.way == .home ? nil : screen.way)
    }

    /// The screen where nothing is open because of this.
    var hindrance: Screen {
        guard !isKeyLost else { return .keyLost }
        let ended = screen
        return .notOpened(
            NotOpened(
                what: ended.what, next: ended.next, way: ended.way == .storageSettings ? ended.way : nil,
                canStartAnew: !isKeyStoreLocked))
    }

    /// The whole screen, where nothing else can be shown.
    var screen: Ended {
        let remedy = remedyOf(kind: kind)
        return Ended(what: key(kind.key()), next: remedy.key().map(key), way: remedy.way)
    }
}

extension Row {
    init(_ entry: Entry) {
        switch entry {
        case .text(
            let number, let ours, let text, let at, let mark, let isOld, let quote, let reactions, let isEdited,
            let endsAt):
            self = .text(
                TextRow(
                    number: number, ours: ours, text: text, at: at, mark: Mark(mark), isOld: isOld,
                    quote: quote.map(Quote.init),
                    reactions: reactions.map { Reaction(ours: $0.ours, symbol: $0.symbol) }, isEdited: isEdited,
                    endsAt: endsAt))
        case .locked(let number, let ours, let questions, let at, let mark, let isOld):
            self = .locked(
                LockedRow(number: number, ours: ours, questions: questions, at: at, mark: Mark(mark), isOld: isOld))
        case .life(let number, let ours, let after, let holds, let at, let isOld):
            self = .life(
                LifeRow(number: number, ours: ours, after: after.map(UInt64.init), holds: holds, at: at, isOld: isOld))
        case .note(let number, let ours, let note, let at, let isOld):
            self = .note(NoteRow(number: number, ours: ours, what: key(note.key()), at: at, isOld: isOld))
        case .file(let number, let ours, let name, let size, let state, let at, let mark, let isOld, let preview):
            var done: UInt64?
            var path: String?
            if case .moving(let through) = state { done = through }
            if case .done(let place) = state { path = place }
            self = .file(
                FileRow(
                    number: number, ours: ours, name: name, size: size, state: key(state.status()),
                    done: done, path: path, at: at, mark: Mark(mark), isOld: isOld, preview: preview))
        }
    }
}

extension Inquiry {
    fileprivate init(_ asked: Core.Asked, isOurs: Bool) {
        self.init(
            question: asked.question, standing: key(asked.key(ours: isOurs)), isOpen: asked.isOpen(),
            triesLeft: asked.triesLeft().map(Int.init))
    }
}

extension Hit {
    init(_ hit: Core.Hit) {
        self.init(ours: hit.ours, text: hit.text, at: hit.at)
    }
}

extension Quote {
    init(_ quote: Core.Quote) {
        if case .text(let text) = quote {
            self = .text(text)
        } else {
            self = .other(key(quote.key() ?? ""))
        }
    }
}

extension Mark {
    init(_ mark: Core.Mark) {
        switch mark {
        case .nobody: self = .nobody
        case .onThisDevice: self = .onThisPhone
        case .onTheirs: self = .onTheirs
        }
    }
}

extension Answered {
    init(_ lock: Protection) {
        self.init(question: lock.question, answer: lock.answer)
    }
}

extension Core.Protection {
    init(_ protection: Protection?) {
        guard let protection else {
            self = .open
            return
        }
        let lock = Answered(protection)
        self = protection.isLock ? .locked(lock: lock) : .asked(lock: lock)
    }
}

extension Waiting {
    init(_ pending: Pending) {
        self.init(
            id: pending.id, ours: pending.role == .host, name: pending.name, expiresAt: pending.expiresAt,
            session: pending.session)
    }
}

extension Contact {
    init(_ contact: Core.Contact) {
        self.init(
            id: contact.id, name: contact.person.name, trust: key(contact.person.trust()),
            reason: key(contact.person.trustReason()), since: contact.since, ownName: contact.ownName,
            trusted: contact.trusted, hasFallen: contact.hasFallen, heard: contact.heard.flatMap { $0 > 0 ? $0 : nil },
            canBeFound: contact.canBeFound, isBlocked: contact.isBlocked,
            isFrozen: contact.isFrozen, isReplaced: contact.isReplaced,
            takesFilesUpTo: contact.takesFilesUpTo, unread: Int(clamping: contact.unread), lastSaid: contact.lastSaid,
            ways: contact.ways.map { ReachedBy(address: $0.address, at: $0.at) })
    }
}

extension SecondCode {
    init(_ code: Code) {
        self.init(characters: code.characters(), words: code.words())
    }
}

extension Strength {
    /// What to think of an answer.
    var sentence: Key { Shell.key(key()) }
}

extension Preferences {
    init(_ chosen: Core.Preferences) {
        self.init(
            asksServers: chosen.askServers, servers: chosen.servers, asksRouter: chosen.askRouter,
            guesses: chosen.guess)
    }
}

extension Core.Preferences {
    init(_ chosen: Preferences) {
        self.init(
            askServers: chosen.asksServers, servers: chosen.servers, askRouter: chosen.asksRouter,
            guess: chosen.guesses)
    }
}

extension Report {
    init(_ report: NetworkReport) {
        self.init(
            ipv4: key(report.ipv4Key()), ipv6: key(report.ipv6Key()), port: report.portKey().map(key),
            works: report.works.map {
                Expected(
                    situation: key($0.situationKey()), chance: key($0.chanceKey()), needsIPv6: $0.needsIpv6)
            },
            asked: report.serversAsked)
    }
}

extension Finding {
    init(_ outcome: Outcome) {
        switch outcome {
        case .same: self = .same
        case .different: self = .different
        case .later: self = .later
        }
    }
}

extension Handout {
    init(_ handout: Core.Handout) {
        self.init(link: handout.link, text: handout.text, symbol: handout.symbol)
    }
}

extension Remedy {
    fileprivate var way: Way {
        switch self {
        case .nothing, .retype, .finishFirst, .update, .wait: .home
        case .askAgain, .handInAnother: .scan
        case .inviteAgain, .tryTogether: .showCode
        case .checkNetwork: .networkSettings
        case .makeRoom: .storageSettings
        case .unlock, .restart: .restart
        }
    }
}
