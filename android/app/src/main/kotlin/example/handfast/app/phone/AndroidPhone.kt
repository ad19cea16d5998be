package example.handfast.app.phone

import android.Manifest
import android.app.KeyguardManager
import android.content.ActivityNotFoundException
import android.content.ClipData
import android.content.ClipboardManager
import android.content.Intent
import android.content.pm.PackageManager
import android.hardware.biometrics.BiometricManager.Authenticators
import android.hardware.biometrics.BiometricPrompt
import android.net.Uri
import android.os.Build
import android.os.Bundle
import android.os.CancellationSignal
import android.os.PersistableBundle
import android.provider.MediaStore
import android.provider.Settings
import android.view.HapticFeedbackConstants
import androidx.activity.ComponentActivity
import androidx.activity.result.ActivityResultLauncher
import androidx.activity.result.PickVisualMediaRequest
import androidx.activity.result.contract.ActivityResultContracts.CreateDocument
import androidx.activity.result.contract.ActivityResultContracts.OpenDocument
import androidx.activity.result.contract.ActivityResultContracts.OpenMultipleDocuments
import androidx.activity.result.contract.ActivityResultContracts.PickMultipleVisualMedia
import androidx.activity.result.contract.ActivityResultContracts.PickVisualMedia
import androidx.activity.result.contract.ActivityResultContracts.RequestPermission
import androidx.activity.result.contract.ActivityResultContracts.StartActivityForResult
import androidx.activity.result.contract.ActivityResultContracts.TakePicture
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.ui.Modifier
import androidx.compose.ui.draganddrop.DragAndDropEvent
import androidx.compose.ui.draganddrop.toAndroidDragEvent
import androidx.lifecycle.DefaultLifecycleObserver
import androidx.lifecycle.LifecycleOwner
import androidx.lifecycle.lifecycleScope
import example.handfast.app.HandfastApp
import example.handfast.app.R
import example.handfast.app.phone.files.ContentDocument
import example.handfast.app.phone.files.Downloads
import example.handfast.app.phone.files.TakenPicture
import example.handfast.app.phone.notices.Notices
import example.handfast.app.ui.Felt
import example.handfast.app.ui.Phone
import example.handfast.core.AppModel
import example.handfast.core.Camera
import example.handfast.core.Document
import example.handfast.core.Handout
import example.handfast.core.Key
import example.handfast.core.Choices
import example.handfast.core.Protection
import example.handfast.core.Screen
import example.handfast.core.Shared
import example.handfast.core.Way
import example.handfast.core.bridge.Device
import example.handfast.core.phone.Arrival
import example.handfast.core.phone.Asks
import example.handfast.core.phone.Grant
import example.handfast.core.phone.Permission
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.combine
import kotlinx.coroutines.launch
import java.io.File
import java.io.IOException
import java.io.InputStream

/**
 * The phone as an activity has it. Made in its `onCreate`, before anything is drawn: what another app gives back
 * may be waiting, from before the activity was made anew.
 */
class AndroidPhone(private val activity: ComponentActivity, private val model: AppModel) : Phone {
    private val app = activity.application as HandfastApp
    private val asks get() = app.memory.asks
    private val links = Links(app)

    /** What is done with what another app gives back: the person may rotate the phone, or the system end us, meanwhile. */
    private var saving: String? = null
    private var attachingTo: Long? = null
    private var taking: String? = null
    private var beganBefore = false

    /** Something secret is typed of which the model knows nothing yet. */
    private val isHidden = MutableStateFlow(false)

    private val permission = Permission.entries.associateWith { permission ->
        activity.registerForActivityResult(RequestPermission()) { isGiven -> answered(permission, isGiven) }
    }
    private val picture = activity.registerForActivityResult(PickVisualMedia()) { it?.let(::open) }
    private val file = activity.registerForActivityResult(OpenDocument()) { it?.let(::open) }
    private val toLock = activity.registerForActivityResult(OpenDocument()) { it?.let(::lock) }
    private val files = activity.registerForActivityResult(OpenMultipleDocuments(), ::attach)
    private val pictures = activity.registerForActivityResult(PickMultipleVisualMedia(), ::attach)
    private val photo = activity.registerForActivityResult(TakePicture()) { isTaken -> if (isTaken) attachTaken() }
    private val cameraApp = activity.registerForActivityResult(StartActivityForResult()) { attachPictures() }
    private val place = activity.registerForActivityResult(CreateDocument(ANY)) { it?.let(::save) }

