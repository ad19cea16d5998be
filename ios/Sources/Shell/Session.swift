/// Something that is under way, or is over and still to be read.
struct Session {
    let id: UInt64
    /// As the core told it last; none before the first time.
    private(set) var view: View?
    /// The rows of the conversation.
    private(set) var rows: [Row] = []
    /// The numbers of their rows that were not on the screen.
    var unread: Set<UInt64> = []
    /// There may be something before the rows.
    var hasEarlier = true
    /// It began as an invitation of ours.
    var isOurs = false
    /// What was opened for it.
    var token: Token?
    /// What was wrong with what was typed since then.
    var typed: Key?
    /// Why a conversation that is still to be read is over.
    private(set) var over: Key?
    /// How it looked when the two last talked, and did not compare.
    private var talk: View?
    /// The newest of their rows that the core knows to be seen.
    var seen: UInt64?
    /// The person said goodbye.
    var isLeft = false
    /// A row that is written about.
    private var about: Subject?
    /// What was written and could not be said, until it is where it was typed.
    private(set) var unsent: String?
    /// What was typed and sent locked instead, until it is gone from where it was typed.
    private(set) var locked: String?
    /// What they call themselves, where that is known.
    private var name: String?
    private var paces: [UInt64: Pace] = [:]

    init(id: UInt64) {
        self.id = id
    }

    var isTalking: Bool { view?.isTalking == true && over == nil }
    var isApart: Bool { view?.isApart == true && over == nil }
    /// Who of the people is on the other side, once that is known.
    var contact: String? { view?.contact }
    var isLocked: Bool { view?.isLocked == true }
    var isChoice: Bool { view?.isChoice == true }
    var isKnocking: Bool { view?.isKnocking == true }
    var isWaiting: Bool { view?.isWaiting ?? true }
    /// Nothing of it is left to be read.
    var isOver: Bool { view?.isOver == true }
    /// An invitation of ours that waits, or is made ready.
    var isInvitation: Bool { isOurs && isWaiting }

    /// Not kept yet, so that leaving it ends it.
    var isFleeting: Bool { view?.isFleeting ?? false }

    /// Why a conversation that looks like this now is over, if it is. Who left it without a word to be read has
    /// nothing to come back for.
    func endsBy(_ view: View) -> Key? {
        view.end?.screen.what ?? (view.isClosed && isLeft && !rows.isEmpty ? (isApart ? .lineStopped : .lineLeft) : nil)
    }

    mutating func look(_ view: View) {
        self.view = view
        typed = nil
        if view.isHosting { isOurs = true }
        name = view.name ?? name
        if view.isConversation || view.isApart { talk = view }
    }

    /// What is written about, while it can be.
    var subject: Subject? {
        get {
            about.flatMap { about in
                over == nil && rows.text(about.number) != nil ? about : nil
            }
        }
        set { about = newValue }
    }

    /// Nothing that was typed is lost because it could not be said.
    mutating func giveBack(_ text: String) {
        guard !text.isEmpty else { return }
        unsent = unsent.map { $0 + "\n" + text } ?? text
    }

    mutating func takeUnsent() -> String? {
        defer { unsent = nil }
        return unsent
    }

    /// This was typed first, and is sent locked now.
    mutating func lock(_ typed: String) {
        if !typed.isEmpty { locked = typed }
    }

    mutating func takeLocked() -> String? {
        defer { locked = nil }
        return locked
    }

    /// It is over for this reason, and stays to be read.
    mutating func end(_ why: Key) {
        over = why
        view = talk ?? view
    }

    /// A new row, which stands before the one with this number or at the end, or the new state of one, at this
    /// instant.
    mutating func take(_ row: Row, before: UInt64?, _ now: ContinuousClock.Instant) {
        let place = rows.lastIndex { $0.id == row.id }
        var row = row
        var isRead = row.ours || row.isOld
        switch row {
        case .text, .locked: break
        case .file(var file):
            file.rate = file.done.flatMap { paces[file.number, default: Pace()].moved($0, at: now) }
            if file.done == nil { paces[file.number] = nil }
            row = .file(file)
        case .life: isRead = true
        case .note:
            // There is nothing to be read any more.
            unread.remove(row.id)
            isRead = true
        }
        if let place {
            rows[place] = row
            return
        }
        if !isRead { unread.insert(row.id) }
        rows.insert(row, at: before.flatMap { number in rows.firstIndex { $0.id == number } } ?? rows.endIndex)
    }

    /// What only an earlier session with the same person holds goes over to this one: the core lists again what both
    /// keep.
    mutating func takeOver(_ before: Session) {
        let others = before.rows.filter { !$0.isKept }
        rows = (others + rows).sorted { $0.at < $1.at }
        giveBack(before.unsent ?? "")
        lock(before.locked ?? "")
    }

    mutating func drop(_ row: UInt64) {
        guard let place = rows.firstIndex(where: { $0.id == row }) else { return }
        rows.remove(at: place)
        unread.remove(row)
    }

    /// What goes on with somebody who was met, while they are here or looked for.
    func ongoing(isOnStage: Bool) -> Ongoing? {
        guard isTalking || isApart else { return nil }
        var question: String?
        if case .conversation(let talk) = view?.screen(denied: nil, typed: nil), let asks = talk.asks, asks.isOpen {
            question = asks.question
        }
        return Ongoing(
            session: id, name: name ?? "", isTalking: isTalking, isApart: isApart, isOnStage: isOnStage,
            rows: rows.suffix(Ongoing.mostRows), question: question)
    }

    /// How it stands in the list. `known`: the same among what waits.
    func underWay(_ known: Waiting?) -> UnderWay? {
        guard let view, !view.isOver else { return nil }
        let with: UnderWay.Other =
            if view.isTalking || view.isApart {
                .person(name ?? "")
            } else if isOurs || known?.ours == true {
                .guest
            } else {
                .host(name ?? known?.name)
            }
        var listed = UnderWay(id: id, with: with, status: over ?? view.status)
        listed.last =
            rows.reversed().lazy.compactMap {
                switch $0 {
                case .text(let row): row.text
                case .locked(let row): row.questions.joined(separator: " ")
                case .file(let row): row.name
                case .life, .note: nil
                }
            }.first
        listed.at = rows.last?.at
        listed.unread = unread.count
        listed.isOver = over != nil
        listed.contact = contact
        listed.isApart = isApart
        return listed
    }
}
