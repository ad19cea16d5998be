import Foundation
import Observation

/// What the app shows and what a person can do, without a line of UIKit in it. Views read `screen`, `rows`
/// and `notice` and call the functions; every function returns at once, and what comes of it is seen in
/// the state.
///
/// Any number of sessions are under way at once: invitations on either side, and conversations. One of them is
/// on the stage, or none, and then home lists them. What a person does goes to the one that was on the stage
/// when they did it.
@MainActor @Observable
public final class AppModel {
    /// The screen to show.
    public private(set) var screen: Screen = .home(Home())
    /// What is at home, which a wide window shows beside the screen.
    public private(set) var home = Home()
    /// The rows of the conversation on the stage.
    public private(set) var rows: [Row] = []
    /// What goes on, for whoever tells of it while nobody looks.
    public private(set) var ongoing: [Ongoing] = []
    /// What the platform is to do now, without another touch, until `begun()`.
    public private(set) var due: Errand?
    /// Something to say beside the screen, until `noticed()`.
    public private(set) var notice: Notice?
    /// Nothing that is under way needs the other side, so that the app may be put aside without loss.
    public private(set) var isAtRest = true
    /// The session on the stage; none at home.
    @ObservationIgnored public private(set) var front: UInt64? {
        didSet { drawRows() }
    }

    /// Everything that a person does, one thing after the other.
    @ObservationIgnored private let lane: AsyncStream<Step>.Continuation
    @ObservationIgnored private nonisolated let scanner = FrameScanner()

    @ObservationIgnored private var device: Device?
    /// What is under way, in the order in which it was begun; and what is over and still on the stage.
    @ObservationIgnored private(set) var sessions: [Session] = []
    /// While a session begins, which goes to the stage, what is told meanwhile waits: otherwise its end might
    /// be taken for that of one in the background.
    @ObservationIgnored private var unheard: [Event]?
    /// Why nothing is open; and what was asked for since then, which is done once something is.
    @ObservationIgnored private var hindrance: Screen?
    @ObservationIgnored private var postponed: [Work] = []
    @ObservationIgnored private var scanning: Scan?
    /// Also what is under way.
    @ObservationIgnored private var waiting: [Waiting] = []
    @ObservationIgnored private var people: [Contact] = []
    /// Who of the people is looked at.
    @ObservationIgnored private var person: String? {
        didSet { if person != oldValue { aside = nil } }
    }
    /// What is done with somebody beside writing to them.
    @ObservationIgnored private var aside: Aside? {
        didSet {
            if case .handOn(let before) = oldValue, aside == nil { Copy(URL(fileURLWithPath: before.path)).remove() }
        }
    }
    @ObservationIgnored private var settings: Settings?
    @ObservationIgnored private var topic: Topic?
    /// What works from here is looked at; a number for each time, so that what comes too late is recognised.
    @ObservationIgnored private var outlook: (turn: Int, report: Report?)?
    @ObservationIgnored private var turn = 0
    /// The app is on the display.
    @ObservationIgnored private var isSeen = true
    /// None until it was found out.
    @ObservationIgnored private var localNetworkAllowed: Bool?
    /// Opens what came while the person was asked about something else.
    @ObservationIgnored private var held: Opening?
    /// A reply that was sent, until the person agrees.
    @ObservationIgnored private var offered: Token?
    /// What was found in a picture or file, until the person says which of it is meant.
    @ObservationIgnored private var found: [Token] = []
    /// What is said once the person has decided about what the notice asks.
    @ObservationIgnored private var unsaid: [Notice] = []
    @ObservationIgnored private let lockbox = Lockbox()
    /// A question of ours is being made up.
    @ObservationIgnored private var isProtecting = false
    /// What is to be sent to somebody who is not chosen yet; and whether they are being chosen.
    @ObservationIgnored private var sharing: (what: Shared, isAsked: Bool)?
    @ObservationIgnored private let owner: OwnName?
    @ObservationIgnored private let isHostServed: Bool
    /// What links begin with: in this build, and as the person wants it.
    @ObservationIgnored private let usualLinks: String
    @ObservationIgnored private let links: OwnLinks?
    @ObservationIgnored private var ownLinks: String?
    /// All that leaves this phone goes through a VPN.
    @ObservationIgnored private var isTunnelled = false
    /// How the invitation that is being made is to be handed on at once.
    @ObservationIgnored private var form: Form?
    /// Opens the core; and the folder and key store of what it keeps.
    @ObservationIgnored private var opening: (@Sendable () throws -> Device)?
    @ObservationIgnored private var kept: (folder: String, keys: any KeyStore)?
    /// Where this phone is, as it said last.
    @ObservationIgnored private var place: (addresses: [String], router: String?)?
    /// Tells that the person said what they are called.
    @ObservationIgnored private let introduced: AsyncStream<Void>.Continuation

    private enum Aside {
        case asking, answering, disappearing
        case searching(contact: String, Search, Searching?)
        case handOn(HandOn)

        /// Nothing comes of it with somebody who has left.
        var needsThem: Bool {
            switch self {
            case .asking, .answering, .disappearing: true
            case .searching, .handOn: false
            }
        }
    }

    private typealias Work = @MainActor @Sendable (AppModel, Device) async throws -> Void
    private typealias Opening = Work
    private typealias SessionWork = @MainActor @Sendable (Device, UInt64) async throws -> Void

    private enum Step {
        case work(Work)
        /// Opens what is kept, if it is not open; or begins anew without it.
        case open(isAnew: Bool)
        /// Somebody waits for everything before this.
        case settled(CheckedContinuation<Void, Never>)
    }

    /// `owner`: what the person is called, who is asked for it before anything is opened; none where nobody is
    /// to be asked.
    public init(
        _ setup: Setup, keys: any KeyStore, owner: OwnName? = nil, links: OwnLinks? = nil,
        names: (any NameService)? = nil
    ) {
        let (steps, lane) = AsyncStream.makeStream(of: Step.self)
        let (told, teller) = AsyncStream.makeStream(of: Event.self)
        let (named, introduced) = AsyncStream.makeStream(of: Void.self)
        self.lane = lane
        self.owner = owner
        isHostServed = setup.isHostServed
        usualLinks = setup.linkBase ?? Setup.usualLinks
        self.links = links
        self.introduced = introduced
        lockbox.show = { [weak self] in self?.show() }
        Task {
            for await told in told { self.hear(told) }
        }
        Task {
            if await self.isNamed(named) {
                var setup = setup
                setup.name = owner?.read() ?? setup.name
                self.opening = { @Sendable [setup] in
                    try Device(setup, keys: keys, names: names) { teller.yield($0) }
                }
                self.kept = (setup.folder, keys)
                await self.run(steps)
            }
            teller.finish()
        }
    }

