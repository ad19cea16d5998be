package example.handfast.core.bridge

import kotlinx.coroutines.delay
import kotlinx.coroutines.withTimeoutOrNull
import java.net.DatagramPacket
import java.net.DatagramSocket
import java.net.InetAddress
import java.net.SocketException
import java.nio.ByteBuffer
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlin.test.fail

/** A STUN server on loopback that answers and counts (RFC 8489). */
class StunServer : AutoCloseable {
    private val socket = DatagramSocket(0, InetAddress.getByName("127.0.0.1"))
    private val count = AtomicInteger()
    val name = "127.0.0.1:${socket.localPort}"
    val asked get() = count.get()

    init {
        thread(isDaemon = true) {
            try {
                while (true) answer()
            } catch (_: SocketException) {
                // Closed.
            }
        }
    }

    suspend fun untilAsked() = withTimeoutOrNull(TestDevice.SOON) {
        while (asked == 0) delay(20)
        true
    } ?: fail("nobody asked")

    private fun answer() {
        val question = DatagramPacket(ByteArray(200), 200)
        socket.receive(question)
        count.incrementAndGet()
        val address = ByteBuffer.wrap(question.address.address).int
        val answer = ByteBuffer.allocate(32)
            .putShort(0x0101).putShort(12).put(question.data, 4, 16)
            // XOR-MAPPED-ADDRESS: where the question came from.
            .putShort(0x0020).putShort(8).putShort(1)
            .putShort((question.port xor 0x2112).toShort()).putInt(address xor 0x2112a442)
        socket.send(DatagramPacket(answer.array(), 32, question.socketAddress))
    }

    override fun close() = socket.close()
}
