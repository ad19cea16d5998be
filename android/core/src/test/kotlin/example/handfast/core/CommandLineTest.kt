package example.handfast.core

import example.handfast.bindings.Manner
import example.handfast.bindings.readText
import example.handfast.core.bridge.Seat
import example.handfast.core.bridge.alone
import org.junit.Test
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread
import kotlin.test.assertEquals
import kotlin.test.assertTrue
import kotlin.test.fail

/** A JVM and the program of the desktop, each in both seats. */
class CommandLineTest {
    @Test
    fun `the command line joins`() = alone { seat ->
        val link = seat.host(Manner.SEND).link
        Program(seat, "join", "--yes", "--name", "Ben \uD83D\uDC4B", link).use { program ->
            assertEquals("Ben \uD83D\uDC4B", seat.untilTalking().person.name)
            talk(seat, program)
        }
    }

    @Test
    fun `the command line invites`() = alone { seat ->
        Program(seat, "invite", "--loopback", "--name", "Ana").use { program ->
            val line = program.until("invitation")
            val link = Regex("\"link\":\"([^\"]+)\"").find(line)!!.groupValues[1]
            seat.accept(readText(link))
            assertEquals("Ana", seat.untilTalking().person.name)
            talk(seat, program)
        }
    }

    private suspend fun talk(seat: Seat, program: Program) {
        seat.conversation.sendText("hello from the JVM, Zoë")
        assertTrue("hello from the JVM, Zoë" in program.until("message"))
        program.say("hello from the desktop, مريم")
        assertEquals("hello from the desktop, مريم", seat.untilText())
        seat.conversation.leave()
        assertTrue("peer_left" in program.until("ended"))
    }
}

/** A running `handfast COMMAND --json`. */
private class Program(seat: Seat, command: String, vararg more: String) : AutoCloseable {
    private val said = LinkedBlockingQueue<String>()
    private val process = ProcessBuilder(
        System.getProperty("handfast.program"), command, "--json", "--downloads", "${seat.folder}", *more,
    ).redirectError(ProcessBuilder.Redirect.INHERIT).start()

    init {
        thread(isDaemon = true) { process.inputStream.bufferedReader().forEachLine(said::put) }
    }

    fun say(line: String) {
        process.outputStream.run {
            write("$line\n".encodeToByteArray())
            flush()
        }
    }

    /** The next event of this kind, as its line of JSON. */
    fun until(event: String): String {
        val seen = mutableListOf<String>()
        while (true) {
            val line = said.poll(Seat.SOON, TimeUnit.MILLISECONDS) ?: fail("no $event, only $seen")
            if ("\"event\":\"$event\"" in line) return line
            seen += line
        }
    }

    override fun close() {
        process.destroyForcibly()
    }
}
