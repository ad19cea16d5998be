/// Something that is under way, or is over and still on the stage.
struct Session {
    let id: UInt64
    /// As the core told it last; none before the first time.
    private(set) var view: View?
    /// The rows of the conversation.
    var rows: [Row] = []
    /// It began as an invitation of ours.
    var isOurs = false
    /// What was opened for it.
    var token: Token?
    /// What was wrong with what was typed since then.
    var typed: Key?
    /// Why a conversation that is still to be read is over.
    var over: Refusal?
    /// What they call themselves, where that is known.
    private var name: String?

    init(id: UInt64) {
        self.id = id
    }

    var isTalking: Bool { view?.isTalking == true && over == nil }
    var isLocked: Bool { view?.isLocked == true }
    var isChoice: Bool { view?.isChoice == true }
    var isKnocking: Bool { view?.isKnocking == true }
    var isWaiting: Bool { view?.isWaiting ?? true }
    /// Nothing of it is left to be read.
    var isOver: Bool { view?.isOver == true }
    /// An invitation of ours that waits, or is made ready.
    var isInvitation: Bool { isOurs && isWaiting }

    mutating func look(_ view: View) {
        self.view = view
        typed = nil
        if view.isHosting { isOurs = true }
        name = view.name ?? name
    }

    mutating func take(_ row: Row) {
        if let at = rows.firstIndex(where: { $0.id == row.id }) {
            rows[at] = row
        } else {
            rows.append(row)
        }
    }

    /// How it stands in the list. `known`: the same among what waits.
    func underWay(_ known: Waiting?) -> UnderWay? {
        guard let view, !view.isOver else { return nil }
        let with: UnderWay.Other =
            if view.isTalking {
                .person(name ?? "")
            } else if isOurs || known?.ours == true {
                .guest
            } else {
                .host(name ?? known?.name)
            }
        return UnderWay(id: id, with: with, status: over?.screen.what ?? view.status)
    }
}
