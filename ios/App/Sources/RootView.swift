import Accessibility
import Shell
import SwiftUI

/// The screen that is shown, the notice beside it, and the errands that its buttons ask for. In a wide window
/// home stays beside it.
struct RootView: View {
    let model: AppModel
    let home: AppCoordinator

    @State private var actions = PlatformActions()
    @State private var drafts: [String: String] = [:]
    /// What is drawn while it leaves.
    @State private var last = Screen.welcome
    @Environment(\.horizontalSizeClass) private var width
    @Environment(\.scenePhase) private var phase

    var body: some View {
        let page = Page(model.screen)
        content(page)
            .safeAreaInset(edge: .top, spacing: 0) {
                if let notice = model.notice {
                    NoticeView(notice: notice, perform: perform, close: model.noticed)
                }
            }
            .modifier(ErrandSheets(actions: actions, model: model))
            .overlay {
                // Before the system takes its picture for the list of apps.
                if home.lock.isCovered {
                    LockCover(lock: home.lock)
                } else if (page.isSecret || home.lock.isWanted) && phase != .active {
                    Color(uiColor: .systemBackground).ignoresSafeArea()
                }
            }
            // What was opened over the screen lies over its cover, too.
            .onChange(of: home.lock.isCovered) { _, isCovered in
                if isCovered { actions.dismiss() }
            }
            .onChange(of: model.due) { _, due in
                guard let due else { return }
                model.begun()
                actions.run(due, for: model)
            }
            // Whoever waits with a finger on the screen need not wait for what became slow.
            .simultaneousGesture(TapGesture().onEnded { model.touched() })
            .modifier(Spotlight(isOn: page.isBright, isAwake: page.isAwake))
            .onChange(of: model.screen, initial: true) { _, screen in
                if !isHome(screen) { last = screen }
            }
            .onChange(of: announcement(page)) { _, text in
                AccessibilityNotification.Announcement(text).post()
            }
            .onChange(of: page.needsNeighbours, initial: true) { _, needed in home.needsNeighbours(needed) }
    }

    @ViewBuilder private func content(_ page: Page) -> some View {
        if page.welcome {
            WelcomeView(page: page, perform: perform)
        } else if width == .regular {
            NavigationSplitView {
                HomeView(page: Page(.home(model.home)), perform: perform)
            } detail: {
                NavigationStack {
                    if isHome(model.screen) {
                        Text(.homeEmpty).foregroundStyle(.secondary).padding()
                    } else {
                        ScreenView(
                            page: page, model: model, actions: actions, camera: home.camera, lock: home.lock,
                            notices: home.notices, drafts: $drafts, perform: perform)
                    }
                }
            }
        } else {
            NavigationStack(path: path) {
                HomeView(page: Page(.home(model.home)), perform: perform)
                    .navigationDestination(for: Away.self) { _ in
                        ScreenView(
                            page: isHome(model.screen) ? Page(last) : page, model: model, actions: actions,
                            camera: home.camera, lock: home.lock, notices: home.notices, drafts: $drafts,
                            perform: perform)
                    }
            }
        }
    }

    /// One step away from home, and a swipe goes back.
    private var path: Binding<[Away]> {
        Binding {
            isHome(model.screen) ? [] : [Away()]
        } set: { path in
            if path.isEmpty && !isHome(model.screen) { model.back() }
        }
    }

    private func perform(_ action: Action) {
        perform(action, Typed())
    }

    private func perform(_ action: Action, _ typed: Typed) {
        guard let errand = model.perform(action, typed: typed) else { return }
        if errand == .restart {
            home.restart()
        } else {
            actions.run(errand, for: model)
        }
    }

    private func announcement(_ page: Page) -> String {
        [page.title, page.status].compactMap { $0 }.map { say($0) }.joined(separator: ". ")
    }

    private func isHome(_ screen: Screen) -> Bool {
        if case .home = screen { true } else { false }
    }
}

/// Anywhere but home.
private struct Away: Hashable {}

/// Any screen but home and the first start.
private struct ScreenView: View {
    let page: Page
    let model: AppModel
    let actions: PlatformActions
    let camera: CameraDriver
    let lock: AppLock
    let notices: Notices
    @Binding var drafts: [String: String]
    let perform: (Action, Typed) -> Void

    var body: some View {
        content
            .navigationTitle(say(page.title))
            .navigationBarTitleDisplayMode(.inline)
            .navigationBarBackButtonHidden(page.leave != .back)
            .toolbar {
                if page.leave == .close {
                    ToolbarItem(placement: .cancellationAction) {
                        Button {
                            model.back()
                        } label: {
                            Image(systemName: "xmark").accessibilityLabel(Text(.backHome))
                        }
                    }
                }
                if !page.menu.isEmpty {
                    ToolbarItem(placement: .primaryAction) {
                        MoreMenu(choices: page.menu) { perform($0, Typed()) }
                    }
                }
            }
    }

    @ViewBuilder private var content: some View {
        if let talk = page.conversation {
            ConversationView(page: page, talk: talk, model: model, actions: actions, perform: perform, drafts: $drafts)
        } else if let settings = page.settings {
            SettingsView(page: page, settings: settings, lock: lock, notices: notices, perform: perform)
        } else if let symbol = page.symbol {
            CodeView(page: page, symbol: symbol, perform: act)
        } else if page.isScan {
            ScanView(page: page, camera: camera, perform: act)
        } else {
            PageView(page: page, perform: perform)
        }
    }

    private func act(_ action: Action) {
        perform(action, Typed())
    }
}

/// Something to say beside the screen.
private struct NoticeView: View {
    let notice: Notice
    let perform: (Action) -> Void
    let close: () -> Void

    var body: some View {
        VStack(alignment: .leading, spacing: 8) {
            Label {
                Text(Phrase(notice.what)).font(.headline)
            } icon: {
                Image(systemName: "info.circle").accessibilityHidden(true)
            }
            if let next = notice.next {
                Text(Phrase(next))
            }
            HStack {
                if let choice = notice.choice {
                    Button {
                        close(choice)
                    } label: {
                        Text(choice.label)
                    }
                    .buttonStyle(.borderedProminent)
                }
                Button(action: close) { Text(.understood) }
                    .buttonStyle(.bordered)
            }
        }
        .frame(maxWidth: .infinity, alignment: .leading)
        .padding()
        .background(.thinMaterial)
        .accessibilityElement(children: .contain)
        // One may follow the other.
        .onChange(of: notice.what, initial: true) {
            AccessibilityNotification.Announcement(say(notice.what)).post()
        }
    }

    private func close(_ choice: Choice) {
        perform(choice.action)
        // What came meanwhile is still needed for this one, and goes with it.
        if choice.action != .replace && choice.action != .takeReply { close() }
    }
}
