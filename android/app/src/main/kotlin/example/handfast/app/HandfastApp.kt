package example.handfast.app

import android.app.Application
import example.handfast.core.AppModel
import example.handfast.core.bridge.Device
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import java.io.File
import java.util.Locale

/** The process: one core for as long as it lives, whatever becomes of the activity. */
open class HandfastApp : Application() {
    lateinit var app: AppModel
        private set

    override fun onCreate() {
        super.onCreate()
        Device.log(details = false)
        // Copies of the last time, opened files among them.
        File(cacheDir, "copies").deleteRecursively()
        val keys = AndroidKeyStore(File(noBackupFilesDir, "key"))
        app = AppModel(CoroutineScope(SupervisorJob())) { told ->
            Device.open(
                name = deviceName(),
                folder = noBackupFilesDir,
                linkBase = getString(R.string.link_base),
                keys = keys,
                told = told,
            )
        }
        NetworkWatch(this).start(app::network)
    }

    /** What the owner called this phone; others see it. */
    private fun deviceName(): String =
        android.provider.Settings.Global.getString(contentResolver, "device_name").orEmpty()

    companion object {
        fun locale(): Locale = Locale.getDefault()
    }
}
