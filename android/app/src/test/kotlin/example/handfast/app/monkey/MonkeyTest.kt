package example.handfast.app.monkey

import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import example.handfast.app.FedCamera
import example.handfast.app.FedPreview
import example.handfast.app.PhoneRunner
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.annotation.Config
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.test.assertEquals

/** HANDFAST_SEED: other steps than the usual ones; HANDFAST_STEPS: how many. */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi", shadows = [FedPreview::class])
class MonkeyTest {
    @get:Rule
    val rule = createEmptyComposeRule()

    @Test
    fun `whatever is done in whatever order, nothing crashes, no text is lost and nothing stays open`() {
        val thrown = CopyOnWriteArrayList<Throwable>()
        val usual = Thread.getDefaultUncaughtExceptionHandler()
        Thread.setDefaultUncaughtExceptionHandler { _, failure -> thrown += failure }
        try {
            FedCamera.install()
            val monkey = Monkey(rule, number("HANDFAST_SEED", 1))
            repeat(number("HANDFAST_STEPS", 1000).toInt()) {
                monkey.step()
                assertEquals(emptyList<Throwable>(), thrown)
            }
            monkey.ends()
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(usual)
        }
    }

    private fun number(name: String, usual: Long) = System.getenv(name)?.toLong() ?: usual
}
