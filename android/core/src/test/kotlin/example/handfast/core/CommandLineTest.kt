package example.handfast.core

import example.handfast.bindings.DeliveryMode
import example.handfast.bindings.readText
import example.handfast.core.bridge.TestDevice
import example.handfast.core.bridge.alone
import org.junit.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** A JVM and the program of the desktop, each in both roles. */
class CommandLineTest {
    @Test
    fun `the command line joins`() = alone { device ->
        val link = device.host(DeliveryMode.SEND).link
        handfast(device, "join", "--yes", "--name", "Ben \uD83D\uDC4B", link).use { program ->
            assertEquals("Ben \uD83D\uDC4B", device.untilTalking().person.name)
            talk(device, program)
        }
    }

    @Test
    fun `the command line invites`() = alone { device ->
        handfast(device, "invite", "--loopback", "--name", "Ana").use { program ->
            val line = program.event("invitation")
            val link = Regex("\"link\":\"([^\"]+)\"").find(line)!!.groupValues[1]
            device.accept(readText(link))
            assertEquals("Ana", device.untilTalking().person.name)
            talk(device, program)
        }
    }

    private suspend fun talk(device: TestDevice, program: Program) {
        device.session.sendText("hello from the JVM, Zoë")
        assertTrue("hello from the JVM, Zoë" in program.event("message"))
        program.say("hello from the desktop, مريم")
        assertEquals("hello from the desktop, مريم", device.untilText())
        device.session.leave()
        assertTrue("peer_left" in program.event("ended"))
    }
}

/** A running `handfast COMMAND --json`. */
private fun handfast(device: TestDevice, command: String, vararg more: String) =
    Program.handfast(command, "--json", "--downloads", "${device.folder}", *more)

/** The next event of this kind, as its line of JSON. */
private fun Program.event(name: String) = until("\"event\":\"$name\"")
