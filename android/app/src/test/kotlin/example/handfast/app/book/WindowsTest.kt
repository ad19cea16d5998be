package example.handfast.app.book

import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.ui.platform.ViewRootForTest
import androidx.compose.ui.semantics.AccessibilityAction
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.SemanticsPropertyKey
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.isDialog
import androidx.compose.ui.test.isPopup
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.compose.ui.test.onFirst
import androidx.compose.ui.test.onLast
import androidx.compose.ui.test.performSemanticsAction
import example.handfast.app.PhoneRunner
import example.handfast.app.R
import example.handfast.app.finds
import example.handfast.app.says
import example.handfast.app.ui.Deeds
import example.handfast.app.ui.parts.LocalClock
import example.handfast.app.ui.theme.HandfastTheme
import example.handfast.core.AppModel
import example.handfast.core.OwnName
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.RuntimeEnvironment
import org.robolectric.android.controller.ActivityController
import java.io.File
import java.util.TimeZone
import kotlin.test.fail

/** The part of the book that lies over a screen in a window of its own: menus and questions. */
@RunWith(PhoneRunner::class)
class WindowsTest {
    @get:Rule
    val rule = createEmptyComposeRule()

    /** A [page] of the book, and what is [held] and touched there, one after the other, until the window is open. */
    private class Opened(val name: String, val page: String, vararg val touched: Int, val held: String? = null)

    private val windows = listOf(
        Opened("home-menu", "home", R.string.menu),
        Opened("home-giving-up", "home", R.string.give_up),
        Opened("code-leaving", "code", R.string.menu),
        Opened("code-giving-up", "code", R.string.menu, R.string.give_up),
        Opened("conversation-menu", "conversation", R.string.menu),
        Opened("conversation-attach", "conversation", R.string.attach),
        Opened("conversation-goodbye", "conversation", R.string.menu, R.string.leave),
        Opened("apart-menu", "apart", R.string.menu),
        Opened("conversation-message", "conversation-answers", held = "At six, by the blue boat."),
        Opened("conversation-message-theirs", "conversation-answers", held = "Shall we meet at the harbour?"),
        Opened("conversation-take-back", "conversation-answers", R.string.take_back_text, held = "At six, by the blue boat."),
        Opened("person-files", "person", R.string.files_unasked),
        Opened("person-disappearing", "person-here", R.string.disappearing),
        Opened("person-block", "person", R.string.block),
        Opened("person-forget", "person", R.string.forget),
        Opened("key-lost-anew", "key-lost", R.string.start_anew),
    )

    @Test
    fun `every menu and every question can be read, reached and used by everybody`() {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"))
        Book.folder.mkdirs()
        val deeds = Deeds(AppModel(CoroutineScope(Job()), OwnName(File("/nowhere/at/all"), "")) { error("never opened") }, NoPhone, {}, {})
        val faults = sortedMapOf<String, MutableList<String>>()
        for (variant in Book.variants) {
            RuntimeEnvironment.setQualifiers(variant.qualifiers)
            RuntimeEnvironment.setFontScale(variant.scale / 100f)
            for (window in windows.filter { Book.isWanted(it.name) }) {
                val page = pages.single { it.name == window.page }
                val controller = Robolectric.buildActivity(ComponentActivity::class.java).setup()
                controller.get().setContent {
                    HandfastTheme(variant.isDark) {
                        Surface(color = MaterialTheme.colorScheme.surface) { CompositionLocalProvider(LocalClock provides { NOW }) { page.draw(deeds) } }
                    }
                }
                window.held?.let { touch(it, SemanticsActions.OnLongClick) }
                for (words in window.touched) touch(controller.get().getString(words, "Mira"))
                val root = window(useUnmergedTree = true)
                val picture = picture(root)
                picture(controller, root, picture).save("${window.name}-${variant.name}")
                for (fault in Measure(page.of(window.name), variant, root, window(useUnmergedTree = false), picture).faults()) {
                    faults.getOrPut("${window.name}: $fault") { mutableListOf() } += variant.name
                }
                if (variant == Variant.USUAL && !fits(window.name, fingerprint(window(useUnmergedTree = false), variant.density))) {
                    faults.getOrPut("${window.name}: not as android/app/src/test/book has it") { mutableListOf() } += variant.name
                }
                controller.pause().stop().destroy()
            }
        }
        val told = faults.map { (fault, where) -> "$fault [${where.size}: ${where.first()}]" }
        if (told.isNotEmpty()) fail(told.joinToString("\n", "${told.size} faults:\n"))
    }

    private fun Page.of(name: String) = Page(name, isLive = false, draw)

    /** On a wide display, what belongs to the screen itself comes after the list beside it. */
    private fun touch(words: String, how: SemanticsPropertyKey<AccessibilityAction<() -> Boolean>> = SemanticsActions.OnClick) {
        rule.waitForIdle()
        val wanted = says(words) and hasClickAction()
        rule.finds(wanted)
        rule.onAllNodes(wanted).onLast().performSemanticsAction(how) { it() }
        rule.waitForIdle()
    }

    private fun window(useUnmergedTree: Boolean): SemanticsNode =
        rule.onAllNodes(isPopup() or isDialog(), useUnmergedTree).onFirst().fetchSemanticsNode()

    /** What the window shows, by itself. */
    private fun picture(root: SemanticsNode): Bitmap {
        val view = (root.root as ViewRootForTest).view.rootView
        val own = (root.root as ViewRootForTest).view
        val whole = Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888)
        view.draw(Canvas(whole))
        val at = IntArray(2).also(own::getLocationInWindow)
        return Bitmap.createBitmap(whole, at[0], at[1], own.width, own.height)
    }

    /** The window over the screen, as people see it. */
    private fun picture(of: ActivityController<*>, root: SemanticsNode, window: Bitmap): Bitmap {
        val view = of.get().window.decorView
        val at = IntArray(2).also((root.root as ViewRootForTest).view::getLocationOnScreen)
        // Robolectric lays every dialog into the corner, and a phone into the middle.
        if (SemanticsProperties.IsDialog in root.config) {
            at[0] = (view.width - window.width) / 2
            at[1] = (view.height - window.height) / 2
        }
        return Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888).also {
            val canvas = Canvas(it)
            view.draw(canvas)
            canvas.drawColor(Color.argb(60, 0, 0, 0))
            canvas.drawBitmap(window, at[0].toFloat(), at[1].toFloat(), null)
        }
    }

    private fun Bitmap.save(name: String) =
        File(Book.folder, "$name.png").outputStream().use { compress(Bitmap.CompressFormat.PNG, 100, it) }
}
