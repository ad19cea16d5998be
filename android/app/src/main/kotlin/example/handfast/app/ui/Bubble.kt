package example.handfast.app.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.combinedClickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.AnnotatedString
import androidx.compose.ui.text.LinkAnnotation
import androidx.compose.ui.text.SpanStyle
import androidx.compose.ui.text.TextLinkStyles
import androidx.compose.ui.text.buildAnnotatedString
import androidx.compose.ui.text.font.FontStyle
import androidx.compose.ui.text.style.TextDecoration
import androidx.compose.ui.text.withLink
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Ask
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.QuietButton
import example.handfast.app.ui.parts.Quoted
import example.handfast.app.ui.parts.SmallPicture
import example.handfast.app.ui.parts.beside
import example.handfast.app.ui.parts.grown
import example.handfast.app.ui.parts.isLarge
import example.handfast.app.ui.parts.locale
import example.handfast.app.ui.parts.named
import example.handfast.app.ui.parts.say
import example.handfast.app.ui.parts.shortDay
import example.handfast.app.ui.parts.size
import example.handfast.app.ui.parts.spokenDay
import example.handfast.app.ui.parts.timeOfDay
import example.handfast.core.Key
import example.handfast.core.Mark
import example.handfast.core.Row as Line
import example.handfast.core.duration
import example.handfast.core.linksIn
import java.net.URI

/**
 * One row, under its day if it is the first of it. [name]: what the other side is called. [isHere]: it can be sent now.
 * [canAnswer]: something can be written about it. [canAgree]: to what is proposed there.
 */
@Composable
fun Bubble(
    row: Line,
    beginsDay: Boolean,
    name: String,
    deeds: RowDeeds,
    isHere: Boolean = true,
    canAnswer: Boolean = true,
    canAgree: Boolean = false,
) = Column(Modifier.fillMaxWidth()) {
    if (beginsDay) Day(row.at)
    val colors = MaterialTheme.colorScheme
    val corner = RoundedCornerShape(
        topStart = 20.dp,
        topEnd = 20.dp,
        bottomStart = if (row.ours) 20.dp else 6.dp,
        bottomEnd = if (row.ours) 6.dp else 20.dp,
    )
    Surface(
        Modifier.align(if (row.ours) Alignment.End else Alignment.Start).widthIn(max = 280.dp),
        corner,
        color = when {
            row is Line.Note || row is Line.Life -> colors.surfaceContainerLow
            row.ours -> colors.primaryContainer
            else -> colors.surfaceContainerHigh
        },
        contentColor = when {
            row is Line.Note || row is Line.Life -> colors.onSurfaceVariant
            row.ours -> colors.onPrimaryContainer
            else -> colors.onSurface
        },
    ) {
        when (row) {
            is Line.Text ->
                Said(row, name, deeds, waits = row.ours && row.mark == Mark.ON_THIS_PHONE && !isHere, canAnswer && row.isKept)
            is Line.Locked -> Locked(row, name, deeds, waits = row.ours && row.mark == Mark.ON_THIS_PHONE && !isHere, canAnswer)
            is Line.File -> File(row, name, deeds)
            is Line.Note -> Remark(row, say(row.what), name)
            is Line.Life -> Remark(row, life(row), name) {
                if (canAgree) QuietButton(stringResource(R.string.agree), { deeds.agree(row.after) })
            }
        }
    }
}

@Composable
private fun ColumnScope.Day(at: Long) = Text(
    spokenDay(at),
    Modifier
        .align(Alignment.CenterHorizontally)
        .padding(vertical = 8.dp)
        .background(MaterialTheme.colorScheme.surfaceContainer, MaterialTheme.shapes.small)
        .padding(horizontal = 12.dp, vertical = 6.dp),
    color = MaterialTheme.colorScheme.onSurfaceVariant,
    style = MaterialTheme.typography.labelMedium,
)

/** Something of which no more can be said. */
@Composable
private fun Remark(row: Line, words: String, name: String, content: @Composable () -> Unit = {}) = Column(Modifier.padding(horizontal = 14.dp, vertical = 9.dp)) {
    Text(words, style = MaterialTheme.typography.bodyMedium, fontStyle = FontStyle.Italic)
    content()
    Stamp(row, name, Modifier.align(Alignment.End))
}

/**
 * A text, with what it replies to and what was reacted with. Held for a while it shows what can be done with it, and what
 * looks like a web address can be tapped.
 */
