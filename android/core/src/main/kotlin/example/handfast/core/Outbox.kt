package example.handfast.core

import java.io.File

/**
 * Copies of other apps' documents that go to people, for as long as the core reads them. They are deleted when none of
 * them is needed any more.
 *
 * [send] hands a copy to the core, [say] says what went wrong.
 */
internal class Outbox(
    private val copier: Copier,
    private val send: suspend (Long, String) -> Unit,
    private val say: (Throwable) -> Unit,
) {
    /** What was handed to the core for each session, and whether its own files are still under way, by number. */
    private val copies = HashMap<Long, MutableList<File>>()
    private val files = HashMap<Long, HashMap<Long, Boolean>>()

    fun take(session: Long, documents: List<Document>) {
        for (document in documents) {
            copier.copy(document, session) { copy ->
                copy.exceptionOrNull()?.let(say)
                copy.getOrNull()?.let { hand(session, it) }
            }
        }
    }

    /** A row as it is now. */
    fun saw(session: Long, row: Row) {
        val known = files[session] ?: return
        if (row !is Row.File || !row.ours) return
        known[row.number] = row.done != null || row.state == Key.FILE_WAITING
        if (known.size >= copies[session].orEmpty().size && known.values.none { it }) forget(session)
    }

    /** The session is over: no copy is needed any more. */
    fun over(session: Long) {
        copier.stop { it.session == session }
        forget(session)
    }

    private fun forget(session: Long) {
        files.remove(session)
        copies.remove(session)?.forEach(File::discard)
    }

    private suspend fun hand(session: Long, copy: File) {
        copies.getOrPut(session, ::ArrayList) += copy
        files.getOrPut(session, ::HashMap)
        try {
            send(session, copy.path)
        } catch (failure: Exception) {
            copies[session]?.remove(copy)
            copy.discard()
            throw failure
        }
    }
}
