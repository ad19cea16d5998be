package example.handfast.app.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.AlertDialog
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import androidx.compose.ui.window.DialogProperties
import androidx.compose.ui.window.SecureFlagPolicy
import example.handfast.app.R
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Entry
import example.handfast.app.ui.parts.Hint
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.OtherButton
import example.handfast.app.ui.parts.QuietButton
import example.handfast.app.ui.parts.Secret
import example.handfast.app.ui.parts.named
import example.handfast.app.ui.parts.say
import example.handfast.core.Inquiry
import example.handfast.core.Screen

/** What the two ask each other, and how that stands. */
@Composable
fun Inquiries(state: Screen.Conversation, onAnswer: (String) -> Unit, onNoAnswer: () -> Unit) {
    val asks = state.asks
    if (asks != null) {
        Hint(listOf(stringResource(R.string.they_ask, named(state.name), asks.question), standing(asks)).joinToString("\n"), icon = Icons.Question) {
            if (asks.isOpen) Answer(onAnswer, onNoAnswer)
        }
    }
    val asked = state.asked
    if (asked != null) {
        Hint(listOf(stringResource(R.string.you_asked, asked.question), standing(asked)).joinToString("\n"), icon = Icons.Question)
    }
}

@Composable
private fun standing(one: Inquiry) = listOfNotNull(
    say(one.standing),
    one.triesLeft?.let { pluralStringResource(R.plurals.tries_left, it, it) },
).joinToString(" ")

@Composable
private fun Answer(onAnswer: (String) -> Unit, onNoAnswer: () -> Unit) {
    var answer by rememberSaveable { mutableStateOf("") }
    val give = {
        onAnswer(answer)
        answer = ""
    }
    Entry(answer, { answer = it }, stringResource(R.string.your_answer), keyboard = Secret, onDone = { if (answer.isNotBlank()) give() })
    OtherButton(stringResource(R.string.answer), give, enabled = answer.isNotBlank())
    QuietButton(stringResource(R.string.no_answer), onNoAnswer)
}

/** The person makes up what they ask. */
@Composable
fun AskThem(name: String, onAsk: (String, String) -> Unit, onLeave: () -> Unit) {
    var question by rememberSaveable { mutableStateOf("") }
    var answer by rememberSaveable { mutableStateOf("") }
    AlertDialog(
        onDismissRequest = onLeave,
        // An answer is typed.
        properties = DialogProperties(securePolicy = SecureFlagPolicy.SecureOn),
        title = { Text(stringResource(R.string.ask_them)) },
        text = {
            Column(Modifier.verticalScroll(rememberScrollState()), Arrangement.spacedBy(12.dp)) {
                Body(stringResource(R.string.ask_them_text, name))
                Entry(question, { question = it }, stringResource(R.string.your_question))
                Entry(answer, { answer = it }, stringResource(R.string.expected_answer), keyboard = Secret, onDone = {})
            }
        },
        confirmButton = {
            QuietButton(stringResource(R.string.ask), { if (question.isNotBlank() && answer.isNotBlank()) onAsk(question, answer) })
        },
        dismissButton = { QuietButton(stringResource(R.string.not_now), onLeave) },
    )
}
