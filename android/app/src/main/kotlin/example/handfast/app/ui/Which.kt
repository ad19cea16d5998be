package example.handfast.app.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.Leave
import example.handfast.app.ui.parts.Page
import example.handfast.app.ui.parts.capital
import example.handfast.app.ui.parts.goodUntil
import example.handfast.app.ui.parts.say
import example.handfast.core.FoundToken
import example.handfast.core.Screen

/** More than one was found in a picture or file: which is meant? */
@Composable
fun Which(state: Screen.Which, onPick: (Int) -> Unit, onClose: () -> Unit) =
    Page(stringResource(R.string.found_title), Leave.CLOSE, onClose) {
        Body(stringResource(R.string.found_text))
        state.found.forEachIndexed { place, one -> Found(one) { onPick(place) } }
    }

@Composable
private fun Found(one: FoundToken, onClick: () -> Unit) = Surface(
    onClick,
    Modifier.fillMaxWidth().semantics { role = Role.Button },
    shape = MaterialTheme.shapes.large,
    color = MaterialTheme.colorScheme.surfaceContainer,
) {
    Row(Modifier.padding(16.dp), Arrangement.spacedBy(14.dp), Alignment.CenterVertically) {
        Icon(if (one.isInvitation) Icons.Link else Icons.File, null, tint = MaterialTheme.colorScheme.tertiary)
        Column(Modifier.weight(1f)) {
            val name = one.name
            val what = if (name == null) say(one.what) else stringResource(R.string.waiting_theirs, name)
            Text(what, style = MaterialTheme.typography.titleMedium)
            if (one.isInvitation) {
                val until = one.expiresAt
                Body(
                    if (until == null) stringResource(R.string.confirm_expired) else capital(goodUntil(until)),
                    style = MaterialTheme.typography.bodyMedium,
                )
            }
        }
    }
}
