package example.handfast.app.phone.camera

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.ImageFormat
import android.graphics.SurfaceTexture
import android.hardware.camera2.CameraAccessException
import android.hardware.camera2.CameraCaptureSession
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraDevice
import android.hardware.camera2.CameraManager
import android.hardware.camera2.CaptureRequest
import android.hardware.camera2.params.OutputConfiguration
import android.hardware.camera2.params.SessionConfiguration
import android.media.Image
import android.media.ImageReader
import android.os.Handler
import android.view.Surface
import example.handfast.core.phone.CameraMachine.Event
import java.util.concurrent.Executor
import kotlin.math.abs

/** Android's Camera2. [handler] is the camera's thread, which never ends. */
class Camera2(
    context: Context,
    private val handler: Handler,
    private val told: (Event) -> Unit,
    private val look: (Image) -> Unit,
) : CameraHardware {
    private val manager = context.getSystemService(CameraManager::class.java)
    private val executor = Executor { handler.post(it) }

    /** What belongs to one attempt, once it is there. */
    private class Open(val attempt: Int) {
        var device: CameraDevice? = null
        var session: CameraCaptureSession? = null
        var request: CaptureRequest.Builder? = null
        var reader: ImageReader? = null
        var preview: Surface? = null
    }

    private var open: Open? = null
    private var watchesOthers = false

    override var traits: CameraTraits? = null
        private set

    @SuppressLint("MissingPermission") // the machine opens nothing before it was given
    override fun open(attempt: Int) = trying(attempt) {
        val id = manager.cameraIdList.firstOrNull { facing(it) == CameraCharacteristics.LENS_FACING_BACK }
            ?: manager.cameraIdList.firstOrNull()
            ?: return@trying told(Event.Failed(attempt))
        traits = traits(id)
        watchOthers()
        val opening = Open(attempt)
        open = opening
        manager.openCamera(id, executor, object : CameraDevice.StateCallback() {
            override fun onOpened(camera: CameraDevice) {
                // It was given up meanwhile.
                if (open !== opening) return camera.close()
                opening.device = camera
                told(Event.Opened(attempt))
            }

            override fun onDisconnected(camera: CameraDevice) {
                camera.close()
                told(Event.Taken(attempt))
            }

            override fun onError(camera: CameraDevice, error: Int) {
                camera.close()
                told(if (error in TAKEN_ERRORS) Event.Taken(attempt) else Event.Failed(attempt))
            }
        })
    }

    override fun configure(attempt: Int, preview: SurfaceTexture, torch: Boolean) = trying(attempt) {
        val opened = open?.takeIf { it.attempt == attempt } ?: return@trying
        val device = opened.device ?: return@trying
        val traits = traits ?: return@trying
        preview.setDefaultBufferSize(traits.width, traits.height)
        val reader = ImageReader.newInstance(traits.width, traits.height, ImageFormat.YUV_420_888, FRAMES)
        reader.setOnImageAvailableListener({ frame(opened, it) }, handler)
        opened.reader = reader
        val shown = Surface(preview)
        opened.preview = shown
        opened.request = device.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW).apply {
            addTarget(shown)
            addTarget(reader.surface)
            set(CaptureRequest.CONTROL_AF_MODE, CaptureRequest.CONTROL_AF_MODE_CONTINUOUS_PICTURE)
            set(CaptureRequest.FLASH_MODE, flash(torch))
        }
        val outputs = listOf(OutputConfiguration(shown), OutputConfiguration(reader.surface))
        val callback = object : CameraCaptureSession.StateCallback() {
            override fun onConfigured(session: CameraCaptureSession) {
                if (open !== opened) return session.close()
                opened.session = session
                trying(attempt) {
                    repeatRequest(opened)
                    told(Event.Configured(attempt))
                }
            }

            override fun onConfigureFailed(session: CameraCaptureSession) = told(Event.Failed(attempt))
        }
        device.createCaptureSession(
            SessionConfiguration(SessionConfiguration.SESSION_REGULAR, outputs, executor, callback),
        )
    }

    override fun light(attempt: Int, isOn: Boolean) = trying(attempt) {
        val opened = open?.takeIf { it.attempt == attempt } ?: return@trying
        opened.request?.set(CaptureRequest.FLASH_MODE, flash(isOn))
        repeatRequest(opened)
    }

    override fun close(attempt: Int) {
        val closing = open?.takeIf { it.attempt == attempt } ?: return
        open = null
        // Whatever of it is gone already throws, and the rest is to be closed all the same.
        runCatching { closing.session?.close() }
        runCatching { closing.device?.close() }
        runCatching { closing.reader?.close() }
        runCatching { closing.preview?.release() }
    }

    private fun repeatRequest(opened: Open) {
        val request = opened.request ?: return
        opened.session?.setRepeatingRequest(request.build(), null, handler)
    }

    private fun frame(opened: Open, reader: ImageReader) {
        if (open !== opened) return
        // One that was lost on the way is no fault of anything.
        val image = runCatching { reader.acquireLatestImage() }.getOrNull() ?: return
        image.use(look)
    }

    /** A camera that goes away throws wherever it is spoken to. */
    private fun trying(attempt: Int, work: () -> Unit) {
        try {
            work()
        } catch (failure: CameraAccessException) {
            val isTaken = failure.reason == CameraAccessException.CAMERA_IN_USE ||
                failure.reason == CameraAccessException.MAX_CAMERAS_IN_USE ||
                failure.reason == CameraAccessException.CAMERA_DISCONNECTED
            told(if (isTaken) Event.Taken(attempt) else Event.Failed(attempt))
        } catch (_: SecurityException) {
            // The permission was taken away a moment ago.
            told(Event.Allowed(false))
        } catch (_: IllegalStateException) {
            told(Event.Failed(attempt))
        } catch (_: IllegalArgumentException) {
            told(Event.Failed(attempt))
        }
    }

    private fun watchOthers() {
        if (watchesOthers) return
        watchesOthers = true
        manager.registerAvailabilityCallback(
            object : CameraManager.AvailabilityCallback() {
                override fun onCameraAvailable(id: String) = told(Event.Free)
            },
            handler,
        )
    }

    private fun traits(id: String): CameraTraits {
        val known = manager.getCameraCharacteristics(id)
        val size = known.get(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP)
            ?.getOutputSizes(ImageFormat.YUV_420_888)
            ?.minByOrNull { abs(it.width * it.height - PIXELS) }
        return CameraTraits(
            width = size?.width ?: WIDTH,
            height = size?.height ?: HEIGHT,
            sensor = known.get(CameraCharacteristics.SENSOR_ORIENTATION) ?: USUAL_SENSOR,
            hasTorch = known.get(CameraCharacteristics.FLASH_INFO_AVAILABLE) == true,
        )
    }

    private fun facing(id: String) = manager.getCameraCharacteristics(id).get(CameraCharacteristics.LENS_FACING)

    private fun flash(isOn: Boolean) = if (isOn) CaptureRequest.FLASH_MODE_TORCH else CaptureRequest.FLASH_MODE_OFF

    private companion object {
        /** What the reader needs, and every camera has something near it. */
        const val WIDTH = 1280
        const val HEIGHT = 720
        const val PIXELS = WIDTH * HEIGHT
        const val USUAL_SENSOR = 90

        /** One is read while the next one comes. */
        const val FRAMES = 2
        val TAKEN_ERRORS = setOf(
            CameraDevice.StateCallback.ERROR_CAMERA_IN_USE,
            CameraDevice.StateCallback.ERROR_MAX_CAMERAS_IN_USE,
        )
    }
}
