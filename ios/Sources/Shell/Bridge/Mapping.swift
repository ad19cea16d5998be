internal import Core

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

    var isTalking: Bool {
        switch screen {
        case .talking, .comparing: true
        default: false
        }
    }

    /// Something has to be unlocked first.
    var isLocked: Bool {
        if case .locked = screen { true } else { false }
    }

    /// The person is asked whether to connect, or before that to unlock.
    var isChoice: Bool {
        switch screen {
        case .locked, .invitationOpened: true
        default: false
        }
    }

    /// Somebody's invitation is knocked at.
    var isKnocking: Bool {
        switch screen {
        case .connecting, .replyNeeded: true
        default: false
        }
    }

    /// Something waits for the other side, or soon will, and stops when the app is put aside.
    var isWaiting: Bool {
        switch screen {
        case .preparing, .hosting, .connecting, .replyNeeded, .asking: true
        default: false
        }
    }

    /// Nothing more comes.
    var isOver: Bool { isClosed || end != nil }

    /// The person ended it.
    var isClosed: Bool {
        if case .closed = screen { true } else { false }
    }

    /// Why it ended, if the person did not end it.
    var end: Refusal? {
        if case .ended(let kind, _) = screen { Refusal(kind: kind) } else { nil }
    }

    /// What the host of an opened invitation calls itself.
    var host: String? {
        if case .invitationOpened(let name, _, _, _) = screen { name } else { nil }
    }

    /// The screen for it; none if there is nothing left to show. `hint`: what may stand in the way. `typed`:
    /// what was wrong with what was typed last.
    func screen(hint: Key?, typed: Key?) -> Screen? {
        switch screen {
        case .closed:
            nil
        case .preparing(let isKept):
            .preparing(isKept: isKept)
        case .hosting(let stage, let isOffline, let expiresAt, let delivery, let invitation, let isOutdated, let cause):
            .showCode(
                ShowCode(
                    stage: isOffline ? .hostOffline : stage.key,
                    scanNow: stage == .scanTheirCode && !isOffline,
                    triesLeft: stage.triesLeft, expiresAt: expiresAt, invitation: Handout(invitation),
                    sent: delivery == .send, hint: isOutdated ? .invitationOutdated : cause?.key,
                    canTryHarder: cause.isStrict))
        case .locked(let questions, let withCode, let isUnlocking, let wasWrong):
            .question(
                Question(
                    questions: questions, withCode: withCode,
                    hint: typed ?? (wasWrong ? .kindWrongAnswer : nil), isBusy: isUnlocking))
        case .invitationOpened(let name, let question, let provenance, let expiresAt):
            .confirm(Confirm(name: name, question: question, proof: provenance.key, expiresAt: expiresAt))
        case .connecting(let stage, let isOffline, let cause):
            .connecting(
                Connecting(
                    stage: isOffline ? .guestOffline : stage.key,
                    hint: hint ?? (stage == .slotTaken ? .causeSeatTaken : cause?.key),
                    canTryHarder: cause.isStrict))
        case .replyNeeded(let reply, let isSlotTaken, let cause):
            .reply(
                Reply(
                    handout: Handout(reply), hint: hint ?? (isSlotTaken ? .causeSeatTaken : cause?.key),
                    canTryHarder: cause.isStrict))
        case .asking(let question, let triesLeft, let wasWrong, let isRepeated):
            .question(
                Question(
                    questions: [question], triesLeft: Int(triesLeft),
                    hint: wasWrong ? .kindWrongAnswer : nil,
                    warning: isRepeated ? .questionRepeated : nil))
        case .comparing(let person, let symbols, let digits):
            .compare(
                Compare(
                    name: person.name,
                    symbols: symbols.map { Pictograph(picture: $0.picture, name: .symbol($0.name)) },
                    digits: digits))
        case .talking(let person, let isInterrupted, let wish, let reached):
            .conversation(
                Conversation(
                    name: person.name, trust: person.level.key, reason: person.reason.key,
                    line: isInterrupted ? .lineInterrupted : nil, compare: wish.key,
                    limit: reached?.key, isHeld: reached == .messages || reached == .text))
        case .ended(let kind, let remedy):
            .ended(Ended(what: kind.key, next: remedy.key, way: remedy.way))
        }
    }

    /// How it stands, in one sentence; none if it is over.
    var status: Key? {
        switch screen {
        case .preparing: .underWayPreparing
        case .hosting(let stage, let isOffline, _, _, _, _, _): isOffline ? .hostOffline : stage.key
        case .locked, .invitationOpened: .underWayOpened
        case .connecting(let stage, let isOffline, _): isOffline ? .guestOffline : stage.key
        case .replyNeeded: .underWayReply
        case .asking: .underWayAsking
        case .talking(_, let isInterrupted, _, _): isInterrupted ? .lineInterrupted : .underWayTalking
        case .comparing: .underWayTalking
        case .closed, .ended: nil
        }
    }

    /// What the person calls themselves with whom it talks; may be empty.
    var person: String? {
        switch screen {
        case .talking(let person, _, _, _), .comparing(let person, _, _): person.name
        default: nil
        }
    }
}

