package example.handfast.app.ui

import androidx.activity.ComponentActivity
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.height
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.SideEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.test.hasScrollToIndexAction
import androidx.compose.ui.test.junit4.v2.createAndroidComposeRule
import androidx.compose.ui.test.performScrollToIndex
import androidx.compose.ui.unit.dp
import example.handfast.app.PhoneRunner
import example.handfast.core.Key
import example.handfast.core.Row
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** What is composed of a conversation, counted. */
@RunWith(PhoneRunner::class)
class RowsTest {
    @get:Rule
    val rule = createAndroidComposeRule<ComponentActivity>()

    private val composed = HashMap<Long, Int>()
    private var rows by mutableStateOf(emptyList<Row>())

    private fun show() = rule.setContent {
        Box(Modifier.height(600.dp)) {
            Rows(rows) { row, _ -> Counted(row) }
        }
    }

    @Composable
    private fun Counted(row: Row) {
        SideEffect { composed.merge(row.number, 1, Int::plus) }
        Text(if (row is Row.File) "${row.done}" else "row ${row.number}")
    }

    @Test
    fun `of ten thousand rows those in sight are composed, at the end and in the middle`() {
        rows = List(10_000) { Row.Text(it.toLong(), it % 2 == 0, "row $it", at = it * 60L) }
        show()
        rule.waitForIdle()
        assertTrue(9_999L in composed && composed.size < 100, "${composed.size} rows")
        composed.clear()
        rule.onNode(hasScrollToIndexAction()).performScrollToIndex(5_000)
        rule.waitForIdle()
        assertTrue(4_999L in composed && composed.size < 200, "${composed.size} rows")
    }

    @Test
    fun `a file that moves composes its own row alone`() {
        val file = Row.File(2, true, "film", 1_000, Key.FILE_MOVING, done = 0, path = null)
        rows = listOf(Row.Text(1, true, "before"), file, Row.Text(3, false, "after"))
        show()
        rule.waitForIdle()
        composed.clear()
        for (done in 1L..50) {
            rows = rows.map { if (it.number == 2L) file.copy(done = done) else it }
            rule.waitForIdle()
        }
        assertEquals(mapOf(2L to 50), composed.toMap())
    }
}
