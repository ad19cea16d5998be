package example.handfast.app.phone.camera

import android.content.Context
import android.graphics.SurfaceTexture
import android.media.Image
import android.os.Handler
import android.os.HandlerThread
import android.os.Looper
import example.handfast.core.AppModel
import example.handfast.core.phone.CameraMachine
import example.handfast.core.phone.CameraMachine.Effect
import example.handfast.core.phone.CameraMachine.Event

/**
 * What this phone sees: carries out what [CameraMachine] decides, on a thread of its own that lives as long as
 * the process, so that what a camera says late always finds somebody who closes it.
 */
class CameraDriver(
    private val model: AppModel,
    make: (Handler, (Event) -> Unit, (Image) -> Unit) -> CameraHardware,
) {
    constructor(context: Context, model: AppModel) :
        this(model, { handler, told, look -> Camera2(context, handler, told, look) })

    private val handler = Handler(HandlerThread("camera").apply { start() }.looper)
    private val screen = Handler(Looper.getMainLooper())
    private val machine = CameraMachine()
    private val hardware by lazy { make(handler, ::tell, ::look) }
    private var preview: SurfaceTexture? = null

    /** Is told on the thread that draws that a code was found. */
    @Volatile
    var found: () -> Unit = {}

    /** Is told on the thread that draws how the camera is built, once that is known. */
    @Volatile
    var traitsKnown: (CameraTraits) -> Unit = {}

    fun shown(isShown: Boolean) = tell(Event.Shown(isShown))

    fun allowed(isAllowed: Boolean) = tell(Event.Allowed(isAllowed))

    fun torch(isOn: Boolean) = tell(Event.Torch(isOn))

    fun drawOn(surface: SurfaceTexture) {
        handler.post {
            preview = surface
            handle(Event.Surface(true))
        }
    }

    /** The surface goes away. It is released once nothing draws on it. */
    fun drawNoMore(surface: SurfaceTexture) {
        handler.post {
            if (preview === surface) {
                handle(Event.Surface(false))
                preview = null
            }
            surface.release()
        }
    }

    private fun tell(event: Event) {
        handler.post { handle(event) }
    }

    private fun handle(event: Event) {
        for (effect in machine.handle(event)) carryOut(effect)
    }

    private fun carryOut(effect: Effect) {
        when (effect) {
            is Effect.Open -> {
                hardware.open(effect.attempt)
                hardware.traits?.let { traits -> screen.post { traitsKnown(traits) } }
            }
            is Effect.Configure -> preview?.let { hardware.configure(effect.attempt, it, effect.torch) }
            is Effect.Light -> hardware.light(effect.attempt, effect.isOn)
            is Effect.Close -> hardware.close(effect.attempt)
            is Effect.Tell -> model.camera(effect.camera)
        }
    }

    /** The first plane of a frame is its luminance, in a direct buffer. */
    private fun look(image: Image) {
        val luma = image.planes.firstOrNull() ?: return
        if (model.frame(luma.buffer, luma.rowStride, image.width, image.height)) screen.post { found() }
    }
}
