import Inbox
import Observation
import Shell
import SwiftUI
import UIKit

/// Holds the `AppModel` and tells it what the system does with the app: links, the background, the network.
@MainActor @Observable
final class AppCoordinator {
    private(set) var model: AppModel
    @ObservationIgnored private let network = NetworkWatch()
    @ObservationIgnored private var background = UIBackgroundTaskIdentifier.invalid

    init() {
        Folders.clean()
        model = Self.newModel()
        network.start { [weak self] addresses, router in
            self?.model.network(addresses, router: router)
        }
    }

    /// Another model in the place of one that could not be opened.
    func restart() {
        let old = model
        model = Self.newModel()
        model.network(localAddresses())
        Task { await old.shutdown() }
    }

    /// A universal link, a `handfast:` link, or a file.
    func open(_ url: URL) {
        let scoped = url.startAccessingSecurityScopedResource()
        model.handIn(url) {
            if scoped { url.stopAccessingSecurityScopedResource() }
        }
    }

    func enter(_ phase: ScenePhase) {
        switch phase {
        case .background:
            leave()
        case .active:
            model.returned()
            endBackground()
            takeShared()
        default:
            break
        }
    }

    /// What was shared into the app meanwhile.
    private func takeShared() {
        switch Inbox.shared?.take(into: URL.temporaryDirectory) {
        case .text(let text): model.handIn(text)
        case .file(let file):
            model.handIn(file) { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
        case nil: break
        }
    }

    /// Handing a link to another app puts this one into the background. It may go on waiting there for about
    /// half a minute; then its sockets are taken away, so it pauses before that.
    private func leave() {
        guard !model.isAtRest, background == .invalid else {
            model.left(kept: !model.isAtRest)
            return
        }
        background = UIApplication.shared.beginBackgroundTask { [weak self] in
            MainActor.assumeIsolated { self?.pause() }
        }
        model.left(kept: background != .invalid)
    }

    private func pause() {
        let model = model
        model.left(kept: false)
        Task {
            await model.settled()
            endBackground()
        }
    }

    private func endBackground() {
        guard background != .invalid else { return }
        UIApplication.shared.endBackgroundTask(background)
        background = .invalid
    }

    /// What links begin with: the host of the associated domain.
    private static let linkBase = (Bundle.main.object(forInfoDictionaryKey: "LinkHost") as? String)
        .map { "https://\($0)/" }

    private static func newModel() -> AppModel {
        AppModel(
            Setup(
                name: UIDevice.current.name, folder: Folders.kept.path,
                downloads: Folders.downloads.path, linkBase: linkBase),
            keys: Keychain()
        )
    }
}
