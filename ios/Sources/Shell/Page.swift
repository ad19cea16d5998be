import Foundation

/// How a screen is laid out and what it says, by keys: a view draws this from top to bottom and knows
/// nothing else about the screen.
public struct Page: Equatable, Sendable {
    /// At the top.
    public var title: Phrase
    /// How it stands. This and the title are read aloud whenever they change.
    public var status: Phrase?
    /// The text of the QR code, as large as the screen allows.
    public var symbol: String?
    /// The picture of the camera, with a frame.
    public var camera = false
    /// A list of rows, and a field for a message.
    public var conversation = false
    /// What goes on meanwhile, to be shown.
    public var underWay: [ListRow] = []
    /// What waits for another person, to go on with or give up.
    public var waiting: [ListRow] = []
    /// Everybody who was met.
    public var people: [PersonRow] = []
    /// Questions of the other side, each with a field for its answer.
    public var questions: [Phrase] = []
    /// A field for a code beside the answers.
    public var answerCode = false
    /// Fields for a question of ours and its answer, and whether they lock the invitation itself.
    public var protection = false
    /// Fields for a question and an answer that lock a file, and whether a code is needed too.
    public var locking = false
    /// Fields for whom this phone may ask, as it was chosen before.
    public var preferences: Preferences?
    /// What may not be pressed at the moment.
    public var disabled: [Action] = []
    /// A code to hand on, in characters and in words.
    public var code: SecondCode?
    /// Pictures with their names, to compare.
    public var symbols: [Pictograph] = []
    /// The same in digits.
    public var digits: [String] = []
    /// Something is being worked on; how much of it is done, from 0 to 1, where that is known.
    public var isBusy = false
    public var progress: Double?
    /// Explanations, one paragraph each.
    public var lines: [Phrase] = []
    /// Until when it lasts, in seconds since 1970-01-01 UTC; counted down.
    public var deadline: UInt64?
    /// What can be done, the first before all others. There always is something.
    public var choices: [Choice]
    /// Somebody else looks at the screen: it stays on, and bright.
    public var isShownAround: Bool { symbol != nil }
}

/// Something that is under way, or waits.
public struct ListRow: Equatable, Sendable, Identifiable {
    public let id: String
    public let title: Phrase
    /// How it stands, where that is known.
    public var status: Phrase?
    /// In seconds since 1970-01-01 UTC; counted down.
    public var deadline: UInt64?
    public let choices: [Choice]

    init(_ underWay: UnderWay) {
        id = String(underWay.id)
        title = Phrase(underWay.with)
        status = Phrase(underWay.status)
        choices = [Choice(.underWayShow, .show(underWay.id))]
    }

    init(_ waiting: Waiting) {
        id = waiting.id
        title = Phrase(waiting.ours ? .guest : .host(waiting.name))
        deadline = waiting.expiresAt
        status = deadline == nil ? Phrase(.confirmExpired) : nil
        choices = [Choice(.goOn, .resume(waiting.id)), Choice(.giveUp, .withdraw(waiting.id))]
    }
}

extension Phrase {
    fileprivate init(_ other: UnderWay.Other) {
        switch other {
        case .guest: self.init(.waitingOurs)
        case .host(let name?): self.init(.waitingTheirs, .verbatim(name))
        case .host(nil): self.init(.waitingTheirsUnknown)
        case .person(let name): self = name.isEmpty ? Phrase(.personUnknown) : .verbatim(name)
        }
    }
}

/// Somebody who was met.
public struct PersonRow: Equatable, Sendable, Identifiable {
    public let id: String
    public let name: Phrase
    public let trust: Phrase
    public var action: Action { .person(id) }

    init(_ contact: Contact) {
        id = contact.id
        name = Phrase(.person(contact.name))
        trust = Phrase(.trustLine, Phrase(contact.trust), Phrase(contact.reason))
    }
}

/// A button.
public struct Choice: Equatable, Sendable {
    public let label: Key
    public let action: Action

    init(_ label: Key, _ action: Action) {
        self.label = label
        self.action = action
    }
}

