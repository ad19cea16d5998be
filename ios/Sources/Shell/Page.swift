import Foundation

/// How a screen is laid out and what it says, by keys: a view draws this from top to bottom and knows
/// nothing else about the screen.
public struct Page: Equatable, Sendable {
    /// At the top.
    public var title: Phrase
    /// How it stands. This and the title are read aloud whenever they change.
    public var status: Phrase?
    /// The first start: how it goes, in three pictures, and a field for the person's name.
    public var welcome = false
    /// Pictures that say how something goes, in their order.
    public var steps: [Step] = []
    /// The two large ones at home.
    public var tiles: [Tile] = []
    /// The text of the QR code, as large as the screen allows.
    public var symbol: String?
    /// The picture of the camera, with a frame; a scan has it where there is one.
    public var camera = false
    public var isScan = false
    /// A list of rows, and a field for a message unless it is over.
    public var conversation: Talk?
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
    /// Fields for a message, and for the questions and answers that lock it.
    public var writing: Writing?
    /// What was locked and is open.
    public var secret: String?
    /// Whether what was written goes along to a new phone.
    public var moving = false
    /// Fields for a question to somebody who is known, and its answer.
    public var asking = false
    /// A field for words to look for.
    public var searching = false
    /// What was found, the last first.
    public var hits: [HitRow] = []
    /// What is chosen from.
    public var options: [Option] = []
    /// A field for what somebody is called here, and what is taken from them.
    public var deciding: Deciding?
    /// Fields for the person's name and for whom this phone may ask, as it was chosen before.
    public var settings: Settings?
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
    /// What can be done, the first before all others.
    public var choices: [Choice] = []
    /// What else can be done, small and under a sentence.
    public var chips: Chips?
    /// What is seldom done: in the menu of the screen.
    public var menu: [Choice] = []
    /// Leaves the screen and ends nothing; none where there is nowhere to go back to.
    public var leave: Leave?
    /// Somebody else's camera looks at the screen, which is as bright as it gets.
    public var isBright: Bool { symbol != nil }
    /// The person looks on without touching anything, or reads aloud: the screen stays on.
    public private(set) var isAwake = false
    /// Something is typed that is nobody else's business: the system's pictures of the screen do not show it.
    public var isSecret: Bool {
        !questions.isEmpty || answerCode || protection || locking || writing != nil || secret != nil || asking
            || code != nil
    }
    /// Somebody on the same network may have to be reached now.
    public private(set) var needsNeighbours = false

    /// What a message begins with that is to be locked.
    public struct Writing: Equatable, Sendable {
        /// What was typed for somebody already.
        public let text: String
        /// So many questions there may be.
        public let mostQuestions: Int
    }

    /// Something to choose, which counts at once.
    public struct Option: Equatable, Sendable, Identifiable {
        public let id: Int
        public let words: Phrase
        public let action: Action
    }

    /// How a screen is left.
    public enum Leave: Sendable {
        /// To the screen before.
        case back
        /// What was opened over the others is closed.
        case close
    }
}

/// A picture that says how something goes, with a sentence.
public struct Step: Equatable, Sendable {
    public let picture: Picture
    public let text: Phrase

    public enum Picture: Sendable {
        case show, scan, talk, hotspot, join, link
    }
}

/// A large button.
public struct Tile: Equatable, Sendable {
    public let choice: Choice
    public let text: Key
}

/// Small buttons under a sentence.
public struct Chips: Equatable, Sendable {
    public let text: Key
    public let choices: [Choice]
}

/// What the screen of a conversation shows around its rows.
public struct Talk: Equatable, Sendable {
    public let name: Phrase
    public let initial: String
    /// Something was proved about them.
    public let isProven: Bool
    public let isOver: Bool
    public let presence: Presence
    /// Who of the people it is, to whom what is typed belongs.
    public let contact: String?
    /// What stands beneath the rows while they are looked for.
    public var waiting: Phrase?
    /// What is written about.
    public var subject: Subject?
    /// What goes back to where it was typed.
    public var unsent: String?
    /// What leaves the place where it was typed.
    public var locked: String?
}

/// Something that was said and is found.
public struct HitRow: Equatable, Sendable, Identifiable {
    public let id: Int
    public let text: String
    /// Who said it, and on which day.
    public let about: Phrase

    init(_ hit: Hit, of name: String, at place: Int) {
        id = place
        text = hit.text
        about = Phrase(.fileLine, hit.ours ? Phrase(.rowOurs) : Phrase(.person(name)), Phrase(day: hit.at))
    }
}

/// What is decided about somebody who was met.
public struct Deciding: Equatable, Sendable {
    public let contact: String
    /// What they were called here; empty where they are called what they call themselves.
    public let name: String
    /// How much of files may be taken from them unasked.
    public let amounts: [Amount]

    public struct Amount: Equatable, Sendable, Identifiable {
        public let id: Int
        public let words: Phrase
        public let isChosen: Bool
        public let action: Action
    }

    init(_ contact: Contact) {
        self.contact = contact.id
        name = contact.ownName == nil ? "" : contact.name
        amounts = contact.unaskedChoices.enumerated().map { place, bytes in
            Amount(
                id: place, words: Phrase(unasked: bytes), isChosen: bytes == contact.takesFilesUpTo,
                action: .takeFiles(contact.id, bytes))
        }
    }
}

