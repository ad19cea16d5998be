import Shell
import SwiftUI

/// Any other screen, from top to bottom as its page says.
struct PageView: View {
    let page: Page
    let perform: (Action, Typed) -> Void

    @State private var typed = Typed()

    var body: some View {
        ScrollView {
            VStack(alignment: .leading, spacing: 16) {
                if let status = page.status {
                    Text(status).font(.headline)
                }
                if !page.steps.isEmpty { StepList(steps: page.steps) }
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
                if let writing = page.writing {
                    LockedMessageFields(message: $typed.message, locks: $typed.locks, most: writing.mostQuestions)
                        .disabled(page.isBusy)
                        .onChange(of: typed.locks) { perform(.judgeMessage, typed) }
                }
                if let secret = page.secret {
                    Text(verbatim: secret)
                        .textSelection(.enabled)
                        .frame(maxWidth: .infinity, alignment: .leading)
                        .padding(12)
                        .background(.thinMaterial, in: RoundedRectangle(cornerRadius: 12))
                }
                between
                if page.moving {
                    Toggle(isOn: $typed.withMessages) { Text(.movingWithMessages) }.disabled(page.isBusy)
                }
                if let deciding = page.deciding {
                    DecidingView(deciding: deciding, name: $typed.name) { perform($0, typed) }
                }
                if let code = page.code {
                    SecondCodeView(code: code)
                }
                if page.isBusy {
                    if let progress = page.progress, progress > 0 {
                        ProgressView(value: progress)
                    } else {
                        ProgressView().frame(maxWidth: .infinity)
                    }
                }
                ForEach(page.underWay) { row in
                    ListRowView(row: row) { perform($0, typed) }
                }
                if let deadline = page.deadline {
                    TimeLeft(deadline: deadline)
                }
                ChoiceList(page: page) { perform($0, typed) }
            }
            .padding()
            .frame(maxWidth: 700)
            .frame(maxWidth: .infinity)
        }
        .scrollDismissesKeyboard(.interactively)
        // What was typed for one thing is of no use for another.
        .onChange(of: page.questions) { typed = Typed() }
        .onChange(of: page.protection) { typed = Typed() }
        .onChange(of: page.locking) { typed = Typed() }
        .onChange(of: page.asking) { typed = Typed() }
        .onChange(of: page.writing, initial: true) { _, writing in
            typed = Typed()
            typed.message = writing?.text ?? ""
        }
        .onChange(of: page.searching) { typed = Typed() }
        .onChange(of: page.deciding?.name, initial: true) { _, name in typed.name = name ?? "" }
    }

    /// What is done with somebody who is known, beside writing to them.
    @ViewBuilder private var between: some View {
        if page.asking {
            ProtectionFields(protection: $typed.protection) {}
        }
        if page.searching {
            TextField(say(.searchWords), text: $typed.words)
                .textFieldStyle(.roundedBorder)
                .textInputAutocapitalization(.never)
                .submitLabel(.done)
                .onSubmit { perform(.lookFor, typed) }
        }
        ForEach(page.hits) { hit in
            VStack(alignment: .leading, spacing: 4) {
                Text(verbatim: hit.text).textSelection(.enabled)
                Text(hit.about).font(.footnote).foregroundStyle(.secondary)
            }
            .frame(maxWidth: .infinity, alignment: .leading)
            .padding(12)
            .background(.thinMaterial, in: RoundedRectangle(cornerRadius: 12))
            .accessibilityElement(children: .combine)
        }
        ForEach(page.options) { option in
            Button {
                perform(option.action, typed)
            } label: {
                Text(option.words).frame(maxWidth: .infinity, minHeight: 44)
            }
            .buttonStyle(.bordered)
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
struct AnswerField: View {
    let label: String
    @Binding var text: String

    var body: some View {
        VStack(alignment: .leading, spacing: 4) {
            Text(verbatim: label).accessibilityHidden(true)
            TextField(label, text: $text, prompt: Text(verbatim: ""))
                .textFieldStyle(.roundedBorder)
                .textInputAutocapitalization(.never)
                .autocorrectionDisabled()
                .submitLabel(.done)
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

/// A message, and what is asked before it opens: one question or more, each with its answer.
private struct LockedMessageFields: View {
    @Binding var message: String
    @Binding var locks: [Protection]
    let most: Int

    var body: some View {
        VStack(alignment: .leading, spacing: 16) {
            VStack(alignment: .leading, spacing: 4) {
                Text(.yourMessage).accessibilityHidden(true)
                TextField(say(.yourMessage), text: $message, prompt: Text(verbatim: ""), axis: .vertical)
                    .lineLimit(1...6)
                    .textFieldStyle(.roundedBorder)
            }
            ForEach(Array(locks.indices), id: \.self) { place in
                ProtectionFields(protection: lock(at: place)) {}
            }
            HStack {
                if locks.count < most {
                    Button {
                        locks.append(Protection())
                    } label: {
                        Text(.anotherQuestion)
                    }
                }
                if locks.count > 1 {
                    Button {
                        locks.removeLast()
                    } label: {
                        Text(.dropQuestion)
                    }
                }
            }
            .buttonStyle(.bordered)
        }
    }

    /// What is drawn may be gone by the time it is read.
    private func lock(at place: Int) -> Binding<Protection> {
        Binding {
            locks.indices.contains(place) ? locks[place] : Protection()
        } set: { lock in
            if locks.indices.contains(place) { locks[place] = lock }
        }
    }
}

/// What somebody is called here, and what is taken from them.
private struct DecidingView: View {
    let deciding: Deciding
    @Binding var name: String
    let perform: (Action) -> Void

    var body: some View {
        VStack(alignment: .leading, spacing: 16) {
            VStack(alignment: .leading, spacing: 4) {
                Text(.givenName).accessibilityHidden(true)
                HStack {
                    TextField(say(.givenName), text: $name, prompt: Text(verbatim: ""))
                        .textFieldStyle(.roundedBorder)
                        .submitLabel(.done)
                    Button {
                        perform(.giveName(deciding.contact))
                    } label: {
                        Text(.giveName)
                    }
                    .disabled(name == deciding.name)
                }
                Text(.giveNameText).font(.footnote).foregroundStyle(.secondary)
            }
            Menu {
                ForEach(deciding.amounts) { amount in
                    Button {
                        perform(amount.action)
                    } label: {
                        if amount.isChosen {
                            Label {
                                Text(verbatim: capital(amount.words))
                            } icon: {
                                Image(systemName: "checkmark")
                            }
                        } else {
                            Text(verbatim: capital(amount.words))
                        }
                    }
                }
            } label: {
                Text(.filesUnasked).frame(minHeight: 44)
            }
            Text(.filesUnaskedText).font(.footnote).foregroundStyle(.secondary)
        }
    }

    /// A part of a sentence that stands alone.
    private func capital(_ words: Phrase) -> String {
        let words = say(words)
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}

/// A code to hand on: to copy, and to say aloud.
private struct SecondCodeView: View {
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
