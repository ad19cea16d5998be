package example.handfast.core

import example.handfast.bindings.Manner
import example.handfast.bindings.readText
import example.handfast.core.bridge.Seat
import example.handfast.core.bridge.alone
import org.junit.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** A JVM and the program of the desktop, each in both seats. */
class CommandLineTest {
    @Test
    fun `the command line joins`() = alone { seat ->
        val link = seat.host(Manner.SEND).link
        handfast(seat, "join", "--yes", "--name", "Ben \uD83D\uDC4B", link).use { program ->
            assertEquals("Ben \uD83D\uDC4B", seat.untilTalking().person.name)
            talk(seat, program)
        }
    }

    @Test
    fun `the command line invites`() = alone { seat ->
        handfast(seat, "invite", "--loopback", "--name", "Ana").use { program ->
            val line = program.event("invitation")
            val link = Regex("\"link\":\"([^\"]+)\"").find(line)!!.groupValues[1]
            seat.accept(readText(link))
            assertEquals("Ana", seat.untilTalking().person.name)
            talk(seat, program)
        }
    }

    private suspend fun talk(seat: Seat, program: Program) {
        seat.conversation.sendText("hello from the JVM, Zoë")
        assertTrue("hello from the JVM, Zoë" in program.event("message"))
        program.say("hello from the desktop, مريم")
        assertEquals("hello from the desktop, مريم", seat.untilText())
        seat.conversation.leave()
        assertTrue("peer_left" in program.event("ended"))
    }
}

/** A running `handfast COMMAND --json`. */
private fun handfast(seat: Seat, command: String, vararg more: String) =
    Program(System.getProperty("handfast.program"), command, "--json", "--downloads", "${seat.folder}", *more)

/** The next event of this kind, as its line of JSON. */
private fun Program.event(name: String) = until("\"event\":\"$name\"")