    #if DEBUG
    /// One that has no core: what is asked of it is left.
    init() {
        lane = AsyncStream.makeStream(of: Step.self).continuation
        introduced = AsyncStream.makeStream(of: Void.self).continuation
        owner = nil
        isHostServed = true
        usualLinks = Setup.usualLinks
        links = nil
    }

    func draw(_ screen: Screen, rows: [Row], home: Home) {
        self.screen = screen
        self.rows = rows
        self.home = home
    }
    #endif

    // MARK: What a person does

    /// The person is called this, now that they are asked for the first time. What came meanwhile is opened then.
    public func welcome(_ name: String) {
        do {
            try owner?.keep(name)
            introduced.yield()
        } catch {
            say(Notice(what: .kindStorage))
        }
    }

    /// Throws away what cannot be opened, and begins as on the first day. Received files stay.
    public func startAnew() {
        switch screen {
        case .keyLost: lane.yield(.open(isAnew: true))
        case .notOpened(let closed) where closed.canStartAnew: lane.yield(.open(isAnew: true))
        default: break
        }
    }

    /// The person wants to be called something else, from the next invitation and the next meeting on.
    public func rename(_ name: String) {
        act { model, device in
            let name = OwnName.fit(name)
            guard let owner = model.owner, name != owner.read() else { return }
            guard (try? owner.keep(name)) != nil else { return model.say(Notice(what: .kindStorage)) }
            try await device.rename(name)
            model.settings?.name = name
            model.show()
        }
    }

    /// Shows how to get over something.
    public func help(_ topic: Topic) {
        act { model, _ in
            model.topic = topic
            model.show()
        }
    }

    /// Makes an invitation and shows its code; or, to be sent, makes one that lives for a day. One that is on
    /// the stage is taken back for it. A guest has to know the answer of a `protection`. Once it is there, it is
    /// `due` to be handed on in this `form`.
    public func invite(send: Bool, protection: Protection? = nil, form: Form? = nil) {
        act { model, device in
            model.scanning = nil
            if let before = model.onStage, before.isInvitation { try await device.withdraw(before.id) }
            let session = try await model.begin { try await device.invite(send: send, protection: protection) }
            model.change(session) { $0.isOurs = true }
            model.form = form
            model.show()
        }
    }

    /// What was `due` is under way.
    public func begun() {
        due = nil
    }

    /// Begins to make up a question for the next guest; `invite` ends it.
    public func protect() {
        act { model, _ in
            model.isProtecting = true
            model.show()
        }
    }

    /// Answers what the other side asks, or what something locked asks, which may need a `code` too.
    public func answer(_ answers: [String], code: String? = nil) {
        act { [front, isForLockbox = lockbox.screen != nil] model, device in
            if isForLockbox {
                model.lockbox.answer(answers, code: code, device)
                return model.show()
            }
            guard let session = model.sessions.first(where: { $0.id == front }) else { return }
            model.aside = nil
            guard session.isLocked else {
                return try await device.answer(session.id, answers.first ?? "")
            }
            do {
                try await device.unlock(session.id, answers: answers, code: code)
            } catch let refusal as Refusal where refusal.isBadText {
                model.change(session.id) { $0.typed = refusal.notice.what }
                model.show()
            }
        }
    }

    /// Begins to make up a question for whoever is on the stage; `ask` ends it.
    public func askThem() {
        turnAside(to: .asking)
    }

    /// Asks whoever is on the stage, to make sure who they are. What cannot be asked is still there then.
    public func ask(_ question: String, expecting answer: String) {
        act { [front] model, device in
            guard let front else { return }
            try await device.ask(front, question, expecting: answer)
            model.aside = nil
            model.show()
        }
    }

    /// Begins to answer the question of whoever is on the stage.
    public func answerThem() {
        turnAside(to: .answering)
    }

    /// Gives no answer to their question.
    public func noAnswer() {
        turnAside(to: nil)
        onStage { device, session in try await device.noAnswer(session) }
    }

    /// Begins to choose how long what both write is to last.
    public func chooseLife() {
        turnAside(to: .disappearing)
    }

    /// Proposes that what both write disappears so many seconds after it was seen, or stays; or agrees to that.
    public func disappear(after: UInt64?) {
        turnAside(to: nil)
        onStage { device, session in try await device.disappear(session, after: after) }
    }

    /// Begins to look for words in what was said with somebody.
    public func search(_ id: String) {
        act { model, _ in
            guard let one = model.people.first(where: { $0.id == id }) else { return }
            model.aside = .searching(contact: id, Search(name: one.name), nil)
            model.show()
        }
    }

    /// Looks for these words; with those that were looked for, for more.
    public func look(for words: String) {
        act { model, device in
            guard case .searching(let contact, var screen, var searching) = model.aside, !screen.isLooking,
                words.contains(where: { !$0.isWhitespace })
            else { return }
            if words != screen.words || searching == nil {
                screen = Search(name: screen.name, words: words)
                searching = try device.search(contact, words)
            }
            screen.isLooking = true
            model.aside = .searching(contact: contact, screen, searching)
            model.show()
            guard let searching else { return }
            Task {
                let found = await Result { try await searching.more() }
                model.act { model, _ in
                    // The person may have left meanwhile.
                    guard case .searching(contact, var screen, _) = model.aside, screen.words == words else { return }
                    let page = try? found.get()
                    screen.isLooking = false
                    screen.hits += page ?? []
                    screen.hasMore = page != nil
                    model.aside = .searching(contact: contact, screen, searching)
                    model.show()
                    _ = try found.get()
                }
            }
        }
    }

    /// Shows what waits for somebody, to be handed on by whoever carries it.
    public func handOn(_ id: String) {
        act { model, device in
            guard let one = model.people.first(where: { $0.id == id }) else { return }
            model.aside = .handOn(try await device.bundle(id, one.name))
            model.show()
        }
    }

    private func turnAside(to aside: Aside?) {
        act { model, _ in
            model.aside = aside
            model.show()
        }
    }

    /// Begins to lock a file, which is read when `done` is called.
    public func lock(_ file: URL, then done: @escaping @Sendable () -> Void = {}) {
        act { model, _ in
            Task {
                let copied = await Task.detached { try Copy(of: file) }.result
                done()
                switch copied {
                case .success(let copy) where model.isOccupied:
                    // The file itself is where it was.
                    copy.remove()
                    model.say(Notice(what: .kindBusy, next: .remedyFinishFirst))
                case .success(let copy):
                    model.scanning = nil
                    model.lockbox.lock(copy)
                    model.show()
                case .failure: model.say(Notice(what: .kindStorage))
                }
            }
        }
    }

