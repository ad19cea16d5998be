package example.handfast.app.ui

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.selection.toggleable
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.fixed
import example.handfast.app.ui.parts.named
import example.handfast.core.Reaction
import example.handfast.core.Row as Line

/** What is reacted with most. Others that come in are shown as they are. */
private val SYMBOLS = listOf("👍", "❤️", "😂", "😮", "😢")

/** What can be done with a text. [canAnswer]: both keep it, and something can be written about it. */
@Composable
fun MessageMenu(
    isOpen: Boolean,
    row: Line.Text,
    deeds: RowDeeds,
    canAnswer: Boolean,
    onTakeBack: () -> Unit,
    onClose: () -> Unit,
) = DropdownMenu(isOpen, onClose, shape = MaterialTheme.shapes.large) {
    val line = @Composable { words: Int, icon: ImageVector, deed: () -> Unit ->
        MenuLine(stringResource(words), icon) {
            onClose()
            deed()
        }
    }
    if (canAnswer) {
        FlowRow(Modifier.padding(horizontal = 8.dp)) {
            for (symbol in SYMBOLS) {
                Symbol(symbol, isOn = row.reactions.any { it.ours && it.symbol == symbol }) {
                    onClose()
                    deeds.react(row.number, symbol)
                }
            }
        }
        line(R.string.reply, Icons.Reply) { deeds.reply(row.number) }
    }
    line(R.string.copy, Icons.Copy) { deeds.copy(row.text) }
    if (canAnswer && row.ours) {
        line(R.string.edit, Icons.Edit) { deeds.edit(row.number) }
        line(R.string.take_back_text, Icons.Close, onTakeBack)
    }
}

@Composable
private fun Symbol(symbol: String, isOn: Boolean, onClick: () -> Unit) = Box(
    Modifier
        .size(48.dp)
        .background(if (isOn) MaterialTheme.colorScheme.secondaryContainer else Color.Transparent, CircleShape)
        .toggleable(isOn, role = Role.Checkbox) { onClick() },
    Alignment.Center,
) {
    Text(symbol, style = MaterialTheme.typography.titleLarge.copy(fontSize = fixed(22.dp), lineHeight = fixed(28.dp)))
}

/** What the two reacted with. */
@Composable
fun Reactions(reactions: List<Reaction>, name: String, modifier: Modifier = Modifier) =
    FlowRow(modifier, Arrangement.spacedBy(4.dp), Arrangement.spacedBy(4.dp)) {
        for (one in reactions) {
            val who = if (one.ours) stringResource(R.string.row_ours) else named(name)
            val words = stringResource(R.string.reacted, who, one.symbol)
            Text(
                one.symbol,
                Modifier
                    .background(MaterialTheme.colorScheme.surface, CircleShape)
                    .padding(horizontal = 8.dp, vertical = 2.dp)
                    .semantics { contentDescription = words },
                color = MaterialTheme.colorScheme.onSurface,
                style = MaterialTheme.typography.bodyMedium,
            )
        }
    }
