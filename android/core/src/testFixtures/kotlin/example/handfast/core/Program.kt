package example.handfast.core

import java.io.IOException
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread
import kotlin.test.fail

/** A running program that talks in lines, for the tests of `android/core` and of the app. */
class Program(vararg command: String) : AutoCloseable {
    private val said = LinkedBlockingQueue<String>()
    private val process =
        ProcessBuilder(*command).redirectError(ProcessBuilder.Redirect.INHERIT).start()

    init {
        thread(isDaemon = true) {
            try {
                process.inputStream.bufferedReader().forEachLine(said::put)
            } catch (_: IOException) {
                // It was ended while it spoke.
            }
        }
    }

    fun say(line: String) {
        process.outputStream.run {
            write("$line\n".encodeToByteArray())
            flush()
        }
    }

    /** Nothing more will be said to it. */
    fun endOfInput() = process.outputStream.close()

    /** The next line with this in it. */
    fun until(part: String): String {
        val seen = mutableListOf<String>()
        while (true) {
            val line = said.poll(SOON, TimeUnit.MILLISECONDS) ?: fail("no $part, only $seen")
            if (part in line) return line
            seen += line
        }
    }

    /** Its status, once it has ended by itself. */
    fun ended(): Int {
        if (!process.waitFor(SOON, TimeUnit.MILLISECONDS)) fail("it goes on")
        return process.exitValue()
    }

    override fun close() {
        process.destroyForcibly()
    }

    companion object {
        /** The program of the desktop. */
        fun handfast(vararg arguments: String) = Program(System.getProperty("handfast.program"), *arguments)

        /** In milliseconds. Generous, because it is waited for only where something is wrong. */
        private const val SOON = 120_000L
    }
}
