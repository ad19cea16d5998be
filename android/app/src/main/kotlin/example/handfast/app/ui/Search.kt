package example.handfast.app.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Entry
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.Leave
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.OtherButton
import example.handfast.app.ui.parts.Page
import example.handfast.app.ui.parts.Progress
import example.handfast.app.ui.parts.beside
import example.handfast.app.ui.parts.live
import example.handfast.app.ui.parts.named
import example.handfast.app.ui.parts.shortDay
import example.handfast.app.ui.parts.timeOfDay
import example.handfast.core.Hit
import example.handfast.core.Screen

/** Words, and where they stand in what was said with somebody. */
@Composable
fun Search(state: Screen.Search, onLook: (String) -> Unit, onBack: () -> Unit) =
    Page(stringResource(R.string.search), Leave.BACK, onBack) {
        var words by rememberSaveable { mutableStateOf(state.words) }
        Entry(
            words,
            { words = it },
            stringResource(R.string.search_words),
            keyboard = KeyboardOptions(capitalization = KeyboardCapitalization.None),
            onDone = { onLook(words) },
        )
        MainButton(stringResource(R.string.search), { onLook(words) }, icon = Icons.Search, enabled = words.isNotBlank() && !state.isLooking)
        if (state.words.isNotEmpty() && state.hits.isEmpty() && !state.isLooking) {
            Body(stringResource(R.string.nothing_found), Modifier.live())
        }
        for (hit in state.hits) Found(hit, state.name)
        if (state.isLooking) Progress(stringResource(R.string.searching), null)
        else if (state.hasMore && state.hits.isNotEmpty()) OtherButton(stringResource(R.string.show_more), { onLook(state.words) })
    }

@Composable
private fun Found(hit: Hit, name: String) =
    Surface(Modifier.fillMaxWidth(), MaterialTheme.shapes.large, MaterialTheme.colorScheme.surfaceContainer) {
        Column(Modifier.padding(16.dp), Arrangement.spacedBy(4.dp)) {
            SelectionContainer { Text(hit.text, style = MaterialTheme.typography.bodyLarge) }
            val who = if (hit.ours) stringResource(R.string.row_ours) else named(name)
            Body(beside(who, beside(shortDay(hit.at), timeOfDay(hit.at))), style = MaterialTheme.typography.labelMedium)
        }
    }
