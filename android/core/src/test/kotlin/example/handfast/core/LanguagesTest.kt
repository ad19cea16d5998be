package example.handfast.core

import example.handfast.bindings.Manner
import example.handfast.bindings.readText
import example.handfast.core.bridge.Seat
import kotlinx.coroutines.runBlocking
import org.junit.Assume.assumeFalse
import org.junit.Test
import kotlin.test.assertEquals

/**
 * Two phones in different languages: this JVM, and the app for iPhones in a terminal, each in both
 * seats. scripts/test-languages says where the other one is.
 */
class LanguagesTest {
    @Test
    fun `Kotlin hosts and Swift joins`() = together { seat ->
        peer("join", seat.host(Manner.SEND).link)
    }

    @Test
    fun `Swift hosts and Kotlin joins`() = together { seat ->
        peer("invite").also { seat.accept(readText(it.until("link ").removePrefix("link "))) }
    }

    /** [meet] begins a program that meets the seat. */
    private fun together(meet: suspend (Seat) -> Program) {
        assumeFalse("run scripts/test-languages", PEER.isEmpty())
        Seat("Ana \uD83E\uDD1D").use { seat ->
            runBlocking {
                meet(seat).use { peer ->
                    assertEquals("Peer", seat.untilTalking().person.name)
                    assertEquals("talking Ana \uD83E\uDD1D", peer.until("talking "))
                    seat.conversation.sendText("hello from the JVM, Zoë")
                    assertEquals("text hello from the JVM, Zoë", peer.until("text "))
                    peer.say("hello from Swift, مريم")
                    assertEquals("hello from Swift, مريم", seat.untilText())
                    peer.endOfInput()
                    assertEquals(example.handfast.bindings.Kind.THEY_LEFT, seat.untilEnded())
                    assertEquals(0, peer.ended())
                    assertEquals("Peer", seat.handfast.people().single().person.name)
                }
            }
        }
    }

    private fun peer(vararg arguments: String) = Program(*PEER.toTypedArray(), *arguments)

    private companion object {
        val PEER = System.getProperty("handfast.peer").orEmpty().split(' ').filter { it.isNotEmpty() }
    }
}
