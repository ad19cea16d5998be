#if DEBUG
/// Every screen in the states that are drawn to be looked at, by a name. What people in them say is made up.
public struct Sample: Sendable {
    public let name: String
    public let screen: Screen
    public var rows: [Row] = []

    public static let all: [Sample] = [
        Sample(name: "welcome", screen: .welcome),
        Sample(name: "home-empty", screen: .home(Home())),
        Sample(name: "home", screen: .home(home)),
        Sample(name: "person", screen: .person(mira)),
        Sample(
            name: "settings",
            screen: .settings(
                Settings(name: "Ana", chosen: Preferences(), usual: ["stun.example:3478", "stun.example.org:3478"]))),
        Sample(
            name: "settings-refused",
            screen: .settings(
                Settings(name: "Ana", chosen: Preferences(), usual: ["stun.example:3478"], hint: .kindNotAServer))),
        Sample(name: "outlook-looking", screen: .outlook(nil)),
        Sample(name: "outlook", screen: .outlook(report)),
        Sample(name: "help-hotspot", screen: .help(.hotspot)),
        Sample(name: "help-links", screen: .help(.links)),
        Sample(name: "preparing", screen: .preparing(isKept: false)),
        Sample(name: "code", screen: .showCode(code(sent: false))),
        Sample(name: "code-to-send", screen: .showCode(code(sent: true))),
        Sample(name: "code-no-local-network", screen: .showCode(code(sent: false, hint: .localNetworkDenied))),
        Sample(name: "scan", screen: .scan(Scan(wanted: .invitation, camera: .running))),
        Sample(
            name: "scan-taken", screen: .scan(Scan(wanted: .invitation, camera: .taken, hint: .cameraTaken))),
        Sample(name: "scan-denied", screen: .scan(Scan(wanted: .reply, camera: .denied, hint: .cameraDenied))),
        Sample(name: "scan-missing", screen: .scan(Scan(wanted: .reply, camera: .missing, hint: .cameraMissing))),
        Sample(
            name: "confirm",
            screen: .confirm(
                Confirm(
                    name: "Mira", question: nil, proof: .proofCamera, expiresAt: 4_102_444_800,
                    asksForNetwork: true))),
        Sample(
            name: "confirm-question",
            screen: .confirm(
                Confirm(name: nil, question: "Where did we meet?", proof: .proofCarried, expiresAt: nil))),
        Sample(name: "protect", screen: .protect),
        Sample(name: "ask", screen: .ask(name: "Mira")),
        Sample(name: "disappearing", screen: .disappearing),
        Sample(
            name: "search",
            screen: .search(
                Search(
                    name: "Mira", words: "boat", hits: [Hit(ours: true, text: "The boat is blue.", at: 1_700_000_000)]))
        ),
        Sample(
            name: "hand-on",
            screen: .handOn(HandOn(name: "Mira", messages: 3, isAll: true, path: "/messages.handfast"))),
        Sample(
            name: "question",
            screen: .question(
                Question(questions: ["Where did we meet?"], triesLeft: 2, hint: .kindWrongAnswer))),
        Sample(
            name: "locked-file",
            screen: .question(Question(questions: ["Which boat?"], withCode: true, size: 2_400_000))),
        Sample(
            name: "opened",
            screen: .opened(Opened(name: "boat.jpg", type: "image/jpeg", size: 2_400_000, path: "/boat.jpg"))),
        Sample(
            name: "lock-message",
            screen: .lockMessage(
                LockMessage(
                    text: "Under the third stone.", mostQuestions: 5, strength: .strengthWeak, isUseless: false))),
        Sample(
            name: "locked-message",
            screen: .question(
                Question(
                    questions: ["Who taught us to sail?", "And where?"], hint: .kindWrongAnswer, isMessage: true))),
        Sample(
            name: "opened-message", screen: .openedMessage(OpenedMessage(text: "Under the third stone."))),
        Sample(
            name: "lock", screen: .lock(Lock(name: "letter.pdf", size: 80_000, strength: .strengthWeak))),
        Sample(
            name: "sealed",
            screen: .sealed(
                Sealed(
                    name: "letter.pdf.handfast", size: 80_100, path: "/letter.pdf.handfast",
                    code: SecondCode(characters: "GAYTE-MJRGQ", words: "acorn actor adult agent")))),
        Sample(name: "moving", screen: .moving(Moving())),
        Sample(name: "moving-new", screen: .moving(Moving(isNew: true))),
        Sample(
            name: "moved-out",
            screen: .sealed(
                Sealed(
                    name: "phone.handfast", size: 48_200, path: "/phone.handfast",
                    code: SecondCode(characters: "GAYTE-MJRGQ", words: "acorn actor adult agent"), isPhone: true))),
        Sample(name: "moving-in", screen: .movingIn(MovingIn(questions: []))),
        Sample(
            name: "moving-in-found",
            screen: .movingIn(
                MovingIn(questions: [], found: MovingIn.Found(people: 12, withMessages: true), erases: true))),
        Sample(
            name: "which",
            screen: .which([
                FoundToken(what: .foundInvitation, name: "Mira", expiresAt: home.waiting.first?.expiresAt),
                FoundToken(what: .foundInvitation), FoundToken(what: .foundReply), FoundToken(what: .foundLocked),
            ])),
        Sample(
            name: "to-whom",
            screen: .toWhom(ToWhom(names: ["Harbour.jpg", "Map.pdf"], text: nil, people: [home.underWay[0]]))),
        Sample(
            name: "to-whom-away",
            screen: .toWhom(
                ToWhom(names: ["Harbour.jpg"], text: nil, people: [home.underWay[0]], others: [home.people[1]]))),
        Sample(name: "to-whom-nobody", screen: .toWhom(ToWhom(names: [], text: "See you at 8", people: []))),
        Sample(name: "connecting", screen: .connecting(Connecting(stage: .guestKnocking))),
        Sample(
            name: "connecting-kept-apart",
            screen: .connecting(Connecting(stage: .guestKnocking, hint: .causeKeptApart, canTryHarder: true))),
        Sample(name: "reply", screen: .reply(Reply(handout: handout, hint: .causeReplyMissing))),
        Sample(
            name: "compare",
            screen: .compare(
                Compare(
                    name: "Mira",
                    symbols: [
                        Pictograph(picture: "🐘", name: .symbol("elephant")),
                        Pictograph(picture: "🌲", name: .symbol("fir tree")),
                    ], digits: ["0412", "7731", "9056"]))),
        Sample(name: "talk-begun", screen: .conversation(talk)),
        Sample(name: "talk", screen: .conversation(talk), rows: rows),
        Sample(name: "talk-answers", screen: .conversation(talk), rows: answers),
        Sample(name: "talk-locked", screen: .conversation(talk), rows: locked),
        Sample(
            name: "talk-reply",
            screen: .conversation(about(Subject(number: 5, text: "See you at the harbour!", isEdit: false))), rows: rows
        ),
        Sample(
            name: "talk-change",
            screen: .conversation(
                about(Subject(number: 2, text: "Yes! Sending you the pictures now.", isEdit: true))), rows: rows),
        Sample(name: "apart", screen: .conversation(apart()), rows: Array(rows.prefix(2))),
        Sample(name: "apart-restored", screen: .conversation(apart(restored: .apartRestoredTheirs))),
        Sample(name: "talk-over", screen: .conversation(over), rows: rows),
        Sample(
            name: "ended", screen: .ended(Ended(what: .kindNotReached, next: .remedyTryTogether, way: .showCode))),
        Sample(
            name: "not-opened",
            screen: .notOpened(NotOpened(what: .kindStorageFull, next: .remedyMakeRoom, way: .storageSettings))),
        Sample(
            name: "not-opened-locked",
            screen: .notOpened(NotOpened(what: .kindKeyStoreLocked, next: .remedyUnlock, canStartAnew: false))),
        Sample(name: "key-lost", screen: .keyLost),
    ]

