package example.handfast.app

import android.annotation.SuppressLint
import android.content.Context
import example.handfast.core.Key
import example.handfast.core.Pictograph
import example.handfast.core.Way

/** The sentence for a key, in the language of this context. A check of the strings finds gaps. */
fun Context.say(key: Key): String = getString(key.id)

/** What a symbol is called. */
fun Context.named(symbol: Pictograph): String = getString(symbol.id)

// The core names its sentences; a list of them here would be another place for the same.
@SuppressLint("DiscouragedApi")
private fun Context.getString(id: String) = getString(resources.getIdentifier(id, "string", packageName))

fun Context.say(way: Way): String = getString(
    when (way) {
        Way.HOME -> R.string.way_home
        Way.SHOW_CODE -> R.string.way_show_code
        Way.SCAN -> R.string.way_scan
        Way.NETWORK_SETTINGS -> R.string.way_network_settings
        Way.APP_SETTINGS -> R.string.way_app_settings
        Way.STORAGE_SETTINGS -> R.string.way_storage_settings
        Way.REPLACE -> R.string.way_replace
        Way.TAKE_REPLY -> R.string.way_take_reply
        Way.RESTART -> R.string.way_restart
    },
)

/** So long, in the largest unit that it is whole in. */
fun Context.span(seconds: Long): String {
    val (unit, words) = when {
        seconds % DAY == 0L -> DAY to R.plurals.days
        seconds % HOUR == 0L -> HOUR to R.plurals.hours
        else -> MINUTE to R.plurals.minutes
    }
    val count = (seconds / unit).toInt()
    return resources.getQuantityString(words, count, count)
}

private const val MINUTE = 60L
private const val HOUR = 60 * MINUTE
private const val DAY = 24 * HOUR
