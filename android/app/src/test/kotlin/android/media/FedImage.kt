package android.media

import android.hardware.HardwareBuffer
import java.nio.ByteBuffer

/** A frame of [luma] that a test made. It is in this package because an image has a method that only it sees. */
class FedImage(private val width: Int, private val height: Int, private val luma: ByteBuffer) : Image() {
    init {
        mIsImageValid = true
    }

    override fun getFormat() = android.graphics.ImageFormat.YUV_420_888

    override fun getWidth() = width

    override fun getHeight() = height

    override fun getTimestamp() = System.nanoTime()

    override fun getTransform() = 0

    override fun getScalingMode() = 0

    override fun getPlaneCount() = 1

    override fun getHardwareBuffer(): HardwareBuffer? = null

    override fun getNativeContext() = 0L

    override fun close() = Unit

    override fun getPlanes(): Array<Plane> = arrayOf(
        object : Plane() {
            override fun getRowStride() = width

            override fun getPixelStride() = 1

            override fun getBuffer() = luma
        },
    )
}
