import LocalAuthentication
import Observation
import Shell
import SwiftUI

/// Does what an `AppLockMachine` decides. That it is wanted is kept as a file, which is there or not.
@MainActor @Observable
final class AppLock {
    private(set) var isCovered = false

    /// Whether the phone can ask who it is.
    static var isPossible: Bool { LAContext().canEvaluatePolicy(.deviceOwnerAuthentication, error: nil) }

    var isWanted: Bool {
        didSet {
            if isWanted {
                _ = FileManager.default.createFile(atPath: Self.mark.path, contents: nil)
            } else {
                try? FileManager.default.removeItem(at: Self.mark)
            }
            handle(.wanted(isWanted, atStart: false))
        }
    }

    @ObservationIgnored private var machine = AppLockMachine()

    private static let mark = Folders.support.appendingPathComponent("locked")

    init() {
        isWanted = FileManager.default.fileExists(atPath: Self.mark.path)
        handle(.wanted(isWanted, atStart: true))
    }

    func handle(_ event: AppLockMachine.Event) {
        for effect in machine.handle(event, at: .now) {
            switch effect {
            case .ask: ask()
            }
        }
        isCovered = machine.isCovered
    }

    private func ask() {
        Task {
            let context = LAContext()
            var answer = AppLockMachine.Answer.impossible
            if context.canEvaluatePolicy(.deviceOwnerAuthentication, error: nil) {
                let isOwner = try? await context.evaluatePolicy(
                    .deviceOwnerAuthentication, localizedReason: say(.appLockReason))
                answer = isOwner == true ? .owner : .refused
            }
            handle(.answered(answer))
        }
    }
}

/// Covers everything until the owner of the phone is there.
struct LockCover: View {
    let lock: AppLock

    var body: some View {
        VStack(spacing: 24) {
            Image(systemName: "lock.fill").font(.largeTitle).accessibilityHidden(true)
            Button {
                lock.handle(.touched)
            } label: {
                Text(.unlock).frame(minHeight: 32)
            }
            .buttonStyle(.borderedProminent)
            .controlSize(.large)
        }
        .frame(maxWidth: .infinity, maxHeight: .infinity)
        .background(Color(uiColor: .systemBackground))
        .ignoresSafeArea()
    }
}
