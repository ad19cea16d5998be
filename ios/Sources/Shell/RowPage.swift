import Foundation

/// How one row of a conversation is laid out and what it says.
public struct RowPage: Equatable, Sendable {
    public let ours: Bool
    /// What was written, or the name of the file.
    public let text: String
    /// Who wrote it, for a screen reader.
    public let author: Phrase
    /// The size of a file and how far it is.
    public var status: Phrase?
    /// From 0 to 1, while something moves.
    public var progress: Double?
    /// Where it is, once it came in.
    public var path: String?
    public var choices: [RowChoice] = []

    public init(_ row: Row, locale: Locale = .current) {
        switch row {
        case .text(let row):
            ours = row.ours
            text = row.text
            author = Phrase(row.ours ? .rowOurs : .rowTheirs)
        case .file(let row):
            ours = row.ours
            text = row.name
            author = Phrase(row.ours ? .rowOurs : .rowTheirs)
            path = row.path
            var size = Phrase.verbatim(amount(row.size, locale: locale))
            if let done = row.done {
                size = Phrase(.fileProgress, .verbatim(amount(done, locale: locale)), size)
                progress = row.size == 0 ? 1 : Double(min(done, row.size)) / Double(row.size)
            }
            status = Phrase(.fileLine, size, Phrase(row.state))
            if row.isOffered {
                choices = [.accept(row.number), .decline(row.number)]
            } else if row.isOpen {
                choices = [.cancel(row.number)]
            } else if let path = row.path {
                choices = [.save(path)]
            }
        }
    }
}

/// A button in a row.
public enum RowChoice: Equatable, Sendable {
    case accept(UInt64)
    case decline(UInt64)
    case cancel(UInt64)
    /// Hands on the file at this path: only the platform can.
    case save(String)

    public var label: Key {
        switch self {
        case .accept: .accept
        case .decline: .decline
        case .cancel: .stop
        case .save: .save
        }
    }
}

extension AppModel {
    /// Does what a button in a row says; gives back the path of a file that is to be handed on.
    public func perform(_ choice: RowChoice) -> String? {
        switch choice {
        case .accept(let number): acceptFile(number)
        case .decline(let number): declineFile(number)
        case .cancel(let number): cancelFile(number)
        case .save(let path): return path
        }
        return nil
    }
}
