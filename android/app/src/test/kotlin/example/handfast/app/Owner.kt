package example.handfast.app

import android.app.Activity
import android.app.NotificationManager
import android.content.ClipData
import android.content.Intent
import android.graphics.Bitmap
import android.graphics.Canvas
import android.net.Uri
import android.os.Bundle
import android.os.Looper
import android.view.DragEvent
import androidx.annotation.StringRes
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.isEnabled
import androidx.compose.ui.test.junit4.ComposeTestRule
import androidx.compose.ui.test.performClick
import androidx.compose.ui.test.performSemanticsAction
import androidx.compose.ui.test.performTextReplacement
import androidx.core.content.pm.ShortcutManagerCompat
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.DragEventBuilder

/**
 * Whoever holds the phone: sees words, taps on them and writes. What is not there yet is waited for. [by]: what
 * opens the app; [before]: how the activity stood when the system ended it.
 */
class Owner(private val rule: ComposeTestRule, by: Intent? = null, before: Bundle? = null) {
    private var controller = Robolectric.buildActivity(MainActivity::class.java, by).run { if (before == null) setup() else setup(before) }
    private var isAway = false
    val activity: MainActivity get() = controller.get()
    val app get() = activity.app

    /** Has allowed the app this. */
    fun allows(permission: String) = shadowOf(activity.application).grantPermissions(permission)

    /** Turns the phone, so that the activity is made anew. */
    fun turns() {
        controller.recreate()
    }

    /** Presses or swipes Back. */
    fun goesBack() {
        activity.onBackPressedDispatcher.onBackPressed()
    }

    /** Goes to the home screen: nothing of the app is seen. What the system keeps of the activity then. */
    fun goesAway(): Bundle {
        rule.waitForIdle()
        isAway = true
        controller.pause().stop()
        idle()
        return Bundle().also(controller::saveInstanceState)
    }

    /** Comes back, by tapping on something that opens the app in this way, if on anything. */
    fun comesBack(by: Intent? = null) {
        by?.let(controller::newIntent)
        controller.restart().resume()
        isAway = false
    }

    fun goesAwayAndComesBack(meanwhile: () -> Unit = {}) {
        goesAway()
        meanwhile()
        comesBack()
    }

    /** The system ends the activity behind another app, and the person finds it among the recent apps. */
    fun comesBackByRecents() {
        val before = goesAway()
        val again = Intent(activity.intent).addFlags(Intent.FLAG_ACTIVITY_LAUNCHED_FROM_HISTORY)
        controller.destroy()
        controller = Robolectric.buildActivity(MainActivity::class.java, again).setup(before)
        isAway = false
    }

    /** Another app hands this over while the app is seen. */
    fun isHanded(intent: Intent) {
        controller.pause().newIntent(intent).resume()
    }

    /** The app that the person chose was handed this. */
    fun handsOut(): Intent {
        var chosen: Intent? = null
        wait("hands something to another app") {
            val started = shadowOf(activity).nextStartedActivity
            @Suppress("DEPRECATION") // the typed form came with Android 13
            chosen = started?.takeIf { it.action == Intent.ACTION_CHOOSER }?.getParcelableExtra(Intent.EXTRA_INTENT)
            chosen != null
        }
        return chosen!!
    }

    /** Picks this, once another app's files are there to be picked from. */
    fun picks(document: Uri) {
        var asked: Intent? = null
        wait("picks $document") {
            asked = shadowOf(activity).nextStartedActivityForResult?.intent?.takeIf { it.action == Intent.ACTION_OPEN_DOCUMENT }
            asked != null
        }
        shadowOf(activity).receiveResult(asked, Activity.RESULT_OK, Intent().setData(document))
    }

    /** Shares something in another app, and chooses [name] there among the people. */
    fun shares(name: String): Intent {
        var person: String? = null
        wait("looks for $name in the share sheet") {
            person = ShortcutManagerCompat.getDynamicShortcuts(activity).find { "${it.shortLabel}" == name }?.id
            person != null
        }
        return Intent(Intent.ACTION_SEND).putExtra(Intent.EXTRA_SHORTCUT_ID, person)
    }

