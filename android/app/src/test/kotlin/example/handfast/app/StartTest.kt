package example.handfast.app

import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith

@RunWith(PhoneRunner::class)
class StartTest {
    @get:Rule
    val rule = createEmptyComposeRule()

    @Test
    fun `the app starts on the real core, asks for a name, and shows a code`() {
        val owner = Owner(rule)
        owner.begins("Ana")
        FedNetwork.comes("127.0.0.1/8")
        owner.taps(R.string.show_code)
        owner.sees(R.string.scan_this)
    }
}