    /// Shows what it takes to go on with another phone.
    public func move() {
        act { model, _ in
            model.lockbox.move(isNew: model.isNew)
            model.show()
        }
    }

    /// Writes a copy of this phone for another one, with what was written if the person wants that.
    public func moveOut(withMessages: Bool) {
        act { model, device in
            try model.lockbox.moveOut(device, withMessages: withMessages)
            model.show()
        }
    }

    /// Opens the copy of another phone.
    public func openCopy(_ answers: [String], code: String) {
        act { model, _ in
            model.lockbox.openCopy(answers, code: code, erases: !model.isNew)
            model.show()
        }
    }

    /// Goes on with the copy of another phone, which is open, in the place of all that is here; or without it, where it
    /// finds none.
    public func moveIn() {
        act { model, device in
            guard let other = model.lockbox.takeOther(), let kept = model.kept else { return }
            await device.shutdown()
            let made = await Task.detached {
                try other.make(in: kept.folder, keys: kept.keys)
            }.result
            model.clearStage()
            model.sessions.removeAll { _ in true }
            model.person = nil
            model.device = nil
            guard await model.open() else { return }
            try made.get()
            model.say(Notice(what: .movedIn))
        }
    }

    /// The question and answer for the file, as they are typed, and whether it is to need a code too.
    public func judge(_ typed: Protection, withCode: Bool) {
        act { model, _ in
            try model.lockbox.judge(typed, withCode: withCode)
            model.show()
        }
    }

    public func seal(_ typed: Protection) {
        act { model, device in
            model.lockbox.seal(typed, device)
            model.show()
        }
    }

    /// Begins to write something to whoever is on the stage that only answers open, with what was typed for them
    /// already.
    public func lockMessage(_ typed: String) {
        act { [front] model, _ in
            guard let session = model.onStage, session.id == front, session.isTalking || session.isApart else {
                throw Refusal.notNow
            }
            model.lockbox.write(to: session.id, typed)
            model.show()
        }
    }

    /// The questions and answers for a message, as they are typed.
    public func judge(_ locks: [Protection]) {
        act { model, _ in
            model.lockbox.judge(locks)
            model.show()
        }
    }

    /// Locks the message that was written, and sends it.
    public func sendLocked(_ text: String, _ locks: [Protection]) {
        act { model, device in
            model.lockbox.send(text, locks, device) { session, typed in
                model.change(session) { $0.lock(typed) }
                model.show()
            }
            model.show()
        }
    }

    /// What was locked and sent, and stands in the line of whoever is on the stage still, where it was typed first.
    public func takeLocked() -> String? {
        guard let front else { return nil }
        var text: String?
        change(front) { text = $0.takeLocked() }
        if text != nil { show() }
        return text
    }

    /// Asks for what opens the message that is locked in that row.
    public func openLocked(_ number: UInt64) {
        act { [front] model, _ in
            guard let front, let session = model.sessions.first(where: { $0.id == front }) else { return }
            for case .locked(let row) in session.rows where row.number == number {
                model.lockbox.read(row, in: front)
                return model.show()
            }
            throw Refusal.notNow
        }
    }

    /// Puts something that is under way on the stage.
    public func show(_ session: UInt64) {
        act { model, _ in
            guard model.sessions.contains(where: { $0.id == session }) else { return }
            model.person = nil
            model.bring(session)
            model.show()
        }
    }

    /// Goes on with what waits.
    public func resume(_ id: String) {
        act { model, device in try await model.begin { try await device.resume(id) } }
    }

    /// Gives up what waits, for good.
    public func withdraw(_ id: String) {
        act { model, device in
            try await device.withdraw(id)
            try await model.refresh(device)
        }
    }

    /// Shows somebody who was met.
    public func look(at id: String) {
        act { model, _ in
            model.person = id
            model.show()
        }
    }

    /// Looks for somebody who was met, and shows the conversation with them; who cannot be found is shown instead.
    public func meet(_ id: String) {
        act { model, device in
            if model.canSeek(id) {
                try await model.seek(id, device, isShown: true)
            } else {
                model.person = id
            }
            model.show()
        }
    }

    /// Whether to go on with a device that was restored from a copy.
    public func acceptRestored(_ agrees: Bool) {
        onStage { device, session in try await device.acceptRestored(session, agrees) }
    }

    /// What is written next is a reply to what stands in that row.
    public func reply(to number: UInt64) { write(about: number, isEdit: false) }

    /// What is written next stands in the place of that text of ours.
    public func edit(_ number: UInt64) { write(about: number, isEdit: true) }

    private func write(about number: UInt64, isEdit: Bool) {
        act { [front] model, _ in
            guard let front else { return }
            model.change(front) { session in
                guard let row = session.rows.text(number) else { return }
                session.subject = Subject(number: number, text: row.text, isEdit: isEdit)
            }
            model.show()
        }
    }

    /// What is written next is about nothing.
    public func dropSubject() {
        act { [front] model, _ in
            guard let front else { return }
            model.change(front) { $0.subject = nil }
            model.show()
        }
    }

    /// Reacts to what stands in that row with a symbol; not any more, if that is what the person reacted with.
    public func react(to number: UInt64, with symbol: String) {
        act { [front] model, device in
            guard let front, let session = model.sessions.first(where: { $0.id == front }) else { return }
            let reactions = session.rows.text(number)?.reactions ?? []
            let isThere = reactions.contains { $0.ours && $0.symbol == symbol }
            try await device.react(front, number, isThere ? nil : symbol)
        }
    }

    /// A text of ours that both keep is erased on both sides.
    public func takeBack(_ number: UInt64) {
        onStage { device, session in try await device.takeBack(session, number) }
    }

    /// Lists what was said before what is listed, while there is anything.
    public func earlier() {
        act { [front] model, device in
            guard let session = model.onStage, session.id == front, session.hasEarlier, session.over == nil else {
                return
            }
            model.change(session.id) { $0.hasEarlier = false }
            let hasEarlier = try await device.earlier(session.id)
            model.change(session.id) { $0.hasEarlier = hasEarlier }
        }
    }

    /// Calls somebody this from now on; with nothing, what they call themselves.
    public func giveName(_ id: String, _ name: String) {
        let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
        act { _, device in try await device.giveName(id, name.isEmpty ? nil : name) }
    }

    /// Whether another device that came to somebody in the person's name is the person's own. If it is not, nothing is
    /// exchanged with them.
    public func otherDevice(_ id: String, isOurs: Bool) {
        act { _, device in try await device.otherDevice(id, isOurs: isOurs) }
    }

