import Shell
import SwiftUI

/// Any screen but the conversation, from top to bottom as its page says.
struct PageView: View {
    let page: Page
    let model: AppModel
    let actions: PlatformActions
    let perform: (Action, Typed) -> Void

    @State private var typed = Typed()

    var body: some View {
        ScrollView {
            VStack(alignment: .leading, spacing: 16) {
                Text(page.title)
                    .font(.title2.bold())
                    .accessibilityAddTraits(.isHeader)
                if let status = page.status {
                    Text(status).font(.headline)
                }
                if let symbol = page.symbol {
                    SymbolView(text: symbol)
                        .frame(maxWidth: 500)
                        .frame(maxWidth: .infinity)
                }
                if page.camera {
                    CameraView(model: model, actions: actions)
                        .aspectRatio(3 / 4, contentMode: .fit)
                        .frame(maxWidth: 500)
                        .frame(maxWidth: .infinity)
                }
                ForEach(Array(page.lines.enumerated()), id: \.offset) { _, line in
                    Text(line)
                }
                if !page.symbols.isEmpty {
                    ComparisonView(symbols: page.symbols, digits: page.digits)
                }
                ForEach(Array(page.questions.enumerated()), id: \.offset) { place, question in
                    AnswerField(label: say(question), text: answer(at: place))
                }
                if page.answerCode {
                    AnswerField(label: say(.answerCode), text: $typed.code)
                }
                if page.protection {
                    ProtectionFields(protection: $typed.protection) {
                        Toggle(isOn: $typed.protection.isLock) { Text(.lockLink) }
                    }
                }
                if page.locking {
                    ProtectionFields(protection: $typed.protection) {
                        Toggle(isOn: $typed.withCode) { Text(.lockWithCode) }
                    }
                    .disabled(page.isBusy)
                    .onChange(of: typed) { perform(.judge, typed) }
                }
                if page.preferences != nil {
                    PreferenceFields(typed: $typed)
                }
                if let code = page.code {
                    CodeView(code: code)
                }
                if page.isBusy {
                    if let progress = page.progress, progress > 0 {
                        ProgressView(value: progress)
                    } else {
                        ProgressView().frame(maxWidth: .infinity)
                    }
                }
                if let deadline = page.deadline {
                    TimeLeft(deadline: deadline)
                }
                ForEach(Array(page.choices.enumerated()), id: \.offset) { place, choice in
                    ChoiceButton(choice: choice, isFirst: place == 0) { perform($0, typed) }
                        .disabled(page.disabled.contains(choice.action))
                }
                if !page.underWay.isEmpty {
                    Text(.underWayList).font(.title3.bold()).accessibilityAddTraits(.isHeader)
                    ForEach(page.underWay) { row in
                        ListRowView(row: row) { perform($0, typed) }
                    }
                }
                if !page.waiting.isEmpty {
                    Text(.waitingList).font(.title3.bold()).accessibilityAddTraits(.isHeader)
                    ForEach(page.waiting) { row in
                        ListRowView(row: row) { perform($0, typed) }
                    }
                }
                if !page.people.isEmpty {
                    Text(.people).font(.title3.bold()).accessibilityAddTraits(.isHeader)
                    ForEach(page.people) { row in
                        PersonView(row: row) { perform($0, typed) }
                    }
                }
            }
            .padding()
        }
        // What was typed for one thing is of no use for another.
        .onChange(of: page.questions) { typed = Typed() }
        .onChange(of: page.protection) { typed = Typed() }
        .onChange(of: page.locking) { typed = Typed() }
        .onChange(of: page.preferences, initial: true) {
            guard let chosen = page.preferences else { return }
            typed.preferences = chosen
            typed.servers = chosen.servers.joined(separator: " ")
        }
    }

    private func answer(at place: Int) -> Binding<String> {
        Binding {
            typed.answers.indices.contains(place) ? typed.answers[place] : ""
        } set: { text in
            while typed.answers.count <= place { typed.answers.append("") }
            typed.answers[place] = text
        }
    }
}

/// A line for an answer. No keyboard learns from it.
private struct AnswerField: View {
    let label: String
    @Binding var text: String

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            Text(verbatim: label).accessibilityHidden(true)
            TextField(label, text: $text, prompt: Text(verbatim: ""))
                .textFieldStyle(.roundedBorder)
                .textInputAutocapitalization(.never)
                .autocorrectionDisabled()
        }
    }
}

