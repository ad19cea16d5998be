package example.handfast.app.ui.parts

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.text.KeyboardActions
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.LinearProgressIndicator
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.OutlinedTextField
import androidx.compose.material3.Switch
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.text.input.ImeAction
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.KeyboardType
import androidx.compose.ui.unit.dp

/** What a person types, on one line or more. */
@Composable
fun Entry(
    value: String,
    onChange: (String) -> Unit,
    label: String,
    modifier: Modifier = Modifier,
    enabled: Boolean = true,
    keyboard: KeyboardOptions = KeyboardOptions(capitalization = KeyboardCapitalization.Sentences),
    support: String? = null,
    isWrong: Boolean = false,
    onDone: (() -> Unit)? = null,
    lines: Int = 1,
) = OutlinedTextField(
    value,
    onChange,
    modifier.fillMaxWidth(),
    enabled,
    label = { Text(label) },
    supportingText = support?.let { { Text(it) } },
    isError = isWrong,
    keyboardOptions = keyboard.copy(
        imeAction = when {
            lines > 1 -> ImeAction.Default
            onDone == null -> ImeAction.Next
            else -> ImeAction.Done
        },
    ),
    keyboardActions = KeyboardActions(onDone = { onDone?.invoke() }),
    singleLine = lines == 1,
    maxLines = lines,
    shape = MaterialTheme.shapes.medium,
)

/** No keyboard learns from what is typed so. */
val Secret = KeyboardOptions(
    capitalization = KeyboardCapitalization.None,
    autoCorrectEnabled = false,
    keyboardType = KeyboardType.Password,
)

/** Something to switch on and off, by touching anywhere in its row. */
@Composable
fun Choice(
    text: String,
    isOn: Boolean,
    onChange: (Boolean) -> Unit,
    modifier: Modifier = Modifier,
    more: String? = null,
    enabled: Boolean = true,
) = Row(
    modifier
        .fillMaxWidth()
        .heightIn(min = 56.dp)
        .toggleable(isOn, enabled, Role.Switch, onValueChange = onChange)
        .padding(vertical = 8.dp),
    Arrangement.spacedBy(16.dp),
    Alignment.CenterVertically,
) {
    Column(Modifier.weight(1f)) {
        Text(text, style = MaterialTheme.typography.bodyLarge)
        if (more != null) Body(more, style = MaterialTheme.typography.bodyMedium)
    }
    Switch(isOn, null, enabled = enabled)
}

/** How far something is, from 0 to 1; without an end while that is not known. */
@Composable
fun Progress(words: String, progress: Float?, modifier: Modifier = Modifier) =
    Column(modifier.fillMaxWidth(), Arrangement.spacedBy(8.dp)) {
        Body(words, Modifier.live())
        if (progress == null || progress == 0f) {
            LinearProgressIndicator(Modifier.fillMaxWidth())
        } else {
            LinearProgressIndicator({ progress }, Modifier.fillMaxWidth(), drawStopIndicator = {})
        }
    }
