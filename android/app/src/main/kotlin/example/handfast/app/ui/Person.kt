package example.handfast.app.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.material3.MaterialTheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Ask
import example.handfast.app.ui.parts.Avatar
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Facts
import example.handfast.app.ui.parts.Headline
import example.handfast.app.ui.parts.Hint
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.Leave
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.OtherButton
import example.handfast.app.ui.parts.Page
import example.handfast.app.ui.parts.beside
import example.handfast.app.ui.parts.capital
import example.handfast.app.ui.parts.day
import example.handfast.app.ui.parts.dayOf
import example.handfast.app.ui.parts.lastHeard
import example.handfast.app.ui.parts.named
import example.handfast.app.ui.parts.say
import example.handfast.app.ui.parts.spokenDay
import example.handfast.core.Contact
import example.handfast.core.Key
import example.handfast.core.Screen

/** What can be done with somebody who was met. */
class PersonDeeds(
    val back: () -> Unit,
    /** Looks for them. */
    val meet: (String) -> Unit,
    val compare: () -> Unit,
    /** Meets them anew. */
    val showCode: () -> Unit,
    val forget: (String) -> Unit,
)

/** Somebody who was met: how far to trust, why, since when, how they were reached. */
@Composable
fun Person(state: Screen.Person, deeds: PersonDeeds, modifier: Modifier = Modifier) {
    val one = state.contact
    val talk = state.talk?.takeIf { !it.isOver }
    val name = named(one.name)
    var isAsking by rememberSaveable { mutableStateOf(false) }
    Page("", Leave.BACK, deeds.back, modifier) {
        Row(horizontalArrangement = Arrangement.spacedBy(16.dp), verticalAlignment = Alignment.CenterVertically) {
            Avatar(one.name, size = 72.dp, presence = state.presence)
            Column(Modifier.weight(1f)) {
                Headline(name)
                Body(stringResource(R.string.person_since, day(one.since)), style = MaterialTheme.typography.bodyMedium)
            }
        }
        Facts(facts(one))
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
        OtherButton(stringResource(R.string.forget), { isAsking = true })
    }
    if (isAsking) {
        Ask(
            stringResource(R.string.forget_title, name),
            stringResource(R.string.forget_text),
            stringResource(R.string.forget),
            stringResource(R.string.keep_it),
            onYes = {
                isAsking = false
                deeds.forget(one.id)
            },
            onNo = { isAsking = false },
        )
    }
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
    one.heard?.let { add(Icons.Clock to capital(lastHeard(it))) }
    for (way in one.ways) add(Icons.World to beside(stringResource(R.string.person_way, way.address), spokenDay(way.at)))
}
