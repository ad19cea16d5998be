package example.handfast.app.phone.files

import android.content.Context

/**
 * Nothing that was opened or copied outlives the process that did it: what an earlier one left behind, as it
 * was killed, goes when the next one starts. Only what other apps may still read stays, until it is old.
 */
fun tidyCache(context: Context, lending: Lending, now: Long = System.currentTimeMillis()) {
    for (one in context.cacheDir.listFiles().orEmpty()) {
        if (one.name != Lending.FOLDER) one.deleteRecursively()
    }
    lending.tidy(now)
}
