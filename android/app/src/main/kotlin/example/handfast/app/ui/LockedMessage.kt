package example.handfast.app.ui

import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.text.selection.SelectionContainer
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateListOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.listSaver
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.runtime.toMutableStateList
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Entry
import example.handfast.app.ui.parts.Hint
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.Leave
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.Page
import example.handfast.app.ui.parts.Progress
import example.handfast.app.ui.parts.QuietButton
import example.handfast.app.ui.parts.Secret
import example.handfast.app.ui.parts.live
import example.handfast.app.ui.parts.say
import example.handfast.core.Answered
import example.handfast.core.Screen

/** A message, and what is asked before it opens: one question or more, each with its answer. */
@Composable
fun LockMessage(
    state: Screen.LockMessage,
    onJudge: (List<Answered>) -> Unit,
    onSend: (String, List<Answered>) -> Unit,
    onBack: () -> Unit,
) {
    var text by rememberSaveable { mutableStateOf(state.text) }
    val questions = rememberTyped()
    val answers = rememberTyped()
    val locks = { questions.zip(answers, ::Answered) }
    val judge = { onJudge(locks()) }
    Page(stringResource(R.string.write_locked), Leave.CLOSE, onBack) {
        Body(stringResource(R.string.write_locked_text))
        Entry(text, { text = it }, stringResource(R.string.your_message), enabled = !state.busy, lines = 6)
        for (at in questions.indices) {
            Entry(
                questions[at],
                {
                    questions[at] = it
                    judge()
                },
                stringResource(R.string.your_question),
                enabled = !state.busy,
            )
            Entry(
                answers[at],
                {
                    answers[at] = it
                    judge()
                },
                stringResource(R.string.your_answer),
                enabled = !state.busy,
                keyboard = Secret,
                onDone = {},
            )
        }
        state.strength?.let { Body(say(it), Modifier.live(), MaterialTheme.typography.bodyMedium) }
        if (!state.busy) {
            FlowRow {
                if (questions.size < state.mostQuestions) {
                    QuietButton(
                        stringResource(R.string.another_question),
                        {
                            questions += ""
                            answers += ""
                            judge()
                        },
                    )
                }
                if (questions.size > 1) {
                    QuietButton(
                        stringResource(R.string.drop_question),
                        {
                            questions.removeAt(questions.lastIndex)
                            answers.removeAt(answers.lastIndex)
                            judge()
                        },
                    )
                }
            }
        }
        state.hint?.takeUnless { state.busy }?.let { Hint(say(it), isBad = true) }
        if (state.busy) Progress(stringResource(R.string.locking), null)
        MainButton(
            stringResource(R.string.lock_and_send),
            { onSend(text, locks()) },
            icon = Icons.Lock,
            enabled = !state.busy && !state.useless && text.isNotBlank(),
        )
    }
}

/** What is typed line by line; there is one line at first. */
@Composable
private fun rememberTyped() = rememberSaveable(saver = listSaver({ it.toList() }, { it.toMutableStateList() })) { mutableStateListOf("") }

/** What a locked message says, for as long as one looks at it. */
@Composable
fun OpenedMessage(state: Screen.OpenedMessage, onClose: () -> Unit) =
    Page(stringResource(R.string.locked_message), Leave.CLOSE, onClose) {
        Surface(shape = MaterialTheme.shapes.large, color = MaterialTheme.colorScheme.surfaceContainer) {
            SelectionContainer(Modifier.padding(20.dp)) { Text(state.text, style = MaterialTheme.typography.bodyLarge) }
        }
        Body(stringResource(R.string.opened_message_text))
    }
