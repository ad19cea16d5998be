package example.handfast.app.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.selection.selectable
import androidx.compose.foundation.selection.selectableGroup
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.RadioButton
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Ask
import example.handfast.app.ui.parts.Avatar
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Entry
import example.handfast.app.ui.parts.Facts
import example.handfast.app.ui.parts.Further
import example.handfast.app.ui.parts.Headline
import example.handfast.app.ui.parts.Hint
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.Leave
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.OtherButton
import example.handfast.app.ui.parts.Page
import example.handfast.app.ui.parts.QuietButton
import example.handfast.app.ui.parts.beside
import example.handfast.app.ui.parts.capital
import example.handfast.app.ui.parts.day
import example.handfast.app.ui.parts.dayOf
import example.handfast.app.ui.parts.lastHeard
import example.handfast.app.ui.parts.named
import example.handfast.app.ui.parts.say
import example.handfast.app.ui.parts.size
import example.handfast.app.ui.parts.spokenDay
import example.handfast.core.Contact
import example.handfast.core.Key
import example.handfast.core.OwnName
import example.handfast.core.Screen

/** What can be done with somebody who was met. */
class PersonDeeds(
    val back: () -> Unit,
    /** Looks for them. */
    val meet: (String) -> Unit,
    val compare: () -> Unit,
    /** Meets them anew. */
    val showCode: () -> Unit,
    /** Calls them this; with nothing, what they call themselves. */
    val giveName: (String, String) -> Unit,
    val block: (String, Boolean) -> Unit,
    /** Takes so many bytes of files unasked. */
    val takeFilesUpTo: (String, Long?) -> Unit,
    /** Proposes in this session that what both write disappears so many seconds after it was seen, or stays. */
    val disappear: (Long, Long?) -> Unit,
    /** Shows what waits for them, to be handed on. */
    val handOn: (String) -> Unit,
    /** Whether another device that came in this person's name is their own. */
    val otherDevice: (String, Boolean) -> Unit,
    val forget: (String) -> Unit,
)

/** What is asked about a person. */
private enum class Asked { FILES, LIFE, BLOCK, FORGET }

/**
 * Somebody who was met: how far to trust, why, since when, how they were reached, and what is decided about them. [naming]: at first
 * the name is there to be changed.
 */
@Composable
fun Person(state: Screen.Person, deeds: PersonDeeds, modifier: Modifier = Modifier, naming: Boolean = false) {
    val one = state.contact
    val talk = state.talk?.takeIf { !it.isOver }
    val name = named(one.name)
    var isNaming by rememberSaveable { mutableStateOf(naming) }
    var asked by rememberSaveable { mutableStateOf<Asked?>(null) }
    Page("", Leave.BACK, deeds.back, modifier) {
        Row(horizontalArrangement = Arrangement.spacedBy(16.dp), verticalAlignment = Alignment.CenterVertically) {
            Avatar(one.name, size = 72.dp, presence = state.presence)
            Column(Modifier.weight(1f)) {
                Headline(name)
                Body(stringResource(R.string.person_since, day(one.since)), style = MaterialTheme.typography.bodyMedium)
            }
        }
        Facts(facts(one))
        if (one.isReplaced) {
            Hint(stringResource(R.string.person_replaced), icon = Icons.Shield) {
                OtherButton(stringResource(R.string.other_is_mine), { deeds.otherDevice(one.id, true) })
                OtherButton(stringResource(R.string.other_is_not_mine), { deeds.otherDevice(one.id, false) })
            }
        }
        if (one.isFrozen) Hint(stringResource(R.string.contact_frozen), icon = Icons.Shield, isBad = true)
        if (one.hasFallen) Hint(stringResource(R.string.person_fallen), icon = Icons.Shield)
        when {
            one.isBlocked -> Hint(stringResource(R.string.person_blocked))
            talk?.isTalking == true -> MainButton(stringResource(R.string.compare), deeds.compare, icon = Icons.Compare)
            talk == null && one.canBeFound ->
                MainButton(stringResource(R.string.look_for, name), { deeds.meet(one.id) }, icon = Icons.Person)
            !one.canBeFound && one.reason != Key.REASON_DIFFERENT -> {
                Body(stringResource(R.string.person_cannot_be_found))
                MainButton(stringResource(R.string.show_code), deeds.showCode, icon = Icons.Code)
            }
        }
        Surface(shape = MaterialTheme.shapes.large, color = MaterialTheme.colorScheme.surfaceContainer) {
            Column {
                // Of who is not let in, nothing else is kept.
                if (one.reason != Key.REASON_DIFFERENT) {
                    Further(stringResource(R.string.give_name), Icons.Edit, if (isNaming) Icons.Up else Icons.Down) { isNaming = !isNaming }
                    if (isNaming) {
                        GiveName(one) {
                            isNaming = false
                            deeds.giveName(one.id, it)
                        }
                    }
                    Further(stringResource(R.string.files_unasked), Icons.File) { asked = Asked.FILES }
                    if (talk != null) Further(stringResource(R.string.disappearing), Icons.Clock) { asked = Asked.LIFE }
                    if (one.canBeFound) Further(stringResource(R.string.hand_on), Icons.Share) { deeds.handOn(one.id) }
                    if (one.isBlocked) {
                        Further(stringResource(R.string.unblock), Icons.Block) { deeds.block(one.id, false) }
                    } else {
                        Further(stringResource(R.string.block), Icons.Block) { asked = Asked.BLOCK }
                    }
                }
                Further(stringResource(R.string.forget), Icons.Close) { asked = Asked.FORGET }
            }
        }
    }
    val answer = { deed: () -> Unit ->
        asked = null
        deed()
    }
    when (asked) {
        Asked.FILES -> FilesUnasked(one, { answer { deeds.takeFilesUpTo(one.id, it) } }) { asked = null }
        Asked.LIFE -> Disappearing({ answer { talk?.let { to -> deeds.disappear(to.session, it) } } }) { asked = null }
        Asked.BLOCK -> Ask(
            stringResource(R.string.block_title, name),
            stringResource(R.string.block_text),
            stringResource(R.string.block),
            stringResource(R.string.not_now),
            onYes = { answer { deeds.block(one.id, true) } },
            onNo = { asked = null },
        )
        Asked.FORGET -> Ask(
            stringResource(R.string.forget_title, name),
            stringResource(R.string.forget_text),
            stringResource(R.string.forget),
            stringResource(R.string.keep_it),
            onYes = { answer { deeds.forget(one.id) } },
            onNo = { asked = null },
        )
        null -> {}
    }
}

