package example.handfast.app

import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.SemanticsNodeInteraction
import androidx.compose.ui.test.hasAnyAncestor
import androidx.compose.ui.test.hasContentDescription
import androidx.compose.ui.test.hasScrollAction
import androidx.compose.ui.test.hasScrollToNodeAction
import androidx.compose.ui.test.hasText
import androidx.compose.ui.test.junit4.ComposeTestRule
import androidx.compose.ui.test.onFirst
import androidx.compose.ui.test.performScrollTo
import androidx.compose.ui.test.performScrollToIndex
import androidx.compose.ui.test.performScrollToNode

/** What a person reads, or hears read. */
fun says(words: String) = hasText(words) or hasContentDescription(words)

fun ComposeTestRule.isThere(wanted: SemanticsMatcher) = onAllNodes(wanted).fetchSemanticsNodes().isNotEmpty()

/**
 * Whether it is there, once every list that goes on out of sight was looked through: what lies further down in one is
 * not drawn, and how far down depends on display and letters.
 */
fun ComposeTestRule.finds(wanted: SemanticsMatcher): Boolean {
    if (isThere(wanted)) return true
    val lists = onAllNodes(hasScrollToNodeAction() and goesOn)
    return lists.fetchSemanticsNodes().indices.any { at ->
        try {
            lists[at].performScrollToNode(wanted)
            true
        } catch (_: AssertionError) {
            // It has no such thing, or has gone meanwhile.
            runCatching { lists[at].performScrollToIndex(0) }
            false
        }
    }
}

/**
 * Does something to the first of what [finds] has found, in sight; whether it was done, as it may have gone
 * meanwhile.
 */
fun ComposeTestRule.reaches(wanted: SemanticsMatcher, deed: SemanticsNodeInteraction.() -> Unit): Boolean = try {
    val one = onAllNodes(wanted).onFirst()
    if (isThere(wanted and hasAnyAncestor(hasScrollAction()))) one.performScrollTo()
    one.deed()
    true
} catch (_: AssertionError) {
    false
}

private val goesOn = SemanticsMatcher("goes on out of sight") {
    it.config.getOrNull(SemanticsProperties.VerticalScrollAxisRange)?.run { maxValue() > 0f } == true
}
