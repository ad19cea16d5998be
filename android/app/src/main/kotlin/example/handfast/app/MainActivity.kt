package example.handfast.app

import android.content.Intent
import android.os.Bundle
import androidx.activity.ComponentActivity
import androidx.activity.compose.setContent
import androidx.activity.enableEdgeToEdge
import androidx.core.splashscreen.SplashScreen.Companion.installSplashScreen
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import example.handfast.app.phone.AndroidPhone
import example.handfast.app.ui.Covered
import example.handfast.app.ui.HandfastUi
import example.handfast.app.ui.theme.HandfastTheme
import example.handfast.core.AppModel

/** The one activity: joins the model, the phone and what is drawn. */
class MainActivity : ComponentActivity() {
    val app: AppModel get() = (application as HandfastApp).app
    private lateinit var phone: AndroidPhone

    override fun onCreate(savedInstanceState: Bundle?) {
        installSplashScreen()
        enableEdgeToEdge()
        super.onCreate(savedInstanceState)
        phone = AndroidPhone(this, app)
        setContent {
            val choices = app.choices.collectAsStateWithLifecycle().value
            HandfastTheme(ofPhone = choices?.hasPhoneColors == true) { Covered(phone.isCovered.collectAsStateWithLifecycle().value, phone::uncover) { HandfastUi(app, phone) } }
        }
        phone.begin()
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        phone.arrived(intent)
    }

    /** Whoever waits with a finger on the screen need not wait for what became slow. */
    override fun onUserInteraction() = app.touched()
}
