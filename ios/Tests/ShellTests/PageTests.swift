import Foundation
import XCTest

@testable import Shell

/// What the screens say, in every language, and that each leads on.
final class PageTests: XCTestCase {
    private static let handout = Handout(link: "https://x/#a", text: "handfast:a", symbol: "https://x/#123")

    private static let home: Home = {
        var home = Home()
        for name in [nil, "Ana", "%1$@"] {
            for expiry in [nil, UInt64(600)] {
                home.waiting.append(Waiting(id: "g1", ours: name == "Ana", name: name, expiresAt: expiry))
            }
            home.underWay += [
                UnderWay(id: 1, with: .host(name), status: .guestKnocking),
                UnderWay(id: 2, with: .person(name ?? ""), status: .underWayTalking),
            ]
            home.people.append(
                Contact(id: "1", name: name ?? "", trust: .trustVerified, reason: .reasonCompared, since: 1))
        }
        home.underWay.append(UnderWay(id: 3, with: .guest, status: .hostWaiting))
        return home
    }()

    private static let found = [
        FoundToken(what: .foundInvitation, name: "Mira", expiresAt: 4_102_444_800), FoundToken(what: .foundInvitation),
        FoundToken(what: .foundReply), FoundToken(what: .foundLocked), FoundToken(what: .foundBundle),
    ]

