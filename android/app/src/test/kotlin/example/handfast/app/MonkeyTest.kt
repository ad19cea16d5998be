package example.handfast.app

import android.Manifest
import android.app.Application
import android.graphics.Bitmap
import android.graphics.Color
import android.os.Bundle
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.junit4.v2.createEmptyComposeRule
import androidx.compose.ui.text.AnnotatedString
import androidx.test.core.app.ApplicationProvider
import org.junit.Rule
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ActivityController
import org.robolectric.annotation.Config
import java.lang.ref.WeakReference
import kotlin.random.Random
import kotlin.test.assertEquals

/**
 * Whatever a person and a phone may do, in any order. The seed and the step are in what a failure says; the property
 * `handfast.steps` is how many there are.
 */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi", shadows = [FedReader::class, FedPreview::class])
class MonkeyTest {
    @get:Rule
    val rule = createEmptyComposeRule()

    private val phone get() = ApplicationProvider.getApplicationContext<Application>()
    private val random = Random(SEED)
    private lateinit var controller: ActivityController<MainActivity>
    private val gone = mutableListOf<WeakReference<MainActivity>>()
    private val frame = Bitmap.createBitmap(1280, 720, Bitmap.Config.ARGB_8888).apply { eraseColor(Color.GRAY) }

    @Test
    fun `nothing that is done in any order crashes, loses what was written, or keeps the camera`() {
        val deeds = listOf(
            6 to ::taps, 3 to ::writes, 2 to ::turns, 2 to ::goesBack, 2 to ::goesAway, 1 to ::dies, 1 to ::networkChanges,
            1 to ::permissionChanges, 2 to ::sees,
        ).flatMap { (weight, deed) -> List(weight) { deed } }
        FedCamera.install()
        begin(null)
        val done = ArrayDeque<String>()
        repeat(Integer.getInteger("handfast.steps", 1_000)) { step ->
            val deed = deeds.random(random)
            done += "${deed.name} on ${controller.get().app.screen.value.javaClass.simpleName}"
            if (done.size > 12) done.removeFirst()
            try {
                deed()
                rule.waitForIdle()
            } catch (failure: Throwable) {
                throw AssertionError("seed $SEED, step $step, after $done", failure)
            }
        }
        controller.pause().stop().destroy()
        until({ "the camera is still open" }, rule::waitForIdle) { !FedCamera.isRunning }
        // A phone that was turned often has one activity.
        until({ "${kept()} activities are kept" }, { System.gc() }) { kept() <= 2 }
    }

    private fun kept() = gone.count { it.get() != null }

    private fun begin(state: Bundle?) {
        controller = Robolectric.buildActivity(MainActivity::class.java).setup(state)
    }

    private fun taps() {
        nodes(hasClickAction()).filter { SemanticsProperties.Disabled !in it.config }.randomOrNull(random)
            ?.config?.getOrNull(SemanticsActions.OnClick)?.action?.invoke()
        // It may have been the last thing that there was to do.
        if (controller.get().isFinishing) restarts()
    }

    private fun writes() {
        val text = AnnotatedString(TEXTS.random(random))
        nodes(hasSetTextAction()).randomOrNull(random)?.config?.getOrNull(SemanticsActions.SetText)?.action?.invoke(text)
    }

    private fun turns() = keepingText {
        gone += WeakReference(controller.get())
        controller.recreate()
    }

    private fun goesBack() {
        controller.get().onBackPressedDispatcher.onBackPressed()
        if (controller.get().isFinishing) restarts()
    }

    private fun goesAway() = keepingText {
        controller.pause().stop()
        rule.waitForIdle()
        until({ "the camera runs behind another app" }, rule::waitForIdle) { !FedCamera.isRunning }
        controller.restart().resume()
    }

    /** The system ends the activity, and makes it of what it kept. */
    private fun dies() = keepingText {
        val state = Bundle()
        gone += WeakReference(controller.get())
        controller.saveInstanceState(state).pause().stop().destroy()
        begin(state)
    }

    private fun restarts() {
        gone += WeakReference(controller.get())
        controller.pause().stop().destroy()
        begin(null)
    }

    private fun networkChanges() {
        val network = FedNetwork.comes("192.0.2.${random.nextInt(2, 250)}/24", router = "192.0.2.1")
        if (random.nextBoolean()) FedNetwork.goes(network)
    }

    private fun permissionChanges() {
        if (random.nextBoolean()) {
            shadowOf(phone).grantPermissions(Manifest.permission.CAMERA)
        } else {
            shadowOf(phone).denyPermissions(Manifest.permission.CAMERA)
        }
    }

    private fun sees() {
        FedReader.running?.takeIf { it.isHungry }?.feed(frame)
    }

    private fun keepingText(work: () -> Unit) {
        rule.waitForIdle()
        val (screen, before) = controller.get().app.screen.value to written()
        work()
        rule.waitForIdle()
        val now = controller.get().app.screen.value
        if (now::class == screen::class) assertEquals(before, written(), "what was written on $now")
    }

    private fun written() = nodes(hasSetTextAction()).map { it.config.getOrNull(SemanticsProperties.EditableText)?.text }

    private fun nodes(wanted: SemanticsMatcher): List<SemanticsNode> =
        rule.onAllNodes(wanted).fetchSemanticsNodes()

    private companion object {
        const val SEED = 15L
        val TEXTS = listOf("", "Ana", "hello", "مرحبا", "x".repeat(3_000), "\uD83E\uDD1D", "https://handfast.example/#x", "\n")
    }
}
