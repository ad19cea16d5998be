import Foundation

/// What the app shows: one of these at a time, complete in itself. A view draws it, by its `Page`, and
/// hands what a person does to `AppModel`; it never asks anything else.
public enum Screen: Equatable, Sendable {
    /// The first start: what is the person called?
    case welcome
    /// Nothing is on the stage. What is under way can be shown, what waits can be gone on with.
    case home(Home)
    /// Somebody who was met.
    case person(Contact)
    /// What the person is called, and whom this phone may ask how it is seen from outside.
    case settings(Settings)
    /// What works from here; none while it is being found out, which takes some seconds.
    case outlook(Report?)
    /// How to get over something that only people can.
    case help(Topic)
    /// An invitation is being made, or made ready again, which takes some seconds where it is for somebody
    /// elsewhere. `isKept`: it is in the list of what waits, whatever becomes of this; a new one is not yet.
    case preparing(isKept: Bool)
    /// Our invitation, as large as the screen allows.
    case showCode(ShowCode)
    /// The camera, and the ways around it.
    case scan(Scan)
    /// Whether to connect. Nothing has been sent.
    case confirm(Confirm)
    /// The person makes up a question that their guest has to answer.
    case protect
    /// Questions that the other side wrote: while connecting, or before something locked opens. A message may be our
    /// own.
    case question(Question)
    /// The person writes a message that only answers open.
    case lockMessage(LockMessage)
    /// What a locked message says.
    case openedMessage(OpenedMessage)
    /// Something locked is open now.
    case opened(Opened)
    /// The person makes up a question that locks a file of theirs.
    case lock(Lock)
    /// A file of ours is locked now.
    case sealed(Sealed)
    /// What it takes to go on with another phone.
    case moving(Moving)
    /// A copy of another phone: first what opens it, then whether to go on with it here.
    case movingIn(MovingIn)
    /// We knock.
    case connecting(Connecting)
    /// Our reply, for the host's camera.
    case reply(Reply)
    /// With somebody who is here, or who is looked for and comes back to the same place. The rows are in
    /// `AppModel.rows`.
    case conversation(Conversation)
    /// Something was shared in that is not for this app itself: who is to have it?
    case toWhom(ToWhom)
    /// More than one was found in a picture or file: which is meant?
    case which([FoundToken])
    /// The person makes up a question for whoever is called that, to make sure who they are.
    case ask(name: String)
    /// How long what both write is to last.
    case disappearing
    /// Somebody looks for words in what was said with somebody.
    case search(Search)
    /// What waits for somebody, to be handed on by whoever carries it.
    case handOn(HandOn)
    /// Both people see the same, if nobody is in between.
    case compare(Compare)
    /// It is over.
    case ended(Ended)
    /// The phone's key store lost the key of what is kept, so that nobody can read it any more.
    case keyLost
    /// What is kept does not open.
    case notOpened(NotOpened)
}

/// What `Screen.help` is about.
public enum Topic: CaseIterable, Sendable {
    /// No network in common: one of the two opens a hotspot.
    case hotspot
    /// How a tapped link opens this app.
    case links
}

public struct Home: Equatable, Sendable {
    /// In the order in which it was begun.
    public var underWay: [UnderWay] = []
    /// What waits and is not under way, the last made first.
    public var waiting: [Waiting] = []
    public var people: [Contact] = []

    public init() {}

    /// What is under way with somebody, or is over and can be read.
    public func with(_ contact: Contact) -> UnderWay? { underWay.first { $0.contact == contact.id } }

    /// What is under way with nobody of the people.
    public var others: [UnderWay] { underWay.filter { one in !people.contains { $0.id == one.contact } } }
}

/// Where somebody is, as far as that is known.
public enum Presence: Sendable {
    case here, trying, away
}

public struct Settings: Equatable, Sendable {
    /// What others see; empty where no name was given.
    public var name = ""
    public let chosen: Preferences
    /// The servers that are asked if the person names no other.
    public let usual: [String]
    /// What was wrong with the servers that were typed.
    public var hint: Key?
    /// What the person's own links begin with; empty for the usual beginning.
    public var links = ""
    public var usualLinks = "https://handfast.example/"
    /// What was wrong with the beginning that was typed.
    public var linkHint: Key?
}

