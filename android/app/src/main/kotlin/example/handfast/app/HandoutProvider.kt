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
 * Lends what is shared, a code as a picture or a file, to the app that the person chose, and nothing
 * else to anybody.
 */
class HandoutProvider : ContentProvider() {
    override fun onCreate(): Boolean {
        // Whoever was lent something before is done with it.
        context?.let { folder(it).deleteRecursively() }
        return true
    }

    override fun getType(uri: Uri): String? = uri.getQueryParameter(TYPE)

    override fun openFile(uri: Uri, mode: String): ParcelFileDescriptor {
        val file = lent(uri)
        if (file == null || mode != "r") throw FileNotFoundException()
        return ParcelFileDescriptor.open(file, ParcelFileDescriptor.MODE_READ_ONLY)
    }

    override fun query(
        uri: Uri,
        projection: Array<String>?,
        selection: String?,
        selectionArgs: Array<String>?,
        sortOrder: String?,
    ): Cursor? {
        val file = lent(uri) ?: return null
        val known = mapOf(OpenableColumns.DISPLAY_NAME to file.name, OpenableColumns.SIZE to file.length())
        val columns = (projection ?: known.keys.toTypedArray()).filter { it in known }
        return MatrixCursor(columns.toTypedArray(), 1).apply { addRow(columns.map { known[it] }) }
    }

    override fun insert(uri: Uri, values: ContentValues?): Uri? = null

    override fun update(uri: Uri, values: ContentValues?, where: String?, args: Array<String>?) = 0

    override fun delete(uri: Uri, where: String?, args: Array<String>?) = 0

    private fun lent(uri: Uri): File? {
        val folder = folder(context ?: return null)
        val file = File(folder, uri.lastPathSegment ?: return null)
        // A name with a folder in it leads elsewhere.
        return file.takeIf { it.parentFile == folder && it.isFile }
    }

    companion object {
        const val ANY = "application/octet-stream"
        private const val TYPE = "type"

        private fun folder(context: Context) = File(context.cacheDir, "lent")

        /** An intent that shares these bytes. */
        fun lend(context: Context, name: String, type: String, bytes: ByteArray): Intent =
            lend(context, name, type) { it.writeBytes(bytes) }

        /** An intent that shares a copy of this file. */
        fun lend(context: Context, file: File, type: String): Intent =
            lend(context, file.name, type) { file.copyTo(it, overwrite = true) }

        private fun lend(context: Context, name: String, type: String, write: (File) -> Unit): Intent {
            write(File(folder(context).apply { mkdirs() }, name))
            val uri = Uri.Builder().scheme("content").authority("${context.packageName}.handout")
                .appendPath(name).appendQueryParameter(TYPE, type).build()
            return Intent(Intent.ACTION_SEND)
                .setType(type)
                .putExtra(Intent.EXTRA_STREAM, uri)
                .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
                // The chooser shows a preview only with this.
                .apply { clipData = android.content.ClipData.newRawUri("", uri) }
        }
    }
}
