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

/** A link goes by another app, and meanwhile the system ends the process of whoever sent it. */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi")
class DeathTest {
    @get:Rule
    val rule = createEmptyComposeRule()

    @Test
    fun `an invitation, and what was typed, outlive the process`() = Meeting.with(HostBefore::class.java) { other ->
        val link = other.meeting.message()
        other.next(HostAfter::class.java)
        val ben = Owner(rule, Intent(Intent.ACTION_VIEW, Uri.parse(link)))
        FedNetwork.comes("127.0.0.1/8")
        ben.isCalled("Ben")
        ben.taps(R.string.connect)
        ben.sees("hello after all")
        // The link that opened it does so once.
        ben.comesBackByRecents()
        ben.sees("hello after all")
        ben.writes("good to see you")
        ben.taps(R.string.send)
        ben.sees(R.string.conversation_over)
        other.meeting.say(OVER)
    }

    companion object {
        const val OVER = "over"
    }
}

/** The other phone of [DeathTest], until the system ends its process. */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi")
class HostBefore {
    @get:Rule
    val rule = createEmptyComposeRule()

    @Test
    fun `sends a link, and begins another invitation`() {
        val ana = Owner(rule)
        ana.begins("Ana")
        // A link that is sent waits, and tells when somebody comes.
        ana.allows(Manifest.permission.POST_NOTIFICATIONS)
        FedNetwork.comes("127.0.0.1/8")
        ana.taps(R.string.menu)
        ana.taps(R.string.share_link)
        Meeting.ofThisProcess().message(ana.handsOut().getStringExtra(Intent.EXTRA_TEXT)!!.lines().last())
        ana.sees(R.string.send_this)
        ana.taps(R.string.back)
        ana.sees(R.string.scan_code_text)
        ana.taps(R.string.menu)
        ana.taps(R.string.share_with_question)
        ana.writes("What was our first")
        OtherProcess.isKilled(ana.goesAway())
    }
}

/** The same phone, in a process of its own. */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi")
class HostAfter {
    @get:Rule
    val rule = createEmptyComposeRule()

    @Test
    fun `goes on where it was`() {
        val recent = Intent(Intent.ACTION_MAIN).addFlags(Intent.FLAG_ACTIVITY_LAUNCHED_FROM_HISTORY)
        val ana = Owner(rule, recent, OtherProcess.before())
        FedNetwork.comes("127.0.0.1/8")
        ana.sees("What was our first")
        ana.taps(R.string.close)
        ana.taps(R.string.go_on)
        ana.sees(R.string.write_message)
        ana.writes("hello after all")
        ana.taps(R.string.send)
        ana.sees("good to see you")
        ana.taps(R.string.menu)
        ana.taps(R.string.leave)
        ana.sees(R.string.goodbye_text)
        ana.taps(R.string.leave)
        // A goodbye goes as long as the process does.
        Meeting.ofThisProcess().hear(DeathTest.OVER)
    }
}
