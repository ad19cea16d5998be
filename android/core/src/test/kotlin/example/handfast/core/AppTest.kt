package example.handfast.core

import example.handfast.core.bridge.Core
import example.handfast.core.bridge.Seat
import example.handfast.core.bridge.frame
import example.handfast.core.bridge.paste
import example.handfast.core.bridge.png
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.Test
import java.net.URLEncoder
import java.nio.file.Files
import java.util.Locale
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.test.fail

/** The state holder against the real core: what people do and what goes wrong is a screen. */
class AppTest {
    @Test
    fun `two apps meet, write and part`() = twoApps { one, two ->
        one.app.invite(send = false)
        val code = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
        assertFalse(code.sent)
        two.app.scan()
        two.app.camera(Camera.RUNNING)
        two.until<Screen.Scan> { it.camera == Camera.RUNNING }
        assertTrue(two.see(code.invitation.symbol))
        assertEquals(Key.PROOF_CAMERA, two.until<Screen.Confirm>().proof)
        two.app.connect()
        assertEquals(Key.TRUST_VERIFIED, two.until<Screen.Conversation>().trust)
        assertEquals(Key.REASON_SAW_THE_CODE, one.until<Screen.Conversation>().reason)

        one.app.sendText("hello")
        two.app.sendText("hi")
        val texts = { rows: List<Row> -> rows.filterIsInstance<Row.Text>().map { it.text to it.ours } }
        two.app.rows.wait { "hello" to false in texts(it) && "hi" to true in texts(it) }
        one.app.rows.wait { "hi" to false in texts(it) }

        one.app.back()
        one.until<Screen.Home>()
        val ended = two.until<Screen.Ended>()
        assertEquals(Key.KIND_THEY_LEFT, ended.what)
        assertEquals(Way.HOME, ended.way)
        two.app.back()
        two.until<Screen.Home>()
    }

    @Test
    fun `a file is offered, taken and shown`() = twoApps { one, two ->
        meet(one, two)
        val file = Files.createTempFile("handfast", ".bin").also { Files.write(it, ByteArray(2_000_000)) }
        one.app.sendFile("$file")
        val offer = two.app.rows.wait { it.any { row -> row is Row.File && row.offered } }.single()
        two.app.accept(offer.number)
        val done = two.app.rows.wait { (it.single() as Row.File).state == Key.FILE_RECEIVED }.single()
        assertEquals(2_000_000, Files.size(java.nio.file.Path.of((done as Row.File).path!!)))
        one.app.rows.wait { (it.single() as Row.File).state == Key.FILE_SENT }
        Files.delete(file)
    }

    @Test
    fun `a file that is not there says so`() = twoApps { one, two ->
        meet(one, two)
        one.app.sendFile("/nowhere/at/all")
        val notice = one.notice()
        assertEquals(Key.KIND_STORAGE, notice.what)
        assertEquals(Way.STORAGE_SETTINGS, notice.way)
        assertIs<Screen.Conversation>(one.app.screen.value)
    }

    @Test
    fun `a question of ours is answered over there`() = twoApps { one, two ->
        one.app.invite(send = true, Protection("Our dog?", "Rex", lock = false))
        two.app.handIn(one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link)
        assertEquals("Our dog?", two.until<Screen.Confirm>().question)
        two.app.connect()
        assertEquals(listOf("Our dog?"), two.until<Screen.Question> { it.hint == null }.questions)
        one.until<Screen.ShowCode> { it.stage == Key.HOST_ASKING && it.triesLeft == 3 }
        two.app.answer(listOf("Bello"))
        assertEquals(2, two.until<Screen.Question> { it.hint == Key.KIND_WRONG_ANSWER }.triesLeft)
        two.app.answer(listOf("rex"))
        assertEquals(Key.TRUST_ANSWER_CHECKED, two.until<Screen.Conversation>().trust)
        assertEquals(Key.REASON_ANSWERED, one.until<Screen.Conversation>().reason)
    }

