package example.handfast.app.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Ask
import example.handfast.app.ui.parts.BarePage
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Headline
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.OtherButton
import example.handfast.app.ui.parts.say
import example.handfast.core.Key
import example.handfast.core.Screen
import example.handfast.core.Way

/** The key to all that is kept does not come: what that means, and the two things to try, the better one first. */
@Composable
fun KeyLost(state: Screen.KeyLost, onRestart: () -> Unit, onAnew: () -> Unit) = AskingToStartAnew(onAnew) { anew ->
    if (state.isForGood) {
        Headline(say(Key.KIND_KEY_LOST))
        Body(stringResource(R.string.key_lost_text))
        MainButton(stringResource(R.string.start_anew), anew)
        OtherButton(stringResource(R.string.way_restart), onRestart)
    } else {
        Headline(say(Key.KIND_KEY_STORE_FAILED))
        Body(stringResource(R.string.key_kept_back_text))
        MainButton(stringResource(R.string.way_restart), onRestart)
        OtherButton(stringResource(R.string.start_anew), anew)
    }
}

/** What is kept cannot be opened. */
@Composable
fun NotOpened(state: Screen.NotOpened, onAgain: () -> Unit, onAnew: () -> Unit, onWay: (Way) -> Unit) = AskingToStartAnew(onAnew) { anew ->
    Headline(say(state.what))
    state.next?.let { Body(say(it)) }
    Body(stringResource(R.string.not_opened_text))
    MainButton(stringResource(R.string.open_again), onAgain)
    state.way?.let { way -> OtherButton(say(way), { onWay(way) }) }
    if (state.canStartAnew) OtherButton(stringResource(R.string.start_anew), anew)
}

/** A page on which one can begin anew, which is asked about first. */
@Composable
private fun AskingToStartAnew(onAnew: () -> Unit, content: @Composable (anew: () -> Unit) -> Unit) {
    var isAsking by rememberSaveable { mutableStateOf(false) }
    BarePage(Arrangement.spacedBy(16.dp, Alignment.CenterVertically), Alignment.Start) { content { isAsking = true } }
    if (isAsking) {
        Ask(
            stringResource(R.string.start_anew_title),
            stringResource(R.string.start_anew_text),
            stringResource(R.string.start_anew),
            stringResource(R.string.not_now),
            onYes = {
                isAsking = false
                onAnew()
            },
            onNo = { isAsking = false },
        )
    }
}
