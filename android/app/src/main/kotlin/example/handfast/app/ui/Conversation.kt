package example.handfast.app.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.PaddingValues
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.ime
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.systemBars
import androidx.compose.foundation.layout.windowInsetsPadding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.rememberLazyListState
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.derivedStateOf
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.LiveRegionMode
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.liveRegion
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Ask
import example.handfast.app.ui.parts.Avatar
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Hint
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.OtherButton
import example.handfast.app.ui.parts.Progress
import example.handfast.app.ui.parts.QuietButton
import example.handfast.app.ui.parts.aboveAndBeside
import example.handfast.app.ui.parts.beside
import example.handfast.app.ui.parts.dayOf
import example.handfast.app.ui.parts.lastHeard
import example.handfast.app.ui.parts.live
import example.handfast.app.ui.parts.named
import example.handfast.app.ui.parts.say
import example.handfast.app.ui.parts.size
import example.handfast.core.Copying
import example.handfast.core.Key
import example.handfast.core.Presence
import example.handfast.core.Row as Line
import example.handfast.core.Screen
import example.handfast.core.Subject
import example.handfast.core.isTold

/** What can be done in a conversation. */
class TalkDeeds(
    val back: () -> Unit,
    /** Says this, about what the person chose. */
    val send: (String, Subject?) -> Unit,
    /** Writes about nothing. */
    val dropSubject: () -> Unit,
    /** What came back of what was sent, for where it was typed. */
    val takeUnsent: () -> String?,
    /** Begins to lock a message, with what was typed. */
    val lock: (String) -> Unit,
    /** What was locked and sent, which stands here no more. */
    val takeLocked: () -> String?,
    val attachFiles: () -> Unit,
    val attachPictures: () -> Unit,
    val takePicture: () -> Unit,
    val compare: () -> Unit,
    /** Begins to make up a question for them. */
    val ask: () -> Unit,
    val answer: (String) -> Unit,
    val noAnswer: () -> Unit,
    /** Looks for what was said with them. */
    val search: (String) -> Unit,
    val goodbye: () -> Unit,
    /** Looks for them no more. */
    val stopLooking: () -> Unit,
    /** Looks for them, by what the core calls them. */
    val meet: (String) -> Unit,
    /** Shows who that is. */
    val about: (String) -> Unit,
    /** Whether to go on with a device that was restored from a copy. */
    val acceptRestored: (Boolean) -> Unit,
    /** Lists what was said before. */
    val earlier: () -> Unit,
    /** Takes one that is over off the list. */
    val remove: () -> Unit,
    val vouch: () -> Unit,
    val allowMore: () -> Unit,
    /** Does not want to send what is being copied. */
    val stopCopying: (Long) -> Unit,
    val rows: RowDeeds,
)

/** What can be done with a row. */
class RowDeeds(
    val accept: (Long) -> Unit,
    val decline: (Long) -> Unit,
    val cancel: (Long) -> Unit,
    val open: (Line.File) -> Unit,
    val save: (Line.File) -> Unit,
    val share: (Line.File) -> Unit,
    val copy: (String) -> Unit,
    val reply: (Long) -> Unit,
    val react: (Long, String) -> Unit,
    val edit: (Long) -> Unit,
    val takeBack: (Long) -> Unit,
    /** Asks for what opens it. */
    val unlock: (Long) -> Unit,
    /** Agrees that what is written disappears so many seconds after it was seen, or stays. */
    val agree: (Long?) -> Unit,
    val openLink: (String) -> Unit,
)

/**
 * Who is there, what was written, and a line to write in. [hasBack]: there is a screen to go back to. [copying]: a file
 * on its way out of another app.
 */
@Composable
fun Conversation(
    state: Screen.Conversation,
    rows: List<Line>,
    deeds: TalkDeeds,
    modifier: Modifier = Modifier,
    hasBack: Boolean = true,
    copying: Copying? = null,
) = BoxWithConstraints(modifier.fillMaxSize().windowInsetsPadding(aboveAndBeside)) {
    val density = LocalDensity.current
    val keyboard = WindowInsets.ime
    // A keyboard that comes is another one at every frame, and what it leaves is low at one of them.
    val isLow by remember(maxHeight, density, keyboard) {
        derivedStateOf { maxHeight - with(density) { keyboard.getBottom(this).toDp() } < LOW }
    }
    // Not with the line, which goes when they leave: it is there again when they are looked for.
    val draft = rememberDraft()
    Column {
        if (state.subject == null || !isLow) Head(state, deeds, hasBack)
        // Only what was proposed last can be agreed to.
        val proposed = rows.lastOrNull { it is Line.Life }
        Rows(rows, Modifier.weight(1f), deeds.earlier, end = { Notes(state, deeds, rows.isEmpty(), copying) }) { row, beginsDay ->
            val canAgree = row is Line.Life && row === proposed && !row.ours && !row.holds && !state.isOver
            Bubble(row, beginsDay, state.name, deeds.rows, isHere = state.presence == Presence.HERE, canAnswer = !state.isOver, canAgree)
        }
        Newest(rows, state.name)
        if (state.isOver) Over(state, deeds) else Composer(state, draft, deeds)
    }
}

