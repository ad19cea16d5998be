package example.handfast.app.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.RowScope
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.WindowInsetsSides
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.imePadding
import androidx.compose.foundation.layout.only
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawing
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.layout.windowInsetsPadding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.AssistChip
import androidx.compose.material3.Button
import androidx.compose.material3.ButtonDefaults
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.FilledTonalButton
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextButton
import androidx.compose.material3.contentColorFor
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.drawBehind
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.TextStyle
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.Dp
import androidx.compose.ui.unit.LayoutDirection
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.theme.peopleColors
import example.handfast.core.Presence

/** The space at the edges of a screen. */
val EDGE = 20.dp

/** What a screen keeps clear of at its top and sides; beneath, it scrolls under the bar of the system. */
val aboveAndBeside: WindowInsets
    @Composable get() = WindowInsets.safeDrawing.only(WindowInsetsSides.Top + WindowInsetsSides.Horizontal)

/** Text is no wider than people like to read. */
val READABLE = 560.dp

/** How a screen is left, and the icon that says so. */
enum class Leave(val icon: ImageVector, val words: Int) {
    BACK(Icons.Back, R.string.back),
    CLOSE(Icons.Close, R.string.close),
}

/** A screen without a bar, which scrolls where it must. */
@Composable
fun BarePage(
    vertical: Arrangement.Vertical = Arrangement.Top,
    horizontal: Alignment.Horizontal = Alignment.CenterHorizontally,
    content: @Composable ColumnScope.() -> Unit,
) = Column(
    Modifier
        .fillMaxSize()
        .windowInsetsPadding(WindowInsets.safeDrawing)
        .verticalScroll(rememberScrollState())
        .padding(EDGE),
    vertical,
    horizontal,
    content,
)

/** A screen of its own: a bar with its title if it has one, and what it says beneath, which scrolls where it must. */
@Composable
fun Page(
    title: String,
    leave: Leave,
    onLeave: () -> Unit,
    modifier: Modifier = Modifier,
    actions: @Composable RowScope.() -> Unit = {},
    content: @Composable ColumnScope.() -> Unit,
) {
    Column(modifier.fillMaxSize().windowInsetsPadding(aboveAndBeside)) {
        Bar(title, leave, onLeave, actions = actions)
        Column(
            Modifier
                .fillMaxWidth()
                .imePadding()
                .verticalScroll(rememberScrollState())
                .windowInsetsPadding(WindowInsets.safeDrawing)
                .padding(horizontal = EDGE)
                .padding(top = 8.dp, bottom = 24.dp),
            horizontalAlignment = Alignment.CenterHorizontally,
        ) {
            Column(
                Modifier.widthIn(max = READABLE).fillMaxWidth(),
                verticalArrangement = Arrangement.spacedBy(16.dp),
                content = content,
            )
        }
    }
}

/** The bar of a screen. A long title wraps. */
@Composable
fun Bar(
    title: String,
    leave: Leave,
    onLeave: () -> Unit,
    modifier: Modifier = Modifier,
    style: TextStyle = MaterialTheme.typography.titleLarge,
    actions: @Composable RowScope.() -> Unit = {},
) {
    Row(
        modifier.fillMaxWidth().heightIn(min = 64.dp).padding(horizontal = 4.dp, vertical = 4.dp),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        IconButton(onLeave) { Icon(leave.icon, stringResource(leave.words)) }
        Box(Modifier.weight(1f).padding(horizontal = 8.dp)) {
            if (title.isNotEmpty()) {
                Text(title, Modifier.semantics { heading() }, style = style)
            }
        }
        actions()
    }
}

/** The name of a part of a list. */
@Composable
fun Section(text: String, modifier: Modifier = Modifier) = Text(
    text,
    modifier.padding(start = 4.dp, top = 8.dp).semantics { heading() },
    style = MaterialTheme.typography.titleSmall,
    color = MaterialTheme.colorScheme.primary,
)

@Composable
fun Headline(text: String, modifier: Modifier = Modifier) =
    Text(text, modifier.semantics { heading() }, style = MaterialTheme.typography.headlineMedium)

@Composable
fun Body(
    text: String,
    modifier: Modifier = Modifier,
    style: TextStyle = MaterialTheme.typography.bodyLarge,
    align: TextAlign? = null,
) = Text(text, modifier, MaterialTheme.colorScheme.onSurfaceVariant, style = style, textAlign = align)

