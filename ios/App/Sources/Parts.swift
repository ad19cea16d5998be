import Shell
import SwiftUI

/// What stands for a person: an initial on a colour, and a mark where something was proved.
struct Avatar: View {
    let initial: String
    /// What it shows stands beside it in words.
    var presence = Presence.away

    /// Dark enough for white letters, in light and in dark.
    private static let colours: [Color] = [.teal, .indigo, .brown, .purple, .blue, .pink, .green, .orange]

    var body: some View {
        ZStack(alignment: .bottomTrailing) {
            Text(verbatim: initial)
                .font(.title3.bold())
                .foregroundStyle(.white)
                .frame(width: 44, height: 44)
                .background(Color.black.opacity(0.35))
                .background(colour)
                .clipShape(Circle())
            dot
        }
        .accessibilityHidden(true)
    }

    /// Filled where they are here, a ring where they are looked for.
    @ViewBuilder private var dot: some View {
        if presence != .away {
            Image(systemName: presence == .here ? "circle.fill" : "circle")
                .font(.caption2.bold())
                .foregroundStyle(presence == .here ? Color.green : Color.orange)
                .background(Color(uiColor: .systemBackground))
                .clipShape(Circle())
        }
    }

    private var colour: Color {
        let number = initial.unicodeScalars.first.map { Int($0.value) } ?? 0
        return Self.colours[number % Self.colours.count]
    }
}

struct VerifiedMark: View {
    var body: some View {
        Image(systemName: "checkmark.shield.fill")
            .foregroundStyle(.tint)
            .accessibilityLabel(Text(.verifiedMark))
    }
}

/// A button of a page that asks first where it has to.
struct ChoiceButton<Label: View>: View {
    let choice: Choice
    let perform: (Action) -> Void
    @ViewBuilder let label: () -> Label

    @State private var isAsking = false

    var body: some View {
        if case .errand(.share(.link(let link))) = choice.action {
            ShareLink(item: link) { label() }
        } else {
            Button(role: choice.asks == nil ? nil : .destructive) {
                if choice.asks == nil { perform(choice.action) } else { isAsking = true }
            } label: {
                label()
            }
            .modifier(Asked(choice: choice, isAsking: $isAsking, perform: perform))
        }
    }
}

/// The question before something that cannot be undone.
struct Asked: ViewModifier {
    let choice: Choice
    @Binding var isAsking: Bool
    let perform: (Action) -> Void

    func body(content: Content) -> some View {
        content.confirmationDialog(
            choice.asks.map { say($0.title) } ?? "", isPresented: $isAsking, titleVisibility: .visible
        ) {
            if let asks = choice.asks {
                Button(role: .destructive) {
                    perform(choice.action)
                } label: {
                    Text(choice.label)
                }
                Button(role: .cancel) {
                } label: {
                    Text(asks.keep)
                }
            }
        } message: {
            if let asks = choice.asks { Text(asks.text) }
        }
    }
}

/// What can be done next, one below the other; the first stands out.
struct ChoiceList: View {
    let page: Page
    let perform: (Action) -> Void

    var body: some View {
        VStack(spacing: 12) {
            ForEach(Array(page.choices.enumerated()), id: \.offset) { place, choice in
                let button = ChoiceButton(choice: choice, perform: perform) {
                    Text(choice.label).frame(maxWidth: .infinity, minHeight: 32)
                }
                .controlSize(.large)
                .disabled(page.disabled.contains(choice.action))
                if place == 0 {
                    button.buttonStyle(.borderedProminent)
                } else {
                    button.buttonStyle(.bordered)
                }
            }
            if let chips = page.chips, page.conversation == nil {
                ChipRow(chips: chips, perform: perform)
            }
        }
        .frame(maxWidth: 500)
        .frame(maxWidth: .infinity)
    }
}

/// What else can be done, small and under a sentence.
struct ChipRow: View {
    let chips: Chips
    let perform: (Action) -> Void

    var body: some View {
        VStack(spacing: 8) {
            Text(chips.text).font(.subheadline).foregroundStyle(.secondary)
            // Beside each other where they fit.
            ViewThatFits {
                HStack(spacing: 8) { buttons }
                VStack(spacing: 8) { buttons }
            }
        }
        .padding(.top, 8)
    }

