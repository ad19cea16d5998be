package example.handfast.core

import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch
import java.io.File

/**
 * Documents of other apps on their way into this one. The core reads a file by its path, and other apps lend only
 * streams: so each is copied first, one after the other, and can be stopped meanwhile.
 *
 * [act] runs work in the app's lane.
 */
internal class Copier(private val scope: CoroutineScope, private val act: (suspend () -> Unit) -> Unit) {
    private val shown = MutableStateFlow<Copying?>(null)

    /** The one that is being copied. */
    val copying: StateFlow<Copying?> = shown.asStateFlow()

    private class Order(
        val number: Long,
        val session: Long?,
        val document: Document,
        val done: suspend (Result<File>) -> Unit,
    ) {
        @Volatile
        var isStopped = false
    }

    private val waiting = ArrayDeque<Order>()
    private var busy: Order? = null
    private var last = 0L

    /**
     * Copies it once those before it are done. [session]: for whom; none where the person is to look at it. [done]
     * hears of one that was not stopped.
     */
    fun copy(document: Document, session: Long?, done: suspend (Result<File>) -> Unit) {
        waiting += Order(++last, session, document, done)
        next()
    }

    /** No copy of it is wanted any more, whether it has begun or not. One that reads on finds nobody who waits. */
    fun stop(number: Long) = stop { it.number == number }

    fun stop(which: (Copying) -> Boolean) {
        waiting.removeAll { which(it.shown(0)) }
        val stopped = busy?.takeIf { which(it.shown(0)) } ?: return
        stopped.isStopped = true
        busy = null
        shown.value = null
        next()
    }

    private fun next() {
        if (busy != null) return
        val order = waiting.removeFirstOrNull() ?: return
        busy = order
        shown.value = order.shown(0)
        scope.launch(Dispatchers.IO) {
            val copy = runCatching {
                order.document.copy { done ->
                    if (order.isStopped) throw CancellationException("stopped")
                    shown.compareAndSet(shown.value.takeIf { it?.number == order.number }, order.shown(done))
                }
            }
            act {
                // It was whole before it heard.
                if (order.isStopped) {
                    copy.getOrNull()?.discard()
                    return@act
                }
                busy = null
                shown.value = null
                next()
                order.done(copy)
            }
        }
    }

    private fun Order.shown(done: Long) = Copying(number, session, document.name, done, document.size)
}

/** A document that is being copied. */
data class Copying(
    val number: Long,
    /** For whom it is; none where the person is to look at it. */
    val session: Long?,
    val name: String,
    /** Bytes that are copied. */
    val done: Long,
    /** None where the other app does not say. */
    val total: Long?,
) {
    /** From 0 to 1; none where that is not known. */
    val progress get() = total?.takeIf { it > 0 }?.let { done.toFloat() / it }
}
