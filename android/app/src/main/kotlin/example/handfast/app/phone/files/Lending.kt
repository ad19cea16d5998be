package example.handfast.app.phone.files

import android.content.Context
import android.net.Uri
import androidx.core.content.FileProvider
import java.io.File
import java.io.InputStream
import java.util.UUID

/**
 * What is lent to other apps: copies, each in a folder of its own, so that none takes the place of another of
 * the same name. An app may read what it was lent for a long time after the person has left it, so nothing goes
 * before it is old.
 */
class Lending(private val context: Context) {
    private val folder = File(context.cacheDir, FOLDER)

    /** Lends these bytes. Writes a file, so it is not for the thread that draws. */
    fun lend(name: String, bytes: ByteArray): Uri = uri(place(name).apply { writeBytes(bytes) })

    /** Lends a copy of what comes by this stream. */
    fun lend(name: String, stream: InputStream): Uri =
        uri(place(name).also { to -> stream.use { from -> to.outputStream().use(from::copyTo) } })

    /** An empty file for another app to write to, and where it is. */
    fun borrow(name: String): Pair<Uri, File> = place(name).let { uri(it) to it }

    /** Removes what was lent before [now], in milliseconds since 1970, minus a day. */
    fun tidy(now: Long) {
        for (one in folder.listFiles().orEmpty()) {
            if (one.lastModified() < now - OLD) one.deleteRecursively()
        }
    }

    private fun place(name: String) = File(File(folder, "${UUID.randomUUID()}").apply { mkdirs() }, name)

    private fun uri(file: File): Uri = FileProvider.getUriForFile(context, "${context.packageName}.lent", file)

    companion object {
        /** In the cache, as res/xml/lent.xml names it. */
        const val FOLDER = "lent"
        private const val OLD = 24L * 60 * 60 * 1000
    }
}