    /// Every screen in every state that it can be in.
    private static let screens: [Screen] = {
        var all: [Screen] = [
            .welcome, .keyLost, .notOpened(NotOpened(what: .kindKeyStoreLocked, canStartAnew: false)),
            .notOpened(NotOpened(what: .kindStorageFull, next: .remedyMakeRoom, way: .storageSettings)), .which(found),
            .toWhom(ToWhom(names: [], text: nil, people: [])), .help(.hotspot),
            .help(.links),
            .home(home), .home(Home()), .person(home.people[0]),
            .person(
                Contact(
                    id: "1", name: "Ana", trust: .trustVerified, reason: .reasonCompared, since: 1, isFrozen: true,
                    isReplaced: true)),
            .outlook(nil),
            .lockMessage(LockMessage(text: "", mostQuestions: 5)),
            .lockMessage(LockMessage(text: "x", mostQuestions: 5, strength: .strengthFair, isUseless: false)),
            .openedMessage(OpenedMessage(text: "under the third stone")),
            .question(Question(questions: ["Our dog?"], isMessage: true)),
            .ask(name: "Mira"), .disappearing, .search(Search(name: "Mira")),
            .search(Search(name: "Mira", words: "boat")),
            .search(
                Search(
                    name: "Mira", words: "boat", hits: [Hit(ours: true, text: "The boat is blue.", at: 1)],
                    hasMore: true)),
            .search(Search(name: "Mira", words: "boat", isLooking: true)),
            .handOn(HandOn(name: "Mira", messages: 0, isAll: true, path: "/m.handfast", handout: handout)),
            .handOn(HandOn(name: "Mira", messages: 40, isAll: false, path: "/m.handfast")),
            .protect, .preparing(isKept: true), .preparing(isKept: false),
            .opened(Opened(name: "fox.jpg", type: "image/jpeg", size: 7, path: "/fox.jpg")),
        ]
        for code in [nil, SecondCode(characters: "GAYTE", words: "acorn actor")] {
            all.append(.sealed(Sealed(name: "fox.jpg.handfast", size: 7, path: "/fox", code: code)))
            for strength in [nil] + Key.allCases.filter({ $0.rawValue.hasPrefix("strength_") }) {
                all.append(.lock(Lock(name: "fox.jpg", size: 7, strength: strength, code: code, hint: .kindBadText)))
            }
        }
        let causes = Key.allCases.filter { $0.rawValue.hasPrefix("cause_") }
        all += ([nil] + causes).map { .reply(Reply(handout: handout, hint: $0)) }
        all += [nil, Key.kindNotAServer].map {
            .settings(Settings(chosen: Preferences(), usual: ["one.example:1", "two.example:2"], hint: $0))
        }
        func keys(_ prefix: String) -> [Key] { Key.allCases.filter { $0.rawValue.hasPrefix(prefix + "_") } }
        for opening in keys("opening") {
            for port in [nil] + keys("port") {
                let works = keys("situation").flatMap { situation in
                    keys("chance").map { Expected(situation: situation, chance: $0, needsIPv6: $0 == .chanceYes) }
                }
                let asked = port == nil ? [] : ["one.example:1", "two.example:2"]
                all.append(.outlook(Report(ipv4: opening, ipv6: opening, port: port, works: works, asked: asked)))
            }
        }
        for busy in [true, false] {
            for questions in [[], ["Our dog?"], ["One?", "Two?"]] {
                for hint in [nil, Key.kindWrongAnswer] {
                    for tries in [nil, 1, 3] {
                        all.append(
                            .question(Question(questions: questions, triesLeft: tries, hint: hint, isBusy: busy)))
                    }
                }
            }
        }
        let symbols = ["elephant", "fir tree"].map { Pictograph(picture: "x", name: .symbol($0)) }
        all.append(.compare(Compare(name: "Ana", symbols: symbols, digits: ["0001", "0002", "0003"])))
        let stages: [Key] = [
            .hostWaiting, .hostTheyAreHere, .hostScanTheirCode, .hostShowAgain, .hostChecking, .hostAsking,
            .hostOffline,
        ]
        for stage in stages {
            for sent in [true, false] {
                all.append(
                    .showCode(
                        ShowCode(
                            stage: stage, scanNow: stage == .hostScanTheirCode,
                            triesLeft: stage == .hostAsking ? 2 : nil, expiresAt: 600,
                            invitation: handout, sent: sent, hint: sent ? .invitationOutdated : nil)))
            }
        }
        for wanted in [Wanted.invitation, .reply] {
            for camera in [Camera.asking, .running, .denied, .missing] {
                for hint in [nil, Key.scanNotOurs, .cameraDenied, .cameraMissing, .kindNewerVersion] {
                    all.append(.scan(Scan(wanted: wanted, camera: camera, hint: hint)))
                }
            }
        }
        for name in [nil, "Ana", "%1$@"] {
            for proof in [Key.proofCamera, .proofCarried, .proofLocked] {
                all.append(
                    .confirm(Confirm(name: name, question: name, proof: proof, expiresAt: name == nil ? nil : 9)))
            }
        }
        for stage in [Key.guestKnocking, .guestAnswered, .guestChecking, .guestOffline] {
            for hint in [nil, Key.localNetworkDenied] + causes {
                all.append(.connecting(Connecting(stage: stage, hint: hint)))
            }
        }
        for trust in [Key.trustUnverified, .trustIntroduced, .trustAnswerChecked, .trustVerified] {
            for name in ["", "רות"] {
                all.append(
                    .conversation(
                        Conversation(
                            name: name, trust: trust, reason: .reasonScanned, line: .lineInterrupted,
                            compare: name.isEmpty ? .compareAsked : .compareOffered,
                            limit: name.isEmpty ? .limitFiles : .limitMessages, isHeld: !name.isEmpty)))
            }
        }
        for kind in Key.allCases where kind.rawValue.hasPrefix("kind_") {
            for way in Way.allCases {
                all.append(.ended(Ended(what: kind, next: .remedyAskAgain, way: way)))
            }
        }
        return all + Sample.all.map(\.screen)
    }()

    func testEveryScreenHasAWayOn() {
        for screen in Self.screens {
            let page = Page(screen)
            let labels = page.everything.map(\.label)
            XCTAssertEqual(Set(labels).count, labels.count, "two buttons alike: \(screen)")
            if !screen.isHome && screen != .welcome && screen != .keyLost && screen.notOpened == nil {
                let leads = page.choices.contains { choice in
                    if case .compared(_, .later) = choice.action { true } else { choice.action == .back }
                }
                XCTAssertTrue(page.leave != nil || leads, "no way back: \(screen)")
            } else {
                XCTAssertFalse(page.everything.isEmpty)
            }
        }
    }

