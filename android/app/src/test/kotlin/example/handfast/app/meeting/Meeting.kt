package example.handfast.app.meeting

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import example.handfast.app.OtherProcess
import example.handfast.app.TestHandfastApp
import example.handfast.app.until
import java.io.File

/**
 * Where two phones are in one place: each can hold its display before the other's camera, and that is all that
 * passes between the two processes beside the network; and what passes where they are not: a message of another
 * app.
 */
class Meeting(private val folder: File) {
    /** Holds up what the display shows. */
    fun show(picture: Bitmap) = put(SHOWN) { file -> file.outputStream().use { picture.compress(Bitmap.CompressFormat.PNG, 100, it) } }

    /** What the other one holds up, once it does. */
    fun look(): Bitmap = BitmapFactory.decodeFile(find(SHOWN).path)

    /** Sends a message by another app. */
    fun message(text: String) = put(MESSAGE) { it.writeText(text) }

    /** The message that came by another app, once it has. */
    fun message() = find(MESSAGE).readText()

    /** Says how far it is on this phone, once. */
    fun say(what: String) = put(what) { it.writeText(what) }

    /** Goes on only once that is said beside the other phone. */
    fun hear(what: String) {
        find(what)
    }

    private fun put(name: String, write: (File) -> Unit) {
        val part = File(folder, "$name.part").also(write)
        check(part.renameTo(File(folder, name)))
    }

    private fun find(name: String) = File(folder, name).also { until({ "there is no $name" }, happened = it::exists) }

    /** The other phone, which [next] begins anew, and all that it keeps. */
    class Other(val meeting: Meeting, private val folder: File) : AutoCloseable {
        private var process: OtherProcess? = null

        /** The phone's next process, in which [what] runs, once the system has ended the one before. */
        fun next(what: Class<*>) {
            process?.run {
                ends(OtherProcess.KILLED)
                close()
            }
            val waits = Thread.currentThread()
            process = OtherProcess(what, PLACE to folder, TestHandfastApp.KEPT to File(folder, "phone")).apply { failing(waits::interrupt) }
        }

        fun ends() = process?.ends()

        fun said() = process?.said()

        override fun close() {
            process?.close()
            // Whoever heard of its end waits for nothing any more.
            Thread.interrupted()
        }
    }

    companion object {
        private const val SHOWN = "shown.png"
        private const val MESSAGE = "message.txt"
        private const val PLACE = "handfast.meeting"

        /** That of the process that began this one. */
        fun ofThisProcess() = Meeting(File(System.getProperty(PLACE)!!))

        /** Meets another phone, in whose process [other] runs. */
        fun with(other: Class<*>, work: (Other) -> Unit) {
            val folder = File.createTempFile("meeting", "").apply { delete() }.apply { mkdirs() }
            try {
                Other(Meeting(folder), folder).use {
                    it.next(other)
                    try {
                        work(it)
                        it.ends()
                    } catch (failure: Throwable) {
                        throw AssertionError("${failure.message}; the other phone: ${it.said()}", failure)
                    }
                }
            } finally {
                folder.deleteRecursively()
            }
        }
    }
}
