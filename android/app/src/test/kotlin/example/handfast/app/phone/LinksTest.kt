package example.handfast.app.phone

import android.content.pm.verify.domain.DomainVerificationUserState.DOMAIN_STATE_NONE
import android.content.pm.verify.domain.DomainVerificationUserState.DOMAIN_STATE_SELECTED
import android.content.pm.verify.domain.DomainVerificationUserState.DOMAIN_STATE_VERIFIED
import android.provider.Settings
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.test.core.app.ApplicationProvider
import example.handfast.app.FedLinks
import example.handfast.app.HandfastApp
import example.handfast.app.Owner
import example.handfast.app.PhoneRunner
import example.handfast.app.R
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import kotlin.test.assertEquals

/** Where a tapped link leads, which the system decides and a person can change. */
@RunWith(PhoneRunner::class)
class LinksTest {
    @get:Rule
    val rule = createEmptyComposeRule()

    private val host get() = ApplicationProvider.getApplicationContext<HandfastApp>().getString(R.string.link_host)

    @Test
    fun `links open the app where their host or the person says so, and the person allows it at all`() {
        val links = Links(ApplicationProvider.getApplicationContext())
        for ((isAllowed, state, opens) in listOf(
            Triple(true, DOMAIN_STATE_NONE, false),
            Triple(true, DOMAIN_STATE_SELECTED, true),
            Triple(true, DOMAIN_STATE_VERIFIED, true),
            Triple(false, DOMAIN_STATE_VERIFIED, false),
        )) {
            FedLinks.are(isAllowed, mapOf(host to state))
            assertEquals(opens, links.areOpenedHere(), "$isAllowed $state")
        }
        FedLinks.are(isAllowed = true, mapOf("example.com" to DOMAIN_STATE_VERIFIED))
        assertEquals(false, links.areOpenedHere())
    }

    @Test
    fun `one screen explains it, leads to the switch, and knows when it was used`() {
        FedLinks.are(isAllowed = true, mapOf(host to DOMAIN_STATE_NONE))
        val owner = Owner(rule)
        owner.begins("Ana")
        owner.taps(R.string.menu)
        owner.taps(R.string.settings)
        owner.taps(R.string.links_title)
        owner.sees(R.string.links_text, host)
        owner.taps(R.string.allow_links)
        val opened = shadowOf(owner.activity).nextStartedActivity
        assertEquals(Settings.ACTION_APP_OPEN_BY_DEFAULT_SETTINGS to "package:${owner.activity.packageName}", opened.action to "${opened.data}")
        owner.goesAwayAndComesBack { FedLinks.are(isAllowed = true, mapOf(host to DOMAIN_STATE_SELECTED)) }
        owner.sees(R.string.links_allowed, host)
    }
}
