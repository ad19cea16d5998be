package example.handfast.app.ui

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.ColumnScope
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.heightIn
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawing
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.windowInsetsPadding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.FilledTonalIconToggleButton
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.graphics.StrokeCap
import androidx.compose.ui.graphics.drawscope.Stroke
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.semantics
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import example.handfast.app.R
import example.handfast.app.ui.parts.Bar
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Chip
import example.handfast.app.ui.parts.EDGE
import example.handfast.app.ui.parts.Hint
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.Leave
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.live
import example.handfast.app.ui.parts.say
import example.handfast.core.Camera
import example.handfast.core.Screen
import example.handfast.core.Wanted

/** The ways around the camera. */
class OtherWays(val paste: () -> Unit, val picture: () -> Unit, val file: () -> Unit)

/** The camera with its frame, and the ways around it. [viewfinder]: what the camera sees, with or without its light. */
@Composable
fun Scan(
    state: Screen.Scan,
    ways: OtherWays,
    onClose: () -> Unit,
    onSettings: () -> Unit,
    viewfinder: @Composable (Boolean, Modifier) -> Unit,
) = BoxWithConstraints(Modifier.fillMaxSize().windowInsetsPadding(WindowInsets.safeDrawing)) {
    val title = stringResource(
        when (state.wanted) {
            Wanted.INVITATION -> R.string.scan_invitation
            Wanted.REPLY -> R.string.scan_reply
        },
    )
    if (maxWidth > maxHeight) {
        Row(Modifier.fillMaxSize()) {
            Seen(state, viewfinder, Modifier.weight(1f).fillMaxHeight().padding(16.dp))
            Column(Modifier.weight(1f).fillMaxHeight()) {
                Bar(title, Leave.CLOSE, onClose)
                Column(
                    Modifier.fillMaxSize().verticalScroll(rememberScrollState()).padding(horizontal = EDGE),
                    Arrangement.spacedBy(12.dp, Alignment.CenterVertically),
                    Alignment.CenterHorizontally,
                ) { Around(state, ways, onSettings) }
            }
        }
    } else {
        Column(Modifier.fillMaxSize()) {
            Bar(title, Leave.CLOSE, onClose)
            Seen(state, viewfinder, Modifier.weight(1f).fillMaxWidth().padding(horizontal = 16.dp))
            Column(
                Modifier
                    .fillMaxWidth()
                    .heightIn(max = this@BoxWithConstraints.maxHeight * 0.5f)
                    .verticalScroll(rememberScrollState())
                    .padding(EDGE),
                Arrangement.spacedBy(12.dp),
                Alignment.CenterHorizontally,
            ) { Around(state, ways, onSettings) }
        }
    }
}

/** What the camera sees, or that it sees nothing. */
@Composable
private fun Seen(state: Screen.Scan, viewfinder: @Composable (Boolean, Modifier) -> Unit, modifier: Modifier) {
    var isLit by rememberSaveable { mutableStateOf(false) }
    val words = stringResource(R.string.camera_description)
    Box(modifier.clip(MaterialTheme.shapes.extraLarge).background(Color.Black), Alignment.Center) {
        if (state.camera == Camera.DENIED || state.camera == Camera.MISSING) {
            Icon(Icons.Camera, null, Modifier.size(64.dp), Color(0xFF8A908D))
        } else {
            viewfinder(isLit, Modifier.fillMaxSize().semantics { contentDescription = words })
            Frame(Modifier.fillMaxSize().padding(32.dp))
            if (state.camera == Camera.RUNNING) {
                FilledTonalIconToggleButton(isLit, { isLit = it }, Modifier.align(Alignment.BottomEnd).padding(12.dp)) {
                    Icon(Icons.Light, stringResource(R.string.torch))
                }
            }
        }
    }
}

/** Four corners of a square, where the code belongs. */
@Composable
private fun Frame(modifier: Modifier) = Canvas(modifier) {
    val side = minOf(size.minDimension, 280.dp.toPx())
    val corner = side / 10
    val start = Offset((size.width - side) / 2, (size.height - side) / 2)
    val stroke = Stroke(4.dp.toPx(), cap = StrokeCap.Round)
    for ((at, angle) in listOf(
        Offset(0f, 0f) to 180f,
        Offset(side - 2 * corner, 0f) to 270f,
        Offset(side - 2 * corner, side - 2 * corner) to 0f,
        Offset(0f, side - 2 * corner) to 90f,
    )) {
        drawArc(Color.White, angle, 90f, false, start + at, Size(2 * corner, 2 * corner), style = stroke)
    }
    // The corners' arms, each along an edge of the square.
    for (x in listOf(0f, side)) for (y in listOf(0f, side)) {
        val (inX, inY) = (if (x == 0f) 1 else -1) to (if (y == 0f) 1 else -1)
        val arm = corner * 1.6f
        drawLine(Color.White, start + Offset(x, y + inY * corner), start + Offset(x, y + inY * arm), stroke.width, StrokeCap.Round)
        drawLine(Color.White, start + Offset(x + inX * corner, y), start + Offset(x + inX * arm, y), stroke.width, StrokeCap.Round)
    }
}

@Composable
private fun ColumnScope.Around(state: Screen.Scan, ways: OtherWays, onSettings: () -> Unit) {
    val hint = state.hint
    if (hint != null) {
        Hint(say(hint), icon = Icons.Camera)
    } else {
        Text(
            stringResource(R.string.scan_frame),
            Modifier.live(),
            textAlign = TextAlign.Center,
            style = MaterialTheme.typography.titleMedium,
        )
    }
    if (state.camera == Camera.DENIED) MainButton(stringResource(R.string.way_app_settings), onSettings)
    Body(stringResource(R.string.no_camera), align = TextAlign.Center, style = MaterialTheme.typography.bodyMedium)
    FlowRow(horizontalArrangement = Arrangement.spacedBy(8.dp, Alignment.CenterHorizontally)) {
        Chip(stringResource(R.string.paste), Icons.Paste, ways.paste)
        Chip(stringResource(R.string.form_picture), Icons.Picture, ways.picture)
        Chip(stringResource(R.string.form_file), Icons.File, ways.file)
    }
}
