package example.handfast.app

import android.graphics.Bitmap
import android.graphics.Canvas
import androidx.annotation.StringRes
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasScrollAction
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.ComposeTestRule
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performTextReplacement
import org.robolectric.Robolectric

/** Whoever holds the phone: sees words, taps on them and writes. What is not there yet is waited for. */
class Owner(private val rule: ComposeTestRule) {
    private val controller = Robolectric.buildActivity(MainActivity::class.java).setup()
    private val activity get() = controller.get()
    val app get() = activity.app

    /** Turns the phone, so that the activity is made anew. */
    fun turns() {
        controller.recreate()
    }

    /** Goes to the home screen, and comes back; [meanwhile] nothing of the app is seen. */
    fun goesAwayAndComesBack(meanwhile: () -> Unit = {}) {
        controller.pause().stop()
        rule.waitForIdle()
        meanwhile()
        controller.restart().resume()
    }

    private fun words(@StringRes words: Int, vararg arguments: Any) = activity.getString(words, *arguments)

    fun sees(words: String) = wait("looks for \"$words\"") { isThere(says(words)) }

    fun sees(@StringRes words: Int, vararg arguments: Any) = sees(words(words, *arguments))

    fun taps(words: String) {
        val wanted = says(words) and hasClickAction()
        wait("taps on \"$words\"") { isThere(wanted) }
        if (isThere(wanted and hasAnyAncestor(hasScrollAction()))) rule.onNode(wanted).performScrollTo()
        rule.onNode(wanted).performClick()
    }

    fun taps(@StringRes words: Int, vararg arguments: Any) = taps(words(words, *arguments))

    /** Into the one line that there is to write in. */
    fun writes(text: String) {
        wait("writes \"$text\"") { isThere(hasSetTextAction()) }
        rule.onNode(hasSetTextAction()).performTextReplacement(text)
    }

    /** The first start, by somebody of this name. */
    fun begins(name: String) {
        sees(R.string.your_name)
        writes(name)
        taps(R.string.begin)
        sees(R.string.scan_code_text)
    }

    /** What the display shows. */
    fun picture(): Bitmap {
        rule.waitForIdle()
        val view = activity.window.decorView
        return Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888).also { view.draw(Canvas(it)) }
    }

    private fun wait(what: String, happened: () -> Boolean) {
        // Where a test stops, it is seen what was waited for.
        println(what)
        until({ "$what, and sees ${app.screen.value}" }, rule::waitForIdle, happened)
    }

    private fun says(words: String) = hasText(words) or hasContentDescription(words)

    private fun isThere(wanted: SemanticsMatcher) = rule.onAllNodes(wanted).fetchSemanticsNodes().isNotEmpty()
}