@Composable
private fun GiveName(one: Contact, onGive: (String) -> Unit) {
    // Only a name that was given here is there to be changed.
    var name by rememberSaveable { mutableStateOf(if (one.ownName == null) "" else one.name) }
    Column(Modifier.padding(horizontal = 16.dp, vertical = 8.dp), Arrangement.spacedBy(8.dp)) {
        Entry(
            name,
            { name = it.take(OwnName.LONGEST) },
            stringResource(R.string.given_name),
            keyboard = KeyboardOptions(capitalization = KeyboardCapitalization.Words),
            support = stringResource(R.string.give_name_text),
            onDone = { onGive(name) },
        )
        QuietButton(stringResource(R.string.save), { onGive(name) }, Modifier.align(Alignment.End))
    }
}

/** Each amount is a choice that counts at once. */
@Composable
private fun FilesUnasked(one: Contact, onChoose: (Long?) -> Unit, onLeave: () -> Unit) = AlertDialog(
    onDismissRequest = onLeave,
    title = { Text(stringResource(R.string.files_unasked)) },
    text = {
        Column(Modifier.verticalScroll(rememberScrollState()).selectableGroup()) {
            Body(stringResource(R.string.files_unasked_text))
            for (bytes in Contact.unaskedChoices(one.takesFilesUpTo)) {
                Row(
                    Modifier
                        .fillMaxWidth()
                        .selectable(bytes == one.takesFilesUpTo, role = Role.RadioButton) { onChoose(bytes) }
                        .heightIn(min = 48.dp),
                    Arrangement.spacedBy(12.dp),
                    Alignment.CenterVertically,
                ) {
                    RadioButton(bytes == one.takesFilesUpTo, null)
                    Text(capital(unasked(bytes)), style = MaterialTheme.typography.bodyLarge)
                }
            }
        }
    },
    confirmButton = { QuietButton(stringResource(R.string.not_now), onLeave) },
)

@Composable
private fun unasked(bytes: Long?) = when (bytes) {
    null -> stringResource(R.string.files_as_usual)
    0L -> stringResource(R.string.files_never)
    else -> stringResource(R.string.files_up_to, size(bytes))
}

@Composable
private fun facts(one: Contact) = buildList {
    val trust = stringResource(R.string.trust_line, say(one.trust), say(one.reason))
    val isNewer = dayOf(one.trusted) != dayOf(one.since)
    add(
        (if (one.trust == Key.TRUST_VERIFIED) Icons.Shield else Icons.Info) to
            if (isNewer) beside(trust, stringResource(R.string.person_trusted, day(one.trusted))) else trust,
    )
    one.ownName?.let { add(Icons.Person to stringResource(R.string.person_own_name, named(it))) }
    one.takesFilesUpTo?.let { add(Icons.File to stringResource(R.string.files_unasked_line, unasked(it))) }
    one.heard?.let { add(Icons.Clock to capital(lastHeard(it))) }
    for (way in one.ways) add(Icons.World to beside(stringResource(R.string.person_way, way.address), spokenDay(way.at)))
}
