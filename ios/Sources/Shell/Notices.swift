import Foundation
import Observation

/// The phone's notifications. What is posted under a name takes the place of what was posted under it before.
@MainActor
public protocol NoticeBoard: AnyObject {
    /// Asks the person whether this app may notify them, if that was never asked.
    func ask()
    func post(_ tidings: Tidings)
    func remove(_ id: String)
    /// Removes what an earlier process posted, whose conversations are gone.
    func clear()
}

/// Tells of an `AppModel` by notifications: carries out what a `TidingsMachine` decides.
@MainActor @Observable
public final class Notices {
    /// Notifications say what somebody wrote. That this is wanted is kept as a file, which is there or not.
    public var tellsContent: Bool {
        didSet {
            if tellsContent {
                _ = FileManager.default.createFile(atPath: mark.path, contents: nil)
            } else {
                try? FileManager.default.removeItem(at: mark)
            }
            handle(.tellsContent(tellsContent))
        }
    }

    @ObservationIgnored private let model: AppModel
    @ObservationIgnored private let board: any NoticeBoard
    @ObservationIgnored private let mark: URL
    @ObservationIgnored private var machine = TidingsMachine(process: UUID().uuidString)

    public init(of model: AppModel, on board: any NoticeBoard, mark: URL) {
        self.model = model
        self.board = board
        self.mark = mark
        tellsContent = FileManager.default.fileExists(atPath: mark.path)
        board.clear()
        handle(.tellsContent(tellsContent))
        watch()
    }

    /// The app is on the screen, or not any more.
    public func seen(_ isSeen: Bool) {
        handle(.seen(isSeen))
    }

    /// A person touched the notification with this name.
    public func touched(_ id: String) {
        handle(.touched(id))
    }

    /// A person answered out of it. Returns when the answer is said, or waits to be.
    public func answered(_ id: String, _ text: String) async {
        handle(.answered(id, text))
        await model.settled()
    }

    /// Looks at what goes on, now and after every change of it.
    private func watch() {
        let (ongoing, hasPeople) = withObservationTracking {
            (model.ongoing, !model.home.people.isEmpty)
        } onChange: { [weak self] in
            // This is called just before the change.
            Task { @MainActor in self?.watch() }
        }
        handle(.changed(ongoing, hasPeople: hasPeople))
    }

    private func handle(_ event: TidingsMachine.Event) {
        for effect in machine.handle(event) {
            switch effect {
            case .ask: board.ask()
            case .post(let tidings), .postUnsent(let tidings): board.post(tidings)
            case .remove(let id): board.remove(id)
            case .send(let session, let text): model.send(text, to: session)
            case .show(let session): model.show(session)
            }
        }
    }
}