    func testEveryScreenIsDrawn() {
        func kind(_ screen: Screen) -> String { String("\(screen)".prefix { $0 != "(" }) }
        let names = Sample.all.map(\.name)
        XCTAssertEqual(Set(names).count, names.count)
        XCTAssertTrue(names.allSatisfy { $0.wholeMatch(of: /[a-z-]+/) != nil })
        XCTAssertEqual(Set(Self.screens.map(kind)).subtracting(Sample.all.map { kind($0.screen) }), [])
    }

    func testWhatCannotBeUndoneIsAskedFirst() {
        for screen in Self.screens {
            let page = Page(screen)
            for choice in page.everything + page.waiting.flatMap(\.more) {
                switch choice.action {
                case .goodbye, .giveUp, .withdraw, .forget, .startAnew, .block(_, true):
                    XCTAssertNotNil(choice.asks, "\(choice)")
                default: XCTAssertNil(choice.asks, "\(choice)")
                }
            }
        }
    }

    func testLeavingAScreenEndsNothing() {
        for screen in Self.screens {
            // What ends something says so, on a button of its own.
            let ends = Page(screen).everything.filter { $0.action == .back }.map(\.label)
            XCTAssertTrue(Set(ends).isSubset(of: [.putAside, .backHome, .notNow, .stop]), "\(ends)")
            if ends.contains(.stop) { XCTAssertEqual(screen, .preparing(isKept: false)) }
        }
    }

    func testTheCameraIsNeverTheOnlyWay() {
        for case .scan(let scan) in Self.screens {
            let actions = Page(.scan(scan)).everything.map(\.action)
            for errand in [Errand.paste, .pickPicture, .pickFile] {
                XCTAssertTrue(actions.contains(.errand(errand)))
            }
        }
    }

    func testACodeThatWasOnlyToBeShownIsNotSent() {
        for case .showCode(let code) in Self.screens {
            let shares = Page(.showCode(code)).everything.contains {
                if case .errand(.share) = $0.action { true } else { false }
            }
            XCTAssertEqual(shares, code.sent)
        }
    }

    func testTheirCodeCanAlwaysBeScannedInstead() {
        for case .showCode(let code) in Self.screens {
            let actions = Page(.showCode(code)).choices.map(\.action)
            XCTAssertTrue(actions.contains(.scan))
            if code.scanNow || !code.sent { XCTAssertEqual(actions.first, .scan) }
        }
    }

    func testWhileNobodyServesTheHostOfLinksAPictureComesFirst() {
        for (isTappable, first) in [(true, Key.shareAsLink), (false, .shareAsPicture)] {
            var handout = Self.handout
            handout.isTappable = isTappable
            let code = ShowCode(
                stage: .hostWaiting, scanNow: false, triesLeft: nil, expiresAt: 9, invitation: handout, sent: true)
            for page in [Page(.showCode(code)), Page(.reply(Reply(handout: handout)))] {
                XCTAssertEqual(page.choices.first?.label, first)
                let pastes = page.everything.contains { $0.action == .errand(.share(.pasted(handout.link))) }
                XCTAssertEqual(pastes, !isTappable)
            }
        }
        XCTAssertFalse(Setup.isServed("handfast.example"))
        XCTAssertFalse(Setup.isServed(nil))
        XCTAssertTrue(Setup.isServed("hand.fast"))
        XCTAssertTrue(Setup.isServed("notexample"))
    }

    func testNoNetworkInCommonLeadsToAHotspot() {
        for hint in [Key.causeKeptApart, .causeOnlyLocal, .causeNoCommonFamily] {
            let page = Page(.connecting(Connecting(stage: .guestKnocking, hint: hint)))
            XCTAssertTrue(page.choices.contains { $0.action == .help(.hotspot) })
        }
    }

