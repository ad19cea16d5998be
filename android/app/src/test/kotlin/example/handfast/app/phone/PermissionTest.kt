package example.handfast.app.phone

import android.Manifest
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import example.handfast.app.FedCamera
import example.handfast.app.FedNetwork
import example.handfast.app.FedPreview
import example.handfast.app.Owner
import example.handfast.app.PhoneRunner
import example.handfast.app.R
import example.handfast.app.monkey.PhoneSystem
import example.handfast.core.Camera
import example.handfast.core.Screen
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config
import kotlin.test.assertEquals

/** What the system asks the person for, in the orders in which it goes wrong. */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi", shadows = [FedPreview::class])
class PermissionTest {
    @get:Rule
    val rule = createEmptyComposeRule()

    private val system = PhoneSystem()

    private fun Owner.asked() = system.asks(activity)

    private fun Owner.answers(isGiven: Boolean) = system.permits(activity, isGiven)

    @Test
    fun `the second of two is asked for once the first is answered, and neither is lost when the phone turns`() {
        FedCamera.install(allowed = false)
        val owner = Owner(rule)
        owner.begins("Ana")
        FedNetwork.comes("127.0.0.1/8")
        owner.taps(R.string.menu)
        owner.taps(R.string.share_link)
        owner.wait("is asked for notifications") { owner.asked() == Manifest.permission.POST_NOTIFICATIONS }
        owner.app.scan()
        owner.sees(R.string.paste)
        assertEquals(Manifest.permission.POST_NOTIFICATIONS, owner.asked())
        owner.answers(isGiven = false)
        owner.wait("is asked for the camera") { owner.asked() == Manifest.permission.CAMERA }
        owner.turns()
        owner.answers(isGiven = true)
        // The invitation has come to the front meanwhile.
        owner.app.scan()
        owner.wait("looks through the camera") { FedCamera.isRunning }
    }

    @Test
    fun `a camera that is denied, and then allowed in the settings, runs`() {
        FedCamera.install(allowed = false)
        val owner = Owner(rule)
        owner.begins("Ana")
        owner.taps(R.string.scan_code)
        owner.wait("is asked for the camera") { owner.asked() == Manifest.permission.CAMERA }
        owner.answers(isGiven = false)
        owner.wait("hears that it is denied") { (owner.app.screen.value as? Screen.Scan)?.camera == Camera.DENIED }
        owner.goesAwayAndComesBack { owner.allows(Manifest.permission.CAMERA) }
        owner.wait("looks through the camera") { FedCamera.isRunning }
    }
}
