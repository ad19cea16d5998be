package example.handfast.app.phone.notices

import android.app.Service
import android.content.Context
import android.content.Intent
import android.content.pm.ServiceInfo
import android.os.Build
import android.os.IBinder
import androidx.core.app.ServiceCompat
import example.handfast.app.HandfastApp
import example.handfast.core.phone.Presence.Event
import example.handfast.core.phone.Service as Kind

/** Is there, so that the system lets the app run on. What for, [Keeper] knows. */
class KeepingService : Service() {
    private val app get() = application as HandfastApp

    override fun onBind(intent: Intent?): IBinder? = null

    override fun onStartCommand(intent: Intent?, flags: Int, startId: Int): Int {
        val wanted = Kind.entries.find { it.name == intent?.getStringExtra(KIND) } ?: Kind.WAITING
        app.keeper.began(this, wanted)
        return START_NOT_STICKY
    }

    /** Stays as this; whether the system lets it. */
    fun stay(kind: Kind): Boolean {
        val type = when {
            Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE && kind == Kind.WAITING ->
                ServiceInfo.FOREGROUND_SERVICE_TYPE_SHORT_SERVICE
            else -> ServiceInfo.FOREGROUND_SERVICE_TYPE_CONNECTED_DEVICE
        }
        return try {
            ServiceCompat.startForeground(this, Notices.KEEPING, app.notices.keeping(kind), type)
            true
        } catch (_: IllegalStateException) {
            false
        } catch (_: SecurityException) {
            false
        }
    }

    override fun onTimeout(startId: Int) = app.keeper.handle(Event.RanOut)

    override fun onTimeout(startId: Int, type: Int) = app.keeper.handle(Event.RanOut)

    override fun onDestroy() {
        super.onDestroy()
        app.keeper.ended(this)
    }

    companion object {
        private const val KIND = "kind"

        fun intent(context: Context, kind: Kind): Intent =
            Intent(context, KeepingService::class.java).putExtra(KIND, kind.name)
    }
}
