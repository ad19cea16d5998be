package example.handfast.core

import org.junit.Test
import java.io.ByteArrayInputStream
import java.io.File
import java.io.IOException
import java.io.InputStream
import java.nio.file.Files
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertFalse
import kotlin.test.assertTrue

class DocumentTest {
    private val folder = Files.createTempDirectory("documents").toFile()

    @Test
    fun `a copy lies in a folder of its own and says how far it is`() {
        val bytes = ByteArray(3 shl 20) { it.toByte() }
        val told = mutableListOf<Long>()
        val copy = TestDocument("a.bin", folder) { ByteArrayInputStream(bytes) }.copy { told += it }
        assertContentEquals(bytes, copy.readBytes())
        assertEquals(told.sorted() to (3L shl 20), told to told.last())
        assertEquals("a.bin", copy.name)
        assertTrue(copy.parentFile.parentFile == folder)
    }

    @Test
    fun `one that breaks off leaves nothing behind`() {
        val broken = object : InputStream() {
            private var left = 2 shl 20
            override fun read(): Int = if (left-- > 0) 1 else throw SecurityException("the permission was revoked")
        }
        assertFailsWith<SecurityException> { TestDocument("a.bin", folder) { broken }.copy() }
        assertFailsWith<IOException> { TestDocument("b.bin", folder) { throw IOException() }.copy() }
        assertEquals(emptyList(), folder.walk().filter { it.isFile }.toList())
        assertEquals(emptyList(), folder.list()!!.toList())
    }

    @Test
    fun `only what may be ours is looked into`() {
        fun may(name: String, type: String?) = TestDocument(name, folder, type).mayBeOurs
        assertTrue(may("letter.pdf.handfast", null))
        assertTrue(may("LETTER.HANDFAST", "application/octet-stream"))
        assertTrue(may("photo", "image/jpeg"))
        assertFalse(may("film.mp4", "video/mp4"))
        assertFalse(may("a.bin", null))
    }
}
