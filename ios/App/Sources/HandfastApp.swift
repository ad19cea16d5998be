import Shell
import SwiftUI

/// The app: one window on one `AppModel`.
@main
struct HandfastApp: App {
    @State private var home = AppCoordinator()
    @Environment(\.scenePhase) private var phase

    var body: some Scene {
        WindowGroup {
            RootView(model: home.model, home: home)
                .id(ObjectIdentifier(home.model))
                .tint(.accentColor)
                .onOpenURL { home.open($0) }
        }
        .onChange(of: phase) { _, phase in home.enter(phase) }
    }
}
