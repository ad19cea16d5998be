import Shell
import SwiftUI
import UIKit

/// Bubbles with their times, and a line to write in.
struct ConversationView: View {
    let page: Page
    let talk: Talk
    let model: AppModel
    let actions: PlatformActions
    let perform: (Action, Typed) -> Void

    /// What was typed to each, for as long as the app runs.
    @Binding var drafts: [String: String]
    /// What a text of ours is to say from now on, while it is changed.
    @State private var change = ""
    @FocusState private var isWriting: Bool

    var body: some View {
        VStack(spacing: 0) {
            about
            rows
            if !talk.isOver { composer }
        }
        .toolbar {
            ToolbarItem(placement: .principal) {
                HStack(spacing: 8) {
                    Avatar(initial: talk.initial, presence: talk.presence)
                    Text(talk.name).font(.headline)
                    if talk.isProven { VerifiedMark() }
                }
                .accessibilityElement(children: .combine)
                .accessibilityAddTraits(.isHeader)
            }
        }
    }

    private var about: some View {
        VStack(spacing: 4) {
            Text(page.status ?? Phrase(talk.isOver ? .conversationOver : .connected)).font(.subheadline.bold())
            ForEach(Array(page.lines.enumerated()), id: \.offset) { _, line in
                Text(line).font(.footnote).foregroundStyle(.secondary)
            }
            if !page.choices.isEmpty {
                ChoiceList(page: page) { perform($0, Typed()) }
            }
        }
        .multilineTextAlignment(.center)
        .frame(maxWidth: .infinity)
        .padding(.horizontal)
        .padding(.vertical, 8)
        .background(.thinMaterial)
    }

    private var rows: some View {
        ScrollViewReader { reader in
            ScrollView {
                LazyVStack(spacing: 8) {
                    if model.rows.isEmpty && talk.presence == .here {
                        Text(.conversationEmpty).foregroundStyle(.secondary).padding(.top, 40)
                    }
                    ForEach(DayPage.days(of: model.rows)) { day in
                        Text(day.title).font(.footnote.bold()).foregroundStyle(.secondary).padding(8)
                            .accessibilityAddTraits(.isHeader)
                        ForEach(day.rows) { row in
                            RowView(
                                row: RowPage(
                                    row, canAnswer: !talk.isOver,
                                    canAgree: !talk.isOver && row.id == model.rows.proposed),
                                perform: act, copy: actions.copy
                            )
                            .onAppear { if row.id == model.rows.first?.id { model.earlier() } }
                        }
                    }
                    if let waiting = talk.waiting {
                        Text(waiting)
                            .font(.footnote)
                            .foregroundStyle(.secondary)
                            .multilineTextAlignment(.center)
                            .padding(20)
                    }
                }
                .padding()
            }
            .scrollDismissesKeyboard(.interactively)
            // Also when it is shown again.
            .onChange(of: model.rows.last?.id, initial: true) { _, last in
                if let last { reader.scrollTo(last, anchor: .bottom) }
            }
        }
    }

    private var composer: some View {
        VStack(spacing: 8) {
            if let subject = talk.subject { about(subject) }
            line
        }
        .padding(.horizontal)
        .padding(.vertical, 8)
        .background(.thinMaterial)
        .onChange(of: talk.subject, initial: true) { _, subject in
            // What is changed is no draft, which is there again afterwards.
            change = subject?.isEdit == true ? subject?.text ?? "" : ""
            if subject != nil { isWriting = true }
        }
        .onChange(of: talk.unsent, initial: true) { _, unsent in
            // What could not be said is there again, ahead of what was written since then.
            guard unsent != nil, let text = model.takeUnsent() else { return }
            let contact = talk.contact ?? ""
            drafts[contact] = drafts[contact].map { $0.isEmpty ? text : text + "\n" + $0 } ?? text
        }
        .onChange(of: talk.locked, initial: true) { _, locked in
            guard locked != nil, let text = model.takeLocked() else { return }
            let contact = talk.contact ?? ""
            if drafts[contact] == text { drafts[contact] = nil }
        }
    }