@Composable
private fun Said(row: Line.Text, name: String, deeds: RowDeeds, waits: Boolean, canAnswer: Boolean) = Box {
    var isHeld by remember { mutableStateOf(false) }
    var isTakingBack by rememberSaveable { mutableStateOf(false) }
    var opening by remember { mutableStateOf<String?>(null) }
    Column(
        Modifier
            .combinedClickable(onLongClickLabel = stringResource(R.string.message_menu), onLongClick = { isHeld = true }) {}
            .padding(start = 14.dp, end = 14.dp, top = 9.dp, bottom = 9.dp),
    ) {
        row.quote?.let { Quoted(it.text ?: it.what?.let { what -> say(what) }.orEmpty(), Modifier.padding(bottom = 6.dp)) }
        Text(linked(row.text) { opening = it }, style = MaterialTheme.typography.bodyLarge)
        if (row.reactions.isNotEmpty()) Reactions(row.reactions, name, Modifier.padding(vertical = 4.dp))
        if (waits) Waits(Modifier.align(Alignment.End)) else Stamp(row, name, Modifier.align(Alignment.End))
    }
    MessageMenu(isHeld, row, deeds, canAnswer, onTakeBack = { isTakingBack = true }) { isHeld = false }
    if (isTakingBack) AskToTakeBack(row, deeds) { isTakingBack = false }
    opening?.let { address ->
        Ask(
            stringResource(R.string.open_link_title, runCatching { URI(address).host }.getOrNull() ?: address),
            address,
            stringResource(R.string.open_link_yes),
            stringResource(R.string.not_now),
            onYes = {
                opening = null
                deeds.openLink(address)
            },
            onNo = { opening = null },
        )
    }
}

@Composable
private fun AskToTakeBack(row: Line, deeds: RowDeeds, onClose: () -> Unit) = Ask(
    stringResource(R.string.take_back_title),
    stringResource(R.string.take_back_sure),
    stringResource(R.string.take_back_text),
    stringResource(R.string.keep_it),
    onYes = {
        onClose()
        deeds.takeBack(row.number)
    },
    onNo = onClose,
)

/** What opens by answers, with what is asked. Held for a while one's own can be taken back. */
@Composable
private fun Locked(row: Line.Locked, name: String, deeds: RowDeeds, waits: Boolean, canOpen: Boolean) = Box {
    var isHeld by remember { mutableStateOf(false) }
    var isTakingBack by rememberSaveable { mutableStateOf(false) }
    val opens = if (!canOpen) {
        Modifier
    } else {
        Modifier.combinedClickable(
            onClickLabel = stringResource(R.string.open_locked_message),
            onLongClickLabel = stringResource(R.string.message_menu).takeIf { row.ours },
            onLongClick = { isHeld = true }.takeIf { row.ours },
            onClick = { deeds.unlock(row.number) },
        )
    }
    Column(opens.padding(start = 14.dp, end = 14.dp, top = 9.dp, bottom = 9.dp)) {
        Row(Modifier.padding(bottom = 6.dp), Arrangement.spacedBy(8.dp), Alignment.CenterVertically) {
            Icon(Icons.Lock, null, Modifier.size(grown(18.dp)))
            Text(
                stringResource(if (canOpen) R.string.locked_message_tap else R.string.locked_message),
                style = MaterialTheme.typography.labelMedium,
            )
        }
        for (question in row.questions) Text(question, style = MaterialTheme.typography.bodyLarge)
        if (waits) Waits(Modifier.align(Alignment.End)) else Stamp(row, name, Modifier.align(Alignment.End))
    }
    DropdownMenu(isHeld, { isHeld = false }, shape = MaterialTheme.shapes.large) {
        MenuLine(stringResource(R.string.take_back_text), Icons.Close) {
            isHeld = false
            isTakingBack = true
        }
    }
    if (isTakingBack) AskToTakeBack(row, deeds) { isTakingBack = false }
}

@Composable
private fun linked(text: String, onTap: (String) -> Unit): AnnotatedString {
    val style = TextLinkStyles(SpanStyle(textDecoration = TextDecoration.Underline))
    return remember(text) {
        val links = linksIn(text)
        if (links.isEmpty()) return@remember AnnotatedString(text)
        buildAnnotatedString {
            var from = 0
            for (link in links) {
                append(text, from, link.first)
                val address = text.substring(link)
                withLink(LinkAnnotation.Clickable(address, style) { onTap(address) }) { append(address) }
                from = link.last + 1
            }
            append(text, from, text.length)
        }
    }
}