extension Phrase {
    /// An amount of files that is taken unasked.
    fileprivate init(unasked bytes: UInt64?) {
        switch bytes {
        case nil: self.init(.filesAsUsual)
        case 0: self.init(.filesNever)
        case let bytes?: self.init(.filesUpTo, .verbatim(amount(bytes)))
        }
    }
}

/// Something that is under way, or waits.
public struct ListRow: Equatable, Sendable, Identifiable {
    public let id: String
    public let title: Phrase
    /// How it stands, where that is known.
    public var status: Phrase?
    /// What was written last.
    public var last: String?
    /// When that was, in seconds since 1970-01-01 UTC.
    public var at: UInt64?
    public var unread = 0
    /// Somebody is there, who has an initial.
    public var initial: String?
    /// In seconds since 1970-01-01 UTC; counted down.
    public var deadline: UInt64?
    /// What a touch does.
    public let open: Choice
    /// What else can be done.
    public var more: [Choice] = []

    init(_ underWay: UnderWay, open: Choice? = nil) {
        id = String(underWay.id)
        title = Phrase(underWay.with)
        status = Phrase(underWay.status)
        last = underWay.last
        at = underWay.at
        unread = underWay.unread
        if case .person(let name) = underWay.with { initial = Shell.initial(of: name) }
        self.open = open ?? Choice(.underWayShow, .show(underWay.id))
    }

    init(_ other: Contact, open: Choice) {
        id = other.id
        title = Phrase(.person(other.name))
        status = other.heard.map { Phrase(heard: $0) }
        initial = Shell.initial(of: other.name)
        self.open = open
    }

    init(_ found: FoundToken, at place: Int) {
        id = String(place)
        title = found.name.map { Phrase(.waitingTheirs, .verbatim($0)) } ?? Phrase(found.what)
        deadline = found.expiresAt
        status = found.what == .foundInvitation && deadline == nil ? Phrase(.confirmExpired) : nil
        open = Choice(.goOn, .pick(place))
    }

    init(_ waiting: Waiting) {
        id = waiting.id
        title = Phrase(waiting.ours ? .guest : .host(waiting.name))
        deadline = waiting.expiresAt
        status = deadline == nil ? Phrase(.confirmExpired) : nil
        open = Choice(.goOn, .resume(waiting.id))
        more = [Choice(.giveUp, .withdraw(waiting.id), asks: .giveUp)]
    }
}

/// What stands for somebody in a small circle.
func initial(of name: String) -> String {
    name.first { $0.isLetter || $0.isNumber }.map { String($0).uppercased() } ?? "?"
}

extension Phrase {
    init(_ other: UnderWay.Other) {
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
    public let initial: String
    public let trust: Phrase
    public let isProven: Bool
    public let presence: Presence
    /// The same in words; none where nothing is known.
    public let place: Phrase?
    /// What was written last.
    public let last: String?
    /// When that was, in seconds since 1970-01-01 UTC.
    public let at: UInt64?
    public let unread: Int
    public var action: Action { .meet(id) }

    /// `talk`: what is under way with them, or is over and can be read.
    init(_ contact: Contact, _ talk: UnderWay? = nil) {
        id = contact.id
        name = Phrase(.person(contact.name))
        initial = Shell.initial(of: contact.name)
        isProven = contact.trust.isProven
        trust = Phrase(.trustLine, Phrase(contact.trust), Phrase(contact.reason))
        presence = talk?.presence ?? .away
        place =
            switch presence {
            case .here: Phrase(.hereNow)
            case .trying: Phrase(.trying)
            case .away: contact.heard.map { Phrase(day: $0) }
            }
        last = talk?.last
        at = talk?.at ?? contact.lastSaid
        unread = max(contact.unread, talk?.unread ?? 0)
    }
}

extension Phrase {
    /// The day of a second since 1970-01-01 UTC, as people say it who were there.
    init(day: UInt64) {
        self = DayPage.title(of: Date(timeIntervalSince1970: Double(day)), Date(), .current, .current)
    }

    /// When somebody was heard last.
    init(heard: UInt64) {
        let at = Date(timeIntervalSince1970: Double(heard))
        switch Phrase(day: heard) {
        case Phrase(.today): self.init(.heardToday, .verbatim(at.formatted(date: .omitted, time: .shortened)))
        case Phrase(.yesterday): self.init(.heardYesterday)
        case let day: self.init(.heardDay, day)
        }
    }
}

/// A button.
public struct Choice: Equatable, Sendable {
    public let label: Key
    public let action: Action
    /// What is asked before it is done, since it cannot be undone.
    public let asks: Asking?

    init(_ label: Key, _ action: Action, asks: Asking? = nil) {
        self.label = label
        self.action = action
        self.asks = asks
    }
}

/// A question before something that cannot be undone.
public struct Asking: Equatable, Sendable {
    public let title: Phrase
    public let text: Key
    /// The button that does nothing.
    public let keep: Key

