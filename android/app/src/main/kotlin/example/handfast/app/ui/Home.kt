package example.handfast.app.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.IntrinsicSize
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.RowScope
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.WindowInsetsSides
import androidx.compose.foundation.layout.asPaddingValues
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.only
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawing
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.windowInsetsPadding
import androidx.compose.foundation.lazy.LazyColumn
import androidx.compose.foundation.lazy.items
import androidx.compose.material3.Badge
import androidx.compose.material3.CircularProgressIndicator
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.DropdownMenuItem
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Ask
import example.handfast.app.ui.parts.Avatar
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.EDGE
import example.handfast.app.ui.parts.HowItGoes
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.QuietButton
import example.handfast.app.ui.parts.Section
import example.handfast.app.ui.parts.TimeLeft
import example.handfast.app.ui.parts.aboveAndBeside
import example.handfast.app.ui.parts.capital
import example.handfast.app.ui.parts.goodUntil
import example.handfast.app.ui.parts.isLarge
import example.handfast.app.ui.parts.named
import example.handfast.app.ui.parts.say
import example.handfast.app.ui.parts.shortDay
import example.handfast.app.ui.parts.dayOf
import example.handfast.app.ui.parts.LocalClock
import example.handfast.app.ui.parts.timeOfDay
import example.handfast.core.Contact
import example.handfast.core.Key
import example.handfast.core.Presence
import example.handfast.core.Screen
import example.handfast.core.UnderWay
import example.handfast.core.Waiting
import example.handfast.core.presence

/** What can be done at home. */
class HomeDeeds(
    val showCode: () -> Unit,
    val scan: () -> Unit,
    val shareLink: () -> Unit,
    val askFirst: () -> Unit,
    val lockFile: () -> Unit,
    val openLocked: () -> Unit,
    val lookAround: () -> Unit,
    val settings: () -> Unit,
    /** To a new phone, or from one. */
    val move: () -> Unit,
    /** Looks at a session. */
    val show: (Long) -> Unit,
    /** Goes on with what waits. */
    val resume: (String) -> Unit,
    /** Gives up what waits. */
    val giveUp: (String) -> Unit,
    /** Looks for a person, or at them. */
    val meet: (String) -> Unit,
)

/** People first, what waits, and the two ways to meet somebody. [shown]: the session that is looked at beside it. */
@Composable
fun Home(state: Screen.Home, deeds: HomeDeeds, modifier: Modifier = Modifier, shown: Long? = null) {
    var givingUp by rememberSaveable { mutableStateOf<String?>(null) }
    val (talks, tries) = state.others.partition { it.isTalking }
    LazyColumn(
        modifier.fillMaxSize().windowInsetsPadding(aboveAndBeside),
        contentPadding = WindowInsets.safeDrawing.only(WindowInsetsSides.Bottom).asPaddingValues(),
    ) {
        item("head") { Head(deeds) }
        item("tiles") { Tiles(deeds) }
        if (tries.isNotEmpty() || state.waiting.isNotEmpty()) {
            item("waiting") { Section(stringResource(R.string.waiting_list), Modifier.padding(horizontal = EDGE)) }
            items(tries, { "try ${it.session}" }) { one -> Try(one) { deeds.show(one.session) } }
            items(state.waiting, { "waiting ${it.id}" }) { one ->
                Waits(one, { deeds.resume(one.id) }, { givingUp = one.id })
            }
        }
        if (talks.isNotEmpty() || state.people.isNotEmpty()) {
            item("people") { Section(stringResource(R.string.people), Modifier.padding(horizontal = EDGE)) }
            items(talks, { "talk ${it.session}" }) { one ->
                Talk(one, isShown = one.session == shown) { deeds.show(one.session) }
            }
            items(state.people, { "person ${it.id}" }) { one ->
                val talk = state.with(one)
                Known(one, talk, state.unread(one), isShown = talk != null && talk.session == shown) { deeds.meet(one.id) }
            }
        }
        if (state.underWay.isEmpty() && state.waiting.isEmpty() && state.people.isEmpty()) {
            item("empty") {
                Column(Modifier.padding(EDGE), Arrangement.spacedBy(20.dp)) {
                    HowItGoes()
                    Body(stringResource(R.string.home_empty))
                }
            }
        }
        item("end") { Spacer(Modifier.size(16.dp)) }
    }
    givingUp?.let { id -> AskGivingUp({ deeds.giveUp(id) }) { givingUp = null } }
}

