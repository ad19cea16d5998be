package example.handfast.app

import android.content.Context

/** The app on a phone whose keys are in memory. Robolectric finds this class by its name and makes it instead. */
class TestHandfastApp : HandfastApp() {
    override fun attachBaseContext(base: Context) {
        FakeKeyStore.install()
        super.attachBaseContext(base)
    }
}
