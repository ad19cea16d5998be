package example.handfast.app.monkey

import android.app.Activity
import android.app.Application
import android.content.Intent
import android.content.pm.PackageManager
import androidx.test.core.app.ApplicationProvider
import example.handfast.app.phone.notices.KeepingService
import org.robolectric.Robolectric
import org.robolectric.Shadows.shadowOf
import org.robolectric.android.controller.ServiceController
import org.robolectric.shadows.ShadowActivity
import java.io.File
import java.io.IOException
import java.nio.file.Files

/** What Android does by itself, which Robolectric leaves to the test. */
class PhoneSystem {
    private val app get() = ApplicationProvider.getApplicationContext<Application>()
    private var service: ServiceController<KeepingService>? = null
    private var answered: ShadowActivity.PermissionsRequest? = null
    private var asked: ShadowActivity.PermissionsRequest? = null

    /** Whether something keeps the app running. */
    val isServing get() = service != null

    /** Starts and stops the service as the app asked for it. */
    fun serves() {
        while (true) {
            val wanted = shadowOf(app).nextStartedService ?: break
            val running = service ?: Robolectric.buildService(KeepingService::class.java, wanted).create().also { service = it }
            running.get().onStartCommand(wanted, 0, 1)
        }
        while (shadowOf(app).nextStoppedService != null) {
            service?.destroy()
            service = null
        }
    }

    /** What the person is asked about permissions. The question stays when the activity that put it is made anew. */
    fun asks(activity: Activity): String? {
        shadowOf(activity).lastRequestedPermission?.takeIf { it !== answered }?.let { asked = it }
        return asked?.requestedPermissions?.single()
    }

    /** The person answers that. */
    fun permits(activity: Activity, isGiven: Boolean) {
        asks(activity)
        val asked = asked ?: return
        answered = asked
        this.asked = null
        for (name in asked.requestedPermissions) {
            if (isGiven) shadowOf(app).grantPermissions(name) else shadowOf(app).denyPermissions(name)
        }
        val answer = if (isGiven) PackageManager.PERMISSION_GRANTED else PackageManager.PERMISSION_DENIED
        activity.onRequestPermissionsResult(asked.requestCode, asked.requestedPermissions, IntArray(asked.requestedPermissions.size) { answer })
    }

    /** The other app that [activity] opened gives this back, or nothing. */
    fun givesBack(activity: Activity, what: Intent?) {
        val asked = shadowOf(activity).nextStartedActivityForResult?.takeIf { it.intent.action != ASKS } ?: return
        shadowOf(activity).receiveResult(asked.intent, if (what == null) Activity.RESULT_CANCELED else Activity.RESULT_OK, what)
    }

    /** How many sockets for datagrams this process has. */
    fun sockets(): Int {
        val own = listOf("udp", "udp6").flatMap { File("/proc/net", it).readLines().drop(1) }.map { it.trim().split(Regex(" +"))[9] }.toSet()
        return File("/proc/self/fd").listFiles().orEmpty().count { file ->
            val leads = try {
                "${Files.readSymbolicLink(file.toPath())}"
            } catch (_: IOException) {
                return@count false // It was closed meanwhile.
            }
            leads.removePrefix("socket:[").removeSuffix("]") in own
        }
    }

    private companion object {
        /** Asking for permissions is another app, too. */
        const val ASKS = "android.content.pm.action.REQUEST_PERMISSIONS"
    }
}
