package example.handfast.app.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.widthIn
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.heading
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.font.FontWeight
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.BarePage
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Entry
import example.handfast.app.ui.parts.Headline
import example.handfast.app.ui.parts.HowItGoes
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.QuietButton
import example.handfast.app.ui.parts.READABLE
import example.handfast.core.OwnName
import example.handfast.core.Screen

/** The first start: how it goes, and one question. */
@Composable
fun Welcome(state: Screen.Welcome, onName: (String) -> Unit, onMoveIn: (String) -> Unit) = BarePage {
    var name by rememberSaveable { mutableStateOf(state.suggested) }
    Column(Modifier.widthIn(max = READABLE).fillMaxWidth(), Arrangement.spacedBy(20.dp)) {
        AppName()
        HowItGoes(Modifier.padding(vertical = 4.dp))
        Headline(stringResource(R.string.welcome_title))
        Body(stringResource(R.string.welcome_text))
        Entry(
            name,
            { name = it.take(OwnName.LONGEST) },
            stringResource(R.string.your_name),
            keyboard = KeyboardOptions(capitalization = KeyboardCapitalization.Words),
            onDone = { onName(name) },
        )
        MainButton(stringResource(R.string.begin), { onName(name) })
        QuietButton(stringResource(R.string.come_from_another), { onMoveIn(name) }, Modifier.align(Alignment.CenterHorizontally))
    }
}

/** The mark of the app and its name. */
@Composable
fun AppName(modifier: Modifier = Modifier) =
    Row(modifier, Arrangement.spacedBy(12.dp), Alignment.CenterVertically) {
        Icon(Icons.Mark, null, Modifier.size(28.dp), MaterialTheme.colorScheme.primary)
        Text(
            stringResource(R.string.app_name),
            Modifier.semantics { heading() },
            style = MaterialTheme.typography.titleLarge.copy(fontWeight = FontWeight.Medium),
        )
    }