    private func about(_ subject: Subject) -> some View {
        HStack(spacing: 12) {
            VStack(alignment: .leading, spacing: 2) {
                Text(subject.isEdit ? .subjectEdit : .subjectReply).font(.footnote.bold()).foregroundStyle(.tint)
                Text(verbatim: subject.text).font(.footnote).foregroundStyle(.secondary).lineLimit(2)
            }
            .frame(maxWidth: .infinity, alignment: .leading)
            .accessibilityElement(children: .combine)
            Button {
                model.dropSubject()
            } label: {
                Image(systemName: "xmark")
                    .frame(minWidth: 44, minHeight: 44)
                    .accessibilityLabel(Text(.dropSubject))
            }
        }
    }

    private var line: some View {
        HStack(alignment: .bottom, spacing: 8) {
            if let chips = page.chips {
                Menu {
                    ForEach(Array(chips.choices.enumerated()), id: \.offset) { _, choice in
                        Button {
                            perform(choice.action, written)
                        } label: {
                            Label {
                                Text(choice.label)
                            } icon: {
                                Image(systemName: choice.action.picture)
                            }
                        }
                    }
                } label: {
                    Image(systemName: "plus.circle.fill")
                        .font(.title2)
                        .frame(minWidth: 44, minHeight: 44)
                        .accessibilityLabel(Text(chips.text))
                }
            }
            TextField(say(.writeMessage), text: draft, axis: .vertical)
                .lineLimit(1...5)
                .textFieldStyle(.roundedBorder)
                .focused($isWriting)
                .frame(minHeight: 44)
            Button(action: send) {
                Image(systemName: "arrow.up.circle.fill")
                    .font(.title2)
                    .frame(minWidth: 44, minHeight: 44)
                    .accessibilityLabel(Text(.send))
            }
            .disabled(draft.wrappedValue.isEmpty)
            .keyboardShortcut(.return, modifiers: .command)
        }
    }

    private var draft: Binding<String> {
        if talk.subject?.isEdit == true { return $change }
        let contact = talk.contact ?? ""
        return Binding {
            drafts[contact] ?? ""
        } set: { text in
            drafts[contact] = text
        }
    }

    private var written: Typed {
        var typed = Typed()
        typed.message = draft.wrappedValue
        return typed
    }

    private func send() {
        model.send(draft.wrappedValue)
        draft.wrappedValue = ""
    }

    private func act(_ choice: RowChoice) {
        if let errand = model.perform(choice) { actions.run(errand, for: model) }
    }
}

/// One row, ours at the trailing side.
private struct RowView: View {
    let row: RowPage
    let perform: (RowChoice) -> Void
    let copy: (String) -> Void

    @State private var asked: RowChoice?

