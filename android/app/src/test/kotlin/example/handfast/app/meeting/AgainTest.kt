package example.handfast.app.meeting

import android.Manifest
import android.content.Intent
import android.net.Uri
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import example.handfast.app.FedNetwork
import example.handfast.app.OtherProcess
import example.handfast.app.Owner
import example.handfast.app.PhoneRunner
import example.handfast.app.R
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config

/** Two who met are together again by a tap on a name, and once more when the system has ended one of the apps. */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi")
class AgainTest {
    @get:Rule
    val rule = createEmptyComposeRule()

    @Test
    fun `a tap on a name, and both are together again in one place`() = Meeting.with(FriendBefore::class.java) { other ->
        val ben = Owner(rule, Intent(Intent.ACTION_VIEW, Uri.parse(other.meeting.message())))
        FedNetwork.comes("127.0.0.1/8")
        ben.allows(Manifest.permission.POST_NOTIFICATIONS)
        ben.isCalled("Ben")
        ben.taps(R.string.connect)
        ben.sees("hello")
        ben.writes("until tomorrow")
        ben.taps(R.string.send)
        ben.sees(R.string.conversation_over)
        // What is written before they are there goes as soon as they are.
        ben.taps(R.string.look_for, "Ana")
        ben.writes("good morning")
        ben.taps(R.string.send)
        ben.turns()
        ben.sees("until tomorrow")
        ben.sees(R.string.connected)
        ben.sees("good morning, Ben")
        // The system ends the other one.
        other.next(FriendAfter::class.java)
        ben.sees("here again")
        ben.writes("so you are")
        ben.taps(R.string.send)
        // Who leaves is looked for, where they were.
        ben.sees(R.string.looking_text, "Ana")
        ben.sees("so you are")
    }
}

/** The other phone of [AgainTest], until the system ends its process. */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi")
class FriendBefore {
    @get:Rule
    val rule = createEmptyComposeRule()

    @Test
    fun `meets, parts, and looks for the other by name`() {
        val ana = Owner(rule)
        ana.begins("Ana")
        ana.allows(Manifest.permission.POST_NOTIFICATIONS)
        FedNetwork.comes("127.0.0.1/8")
        ana.taps(R.string.menu)
        ana.taps(R.string.share_link)
        Meeting.ofThisProcess().message(ana.handsOut().getStringExtra(Intent.EXTRA_TEXT)!!.lines().last())
        ana.sees(R.string.write_message)
        ana.writes("hello")
        ana.taps(R.string.send)
        ana.sees("until tomorrow")
        ana.taps(R.string.menu)
        ana.taps(R.string.leave)
        ana.sees(R.string.goodbye_text)
        ana.taps(R.string.leave)
        ana.sees(R.string.conversation_over)
        ana.taps(R.string.back)
        ana.sees(R.string.scan_code_text)
        ana.taps("Ben")
        ana.sees("good morning")
        ana.writes("good morning, Ben")
        ana.taps(R.string.send)
        ana.sees("good morning, Ben")
        ana.writes("here ag")
        OtherProcess.isKilled(ana.goesAway())
    }
}

/** The same phone, in a process of its own. */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi")
class FriendAfter {
    @get:Rule
    val rule = createEmptyComposeRule()

    @Test
    fun `goes on where it was`() {
        val recent = Intent(Intent.ACTION_MAIN).addFlags(Intent.FLAG_ACTIVITY_LAUNCHED_FROM_HISTORY)
        val ana = Owner(rule, recent, OtherProcess.before())
        FedNetwork.comes("127.0.0.1/8")
        ana.sees("here ag")
        ana.writes("here again")
        ana.taps(R.string.send)
        ana.sees("so you are")
        ana.taps(R.string.menu)
        ana.taps(R.string.leave)
        ana.sees(R.string.goodbye_text)
        ana.taps(R.string.leave)
        ana.sees(R.string.conversation_over)
    }
}
