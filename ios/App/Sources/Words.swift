import Foundation
import Shell
import SwiftUI

/// The sentence for a key, in the language of the phone.
func say(_ key: Key) -> String {
    NSLocalizedString(key.rawValue, comment: "")
}

func say(_ phrase: Phrase) -> String {
    phrase.text { say($0) }
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