    fileprivate static let giveUp = Asking(title: Phrase(.giveUpTitle), text: .giveUpSure, keep: .keepIt)
}

extension Key {
    /// As a trust: more than somebody's word.
    fileprivate var isProven: Bool { self == .trustVerified || self == .trustAnswerChecked }
}

/// What a button does.
public enum Action: Equatable, Sendable {
    /// Done by `AppModel.perform`.
    /// With the name that was typed.
    case welcome
    case showCode
    case shareLink
    case sharePicture
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
    /// Begins to lock a message, with the one that was typed.
    case lockMessage
    /// The questions and answers of a message changed.
    case judgeMessage
    /// With the message, the questions and the answers that were typed.
    case sendLocked
    /// Puts something that is under way on the stage.
    case show(UInt64)
    case resume(String)
    case withdraw(String)
    case person(String)
    /// Looks for somebody who was met.
    case meet(String)
    case acceptRestored(Bool)
    case forget(String)
    /// With the name that was typed.
    case giveName(String)
    /// To a new phone, or from one.
    case move
    /// With what was chosen to go along.
    case moveOut
    /// With the answers and the code that were typed.
    case openCopy
    case moveIn
    case block(String, Bool)
    case otherDevice(String, isOurs: Bool)
    case takeFiles(String, UInt64?)
    case settings
    /// With what was chosen and typed.
    case prefer
    case lookAround
    case help(Topic)
    case replace
    case takeReply
    /// Leaves the screen, and ends nothing.
    case back
    /// Ends the attempt.
    case stop
    /// Ends the invitation.
    case giveUp
    /// Begins to make up a question for a contact; to answer theirs; to choose how long things last.
    case askThem, answerThem, chooseLife
    /// With the question and the answer that were typed.
    case ask
    case noAnswer
    case disappear(UInt64?)
    /// Begins to look for words in what was said with somebody.
    case search(String)
    /// With the words that were typed.
    case lookFor
    case handOn(String)
    /// Ends the conversation.
    case goodbye
    /// Looks for them no more.
    case stopLooking
    /// Takes one of what was found.
    case pick(Int)
    /// Sends what was shared.
    case shareTo(UInt64)
    case shareToContact(String)
    case startAnew
    /// Done by the app, as it needs the platform.
    case errand(Errand)
}

/// What only the platform can do.
public enum Errand: Equatable, Sendable {
    /// Opens the share sheet.
    case share(Share)
    /// Puts a link on the clipboard.
    case copy(Share)
    /// Reads the clipboard into `AppModel.handIn`.
    case paste
    /// Picks a picture for `AppModel.handIn`.
    case pickPicture
    /// Picks a file for `AppModel.handIn`.
    case pickFile
    /// Hands on the file at this path.
    case save(String)
    /// Shows the file at this path.
    case open(String)
    /// Picks files of any kind for `AppModel.sendFile`.
    case attachFiles
    /// Picks pictures and films for `AppModel.sendFile`.
    case attachPictures
    /// Takes a picture for `AppModel.sendFile`.
    case takePicture
    /// Picks a file for `AppModel.lock`.
    case pickToLock
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
    /// What the person is called.
    public var name = ""
    /// To the questions of the page, in their order.
    public var answers: [String] = []
    /// Beside the answers.
    public var code = ""
    public var protection = Protection()
    /// A message, and what locks it.
    public var message = ""
    public var locks = [Protection()]
    /// A file is to need a code too.
    public var withCode = false
    /// What was written goes along to a new phone.
    public var withMessages = true
    public var preferences = Preferences()
    /// To look for.
    public var words = ""
    /// Servers of the person's own, with spaces between them.
    public var servers = ""
    /// What their links begin with.
    public var links = ""

    public init() {}

