package example.handfast.app

import android.content.Intent
import android.os.Bundle
import android.view.WindowManager
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.lifecycle.lifecycleScope
import example.handfast.app.phone.AndroidPhone
import example.handfast.app.ui.HandfastUi
import example.handfast.app.ui.theme.HandfastTheme
import example.handfast.core.AppModel
import example.handfast.core.Screen
import example.handfast.core.isAwake
import example.handfast.core.isBright
import kotlinx.coroutines.launch

/** The one activity: joins the model, the phone and what is drawn. */
class MainActivity : ComponentActivity() {
    val app: AppModel get() = (application as HandfastApp).app
    private lateinit var phone: AndroidPhone

    override fun onCreate(savedInstanceState: Bundle?) {
        enableEdgeToEdge()
        super.onCreate(savedInstanceState)
        phone = AndroidPhone(this)
        setContent { HandfastTheme { HandfastUi(app, phone) } }
        lifecycleScope.launch { app.screen.collect(::light) }
        // A link is opened once, not again when the activity is made anew.
        if (savedInstanceState == null) phone.handIn(intent)
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        phone.handIn(intent)
    }

    override fun onStart() {
        super.onStart()
        phone.started()
    }

    override fun onStop() {
        super.onStop()
        if (!isChangingConfigurations) phone.stopped()
    }

    /** Whoever waits with a finger on the screen need not wait for what became slow. */
    override fun onUserInteraction() = app.touched()

    private fun light(screen: Screen) {
        val full = WindowManager.LayoutParams.BRIGHTNESS_OVERRIDE_FULL
        val usual = WindowManager.LayoutParams.BRIGHTNESS_OVERRIDE_NONE
        window.attributes = window.attributes.apply { screenBrightness = if (screen.isBright) full else usual }
        if (screen.isAwake) {
            window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
        } else {
            window.clearFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
        }
    }
}
