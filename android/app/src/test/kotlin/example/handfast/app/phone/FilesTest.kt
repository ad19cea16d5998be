package example.handfast.app.phone

import android.Manifest
import android.app.Activity
import android.content.ComponentName
import android.content.Intent
import android.net.Uri
import android.os.Bundle
import android.provider.MediaStore
import androidx.activity.ComponentActivity
import androidx.test.core.app.ApplicationProvider
import example.handfast.app.Full
import example.handfast.app.HandfastApp
import example.handfast.app.Media
import example.handfast.app.PhoneRunner
import example.handfast.app.phone.files.Downloads
import example.handfast.app.phone.files.Lending
import example.handfast.app.phone.files.tidyCache
import example.handfast.app.until
import example.handfast.core.Key
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import java.io.ByteArrayOutputStream
import java.io.File
import java.nio.file.Files
import kotlin.concurrent.thread
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** What becomes of files that go to other apps and come from the other side. */
@RunWith(PhoneRunner::class)
class FilesTest {
    private val app get() = ApplicationProvider.getApplicationContext<HandfastApp>()

    private fun read(uri: Uri) = assertNotNull(app.contentResolver.openInputStream(uri)).use { String(it.readBytes()) }

    @Test
    fun `two that are lent by one name are both there to be read`() {
        val lending = Lending(app)
        val one = lending.lend("code.png", "one".toByteArray())
        val two = lending.lend("code.png", "two".toByteArray())
        assertNotEquals(one, two)
        assertEquals("one" to "two", read(one) to read(two))
    }

    @Test
    fun `what was lent stays until it is old, and nothing else stays when the app starts`() {
        val lending = Lending(app)
        val lent = lending.lend("code.png", "one".toByteArray())
        val opened = File(app.cacheDir, "copies/x/letter.pdf").apply { parentFile?.mkdirs() }.apply { writeText("secret") }
        val unlocked = File(app.cacheDir, "unlock1/open").apply { parentFile?.mkdirs() }.apply { writeText("secret") }
        tidyCache(app, lending)
        assertFalse(opened.exists() || unlocked.exists())
        assertEquals("one", read(lent))
        tidyCache(app, lending, now = System.currentTimeMillis() + 25L * 60 * 60 * 1000)
        assertTrue(File(app.cacheDir, Lending.FOLDER).listFiles().orEmpty().isEmpty())
    }

    @Test
    fun `what came in lies in Downloads, and only then not here any more`() {
        Media.install()
        val folder = Files.createTempDirectory("received").toFile()
        val file = File(folder, "letter.pdf").apply { writeText("hello") }
        val unfinished = File(folder, ".handfast-0123456789abcdef.part").apply { writeText("hel") }
        val downloads = Downloads(app, folder)
        downloads.publish()
        assertEquals("hello", read(assertNotNull(downloads.uri(file.path))))
        // The name stays taken, as its row leads to what lies in Downloads.
        assertTrue(file.isDirectory)
        assertTrue(unfinished.exists())
        Downloads(app, folder)
        assertFalse(file.exists())
    }

    @Test
    fun `what goes to Downloads can be read all the while`() {
        Media.install()
        val folder = Files.createTempDirectory("received").toFile()
        val downloads = Downloads(app, folder)
        val files = List(100) { File(folder, "$it.txt").apply { writeText("hello") } }
        val publishing = thread { downloads.publish() }
        do {
            val goesOn = publishing.isAlive
            for (file in files) assertEquals("hello", downloads.read(file.path).use { String(it.readBytes()) })
        } while (goesOn)
        assertTrue(files.all { downloads.uri(it.path) != null })
    }

    @Test
    fun `what finds no place in Downloads stays here`() {
        val folder = Files.createTempDirectory("received").toFile()
        val file = File(folder, "letter.pdf").apply { writeText("hello") }
        val downloads = Downloads(app, folder)
        Media.install(Full::class.java)
        downloads.publish()
        assertNull(downloads.uri(file.path))
        assertTrue(file.exists())
    }