    @ViewBuilder private var buttons: some View {
        ForEach(Array(chips.choices.enumerated()), id: \.offset) { _, choice in
            ChoiceButton(choice: choice, perform: perform) {
                Label {
                    Text(choice.label)
                } icon: {
                    Image(systemName: choice.action.picture)
                }
                .frame(minHeight: 32)
            }
            .buttonStyle(.bordered)
        }
    }
}

/// What is seldom done.
struct MoreMenu: View {
    let choices: [Choice]
    let perform: (Action) -> Void

    @State private var asked: Choice?

    var body: some View {
        Menu {
            ForEach(Array(choices.enumerated()), id: \.offset) { _, choice in
                Button(role: choice.asks == nil ? nil : .destructive) {
                    if choice.asks == nil { perform(choice.action) } else { asked = choice }
                } label: {
                    Label {
                        Text(choice.label)
                    } icon: {
                        Image(systemName: choice.action.picture)
                    }
                }
            }
        } label: {
            Image(systemName: "ellipsis.circle").accessibilityLabel(Text(.menu))
        }
        .modifier(
            Asked(
                choice: asked ?? choices[0],
                isAsking: Binding {
                    asked != nil
                } set: {
                    if !$0 { asked = nil }
                }, perform: perform))
    }
}

/// Pictures that say how something goes.
struct StepList: View {
    let steps: [Step]

    var body: some View {
        VStack(alignment: .leading, spacing: 20) {
            ForEach(Array(steps.enumerated()), id: \.offset) { _, step in
                HStack(spacing: 16) {
                    Image(systemName: step.picture.symbol)
                        .font(.largeTitle)
                        .foregroundStyle(.tint)
                        .frame(width: 64)
                        .accessibilityHidden(true)
                    Text(step.text)
                }
                .accessibilityElement(children: .combine)
            }
        }
        .frame(maxWidth: 500, alignment: .leading)
    }
}

extension Step.Picture {
    /// The name of Apple's symbol.
    var symbol: String {
        switch self {
        case .show: "qrcode"
        case .scan: "qrcode.viewfinder"
        case .talk: "bubble.left.and.bubble.right"
        case .hotspot: "personalhotspot"
        case .join: "wifi"
        case .link: "link"
        }
    }
}

extension Action {
    /// The name of Apple's symbol.
    var picture: String {
        switch self {
        case .showCode: "qrcode"
        case .scan: "qrcode.viewfinder"
        case .shareLink, .errand(.share(.link)), .errand(.share(.pasted)): "link"
        case .sharePicture, .errand(.share(.picture)), .errand(.pickPicture), .errand(.attachPictures): "photo"
        case .errand(.share(.file)), .errand(.pickFile), .errand(.attachFiles): "doc"
        case .errand(.takePicture): "camera"
        case .errand(.paste): "doc.on.clipboard"
        case .errand(.copy): "doc.on.doc"
        case .help(.hotspot): "personalhotspot"
        case .errand(.pickToLock): "lock.doc"
        case .lockMessage: "lock"
        case .protect: "questionmark.bubble"
        case .settings: "gearshape"
        case .compare: "checkmark.shield"
        case .offerReply: "qrcode"
        case .goodbye: "hand.wave"
        case .person, .meet: "person"
        case .block: "hand.raised"
        case .move: "iphone.gen3"
        case .stop: "pause.circle"
        case .giveUp, .withdraw, .stopLooking: "xmark.circle"
        default: "arrow.right.circle"
        }
    }
}

/// Counts down, in words and as a ring.
struct TimeLeft: View {
    let deadline: UInt64

    var body: some View {
        TimelineView(.periodic(from: .now, by: 1)) { context in
            let now = UInt64(max(0, context.date.timeIntervalSince1970))
            HStack(spacing: 8) {
                Circle()
                    .trim(from: 0, to: shareLeft(until: deadline, now: now))
                    .stroke(.tint, lineWidth: 3)
                    .rotationEffect(.degrees(-90))
                    .frame(width: 18, height: 18)
                    .accessibilityHidden(true)
                Text(Phrase(.timeLeft, .verbatim(timeLeft(until: deadline, now: now))))
                    .monospacedDigit()
                    .foregroundStyle(.secondary)
            }
        }
    }
}

/// The time of the day, of a moment in seconds since 1970-01-01 UTC.
func clock(_ second: UInt64) -> String {
    Date(timeIntervalSince1970: Double(second)).formatted(date: .omitted, time: .shortened)
}
