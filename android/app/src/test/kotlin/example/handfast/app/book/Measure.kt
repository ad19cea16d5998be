package example.handfast.app.book

import android.graphics.Bitmap
import androidx.compose.ui.geometry.Rect
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.text.TextLayoutResult
import kotlin.math.max
import kotlin.math.min
import kotlin.math.pow
import kotlin.math.roundToInt

/** What is wrong with a screen for those who see little, hear it read, or have large fingers. */
internal class Measure(
    private val page: Page,
    private val variant: Variant,
    private val root: SemanticsNode,
    private val merged: SemanticsNode,
    private val picture: Bitmap,
) {
    private val display = Rect(0f, 0f, picture.width.toFloat(), picture.height.toFloat())

    fun faults(): List<String> = buildList {
        val all = root.below()
        for (node in all) {
            node.layout()?.let { text ->
                if (text.isCut()) add("cut off: ${node.words()}")
                else if (node.isSeen() && node.isCut()) add("out of sight: ${node.words()}")
            }
            if (node.isSeen() && node.isWhole()) contrast(node)?.let { add(it) }
        }
        addAll(overlaps(all.filter { it.isSeen() && it.isLeaf() }))
        for (node in merged.below()) {
            if (SemanticsActions.OnClick !in node.config || node.isLink() || !node.isSeen()) continue
            if (node.words().isBlank()) add("no name: ${node.config.getOrNull(SemanticsProperties.Role)} ${node.boundsInRoot}")
            if (node.isWhole()) {
                val touch = node.touchBoundsInRoot
                val least = 48 * variant.density - 1
                if (touch.width < least || touch.height < least) add("small to touch: ${node.words()}")
            }
        }
        for ((one, next) in reached(merged).zipWithNext()) {
            if (next.isSeen() && one.isSeen() && next.liesBefore(one)) add("out of order: ${one.words()} / ${next.words()}")
        }
        if (page.isLive && all.none { SemanticsProperties.LiveRegion in it.config }) add("changes, and nobody is told")
    }

    /** What a keyboard and a screen reader come to, in their order. */
    private fun reached(root: SemanticsNode) =
        root.inOrder().filter { SemanticsActions.OnClick in it.config || SemanticsActions.SetText in it.config }

    /** Whether a person reads it before the [other]: it ends above where that begins, or before it on the same line. */
    private fun SemanticsNode.liesBefore(other: SemanticsNode): Boolean {
        val (mine, theirs) = boundsInRoot to other.boundsInRoot
        // Two columns are read one after the other.
        val isBeside = mine.right <= theirs.left || theirs.right <= mine.left
        if (mine.bottom <= theirs.top + 1) return !isBeside
        val isOnOneLine = mine.top < theirs.bottom && theirs.top < mine.bottom
        return isOnOneLine && if (variant.isRightToLeft) mine.left >= theirs.right - 1 else mine.right <= theirs.left + 1
    }

    /** Whether letters are missing, or a word is broken because it is wider than its place; a rounded pixel is none. */
    private fun TextLayoutResult.isCut() = (0 until lineCount).any(::isLineEllipsized) ||
        multiParagraph.didExceedMaxLines || multiParagraph.height > size.height + 2 ||
        (hasOnlyWords() && multiParagraph.intrinsics.minIntrinsicWidth > size.width + 2)

    /** An address or a name of a file may be broken anywhere. */
    private fun TextLayoutResult.hasOnlyWords() = layoutInput.text.text.split(' ', '\n').all { it.length <= LONGEST_WORD }

    /** Whether some of it lies within the display. */
    private fun SemanticsNode.isSeen() = boundsInRoot.let { it.width > 1 && it.height > 1 && it.overlaps(display) }

    /** Whether some of it is clipped away, by something that does not scroll. */
    private fun SemanticsNode.isCut() = !isWhole() && generateSequence(parent) { it.parent }.none { it.scrolls() }

    private fun SemanticsNode.isWhole() =
        boundsInRoot.let { it.width >= size.width - 1.5f && it.height >= size.height - 1.5f } && display.contains(boundsInRoot)

    private fun Rect.contains(other: Rect) =
        other.left >= left && other.top >= top && other.right <= right && other.bottom <= bottom

    /** Words within a text that lead somewhere: the text names them, and they are as large as it is. */
    private fun SemanticsNode.isLink() = config.any { it.key.name == "LinkTestMarker" }

    private fun SemanticsNode.scrolls() = SemanticsProperties.VerticalScrollAxisRange in config ||
        SemanticsProperties.HorizontalScrollAxisRange in config || SemanticsActions.ScrollBy in config

    private fun SemanticsNode.isLeaf() = children.isEmpty() && words().isNotEmpty()

    private fun overlaps(leaves: List<SemanticsNode>): List<String> = buildList {
        for ((at, one) in leaves.withIndex()) for (other in leaves.drop(at + 1)) {
            val both = one.boundsInRoot.intersect(other.boundsInRoot)
            if (both.width > 2 && both.height > 2 && !isOver(one, other)) add("overlap: ${one.words()} / ${other.words()}")
        }
    }

    /** The light lies over what the camera sees. */
    private fun isOver(one: SemanticsNode, other: SemanticsNode) =
        listOf(one, other).any { it.boundsInRoot.width > 200 * variant.density && it.layout() == null && !it.hasRole(Role.Image) }

    private fun SemanticsNode.hasRole(role: Role) = config.getOrNull(SemanticsProperties.Role) == role

    /** The color of most of its background against the color that stands out most. */
    private fun contrast(node: SemanticsNode): String? {
        val text = node.layout()
        val isIcon = text == null && node.isLeaf() && node.size.width <= 64 * variant.density
        if (text == null && !isIcon) return null
        // A coloured symbol brings its own outline.
        if (text != null && text.layoutInput.text.text.none(Char::isLetterOrDigit)) return null
        if (generateSequence(node) { it.parent }.any { SemanticsProperties.Disabled in it.config }) return null
        val box = node.boundsInRoot.intersect(display)
        if (box.width < 4 || box.height < 4) return null
        val counts = HashMap<Int, Int>()
        for (y in box.top.toInt() until box.bottom.toInt()) for (x in box.left.toInt() until box.right.toInt()) {
            counts.merge(picture.getPixel(x, y), 1, Int::plus)
        }
        val ground = counts.maxBy { it.value }.key
        val ratio = counts.keys.maxOf { ratio(ground, it) }
        val isLarge = text != null && text.layoutInput.style.fontSize.value * variant.scale / 100 >= 18
        val least = if (isIcon || isLarge) 3.0 else 4.5
        return if (ratio < least) "pale: ${node.words()} (${(ratio * 10).roundToInt() / 10.0})" else null
    }

    private fun ratio(one: Int, other: Int): Double {
        val (a, b) = light(one) to light(other)
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    private fun light(color: Int): Double {
        fun part(shift: Int): Double {
            val value = (color shr shift and 255) / 255.0
            return if (value <= 0.04045) value / 12.92 else ((value + 0.055) / 1.055).pow(2.4)
        }
        return 0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
    }
}

/** In letters, with the marks of the pseudo language. */
private const val LONGEST_WORD = 24

internal fun SemanticsNode.below(): List<SemanticsNode> = children.flatMap { listOf(it) + it.below() }

private fun SemanticsNode.layout(): TextLayoutResult? {
    val results = mutableListOf<TextLayoutResult>()
    config.getOrNull(SemanticsActions.GetTextLayoutResult)?.action?.invoke(results)
    return results.firstOrNull()
}

/** What a screen reader says of it. */
internal fun SemanticsNode.words(): String = listOfNotNull(
    config.getOrNull(SemanticsProperties.ContentDescription)?.joinToString(" "),
    config.getOrNull(SemanticsProperties.Text)?.joinToString(" ") { it.text },
    config.getOrNull(SemanticsProperties.EditableText)?.text,
).joinToString(" ").trim()

/** The same in the order in which it is read: what a list that grows from its end has, it has from its end on. */
internal fun SemanticsNode.inOrder(): List<SemanticsNode> {
    val isReversed = config.getOrNull(SemanticsProperties.VerticalScrollAxisRange)?.reverseScrolling == true
    return (if (isReversed) children.sortedBy { it.positionInRoot.y } else children).flatMap { listOf(it) + it.inOrder() }
}

/** What a screen is made of, a line for each thing that a reader reaches: its box in dp, what it is, what it says. */
internal fun fingerprint(root: SemanticsNode, density: Float): String = buildString {
    for (node in root.inOrder()) {
        val words = node.words()
        val signs = listOfNotNull(
            node.config.getOrNull(SemanticsProperties.Role)?.toString(),
            "heading".takeIf { SemanticsProperties.Heading in node.config },
            "live".takeIf { SemanticsProperties.LiveRegion in node.config },
            "disabled".takeIf { SemanticsProperties.Disabled in node.config },
            "click".takeIf { SemanticsActions.OnClick in node.config },
            "text field".takeIf { SemanticsActions.SetText in node.config },
        )
        if (words.isEmpty() && signs.isEmpty()) continue
        val box = with(node) {
            listOf(positionInRoot.x, positionInRoot.y, size.width.toFloat(), size.height.toFloat())
                .joinToString(",") { (it / density).roundToInt().toString() }
        }
        appendLine("$box ${signs.joinToString("+")} $words".trim())
    }
}