/// Whom this phone may ask how it is seen from outside.
public struct Preferences: Equatable, Sendable {
    public var asksServers = true
    /// The person's own; without any, the usual ones.
    public var servers: [String] = []
    public var asksRouter = true
    /// Many ports may be tried to get past a strict router.
    public var guesses = true

    public init() {}

    init(asksServers: Bool, servers: [String], asksRouter: Bool, guesses: Bool = true) {
        self.asksServers = asksServers
        self.servers = servers
        self.asksRouter = asksRouter
        self.guesses = guesses
    }
}

/// What the network that this phone is in lets through, and who was asked.
public struct Report: Equatable, Sendable {
    public let ipv4: Key
    public let ipv6: Key
    /// What the router said; none if it was not asked.
    public let port: Key?
    public let works: [Expected]
    /// The servers that were asked.
    public let asked: [String]
}

/// What to expect of one situation.
public struct Expected: Equatable, Sendable {
    public let situation: Key
    public let chance: Key
    public let needsIPv6: Bool
}

/// An invitation that waits for its guest, or an accepted one whose host was not reached yet.
public struct Waiting: Equatable, Sendable, Identifiable {
    public let id: String
    /// This phone made the invitation.
    public let ours: Bool
    /// What the host calls itself: the claim of a stranger.
    public let name: String?
    /// Seconds since 1970-01-01 UTC; none if it seems to be too old.
    public let expiresAt: UInt64?
    /// What is under way with it, if something is.
    var session: UInt64?
}

/// Something that goes on while the person is elsewhere: an invitation on either side, or a conversation.
public struct UnderWay: Equatable, Sendable, Identifiable {
    public let id: UInt64
    public let with: Other
    /// How it stands.
    public let status: Key
    /// What was written last, or what it asks where it is locked, or the name of the file that came or went last.
    public var last: String?
    /// When that was, in seconds since 1970-01-01 UTC.
    public var at: UInt64?
    /// How many rows of theirs came since it was looked at.
    public var unread = 0
    /// The conversation is over, and stays to be read.
    public var isOver = false
    /// Who of the people is on the other side, once that is known.
    public var contact: String?
    /// Somebody who was met is looked for.
    public var isApart = false

    /// Where they are.
    public var presence: Presence { isOver ? .away : isApart ? .trying : .here }

    /// Who is on the other side.
    public enum Other: Equatable, Sendable {
        /// Whoever comes by our invitation.
        case guest
        /// Who invited us, as they call themselves, if they say so.
        case host(String?)
        /// Who is there, as they call themselves; may be empty.
        case person(String)
    }
}

/// Somebody who was met.
public struct Contact: Equatable, Sendable, Identifiable {
    public let id: String
    /// What they are called here; may be empty.
    public let name: String
    public let trust: Key
    public let reason: Key
    /// Seconds since 1970-01-01 UTC.
    public let since: UInt64
    /// What they call themselves, where they are called something else here.
    public var ownName: String?
    /// Since when they are trusted that far, in seconds since 1970-01-01 UTC; none where it is since they were met.
    public var trusted: UInt64?
    /// They were trusted further, until they came back as a restored device.
    public var hasFallen = false
    /// When they were heard last, in seconds since 1970-01-01 UTC; none of who is not let in.
    public var heard: UInt64?
    /// They can be looked for.
    public var canBeFound = false
    public var isBlocked = false
    /// Somebody else may have come in their name or the person's own, until the two meet or compare.
    public var isFrozen = false
    /// Another device came to them in the person's name, who has not said whose that is.
    public var isReplaced = false
    /// So many bytes of files are taken from them unasked; none for as many as from everybody.
    public var takesFilesUpTo: UInt64?
    /// How many of their messages nobody has seen, in this process or before it.
    public var unread = 0
    /// When something was said last, in seconds since 1970-01-01 UTC.
    public var lastSaid: UInt64?
    /// The ways by which they were reached, the newest first.
    public var ways: [ReachedBy] = []
}

extension Contact {
    /// What a person chooses from for `takesFilesUpTo`, with what is chosen now among it.
    var unaskedChoices: [UInt64?] {
        let usual: [UInt64] = [0, 10_000_000, 100_000_000, 1_000_000_000]
        return [nil] + Set(usual + (takesFilesUpTo.map { [$0] } ?? [])).sorted()
    }
}

/// A way by which somebody was reached.
public struct ReachedBy: Equatable, Sendable {
    /// Their address there.
    public let address: String
    /// Seconds since 1970-01-01 UTC.
    public let at: UInt64
}

