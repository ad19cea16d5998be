package example.handfast.app.ui

import androidx.activity.ComponentActivity
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.input.key.Key as HardwareKey
import androidx.compose.ui.test.assert
import androidx.compose.ui.test.assertIsDisplayed
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.StateRestorationTester
import androidx.compose.ui.test.junit4.v2.createAndroidComposeRule
import androidx.compose.ui.test.onNodeWithContentDescription
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performKeyInput
import androidx.compose.ui.test.performTextInput
import androidx.compose.ui.test.pressKey
import androidx.compose.ui.test.withKeyDown
import example.handfast.app.PhoneRunner
import example.handfast.app.book.NoPhone
import example.handfast.app.ui.theme.HandfastTheme
import example.handfast.core.AppModel
import example.handfast.core.Key
import example.handfast.core.OwnName
import example.handfast.core.Screen
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import java.io.File
import kotlin.test.assertEquals

/** What a person typed stays, and nothing ends without being asked. */
@RunWith(PhoneRunner::class)
class StayTest {
    @get:Rule
    val rule = createAndroidComposeRule<ComponentActivity>()

    private val model = AppModel(CoroutineScope(Job()), OwnName(File("/nowhere/at/all"), "")) { error("never opened") }
    private val deeds = Deeds(model, NoPhone, {}, {})
    private val talk = Screen.Conversation("Mira", Key.TRUST_VERIFIED, Key.REASON_SCANNED, null, session = 3)

    @Composable
    private fun Drawn(screen: Screen) = HandfastTheme { Stage(screen, Screen.Home(), emptyList(), deeds) }

    @Test
    fun `a draft outlives the activity`() {
        val tester = StateRestorationTester(rule)
        tester.setContent { Drawn(talk) }
        rule.onNode(hasSetTextAction()).performTextInput("half a sent")
        tester.emulateSavedInstanceStateRestore()
        rule.onNodeWithText("half a sent").assertIsDisplayed()
    }

    @Test
    fun `an answer and a question of one's own outlive the activity`() {
        val tester = StateRestorationTester(rule)
        tester.setContent { Drawn(Screen.Question(listOf("Our dog?"))) }
        rule.onNode(hasSetTextAction()).performTextInput("Nepo")
        tester.emulateSavedInstanceStateRestore()
        rule.onNodeWithText("Nepo").assertIsDisplayed()
    }

    @Test
    fun `a draft is there again when one comes back, and what was typed elsewhere is not`() {
        var screen by mutableStateOf<Screen>(talk)
        rule.setContent { Drawn(screen) }
        rule.onNode(hasSetTextAction()).performTextInput("half a sent")
        screen = Screen.Question(listOf("Our dog?"), size = 1)
        rule.waitForIdle()
        rule.onNode(hasSetTextAction()).performTextInput("Nepo")
        screen = Screen.Home()
        rule.waitForIdle()
        screen = Screen.Question(listOf("Our dog?"), size = 2)
        rule.waitForIdle()
        rule.onNodeWithText("Nepo").assertDoesNotExist()
        screen = talk
        rule.waitForIdle()
        rule.onNodeWithText("half a sent").assertIsDisplayed()
    }

    @Test
    fun `a draft is there again when somebody who left meanwhile is looked for`() {
        var screen by mutableStateOf<Screen>(talk)
        rule.setContent { Drawn(screen) }
        rule.onNode(hasSetTextAction()).performTextInput("half a sent")
        screen = talk.copy(isOver = true)
        rule.waitForIdle()
        rule.onNodeWithText("half a sent").assertDoesNotExist()
        screen = talk
        rule.waitForIdle()
        rule.onNodeWithText("half a sent").assertIsDisplayed()
    }

    @Test
    fun `what was typed anywhere is there again beneath the lock`() {
        var isCovered by mutableStateOf(false)
        rule.setContent { Covered(isCovered, {}) { Drawn(Screen.Question(listOf("Our dog?"))) } }
        rule.onNode(hasSetTextAction()).performTextInput("Nepo")
        isCovered = true
        rule.waitForIdle()
        rule.onNodeWithText("Nepo").assertDoesNotExist()
        isCovered = false
        rule.waitForIdle()
        rule.onNodeWithText("Nepo").assertIsDisplayed()
    }

    @Test
    fun `goodbye is said only after a yes`() {
        var goodbyes = 0
        rule.setContent { HandfastTheme { Conversation(talk, emptyList(), deeds(goodbye = { goodbyes++ })) } }
        fun say() {
            rule.onNodeWithContentDescription("More").performClick()
            rule.onNodeWithText("Say goodbye").performClick()
        }
        say()
        rule.onNodeWithText("Stay").performClick()
        assertEquals(0, goodbyes)
        say()
        rule.onNodeWithText("Say goodbye").performClick()
        assertEquals(1, goodbyes)
    }

    @Test
    fun `a keyboard of keys sends by Enter, and writes on in a new line with Shift`() {
        val sent = mutableListOf<String>()
        rule.setContent { HandfastTheme { Conversation(talk, emptyList(), deeds(send = { sent += it })) } }
        val line = rule.onNode(hasSetTextAction())
        line.performTextInput("one")
        line.performKeyInput { withKeyDown(HardwareKey.ShiftLeft) { pressKey(HardwareKey.Enter) } }
        assertEquals(emptyList(), sent)
        line.performTextInput("two")
        line.performKeyInput { pressKey(HardwareKey.Enter) }
        assertEquals(listOf("one\ntwo"), sent)
        line.performKeyInput { pressKey(HardwareKey.Enter) }
        assertEquals(1, sent.size)
    }

    @Test
    fun `what was locked and sent is gone from the line in which it was typed first, and nothing else is`() {
        var state by mutableStateOf(talk)
        rule.setContent { HandfastTheme { Conversation(state, emptyList(), deeds(locked = "the code is 4711")) } }
        val line = rule.onNode(hasSetTextAction())
        line.performTextInput("the code is 4711")
        state = talk.copy(locked = "the code is 4711")
        line.assert(hasText("the code is 4711").not())
        state = talk
        line.performTextInput("see you")
        state = talk.copy(locked = "the code is 4711")
        line.assert(hasText("see you"))
    }

    private fun deeds(send: (String) -> Unit = {}, goodbye: () -> Unit = {}, locked: String? = null) = TalkDeeds(
        {}, { text, _ -> send(text) }, {}, { null }, {}, { locked }, {}, {}, {}, {}, {}, {}, {}, {}, goodbye, {}, {}, {}, {}, {}, {}, {}, {}, {},
        RowDeeds({}, {}, {}, {}, {}, {}, {}, {}, { _, _ -> }, {}, {}, {}, {}, {}),
    )
}
