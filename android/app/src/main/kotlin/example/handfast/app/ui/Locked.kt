package example.handfast.app.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.padding
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
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Choice
import example.handfast.app.ui.parts.Entry
import example.handfast.app.ui.parts.Headline
import example.handfast.app.ui.parts.Hint
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.Leave
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.OtherButton
import example.handfast.app.ui.parts.Page
import example.handfast.app.ui.parts.Progress
import example.handfast.app.ui.parts.Secret
import example.handfast.app.ui.parts.live
import example.handfast.app.ui.parts.say
import example.handfast.app.ui.parts.size
import example.handfast.core.Screen

/** A question and an answer for a file of ours. */
@Composable
fun Lock(
    state: Screen.Lock,
    onJudge: (question: String, answer: String, withCode: Boolean) -> Unit,
    onSeal: (question: String, answer: String) -> Unit,
    onStop: () -> Unit,
) {
    var question by rememberSaveable { mutableStateOf("") }
    var answer by rememberSaveable { mutableStateOf("") }
    val withCode = state.code != null
    Page(stringResource(R.string.lock_file), Leave.CLOSE, onStop) {
        Text(
            stringResource(R.string.file_line, state.name, size(state.size)),
            style = MaterialTheme.typography.titleMedium,
        )
        Body(stringResource(R.string.lock_text))
        Entry(
            question,
            {
                question = it
                onJudge(question, answer, withCode)
            },
            stringResource(R.string.your_question),
            enabled = !state.busy,
        )
        Entry(
            answer,
            {
                answer = it
                onJudge(question, answer, withCode)
            },
            stringResource(R.string.your_answer),
            enabled = !state.busy,
            keyboard = Secret,
            onDone = {},
        )
        state.strength?.let { Body(say(it), Modifier.live(), MaterialTheme.typography.bodyMedium) }
        Choice(
            stringResource(R.string.lock_with_code),
            withCode,
            { onJudge(question, answer, it) },
            enabled = !state.busy,
        )
        state.hint?.takeUnless { state.busy }?.let { Hint(say(it), isBad = true) }
        if (state.busy) Progress(stringResource(R.string.locking), state.progress)
        // An answer that protects nothing is refused, unless a code does.
        MainButton(
            stringResource(R.string.lock_now),
            { onSeal(question, answer) },
            icon = Icons.Lock,
            enabled = !state.busy && !state.useless,
        )
    }
}

/** A locked file of ours, to hand on, and its code. */
@Composable
fun Sealed(state: Screen.Sealed, onShare: () -> Unit, onSave: () -> Unit, onCopy: (String) -> Unit, onHome: () -> Unit) =
    Page(stringResource(if (state.isPhone) R.string.moving_title else R.string.lock_file), Leave.CLOSE, onHome) {
        Headline(stringResource(if (state.isPhone) R.string.moved_out else R.string.sealed_title))
        Body(stringResource(R.string.file_line, state.name, size(state.size)))
        state.code?.let { code ->
            Body(stringResource(if (state.isPhone) R.string.moved_out_code else R.string.sealed_code))
            Surface(shape = MaterialTheme.shapes.large, color = MaterialTheme.colorScheme.surfaceContainer) {
                SelectionContainer(Modifier.padding(20.dp)) {
                    Column(verticalArrangement = Arrangement.spacedBy(12.dp)) {
                        Text(code.characters, style = MaterialTheme.typography.titleLarge)
                        Text(code.words, style = MaterialTheme.typography.bodyLarge)
                    }
                }
            }
            OtherButton(stringResource(R.string.copy), { onCopy(code.characters) }, icon = Icons.Copy)
        }
        MainButton(stringResource(R.string.share), onShare, icon = Icons.Share)
        OtherButton(stringResource(R.string.save), onSave, icon = Icons.Save)
    }

/** A file that was locked. What is in it is nobody's to open here. */
@Composable
fun Opened(state: Screen.Opened, onSave: () -> Unit, onShare: () -> Unit, onHome: () -> Unit) =
    Page(stringResource(R.string.locked_title), Leave.CLOSE, onHome) {
        Headline(state.name)
        val amount = size(state.size)
        Body(state.type?.let { stringResource(R.string.file_line, amount, it) } ?: amount)
        MainButton(stringResource(R.string.save), onSave, icon = Icons.Save)
        OtherButton(stringResource(R.string.share), onShare, icon = Icons.Share)
    }

/** A file of another app is on its way in. [progress]: from 0 to 1, where that is known. */
@Composable
fun TakingIn(state: Screen.TakingIn, progress: Float?, onStop: () -> Unit) =
    Page(stringResource(R.string.app_name), Leave.CLOSE, onStop) {
        Progress(stringResource(R.string.taking_in, state.name), progress)
        OtherButton(stringResource(R.string.stop), onStop)
    }
