package example.handfast.app.phone

import android.content.Intent
import android.net.Uri
import example.handfast.app.phone.notices.Notices
import example.handfast.core.phone.Incoming

/**
 * What an intent holds. Any app may have put anything into it: what cannot be unpacked here throws where it is
 * touched first.
 */
fun incoming(intent: Intent): Incoming {
    var isBroken = false
    fun <T> read(work: () -> T): T? = try {
        work()
    } catch (_: RuntimeException) {
        isBroken = true
        null
    }
    val streams = read { streams(intent) }.orEmpty()
    val text = read { intent.getCharSequenceExtra(Intent.EXTRA_TEXT) }
    // Only what names this app's activity by its class can be ours, and whoever does that may look at a person.
    val isShared = intent.action == Intent.ACTION_SEND || intent.action == Intent.ACTION_SEND_MULTIPLE
    val shortcut = read { intent.getStringExtra(Intent.EXTRA_SHORTCUT_ID) }
    val session = when {
        isShared -> Notices.sessionOf(shortcut)
        intent.action == Intent.ACTION_VIEW -> null
        else -> Notices.sessionOf(read { intent.getStringExtra(Notices.SESSION) })
    }
    return Incoming(
        action = intent.action,
        data = read { intent.data?.toString() },
        text = text,
        streams = streams,
        session = session,
        isRepeated = intent.flags and Intent.FLAG_ACTIVITY_LAUNCHED_FROM_HISTORY != 0,
        isBroken = isBroken,
    )
}

/** Some apps put one where a list belongs, and the reverse; some only into the clip. */
@Suppress("DEPRECATION") // the typed form came with Android 13, and throws there for some
private fun streams(intent: Intent): List<String> {
    val extra = intent.extras?.get(Intent.EXTRA_STREAM)
    val named = when (extra) {
        is Uri -> listOf(extra)
        is List<*> -> extra.filterIsInstance<Uri>()
        else -> emptyList()
    }
    val clip = intent.clipData
    val uris = named.ifEmpty { (0 until (clip?.itemCount ?: 0)).mapNotNull { clip?.getItemAt(it)?.uri } }
    return uris.map { "$it" }
}
