package example.handfast.app.ui.parts

import androidx.compose.foundation.background
import androidx.compose.foundation.border
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.height
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.size
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.shape.CircleShape
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.graphics.vector.ImageVector
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.clearAndSetSemantics
import androidx.compose.ui.unit.dp
import example.handfast.app.R

/** How two people meet, in three pictures. */
@Composable
fun HowItGoes(modifier: Modifier = Modifier) = Column(modifier, Arrangement.spacedBy(16.dp)) {
    Picture(stringResource(R.string.step_show), Icons.Code, null)
    Picture(stringResource(R.string.step_scan), Icons.Code, Icons.Scan)
    Picture(stringResource(R.string.step_talk), Icons.Talk, Icons.Talk, joined = true)
}

@Composable
private fun Picture(words: String, first: ImageVector, second: ImageVector?, joined: Boolean = false) {
    if (isLarge()) {
        Column(Modifier.fillMaxWidth(), Arrangement.spacedBy(8.dp)) {
            Phones(first, second, joined)
            Text(words, style = MaterialTheme.typography.titleMedium)
        }
    } else {
        Row(Modifier.fillMaxWidth(), Arrangement.spacedBy(20.dp), Alignment.CenterVertically) {
            Phones(first, second, joined)
            Text(words, Modifier.weight(1f), style = MaterialTheme.typography.titleMedium)
        }
    }
}

@Composable
private fun Phones(first: ImageVector, second: ImageVector?, joined: Boolean) {
    Row(
        Modifier
            .size(112.dp, 80.dp)
            .background(MaterialTheme.colorScheme.surfaceContainer, MaterialTheme.shapes.large)
            .clearAndSetSemantics {},
        Arrangement.Center,
        Alignment.CenterVertically,
    ) {
        SmallPhone(first)
        if (second != null) {
            Box(Modifier.width(16.dp).padding(horizontal = 2.dp), Alignment.Center) {
                if (joined) Box(Modifier.fillMaxWidth().height(3.dp).background(MaterialTheme.colorScheme.primary))
            }
            SmallPhone(second)
        }
    }
}

@Composable
private fun SmallPhone(icon: ImageVector) {
    val shape = RoundedCornerShape(7.dp)
    Box(
        Modifier
            .size(34.dp, 58.dp)
            .background(MaterialTheme.colorScheme.surface, shape)
            .border(2.dp, MaterialTheme.colorScheme.primary, shape),
        Alignment.Center,
    ) {
        Icon(icon, null, Modifier.size(20.dp), MaterialTheme.colorScheme.primary)
    }
}

/** What people have to do, one after the other. */
@Composable
fun Numbered(steps: List<String>, modifier: Modifier = Modifier) = Column(modifier, Arrangement.spacedBy(16.dp)) {
    steps.forEachIndexed { at, step ->
        Row(horizontalArrangement = Arrangement.spacedBy(16.dp), verticalAlignment = Alignment.CenterVertically) {
            Box(
                Modifier.size(36.dp).background(MaterialTheme.colorScheme.primaryContainer, CircleShape),
                Alignment.Center,
            ) {
                val style = MaterialTheme.typography.titleMedium
                Text(
                    "${at + 1}",
                    color = MaterialTheme.colorScheme.onPrimaryContainer,
                    style = style.copy(fontSize = fixed(16.dp), lineHeight = fixed(24.dp)),
                )
            }
            Text(step, Modifier.weight(1f), style = MaterialTheme.typography.bodyLarge)
        }
    }
}
