import Foundation

/// What is said: a sentence by its key, with phrases in its places `%1$@`, `%2$@`; or what somebody wrote.
public indirect enum Phrase: Equatable, Sendable {
    case said(Key, [Phrase])
    /// A sentence about a number of things, by its key.
    case counted(Key, Int)
    /// One of the 64 symbols of a comparison, by its English name.
    case symbol(String)
    case verbatim(String)

    public init(_ key: Key, _ arguments: Phrase...) {
        self = .said(key, arguments)
    }

    /// The phrase in a language. What somebody wrote is never read as a sentence with places.
    public func text(in language: some Language) -> String {
        switch self {
        case .verbatim(let text):
            return text
        case .counted(let key, let count):
            return language.sentence(key.rawValue, count: count)
        case .symbol(let name):
            return language.sentence("symbol_" + name.replacing(" ", with: "_"))
        case .said(let key, let arguments):
            var rest = language.sentence(key.rawValue)[...]
            var text = ""
            while let place = rest.firstRange(of: /%[1-9]\$@/) {
                text += rest[..<place.lowerBound]
                let number = rest[place].dropFirst().first?.wholeNumberValue ?? 0
                if arguments.indices.contains(number - 1) {
                    // Isolated, so that a name in another direction does not turn the sentence around.
                    text += "\u{2068}" + arguments[number - 1].text(in: language) + "\u{2069}"
                }
                rest = rest[place.upperBound...]
            }
            return text + rest
        }
    }
}

/// Looks sentences up by their keys.
public protocol Language {
    func sentence(_ key: String) -> String
    /// The form for this number, with the number in it.
    func sentence(_ key: String, count: Int) -> String
}

/// An amount of bytes, in the units that everybody writes the same.
public func amount(_ bytes: UInt64, locale: Locale = .current) -> String {
    let units = ["B", "kB", "MB", "GB", "TB"]
    var amount = Double(bytes)
    var unit = 0
    while amount >= 1000, unit < units.count - 1 {
        amount /= 1000
        unit += 1
    }
    let digits = unit == 0 || amount >= 100 ? 0 : 1
    let number = String(format: "%.\(digits)f", locale: locale, arguments: [amount])
    return "\(number) \(units[unit])"
}

/// A span of seconds, in the units that everybody writes the same.
func span(_ seconds: UInt64) -> String {
    seconds < 60 ? "\(seconds) s" : seconds < 3600 ? "\((seconds + 59) / 60) min" : "\((seconds + 3599) / 3600) h"
}

extension Phrase {
    /// A span of seconds in the largest unit of which it is a whole number.
    init(span seconds: UInt64) {
        let (unit, key): (UInt64, Key) =
            seconds % 86_400 == 0 ? (86_400, .days) : seconds % 3_600 == 0 ? (3_600, .hours) : (60, .minutes)
        self = .counted(key, Int(seconds / unit))
    }
}

/// Minutes and seconds that are left, or hours and minutes above one hour; never below zero.
public func timeLeft(until: UInt64, now: UInt64) -> String {
    let left = until > now ? until - now : 0
    func padded(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return left >= 3600
        ? "\(left / 3600):\(padded(left / 60 % 60)) h"
        : "\(left / 60):\(padded(left % 60))"
}

/// How much is left of ten minutes or, beyond them, of a day: from 0 to 1.
public func shareLeft(until: UInt64, now: UInt64) -> Double {
    let left = until > now ? until - now : 0
    let whole: UInt64 = left <= 600 ? 600 : 86_400
    return min(1, Double(left) / Double(whole))
}
