package example.handfast.app.phone

import android.app.ForegroundServiceStartNotAllowedException
import android.app.Notification
import android.app.NotificationManager
import android.content.ComponentName
import android.content.Context
import android.content.ContextWrapper
import android.content.Intent
import android.content.pm.ServiceInfo
import android.os.Bundle
import android.os.Looper
import androidx.activity.ComponentActivity
import androidx.core.app.RemoteInput
import androidx.core.content.pm.ShortcutManagerCompat
import androidx.test.core.app.ApplicationProvider
import example.handfast.app.FedNetwork
import example.handfast.app.HandfastApp
import example.handfast.app.PhoneRunner
import example.handfast.app.phone.notices.Keeper
import example.handfast.app.phone.notices.KeepingService
import example.handfast.app.phone.notices.Notices
import example.handfast.app.phone.notices.ReplyReceiver
import example.handfast.app.until
import example.handfast.core.Row
import example.handfast.core.Screen
import example.handfast.core.phone.Ongoing
import example.handfast.core.phone.Presence.Event
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.shadows.ShadowPowerManager
import kotlin.test.assertEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** What keeps the app running, and what it tells meanwhile. */
@RunWith(PhoneRunner::class)
class PhoneLifeTest {
    private val app get() = ApplicationProvider.getApplicationContext<HandfastApp>()
    private val notices get() = shadowOf(app.getSystemService(Context.NOTIFICATION_SERVICE) as NotificationManager)

    @Before
    fun `what the model says at the start is heard`() {
        shadowOf(Looper.getMainLooper()).idle()
    }

    @Test
    fun `somebody who is connected keeps the app running as long as they are`() {
        app.keeper.handle(Event.Seen(true))
        app.keeper.handle(Event.Changed(listOf(talking()), 1))
        val service = begun()
        assertEquals(ServiceInfo.FOREGROUND_SERVICE_TYPE_CONNECTED_DEVICE, service.foregroundServiceType)
        assertTrue(shadowOf(service).isForegroundStopped.not())
        app.keeper.handle(Event.Changed(emptyList(), null))
        assertNotNull(shadowOf(app).nextStoppedService)
    }

    @Test
    fun `an invitation that waits has a short service, and when its time is over the phone sleeps and says so`() {
        app.keeper.handle(Event.Seen(true))
        app.keeper.handle(Event.Changed(listOf(talking().copy(isTalking = false, isWaiting = true)), null))
        app.keeper.handle(Event.Seen(false))
        val service = begun()
        assertEquals(ServiceInfo.FOREGROUND_SERVICE_TYPE_SHORT_SERVICE, service.foregroundServiceType)
        service.onTimeout(1)
        assertTrue(notices.allNotifications.any { it.channelId == "asleep" })
        app.keeper.handle(Event.Seen(true))
        assertTrue(notices.allNotifications.none { it.channelId == "asleep" })
    }

    @Test
    fun `a message is told with its person, hidden on a locked screen, and can be answered`() {
        app.keeper.handle(Event.Seen(true))
        app.keeper.handle(Event.Changed(listOf(talking()), 1))
        app.keeper.handle(Event.Seen(false))
        app.keeper.handle(Event.Changed(listOf(talking(Row.Text(4, ours = false, text = "hello"))), 1))
        val told = notices.allNotifications.single { it.channelId == "messages" }
        assertEquals(Notification.VISIBILITY_SECRET, told.visibility)
        assertEquals(1, told.actions.single().remoteInputs.size)
        app.keeper.handle(Event.Seen(true))
        assertTrue(notices.allNotifications.none { it.channelId == "messages" })
    }

