import Shell
import SwiftUI
import UIKit

/// A QR code, dark on light in every appearance, with its quiet zone.
struct SymbolView: View {
    let symbol: Symbol?

    private static let quiet = 4

    init(text: String) {
        symbol = Symbol(text: text)
    }

    var body: some View {
        Canvas(opaque: true) { context, size in
            context.fill(Path(CGRect(origin: .zero, size: size)), with: .color(.white))
            guard let symbol else { return }
            let module = min(size.width, size.height) / CGFloat(symbol.width + 2 * Self.quiet)
            var dark = Path()
            for y in 0..<symbol.width {
                for x in 0..<symbol.width where symbol.isDark(x: x, y: y) {
                    dark.addRect(
                        CGRect(
                            x: CGFloat(x + Self.quiet) * module, y: CGFloat(y + Self.quiet) * module,
                            width: module, height: module))
                }
            }
            // Without smoothing there are no thin light lines between dark modules.
            context.fill(dark, with: .color(.black), style: FillStyle(antialiased: false))
        }
        .aspectRatio(1, contentMode: .fit)
        .accessibilityElement()
        .accessibilityLabel(Text(.qrDescription))
        .accessibilityAddTraits(.isImage)
    }
}

/// Keeps the screen on, and bright while somebody else's camera looks at it.
struct Spotlight: ViewModifier {
    let isOn: Bool
    let isAwake: Bool

    @Environment(\.scenePhase) private var phase
    @State private var before: CGFloat?

    func body(content: Content) -> some View {
        content
            .onChange(of: isOn && phase == .active, initial: true) { _, bright in
                guard let screen = Self.screen else { return }
                if bright {
                    before = before ?? screen.brightness
                    screen.brightness = 1
                } else if let earlier = before {
                    screen.brightness = earlier
                    before = nil
                }
            }
            .onChange(of: isAwake, initial: true) { _, awake in
                UIApplication.shared.isIdleTimerDisabled = awake
            }
    }

    private static var screen: UIScreen? {
        UIApplication.shared.connectedScenes.compactMap { $0 as? UIWindowScene }.first?.screen
    }
}
