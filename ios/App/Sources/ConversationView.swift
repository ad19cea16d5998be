import Shell
import SwiftUI

/// Bubbles with their times, and a line to write in.
struct ConversationView: View {
    let page: Page
    let talk: Talk
    let model: AppModel
    let actions: PlatformActions
    let perform: (Action) -> Void

    /// What was typed to each, for as long as the app runs.
    @Binding var drafts: [String: String]
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
                ChoiceList(page: page, perform: perform)
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
                            RowView(row: RowPage(row), perform: act, copy: actions.copy, takeBack: takeBack(row))
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
        HStack(alignment: .bottom, spacing: 8) {
            if let chips = page.chips {
                Menu {
                    ForEach(Array(chips.choices.enumerated()), id: \.offset) { _, choice in
                        Button {
                            perform(choice.action)
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
        .padding(.horizontal)
        .padding(.vertical, 8)
        .background(.thinMaterial)
    }

    /// Erases a text of ours that both keep.
    private func takeBack(_ row: Row) -> (() -> Void)? {
        guard case .text(let text) = row, text.ours, text.mark != .nobody else { return nil }
        return { model.takeBack(text.number) }
    }

    private var draft: Binding<String> {
        let contact = talk.contact ?? ""
        return Binding {
            drafts[contact] ?? ""
        } set: { text in
            drafts[contact] = text
        }
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
    let takeBack: (() -> Void)?

    var body: some View {
        VStack(alignment: .leading, spacing: 6) {
            VStack(alignment: .leading, spacing: 6) {
                if row.isFile {
                    Label {
                        Text(verbatim: row.text).font(.headline)
                    } icon: {
                        Image(systemName: "doc.fill").accessibilityHidden(true)
                    }
                } else {
                    // Links in it can be touched; nothing else of it is read as markup.
                    Text(linked(row.text)).textSelection(.enabled)
                }
                if let status = row.status {
                    Text(status).font(.footnote).foregroundStyle(.secondary)
                }
                if let pace = row.pace {
                    Text(pace).font(.footnote).foregroundStyle(.secondary)
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
            if !row.isFile {
                Button {
                    copy(row.text)
                } label: {
                    Label {
                        Text(.copy)
                    } icon: {
                        Image(systemName: "doc.on.doc")
                    }
                }
                if let takeBack {
                    Button(action: takeBack) { Text(.takeBackText) }
                }
            }
        }
        .frame(maxWidth: 320, alignment: row.ours ? .trailing : .leading)
        .frame(maxWidth: .infinity, alignment: row.ours ? .trailing : .leading)
    }

    private var spoken: String {
        let who = Phrase(.rowSaid, row.author, .verbatim(clock(row.at)))
        return ([who, .verbatim(row.text), row.status, row.pace] as [Phrase?])
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
