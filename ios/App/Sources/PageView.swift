import Shell
import SwiftUI

/// Any screen but the conversation, from top to bottom as its page says.
struct PageView: View {
    let page: Page
    let model: Model
    let errands: Errands
    let perform: (Action) -> Void

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
                    CameraView(model: model, errands: errands)
                        .aspectRatio(3 / 4, contentMode: .fit)
                        .frame(maxWidth: 500)
                        .frame(maxWidth: .infinity)
                }
                ForEach(Array(page.lines.enumerated()), id: \.offset) { _, line in
                    Text(line)
                }
                if let deadline = page.deadline {
                    TimeLeft(deadline: deadline)
                }
                ForEach(Array(page.choices.enumerated()), id: \.offset) { place, choice in
                    ChoiceButton(choice: choice, isFirst: place == 0, perform: perform)
                }
            }
            .padding()
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
