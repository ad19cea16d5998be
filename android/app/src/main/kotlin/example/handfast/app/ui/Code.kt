package example.handfast.app.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.systemBars
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.layout.windowInsetsPadding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Bar
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Chip
import example.handfast.app.ui.parts.EDGE
import example.handfast.app.ui.parts.Hint
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.Leave
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.OtherButton
import example.handfast.app.ui.parts.Page
import example.handfast.app.ui.parts.Progress
import example.handfast.app.ui.parts.QrCode
import example.handfast.app.ui.parts.QuietButton
import example.handfast.app.ui.parts.READABLE
import example.handfast.app.ui.parts.TimeLeft
import example.handfast.app.ui.parts.aboveAndBeside
import example.handfast.app.ui.parts.beside
import example.handfast.app.ui.parts.goodUntil
import example.handfast.app.ui.parts.live
import example.handfast.app.ui.parts.say
import example.handfast.core.Handout
import example.handfast.core.Key
import example.handfast.core.Screen

/** How something that waits is left: for a while, for this time, for good. */
class Leaving(val putAside: () -> Unit, val stop: () -> Unit, val giveUp: (() -> Unit)?)

/** What an invitation is sent as. */
enum class Form { LINK, PICTURE }

/** The ways to hand out a code that was made to be sent. */
class Sharing(
    val link: (Handout) -> Unit,
    val picture: (Handout) -> Unit,
    val file: (Handout) -> Unit,
    val copy: (Handout) -> Unit,
)

/** Our code, as large as the screen allows, and one thing to do if both show one. */
@Composable
fun ShowCode(
    state: Screen.ShowCode,
    sharing: Sharing,
    leaving: Leaving,
    onScan: () -> Unit,
    onSend: (Form) -> Unit,
    onAskFirst: () -> Unit,
    onTryHarder: () -> Unit,
    onHotspot: () -> Unit,
    modifier: Modifier = Modifier,
) = CodePage(stringResource(R.string.show_code), state.invitation, leaving, modifier) {
    val stage = listOfNotNull(
        say(state.stage).takeUnless { state.stage == Key.HOST_WAITING },
        state.triesLeft?.let { pluralStringResource(R.plurals.tries_left, it, it) },
    ).joinToString(" ")
    val usual = stringResource(if (state.sent) R.string.send_this else R.string.scan_this)
    Text(
        stage.ifEmpty { usual },
        Modifier.live(),
        textAlign = TextAlign.Center,
        style = MaterialTheme.typography.titleMedium,
    )
    Row(horizontalArrangement = Arrangement.spacedBy(8.dp), verticalAlignment = Alignment.CenterVertically) {
        TimeLeft(state.expiresAt, 18.dp, MaterialTheme.colorScheme.primary)
        val until = goodUntil(state.expiresAt)
        Body(if (state.stage == Key.HOST_WAITING) beside(stringResource(R.string.code_waiting), until) else until, style = MaterialTheme.typography.bodyMedium)
    }
    Trouble(state.hint, state.canTryHarder, onTryHarder, onHotspot)
    if (state.sent) {
        if (state.scanNow) {
            MainButton(stringResource(R.string.scan_their_code), onScan, icon = Icons.Scan)
            Best(state.invitation, sharing) { text, icon, share -> OtherButton(text, share, icon = icon) }
        } else {
            Best(state.invitation, sharing) { text, icon, share -> MainButton(text, share, icon = icon) }
            OtherButton(stringResource(R.string.scan_their_code), onScan, icon = Icons.Scan)
        }
        OtherForms(state.invitation, sharing)
    } else {
        if (state.scanNow) {
            MainButton(stringResource(R.string.scan_their_code), onScan, icon = Icons.Scan)
        } else {
            OtherButton(stringResource(R.string.scan_theirs), onScan, icon = Icons.Scan)
        }
        // Whoever sends a code that was only to be shown would claim more than is true: another is made.
        Body(stringResource(R.string.not_same_place), Modifier.padding(top = 4.dp), MaterialTheme.typography.bodyMedium, TextAlign.Center)
        Chips {
            Chip(stringResource(R.string.form_link), Icons.Link) { onSend(Form.LINK) }
            Chip(stringResource(R.string.form_picture), Icons.Picture) { onSend(Form.PICTURE) }
            Chip(stringResource(R.string.ask_first), Icons.Question, onAskFirst)
        }
        QuietButton(stringResource(R.string.hotspot_title), onHotspot)
    }
}

