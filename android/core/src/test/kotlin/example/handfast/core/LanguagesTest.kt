package example.handfast.core

import example.handfast.bindings.DeliveryMode
import example.handfast.bindings.readText
import example.handfast.core.bridge.TestDevice
import kotlinx.coroutines.runBlocking
import org.junit.Assume.assumeFalse
import org.junit.Test
import kotlin.test.assertEquals

/**
 * Two phones in different languages: this JVM, and the app for iPhones in a terminal, each in both
 * roles. scripts/test-languages says where the other one is.
 */
class LanguagesTest {
    @Test
    fun `Kotlin hosts and Swift joins`() = together { device ->
        peer("join", device.host(DeliveryMode.SEND).link)
    }

    @Test
    fun `Swift hosts and Kotlin joins`() = together { device ->
        peer("invite").also { device.accept(readText(it.until("link ").removePrefix("link "))) }
    }

    /** [meet] begins a program that meets the device. */
    private fun together(meet: suspend (TestDevice) -> Program) {
        assumeFalse("run scripts/test-languages", PEER.isEmpty())
        TestDevice("Ana \uD83E\uDD1D").use { device ->
            runBlocking {
                meet(device).use { peer ->
                    assertEquals("Peer", device.untilTalking().person.name)
                    assertEquals("talking Ana \uD83E\uDD1D", peer.until("talking "))
                    device.session.sendText("hello from the JVM, Zoë")
                    assertEquals("text hello from the JVM, Zoë", peer.until("text "))
                    peer.say("hello from Swift, مريم")
                    assertEquals("hello from Swift, مريم", device.untilText())
                    peer.endOfInput()
                    assertEquals(example.handfast.bindings.ErrorKind.THEY_LEFT, device.untilEnded())
                    assertEquals(0, peer.ended())
                    assertEquals("Peer", device.handfast.people().single().person.name)
                }
            }
        }
    }

    private fun peer(vararg arguments: String) = Program(*PEER.toTypedArray(), *arguments)

    private companion object {
        val PEER = System.getProperty("handfast.peer").orEmpty().split(' ').filter { it.isNotEmpty() }
    }
}
