package example.handfast.app

import android.content.Context
import android.os.Looper
import androidx.core.content.FileProvider
import androidx.test.espresso.IdlingPolicies
import example.handfast.app.phone.network.NetworkWatch
import example.handfast.core.SimNetwork
import example.handfast.core.bridge.beforeCall
import java.io.File
import java.util.concurrent.TimeUnit

/**
 * The app on a phone whose keys are in memory, and which is in those networks alone that [FedNetwork] says. Robolectric
 * finds this class by its name and makes it instead.
 */
class TestHandfastApp : HandfastApp() {
    override fun attachBaseContext(base: Context) {
        FakeKeyStore.install(kept?.resolve("keys"))
        beforeCall = {
            check(Looper.myLooper() !== Looper.getMainLooper()) { "the core is called on the thread that draws" }
        }
        // A machine that has other things to do takes its time until nothing is left to draw.
        IdlingPolicies.setMasterPolicyTimeout(5, TimeUnit.MINUTES)
        super.attachBaseContext(base)
        FedLinks.install(this)
        // It remembers the folders of the phone of the test before.
        val folders = FileProvider::class.java.getDeclaredField("sCache").apply { isAccessible = true }
        (folders.get(null) as MutableMap<*, *>).clear()
    }

    override fun getNoBackupFilesDir(): File = kept?.resolve("files")?.apply { mkdirs() } ?: super.getNoBackupFilesDir()

    override fun networks() = NetworkWatch(this, interfaces = { emptyList() })

    /** Nobody else is in the phone's network. */
    override fun names() = SimNetwork().phone("127.0.0.1")

    companion object {
        /** Names [kept]. */
        const val KEPT = "handfast.phone"

        /** What a phone keeps beyond the end of a process; none where a test has a phone of its own. */
        val kept = System.getProperty(KEPT)?.let(::File)
    }
}
