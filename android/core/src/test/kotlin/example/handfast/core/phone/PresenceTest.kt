package example.handfast.core.phone

import example.handfast.core.Key
import example.handfast.core.Row
import example.handfast.core.phone.Presence.Effect
import example.handfast.core.phone.Presence.Event
import org.junit.Test
import kotlin.random.Random
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertTrue

class PresenceTest {
    private val presence = Presence()

    private fun seen(isSeen: Boolean) = presence.handle(Event.Seen(isSeen))

    private fun changed(vararg ongoing: Ongoing, front: Long? = null) =
        presence.handle(Event.Changed(ongoing.toList(), front))

    @Test
    fun `somebody who is connected is kept by a service that starts while the app is seen`() {
        seen(true)
        assertEquals(listOf<Effect>(Effect.Serve(Service.CONNECTED)), changed(talking(), front = 1))
        presence.handle(Event.Started(Service.CONNECTED))
        assertEquals(emptyList(), seen(false))
        // They leave.
        assertEquals(listOf(Effect.Rest, Effect.Sleep), changed())
    }

    @Test
    fun `a file on its way keeps processor and Wi-Fi awake until it is through`() {
        seen(true)
        val moving = changed(talking().copy(isMoving = true), front = 1)
        assertEquals(listOf(Effect.Serve(Service.CONNECTED), Effect.KeepAwake(true)), moving)
        presence.handle(Event.Started(Service.CONNECTED))
        assertEquals(listOf<Effect>(Effect.KeepAwake(false)), changed(talking(), front = 1))
    }

    @Test
    fun `an invitation that waits is kept for some minutes once the app is left`() {
        seen(true)
        assertEquals(emptyList(), changed(waiting()))
        assertEquals(listOf<Effect>(Effect.Serve(Service.WAITING)), seen(false))
        presence.handle(Event.Started(Service.WAITING))
        assertEquals(
            listOf(Effect.Rest, Effect.Sleep, Effect.TellAsleep(true)),
            presence.handle(Event.RanOut),
        )
        assertEquals(emptyList(), presence.handle(Event.Stopped))
        assertEquals(listOf(Effect.Wake, Effect.TellAsleep(false)), seen(true))
    }

    @Test
    fun `what is taken back leaves the notification`() {
        seen(true)
        changed(talking())
        seen(false)
        assertIs<Effect.Tell>(changed(talking(text(1, "hello"))).last())
        assertEquals(listOf<Effect>(Effect.Untell(1)), changed(talking(Row.Note(1, ours = false, Key.NOTE_TAKEN_BACK))))
    }

    @Test
    fun `what they propose about how long it lasts is told, and not what holds already`() {
        seen(true)
        changed(talking())
        seen(false)
        val proposed = Row.Life(1, ours = false, after = 3_600, holds = false)
        assertIs<Effect.Tell>(changed(talking(proposed)).last())
        assertEquals(listOf<Effect>(Effect.Untell(1)), changed(talking(proposed.copy(holds = true))))
    }

    @Test
    fun `where nothing is under way the device sleeps at once`() {
        seen(true)
        assertEquals(listOf<Effect>(Effect.Sleep), seen(false))
        assertEquals(listOf<Effect>(Effect.Wake), seen(true))
    }

    @Test
    fun `a process that begins is not put to sleep before anybody has looked`() =
        assertEquals(emptyList(), changed())

    @Test
    fun `a service that may not start is told as sleep, and tried again from the screen`() {
        seen(true)
        changed(waiting())
        assertEquals(listOf<Effect>(Effect.Serve(Service.WAITING)), seen(false))
        assertEquals(listOf(Effect.Sleep, Effect.TellAsleep(true)), presence.handle(Event.Refused))
        assertEquals(emptyList(), changed(waiting()))
        seen(true)
        assertEquals(listOf<Effect>(Effect.Serve(Service.WAITING)), seen(false))
    }

    @Test
    fun `one that is not needed any more before it has started is stopped when it has`() {
        seen(true)
        assertEquals(listOf<Effect>(Effect.Serve(Service.CONNECTED)), changed(talking(), front = 1))
        assertEquals(emptyList(), changed())
        assertEquals(listOf<Effect>(Effect.Rest), presence.handle(Event.Started(Service.CONNECTED)))
        assertEquals(emptyList(), presence.handle(Event.Stopped))
    }

    @Test
    fun `one that is needed again while it stops is started again`() {
        seen(true)
        changed(talking(), front = 1)
        presence.handle(Event.Started(Service.CONNECTED))
        assertEquals(listOf<Effect>(Effect.Rest), changed())
        assertEquals(emptyList(), changed(talking(), front = 1))
        assertEquals(listOf<Effect>(Effect.Serve(Service.CONNECTED)), presence.handle(Event.Stopped))
    }

    @Test
    fun `a guest who comes while nobody looks is told, and kept by what runs where no more is allowed`() {
        seen(true)
        changed(waiting())
        seen(false)
        presence.handle(Event.Started(Service.WAITING))
        val come = changed(talking())
        assertEquals(Effect.Serve(Service.CONNECTED), come.first())
        val tidings = assertIs<Effect.Tell>(come.last()).tidings
        assertEquals("Mira", tidings.name)
        assertTrue(tidings.rows.isEmpty() && tidings.isNew)
        // The system lets nothing of that kind start from behind.
        assertEquals(emptyList(), presence.handle(Event.Refused))
        assertEquals(emptyList(), changed(talking()))
        // The person taps the notification.
        presence.handle(Event.Seen(true)).let { assertTrue(Effect.Serve(Service.CONNECTED) in it) }
    }

