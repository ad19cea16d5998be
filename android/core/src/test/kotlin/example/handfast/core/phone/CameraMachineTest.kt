package example.handfast.core.phone

import example.handfast.core.Camera
import example.handfast.core.phone.CameraMachine.Effect
import example.handfast.core.phone.CameraMachine.Event
import org.junit.Test
import kotlin.random.Random
import kotlin.test.assertEquals
import kotlin.test.assertTrue

class CameraMachineTest {
    private val machine = CameraMachine()

    @Test
    fun `it opens once it is shown, allowed and has something to draw on`() {
        assertEquals(emptyList(), machine.handle(Event.Shown(true)))
        assertEquals(listOf<Effect>(Effect.Tell(Camera.ASKING)), machine.handle(Event.Allowed(true)))
        assertEquals(listOf<Effect>(Effect.Open(1)), machine.handle(Event.Surface(true)))
        assertEquals(listOf<Effect>(Effect.Configure(1, torch = false)), machine.handle(Event.Opened(1)))
        assertEquals(listOf<Effect>(Effect.Tell(Camera.RUNNING)), machine.handle(Event.Configured(1)))
    }

    @Test
    fun `one that is closed before it was opened is closed once it is`() {
        opening()
        assertEquals(listOf<Effect>(Effect.Close(1)), machine.handle(Event.Shown(false)))
        assertEquals(listOf<Effect>(Effect.Close(1)), machine.handle(Event.Opened(1)))
        assertEquals(emptyList(), machine.handle(Event.Configured(1)))
    }

    @Test
    fun `one that is closed before it was configured does nothing more`() {
        opening()
        machine.handle(Event.Opened(1))
        assertEquals(listOf<Effect>(Effect.Close(1)), machine.handle(Event.Surface(false)))
        assertEquals(emptyList(), machine.handle(Event.Configured(1)))
        assertEquals(emptyList(), machine.handle(Event.Failed(1)))
    }

    @Test
    fun `it is closed when the app leaves the screen and opened when it is back`() {
        running()
        assertEquals(listOf<Effect>(Effect.Close(1)), machine.handle(Event.Shown(false)))
        assertEquals(listOf(Effect.Open(2), Effect.Tell(Camera.ASKING)), machine.handle(Event.Shown(true)))
    }

    @Test
    fun `another app that takes it is told, and it is opened once it is free`() {
        running()
        assertEquals(listOf(Effect.Close(1), Effect.Tell(Camera.TAKEN)), machine.handle(Event.Taken(1)))
        assertEquals(listOf(Effect.Open(2), Effect.Tell(Camera.ASKING)), machine.handle(Event.Free))
    }

    @Test
    fun `one that does not work is not tried for ever, but again when the person comes back`() {
        opening()
        assertEquals(listOf(Effect.Close(1), Effect.Tell(Camera.MISSING)), machine.handle(Event.Failed(1)))
        assertEquals(emptyList(), machine.handle(Event.Free))
        machine.handle(Event.Shown(false))
        assertEquals(listOf(Effect.Open(2), Effect.Tell(Camera.ASKING)), machine.handle(Event.Shown(true)))
    }

    @Test
    fun `a light that is switched on while it opens is on once it runs, and off after a pause`() {
        opening()
        machine.handle(Event.Opened(1))
        assertEquals(emptyList(), machine.handle(Event.Torch(true)))
        assertEquals(listOf(Effect.Light(1, true), Effect.Tell(Camera.RUNNING)), machine.handle(Event.Configured(1)))
        machine.handle(Event.Shown(false))
        machine.handle(Event.Shown(true))
        assertEquals(listOf<Effect>(Effect.Configure(2, torch = false)), machine.handle(Event.Opened(2)))
    }

    @Test
    fun `whatever happens, every attempt that came to something is closed and no two are open`() {
        repeat(500) { seed ->
            val random = Random(seed)
            val machine = CameraMachine()
            val asked = mutableSetOf<Int>()
            val open = mutableSetOf<Int>()
            var isWanted = false
            val flags = BooleanArray(3)
            fun carryOut(effects: List<Effect>) = effects.forEach {
                when (it) {
                    is Effect.Open -> asked += it.attempt
                    is Effect.Close -> open -= it.attempt
                    is Effect.Configure, is Effect.Light -> Unit
                    is Effect.Tell -> Unit
                }
            }
            repeat(60) {
                val attempt = (asked + 1).random(random)
                val event = when (random.nextInt(9)) {
                    0 -> Event.Shown(random.nextBoolean().also { flags[0] = it })
                    1 -> Event.Surface(random.nextBoolean().also { flags[1] = it })
                    2 -> Event.Allowed(random.nextBoolean().also { flags[2] = it })
                    3 -> Event.Torch(random.nextBoolean())
                    4, 5 -> {
                        val next = asked.randomOrNull(random) ?: return@repeat
                        asked -= next
                        open += next
                        Event.Opened(next)
                    }
                    6 -> Event.Configured(attempt)
                    7 -> if (random.nextBoolean()) Event.Taken(attempt) else Event.Failed(attempt)
                    else -> Event.Free
                }
                carryOut(machine.handle(event))
                isWanted = flags.all { it }
                assertTrue(open.size <= 1, "seed $seed: $open are open")
                assertTrue(isWanted || open.isEmpty(), "seed $seed: $open is open and not wanted")
            }
        }
    }

    private fun opening() {
        machine.handle(Event.Shown(true))
        machine.handle(Event.Allowed(true))
        machine.handle(Event.Surface(true))
    }

    private fun running() {
        opening()
        machine.handle(Event.Opened(1))
        machine.handle(Event.Configured(1))
    }
}
