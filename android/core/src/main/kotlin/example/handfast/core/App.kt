package example.handfast.core

import example.handfast.core.bridge.Core
import example.handfast.core.bridge.FrameScanner
import example.handfast.core.bridge.Refusal
import example.handfast.core.bridge.Token
import example.handfast.core.bridge.TokenKind
import example.handfast.core.bridge.EventSink
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
import java.io.File
import java.nio.ByteBuffer
import java.nio.file.Files

/**
 * What the app shows and what a person can do, without a line of Android in it. Views read the
 * three flows and call the functions; every function returns at once.
 */
class App(
    private val scope: CoroutineScope,
    private val open: (EventSink) -> Core,
) {
    private val shown = MutableStateFlow<Screen>(Screen.Home())
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

    private val scanner = FrameScanner()
    private lateinit var core: Core
    private var inCore = View.NOTHING
    private val idle = MutableStateFlow(true)
    private var failure: Screen.Ended? = null
    private var scanning: Screen.Scan? = null
    private var home = Screen.Home()
    private var person: Screen.Person? = null
    private var settings: Screen.Settings? = null
    private var outlook: Screen.Outlook? = null

    private var localNetworkDenied = false

    /** Opens what the person is about to confirm; and what came meanwhile and is held. */
    private var confirming: (suspend () -> Unit)? = null
    private var pending: (suspend () -> Unit)? = null

    /** A reply that was sent, until the person agrees. */
    private var offered: Token? = null

    private val lockbox = Lockbox(scope, ::act, ::show)

    init {
        scope.launch(Dispatchers.Default) {
            val opened = runCatching { open(Sink()) }
            opened.onFailure { cause ->
                val refusal = cause as? Refusal ?: throw cause
                failure = refusal.screen() as Screen.Ended
                show()
                return@launch
            }
            core = opened.getOrThrow()
            act { refresh() }
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
        if (inCore.isHosting) {
            core.cancel()
            untilIdle()
        }
        core.host(send, protection)
    }

    /** Opens the camera. */
    fun scan() = act {
        val wanted = if (inCore.isHosting) Wanted.REPLY else Wanted.INVITATION
        scanning = Screen.Scan(wanted, Camera.ASKING, null)
        show()
    }

    /** Answers what the other side asks, or what something locked asks, which may need a [code] too. */
    fun answer(answers: List<String>, code: String? = null) = act {
        if (lockbox.screen == null) {
            core.answer(answers.firstOrNull().orEmpty())
        } else {
            lockbox.answer(core, answers, code, ::opening)
            show()
        }
    }

    /** Begins to lock a file: our own copy of it, in a folder of its own. */
    fun lock(copy: File) = act {
        if (isOccupied) return@act refuse(copy)
        scanning = null
        lockbox.lock(copy)
        show()
    }

    /** The question and answer as they are typed. */
    fun judge(question: String, answer: String) = act {
        lockbox.judge(question, answer)
        show()
    }

    /** Whether the file is to need a code too. */
    fun lockWithCode(wanted: Boolean, question: String, answer: String) = act {
        lockbox.code(wanted)
        lockbox.judge(question, answer)
        show()
    }

    fun seal(question: String, answer: String) = act {
        lockbox.seal(core, question, answer)
        show()
    }

    /** Goes on with what waits. */
    fun goOn(id: String) = act { core.goOn(id) }

    /** Gives up what waits, for good. */
    fun giveUp(id: String) = act {
        core.giveUp(id)
        refresh()
    }

    /** Shows somebody who was met. */
    fun person(id: String) = act {
        person = home.people.find { it.id == id }?.let(Screen::Person)
        show()
    }

    fun forget(id: String) = act {
        core.forget(id)
        person = null
        refresh()
    }

    /** Shows whom this phone may ask. */
    fun settings() = act {
        settings = Screen.Settings(core.preferences(), Core.usualServers())
        show()
    }

    /** The person chose. [servers]: as they were typed; without any, the usual ones. */
    fun prefer(askServers: Boolean, servers: String, askRouter: Boolean, guess: Boolean = true) = act {
        val named = servers.split(' ', ',', '\n').filter { it.isNotBlank() }
        try {
            core.prefer(Preferences(askServers, named, askRouter, guess))
            settings = null
        } catch (refusal: Refusal) {
            if (!refusal.isNotAServer) throw refusal
            settings = settings?.copy(hint = refusal.notice().what)
        }
        show()
    }

    /** Finds out what works from here. */
    fun lookAround() = act {
        val looking = Screen.Outlook(null)
        outlook = looking
        show()
        scope.launch(Dispatchers.Default) {
            val report = runCatching { core.network() }
            act {
                // The person may have left meanwhile.
                if (outlook === looking) outlook = report.getOrNull()?.let(Screen::Outlook)
                show()
                report.getOrThrow()
            }
        }
    }

    /** The person touched the screen. */
    fun touched() = act { if (inCore.isWaiting) core.boost() }

    /** More is tried to get past a strict network, once for each invitation and each reply. */
    fun tryHarder() = act {
        core.tryHarder()
        noted.value = Notice(Key.TRYING_HARDER, null, null)
    }

    /** Asks them to compare, or agrees to: what to compare is shown when both want it. */
    fun compare() = act { core.compare() }

    /** What the person found who saw these [digits]. */
    fun compared(digits: List<String>, outcome: Outcome) = act { core.compared(digits, outcome) }

    /** Lets them send as much again. */
    fun allowMore() = act { core.allowMore() }

    /** Only who the person means would have asked what they were asked. */
    fun onlyTheyWouldAsk() = act { core.onlyTheyWouldAsk() }

    /** Agrees to connect. */
    fun connect() = act { core.connect() }

    /** Shows our reply now. */
    fun offerReply() = act { core.offerReply() }

    /** One step back: closes the camera, stops a pairing for good, leaves a screen that is over. */
    fun back() = act {
        when {
            scanning != null -> scanning = null
            lockbox.leave() -> {}
            outlook != null -> outlook = null
            settings != null -> settings = null
            person != null -> person = null
            inCore.isTalking -> core.leave()
            else -> {
                core.cancel()
                core.dismiss()
            }
        }
        show()
    }

    /** One step back that gives up nothing: what waits goes on waiting. */
    fun putAside() {
        act { if (scanning == null && lockbox.screen == null && inCore.isWaiting) core.putAside() else back() }
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

    /** A file that was picked or shared: our own copy of it, in a folder of its own. */
    fun handIn(copy: File) = act {
        val asked = core.asked(copy)
        if (asked != null) {
            if (isOccupied) return@act refuse(copy)
            scanning = null
            lockbox.ask(copy, asked)
            show()
            return@act
        }
        scope.launch(Dispatchers.Default) {
            val bytes = if (copy.length() > MOST_BYTES) null else runCatching { copy.readBytes() }.getOrNull()
            val what = if (copy.length() > MOST_BYTES) Key.KIND_TOO_LARGE else Key.KIND_STORAGE
            copy.parentFile?.deleteRecursively()
            if (bytes == null) act { noted.value = Notice(what, null, null) } else handIn(bytes)
        }
    }

    /**
     * Puts aside what is under way and opens what came meanwhile. What was not agreed to yet is held in its
     * turn.
     */
    fun replace() = act {
        val open = pending ?: return@act
        pending = null
        noted.value = null
        scanning = null
        val before = confirming.takeIf { inCore.isConfirming }
        lockbox.clear()
        when {
            inCore.isTalking -> core.leave()
            inCore.isConfirming -> core.dismiss()
            else -> core.putAside()
        }
        untilIdle()
        open()
        if (before != null) hold(before)
        show()
    }

    /** Takes the reply that was handed in. */
    fun takeReply() = act {
        val reply = offered ?: return@act
        offered = null
        noted.value = null
        reply(reply)
        show()
    }

    /** The notice was read. */
    fun noticed() = act {
        noted.value = null
        pending = null
        offered = null
    }

    // --- What the phone says ------------------------------------------------------------------

    /**
     * One frame of the camera: its luminance plane in a direct buffer. For the camera's own thread.
     *
     * @return whether a token was found, so that no more frames are needed
     */
    fun frame(luma: ByteBuffer, stride: Int, width: Int, height: Int): Boolean {
        val token = try {
            scanner.look(luma, stride, width, height) ?: return false
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

    /** These are this phone's addresses now, and its [router]'s where that is known. */
    fun network(addresses: List<String>, router: String? = null) = act { core.networkChanged(addresses, router) }

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
            // Anybody can send a link. What the camera saw, or nobody waits for, needs no question.
            TokenKind.REPLY -> if (token.isSeen || !inCore.isHosting) reply(token) else offer(token)
            TokenKind.LOCKED_INVITATION -> alone {
                val asked = core.asked(token)
                scanning = null
                lockbox.ask(token, asked)
            }
            TokenKind.SEALED -> alone { lockedText(token) }
            // The core knows whether it is the one that the person is asked about.
            TokenKind.INVITATION -> alone(lockbox.isAsking) { opening { core.open(token) } }
        }
        show()
    }

    private suspend fun reply(token: Token) {
        core.reply(token)
        scanning = null
        noted.value = Notice(Key.REPLY_TAKEN, null, null)
    }

    /** Asks whether to take this reply. One that comes meanwhile does not slip into its place. */
    private fun offer(reply: Token) {
        if (offered != null) return
        offered = reply
        noted.value = Notice(Key.REPLY_FOUND, null, Way.TAKE_REPLY)
    }

    /** Whether the person is in the midst of something that nothing may take the place of. */
    private val isOccupied get() = lockbox.isAsking || inCore.isConfirming

    private suspend fun alone(occupied: Boolean = isOccupied, open: suspend () -> Unit) {
        if (occupied) hold(open) else open()
    }

    /** Says that one thing comes after the other; the file itself is where it was. */
    private fun refuse(copy: File) {
        copy.parentFile?.deleteRecursively()
        noted.value = Notice(Key.KIND_BUSY, Key.REMEDY_FINISH_FIRST, null)
    }

    /** Holds what came meanwhile, and says so, unless the person is just being asked about a reply. */
    private fun hold(open: suspend () -> Unit) {
        if (offered != null) return
        scanning = null
        pending = open
        noted.value = Notice(Key.ANOTHER_UNDER_WAY, null, Way.REPLACE)
    }

    /**
     * Opens an invitation; if something else is under way, the person decides. The one that is knocked
     * at already was shown once more.
     */
    private suspend fun opening(open: suspend () -> Unit) {
        try {
            open()
            confirming = open
            scanning = null
            if (inCore.isKnocking) noted.value = Notice(Key.INVITATION_TAKEN, null, null)
        } catch (refusal: Refusal) {
            if (!refusal.isBusy) throw refusal
            hold(open)
        }
    }

    /** Something small and locked that came as a text or a code. */
    private fun lockedText(token: Token) {
        val copy = Files.createTempDirectory("unlock").resolve("locked").toFile().apply { writeBytes(token.bytes) }
        val asked = core.asked(copy)
        if (asked != null) {
            scanning = null
            lockbox.ask(copy, asked)
        } else {
            copy.parentFile?.deleteRecursively()
            noted.value = Notice(Key.SEALED_FOUND, null, null)
        }
    }

    /** What waits and who is known may be new. */
    private suspend fun refresh() {
        home = Screen.Home(core.waiting(), core.people())
        show()
    }

    private suspend fun untilIdle() {
        // A goodbye that takes longer ends in "busy", and the person can try again.
        withTimeoutOrNull(STOPPING) { idle.first { it } }
    }

    private fun hint(key: Key) {
        scanning = scanning?.copy(hint = key)
        show()
    }

    private fun show() {
        val denied = Key.LOCAL_NETWORK_DENIED.takeIf { localNetworkDenied }
        val beside = scanning ?: lockbox.screen ?: failure
        val screen = beside ?: inCore.screen(home, denied).let { if (it is Screen.Home) atHome() else it }
        shown.value = if (denied != null && screen is Screen.Ended && screen.what == Key.KIND_NOT_REACHED) {
            screen.copy(next = denied, way = Way.APP_SETTINGS)
        } else {
            screen
        }
    }

    /** What is looked at while nothing is under way. */
    private fun atHome(): Screen = outlook ?: settings ?: person ?: home

    private inner class Sink : EventSink {
        override fun view(view: View) {
            idle.value = view.isFree
            act {
                if (view.isTalking && !inCore.isTalking) {
                    listed.value = emptyList()
                    scanning = null
                    person = null
                    settings = null
                    outlook = null
                    lockbox.clear()
                }
                inCore = view
                show()
                if (view.isFree) refresh()
            }
        }

        override fun row(row: Row) = act {
            val rows = listed.value
            val at = rows.indexOfFirst { it.number == row.number }
            listed.value = if (at < 0) rows + row else rows.toMutableList().also { it[at] = row }
            core.taken()
        }

        override fun gone(number: Long) = act { listed.value = listed.value.filter { it.number != number } }
    }

    private companion object {
        /** Milliseconds within which the core has stopped whatever it does. */
        const val STOPPING = 3_000L

        /** As the core's reader of pictures. */
        const val MOST_BYTES = 64L shl 20
    }
}
