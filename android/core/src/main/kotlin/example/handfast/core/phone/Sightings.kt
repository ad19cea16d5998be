package example.handfast.core.phone

/**
 * What the camera saw before. A code stays in view for many frames: it is taken once, and if it was refused,
 * it is taken again after a while, since the reason may be gone by then.
 *
 * [now] is a clock in milliseconds that never goes back.
 */
class Sightings(private val now: () -> Long) {
    private var last: ByteArray? = null
    private var at = 0L

    /** Whether what was seen is to be taken. */
    @Synchronized
    fun isNew(seen: ByteArray): Boolean {
        val isNew = !seen.contentEquals(last) || now() - at >= PATIENCE
        if (isNew) {
            last = seen
            at = now()
        }
        return isNew
    }

    /** Another scan begins. */
    @Synchronized
    fun forget() {
        last = null
    }

    private companion object {
        /** As long as it takes to read why it was refused. */
        const val PATIENCE = 3_000L
    }
}
