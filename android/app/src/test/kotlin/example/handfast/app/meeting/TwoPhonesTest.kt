package example.handfast.app.meeting

import android.content.Intent
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import example.handfast.app.Documents
import example.handfast.app.FedNetwork
import example.handfast.app.Owner
import example.handfast.app.PhoneRunner
import example.handfast.app.R
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config
import kotlin.random.Random

/** Two processes of the app on the real core, as two people hold them. [Guest] is the other. */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi")
class TwoPhonesTest {
    @get:Rule
    val rule = createEmptyComposeRule()

    @Test
    fun `one shows a code, the other's camera sees it, and they talk`() = Meeting.with(Guest::class.java) { other ->
        val ana = Owner(rule)
        ana.begins("Ana")
        FedNetwork.comes("127.0.0.1/8")
        ana.taps(R.string.show_code)
        ana.sees(R.string.scan_this)
        other.meeting.show(ana.picture())
        ana.sees(R.string.write_message)
        ana.writes("hello, who is there?")
        ana.taps(R.string.send)
        ana.sees("it is Ben")
        ana.turns()
        ana.sees("it is Ben")

        // A symbol and an answer, and what was changed there.
        ana.holds("it is Ben")
        ana.taps("👍")
        ana.holds("hello, who is there?")
        ana.taps(R.string.reply)
        ana.sees(R.string.subject_reply)
        ana.writes("which one?")
        ana.taps(R.string.send)
        ana.sees("it is Ben from the harbour")

        // What was typed is locked instead, and gone from the line then.
        ana.writes("under the third stone")
        ana.taps(R.string.attach)
        ana.taps(R.string.write_locked)
        ana.sees("under the third stone")
        ana.fills(R.string.your_question, "Our boat?")
        ana.fills(R.string.your_answer, "Nepomuk of the lake")
        ana.taps(R.string.lock_and_send)
        ana.sees("Our boat?")
        ana.sees(R.string.write_message)
        other.meeting.hear(Guest.READ)

        // A file that lies in another app.
        ana.taps(R.string.attach)
        ana.taps(R.string.attach_files)
        ana.picks(Documents.have("letter.pdf", letter))
        ana.sees(R.string.file_sent)

        // What somebody shares in another app, to whoever is connected.
        ana.isHanded(Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, "read it?"))
        ana.sees(R.string.to_whom_title)
        ana.taps("Ben")
        ana.sees("still here")

        // Ben himself was chosen in the other app, so nobody is asked for whom it is.
        ana.isHanded(ana.shares("Ben").setType("text/plain").putExtra(Intent.EXTRA_TEXT, "and this?"))
        // What is dropped on the conversation is for Ben.
        ana.drops(Documents.have("dropped.pdf", letter))
        ana.sees("dropped.pdf")

        // The system ends the activity behind another app; the draft is there again.
        ana.writes("one mo")
        ana.comesBackByRecents()
        ana.sees("one mo")
        ana.writes("one moment")
        other.meeting.hear(Guest.AWAY)
        ana.taps(R.string.send)
        ana.sees("I am back")
        ana.taps(R.string.menu)
        ana.taps(R.string.leave)
        ana.sees(R.string.goodbye_text)
        ana.taps(R.string.leave)
    }

    companion object {
        val letter = Random(1).nextBytes(3_000_000)
    }
}
