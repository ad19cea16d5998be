package example.handfast.core.phone

import org.junit.Test
import kotlin.random.Random
import kotlin.test.assertEquals

class ArrivalTest {
    private val ours = "example.handfast.app"

    private fun arrival(incoming: Incoming) = Arrival.of(incoming, ours)

    @Test
    fun `a link is a text`() {
        val link = "https://handfast.example/#AB12"
        assertEquals(Arrival.Text(link), arrival(Incoming(VIEW, data = link)))
        assertEquals(Arrival.Text("handfast:AB12"), arrival(Incoming(VIEW, data = "handfast:AB12")))
    }

    @Test
    fun `an old link does not come back from the list of recent apps`() =
        assertEquals(Arrival.Nothing, arrival(Incoming(VIEW, data = "https://handfast.example/#AB12", isRepeated = true)))

    @Test
    fun `a document of another app is opened`() {
        val uri = "content://com.example.files/document/7"
        assertEquals(Arrival.Document(uri), arrival(Incoming(VIEW, data = uri)))
    }

    @Test
    fun `nobody hands in what is this app's own`() {
        val own = listOf(
            "content://example.handfast.app.lent/a",
            "content://example.handfast.app/a",
            "content://0@example.handfast.app.lent/a",
            "file:///data/data/example.handfast.app/no_backup/store",
            "FILE:///sdcard/a",
            "/etc/hosts",
            "android.resource://example.handfast.app/1",
        )
        for (uri in own) {
            assertEquals(Arrival.Refused, arrival(Incoming(VIEW, data = uri)), uri)
            assertEquals(Arrival.Refused, arrival(Incoming(SEND, streams = listOf(uri))), uri)
            assertEquals(Arrival.Refused, arrival(Incoming(SEND_MULTIPLE, streams = listOf("content://a/b", uri))), uri)
        }
    }

    @Test
    fun `any kind of file is shared in, and several at once, each once`() {
        val uris = listOf("content://a/1", "content://a/2", "content://a/1")
        assertEquals(Arrival.Shared(listOf("content://a/1", "content://a/2"), null), arrival(Incoming(SEND_MULTIPLE, streams = uris)))
        assertEquals(
            Arrival.Shared(listOf("content://a/1"), "look"),
            arrival(Incoming(SEND, text = "look", streams = listOf("content://a/1"))),
        )
    }

    @Test
    fun `what is empty, huge or broken is refused`() {
        assertEquals(Arrival.Refused, arrival(Incoming(VIEW)))
        assertEquals(Arrival.Refused, arrival(Incoming(SEND)))
        assertEquals(Arrival.Refused, arrival(Incoming(SEND, text = "  ")))
        assertEquals(Arrival.Refused, arrival(Incoming(SEND, text = "x".repeat(Arrival.MOST_TEXT + 1))))
        assertEquals(Arrival.Refused, arrival(Incoming(SEND, text = "x", isBroken = true)))
        assertEquals(Arrival.Refused, arrival(Incoming(SEND_MULTIPLE, streams = List(101) { "content://a/$it" })))
        assertEquals(Arrival.Refused, arrival(Incoming(VIEW, data = "https:" + "x".repeat(Arrival.MOST_TEXT))))
    }

    @Test
    fun `a document of this app is nobody's to hand in, however its address is written`() {
        for (host in listOf("example.handfast.app.lent", "example.handfast%2Eapp.lent", "x@example.handfast.app", "example.handfast.app")) {
            assertEquals(Arrival.Refused, arrival(Incoming(VIEW, data = "content://$host/lent/1")), host)
        }
    }

    @Test
    fun `another action opens the app and nothing else`() {
        assertEquals(Arrival.Nothing, arrival(Incoming(null)))
        assertEquals(Arrival.Nothing, arrival(Incoming("android.intent.action.MAIN", data = "content://a/b")))
    }

    @Test
    fun `a notification leads to its person`() = assertEquals(Arrival.Session(7), arrival(Incoming(null, session = 7)))

    @Test
    fun `no intent of any app ends the app`() {
        val random = Random(1)
        val pieces = listOf("content:", "//", "example.handfast.app", "/", "?", "#", "@", ":", "\u0000", "\uD800", "file:", "%2F", "%2E", "x".repeat(5000))
        fun piece() = (0..random.nextInt(6)).joinToString("") { pieces.random(random) }
        fun maybe() = if (random.nextBoolean()) piece() else null
        repeat(5_000) {
            arrival(
                Incoming(
                    action = listOf(null, VIEW, SEND, SEND_MULTIPLE, piece()).random(random),
                    data = maybe(),
                    text = maybe(),
                    streams = List(random.nextInt(4)) { piece() },
                    isRepeated = random.nextInt(9) == 0,
                    isBroken = random.nextInt(9) == 0,
                ),
            )
        }
    }

    private companion object {
        const val VIEW = "android.intent.action.VIEW"
        const val SEND = "android.intent.action.SEND"
        const val SEND_MULTIPLE = "android.intent.action.SEND_MULTIPLE"
    }
}