    @Test
    fun `Save outlives a rotation, and says that it is done`() {
        app.app.welcome("Mira")
        val file = Files.createTempFile("letter", ".txt").toFile().apply { writeText("hello") }
        shadowOf(app.packageManager).addActivityIfNotPresent(ComponentName(app, PhoneActivity::class.java))
        val controller = Robolectric.buildActivity(PhoneActivity::class.java).setup()
        controller.get().phone.saveFile("letter.txt", file.path)
        val asked = shadowOf(controller.get()).nextStartedActivityForResult
        assertEquals(Intent.ACTION_CREATE_DOCUMENT, asked.intent.action)
        controller.recreate()
        assertEquals("hello", saved(controller.get(), asked.requestCode))
    }

    @Test
    fun `Save outlives that the system ends the activity behind the other app`() {
        app.app.welcome("Mira")
        val file = Files.createTempFile("letter", ".txt").toFile().apply { writeText("hello") }
        shadowOf(app.packageManager).addActivityIfNotPresent(ComponentName(app, PhoneActivity::class.java))
        val controller = Robolectric.buildActivity(PhoneActivity::class.java).setup()
        controller.get().phone.saveFile("letter.txt", file.path)
        val asked = shadowOf(controller.get()).nextStartedActivityForResult
        val kept = Bundle()
        controller.pause().stop().saveInstanceState(kept).destroy()
        val later = Robolectric.buildActivity(PhoneActivity::class.java).setup(kept)
        assertEquals("hello", saved(later.get(), asked.requestCode))
    }

    /** What is saved once the other app says where to. */
    private fun saved(activity: PhoneActivity, request: Int): String {
        val place = Uri.parse("content://com.example/letter")
        val saved = ByteArrayOutputStream()
        shadowOf(app.contentResolver).registerOutputStream(place, saved)
        activity.given(request, Intent().setData(place))
        assertEquals(Key.FILE_SAVED, app.app.notice.until { it != null }?.what)
        return "$saved"
    }

    @Test
    fun `a picture is taken by the phone's own app, whether this one may use the camera or not`() {
        app.app.welcome("Mira")
        shadowOf(app.packageManager).addActivityIfNotPresent(ComponentName(app, PhoneActivity::class.java))
        for ((isGiven, action) in listOf(false to MediaStore.INTENT_ACTION_STILL_IMAGE_CAMERA, true to MediaStore.ACTION_IMAGE_CAPTURE)) {
            val activity = Robolectric.buildActivity(PhoneActivity::class.java).setup().get()
            if (isGiven) shadowOf(app).grantPermissions(Manifest.permission.CAMERA) else shadowOf(app).denyPermissions(Manifest.permission.CAMERA)
            activity.phone.takePicture()
            var asked: Intent? = null
            until({ "no app for the camera is opened" }) {
                asked = asked ?: shadowOf(activity).nextStartedActivityForResult?.intent
                asked != null
            }
            assertEquals(action, asked?.action)
        }
    }

    @Test
    fun `what no app can do is said`() {
        app.app.welcome("Mira")
        shadowOf(app).checkActivities(true)
        shadowOf(app.packageManager).addActivityIfNotPresent(ComponentName(app, PhoneActivity::class.java))
        val phone = Robolectric.buildActivity(PhoneActivity::class.java).setup().get().phone
        phone.openLink("https://example.com/")
        assertEquals(Key.NO_APP, app.app.notice.until { it != null }?.what)
        app.app.noticed()
        app.app.notice.until { it == null }
        phone.openLink("javascript:alert(1)")
        assertEquals(Key.CANNOT_OPEN, app.app.notice.until { it != null }?.what)
    }

    class PhoneActivity : ComponentActivity() {
        lateinit var phone: AndroidPhone

        override fun onCreate(savedInstanceState: Bundle?) {
            super.onCreate(savedInstanceState)
            phone = AndroidPhone(this, (application as HandfastApp).app)
        }

        @Suppress("DEPRECATION") // the system's own way in
        fun given(request: Int, data: Intent) = onActivityResult(request, Activity.RESULT_OK, data)
    }
}
