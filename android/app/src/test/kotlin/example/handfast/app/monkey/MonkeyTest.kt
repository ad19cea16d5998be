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
import java.util.concurrent.TimeUnit
import kotlin.test.assertEquals

/** HANDFAST_STEPS, HANDFAST_SEED: how many steps, and which. Without the first, as many as there is time for. */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi", shadows = [FedPreview::class])
class MonkeyTest {
    @get:Rule
    val rule = createEmptyComposeRule()

    @Test
    fun `whatever is done in whatever order, nothing crashes, no text is lost and nothing stays open`() {
        val steps = number("HANDFAST_STEPS", USUAL)
        val isBound = System.getenv("HANDFAST_STEPS") == null
        var done = 0
        val thrown = CopyOnWriteArrayList<Throwable>()
        val usual = Thread.getDefaultUncaughtExceptionHandler()
        Thread.setDefaultUncaughtExceptionHandler { _, failure -> thrown += failure }
        try {
            FedCamera.install()
            val monkey = Monkey(rule, number("HANDFAST_SEED", 1))
            val end = System.nanoTime() + TIME
            while (done < steps && !(isBound && System.nanoTime() > end)) {
                monkey.step()
                done++
                assertEquals(emptyList<Throwable>(), thrown)
            }
            monkey.ends()
            println("$done steps")
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(usual)
        }
    }

    private fun number(name: String, usual: Long) = System.getenv(name)?.toLong() ?: usual

    private companion object {
        const val USUAL = 1_000L

        /** A machine that has other things to do too does fewer. */
        val TIME = TimeUnit.MINUTES.toNanos(3)
    }
}
