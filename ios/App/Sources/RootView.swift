import Accessibility
import Shell
import SwiftUI

/// The screen that is shown, the notice beside it, and the errands that its buttons ask for.
struct RootView: View {
    let model: AppModel
    let restart: () -> Void

    @State private var actions = PlatformActions()
    @State private var probe = LocalNetworkProbe()

    var body: some View {
        let page = Page(model.screen)
        VStack(spacing: 0) {
            if let notice = model.notice {
                NoticeView(notice: notice, perform: perform, close: model.noticed)
            }
            if page.conversation {
                ConversationView(page: page, model: model, actions: actions, perform: perform)
            } else {
                PageView(page: page, model: model, actions: actions, perform: perform)
            }
        }
        .modifier(ErrandSheets(actions: actions, model: model))
        // Whoever waits with a finger on the screen need not wait for what became slow.
        .simultaneousGesture(TapGesture().onEnded { model.touched() })
        .modifier(Spotlight(isOn: page.isShownAround, isAwake: page.isShownAround || page.camera))
        .onChange(of: announcement(page)) { _, text in
            AccessibilityNotification.Announcement(text).post()
        }
        .onChange(of: isConnecting) { _, connecting in
            if connecting {
                probe.start { allowed in model.localNetwork(allowed: allowed) }
            } else {
                probe.stop()
            }
        }
    }

    private func perform(_ action: Action) {
        perform(action, Typed())
    }

    private func perform(_ action: Action, _ typed: Typed) {
        guard let errand = model.perform(action, typed: typed) else { return }
        if errand == .restart {
            restart()
        } else {
            actions.run(errand, for: model)
        }
    }

    private func announcement(_ page: Page) -> String {
        [page.title, page.status].compactMap { $0 }.map { say($0) }.joined(separator: ". ")
    }

    private var isConnecting: Bool {
        if case .connecting = model.screen { true } else { false }
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
