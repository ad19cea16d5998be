package example.handfast.app.book

import android.content.res.Configuration
import android.graphics.Bitmap
import android.graphics.Canvas
import androidx.activity.ComponentActivity
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.requiredSize
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.runtime.Composable
import androidx.compose.runtime.CompositionLocalProvider
import androidx.compose.runtime.getValue
import androidx.compose.runtime.key
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalConfiguration
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.platform.LocalLayoutDirection
import androidx.compose.ui.platform.testTag
import androidx.compose.ui.test.junit4.v2.createAndroidComposeRule
import androidx.compose.ui.test.onNodeWithTag
import androidx.compose.ui.unit.Density
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp
import androidx.core.view.ViewCompat
import example.handfast.app.PhoneRunner
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
import org.robolectric.annotation.Config
import java.io.File
import java.util.TimeZone
import kotlin.test.assertEquals
import kotlin.test.fail

/**
 * The book of all screens: each is drawn in each of its states as people with different eyes, languages and
 * phones see it, and measured. The pictures and an index lie where the property `pictures` says. HANDFAST_BOOK=all
 * draws every variant; HANDFAST_BOOK=write keeps how the screens look now in the repository, and draws the flows for
 * the documents.
 */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w2000dp-h2000dp-mdpi")
class BookTest {
    @get:Rule
    val rule = createAndroidComposeRule<ComponentActivity>()

    private val folder get() = Book.folder
    private val mode get() = Book.mode
    private var shown by mutableStateOf<Pair<Page, Variant>?>(null)

    @Test
    fun `every screen can be read, reached and used by everybody`() {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"))
        folder.mkdirs()
        val drawn = pages.filter { Book.isWanted(it.name) }
        val variants = Book.variants
        val deeds = Deeds(silent(), NoPhone, askFirst = {}, sendAs = {})
        rule.setContent {
            shown?.let { (page, variant) -> key(page, variant) { Framed(variant) { page.draw(deeds) } } }
        }
        val faults = sortedMapOf<String, MutableList<String>>()
        for (page in drawn) for (variant in variants) {
            shown = page to variant
            rule.waitForIdle()
            rule.runOnUiThread { ViewCompat.dispatchApplyWindowInsets(rule.activity.window.decorView, variant.insets()) }
            rule.waitForIdle()
            val root = rule.onNodeWithTag(FRAME, useUnmergedTree = true).fetchSemanticsNode()
            val merged = rule.onNodeWithTag(FRAME).fetchSemanticsNode()
            val picture = picture(variant)
            File(folder, "${page.name}-${variant.name}.png").outputStream().use {
                picture.compress(Bitmap.CompressFormat.PNG, 100, it)
            }
            for (fault in Measure(page, variant, root, merged, picture).faults()) {
                faults.getOrPut("${page.name}: $fault") { mutableListOf() } += variant.name
            }
            if (variant == Variant.USUAL && !fits(page.name, fingerprint(merged, variant.density))) {
                faults.getOrPut("${page.name}: not as android/app/src/test/book has it") { mutableListOf() } += variant.name
            }
        }
        if (mode == "write") drawFlows(folder, File(System.getProperty("handfast.root"), "docs/pictures"))
        File(folder, "index.html").writeText(index(drawn, variants))
        val told = faults.map { (fault, where) -> "$fault [${where.size}: ${where.first()}]" }
        File(folder, "faults.txt").writeText(told.joinToString("\n"))
        if (told.isNotEmpty()) fail(told.joinToString("\n", "${told.size} faults:\n"))
    }

    private fun picture(variant: Variant): Bitmap {
        val view = rule.activity.window.decorView
        val size = (variant.width * variant.density).toInt() to (variant.height * variant.density).toInt()
        return Bitmap.createBitmap(size.first, size.second, Bitmap.Config.ARGB_8888).also { view.draw(Canvas(it)) }
    }

    /** A model that stands at its first start for ever. */
    private fun silent() = AppModel(CoroutineScope(Job()), OwnName(File(folder, "nobody"), "")) { error("never opened") }

    private companion object {
        const val FRAME = "frame"
    }

    /** A display of that kind, at the corner of a large one. */
    @Composable
    private fun Framed(variant: Variant, content: @Composable () -> Unit) {
        val base = LocalContext.current
        val configuration = remember {
            Configuration(base.resources.configuration).apply {
                setLocale(variant.locale)
                fontScale = variant.scale / 100f
            }
        }
        val context = remember { base.createConfigurationContext(configuration) }
        CompositionLocalProvider(
            LocalContext provides context,
            LocalConfiguration provides configuration,
            LocalDensity provides Density(variant.density, variant.scale / 100f),
            LocalClock provides { NOW },
        ) {
            Box(Modifier, Alignment.TopStart) {
                HandfastTheme(variant.isDark) {
                    CompositionLocalProvider(
                        LocalLayoutDirection provides if (variant.isRightToLeft) LayoutDirection.Rtl else LayoutDirection.Ltr,
                    ) {
                        Surface(
                            Modifier.requiredSize(variant.width.dp, variant.height.dp).testTag(FRAME),
                            color = MaterialTheme.colorScheme.surface,
                            content = content,
                        )
                    }
                }
            }
        }
    }

    private fun index(drawn: List<Page>, variants: List<Variant>) = buildString {
        append("<!doctype html><meta charset=utf-8><title>Screens</title><style>")
        append("body{font:16px system-ui;margin:2em}section{display:flex;gap:12px;overflow-x:auto}")
        append("figure{margin:0}img{height:420px;border:1px solid #ccc}figcaption{font-size:12px}</style>")
        for (page in drawn) {
            append("<h2>${page.name}</h2><section>")
            for (variant in variants) {
                val file = "${page.name}-${variant.name}.png"
                append("<figure><a href=$file><img loading=lazy src=$file></a><figcaption>${variant.name}</figcaption></figure>")
            }
            append("</section>")
        }
    }
}
