package example.handfast.core

import java.io.ByteArrayInputStream
import java.io.File
import java.io.InputStream
import java.nio.file.Files

/** A document of a test, for the tests of `android/core` and of the app. Its copies lie in [folder]. */
open class TestDocument(
    override val name: String,
    private val folder: File,
    override val type: String? = null,
    private val stream: () -> InputStream = { ByteArrayInputStream(ByteArray(0)) },
) : Document {
    override val size: Long? = null

    override fun read() = stream()

    override fun place(): File = Files.createTempDirectory(folder.toPath(), "copy").toFile()
}