    @Test
    fun `a message is told once, and not while it is looked at`() {
        seen(true)
        changed(talking(text(1, "hello")), front = 1)
        presence.handle(Event.Started(Service.CONNECTED))
        assertEquals(emptyList(), seen(false))
        val told = assertIs<Effect.Tell>(changed(talking(text(1, "hello"), text(2, "there?"))).single()).tidings
        assertEquals(listOf<Row>(text(2, "there?")), told.rows)
        assertTrue(told.isNew)
        assertEquals(emptyList(), changed(talking(text(1, "hello"), text(2, "there?"))))
        // An answer out of the notification stands in it, and is not news.
        val answered = assertIs<Effect.Send>(presence.handle(Event.Answered(1, "yes")).single())
        assertEquals("yes", answered.text)
        val mine = text(3, "yes", ours = true)
        val again = assertIs<Effect.Tell>(changed(talking(text(1, "hello"), text(2, "there?"), mine)).single()).tidings
        assertFalse(again.isNew)
        assertEquals(listOf(text(2, "there?"), mine), again.rows)
        assertEquals(listOf(Effect.Untell(1)), presence.handle(Event.Changed(listOf(talking(text(3, "yes", true))), 1)).ifEmpty { seen(true) - Effect.Wake })
    }

    @Test
    fun `a message of somebody else is told while another one is talked to`() {
        seen(true)
        changed(talking(), talking().copy(session = 2), front = 1)
        val told = changed(talking(), talking(text(5, "hi")).copy(session = 2), front = 1)
        assertEquals(2, assertIs<Effect.Tell>(told.single()).tidings.session)
        assertEquals(listOf<Effect>(Effect.Untell(2)), changed(talking(), talking(text(5, "hi")).copy(session = 2), front = 2))
    }

    @Test
    fun `a file is told when it is offered and when it is there, not at every piece`() {
        seen(true)
        changed(talking(), front = 1)
        presence.handle(Event.Started(Service.CONNECTED))
        seen(false)
        assertIs<Effect.Tell>(changed(talking(file(1, Key.FILE_OFFERED))).single())
        for (done in 1..5L) {
            val effects = changed(talking(file(1, Key.FILE_MOVING, done)).copy(isMoving = true))
            assertTrue(effects.none { it is Effect.Tell }, "$effects")
        }
        assertIs<Effect.Tell>(changed(talking(file(1, Key.FILE_RECEIVED))).last())
    }

    @Test
    fun `who is looked for is waited for some minutes, and told of when they are here, as long as that is so`() {
        seen(true)
        changed(apart(), front = 1)
        assertEquals(listOf<Effect>(Effect.Serve(Service.WAITING)), seen(false))
        presence.handle(Event.Started(Service.WAITING))
        val come = changed(talking())
        val tidings = come.filterIsInstance<Effect.Tell>().single().tidings
        assertTrue(tidings.isNew && tidings.rows.isEmpty() && tidings.name == "Mira")
        assertTrue(Effect.Serve(Service.CONNECTED) in come)
        presence.handle(Event.Started(Service.CONNECTED))
        assertEquals(listOf(Effect.Serve(Service.WAITING), Effect.Untell(1)), changed(apart()))
        presence.handle(Event.Started(Service.WAITING))
        assertEquals(listOf(Effect.Rest, Effect.Sleep, Effect.TellAsleep(true)), presence.handle(Event.RanOut))
    }

    @Test
    fun `an answer to somebody who is looked for waits with what else is written to them`() {
        changed(apart())
        val sent = presence.handle(Event.Answered(1, "soon")).filterIsInstance<Effect.Send>().single()
        assertEquals(1L to "soon", sent.session to sent.text)
    }

    @Test
    fun `an answer to somebody who is gone is told as not sent`() =
        assertEquals(listOf<Effect>(Effect.TellUnsent(9)), presence.handle(Event.Answered(9, "yes")))

    @Test
    fun `in whatever order it happens, no service is stopped before it started, and none stays for nothing`() {
        repeat(1_000) { seed ->
            val random = Random(seed)
            val presence = Presence()
            var starting = false
            var running = false
            fun handle(event: Event) {
                for (effect in presence.handle(event)) {
                    when (effect) {
                        is Effect.Serve -> {
                            assertFalse(starting, "seed $seed: started twice")
                            starting = true
                        }
                        Effect.Rest -> assertTrue(running && !starting, "seed $seed: stopped before it started")
                        else -> Unit
                    }
                }
            }
            var resting = false
            repeat(80) {
                when (random.nextInt(6)) {
                    0 -> handle(Event.Seen(random.nextBoolean()))
                    1 -> handle(Event.Changed(List(random.nextInt(3)) { listOf(talking(), waiting(), apart()).random(random).copy(session = it.toLong()) }, 0))
                    2 -> if (starting) {
                        starting = false
                        if (random.nextBoolean()) {
                            running = true
                            handle(Event.Started(Service.entries.random(random)))
                        } else {
                            handle(Event.Refused)
                        }
                    }
                    3 -> if (running && !starting) handle(Event.RanOut)
                    4 -> if (running && !starting) {
                        running = false
                        handle(Event.Stopped)
                    }
                    else -> handle(Event.Answered(random.nextLong(3), "x"))
                }
            }
            assertFalse(resting)
        }
    }

    private fun talking(vararg rows: Row) =
        Ongoing(1, "Mira", isTalking = true, isWaiting = false, isMoving = false, rows = rows.toList())

    private fun apart() = Ongoing(1, "Mira", isTalking = false, isWaiting = true, isMoving = false, isApart = true)

    private fun waiting() = Ongoing(1, "", isTalking = false, isWaiting = true, isMoving = false)

    private fun text(number: Long, text: String, ours: Boolean = false) = Row.Text(number, ours, text)

    private fun file(number: Long, state: Key, done: Long? = null) =
        Row.File(number, ours = false, "a.bin", 9, state, done, null)
}
