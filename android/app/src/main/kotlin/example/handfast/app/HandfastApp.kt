package example.handfast.app

import android.app.Activity
import android.app.Application
import android.os.Bundle
import android.os.SystemClock
import example.handfast.app.phone.PhoneMemory
import example.handfast.app.phone.camera.CameraDriver
import example.handfast.app.phone.files.Downloads
import example.handfast.app.phone.files.Lending
import example.handfast.app.phone.files.tidyCache
import example.handfast.app.phone.keys.AndroidKeyStore
import example.handfast.app.phone.network.NetworkWatch
import example.handfast.app.phone.notices.Keeper
import example.handfast.app.phone.notices.Notices
import example.handfast.core.AppModel
import example.handfast.core.KeptChoices
import example.handfast.core.OwnName
import example.handfast.core.Screen
import android.net.nsd.NsdManager
import example.handfast.app.phone.network.LocalServices
import example.handfast.core.NameService
import example.handfast.core.bridge.Device
import example.handfast.core.bridge.OtherPhone
import example.handfast.core.bridge.tieSockets
import example.handfast.core.phone.AppLock
import example.handfast.core.phone.Ongoing
import example.handfast.core.phone.Presence.Event
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.flow.distinctUntilChanged
import kotlinx.coroutines.flow.filterNotNull
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.launch
import java.io.File

/** The process: one core for as long as it lives, whatever becomes of the activity. */
open class HandfastApp : Application() {
    lateinit var app: AppModel
        private set
    lateinit var keeper: Keeper
        private set
    lateinit var notices: Notices
        private set
    val lending by lazy { Lending(this) }
    val downloads by lazy { Downloads(this, File(noBackupFilesDir, "received")) }
    val camera by lazy { CameraDriver(this, app) }
    val memory = PhoneMemory()
    val lock = AppLock(SystemClock::elapsedRealtime)
    private val scope = CoroutineScope(SupervisorJob())

    override fun onCreate() {
        super.onCreate()
        val keys = AndroidKeyStore(File(noBackupFilesDir, "key"))
        val owner = OwnName(File(noBackupFilesDir, "name"), deviceName())
        val forgetAll = {
            Device.forgetAll(noBackupFilesDir)
            keys.forget()
        }
        val choices = KeptChoices(File(noBackupFilesDir, "choices"))
        val networks = networks()
        val names = names()
        val usualLinks = getString(R.string.link_base)
        val make = { other: OtherPhone -> Device.make(noBackupFilesDir, keys, other) }
        app = AppModel(scope, owner, keptChoices = choices, usualLinks = usualLinks, forgetAll = forgetAll, make = make) { told ->
            Device.log(details = false)
            tieSockets(networks::tie)
            tidyCache(this, lending)
            Device.open(
                name = owner.read().orEmpty(),
                folder = noBackupFilesDir,
                linkBase = usualLinks,
                keys = keys,
                told = told,
                names = names,
            )
        }
        notices = Notices(this) { app.choices.value?.tellsContent == true }
        keeper = Keeper(this, app, notices)
        registerActivityLifecycleCallbacks(Seen())
        scope.launch(Dispatchers.Main) { app.choices.filterNotNull().collect { lock.chosen(it.locksApp) } }
        scope.launch(Dispatchers.Main) {
            combine(app.ongoing, app.screen) { ongoing, screen -> Event.Changed(ongoing, (screen as? Screen.Conversation)?.session) }
                .distinctUntilChanged()
                .collect(keeper::handle)
        }
        scope.launch(Dispatchers.Default) { app.ongoing.map(::people).distinctUntilChanged().collect(notices::offerPeople) }
        scope.launch(Dispatchers.IO) { app.ongoing.map { all -> all.associate { it.session to it.received } }.distinctUntilChanged().collect { downloads.publish() } }
        networks.start { app.network(it.addresses, it.router, it.isTunnelled) }
    }

    protected open fun networks() = NetworkWatch(this)

    protected open fun names(): NameService = LocalServices(getSystemService(NsdManager::class.java), { Device.serviceType })

    /** Who is connected. */
    private fun people(ongoing: List<Ongoing>): Map<Long, String> = ongoing.filter { it.isTalking }.associate { it.session to it.name }

    /** What the owner called this phone; others see it. */
    private fun deviceName(): String =
        android.provider.Settings.Global.getString(contentResolver, "device_name").orEmpty()

    /** Whether any activity of this app is seen. One that is made anew, as on rotation, is not gone meanwhile. */
    private inner class Seen : ActivityLifecycleCallbacks {
        private val started = HashSet<Activity>()
        private var isSeen = false

        override fun onActivityStarted(activity: Activity) {
            started += activity
            say()
        }

        override fun onActivityStopped(activity: Activity) {
            started -= activity
            if (!activity.isChangingConfigurations) say()
        }

        private fun say() {
            if (isSeen == started.isNotEmpty()) return
            isSeen = started.isNotEmpty()
            lock.seen(isSeen)
            keeper.handle(Event.Seen(isSeen))
        }

        override fun onActivityCreated(activity: Activity, state: Bundle?) = Unit

        override fun onActivityResumed(activity: Activity) = Unit

        override fun onActivityPaused(activity: Activity) = Unit

        override fun onActivitySaveInstanceState(activity: Activity, state: Bundle) = Unit

        override fun onActivityDestroyed(activity: Activity) = Unit
    }
}
