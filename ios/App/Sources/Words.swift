import Foundation
import Shell
import SwiftUI

/// The language of the phone.
private struct PhoneLanguage: Language {
    func sentence(_ key: String) -> String {
        NSLocalizedString(key, comment: "")
    }

    func sentence(_ key: String, count: Int) -> String {
        String.localizedStringWithFormat(NSLocalizedString(key, comment: ""), count)
    }
}

func say(_ key: Key) -> String {
    say(Phrase(key))
}

func say(_ phrase: Phrase) -> String {
    phrase.text(in: PhoneLanguage())
}

extension Text {
    /// A phrase as it stands: nothing in it is markup.
    init(_ phrase: Phrase) {
        self.init(verbatim: say(phrase))
    }

    init(_ key: Key) {
        self.init(verbatim: say(key))
    }
}
