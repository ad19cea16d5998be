package example.handfast.app.phone

import android.content.Intent
import androidx.activity.ComponentActivity
import androidx.compose.foundation.layout.Box
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import example.handfast.app.HandfastApp
import example.handfast.app.ui.Felt
import example.handfast.app.ui.Phone
import example.handfast.core.Handout
import example.handfast.core.Protection
import example.handfast.core.Way

/** Nothing yet. */
class AndroidPhone(activity: ComponentActivity) : Phone {
    private val app = (activity.application as HandfastApp).app
    fun handIn(intent: Intent) = Unit
    fun started() = app.returned()
    fun stopped() = app.left(kept = false)
    override fun invite(send: Boolean, protection: Protection?) = app.invite(send, protection)
    override fun connect() = app.accept()
    override fun resume(id: String) = app.resume(id)
    override fun paste() = Unit
    override fun pickPicture() = Unit
    override fun pickFile() = Unit
    override fun pickToLock() = Unit
    override fun attachFiles() = Unit
    override fun attachPictures() = Unit
    override fun takePicture() = Unit
    override fun shareLink(handout: Handout) = Unit
    override fun sharePicture(handout: Handout) = Unit
    override fun shareFile(handout: Handout) = Unit
    override fun shareFile(path: String, type: String?) = Unit
    override fun openFile(path: String, type: String?) = Unit
    override fun saveFile(name: String, path: String) = Unit
    override fun copy(text: String, secret: Boolean) = Unit
    override fun openLink(address: String) = Unit
    override fun go(way: Way) = Unit
    override fun allowLinks() = Unit
    @Composable
    override fun Viewfinder(torch: Boolean, modifier: Modifier) = Box(modifier)
    override fun feel(what: Felt) = Unit
}
