/// What was written to people who were not here to read it, in its order, until it is sent.
struct WaitingTexts {
    private var rows: [String: [TextRow]] = [:]
    /// The core numbers its rows from below, so nothing of these is taken for one of them.
    private var last = UInt64.max

    func of(_ contact: String?) -> [TextRow] { contact.flatMap { rows[$0] } ?? [] }

    /// `second`: since 1970-01-01 UTC.
    mutating func add(_ text: String, to contact: String, at second: UInt64) {
        last -= 1
        rows[contact, default: []].append(TextRow(number: last, ours: true, text: text, at: second, waits: true))
    }

    mutating func remove(_ number: UInt64) {
        for contact in rows.keys { rows[contact]?.removeAll { $0.number == number } }
    }

    mutating func forget(_ contact: String) {
        rows[contact] = nil
    }
}
