import Foundation
import Observation

/// What the app shows and what a person can do, without a line of UIKit in it. Views read `screen`, `rows`
/// and `notice` and call the functions; every function returns at once, and what comes of it is seen in
/// the state.
@MainActor @Observable
public final class Model {
    /// The screen to show.
    public private(set) var screen: Screen = .home(Home())
    /// The rows of the conversation.
    public private(set) var rows: [Row] = []
    /// Something to say beside the screen, until `noticed()`.
    public private(set) var notice: Notice?

    /// Everything that a person does, one thing after the other.
    @ObservationIgnored private let lane: AsyncStream<Step>.Continuation
    @ObservationIgnored private nonisolated let scanner = FrameScanner()

    @ObservationIgnored private var engine: Engine?
    @ObservationIgnored private var inCore = View.nothing
    @ObservationIgnored private var failure: Ended?
    @ObservationIgnored private var scanning: Scan?
    @ObservationIgnored private var home = Home()
    /// Somebody who was met is looked at.
    @ObservationIgnored private var person: Contact?
    @ObservationIgnored private var settings: Settings?
    /// What works from here is looked at; a number for each time, so that what comes too late is recognised.
    @ObservationIgnored private var outlook: (turn: Int, report: Report?)?
    @ObservationIgnored private var turn = 0
    @ObservationIgnored private var localNetworkDenied = false
    /// Opens what the person is about to confirm; and what came meanwhile and is held.
    @ObservationIgnored private var confirming: Opening?
    @ObservationIgnored private var pending: Opening?
    /// A reply that was sent, until the person agrees.
    @ObservationIgnored private var offered: Token?
    @ObservationIgnored private let lockbox = Lockbox()
    /// A question of ours is being made up.
    @ObservationIgnored private var isProtecting = false

    private typealias Opening = @MainActor @Sendable () async throws -> Void
    private typealias Work = @MainActor @Sendable (Model, Engine) async throws -> Void

    private enum Step {
        case work(Work)
        /// Somebody waits for everything before this.
        case settled(CheckedContinuation<Void, Never>)
    }

    public init(_ setup: Setup, keys: any KeyStore) {
        let (steps, lane) = AsyncStream.makeStream(of: Step.self)
        let (told, teller) = AsyncStream.makeStream(of: Event.self)
        self.lane = lane
        lockbox.show = { [weak self] in self?.show() }
        lockbox.refuse = { [weak self] refusal in
            if !refusal.isSilent { self?.notice = refusal.notice }
        }
        Task {
            for await told in told { self.hear(told) }
        }
        Task {
            await self.run(steps) { try Engine(setup, keys: keys, sink: Sink(told: teller)) }
            teller.finish()
        }
    }

    /// Nothing needs the other side, so that the app may be put aside without loss.
    public var isAtRest: Bool { !inCore.isWaiting && !inCore.isTalking }

    // MARK: What a person does

