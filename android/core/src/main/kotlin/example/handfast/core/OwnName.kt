package example.handfast.core

import java.io.File

/**
 * What the person calls themselves to others. It lies in a file of its own, since it is asked for before
 * anything else of the app exists.
 *
 * @param suggested what this phone is called
 */
class OwnName(private val file: File, val suggested: String) {
    /** None until the person has chosen one, which may be empty. */
    fun read(): String? = if (file.exists()) file.readText() else null

    /** Keeps the first line of it, as long as a name may be. */
    fun keep(name: String) {
        file.absoluteFile.parentFile?.mkdirs()
        file.writeText(name.lineSequence().first().trim().take(LONGEST))
    }

    companion object {
        /** In characters; the rest would not be shown anywhere. */
        const val LONGEST = 40
    }
}