/** Asks before an invitation ends. */
@Composable
fun AskGivingUp(onYes: () -> Unit, onAnswered: () -> Unit) = Ask(
    stringResource(R.string.give_up_title),
    stringResource(R.string.give_up_sure),
    stringResource(R.string.give_up),
    stringResource(R.string.keep_it),
    onYes = {
        onAnswered()
        onYes()
    },
    onNo = onAnswered,
)

@Composable
private fun Head(deeds: HomeDeeds) = Row(
    Modifier.fillMaxWidth().heightIn(min = 64.dp).padding(start = 16.dp, end = 4.dp),
    verticalAlignment = Alignment.CenterVertically,
) {
    AppName(Modifier.weight(1f))
    var isOpen by rememberSaveable { mutableStateOf(false) }
    Box {
        IconButton({ isOpen = true }) { Icon(Icons.More, stringResource(R.string.menu)) }
        DropdownMenu(isOpen, { isOpen = false }, shape = MaterialTheme.shapes.large) {
            val choices = listOf(
                Triple(R.string.share_link, Icons.Link, deeds.shareLink),
                Triple(R.string.share_with_question, Icons.Question, deeds.askFirst),
                Triple(R.string.lock_file, Icons.Lock, deeds.lockFile),
                Triple(R.string.open_locked_file, Icons.Unlocked, deeds.openLocked),
                Triple(R.string.look_around, Icons.World, deeds.lookAround),
                Triple(R.string.moving_title, Icons.Phone, deeds.move),
                Triple(R.string.settings, Icons.Settings, deeds.settings),
            )
            for ((words, icon, deed) in choices) {
                MenuLine(stringResource(words), icon) {
                    isOpen = false
                    deed()
                }
            }
        }
    }
}

/** A line of a menu. */
@Composable
fun MenuLine(text: String, icon: ImageVector, more: String? = null, onClick: () -> Unit) = DropdownMenuItem(
    {
        Column(Modifier.padding(vertical = 4.dp)) {
            Text(text, style = MaterialTheme.typography.bodyLarge)
            if (more != null) Body(more, style = MaterialTheme.typography.bodySmall)
        }
    },
    onClick,
    leadingIcon = { Icon(icon, null) },
)

/** The two ways to meet somebody, side by side; one above the other where the words need the room. */
@Composable
private fun Tiles(deeds: HomeDeeds) = BoxWithConstraints(
    Modifier.fillMaxWidth().padding(horizontal = 16.dp).padding(top = 4.dp, bottom = 12.dp),
) {
    val colors = MaterialTheme.colorScheme
    val show: @Composable (Modifier) -> Unit = { modifier ->
        Tile(
            stringResource(R.string.show_code),
            stringResource(R.string.show_code_text),
            Icons.Code,
            colors.primary,
            colors.onPrimary,
            deeds.showCode,
            modifier,
        )
    }
    val scan: @Composable (Modifier) -> Unit = { modifier ->
        Tile(
            stringResource(R.string.scan_code),
            stringResource(R.string.scan_code_text),
            Icons.Scan,
            colors.primaryContainer,
            colors.onPrimaryContainer,
            deeds.scan,
            modifier,
        )
    }
    if (maxWidth / LocalDensity.current.fontScale < 220.dp) {
        Column(verticalArrangement = Arrangement.spacedBy(12.dp)) {
            show(Modifier.fillMaxWidth())
            scan(Modifier.fillMaxWidth())
        }
    } else {
        Row(Modifier.height(IntrinsicSize.Max), Arrangement.spacedBy(12.dp)) {
            show(Modifier.weight(1f).fillMaxHeight())
            scan(Modifier.weight(1f).fillMaxHeight())
        }
    }
}