    /// Looks for somebody no more and lets them in no more, or does again.
    public func block(_ id: String, _ isBlocked: Bool) {
        act { _, device in try await device.block(id, isBlocked) }
    }

    /// Takes so many bytes of files from somebody unasked, from the next conversation on; with none, as many as from
    /// everybody.
    public func takeFiles(_ id: String, upTo bytes: UInt64?) {
        act { _, device in try await device.takeFiles(id, upTo: bytes) }
    }

    public func forget(_ id: String) {
        act { model, device in
            // Nobody is looked for whom this phone does not know.
            if let session = model.sessions.first(where: { $0.contact == id }) {
                if session.id == model.front { model.clearStage() }
                if session.over == nil { try await model.end(session.id, device) }
                model.sessions.removeAll { $0.id == session.id }
            }
            try await device.forget(id)
            model.person = nil
            try await model.refresh(device)
        }
    }

    /// Shows whom this phone may ask.
    public func showSettings() {
        act { model, device in
            model.settings = Settings(
                name: model.owner?.read() ?? "", chosen: try await device.preferences(), usual: Device.usualServers,
                links: model.ownLinks ?? "", usualLinks: model.usualLinks)
            model.show()
        }
    }

    /// The person chose. `servers`: as they were typed, with spaces between them; without any, the usual ones.
    /// `links`: what they begin with, the same.
    public func prefer(_ chosen: Preferences, servers: String, links: String = "") {
        var chosen = chosen
        chosen.servers = servers.split(whereSeparator: { $0.isWhitespace || $0 == "," }).map(String.init)
        act { [chosen] model, device in
            do {
                try await device.prefer(chosen)
                try model.beginLinks(with: links, device)
                model.settings = nil
            } catch let refusal as Refusal where refusal.isNotAServer {
                model.settings?.hint = refusal.notice.what
                model.settings?.linkHint = nil
            } catch let refusal as Refusal where refusal.isBadText {
                model.settings?.hint = nil
                model.settings?.linkHint = refusal.notice.what
            }
            model.show()
        }
    }

    private func beginLinks(with typed: String, _ device: Device) throws {
        let isUsual = typed.allSatisfy(\.isWhitespace)
        let base = try device.beginLinks(with: isUsual ? usualLinks : typed)
        ownLinks = base == usualLinks ? nil : base
        do {
            try links?.keep(ownLinks)
        } catch {
            say(Notice(what: .kindStorage))
        }
    }

    /// Finds out what works from here.
    public func lookAround() {
        act { model, device in
            model.turn += 1
            let turn = model.turn
            model.outlook = (turn, nil)
            model.show()
            Task {
                let found = await Result { try await device.network() }
                model.act { model, _ in
                    // The person may have left meanwhile.
                    if model.outlook?.turn == turn { model.outlook = (try? found.get()).map { (turn, $0) } }
                    model.show()
                    _ = try found.get()
                }
            }
        }
    }

    /// The person touched the screen.
    public func touched() {
        act { model, device in
            if model.sessions.contains(where: \.isWaiting) { device.boost() }
        }
    }

    /// More is tried to get past a strict network, once for each invitation and each reply.
    public func tryHarder() {
        act { [front] model, device in
            guard let front else { return }
            try await device.tryHarder(front)
            model.say(Notice(what: .tryingHarder))
        }
    }

    /// Asks them to compare, or agrees to: what to compare is shown when both want it.
    public func compare() {
        act { model, _ in model.person = nil }
        onStage { device, session in try await device.compare(session) }
    }

    /// What the person found who saw these digits.
    public func compared(_ digits: [String], _ outcome: Outcome) {
        onStage { device, session in try await device.compared(session, digits, outcome) }
    }

    /// Lets them send as much again.
    public func allowMore() {
        onStage { device, session in try await device.allowMore(session) }
    }

    /// Only who the person means would have asked what they were asked.
    public func onlyTheyWouldAsk() {
        onStage { device, session in try await device.onlyTheyWouldAsk(session) }
    }

    /// Opens the camera.
    public func scan() {
        act { model, _ in
            model.sharing?.isAsked = false
            model.scanning = Scan(wanted: model.onStage?.isInvitation == true ? .reply : .invitation)
            model.show()
        }
    }

    /// Agrees to connect.
    public func accept() {
        onStage { device, session in try await device.accept(session) }
    }

    /// Shows our reply now.
    public func offerReply() {
        onStage { device, session in try await device.offerReply(session) }
    }

    /// Leaves the screen, and ends nothing: what is on the stage goes on, or stays to be read, and is listed at
    /// home. What the person would have to decide about is left, and what is not kept yet is dropped.
    public func back() {
        act { [front] model, device in
            if model.scanning != nil {
                model.scanning = nil
            } else if model.topic != nil {
                model.topic = nil
            } else if !model.found.isEmpty, model.lockbox.screen == nil {
                model.found = []
            } else if let sharing = model.sharing, sharing.isAsked, model.lockbox.screen == nil {
                sharing.what.remove()
                model.sharing = nil
            } else if model.lockbox.leave() {
                // It is empty now.
            } else if model.isProtecting {
                model.isProtecting = false
            } else if model.aside != nil {
                model.aside = nil
            } else if model.person != nil {
                model.person = nil
            } else if let session = model.onStage {
                // Something else may have come there by itself.
                guard session.id == front else { return }
                if session.isChoice { return try await device.leave(session.id) }
                if session.isFleeting { return try await device.withdraw(session.id) }
                model.clearStage()
            } else if model.outlook != nil {
                model.outlook = nil
            } else {
                model.settings = nil
            }
            model.show()
        }
    }

    /// Ends this attempt. An invitation waits on and can be gone on with; what is over leaves the list.
    public func stop() {
        leaving { device, session in try await device.leave(session) }
    }

    /// Ends what is on the stage and the invitation with it, for good.
    public func giveUp() {
        leaving { device, session in try await device.withdraw(session) }
    }

    /// Ends the conversation for both, or looks for nobody any more. What was written stays to be read here.
    public func goodbye() {
        act { [front] model, device in
            guard let session = model.onStage, session.id == front, session.isTalking || session.isApart else { return }
            model.change(session.id) { $0.isLeft = true }
            try await device.leave(session.id)
        }
    }

    public func send(_ text: String) {
        act { [front] model, device in
            guard let front else { return }
            try await model.say(text, in: front, about: model.onStage?.subject, device)
        }
    }

    /// Sends to whoever is in this session, on the stage or not.
    public func send(_ text: String, to session: UInt64) {
        act { model, device in try await model.say(text, in: session, about: nil, device) }
    }

