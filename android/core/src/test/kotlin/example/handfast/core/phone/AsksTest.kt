package example.handfast.core.phone

import example.handfast.core.phone.Asks.Effect
import org.junit.Test
import kotlin.test.assertEquals

class AsksTest {
    private val asks = Asks<String>()

    @Test
    fun `the second of two questions is put when the first is answered`() {
        assertEquals(
            listOf<Effect<String>>(Effect.Ask(Permission.NOTIFICATIONS)),
            asks.want(listOf(Permission.NOTIFICATIONS, Permission.LOCAL_NETWORK), "invite"),
        )
        assertEquals(emptyList(), asks.want(listOf(Permission.CAMERA), "scan"))
        assertEquals(
            listOf<Effect<String>>(Effect.Known(Permission.NOTIFICATIONS, Grant.GIVEN), Effect.Ask(Permission.LOCAL_NETWORK)),
            asks.answered(Permission.NOTIFICATIONS, isGiven = true, mayAskAgain = false),
        )
        assertEquals(
            listOf(Effect.Known(Permission.LOCAL_NETWORK, Grant.DENIED), Effect.Go("invite"), Effect.Ask(Permission.CAMERA)),
            asks.answered(Permission.LOCAL_NETWORK, isGiven = false, mayAskAgain = true),
        )
        assertEquals(
            listOf(Effect.Known(Permission.CAMERA, Grant.DENIED_FOR_GOOD), Effect.Go("scan")),
            asks.answered(Permission.CAMERA, isGiven = false, mayAskAgain = false),
        )
    }

    @Test
    fun `what was given is not asked for`() {
        asks.found(Permission.CAMERA, isGiven = true)
        assertEquals(listOf<Effect<String>>(Effect.Go("scan")), asks.want(listOf(Permission.CAMERA), "scan"))
        assertEquals(listOf<Effect<String>>(Effect.Go("rest")), asks.want(emptyList(), "rest"))
    }

    @Test
    fun `denied and then allowed in the settings is noticed`() {
        asks.want(listOf(Permission.CAMERA), "scan")
        asks.answered(Permission.CAMERA, isGiven = false, mayAskAgain = false)
        assertEquals(Grant.DENIED_FOR_GOOD, asks.grant(Permission.CAMERA))
        assertEquals(
            listOf<Effect<String>>(Effect.Known(Permission.CAMERA, Grant.GIVEN)),
            asks.found(Permission.CAMERA, isGiven = true),
        )
    }

    @Test
    fun `taken away in the settings is noticed, and asked for again`() {
        asks.found(Permission.CAMERA, isGiven = true)
        assertEquals(
            listOf<Effect<String>>(Effect.Known(Permission.CAMERA, Grant.UNKNOWN)),
            asks.found(Permission.CAMERA, isGiven = false),
        )
        assertEquals(listOf<Effect<String>>(Effect.Ask(Permission.CAMERA)), asks.want(listOf(Permission.CAMERA), "scan"))
    }

    @Test
    fun `a question that the system dropped is put again`() {
        asks.want(listOf(Permission.CAMERA), "scan")
        assertEquals(listOf<Effect<String>>(Effect.Ask(Permission.CAMERA)), asks.lost())
    }

    @Test
    fun `an answer that nobody waits for is known all the same`() = assertEquals(
        listOf<Effect<String>>(Effect.Known(Permission.CAMERA, Grant.GIVEN)),
        asks.answered(Permission.CAMERA, isGiven = true, mayAskAgain = false),
    )
}
