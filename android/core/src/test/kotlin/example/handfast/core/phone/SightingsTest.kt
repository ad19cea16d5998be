package example.handfast.core.phone

import org.junit.Test
import kotlin.test.assertFalse
import kotlin.test.assertTrue

class SightingsTest {
    private var now = 0L
    private val sightings = Sightings { now }

    @Test
    fun `a code that stays in view is taken once`() {
        assertTrue(sightings.isNew("one".toByteArray()))
        now = 2_999
        assertFalse(sightings.isNew("one".toByteArray()))
    }

    @Test
    fun `another one is taken at once`() {
        assertTrue(sightings.isNew("one".toByteArray()))
        assertTrue(sightings.isNew("two".toByteArray()))
    }

    @Test
    fun `a refused one is taken again after a while`() {
        assertTrue(sightings.isNew("one".toByteArray()))
        now = 3_000
        assertTrue(sightings.isNew("one".toByteArray()))
    }

    @Test
    fun `another scan takes what the one before saw`() {
        assertTrue(sightings.isNew("one".toByteArray()))
        sightings.forget()
        assertTrue(sightings.isNew("one".toByteArray()))
    }
}
