package example.handfast.app.meeting

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import example.handfast.app.until
import java.io.File
import java.lang.management.ManagementFactory

/**
 * Where two phones are in one place: each can hold its display before the other's camera, and that is all that
 * passes between the two processes beside the network.
 */
class Meeting(private val folder: File) {
    /** Holds up what the display shows. */
    fun show(picture: Bitmap) {
        val part = File(folder, "part")
        part.outputStream().use { picture.compress(Bitmap.CompressFormat.PNG, 100, it) }
        check(part.renameTo(File(folder, SHOWN)))
    }

    /** What the other one holds up, once it does. */
    fun look(): Bitmap {
        val file = File(folder, SHOWN)
        until({ "nothing is shown" }) { file.exists() }
        return BitmapFactory.decodeFile(file.path)
    }

    companion object {
        private const val SHOWN = "shown.png"
        private const val PLACE = "handfast.meeting"

        /** That of the process that began this one. */
        fun ofThisProcess() = Meeting(File(System.getProperty(PLACE)!!))

        /** Begins a process as this one, in which [other] runs. */
        fun with(other: Class<*>, work: (Meeting) -> Unit) {
            val folder = File.createTempFile("meeting", "").apply {
                delete()
                mkdirs()
            }
            val java = File(System.getProperty("java.home"), "bin/java").path
            val options = ManagementFactory.getRuntimeMXBean().inputArguments
            val command = listOf(java) + options + listOf("-D$PLACE=$folder", "-cp", System.getProperty("java.class.path"))
            val said = File(folder, "said.txt")
            val process = ProcessBuilder(command + listOf("org.junit.runner.JUnitCore", other.name))
                .redirectErrorStream(true)
                .redirectOutput(said)
                .start()
            try {
                work(Meeting(folder))
                check(process.waitFor() == 0) { "the other phone: ${said.readText()}" }
            } catch (failure: Throwable) {
                process.destroyForcibly().waitFor()
                throw AssertionError("${failure.message}; the other phone: ${said.readText()}", failure)
            } finally {
                folder.deleteRecursively()
            }
        }
    }
}
