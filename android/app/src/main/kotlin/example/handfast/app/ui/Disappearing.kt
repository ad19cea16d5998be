package example.handfast.app.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.span
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.OtherButton
import example.handfast.app.ui.parts.QuietButton
import example.handfast.core.Row as Line

/** How long what both write from now on is to last; each is a proposal that goes at once. */
@Composable
fun Disappearing(onChoose: (Long?) -> Unit, onLeave: () -> Unit) = AlertDialog(
    onDismissRequest = onLeave,
    title = { Text(stringResource(R.string.disappearing)) },
    text = {
        Column(Modifier.verticalScroll(rememberScrollState()), Arrangement.spacedBy(8.dp)) {
            Body(stringResource(R.string.disappearing_text))
            for (after in Line.Life.CHOICES) {
                OtherButton(after?.let { span(it) } ?: stringResource(R.string.disappearing_off), { onChoose(after) })
            }
        }
    },
    confirmButton = { QuietButton(stringResource(R.string.not_now), onLeave) },
)

/** What somebody proposed, or the two agreed on. */
@Composable
fun life(row: Line.Life): String {
    val after = row.after
    return when {
        after != null -> stringResource(if (row.holds) R.string.life_agreed else R.string.life_offered, span(after))
        else -> stringResource(if (row.holds) R.string.life_is_off else R.string.life_stay_offered)
    }
}

@Composable
private fun span(seconds: Long) = LocalContext.current.span(seconds)
