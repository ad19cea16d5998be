package example.handfast.app.meeting

import android.content.Intent
import android.net.Uri
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import example.handfast.app.FedCamera
import example.handfast.app.FedNetwork
import example.handfast.app.FedPreview
import example.handfast.app.Media
import example.handfast.app.Owner
import example.handfast.app.PhoneRunner
import example.handfast.app.R
import example.handfast.core.Screen
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config
import kotlin.test.assertContentEquals

/** The other phone of [TwoPhonesTest], which begins it. */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi", shadows = [FedPreview::class])
class Guest {
    @get:Rule
    val rule = createEmptyComposeRule()

    @Test
    fun `scans, talks, takes a file and leaves`() {
        Media.install()
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

        // What the other thinks of it, and what is changed then.
        ben.sees(R.string.reacted, "Ana", "👍")
        ben.sees("which one?")
        ben.holds("it is Ben")
        ben.taps(R.string.edit)
        ben.sees(R.string.subject_edit)
        ben.writes("it is Ben from the harbour")
        ben.taps(R.string.send)

        // What the answer opens, and nothing else does.
        ben.taps("Our boat?")
        ben.fills(R.string.your_answer, "Walter")
        ben.taps(R.string.answer)
        ben.sees(R.string.kind_wrong_answer)
        ben.fills(R.string.your_answer, "nepomuk of the lake")
        ben.taps(R.string.answer)
        ben.sees("under the third stone")
        ben.taps(R.string.close)
        ben.sees(R.string.write_message)
        Meeting.ofThisProcess().say(READ)

        // A file comes in, and goes on to another app.
        ben.taps(R.string.accept)
        ben.taps(R.string.share)
        @Suppress("DEPRECATION") // the typed form came with Android 13
        val shared = ben.handsOut().getParcelableExtra<Uri>(Intent.EXTRA_STREAM)!!
        assertContentEquals(TwoPhonesTest.letter, ben.read(shared))

        // Out of the conversation and out of the app: the notification of a message leads back to both.
        ben.sees("read it?")
        ben.writes("still here")
        ben.taps(R.string.send)
        ben.sees("and this?")
        ben.taps(R.string.back)
        ben.sees(R.string.scan_code_text)
        ben.goesAway()
        // What comes while somebody looks is told by no notification.
        Meeting.ofThisProcess().say(AWAY)
        ben.comesBack(ben.notified())
        ben.sees("one moment")
        ben.writes("I am back")
        ben.taps(R.string.send)
        ben.sees(R.string.conversation_over)
    }

    companion object {
        const val READ = "read"
        const val AWAY = "away"
    }
}