@Composable
private fun Tile(
    title: String,
    text: String,
    icon: ImageVector,
    color: Color,
    onColor: Color,
    onClick: () -> Unit,
    modifier: Modifier,
) = Surface(onClick, modifier, shape = MaterialTheme.shapes.extraLarge, color = color, contentColor = onColor) {
    Column(Modifier.heightIn(min = 148.dp).padding(18.dp)) {
        Icon(icon, null, Modifier.size(40.dp))
        Spacer(Modifier.weight(1f).heightIn(min = 20.dp))
        Text(title, style = MaterialTheme.typography.titleMedium)
        Text(text, style = MaterialTheme.typography.bodySmall)
    }
}

/** What is under way and waits for somebody. */
@Composable
private fun Try(one: UnderWay, onClick: () -> Unit) = Card(onClick) {
    Box(Modifier.size(46.dp), Alignment.Center) {
        CircularProgressIndicator(Modifier.size(44.dp), MaterialTheme.colorScheme.tertiary, 3.dp)
        Icon(if (one.ours) Icons.Code else Icons.Link, null, Modifier.size(20.dp), MaterialTheme.colorScheme.tertiary)
    }
    Column(Modifier.weight(1f)) {
        Text(invitation(one.ours, one.name), style = MaterialTheme.typography.titleMedium)
        Body(say(one.status), style = MaterialTheme.typography.bodyMedium)
    }
}

/** What waits and can be gone on with. */
@Composable
private fun Waits(one: Waiting, onGoOn: () -> Unit, onGiveUp: () -> Unit) = Surface(
    Modifier.fillMaxWidth().padding(horizontal = 16.dp, vertical = 6.dp),
    MaterialTheme.shapes.large,
    color = MaterialTheme.colorScheme.surfaceContainer,
) {
    Column(Modifier.padding(start = 16.dp, top = 16.dp, end = 16.dp, bottom = 4.dp)) {
        Row(horizontalArrangement = Arrangement.spacedBy(14.dp), verticalAlignment = Alignment.CenterVertically) {
            Box(Modifier.size(46.dp), Alignment.Center) {
                TimeLeft(one.expiresAt ?: 0, 44.dp, MaterialTheme.colorScheme.tertiary)
                Icon(Icons.Link, null, Modifier.size(20.dp), MaterialTheme.colorScheme.tertiary)
            }
            Column(Modifier.weight(1f)) {
                Text(invitation(one.ours, one.name), style = MaterialTheme.typography.titleMedium)
                val until = one.expiresAt
                Body(
                    if (until == null) stringResource(R.string.confirm_expired) else capital(goodUntil(until)),
                    style = MaterialTheme.typography.bodyMedium,
                )
            }
        }
        Row(Modifier.fillMaxWidth(), Arrangement.End) {
            QuietButton(stringResource(R.string.give_up), onGiveUp)
            QuietButton(stringResource(R.string.go_on), onGoOn)
        }
    }
}

@Composable
private fun invitation(ours: Boolean, name: String?) = when {
    ours -> stringResource(R.string.waiting_ours)
    name != null -> stringResource(R.string.waiting_theirs, name)
    else -> stringResource(R.string.waiting_theirs_unknown)
}

@Composable
private fun Card(onClick: () -> Unit, content: @Composable RowScope.() -> Unit) = Surface(
    onClick,
    Modifier.fillMaxWidth().padding(horizontal = 16.dp, vertical = 6.dp),
    shape = MaterialTheme.shapes.large,
    color = MaterialTheme.colorScheme.surfaceContainer,
) {
    Row(Modifier.padding(16.dp), Arrangement.spacedBy(14.dp), Alignment.CenterVertically, content)
}