    init {
        val kept = activity.savedStateRegistry
        activity.addOnContextAvailableListener {
            kept.consumeRestoredStateForKey(KEPT)?.let { state ->
                saving = state.getString(SAVING)
                attachingTo = Notices.sessionOf(state.getString(ATTACHING_TO))
                taking = state.getString(TAKING)
                // This process knows by itself what it is about.
                if (Notices.sessionOf(state.getString(OF_PROCESS)) == null) state.getBundle(UNFINISHED)?.let { model.goOn(unfinished(it)) }
                beganBefore = true
            }
        }
        kept.registerSavedStateProvider(KEPT) {
            Bundle().apply {
                putString(SAVING, saving)
                putString(ATTACHING_TO, attachingTo?.let(Notices::nameOf))
                putString(TAKING, taking)
                putString(OF_PROCESS, Notices.nameOf(0))
                putBundle(UNFINISHED, bundle(model.unfinished.value))
            }
        }
        activity.lifecycleScope.launch {
            combine(model.screen, model.choices, isHidden, ::Triple).collect { (screen, choices, isHidden) ->
                // What is not known yet may be secret.
                activity.window.follow(screen, choices ?: Choices(locksApp = true), isHidden)
            }
        }
        activity.lifecycle.addObserver(object : DefaultLifecycleObserver {
            // The person may have been in the settings.
            override fun onStart(owner: LifecycleOwner) {
                Permission.entries.forEach { carryOut(asks.found(it, isGiven(it))) }
                sayWhetherAsking()
                beside { model.opensLinks(links.areOpenedHere()) }
            }
        })
    }

    // --- What comes in ------------------------------------------------------------------------

    /** Takes what the activity was opened with, once: not again when it is made anew. */
    fun begin() {
        if (!beganBefore) {
            // The task may have been swiped away while a question was open, and the process have gone on.
            carryOut(asks.lost())
            arrived(activity.intent)
        }
        beganBefore = true
    }

    /** Another app, a notification or a shortcut opened this one. */
    fun arrived(intent: Intent?) {
        if (intent == null) return
        when (val arrival = Arrival.of(incoming(intent), activity.packageName)) {
            Arrival.Nothing -> Unit
            Arrival.Refused -> model.tell(Key.CANNOT_OPEN)
            is Arrival.Text -> model.handIn(arrival.text)
            is Arrival.Document -> open(Uri.parse(arrival.uri))
            is Arrival.Session -> model.show(arrival.session)
            is Arrival.Shared -> {
                val shared = Shared(arrival.uris.map { document(Uri.parse(it)) }, arrival.text)
                beside {
                    shared.documents.forEach { it.known() }
                    when (val session = arrival.session) {
                        null -> model.share(shared)
                        else -> model.share(shared, session)
                    }
                }
            }
        }
    }

    /** The other app lends it for as long as this activity lives. */
    override fun dropped(event: DragAndDropEvent): Boolean {
        val session = model.front
        val dragged = event.toAndroidDragEvent()
        val clip = dragged.clipData
        if (clip == null || session == null || model.screen.value !is Screen.Conversation) return false
        activity.requestDragAndDropPermissions(dragged)
        val uris = (0 until clip.itemCount).mapNotNull { clip.getItemAt(it).uri }
        attach(uris.filter { Arrival.isForeign("$it", activity.packageName) }, session)
        return uris.isNotEmpty()
    }

    // --- Connecting ---------------------------------------------------------------------------

    override fun invite(send: Boolean, protection: Protection?) {
        val wanted = listOfNotNull(Permission.LOCAL_NETWORK, Permission.NOTIFICATIONS.takeIf { send })
        val model = model
        ask(wanted) { model.invite(send, protection) }
    }

    override fun connect() {
        ask(listOf(Permission.LOCAL_NETWORK), model::accept)
        // Asked while the phones find each other: what they write is told when nobody looks.
        ask(listOf(Permission.NOTIFICATIONS)) {}
    }

    override fun meet(contact: String) {
        val model = model
        ask(listOf(Permission.LOCAL_NETWORK)) { model.meet(contact) }
        // Who comes while nobody looks is told.
        ask(listOf(Permission.NOTIFICATIONS)) {}
    }

    override fun resume(id: String) {
        val model = model
        ask(listOf(Permission.LOCAL_NETWORK)) { model.resume(id) }
    }

    override fun paste() {
        val clip = activity.getSystemService(ClipboardManager::class.java).primaryClip
        val item = clip?.takeIf { it.itemCount > 0 }?.getItemAt(0)
        val uri = item?.uri?.takeIf { Arrival.isForeign("$it", activity.packageName) }
        val text = item?.text ?: item?.intent?.dataString
        if (text == null && uri != null) open(uri) else model.handIn(text?.toString().orEmpty().take(Arrival.MOST_TEXT))
    }

