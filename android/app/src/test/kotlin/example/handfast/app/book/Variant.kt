package example.handfast.app.book

import androidx.core.graphics.Insets
import androidx.core.view.WindowInsetsCompat
import androidx.core.view.WindowInsetsCompat.Type
import java.util.Locale

/** In which way a screen is looked at. */
data class Variant(
    val language: String,
    val isDark: Boolean,
    /** Of text, in per cent. */
    val scale: Int,
    /** The shorter side of the display, in dp. */
    val side: Int,
    val isLandscape: Boolean,
    val around: Around,
) {
    val locale: Locale = Locale.forLanguageTag(language)
    val isRightToLeft = language == "ar-XB"
    private val longer = when (side) {
        360 -> 740
        600 -> 960
        else -> 1280
    }
    val width = if (isLandscape) longer else side
    val height = if (isLandscape) side else longer

    /** Pixels for one dp: small displays are drawn finer, so that no picture is larger than need be. */
    val density = if (side == 360) 2f else 1.5f

    val name = listOf(
        language, if (isDark) "dark" else "light", "$scale", "$width" + "x$height", around.name.lowercase(),
    ).joinToString("-")

    /** Such a phone, as Robolectric is told of it. */
    val qualifiers = listOf(
        language.replace("-", "-r"),
        if (isRightToLeft) "ldrtl" else "ldltr",
        "w${width}dp-h${height}dp",
        if (isLandscape) "land" else "port",
        if (isDark) "night" else "notnight",
        if (density == 2f) "xhdpi" else "hdpi",
    ).joinToString("-")

    fun insets(): WindowInsetsCompat {
        fun px(dp: Int) = (dp * density).toInt()
        val builder = WindowInsetsCompat.Builder()
            .setInsets(Type.statusBars(), Insets.of(0, px(24), 0, 0))
            .setInsets(Type.navigationBars(), Insets.of(0, 0, 0, px(24)))
        when (around) {
            Around.NOTHING -> {}
            Around.KEYBOARD -> builder.setInsets(Type.ime(), Insets.of(0, 0, 0, px(if (isLandscape) 180 else 280)))
            Around.CUTOUT -> builder.setInsets(
                Type.displayCutout(),
                if (isLandscape) Insets.of(px(40), 0, 0, 0) else Insets.of(0, px(40), 0, 0),
            )
        }
        return builder.build()
    }

    companion object {
        /** What a person with a usual phone sees. */
        val USUAL = Variant("en", isDark = false, 100, 360, isLandscape = false, Around.NOTHING)

        val ALL = buildList {
            for (language in listOf("en", "de", "ar-XB")) for (isDark in listOf(false, true))
                for (scale in listOf(100, 130, 200)) for (side in listOf(360, 600, 840))
                    for (isLandscape in listOf(false, true)) for (around in Around.entries)
                        add(Variant(language, isDark, scale, side, isLandscape, around))
        }

        /** Few of them in which any two choices come together at least once. */
        val PAIRWISE: List<Variant> = buildList {
            val open = ALL.flatMap(::pairs).toMutableSet()
            add(USUAL)
            open -= pairs(USUAL).toSet()
            while (open.isNotEmpty()) {
                val best = ALL.maxBy { variant -> pairs(variant).count { it in open } }
                add(best)
                open -= pairs(best).toSet()
            }
        }

        private fun pairs(variant: Variant): List<List<Any>> {
            val choices = with(variant) { listOf(language, isDark, scale, side, isLandscape, around) }
            return choices.indices.flatMap { a ->
                (a + 1..choices.lastIndex).map { b -> listOf(a, choices[a], b, choices[b]) }
            }
        }
    }
}

/** What takes room from a display. */
enum class Around { NOTHING, KEYBOARD, CUTOUT }
