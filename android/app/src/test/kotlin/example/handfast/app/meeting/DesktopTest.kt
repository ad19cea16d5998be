package example.handfast.app.meeting

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import example.handfast.app.FedCamera
import example.handfast.app.FedNetwork
import example.handfast.app.FedPreview
import example.handfast.app.Owner
import example.handfast.app.PhoneRunner
import example.handfast.app.R
import example.handfast.core.Program
import example.handfast.core.Screen
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.annotation.Config
import kotlin.test.assertTrue

/** A phone and a desktop: each reads the picture that the other drew. */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi", shadows = [FedPreview::class])
class DesktopTest {
    @get:Rule
    val rule = createEmptyComposeRule()

    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `the desktop reads what the phone shows`() {
        val ana = Owner(rule)
        ana.begins("Ana")
        FedNetwork.comes("127.0.0.1/8")
        ana.taps(R.string.show_code)
        ana.sees(R.string.scan_this)
        val seen = folder.newFile("seen.png")
        seen.outputStream().use { FedCamera.seen(ana.picture()).compress(Bitmap.CompressFormat.PNG, 100, it) }
        handfast("join", "--yes", "--name", "Ben", seen.path).use { talk(ana, it) }
    }

    @Test
    fun `the phone's camera sees what the desktop shows`() {
        val ana = Owner(rule)
        ana.begins("Ana")
        FedCamera.install()
        FedNetwork.comes("127.0.0.1/8")
        val shown = folder.root.resolve("shown.png")
        handfast("invite", "--loopback", "--name", "Ben", "--png", shown.path).use {
            it.until("\"event\":\"invitation\"")
            ana.taps(R.string.scan_code)
            FedCamera.see(BitmapFactory.decodeFile(shown.path), rule::waitForIdle) { ana.app.screen.value is Screen.Confirm }
            ana.sees("Ben")
            ana.taps(R.string.connect)
            talk(ana, it)
        }
    }

    private fun handfast(command: String, vararg more: String) =
        Program.handfast(command, "--json", "--downloads", folder.newFolder().path, *more)

    private fun talk(ana: Owner, desktop: Program) {
        ana.writes("hello from the phone")
        ana.taps(R.string.send)
        assertTrue("hello from the phone" in desktop.until("\"event\":\"message\""))
        desktop.say("hello from the desktop")
        ana.sees("hello from the desktop")
        ana.taps(R.string.menu)
        ana.taps(R.string.leave)
        ana.sees(R.string.goodbye_text)
        ana.taps(R.string.leave)
        assertTrue("peer_left" in desktop.until("\"event\":\"ended\""))
    }
}
