import Shell
import SwiftUI

/// A code for somebody else's camera, as large as the shorter side allows; in a wide window beside its words.
struct CodeView: View {
    let page: Page
    let symbol: String
    let perform: (Action) -> Void

    var body: some View {
        GeometryReader { space in
            let isWide = space.size.width > space.size.height
            let side = min(space.size.width - 32, space.size.height - (isWide ? 32 : 120))
            ScrollView {
                if isWide {
                    HStack(spacing: 24) {
                        card(side)
                        words.frame(maxWidth: .infinity)
                    }
                    .padding(16)
                } else {
                    VStack(spacing: 20) {
                        card(side)
                        words
                    }
                    .padding(16)
                    .frame(maxWidth: .infinity)
                }
            }
        }
    }

    private func card(_ side: CGFloat) -> some View {
        SymbolView(text: symbol)
            .frame(width: max(side, 160), height: max(side, 160))
            .clipShape(RoundedRectangle(cornerRadius: 28))
    }

    private var words: some View {
        VStack(spacing: 12) {
            if let status = page.status { Text(status).font(.headline) }
            ForEach(Array(page.lines.enumerated()), id: \.offset) { _, line in
                Text(line)
            }
            if let deadline = page.deadline { TimeLeft(deadline: deadline) }
            ChoiceList(page: page, perform: perform)
        }
        .multilineTextAlignment(.center)
    }
}