    /// What stands at home beside any of them.
    public static let home: Home = {
        var home = Home()
        var mira = UnderWay(id: 1, with: .person("Mira"), status: .underWayTalking)
        mira.last = "See you at the harbour!"
        mira.at = 1_764_424_920
        mira.unread = 2
        home.underWay = [mira, UnderWay(id: 2, with: .host("Dr. Aydin"), status: .guestKnocking)]
        home.waiting = [Waiting(id: "a", ours: true, name: nil, expiresAt: 4_102_444_800)]
        home.people = [
            Self.mira,
            Contact(id: "2", name: "Grandpa", trust: .trustUnverified, reason: .reasonOpenLink, since: 1_760_000_000),
        ]
        return home
    }()

    private static let mira = Contact(
        id: "1", name: "Mira", trust: .trustVerified, reason: .reasonScanned, since: 1_764_000_000)

    private static let handout = Handout(
        link: "https://handfast.example/#sample", text: "handfast:sample",
        symbol: "HTTPS://HANDFAST.EXAMPLE/#" + String(repeating: "0123456789", count: 18))

    private static func code(sent: Bool, hint: Key? = nil) -> ShowCode {
        ShowCode(
            stage: .hostWaiting, scanNow: false, triesLeft: nil, expiresAt: 4_102_444_800, invitation: handout,
            sent: sent, hint: hint)
    }