extension Refusal {
    /// What to say where the screen stays as it is.
    var notice: Notice {
        let remedy = remedyOf(kind: kind)
        return Notice(
            what: kind.key, next: remedy.key, way: remedy.way == .home ? nil : remedy.way)
    }

    /// The whole screen, where nothing else can be shown.
    var screen: Ended {
        let remedy = remedyOf(kind: kind)
        return Ended(what: kind.key, next: remedy.key, way: remedy.way)
    }
}

extension Row {
    init(_ entry: Entry) {
        switch entry {
        case .text(let number, let ours, let text):
            self = .text(TextRow(number: number, ours: ours, text: text))
        case .file(let number, let ours, let name, let size, let state):
            var done: UInt64?
            var path: String?
            if case .moving(let through) = state { done = through }
            if case .done(let place) = state { path = place }
            self = .file(
                FileRow(
                    number: number, ours: ours, name: name, size: size, state: state.key,
                    done: done, path: path))
        }
    }
}

extension Core.Protection {
    init(_ protection: Protection?) {
        guard let protection else {
            self = .open
            return
        }
        let lock = Answered(question: protection.question, answer: protection.answer)
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
            id: contact.id, name: contact.person.name, trust: contact.person.level.key,
            reason: contact.person.reason.key, since: contact.since)
    }
}

extension SecondCode {
    init(_ code: Code) {
        self.init(characters: code.characters(), words: code.words())
    }
}

extension Strength {
    var key: Key {
        switch self {
        case .oneCharacter: .strengthOneCharacter
        case .common: .strengthCommon
        case .inQuestion: .strengthInQuestion
        case .weak: .strengthWeak
        case .fair: .strengthFair
        case .noShortcutSeen: .strengthNoShortcutSeen
        case .beyondReach: .strengthBeyondReach
        }
    }

    /// Found at once, whatever else is true.
    var isTrivial: Bool {
        switch self {
        case .oneCharacter, .common, .inQuestion: true
        case .weak, .fair, .noShortcutSeen, .beyondReach: false
        }
    }
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
            ipv4: report.ipv4.key, ipv6: report.ipv6.key, port: report.port?.key,
            works: report.works.map {
                Expected(situation: $0.situation.key, chance: $0.chance.key, needsIPv6: $0.needsIpv6)
            },
            asked: report.serversAsked)
    }
}

extension Cause {
    fileprivate var key: Key {
        switch self {
        case .noNetwork: .causeNoNetwork
        case .keptApart: .causeKeptApart
        case .noCommonFamily: .causeNoCommonFamily
        case .blocked: .causeBlocked
        case .bothStrict: .causeBothStrict
        case .replyMissing: .causeReplyMissing
        case .onlyLocal: .causeOnlyLocal
        case .oneStrict: .causeOneStrict
        case .strictUnreplied: .causeStrictUnreplied
        case .gone: .causeGone
        }
    }
}

extension Cause? {
    /// A strict network is in between, past which more can be tried.
    fileprivate var isStrict: Bool { self == .oneStrict || self == .strictUnreplied }
}

extension Reachability {
    fileprivate var key: Key {
        switch self {
        case .absent: .openingAbsent
        case .silent: .openingSilent
        case .addressDependent: .openingStrict
        case .unknown: .openingUnknown
        case .endpointIndependent: .openingSame
        case .public: .openingPublic
        case .open: .openingOpen
        }
    }
}

extension PortAnswer {
    fileprivate var key: Key {
        switch self {
        case .opened: .portOpened
        case .notOffered: .portNotOffered
        case .refused: .portRefused
        case .notPublic: .portNotPublic
        }
    }
}

extension Situation {
    fileprivate var key: Key {
        switch self {
        case .sameNetwork: .situationSameNetwork
        case .oneScan: .situationOneScan
        case .twoScans: .situationTwoScans
        case .strictThere: .situationStrictThere
        case .sameRouter: .situationSameRouter
        }
    }
}

