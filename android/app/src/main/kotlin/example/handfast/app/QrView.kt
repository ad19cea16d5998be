package example.handfast.app

import android.content.Context
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Paint
import android.view.View
import example.handfast.core.Symbol

/** A QR code as large as its place allows, black on white in every theme, with its quiet zone. */
class QrView(context: Context) : View(context) {
    private val ink = Paint().apply { color = Color.BLACK }

    var symbol: Symbol? = null
        set(value) {
            field = value
            invalidate()
        }

    override fun onMeasure(widthSpec: Int, heightSpec: Int) {
        val width = MeasureSpec.getSize(widthSpec)
        val height = when (MeasureSpec.getMode(heightSpec)) {
            MeasureSpec.UNSPECIFIED -> width
            else -> MeasureSpec.getSize(heightSpec)
        }
        val side = minOf(width, height)
        setMeasuredDimension(side, side)
    }

    override fun onDraw(canvas: Canvas) {
        canvas.drawColor(Color.WHITE)
        val symbol = symbol ?: return
        // Whole pixels a module: a camera reads sharp edges best.
        val module = width / (symbol.width + 2 * QUIET_ZONE)
        val margin = (width - module * symbol.width) / 2
        for (y in 0 until symbol.width) {
            for (x in 0 until symbol.width) {
                if (!symbol.isDark(x, y)) continue
                val left = (margin + x * module).toFloat()
                val top = (margin + y * module).toFloat()
                canvas.drawRect(left, top, left + module, top + module, ink)
            }
        }
    }

    private companion object {
        const val QUIET_ZONE = 4
    }
}