    /// What came back of what was written to whoever is on the stage, which is where it was typed from now on.
    public func takeUnsent() -> String? {
        guard let front else { return nil }
        var text: String?
        change(front) { text = $0.takeUnsent() }
        if text != nil { show() }
        return text
    }

    private func say(_ text: String, in session: UInt64, about: Subject?, _ device: Device) async throws {
        change(session) { if $0.subject == about { $0.subject = nil } }
        do {
            if let about {
                try await about.isEdit
                    ? device.edit(session, about.number, text) : device.reply(session, about.number, text)
            } else {
                try await device.send(session, text)
            }
        } catch {
            change(session) { $0.giveBack(text) }
            show()
            throw error
        }
        show()
    }

    /// `session`: the one that was on the stage when the file was asked for, as picking it takes a while.
    /// `isCopy`: it lies in a folder of its own, and goes over to the device.
    public func sendFile(_ path: String, to session: UInt64? = nil, isCopy: Bool = false) {
        act { [session = session ?? front] model, device in
            let copy = isCopy ? Copy(URL(fileURLWithPath: path)) : nil
            guard let session else {
                copy?.remove()
                return
            }
            try await model.send(path, copy, session, device)
        }
    }

    public func acceptFile(_ number: UInt64) {
        onStage { device, session in try await device.acceptFile(session, number) }
    }

    public func declineFile(_ number: UInt64) {
        cancelFile(number)
    }

    public func cancelFile(_ number: UInt64) {
        onStage { device, session in try await device.cancelFile(session, number) }
    }

    /// A text that was tapped, pasted or shared: a link, or a message with one in it.
    public func handIn(_ text: String) {
        act { model, device in try await model.take(try Device.read(text: text), device) }
    }

    /// A picture or file that was picked or shared. Reading a large one takes a while, and does not keep
    /// anything else waiting.
    public func handIn(_ bytes: Data) {
        act { model, device in
            Task {
                let read = await Result { try await device.read(file: bytes) }
                model.act { model, device in try await model.take(oneOf: try read.get(), device) }
            }
        }
    }

    /// The person means this one of what was found, by its place.
    public func pick(_ place: Int) {
        act { model, device in
            guard model.found.indices.contains(place) else { return }
            let meant = model.found[place]
            model.found = []
            model.show()
            try await model.take(meant, device)
        }
    }

    /// Something of another app: opened if it is ours, and to be sent to somebody otherwise.
    public func share(_ shared: Shared) {
        act { model, device in
            if let file = shared.files.first, shared.files.count == 1, shared.text == nil {
                return model.look(at: file, shared, device)
            }
            guard shared.files.isEmpty else { return model.ask(shared) }
            do {
                try await model.take(try Device.read(text: shared.text ?? ""), device)
            } catch let refusal as Refusal where refusal.isForeign {
                model.ask(shared)
            }
        }
    }

    /// What was shared is for them, who are here or looked for.
    public func shareTo(_ session: UInt64) {
        act { model, device in
            guard model.sessions.contains(where: { $0.id == session && ($0.isTalking || $0.isApart) }) else {
                throw Refusal.notNow
            }
            try await model.deliver(to: session, device)
        }
    }

    /// What was shared is for somebody who was met. It waits until they are there.
    public func shareTo(contact: String) {
        act { model, device in
            guard model.sharing != nil else { return }
            guard model.canSeek(contact) else { throw Refusal.notNow }
            try await model.deliver(to: model.seek(contact, device, isShown: true), device)
        }
    }

    private func deliver(to session: UInt64, _ device: Device) async throws {
        guard let shared = sharing?.what else { return }
        sharing = nil
        bring(session)
        show()
        if let text = shared.text { try await say(text, in: session, about: nil, device) }
        for file in shared.files { try await send(file.path, Copy(file), session, device) }
    }

    /// What the system opened the app with: a link, or a file. A file is read when `done` is called.
    public func handIn(_ url: URL, then done: @escaping @Sendable () -> Void = {}) {
        guard url.isFileURL else {
            handIn(url.absoluteString)
            return done()
        }
        act { model, device in
            Task {
                let looked = await Task.detached { try device.asked(file: url) }.result
                if case .failure(let refusal as Refusal) = looked {
                    done()
                    return model.say(refusal)
                }
                if let asked = try? looked.get() {
                    let copied = await Task.detached { try Copy(of: url) }.result
                    done()
                    return model.ask(copied, asked)
                }
                let read = await Task.detached { try Self.contents(of: url) }.result
                done()
                switch read {
                case .success(let bytes?): model.handIn(bytes)
                case .success(nil): model.say(Notice(what: .kindTooLarge, next: .remedyHandInAnother))
                case .failure: model.say(Notice(what: .kindStorage))
                }
            }
        }
    }

    /// Opens what came while the person was asked about something else, which is left. An invitation among
    /// that is held in its turn.
    public func replace() {
        act { model, device in
            guard model.offered == nil, let open = model.held else { return }
            model.decided()
            model.scanning = nil
            model.lockbox.clear()
            // One that was left before may still be among them, until its end is told.
            let choices = model.sessions.filter(\.isChoice)
            let before = choices.first { $0.id == model.front } ?? choices.first
            if let before { try? await device.leave(before.id) }
            try await open(model, device)
            if let token = before?.token {
                model.hold { model, device in try await model.open(token, device) }
            }
            model.show()
        }
    }

    /// Takes the reply that was handed in.
    public func takeReply() {
        act { model, device in
            guard let reply = model.offered else { return }
            model.decided()
            try await model.reply(reply, device)
            model.show()
        }
    }

    /// The notice was read.
    public func noticed() {
        act { model, _ in model.decided() }
    }

    // MARK: What the phone says

    /// One frame of the camera: its luminance plane, which is not copied. For the camera's own queue.
    /// Returns whether a token was found, so that no more frames are needed.
    public nonisolated func frame(_ luma: Data, stride: Int, width: Int, height: Int) -> Bool {
        do {
            guard let token = try scanner.look(luma, stride: stride, width: width, height: height) else {
                return false
            }
            act { model, device in
                if model.scanning != nil { try await model.take(token, device) }
            }
            return true
        } catch {
            let hint = (error as? Refusal).map { $0.isForeign ? .scanNotOurs : $0.notice.what }
            act { model, _ in
                model.scanning?.hint = hint
                model.show()
            }
            return false
        }
    }

    public func camera(_ camera: Camera) {
        act { model, _ in
            model.scanning?.camera = camera
            model.scanning?.hint =
                switch camera {
                case .denied: .cameraDenied
                case .missing: .cameraMissing
                case .taken: .cameraTaken
                case .asking, .running: nil
                }
            model.show()
        }
    }

