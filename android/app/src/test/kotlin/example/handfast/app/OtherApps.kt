package example.handfast.app

import android.content.ContentProvider
import android.content.ContentValues
import android.database.Cursor
import android.database.MatrixCursor
import android.net.Uri
import android.os.ParcelFileDescriptor
import android.provider.OpenableColumns
import org.robolectric.Robolectric
import java.io.File
import java.util.concurrent.ConcurrentHashMap

/** Another app that has files, each by its name: `content://com.example.files/letter.pdf`. */
class Documents : ContentProvider() {
    override fun onCreate() = true

    override fun query(uri: Uri, columns: Array<String>?, selection: String?, arguments: Array<String>?, order: String?): Cursor =
        MatrixCursor(arrayOf(OpenableColumns.DISPLAY_NAME, OpenableColumns.SIZE)).apply {
            addRow(arrayOf<Any?>(uri.lastPathSegment, file(uri).length()))
        }

    override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor =
        ParcelFileDescriptor.open(file(uri), ParcelFileDescriptor.MODE_READ_ONLY)

    override fun getType(uri: Uri): String? = null

    override fun insert(uri: Uri, values: ContentValues?): Uri? = null

    override fun update(uri: Uri, values: ContentValues?, selection: String?, arguments: Array<String>?) = 0

    override fun delete(uri: Uri, selection: String?, arguments: Array<String>?) = 0

    private fun file(uri: Uri) = File(folder, uri.lastPathSegment.orEmpty())

    companion object {
        private const val AUTHORITY = "com.example.files"
        private val folder by lazy { File.createTempFile("documents", "").apply { delete() }.apply { mkdirs() } }

        /** Has this app have a file. */
        fun have(name: String, content: ByteArray): Uri {
            Robolectric.setupContentProvider(Documents::class.java, AUTHORITY)
            File(folder, name).writeBytes(content)
            return Uri.parse("content://$AUTHORITY/$name")
        }
    }
}

/** The phone's own Downloads, which Robolectric has not. */
open class Media : ContentProvider() {
    private val files = ConcurrentHashMap<Uri, File>()

    override fun onCreate() = true

    override fun insert(uri: Uri, values: ContentValues?): Uri? =
        Uri.parse("$uri/${files.size + 1}").also { files[it] = File.createTempFile("media", null) }

    override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor =
        ParcelFileDescriptor.open(files.getValue(uri), ParcelFileDescriptor.parseMode(mode))

    override fun update(uri: Uri, values: ContentValues?, selection: String?, arguments: Array<String>?) = 1

    override fun delete(uri: Uri, selection: String?, arguments: Array<String>?) = 1

    override fun getType(uri: Uri): String? = null

    override fun query(uri: Uri, columns: Array<String>?, selection: String?, arguments: Array<String>?, order: String?): Cursor? = null

    companion object {
        fun install(of: Class<out Media> = Media::class.java) {
            Robolectric.setupContentProvider(of, "media")
        }
    }
}

/** Downloads on a phone that is full. */
class Full : Media() {
    override fun insert(uri: Uri, values: ContentValues?): Uri? = null
}
