package example.handfast.app.ui

import androidx.compose.foundation.layout.widthIn
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Hint
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.Leave
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.Page
import example.handfast.app.ui.parts.QrCode
import example.handfast.app.ui.parts.named
import example.handfast.core.Screen

/** What waits for somebody, for whoever carries it to them. */
@Composable
fun HandOn(state: Screen.HandOn, sharing: Sharing, onFile: () -> Unit, onBack: () -> Unit) {
    val name = named(state.name)
    val handout = state.handout
    Page(stringResource(R.string.hand_on_title, name), Leave.BACK, onBack) {
        Body(
            if (state.messages == 0) stringResource(R.string.hand_on_none, name)
            else pluralStringResource(R.plurals.hand_on_messages, state.messages, state.messages),
        )
        Body(stringResource(R.string.hand_on_text, name))
        if (!state.isAll) Hint(stringResource(R.string.hand_on_rest))
        if (handout == null) {
            MainButton(stringResource(R.string.share_as_file), onFile, icon = Icons.File)
        } else {
            QrCode(handout.picture, Modifier.align(Alignment.CenterHorizontally).widthIn(max = 360.dp))
            Best(handout, sharing) { text, icon, share -> MainButton(text, share, icon = icon) }
            OtherForms(handout, sharing)
        }
    }
}
