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
    /// How fast it moves and how long that will take, once that is known.
    public var pace: Phrase?
    /// When it came up, in seconds since 1970-01-01 UTC.
    public let at: UInt64
    public let isFile: Bool
    /// Nothing is left of it but this.
    public var isNote = false
    /// What it replies to.
    public var quote: Phrase?
    /// What was reacted with, and for a screen reader by whom.
    public var reactions: [Sign] = []
    /// What can be done with it, beside copying a text.
    public var menu: [RowChoice] = []
    /// What it can be reacted with.
    public var symbols: [RowChoice] = []
    /// From 0 to 1, while something moves.
    public var progress: Double?
    /// A small one of a picture.
    public var preview: Data?
    /// Where it is, once it came in.
    public var path: String?
    public var choices: [RowChoice] = []

    public struct Sign: Equatable, Sendable {
        public let symbol: String
        public let words: Phrase
    }

    /// What is reacted with most. Others that come in are shown as they are.
    private static let symbols = ["👍", "❤️", "😂", "😮", "😢"]

    /// `canAnswer`: something can be written about what both keep. `canAgree`: to what is proposed there.
    public init(_ row: Row, canAnswer: Bool = true, canAgree: Bool = false, locale: Locale = .current) {
        at = row.at
        ours = row.ours
        author = Phrase(row.ours ? .rowOurs : .rowTheirs)
        switch row {
        case .text(let text):
            isFile = false
            self.text = text.text
            if text.ours { status = Self.status(text.mark) }
            if let at = text.endsAt {
                let when = Phrase(.disappearsAt, .verbatim(Self.moment(at, locale)))
                status = status.map { Phrase(.fileLine, $0, when) } ?? when
            }
            if text.isEdited { status = status.map { Phrase(.fileLine, Phrase(.edited), $0) } ?? Phrase(.edited) }
            quote = text.quote.map { quote in
                switch quote {
                case .text(let text): .verbatim(text)
                case .other(let key): Phrase(key)
                }
            }
            reactions = text.reactions.map { one in
                let who = Phrase(one.ours ? .rowOurs : .rowTheirs)
                return Sign(symbol: one.symbol, words: Phrase(.reacted, who, .verbatim(one.symbol)))
            }
            if canAnswer && row.isKept {
                symbols = Self.symbols.map { .react(text.number, $0) }
                menu = [.reply(text.number)] + (text.ours ? [.edit(text.number), .takeBack(text.number)] : [])
            }
        case .locked(let locked):
            isFile = false
            text = locked.questions.joined(separator: "\n")
            quote = Phrase(.lockedMessage)
            if locked.ours { status = Self.status(locked.mark) }
            if canAnswer {
                choices = [.unlock(locked.number)]
                menu = locked.ours ? [.takeBack(locked.number)] : []
            }
        case .life(let life):
            isFile = false
            isNote = true
            text = ""
            status =
                life.after.map { Phrase(life.holds ? .lifeAgreed : .lifeOffered, Phrase(span: $0)) }
                ?? Phrase(life.holds ? .lifeIsOff : .lifeStayOffered)
            if canAgree { choices = [.agree(life.after)] }
        case .note(let note):
            isFile = false
            isNote = true
            text = ""
            status = Phrase(note.what)
        case .file(let row):
            isFile = true
            text = row.name
            path = row.path
            preview = row.preview
            var size = Phrase.verbatim(amount(row.size, locale: locale))
            if let done = row.done {
                size = Phrase(.fileProgress, .verbatim(amount(done, locale: locale)), size)
                progress = row.size == 0 ? 1 : Double(min(done, row.size)) / Double(row.size)
            }
            if let rate = row.rate, let left = row.secondsLeft {
                pace = Phrase(
                    .fileLine, Phrase(.fileRate, .verbatim(amount(rate, locale: locale))),
                    Phrase(.fileTimeLeft, .verbatim(span(left))))
            }
            status = Phrase(.fileLine, size, Phrase(row.state))
            if row.isOffered {
                choices = [.accept(row.number), .decline(row.number)]
            } else if row.isOpen {
                choices = [.cancel(row.number)]
            } else if let path = row.path {
                choices = [.open(path), .save(path)]
            }
        }
    }
}

extension RowPage {
    /// Who keeps what is ours.
    private static func status(_ mark: Mark) -> Phrase? {
        switch mark {
        case .nobody: nil
        case .onThisPhone: Phrase(.markHere)
        case .onTheirs: Phrase(.markTheirs)
        }
    }