    @Test
    fun `something locked asks before it opens`() = twoApps { one, two ->
        one.app.invite(send = true, Protection("Our dog?", "Rex", lock = true))
        two.app.handIn(one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link)
        assertEquals(listOf("Our dog?"), two.until<Screen.Question>().questions)
        two.app.answer(listOf("Bello"))
        two.until<Screen.Question> { it.hint == Key.KIND_WRONG_ANSWER && !it.busy }
        two.app.answer(listOf("Rex"))
        assertEquals(Key.PROOF_LOCKED, two.until<Screen.Confirm>().proof)
        two.app.connect()
        assertEquals(Key.REASON_LOCKED_LINK, two.until<Screen.Conversation>().reason)
    }

    @Test
    fun `both compare and trust more`() = twoApps { one, two ->
        meet(one, two)
        one.app.compare()
        val ours = one.until<Screen.Compare>()
        assertEquals(ours.digits, two.until<Screen.Compare>().digits)
        one.app.compared(Outcome.SAME)
        two.app.compared(Outcome.LATER)
        assertEquals(Key.TRUST_VERIFIED, one.until<Screen.Conversation>().trust)
        assertEquals(Key.TRUST_UNVERIFIED, two.until<Screen.Conversation>().trust)
    }

    @Test
    fun `the second scan goes through the host's camera`() = twoApps { one, two ->
        one.app.invite(send = false)
        val code = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
        one.app.left(kept = false)
        two.app.handIn(code.invitation.link)
        two.until<Screen.Confirm>()
        two.app.connect()
        two.until<Screen.Connecting>()
        two.app.offerReply()
        val reply = two.until<Screen.Reply>().reply
        one.app.scan()
        assertEquals(Wanted.REPLY, one.until<Screen.Scan>().wanted)
        one.app.returned()
        assertTrue(one.see(reply.symbol))
        one.until<Screen.Conversation>()
        two.until<Screen.Conversation>()
    }

    @Test
    fun `what is handed in and cannot be used is a notice with a way on`() = oneApp { one ->
        one.app.invite(send = true)
        val link = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        one.app.back()
        one.until<Screen.Home>()
        for ((text, what) in listOf(
            "https://elsewhere.example/page#part" to Key.KIND_NOTHING_FOUND,
            link.dropLast(10) to Key.KIND_INCOMPLETE,
            "" to Key.KIND_NOTHING_FOUND,
        )) {
            one.app.handIn(text)
            val notice = one.notice()
            assertEquals(what, notice.what, text)
            assertEquals(Way.SCAN, notice.way)
            one.forget()
        }
        assertEquals(Screen.Home, one.app.screen.value)
    }

    @Test
    fun `links arrive whole from other apps`() = twoApps { one, two ->
        one.app.invite(send = true)
        val link = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        val once = URLEncoder.encode(link, "UTF-8")
        for (text in listOf(
            link,
            "Come here: $link \uD83D\uDE00",
            "https://redirect.example/?to=${URLEncoder.encode(once, "UTF-8")}",
            "Open it in Handfast\n\n<$link>\n\nSent from my phone",
        )) {
            two.app.handIn(text)
            assertEquals(Key.PROOF_CARRIED, two.until<Screen.Confirm>().proof)
            two.app.back()
            two.until<Screen.Home>()
        }
    }

    @Test
    fun `pictures and files are read, and what is none says so`() = twoApps { one, two ->
        one.app.invite(send = true)
        val invitation = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation
        val large = png(8000, 5000) { it.paste(Core.png(invitation.symbol, 8), 1500) }
        for (bytes in listOf(Core.png(invitation.symbol, 4), large, Core.file(invitation))) {
            two.app.handIn(bytes)
            two.until<Screen.Confirm>()
            two.app.back()
            two.until<Screen.Home>()
        }
        for ((bytes, what) in listOf(
            png(200, 200) to Key.KIND_NO_CODE,
            png(200, 200).copyOf(80) to Key.KIND_NOT_A_PICTURE,
            png(10_000, 6_000) to Key.KIND_TOO_LARGE,
            ByteArray(0) to Key.KIND_NOTHING_FOUND,
        )) {
            two.app.handIn(bytes)
            assertEquals(what, two.notice().what)
            two.forget()
        }
    }

