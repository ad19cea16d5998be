package example.handfast.app

import android.os.Bundle
import android.os.Parcel
import java.io.File
import java.lang.management.ManagementFactory

/**
 * A process as this one, in which the tests of a class run. [properties]: what it is told beside. Whoever ends it
 * is told what it said.
 */
class OtherProcess(of: Class<*>, vararg properties: Pair<String, Any>) : AutoCloseable {
    private val said = File.createTempFile("said", ".txt")
    private val process: Process

    init {
        val java = File(System.getProperty("java.home"), "bin/java").path
        val told = properties.map { (name, value) -> "-D$name=$value" }
        val options = ManagementFactory.getRuntimeMXBean().inputArguments
        val command = listOf(java) + options + told + listOf("-cp", System.getProperty("java.class.path"))
        process = ProcessBuilder(command + listOf("org.junit.runner.JUnitCore", of.name))
            .redirectErrorStream(true)
            .redirectOutput(said)
            .start()
    }

    /** Waits for its end, with this status. */
    fun ends(with: Int = 0) {
        val status = process.waitFor()
        check(status == with) { "it ended with $status" }
    }

    /** [heard] is called once it has ended with a test that failed. */
    fun failing(heard: () -> Unit) {
        process.onExit().thenAccept { if (it.exitValue() !in listOf(0, KILLED)) heard() }
    }

    /** What it has said so far. */
    fun said(): String = said.readText()

    override fun close() {
        process.destroyForcibly().waitFor()
        said.delete()
    }

    companion object {
        /** As the system does it: without a word. */
        const val KILLED = 137

        /** Ends this process as the system ends one that nobody looks at, with what it keeps of the activity. */
        fun isKilled(state: Bundle) {
            val parcel = Parcel.obtain().apply { writeBundle(state) }
            kept.writeBytes(parcel.marshall())
            System.out.flush()
            Runtime.getRuntime().halt(KILLED)
        }

        /** How the activity stood when the process before this one was ended. */
        fun before(): Bundle? {
            if (!kept.exists()) return null
            val bytes = kept.readBytes()
            val parcel = Parcel.obtain().apply { unmarshall(bytes, 0, bytes.size) }.apply { setDataPosition(0) }
            return parcel.readBundle(MainActivity::class.java.classLoader)
        }

        private val kept get() = File(TestHandfastApp.kept!!, "state")
    }
}