/// What a button does.
public enum Action: Equatable, Sendable {
    /// Done by `AppModel.perform`.
    case showCode
    case shareLink
    case scan
    case accept
    case offerReply
    case tryHarder
    case protect
    /// With the protection that was typed.
    case inviteProtected
    /// With the answers that were typed.
    case answer
    case compare
    /// What was found by somebody who saw these digits.
    case compared([String], Outcome)
    /// They may send as much again.
    case allowMore
    case onlyTheyWouldAsk
    /// The fields of a file to lock changed.
    case judge
    /// With what was typed.
    case seal
    /// Puts something that is under way on the stage.
    case show(UInt64)
    case resume(String)
    case withdraw(String)
    case person(String)
    case forget(String)
    case settings
    /// With what was chosen and typed.
    case prefer
    case lookAround
    case putAside
    case replace
    case takeReply
    case back
    /// Done by the app, as it needs the platform.
    case errand(Errand)
}

/// What only the platform can do.
public enum Errand: Equatable, Sendable {
    /// Opens the share sheet.
    case share(Share)
    /// Reads the clipboard into `AppModel.handIn`.
    case paste
    /// Picks a picture for `AppModel.handIn`.
    case pickPicture
    /// Picks a file for `AppModel.handIn`.
    case pickFile
    /// Hands on the file at this path.
    case save(String)
    /// Picks a file for `AppModel.sendFile`.
    case attach
    /// Picks a file for `AppModel.lock`.
    case pickToLock
    case torch
    case settings(Settings)
    /// Makes a new `AppModel` in the place of this one.
    case restart

    public enum Settings: Equatable, Sendable {
        case network
        case app
        case storage
    }
}

