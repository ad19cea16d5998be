package example.handfast.app

import android.Manifest
import android.app.Activity
import android.content.ClipboardManager
import android.content.Intent
import android.content.pm.PackageManager
import android.net.Uri
import android.os.Build
import android.os.Bundle
import android.os.Handler
import android.os.Looper
import android.provider.OpenableColumns
import android.provider.Settings
import android.view.WindowManager
import android.widget.FrameLayout
import android.window.OnBackInvokedDispatcher
import example.handfast.core.AppModel
import example.handfast.core.Camera
import example.handfast.core.Handout
import example.handfast.core.Key
import example.handfast.core.Notice
import example.handfast.core.Protection
import example.handfast.core.Screen
import example.handfast.core.Way
import example.handfast.core.bridge.Device
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import java.io.File
import java.io.FileNotFoundException
import java.util.UUID
import java.util.concurrent.Executor

/** The one activity: draws what [AppModel] shows, and passes on what the phone and the person do. */
class MainActivity : Activity() {
    val app: AppModel get() = (application as HandfastApp).app
    private val handler = Handler(Looper.getMainLooper())
    private val scope = CoroutineScope(SupervisorJob() + Executor(handler::post).asCoroutineDispatcher())
    private lateinit var stage: FrameLayout
    private lateinit var note: NoteBar
    private var screenView: ScreenView<*>? = null
    /** The path of what is being saved. */
    private var saving: String? = null

    /** The session to which a file is being picked. */
    private var attachingTo: Long? = null

