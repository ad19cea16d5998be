package example.handfast.app.ui

import androidx.compose.foundation.clickable
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.style.TextOverflow
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Avatar
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Facts
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.Leave
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.OtherButton
import example.handfast.app.ui.parts.Page
import example.handfast.app.ui.parts.named
import example.handfast.core.Presence
import example.handfast.core.Screen
import example.handfast.core.presence

/** Something of another app is to be sent: to whom? */
@Composable
fun ToWhom(
    state: Screen.ToWhom,
    onPick: (Long) -> Unit,
    onPickOther: (String) -> Unit,
    onShow: () -> Unit,
    onScan: () -> Unit,
    onClose: () -> Unit,
) =
    Page(stringResource(R.string.to_whom_title), Leave.CLOSE, onClose) {
        val files = state.names.map { Icons.File to it }
        Facts(files + listOfNotNull(state.text?.let { Icons.Talk to it.take(LONGEST) }))
        if (state.people.isEmpty() && state.others.isEmpty()) {
            Body(stringResource(R.string.to_whom_nobody))
            MainButton(stringResource(R.string.show_code), onShow, icon = Icons.Code)
            OtherButton(stringResource(R.string.scan_code), onScan, icon = Icons.Scan)
        }
        for (one in state.people) Somebody(one.name, one.presence) { onPick(one.session) }
        for (one in state.others) Somebody(one.name, Presence.AWAY) { onPickOther(one.id) }
    }

@Composable
private fun Somebody(name: String?, presence: Presence, onClick: () -> Unit) = Row(
    Modifier
        .fillMaxWidth()
        .clip(MaterialTheme.shapes.large)
        .clickable(role = Role.Button, onClick = onClick)
        .heightIn(min = 66.dp),
    Arrangement.spacedBy(14.dp),
    Alignment.CenterVertically,
) {
    Avatar(name.orEmpty(), presence = presence)
    Text(named(name), Modifier.weight(1f), style = MaterialTheme.typography.titleMedium, maxLines = 2, overflow = TextOverflow.Ellipsis)
}

/** In UTF-16 units: enough to know which text it was. */
private const val LONGEST = 300
