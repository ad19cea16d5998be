package example.handfast.core.bridge

import example.handfast.bindings.Cause
import example.handfast.bindings.Chance
import example.handfast.bindings.ErrorKind
import example.handfast.bindings.Reachability
import example.handfast.bindings.PortAnswer
import example.handfast.bindings.Remedy
import example.handfast.bindings.Situation
import example.handfast.bindings.Strength
import example.handfast.core.Key
import org.junit.Test
import kotlin.test.assertEquals

class MappingTest {
    @Test
    fun `what the core has names for has its sentences, and none is left over`() {
        val kinds = ErrorKind.entries.map { "KIND_$it" }
        val remedies = (Remedy.entries - Remedy.NOTHING).map { "REMEDY_$it" }
        // Said of the stage of a guest.
        val taken = Key.CAUSE_SEAT_TAKEN
        val others = listOf(taken) + Strength.entries.map { it.key } + Cause.entries.map { it.key } + Reachability.entries.map { it.key } +
            PortAnswer.entries.map { it.key } + Situation.entries.map { it.key } + Chance.entries.map { it.key }
        val prefixes = listOf("KIND", "REMEDY", "STRENGTH", "CAUSE", "OPENING", "PORT", "SITUATION", "CHANCE")
        assertEquals(
            (kinds + remedies + others.map { it.name }).toSet(),
            Key.entries.map { it.name }.filter { it.substringBefore('_') in prefixes }.toSet(),
        )
    }

    @Test
    fun `every kind leads somewhere`() {
        for (kind in ErrorKind.entries) {
            Refusal(kind).notice()
            Refusal(kind).screen()
        }
    }
}
