package example.handfast.app.ui

import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateListOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.listSaver
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.runtime.toMutableStateList
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import example.handfast.app.R
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Choice
import example.handfast.app.ui.parts.Entry
import example.handfast.app.ui.parts.Facts
import example.handfast.app.ui.parts.Headline
import example.handfast.app.ui.parts.Hint
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.Leave
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.OtherButton
import example.handfast.app.ui.parts.Page
import example.handfast.app.ui.parts.Progress
import example.handfast.app.ui.parts.Secret
import example.handfast.app.ui.parts.capital
import example.handfast.app.ui.parts.say
import example.handfast.core.Screen

/** What goes along to a new phone, and what the old one is then. */
@Composable
fun Moving(state: Screen.Moving, onMoveOut: (withMessages: Boolean) -> Unit, onMoveIn: () -> Unit, onBack: () -> Unit) {
    var withMessages by rememberSaveable { mutableStateOf(true) }
    Page(stringResource(R.string.moving_title), Leave.BACK, onBack) {
        Body(stringResource(R.string.moving_text))
        if (state.isNew) {
            MainButton(stringResource(R.string.move_in), onMoveIn, icon = Icons.Save)
            return@Page
        }
        Choice(stringResource(R.string.moving_with_messages), withMessages, { withMessages = it }, enabled = !state.busy)
        Facts(
            listOf(
                Icons.File to stringResource(R.string.moving_stays),
                Icons.Shield to stringResource(R.string.moving_old),
            ),
        )
        state.hint?.let { Hint(say(it), isBad = true) }
        if (state.busy) Progress(stringResource(R.string.moving_out), null)
        MainButton(stringResource(R.string.move_out), { onMoveOut(withMessages) }, icon = Icons.Share, enabled = !state.busy)
        OtherButton(stringResource(R.string.move_in), onMoveIn, icon = Icons.Save, enabled = !state.busy)
    }
}

/** The copy of another phone: first what opens it, then whether to go on with it here. */
@Composable
fun MovingIn(state: Screen.MovingIn, onOpen: (List<String>, String) -> Unit, onMoveIn: () -> Unit, onClose: () -> Unit) =
    Page(stringResource(R.string.moving_in_title), Leave.CLOSE, onClose) {
        val found = state.found
        if (found == null) Key(state, onOpen) else Found(found, state.erases, onMoveIn, onClose)
    }

@Composable
private fun ColumnScope.Key(state: Screen.MovingIn, onOpen: (List<String>, String) -> Unit) {
    val answers = rememberSaveable(state.questions, saver = listSaver({ it.toList() }, { it.toMutableStateList() })) {
        mutableStateListOf<String>().apply { state.questions.forEach { add("") } }
    }
    var code by rememberSaveable { mutableStateOf("") }
    val open = { if (!state.busy) onOpen(answers.toList(), code) }
    Body(stringResource(R.string.moving_in_text))
    state.questions.forEachIndexed { at, question ->
        Headline(question)
        Entry(answers[at], { answers[at] = it }, stringResource(R.string.your_answer), enabled = !state.busy, keyboard = Secret)
    }
    Entry(
        code,
        { code = it },
        stringResource(R.string.answer_code),
        enabled = !state.busy,
        keyboard = Secret,
        support = state.hint?.let { say(it) },
        isWrong = state.hint != null,
        onDone = open,
    )
    if (state.busy) Progress(stringResource(R.string.unlocking), null)
    MainButton(stringResource(R.string.moving_in_open), open, icon = Icons.Unlocked, enabled = !state.busy && code.isNotBlank())
}

@Composable
private fun ColumnScope.Found(found: Screen.MovingIn.Found, erases: Boolean, onMoveIn: () -> Unit, onClose: () -> Unit) {
    Facts(
        listOf(
            Icons.Person to pluralStringResource(R.plurals.moving_in_people, found.people, found.people),
            Icons.Talk to capital(stringResource(if (found.withMessages) R.string.moving_in_with else R.string.moving_in_without)),
        ),
    )
    Body(stringResource(R.string.moving_old))
    if (erases) Hint(stringResource(R.string.moving_in_erases), isBad = true)
    MainButton(stringResource(R.string.moving_in_yes), onMoveIn)
    OtherButton(stringResource(R.string.not_now), onClose)
}
