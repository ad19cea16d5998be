package example.handfast.app.ui.parts

import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.SolidColor
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.StrokeJoin
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.graphics.vector.addPathNodes
import androidx.compose.ui.unit.dp

/** Our icons: 24 dp, lines of one weight with round ends. Whoever shows one gives it words. */
object Icons {
    val Code = line("M5 4h4a1 1 0 0 1 1 1v4a1 1 0 0 1-1 1h-4a1 1 0 0 1-1-1v-4a1 1 0 0 1 1-1z M15 4h4a1 1 0 0 1 1 1v4a1 1 0 0 1-1 1h-4a1 1 0 0 1-1-1v-4a1 1 0 0 1 1-1z M5 14h4a1 1 0 0 1 1 1v4a1 1 0 0 1-1 1h-4a1 1 0 0 1-1-1v-4a1 1 0 0 1 1-1z M15 15h.01 M19.5 14.5h.01 M19.5 19.5h.01")
    val Scan = line("M4 8v-2a2 2 0 0 1 2-2h2 M16 4h2a2 2 0 0 1 2 2v2 M20 16v2a2 2 0 0 1-2 2h-2 M8 20h-2a2 2 0 0 1-2-2v-2 M7 12h10")
    val Link = line("M9.5 8h-2.5a4 4 0 0 0 0 8h2.5 M14.5 8h2.5a4 4 0 0 1 0 8h-2.5 M8.5 12h7")
    val Picture = line("M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1h-14a1 1 0 0 1-1-1v-14a1 1 0 0 1 1-1z M4 17l5-5 4 4 3-3 4 4 M15.5 8.5h.01")
    val Search = line("M10.5 5a5.5 5.5 0 1 0 .01 0z M14.5 14.5l5 5")
    val Question = line("M8.5 8.5a3.5 3.5 0 1 1 5.2 3.1c-1.2.7-1.7 1.3-1.7 2.6 M12 18.2h.01")
    val Close = line("M6 6l12 12 M18 6l-12 12")
    val Back = line("M20 12h-16 M10 6l-6 6 6 6", mirrored = true)
    val Next = line("M9 6l6 6-6 6", mirrored = true)
    val Down = line("M6 9l6 6 6-6")
    val Up = line("M6 15l6-6 6 6")
    val More = line("M12 5.5h.01 M12 12h.01 M12 18.5h.01", weight = 3.4f)
    val Plus = line("M12 5v14 M5 12h14")
    val Send = filled("M4 5.2l16.5 6.8-16.5 6.8v-5.3l8-1.5-8-1.5z", mirrored = true)
    val Shield = line("M12 3l7 2.5v5.5c0 5-3 8-7 10-4-2-7-5-7-10v-5.5z M9 11.8l2.2 2.2 4-4")
    val Clock = line("M12 4a8 8 0 1 0 .01 0z M12 8v4.2l3 1.8")
    val Person = line("M12 4.5a3.7 3.7 0 1 0 .01 0z M5 20c0-4 3-6 7-6s7 2 7 6")
    val File = line("M7 3h7l4 4v13a1 1 0 0 1-1 1h-10a1 1 0 0 1-1-1v-16a1 1 0 0 1 1-1z M9.5 12h5 M9.5 16h5")
    val Lock = line("M7 11h10a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-10a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1z M8.5 11v-3a3.5 3.5 0 0 1 7 0v3")
    val Unlocked = line("M7 11h10a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-10a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1z M8.5 11v-4a3.5 3.5 0 0 1 6.7-1.4")
    val Eye = line("M2.5 12c2.5-4.5 6-6.5 9.5-6.5s7 2 9.5 6.5c-2.5 4.5-6 6.5-9.5 6.5s-7-2-9.5-6.5z M12 9.5a2.5 2.5 0 1 0 .01 0z")
    val Wifi = line("M3 9c5-4.5 13-4.5 18 0 M6 12.5c3.5-3 8.5-3 12 0 M9 16c1.8-1.4 4.2-1.4 6 0 M12 19.5h.01")
    val Hotspot = line("M12 13h.01 M8.7 16.2a4.6 4.6 0 1 1 6.6 0 M5.8 19a8.7 8.7 0 1 1 12.4 0")
    val Camera = line("M4 8h3.5l1.5-2.5h6l1.5 2.5h3.5v11h-16z M12 10.2a3 3 0 1 0 .01 0z")
    val Light = line("M13 3l-7 11h5l-1 7 7-11h-5z")
    val Paste = line("M9 4h6v3h-6z M9 5.5h-2a1 1 0 0 0-1 1v13a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1v-13a1 1 0 0 0-1-1h-2")
    val Copy = line("M10 9h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1z M5 15a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1h9a1 1 0 0 1 1 1")
    val Reply = line("M9 8l-5 4.5 5 4.5 M4 12.5h10a6 6 0 0 1 6 6", mirrored = true)
    val Edit = line("M5 19l1-4.5 9.5-9.5 3.5 3.5-9.5 9.5z M13.5 7l3.5 3.5")
    val Phone = line("M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1h-8a1 1 0 0 1-1-1v-16a1 1 0 0 1 1-1z M11 18h2")
    val Block = line("M12 4a8 8 0 1 0 .01 0z M6.5 6.5l11 11")
    val Share = line("M12 15v-11 M8 7.5l4-3.5 4 3.5 M5 12v7a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1v-7")
    val Save = line("M12 4v11 M8 11.5l4 3.5 4-3.5 M5 19.5h14")
    val Check = line("M5 12.5l4.5 4.5 9.5-10")
    val Checks = line("M2 13l4 4 8-9 M11.5 16.5l.5.5 9-9")
    val Settings = line("M4 7h8 M16.5 7h3.5 M14.2 4.8a2.2 2.2 0 1 0 .01 0z M4 17h3.5 M12 17h8 M9.8 14.8a2.2 2.2 0 1 0 .01 0z")
    val Info = line("M12 4a8 8 0 1 0 .01 0z M12 11.5v4.5 M12 8.2h.01")
    val Alert = line("M12 4l9 16h-18z M12 10v4.5 M12 17.3h.01")
    val World = line("M12 4a8 8 0 1 0 .01 0z M4 12h16 M12 4c-4.5 5-4.5 11 0 16 M12 4c4.5 5 4.5 11 0 16")
    val Leave = line("M10 4h-4a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h4 M15 8l4 4-4 4 M19 12h-9", mirrored = true)
    val Compare = line("M5 5h6v6h-6z M16.5 5a3 3 0 1 0 .01 0z M4.5 19.5l3.5-6 3.5 6z M14 14l5 5 M19 14l-5 5")
    val Talk = line("M5 5h14a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-8l-4 4v-4h-2a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1z M8 9.5h8 M8 12.5h5")
    val Later = line("M12 4a8 8 0 1 0 .01 0z M9.5 9v6 M14.5 9v6")

    /** The arcs of two hands that meet. */
    val Mark = ImageVector.Builder("mark", 28.dp, 28.dp, 60f, 60f).apply {
        for (arc in listOf("M4 42C4 16 28 10 38 30", "M56 18C56 44 32 50 22 30")) {
            addPath(
                addPathNodes(arc),
                stroke = SolidColor(Color.Black),
                strokeLineWidth = 7f,
                strokeLineCap = StrokeCap.Round,
            )
        }
    }.build()

    private fun line(path: String, mirrored: Boolean = false, weight: Float = 2f) = icon(mirrored) {
        addPath(
            addPathNodes(path),
            stroke = SolidColor(Color.Black),
            strokeLineWidth = weight,
            strokeLineCap = StrokeCap.Round,
            strokeLineJoin = StrokeJoin.Round,
        )
    }

    private fun filled(path: String, mirrored: Boolean) = icon(mirrored) {
        addPath(addPathNodes(path), fill = SolidColor(Color.Black))
    }

    private fun icon(mirrored: Boolean, draw: ImageVector.Builder.() -> Unit) =
        ImageVector.Builder("icon", 24.dp, 24.dp, 24f, 24f, autoMirror = mirrored).apply(draw).build()
}
