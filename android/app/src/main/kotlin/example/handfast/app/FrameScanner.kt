package example.handfast.app

import android.annotation.SuppressLint
import android.content.Context
import android.graphics.ImageFormat
import android.graphics.SurfaceTexture
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
import android.os.HandlerThread
import android.util.Size
import android.view.Surface
import java.util.concurrent.Executor

/**
 * The camera on the back: frames to [look] on a thread of its own, until it says that it has seen
 * enough, and the same picture to a preview.
 */
class FrameScanner(
    context: Context,
    private val look: (Image) -> Boolean,
    private val failed: () -> Unit,
) {
    private val manager = context.getSystemService(CameraManager::class.java)
    private val thread = HandlerThread("camera").apply { start() }
    private val handler = Handler(thread.looper)
    private val executor = Executor { handler.post(it) }
    private var device: CameraDevice? = null
    private var session: CameraCaptureSession? = null
    private var request: CaptureRequest.Builder? = null
    private var reader: ImageReader? = null
    private var seen = false

    /** The size of the frames, once [open] has been called. */
    var size: Size = Size(1280, 720)
        private set

    /** Whether there is a light to switch on. */
    var hasTorch = false
        private set

    /** Begins. The permission has been given. Returns whether there is a camera. */
    @SuppressLint("MissingPermission")
    fun open(preview: SurfaceTexture): Boolean {
        val id = manager.cameraIdList.firstOrNull { facing(it) == CameraCharacteristics.LENS_FACING_BACK }
            ?: manager.cameraIdList.firstOrNull()
            ?: return false
        val traits = manager.getCameraCharacteristics(id)
        hasTorch = traits.get(CameraCharacteristics.FLASH_INFO_AVAILABLE) == true
        size = traits.get(CameraCharacteristics.SCALER_STREAM_CONFIGURATION_MAP)
            ?.getOutputSizes(ImageFormat.YUV_420_888)
            ?.minByOrNull { kotlin.math.abs(it.width * it.height - PIXELS) }
            ?: size
        preview.setDefaultBufferSize(size.width, size.height)
        val frames = ImageReader.newInstance(size.width, size.height, ImageFormat.YUV_420_888, 2)
        frames.setOnImageAvailableListener({ it.acquireLatestImage()?.use(::frame) }, handler)
        reader = frames
        manager.openCamera(id, executor, object : CameraDevice.StateCallback() {
            override fun onOpened(camera: CameraDevice) {
                device = camera
                begin(camera, Surface(preview), frames.surface)
            }

            override fun onDisconnected(camera: CameraDevice) = camera.close()

            override fun onError(camera: CameraDevice, error: Int) {
                camera.close()
                failed()
            }
        })
        return true
    }

    fun torch(on: Boolean) {
        handler.post {
            val request = request ?: return@post
            request.set(
                CaptureRequest.FLASH_MODE,
                if (on) CaptureRequest.FLASH_MODE_TORCH else CaptureRequest.FLASH_MODE_OFF,
            )
            repeatRequest()
        }
    }

    fun close() {
        handler.post {
            device?.close()
            reader?.close()
            thread.quitSafely()
        }
    }

    private fun facing(id: String) =
        manager.getCameraCharacteristics(id).get(CameraCharacteristics.LENS_FACING)

    private fun begin(camera: CameraDevice, preview: Surface, frames: Surface) {
        val builder = camera.createCaptureRequest(CameraDevice.TEMPLATE_PREVIEW).apply {
            addTarget(preview)
            addTarget(frames)
            set(CaptureRequest.CONTROL_AF_MODE, CaptureRequest.CONTROL_AF_MODE_CONTINUOUS_PICTURE)
        }
        request = builder
        val outputs = listOf(OutputConfiguration(preview), OutputConfiguration(frames))
        val callback = object : CameraCaptureSession.StateCallback() {
            override fun onConfigured(configured: CameraCaptureSession) {
                session = configured
                repeatRequest()
            }

            override fun onConfigureFailed(configured: CameraCaptureSession) = failed()
        }
        camera.createCaptureSession(
            SessionConfiguration(SessionConfiguration.SESSION_REGULAR, outputs, executor, callback),
        )
    }

    private fun repeatRequest() {
        val request = request ?: return
        // The camera may have gone away meanwhile.
        runCatching { session?.setRepeatingRequest(request.build(), null, handler) }
            .onFailure { failed() }
    }

    private fun frame(image: Image) {
        if (!seen) seen = look(image)
    }

    private companion object {
        /** 1280 x 720: what the reader needs, and every camera has something near it. */
        const val PIXELS = 1280 * 720
    }
}
