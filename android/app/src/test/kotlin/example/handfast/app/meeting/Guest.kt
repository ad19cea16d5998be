package example.handfast.app.meeting

import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import example.handfast.app.FedCamera
import example.handfast.app.FedNetwork
import example.handfast.app.FedPreview
import example.handfast.app.Owner
import example.handfast.app.PhoneRunner
import example.handfast.app.R
import example.handfast.core.Screen
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config

/** The other phone of [TwoPhonesTest], which begins it. */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi", shadows = [FedPreview::class])
class Guest {
    @get:Rule
    val rule = createEmptyComposeRule()

    @Test
    fun `scans, talks and leaves`() {
        val ben = Owner(rule)
        ben.begins("Ben")
        FedCamera.install()
        FedNetwork.comes("127.0.0.1/8")
        ben.taps(R.string.scan_code)
        FedCamera.see(Meeting.ofThisProcess().look(), rule::waitForIdle) { ben.app.screen.value is Screen.Confirm }
        ben.taps(R.string.connect)
        ben.sees("hello, who is there?")
        ben.writes("it is Ben")
        ben.turns()
        ben.sees("it is Ben")
        ben.taps(R.string.send)
        ben.sees("one moment")
        ben.goesAwayAndComesBack()
        ben.writes("still here")
        ben.taps(R.string.send)
        ben.sees(R.string.conversation_over)
    }
}