/** Above the keyboard of a phone that lies on its side, what is written about takes the place of who it is. */
private val LOW = 240.dp

/** What came last since this was opened, for a screen reader, which says it then; nobody sees it. */
@Composable
private fun Newest(rows: List<Line>, name: String) {
    val before = remember { rows.lastOrNull()?.number ?: -1 }
    val row = rows.lastOrNull { !it.ours && it.number > before && it.isTold }
    val words = row?.let { stringResource(R.string.row_spoken, named(name), told(it)) }.orEmpty()
    Box(
        Modifier.size(1.dp).semantics {
            liveRegion = LiveRegionMode.Polite
            contentDescription = words
        },
    )
}

@Composable
private fun told(row: Line) = when (row) {
    is Line.Text -> row.text
    is Line.Locked -> stringResource(R.string.tidings_locked, row.questions.joinToString(" "))
    is Line.Note -> say(row.what)
    is Line.Life -> life(row)
    is Line.File -> stringResource(
        if (row.offered) R.string.tidings_offer else R.string.tidings_file,
        row.name,
        size(row.size),
    )
}

/**
 * The rows, of which only those in sight are composed; the last one is in sight at first, and [end] beneath it.
 * [row] draws one, which may be the first of its day. [onTop]: the first of them is in sight, or nearly.
 */
@Composable
fun Rows(
    rows: List<Line>,
    modifier: Modifier = Modifier,
    onTop: () -> Unit = {},
    end: @Composable () -> Unit = {},
    row: @Composable (Line, beginsDay: Boolean) -> Unit,
) {
    val list = rememberLazyListState()
    val last = rows.lastOrNull()
    val isNearTop by remember { derivedStateOf { (list.layoutInfo.visibleItemsInfo.lastOrNull()?.index ?: 0) >= list.layoutInfo.totalItemsCount - NEAR } }
    // What came meanwhile may not reach beyond the display.
    LaunchedEffect(isNearTop, rows.firstOrNull()?.number) { if (isNearTop && rows.isNotEmpty()) onTop() }
    LaunchedEffect(last?.number) {
        // What one wrote oneself is looked at; whoever reads further up is not torn away.
        if (last?.ours == true || list.firstVisibleItemIndex <= 2) list.scrollToItem(0)
    }
    LazyColumn(
        modifier.fillMaxWidth(),
        list,
        PaddingValues(horizontal = 12.dp, vertical = 8.dp),
        reverseLayout = true,
        verticalArrangement = Arrangement.spacedBy(6.dp, Alignment.Bottom),
    ) {
        item("end") { end() }
        items(rows.size, { rows[rows.lastIndex - it].number }) {
            val at = rows.lastIndex - it
            row(rows[at], at == 0 || dayOf(rows[at - 1].at) != dayOf(rows[at].at))
        }
    }
}

/** So many rows before the first one, more are asked for. */
private const val NEAR = 5

@Composable
private fun Head(state: Screen.Conversation, deeds: TalkDeeds, hasBack: Boolean) {
    val name = named(state.name)
    var isAsking by rememberSaveable { mutableStateOf(false) }
    val onAbout = { state.contact?.let(deeds.about) ?: Unit }
    Row(
        Modifier.fillMaxWidth().heightIn(min = 64.dp).padding(horizontal = 4.dp),
        verticalAlignment = Alignment.CenterVertically,
    ) {
        if (hasBack) IconButton(deeds.back) { Icon(Icons.Back, stringResource(R.string.back)) }
        Row(
            Modifier
                .weight(1f)
                .clickable(onClickLabel = stringResource(R.string.about_them, name)) { onAbout() }
                .heightIn(min = 56.dp)
                .padding(horizontal = 4.dp, vertical = 4.dp),
            Arrangement.spacedBy(12.dp),
            Alignment.CenterVertically,
        ) {
            Avatar(state.name, size = 40.dp, presence = state.presence)
            Column(Modifier.weight(1f)) {
                Row(horizontalArrangement = Arrangement.spacedBy(8.dp), verticalAlignment = Alignment.CenterVertically) {
                    Text(
                        name,
                        Modifier.weight(1f, fill = false).semantics { heading() },
                        style = MaterialTheme.typography.titleMedium,
                    )
                    if (state.trust == Key.TRUST_VERIFIED) {
                        Icon(Icons.Shield, stringResource(R.string.verified_mark), tint = MaterialTheme.colorScheme.primary)
                    }
                }
                Body(
                    line(state),
                    Modifier.live(),
                    MaterialTheme.typography.bodySmall,
                )
            }
        }
        TalkMenu(state, deeds, onAbout, onGoodbye = { isAsking = true })
    }
    if (isAsking) {
        Ask(
            stringResource(R.string.goodbye_title, name),
            stringResource(R.string.goodbye_text),
            stringResource(R.string.leave),
            stringResource(R.string.stay),
            onYes = {
                isAsking = false
                deeds.goodbye()
            },
            onNo = { isAsking = false },
        )
    }
}