    @Test
    fun `an answer in a notification of an earlier process goes to nobody`() {
        app.keeper.handle(Event.Seen(true))
        app.keeper.handle(Event.Changed(listOf(talking()), 1))
        for ((of, isSent) in listOf("earlier/1" to false, Notices.nameOf(1) to true)) {
            val answer = Intent().putExtra(Notices.SESSION, of)
            val typed = Bundle().apply { putCharSequence(ReplyReceiver.ANSWER, "yes") }
            RemoteInput.addResultsToIntent(arrayOf(RemoteInput.Builder(ReplyReceiver.ANSWER).build()), answer, typed)
            ReplyReceiver().onReceive(app, answer)
            val isToldUnsent = notices.allNotifications.any { it.channelId == "messages" }
            assertEquals(!isSent, isToldUnsent)
            (app.getSystemService(Context.NOTIFICATION_SERVICE) as NotificationManager).cancelAll()
        }
    }

    @Test
    fun `a file on its way keeps the processor awake until it is through`() {
        app.keeper.handle(Event.Seen(true))
        app.keeper.handle(Event.Changed(listOf(talking().copy(isMoving = true)), 1))
        assertTrue(ShadowPowerManager.getLatestWakeLock().isHeld)
        app.keeper.handle(Event.Changed(listOf(talking()), 1))
        assertTrue(ShadowPowerManager.getLatestWakeLock().isHeld.not())
    }

    @Test
    fun `a service that the system refuses ends nothing, and sleep is told`() {
        val refusing = object : ContextWrapper(app) {
            override fun startForegroundService(service: Intent?) = throw ForegroundServiceStartNotAllowedException("from behind")
        }
        val keeper = Keeper(refusing, app.app, app.notices)
        keeper.handle(Event.Seen(true))
        keeper.handle(Event.Changed(listOf(talking()), 1))
        keeper.handle(Event.Seen(false))
        assertTrue(notices.allNotifications.any { it.channelId == "asleep" })
    }

    @Test
    fun `a service that may start and not stay stops by itself`() {
        app.keeper.handle(Event.Seen(true))
        app.keeper.handle(Event.Changed(listOf(talking()), 1))
        val intent = assertNotNull(shadowOf(app).nextStartedService)
        val service = Robolectric.buildService(KeepingService::class.java, intent).create()
        shadowOf(service.get()).setThrowInStartForeground(ForegroundServiceStartNotAllowedException("from behind"))
        service.startCommand(0, 1)
        assertTrue(shadowOf(service.get()).isStoppedBySelf)
    }

    @Test
    fun `who is connected stands in the share sheet, and nobody else does`() {
        app.notices.offerPeople(mapOf(1L to "Mira", 2L to "Carl"))
        val offered = ShortcutManagerCompat.getDynamicShortcuts(app)
        assertEquals(setOf("Mira", "Carl"), offered.map { "${it.shortLabel}" }.toSet())
        assertTrue(offered.all { Notices.TO_PERSON in it.categories.orEmpty() })
        app.notices.offerPeople(mapOf(2L to "Carl"))
        assertEquals(listOf("Carl"), ShortcutManagerCompat.getDynamicShortcuts(app).map { "${it.shortLabel}" })
    }

    @Test
    fun `rotation is no leaving`() {
        shadowOf(app.packageManager).addActivityIfNotPresent(ComponentName(app, ComponentActivity::class.java))
        val controller = Robolectric.buildActivity(ComponentActivity::class.java).setup()
        FedNetwork.comes("127.0.0.1/8")
        app.app.welcome("Mira")
        app.app.invite(send = false)
        app.app.screen.until { it is Screen.ShowCode }
        controller.recreate()
        shadowOf(Looper.getMainLooper()).idle()
        assertNull(shadowOf(app).peekNextStartedService())
        controller.pause().stop()
        assertEquals(KeepingService::class.java.name, shadowOf(app).peekNextStartedService()?.component?.className)
    }

    /** The service that the app asked for, begun as the system begins it. */
    private fun begun(): KeepingService {
        val intent = assertNotNull(shadowOf(app).nextStartedService)
        return Robolectric.buildService(KeepingService::class.java, intent).create().startCommand(0, 1).get()
    }

    private fun talking(vararg rows: Row) =
        Ongoing(1, "Mira", isTalking = true, isWaiting = false, isMoving = false, rows = rows.toList())
}
