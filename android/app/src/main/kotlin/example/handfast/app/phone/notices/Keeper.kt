package example.handfast.app.phone.notices

import android.content.Context
import android.content.Intent
import android.net.wifi.WifiManager
import android.os.PowerManager
import example.handfast.core.AppModel
import example.handfast.core.phone.Presence
import example.handfast.core.phone.Presence.Effect
import example.handfast.core.phone.Presence.Event
import example.handfast.core.phone.Service

/**
 * Keeps the app running while somebody is connected or something waits, and tells what happens while nobody
 * looks: carries out what [Presence] decides. For the thread that draws.
 */
class Keeper(private val context: Context, private val model: AppModel, private val notices: Notices) {
    private val presence = Presence()

    /** The service, while there is one. */
    private var service: KeepingService? = null

    private val processor = context.getSystemService(PowerManager::class.java)
        .newWakeLock(PowerManager.PARTIAL_WAKE_LOCK, "handfast:file").apply { setReferenceCounted(false) }

    @Suppress("DEPRECATION") // what came in its place counts only while the screen is on
    private val wifi = context.applicationContext.getSystemService(WifiManager::class.java)
        .createWifiLock(WifiManager.WIFI_MODE_FULL_HIGH_PERF, "handfast:file").apply { setReferenceCounted(false) }

    fun handle(event: Event) {
        for (effect in presence.handle(event)) carryOut(effect)
    }

    /** The service begins. It has to say at once that it stays, as what it was asked for. */
    fun began(begun: KeepingService, asked: Service) {
        service = begun
        if (!serve(begun, asked)) begun.stopSelf()
    }

    fun ended(ended: KeepingService) {
        if (service === ended) service = null
        handle(Event.Stopped)
    }

    private fun serve(running: KeepingService, wanted: Service): Boolean {
        val stays = running.stay(wanted)
        handle(if (stays) Event.Started(wanted) else Event.Refused)
        return stays
    }

    private fun carryOut(effect: Effect) {
        when (effect) {
            is Effect.Serve -> {
                val running = service
                // No second promise to the system, which it would hold against the app if it were broken.
                if (running == null) start(effect.service) else serve(running, effect.service)
            }
            Effect.Rest -> context.stopService(Intent(context, KeepingService::class.java))
            is Effect.KeepAwake -> keepAwake(effect.isAwake)
            Effect.Sleep -> model.left(kept = false)
            Effect.Wake -> model.returned()
            is Effect.Tell -> notices.tell(effect.tidings)
            is Effect.Untell -> notices.untell(effect.session)
            is Effect.TellAsleep -> notices.tellAsleep(effect.isAsleep)
            is Effect.Send -> model.sendTo(effect.session, effect.text)
            is Effect.TellUnsent -> notices.tellUnsent(effect.session)
        }
    }

    private fun start(wanted: Service) {
        try {
            context.startForegroundService(KeepingService.intent(context, wanted))
        } catch (_: IllegalStateException) {
            // The system lets nothing start from behind.
            handle(Event.Refused)
        } catch (_: SecurityException) {
            handle(Event.Refused)
        }
    }

    private fun keepAwake(isAwake: Boolean) {
        if (isAwake) {
            processor.acquire(MOST_AWAKE)
            wifi.acquire()
        } else {
            if (processor.isHeld) processor.release()
            if (wifi.isHeld) wifi.release()
        }
    }

    private companion object {
        /** In milliseconds: no file that still moves takes longer, and no fault drains the battery. */
        const val MOST_AWAKE = 6L * 60 * 60 * 1000
    }
}
