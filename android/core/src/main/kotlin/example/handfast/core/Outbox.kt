package example.handfast.core

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch
import java.io.File

/**
 * Files of other apps on their way into conversations. The core reads a file by its path for as long as it
 * sends it, and other apps lend only streams: so each is copied first, one after the other, and the copies are
 * deleted when none of them is needed any more.
 *
 * [act] runs work in the app's lane, [send] hands a copy to the core, [say] says what went wrong.
 */
internal class Outbox(
    private val scope: CoroutineScope,
    private val act: (suspend () -> Unit) -> Unit,
    private val send: suspend (Long, String) -> Unit,
    private val say: (Key) -> Unit,
) {
    private val shown = MutableStateFlow<List<Copying>>(emptyList())
    val copying: StateFlow<List<Copying>> = shown.asStateFlow()

    private val waiting = ArrayDeque<Pair<Long, Document>>()
    private var isBusy = false

    /** What was handed to the core for each session, and whether its own files are still under way, by number. */
    private val copies = HashMap<Long, MutableList<File>>()
    private val files = HashMap<Long, HashMap<Long, Boolean>>()

    fun take(session: Long, documents: List<Document>) {
        for (document in documents) waiting += session to document
        next()
    }

    /** A row as it is now. */
    fun saw(session: Long, row: Row) {
        val known = files[session] ?: return
        if (row !is Row.File || !row.ours) return
        known[row.number] = row.done != null || row.state == Key.FILE_WAITING
        if (known.size >= copies[session].orEmpty().size && known.values.none { it }) over(session)
    }

    /** The session is over, or all its files are through: no copy is needed any more. */
    fun over(session: Long) {
        files.remove(session)
        copies.remove(session)?.forEach { it.parentFile?.deleteRecursively() }
    }

    private fun next() {
        if (isBusy) return
        val (session, document) = waiting.removeFirstOrNull() ?: return
        isBusy = true
        scope.launch(Dispatchers.IO) {
            shown.value = listOf(Copying(session, document.name, 0, document.size))
            val copy = runCatching {
                document.copy { done -> shown.value = listOf(Copying(session, document.name, done, document.size)) }
            }
            act {
                isBusy = false
                shown.value = emptyList()
                next()
                copy.exceptionOrNull()?.let { say(if (it is NoRoom) Key.KIND_STORAGE_FULL else Key.CANNOT_OPEN) }
                copy.getOrNull()?.let { hand(session, it) }
            }
        }
    }

    private suspend fun hand(session: Long, copy: File) {
        copies.getOrPut(session, ::ArrayList) += copy
        files.getOrPut(session, ::HashMap)
        try {
            send(session, copy.path)
        } catch (failure: Exception) {
            copies[session]?.remove(copy)
            copy.parentFile?.deleteRecursively()
            throw failure
        }
    }
}
