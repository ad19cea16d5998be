package example.handfast.app.ui

import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import example.handfast.app.R
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Entry
import example.handfast.app.ui.parts.Hint
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.Leave
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.OtherButton
import example.handfast.app.ui.parts.Page
import example.handfast.app.ui.parts.QuietButton
import example.handfast.app.ui.parts.Secret
import example.handfast.app.ui.parts.named
import example.handfast.app.ui.parts.say
import example.handfast.core.Inquiry
import example.handfast.core.Screen

/** What the two ask each other, and how that stands. */
@Composable
fun Inquiries(state: Screen.Conversation, onAnswer: (String) -> Unit, onNoAnswer: () -> Unit) {
    state.asks?.let { asks ->
        Asked(stringResource(R.string.they_ask, named(state.name), asks.question), asks) {
            if (asks.isOpen) Answer(onAnswer, onNoAnswer)
        }
    }
    state.asked?.let { asked -> Asked(stringResource(R.string.you_asked, asked.question), asked) {} }
}

@Composable
private fun Asked(words: String, one: Inquiry, content: @Composable () -> Unit) =
    Hint("$words\n${standing(one)}", icon = Icons.Question, isDone = !one.isOpen) { content() }

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
fun AskThem(state: Screen.Ask, onAsk: (String, String) -> Unit, onBack: () -> Unit) {
    var question by rememberSaveable { mutableStateOf("") }
    var answer by rememberSaveable { mutableStateOf("") }
    val isWhole = question.isNotBlank() && answer.isNotBlank()
    val ask = { if (isWhole) onAsk(question, answer) }
    Page(stringResource(R.string.ask_them), Leave.BACK, onBack) {
        Body(stringResource(R.string.ask_them_text, named(state.name)))
        Entry(question, { question = it }, stringResource(R.string.your_question))
        Entry(answer, { answer = it }, stringResource(R.string.expected_answer), keyboard = Secret, onDone = ask)
        MainButton(stringResource(R.string.ask), ask, icon = Icons.Question, enabled = isWhole)
    }
}
