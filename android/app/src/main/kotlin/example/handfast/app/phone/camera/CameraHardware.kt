package example.handfast.app.phone.camera

import android.graphics.SurfaceTexture
import example.handfast.core.phone.CameraMachine.Event

/**
 * The camera that looks away from the person. All of it is asked, and tells, on the camera's own thread; no
 * function throws, but tells what went wrong.
 */
interface CameraHardware {
    /** How the frames come; none before the first opening. */
    val traits: CameraTraits?

    /** Opens it. The permission was given. */
    fun open(attempt: Int)

    /** Draws what it sees on [preview], and hands it to whoever reads frames. */
    fun configure(attempt: Int, preview: SurfaceTexture, torch: Boolean)

    fun light(attempt: Int, isOn: Boolean)

    /** Gives it back, also where it is not open yet. */
    fun close(attempt: Int)
}

/** How a camera is built. [sensor]: by how many degrees it is turned, clockwise. */
data class CameraTraits(val width: Int, val height: Int, val sensor: Int, val hasTorch: Boolean)

