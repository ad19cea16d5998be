package example.handfast.core.phone

import kotlin.math.max

/**
 * How the camera's picture lies in its view, upright and filling it without being stretched: drawn into the
 * middle of the view, [width] by [height], then turned by [degrees] about that middle.
 */
data class Viewport(val width: Float, val height: Float, val degrees: Int) {
    companion object {
        /**
         * @param width of the view, as [height] in pixels
         * @param frameWidth of the frames as the camera gives them, as [frameHeight]
         * @param sensor by how many degrees the camera is built in, turned clockwise: 0, 90, 180 or 270
         * @param display by how many degrees the display is turned away from its natural way: the same
         */
        fun fitting(width: Int, height: Int, frameWidth: Int, frameHeight: Int, sensor: Int, display: Int): Viewport? {
            if (width <= 0 || height <= 0 || frameWidth <= 0 || frameHeight <= 0) return null
            // The system turns the frames so that they are upright in the phone's natural way, and stretches
            // them over the view.
            val isUpright = sensor % 180 == 0
            val naturalWidth = (if (isUpright) frameWidth else frameHeight).toFloat()
            val naturalHeight = (if (isUpright) frameHeight else frameWidth).toFloat()
            val isTurned = display % 180 != 0
            val shownWidth = if (isTurned) naturalHeight else naturalWidth
            val shownHeight = if (isTurned) naturalWidth else naturalHeight
            val scale = max(width / shownWidth, height / shownHeight)
            return Viewport(naturalWidth * scale, naturalHeight * scale, (360 - display) % 360)
        }
    }
}
