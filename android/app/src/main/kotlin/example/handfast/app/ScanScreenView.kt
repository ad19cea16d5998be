package example.handfast.app

import android.graphics.Matrix
import android.graphics.RectF
import android.graphics.SurfaceTexture
import android.media.Image
import android.view.HapticFeedbackConstants
import android.view.Surface
import android.view.TextureView
import android.view.View
import example.handfast.core.Camera
import example.handfast.core.Screen
import example.handfast.core.Wanted
import example.handfast.core.Way

/** The camera, and the ways around it: paste, a picture, a file. */
class ScanScreenView(home: MainActivity) : ScreenView<Screen.Scan>(home), TextureView.SurfaceTextureListener {
    private val wanted = home.heading()
    private val hint = home.status()
    private val preview = TextureView(home).apply {
        contentDescription = home.getString(R.string.camera_description)
        surfaceTextureListener = this@ScanScreenView
    }
    private var light = false
    private val torch = home.button(home.getString(R.string.torch)) {
        light = !light
        scanner?.torch(light)
    }
    private val settings = home.button(home.getString(R.string.way_app_settings)) {
        home.go(Way.APP_SETTINGS)
    }
    private var scanner: FrameScanner? = null
    private var allowed = false
    override val awake = true
    override val root = home.column(
        wanted,
        preview,
        hint,
        torch,
        settings,
        home.button(home.getString(R.string.paste)) { home.paste() },
        home.button(home.getString(R.string.pick_picture)) { home.pick() },
        home.button(home.getString(R.string.stop)) { home.back() },
    ).apply {
        preview.layoutParams = stretched(vertical = true)
        setPadding(home.dp(16), home.dp(16), home.dp(16), home.dp(16))
    }

    override fun show(screen: Screen.Scan) {
        wanted.text = home.getString(
            when (screen.wanted) {
                Wanted.INVITATION -> R.string.scan_invitation
                Wanted.REPLY -> R.string.scan_reply
            },
        )
        hint.showOrHide(screen.hint?.let(home::say))
        val usable = screen.camera == Camera.ASKING || screen.camera == Camera.RUNNING
        preview.visibility = if (usable) View.VISIBLE else View.GONE
        settings.visibility = if (screen.camera == Camera.DENIED) View.VISIBLE else View.GONE
        torch.visibility = if (usable && scanner?.hasTorch == true) View.VISIBLE else View.GONE
    }

    /** The permission is there: the camera may begin. */
    fun begin() {
        allowed = true
        preview.surfaceTexture?.let(::open)
    }

    private fun open(surface: SurfaceTexture) {
        if (!allowed || scanner != null) return
        val opened = FrameScanner(home, ::look) { home.app.camera(Camera.MISSING) }
        scanner = opened
        val there = runCatching { opened.open(surface) }.getOrDefault(false)
        home.app.camera(if (there) Camera.RUNNING else Camera.MISSING)
        fit()
    }

    /** On the camera's thread. The first plane of a frame is its luminance, in a direct buffer. */
    private fun look(image: Image): Boolean {
        val luma = image.planes[0]
        val found = home.app.frame(luma.buffer, luma.rowStride, image.width, image.height)
        if (found) root.post { root.performHapticFeedback(HapticFeedbackConstants.CONTEXT_CLICK) }
        return found
    }

    /** A preview comes lying on its side and stretched to the view; this makes it upright again. */
    private fun fit() {
        val size = scanner?.size ?: return
        val (width, height) = preview.width.toFloat() to preview.height.toFloat()
        if (width == 0f || height == 0f) return
        val turn = when (home.display?.rotation) {
            Surface.ROTATION_90 -> 270f
            Surface.ROTATION_180 -> 180f
            Surface.ROTATION_270 -> 90f
            else -> 0f
        }
        val upright = turn % 180 == 0f
        val (seenWidth, seenHeight) = if (upright) size.height to size.width else size.width to size.height
        val scale = maxOf(width / seenWidth, height / seenHeight)
        val shown = RectF(0f, 0f, seenWidth * scale, seenHeight * scale)
        shown.offset((width - shown.width()) / 2, (height - shown.height()) / 2)
        preview.setTransform(
            Matrix().apply {
                setRectToRect(RectF(0f, 0f, width, height), shown, Matrix.ScaleToFit.FILL)
                postRotate(turn, width / 2, height / 2)
            },
        )
    }

    override fun gone() {
        scanner?.close()
        scanner = null
    }

    override fun onSurfaceTextureAvailable(surface: SurfaceTexture, width: Int, height: Int) = open(surface)

    override fun onSurfaceTextureSizeChanged(surface: SurfaceTexture, width: Int, height: Int) = fit()

    override fun onSurfaceTextureDestroyed(surface: SurfaceTexture): Boolean {
        gone()
        return true
    }

    override fun onSurfaceTextureUpdated(surface: SurfaceTexture) = Unit
}