/** Our reply, for the host's camera. */
@Composable
fun Reply(
    state: Screen.Reply,
    sharing: Sharing,
    leaving: Leaving,
    onScan: () -> Unit,
    onTryHarder: () -> Unit,
    onHotspot: () -> Unit,
    modifier: Modifier = Modifier,
) = CodePage(stringResource(R.string.reply_title), state.reply, leaving, modifier) {
    Body(stringResource(R.string.reply_text), align = TextAlign.Center)
    Trouble(state.hint, state.canTryHarder, onTryHarder, onHotspot)
    Best(state.reply, sharing) { text, icon, share -> MainButton(text, share, icon = icon) }
    OtherButton(stringResource(R.string.scan_their_code), onScan, icon = Icons.Scan)
    OtherForms(state.reply, sharing)
}

/** The form that most easily opens the app on the other phone. */
@Composable
private fun Best(handout: Handout, sharing: Sharing, button: @Composable (String, ImageVector, () -> Unit) -> Unit) =
    if (handout.isTappable) {
        button(stringResource(R.string.share_as_link), Icons.Link) { sharing.link(handout) }
    } else {
        button(stringResource(R.string.share_as_picture), Icons.Picture) { sharing.picture(handout) }
    }

@Composable
private fun OtherForms(handout: Handout, sharing: Sharing) {
    Body(stringResource(R.string.other_forms), Modifier.padding(top = 4.dp), MaterialTheme.typography.bodyMedium, TextAlign.Center)
    Chips {
        if (handout.isTappable) Chip(stringResource(R.string.form_picture), Icons.Picture) { sharing.picture(handout) }
        Chip(stringResource(R.string.form_file), Icons.File) { sharing.file(handout) }
        if (!handout.isTappable) Chip(stringResource(R.string.form_link), Icons.Link) { sharing.link(handout) }
        Chip(stringResource(R.string.copy), Icons.Copy) { sharing.copy(handout) }
    }
}

@Composable
private fun Chips(content: @Composable () -> Unit) =
    FlowRow(
        horizontalArrangement = Arrangement.spacedBy(8.dp, Alignment.CenterHorizontally),
        verticalArrangement = Arrangement.spacedBy(4.dp),
    ) { content() }

/** What stands in the way, what can be tried, and where a network in common comes from. */
@Composable
fun Trouble(hint: Key?, canTryHarder: Boolean, onTryHarder: () -> Unit, onHotspot: () -> Unit) {
    if (hint == null && !canTryHarder) return
    Hint(hint?.let { say(it) } ?: stringResource(R.string.waits_moment)) {
        if (canTryHarder) OtherButton(stringResource(R.string.try_harder), onTryHarder)
        if (hint in NEED_A_NETWORK) OtherButton(stringResource(R.string.hotspot_title), onHotspot, icon = Icons.Hotspot)
    }
}

/** What a hotspot of one of the two would mend. */
private val NEED_A_NETWORK = setOf(
    Key.CAUSE_NO_NETWORK, Key.CAUSE_KEPT_APART, Key.CAUSE_NO_COMMON_FAMILY, Key.CAUSE_BLOCKED, Key.CAUSE_BOTH_STRICT,
    Key.CAUSE_ONLY_LOCAL, Key.CAUSE_ONE_STRICT,
)

