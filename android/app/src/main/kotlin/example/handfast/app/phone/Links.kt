package example.handfast.app.phone

import android.content.Context
import android.content.Intent
import android.content.pm.PackageManager
import android.content.pm.verify.domain.DomainVerificationManager
import android.content.pm.verify.domain.DomainVerificationUserState
import android.net.Uri
import android.os.Build
import android.provider.Settings
import example.handfast.app.R

/** Tapped links: whether they open this app, which the system decides, and where a person can have it so. */
class Links(private val context: Context) {
    /** Asks the system, which takes a moment. */
    fun areOpenedHere(): Boolean {
        if (Build.VERSION.SDK_INT < Build.VERSION_CODES.S) {
            val link = Intent(Intent.ACTION_VIEW, Uri.parse(context.getString(R.string.link_base))).addCategory(Intent.CATEGORY_BROWSABLE)
            val opener = context.packageManager.resolveActivity(link, PackageManager.MATCH_DEFAULT_ONLY)
            return opener?.activityInfo?.packageName == context.packageName
        }
        val manager = context.getSystemService(DomainVerificationManager::class.java)
        val state = try {
            manager?.getDomainVerificationUserState(context.packageName)
        } catch (_: PackageManager.NameNotFoundException) {
            null // The system is about to put another version in our place.
        } ?: return false
        // The host says so, or the person.
        val opened = setOf(DomainVerificationUserState.DOMAIN_STATE_VERIFIED, DomainVerificationUserState.DOMAIN_STATE_SELECTED)
        return state.isLinkHandlingAllowed && state.hostToStateMap[context.getString(R.string.link_host)] in opened
    }

    /** Leads to the system's "Open by default". */
    fun settings(): Intent {
        val ourselves = Uri.fromParts("package", context.packageName, null)
        // Before, it was a part of what the system says of an app.
        val action = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.S) Settings.ACTION_APP_OPEN_BY_DEFAULT_SETTINGS else Settings.ACTION_APPLICATION_DETAILS_SETTINGS
        return Intent(action, ourselves)
    }
}
