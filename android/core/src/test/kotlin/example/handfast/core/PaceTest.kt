package example.handfast.core

import org.junit.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue

class PaceTest {
    @Test
    fun `a steady file moves at its own pace`() {
        val pace = Pace()
        assertNull(pace.moved(0, 0))
        var rate: Long? = null
        for (tenth in 1..30) rate = pace.moved(tenth * 100_000L, tenth * 100L)
        assertEquals(1_000_000, rate)
    }

    @Test
    fun `what came lately counts for more, and nothing jumps`() {
        val pace = Pace()
        var done = 0L
        for (tenth in 0..30) pace.moved(done.also { done += 100_000 }, tenth * 100L)
        val slower = (31..60).map { tenth -> pace.moved(done.also { done += 10_000 }, tenth * 100L)!! }
        assertTrue(slower.zipWithNext().all { (before, after) -> after <= before })
        assertTrue(slower.first() > 600_000 && slower.last() < 200_000, "$slower")
    }

    @Test
    fun `the rest takes as long as it takes at that pace`() {
        val file = Row.File(1, true, "a", 1000, Key.FILE_MOVING, done = 100, path = null)
        assertNull(file.secondsLeft)
        assertEquals(9, file.copy(rate = 100).secondsLeft)
        assertEquals(10, file.copy(rate = 99).secondsLeft)
    }
}
