package example.handfast.app.ui.parts

import android.text.format.DateFormat
import androidx.compose.runtime.Composable
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableLongStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.setValue
import androidx.compose.runtime.staticCompositionLocalOf
import androidx.compose.ui.platform.LocalConfiguration
import androidx.compose.ui.platform.LocalContext
import androidx.compose.ui.res.pluralStringResource
import androidx.compose.ui.res.stringResource
import example.handfast.app.R
import example.handfast.app.say
import example.handfast.core.Key
import example.handfast.core.Way
import example.handfast.core.bytes
import kotlinx.coroutines.delay
import java.time.Instant
import java.time.LocalDate
import java.time.ZoneId
import java.time.format.DateTimeFormatter
import java.time.format.FormatStyle
import java.util.Date
import java.util.Locale

/** Seconds since 1970-01-01 UTC; pictures of the screens are drawn at one that stands still. */
val LocalClock = staticCompositionLocalOf<() -> Long> { { System.currentTimeMillis() / 1000 } }

@Composable
fun say(key: Key): String = LocalContext.current.let { context -> remember(context, key) { context.say(key) } }

@Composable
fun say(way: Way): String = LocalContext.current.let { context -> remember(context, way) { context.say(way) } }

/** The name of somebody, who may have given none. */
@Composable
fun named(name: String?): String = name?.ifEmpty { null } ?: stringResource(R.string.person_unknown)

@Composable
fun locale(): Locale = LocalConfiguration.current.locales[0]

@Composable
fun size(bytes: Long): String = bytes(bytes, locale())

/** What the time is, told anew every so many seconds. */
@Composable
fun now(every: Int): Long {
    val clock = LocalClock.current
    var now by remember { mutableLongStateOf(clock()) }
    LaunchedEffect(clock, every) {
        while (true) {
            delay(every * 1000L)
            now = clock()
        }
    }
    return now
}

/** The time of day of an instant, as the phone writes it. */
@Composable
fun timeOfDay(at: Long): String {
    val context = LocalContext.current
    val format = remember(context) { DateFormat.getTimeFormat(context) }
    return remember(format, at) { format.format(Date(at * 1000)) }
}

@Composable
fun day(at: Long): String {
    val locale = locale()
    return remember(at, locale) {
        DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG).withLocale(locale).format(dayOf(at))
    }
}

/** A day as people say it who were there: today, yesterday, or its date. */
@Composable
fun spokenDay(at: Long): String {
    val today = dayOf(LocalClock.current())
    return when (dayOf(at)) {
        today -> stringResource(R.string.today)
        today.minusDays(1) -> stringResource(R.string.yesterday)
        else -> day(at)
    }
}

/** The same in a few letters, for a list: a day of the last week by its name, one of this year without it. */
@Composable
fun shortDay(at: Long): String {
    val locale = locale()
    val (day, today) = dayOf(at) to dayOf(LocalClock.current())
    if (day > today.minusDays(2)) return spokenDay(at)
    val parts = when {
        day > today.minusDays(7) -> "EEE"
        day.year == today.year -> "dMMM"
        else -> "dMMMyyyy"
    }
    return remember(day, parts, locale) { DateTimeFormatter.ofPattern(DateFormat.getBestDateTimePattern(locale, parts), locale).format(day) }
}

/** When somebody was heard last, as a part of a sentence. */
@Composable
fun lastHeard(at: Long): String {
    val today = dayOf(LocalClock.current())
    return when (dayOf(at)) {
        today -> stringResource(R.string.heard_today, timeOfDay(at))
        today.minusDays(1) -> stringResource(R.string.heard_yesterday)
        else -> stringResource(R.string.heard_day, shortDay(at))
    }
}

fun dayOf(at: Long): LocalDate = Instant.ofEpochSecond(at).atZone(ZoneId.systemDefault()).toLocalDate()

/** How long something is good for: in minutes up to an hour, and beyond that until when. */
@Composable
fun goodUntil(at: Long): String {
    val now = now(every = 5)
    val left = at - now
    return when {
        left <= 0 -> stringResource(R.string.good_no_more)
        left < 60 -> stringResource(R.string.good_moment)
        left < 3600 -> (left / 60).toInt().let { pluralStringResource(R.plurals.good_minutes, it, it) }
        dayOf(at) == dayOf(now) -> stringResource(R.string.good_until, timeOfDay(at))
        else -> stringResource(R.string.good_until_day, day(at), timeOfDay(at))
    }
}

/** A part of a sentence that stands alone. */
@Composable
fun capital(text: String): String = locale().let { locale -> text.replaceFirstChar { it.titlecase(locale) } }

/** Two short parts of one line. Where it breaks, the dot does not begin the next one. */
fun beside(first: String, second: String) = "$first\u00a0· $second"
