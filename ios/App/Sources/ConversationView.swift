import Shell
import SwiftUI

/// Rows, and a line to write in.
struct ConversationView: View {
    let page: Page
    let model: AppModel
    let actions: PlatformActions
    let perform: (Action, Typed) -> Void

    @State private var draft = ""

    var body: some View {
        VStack(spacing: 0) {
            VStack(alignment: .leading, spacing: 4) {
                Text(page.title).font(.headline).accessibilityAddTraits(.isHeader)
                ForEach(Array(page.lines.enumerated()), id: \.offset) { _, line in
                    Text(line).font(.subheadline).foregroundStyle(.secondary)
                }
                if let status = page.status {
                    Text(status).font(.subheadline.bold())
                }
            }
            .frame(maxWidth: .infinity, alignment: .leading)
            .padding()
            Divider()
            rows
            Divider()
            writing
        }
    }

    private var rows: some View {
        ScrollViewReader { reader in
            ScrollView {
                LazyVStack(spacing: 8) {
                    ForEach(model.rows) { row in
                        RowView(row: RowPage(row), perform: act)
                    }
                }
                .padding()
            }
            // Also when it is shown again.
            .onChange(of: model.rows.last?.id, initial: true) { _, last in
                if let last { reader.scrollTo(last, anchor: .bottom) }
            }
        }
    }

    private var writing: some View {
        VStack(spacing: 8) {
            HStack(alignment: .bottom) {
                TextField(say(.writeMessage), text: $draft, axis: .vertical)
                    .lineLimit(1...5)
                    .textFieldStyle(.roundedBorder)
                Button {
                    model.send(draft)
                    draft = ""
                } label: {
                    Text(.send)
                }
                .buttonStyle(.borderedProminent)
                .disabled(draft.isEmpty)
            }
            HStack {
                ForEach(Array(page.choices.enumerated()), id: \.offset) { _, choice in
                    Button {
                        perform(choice.action, Typed())
                    } label: {
                        Text(choice.label).frame(maxWidth: .infinity, minHeight: 32)
                    }
                    .buttonStyle(.bordered)
                }
            }
        }
        .padding()
    }

    private func act(_ choice: RowChoice) {
        if let path = model.perform(choice) {
            actions.handOn(URL(fileURLWithPath: path))
        }
    }
}

/// One row, ours at the trailing side.
private struct RowView: View {
    let row: RowPage
    let perform: (RowChoice) -> Void

    var body: some View {
        VStack(alignment: .leading, spacing: 6) {
            VStack(alignment: .leading, spacing: 6) {
                Text(verbatim: row.text).textSelection(.enabled)
                if let status = row.status {
                    Text(status).font(.footnote).foregroundStyle(.secondary)
                }
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
                            Text(choice.label)
                        }
                        .buttonStyle(.bordered)
                    }
                }
            }
        }
        .padding(10)
        .background(row.ours ? Color.accentColor.opacity(0.15) : Color.secondary.opacity(0.15))
        .clipShape(RoundedRectangle(cornerRadius: 12))
        .frame(maxWidth: .infinity, alignment: row.ours ? .trailing : .leading)
    }

    private var spoken: String {
        ([row.author, .verbatim(row.text), row.status] as [Phrase?])
            .compactMap { $0 }.map { say($0) }.joined(separator: ", ")
    }
}
