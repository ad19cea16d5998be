package example.handfast.core.bridge

import example.handfast.bindings.Kind
import example.handfast.bindings.Remedy
import example.handfast.core.Key
import org.junit.Test
import kotlin.test.assertEquals

class MappingTest {
    @Test
    fun `every kind and remedy of the core has its sentence, and none is left over`() {
        val kinds = Kind.entries.map { "KIND_$it" }
        val remedies = (Remedy.entries - Remedy.NOTHING).map { "REMEDY_$it" }
        assertEquals((kinds + remedies).toSet(), Key.entries.map { it.name }
            .filter { it.startsWith("KIND_") || it.startsWith("REMEDY_") }.toSet())
    }

    @Test
    fun `every kind leads somewhere`() {
        for (kind in Kind.entries) {
            Refusal(kind).notice()
            Refusal(kind).screen()
        }
    }
}