public struct ShowCode: Equatable, Sendable {
    public let stage: Key
    /// The other side's code has to be scanned now.
    public let scanNow: Bool
    /// While they are answering our question: how often they still may.
    public let triesLeft: Int?
    /// Seconds since 1970-01-01 UTC.
    public let expiresAt: UInt64
    public internal(set) var invitation: Handout
    /// It was made to be sent, not only to be shown.
    public let sent: Bool
    /// What stands in the way, with the one thing to try.
    public var hint: Key?
    /// More could be tried to get past a strict network.
    public var canTryHarder = false
}

public struct Scan: Equatable, Sendable {
    public let wanted: Wanted
    public var camera: Camera = .asking
    /// What was seen that is of no use, or why there is no camera.
    public var hint: Key?
}

/// What a scan is for.
public enum Wanted: Sendable {
    case invitation
    case reply
}

/// What is known of the camera.
public enum Camera: Sendable {
    case asking
    case running
    /// Another app has it. It goes on by itself when that is over.
    case taken
    case denied
    case missing
}

public struct Confirm: Equatable, Sendable {
    /// What the host calls itself: the claim of a stranger.
    public let name: String?
    /// What will be asked once connected. They wrote it.
    public let question: String?
    public let proof: Key
    /// Seconds since 1970-01-01 UTC; none if it seems to be too old.
    public let expiresAt: UInt64?
    /// The system may ask next whether this app may reach others on the same network.
    public var asksForNetwork = false
}

public struct Connecting: Equatable, Sendable {
    public let stage: Key
    /// What probably stands in the way.
    public var hint: Key?
    /// More could be tried to get past a strict network.
    public var canTryHarder = false
}

public struct Reply: Equatable, Sendable {
    public internal(set) var handout: Handout
    /// What stands in the way, with the one thing to try.
    public var hint: Key?
    /// More could be tried to get past a strict network.
    public var canTryHarder = false
}

public struct Question: Equatable, Sendable {
    /// The other side wrote them.
    public let questions: [String]
    /// How often they may still be answered; none where nobody counts.
    public var triesLeft: Int?
    /// A code of a second channel is needed as well.
    public var withCode = false
    /// The bytes of a locked file; none where it is something else that asks.
    public var size: UInt64?
    /// What was wrong with the answers before.
    public var hint: Key?
    /// What to think of before answering once more.
    public var warning: Key?
    /// It is being opened, which takes about a second.
    public var isBusy = false
    /// How much of a file is opened, from 0 to 1.
    public var progress: Double?
    /// Somebody known asks, and need not be answered.
    public var isOfContact = false
    /// A locked message asks.
    public var isMessage = false
}

/// A message that is being written, and that only answers will open.
public struct LockMessage: Equatable, Sendable {
    /// What was typed for somebody already.
    public let text: String
    /// So many questions there may be.
    public let mostQuestions: Int
    /// What to think of the answers; none while there are not all.
    public var strength: Key?
    /// The answers protect nothing.
    public var isUseless = true
    public var hint: Key?
    /// It is being locked, which takes about a second.
    public var isBusy = false
}

