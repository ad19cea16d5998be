package example.handfast.core.bridge

import example.handfast.bindings.Scanner
import java.io.File
import java.nio.ByteBuffer

private const val WIDTH = 1280
private const val HEIGHT = 720
private const val SCANS = 400

/** Prints the least time in microseconds of a scan of the frame in the file that is named. */
fun main(arguments: Array<String>) {
    val bytes = File(arguments.single()).readBytes()
    val luma = ByteBuffer.allocateDirect(bytes.size).put(bytes).flip()
    val scanner = Scanner()
    val look = {
        val start = System.nanoTime()
        check(scanner.scan(luma, WIDTH.toUInt(), WIDTH.toUInt(), HEIGHT.toUInt()) != null)
        System.nanoTime() - start
    }
    // The machine first has to learn the way.
    repeat(SCANS / 4) { look() }
    println("%.0f".format(List(SCANS) { look() }.min() / 1e3))
}
