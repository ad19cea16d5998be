package example.handfast.app

import android.content.Intent
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.compose.ui.test.onNodeWithText
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

    @Test
    fun `what comes while one writes a question is looked at first, and what was written is there again`() {
        val owner = Owner(rule)
        owner.begins("Ana")
        owner.taps(R.string.menu)
        owner.taps(R.string.share_with_question)
        owner.writes("Our dog?")
        owner.isHanded(Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, "read it?"))
        owner.sees(R.string.to_whom_title)
        owner.goesBack()
        owner.sees("Our dog?")
        owner.taps(R.string.close)
        owner.taps(R.string.menu)
        owner.taps(R.string.share_with_question)
        owner.sees(R.string.protection_title)
        rule.onNodeWithText("Our dog?").assertDoesNotExist()
    }
}
