package example.handfast.core.bridge

import example.handfast.bindings.ErrorKind
import example.handfast.bindings.Remedy
import example.handfast.bindings.Strength
import org.junit.Test

class MappingTest {
    @Test
    fun `whatever the core names has its sentence`() {
        ErrorKind.entries.forEach { key(it.key()) }
        Remedy.entries.mapNotNull { it.key() }.forEach { key(it) }
        Strength.entries.forEach { key(it.key()) }
    }

    @Test
    fun `every kind leads somewhere`() {
        for (kind in ErrorKind.entries) {
            Refusal(kind).notice()
            Refusal(kind).screen()
        }
    }
}
