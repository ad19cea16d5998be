package example.handfast.core

import java.io.File
import java.io.IOException
import java.io.InputStream

/** A document of another app, which may be gone, or be nothing that can be read, when it is wanted. */
interface Document {
    /** As the other app calls it, made fit to be the name of a file. */
    val name: String

    /** What the other app says that it is. */
    val type: String?

    /** Bytes, as far as the other app says. */
    val size: Long?

    /** @throws java.io.IOException or whatever the other app throws */
    fun read(): InputStream

    /** An empty folder of its own, to copy it to. */
    fun place(): File

    /** Whether it is worth a look if a token, or something locked, is in it. */
    val mayBeOurs
        get() = name.endsWith(".handfast", ignoreCase = true) ||
            type?.startsWith("image/") == true || type == "application/vnd.handfast"

    /**
     * A copy, in a folder of its own.
     *
     * @param progress hears how many bytes there are, after every piece of them; what it throws ends the copy
     * @throws NoRoom before the storage is full
     * @throws java.io.IOException or whatever the other app throws; nothing is left behind in any case
     */
    fun copy(progress: (Long) -> Unit = {}): File {
        val folder = place()
        try {
            val file = File(folder, name)
            read().use { from ->
                file.outputStream().use { to ->
                    val piece = ByteArray(PIECE)
                    var done = 0L
                    var looked = 0L
                    while (true) {
                        val count = from.read(piece)
                        if (count < 0) break
                        to.write(piece, 0, count)
                        done += count
                        progress(done)
                        if (done - looked < STEP) continue
                        looked = done
                        if (folder.usableSpace < RESERVE) throw NoRoom()
                    }
                }
            }
            return file
        } catch (failure: Throwable) {
            folder.deleteRecursively()
            throw failure
        }
    }

    private companion object {
        const val PIECE = 256 shl 10
        const val STEP = 1L shl 20

        /** A phone whose storage is full does strange things. */
        const val RESERVE = 100L shl 20
    }
}

/** Removes a copy with the folder that it has of its own. */
internal fun File.discard() {
    parentFile?.deleteRecursively()
}

/** There is no room for a copy. */
class NoRoom : IOException()

/** Something of another app, on its way to a person. Secret, so it does not print itself. */
class Shared(val documents: List<Document>, val text: String?) {
    override fun toString() = "Shared(${documents.size})"
}
