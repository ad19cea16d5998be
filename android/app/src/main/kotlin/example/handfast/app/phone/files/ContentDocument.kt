package example.handfast.app.phone.files

import android.content.Context
import android.net.Uri
import android.provider.OpenableColumns
import example.handfast.app.R
import example.handfast.core.Document
import example.handfast.core.safeName
import java.io.File
import java.io.FileNotFoundException
import java.io.InputStream
import java.util.UUID

/** A document of another app. Looking at it asks that app, so it is not for the thread that draws. */
class ContentDocument(private val context: Context, private val uri: Uri) : Document {
    private val known by lazy { look() }
    override val name get() = known.first
    override val size get() = known.second
    override val type: String? by lazy { runCatching { context.contentResolver.getType(uri) }.getOrNull() }

    override fun read(): InputStream = context.contentResolver.openInputStream(uri) ?: throw FileNotFoundException()

    override fun place() = place(context)

    /** Its name and size, as far as the other app says: it may say anything, or fail. */
    private fun look(): Pair<String, Long?> {
        val columns = arrayOf(OpenableColumns.DISPLAY_NAME, OpenableColumns.SIZE)
        val told = runCatching {
            context.contentResolver.query(uri, columns, null, null, null)?.use { rows ->
                if (!rows.moveToFirst()) return@use null
                val name = rows.getColumnIndex(OpenableColumns.DISPLAY_NAME).takeIf { it >= 0 }?.let(rows::getString)
                val size = rows.getColumnIndex(OpenableColumns.SIZE).takeIf { it >= 0 && !rows.isNull(it) }?.let(rows::getLong)
                name to size
            }
        }.getOrNull()
        val name = told?.first?.takeIf { it.isNotBlank() }?.let(::safeName) ?: context.getString(R.string.file_unnamed)
        return name to told?.second?.takeIf { it >= 0 }
    }

    companion object {
        /** An empty folder for the copy of another app's document, for as long as it is needed. */
        fun place(context: Context) = File(context.cacheDir, "copies/${UUID.randomUUID()}").apply { mkdirs() }
    }
}
