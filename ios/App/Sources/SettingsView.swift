import Shell
import SwiftUI

/// What the person is called; whom this phone may ask is under "Advanced".
struct SettingsView: View {
    let page: Page
    let settings: Settings
    @Bindable var lock: AppLock
    @Bindable var notices: Notices
    let perform: (Action, Typed) -> Void

    @State private var typed = Typed()
    @State private var isAdvanced = false

    var body: some View {
        Form {
            Section {
                TextField(say(.yourName), text: $typed.name)
                    .textContentType(.givenName)
                    .submitLabel(.done)
            } header: {
                Text(.yourName)
            } footer: {
                Text(.welcomeText)
            }
            if AppLock.isPossible {
                Section {
                    Toggle(isOn: $lock.isWanted) { Text(.appLock) }
                } footer: {
                    Text(.appLockText)
                }
            }
            Section {
                Toggle(isOn: $notices.tellsContent) { Text(.tellsContent) }
            } footer: {
                Text(.tellsContentText)
            }
            Section {
                DisclosureGroup(isExpanded: $isAdvanced) {
                    Toggle(isOn: $typed.preferences.asksServers) { Text(.askServers) }
                    AnswerField(label: say(.yourServers), text: $typed.servers)
                    AnswerField(label: say(.yourLinks), text: $typed.links)
                    if let status = page.status { Text(status).font(.headline) }
                    Toggle(isOn: $typed.preferences.asksRouter) { Text(.askRouter) }
                    Toggle(isOn: $typed.preferences.guesses) { Text(.guessPorts) }
                    ForEach(Array(page.lines.enumerated()), id: \.offset) { _, line in
                        Text(line).font(.footnote).foregroundStyle(.secondary)
                    }
                } label: {
                    Text(.advanced)
                }
            }
            Section {
                ForEach(Array(page.choices.enumerated()), id: \.offset) { _, choice in
                    Button {
                        perform(choice.action, typed)
                    } label: {
                        Text(choice.label)
                    }
                }
            }
        }
        .scrollDismissesKeyboard(.interactively)
        .onChange(of: settings, initial: true) { before, settings in
            // What was refused stays as it was typed.
            guard settings.hint == nil, settings.linkHint == nil else { return isAdvanced = true }
            typed.name = settings.name
            typed.preferences = settings.chosen
            typed.servers = settings.chosen.servers.joined(separator: " ")
            typed.links = settings.links
        }
    }
}
