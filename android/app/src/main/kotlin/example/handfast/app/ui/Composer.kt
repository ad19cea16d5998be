package example.handfast.app.ui

import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawing
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.windowInsetsPadding
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.DropdownMenu
import androidx.compose.material3.FilledIconButton
import androidx.compose.material3.Icon
import androidx.compose.material3.IconButton
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.material3.TextField
import androidx.compose.material3.TextFieldDefaults
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.MutableState
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.focus.FocusRequester
import androidx.compose.ui.focus.focusRequester
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.input.key.Key as HardwareKey
import androidx.compose.ui.input.key.KeyEventType
import androidx.compose.ui.input.key.isShiftPressed
import androidx.compose.ui.input.key.key
import androidx.compose.ui.input.key.onPreviewKeyEvent
import androidx.compose.ui.input.key.type
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.TextRange
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.TextFieldValue
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.Quoted
import example.handfast.app.ui.parts.live
import example.handfast.core.Screen
import example.handfast.core.Subject

/** What is typed, kept when the screen turns. */
@Composable
fun rememberDraft() = rememberSaveable(stateSaver = TextFieldValue.Saver) { mutableStateOf(TextFieldValue()) }

/**
 * A line to write in; what goes with it is under the plus. What could not be said is in the [kept] draft again, ahead of
 * what was written since then.
 */
@Composable
fun Composer(
    state: Screen.Conversation,
    kept: MutableState<TextFieldValue>,
    deeds: TalkDeeds,
) = Surface(color = MaterialTheme.colorScheme.surfaceContainerLow) {
    val subject = state.subject
    val changed = subject?.takeIf { it.isEdit }
    var draft by kept
    // What is changed is no draft, which is there again afterwards.
    var change by rememberSaveable(changed?.number, stateSaver = TextFieldValue.Saver) { mutableStateOf(typed(changed?.text.orEmpty())) }
    val line = if (changed == null) draft else change
    val write = { typed: TextFieldValue -> if (changed == null) draft = typed else change = typed }
    val send = {
        if (line.text.isNotBlank()) {
            deeds.send(line.text, subject)
            write(TextFieldValue())
        }
    }
    LaunchedEffect(state.unsent) {
        if (state.unsent != null) deeds.takeUnsent()?.let { draft = typed(if (draft.text.isBlank()) it else "$it\n${draft.text}") }
    }
    LaunchedEffect(state.locked) {
        if (state.locked != null && deeds.takeLocked() == draft.text) draft = TextFieldValue()
    }
    val focus = remember { FocusRequester() }
    LaunchedEffect(subject) { if (subject != null) focus.requestFocus() }
    Column(Modifier.fillMaxWidth().windowInsetsPadding(WindowInsets.safeDrawing)) {
        if (subject != null) About(subject, deeds.dropSubject)
        Row(
            Modifier.padding(horizontal = 4.dp, vertical = 8.dp),
            Arrangement.spacedBy(4.dp),
            Alignment.CenterVertically,
        ) {
            Attach(deeds, onLock = { deeds.lock(draft.text) }.takeIf { state.canLock && subject == null })
            TextField(
                line,
                write,
                Modifier.weight(1f).focusRequester(focus).onPreviewKeyEvent {
                    // A keyboard of keys sends by Enter, and goes to a new line with Shift.
                    val sends = it.key == HardwareKey.Enter && !it.isShiftPressed
                    if (sends && it.type == KeyEventType.KeyDown) send()
                    sends
                },
                placeholder = { Text(stringResource(R.string.write_message)) },
                maxLines = 5,
                shape = MaterialTheme.shapes.extraLarge,
                keyboardOptions = KeyboardOptions(capitalization = KeyboardCapitalization.Sentences),
                colors = TextFieldDefaults.colors(
                    focusedIndicatorColor = Color.Transparent,
                    unfocusedIndicatorColor = Color.Transparent,
                    focusedContainerColor = MaterialTheme.colorScheme.surfaceContainerHigh,
                    unfocusedContainerColor = MaterialTheme.colorScheme.surfaceContainerHigh,
                ),
            )
            FilledIconButton(send, Modifier.size(48.dp), shape = CircleShape) {
                Icon(Icons.Send, stringResource(R.string.send))
            }
        }
    }
}

/** Whoever goes on writing does so at its end. */
private fun typed(text: String) = TextFieldValue(text, TextRange(text.length))

/** What is written about. */
@Composable
private fun About(subject: Subject, onDrop: () -> Unit) = Row(
    Modifier.fillMaxWidth().padding(start = 20.dp, end = 4.dp, top = 8.dp),
    Arrangement.spacedBy(12.dp),
    Alignment.CenterVertically,
) {
    Column(Modifier.weight(1f).live(), Arrangement.spacedBy(2.dp)) {
        Text(
            stringResource(if (subject.isEdit) R.string.subject_edit else R.string.subject_reply),
            color = MaterialTheme.colorScheme.primary,
            style = MaterialTheme.typography.labelLarge,
        )
        Quoted(subject.text)
    }
    IconButton(onDrop) { Icon(Icons.Close, stringResource(R.string.drop_subject)) }
}

/** What goes along besides a text. [onLock]: locks the text itself. */
@Composable
private fun Attach(deeds: TalkDeeds, onLock: (() -> Unit)?) = Box {
    var isOpen by rememberSaveable { mutableStateOf(false) }
    IconButton({ isOpen = true }) {
        Icon(Icons.Plus, stringResource(R.string.attach), tint = MaterialTheme.colorScheme.primary)
    }
    DropdownMenu(isOpen, { isOpen = false }, shape = MaterialTheme.shapes.large) {
        for ((words, icon, deed) in listOfNotNull(
            Triple(R.string.attach_files, Icons.File, deeds.attachFiles),
            Triple(R.string.attach_pictures, Icons.Picture, deeds.attachPictures),
            Triple(R.string.attach_camera, Icons.Camera, deeds.takePicture),
            onLock?.let { Triple(R.string.write_locked, Icons.Lock, it) },
        )) {
            MenuLine(stringResource(words), icon) {
                isOpen = false
                deed()
            }
        }
    }
}