/** How the two are connected, or why they are not. */
@Composable
private fun line(state: Screen.Conversation): String {
    val line = say(state.line ?: return stringResource(R.string.connected))
    val heard = state.apart?.heard?.takeIf { it > 0 && state.line == Key.APART_LOOKING } ?: return line
    return beside(line, lastHeard(heard))
}

@Composable
private fun TalkMenu(state: Screen.Conversation, deeds: TalkDeeds, onAbout: () -> Unit, onGoodbye: () -> Unit) = Box {
    var isOpen by rememberSaveable { mutableStateOf(false) }
    IconButton({ isOpen = true }) { Icon(Icons.More, stringResource(R.string.menu)) }
    DropdownMenu(isOpen, { isOpen = false }, shape = MaterialTheme.shapes.large) {
        val line = @Composable { words: String, icon: ImageVector, deed: () -> Unit ->
            MenuLine(words, icon) {
                isOpen = false
                deed()
            }
        }
        line(stringResource(R.string.about_them, named(state.name)), Icons.Person, onAbout)
        state.contact?.let { contact -> line(stringResource(R.string.search), Icons.Search) { deeds.search(contact) } }
        if (state.canAsk) line(stringResource(R.string.ask_them), Icons.Question, deeds.ask)
        if (state.isOver) {
            line(stringResource(R.string.remove_from_list), Icons.Close, deeds.remove)
        } else if (state.apart != null) {
            line(stringResource(R.string.stop_looking), Icons.Close, deeds.stopLooking)
        } else {
            line(stringResource(R.string.compare), Icons.Compare, deeds.compare)
            line(stringResource(R.string.leave), Icons.Leave, onGoodbye)
        }
    }
}

/** What is to be said or decided beneath the rows. */
@Composable
private fun Notes(state: Screen.Conversation, deeds: TalkDeeds, isEmpty: Boolean, copying: Copying?) {
    val compare = state.compare
    val limit = state.limit
    Column(Modifier.fillMaxWidth(), Arrangement.spacedBy(8.dp), Alignment.CenterHorizontally) {
        val apart = state.apart
        val restored = apart?.restored
        if (restored != null) {
            Hint(say(restored), icon = Icons.Shield) {
                OtherButton(stringResource(R.string.restored_go_on), { deeds.acceptRestored(true) })
                OtherButton(stringResource(R.string.restored_refuse), { deeds.acceptRestored(false) })
            }
        } else if (apart != null) {
            Body(stringResource(R.string.looking_text, named(state.name)), Modifier.padding(24.dp), align = TextAlign.Center)
        } else if (isEmpty && !state.isOver) {
            Body(stringResource(R.string.conversation_empty), Modifier.padding(24.dp), align = TextAlign.Center)
        }
        if (copying != null) {
            Row(verticalAlignment = Alignment.CenterVertically) {
                Progress(stringResource(R.string.taking_in, copying.name), copying.progress, Modifier.weight(1f).padding(8.dp))
                IconButton({ deeds.stopCopying(copying.number) }) {
                    Icon(Icons.Close, stringResource(R.string.stop_file, copying.name))
                }
            }
        }
        if (compare != null) {
            Hint(say(compare), icon = Icons.Compare) {
                if (compare == Key.COMPARE_OFFERED) OtherButton(stringResource(R.string.compare), deeds.compare)
            }
        }
        Inquiries(state, deeds.answer, deeds.noAnswer)
        if (limit != null || state.isHeld) {
            Hint(say(limit ?: Key.LIMIT_MESSAGES)) {
                if (state.isHeld) OtherButton(stringResource(R.string.allow_more), deeds.allowMore)
            }
        }
        if (state.canVouch) OtherButton(stringResource(R.string.only_they_would_ask), deeds.vouch, icon = Icons.Shield)
    }
}

/** The conversation is over. */
@Composable
private fun Over(state: Screen.Conversation, deeds: TalkDeeds) = Surface(color = MaterialTheme.colorScheme.surfaceContainerLow) {
    Column(
        Modifier.fillMaxWidth().windowInsetsPadding(WindowInsets.systemBars).padding(12.dp),
        horizontalAlignment = Alignment.CenterHorizontally,
    ) {
        Body(
            stringResource(R.string.conversation_over),
            align = TextAlign.Center,
            style = MaterialTheme.typography.bodyMedium,
        )
        val contact = state.contact.takeIf { state.canSeek }
        if (contact != null) {
            MainButton(stringResource(R.string.look_for, named(state.name)), { deeds.meet(contact) }, Modifier.padding(top = 12.dp))
        }
        QuietButton(stringResource(R.string.remove_from_list), deeds.remove)
    }
}