    func testWhereTheLocalNetworkIsForbiddenTheSettingsAreOfferedOnBothSides() {
        let code = ShowCode(
            stage: .hostWaiting, scanNow: false, triesLeft: nil, expiresAt: 9, invitation: Self.handout, sent: false,
            hint: .localNetworkDenied)
        let pages = [
            Page(.showCode(code)), Page(.reply(Reply(handout: Self.handout, hint: .localNetworkDenied))),
            Page(.connecting(Connecting(stage: .guestKnocking, hint: .localNetworkDenied))),
        ]
        for page in pages {
            XCTAssertTrue(page.choices.contains { $0.action == .errand(.settings(.app)) })
        }
    }

    func testWhatStandsInTheWayIsSaid() {
        for screen in Self.screens {
            let hint =
                switch screen {
                case .showCode(let code): code.hint
                case .connecting(let connecting): connecting.hint
                case .reply(let reply): reply.hint
                default: Key?.none
                }
            if let hint { XCTAssertTrue(Page(screen).lines.contains(Phrase(hint)), "\(screen)") }
        }
    }

    func testOnlyWhatIsKeptIsPutAsideBeforeItIsShown() {
        for isKept in [true, false] {
            let page = Page(.preparing(isKept: isKept))
            XCTAssertTrue(page.isBusy)
            XCTAssertEqual(page.choices.map(\.action), isKept ? [.back, .stop] : [.back])
        }
    }

    func testWhatIsUnderWayIsShownByItsRow() {
        let rows = Page(.home(Self.home)).underWay
        XCTAssertEqual(rows.map(\.open), Self.home.underWay.map { Choice(.underWayShow, .show($0.id)) })
        XCTAssertEqual(rows.first?.title, Phrase(.waitingTheirsUnknown))
        XCTAssertEqual(rows.first?.status, Phrase(.guestKnocking))
        XCTAssertEqual(rows.last?.title, Phrase(.waitingOurs))
        XCTAssertEqual(rows.compactMap(\.initial), ["?", "A", "1"])
    }

    func testAConversationThatIsOverHasNothingLeftToDoInIt() {
        var conversation = Conversation(
            name: "Ana", trust: .trustVerified, reason: .reasonCompared, line: nil, compare: .compareAsked,
            limit: .limitFiles, isHeld: true, canVouch: true)
        XCTAssertTrue(Page(.conversation(conversation)).everything.contains { $0.action == .goodbye })
        conversation.end(.kindTheyLeft)
        let page = Page(.conversation(conversation))
        XCTAssertEqual(page.conversation?.isOver, true)
        XCTAssertEqual(page.status, Phrase(.kindTheyLeft))
        XCTAssertEqual(page.everything.map(\.action), [.stop])
    }

    func testWhatIsTypedInSecretIsHiddenFromPicturesOfTheScreen() {
        for screen in Self.screens {
            switch screen {
            case .question, .protect, .lock, .lockMessage, .openedMessage, .ask: XCTAssertTrue(Page(screen).isSecret)
            case .movingIn(let copy): XCTAssertEqual(Page(screen).isSecret, copy.found == nil)
            case .sealed(let sealed): XCTAssertEqual(Page(screen).isSecret, sealed.code != nil)
            default: XCTAssertFalse(Page(screen).isSecret)
            }
        }
    }

    func testTheScreenStaysOnWhileNobodyTouchesIt() {
        for screen in Self.screens {
            let (isCode, page) = (screen.code != nil || screen.reply != nil, Page(screen))
            XCTAssertEqual(page.isBright, isCode || screen.isHandedOnAsCode)
            switch screen {
            case .handOn: XCTAssertEqual(page.isAwake, screen.isHandedOnAsCode)
            case .showCode, .reply, .connecting, .preparing, .scan, .compare: XCTAssertTrue(page.isAwake)
            default: XCTAssertFalse(page.isAwake)
            }
            XCTAssertEqual(page.needsNeighbours, isCode || screen.connecting != nil)
        }
    }

