package example.handfast.app

import android.content.Context
import example.handfast.core.Key
import example.handfast.core.Way

/** The sentence for a key, in the language of this context. scripts/check-android finds gaps. */
fun Context.say(key: Key): String =
    getString(resources.getIdentifier(key.id, "string", packageName))

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
