package example.handfast.app

import android.graphics.Bitmap
import android.graphics.Color
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import example.handfast.core.Camera
import example.handfast.core.Screen
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config

@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi", shadows = [FedPreview::class])
class CameraTest {
    @get:Rule
    val rule = createEmptyComposeRule()

    @Test
    fun `the camera looks while its screen is seen, and only then`() {
        val owner = Owner(rule)
        owner.begins("Ana")
        FedCamera.install()
        owner.taps(R.string.scan_code)
        var frames = 0
        val nothing = Bitmap.createBitmap(400, 400, Bitmap.Config.ARGB_8888).apply { eraseColor(Color.LTGRAY) }
        FedCamera.see(nothing, rule::waitForIdle) { frames++ > 5 && (owner.app.screen.value as Screen.Scan).camera == Camera.RUNNING }
        owner.goesAwayAndComesBack { until({ "the camera runs behind another app" }, owner::idle) { !FedCamera.isRunning } }
        FedCamera.see(nothing, rule::waitForIdle) { true }
        owner.taps(R.string.close)
        until({ "the camera is still open" }, rule::waitForIdle) { !FedCamera.isRunning }
    }
}