    /// Makes an invitation and shows its code; or, to be sent, makes one that lives for a day.
    /// A guest has to know the answer of a `protection`.
    public func invite(send: Bool, protection: Protection? = nil) {
        act { model, engine in
            model.scanning = nil
            if model.inCore.isHosting {
                engine.cancel()
                await model.untilFree()
            }
            try await engine.host(send: send, protection: protection)
            model.isProtecting = false
            model.show()
        }
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
        act { model, engine in
            guard model.lockbox.screen != nil else {
                return try await engine.answer(answers.first ?? "")
            }
            model.lockbox.answer(answers, code: code, engine) { try await model.opening($0) }
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
                    model.notice = Notice(what: .kindBusy, next: .remedyFinishFirst)
                case .success(let copy):
                    model.scanning = nil
                    model.lockbox.lock(copy)
                    model.show()
                case .failure: model.notice = Notice(what: .kindStorage)
                }
            }
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
        act { model, engine in
            model.lockbox.seal(typed, engine)
            model.show()
        }
    }

    /// Goes on with what waits.
    public func goOn(_ id: String) {
        act { _, engine in try await engine.goOn(id) }
    }

    /// Gives up what waits, for good.
    public func giveUp(_ id: String) {
        act { model, engine in
            try await engine.giveUp(id)
            try await model.refresh(engine)
        }
    }

    /// Shows somebody who was met.
    public func look(at id: String) {
        act { model, _ in
            model.person = model.home.people.first { $0.id == id }
            model.show()
        }
    }

    public func forget(_ id: String) {
        act { model, engine in
            try await engine.forget(id)
            model.person = nil
            try await model.refresh(engine)
        }
    }

    /// Shows whom this phone may ask.
    public func showSettings() {
        act { model, engine in
            model.settings = Settings(chosen: try await engine.preferences(), usual: Engine.usualServers)
            model.show()
        }
    }

    /// The person chose. `servers`: as they were typed, with spaces between them; without any, the usual ones.
    public func prefer(_ chosen: Preferences, servers: String) {
        var chosen = chosen
        chosen.servers = servers.split(whereSeparator: { $0.isWhitespace || $0 == "," }).map(String.init)
        act { [chosen] model, engine in
            do {
                try await engine.prefer(chosen)
                model.settings = nil
            } catch let refusal as Refusal where refusal.isNotAServer {
                model.settings?.hint = refusal.notice.what
            }
            model.show()
        }
    }

    /// Finds out what works from here.
    public func lookAround() {
        act { model, engine in
            model.turn += 1
            let turn = model.turn
            model.outlook = (turn, nil)
            model.show()
            Task {
                let found = await Result { try await engine.network() }
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
        act { model, engine in
            if model.inCore.isWaiting { engine.boost() }
        }
    }

    /// More is tried to get past a strict network, once for each invitation and each reply.
    public func tryHarder() {
        act { model, engine in
            try await engine.tryHarder()
            model.notice = Notice(what: .tryingHarder)
        }
    }

    /// Asks them to compare, or agrees to: what to compare is shown when both want it.
    public func compare() {
        act { _, engine in try await engine.compare() }
    }

    /// What the person found who saw these digits.
    public func compared(_ digits: [String], _ outcome: Outcome) {
        act { _, engine in try await engine.compared(digits, outcome) }
    }

    /// Lets them send as much again.
    public func allowMore() {
        act { _, engine in try await engine.allowMore() }
    }

    /// Only who the person means would have asked what they were asked.
    public func onlyTheyWouldAsk() {
        act { _, engine in try await engine.onlyTheyWouldAsk() }
    }

    /// Opens the camera.
    public func scan() {
        act { model, _ in
            model.scanning = Scan(wanted: model.inCore.isHosting ? .reply : .invitation)
            model.show()
        }
    }

    /// Agrees to connect.
    public func connect() {
        act { _, engine in try await engine.connect() }
    }

    /// Shows our reply now.
    public func offerReply() {
        act { _, engine in try await engine.offerReply() }
    }

    /// One step back: closes the camera, stops a pairing for good, leaves a screen that is over.
    public func back() {
        act { model, engine in
            if model.scanning != nil {
                model.scanning = nil
            } else if model.lockbox.leave() {
                // It is empty now.
            } else if model.isProtecting {
                model.isProtecting = false
            } else if model.outlook != nil {
                model.outlook = nil
            } else if model.settings != nil {
                model.settings = nil
            } else if model.person != nil {
                model.person = nil
            } else if model.inCore.isTalking {
                try await engine.leave()
            } else {
                engine.cancel()
                engine.dismiss()
            }
            model.show()
        }
    }

    /// Stops waiting for now; it can be gone on with.
    public func putAside() {
        act { _, engine in engine.putAside() }
    }

    public func send(_ text: String) {
        act { _, engine in try await engine.send(text) }
    }

    public func sendFile(_ path: String) {
        act { _, engine in try await engine.sendFile(path) }
    }

    public func accept(_ number: UInt64) {
        act { _, engine in try await engine.accept(number) }
    }

    public func decline(_ number: UInt64) {
        act { _, engine in try await engine.decline(number) }
    }

    public func cancelFile(_ number: UInt64) {
        act { _, engine in engine.cancelFile(number) }
    }

    /// A text that was tapped, pasted or shared: a link, or a message with one in it.
    public func handIn(_ text: String) {
        act { model, engine in try await model.take(try Engine.read(text: text), engine) }
    }

    /// A picture or file that was picked or shared. Reading a large one takes a while, and does not keep
    /// anything else waiting.
    public func handIn(_ bytes: Data) {
        act { model, engine in
            Task {
                let read = await Result { try await engine.read(file: bytes) }
                model.act { model, engine in try await model.take(try read.get(), engine) }
            }
        }
    }

    /// What the system opened the app with: a link, or a file. A file is read when `done` is called.
    public func handIn(_ url: URL, then done: @escaping @Sendable () -> Void = {}) {
        guard url.isFileURL else {
            handIn(url.absoluteString)
            return done()
        }
        act { model, engine in
            Task {
                if let asked = await Task.detached(operation: { engine.asked(file: url) }).value {
                    let copied = await Task.detached { try Copy(of: url) }.result
                    done()
                    return model.ask(copied, asked)
                }
                let read = await Task.detached { try Self.contents(of: url) }.result
                done()
                switch read {
                case .success(let bytes?): model.handIn(bytes)
                case .success(nil): model.notice = Notice(what: .kindTooLarge, next: .remedyHandInAnother)
                case .failure: model.notice = Notice(what: .kindStorage)
                }
            }
        }
    }

    /// Puts aside what is under way and opens what came meanwhile. What was not agreed to yet is held in
    /// its turn.
    public func replace() {
        act { model, engine in
            guard let open = model.pending else { return }
            model.pending = nil
            model.notice = nil
            model.scanning = nil
            let before = model.inCore.isConfirming ? model.confirming : nil
            model.lockbox.clear()
            if model.inCore.isTalking {
                try? await engine.leave()
            } else if model.inCore.isConfirming {
                engine.dismiss()
            } else {
                engine.putAside()
            }
            await model.untilFree()
            try await open()
            if let before { model.hold(before) }
            model.show()
        }
    }

    /// Takes the reply that was handed in.
    public func takeReply() {
        act { model, engine in
            guard let reply = model.offered else { return }
            model.offered = nil
            model.notice = nil
            try await model.reply(reply, engine)
            model.show()
        }
    }

    /// The notice was read.
    public func noticed() {
        act { model, _ in
            model.notice = nil
            model.pending = nil
            model.offered = nil
        }
    }

    // MARK: What the phone says

    /// One frame of the camera: its luminance plane, which is not copied. For the camera's own queue.
    /// Returns whether a token was found, so that no more frames are needed.
    public nonisolated func frame(_ luma: Data, stride: Int, width: Int, height: Int) -> Bool {
        do {
            guard let token = try scanner.look(luma, stride: stride, width: width, height: height) else {
                return false
            }
            act { model, engine in
                if model.scanning != nil { try await model.take(token, engine) }
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
                case .asking, .running: nil
                }
            model.show()
        }
    }

    /// Whether the phone lets this app reach others on the same network.
    public func localNetwork(allowed: Bool) {
        act { model, _ in
            model.localNetworkDenied = !allowed
            model.show()
        }
    }

    /// These are this phone's addresses now, and its router's where that is known.
    public func network(_ addresses: [String], router: String? = nil) {
        act { _, engine in try await engine.networkChanged(addresses, router: router) }
    }

    /// The app left the screen. `kept`: something keeps it running, so that it can go on waiting.
    public func left(kept: Bool) {
        act { _, engine in
            if !kept { try await engine.pause() }
        }
    }

    public func returned() {
        act { _, engine in try await engine.resume() }
    }

    /// Ends everything; whatever is called afterwards does nothing.
    public func shutdown() async {
        lane.finish()
        await engine?.shutdown()
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

    private func run(_ steps: AsyncStream<Step>, open: @escaping @Sendable () throws -> Engine) async {
        switch await Task.detached(operation: open).result {
        case .success(let engine):
            self.engine = engine
            act { model, engine in try await model.refresh(engine) }
        case .failure(let cause):
            failure = (cause as? Refusal)?.screen
            show()
        }
        for await step in steps {
            switch step {
            case .work(let work): await perform(work)
            case .settled(let done): done.resume()
            }
        }
    }

    /// Without a core, only the screen that says so is left.
    private func perform(_ work: Work) async {
        guard let engine else { return }
        do {
            try await work(self, engine)
        } catch let refusal as Refusal {
            if !refusal.isSilent { notice = refusal.notice }
        } catch {
            // Nothing else is thrown.
        }
    }

    private func reply(_ token: Token, _ engine: Engine) async throws {
        try await engine.reply(token)
        scanning = nil
        notice = Notice(what: .replyTaken)
    }

    private func take(_ token: Token, _ engine: Engine) async throws {
        switch token.kind {
        case .reply:
            // Anybody can send a link. What the camera saw, or nobody waits for, needs no question.
            if token.isSeen || !inCore.isHosting {
                try await reply(token, engine)
            } else if offered == nil {
                // One that comes meanwhile does not slip into its place.
                offered = token
                notice = Notice(what: .replyFound, way: .takeReply)
            }
        case .sealed:
            try await alone(isOccupied) {
                let copy = try? Copy(token.bytes)
                if let copy, let asked = engine.asked(file: copy.file) {
                    self.ask(.success(copy), asked)
                } else {
                    copy?.remove()
                    self.notice = Notice(what: .sealedFound)
                }
            }
        case .invitation:
            // The core knows whether it is the one that the person is asked about.
            try await alone(lockbox.isAsking) {
                try await self.opening { try await engine.open(token) }
            }
        case .lockedInvitation:
            try await alone(isOccupied) {
                let asked = try engine.asked(token)
                self.scanning = nil
                self.lockbox.ask(token, asked)
            }
        }
        show()
    }

    /// Whether the person is in the midst of something that nothing may take the place of.
    private var isOccupied: Bool { lockbox.isAsking || inCore.isConfirming }

    private func alone(_ isOccupied: Bool, _ open: @escaping Opening) async throws {
        if isOccupied { hold(open) } else { try await open() }
    }

    /// Holds what came meanwhile, and says so, unless the person is just being asked about a reply.
    private func hold(_ open: @escaping Opening) {
        guard offered == nil else { return }
        scanning = nil
        pending = open
        notice = Notice(what: .anotherUnderWay, way: .replace)
    }

    /// Opens an invitation; if something else is under way, the person decides. The one that is knocked at
    /// already was shown once more.
    private func opening(_ open: @escaping Opening) async throws {
        do {
            try await open()
            confirming = open
            scanning = nil
            if inCore.isKnocking { notice = Notice(what: .invitationTaken) }
        } catch let refusal as Refusal where refusal.isBusy {
            hold(open)
        }
    }

    private func ask(_ copied: Result<Copy, any Error>, _ asked: Asked) {
        switch copied {
        case .success(let copy) where isOccupied:
            // The file itself is where it was.
            copy.remove()
            notice = Notice(what: .kindBusy, next: .remedyFinishFirst)
        case .success(let copy):
            scanning = nil
            lockbox.ask(copy, asked)
            show()
        case .failure: notice = Notice(what: .kindStorage)
        }
    }

    /// What waits and who is known may be new.
    private func refresh(_ engine: Engine) async throws {
        home.waiting = try await engine.waiting()
        home.people = try await engine.people()
        show()
    }

    /// What is in a file; none if it is too large for anything that is looked for in files.
    private nonisolated static func contents(of file: URL) throws -> Data? {
        let size = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        return size > largestFile ? nil : try Data(contentsOf: file)
    }

    /// Bytes; more than any photograph.
    private nonisolated static let largestFile = 128 << 20

    /// A goodbye that takes longer ends in "busy", and the person can try again.
    private func untilFree() async {
        for _ in 0..<60 where !inCore.isFree {
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    private func show() {
        let denied: Key? = localNetworkDenied ? .localNetworkDenied : nil
        var next: Screen
        if let scanning {
            next = .scan(scanning)
        } else if let locked = lockbox.screen {
            next = locked
        } else if isProtecting {
            next = .protect
        } else if let failure {
            next = .ended(failure)
        } else {
            next = inCore.screen(home: home, hint: denied)
            if next.isHome { next = atHome() }
        }
        if let denied, case .ended(var ended) = next, ended.what == .kindNotReached {
            ended.next = denied
            ended.way = .appSettings
            next = .ended(ended)
        }
        if next != screen { screen = next }
    }

    /// What is looked at while nothing is under way.
    private func atHome() -> Screen {
        if let outlook { return .outlook(outlook.report) }
        if let settings { return .settings(settings) }
        if let person { return .person(person) }
        return .home(home)
    }

    private func hear(_ told: Event) {
        switch told {
        case .view(let view):
            if view.isTalking && !inCore.isTalking {
                rows = []
                scanning = nil
                lockbox.clear()
                person = nil
                settings = nil
                outlook = nil
                isProtecting = false
            }
            inCore = view
            show()
            if view.isFree { act { model, engine in try await model.refresh(engine) } }
        case .row(let row):
            if let at = rows.firstIndex(where: { $0.id == row.id }) {
                rows[at] = row
            } else {
                rows.append(row)
            }
            engine?.taken()
        case .gone(let number):
            rows.removeAll { $0.id == number }
        }
    }
}

/// What the core tells, on its way to the thread that draws.
private enum Event: Sendable {
    case view(View)
    case row(Row)
    case gone(UInt64)
}

private struct Sink: EventSink {
    let told: AsyncStream<Event>.Continuation

    func view(_ view: View) { told.yield(.view(view)) }
    func row(_ row: Row) { told.yield(.row(row)) }
    func gone(_ number: UInt64) { told.yield(.gone(number)) }
}