    override fun onCreate(state: Bundle?) {
        super.onCreate(state)
        stage = FrameLayout(this)
        note = NoteBar(this)
        setContentView(
            column(note.root, stage).apply {
                stage.layoutParams = stretched(vertical = true)
                fitsSystemWindows = true
            },
        )
        if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.TIRAMISU) {
            onBackInvokedDispatcher.registerOnBackInvokedCallback(
                OnBackInvokedDispatcher.PRIORITY_DEFAULT,
            ) { leaveOrBack() }
        }
        scope.launch { app.screen.collect(::show) }
        scope.launch { app.rows.collect { (screenView as? ConversationScreenView)?.show(it) } }
        scope.launch { app.notice.collect(note::show) }
        // A link is opened once, not again when the activity is made anew.
        if (state == null) handIn(intent)
    }

    override fun onNewIntent(intent: Intent) {
        super.onNewIntent(intent)
        handIn(intent)
    }

    override fun onStart() {
        super.onStart()
        WaitingService.stop(this)
        app.returned()
    }

    override fun onStop() {
        super.onStop()
        if (isChangingConfigurations) return
        app.left(kept = app.isWaiting && WaitingService.start(this))
    }

    override fun onDestroy() {
        scope.cancel()
        screenView?.gone()
        super.onDestroy()
    }

    /** Whoever waits with a finger on the screen need not wait for what became slow. */
    override fun onUserInteraction() = app.touched()

    @Deprecated("Only for phones without OnBackInvokedDispatcher")
    override fun onBackPressed() = leaveOrBack()

    private fun leaveOrBack() {
        if (app.screen.value is Screen.Home) finish() else app.putAside()
    }

    // --- Drawing ------------------------------------------------------------------------------

    private fun show(screen: Screen) {
        when (screen) {
            is Screen.Home -> screenView(::HomeScreenView).show(screen)
            is Screen.Person -> screenView(::PersonScreenView).show(screen)
            is Screen.Settings -> screenView(::SettingsScreenView).show(screen)
            is Screen.Outlook -> screenView(::OutlookScreenView).show(screen)
            is Screen.Preparing -> screenView(::PreparingScreenView).show(screen)
            is Screen.ShowCode -> screenView(::ShowCodeScreenView).show(screen)
            is Screen.Scan -> screenView(::ScanScreenView, ::askForCamera).show(screen)
            is Screen.Confirm -> screenView(::ConfirmScreenView).show(screen)
            is Screen.Connecting -> screenView(::ConnectingScreenView).show(screen)
            is Screen.Reply -> screenView(::ReplyScreenView).show(screen)
            is Screen.Question -> screenView(::QuestionScreenView).show(screen)
            is Screen.Lock -> screenView(::LockScreenView).show(screen)
            is Screen.Sealed -> screenView(::SealedScreenView).show(screen)
            is Screen.Opened -> screenView(::OpenedScreenView).show(screen)
            is Screen.Compare -> screenView(::CompareScreenView).show(screen)
            is Screen.Conversation -> screenView(::ConversationScreenView) { it.show(app.rows.value) }.show(screen)
            is Screen.Ended -> screenView(::EndedScreenView).show(screen)
        }
    }

    /** The face of this class: the one that is shown, or a new one in its place. */
    private inline fun <reified F : ScreenView<*>> screenView(make: (MainActivity) -> F, begin: (F) -> Unit = {}): F {
        (screenView as? F)?.let { return it }
        screenView?.gone()
        val new = make(this)
        screenView = new
        stage.removeAllViews()
        stage.addView(new.root)
        light(new)
        begin(new)
        return new
    }

    private fun light(screenView: ScreenView<*>) {
        val full = WindowManager.LayoutParams.BRIGHTNESS_OVERRIDE_FULL
        val usual = WindowManager.LayoutParams.BRIGHTNESS_OVERRIDE_NONE
        window.attributes = window.attributes.apply { screenBrightness = if (screenView.bright) full else usual }
        if (screenView.awake) {
            window.addFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
        } else {
            window.clearFlags(WindowManager.LayoutParams.FLAG_KEEP_SCREEN_ON)
        }
    }

    // --- What the person does -----------------------------------------------------------------

    fun invite(send: Boolean, protection: Protection? = null) {
        if (send) ask(Manifest.permission.POST_NOTIFICATIONS, Build.VERSION_CODES.TIRAMISU, ASK_NOTIFICATIONS)
        ask(LOCAL_NETWORK, ANDROID_17, ASK_LOCAL_NETWORK)
        app.invite(send, protection)
    }

    fun scan() = app.scan()

    fun connect() {
        if (!ask(LOCAL_NETWORK, ANDROID_17, ASK_LOCAL_NETWORK_THEN_CONNECT)) app.accept()
    }

    fun resume(id: String) {
        ask(LOCAL_NETWORK, ANDROID_17, ASK_LOCAL_NETWORK)
        app.resume(id)
    }

    fun back() = app.back()

    /** The one thing to do next. */
    fun go(way: Way) {
        // What a notice asks for is gone once the notice counts as read.
        if (way != Way.REPLACE && way != Way.TAKE_REPLY) app.noticed()
        when (way) {
            Way.HOME -> app.back()
            Way.SHOW_CODE -> invite(send = false)
            Way.SCAN -> {
                app.back()
                app.scan()
            }
            Way.REPLACE -> app.replace()
            Way.TAKE_REPLY -> app.takeReply()
            Way.NETWORK_SETTINGS -> startActivity(Intent(Settings.ACTION_WIRELESS_SETTINGS))
            Way.STORAGE_SETTINGS -> startActivity(Intent(Settings.ACTION_INTERNAL_STORAGE_SETTINGS))
            Way.APP_SETTINGS -> startActivity(
                Intent(Settings.ACTION_APPLICATION_DETAILS_SETTINGS, Uri.fromParts("package", packageName, null)),
            )
            Way.RESTART -> restart()
        }
    }

    fun paste() {
        val clip = getSystemService(ClipboardManager::class.java).primaryClip
        val text = clip?.takeIf { it.itemCount > 0 }?.getItemAt(0)?.coerceToText(this)
        app.handIn(text?.toString().orEmpty())
    }

    fun pick() = pick(PICK_TOKEN)

    fun attach() {
        attachingTo = app.front
        pick(PICK_ATTACHMENT)
    }

    fun pickToLock() = pick(PICK_TO_LOCK)

    fun shareLink(handout: Handout) {
        val text = Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, handout.link)
        share(text)
    }

    fun sharePicture(handout: Handout) =
        share(HandoutProvider.lend(this, "handfast.png", "image/png", Device.png(handout.symbol, PIXELS_A_MODULE)))

    fun shareFile(handout: Handout) =
        share(HandoutProvider.lend(this, "invitation.handfast", HandoutProvider.ANY, Device.file(handout)))

    /** Hands a file on to another app. [type]: what its sender says that it is. */
    fun shareFile(path: String, type: String?) = beside {
        val intent = HandoutProvider.lend(this, File(path), type ?: HandoutProvider.ANY)
        handler.post { share(intent) }
    }

    /** Copies a file to where the person wants it. */
    fun save(name: String, path: String) {
        saving = path
        startActivityForResult(
            Intent(Intent.ACTION_CREATE_DOCUMENT)
                .addCategory(Intent.CATEGORY_OPENABLE)
                .setType("*/*")
                .putExtra(Intent.EXTRA_TITLE, name),
            SAVE,
        )
    }

    private fun share(intent: Intent) = startActivity(Intent.createChooser(intent, null))

    private fun pick(request: Int) = startActivityForResult(
        Intent(Intent.ACTION_OPEN_DOCUMENT).addCategory(Intent.CATEGORY_OPENABLE).setType("*/*"),
        request,
    )

    private fun restart() {
        packageManager.getLaunchIntentForPackage(packageName)?.let {
            startActivity(it.addFlags(Intent.FLAG_ACTIVITY_CLEAR_TASK or Intent.FLAG_ACTIVITY_NEW_TASK))
        }
        Runtime.getRuntime().exit(0)
    }

    // --- What comes in ------------------------------------------------------------------------

    private fun handIn(intent: Intent) {
        when (intent.action) {
            Intent.ACTION_VIEW -> intent.data?.let { uri ->
                if (uri.scheme == "content" || uri.scheme == "file") handIn(uri) else app.handIn("$uri")
            }
            Intent.ACTION_SEND -> {
                val stream = stream(intent)
                val text = intent.getCharSequenceExtra(Intent.EXTRA_TEXT)
                if (stream != null) handIn(stream) else app.handIn(text?.toString().orEmpty())
            }
        }
    }

    @Suppress("DEPRECATION") // the typed form came with Android 13
    private fun stream(intent: Intent): Uri? = intent.getParcelableExtra(Intent.EXTRA_STREAM) as? Uri

    /** Looked through, or asked for its answer if it is a locked file. */
    private fun handIn(uri: Uri) = beside { app.handIn(copy(uri)) }

    @Deprecated("AndroidX has another way; this app has no AndroidX")
    override fun onActivityResult(request: Int, result: Int, data: Intent?) {
        val uri = data?.data ?: return
        when (request) {
            PICK_TOKEN -> handIn(uri)
            PICK_ATTACHMENT -> attachingTo.let { session -> beside { app.sendFile(copy(uri).path, session) } }
            PICK_TO_LOCK -> beside { app.lock(copy(uri)) }
            SAVE -> saving?.let { path ->
                beside {
                    contentResolver.openOutputStream(uri)?.use { out -> File(path).inputStream().use { it.copyTo(out) } }
                }
            }
        }
    }

    /**
     * The core reads files by their path, so a document is copied to where it has one: a folder of
     * its own, which goes with it.
     */
    private fun copy(uri: Uri): File {
        val folder = File(cacheDir, "copies/${UUID.randomUUID()}").apply { mkdirs() }
        val file = File(folder, nameOf(uri).replace('/', '_'))
        val input = contentResolver.openInputStream(uri) ?: throw FileNotFoundException()
        input.use { from -> file.outputStream().use { from.copyTo(it) } }
        return file
    }

    private fun nameOf(uri: Uri): String =
        contentResolver.query(uri, arrayOf(OpenableColumns.DISPLAY_NAME), null, null, null)?.use {
            if (it.moveToFirst()) it.getString(0) else null
        } ?: getString(R.string.file_unnamed)

    /** Reading and writing may take a while, and the other app's provider may fail. */
    private fun beside(work: () -> Unit) {
        Thread {
            try {
                work()
            } catch (e: Exception) {
                handler.post { note.show(Notice(Key.KIND_STORAGE, null, null)) }
            }
        }.start()
    }

    // --- Permissions, asked where they are needed ---------------------------------------------

    private fun askForCamera(screenView: ScanScreenView) {
        when {
            !packageManager.hasSystemFeature(PackageManager.FEATURE_CAMERA_ANY) -> app.camera(Camera.MISSING)
            !ask(Manifest.permission.CAMERA, 0, ASK_CAMERA) -> screenView.begin()
        }
    }

    /** Asks, if this version of Android knows it and it was not given. */
    private fun ask(permission: String, since: Int, request: Int): Boolean {
        val needed = Build.VERSION.SDK_INT >= since &&
            checkSelfPermission(permission) != PackageManager.PERMISSION_GRANTED
        if (needed) requestPermissions(arrayOf(permission), request)
        return needed
    }

    override fun onRequestPermissionsResult(request: Int, permissions: Array<String>, results: IntArray) {
        val given = results.firstOrNull() == PackageManager.PERMISSION_GRANTED
        when (request) {
            ASK_CAMERA -> if (given) (screenView as? ScanScreenView)?.begin() else app.camera(Camera.DENIED)
            ASK_LOCAL_NETWORK -> app.localNetwork(given)
            ASK_LOCAL_NETWORK_THEN_CONNECT -> {
                app.localNetwork(given)
                app.accept()
            }
        }
    }

    private companion object {
        /** Without it, packets to the same network vanish on Android 17, without an error. */
        const val LOCAL_NETWORK = "android.permission.ACCESS_LOCAL_NETWORK"
        const val ANDROID_17 = 37
        const val ASK_CAMERA = 1
        const val ASK_NOTIFICATIONS = 2
        const val ASK_LOCAL_NETWORK = 3
        const val ASK_LOCAL_NETWORK_THEN_CONNECT = 4
        const val PICK_TOKEN = 5
        const val PICK_ATTACHMENT = 6
        const val SAVE = 7
        const val PICK_TO_LOCK = 8
        const val PIXELS_A_MODULE = 8
    }
}
