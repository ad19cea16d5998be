package example.handfast.core

/** How fast one file moves: what came lately counts for more than what came before. */
internal class Pace {
    private var before: Moment? = null
    private var rate = 0.0

    /**
     * So many bytes are through at this instant.
     *
     * @param now in milliseconds
     * @return bytes a second; none until they have moved for a while
     */
    fun moved(done: Long, now: Long): Long? {
        val last = before ?: return null.also { before = Moment(done, now) }
        if (now - last.at >= SPAN) {
            val lately = (done - last.done).coerceAtLeast(0) * 1000.0 / (now - last.at)
            rate = if (rate == 0.0) lately else rate + (lately - rate) * WEIGHT
            before = Moment(done, now)
        }
        return rate.toLong().takeIf { it > 0 }
    }

    private class Moment(val done: Long, val at: Long)

    private companion object {
        /** Milliseconds; what is measured over less than that jumps. */
        const val SPAN = 400L
        const val WEIGHT = 0.3
    }
}