    override fun pickPicture() = picture.begin(PickVisualMediaRequest(PickVisualMedia.ImageOnly))

    override fun pickFile() = file.begin(arrayOf(ALL))

    override fun pickToLock() = toLock.begin(arrayOf(ALL))

    // --- Sending ------------------------------------------------------------------------------

    override fun attachFiles() {
        attachingTo = model.front
        files.begin(arrayOf(ALL))
    }

    override fun attachPictures() {
        attachingTo = model.front
        pictures.begin(PickVisualMediaRequest(PickVisualMedia.ImageAndVideo))
    }

    override fun takePicture() {
        attachingTo = model.front
        if (isGiven(Permission.CAMERA)) {
            beside {
                val (uri, to) = app.lending.borrow("${activity.getString(R.string.file_unnamed)}.jpg")
                taking = to.path
                onScreen { photo.begin(uri) }
            }
        } else {
            // The system lets no app have a picture taken for it that asked for the camera and was refused; the
            // camera's app can be opened all the same, and what it took be picked.
            cameraApp.begin(Intent(MediaStore.INTENT_ACTION_STILL_IMAGE_CAMERA))
        }
    }

    override fun shareLink(handout: Handout) {
        // A link that leads nowhere says how it is used.
        val text = if (handout.isTappable) handout.link else "${activity.getString(R.string.paste_this)}\n${handout.link}"
        choose(Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, text))
    }

    override fun sharePicture(handout: Handout) = beside {
        share(app.lending.lend("handfast.png", Device.png(handout.symbol, PIXELS_A_MODULE)), "image/png")
    }

    override fun shareFile(handout: Handout) = beside {
        share(app.lending.lend("invitation.handfast", Device.file(handout)), ANY)
    }

    override fun shareFile(name: String, bytes: ByteArray) = beside { share(app.lending.lend(name, bytes), ANY) }

    override fun shareFile(path: String, type: String?) = beside {
        share(lent(path), type ?: Downloads.typeOf(path))
    }

    override fun openFile(path: String, type: String?) = beside {
        val view = Intent(Intent.ACTION_VIEW)
            .setDataAndType(lent(path), type ?: Downloads.typeOf(path))
            .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
        onScreen { open(view) }
    }

    override fun saveFile(name: String, path: String) {
        // By then the process may be another one, which does not know what became of the path.
        saving = "${app.downloads.uri(path) ?: path}"
        place.begin(name)
    }

    override fun copy(text: String, secret: Boolean) {
        val clip = ClipData.newPlainText("", text)
        if (secret) {
            val hidden = PersistableBundle().apply { putBoolean(SENSITIVE, true) }
            clip.description.extras = hidden
        }
        activity.getSystemService(ClipboardManager::class.java).setPrimaryClip(clip)
    }

    override fun openLink(address: String) {
        val uri = Uri.parse(address)
        if (uri.scheme?.lowercase() !in WEB) return model.tell(Key.CANNOT_OPEN)
        open(Intent(Intent.ACTION_VIEW, uri).addCategory(Intent.CATEGORY_BROWSABLE))
    }

    // --- Settings and the rest ----------------------------------------------------------------

    override fun go(way: Way) {
        // What a notice asks for is gone once the notice counts as read.
        if (way != Way.REPLACE && way != Way.TAKE_REPLY) model.noticed()
        when (way) {
            Way.HOME -> model.back()
            Way.SHOW_CODE -> invite(send = false)
            Way.SCAN -> {
                model.back()
                model.scan()
            }
            Way.REPLACE -> model.replace()
            Way.TAKE_REPLY -> model.takeReply()
            Way.NETWORK_SETTINGS -> open(Intent(Settings.ACTION_WIRELESS_SETTINGS))
            Way.STORAGE_SETTINGS -> open(Intent(Settings.ACTION_INTERNAL_STORAGE_SETTINGS))
            Way.APP_SETTINGS -> open(Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, ourselves()))
            Way.RESTART -> restart()
        }
    }

    override fun allowLinks() = open(links.settings())

    @Composable
    override fun Viewfinder(torch: Boolean, modifier: Modifier) {
        DisposableEffect(Unit) {
            app.camera.found = { feel(Felt.FOUND) }
            askForCamera()
            onDispose { app.camera.found = {} }
        }
        example.handfast.app.phone.camera.Viewfinder(app.camera, torch, modifier)
    }

    override fun feel(what: Felt) {
        val feedback = when (what) {
            Felt.FOUND -> HapticFeedbackConstants.CONTEXT_CLICK
            Felt.MATCH -> if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) HapticFeedbackConstants.CONFIRM else HapticFeedbackConstants.LONG_PRESS
            Felt.WRONG -> if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) HapticFeedbackConstants.REJECT else HapticFeedbackConstants.LONG_PRESS
        }
        activity.window.decorView.performHapticFeedback(feedback)
    }

    override fun hide(isHidden: Boolean) {
        this.isHidden.value = isHidden
    }

    // --- The lock of the app ------------------------------------------------------------------

    /** None until it is known whether the screens are covered. */
    val isCovered get() = app.lock.isCovered

    /** Asks the person to prove who they are, as the phone itself does it. */
    fun uncover() {
        // A phone without a lock of its own keeps nobody out.
        if (!activity.getSystemService(KeyguardManager::class.java).isDeviceSecure) return app.lock.opened()
        val prompt = BiometricPrompt.Builder(activity).setTitle(activity.getString(R.string.app_name))
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.R) {
            prompt.setAllowedAuthenticators(Authenticators.BIOMETRIC_WEAK or Authenticators.DEVICE_CREDENTIAL)
        } else {
            @Suppress("DEPRECATION") // what came in its place came with Android 11
            prompt.setDeviceCredentialAllowed(true)
        }
        val answer = object : BiometricPrompt.AuthenticationCallback() {
            override fun onAuthenticationSucceeded(result: BiometricPrompt.AuthenticationResult?) = app.lock.opened()
        }
        guarded { prompt.build().authenticate(CancellationSignal(), activity.mainExecutor, answer) }
    }

    // --- Permissions --------------------------------------------------------------------------

    private fun askForCamera() {
        if (activity.packageManager.hasSystemFeature(PackageManager.FEATURE_CAMERA_ANY)) ask(listOf(Permission.CAMERA)) {}
        else model.camera(Camera.MISSING)
    }

    private fun ask(permissions: List<Permission>, then: () -> Unit) = carryOut(asks.want(permissions, then))

    private fun answered(permission: Permission, isGiven: Boolean) {
        val mayAskAgain = name(permission)?.let(activity::shouldShowRequestPermissionRationale) == true
        carryOut(asks.answered(permission, isGiven, mayAskAgain))
        // Known before, so nothing new: the scanner is told all the same.
        if (permission == Permission.CAMERA && !isGiven) model.camera(Camera.DENIED)
    }

    private fun carryOut(effects: List<Asks.Effect<() -> Unit>>) {
        for (effect in effects) {
            when (effect) {
                is Asks.Effect.Ask -> permission.getValue(effect.permission).begin(name(effect.permission).orEmpty())
                is Asks.Effect.Go -> effect.on()
                is Asks.Effect.Known -> known(effect.permission, effect.grant)
            }
        }
    }

    private fun known(permission: Permission, grant: Grant) {
        val isGiven = grant == Grant.GIVEN
        when (permission) {
            Permission.CAMERA -> {
                app.camera.allowed(isGiven)
                if (isGiven && (model.screen.value as? Screen.Scan)?.camera == Camera.DENIED) model.camera(Camera.ASKING)
            }
            Permission.LOCAL_NETWORK -> {
                if (grant != Grant.UNKNOWN) model.localNetwork(isGiven)
                sayWhetherAsking()
            }
            Permission.NOTIFICATIONS -> Unit
        }
    }

    /** Whether the system will ask about the local network. */
    private fun sayWhetherAsking() {
        val grant = asks.grant(Permission.LOCAL_NETWORK)
        model.asksForLocalNetwork(!isGiven(Permission.LOCAL_NETWORK) && grant != Grant.DENIED_FOR_GOOD)
    }

    /** What this version of Android does not know needs no asking. */
    private fun isGiven(permission: Permission): Boolean {
        val name = name(permission) ?: return true
        return activity.checkSelfPermission(name) == PackageManager.PERMISSION_GRANTED
    }

    private fun name(permission: Permission): String? = when (permission) {
        Permission.CAMERA -> Manifest.permission.CAMERA
        Permission.NOTIFICATIONS ->
            Manifest.permission.POST_NOTIFICATIONS.takeIf { Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU }
        Permission.LOCAL_NETWORK -> LOCAL_NETWORK.takeIf { Build.VERSION.SDK_INT >= ANDROID_17 }
    }

    // --- What other apps give back ------------------------------------------------------------

    private fun document(uri: Uri): Document = ContentDocument(app, uri)

    /** The other app was asked for its name, which takes as long as it likes. */
    private fun Document.known() = also { name }

    /** Looked through, or asked for its answer if it is a locked file. */
    private fun open(uri: Uri) = beside { model.handIn(document(uri).known()) }

    private fun lock(uri: Uri) = beside { model.lock(document(uri).known()) }

    private fun attach(uris: List<Uri>) = attach(uris, attachingTo)

    private fun attach(uris: List<Uri>, session: Long?) {
        if (uris.isEmpty()) return
        beside {
            val documents = uris.map { document(it).known() }
            // Where the system has ended the process meanwhile, so has the conversation.
            if (session == null) model.share(Shared(documents, null)) else model.attach(documents, session)
        }
    }

    private fun attachTaken() {
        val file = taking?.let(::File) ?: return
        taking = null
        val picture = listOf(TakenPicture(app, file))
        when (val session = attachingTo) {
            null -> model.share(Shared(picture, null))
            else -> model.attach(picture, session)
        }
    }

    private fun save(to: Uri) {
        val path = saving ?: return
        saving = null
        beside {
            stream(path).use { from ->
                val output = activity.contentResolver.openOutputStream(to, "wt") ?: throw IOException("no place to save to")
                output.use { from.copyTo(it) }
            }
            model.tell(Key.FILE_SAVED)
        }
    }

    private fun stream(path: String): InputStream {
        if (!path.startsWith("content:")) return app.downloads.read(path)
        return activity.contentResolver.openInputStream(Uri.parse(path)) ?: throw IOException("nothing to read")
    }

    /** Another app may read it from now on. */
    private fun lent(path: String): Uri = app.downloads.uri(path) ?: app.lending.lend(File(path).name, app.downloads.read(path))

    // --- Inside -------------------------------------------------------------------------------

    private fun share(uri: Uri, type: String) {
        val send = Intent(Intent.ACTION_SEND)
            .setType(type)
            .putExtra(Intent.EXTRA_STREAM, uri)
            .addFlags(Intent.FLAG_GRANT_READ_URI_PERMISSION)
        // The chooser shows a preview only with this.
        send.clipData = ClipData.newRawUri("", uri)
        onScreen { choose(send) }
    }

    private fun choose(intent: Intent) = open(Intent.createChooser(intent, null))

    /** Opens another app, which may not be there. */
    private fun open(intent: Intent) = guarded { activity.startActivity(intent) }

    private fun <T> ActivityResultLauncher<T>.begin(input: T) = guarded { launch(input) }

    private fun guarded(work: () -> Unit) {
        try {
            work()
        } catch (_: ActivityNotFoundException) {
            model.tell(Key.NO_APP)
        } catch (_: SecurityException) {
            model.tell(Key.NO_APP)
        }
    }

    private fun onScreen(work: () -> Unit) {
        activity.lifecycleScope.launch { work() }
    }

    /** Files and other apps take their time, and other apps may throw whatever they like. */
    private fun beside(work: () -> Unit) {
        besides.launch {
            try {
                work()
            } catch (_: Exception) {
                model.tell(Key.CANNOT_OPEN)
            }
        }
    }

    private fun restart() {
        activity.packageManager.getLaunchIntentForPackage(activity.packageName)?.let {
            activity.startActivity(it.addFlags(Intent.FLAG_ACTIVITY_CLEAR_TASK or Intent.FLAG_ACTIVITY_NEW_TASK))
        }
        Runtime.getRuntime().exit(0)
    }

    private fun ourselves() = Uri.fromParts("package", activity.packageName, null)

    private companion object {
        /** What was begun goes on when the activity is made anew. */
        val besides = CoroutineScope(SupervisorJob() + Dispatchers.IO)

        /** Without it, packets to the same network vanish on Android 17, without an error. */
        const val LOCAL_NETWORK = "android.permission.ACCESS_LOCAL_NETWORK"
        const val ANDROID_17 = 37
        const val SENSITIVE = "android.content.extra.IS_SENSITIVE"
        const val ANY = Downloads.ANY
        const val ALL = "*/*"
        const val PIXELS_A_MODULE = 8
        val WEB = setOf("http", "https")
        const val KEPT = "phone"
        const val SAVING = "saving"
        const val ATTACHING_TO = "attachingTo"
        const val TAKING = "taking"
        const val OF_PROCESS = "process"
        const val UNFINISHED = "unfinished"
    }
}
