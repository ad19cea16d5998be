package example.handfast.app

import android.os.Looper
import kotlinx.coroutines.flow.StateFlow
import org.robolectric.Shadows.shadowOf
import java.util.concurrent.TimeUnit

/** Generous, because it is waited for only where something is wrong. */
private val PATIENCE = TimeUnit.MINUTES.toNanos(10)

/** Waits for something of the core, or of the other phone, while the thread that draws goes on. */
fun until(said: () -> String, idle: () -> Unit = shadowOf(Looper.getMainLooper())::idle, happened: () -> Boolean) {
    val end = System.nanoTime() + PATIENCE
    while (!happened()) {
        check(System.nanoTime() < end) { "waited in vain: ${said()}" }
        idle()
        Thread.sleep(10)
    }
}

/** The first value of which that is so. */
fun <T> StateFlow<T>.until(wanted: (T) -> Boolean): T {
    until({ "$value" }) { wanted(value) }
    return value
}
