package example.handfast.app.ui.theme

import android.os.Build
import androidx.compose.foundation.isSystemInDarkTheme
import androidx.compose.foundation.shape.RoundedCornerShape
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Shapes
import androidx.compose.material3.darkColorScheme
import androidx.compose.material3.dynamicDarkColorScheme
import androidx.compose.material3.dynamicLightColorScheme
import androidx.compose.material3.lightColorScheme
import androidx.compose.runtime.Composable
import androidx.compose.ui.graphics.Color
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.unit.dp

/**
 * Calm surfaces, teal for what to do, amber for what waits: Material's roles, in the light and in the dark.
 * [ofPhone]: in the colors that the person gave the phone, where it has such.
 */
@Composable
fun HandfastTheme(dark: Boolean = isSystemInDarkTheme(), ofPhone: Boolean = false, content: @Composable () -> Unit) {
    val context = LocalContext.current
    val colors = when {
        ofPhone && Build.VERSION.SDK_INT >= Build.VERSION_CODES.S ->
            if (dark) dynamicDarkColorScheme(context) else dynamicLightColorScheme(context)
        dark -> Dark
        else -> Light
    }
    MaterialTheme(colorScheme = colors, shapes = Rounded, content = content)
}

/** The person gives this phone colors of their own. */
val hasPhoneColors get() = Build.VERSION.SDK_INT >= Build.VERSION_CODES.S

private val Rounded = Shapes(
    extraSmall = RoundedCornerShape(8.dp),
    small = RoundedCornerShape(12.dp),
    medium = RoundedCornerShape(16.dp),
    large = RoundedCornerShape(20.dp),
    extraLarge = RoundedCornerShape(28.dp),
)

private val Light = lightColorScheme(
    primary = Color(0xFF0B6B58),
    onPrimary = Color.White,
    primaryContainer = Color(0xFFA6F2DC),
    onPrimaryContainer = Color(0xFF002019),
    inversePrimary = Color(0xFF8AD6C0),
    secondary = Color(0xFF4B635B),
    onSecondary = Color.White,
    secondaryContainer = Color(0xFFCDE8DD),
    onSecondaryContainer = Color(0xFF072019),
    tertiary = Color(0xFF8A5100),
    onTertiary = Color.White,
    tertiaryContainer = Color(0xFFFFDCBD),
    onTertiaryContainer = Color(0xFF2C1600),
    error = Color(0xFFBA1A1A),
    onError = Color.White,
    errorContainer = Color(0xFFFFDAD6),
    onErrorContainer = Color(0xFF410002),
    background = Color(0xFFF8FBF8),
    onBackground = Color(0xFF171D1A),
    surface = Color(0xFFF8FBF8),
    onSurface = Color(0xFF171D1A),
    surfaceVariant = Color(0xFFDBE5DF),
    onSurfaceVariant = Color(0xFF3F4945),
    surfaceTint = Color(0xFF0B6B58),
    inverseSurface = Color(0xFF2B322F),
    inverseOnSurface = Color(0xFFECF2EE),
    outline = Color(0xFF6F7975),
    outlineVariant = Color(0xFFBFC9C3),
    surfaceBright = Color(0xFFF8FBF8),
    surfaceDim = Color(0xFFD8DEDA),
    surfaceContainerLowest = Color.White,
    surfaceContainerLow = Color(0xFFF1F5F2),
    surfaceContainer = Color(0xFFEAF0EC),
    surfaceContainerHigh = Color(0xFFE3E9E5),
    surfaceContainerHighest = Color(0xFFDEE4E0),
)

private val Dark = darkColorScheme(
    primary = Color(0xFF8AD6C0),
    onPrimary = Color(0xFF00382C),
    primaryContainer = Color(0xFF005142),
    onPrimaryContainer = Color(0xFFA6F2DC),
    inversePrimary = Color(0xFF0B6B58),
    secondary = Color(0xFFB1CCC2),
    onSecondary = Color(0xFF1D352E),
    secondaryContainer = Color(0xFF334B44),
    onSecondaryContainer = Color(0xFFCDE8DD),
    tertiary = Color(0xFFFFB86F),
    onTertiary = Color(0xFF4A2800),
    tertiaryContainer = Color(0xFF693C00),
    onTertiaryContainer = Color(0xFFFFDCBD),
    error = Color(0xFFFFB4AB),
    onError = Color(0xFF690005),
    errorContainer = Color(0xFF93000A),
    onErrorContainer = Color(0xFFFFDAD6),
    background = Color(0xFF0F1513),
    onBackground = Color(0xFFDEE4E0),
    surface = Color(0xFF0F1513),
    onSurface = Color(0xFFDEE4E0),
    surfaceVariant = Color(0xFF3F4945),
    onSurfaceVariant = Color(0xFFBFC9C3),
    surfaceTint = Color(0xFF8AD6C0),
    inverseSurface = Color(0xFFDEE4E0),
    inverseOnSurface = Color(0xFF2B322F),
    outline = Color(0xFF89938E),
    outlineVariant = Color(0xFF3F4945),
    surfaceBright = Color(0xFF353B39),
    surfaceDim = Color(0xFF0F1513),
    surfaceContainerLowest = Color(0xFF0A0F0D),
    surfaceContainerLow = Color(0xFF171D1A),
    surfaceContainer = Color(0xFF1B211F),
    surfaceContainerHigh = Color(0xFF252B29),
    surfaceContainerHighest = Color(0xFF303634),
)

/** The eight colours of people; white stands out against each. */
val peopleColors = listOf(
    Color(0xFF7A5C99),
    Color(0xFF8A5100),
    Color(0xFF3559A8),
    Color(0xFF9A4058),
    Color(0xFF0B6B58),
    Color(0xFF6B5E10),
    Color(0xFF4B5D6B),
    Color(0xFF8C3F9A),
)
