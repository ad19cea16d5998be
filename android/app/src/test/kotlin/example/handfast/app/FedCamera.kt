package example.handfast.app

import android.Manifest
import android.app.Application
import android.content.pm.PackageManager
import android.graphics.Bitmap
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Matrix
import android.graphics.Paint
import android.graphics.SurfaceTexture
import android.hardware.camera2.CameraCharacteristics
import android.hardware.camera2.CameraManager
import android.media.FedImage
import android.media.Image
import android.media.ImageReader
import android.os.Handler
import android.view.TextureView
import android.view.View
import androidx.test.core.app.ApplicationProvider
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.annotation.RealObject
import org.robolectric.shadow.api.Shadow
import org.robolectric.shadows.ShadowCameraCharacteristics
import org.robolectric.shadows.ShadowImageReader
import org.robolectric.shadows.ShadowView
import java.nio.ByteBuffer
import java.util.concurrent.ConcurrentLinkedQueue

/**
 * A camera that sees what a test shows it. A test that draws what it sees says
 * `@Config(shadows = [FedPreview::class])`; [FedReader] is there for every test.
 */
object FedCamera {
    /** A phone that has a camera, and has been allowed to use it if [allowed]. */
    fun install(allowed: Boolean = true) {
        val phone = ApplicationProvider.getApplicationContext<Application>()
        shadowOf(phone.packageManager).setSystemFeature(PackageManager.FEATURE_CAMERA_ANY, true)
        if (allowed) shadowOf(phone).grantPermissions(Manifest.permission.CAMERA)
        val traits = ShadowCameraCharacteristics.newCameraCharacteristics()
        shadowOf(traits).set(CameraCharacteristics.LENS_FACING, CameraCharacteristics.LENS_FACING_BACK)
        shadowOf(phone.getSystemService(CameraManager::class.java)).addCamera("0", traits)
        FedReader.running = null
        FedReader.broken = null
    }

    /** Whether somebody looks through it. */
    val isRunning get() = FedReader.running != null

    /** Holds this picture before the camera, once it runs, until [enough]; the screen goes on by [idle]. */
    fun see(picture: Bitmap, idle: () -> Unit, enough: () -> Boolean) {
        until({ "nobody opens the camera" }, idle) { isRunning }
        val frame = seen(picture)
        until({ "what the camera sees is not read" }, idle) {
            FedReader.broken?.let { throw AssertionError("the camera's thread ended", it) }
            FedReader.running?.takeIf { it.isHungry }?.feed(frame)
            enough()
        }
    }

    /**
     * The picture as a camera has it that is held over its upper part: askew, in another size, on grey.
     */
    fun seen(picture: Bitmap): Bitmap {
        val frame = Bitmap.createBitmap(WIDTH, HEIGHT, Bitmap.Config.ARGB_8888)
        val fit = HEIGHT * SHARE / minOf(picture.width, picture.height)
        val matrix = Matrix().apply {
            postScale(fit, fit)
            postRotate(9f)
            postTranslate(WIDTH * 0.33f, 0f)
        }
        Canvas(frame).apply {
            drawColor(Color.rgb(120, 120, 120))
            drawBitmap(picture, matrix, Paint(Paint.FILTER_BITMAP_FLAG))
        }
        return frame
    }

    private const val WIDTH = 1280
    private const val HEIGHT = 720
    private const val SHARE = 0.85f
}

/** An ImageReader whose frames come from [FedCamera]. */
@Implements(ImageReader::class)
class FedReader : ShadowImageReader() {
    @RealObject
    private lateinit var real: ImageReader
    private var listener: ImageReader.OnImageAvailableListener? = null
    private var handler: Handler? = null
    private val frames = ConcurrentLinkedQueue<Image>()

    /** Whether the last frame was taken. */
    val isHungry get() = frames.isEmpty()

    @Implementation
    fun setOnImageAvailableListener(listener: ImageReader.OnImageAvailableListener?, handler: Handler?) {
        this.listener = listener
        this.handler = handler
        running = this
    }

    @Implementation
    fun acquireLatestImage(): Image? = frames.poll()

    @Implementation
    override fun close() {
        if (running === this) running = null
        super.close()
    }

    /** There is nothing native to close, and the finalizer would. */
    @Implementation
    fun nativeClose() = Unit

    fun feed(frame: Bitmap) {
        val pixels = IntArray(frame.width * frame.height)
        frame.getPixels(pixels, 0, frame.width, 0, 0, frame.width, frame.height)
        // A core reads a direct buffer only.
        val luma = ByteBuffer.allocateDirect(pixels.size)
        for (it in pixels) luma.put(Color.green(it).toByte())
        luma.flip()
        frames.add(FedImage(frame.width, frame.height, luma))
        handler?.post {
            try {
                listener?.onImageAvailable(real)
            } catch (failure: Throwable) {
                // Thrown here, it would end this thread without a word.
                broken = failure
            }
        }
    }

    companion object {
        /** The one that somebody listens to. */
        @Volatile
        var running: FedReader? = null

        /** What the app threw at a frame. */
        @Volatile
        var broken: Throwable? = null
    }
}

/** A TextureView that can be drawn on as soon as it is seen; Robolectric has no graphics processor that would say so. */
@Implements(TextureView::class)
class FedPreview : ShadowView() {
    @RealObject
    private lateinit var real: TextureView

    @Implementation
    fun setSurfaceTextureListener(listener: TextureView.SurfaceTextureListener?) {
        if (listener == null) return
        real.addOnAttachStateChangeListener(object : View.OnAttachStateChangeListener {
            private var surface: SurfaceTexture? = null

            override fun onViewAttachedToWindow(view: View) {
                surface = SurfaceTexture(false).also { listener.onSurfaceTextureAvailable(it, view.width, view.height) }
            }

            override fun onViewDetachedFromWindow(view: View) {
                surface?.let(listener::onSurfaceTextureDestroyed)
            }
        })
    }
}
