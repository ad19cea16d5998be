package example.handfast.app.phone.files

import android.content.Context
import example.handfast.core.Document
import java.io.File

/** A picture that the camera's app took for this one. It goes once it is copied. */
class TakenPicture(private val context: Context, private val file: File) : Document {
    override val name: String get() = file.name
    override val type get() = "image/jpeg"
    override val size get() = file.length()

    /** Nobody photographs a code to send it. */
    override val mayBeOurs get() = false

    override fun read() = file.inputStream()

    override fun place() = ContentDocument.place(context)

    override fun copy(progress: (Long) -> Unit): File = super.copy(progress).also { file.parentFile?.deleteRecursively() }
}
