package example.handfast.app.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateListOf
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.listSaver
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.runtime.toMutableStateList
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Avatar
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
import example.handfast.app.ui.parts.QuietButton
import example.handfast.app.ui.parts.Secret
import example.handfast.app.ui.parts.beside
import example.handfast.app.ui.parts.goodUntil
import example.handfast.app.ui.parts.live
import example.handfast.app.ui.parts.named
import example.handfast.app.ui.parts.say
import example.handfast.app.ui.parts.size
import example.handfast.core.Key
import example.handfast.core.Protection
import example.handfast.core.Screen
import example.handfast.core.Way

/** Whether to connect. Nothing has been sent. */
@Composable
fun Confirm(state: Screen.Confirm, onConnect: () -> Unit, onNotNow: () -> Unit) =
    Page(stringResource(R.string.app_name), Leave.CLOSE, onNotNow) {
        val until = state.expiresAt
        val name = state.name
        if (name != null) {
            Row(horizontalArrangement = Arrangement.spacedBy(16.dp), verticalAlignment = Alignment.CenterVertically) {
                Avatar(name, size = 64.dp)
                Column(Modifier.weight(1f)) {
                    Text(named(name), style = MaterialTheme.typography.titleLarge)
                    val claim = stringResource(R.string.confirm_claim)
                    Body(
                        if (until == null) claim else beside(claim, goodUntil(until)),
                        style = MaterialTheme.typography.bodyMedium,
                    )
                }
            }
            Headline(stringResource(R.string.confirm_headline))
        } else {
            Headline(stringResource(R.string.confirm_title_unknown))
            if (until != null) Body(goodUntil(until))
        }
        if (until == null) Hint(stringResource(R.string.confirm_expired), icon = Icons.Clock)
        Facts(
            listOfNotNull(
                Icons.Shield to stringResource(R.string.confirm_between),
                Icons.Eye to stringResource(R.string.confirm_address),
                (if (state.proof == Key.PROOF_CAMERA) Icons.Scan else Icons.Link) to say(state.proof),
                state.question?.let { Icons.Question to stringResource(R.string.confirm_question, it) },
                if (state.asksForNetwork) Icons.Wifi to stringResource(R.string.confirm_network) else null,
            ),
        )
        MainButton(stringResource(R.string.connect), onConnect)
        OtherButton(stringResource(R.string.not_now), onNotNow)
    }

/** The other phone is looked for. */
@Composable
fun Connecting(
    state: Screen.Connecting,
    leaving: Leaving,
    onReply: () -> Unit,
    onScan: () -> Unit,
    onTryHarder: () -> Unit,
    onHotspot: () -> Unit,
) = Page(stringResource(R.string.connecting_title), Leave.BACK, leaving.putAside, actions = { LeavingMenu(leaving) }) {
    Progress(say(state.stage), null)
    Trouble(state.hint, state.canTryHarder, onTryHarder, onHotspot)
    OtherButton(stringResource(R.string.show_my_reply), onReply, icon = Icons.Code)
    OtherButton(stringResource(R.string.scan_their_code), onScan, icon = Icons.Scan)
}

/** Questions that the other side wrote, and a line for each answer. */
@Composable
fun Question(state: Screen.Question, onAnswer: (List<String>, String?) -> Unit, onStop: () -> Unit) {
    // Questions that were agreed on elsewhere are not inside.
    val questions = state.questions.ifEmpty { listOf(stringResource(R.string.question_unwritten)) }
    val answers = rememberSaveable(state.questions, saver = listSaver({ it.toList() }, { it.toMutableStateList() })) {
        mutableStateListOf<String>().apply { questions.forEach { add("") } }
    }
    var code by rememberSaveable(state.questions) { mutableStateOf("") }
    val answer = { if (!state.busy) onAnswer(answers.toList(), code.takeIf { state.withCode }) }
    val title = when {
        state.isMessage -> R.string.locked_message
        state.size != null -> R.string.locked_title
        else -> R.string.question_title
    }
    Page(stringResource(title), Leave.CLOSE, onStop) {
        state.size?.let { Body(stringResource(R.string.locked_text, size(it))) }
        questions.forEachIndexed { at, question ->
            Headline(question)
            Entry(
                answers[at],
                { answers[at] = it },
                stringResource(R.string.your_answer),
                enabled = !state.busy,
                keyboard = Secret,
                support = state.hint?.takeIf { at == questions.lastIndex && !state.busy }?.let { say(it) },
                isWrong = state.hint != null && !state.busy,
                onDone = if (at == questions.lastIndex && !state.withCode) answer else null,
            )
        }
        if (state.withCode) {
            Entry(
                code,
                { code = it },
                stringResource(R.string.answer_code),
                enabled = !state.busy,
                keyboard = Secret,
                onDone = answer,
            )
        }
        state.triesLeft?.let {
            val tries = pluralStringResource(R.plurals.tries_left, it, it)
            Body("$tries. ${stringResource(R.string.question_unseen)}", Modifier.live(), MaterialTheme.typography.bodyMedium)
        }
        state.warning?.let { Hint(say(it)) }
        if (state.busy) Progress(stringResource(R.string.unlocking), state.progress)
        MainButton(stringResource(R.string.answer), answer, enabled = !state.busy)
        Facts(listOf(Icons.Info to stringResource(R.string.question_warning)))
        QuietButton(stringResource(R.string.stop), onStop, Modifier.align(Alignment.CenterHorizontally))
    }
}

/** A question of the person's own, asked before an invitation is made. */
@Composable
fun AskFirst(onMake: (Protection) -> Unit, onClose: () -> Unit) {
    var question by rememberSaveable { mutableStateOf("") }
    var answer by rememberSaveable { mutableStateOf("") }
    var lock by rememberSaveable { mutableStateOf(false) }
    val isWhole = question.isNotBlank() && answer.isNotBlank()
    val make = { if (isWhole) onMake(Protection(question, answer, lock)) }
    Page(stringResource(R.string.protection_title), Leave.CLOSE, onClose) {
        Body(stringResource(R.string.protection_text))
        Entry(question, { question = it }, stringResource(R.string.your_question))
        Entry(answer, { answer = it }, stringResource(R.string.your_answer), keyboard = Secret, onDone = make)
        Choice(stringResource(R.string.lock_link), lock, { lock = it })
        MainButton(stringResource(R.string.make_invitation), make, enabled = isWhole)
    }
}

/** It is over, and here is what to try. */
@Composable
fun Ended(state: Screen.Ended, onWay: (Way) -> Unit, onHome: () -> Unit) =
    Page(stringResource(R.string.app_name), Leave.CLOSE, onHome) {
        Headline(say(state.what), Modifier.live())
        state.next?.let { Body(say(it)) }
        MainButton(say(state.way), { onWay(state.way) })
        if (state.way != Way.HOME) OtherButton(stringResource(R.string.back_home), onHome)
    }
