package example.handfast.core

import example.handfast.core.bridge.Core
import example.handfast.core.bridge.Eye
import example.handfast.core.bridge.Refusal
import example.handfast.core.bridge.Token
import example.handfast.core.bridge.TokenKind
import example.handfast.core.bridge.Told
import example.handfast.core.bridge.View
import example.handfast.core.bridge.notice
import example.handfast.core.bridge.screen
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import java.nio.ByteBuffer

/**
 * What the app shows and what a person can do, without a line of Android in it. Views read the
 * three flows and call the functions; every function returns at once.
 */
class App(
    private val scope: CoroutineScope,
    private val notebook: Notebook,
    private val now: () -> Long = { System.currentTimeMillis() / 1000 },
    private val open: (Told) -> Core,
) {
    private val shown = MutableStateFlow<Screen>(Screen.Home)
    private val listed = MutableStateFlow<List<Row>>(emptyList())
    private val noted = MutableStateFlow<Notice?>(null)

    /** The screen to show. */
    val screen: StateFlow<Screen> = shown.asStateFlow()

    /** The rows of the conversation. */
    val rows: StateFlow<List<Row>> = listed.asStateFlow()

    /** Something to say beside the screen, until [noticed]. */
    val notice: StateFlow<Notice?> = noted.asStateFlow()

    /** Everything happens here, one thing after the other. */
    private val lane = Channel<suspend () -> Unit>(Channel.UNLIMITED)

    private val eye = Eye()
    private lateinit var core: Core
    private var inCore = View.NOTHING
    private val idle = MutableStateFlow(true)
    private var failure: Screen.Ended? = null
    private var scanning: Screen.Scan? = null
    private var sent = false
    private var localNetworkDenied = false
    private var pending: (suspend () -> Unit)? = null

    /** Something locked that was handed in, and what it asks. */
    private var locked: Token? = null
    private var asking: Screen.Question? = null

    init {
        scope.launch(Dispatchers.Default) {
            val opened = runCatching { open(Ears()) }
            opened.onFailure { cause ->
                val refusal = cause as? Refusal ?: throw cause
                failure = refusal.screen() as Screen.Ended
                show()
                return@launch
            }
            core = opened.getOrThrow()
            tellOfCut()
            for (work in lane) {
                try {
                    work()
                } catch (refusal: Refusal) {
                    if (!refusal.isSilent) noted.value = refusal.notice()
                }
            }
        }
    }

    // --- What a person does -------------------------------------------------------------------

    /** Makes an invitation and shows its code; or, to be sent, makes one that lives for a day. */
    fun invite(send: Boolean, protection: Protection? = null) = act {
        scanning = null
        sent = send
        if (inCore.isHosting) {
            stopAll()
        }
        core.host(send, protection)
    }

    /** Opens the camera. */
    fun scan() = act {
        val wanted = if (inCore.isHosting) Wanted.REPLY else Wanted.INVITATION
        scanning = Screen.Scan(wanted, Camera.ASKING, null)
        show()
    }

    /** Answers what the other side asks, or what something locked asks. */
    fun answer(answers: List<String>) {
        act {
            val token = locked
            if (token == null) {
                core.answer(answers.firstOrNull().orEmpty())
                return@act
            }
            asking = asking?.copy(busy = true, hint = null)
            show()
            // It takes about a second, on purpose.
            scope.launch(Dispatchers.Default) {
                val opened = runCatching { core.unlock(token, answers) }
                act { unlocked(token, opened) }
            }
        }
    }

    /** Shows both people what to compare. */
    fun compare() = act { core.compare() }

    fun compared(outcome: Outcome) = act { core.compared(outcome) }

    /** Agrees to connect. */
    fun connect() = act { core.connect() }

    /** Shows our reply now. */
    fun offerReply() = act { core.offerReply() }

    /** One step back: closes the camera, stops a pairing, leaves a screen that is over. */
    fun back() = act {
        when {
            scanning != null -> scanning = null
            asking != null -> ask(null, null)
            inCore.isTalking -> core.leave()
            else -> {
                core.cancel()
                core.dismiss()
            }
        }
        show()
    }

    fun sendText(text: String) = act { core.send(text) }

    fun sendFile(path: String) = act { core.sendFile(path) }

    fun accept(number: Long) = act { core.accept(number) }

    fun decline(number: Long) = act { core.decline(number) }

    fun cancelFile(number: Long) = act { core.cancelFile(number) }

    /** A text that was tapped, pasted or shared: a link, or a message with one in it. */
    fun handIn(text: String) = act { take(Core.read(text)) }

    /** A picture or file that was picked or shared. Reading a large one takes a while. */
    fun handIn(bytes: ByteArray) {
        act {
            scope.launch(Dispatchers.Default) {
                val read = runCatching { core.readFile(bytes) }
                act { take(read.getOrThrow()) }
            }
        }
    }

    /** Stops what is under way and opens the invitation that came meanwhile. */
    fun replace() = act {
        val open = pending ?: return@act
        pending = null
        noted.value = null
        scanning = null
        stopAll()
        open()
    }

    /** The notice was read. */
    fun noticed() = act {
        noted.value = null
        pending = null
    }

    // --- What the phone says ------------------------------------------------------------------

    /**
     * One frame of the camera: its luminance plane in a direct buffer. For the camera's own thread.
     *
     * @return whether a token was found, so that no more frames are needed
     */
    fun frame(luma: ByteBuffer, stride: Int, width: Int, height: Int): Boolean {
        val token = try {
            eye.look(luma, stride, width, height) ?: return false
        } catch (refusal: Refusal) {
            val hint = if (refusal.isForeign) Key.SCAN_NOT_OURS else refusal.notice().what
            act { hint(hint) }
            return false
        }
        act { if (scanning != null) take(token) }
        return true
    }

    fun camera(camera: Camera) = act {
        val hint = when (camera) {
            Camera.DENIED -> Key.CAMERA_DENIED
            Camera.MISSING -> Key.CAMERA_MISSING
            Camera.ASKING, Camera.RUNNING -> null
        }
        scanning = scanning?.copy(camera = camera, hint = hint)
        show()
    }

    /** Whether the phone lets this app reach others on the same network. */
    fun localNetwork(allowed: Boolean) = act {
        localNetworkDenied = !allowed
        show()
    }

    fun network(addresses: List<String>) = act { core.networkChanged(addresses) }

    /** The app left the screen. [kept]: something keeps it running, so that it can go on waiting. */
    fun left(kept: Boolean) = act { if (!kept) core.pause() }

    fun returned() = act { core.resume() }

    /** Ends everything; nothing may be called afterwards. */
    suspend fun shutdown() {
        if (::core.isInitialized) core.shutdown()
        lane.close()
    }

    // --- Inside -------------------------------------------------------------------------------

    private fun act(work: suspend () -> Unit) {
        // After a shutdown there is nobody to act.
        lane.trySend(work)
    }

    private suspend fun take(token: Token) {
        when (token.kind) {
            TokenKind.REPLY -> {
                core.reply(token)
                scanning = null
                noted.value = Notice(Key.REPLY_TAKEN, null, null)
            }
            TokenKind.LOCKED_INVITATION -> {
                val questions = core.questions(token)
                scanning = null
                ask(token, Screen.Question(questions, null, null, busy = false))
            }
            TokenKind.SEALED -> noted.value = Notice(Key.SEALED_FOUND, null, null)
            TokenKind.INVITATION -> opening { core.open(token) }
        }
        show()
    }

    /** Opens an invitation; if something else is under way, the person decides. */
    private suspend fun opening(open: suspend () -> Unit) {
        try {
            open()
            scanning = null
        } catch (refusal: Refusal) {
            if (!refusal.isBusy) throw refusal
            pending = open
            noted.value = Notice(Key.ANOTHER_UNDER_WAY, null, Way.REPLACE)
        }
    }

    private fun ask(token: Token?, question: Screen.Question?) {
        locked = token
        asking = question
    }

    private suspend fun unlocked(token: Token, opened: Result<Unit>) {
        // The person may have gone back meanwhile.
        if (locked !== token) return
        val refusal = opened.exceptionOrNull() as? Refusal
        if (refusal?.isWrongAnswer == true) {
            asking = asking?.copy(busy = false, hint = refusal.notice().what)
            show()
            return
        }
        ask(null, null)
        show()
        opened.getOrThrow()
    }

    private suspend fun stopAll() {
        if (inCore.isTalking) core.leave() else core.cancel()
        // A goodbye that takes longer ends in "busy", and the person can try again.
        withTimeoutOrNull(STOPPING) { idle.first { it } }
    }

    private fun hint(key: Key) {
        scanning = scanning?.copy(hint = key)
        show()
    }

    private fun tellOfCut() {
        val until = notebook.sharingUntil ?: return
        notebook.sharingUntil = null
        if (until > now()) {
            noted.value = Notice(Key.SHARING_WAS_CUT, Key.REMEDY_INVITE_AGAIN, Way.SHOW_CODE)
        }
    }

    private fun show() {
        val denied = Key.LOCAL_NETWORK_DENIED.takeIf { localNetworkDenied }
        val screen = scanning ?: asking ?: failure ?: inCore.screen(sent, denied)
        shown.value = if (denied != null && screen is Screen.Ended && screen.what == Key.KIND_NOT_REACHED) {
            screen.copy(next = denied, way = Way.APP_SETTINGS)
        } else {
            screen
        }
    }

    private inner class Ears : Told {
        override fun view(view: View) {
            idle.value = view.isFree
            act {
                if (view.isTalking && !inCore.isTalking) {
                    listed.value = emptyList()
                    scanning = null
                    ask(null, null)
                }
                inCore = view
                notebook.sharingUntil = view.hostingUntil.takeIf { sent }
                show()
            }
        }

        override fun row(row: Row) = act {
            val rows = listed.value
            val at = rows.indexOfFirst { it.number == row.number }
            listed.value = if (at < 0) rows + row else rows.toMutableList().also { it[at] = row }
        }
    }

    private companion object {
        /** Milliseconds within which the core has stopped whatever it does. */
        const val STOPPING = 3_000L
    }
}
