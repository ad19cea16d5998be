/// How fast one file moves: what came lately counts for more than what came before.
struct Pace: Sendable {
    /// What is measured over less than that jumps.
    private static let span = Duration.milliseconds(400)
    private static let weight = 0.3

    private var last: (done: UInt64, at: ContinuousClock.Instant)?
    private var rate: Double?

    /// So many bytes are through at this instant. Gives bytes a second; none until they have moved for a while.
    mutating func moved(_ done: UInt64, at now: ContinuousClock.Instant) -> UInt64? {
        guard let last else {
            last = (done, now)
            return nil
        }
        let passed = now - last.at
        if passed >= Self.span {
            let seconds = Double(passed.components.seconds) + Double(passed.components.attoseconds) / 1e18
            let lately = Double(done > last.done ? done - last.done : 0) / seconds
            rate = rate.map { $0 + (lately - $0) * Self.weight } ?? lately
            self.last = (done, now)
        }
        return rate.flatMap { $0 >= 1 ? UInt64($0) : nil }
    }
}
