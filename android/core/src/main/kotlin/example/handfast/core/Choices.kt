package example.handfast.core

import java.io.File

/** What the person chose of the app itself, beside what the core keeps. */
data class Choices(
    /** The screens are covered until the person has proved who they are to the phone. */
    val locksApp: Boolean = false,
    /** Nobody takes a picture of a code, nor does another app. */
    val hidesCodes: Boolean = false,
    /** A locked screen shows what somebody wrote. */
    val tellsContent: Boolean = false,
    /** The app has the colors that the person gave the phone. */
    val hasPhoneColors: Boolean = false,
    /** What the person's own links begin with; none for what the build's do. */
    val linkBase: String? = null,
)

/** Keeps it in a file of its own: it counts before anything else of the app exists. */
class KeptChoices(private val file: File) {
    fun read(): Choices {
        val lines = runCatching { file.readLines() }.getOrDefault(emptyList())
        return Choices(
            locksApp = LOCKS in lines,
            hidesCodes = HIDES in lines,
            tellsContent = TELLS in lines,
            hasPhoneColors = COLORS in lines,
            linkBase = lines.find { it.startsWith(LINKS) }?.removePrefix(LINKS),
        )
    }

    fun keep(chosen: Choices) {
        file.absoluteFile.parentFile?.mkdirs()
        val lines = listOfNotNull(
            LOCKS.takeIf { chosen.locksApp },
            HIDES.takeIf { chosen.hidesCodes },
            TELLS.takeIf { chosen.tellsContent },
            COLORS.takeIf { chosen.hasPhoneColors },
            chosen.linkBase?.let { LINKS + it },
        )
        file.writeText(lines.joinToString("\n"))
    }

    private companion object {
        const val LOCKS = "locks-app"
        const val HIDES = "hides-codes"
        const val TELLS = "tells-content"
        const val COLORS = "phone-colors"
        const val LINKS = "links "
    }
}
