package example.handfast.app

import androidx.test.core.app.ActivityScenario
import example.handfast.core.Screen
import org.junit.Test
import org.junit.runner.RunWith
import kotlin.test.assertIs

@RunWith(PhoneRunner::class)
class StartTest {
    @Test
    fun `the app starts on the real core and shows who is there`() {
        ActivityScenario.launch(MainActivity::class.java).use { scenario ->
            scenario.onActivity { activity ->
                activity.app.welcome("Mira")
                activity.app.invite(send = false)
                val screen = activity.app.screen.until { it is Screen.ShowCode }
                assertIs<Screen.ShowCode>(screen)
            }
        }
    }
}
