import Shell
import SwiftUI

/// The first start: how it goes, in pictures, and one question.
struct WelcomeView: View {
    let page: Page
    let perform: (Action, Typed) -> Void

    @State private var typed = Typed()

    var body: some View {
        ScrollView {
            VStack(spacing: 24) {
                Text(.appName).font(.largeTitle.bold()).foregroundStyle(.tint)
                StepList(steps: page.steps)
                VStack(alignment: .leading, spacing: 8) {
                    Text(page.title).font(.title2.bold()).accessibilityAddTraits(.isHeader)
                    ForEach(Array(page.lines.enumerated()), id: \.offset) { _, line in
                        Text(line).foregroundStyle(.secondary)
                    }
                    TextField(say(.yourName), text: $typed.name)
                        .textFieldStyle(.roundedBorder)
                        .textContentType(.givenName)
                        .submitLabel(.done)
                        .onSubmit(begin)
                }
                .frame(maxWidth: 500)
                ChoiceList(page: page) { action in
                    begin()
                    if action != .welcome { perform(action, typed) }
                }
            }
            .padding(24)
            .frame(maxWidth: .infinity)
        }
        .scrollDismissesKeyboard(.interactively)
    }

    private func begin() {
        perform(.welcome, typed)
    }
}
