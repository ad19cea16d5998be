package example.handfast.app

import android.content.ContentProvider
import android.content.ContentValues
import android.content.Context
import android.content.Intent
import android.database.Cursor
import android.database.MatrixCursor
import android.net.Uri
import android.os.ParcelFileDescriptor
import android.provider.OpenableColumns
import java.io.File
import java.io.FileNotFoundException

/**
 * Lends one file that is shared, the code as a picture or the `.handfast` file, to the app that the
 * person chose, and nothing else to anybody.
 */
class HandoutProvider : ContentProvider() {
    override fun onCreate() = true

    override fun getType(uri: Uri): String? = Lent.of(uri)?.type

    override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor {
        val lent = Lent.of(uri)
        val context = context
        if (lent == null || context == null || mode != "r") throw FileNotFoundException()
        return ParcelFileDescriptor.open(lent.file(context), ParcelFileDescriptor.MODE_READ_ONLY)
    }

    override fun query(
        uri: Uri,
        projection: Array<String>?,
        selection: String?,
        selectionArgs: Array<String>?,
        sortOrder: String?,
    ): Cursor? {
        val file = Lent.of(uri)?.file(context ?: return null) ?: return null
        val known = mapOf(OpenableColumns.DISPLAY_NAME to file.name, OpenableColumns.SIZE to file.length())
        val columns = (projection ?: known.keys.toTypedArray()).filter { it in known }
        return MatrixCursor(columns.toTypedArray(), 1).apply { addRow(columns.map { known[it] }) }
    }

    override fun insert(uri: Uri, values: ContentValues?): Uri? = null

    override fun update(uri: Uri, values: ContentValues?, where: String?, args: Array<String>?) = 0

    override fun delete(uri: Uri, where: String?, args: Array<String>?) = 0

    /** What may be lent. */
    enum class Lent(private val path: String, val type: String) {
        PICTURE("handfast.png", "image/png"),
        FILE("invitation.handfast", "application/octet-stream");

        fun file(context: Context) = File(File(context.cacheDir, "lent").apply { mkdirs() }, path)

        /** An intent that shares these bytes. */
        fun intent(context: Context, bytes: ByteArray): Intent {
            file(context).writeBytes(bytes)
            val uri = Uri.parse("content://${context.packageName}.handout/$path")
            return Intent(Intent.ACTION_SEND)
                .setType(type)
                .putExtra(Intent.EXTRA_STREAM, uri)
                .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
                // The chooser shows a preview only with this.
                .apply { clipData = android.content.ClipData.newRawUri("", uri) }
        }

        companion object {
            fun of(uri: Uri) = entries.firstOrNull { it.path == uri.lastPathSegment }
        }
    }
}