    func testEveryLanguageSaysEverySentence() throws {
        for (language, strings) in try Catalog.all() {
            for key in Key.allCases {
                XCTAssertTrue(strings.has(key.rawValue), "\(key.rawValue) in \(language)")
            }
            for screen in Self.screens {
                let page = Page(screen)
                let phrases =
                    [page.title, page.status].compactMap { $0 } + page.lines + page.questions
                    + page.symbols.map(\.name) + page.steps.map(\.text)
                    + page.everything.compactMap(\.asks?.title)
                    + (page.underWay + page.waiting).flatMap { [$0.title, $0.status].compactMap { $0 } }
                for phrase in phrases {
                    Self.check(phrase, in: strings, language)
                    XCTAssertFalse(phrase.text(in: strings).isEmpty)
                }
            }
        }
    }

    func testWhatSomebodyWroteIsNoSentence() throws {
        let confirm = Confirm(name: "%1$@ %2$@", question: nil, proof: .proofCarried, expiresAt: nil)
        let english = try XCTUnwrap(try Catalog.all()["en"])
        let title = Page(.confirm(confirm)).title.text(in: english)
        XCTAssertEqual(title, "Connect to \u{2068}%1$@ %2$@\u{2069}?")
        XCTAssertEqual(Phrase.counted(.triesLeft, 1).text(in: english), "1 answer left")
        XCTAssertEqual(Phrase.counted(.triesLeft, 3).text(in: english), "3 answers left")
        XCTAssertEqual(Phrase.symbol("fir tree").text(in: english), "fir tree")
    }

    func testRowsOfFiles() {
        func row(_ state: Key, done: UInt64? = nil, path: String? = nil) -> RowPage {
            let row = FileRow(number: 3, ours: false, name: "a", size: 2_500_000, state: state, done: done, path: path)
            return RowPage(.file(row), locale: Locale(identifier: "de"))
        }
        XCTAssertEqual(row(.fileOffered).choices, [.accept(3), .decline(3)])
        XCTAssertEqual(row(.fileMoving, done: 1_000_000).choices, [.cancel(3)])
        XCTAssertEqual(row(.fileMoving, done: 1_000_000).progress, 0.4)
        XCTAssertEqual(
            row(.fileMoving, done: 1_000_000).status,
            Phrase(.fileLine, Phrase(.fileProgress, .verbatim("1,0 MB"), .verbatim("2,5 MB")), Phrase(.fileMoving)))
        XCTAssertEqual(row(.fileReceived, path: "/a").choices, [.open("/a"), .save("/a")])
        var moving = FileRow(
            number: 3, ours: true, name: "a", size: 2_500_000, state: .fileMoving, done: 500_000, path: nil)
        XCTAssertNil(RowPage(.file(moving)).pace)
        moving.rate = 900_000
        XCTAssertEqual(moving.secondsLeft, 3)
        XCTAssertEqual(
            RowPage(.file(moving), locale: Locale(identifier: "de")).pace,
            Phrase(.fileLine, Phrase(.fileRate, .verbatim("900 kB")), Phrase(.fileTimeLeft, .verbatim("3 s"))))
        XCTAssertEqual(row(.kindLost).choices, [])
    }

    func testAmountsAndTimes() {
        let english = Locale(identifier: "en")
        XCTAssertEqual(amount(0, locale: english), "0 B")
        XCTAssertEqual(amount(999, locale: english), "999 B")
        XCTAssertEqual(amount(1500, locale: english), "1.5 kB")
        XCTAssertEqual(amount(123_456_789, locale: english), "123 MB")
        XCTAssertTrue(amount(.max, locale: english).hasSuffix(" TB"))
        XCTAssertEqual(timeLeft(until: 700, now: 95), "10:05")
        XCTAssertEqual(timeLeft(until: 86_400, now: 60), "23:59 h")
        XCTAssertEqual(timeLeft(until: 1, now: 5), "0:00")
    }