    var body: some View {
        VStack(alignment: .leading, spacing: 6) {
            VStack(alignment: .leading, spacing: 6) {
                if let quote = row.quote {
                    Text(quote)
                        .font(.footnote)
                        .lineLimit(3)
                        .padding(.leading, 10)
                        .overlay(alignment: .leading) { Rectangle().fill(.tint).frame(width: 3) }
                }
                if let small = row.preview.flatMap(UIImage.init(data:)), max(small.size.width, small.size.height) <= 512
                {
                    Image(uiImage: small)
                        .resizable()
                        .scaledToFit()
                        .frame(maxWidth: 240, maxHeight: 240)
                        .clipShape(RoundedRectangle(cornerRadius: 12))
                        .accessibilityHidden(true)
                }
                if row.isFile {
                    Label {
                        Text(verbatim: row.text).font(.headline)
                    } icon: {
                        Image(systemName: "doc.fill").accessibilityHidden(true)
                    }
                } else if !row.isNote {
                    // Links in it can be touched; nothing else of it is read as markup.
                    Text(linked(row.text)).textSelection(.enabled)
                }
                if let status = row.status {
                    Text(status).font(.footnote).foregroundStyle(.secondary)
                }
                if let pace = row.pace {
                    Text(pace).font(.footnote).foregroundStyle(.secondary)
                }
                if !row.reactions.isEmpty {
                    HStack(spacing: 4) {
                        ForEach(Array(row.reactions.enumerated()), id: \.offset) { _, sign in
                            Text(verbatim: sign.symbol)
                                .padding(.horizontal, 8)
                                .padding(.vertical, 2)
                                .background(Color(uiColor: .systemBackground), in: Capsule())
                        }
                    }
                }
                Text(verbatim: clock(row.at)).font(.caption2).foregroundStyle(.secondary)
            }
            .accessibilityElement(children: .combine)
            .accessibilityLabel(Text(verbatim: spoken))
            if let progress = row.progress {
                ProgressView(value: progress).accessibilityHidden(true)
            }
            if !row.choices.isEmpty {
                HStack {
                    ForEach(Array(row.choices.enumerated()), id: \.offset) { _, choice in
                        Button {
                            perform(choice)
                        } label: {
                            Text(choice.label).frame(minHeight: 32)
                        }
                        .buttonStyle(.bordered)
                    }
                }
            }
        }
        .padding(12)
        .background(row.ours ? Color.accentColor.opacity(0.2) : Color(uiColor: .secondarySystemBackground))
        .clipShape(
            UnevenRoundedRectangle(
                topLeadingRadius: 20, bottomLeadingRadius: row.ours ? 20 : 6,
                bottomTrailingRadius: row.ours ? 6 : 20, topTrailingRadius: 20)
        )
        .contextMenu {
            if !row.symbols.isEmpty {
                ControlGroup {
                    ForEach(Array(row.symbols.enumerated()), id: \.offset) { _, choice in
                        if case .react(_, let symbol) = choice {
                            Button {
                                perform(choice)
                            } label: {
                                Text(verbatim: symbol)
                            }
                        }
                    }
                }
            }
            if !row.isFile && !row.isNote {
                Button {
                    copy(row.text)
                } label: {
                    Label {
                        Text(.copy)
                    } icon: {
                        Image(systemName: "doc.on.doc")
                    }
                }
            }
            ForEach(Array(row.menu.enumerated()), id: \.offset) { _, choice in
                Button(role: choice.asks == nil ? nil : .destructive) {
                    if choice.asks == nil { perform(choice) } else { asked = choice }
                } label: {
                    Label {
                        Text(choice.label)
                    } icon: {
                        Image(systemName: choice.picture)
                    }
                }
            }
        }
        .confirmationDialog(
            asked?.asks.map { say($0.title) } ?? "",
            isPresented: Binding {
                asked != nil
            } set: {
                if !$0 { asked = nil }
            }, titleVisibility: .visible
        ) {
            if let choice = asked, let asks = choice.asks {
                Button(role: .destructive) {
                    perform(choice)
                } label: {
                    Text(choice.label)
                }
                Button(role: .cancel) {
                } label: {
                    Text(asks.keep)
                }
            }
        } message: {
            if let asks = asked?.asks { Text(asks.text) }
        }
        .frame(maxWidth: 320, alignment: row.ours ? .trailing : .leading)
        .frame(maxWidth: .infinity, alignment: row.ours ? .trailing : .leading)
    }

    private var spoken: String {
        let who = Phrase(.rowSaid, row.author, .verbatim(clock(row.at)))
        let text = row.text.isEmpty ? nil : Phrase.verbatim(row.text)
        return ([who, row.quote, text, row.status, row.pace] + row.reactions.map(\.words))
            .compactMap { $0 }.map { say($0) }.joined(separator: ", ")
    }

    private func linked(_ text: String) -> AttributedString {
        var (whole, from) = (AttributedString(), text.startIndex)
        for found in links(in: text) {
            var link = AttributedString(String(text[found.range]))
            link.link = found.url
            whole += AttributedString(String(text[from..<found.range.lowerBound])) + link
            from = found.range.upperBound
        }
        return whole + AttributedString(String(text[from...]))
    }
}

extension RowChoice {
    /// The name of Apple's symbol.
    fileprivate var picture: String {
        switch self {
        case .reply: "arrowshape.turn.up.left"
        case .edit: "pencil"
        case .takeBack: "arrow.uturn.backward"
        case .accept, .decline, .cancel, .open, .save, .react, .unlock, .agree: "arrow.right.circle"
        }
    }
}
