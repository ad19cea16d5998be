package example.handfast.app.ui

import androidx.activity.ComponentActivity
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.height
import androidx.compose.runtime.Composer
import androidx.compose.runtime.CompositionTracer
import androidx.compose.runtime.InternalComposeTracingApi
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.test.hasScrollToIndexAction
import androidx.compose.ui.test.junit4.v2.createAndroidComposeRule
import androidx.compose.ui.test.onNodeWithText
import androidx.compose.ui.test.performScrollToIndex
import androidx.compose.ui.unit.dp
import example.handfast.app.PhoneRunner
import example.handfast.app.book.NoPhone
import example.handfast.app.ui.theme.HandfastTheme
import example.handfast.core.AppModel
import example.handfast.core.Key
import example.handfast.core.OwnName
import example.handfast.core.Row
import example.handfast.core.Screen
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import org.junit.After
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import java.io.File
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** What is composed of a conversation, counted: the whole screen as the app draws it. */
@OptIn(InternalComposeTracingApi::class)
@RunWith(PhoneRunner::class)
class RowsTest {
    @get:Rule
    val rule = createAndroidComposeRule<ComponentActivity>()

    private val model = AppModel(CoroutineScope(Job()), OwnName(File("/nowhere/at/all"), "")) { error("never opened") }
    private val deeds = Deeds(model, NoPhone, {}, {})
    private val talk = Screen.Conversation("Mira", Key.TRUST_VERIFIED, Key.REASON_SCANNED, null, session = 3)
    private var rows by mutableStateOf(emptyList<Row>())

    /** How often each of our composables was composed, by its name. */
    private val composed = HashMap<String, Int>()

    private fun show() {
        Composer.setTracer(object : CompositionTracer {
            override fun traceEventStart(key: Int, dirty1: Int, dirty2: Int, info: String) {
                if (info.startsWith(OURS)) composed.merge(info.removePrefix(OURS).substringBefore(' '), 1, Int::plus)
            }

            override fun traceEventEnd() = Unit

            override fun isTraceInProgress() = true
        })
        rule.setContent { HandfastTheme { Box(Modifier.height(600.dp)) { Stage(talk, Screen.Home(), rows, deeds) } } }
        rule.waitForIdle()
    }

    @After
    fun `nobody counts any more`() = Composer.setTracer(null)

    @Test
    fun `of ten thousand rows those in sight are composed, at the end and in the middle`() {
        rows = List(10_000) { Row.Text(it.toLong(), it % 2 == 0, "row $it", at = it * 60L) }
        show()
        rule.onNodeWithText("row 9999", substring = true).assertExists()
        assertTrue(composed.getValue("Bubble") in 1..<100, "$composed")
        composed.clear()
        rule.onNode(hasScrollToIndexAction()).performScrollToIndex(5_000)
        rule.waitForIdle()
        rule.onNodeWithText("row 4999", substring = true).assertExists()
        assertTrue(composed.getValue("Bubble") in 1..<200, "$composed")
    }

    @Test
    fun `a file that moves composes its own row alone`() {
        val file = Row.File(2, true, "film", 1_000, Key.FILE_MOVING, done = 0, path = null)
        rows = listOf(Row.Text(1, true, "before"), file, Row.Text(3, false, "after"))
        show()
        assertEquals(3, composed["Bubble"])
        composed.clear()
        for (done in 1L..50) {
            rows = rows.map { if (it.number == 2L) file.copy(done = done) else it }
            rule.waitForIdle()
        }
        assertEquals(50 to null, composed["Bubble"] to composed["Said"], "$composed")
        // What stands around the rows stays as it is.
        assertEquals(emptySet(), composed.keys.intersect(setOf("Head", "Composer", "Home")))
    }

    private companion object {
        const val OURS = "example.handfast.app.ui."
    }
}