    public var description: String { "Typed" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension AppModel {
    /// Does what a button says, where that needs no platform; gives back what does.
    public func perform(_ action: Action, typed: Typed = Typed()) -> Errand? {
        switch action {
        case .welcome: welcome(typed.name)
        case .showCode: invite(send: false)
        case .shareLink: invite(send: true, form: .link)
        case .sharePicture: invite(send: true, form: .picture)
        case .scan: scan()
        case .accept: accept()
        case .offerReply: offerReply()
        case .tryHarder: tryHarder()
        case .protect: protect()
        case .inviteProtected: invite(send: true, protection: typed.protection)
        case .answer: answer(typed.answers, code: typed.code.isEmpty ? nil : typed.code)
        case .judge: judge(typed.protection, withCode: typed.withCode)
        case .seal: seal(typed.protection)
        case .lockMessage: lockMessage(typed.message)
        case .judgeMessage: judge(typed.locks)
        case .sendLocked: sendLocked(typed.message, typed.locks)
        case .show(let session): show(session)
        case .resume(let id): resume(id)
        case .withdraw(let id): withdraw(id)
        case .person(let id): look(at: id)
        case .meet(let id): meet(id)
        case .acceptRestored(let agrees): acceptRestored(agrees)
        case .forget(let id): forget(id)
        case .giveName(let id): giveName(id, typed.name)
        case .move: move()
        case .moveOut: moveOut(withMessages: typed.withMessages)
        case .openCopy: openCopy(typed.answers, code: typed.code)
        case .moveIn: moveIn()
        case .block(let id, let isBlocked): block(id, isBlocked)
        case .otherDevice(let id, let isOurs): otherDevice(id, isOurs: isOurs)
        case .takeFiles(let id, let bytes): takeFiles(id, upTo: bytes)
        case .settings: showSettings()
        case .prefer:
            rename(typed.name)
            prefer(typed.preferences, servers: typed.servers, links: typed.links)
        case .lookAround: lookAround()
        case .help(let topic): help(topic)
        case .stop: stop()
        case .giveUp: giveUp()
        case .askThem: askThem()
        case .answerThem: answerThem()
        case .chooseLife: chooseLife()
        case .ask: ask(typed.protection.question, expecting: typed.protection.answer)
        case .noAnswer: noAnswer()
        case .disappear(let after): disappear(after: after)
        case .search(let id): search(id)
        case .lookFor: look(for: typed.words)
        case .handOn(let id): handOn(id)
        case .goodbye, .stopLooking: goodbye()
        case .pick(let place): pick(place)
        case .shareTo(let session): shareTo(session)
        case .shareToContact(let id): shareTo(contact: id)
        case .startAnew: startAnew()
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
        self =
            switch screen {
            case .welcome: .welcome
            case .home(let home): .home(home)
            case .person(let contact): .person(contact)
            case .settings(let settings): .settings(settings)
            case .outlook(let report): .outlook(report)
            case .help(let topic): .help(topic)
            case .lock(let lock): .lock(lock)
            case .sealed(let sealed): .sealed(sealed)
            case .moving(let moving): .moving(moving)
            case .movingIn(let movingIn): .movingIn(movingIn)
            case .preparing(let isKept): .preparing(isKept)
            case .showCode(let code): .showCode(code)
            case .scan(let scan): .scan(scan)
            case .confirm(let confirm): .confirm(confirm)
            case .protect: .protect
            case .question(let question): .question(question)
            case .lockMessage(let message): .lockMessage(message)
            case .openedMessage(let message): .openedMessage(message)
            case .toWhom(let toWhom): .toWhom(toWhom)
            case .which(let found): .which(found)
            case .ask(let name): .ask(name)
            case .disappearing: .disappearing
            case .search(let search): .search(search)
            case .handOn(let what): .handOn(what)
            case .compare(let compare): .compare(compare)
            case .opened(let opened): .opened(opened)
            case .connecting(let connecting): .connecting(connecting)
            case .reply(let reply): .reply(reply)
            case .conversation(let conversation): .conversation(conversation)
            case .ended(let ended): .ended(ended)
            case .keyLost: .keyLost
            case .notOpened(let closed): .notOpened(closed)
            }
        switch screen {
        case .showCode, .connecting, .reply:
            isAwake = true
            needsNeighbours = true
        case .preparing, .compare: isAwake = true
        case .handOn: isAwake = isBright
        case .scan:
            isAwake = true
            isScan = true
        default: break
        }
    }

    private static var welcome: Page {
        Page(
            title: Phrase(.welcomeTitle),
            welcome: true,
            steps: [
                Step(picture: .show, text: Phrase(.stepShow)), Step(picture: .scan, text: Phrase(.stepScan)),
                Step(picture: .talk, text: Phrase(.stepTalk)),
            ],
            lines: [Phrase(.welcomeText)],
            choices: [Choice(.begin, .welcome), Choice(.comeFromAnother, .move)]
        )
    }

    private static func home(_ home: Home) -> Page {
        let isEmpty = home.underWay.isEmpty && home.waiting.isEmpty && home.people.isEmpty
        return Page(
            title: Phrase(.appName),
            tiles: [
                Tile(choice: Choice(.showCode, .showCode), text: .showCodeText),
                Tile(choice: Choice(.scanCode, .scan), text: .scanCodeText),
            ],
            underWay: home.others.map { ListRow($0) },
            waiting: home.waiting.map(ListRow.init),
            people: home.people.map { PersonRow($0, home.with($0)) },
            lines: isEmpty ? [Phrase(.homeEmpty)] : [],
            menu: [
                Choice(.shareLink, .shareLink), Choice(.shareWithQuestion, .protect),
                Choice(.lockFile, .errand(.pickToLock)), Choice(.openLockedFile, .errand(.pickFile)),
                Choice(.movingTitle, .move), Choice(.settings, .settings),
            ]
        )
    }

    private static func preparing(_ isKept: Bool) -> Page {
        Page(
            title: Phrase(.makingInvitation),
            isBusy: true,
            lines: [Phrase(.waitsMoment)],
            choices: isKept ? [Choice(.putAside, .back), Choice(.stopForNow, .stop)] : [Choice(.stop, .back)],
            leave: .close
        )
    }

    private static func settings(_ settings: Settings) -> Page {
        Page(
            title: Phrase(.settings),
            status: (settings.hint ?? settings.linkHint).map { Phrase($0) },
            settings: settings,
            lines: [
                Phrase(.askServersText), Phrase(.usualServers, .verbatim(settings.usual.joined(separator: " "))),
                Phrase(.yourLinksText, .verbatim(settings.usualLinks)),
            ],
            choices: [
                Choice(.save, .prefer), Choice(.lookAround, .lookAround), Choice(.linksTitle, .help(.links)),
            ],
            leave: .back
        )
    }

    private static func outlook(_ report: Report?) -> Page {
        guard let report else {
            return Page(title: Phrase(.lookAround), status: Phrase(.lookingAround), isBusy: true, leave: .back)
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
            title: Phrase(.lookAround), lines: works + network + answers.compactMap { $0 },
            choices: [Choice.hotspot], leave: .back)
    }

    private static func help(_ topic: Topic) -> Page {
        switch topic {
        case .hotspot:
            Page(
                title: Phrase(.hotspotTitle),
                steps: [
                    Step(picture: .hotspot, text: Phrase(.hotspotStepOpen)),
                    Step(picture: .join, text: Phrase(.hotspotStepJoin)),
                    Step(picture: .scan, text: Phrase(.hotspotStepScan)),
                ],
                lines: [Phrase(.hotspotText)],
                choices: [Choice(.wayNetworkSettings, .errand(.settings(.network)))],
                leave: .back)
        case .links:
            Page(
                title: Phrase(.linksTitle),
                steps: [
                    Step(picture: .link, text: Phrase(.linksNoSwitch)),
                    Step(picture: .scan, text: Phrase(.linksStepPaste)),
                ],
                leave: .back)
        }
    }

    private static func person(_ contact: Contact) -> Page {
        let row = PersonRow(contact)
        func day(_ second: UInt64) -> Phrase {
            .verbatim(Date(timeIntervalSince1970: Double(second)).formatted(date: .long, time: .omitted))
        }
        let newer = contact.trusted.flatMap { day($0) == day(contact.since) ? nil : $0 }
        let trust = newer.map { Phrase(.fileLine, row.trust, Phrase(.personTrusted, day($0))) } ?? row.trust
        var lines = [trust, Phrase(.personSince, day(contact.since))]
        lines += contact.ownName.map { [Phrase(.personOwnName, Phrase(.person($0)))] } ?? []
        lines += contact.takesFilesUpTo.map { [Phrase(.filesUnaskedLine, Phrase(unasked: $0))] } ?? []
        lines += contact.isReplaced ? [Phrase(.personReplaced)] : []
        lines += contact.isFrozen ? [Phrase(.contactFrozen)] : []
        lines += contact.hasFallen ? [Phrase(.personFallen)] : []
        lines += contact.heard.map { [Phrase(heard: $0)] } ?? []
        lines += contact.ways.map { Phrase(.fileLine, Phrase(.personWay, .verbatim($0.address)), Phrase(day: $0.at)) }
        let isRefused = contact.reason == .reasonDifferent
        if contact.isBlocked {
            lines.append(Phrase(.personBlocked))
        } else if !contact.canBeFound && !isRefused {
            lines.append(Phrase(.personCannotBeFound))
        }
        let whose: [Choice] =
            contact.isReplaced
            ? [
                Choice(.otherIsMine, .otherDevice(contact.id, isOurs: true)),
                Choice(.otherIsNotMine, .otherDevice(contact.id, isOurs: false)),
            ] : []
        let meeting: [Choice] =
            contact.isBlocked || isRefused
            ? [] : [contact.canBeFound ? Choice(.lookAgain, .meet(contact.id)) : Choice(.showCode, .showCode)]
        let blocking =
            contact.isBlocked
            ? Choice(.unblock, .block(contact.id, false))
            : Choice(
                .block, .block(contact.id, true),
                asks: Asking(title: Phrase(.blockTitle, row.name), text: .blockText, keep: .notNow))
        return Page(
            title: row.name,
            deciding: isRefused ? nil : Deciding(contact),
            lines: lines,
            // Of who is not let in, nothing else is kept.
            choices: whose + meeting + (contact.canBeFound ? [Choice(.handOn, .handOn(contact.id))] : [])
                + (isRefused ? [] : [blocking]) + [
                    Choice(
                        .forget, .forget(contact.id),
                        asks: Asking(title: Phrase(.forgetTitle, row.name), text: .forgetText, keep: .notNow))
                ],
            leave: .back
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
            choices: [Choice(.lockNow, .seal)],
            leave: .close
        )
    }

    private static func sealed(_ sealed: Sealed) -> Page {
        Page(
            title: Phrase(sealed.isPhone ? .movedOut : .sealedTitle),
            code: sealed.code,
            lines: [Phrase(.fileLine, .verbatim(sealed.name), .verbatim(amount(sealed.size)))]
                + (sealed.code == nil ? [] : [Phrase(sealed.isPhone ? .movedOutCode : .sealedCode)]),
            choices: [Choice(.share, .errand(.save(sealed.path)))],
            leave: .close
        )
    }

    private static func moving(_ moving: Moving) -> Page {
        Page(
            title: Phrase(.movingTitle),
            status: moving.isBusy ? Phrase(.movingOut) : moving.hint.map { Phrase($0) },
            moving: !moving.isNew,
            disabled: moving.isBusy ? [.moveOut, .errand(.pickFile)] : [],
            isBusy: moving.isBusy,
            lines: [Phrase(.movingText)] + (moving.isNew ? [] : [Phrase(.movingStays), Phrase(.movingOld)]),
            choices: (moving.isNew ? [] : [Choice(.moveOut, .moveOut)]) + [Choice(.moveIn, .errand(.pickFile))],
            leave: .back
        )
    }

    private static func movingIn(_ copy: MovingIn) -> Page {
        guard let found = copy.found else {
            return Page(
                title: Phrase(.movingInTitle),
                status: copy.isBusy ? Phrase(.unlocking) : copy.hint.map { Phrase($0) },
                questions: copy.questions.map { .verbatim($0) },
                answerCode: true,
                disabled: copy.isBusy ? [.openCopy] : [],
                isBusy: copy.isBusy,
                lines: [Phrase(.movingInText)],
                choices: [Choice(.movingInOpen, .openCopy)],
                leave: .close
            )
        }
        return Page(
            title: Phrase(.movingInTitle),
            lines: [
                Phrase(
                    .fileLine, .counted(.movingInPeople, found.people),
                    Phrase(found.withMessages ? .movingInWith : .movingInWithout)),
                Phrase(.movingOld),
            ] + (copy.erases ? [Phrase(.movingInErases)] : []),
            choices: [Choice(.movingInYes, .moveIn), Choice(.notNow, .back)],
            leave: .close
        )
    }

    private static func showCode(_ code: ShowCode) -> Page {
        let usual = code.sent ? Key.sendThis : .scanThis
        let share = Choice.sharing(code.invitation)
        // Both pressing "show" is no dead end.
        let scan = Choice(code.sent || code.scanNow ? .scanTheirCode : .scanTheirs, .scan)
        let trouble = [Choice].past(code.hint, code.canTryHarder)
        return Page(
            title: Phrase(.showCode),
            status: code.triesLeft.map { .counted(.triesLeft, $0) }
                ?? Phrase(code.stage == .hostWaiting ? usual : code.stage),
            symbol: code.invitation.symbol,
            lines: code.hint.map { [Phrase($0)] } ?? [],
            deadline: code.expiresAt,
            choices: (code.sent ? (code.scanNow ? [scan, share] : [share, scan]) : [scan]) + trouble,
            // Whoever sends a code that was only to be shown would claim more than is true: another is made.
            chips: code.sent
                ? Chips(text: .otherForms, choices: Choice.otherForms(code.invitation))
                : Chips(
                    text: .notSamePlace,
                    choices: [
                        Choice(.formLink, .shareLink), Choice(.formPicture, .sharePicture), Choice(.askFirst, .protect),
                    ]),
            menu: (trouble.contains(.hotspot) ? [] : [.hotspot]) + .ending,
            leave: .close
        )
    }

    private static func scan(_ scan: Scan) -> Page {
        var page = Page(
            title: Phrase(scan.wanted == .reply ? .scanReply : .scanInvitation),
            status: Phrase(scan.hint ?? .scanFrame),
            chips: Chips(text: .noCamera, choices: Choice.handingIn),
            leave: .close
        )
        switch scan.camera {
        case .asking, .running, .taken: page.camera = true
        case .denied: page.choices = [Choice(.wayAppSettings, .errand(.settings(.app)))]
        case .missing: break
        }
        return page
    }

    private static var protect: Page {
        Page(
            title: Phrase(.protectionTitle),
            protection: true,
            lines: [Phrase(.protectionText)],
            choices: [Choice(.makeInvitation, .inviteProtected)],
            leave: .close
        )
    }

    private static func question(_ question: Question) -> Page {
        // Questions that were agreed on elsewhere are not inside.
        let questions = question.questions.map { Phrase.verbatim($0) }
        var lines = question.size.map { [Phrase(.lockedText, .verbatim(amount($0)))] } ?? []
        lines.append(Phrase(.questionWarning))
        if let warning = question.warning { lines.append(Phrase(warning)) }
        if let left = question.triesLeft { lines.append(.counted(.triesLeft, left)) }
        if question.triesLeft != nil || question.isOfContact { lines.append(Phrase(.questionUnseen)) }
        var choices = [Choice(.answer, .answer)]
        if question.isOfContact { choices.append(Choice(.noAnswer, .noAnswer)) }
        return Page(
            title: Phrase(question.isMessage ? .lockedMessage : question.size == nil ? .questionTitle : .lockedTitle),
            status: question.isBusy ? Phrase(.unlocking) : question.hint.map { Phrase($0) },
            questions: questions.isEmpty ? [Phrase(.questionUnwritten)] : questions,
            answerCode: question.withCode,
            disabled: question.isBusy ? [.answer] : [],
            isBusy: question.isBusy,
            progress: question.progress,
            lines: lines,
            choices: choices,
            leave: .close
        )
    }

    private static func lockMessage(_ message: LockMessage) -> Page {
        Page(
            title: Phrase(.writeLocked),
            status: message.isBusy ? Phrase(.locking) : (message.hint ?? message.strength).map { Phrase($0) },
            writing: Writing(text: message.text, mostQuestions: message.mostQuestions),
            disabled: message.isBusy || message.isUseless ? [.sendLocked] : [],
            isBusy: message.isBusy,
            lines: [Phrase(.writeLockedText)],
            choices: [Choice(.lockAndSend, .sendLocked)],
            leave: .close
        )
    }

    private static func openedMessage(_ message: OpenedMessage) -> Page {
        Page(
            title: Phrase(.lockedMessage), secret: message.text, lines: [Phrase(.openedMessageText)], leave: .close)
    }

    private static func ask(_ name: String) -> Page {
        Page(
            title: Phrase(.askThem),
            asking: true,
            lines: [Phrase(.askThemText, Phrase(.person(name)))],
            choices: [Choice(.ask, .ask)],
            leave: .close
        )
    }

    private static var disappearing: Page {
        Page(
            title: Phrase(.disappearing),
            options: LifeRow.choices.enumerated().map { place, after in
                Option(
                    id: place, words: after.map { Phrase(span: $0) } ?? Phrase(.disappearingOff),
                    action: .disappear(after))
            },
            lines: [Phrase(.disappearingText)],
            leave: .close
        )
    }

    private static func search(_ search: Search) -> Page {
        let isWithout = !search.words.isEmpty && search.hits.isEmpty && !search.isLooking
        return Page(
            title: Phrase(.search),
            status: search.isLooking ? Phrase(.searching) : isWithout ? Phrase(.nothingFound) : nil,
            searching: true,
            hits: search.hits.enumerated().map { HitRow($1, of: search.name, at: $0) },
            disabled: search.isLooking ? [.lookFor] : [],
            isBusy: search.isLooking,
            choices: [Choice(search.hasMore && !search.hits.isEmpty ? .showMore : .search, .lookFor)],
            leave: .back
        )
    }

    private static func handOn(_ what: HandOn) -> Page {
        let name = Phrase(.person(what.name))
        let file = Choice(.shareAsFile, .errand(.save(what.path)))
        return Page(
            title: Phrase(.handOnTitle, name),
            symbol: what.handout?.symbol,
            lines: [
                what.messages == 0 ? Phrase(.handOnNone, name) : .counted(.handOnMessages, what.messages),
                Phrase(.handOnText, name),
            ] + (what.isAll ? [] : [Phrase(.handOnRest)]),
            choices: (what.handout.map { [Choice.sharing($0)] } ?? []) + [file],
            leave: .back
        )
    }

    private static func opened(_ opened: Opened) -> Page {
        Page(
            title: .verbatim(opened.name),
            lines: [.verbatim(amount(opened.size))] + (opened.type.map { [.verbatim($0)] } ?? []),
            choices: [Choice(.save, .errand(.save(opened.path)))],
            leave: .close
        )
    }

    private static func toWhom(_ toWhom: ToWhom) -> Page {
        let what = toWhom.names + (toWhom.text.map { [$0] } ?? [])
        let people =
            toWhom.people.map { ListRow($0, open: Choice(.send, .shareTo($0.id))) }
            + toWhom.others.map { ListRow($0, open: Choice(.send, .shareToContact($0.id))) }
        return Page(
            title: Phrase(.toWhomTitle),
            status: people.isEmpty ? Phrase(.toWhomNobody) : nil,
            underWay: people,
            lines: what.map { .verbatim($0) },
            choices: people.isEmpty ? [Choice(.showCode, .showCode), Choice(.scanCode, .scan)] : [],
            leave: .close
        )
    }

    private static func which(_ found: [FoundToken]) -> Page {
        Page(
            title: Phrase(.foundTitle),
            underWay: found.indices.map { ListRow(found[$0], at: $0) },
            lines: [Phrase(.foundText)],
            leave: .close
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
            lines: [Phrase(.confirmBetween), Phrase(.confirmAddress)]
                + (confirm.asksForNetwork ? [Phrase(.confirmNetwork)] : [])
                + [Phrase(confirm.proof)]
                + (confirm.question.map { [Phrase(.confirmQuestion, .verbatim($0))] } ?? []),
            deadline: confirm.expiresAt,
            choices: [Choice(.connect, .accept), Choice(.notNow, .back)]
        )
    }

    private static func connecting(_ connecting: Connecting) -> Page {
        Page(
            title: Phrase(.connectingTitle),
            status: Phrase(connecting.stage),
            isBusy: true,
            lines: connecting.hint.map { [Phrase($0)] } ?? [],
            choices: .past(connecting.hint, connecting.canTryHarder) + [
                Choice(.putAside, .back), Choice(.stopForNow, .stop),
            ],
            chips: Chips(
                text: .otherForms,
                choices: [Choice(.showMyReply, .offerReply), Choice(.scanTheirCode, .scan)]),
            menu: [.giveUp],
            leave: .close
        )
    }

    private static func reply(_ reply: Reply) -> Page {
        Page(
            title: Phrase(.replyTitle),
            symbol: reply.handout.symbol,
            lines: [Phrase(.replyText)] + (reply.hint.map { [Phrase($0)] } ?? []),
            choices: [
                Choice.sharing(reply.handout), Choice(.scanTheirCode, .scan),
            ] + .past(reply.hint, reply.canTryHarder),
            chips: Chips(text: .otherForms, choices: Choice.otherForms(reply.handout)),
            menu: .ending,
            leave: .close
        )
    }

    private static func conversation(_ conversation: Conversation) -> Page {
        let name = Phrase(.person(conversation.name))
        let apart = conversation.apart
        var page = Page(
            title: name,
            status: conversation.line.map { Phrase($0) },
            conversation: Talk(
                name: name, initial: initial(of: conversation.name), isProven: conversation.trust.isProven,
                isOver: conversation.isOver,
                presence: conversation.isOver ? .away : apart == nil ? .here : .trying,
                contact: conversation.contact,
                waiting: apart.flatMap { $0.restored == nil ? Phrase(.lookingText, name) : nil },
                subject: conversation.subject, unsent: conversation.unsent, locked: conversation.locked),
            lines: [Phrase(.trustLine, Phrase(conversation.trust), Phrase(conversation.reason))]
                + [conversation.compare, conversation.limit].compactMap { $0.map { Phrase($0) } }
                + inquiries(conversation),
            leave: .back
        )
        let about =
            conversation.contact.map { [Choice(.personAbout, .person($0)), Choice(.search, .search($0))] } ?? []
        let asking =
            (conversation.asks?.isOpen == true ? [Choice(.answer, .answerThem), Choice(.noAnswer, .noAnswer)] : [])
        let mayAsk = conversation.asked?.isOpen == true ? [] : [Choice(.askThem, .askThem)]
        let lasting = conversation.contact == nil ? [] : [Choice(.disappearing, .chooseLife)]
        if conversation.isOver {
            page.lines = [Phrase(.conversationOver)]
            page.choices =
                (conversation.canSeek ? conversation.contact.map { [Choice(.lookAgain, .meet($0))] } ?? [] : [])
                + [Choice(.removeFromList, .stop)]
            page.menu = about
        } else if let apart {
            if conversation.line == .apartLooking, apart.heard > 0 {
                page.status = Phrase(.fileLine, Phrase(.apartLooking), Phrase(heard: apart.heard))
            }
            if let restored = apart.restored {
                page.lines = [Phrase(restored)] + inquiries(conversation)
                page.choices =
                    [Choice(.restoredGoOn, .acceptRestored(true)), Choice(.restoredRefuse, .acceptRestored(false))]
                    + asking
            } else {
                // What is attached waits, as what is written does.
                page.chips = .attaching(canLock: conversation.canLock && conversation.subject == nil)
            }
            page.menu = about + (apart.restored == nil ? [] : mayAsk) + lasting + [Choice(.stopLooking, .stopLooking)]
        } else {
            page.choices =
                asking + (conversation.isHeld ? [Choice(.allowMore, .allowMore)] : [])
                + (conversation.compare != nil ? [Choice(.compare, .compare)] : [])
                + (conversation.canVouch ? [Choice(.onlyTheyWouldAsk, .onlyTheyWouldAsk)] : [])
            page.chips = .attaching(canLock: conversation.canLock && conversation.subject == nil)
            page.menu =
                about + mayAsk + lasting + (conversation.compare == nil ? [Choice(.compare, .compare)] : [])
                + [
                    Choice(
                        .leave, .goodbye,
                        asks: Asking(title: Phrase(.goodbyeTitle, name), text: .goodbyeText, keep: .stay))
                ]
        }
        return page
    }

    /// What the two ask each other, and how that stands.
    private static func inquiries(_ conversation: Conversation) -> [Phrase] {
        let name = Phrase(.person(conversation.name))
        func lines(_ one: Inquiry, _ said: Phrase) -> [Phrase] {
            [said, Phrase(one.standing)] + (one.triesLeft.map { [.counted(.triesLeft, $0)] } ?? [])
        }
        return (conversation.asks.map { lines($0, Phrase(.theyAsk, name, .verbatim($0.question))) } ?? [])
            + (conversation.asked.map { lines($0, Phrase(.youAsked, .verbatim($0.question))) } ?? [])
    }

    private static var keyLost: Page {
        Page(
            title: Phrase(.kindKeyLost),
            lines: [Phrase(.keyLostText)],
            choices: [.startAnew, Choice(.wayRestart, .errand(.restart))]
        )
    }

    private static func notOpened(_ closed: NotOpened) -> Page {
        Page(
            title: Phrase(closed.what),
            lines: (closed.next.map { [Phrase($0)] } ?? []) + [Phrase(.notOpenedText)],
            choices: [Choice(.wayRestart, .errand(.restart))] + (closed.way.flatMap { Choice($0) }.map { [$0] } ?? [])
                + (closed.canStartAnew ? [.startAnew] : [])
        )
    }

    private static func ended(_ ended: Ended) -> Page {
        Page(
            title: Phrase(ended.what),
            lines: ended.next.map { [Phrase($0)] } ?? [],
            choices: (Choice(ended.way).map { [$0] } ?? []) + .past(ended.what, false) + [Choice(.backHome, .back)],
            leave: .close
        )
    }
}

extension Chips {
    /// `canLock`: the text itself can be locked.
    fileprivate static func attaching(canLock: Bool) -> Chips {
        Chips(
            text: .attach,
            choices: [
                Choice(.attachPictures, .errand(.attachPictures)), Choice(.attachCamera, .errand(.takePicture)),
                Choice(.attachFiles, .errand(.attachFiles)),
            ] + (canLock ? [Choice(.writeLocked, .lockMessage)] : []))
    }
}

extension [Choice] {
    /// An invitation can be ended for now or for good.
    fileprivate static let ending = [Choice(.stopForNow, .stop), Choice.giveUp]

    /// The ways past what stands in the way.
    fileprivate static func past(_ hint: Key?, _ canTryHarder: Bool) -> [Choice] {
        var ways: [Choice] = canTryHarder ? [Choice(.tryHarder, .tryHarder)] : []
        switch hint {
        case .localNetworkDenied: ways.append(Choice(.wayAppSettings, .errand(.settings(.app))))
        case .causeNoNetwork, .causeKeptApart, .causeNoCommonFamily, .causeBlocked, .causeBothStrict, .causeOnlyLocal,
            .causeOneStrict, .kindNoRoute, .kindNotReached:
            ways.append(.hotspot)
        default: break
        }
        return ways
    }
}

extension Notice {
    /// The one thing to do next, as a button.
    public var choice: Choice? { way.flatMap { Choice($0) } }
}

extension Choice {
    fileprivate static let hotspot = Choice(.hotspotTitle, .help(.hotspot))
    fileprivate static let giveUp = Choice(.giveUp, .giveUp, asks: .giveUp)
    fileprivate static let startAnew = Choice(
        .startAnew, .startAnew, asks: Asking(title: Phrase(.startAnewTitle), text: .startAnewText, keep: .notNow))

    /// The ways around the camera.
    fileprivate static let handingIn = [
        Choice(.formPasted, .errand(.paste)),
        Choice(.formPicture, .errand(.pickPicture)),
        Choice(.formFile, .errand(.pickFile)),
    ]

    /// The first way to hand a code on.
    fileprivate static func sharing(_ handout: Handout) -> Choice {
        handout.isTappable
            ? Choice(.shareAsLink, .errand(.share(handout.shared)))
            : Choice(.shareAsPicture, .errand(.share(.picture(symbol: handout.symbol))))
    }

    /// The others.
    fileprivate static func otherForms(_ handout: Handout) -> [Choice] {
        [
            handout.isTappable
                ? Choice(.formPicture, .errand(.share(.picture(symbol: handout.symbol))))
                : Choice(.formLink, .errand(.share(handout.shared))),
            Choice(.formFile, .errand(.share(.file(text: handout.text)))),
            Choice(.copy, .errand(.copy(.link(handout.link)))),
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