    /// Whether the phone lets this app reach others on the same network.
    public func localNetwork(allowed: Bool) {
        act { model, _ in
            model.localNetworkAllowed = allowed
            model.show()
        }
    }

    /// These are this phone's addresses now, and its router's where that is known.
    /// `isTunnelled`: all that leaves it goes through a VPN.
    public func network(_ addresses: [String], router: String? = nil, isTunnelled: Bool = false) {
        act { model, device in
            model.isTunnelled = isTunnelled
            model.place = (addresses, router)
            model.show()
            try await device.networkChanged(addresses, router: router)
        }
    }

    /// The app is not on the screen, and nothing keeps it running any longer.
    public func left() {
        act { model, device in
            model.isSeen = false
            try await device.pause()
        }
    }

    public func returned() {
        act { model, device in
            model.isSeen = true
            model.show()
            try await device.resume()
        }
    }

    /// Ends everything; whatever is called afterwards does nothing.
    public func shutdown() async {
        lane.finish()
        introduced.finish()
        await device?.shutdown()
    }

    /// Waits until everything that was asked for before is done.
    public func settled() async {
        await withCheckedContinuation { done in
            if case .terminated = lane.yield(.settled(done)) { done.resume() }
        }
    }

    // MARK: Inside

    private nonisolated func act(_ work: @escaping Work) {
        lane.yield(.work(work))
    }

    /// Something done to the session that is on the stage now.
    private func onStage(_ work: @escaping SessionWork) {
        on(front, work)
    }

    private func on(_ session: UInt64?, _ work: @escaping SessionWork) {
        guard let session else { return }
        act { _, device in try await work(device, session) }
    }

    /// Opens a file if there is something of ours in it, and asks to whom it goes otherwise.
    private func look(at file: URL, _ shared: Shared, _ device: Device) {
        Task {
            if await Task.detached(operation: { try device.asked(file: file) != nil }).result.isOurs {
                return self.handIn(file) { shared.remove() }
            }
            let bytes = await Task.detached { try? Self.contents(of: file) }.value
            guard let bytes else { return self.ask(shared) }
            let read = await Result { try await device.read(file: bytes) }
            self.act { model, device in
                do {
                    try await model.take(oneOf: try read.get(), device)
                    shared.remove()
                } catch let refusal as Refusal where refusal.isForeign {
                    model.ask(shared)
                }
            }
        }
    }

    /// Nobody was met here, and nobody is waited for.
    private var isNew: Bool { people.isEmpty && waiting.isEmpty }

    /// Asks to whom it is to be sent.
    private func ask(_ shared: Shared) {
        sharing?.what.remove()
        scanning = nil
        sharing = (shared, true)
        show()
    }

    /// Waits until the person has said what they are called, if they have to be asked; whether they did.
    private func isNamed(_ named: AsyncStream<Void>) async -> Bool {
        guard let owner, owner.read() == nil else { return true }
        screen = .welcome
        for await _ in named { return true }
        return false
    }

    /// Leaves what is on the stage, in this way if it still goes on.
    private func leaving(_ end: @escaping SessionWork) {
        act { [front] model, device in
            guard let session = model.onStage, session.id == front else { return }
            model.clearStage()
            if session.over != nil {
                model.sessions.removeAll { $0.id == session.id }
            } else if !session.isOver {
                try await end(device, session.id)
            }
            model.show()
        }
    }

    private func run(_ steps: AsyncStream<Step>) async {
        await open()
        for await step in steps {
            switch step {
            case .work(let work): await perform(work)
            case .open(let isAnew): if device == nil { await open(isAnew: isAnew) }
            case .settled(let done): done.resume()
            }
        }
    }

    /// Opens what is kept, or tells why that cannot be; `isAnew`: without it, which is thrown away. Whether it is open.
    @discardableResult
    private func open(isAnew: Bool = false) async -> Bool {
        guard let opening, let kept else { return false }
        let opened = await Task.detached {
            if isAnew { try? FileManager.default.removeItem(atPath: kept.folder) }
            return try opening()
        }.result
        switch opened {
        case .success(let device):
            hindrance = nil
            self.device = device
            // One that a later version of this program takes for none is the usual one here.
            ownLinks = links?.read().flatMap { try? device.beginLinks(with: $0) }
            await perform { model, device in
                if let place = model.place { try await device.networkChanged(place.addresses, router: place.router) }
                try await model.refresh(device)
            }
            let works = postponed
            postponed = []
            for work in works { await perform(work) }
        case .failure(let cause):
            hindrance = (cause as? Refusal)?.hindrance ?? .notOpened(NotOpened(what: .kindInternal))
            show()
        }
        return device != nil
    }

    /// Where nothing is open, it waits.
    private func perform(_ work: @escaping Work) async {
        guard let device else { return postponed.append(work) }
        do {
            try await work(self, device)
        } catch let refusal as Refusal {
            say(refusal)
        } catch {
            // Nothing else is thrown.
        }
    }

    private func reply(_ token: Token, _ device: Device) async throws {
        try await device.reply(token)
        scanning = nil
        say(Notice(what: .replyTaken))
    }

    /// Takes what was found. Of several, a person says which is meant.
    private func take(oneOf tokens: [Token], _ device: Device) async throws {
        if let only = tokens.first, tokens.count == 1 { return try await take(only, device) }
        scanning = nil
        found = tokens
        show()
    }

    private func take(_ token: Token, _ device: Device) async throws {
        found = []
        switch token.kind {
        case .reply:
            // Anybody can send a link. What the camera saw, or nobody waits for, needs no question.
            if token.isSeen || !sessions.contains(where: \.isInvitation) {
                try await reply(token, device)
            } else if offered == nil {
                // One that comes meanwhile does not slip into its place.
                offered = token
                notice = Notice(what: .replyFound, way: .takeReply)
            }
        case .sealed:
            try await alone(isOccupied, device) { model, device in
                let copy = try? Copy(token.bytes)
                if let copy, let asked = try? device.asked(file: copy.file) {
                    model.ask(.success(copy), asked)
                } else {
                    copy?.remove()
                    model.say(Notice(what: .sealedFound))
                }
            }
        case .bundle: try await take(bundle: token, device)
        case .invitation, .lockedInvitation:
            // The core knows whether the person is asked about another one.
            try await alone(lockbox.isAsking, device) { model, device in try await model.open(token, device) }
        }
        show()
    }