/** When it came, and for a screen reader from whom. */
@Composable
private fun Stamp(row: Line, name: String, modifier: Modifier = Modifier) {
    val time = timeOfDay(row.at)
    val who = if (row.ours) stringResource(R.string.row_ours) else named(name)
    val words = stringResource(R.string.row_said, who, time)
    Row(modifier, Arrangement.spacedBy(4.dp), Alignment.CenterVertically) {
        if ((row as? Line.Text)?.isEdited == true) Text(stringResource(R.string.edited), style = MaterialTheme.typography.labelSmall)
        Text(
            time,
            Modifier.semantics { contentDescription = words },
            style = MaterialTheme.typography.labelSmall,
        )
        (row as? Line.Text)?.endsAt?.let { at ->
            val time = beside(shortDay(at), timeOfDay(at))
            Icon(Icons.Clock, stringResource(R.string.disappears_at, time), Modifier.size(grown(14.dp)))
        }
        val mark = when (row) {
            is Line.Text -> row.mark
            is Line.Locked -> row.mark
            is Line.File, is Line.Life, is Line.Note -> null
        }
        if (!row.ours || mark == null || mark == Mark.NOBODY) return@Row
        val isTheirs = mark == Mark.ON_THEIRS
        Icon(
            if (isTheirs) Icons.Checks else Icons.Check,
            stringResource(if (isTheirs) R.string.mark_theirs else R.string.mark_here),
            Modifier.size(grown(16.dp)),
        )
    }
}

/** Nobody is here to send it to. */
@Composable
private fun Waits(modifier: Modifier) = Row(modifier, Arrangement.spacedBy(4.dp), Alignment.CenterVertically) {
    Icon(Icons.Clock, null, Modifier.size(grown(14.dp)))
    Text(stringResource(R.string.text_waits), style = MaterialTheme.typography.labelSmall)
}

/** A file: what it is, how far it is, what can be done with it. */
@Composable
private fun File(row: Line.File, name: String, deeds: RowDeeds) = Column(
    Modifier.padding(start = 14.dp, end = 14.dp, top = 14.dp, bottom = 9.dp),
    Arrangement.spacedBy(if (row.offered || row.path != null) 2.dp else 10.dp),
) {
    val colors = MaterialTheme.colorScheme
    val isMoving = row.done != null || row.state == Key.FILE_WAITING
    row.preview?.let { SmallPicture(it, Modifier.padding(bottom = 8.dp)) }
    Row(horizontalArrangement = Arrangement.spacedBy(12.dp), verticalAlignment = Alignment.CenterVertically) {
        if (!isLarge()) {
            Box(Modifier.size(44.dp).background(colors.primary, MaterialTheme.shapes.medium), Alignment.Center) {
                Icon(Icons.File, null, tint = colors.onPrimary)
            }
        }
        Column(Modifier.weight(1f)) {
            Text(row.name, style = MaterialTheme.typography.titleSmall)
            Text(size(row.size), style = MaterialTheme.typography.bodySmall)
        }
        if (isMoving) {
            IconButton({ deeds.cancel(row.number) }) { Icon(Icons.Close, stringResource(R.string.stop_file, row.name)) }
        }
    }
    row.done?.let { done ->
        val part = if (row.size == 0L) 1f else done.toFloat() / row.size
        LinearProgressIndicator({ part }, Modifier.fillMaxWidth(), colors.primary, drawStopIndicator = {})
    }
    val path = row.path
    if (row.offered || path != null) {
        FlowRow {
            if (row.offered) {
                QuietButton(stringResource(R.string.decline), { deeds.decline(row.number) })
                QuietButton(stringResource(R.string.accept), { deeds.accept(row.number) })
            } else {
                QuietButton(stringResource(R.string.open_file), { deeds.open(row) })
                QuietButton(stringResource(R.string.save), { deeds.save(row) })
                QuietButton(stringResource(R.string.share), { deeds.share(row) })
            }
        }
    }
    Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(12.dp), Alignment.Bottom) {
        Text(state(row), Modifier.weight(1f), style = MaterialTheme.typography.labelMedium)
        Stamp(row, name)
    }
}

/** How it stands; while it moves, how fast and how long still. */
@Composable
private fun state(row: Line.File): String {
    val done = row.done ?: return say(row.state)
    val through = stringResource(R.string.file_progress, size(done), size(row.size))
    val rate = row.rate ?: return through
    val pace = stringResource(R.string.file_rate, size(rate))
    val left = row.secondsLeft ?: return pace
    return beside(pace, stringResource(R.string.file_time_left, duration(left, locale())))
}
