package example.handfast.app.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.IntrinsicSize
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.Spacer
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.remember
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.platform.LocalDensity
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.named
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Headline
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.Leave
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.OtherButton
import example.handfast.app.ui.parts.Page
import example.handfast.app.ui.parts.QuietButton
import example.handfast.app.ui.parts.fixed
import example.handfast.app.ui.parts.named
import example.handfast.core.Outcome
import example.handfast.core.Pictograph
import example.handfast.core.Screen

/** Six pictures and the same in digits, which both see alike if nobody is in between. */
@Composable
fun Compare(state: Screen.Compare, onFound: (List<String>, Outcome) -> Unit) {
    // A judgement is about what stands here, whatever comes meanwhile.
    val judge = { outcome: Outcome -> onFound(state.digits, outcome) }
    Page(named(state.name), Leave.BACK, { judge(Outcome.LATER) }) {
        Headline(stringResource(R.string.compare_title))
        Body(stringResource(R.string.compare_text))
        BoxWithConstraints {
            val columns = if (maxWidth / LocalDensity.current.fontScale < 260.dp) 2 else 3
            Column(verticalArrangement = Arrangement.spacedBy(8.dp)) {
                for (row in state.symbols.chunked(columns)) {
                    Row(Modifier.height(IntrinsicSize.Max), Arrangement.spacedBy(8.dp)) {
                        for (symbol in row) Picture(symbol, Modifier.weight(1f).fillMaxHeight())
                        repeat(columns - row.size) { Spacer(Modifier.weight(1f)) }
                    }
                }
            }
        }
        Text(
            state.digits.joinToString("  "),
            Modifier.fillMaxWidth(),
            textAlign = TextAlign.Center,
            style = MaterialTheme.typography.headlineSmall,
        )
        MainButton(stringResource(R.string.compare_same), { judge(Outcome.SAME) }, icon = Icons.Check)
        OtherButton(stringResource(R.string.compare_different), { judge(Outcome.DIFFERENT) }, icon = Icons.Alert)
        QuietButton(stringResource(R.string.compare_later), { judge(Outcome.LATER) }, Modifier.align(Alignment.CenterHorizontally))
    }
}

@Composable
private fun Picture(symbol: Pictograph, modifier: Modifier) {
    val context = LocalContext.current
    val name = remember(context, symbol) { context.named(symbol) }
    Surface(
        modifier.semantics(mergeDescendants = true) {},
        MaterialTheme.shapes.large,
        color = MaterialTheme.colorScheme.surfaceContainer,
    ) {
        Column(Modifier.padding(8.dp), Arrangement.Center, Alignment.CenterHorizontally) {
            val style = MaterialTheme.typography.displaySmall
            Text(symbol.picture, Modifier.clearAndSetSemantics {}, style = style.copy(fontSize = fixed(40.dp), lineHeight = fixed(52.dp)))
            Text(name, textAlign = TextAlign.Center, style = MaterialTheme.typography.labelLarge)
        }
    }
}