/// What a locked message says. Secret, so it does not print itself.
public struct OpenedMessage: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    public let text: String

    public var description: String { "OpenedMessage" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A file that was locked. It is never opened by itself.
public struct Opened: Equatable, Sendable {
    /// What it is called, fit to be the name of a file.
    public let name: String
    /// Its media type, if it says so.
    public var type: String?
    /// Bytes.
    public let size: UInt64
    public let path: String
}

/// A file of ours that gets a question.
public struct Lock: Equatable, Sendable {
    public let name: String
    /// Bytes.
    public let size: UInt64
    /// What to think of the answer; none while there is none.
    public var strength: Key?
    /// The answer protects nothing by itself.
    public var isUseless = true
    /// Needed as well, if the person wants that.
    public var code: SecondCode?
    public var hint: Key?
    public var isBusy = false
    /// From 0 to 1.
    public var progress: Double?
}

/// A locked file of ours, to hand on.
public struct Sealed: Equatable, Sendable {
    public let name: String
    /// Bytes.
    public let size: UInt64
    public let path: String
    public let code: SecondCode?
    /// It is a copy of this phone.
    public var isPhone = false
}

/// What it takes to go on with another phone.
public struct Moving: Equatable, Sendable {
    /// There is nobody here to be taken along.
    public var isNew = false
    /// A copy of this one is being made.
    public var isBusy = false
    public var hint: Key?
}

/// A copy of another phone.
public struct MovingIn: Equatable, Sendable {
    /// What it asks beside its code.
    public let questions: [String]
    public var hint: Key?
    public var isBusy = false
    /// What is in it, once it is open.
    public var found: Found?
    /// There is somebody here who would be erased.
    public var erases = false

    public struct Found: Equatable, Sendable {
        public let people: Int
        public let withMessages: Bool
    }
}

/// What another app handed over to be sent. The files are ours, each in a folder of its own.
public struct Shared: Equatable, Sendable {
    public let text: String?
    public let files: [URL]

    public init(text: String? = nil, files: [URL] = []) {
        self.text = text
        self.files = files
    }

    func remove() {
        for file in files { Copy(file).remove() }
    }
}

public struct ToWhom: Equatable, Sendable {
    /// What the files are called.
    public let names: [String]
    public let text: String?
    /// Who is connected, or looked for.
    public let people: [UnderWay]
    /// Who else was met. They are looked for once something is sent to them.
    public var others: [Contact] = []
}

/// One of several that were found.
public struct FoundToken: Equatable, Sendable {
    /// What it is, said of an invitation that has no name.
    public let what: Key
    /// What the host of an invitation calls itself: the claim of a stranger.
    public var name: String?
    /// Until when an invitation lives, in seconds since 1970-01-01 UTC; none if it seems to be too old.
    public var expiresAt: UInt64?
}

/// A code that opens something locked together with the answer. Secret, so it does not print itself.
public struct SecondCode: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    public let characters: String
    public let words: String

    public var description: String { "SecondCode" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A question of ours and its answer. Secret, so it does not print itself.
public struct Protection: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    public var question: String
    public var answer: String
    /// The invitation itself opens only with the answer; otherwise the guest is asked once connected.
    public var isLock: Bool

    public init(question: String = "", answer: String = "", isLock: Bool = false) {
        self.question = question
        self.answer = answer
        self.isLock = isLock
    }

    public var description: String { "Protection" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

public struct Compare: Equatable, Sendable {
    public let name: String
    public let symbols: [Pictograph]
    /// The same as three groups of four digits.
    public let digits: [String]
}

/// A symbol to compare.
public struct Pictograph: Equatable, Sendable {
    public let picture: String
    /// What it is called.
    public let name: Phrase
}

/// What two people found when they compared.
public enum Outcome: Sendable {
    case same
    case different
    case later
}

public struct Conversation: Equatable, Sendable {
    /// What they call themselves; may be empty.
    public let name: String
    public let trust: Key
    public let reason: Key
    /// Why the path is down, while it is, or why the conversation is over.
    public var line: Key?
    /// Who would like to compare, if somebody does.
    public var compare: Key?
    /// A limit that they have reached.
    public var limit: Key?
    /// They are held back until the person lets them send more.
    public var isHeld = false
    /// The person may say that only who they mean would have asked what was asked.
    public var canVouch = false
    /// It is over, as `line` says, and stays to be read.
    public var isOver = false
    /// Who of the people it is.
    public var contact: String?
    /// They are looked for, as `line` says; none while they are here.
    public var apart: Apart?
    /// It is over, and they can be looked for.
    public var canSeek = false
    /// What this person asked them.
    public var asked: Inquiry?
    /// What they ask this person.
    public var asks: Inquiry?
    /// What the person writes about, if they chose that.
    public internal(set) var subject: Subject?
    /// A text that could not be said and goes back to where it was typed, by `AppModel.takeUnsent`.
    public internal(set) var unsent: String?
    /// A text that was locked and sent, and leaves the place where it was typed first, by `AppModel.takeLocked`.
    public internal(set) var locked: String?

    /// The person may write something that only answers open.
    var canLock: Bool { !isOver && contact != nil }
}

/// A question between two who know each other.
public struct Inquiry: Equatable, Sendable {
    /// Whoever asks wrote it.
    public let question: String
    public let standing: Key
    /// An answer may be given.
    public let isOpen: Bool
    /// How many answers may still be given, once one was wrong.
    public var triesLeft: Int?
}

public struct Search: Equatable, Sendable {
    public let name: String
    /// What was looked for; nothing was yet, where it is empty.
    public internal(set) var words = ""
    /// What was said last first.
    public internal(set) var hits: [Hit] = []
    public internal(set) var isLooking = false
    /// More may be found before these.
    public internal(set) var hasMore = false
}

/// Something that was said.
public struct Hit: Equatable, Sendable {
    public let ours: Bool
    /// What it says, or the name of a file.
    public let text: String
    /// Seconds since 1970-01-01 UTC.
    public let at: UInt64
}

public struct HandOn: Equatable, Sendable {
    public let name: String
    /// How many messages are in it.
    public let messages: Int
    /// All that waits is in it.
    public let isAll: Bool
    /// A file of our own.
    public let path: String
    /// In other forms, where it is short enough.
    public internal(set) var handout: Handout?
}

/// A row that a reply is written to, or whose text is changed.
public struct Subject: Equatable, Sendable {
    public let number: UInt64
    public let text: String
    public let isEdit: Bool
}

/// Somebody is looked for, and comes back to the same place.
public struct Apart: Equatable, Sendable {
    /// When they were heard last, in seconds since 1970-01-01 UTC.
    public let heard: UInt64
    /// Whether to go on with a device that was restored from a copy, which the person is asked.
    public var restored: Key?
}

extension Conversation {
    /// It is over for this reason, and nothing can be done in it any more.
    mutating func end(_ why: Key) {
        line = why
        compare = nil
        limit = nil
        isHeld = false
        canVouch = false
        apart = nil
        asked = nil
        asks = nil
        subject = nil
        isOver = true
    }
}

public struct Ended: Equatable, Sendable {
    public let what: Key
    public var next: Key?
    public var way: Way
}

/// Why what is kept does not open.
public struct NotOpened: Equatable, Sendable {
    public let what: Key
    public var next: Key?
    /// What may help beside trying again.
    public var way: Way?
    /// One can begin anew without it.
    public var canStartAnew = true
}

/// The one thing to do next, as a button.
public enum Way: CaseIterable, Sendable {
    case home
    case showCode
    case scan
    case networkSettings
    case appSettings
    case storageSettings
    case replace
    case takeReply
    case restart
}

/// Something to say beside the screen, which stays.
public struct Notice: Equatable, Sendable {
    public let what: Key
    public var next: Key?
    public var way: Way?
}

/// One row of a conversation.
public enum Row: Equatable, Sendable, Identifiable {
    case text(TextRow)
    case locked(LockedRow)
    case file(FileRow)
    case life(LifeRow)
    case note(NoteRow)

    /// Unique in this conversation.
    public var id: UInt64 {
        switch self {
        case .text(let row): row.number
        case .locked(let row): row.number
        case .file(let row): row.number
        case .life(let row): row.number
        case .note(let row): row.number
        }
    }

    /// Both keep it.
    public var isKept: Bool {
        switch self {
        case .text(let row): row.mark != .nobody
        case .file(let row): row.mark != .nobody
        case .locked, .life, .note: true
        }
    }

    /// It was there before this session looked.
    public var isOld: Bool {
        switch self {
        case .text(let row): row.isOld
        case .locked(let row): row.isOld
        case .file(let row): row.isOld
        case .life(let row): row.isOld
        case .note(let row): row.isOld
        }
    }

    public var ours: Bool {
        switch self {
        case .text(let row): row.ours
        case .locked(let row): row.ours
        case .file(let row): row.ours
        case .life(let row): row.ours
        case .note(let row): row.ours
        }
    }

    /// When it came up first, in seconds since 1970-01-01 UTC.
    public internal(set) var at: UInt64 {
        get {
            switch self {
            case .text(let row): row.at
            case .locked(let row): row.at
            case .file(let row): row.at
            case .life(let row): row.at
            case .note(let row): row.at
            }
        }
        set {
            switch self {
            case .text(var row):
                row.at = newValue
                self = .text(row)
            case .locked(var row):
                row.at = newValue
                self = .locked(row)
            case .file(var row):
                row.at = newValue
                self = .file(row)
            case .life(var row):
                row.at = newValue
                self = .life(row)
            case .note(var row):
                row.at = newValue
                self = .note(row)
            }
        }
    }
}

extension [Row] {
    /// The text in the row with this number.
    func text(_ number: UInt64) -> TextRow? {
        for case .text(let row) in self where row.number == number { return row }
        return nil
    }
}

public struct TextRow: Equatable, Sendable {
    public let number: UInt64
    public let ours: Bool
    public let text: String
    public internal(set) var at: UInt64 = 0
    public var mark = Mark.nobody
    /// It was there before this session looked.
    public var isOld = false
    public var quote: Quote?
    public var reactions: [Reaction] = []
    /// It said something else before.
    public var isEdited = false
    /// When it disappears, if that is known, in seconds since 1970-01-01 UTC.
    public var endsAt: UInt64?
}

/// A text that is locked, and opens anew each time for whoever answers.
public struct LockedRow: Equatable, Sendable {
    public let number: UInt64
    public let ours: Bool
    /// What is asked, one question or more. Whoever locked it wrote that.
    public let questions: [String]
    public internal(set) var at: UInt64 = 0
    public var mark = Mark.onThisPhone
    /// It was there before this session looked.
    public var isOld = false
}

/// Somebody proposed how long what both write from now on lasts.
public struct LifeRow: Equatable, Sendable {
    public let number: UInt64
    public let ours: Bool
    /// It disappears so many seconds after it was seen; with none, it stays.
    public let after: UInt64?
    /// The two agreed.
    public let holds: Bool
    public internal(set) var at: UInt64 = 0
    /// It was there before this session looked.
    public var isOld = false

    /// What a person chooses from for `after`.
    public static let choices: [UInt64?] = [nil, 3_600, 86_400, 7 * 86_400, 30 * 86_400]
}

/// Something of which no more can be said than `what`.
public struct NoteRow: Equatable, Sendable {
    public let number: UInt64
    public let ours: Bool
    public let what: Key
    public internal(set) var at: UInt64 = 0
    /// It was there before this session looked.
    public var isOld = false
}

/// What a text replies to: the text, or what there is to say in its place.
public enum Quote: Equatable, Sendable {
    case text(String)
    case other(Key)
}

/// What one of the two reacted with.
public struct Reaction: Equatable, Sendable {
    public let ours: Bool
    public let symbol: String
}

/// Who keeps what was written.
public enum Mark: Sendable {
    /// Nobody, beyond this conversation.
    case nobody
    case onThisPhone, onTheirs
}

public struct FileRow: Equatable, Sendable {
    public let number: UInt64
    public let ours: Bool
    public let name: String
    /// Bytes.
    public let size: UInt64
    public let state: Key
    /// Bytes that are through, while it is on its way.
    public let done: UInt64?
    /// Where it is, once it came in.
    public let path: String?
    public internal(set) var at: UInt64 = 0
    /// Bytes a second, once that is known, while it is on its way.
    public internal(set) var rate: UInt64?
    public var mark = Mark.nobody
    /// It was there before this session looked.
    public var isOld = false
    /// A small one of a picture, by whoever offers it, as a JPEG of some kilobytes. That of the other side may be broken.
    public var preview: Data?

    /// The seconds that the rest will take, while that can be said.
    public var secondsLeft: UInt64? {
        guard let done, let rate, rate > 0, size >= done else { return nil }
        return (size - done + rate - 1) / rate
    }

    /// It waits for this person's yes.
    public var isOffered: Bool { state == .fileOffered }
    /// Something may still happen to it.
    public var isOpen: Bool { [.fileOffered, .fileWaiting, .fileMoving].contains(state) }
}

/// How a code is handed on to somebody who is elsewhere.
public enum Form: Sendable {
    case link, picture
}

/// Every form of one token. Secret, so it does not print itself.
public struct Handout: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    /// For messengers: opens the app, or a page that says what this is.
    public let link: String
    /// For pasting: the same without a web address.
    public let text: String
    /// For cameras: the text of the symbol.
    public let symbol: String
    /// Whoever touches the link gets somewhere. Otherwise it has to be pasted.
    public internal(set) var isTappable = true

    /// As a text.
    var shared: Share { isTappable ? .link(link) : .pasted(link) }

    public var description: String { "Handout" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A QR code without the quiet zone of four light modules that belongs around it.
public struct Symbol: Equatable, Sendable {
    /// Modules along one side.
    public let width: Int
    let modules: [UInt8]

    /// The QR code of a text; none for a text that no symbol holds.
    public init?(text: String) {
        guard let drawn = try? Device.symbol(text) else { return nil }
        self = drawn
    }

    init(width: Int, modules: [UInt8]) {
        self.width = width
        self.modules = modules
    }

    public func isDark(x: Int, y: Int) -> Bool { modules[y * width + x] == 1 }
}