    @Test
    fun `a camera that is denied or missing leaves the other ways`() = oneApp { one ->
        one.app.scan()
        one.until<Screen.Scan> { it.camera == Camera.ASKING }
        one.app.camera(Camera.DENIED)
        assertEquals(Key.CAMERA_DENIED, one.until<Screen.Scan> { it.camera == Camera.DENIED }.hint)
        one.app.camera(Camera.MISSING)
        assertEquals(Key.CAMERA_MISSING, one.until<Screen.Scan> { it.camera == Camera.MISSING }.hint)
        one.app.back()
        one.until<Screen.Home>()
    }

    @Test
    fun `a foreign code before the camera is named, and scanning goes on`() = twoApps { one, two ->
        two.app.invite(send = false)
        val code = two.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
        one.app.scan()
        one.app.camera(Camera.RUNNING)
        one.until<Screen.Scan> { it.camera == Camera.RUNNING }
        assertFalse(one.see("https://elsewhere.example/menu"))
        assertEquals(Key.SCAN_NOT_OURS, one.until<Screen.Scan> { it.hint != null }.hint)
        assertTrue(one.see(code.invitation.symbol))
        one.until<Screen.Confirm>()
    }

    @Test
    fun `airplane mode is told, and its way leads to the settings`() = oneApp { one ->
        one.app.network(emptyList())
        one.app.invite(send = false)
        assertEquals(Notice(Key.KIND_NO_NETWORK, Key.REMEDY_CHECK_NETWORK, Way.NETWORK_SETTINGS), one.notice())
        one.forget()
        one.app.network(Seat.LOOPBACK)
        one.app.invite(send = false)
        one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
        one.app.network(emptyList())
        one.until<Screen.ShowCode> { it.stage == Key.HOST_OFFLINE }
        one.app.network(listOf("127.0.0.2"))
        val ended = one.until<Screen.Ended>()
        assertEquals(Key.KIND_MOVED, ended.what)
        assertEquals(Way.SHOW_CODE, ended.way)
        one.app.invite(send = false)
        one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
    }

    @Test
    fun `a local network that is denied is a hint while connecting`() = twoApps { one, two ->
        one.app.invite(send = true)
        val link = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        one.app.left(kept = false)
        two.app.localNetwork(allowed = false)
        two.app.handIn(link)
        two.until<Screen.Confirm>()
        two.app.connect()
        assertEquals(Key.LOCAL_NETWORK_DENIED, two.until<Screen.Connecting>().hint)
        two.app.localNetwork(allowed = true)
        assertNull(two.until<Screen.Connecting> { it.hint == null }.hint)
    }

    @Test
    fun `a link that comes while another pairing runs asks first`() = twoApps { one, two ->
        one.app.invite(send = true)
        val link = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        two.app.invite(send = false)
        two.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
        two.app.handIn(link)
        assertEquals(Notice(Key.ANOTHER_UNDER_WAY, null, Way.REPLACE), two.notice())
        assertIs<Screen.ShowCode>(two.app.screen.value)
        two.app.replace()
        two.until<Screen.Confirm>()
        two.app.connect()
        one.until<Screen.Conversation>()
    }

    @Test
    fun `an app that was killed while sharing says so once`() {
        val book = Files.createTempFile("handfast", ".note").toFile()
        Phone(book).use { first ->
            runBlocking {
                first.app.invite(send = true)
                first.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
            }
            // Killed: nothing was said to the app.
        }
        assertTrue(Notebook(book).sharingUntil!! > System.currentTimeMillis() / 1000)
        Phone(book).use { again ->
            runBlocking {
                val cut = Notice(Key.SHARING_WAS_CUT, Key.REMEDY_INVITE_AGAIN, Way.SHOW_CODE)
                assertEquals(cut, again.notice())
                again.forget()
                again.app.invite(send = true)
                again.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
                again.app.back()
                again.until<Screen.Home>()
            }
        }
        assertNull(Notebook(book).sharingUntil)
        book.delete()
    }

