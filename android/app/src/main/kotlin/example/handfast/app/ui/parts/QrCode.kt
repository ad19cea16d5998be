package example.handfast.app.ui.parts

import androidx.compose.foundation.Canvas
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.material3.MaterialTheme
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.geometry.Offset
import androidx.compose.ui.geometry.Size
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.semantics.Role
import androidx.compose.ui.semantics.contentDescription
import androidx.compose.ui.semantics.role
import androidx.compose.ui.semantics.semantics
import example.handfast.app.R
import example.handfast.core.Symbol
import kotlin.math.floor

/** A code on its card: black on white in the light and in the dark, with the quiet around it that readers need. */
@Composable
fun QrCode(symbol: Symbol, modifier: Modifier = Modifier) {
    val words = stringResource(R.string.qr_description)
    Canvas(
        modifier
            .aspectRatio(1f)
            .clip(MaterialTheme.shapes.extraLarge)
            .background(Color.White)
            .semantics {
                contentDescription = words
                role = Role.Image
            },
    ) {
        // Whole pixels, so that no edge is grey.
        val module = floor(size.minDimension / (symbol.width + 2 * QUIET)).coerceAtLeast(1f)
        val start = floor((size.minDimension - module * symbol.width) / 2)
        for (y in 0 until symbol.width) {
            var x = 0
            while (x < symbol.width) {
                val from = x
                while (x < symbol.width && symbol.isDark(x, y)) x++
                if (x > from) {
                    drawRect(
                        Color.Black,
                        Offset(start + from * module, start + y * module),
                        Size((x - from) * module, module),
                    )
                }
                x++
            }
        }
    }
}

/** In modules, on each side. */
private const val QUIET = 4
