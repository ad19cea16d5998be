package example.handfast.core

import java.util.Locale

/** A number of bytes and the key-less unit that everybody writes the same. */
fun bytes(count: Long, locale: Locale): String {
    val units = listOf("B", "kB", "MB", "GB", "TB")
    var amount = count.toDouble()
    var unit = 0
    while (amount >= 1000 && unit < units.lastIndex) {
        amount /= 1000
        unit++
    }
    val digits = if (unit == 0 || amount >= 100) 0 else 1
    return String.format(locale, "%.${digits}f %s", amount, units[unit])
}

/** Seconds as people say them: in seconds, minutes, or hours and minutes. */
fun duration(seconds: Long, locale: Locale): String = when {
    seconds < 60 -> String.format(locale, "%d s", seconds)
    seconds < 3600 -> String.format(locale, "%d min", seconds / 60)
    else -> String.format(locale, "%d:%02d h", seconds / 3600, seconds / 60 % 60)
}

/** Where web addresses stand in a text that a person wrote, without the stop that ends a sentence. */
fun linksIn(text: String): List<IntRange> = ADDRESS.findAll(text).map { found ->
    val end = found.value.trimEnd('.', ',', ';', ':', '!', '?', ')', ']', '"', '\'', '”', '’')
    found.range.first until found.range.first + end.length
}.filter { !it.isEmpty() }.toList()

private val ADDRESS = Regex("""(?<![\w/])https?://[^\s<>]{3,2000}""", RegexOption.IGNORE_CASE)
