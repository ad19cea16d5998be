package example.handfast.app.phone

import android.view.WindowManager.LayoutParams
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import example.handfast.app.FedNetwork
import example.handfast.app.Owner
import example.handfast.app.PhoneRunner
import example.handfast.app.R
import example.handfast.core.Choices
import example.handfast.core.Screen
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** The display as each screen wants it, and who may take a picture of it. */
@RunWith(PhoneRunner::class)
class DisplayTest {
    @get:Rule
    val rule = createEmptyComposeRule()

    private fun Owner.isHidden() = activity.window.attributes.flags and LayoutParams.FLAG_SECURE != 0

    @Test
    fun `nobody takes a picture while an answer is typed`() {
        val owner = Owner(rule)
        owner.begins("Ana")
        owner.wait("sees home") { !owner.isHidden() }
        owner.taps(R.string.menu)
        owner.taps(R.string.share_with_question)
        owner.sees(R.string.protection_title)
        assertTrue(owner.isHidden())
        owner.turns()
        owner.sees(R.string.protection_title)
        owner.wait("still types") { owner.isHidden() }
        owner.taps(R.string.close)
        owner.wait("leaves it") { !owner.isHidden() }
        owner.activity.window.follow(Screen.Question(listOf("Our dog?")), Choices())
        assertTrue(owner.isHidden())
    }

    @Test
    fun `a code is bright, stays on, and is hidden by a setting`() {
        val owner = Owner(rule)
        owner.begins("Ana")
        FedNetwork.comes("127.0.0.1/8")
        owner.taps(R.string.show_code)
        owner.sees(R.string.scan_this)
        fun display() = owner.activity.window.attributes
        owner.wait("sees it bright") { display().screenBrightness == LayoutParams.BRIGHTNESS_OVERRIDE_FULL }
        assertTrue(display().flags and LayoutParams.FLAG_KEEP_SCREEN_ON != 0 && !owner.isHidden())
        owner.app.choose(Choices(hidesCodes = true))
        owner.wait("has hidden it") { owner.isHidden() }
        owner.taps(R.string.back)
        owner.wait("leaves it") { display().screenBrightness == LayoutParams.BRIGHTNESS_OVERRIDE_NONE }
        assertEquals(0, display().flags and LayoutParams.FLAG_KEEP_SCREEN_ON)
        assertTrue(!owner.isHidden())
    }
}