    private func take(bundle token: Token, _ device: Device) async throws {
        scanning = nil
        do {
            say(Notice(what: try await device.take(bundle: token) > 0 ? .bundleWasTaken : .bundleWasKnown))
        } catch let refusal as Refusal where refusal.isNotYet {
            say(Notice(what: .bundleNotNeeded))
        }
        try await refresh(device)
    }

    /// Whether the person is in the midst of something that nothing may take the place of.
    private var isOccupied: Bool { lockbox.isAsking || onStage?.isChoice == true }

    private func alone(_ isOccupied: Bool, _ device: Device, _ open: @escaping Opening) async throws {
        if isOccupied { hold(open) } else { try await open(self, device) }
    }

    /// Holds what came meanwhile, and says so; once the person has decided, if they are asked about a reply.
    private func hold(_ open: @escaping Opening) {
        scanning = nil
        held = open
        if offered == nil { notice = Self.anotherUnderWay }
    }

    private static let anotherUnderWay = Notice(what: .anotherUnderWay, way: .replace)

    /// Opens an invitation, unless the person is asked about another one: then they decide. One that is
    /// knocked at already was shown once more.
    private func open(_ token: Token, _ device: Device) async throws {
        do {
            let session = try await begin { try await device.open(token) }
            change(session) { $0.token = token }
            scanning = nil
            if onStage?.isKnocking == true { say(Notice(what: .invitationTaken)) }
        } catch let refusal as Refusal where refusal.isBusy {
            hold { model, device in try await model.open(token, device) }
        }
    }

    private func canSeek(_ contact: String) -> Bool {
        people.contains { $0.id == contact && $0.canBeFound && !$0.isBlocked }
    }

    /// Looks for somebody, or goes on to where that is done already. What was written to them before is there.
    @discardableResult
    private func seek(_ contact: String, _ device: Device, isShown: Bool) async throws -> UInt64 {
        person = nil
        let session = try await begin(isShown: isShown) { try await device.seek(contact) }
        try await join(session, contact, device)
        return session
    }

    /// One person, one session: what others with the same person hold goes over to this one.
    private func join(_ session: UInt64, _ contact: String, _ device: Device) async throws {
        for other in sessions where other.id != session && other.contact == contact {
            change(session) { $0.takeOver(other) }
            if front == other.id { front = session }
            lockbox.moved(from: other.id, to: session)
            sessions.removeAll { $0.id == other.id }
            if other.over == nil { try await end(other.id, device) }
        }
        drawRows()
    }

    /// Leaves a session that may be over by itself.
    private func end(_ session: UInt64, _ device: Device) async throws {
        do {
            try await device.leave(session)
        } catch let refusal as Refusal where refusal.isNotNow {}
    }

    private func drawRows() {
        rows = onStage?.rows ?? []
    }

    /// Begins a session, or finds the one that is there, and puts it on the stage if it `isShown`.
    @discardableResult
    private func begin(isShown: Bool = true, _ work: () async throws -> UInt64) async throws -> UInt64 {
        unheard = []
        defer {
            let told = unheard ?? []
            unheard = nil
            for event in told { hear(event) }
            show()
        }
        let session = try await work()
        if isShown {
            bring(session)
        } else if !sessions.contains(where: { $0.id == session }) {
            sessions.append(Session(id: session))
        }
        return session
    }

    /// Puts a session on the stage; what was there goes on.
    private func bring(_ session: UInt64) {
        clearStage()
        // It is asked again once somebody is there.
        sharing?.isAsked = false
        isProtecting = false
        if !sessions.contains(where: { $0.id == session }) { sessions.append(Session(id: session)) }
        front = session
    }

    /// Nothing is on the stage any more. What was there goes on, unless it is over.
    private func clearStage() {
        front = nil
        aside = nil
        form = nil
        sessions.removeAll(where: \.isOver)
    }

    private var onStage: Session? { sessions.first { $0.id == front } }

    private func change(_ session: UInt64, _ change: (inout Session) -> Void) {
        if let at = sessions.firstIndex(where: { $0.id == session }) { change(&sessions[at]) }
    }

    private func ask(_ copied: Result<Copy, any Error>, _ asked: Asked) {
        switch copied {
        case .success(let copy) where isOccupied:
            // The file itself is where it was.
            copy.remove()
            say(Notice(what: .kindBusy, next: .remedyFinishFirst))
        case .success(let copy):
            scanning = nil
            lockbox.ask(copy, asked)
            show()
        case .failure: say(Notice(what: .kindStorage))
        }
    }

    private func say(_ refusal: Refusal) {
        if !refusal.isSilent { say(refusal.notice) }
    }

    /// Says something, once nothing that the notice asks is open any more.
    private func say(_ notice: Notice) {
        if held == nil && offered == nil { self.notice = notice } else { unsaid.append(notice) }
    }

    /// The person has read the notice, and decided about what it asked.
    private func decided() {
        // A reply is asked about before what is held.
        if offered == nil { held = nil }
        offered = nil
        notice = held != nil ? Self.anotherUnderWay : unsaid.isEmpty ? nil : unsaid.removeFirst()
    }

    /// What waits and who is known may be new.
    private func refresh(_ device: Device) async throws {
        waiting = try await device.waiting()
        people = try await device.people()
        show()
    }

    /// What is in a file; none if it is too large for anything that is looked for in files.
    private nonisolated static func contents(of file: URL) throws -> Data? {
        let size = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        return size > largestFile ? nil : try Data(contentsOf: file)
    }

    /// Bytes; more than any photograph.
    private nonisolated static let largestFile = 128 << 20