    private static func moment(_ at: UInt64, _ locale: Locale) -> String {
        Date(timeIntervalSince1970: Double(at)).formatted(
            Date.FormatStyle(date: .abbreviated, time: .shortened, locale: locale))
    }
}

extension [Row] {
    /// The number of what was proposed last, where it is theirs to be agreed to.
    public var proposed: UInt64? {
        for case .life(let row) in reversed() { return row.ours || row.holds ? nil : row.number }
        return nil
    }
}

/// A button in a row.
public enum RowChoice: Equatable, Sendable {
    case accept(UInt64)
    case decline(UInt64)
    case cancel(UInt64)
    /// Shows the file at this path, or hands it on: only the platform can.
    case open(String)
    case save(String)
    case reply(UInt64)
    case react(UInt64, String)
    case edit(UInt64)
    case takeBack(UInt64)
    /// Asks for what opens it.
    case unlock(UInt64)
    case agree(UInt64?)

    public var label: Key {
        switch self {
        case .accept: .accept
        case .decline: .decline
        case .cancel: .stop
        case .open, .unlock: .openFile
        case .save: .save
        case .reply: .reply
        case .react: .messageMenu
        case .edit: .edit
        case .takeBack: .takeBackText
        case .agree: .agree
        }
    }

    /// What is asked before it is done, since it cannot be undone.
    public var asks: Asking? {
        guard case .takeBack = self else { return nil }
        return Asking(title: Phrase(.takeBackTitle), text: .takeBackSure, keep: .keepIt)
    }
}

extension AppModel {
    /// Does what a button in a row says; gives back what only the platform can do.
    public func perform(_ choice: RowChoice) -> Errand? {
        switch choice {
        case .accept(let number): acceptFile(number)
        case .decline(let number): declineFile(number)
        case .cancel(let number): cancelFile(number)
        case .open(let path): return .open(path)
        case .save(let path): return .save(path)
        case .reply(let number): reply(to: number)
        case .react(let number, let symbol): react(to: number, with: symbol)
        case .edit(let number): edit(number)
        case .takeBack(let number): takeBack(number)
        case .unlock(let number): openLocked(number)
        case .agree(let after): disappear(after: after)
        }
        return nil
    }
}

/// The rows of one day, under its name.
public struct DayPage: Equatable, Sendable, Identifiable {
    /// The number of its first row.
    public let id: UInt64
    public let title: Phrase
    public let rows: [Row]

    /// Rows in their order, divided where another day begins.
    public static func days(
        of rows: [Row], now: Date = Date(), calendar: Calendar = .current, locale: Locale = .current
    ) -> [DayPage] {
        var days: [DayPage] = []
        var from = rows.startIndex
        while from < rows.endIndex {
            let day = Date(timeIntervalSince1970: Double(rows[from].at))
            let end = calendar.dateInterval(of: .day, for: day)?.end ?? day
            let to = rows[from...].firstIndex { Double($0.at) >= end.timeIntervalSince1970 } ?? rows.endIndex
            let title = title(of: day, now, calendar, locale)
            days.append(DayPage(id: rows[from].id, title: title, rows: Array(rows[from..<to])))
            from = to
        }
        return days
    }

    static func title(of day: Date, _ now: Date, _ calendar: Calendar, _ locale: Locale) -> Phrase {
        if calendar.isDate(day, inSameDayAs: now) { return Phrase(.today) }
        if let before = calendar.date(byAdding: .day, value: -1, to: now), calendar.isDate(day, inSameDayAs: before) {
            return Phrase(.yesterday)
        }
        return .verbatim(
            day.formatted(Date.FormatStyle(date: .long, time: .omitted, locale: locale, calendar: calendar)))
    }
}

/// Web addresses in what somebody wrote. Nothing else in it leads anywhere.
public func links(in text: String) -> [(range: Range<String.Index>, url: URL)] {
    text.ranges(of: /https?:\/\/[^\s<>"\u{2068}\u{2069}]+/).compactMap { range in
        // A sentence may end behind it.
        let address = text[range].reversed().drop { ".,;:!?)]".contains($0) }.reversed()
        let end = text.index(range.lowerBound, offsetBy: address.count)
        guard let url = URL(string: String(address)), let host = url.host(), !host.isEmpty else { return nil }
        return (range.lowerBound..<end, url)
    }
}
