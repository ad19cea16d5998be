package example.handfast.app.phone.files

import android.content.ContentValues
import android.content.Context
import android.net.Uri
import android.provider.MediaStore
import android.webkit.MimeTypeMap
import java.io.File
import java.io.FileNotFoundException
import java.io.IOException
import java.io.InputStream
import java.util.concurrent.ConcurrentHashMap

/**
 * What came in, where the person finds it: in the phone's own Downloads, whatever becomes of this app. The core
 * puts whole files into [folder]; each is copied from there, and only then deleted.
 */
class Downloads(private val context: Context, private val folder: File) {
    private val published = ConcurrentHashMap<String, Uri>()

    /** Held while a file goes from here, and while one is opened here. */
    private val going = Any()

    init {
        // Nobody names what an earlier process published.
        folder.listFiles { file -> file.isDirectory }.orEmpty().forEach { it.delete() }
    }

    /** Where the file is that came in at this path, once it is in Downloads. */
    fun uri(path: String): Uri? = published[path]

    /** The file that came in at this path, wherever it is by now. */
    fun read(path: String): InputStream = synchronized(going) {
        val uri = uri(path) ?: return File(path).inputStream()
        context.contentResolver.openInputStream(uri) ?: throw FileNotFoundException(path)
    }

    /** Publishes all that has come in, one call at a time. Not for the thread that draws. */
    @Synchronized
    fun publish() {
        // What is not whole yet begins with a dot.
        val whole = folder.listFiles { file -> file.isFile && !file.name.startsWith(".") }.orEmpty()
        for (file in whole.sortedBy { it.lastModified() }) {
            // What does not go stays where it is, and is lent from there; the next start tries again.
            val uri = runCatching { publish(file) }.getOrNull() ?: continue
            synchronized(going) {
                published[file.path] = uri
                // Its row names this path for as long as this process lives, so no later file may have it.
                if (file.delete()) file.mkdir()
            }
        }
    }

    private fun publish(file: File): Uri {
        val resolver = context.contentResolver
        val values = ContentValues().apply {
            put(MediaStore.MediaColumns.DISPLAY_NAME, file.name)
            put(MediaStore.MediaColumns.MIME_TYPE, typeOf(file.name))
            put(MediaStore.MediaColumns.RELATIVE_PATH, "Download/Handfast")
            put(MediaStore.MediaColumns.IS_PENDING, 1)
        }
        val uri = resolver.insert(MediaStore.Downloads.EXTERNAL_CONTENT_URI, values) ?: throw IOException("no place in Downloads")
        try {
            val output = resolver.openOutputStream(uri) ?: throw IOException("no place in Downloads")
            val copied = output.use { to -> file.inputStream().use { it.copyTo(to) } }
            // A file has its name for a moment before it is whole.
            if (copied != file.length()) throw IOException("the file is still being put in its place")
            resolver.update(uri, ContentValues().apply { put(MediaStore.MediaColumns.IS_PENDING, 0) }, null, null)
            return uri
        } catch (failure: Exception) {
            runCatching { resolver.delete(uri, null, null) }
            throw failure
        }
    }

    companion object {
        const val ANY = "application/octet-stream"

        /** What a file of this name is. */
        fun typeOf(name: String): String =
            MimeTypeMap.getSingleton().getMimeTypeFromExtension(name.substringAfterLast('.', "").lowercase()) ?: ANY
    }
}
