package example.handfast.app

import android.content.Intent
import android.net.Uri
import android.os.Handler
import android.os.Looper
import android.os.Message
import example.handfast.app.monkey.Friend
import example.handfast.core.Choices
import example.handfast.core.Screen
import example.handfast.core.TestDocument
import org.junit.Assume.assumeTrue
import org.junit.Rule
import org.junit.Test
import org.junit.rules.TemporaryFolder
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.annotation.RealObject
import org.robolectric.shadow.api.Shadow
import org.robolectric.util.ReflectionHelpers.ClassParameter
import java.util.Locale
import kotlin.random.Random

/**
 * Tells which callbacks on the thread that draws take longer than a frame, where HANDFAST_CALLBACKS asks for it. Nothing
 * of the tests draws here, so frames are callbacks too, as on a phone. What was never done before is left out, as a
 * virtual machine is slow then.
 */
@RunWith(PhoneRunner::class)
@Config(qualifiers = "w360dp-h740dp-xhdpi", shadows = [CallbacksTest.Timed::class])
class CallbacksTest {
    @get:Rule
    val folder = TemporaryFolder()

    @Test
    fun `which callbacks take longer than a frame`() {
        assumeTrue(System.getenv("HANDFAST_CALLBACKS") != null)
        val controller = Robolectric.buildActivity(MainActivity::class.java).setup()
        val app = controller.get().app
        FedNetwork.comes("127.0.0.1/8")
        app.welcome("Ana")
        app.screen.until { it is Screen.Home }
        repeat(ROUNDS) {
            callbacks.clear()
            Friend("Berta").use { berta ->
                app.invite(send = false)
                app.screen.until { it is Screen.ShowCode }
                app.giveUp()
                app.showSettings()
                app.screen.until { it is Screen.Settings }
                app.choose(Choices(hidesCodes = it % 2 == 0))
                app.back()
                controller.pause().newIntent(Intent(Intent.ACTION_VIEW, Uri.parse(berta.invites()))).resume()
                app.screen.until { it is Screen.Confirm }
                app.accept()
                app.screen.until { it is Screen.Conversation }
                for (number in 1..TEXTS) {
                    app.send("from Ana $number")
                    berta.writes("from Berta $number")
                }
                app.rows.until { it.size >= 2 * TEXTS }
                app.attach(listOf(TestDocument("film", folder.root) { Random(1).nextBytes(MOST).inputStream() }))
                until({ "the file does not arrive: ${app.rows.value.lastOrNull()} ${app.notice.value}" }) {
                    berta.takes()
                    berta.hasTaken
                }
                controller.recreate()
                shadowOf(Looper.getMainLooper()).idle()
                app.goodbye()
                app.screen.until { (it as? Screen.Conversation)?.isOver == true }
                app.stop()
                app.screen.until { it is Screen.Home }
            }
        }
        println("%-70s %7s %7s %9s".format("callback on the thread that draws", "in all", "over", "longest"))
        for ((what, times) in callbacks.entries.sortedByDescending { it.value.max() }) {
            val over = times.count { it > FRAME }
            if (over > 0) println("%-70s %7d %7d %6.1f ms".format(Locale.ROOT, what.takeLast(70), times.size, over, times.max() / 1e6))
        }
        println("${callbacks.values.sumOf { it.size }} callbacks, ${callbacks.values.sumOf { times -> times.count { it > FRAME } }} of them over 16 ms")
    }

    /** A handler that says how long each of its callbacks took. */
    @Implements(Handler::class)
    class Timed {
        @RealObject
        private lateinit var real: Handler

        @Implementation
        fun dispatchMessage(message: Message) {
            val what = (message.callback?.javaClass ?: real.javaClass).name.removeSuffix("@")
            val begun = System.nanoTime()
            Shadow.directlyOn<Void, Handler>(real, Handler::class.java, "dispatchMessage", ClassParameter.from(Message::class.java, message))
            val took = System.nanoTime() - begun
            if (Looper.myLooper() === Looper.getMainLooper()) callbacks.getOrPut(what, ::ArrayList) += took
        }
    }

    private companion object {
        val callbacks = HashMap<String, MutableList<Long>>()

        /** In nanoseconds. */
        const val FRAME = 16_000_000L

        /** The last one is told. */
        const val ROUNDS = 3

        /** Of each of the two: below what one may send before it is asked whether that is wanted. */
        const val TEXTS = 40

        /** In bytes. */
        const val MOST = 30_000_000
    }
}
