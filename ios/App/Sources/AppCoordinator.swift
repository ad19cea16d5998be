import Inbox
import Observation
import Shell
import SwiftUI
import UIKit

/// Holds the `AppModel` and tells it what the system does with the app: links, the background, the network.
@MainActor @Observable
final class AppCoordinator {
    private(set) var model: AppModel
    private(set) var camera: CameraDriver
    let lock = AppLock()
    private(set) var notices: Notices
    @ObservationIgnored private let board = PhoneNotices(center: .current())
    @ObservationIgnored private let network = NetworkWatch()
    @ObservationIgnored private let localNetwork = LocalNetworkDriver()
    @ObservationIgnored private var machine = BackgroundMachine()
    @ObservationIgnored private var alarm: Task<Void, Never>?
    @ObservationIgnored private var task = UIBackgroundTaskIdentifier.invalid

    init() {
        #if DEBUG
        // scripts/ios/pictures takes one of each.
        if let name = ProcessInfo.processInfo.environment["HANDFAST_SCREEN"],
            let sample = Sample.all.first(where: { $0.name == name })
        {
            let drawn = AppModel(drawing: sample)
            model = drawn
            camera = CameraDriver(model: drawn)
            notices = Self.newNotices(of: drawn, on: board)
            return
        }
        #endif
        Folders.clean()
        let made = Self.newModel()
        model = made
        camera = CameraDriver(model: made)
        notices = Self.newNotices(of: made, on: board)
        network.start { [weak self] told in
            self?.model.network(told.addresses, router: told.router, isTunnelled: told.isTunnelled)
            self?.localNetwork.handle(.addresses(told.addresses))
        }
        localNetwork.tell = { [weak self] allowed in self?.model.localNetwork(allowed: allowed) }
    }

    /// Another model in the place of one that could not be opened.
    func restart() {
        let old = model
        camera.handle(.hidden)
        model = Self.newModel()
        camera = CameraDriver(model: model)
        notices = Self.newNotices(of: model, on: board)
        notices.seen(true)
        if let told = network.told { model.network(told.addresses, router: told.router, isTunnelled: told.isTunnelled) }
        Task { await old.shutdown() }
    }

    /// A universal link, a `handfast:` link, or a file.
    func open(_ url: URL) {
        let scoped = url.startAccessingSecurityScopedResource()
        model.handIn(url) {
            if scoped { url.stopAccessingSecurityScopedResource() }
        }
    }

    /// Somebody on the same network may have to be reached now, or no longer.
    func needsNeighbours(_ needed: Bool) {
        localNetwork.handle(.wanted(needed))
        network.isNeeded(needed)
    }

    func enter(_ phase: ScenePhase) {
        localNetwork.handle(.active(phase == .active))
        notices.seen(phase == .active)
        switch phase {
        case .background:
            lock.handle(.left)
            camera.handle(.left)
            handle(.left(isAtRest: model.isAtRest))
            watchRest()
        case .active:
            lock.handle(.returned)
            camera.handle(.entered)
            handle(.returned)
            takeShared()
        default:
            break
        }
    }

    /// What was shared into the app meanwhile.
    private func takeShared() {
        guard let shared = Inbox.shared?.take(into: URL.temporaryDirectory) else { return }
        model.share(Shared(text: shared.text, files: shared.files))
    }

    // MARK: The background

    private func handle(_ event: BackgroundMachine.Event) {
        for effect in machine.handle(event, at: .now) {
            switch effect {
            case .begin: begin()
            case .pause(let turn):
                let model = model
                model.left()
                Task {
                    await model.settled()
                    handle(.paused(turn: turn))
                }
            case .resume: model.returned()
            case .end:
                UIApplication.shared.endBackgroundTask(task)
                task = .invalid
            }
        }
        alarm?.cancel()
        alarm = machine.deadline.map { deadline in
            Task {
                try? await Task.sleep(until: deadline, clock: .continuous)
                if !Task.isCancelled { handle(.passed) }
            }
        }
    }

    private func begin() {
        task = UIApplication.shared.beginBackgroundTask { [weak self] in
            MainActor.assumeIsolated { self?.handle(.expired) }
        }
        handle(.granted(task == .invalid ? nil : .seconds(UIApplication.shared.backgroundTimeRemaining)))
    }

    /// Tells once when nothing is under way any more.
    private func watchRest() {
        let model = model
        withObservationTracking {
            _ = model.isAtRest
        } onChange: { [weak self] in
            // This is called just before the change.
            Task { @MainActor in
                if model.isAtRest { self?.handle(.rested) } else { self?.watchRest() }
            }
        }
    }

    // MARK: The model

    /// The host of links, and of the associated domain: a property of the build.
    private static let host = Bundle.main.object(forInfoDictionaryKey: "LinkHost") as? String

    private static func newNotices(of model: AppModel, on board: PhoneNotices) -> Notices {
        let notices = Notices(of: model, on: board, mark: Folders.support.appendingPathComponent("tells"))
        board.notices = notices
        return notices
    }

    private static func newModel() -> AppModel {
        AppModel(
            Setup(
                name: "", folder: Folders.kept.path, downloads: Folders.downloads.path,
                linkBase: host.map { "https://\($0)/" }, isHostServed: Setup.isServed(host)),
            keys: Keychain(),
            // The system calls every phone "iPhone", so the person is asked.
            owner: OwnName(file: Folders.support.appendingPathComponent("name")),
            links: OwnLinks(file: Folders.support.appendingPathComponent("links")),
            names: LocalServices()
        )
    }
}
