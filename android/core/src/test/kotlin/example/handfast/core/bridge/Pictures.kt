package example.handfast.core.bridge

import example.handfast.bindings.draw
import java.awt.image.BufferedImage
import java.io.ByteArrayOutputStream
import java.nio.ByteBuffer
import javax.imageio.ImageIO

/** A camera's luminance plane: rows of [stride] bytes in a direct buffer. */
class Frame(val luma: ByteBuffer, val stride: Int, val width: Int, val height: Int)

/**
 * The symbol of a text as a camera sees it from straight ahead. [before] bytes of something else
 * stand in front of the first pixel, and the buffer's position is behind them.
 */
fun frame(text: String, width: Int = 640, height: Int = 480, padding: Int = 32, before: Int = 0): Frame {
    val symbol = draw(text)
    val side = symbol.width.toInt()
    val scale = minOf(width, height) / (side + 8)
    val left = (width - side * scale) / 2
    val top = (height - side * scale) / 2
    val stride = width + padding
    val luma = ByteBuffer.allocateDirect(before + stride * height)
    repeat(before) { luma.put(77) }
    for (y in 0 until height) {
        for (x in 0 until stride) {
            val column = Math.floorDiv(x - left, scale)
            val row = Math.floorDiv(y - top, scale)
            val inside = x < width && column in 0 until side && row in 0 until side
            val dark = inside && symbol.modules[row * side + column] == 1.toByte()
            luma.put(if (dark) 20 else 220.toByte())
        }
    }
    luma.position(before)
    return Frame(luma, stride, width, height)
}

/** A PNG of this size; [draw] paints on it. */
fun png(width: Int, height: Int, draw: (BufferedImage) -> Unit = {}): ByteArray {
    val image = BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY)
    image.createGraphics().run {
        color = java.awt.Color.WHITE
        fillRect(0, 0, width, height)
        dispose()
    }
    draw(image)
    val out = ByteArrayOutputStream()
    ImageIO.write(image, "png", out)
    return out.toByteArray()
}

/** Another picture in this one, as large as given; in the middle, or so far from the left. */
fun BufferedImage.paste(png: ByteArray, side: Int, left: Int = (width - side) / 2) {
    val small = ImageIO.read(png.inputStream())
    createGraphics().run {
        drawImage(small, left, (height - side) / 2, side, side, null)
        dispose()
    }
}
