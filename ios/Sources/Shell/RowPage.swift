import Foundation

/// How one row of a conversation is laid out and what it says.
public struct RowPage: Equatable, Sendable {
    public let ours: Bool
    /// What was written, or the name of the file.
    public let text: String
    /// A screen reader says who wrote it.
    public let spoken: Phrase
    /// How far a file is.
    public var status: Phrase?
    /// Its size, or how much of it is through.
    public var detail: String?
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
            spoken = Phrase(row.ours ? .messageOurs : .messageTheirs, row.text)
        case .file(let row):
            ours = row.ours
            text = row.name
            spoken = Phrase(row.ours ? .messageOurs : .messageTheirs, row.name)
            status = Phrase(row.state)
            path = row.path
            let size = amount(row.size, locale: locale)
            if let done = row.done {
                detail = "\(amount(done, locale: locale)) / \(size)"
                progress = row.size == 0 ? 1 : Double(min(done, row.size)) / Double(row.size)
            } else {
                detail = size
            }
            if row.isOffered {
                choices = [.accept(row.number), .decline(row.number)]
            } else if row.isOpen {
                choices = [.cancel(row.number)]
            } else if let path = row.path {
                choices = [.open(path)]
            }
        }
    }
}

/// A button in a row.
public enum RowChoice: Equatable, Sendable {
    case accept(UInt64)
    case decline(UInt64)
    case cancel(UInt64)
    /// Shows the file at this path, or shares it: only the platform can.
    case open(String)

    public var label: Key {
        switch self {
        case .accept: .accept
        case .decline: .decline
        case .cancel: .cancel
        case .open: .openFile
        }
    }
}

extension Model {
    /// Does what a button in a row says; gives back the path of a file that is to be shown.
    public func perform(_ choice: RowChoice) -> String? {
        switch choice {
        case .accept(let number): accept(number)
        case .decline(let number): decline(number)
        case .cancel(let number): cancelFile(number)
        case .open(let path): return path
        }
        return nil
    }
}