    @Test
    fun `a key store that fails is a screen with a way on`() {
        for ((broken, what) in listOf(
            Broken { throw KeyBoxLocked() } to Key.KIND_VAULT_LOCKED,
            Broken { error("no key store") } to Key.KIND_VAULT_FAILED,
        )) {
            Phone(keys = broken).use {
                runBlocking {
                    val ended = it.until<Screen.Ended>()
                    assertEquals(what, ended.what)
                    assertEquals(Way.RESTART, ended.way)
                }
            }
        }
    }

    @Test
    fun `what is put aside goes on when the app comes back`() = twoApps { one, two ->
        one.app.invite(send = true)
        val link = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        one.app.left(kept = false)
        one.app.returned()
        two.app.handIn(link)
        two.until<Screen.Confirm>()
        two.app.left(kept = false)
        two.app.returned()
        two.app.connect()
        two.until<Screen.Conversation>()
        one.until<Screen.Conversation>()
    }

    @Test
    fun `numbers are written as people read them`() {
        assertEquals("999 B", bytes(999, Locale.ENGLISH))
        assertEquals("1.5 MB", bytes(1_500_000, Locale.ENGLISH))
        assertEquals("1,5 MB", bytes(1_500_000, Locale.GERMAN))
        assertEquals("250 GB", bytes(250_000_000_000, Locale.ENGLISH))
        assertEquals("9:59", timeLeft(599, 0, Locale.ENGLISH))
        assertEquals("23:59 h", timeLeft(86_399, 0, Locale.ENGLISH))
        assertEquals("0:00", timeLeft(5, 10, Locale.ENGLISH))
    }

    // --- Help ---------------------------------------------------------------------------------

    private fun oneApp(work: suspend (Phone) -> Unit) = Phone().use { runBlocking { work(it) } }

    private fun twoApps(work: suspend (Phone, Phone) -> Unit) =
        Phone().use { one -> Phone().use { two -> runBlocking { work(one, two) } } }

    private suspend fun meet(one: Phone, two: Phone) {
        one.app.invite(send = true)
        two.app.handIn(one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link)
        two.until<Screen.Confirm>()
        two.app.connect()
        one.until<Screen.Conversation>()
        two.until<Screen.Conversation>()
    }
}

/** A key store that fails. */
private class Broken(private val answer: () -> ByteArray?) : KeyBox {
    override fun key() = answer()

    override fun keep(key: ByteArray) = Unit
}

private class Pocket : KeyBox {
    private var kept: ByteArray? = null

    override fun key() = kept

    override fun keep(key: ByteArray) {
        kept = key
    }
}

/** An app without a screen, on loopback. */
private class Phone(
    book: java.io.File = java.io.File.createTempFile("handfast", ".note"),
    keys: KeyBox = Pocket(),
) : AutoCloseable {
    private val scope = CoroutineScope(SupervisorJob())
    private val folder = Files.createTempDirectory("handfast-app").toFile()
    val app = App(scope, Notebook(book)) { told -> Core.open("", folder, null, keys, told) }

    init {
        app.network(Seat.LOOPBACK)
    }

    suspend inline fun <reified T : Screen> until(crossinline wanted: (T) -> Boolean = { true }): T =
        app.screen.wait { it is T && wanted(it) } as T

    suspend fun notice(): Notice = app.notice.wait { it != null }!!

    suspend fun forget() {
        app.noticed()
        app.notice.wait { it == null }
    }

    /** Holds a symbol before the camera for a second; whether the app took it. */
    fun see(text: String): Boolean {
        val frame = frame(text, padding = 64, before = 100)
        return (1..12).any { app.frame(frame.luma, frame.stride, frame.width, frame.height) }
    }

    override fun close() {
        runBlocking { app.shutdown() }
        scope.cancel()
        folder.deleteRecursively()
    }
}

private suspend fun <T> StateFlow<T>.wait(wanted: (T) -> Boolean): T =
    withTimeoutOrNull(Seat.SOON) { first(wanted) } ?: if (wanted(value)) value else fail("still $value")
