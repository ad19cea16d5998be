package example.handfast.core

import java.io.File

/**
 * What has to be known after the app was killed: that an invitation was out, and until when. It
 * holds no token, so it needs no lock.
 */
class Notebook(private val file: File) {
    /** Until when the invitation that is out is good, in seconds since 1970-01-01 UTC. */
    var sharingUntil: Long?
        get() = runCatching { file.readText().trim().toLong() }.getOrNull()
        set(value) {
            // A notebook that cannot be written costs a hint after a crash, and nothing else.
            runCatching {
                if (value == null) file.delete() else file.writeText(value.toString())
            }
        }
}
