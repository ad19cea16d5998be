package example.handfast.core.bridge

import example.handfast.bindings.CallbackException
import example.handfast.bindings.Networks

/**
 * From now on, [tie] is given the file descriptor of every socket of this process and the address that it
 * is about to be bound to, so that it leaves by the network of that address: a phone is in several, and
 * sends by its default network whatever the address is. A socket for which it throws is not used. Called
 * from a thread of the core.
 */
fun tieSockets(tie: (socket: Int, address: String) -> Unit) = example.handfast.bindings.tieSockets(
    object : Networks {
        override fun tie(socket: Int, address: String) = try {
            tie(socket, address)
        } catch (_: Exception) {
            throw CallbackException.Failed()
        }
    },
)
