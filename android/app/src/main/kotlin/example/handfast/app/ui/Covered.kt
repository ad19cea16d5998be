package example.handfast.app.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.size
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.saveable.rememberSaveableStateHolder
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.BarePage
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.MainButton

/**
 * The screens, or what covers them until the person has proved who they are. Without an answer whether they are
 * covered, nothing is shown.
 */
@Composable
fun Covered(isCovered: Boolean?, onUncover: () -> Unit, screens: @Composable () -> Unit) {
    // What was typed beneath is there again.
    val beneath = rememberSaveableStateHolder()
    when (isCovered) {
        false -> beneath.SaveableStateProvider("screens") { screens() }
        null -> Surface(Modifier.fillMaxSize(), color = MaterialTheme.colorScheme.surface) {}
        true -> Cover(onUncover)
    }
}

@Composable
private fun Cover(onUncover: () -> Unit) {
    LaunchedEffect(Unit) { onUncover() }
    Surface(Modifier.fillMaxSize(), color = MaterialTheme.colorScheme.surface) {
        BarePage(Arrangement.spacedBy(24.dp, Alignment.CenterVertically)) {
            Icon(Icons.Lock, null, Modifier.size(48.dp), MaterialTheme.colorScheme.primary)
            Body(stringResource(R.string.covered))
            MainButton(stringResource(R.string.uncover), onUncover)
        }
    }
}