/// What a person typed into the fields of a page. Secret, so it does not print itself.
public struct Typed: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    /// To the questions of the page, in their order.
    public var answers: [String] = []
    /// Beside the answers.
    public var code = ""
    public var protection = Protection()
    /// A file is to need a code too.
    public var withCode = false
    public var preferences = Preferences()
    /// Servers of the person's own, with spaces between them.
    public var servers = ""

    public init() {}

    public var description: String { "Typed" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension AppModel {
    /// Does what a button says, where that needs no platform; gives back what does.
    public func perform(_ action: Action, typed: Typed = Typed()) -> Errand? {
        switch action {
        case .showCode: invite(send: false)
        case .shareLink: invite(send: true)
        case .scan: scan()
        case .accept: accept()
        case .offerReply: offerReply()
        case .tryHarder: tryHarder()
        case .protect: protect()
        case .inviteProtected: invite(send: true, protection: typed.protection)
        case .answer: answer(typed.answers, code: typed.code.isEmpty ? nil : typed.code)
        case .judge: judge(typed.protection, withCode: typed.withCode)
        case .seal: seal(typed.protection)
        case .show(let session): show(session)
        case .resume(let id): resume(id)
        case .withdraw(let id): withdraw(id)
        case .person(let id): look(at: id)
        case .forget(let id): forget(id)
        case .settings: showSettings()
        case .prefer: prefer(typed.preferences, servers: typed.servers)
        case .lookAround: lookAround()
        case .putAside: putAside()
        case .compare: compare()
        case .compared(let digits, let outcome): compared(digits, outcome)
        case .allowMore: allowMore()
        case .onlyTheyWouldAsk: onlyTheyWouldAsk()
        case .replace: replace()
        case .takeReply: takeReply()
        case .back: back()
        case .errand(let errand): return errand
        }
        return nil
    }
}

extension Page {
    public init(_ screen: Screen) {
        switch screen {
        case .home(let home): self = .home(home)
        case .person(let contact): self = .person(contact)
        case .settings(let settings): self = .settings(settings)
        case .outlook(let report): self = .outlook(report)
        case .lock(let lock): self = .lock(lock)
        case .sealed(let sealed): self = .sealed(sealed)
        case .preparing(let isKept): self = .preparing(isKept)
        case .showCode(let code): self = .showCode(code)
        case .scan(let scan): self = .scan(scan)
        case .confirm(let confirm): self = .confirm(confirm)
        case .protect: self = .protect
        case .question(let question): self = .question(question)
        case .compare(let compare): self = .compare(compare)
        case .opened(let opened): self = .opened(opened)
        case .connecting(let connecting): self = .connecting(connecting)
        case .reply(let reply): self = .reply(reply)
        case .conversation(let conversation): self = .conversation(conversation)
        case .ended(let ended): self = .ended(ended)
        }
    }

    private static func home(_ home: Home) -> Page {
        Page(
            title: Phrase(.appName),
            underWay: home.underWay.map(ListRow.init),
            waiting: home.waiting.map(ListRow.init),
            people: home.people.map(PersonRow.init),
            lines: [Phrase(.homeText)],
            choices: [
                Choice(.showCode, .showCode), Choice(.scanCode, .scan), Choice(.shareLink, .shareLink),
                Choice(.shareWithQuestion, .protect), Choice(.lockFile, .errand(.pickToLock)),
                Choice(.settings, .settings),
            ]
        )
    }

    private static func preparing(_ isKept: Bool) -> Page {
        Page(title: Phrase(.makingInvitation), isBusy: true, choices: (isKept ? [.putAside] : []) + [.stop])
    }

    private static func settings(_ settings: Settings) -> Page {
        Page(
            title: Phrase(.settings),
            status: settings.hint.map { Phrase($0) },
            preferences: settings.chosen,
            lines: [
                Phrase(.askServersText), Phrase(.usualServers, .verbatim(settings.usual.joined(separator: " "))),
            ],
            choices: [Choice(.save, .prefer), Choice(.lookAround, .lookAround), Choice(.backHome, .back)]
        )
    }

    private static func outlook(_ report: Report?) -> Page {
        let back = [Choice(.backHome, .back)]
        guard let report else {
            return Page(
                title: Phrase(.lookAround), status: Phrase(.lookingAround), isBusy: true, choices: back)
        }
        let works = report.works.map { expected in
            Phrase(
                expected.needsIPv6 ? .expectedIPv6 : .expected, Phrase(expected.situation), Phrase(expected.chance))
        }
        let asked = report.asked.joined(separator: ", ")
        let network = [Phrase(.lineIPv4, Phrase(report.ipv4)), Phrase(.lineIPv6, Phrase(report.ipv6))]
        let answers = [
            report.port.map { Phrase($0) },
            asked.isEmpty ? Phrase(.askedNobody) : Phrase(.askedServers, .verbatim(asked)),
        ]
        return Page(
            title: Phrase(.lookAround), lines: works + network + answers.compactMap { $0 }, choices: back)
    }

    private static func person(_ contact: Contact) -> Page {
        let row = PersonRow(contact)
        let day = Date(timeIntervalSince1970: Double(contact.since)).formatted(date: .long, time: .omitted)
        return Page(
            title: row.name,
            lines: [row.trust, Phrase(.personSince, .verbatim(day)), Phrase(.forgetText)],
            choices: [Choice(.forget, .forget(contact.id)), Choice(.backHome, .back)]
        )
    }

    private static func lock(_ lock: Lock) -> Page {
        Page(
            title: Phrase(.lockTitle, .verbatim(lock.name)),
            status: lock.isBusy ? Phrase(.locking) : (lock.hint ?? lock.strength).map { Phrase($0) },
            locking: true,
            // An answer that protects nothing is refused, unless a code does.
            disabled: lock.isBusy || lock.isUseless ? [.seal] : [],
            isBusy: lock.isBusy,
            progress: lock.progress,
            lines: [.verbatim(amount(lock.size)), Phrase(.lockText)],
            choices: [Choice(.lockNow, .seal), .stop]
        )
    }

    private static func sealed(_ sealed: Sealed) -> Page {
        Page(
            title: Phrase(.sealedTitle),
            code: sealed.code,
            lines: [Phrase(.fileLine, .verbatim(sealed.name), .verbatim(amount(sealed.size)))]
                + (sealed.code == nil ? [] : [Phrase(.sealedCode)]),
            choices: [Choice(.share, .errand(.save(sealed.path))), Choice(.backHome, .back)]
        )
    }

    private static func showCode(_ code: ShowCode) -> Page {
        let camera = Choice(.scanTheirCode, .scan)
        var choices: [Choice]
        if code.sent {
            choices = Choice.sharing(code.invitation)
            // The camera comes first once it is needed; a reply may be carried here before that.
            choices.insert(camera, at: code.scanNow ? 0 : choices.endIndex)
        } else {
            // Whoever sends a code that was only to be shown would claim more than is true.
            choices = (code.scanNow ? [camera] : []) + [Choice(.sendInstead, .shareLink)]
        }
        return Page(
            title: Phrase(code.stage),
            status: code.triesLeft.map { .counted(.triesLeft, $0) },
            symbol: code.invitation.symbol,
            lines: code.hint.map { [Phrase($0)] } ?? [],
            deadline: code.expiresAt,
            choices: .harder(code.canTryHarder) + choices + [.putAside, .stop]
        )
    }

    private static func scan(_ scan: Scan) -> Page {
        var page = Page(
            title: Phrase(scan.wanted == .reply ? .scanReply : .scanInvitation),
            status: scan.hint.map { Phrase($0) },
            choices: Choice.handingIn + [.stop]
        )
        switch scan.camera {
        case .asking, .running:
            page.camera = true
            page.choices.append(Choice(.torch, .errand(.torch)))
        case .denied:
            page.choices.insert(Choice(.wayAppSettings, .errand(.settings(.app))), at: 0)
        case .missing:
            break
        }
        return page
    }

    private static var protect: Page {
        Page(
            title: Phrase(.protectionTitle),
            protection: true,
            lines: [Phrase(.protectionText)],
            choices: [Choice(.makeInvitation, .inviteProtected), Choice(.notNow, .back)]
        )
    }

    private static func question(_ question: Question) -> Page {
        // Questions that were agreed on elsewhere are not inside.
        let questions = question.questions.map { Phrase.verbatim($0) }
        return Page(
            title: Phrase(question.size == nil ? .questionTitle : .lockedTitle),
            status: question.isBusy ? Phrase(.unlocking) : question.hint.map { Phrase($0) },
            questions: questions.isEmpty ? [Phrase(.questionUnwritten)] : questions,
            answerCode: question.withCode,
            disabled: question.isBusy ? [.answer] : [],
            isBusy: question.isBusy,
            progress: question.progress,
            lines: (question.size.map { [Phrase(.lockedText, .verbatim(amount($0)))] } ?? [])
                + [Phrase(.questionWarning)] + (question.warning.map { [Phrase($0)] } ?? [])
                + (question.triesLeft.map { [.counted(.triesLeft, $0)] } ?? []),
            choices: [Choice(.answer, .answer), .stop]
        )
    }

    private static func opened(_ opened: Opened) -> Page {
        Page(
            title: .verbatim(opened.name),
            lines: [.verbatim(amount(opened.size))] + (opened.type.map { [.verbatim($0)] } ?? []),
            choices: [Choice(.save, .errand(.save(opened.path))), Choice(.backHome, .back)]
        )
    }

    private static func compare(_ compare: Compare) -> Page {
        func found(_ outcome: Outcome) -> Action { .compared(compare.digits, outcome) }
        return Page(
            title: Phrase(.compareTitle),
            symbols: compare.symbols,
            digits: compare.digits,
            lines: [Phrase(.compareText)],
            choices: [
                Choice(.compareSame, found(.same)), Choice(.compareDifferent, found(.different)),
                Choice(.compareLater, found(.later)),
            ]
        )
    }

    private static func confirm(_ confirm: Confirm) -> Page {
        Page(
            title: confirm.name.map { Phrase(.confirmTitle, .verbatim($0)) }
                ?? Phrase(.confirmTitleUnknown),
            status: confirm.expiresAt == nil ? Phrase(.confirmExpired) : nil,
            lines: [Phrase(.confirmAddress), Phrase(confirm.proof)]
                + (confirm.question.map { [Phrase(.confirmQuestion, .verbatim($0))] } ?? []),
            deadline: confirm.expiresAt,
            choices: [Choice(.connect, .accept), Choice(.notNow, .back)]
        )
    }

    private static func connecting(_ connecting: Connecting) -> Page {
        var page = Page(
            title: Phrase(.connectingTitle),
            status: Phrase(connecting.stage),
            choices: .harder(connecting.canTryHarder)
                + [Choice(.showMyReply, .offerReply), Choice(.scanTheirCode, .scan), .putAside, .stop]
        )
        if let hint = connecting.hint {
            page.lines = [Phrase(hint)]
        }
        if connecting.hint == .localNetworkDenied {
            page.choices.insert(Choice(.wayAppSettings, .errand(.settings(.app))), at: 0)
        }
        return page
    }

    private static func reply(_ reply: Reply) -> Page {
        Page(
            title: Phrase(.replyTitle),
            symbol: reply.handout.symbol,
            lines: [Phrase(.replyText)] + (reply.hint.map { [Phrase($0)] } ?? []),
            choices: .harder(reply.canTryHarder) + Choice.sharing(reply.handout)
                + [Choice(.scanTheirCode, .scan), .putAside, .stop]
        )
    }

    private static func conversation(_ conversation: Conversation) -> Page {
        Page(
            title: Phrase(.person(conversation.name)),
            status: conversation.line.map { Phrase($0) },
            conversation: true,
            lines: [Phrase(.trustLine, Phrase(conversation.trust), Phrase(conversation.reason))]
                + [conversation.compare, conversation.limit].compactMap { $0.map { Phrase($0) } },
            choices: (conversation.isHeld ? [Choice(.allowMore, .allowMore)] : [])
                + [Choice(.attach, .errand(.attach)), Choice(.compare, .compare)]
                + (conversation.canVouch ? [Choice(.onlyTheyWouldAsk, .onlyTheyWouldAsk)] : [])
                + [.putAside, Choice(.leave, .back)]
        )
    }

    private static func ended(_ ended: Ended) -> Page {
        var choices = [Choice(.backHome, .back)]
        if let way = Choice(ended.way) { choices.insert(way, at: 0) }
        return Page(
            title: Phrase(ended.what),
            lines: ended.next.map { [Phrase($0)] } ?? [],
            choices: choices
        )
    }
}

extension [Choice] {
    /// Past a strict network, more can be tried.
    fileprivate static func harder(_ canTry: Bool) -> [Choice] {
        canTry ? [Choice(.tryHarder, .tryHarder)] : []
    }
}

extension Notice {
    /// The one thing to do next, as a button.
    public var choice: Choice? { way.flatMap { Choice($0) } }
}

extension Choice {
    fileprivate static let stop = Choice(.stop, .back)
    fileprivate static let putAside = Choice(.putAside, .putAside)

    /// The ways around the camera.
    fileprivate static let handingIn = [
        Choice(.paste, .errand(.paste)),
        Choice(.pickPicture, .errand(.pickPicture)),
        Choice(.pickFile, .errand(.pickFile)),
    ]

    fileprivate static func sharing(_ handout: Handout) -> [Choice] {
        [
            Choice(.shareAsLink, .errand(.share(.link(handout.link)))),
            Choice(.shareAsPicture, .errand(.share(.picture(symbol: handout.symbol)))),
            Choice(.shareAsFile, .errand(.share(.file(text: handout.text)))),
        ]
    }

    /// The button for a way on; none where going back is all there is.
    init?(_ way: Way) {
        switch way {
        case .home: return nil
        case .showCode: self.init(.wayShowCode, .showCode)
        case .scan: self.init(.wayScan, .scan)
        case .networkSettings: self.init(.wayNetworkSettings, .errand(.settings(.network)))
        case .appSettings: self.init(.wayAppSettings, .errand(.settings(.app)))
        case .storageSettings: self.init(.wayStorageSettings, .errand(.settings(.storage)))
        case .replace: self.init(.wayReplace, .replace)
        case .takeReply: self.init(.wayTakeReply, .takeReply)
        case .restart: self.init(.wayRestart, .errand(.restart))
        }
    }
}
