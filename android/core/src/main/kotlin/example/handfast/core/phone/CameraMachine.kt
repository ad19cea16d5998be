/**
 * What the phone does around the screens, decided without the phone: what happens goes in, what is to be
 * done comes out, and the app's own package `phone` carries it out.
 */
package example.handfast.core.phone

import example.handfast.core.Camera

/**
 * When the camera is open, and what is told of it. It is open while a person can see what it sees, and at no
 * other time; whatever it says about an attempt that was given up closes that attempt and nothing else.
 *
 * An attempt is one opening of the camera, counted from 1.
 */
class CameraMachine {
    /** What happened. */
    sealed interface Event {
        /** The scanner is shown, or not any more; its activity is visible, or not any more. */
        data class Shown(val isShown: Boolean) : Event

        /** There is a surface to draw on, or not any more. */
        data class Surface(val isThere: Boolean) : Event

        data class Allowed(val isAllowed: Boolean) : Event

        data class Torch(val isOn: Boolean) : Event

        /** The camera is open, and wants to know what to draw on. */
        data class Opened(val attempt: Int) : Event

        /** It takes pictures. */
        data class Configured(val attempt: Int) : Event

        /** Another app took it, or has it. */
        data class Taken(val attempt: Int) : Event

        /** It does not work, or there is none. */
        data class Failed(val attempt: Int) : Event

        /** Some camera that was in use is free. */
        data object Free : Event
    }

    /** What is to be done, in this order. */
    sealed interface Effect {
        data class Open(val attempt: Int) : Effect

        data class Configure(val attempt: Int, val torch: Boolean) : Effect

        data class Light(val attempt: Int, val isOn: Boolean) : Effect

        /** Also an attempt that has not come to anything yet. */
        data class Close(val attempt: Int) : Effect

        data class Tell(val camera: Camera) : Effect
    }

    private enum class Stage { OFF, OPENING, CONFIGURING, RUNNING, TAKEN, BROKEN }

    private var stage = Stage.OFF
    private var attempt = 0
    private var isShown = false
    private var hasSurface = false
    private var isAllowed = false
    private var torch = false
    private var told: Camera? = null

    fun handle(event: Event): List<Effect> = buildList {
        when (event) {
            is Event.Shown -> {
                if (event.isShown && !isShown) told = null
                isShown = event.isShown
                if (!isShown) torch = false
            }
            is Event.Surface -> hasSurface = event.isThere
            is Event.Allowed -> isAllowed = event.isAllowed
            is Event.Torch -> {
                torch = event.isOn
                if (stage == Stage.RUNNING) add(Effect.Light(attempt, torch))
            }
            is Event.Opened -> when {
                event.attempt != attempt || stage != Stage.OPENING -> add(Effect.Close(event.attempt))
                else -> {
                    stage = Stage.CONFIGURING
                    add(Effect.Configure(attempt, torch))
                }
            }
            is Event.Configured -> if (isCurrent(event.attempt)) {
                stage = Stage.RUNNING
                // Whatever was switched meanwhile.
                if (torch) add(Effect.Light(attempt, true))
            }
            is Event.Taken -> if (isCurrent(event.attempt)) end(Stage.TAKEN)
            is Event.Failed -> if (isCurrent(event.attempt)) end(Stage.BROKEN)
            Event.Free -> if (stage == Stage.TAKEN) stage = Stage.OFF
        }
        settle()
        tell()
    }

    private fun isCurrent(attempt: Int) = attempt == this.attempt && stage in UNDER_WAY

    private fun MutableList<Effect>.end(stage: Stage) {
        this@CameraMachine.stage = stage
        add(Effect.Close(attempt))
    }

    /** Opens or closes, so that it is open exactly while it is wanted. */
    private fun MutableList<Effect>.settle() {
        val isWanted = isShown && hasSurface && isAllowed
        if (isWanted && stage == Stage.OFF) {
            attempt++
            stage = Stage.OPENING
            add(Effect.Open(attempt))
        } else if (!isWanted && stage in UNDER_WAY) {
            end(Stage.OFF)
        } else if (!isShown) {
            // Who comes back tries again.
            stage = Stage.OFF
        }
    }

    private fun MutableList<Effect>.tell() {
        if (!isShown || !isAllowed) return
        val now = when (stage) {
            Stage.OFF, Stage.OPENING, Stage.CONFIGURING -> Camera.ASKING
            Stage.RUNNING -> Camera.RUNNING
            Stage.TAKEN -> Camera.TAKEN
            Stage.BROKEN -> Camera.MISSING
        }
        if (now != told) add(Effect.Tell(now))
        told = now
    }

    private companion object {
        val UNDER_WAY = setOf(Stage.OPENING, Stage.CONFIGURING, Stage.RUNNING)
    }
}
