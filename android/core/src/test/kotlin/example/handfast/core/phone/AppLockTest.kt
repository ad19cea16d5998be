package example.handfast.core.phone

import example.handfast.core.KeptChoices
import example.handfast.core.Choices
import org.junit.Test
import java.nio.file.Files
import kotlin.test.assertEquals

class AppLockTest {
    private var now = 0L
    private val lock = AppLock { now }

    @Test
    fun `nothing is shown before it is known what the person chose`() = assertEquals(null, lock.isCovered.value)

    @Test
    fun `an app that is locked starts covered, and one that is not does not`() {
        lock.chosen(true)
        assertEquals(true, lock.isCovered.value)
        assertEquals(false, AppLock { 0 }.apply { chosen(false) }.isCovered.value)
    }

    @Test
    fun `who comes back soon is still the same person`() {
        lock.chosen(true)
        lock.opened()
        lock.seen(false)
        now = 29_999
        lock.seen(true)
        assertEquals(false, lock.isCovered.value)
        lock.seen(false)
        now += 30_000
        lock.seen(true)
        assertEquals(true, lock.isCovered.value)
    }

    @Test
    fun `who switches it on is not locked out at once, and who switches it off never`() {
        lock.chosen(false)
        lock.chosen(true)
        assertEquals(false, lock.isCovered.value)
        lock.chosen(false)
        lock.seen(false)
        now = 60_000
        lock.seen(true)
        assertEquals(false, lock.isCovered.value)
    }

    @Test
    fun `what was chosen is there after a restart`() {
        val file = Files.createTempDirectory("choices").resolve("choices").toFile()
        assertEquals(Choices(), KeptChoices(file).read())
        val chosen = Choices(locksApp = true, tellsContent = true)
        KeptChoices(file).keep(chosen)
        assertEquals(chosen, KeptChoices(file).read())
    }
}
