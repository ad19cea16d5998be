package example.handfast.core

import java.io.File

/** What others who hold or see this phone get to know. */
data class Privacy(
    /** The screens are covered until the person has proved who they are to the phone. */
    val locksApp: Boolean = false,
    /** Nobody takes a picture of a code, nor does another app. */
    val hidesCodes: Boolean = false,
    /** A locked screen shows what somebody wrote. */
    val tellsContent: Boolean = false,
)

/** Keeps it in a file of its own: it counts before anything else of the app exists. */
class KeptPrivacy(private val file: File) {
    fun read(): Privacy {
        val lines = runCatching { file.readLines() }.getOrDefault(emptyList())
        return Privacy(LOCKS in lines, HIDES in lines, TELLS in lines)
    }

    fun keep(chosen: Privacy) {
        file.absoluteFile.parentFile?.mkdirs()
        val lines = listOfNotNull(
            LOCKS.takeIf { chosen.locksApp },
            HIDES.takeIf { chosen.hidesCodes },
            TELLS.takeIf { chosen.tellsContent },
        )
        file.writeText(lines.joinToString("\n"))
    }

    private companion object {
        const val LOCKS = "locks-app"
        const val HIDES = "hides-codes"
        const val TELLS = "tells-content"
    }
}
