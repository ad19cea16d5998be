package example.handfast.app.phone

import android.app.Application
import android.content.ClipData
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import androidx.test.core.app.ActivityScenario
import androidx.test.core.app.ApplicationProvider
import example.handfast.app.HandfastApp
import example.handfast.app.MainActivity
import example.handfast.app.PhoneRunner
import example.handfast.app.until
import example.handfast.core.Key
import example.handfast.core.Screen
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import java.io.ByteArrayInputStream
import kotlin.random.Random
import kotlin.test.assertEquals
import kotlin.test.assertIs

/** Whatever another app hands in, the app stays, and says what it could not use. */
@RunWith(PhoneRunner::class)
class IntentTest {
    private val app get() = ApplicationProvider.getApplicationContext<HandfastApp>()
    private val model get() = app.app

    @Test
    fun `a file that is shared in waits for somebody to send it to`() = opened(sending("content://com.example/film")) {
        shadowOf(app.contentResolver).registerInputStream(Uri.parse("content://com.example/film"), ByteArrayInputStream(ByteArray(9)))
        assertIs<Screen.ToWhom>(model.screen.until { it is Screen.ToWhom })
    }

    @Test
    fun `an old link does not come back from the list of recent apps`() {
        val old = Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, "hello")
            .addFlags(Intent.FLAG_ACTIVITY_LAUNCHED_FROM_HISTORY)
        opened(old) {
            model.screen.until { it is Screen.Home || it is Screen.Welcome }
            Thread.sleep(500)
            assertEquals(null, model.screen.value as? Screen.ToWhom)
        }
    }

    @Test
    fun `what was shared in is taken once, also when the activity is made anew`() {
        opened(Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, "hello")) { scenario ->
            model.screen.until { it is Screen.ToWhom }
            model.back()
            model.screen.until { it is Screen.Home }
            scenario.recreate()
            Thread.sleep(500)
            assertIs<Screen.Home>(model.screen.value)
        }
    }

    @Test
    fun `a document of this app, a path and a permission that is gone are refused in words`() {
        val bad = listOf("content://example.handfast.app.lent/lent/x", "file:///data/data/example.handfast.app/no_backup/key", "content://gone/x")
        for (uri in bad) {
            opened(Intent(Intent.ACTION_VIEW, Uri.parse(uri)).setClass(app, MainActivity::class.java)) {
                assertEquals(Key.CANNOT_OPEN, model.notice.until { it != null }?.what, uri)
                model.noticed()
                model.notice.until { it == null }
            }
        }
    }

    @Test
    fun `no intent of any app ends this one`() {
        val random = Random(7)
        val extras = listOf<(Bundle) -> Unit>(
            { it.putString(Intent.EXTRA_STREAM, "x") },
            { it.putInt(Intent.EXTRA_TEXT, 1) },
            { it.putCharSequence(Intent.EXTRA_TEXT, "x".repeat(2 shl 20)) },
            { it.putParcelableArrayList(Intent.EXTRA_STREAM, arrayListOf(Uri.EMPTY, Uri.parse("content://a/b"))) },
            { it.putParcelable(Intent.EXTRA_STREAM, Bundle()) },
            { it.putParcelable(Intent.EXTRA_STREAM, Uri.parse("content://nobody/1")) },
            { it.putString("session", "x") },
            { it.putLong("session", Long.MIN_VALUE) },
            { it.putByteArray(Intent.EXTRA_SHORTCUT_ID, ByteArray(3)) },
        )
        val actions = listOf(null, Intent.ACTION_MAIN, Intent.ACTION_VIEW, Intent.ACTION_SEND, Intent.ACTION_SEND_MULTIPLE, "x")
        val uris = listOf(null, "", ":", "content:", "content://", "https://handfast.example/#x", "handfast:", "file:///", "mailto:x")
        opened(Intent(Intent.ACTION_MAIN)) { scenario ->
            model.screen.until { it is Screen.Home || it is Screen.Welcome }
            repeat(200) {
                val intent = Intent(actions.random(random)).setClass(app, MainActivity::class.java)
                uris.random(random)?.let { intent.data = Uri.parse(it) }
                val bundle = Bundle()
                repeat(random.nextInt(3)) { extras.random(random)(bundle) }
                intent.putExtras(bundle)
                if (random.nextInt(4) == 0) intent.clipData = ClipData.newPlainText("", "x")
                scenario.onActivity { activity -> activity.taken(intent) }
            }
            scenario.onActivity { assertEquals(false, it.isFinishing) }
        }
    }

    /** As the system hands an intent to an activity that is there. */
    private fun MainActivity.taken(intent: Intent) =
        MainActivity::class.java.getDeclaredMethod("onNewIntent", Intent::class.java).apply { isAccessible = true }.invoke(this, intent)

    private fun sending(uri: String) = Intent(Intent.ACTION_SEND).setType("video/mp4").putExtra(Intent.EXTRA_STREAM, Uri.parse(uri))

    private fun opened(intent: Intent, work: (ActivityScenario<MainActivity>) -> Unit) {
        model.welcome("Mira")
        ActivityScenario.launch<MainActivity>(intent.setClass(ApplicationProvider.getApplicationContext<Application>(), MainActivity::class.java)).use {
            work(it)
        }
    }
}