    private static let report = Report(
        ipv4: .openingUnknown, ipv6: .openingUnknown, port: nil,
        works: [Expected(situation: .situationSameNetwork, chance: .chanceYes, needsIPv6: false)], asked: [])

    private static let talk = Conversation(
        name: "Mira", trust: .trustVerified, reason: .reasonScanned, line: nil, compare: nil, limit: nil)

    private static func about(_ subject: Subject) -> Conversation {
        var talk = talk
        talk.subject = subject
        return talk
    }

    private static func apart(restored: Key? = nil) -> Conversation {
        var apart = talk
        apart.line = .apartLooking
        apart.contact = mira.id
        apart.apart = Apart(heard: 1_764_424_920, restored: restored)
        return apart
    }

    private static let over: Conversation = {
        var over = talk
        over.end(.kindTheyLeft)
        return over
    }()

    private static let answers: [Row] = [
        .text(
            TextRow(
                number: 1, ours: false, text: "Shall we meet at the harbour?", at: 1_764_424_680, mark: .onThisPhone,
                reactions: [Reaction(ours: true, symbol: "👍")])),
        .text(
            TextRow(
                number: 2, ours: true, text: "At six, by the blue boat.", at: 1_764_424_800, mark: .onTheirs,
                quote: .text("Shall we meet at the harbour?"), reactions: [Reaction(ours: false, symbol: "❤️")],
                isEdited: true)),
        .note(NoteRow(number: 3, ours: false, what: .noteTakenBack, at: 1_764_424_860)),
    ]

    private static let locked: [Row] = [
        .locked(
            LockedRow(
                number: 1, ours: true, questions: ["What did grandpa call his boat?"], at: 1_764_424_680,
                mark: .onTheirs)),
        .locked(
            LockedRow(number: 2, ours: false, questions: ["Who taught us to sail?", "And where?"], at: 1_764_424_800)),
    ]

    private static let rows: [Row] = [
        .text(TextRow(number: 1, ours: false, text: "Did you get home all right?", at: 1_764_424_680)),
        .text(TextRow(number: 2, ours: true, text: "Yes! Sending you the pictures now.", at: 1_764_424_800)),
        .file(
            FileRow(
                number: 3, ours: true, name: "Harbour.mov", size: 212_000_000, state: .fileMoving,
                done: 136_000_000, path: nil, at: 1_764_424_860, rate: 88_000_000)),
        .file(
            FileRow(
                number: 4, ours: false, name: "Map.pdf", size: 1_200_000, state: .fileOffered, done: nil, path: nil,
                at: 1_764_424_890)),
        .text(TextRow(number: 5, ours: false, text: "See you at the harbour!", at: 1_764_424_920)),
    ]
}

extension AppModel {
    /// Shows this and does nothing.
    public convenience init(drawing sample: Sample) {
        self.init()
        draw(sample.screen, rows: sample.rows, home: Sample.home)
    }
}
#endif
