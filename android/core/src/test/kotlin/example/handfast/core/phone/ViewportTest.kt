package example.handfast.core.phone

import org.junit.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull

class ViewportTest {
    @Test
    fun `held upright, the picture fills the view in its own proportions`() {
        val seen = Viewport.fitting(1080, 1080, 1280, 720, sensor = 90, display = 0)!!
        assertEquals(Viewport(1080f, 1920f, 0), seen)
    }

    @Test
    fun `in landscape nothing is stretched`() {
        for (display in listOf(90, 270)) {
            val seen = Viewport.fitting(1920, 1080, 1280, 720, sensor = 90, display)!!
            // Turned by a quarter, it covers the view exactly.
            assertEquals(1080f, seen.width)
            assertEquals(1920f, seen.height)
            assertEquals(360 - display, seen.degrees)
        }
    }

    @Test
    fun `every view is covered, and the proportions are always those of the camera`() {
        for (sensor in listOf(0, 90, 180, 270)) for (display in listOf(0, 90, 180, 270)) {
            for ((width, height) in listOf(100 to 900, 900 to 100, 500 to 500)) {
                val seen = Viewport.fitting(width, height, 1280, 720, sensor, display)!!
                val across = if (display % 180 == 0) seen.width else seen.height
                val down = if (display % 180 == 0) seen.height else seen.width
                assert(across >= width - 0.01f && down >= height - 0.01f)
                val proportions = if (sensor % 180 == 0) seen.width / seen.height else seen.height / seen.width
                assertEquals(1280f / 720f, proportions, 0.001f)
            }
        }
    }

    @Test
    fun `a view without a size shows nothing`() =
        assertNull(Viewport.fitting(0, 10, 1280, 720, sensor = 90, display = 0))
}