/** A conversation with somebody who is not kept, that goes on, or that is over and can be read. */
@Composable
private fun Talk(one: UnderWay, isShown: Boolean, onClick: () -> Unit) = PersonRow(
    name = one.name.orEmpty(),
    presence = one.presence,
    where = if (one.isOver) null else stringResource(R.string.here_now),
    line = one.last ?: say(one.status),
    isShown = isShown,
    onClick = onClick,
) { Last(one.at, one.unread) }

/** Somebody who was met, and [talk] with them. */
@Composable
private fun Known(one: Contact, talk: UnderWay?, unread: Int, isShown: Boolean, onClick: () -> Unit) = PersonRow(
    name = one.name,
    presence = talk.presence,
    where = when (talk.presence) {
        Presence.HERE -> stringResource(R.string.here_now)
        Presence.TRYING -> stringResource(R.string.trying)
        Presence.AWAY -> one.heard?.let { shortDay(it) }
    },
    isVerified = one.trust == Key.TRUST_VERIFIED,
    line = talk?.last ?: if (one.trust == Key.TRUST_VERIFIED) capital(say(one.reason)) else say(one.trust),
    isShown = isShown,
    onClick = onClick,
) { Last(talk?.at ?: one.lastSaid, unread) }

/** As far as the core counts. */
private const val MOST_COUNTED = 1_000

/** When something was written last, and how much of it was not read. */
@Composable
private fun Last(at: Long?, unread: Int) {
    if (at != null) {
        val isToday = dayOf(at) == dayOf(LocalClock.current())
        Text(
            if (isToday) timeOfDay(at) else shortDay(at),
            style = MaterialTheme.typography.labelMedium,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
        )
    }
    if (unread > 0) {
        val words = pluralStringResource(R.plurals.unread, unread, unread)
        Badge(
            Modifier.semantics { contentDescription = words },
            MaterialTheme.colorScheme.primary,
            MaterialTheme.colorScheme.onPrimary,
        ) { Text(if (unread < MOST_COUNTED) "$unread" else "${MOST_COUNTED - 1}+") }
    }
}

@Composable
private fun PersonRow(
    name: String,
    line: String,
    onClick: () -> Unit,
    presence: Presence,
    /** The same in words. */
    where: String?,
    isVerified: Boolean = false,
    isShown: Boolean = false,
    end: @Composable () -> Unit = {},
) = Row(
    Modifier
        .fillMaxWidth()
        .padding(horizontal = 8.dp)
        .clip(MaterialTheme.shapes.large)
        .background(if (isShown) MaterialTheme.colorScheme.secondaryContainer else Color.Transparent)
        .clickable(role = Role.Button, onClick = onClick)
        .heightIn(min = 66.dp)
        .padding(horizontal = 12.dp, vertical = 8.dp),
    Arrangement.spacedBy(14.dp),
    Alignment.CenterVertically,
) {
    // Beside large letters there is no room for a time.
    val isLarge = isLarge()
    Avatar(name, presence = presence)
    Column(Modifier.weight(1f)) {
        FlowRow(horizontalArrangement = Arrangement.spacedBy(8.dp), itemVerticalAlignment = Alignment.CenterVertically) {
            Text(
                named(name),
                style = MaterialTheme.typography.titleMedium,
                maxLines = 2,
                overflow = TextOverflow.Ellipsis,
            )
            if (isVerified) {
                Icon(
                    Icons.Shield,
                    stringResource(R.string.verified_mark),
                    Modifier.size(18.dp),
                    MaterialTheme.colorScheme.primary,
                )
            }
            if (where != null) Body(where, style = MaterialTheme.typography.bodySmall)
        }
        Text(
            line,
            color = MaterialTheme.colorScheme.onSurfaceVariant,
            style = MaterialTheme.typography.bodyMedium,
            // Beside a time and a number there is little room for a reason.
            maxLines = 3,
            overflow = TextOverflow.Ellipsis,
        )
        if (isLarge) FlowRow(horizontalArrangement = Arrangement.spacedBy(8.dp)) { end() }
    }
    if (!isLarge) {
        Column(horizontalAlignment = Alignment.End, verticalArrangement = Arrangement.spacedBy(4.dp)) { end() }
    }
}