/// A question of ours, its answer, and what they are for.
private struct ProtectionFields<Purpose: View>: View {
    @Binding var protection: Protection
    @ViewBuilder let purpose: () -> Purpose

    var body: some View {
        VStack(alignment: .leading, spacing: 16) {
            VStack(alignment: .leading, spacing: 4) {
                Text(.yourQuestion).accessibilityHidden(true)
                TextField(say(.yourQuestion), text: $protection.question, prompt: Text(verbatim: ""), axis: .vertical)
                    .textFieldStyle(.roundedBorder)
            }
            AnswerField(label: say(.yourAnswer), text: $protection.answer)
            purpose()
        }
    }
}

/// Whom this phone may ask how it is seen from outside.
private struct PreferenceFields: View {
    @Binding var typed: Typed

    var body: some View {
        VStack(alignment: .leading, spacing: 16) {
            Toggle(isOn: $typed.preferences.asksServers) { Text(.askServers) }
            AnswerField(label: say(.yourServers), text: $typed.servers)
            Toggle(isOn: $typed.preferences.asksRouter) { Text(.askRouter) }
            Toggle(isOn: $typed.preferences.guesses) { Text(.guessPorts) }
        }
    }
}

/// A code to hand on: to copy, and to say aloud.
private struct CodeView: View {
    let code: SecondCode

    var body: some View {
        VStack(alignment: .leading, spacing: 12) {
            Text(verbatim: code.characters)
                .font(.title3.monospacedDigit())
                .speechSpellsOutCharacters()
                .environment(\.layoutDirection, .leftToRight)
            Text(verbatim: code.words)
        }
        .textSelection(.enabled)
    }
}

/// Something that is under way or waits, with what can be done about it.
private struct ListRowView: View {
    let row: ListRow
    let perform: (Action) -> Void

    var body: some View {
        VStack(alignment: .leading, spacing: 8) {
            Text(row.title)
            if let status = row.status { Text(status) }
            if let deadline = row.deadline { TimeLeft(deadline: deadline) }
            HStack {
                ForEach(Array(row.choices.enumerated()), id: \.offset) { place, choice in
                    ChoiceButton(choice: choice, isFirst: place == 0, perform: perform)
                }
            }
        }
        .accessibilityElement(children: .contain)
    }
}

/// Somebody who was met.
private struct PersonView: View {
    let row: PersonRow
    let perform: (Action) -> Void

    var body: some View {
        Button {
            perform(row.action)
        } label: {
            VStack(alignment: .leading, spacing: 4) {
                Text(row.name).font(.headline)
                Text(row.trust)
            }
            .frame(maxWidth: .infinity, minHeight: 32, alignment: .leading)
        }
        .buttonStyle(.bordered)
    }
}

/// Six pictures with their names, and the same in digits.
private struct ComparisonView: View {
    let symbols: [Pictograph]
    let digits: [String]

    var body: some View {
        VStack(alignment: .leading, spacing: 12) {
            ForEach(Array(symbols.enumerated()), id: \.offset) { _, symbol in
                HStack(spacing: 16) {
                    Text(verbatim: symbol.picture).font(.largeTitle).accessibilityHidden(true)
                    Text(symbol.name).font(.title3)
                }
            }
            Text(verbatim: digits.joined(separator: " "))
                .font(.title3.monospacedDigit())
                // Read digit by digit, and in the same order in every language.
                .speechSpellsOutCharacters()
                .environment(\.layoutDirection, .leftToRight)
        }
    }
}

/// A button of a page; the first stands out.
private struct ChoiceButton: View {
    let choice: Choice
    let isFirst: Bool
    let perform: (Action) -> Void

    var body: some View {
        if isFirst {
            button.buttonStyle(.borderedProminent)
        } else {
            button.buttonStyle(.bordered)
        }
    }

    private var button: some View {
        Button {
            perform(choice.action)
        } label: {
            Text(choice.label)
                .frame(maxWidth: .infinity, minHeight: 32)
        }
        .controlSize(.large)
    }
}

/// Counts down.
private struct TimeLeft: View {
    let deadline: UInt64

    var body: some View {
        TimelineView(.periodic(from: .now, by: 1)) { context in
            let now = UInt64(max(0, context.date.timeIntervalSince1970))
            Text(Phrase(.timeLeft, .verbatim(timeLeft(until: deadline, now: now))))
                .monospacedDigit()
                .foregroundStyle(.secondary)
        }
    }
}
