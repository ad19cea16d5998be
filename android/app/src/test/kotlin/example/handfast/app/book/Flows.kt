package example.handfast.app.book

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.graphics.Canvas
import android.graphics.Color
import android.graphics.Paint
import android.graphics.Rect
import java.io.File

/** What people do one after the other, as pages of the book. */
private val flows = mapOf(
    "meet" to listOf("welcome", "home-empty", "code", "scan", "confirm", "conversation"),
    "meet-far" to listOf("home", "code-sent", "confirm-asked", "question", "reply", "conversation"),
    "again" to listOf("home", "apart", "apart-waits", "conversation", "person-here"),
    "answers" to listOf("conversation-answers", "conversation-reply", "conversation-edit"),
    "new-phone" to listOf("moving", "moved-out", "moving-in", "moving-in-found"),
    "compare" to listOf("conversation-decisions", "compare", "person"),
    "ask" to listOf("ask-them", "conversation-asks"),
    "locked-message" to listOf("lock-message", "conversation-locked", "locked-message", "opened-message"),
    "locked-file" to listOf("lock", "sealed", "locked-file", "opened"),
    "no-network" to listOf("connecting-trouble", "help-hotspot", "code"),
    "screens" to listOf("home", "code", "conversation"),
)

/** Puts the pages of each flow side by side, out of the pictures in [book], for the documents. */
internal fun drawFlows(book: File, documents: File) {
    documents.mkdirs()
    for ((name, pages) in flows) {
        val pictures = pages.map { BitmapFactory.decodeFile(File(book, "$it-${Variant.USUAL.name}.png").path) ?: return }
        val (width, height) = WIDTH to WIDTH * pictures[0].height / pictures[0].width
        val strip = Bitmap.createBitmap(pictures.size * (width + GAP) + GAP, height + 2 * GAP, Bitmap.Config.ARGB_8888)
        val canvas = Canvas(strip).apply { drawColor(Color.rgb(0xC8, 0xD0, 0xCC)) }
        val smooth = Paint(Paint.FILTER_BITMAP_FLAG)
        pictures.forEachIndexed { at, picture ->
            val start = GAP + at * (width + GAP)
            canvas.drawBitmap(picture, null, Rect(start, GAP, start + width, GAP + height), smooth)
        }
        File(documents, "$name.png").outputStream().use { strip.compress(Bitmap.CompressFormat.PNG, 100, it) }
    }
}

/** In pixels. */
private const val WIDTH = 270
private const val GAP = 12
