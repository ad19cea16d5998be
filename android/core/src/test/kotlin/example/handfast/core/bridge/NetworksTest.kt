package example.handfast.core.bridge

import example.handfast.bindings.DeliveryMode
import example.handfast.bindings.ErrorKind
import example.handfast.bindings.Protection
import org.junit.After
import java.io.IOException
import java.util.concurrent.ConcurrentLinkedQueue
import kotlin.test.Test
import kotlin.test.assertEquals
import kotlin.test.assertTrue

/** The sockets of the core, handed to the shell before they are used. */
class NetworksTest {
    @After
    fun `nothing is tied any more`() = tieSockets { _, _ -> }

    @Test
    fun `every socket is tied by its address before it is bound`() {
        val tied = ConcurrentLinkedQueue<Pair<Int, String>>()
        tieSockets { socket, address -> tied += socket to address }
        atTable { host, guest -> meet(host, guest) }
        assertTrue(tied.size >= 2, "$tied")
        assertTrue(tied.all { (socket, address) -> socket > 2 && address == "127.0.0.1" }, "$tied")
    }

    @Test
    fun `a socket that cannot be tied is not used`() {
        tieSockets { _, _ -> throw IOException("that network has gone") }
        alone { device ->
            device.pairing.invite(DeliveryMode.SHOW, Protection.Open).use {
                assertEquals(ErrorKind.DEVICE, device.untilEnded())
            }
        }
    }
}