    func testSecretsDoNotPrintThemselves() {
        for secret in [
            "\(Self.handout)", "\(Share.link("https://x/#a"))", "\(Screen.reply(Reply(handout: Self.handout)))",
        ] {
            XCTAssertFalse(secret.contains("#a"), secret)
        }
        var dumped = ""
        dump(Screen.reply(Reply(handout: Self.handout)), to: &dumped)
        XCTAssertFalse(dumped.contains("#a"), dumped)
    }

    func testOwnAddressesAreNumbers() {
        for address in localAddresses() {
            XCTAssertTrue(address.contains(".") || address.contains(":"), address)
            XCTAssertNotEqual(address, "127.0.0.1")
        }
    }

    func testANeighbourIsOnTheSameNetwork() {
        XCTAssertEqual(neighbour(of: ["fe80::1%en0", "192.168.1.20"]), "192.168.1.1")
        XCTAssertEqual(neighbour(of: ["10.0.0.1"]), "10.0.0.2")
        XCTAssertEqual(neighbour(of: ["172.31.4.5", "10.0.0.1"]), "172.31.4.1")
        XCTAssertNil(neighbour(of: ["203.0.113.5", "172.32.0.9", "1.2.3", "fd00::1"]))
        XCTAssertNil(neighbour(of: []))
    }

    /// As many places as there are arguments, all the way down.
    private static func check(_ phrase: Phrase, in strings: Catalog, _ language: String) {
        guard case .said(let key, let arguments) = phrase else { return }
        let places = strings.sentence(key.rawValue).ranges(of: /%[1-9]\$@/).count
        XCTAssertEqual(places, arguments.count, "\(key.rawValue) in \(language)")
        for argument in arguments { check(argument, in: strings, language) }
    }
}

extension Page {
    /// Every button.
    var everything: [Choice] { tiles.map(\.choice) + choices + (chips?.choices ?? []) + menu }
}

/// The app's own sentences in one language.
private struct Catalog: Language {
    private var sentences: [String: String] = [:]
    private var counted: [String: [String: String]] = [:]

    func has(_ key: String) -> Bool { sentences[key] != nil || counted[key]?["other"] != nil }

    func sentence(_ key: String) -> String { sentences[key] ?? "" }

    func sentence(_ key: String, count: Int) -> String {
        let form = counted[key]?[count == 1 ? "one" : "other"] ?? ""
        return form.replacing("%lld", with: "\(count)")
    }

    static func all() throws -> [String: Catalog] {
        struct File: Decodable {
            struct Entry: Decodable {
                struct Unit: Decodable { let value: String }
                struct Form: Decodable { let stringUnit: Unit }
                struct Variations: Decodable { let plural: [String: Form] }
                struct Localization: Decodable {
                    let stringUnit: Unit?
                    let variations: Variations?
                }
                let localizations: [String: Localization]
            }
            let strings: [String: Entry]
        }
        let path = URL.repository.appendingPathComponent("ios/App/Resources/Localizable.xcstrings")
        let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: path))
        var languages: [String: Catalog] = [:]
        for (key, entry) in file.strings {
            for (language, localization) in entry.localizations {
                if let unit = localization.stringUnit {
                    languages[language, default: Catalog()].sentences[key] = unit.value
                }
                if let forms = localization.variations?.plural {
                    languages[language, default: Catalog()].counted[key] = forms.mapValues(\.stringUnit.value)
                }
            }
        }
        XCTAssertEqual(Set(languages.keys), ["de", "en"])
        return languages
    }
}

extension Screen {
    /// What waits for somebody is shown as a code.
    fileprivate var isHandedOnAsCode: Bool {
        if case .handOn(let what) = self { what.handout != nil } else { false }
    }
}