/** A sentence that changes by itself, so that a screen reader says it then. */
fun Modifier.live() = semantics { liveRegion = LiveRegionMode.Polite }

/** What is to be read before anything else, in words and with a sign. [isDone]: nothing waits there any more. */
@Composable
fun Hint(
    text: String,
    modifier: Modifier = Modifier,
    icon: ImageVector = Icons.Info,
    isBad: Boolean = false,
    isDone: Boolean = false,
    content: @Composable ColumnScope.() -> Unit = {},
) {
    val colors = MaterialTheme.colorScheme
    val color = when {
        isBad -> colors.errorContainer
        isDone -> colors.surfaceContainer
        else -> colors.tertiaryContainer
    }
    Surface(modifier.fillMaxWidth().live(), MaterialTheme.shapes.large, color, contentColorFor(color)) {
        Column(Modifier.padding(16.dp), Arrangement.spacedBy(12.dp)) {
            Row(horizontalArrangement = Arrangement.spacedBy(12.dp)) {
                if (!isLarge()) Icon(if (isBad) Icons.Alert else icon, null)
                Text(text, Modifier.weight(1f), style = MaterialTheme.typography.bodyMedium)
            }
            content()
        }
    }
}

/** Facts in one card, each with a sign. */
@Composable
fun Facts(facts: List<Pair<ImageVector, String>>, modifier: Modifier = Modifier) =
    Surface(modifier.fillMaxWidth(), MaterialTheme.shapes.large, color = MaterialTheme.colorScheme.surfaceContainer) {
        Column(Modifier.padding(20.dp), Arrangement.spacedBy(16.dp)) {
            for ((icon, text) in facts) {
                Row(horizontalArrangement = Arrangement.spacedBy(16.dp)) {
                    Icon(icon, null, tint = MaterialTheme.colorScheme.primary)
                    Text(text, Modifier.weight(1f), style = MaterialTheme.typography.bodyLarge)
                }
            }
        }
    }

/** A line that leads on, or opens something beneath, as its [sign] says; or does something. */
@Composable
fun Further(text: String, icon: ImageVector, sign: ImageVector? = null, onClick: () -> Unit) {
    Row(
        Modifier
            .fillMaxWidth()
            .clickable(role = Role.Button, onClick = onClick)
            .heightIn(min = 56.dp)
            .padding(horizontal = 16.dp, vertical = 8.dp),
        Arrangement.spacedBy(16.dp),
        Alignment.CenterVertically,
    ) {
        Icon(icon, null, tint = MaterialTheme.colorScheme.primary)
        Text(text, Modifier.weight(1f), style = MaterialTheme.typography.bodyLarge)
        if (sign != null) Icon(sign, null)
    }
}

/** The one thing to do next. */
@Composable
fun MainButton(
    text: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    icon: ImageVector? = null,
    enabled: Boolean = true,
) = Button(onClick, modifier.fillMaxWidth().heightIn(min = 56.dp), enabled) { Labelled(text, icon) }

/** What could be done as well, in the same place. */
@Composable
fun OtherButton(
    text: String,
    onClick: () -> Unit,
    modifier: Modifier = Modifier,
    icon: ImageVector? = null,
    enabled: Boolean = true,
) = FilledTonalButton(onClick, modifier.fillMaxWidth().heightIn(min = 56.dp), enabled) { Labelled(text, icon) }

@Composable
fun QuietButton(text: String, onClick: () -> Unit, modifier: Modifier = Modifier, icon: ImageVector? = null) =
    TextButton(onClick, modifier.heightIn(min = 48.dp)) { Labelled(text, icon, MaterialTheme.typography.labelLarge) }

@Composable
private fun RowScope.Labelled(
    text: String,
    icon: ImageVector?,
    style: TextStyle = MaterialTheme.typography.titleMedium,
) {
    if (icon != null && !isLarge()) {
        Icon(icon, null)
        Spacer(Modifier.size(ButtonDefaults.IconSpacing))
    }
    Text(text, Modifier.weight(1f, fill = false), textAlign = TextAlign.Center, style = style)
}

