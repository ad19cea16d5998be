package example.handfast.app

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.app.PendingIntent
import android.app.Service
import android.content.Context
import android.content.Intent
import android.content.pm.ServiceInfo
import android.os.Build
import android.os.IBinder

/**
 * Keeps the app running while an invitation or a knock waits and the person is elsewhere, for
 * instance in the messenger that carries the link. A short service: the system ends it after about
 * three minutes, and the core is put aside then.
 */
class WaitingService : Service() {
    override fun onBind(intent: Intent?): IBinder? = null

    override fun onStartCommand(intent: Intent?, flags: Int, startId: Int): Int {
        val notification = notification()
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE) {
            startForeground(NUMBER, notification, ServiceInfo.FOREGROUND_SERVICE_TYPE_SHORT_SERVICE)
        } else {
            startForeground(NUMBER, notification)
        }
        return START_NOT_STICKY
    }

    override fun onTimeout(startId: Int) {
        (application as HandfastApp).app.left(kept = false)
        stopSelf()
    }

    private fun notification(): Notification {
        val manager = getSystemService(NotificationManager::class.java)
        manager.createNotificationChannel(
            NotificationChannel(CHANNEL, getString(R.string.channel_waiting), NotificationManager.IMPORTANCE_LOW),
        )
        val back = PendingIntent.getActivity(
            this, 0, Intent(this, MainActivity::class.java), PendingIntent.FLAG_IMMUTABLE,
        )
        return Notification.Builder(this, CHANNEL)
            .setSmallIcon(R.drawable.mark)
            .setContentTitle(getString(R.string.waiting_title))
            .setContentText(getString(R.string.waiting_text))
            .setContentIntent(back)
            .setVisibility(Notification.VISIBILITY_SECRET)
            .build()
    }

    companion object {
        private const val CHANNEL = "waiting"
        private const val NUMBER = 1

        /** Starts it; false where the system does not allow it now. */
        fun start(context: Context) = runCatching {
            context.startForegroundService(Intent(context, WaitingService::class.java))
        }.isSuccess

        fun stop(context: Context) {
            context.stopService(Intent(context, WaitingService::class.java))
        }
    }
}