extension Chance {
    fileprivate var key: Key {
        switch self {
        case .no: .chanceNo
        case .unlikely: .chanceUnlikely
        case .unknown: .chanceUnknown
        case .likely: .chanceLikely
        case .yes: .chanceYes
        }
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

extension FileState {
    fileprivate var key: Key {
        switch self {
        case .offered: .fileOffered
        case .waiting: .fileWaiting
        case .moving: .fileMoving
        case .done(let path): path == nil ? .fileSent : .fileReceived
        case .failed(let kind, _): kind.key
        }
    }
}

extension HostStage {
    fileprivate var key: Key {
        switch self {
        case .waiting: .hostWaiting
        case .theyAreHere: .hostTheyAreHere
        case .scanTheirCode: .hostScanTheirCode
        case .showAgain: .hostShowAgain
        case .checking: .hostChecking
        case .asking: .hostAsking
        }
    }

    /// How often our question may still be answered.
    fileprivate var triesLeft: Int? {
        if case .asking(let triesLeft) = self { Int(triesLeft) } else { nil }
    }
}

extension GuestStage {
    fileprivate var key: Key {
        switch self {
        case .knocking, .slotTaken: .guestKnocking
        case .answered: .guestAnswered
        case .checking: .guestChecking
        }
    }
}

extension Provenance {
    fileprivate var key: Key {
        switch self {
        case .camera: .proofCamera
        case .carried: .proofCarried
        case .locked: .proofLocked
        }
    }
}

extension Wish {
    fileprivate var key: Key? {
        switch self {
        case .nobody: nil
        case .ours: .compareAsked
        case .theirs: .compareOffered
        }
    }
}

extension Reached {
    fileprivate var key: Key {
        switch self {
        case .messages, .text: .limitMessages
        case .files: .limitFiles
        }
    }
}

extension TrustLevel {
    fileprivate var key: Key {
        switch self {
        case .unverified: .trustUnverified
        case .introduced: .trustIntroduced
        case .answerChecked: .trustAnswerChecked
        case .verified: .trustVerified
        }
    }
}

extension TrustReason {
    fileprivate var key: Key {
        switch self {
        case .openLink: .reasonOpenLink
        case .sawTheCode: .reasonSawTheCode
        case .theirQuestion: .reasonTheirQuestion
        case .byYourWord: .reasonByYourWord
        case .introduced: .reasonIntroduced
        case .lockedLink: .reasonLockedLink
        case .answered: .reasonAnswered
        case .scanned: .reasonScanned
        case .compared: .reasonCompared
        case .different: .reasonDifferent
        }
    }
}

extension Core.ErrorKind {
    fileprivate var key: Key {
        switch self {
        case .expired: .kindExpired
        case .taken: .kindTaken
        case .notReached: .kindNotReached
        case .wentAway: .kindWentAway
        case .notTheInviter: .kindNotTheInviter
        case .answersDiffer: .kindAnswersDiffer
        case .leftAfterAnswer: .kindLeftAfterAnswer
        case .burned: .kindBurned
        case .noRoute: .kindNoRoute
        case .noNetwork: .kindNoNetwork
        case .moved: .kindMoved
        case .cancelled: .kindCancelled
        case .lost: .kindLost
        case .theyLeft: .kindTheyLeft
        case .rulesBroken: .kindRulesBroken
        case .nothingFound: .kindNothingFound
        case .incomplete: .kindIncomplete
        case .newerVersion: .kindNewerVersion
        case .severalFound: .kindSeveralFound
        case .tooLarge: .kindTooLarge
        case .notAPicture: .kindNotAPicture
        case .noCode: .kindNoCode
        case .wrongReply: .kindWrongReply
        case .wrongThing: .kindWrongThing
        case .wrongAnswer: .kindWrongAnswer
        case .badText: .kindBadText
        case .notAServer: .kindNotAServer
        case .tooExpensive: .kindTooExpensive
        case .declined: .kindDeclined
        case .storageFull: .kindStorageFull
        case .storage: .kindStorage
        case .tooMany: .kindTooMany
        case .busy: .kindBusy
        case .notNow: .kindNotNow
        case .vaultLocked: .kindVaultLocked
        case .vaultFailed: .kindVaultFailed
        case .device: .kindDevice
        case .shutDown: .kindShutDown
        case .internal: .kindInternal
        case .tooManyFiles: .kindTooManyFiles
        case .tooOften: .kindTooOften
        case .refused: .kindRefused
        }
    }
}

extension Remedy {
    fileprivate var key: Key? {
        switch self {
        case .nothing: nil
        case .askAgain: .remedyAskAgain
        case .inviteAgain: .remedyInviteAgain
        case .tryTogether: .remedyTryTogether
        case .checkNetwork: .remedyCheckNetwork
        case .update: .remedyUpdate
        case .handInAnother: .remedyHandInAnother
        case .retype: .remedyRetype
        case .makeRoom: .remedyMakeRoom
        case .finishFirst: .remedyFinishFirst
        case .unlock: .remedyUnlock
        case .restart: .remedyRestart
        case .wait: .remedyWait
        }
    }

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