/** What else can be done, small and under a sentence. */
@Composable
fun Chip(text: String, icon: ImageVector, onClick: () -> Unit) = AssistChip(
    onClick,
    { Text(text, Modifier.padding(vertical = 8.dp), style = MaterialTheme.typography.labelLarge) },
    Modifier.heightIn(min = 48.dp),
    leadingIcon = { Icon(icon, null, Modifier.size(20.dp), tint = MaterialTheme.colorScheme.primary) },
)

/**
 * Somebody: an initial on a color of their own, and a dot where they are here, a ring where they are looked for. What
 * it shows stands beside it. [name]: empty of somebody who gave none.
 */
@Composable
fun Avatar(name: String, modifier: Modifier = Modifier, size: Dp = 48.dp, presence: Presence = Presence.AWAY) {
    Box(modifier.size(size).clearAndSetSemantics {}) {
        val color = peopleColors[Math.floorMod(name.hashCode(), peopleColors.size)]
        Box(Modifier.fillMaxSize().background(color, CircleShape), Alignment.Center) {
            val shown = name.trim()
            if (shown.isEmpty()) {
                Icon(Icons.Person, null, Modifier.size(size / 2), Color.White)
            } else {
                // As large as the circle wants it, whatever the size of text is.
                val style = MaterialTheme.typography.titleLarge
                val initial = shown.substring(0, shown.offsetByCodePoints(0, 1)).uppercase()
                Text(initial, color = Color.White, style = style.copy(fontSize = fixed(size * 0.42f), lineHeight = fixed(size * 0.6f)))
            }
        }
        if (presence != Presence.AWAY) {
            val surface = MaterialTheme.colorScheme.surface
            val dot = Modifier.align(Alignment.BottomEnd).size(14.dp).background(surface, CircleShape).padding(2.5.dp)
            Box(if (presence == Presence.HERE) dot.background(HERE, CircleShape) else dot.border(2.dp, MaterialTheme.colorScheme.tertiary, CircleShape))
        }
    }
}

private val HERE = Color(0xFF2E9E5B)

/** A ring of the time that is left of ten minutes or, beyond them, of a day; the words for it stand beside it. */
@Composable
fun TimeLeft(until: Long, size: Dp, color: Color, modifier: Modifier = Modifier) {
    val left = until - now(every = 5)
    val whole = if (left <= TEN_MINUTES) TEN_MINUTES else A_DAY
    CircularProgressIndicator(
        { left.toFloat().coerceIn(0f, whole) / whole },
        modifier.size(size).clearAndSetSemantics {},
        color,
        strokeWidth = size / 14 + 1.5.dp,
        trackColor = MaterialTheme.colorScheme.outlineVariant,
    )
}

/** In seconds. */
private const val TEN_MINUTES = 600f
private const val A_DAY = 86_400f

/** What somebody said before, in short, with a bar at its side. */
@Composable
fun Quoted(text: String, modifier: Modifier = Modifier) {
    val bar = MaterialTheme.colorScheme.primary
    Text(
        if (text.length <= MOST_QUOTED) text else text.take(MOST_QUOTED).trimEnd() + "…",
        modifier
            .drawBehind {
                val start = if (layoutDirection == LayoutDirection.Ltr) 0f else size.width - 3.dp.toPx()
                drawRect(bar, Offset(start, 0f), Size(3.dp.toPx(), size.height))
            }
            .padding(start = 10.dp),
        style = MaterialTheme.typography.bodySmall,
    )
}

/** In characters. */
private const val MOST_QUOTED = 140

/** Asks once more before something that cannot be taken back. */
@Composable
fun Ask(title: String, text: String, yes: String, no: String, onYes: () -> Unit, onNo: () -> Unit) = AlertDialog(
    onDismissRequest = onNo,
    title = { Text(title) },
    text = { Text(text) },
    confirmButton = { QuietButton(yes, onYes) },
    dismissButton = { QuietButton(no, onNo) },
)

/** Letters are so large that words need the room of what only adorns them. */
@Composable
fun isLarge() = LocalDensity.current.fontScale >= 1.5f

/** A size of text that does not grow with the person's setting, for letters within a picture. */
@Composable
fun fixed(size: Dp) = with(LocalDensity.current) { size.toSp() }

/** A size that grows as text does, for a sign within a line of it. */
@Composable
fun grown(size: Dp) = size * LocalDensity.current.fontScale