    /** Drags this out of another app and drops it here. */
    fun drops(document: Uri) {
        rule.waitForIdle()
        val window = activity.window.decorView
        val clip = ClipData.newRawUri("", document)
        val isTaken = listOf(DragEvent.ACTION_DRAG_STARTED, DragEvent.ACTION_DRAG_ENTERED, DragEvent.ACTION_DRAG_LOCATION, DragEvent.ACTION_DROP).map { action ->
            val event = DragEventBuilder.newBuilder().setAction(action).setX(window.width / 2f).setY(window.height / 2f).setClipDescription(clip.description)
            window.dispatchDragEvent(event.setClipData(clip.takeIf { action == DragEvent.ACTION_DROP }).build())
        }
        check(isTaken.last()) { "nobody takes it" }
    }

    /** What a tap on the notification of a message does. */
    fun notified(): Intent {
        val notices = shadowOf(activity.getSystemService(NotificationManager::class.java))
        wait("hears of a message") { notices.allNotifications.any { it.channelId == "messages" } }
        return shadowOf(notices.allNotifications.last { it.channelId == "messages" }.contentIntent).savedIntent
    }

    fun read(document: Uri) = activity.contentResolver.openInputStream(document)!!.use { it.readBytes() }

    fun words(@StringRes words: Int, vararg arguments: Any) = activity.getString(words, *arguments)

    fun sees(words: String) = wait("looks for \"$words\"") { rule.finds(says(words)) }

    fun sees(@StringRes words: Int, vararg arguments: Any) = sees(words(words, *arguments))

    /**
     * On the first of several, and not on a line to write in, which may be called the same. Where the next screen has the
     * same words, something that only it has is to be seen first.
     */
    fun taps(words: String) {
        val wanted = says(words) and hasClickAction() and isEnabled() and !hasSetTextAction()
        wait("taps on \"$words\"") { rule.finds(wanted) && rule.reaches(wanted) { performClick() } }
    }

    fun taps(@StringRes words: Int, vararg arguments: Any) = taps(words(words, *arguments))

    /** Until what can be done with it is shown. */
    fun holds(words: String) {
        val wanted = says(words) and SemanticsMatcher.keyIsDefined(SemanticsActions.OnLongClick)
        wait("holds \"$words\"") { rule.finds(wanted) && rule.reaches(wanted) { performSemanticsAction(SemanticsActions.OnLongClick) { it() } } }
    }

    /** Into the first line that there is to write in. */
    fun writes(text: String) {
        val line = hasSetTextAction() and isEnabled()
        wait("writes \"$text\"") { rule.finds(line) && rule.reaches(line) { performTextReplacement(text) } }
    }

    /** Into the line that is called so. */
    fun fills(@StringRes label: Int, text: String) {
        val line = hasSetTextAction() and isEnabled() and hasText(words(label))
        wait("fills in \"$text\"") { rule.finds(line) && rule.reaches(line) { performTextReplacement(text) } }
    }

    /** The first start, by somebody of this name. */
    fun begins(name: String) {
        isCalled(name)
        sees(R.string.scan_code_text)
    }

    /** The first start, with something that is opened after it. */
    fun isCalled(name: String) {
        sees(R.string.your_name)
        writes(name)
        taps(R.string.begin)
    }

    /** What the display shows. */
    fun picture(): Bitmap {
        rule.waitForIdle()
        val view = activity.window.decorView
        return Bitmap.createBitmap(view.width, view.height, Bitmap.Config.ARGB_8888).also { view.draw(Canvas(it)) }
    }

    fun wait(what: String, happened: () -> Boolean) {
        // Where a test stops, it is seen what was waited for.
        println(what)
        until({ "$what, and sees ${app.screen.value}" }, ::idle, happened)
    }

    /** Lets the phone do what it has to. What is still to be drawn waits while nobody sees it, so that is not waited for. */
    fun idle() = if (isAway) shadowOf(Looper.getMainLooper()).idle() else rule.waitForIdle()
}
