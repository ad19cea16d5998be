package example.handfast.core

import example.handfast.core.bridge.TestDevice
import java.io.IOException
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread
import kotlin.test.fail

/** A running program that talks in lines. */
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
            val line = said.poll(TestDevice.SOON, TimeUnit.MILLISECONDS) ?: fail("no $part, only $seen")
            if (part in line) return line
            seen += line
        }
    }

    /** Its status, once it has ended by itself. */
    fun ended(): Int {
        if (!process.waitFor(TestDevice.SOON, TimeUnit.MILLISECONDS)) fail("it goes on")
        return process.exitValue()
    }

    override fun close() {
        process.destroyForcibly()
    }
}
