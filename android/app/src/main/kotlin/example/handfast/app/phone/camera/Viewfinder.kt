package example.handfast.app.phone.camera

import android.graphics.Matrix
import android.graphics.RectF
import android.graphics.SurfaceTexture
import android.view.Surface
import android.view.TextureView
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.rememberUpdatedState
import androidx.compose.ui.Modifier
import androidx.compose.ui.viewinterop.AndroidView
import androidx.lifecycle.compose.LifecycleStartEffect
import example.handfast.core.phone.Viewport

/** What [driver] sees, while this is drawn and its activity is visible. */
@Composable
fun Viewfinder(driver: CameraDriver, torch: Boolean, modifier: Modifier) {
    val lit by rememberUpdatedState(torch)
    LifecycleStartEffect(driver) {
        driver.shown(true)
        // Out of sight, its light went out.
        driver.torch(lit)
        onStopOrDispose { driver.shown(false) }
    }
    LaunchedEffect(driver, torch) { driver.torch(torch) }
    DisposableEffect(driver) { onDispose { driver.traitsKnown = {} } }
    AndroidView(
        factory = { context ->
            Preview(TextureView(context), driver).view
        },
        modifier = modifier,
    )
}

/** A view that the camera draws on, upright and not stretched. */
private class Preview(val view: TextureView, private val driver: CameraDriver) : TextureView.SurfaceTextureListener {
    private var traits: CameraTraits? = null

    /** How the display was turned then. */
    private var fitted: Int? = null

    init {
        view.surfaceTextureListener = this
        view.addOnLayoutChangeListener { _, _, _, _, _, _, _, _, _ -> fit() }
        driver.traitsKnown = {
            traits = it
            fit()
        }
    }

    private fun fit() {
        val traits = traits ?: return
        fitted = view.display?.rotation
        val display = when (fitted) {
            Surface.ROTATION_90 -> 90
            Surface.ROTATION_180 -> 180
            Surface.ROTATION_270 -> 270
            else -> 0
        }
        val seen = Viewport.fitting(view.width, view.height, traits.width, traits.height, traits.sensor, display) ?: return
        val (middleX, middleY) = view.width / 2f to view.height / 2f
        val drawn = RectF(0f, 0f, seen.width, seen.height).apply { offset(middleX - centerX(), middleY - centerY()) }
        view.setTransform(
            Matrix().apply {
                setRectToRect(RectF(0f, 0f, view.width.toFloat(), view.height.toFloat()), drawn, Matrix.ScaleToFit.FILL)
                postRotate(seen.degrees.toFloat(), middleX, middleY)
            },
        )
    }

    override fun onSurfaceTextureAvailable(surface: SurfaceTexture, width: Int, height: Int) {
        driver.drawOn(surface)
        fit()
    }

    override fun onSurfaceTextureSizeChanged(surface: SurfaceTexture, width: Int, height: Int) = fit()

    override fun onSurfaceTextureDestroyed(surface: SurfaceTexture): Boolean {
        driver.drawNoMore(surface)
        // The camera may still draw on it; whoever closes that releases it.
        return false
    }

    /** A phone that is turned by half a turn is laid out no other way. */
    override fun onSurfaceTextureUpdated(surface: SurfaceTexture) {
        if (view.display?.rotation != fitted) fit()
    }
}
