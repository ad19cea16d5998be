package example.handfast.app.meeting

import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import example.handfast.app.FedNetwork
import example.handfast.app.Owner
import example.handfast.app.PhoneRunner
import example.handfast.app.R
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config

/** Two processes of the app on the real core, as two people hold them. */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi")
class TwoPhonesTest {
    @get:Rule
    val rule = createEmptyComposeRule()

    @Test
    fun `one shows a code, the other's camera sees it, and they talk`() = Meeting.with(Guest::class.java) { meeting ->
        val ana = Owner(rule)
        ana.begins("Ana")
        FedNetwork.comes("127.0.0.1/8")
        ana.taps(R.string.show_code)
        ana.sees(R.string.scan_this)
        meeting.show(ana.picture())
        ana.sees(R.string.write_message)
        ana.writes("hello, who is there?")
        ana.taps(R.string.send)
        ana.sees("it is Ben")
        ana.turns()
        ana.sees("it is Ben")
        ana.writes("one moment")
        ana.taps(R.string.send)
        ana.sees("still here")
        ana.taps(R.string.menu)
        ana.taps(R.string.leave)
        ana.sees(R.string.goodbye_text)
        ana.taps(R.string.leave)
    }
}
