package example.handfast.app.ui

import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.draganddrop.DragAndDropEvent
import example.handfast.core.Handout
import example.handfast.core.Protection
import example.handfast.core.Way

/**
 * What only the phone can do for a person: permissions, other apps, files, the camera. Screens call it, and
 * what comes of it reaches them through the model, so each screen can be drawn with one that does nothing.
 */
interface Phone {
    /** Asks for what an invitation needs, then makes one. */
    fun invite(send: Boolean, protection: Protection? = null)

    /** Asks for the local network where the system wants that, then connects. */
    fun connect()

    /** The same before somebody who was met is looked for. */
    fun meet(contact: String)

    /** The same before something that waits goes on. */
    fun resume(id: String)

    /** Takes what was copied. */
    fun paste()

    /** Lets the person choose a picture in which a code is. */
    fun pickPicture()

    /** Lets the person choose a file: an invitation, a reply, something locked. */
    fun pickFile()

    /** Lets the person choose a file of theirs to lock. */
    fun pickToLock()

    /** Lets the person choose any files for whoever is talked to. */
    fun attachFiles()

    /** Lets the person choose pictures and films for whoever is talked to. */
    fun attachPictures()

    /** Takes a picture for whoever is talked to, with the phone's own camera app. */
    fun takePicture()

    /** Sends what is dragged out of another app and dropped onto a conversation; whether it can. */
    fun dropped(event: DragAndDropEvent): Boolean

    fun shareLink(handout: Handout)

    fun sharePicture(handout: Handout)

    fun shareFile(handout: Handout)

    /** Hands these bytes on to another app, as a file of this name. */
    fun shareFile(name: String, bytes: ByteArray)

    /** Hands a file on to another app. */
    fun shareFile(path: String, type: String?)

    /** Opens a file in the app for its kind. */
    fun openFile(path: String, type: String?)

    /** Copies a file to where the person wants it. */
    fun saveFile(name: String, path: String)

    /** [secret]: the clipboard does not show it. */
    fun copy(text: String, secret: Boolean = false)

    /** Opens a web address in the browser, once the person has seen its host. */
    fun openLink(address: String)

    /** The one thing to do next. */
    fun go(way: Way)

    /** Shows where links to this app are allowed in the system's settings. */
    fun allowLinks()

    /** What the camera sees, while this is drawn. [torch]: its light is on. */
    @Composable
    fun Viewfinder(torch: Boolean, modifier: Modifier)

    /** Felt in the hand. */
    fun feel(what: Felt)

    /** Lets nobody take a picture of the display, beside what the screen of the model says. */
    fun hide(isHidden: Boolean)
}

/** What a person feels. */
enum class Felt { FOUND, MATCH, WRONG }
