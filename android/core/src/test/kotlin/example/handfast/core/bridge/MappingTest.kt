package example.handfast.core.bridge

import example.handfast.bindings.Kind
import example.handfast.bindings.Remedy
import example.handfast.bindings.Strength
import example.handfast.core.Key
import org.junit.Test
import kotlin.test.assertEquals

class MappingTest {
    @Test
    fun `every kind, remedy and strength of the core has its sentence, and none is left over`() {
        val kinds = Kind.entries.map { "KIND_$it" }
        val remedies = (Remedy.entries - Remedy.NOTHING).map { "REMEDY_$it" }
        val strengths = Strength.entries.map { it.key.name }
        assertEquals((kinds + remedies + strengths).toSet(), Key.entries.map { it.name }
            .filter { it.startsWith("KIND_") || it.startsWith("REMEDY_") || it.startsWith("STRENGTH_") }.toSet())
    }

    @Test
    fun `every kind leads somewhere`() {
        for (kind in Kind.entries) {
            Refusal(kind).notice()
            Refusal(kind).screen()
        }
    }
}