    private func show() {
        let denied: Key? = localNetworkAllowed == false ? .localNetworkDenied : nil
        let tunnel: Key? = isTunnelled ? .tunnelled : nil
        var next: Screen
        if let scanning {
            next = .scan(scanning)
        } else if let topic {
            next = .help(topic)
        } else if let locked = lockbox.screen {
            next = locked
        } else if isProtecting {
            next = .protect
        } else if let hindrance {
            next = hindrance
        } else if !found.isEmpty {
            next = .which(found.map(\.listed))
        } else if let sharing, sharing.isAsked {
            next = .toWhom(toWhom(sharing.what))
        } else if let screen = screen(of: aside) {
            next = screen
        } else if let person = people.first(where: { $0.id == person }) {
            next = .person(person)
        } else if let session = onStage {
            // What was shown before stays until the core has said what it looks like.
            next = session.view?.screen(denied: denied, typed: session.typed) ?? screen
            switch next {
            case .conversation(var talk):
                if let over = session.over {
                    talk.end(over)
                    talk.canSeek = talk.contact.map(canSeek) ?? false
                }
                talk.subject = session.subject
                talk.unsent = session.unsent
                talk.locked = session.locked
                next = .conversation(talk)
                saw(session)
            case .confirm(var confirm):
                confirm.asksForNetwork = localNetworkAllowed == nil
                next = .confirm(confirm)
            case .showCode(var code):
                code.invitation.isTappable = ownLinks != nil || isHostServed
                // Only where the core knows nothing better.
                code.hint = code.hint ?? tunnel
                next = .showCode(code)
            case .connecting(var connecting):
                connecting.hint = connecting.hint ?? tunnel
                next = .connecting(connecting)
            case .reply(var reply):
                reply.handout.isTappable = ownLinks != nil || isHostServed
                next = .reply(reply)
            default: break
            }
        } else {
            next = atHome()
        }
        if let denied, case .ended(var ended) = next, ended.what == .kindNotReached {
            ended.next = denied
            ended.way = .appSettings
            next = .ended(ended)
        }
        if let form, case .showCode(let code) = next, code.sent {
            self.form = nil
            due = .share(form == .link ? code.invitation.shared : .picture(symbol: code.invitation.symbol))
        }
        let going = sessions.compactMap { $0.ongoing(isOnStage: $0.id == front) }
        if going != ongoing { ongoing = going }
        let rests = !sessions.contains { $0.isWaiting || $0.isTalking }
        if rests != isAtRest { isAtRest = rests }
        let listed = listAtHome()
        if listed != home { home = listed }
        if next != screen { screen = next }
    }

    private func screen(of aside: Aside?) -> Screen? {
        switch aside {
        case nil: return nil
        case .asking: return onStage?.view?.name.map { .ask(name: $0) }
        case .answering:
            guard case .conversation(let talk) = onStage?.view?.screen(denied: nil, typed: nil), let asks = talk.asks,
                asks.isOpen
            else { return nil }
            return .question(
                Question(
                    questions: [asks.question], triesLeft: asks.triesLeft,
                    hint: asks.triesLeft == nil ? nil : asks.standing, isOfContact: true))
        case .disappearing: return .disappearing
        case .searching(_, let search, _): return .search(search)
        case .handOn(var what):
            what.handout?.isTappable = ownLinks != nil || isHostServed
            return .handOn(what)
        }
    }

    /// Only what is on the screen counts as read.
    private func saw(_ session: Session) {
        guard isSeen else { return }
        change(session.id) { $0.unread = [] }
        guard let newest = session.rows.last(where: { !$0.ours && $0.isKept })?.id, newest != session.seen,
            session.over == nil
        else { return }
        change(session.id) { $0.seen = newest }
        device?.seen(session.id, newest)
    }

    private func toWhom(_ shared: Shared) -> ToWhom {
        let underWay = sessions.filter { $0.isTalking || $0.isApart }.compactMap { $0.underWay(nil) }
        let others = listAtHome().people.filter { other in
            canSeek(other.id) && !underWay.contains { $0.contact == other.id }
        }
        return ToWhom(
            names: shared.files.map(\.lastPathComponent), text: shared.text, people: underWay, others: others)
    }

    /// What is looked at while nothing is on the stage.
    private func atHome() -> Screen {
        if let outlook { return .outlook(outlook.report) }
        if let settings { return .settings(settings) }
        return .home(listAtHome())
    }

    private func listAtHome() -> Home {
        var home = Home()
        home.underWay = sessions.compactMap { session in
            session.underWay(waiting.first { $0.session == session.id })
        }
        home.waiting = waiting.filter { $0.session == nil }
        home.people = people.sorted { last(of: $0) > last(of: $1) }
        return home
    }

    /// When something was written with them last, or else when they were heard.
    private func last(of contact: Contact) -> UInt64 {
        sessions.first { $0.contact == contact.id }?.rows.last?.at ?? contact.lastSaid ?? contact.heard ?? 0
    }

    func hear(_ told: Event) {
        guard unheard == nil else {
            unheard?.append(told)
            return
        }
        switch told {
        case .view(let session, let view):
            hear(view, from: session)
        case .row(let session, let row, let before):
            change(session) { $0.take(row, before: before, .now) }
            device?.taken(session)
            listed(session)
        case .gone(let session, let number):
            change(session) { $0.drop(number) }
            listed(session)
        case .failed(let refusal):
            say(refusal)
        case .notWritten(let session, let text, let refusal):
            change(session) { $0.giveBack(text) }
            say(refusal)
            show()
        case .listsChanged:
            act { model, device in try await model.refresh(device) }
        }
    }

    private func send(_ path: String, _ copy: Copy?, _ session: UInt64, _ device: Device) async throws {
        guard let copy else { return try await device.sendFile(session, path) }
        defer { copy.remove() }
        try await device.sendCopy(session, path)
    }

    /// The rows of a session changed.
    private func listed(_ session: UInt64) {
        if session == front { drawRows() }
        show()
    }

    private func hear(_ view: View, from session: UInt64) {
        let before = sessions.first { $0.id == session }
        let wasApart = before?.isApart == true
        if let before, before.isTalking || wasApart, let why = before.endsBy(view),
            !before.rows.isEmpty || session == front
        {
            // What was written before stays to be read.
            change(session) { $0.end(why) }
            if session == front, aside?.needsThem == true { aside = nil }
            if let contact = before.contact, view.end?.isLost == true, canSeek(contact) {
                // Nobody wanted to part.
                act { model, device in
                    try await model.seek(contact, device, isShown: false)
                    model.show()
                }
            } else if let end = view.end, session != front {
                say(end)
            }
        } else if view.isClosed || view.isOver && session != front {
            sessions.removeAll { $0.id == session }
            if session == front { front = nil }
            if let end = view.end { say(end) }
        } else {
            if before == nil { sessions.append(Session(id: session)) }
            change(session) { $0.look(view) }
        }
        let isFree = front == nil && scanning == nil && topic == nil && lockbox.screen == nil && found.isEmpty
        if view.isTalking && before?.isTalking != true {
            act { model, device in
                if let contact = view.contact { try await model.join(session, contact, device) }
                model.show()
            }
        }
        // Who comes back comes to where they were.
        if view.isTalking && wasApart {
            sharing?.isAsked = true
        } else if view.isTalking && before?.isTalking != true && (session == front || isFree) {
            bring(session)
            scanning = nil
            person = nil
            settings = nil
            outlook = nil
            topic = nil
            sharing?.isAsked = true
        }
        show()
        // Which of those that wait are under way is told by nothing else.
        if before?.view == nil || view.isOver {
            act { model, device in try await model.refresh(device) }
        }
    }
}

extension Result where Success == Bool, Failure == any Error {
    /// It is something locked, or refused as such.
    fileprivate var isOurs: Bool { (try? get()) ?? true }
}