/** A code above its words; beside them where the screen is wider than high. */
@Composable
private fun CodePage(
    title: String,
    handout: Handout,
    leaving: Leaving,
    modifier: Modifier,
    words: @Composable ColumnScope.() -> Unit,
) = BoxWithConstraints(modifier.fillMaxSize().windowInsetsPadding(aboveAndBeside)) {
    val isBeside = maxWidth > maxHeight
    val bar = @Composable {
        val style = MaterialTheme.typography.run { if (isBeside) titleMedium else titleLarge }
        Bar(title, Leave.BACK, leaving.putAside, style = style) { LeavingMenu(leaving) }
    }
    val scrolling = Modifier
        .fillMaxSize()
        .verticalScroll(rememberScrollState())
        .windowInsetsPadding(WindowInsets.systemBars)
        .padding(horizontal = EDGE)
        .padding(bottom = 16.dp)
    val body: @Composable ColumnScope.() -> Unit = {
        Column(
            Modifier.widthIn(max = READABLE).fillMaxWidth(),
            Arrangement.spacedBy(12.dp),
            Alignment.CenterHorizontally,
            words,
        )
    }
    if (isBeside) {
        Row(Modifier.fillMaxSize()) {
            Box(
                Modifier
                    .fillMaxHeight()
                    .windowInsetsPadding(WindowInsets.systemBars)
                    .padding(start = 16.dp, top = 8.dp, bottom = 8.dp),
                Alignment.Center,
            ) {
                QrCode(handout.picture, Modifier.widthIn(max = this@BoxWithConstraints.maxWidth * 0.55f))
            }
            Column(Modifier.weight(1f).fillMaxHeight()) {
                bar()
                Column(
                    scrolling,
                    Arrangement.Center,
                    Alignment.CenterHorizontally,
                    body,
                )
            }
        }
    } else {
        val side = minOf(maxWidth - EDGE * 2, maxHeight * 0.7f)
        Column(Modifier.fillMaxSize()) {
            bar()
            Column(
                scrolling,
                Arrangement.spacedBy(20.dp),
                Alignment.CenterHorizontally,
            ) {
                QrCode(handout.picture, Modifier.size(side))
                body()
            }
        }
    }
}

/** Three ways to leave, told apart in words. */
@Composable
fun LeavingMenu(leaving: Leaving) {
    var isOpen by rememberSaveable { mutableStateOf(false) }
    var isAsking by rememberSaveable { mutableStateOf(false) }
    Box {
        IconButton({ isOpen = true }) { Icon(Icons.More, stringResource(R.string.menu)) }
        DropdownMenu(isOpen, { isOpen = false }, shape = MaterialTheme.shapes.large) {
            MenuLine(stringResource(R.string.put_aside), Icons.Later, stringResource(R.string.put_aside_text)) {
                isOpen = false
                leaving.putAside()
            }
            MenuLine(stringResource(R.string.stop_for_now), Icons.Leave, stringResource(R.string.stop_text)) {
                isOpen = false
                leaving.stop()
            }
            if (leaving.giveUp != null) {
                MenuLine(stringResource(R.string.give_up), Icons.Close, stringResource(R.string.give_up_text)) {
                    isOpen = false
                    isAsking = true
                }
            }
        }
    }
    if (isAsking) AskGivingUp({ leaving.giveUp?.invoke() }) { isAsking = false }
}

/** An invitation is being made. */
@Composable
fun Preparing(state: Screen.Preparing, leaving: Leaving) =
    Page(stringResource(R.string.show_code), Leave.BACK, leaving.putAside) {
        Progress(stringResource(R.string.making_invitation), null)
        if (state.kept) OtherButton(stringResource(R.string.put_aside), leaving.putAside, icon = Icons.Later)
        QuietButton(stringResource(R.string.stop), leaving.stop, Modifier.align(Alignment.CenterHorizontally))
    }
