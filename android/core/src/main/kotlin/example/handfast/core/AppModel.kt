package example.handfast.core

import example.handfast.core.bridge.Device
import example.handfast.core.bridge.FrameScanner
import example.handfast.core.bridge.OtherPhone
import example.handfast.core.bridge.Refusal
import example.handfast.core.bridge.Search
import example.handfast.core.bridge.Token
import example.handfast.core.bridge.TokenKind
import example.handfast.core.bridge.EventSink
import example.handfast.core.bridge.View
import example.handfast.core.bridge.notice
import example.handfast.core.bridge.screen
import example.handfast.core.phone.Ongoing
import example.handfast.core.phone.Sightings
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow
import kotlinx.coroutines.launch
import java.io.File
import java.nio.ByteBuffer
import java.nio.file.Files
import java.util.concurrent.ConcurrentHashMap

/**
 * What the app shows and what a person can do, without a line of Android in it. Views read the
 * flows and call the functions; every function returns at once.
 *
 * @param owner what the person is called, which is asked for before anything is opened; none where nobody is to be
 *   asked
 * @param clock milliseconds since 1970-01-01 UTC
 */
class AppModel(
    private val scope: CoroutineScope,
    private val owner: OwnName? = null,
    private val clock: () -> Long = System::currentTimeMillis,
    private val keptChoices: KeptChoices? = null,
    /** What links begin with, unless the person chooses something else. */
    private val usualLinks: String = "https://handfast.example/",
    /** Removes all that this device keeps of itself and others, and the key to it. */
    private val forgetAll: () -> Unit = {},
    /** Makes a device of another phone's in the place of this one's, which stays where that cannot be. */
    private val make: (OtherPhone) -> Unit = {},
    private val open: (EventSink) -> Device,
) {
    private val shown = MutableStateFlow<Screen>(Screen.Home())
    private val around = MutableStateFlow(Screen.Home())
    private val listed = MutableStateFlow<List<Row>>(emptyList())
    private val noted = MutableStateFlow<Notice?>(null)

    /** The screen to show. */
    val screen: StateFlow<Screen> = shown.asStateFlow()

    /** What is at home, which a wide display shows beside the screen. */
    val home: StateFlow<Screen.Home> = around.asStateFlow()

    /** The rows of the conversation. */
    val rows: StateFlow<List<Row>> = listed.asStateFlow()

    private val chosen = MutableStateFlow<Choices?>(null)

    /** What the person chose of the app itself; none before it was read. */
    val choices: StateFlow<Choices?> = chosen.asStateFlow()

    private val going = MutableStateFlow<List<Ongoing>>(emptyList())

    /** What goes on, for whoever keeps the app running and tells of it while nobody looks. */
    val ongoing: StateFlow<List<Ongoing>> = going.asStateFlow()

    private val remaining = MutableStateFlow(Unfinished())

    /** What a later process goes on with, by [goOn]. */
    val unfinished: StateFlow<Unfinished> = remaining.asStateFlow()

    /** Something to say beside the screen, until [noticed]. */
    val notice: StateFlow<Notice?> = noted.asStateFlow()

    /** The person wants what cannot be opened to be tried again; or agrees to lose it, which is true then. */
    private val again = Channel<Boolean>(Channel.CONFLATED)

    /** Everything happens here, one thing after the other. */
    private val lane = Channel<suspend () -> Unit>(Channel.UNLIMITED)

    /** Made by the camera's thread. */
    private val scanner by lazy { FrameScanner() }
    private val sightings = Sightings { System.nanoTime() / 1_000_000 }
    private lateinit var device: Device

    /** Whom the device tells. What one says that is gone is not heard. */
    private var sink = Sink()

    /** Where this phone is, as it said last. */
    private var place: Pair<List<String>, String?>? = null

    /** What is under way, those begun first first; and the end of the one in front, until it is left. */
    private val sessions = LinkedHashMap<Long, Session>()

    /** The session that is looked at. */
    @Volatile
    var front: Long? = null
        private set
    private val view get() = front?.let { sessions[it]?.view }

    /** What was written in each session and could not be said, until it is where it was typed. */
    private val unsent = ConcurrentHashMap<Long, String>()

    /** What was typed in each session and sent locked instead, until it is gone from where it was typed. */
    private val locked = ConcurrentHashMap<Long, String>()

    private var failure: Screen? = null
    private var scanning: Screen.Scan? = null
    private var waiting = emptyList<Waiting>()
    private var people = emptyList<Contact>()
    /** Who of the people is looked at. */
    private var person: String? = null
    private var settings: Screen.Settings? = null
    private var outlook: Screen.Outlook? = null
    private var help: Screen.Help? = null

    /** In which session the person makes up a question. */
    private var asking: Long? = null
    private var searching: Searching? = null
    private var handingOn: Screen.HandOn? = null

    /** The app is on the display. */
    private var isSeen = true
    private var localNetworkDenied = false
    private var isTunnelled = false
    private var asksForNetwork = false
    private var opensLinks = false

    /** Completed once the person has said what they are called. */
    private val named = CompletableDeferred<Unit>()

    /** Opens what the person is about to confirm; and what came meanwhile and is held. */
    private var confirming: (suspend () -> Long)? = null
    private var pending: (suspend () -> Unit)? = null

    /** What is said once a question is answered. */
    private val later = ArrayDeque<Notice>()

    /** What was found in a picture or file, until the person says which of it is meant. */
    private var found = emptyList<Token>()

    /** A reply that was sent, until the person agrees. */
    private var offered: Token? = null

    private val lockbox = Lockbox(scope, ::act, ::show)
    private val sending = Copier(scope, ::act)
    private val taking = Copier(scope, ::act)

    /** What is being copied out of another app, to be sent. */
    val copying: StateFlow<Copying?> = sending.copying

    /** What is being copied out of another app, to be looked at. */
    val takingIn: StateFlow<Copying?> = taking.copying

    /** The one that takes so long that it is shown. */
    private var shownTakingIn: Long? = null

    /** What is to be sent to a person who is not chosen yet; and whether they are being chosen. */
    private var sharing: Shared? = null
    private var choosing = false

    init {
        scope.launch(Dispatchers.Default) {
            chosen.value = keptChoices?.read() ?: Choices()
            if (owner != null && owner.read() == null) {
                shown.value = Screen.Welcome(owner.suggested)
                named.await()
            }
            openDevice()
            show()
            act(::begin)
            for (work in lane) {
                try {
                    work()
                } catch (refusal: Refusal) {
                    if (!refusal.isSilent) say(refusal.notice())
                } catch (failure: Exception) {
                    // A fault of this program ends what was asked for, and nothing else.
                    if (failure is CancellationException) throw failure
                    say(Notice(Key.KIND_INTERNAL, Key.REMEDY_RESTART, Way.RESTART))
                }
            }
        }
    }

    // --- What a person does -------------------------------------------------------------------

    /** The person is called this, now that it is asked for the first time. What came meanwhile is opened then. */
    fun welcome(name: String) {
        scope.launch(Dispatchers.Default) {
            owner?.keep(name)
            named.complete(Unit)
        }
    }

    /** The person chose, and it counts at once; what links begin with, from the next one on. */
    fun choose(choices: Choices) = act {
        keptChoices?.keep(choices)
        chosen.value = choices
        settings = settings?.copy(choices = choices)
        show()
    }

    /** Begins anew where what is kept cannot be opened, as somebody new. What came in as files stays. */
    fun startAnew() {
        val screen = shown.value
        if (screen is Screen.KeyLost || (screen is Screen.NotOpened && screen.canStartAnew)) again.trySend(true)
    }

    /** Tries once more to open what is kept. */
    fun tryAgain() {
        if (shown.value is Screen.NotOpened) again.trySend(false)
    }

    /** The person wants to be called something else, from the next invitation on. */
    fun rename(name: String) = act {
        val own = owner ?: return@act
        own.keep(name)
        val kept = own.read().orEmpty()
        device.rename(kept)
        settings = settings?.copy(name = kept)
        show()
    }

    /** Shows how to get over something. */
    fun help(topic: Topic) = act {
        help = Screen.Help(topic)
        show()
    }

    /** Makes an invitation and shows its code; or, to be sent, makes one that lives for a day. */
    fun invite(send: Boolean, protection: Protection? = null) = act {
        scanning = null
        choosing = false
        front?.takeIf { view?.isHosting == true }?.let { device.withdraw(it) }
        bring(device.invite(send, protection))
    }

    /** Opens the camera. */
    fun scan() = act {
        val wanted = if (view?.isHosting == true) Wanted.REPLY else Wanted.INVITATION
        sightings.forget()
        scanning = Screen.Scan(wanted, Camera.ASKING, null)
        show()
    }

    /** Begins to make up a question for whoever is looked at; [ask] ends it. */
    fun askThem() = inFront {
        asking = it
        show()
    }

    /** Asks whoever is looked at a question, to make sure who they are. What cannot be asked is still there then. */
    fun ask(question: String, answer: String) = inFront {
        device.ask(it, Answered(question, answer))
        asking = null
        show()
    }

    /** Gives no answer to their question. */
    fun noAnswer() = inFront { device.noAnswer(it) }

    /** Proposes that what both write in [session] disappears so many seconds after it was seen, or stays; or agrees. */
    fun disappear(after: Long?, session: Long? = front) = act {
        person = null
        device.disappear(session ?: throw Refusal.NOT_NOW, after)
        show()
    }

    /** Looks for words in what was said with somebody, once they are typed. */
    fun search(id: String) = act {
        val one = people.find { it.id == id } ?: return@act
        endSearch()
        searching = Searching(id, Screen.Search(one.name))
        show()
    }

    /** Looks for these words; with those that were looked for, for more. */
    fun lookFor(words: String) = act {
        val one = searching ?: return@act
        if (words.isBlank() || one.screen.isLooking) return@act
        if (words != one.screen.words) one.begin(device, words)
        one.screen = one.screen.copy(isLooking = true)
        show()
        scope.launch(Dispatchers.Default) {
            val page = runCatching { one.more() }
            act {
                if (searching === one) one.add(page.getOrNull())
                show()
                page.getOrThrow()
            }
        }
    }

    /** Shows what waits for somebody, to be handed on by whoever carries it. */
    fun handOn(id: String) = act {
        val one = people.find { it.id == id } ?: return@act
        handingOn = device.bundle(id, one.name)
        show()
    }

    /** Answers what the other side asks, or what something locked asks, which may need a [code] too. */
    fun answer(answers: List<String>, code: String? = null) {
        val asked = front
        // What opens something of theirs is never tried on somebody who asks something else.
        val isOfSomethingLocked = (shown.value as? Screen.Question)?.isOfSomethingLocked == true
        act {
            if (isOfSomethingLocked) {
                lockbox.answer(device, answers, code)
                show()
            } else {
                val session = asked ?: throw Refusal.NOT_NOW
                val isLocked = sessions[session]?.view?.isLocked == true
                if (isLocked) device.unlock(session, answers, code) else device.answer(session, answers.firstOrNull().orEmpty())
            }
        }
    }

    /** Begins to lock a file. */
    fun lock(document: Document) = takeIn(document) { copy ->
        if (isOccupied) return@takeIn refuse(copy)
        scanning = null
        lockbox.lock(copy)
        show()
    }

    /** Shows what it takes to go on with another phone. */
    fun move() = act {
        lockbox.move(isNew)
        show()
    }

    /** Writes a copy of this phone for another one, with what was written if the person wants that. */
    fun moveOut(withMessages: Boolean) = act {
        lockbox.moveOut(device, withMessages)
        show()
    }

    /** Opens the copy of another phone. */
    fun openCopy(answers: List<String>, code: String) = act {
        lockbox.openCopy(answers, code, erases = !isNew)
        show()
    }

    /** Goes on with the copy of another phone, which is open, in the place of all that is here; or without it, where it finds none. */
    fun moveIn() = act {
        lockbox.takeOther()?.use { other ->
            device.shutdown()
            val made = runCatching { make(other) }
            sink = Sink()
            sending.stop { true }
            sessions.clear()
            unsent.clear()
            locked.clear()
            front = null
            leavePerson()
            val isKept = openDevice()
            begin()
            made.getOrThrow()
            if (isKept) say(Notice(Key.MOVED_IN, null, null))
        }
    }

    /** Does not want to send what is being copied any more. */
    fun stopCopying(number: Long) = act { sending.stop(number) }

    /** The question and answer as they are typed, and whether the file is to need a code too. */
    fun judge(question: String, answer: String, withCode: Boolean) = act {
        lockbox.judge(question, answer, withCode)
        show()
    }

    fun seal(question: String, answer: String) = act {
        lockbox.seal(device, question, answer)
        show()
    }

    /** Begins to write something to whoever is in [session] that only answers open; [typed]: what was typed for them. */
    fun lockMessage(typed: String, session: Long) = act {
        if (!canGoTo(session)) throw Refusal.NOT_NOW
        lockbox.write(session, typed)
        show()
    }

    /** The questions and answers for a message, as they are typed. */
    fun judge(locks: List<Answered>) = act {
        lockbox.judge(locks)
        show()
    }

    /** Locks the message that was written, and sends it. */
    fun sendLocked(text: String, locks: List<Answered>) = act {
        lockbox.send(device, text, locks) { session, typed -> if (typed.isNotEmpty()) locked[session] = typed }
        show()
    }

    /** What was locked and sent, and stands in the line of [session] still, where it was typed first. */
    fun takeLocked(session: Long): String? = locked.remove(session)?.also { act { show() } }

    /** Asks for what opens the message that is locked in that row. */
    fun openLocked(number: Long) = inFront { session ->
        val row = sessions[session]?.rows?.find { it.number == number } as? Row.Locked ?: throw Refusal.NOT_NOW
        lockbox.read(session, row)
        show()
    }

    /** Looks at something that is under way. */
    fun show(session: Long) = act {
        if (session in sessions) {
            front = session
            leavePerson()
        }
        show()
    }

    /** Goes on with what waits. */
    fun resume(id: String) = act { bring(device.resume(id)) }

    /** Gives up what waits, for good. */
    fun withdraw(id: String) = act {
        device.withdraw(id)
        refresh()
    }

    /** Shows somebody who was met. */
    fun look(id: String) = act {
        person = id
        show()
    }

    /** Looks for somebody who was met, and shows the conversation with them; who cannot be found is shown instead. */
    fun meet(id: String) = act {
        if (canSeek(id)) {
            choosing = false
            bring(seek(id))
        } else {
            person = id
            show()
        }
    }

    /** Looks for nobody any more in the session that is looked at. What was written stays to be read here. */
    fun stopLooking() = goodbye()

    /** Whether to go on with a device that was restored from a copy. */
    fun acceptRestored(agrees: Boolean) = inFront { device.acceptRestored(it, agrees) }

    /** What is written next is a reply to what stands in that row. */
    fun reply(number: Long) = about(number, isEdit = false)

    /** What is written next stands in the place of that text of ours. */
    fun edit(number: Long) = about(number, isEdit = true)

    private fun about(number: Long, isEdit: Boolean) = inFront { session ->
        val one = sessions[session] ?: return@inFront
        one.subject = one.text(number)?.let { Subject(number, it.text, isEdit) }
        show()
    }

    /** What is written next is about nothing. */
    fun dropSubject() = inFront {
        sessions[it]?.subject = null
        show()
    }

    /** Reacts to what stands in that row with a symbol; not any more, if that is what the person reacted with. */
    fun react(number: Long, symbol: String) = inFront { session ->
        val isThere = sessions[session]?.text(number)?.reactions.orEmpty().any { it.ours && it.symbol == symbol }
        device.react(session, number, symbol.takeUnless { isThere })
    }

    /** A text of ours that both keep is erased on both sides. */
    fun takeBack(number: Long) = inFront { device.takeBack(it, number) }

    /** Lists what was said before what is listed, while there is anything. */
    fun earlier() = inFront { session ->
        val one = sessions[session]?.takeIf { it.hasEarlier } ?: return@inFront
        one.hasEarlier = false
        one.hasEarlier = one.view.over == null && one.rows.any { it.isKept } && device.earlier(session)
    }

    /** Goes on with what an earlier process was about. */
    fun goOn(unfinished: Unfinished) = act {
        refresh()
        for (contact in unfinished.people.filter(::canSeek)) {
            val session = seek(contact)
            if (contact == unfinished.front && front == null) bring(session)
        }
        show()
    }

    /** Calls somebody this from now on; with nothing, what they call themselves. */
    fun giveName(id: String, name: String) = act { device.giveName(id, name.trim().ifEmpty { null }) }

    /** Looks for somebody no more and lets them in no more, or does again. */
    fun block(id: String, isBlocked: Boolean) = act { device.block(id, isBlocked) }

    /** Whether another device that came to somebody in the person's name is the person's own. If it is not, nothing is exchanged. */
    fun otherDevice(id: String, isOurs: Boolean) = act { device.otherDevice(id, isOurs) }

    /** Takes so many bytes of files from somebody unasked, from the next conversation on; with none, as many as from everybody. */
    fun takeFilesUpTo(id: String, bytes: Long?) = act { device.takeFilesUpTo(id, bytes) }

    fun forget(id: String) = act {
        // Nobody is looked for whom this phone does not know.
        sessionWith(id)?.let { (session, one) ->
            if (session == front) front = null
            if (one.view.over == null) end(session) else sessions.remove(session)
        }
        device.forget(id)
        person = null
        refresh()
    }

    /** Shows whom this phone may ask. */
    fun showSettings() = act {
        settings = Screen.Settings(owner?.read().orEmpty(), device.preferences(), Device.usualServers(), choices = chosen.value)
        show()
    }

    /**
     * The person chose. [servers]: as they were typed; without any, the usual ones. [links]: what they begin with, the
     * same.
     */
    fun prefer(askServers: Boolean, servers: String, askRouter: Boolean, guess: Boolean = true, links: String = "") = act {
        val named = servers.split(' ', ',', '\n').filter { it.isNotBlank() }
        try {
            device.prefer(Preferences(askServers, named, askRouter, guess))
            beginLinksWith(links)
            settings = null
        } catch (refusal: Refusal) {
            val why = refusal.notice().what
            settings = when {
                refusal.isNotAServer -> settings?.copy(hint = why, linkHint = null)
                refusal.isBadText -> settings?.copy(hint = null, linkHint = why)
                else -> throw refusal
            }
        }
        show()
    }

    private fun beginLinksWith(typed: String) {
        val base = device.beginLinksWith(typed.ifBlank { usualLinks })
        val known = chosen.value ?: return
        val choices = known.copy(linkBase = base.takeIf { it != usualLinks })
        if (choices == known) return
        keptChoices?.keep(choices)
        chosen.value = choices
    }

    /** Finds out what works from here. */
    fun lookAround() = act {
        val looking = Screen.Outlook(null)
        outlook = looking
        show()
        scope.launch(Dispatchers.Default) {
            val report = runCatching { device.network() }
            act {
                // The person may have left meanwhile.
                if (outlook === looking) outlook = report.getOrNull()?.let(Screen::Outlook)
                show()
                report.getOrThrow()
            }
        }
    }

    /** The person touched the screen. */
    fun touched() = act { if (sessions.values.any { it.view.isWaiting }) device.boost() }

    /** More is tried to get past a strict network, once for each invitation and each reply. */
    fun tryHarder() = inFront {
        device.tryHarder(it)
        say(Notice(Key.TRYING_HARDER, null, null))
    }

    /** Asks them to compare, or agrees to: what to compare is shown when both want it. */
    fun compare() = inFront {
        person = null
        device.compare(it)
    }

    /** What the person found who saw these [digits]. */
    fun compared(digits: List<String>, outcome: Outcome) = inFront { device.compared(it, digits, outcome) }

    /** Lets them send as much again. */
    fun allowMore() = inFront { device.allowMore(it) }

    /** Only who the person means would have asked what they were asked. */
    fun onlyTheyWouldAsk() = inFront { device.onlyTheyWouldAsk(it) }

    /** Agrees to connect. */
    fun accept() = inFront { device.accept(it) }

    /** Shows our reply now. */
    fun offerReply() = inFront { device.offerReply(it) }

    /** One step back: closes the camera, ends what is looked at for good, leaves a screen that is over. */
    fun back() {
        val session = front
        act { goBack(session) }
    }

    /** One step back that gives up nothing: what is under way goes on. */
    fun putAside() {
        val session = front
        act {
            val goesOn = view?.let { it.isWaiting || it.isTalking } == true
            val isBeside = takingIn() != null || scanning != null || help != null || lockbox.screen != null ||
                found.isNotEmpty() || (choosing && sharing != null) || person != null || searching != null ||
                handingOn != null || asking() != null
            if (!isBeside && goesOn && front == session) {
                front = null
                show()
            } else {
                goBack(session)
            }
        }
    }

    /** Ends this attempt. An invitation waits on and can be gone on with; what is over leaves the list. */
    fun stop() = leaving { device.leave(it) }

    /** Ends what is looked at and the invitation with it, for good. */
    fun giveUp() = leaving { device.withdraw(it) }

    /** Ends the conversation for both. What was written stays to be read here. */
    fun goodbye() = inFront {
        sessions[it]?.isLeft = true
        device.leave(it)
    }

    fun send(text: String) = inFront { write(it, text, sessions[it]?.subject) }

    /** Sends to whoever is in [session], looked at or not, [about] what the person chose. */
    fun sendTo(session: Long, text: String, about: Subject? = null) = act { write(session, text, about) }

    /** What came back of what was written in [session], which is where it was typed from now on. */
    fun takeUnsent(session: Long): String? = unsent.remove(session)?.also { act { show() } }

    fun acceptFile(number: Long) = inFront { device.acceptFile(it, number) }

    fun declineFile(number: Long) = inFront { device.cancelFile(it, number) }

    fun cancelFile(number: Long) = inFront { device.cancelFile(it, number) }

    /** A text that was tapped, pasted or shared: a link, or a message with one in it. */
    fun handIn(text: String) = act { take(Device.read(text)) }

    /** A picture or file that was picked or shared. Reading a large one takes a while. */
    fun handIn(bytes: ByteArray) {
        act {
            scope.launch(Dispatchers.Default) {
                val read = runCatching { device.readFile(bytes) }
                act { takeOneOf(read.getOrThrow()) }
            }
        }
    }

    /** The person means this one of what was found, by its place. */
    fun pick(place: Int) = act {
        val meant = found.getOrNull(place) ?: return@act
        found = emptyList()
        show()
        take(meant)
    }

    /** A file that was picked or shared. */
    fun handIn(document: Document) = takeIn(document, ::look)

    /** Leaves what the person is asked about and opens what came meanwhile. What was left is held in its turn. */
    fun replace() = act {
        val open = pending?.takeIf { offered == null } ?: return@act
        pending = null
        noted.value = later.removeFirstOrNull()
        scanning = null
        lockbox.clear()
        // One that was left before may still be among them, until its end is told.
        val choice = front?.takeIf { view?.isChoice == true } ?: sessions.entries.find { it.value.view.isChoice }?.key
        val before = confirming.takeIf { choice != null }
        choice?.let { end(it) }
        open()
        if (before != null) hold { opening(before) }
        show()
    }

    /** Files of other apps, for whoever is in [session], who may not be looked at any more once they are picked. */
    fun attach(documents: List<Document>, session: Long? = front) = act { attach(session ?: throw Refusal.NOT_NOW, documents) }

    /** Something of another app: opened if it is ours, and to be sent to a person otherwise. */
    fun share(shared: Shared) = act {
        val document = shared.documents.singleOrNull()
        when {
            document != null && document.mayBeOurs -> look(document, shared)
            shared.documents.isNotEmpty() -> ask(shared)
            else -> try {
                take(Device.read(shared.text.orEmpty()))
            } catch (refusal: Refusal) {
                if (refusal.isForeign) ask(shared) else throw refusal
            }
        }
    }

    /** Something of another app for somebody who was chosen there; it is asked for whom if they are gone. */
    fun share(shared: Shared, session: Long) = act {
        if (canGoTo(session)) deliver(shared, session) else ask(shared)
    }

    /** What was shared is for them, who are here or looked for. */
    fun shareTo(session: Long) = act {
        val shared = sharing ?: return@act
        if (!canGoTo(session)) throw Refusal.NOT_NOW
        sharing = null
        deliver(shared, session)
    }

    /** What was shared is for somebody who was met. It waits until they are there. */
    fun shareTo(contact: String) = act {
        val shared = sharing ?: return@act
        if (!canSeek(contact)) throw Refusal.NOT_NOW
        val session = seek(contact)
        sharing = null
        deliver(shared, session)
    }

    /** Something that the phone did or could not do. */
    fun tell(what: Key) = act { say(Notice(what, null, null)) }

    /** Takes the reply that was handed in. */
    fun takeReply() = act {
        val reply = offered ?: return@act
        offered = null
        noted.value = later.removeFirstOrNull()
        reply(reply)
        show()
    }

    /** The notice was read. What it asks about is not wanted then. */
    fun noticed() = act {
        when (noted.value?.way) {
            Way.REPLACE -> pending = null
            Way.TAKE_REPLY -> offered = null
            else -> {}
        }
        noted.value = later.removeFirstOrNull()
    }

    // --- What the phone says ------------------------------------------------------------------

    /**
     * One frame of the camera: its luminance plane in a direct buffer. For the camera's own thread.
     *
     * @return whether a token was found that is taken now; one that is refused may be found again
     */
    fun frame(luma: ByteBuffer, stride: Int, width: Int, height: Int): Boolean {
        val token = try {
            scanner.look(luma, stride, width, height) ?: return false
        } catch (refusal: Refusal) {
            val hint = if (refusal.isForeign) Key.SCAN_NOT_OURS else refusal.notice().what
            act { hint(hint) }
            return false
        }
        if (!sightings.isNew(token.bytes)) return false
        act { if (scanning != null) take(token) }
        return true
    }

    fun camera(camera: Camera) = act {
        val hint = when (camera) {
            Camera.DENIED -> Key.CAMERA_DENIED
            Camera.MISSING -> Key.CAMERA_MISSING
            Camera.TAKEN -> Key.CAMERA_TAKEN
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

    /** Whether the system will ask the person about the local network when they connect. */
    fun asksForLocalNetwork(asks: Boolean) = act {
        asksForNetwork = asks
        show()
    }

    /** Whether the phone opens a tapped link in this app. */
    fun opensLinks(opens: Boolean) = act {
        opensLinks = opens
        show()
    }

    /**
     * These are this phone's addresses now, and its [router]'s where that is known. [isTunnelled]: all that leaves
     * it goes through a VPN.
     */
    fun network(addresses: List<String>, router: String? = null, isTunnelled: Boolean = false) = act {
        this.isTunnelled = isTunnelled
        place = addresses to router
        device.networkChanged(addresses, router)
        show()
    }

    /** The app left the screen. [kept]: something keeps it running, so that it can go on waiting. */
    fun left(kept: Boolean) = act {
        isSeen = false
        if (kept) device.away(true) else device.pause()
    }

    fun returned() = act {
        isSeen = true
        show()
        device.away(false)
        device.resume()
    }

    /** Ends everything; nothing may be called afterwards. */
    suspend fun shutdown() {
        if (::device.isInitialized) device.shutdown()
        lane.close()
    }

    // --- Inside -------------------------------------------------------------------------------

    private fun act(work: suspend () -> Unit) {
        // After a shutdown there is nobody to act.
        lane.trySend(work)
    }

    /**
     * Opens what is kept. Where that cannot be, the person is told, and has it tried again or begins anew, until it can.
     * Whether it is what was kept.
     */
    private suspend fun openDevice(): Boolean {
        var isAnew = false
        while (true) {
            val opened = runCatching {
                if (isAnew) forgetAll()
                open(sink)
            }
            opened.onSuccess {
                failure = null
                device = it
                return !isAnew
            }
            val refusal = opened.exceptionOrNull() as? Refusal
            failure = when {
                refusal == null -> Screen.NotOpened(Key.KIND_INTERNAL, null)
                refusal.isWithoutKey -> Screen.KeyLost(isForGood = refusal.isKeyLost)
                else -> refusal.screen().run {
                    // Trying again is what the page offers.
                    Screen.NotOpened(what, next.takeIf { it != Key.REMEDY_RESTART }, way.takeIf { it == Way.STORAGE_SETTINGS }, !refusal.isKeyStoreLocked)
                }
            }
            show()
            isAnew = again.receive()
        }
    }

    /** Nobody was met here, and nobody is waited for. */
    private val isNew get() = people.isEmpty() && waiting.isEmpty()

    /** A device was opened. */
    private suspend fun begin() {
        // One that a later version of this program takes for none is the usual one here.
        chosen.value?.linkBase?.let { runCatching { device.beginLinksWith(it) } }
        place?.let { (addresses, router) -> device.networkChanged(addresses, router) }
        refresh()
    }

    private suspend fun take(token: Token) {
        found = emptyList()
        when (token.kind) {
            // Anybody can send a link. What the camera saw, or nobody waits for, needs no question.
            TokenKind.REPLY -> if (token.isSeen || !isAwaited) reply(token) else offer(token)
            TokenKind.SEALED -> alone { lockedText(token) }
            TokenKind.BUNDLE -> takeBundle(token)
            // The core knows whether it is the one that the person is asked about.
            TokenKind.INVITATION, TokenKind.LOCKED_INVITATION ->
                alone(lockbox.isAsking) { opening { device.open(token) } }
        }
        show()
    }

    private suspend fun takeBundle(token: Token) {
        scanning = null
        val what = try {
            if (device.takeBundle(token) > 0) Key.BUNDLE_WAS_TAKEN else Key.BUNDLE_WAS_KNOWN
        } catch (refusal: Refusal) {
            if (!refusal.isNotYet) throw refusal
            Key.BUNDLE_NOT_NEEDED
        }
        say(Notice(what, null, null))
        refresh()
    }

    /** Takes what was found. Of several, a person says which is meant. */
    private suspend fun takeOneOf(tokens: List<Token>) {
        tokens.singleOrNull()?.let { return take(it) }
        scanning = null
        found = tokens
        show()
    }

    private suspend fun reply(token: Token) {
        device.reply(token)
        scanning = null
        say(Notice(Key.REPLY_TAKEN, null, null))
    }

    /** Whether there is a token in a document of another app. */
    private fun look(document: Document, shared: Shared) {
        takeIn(document) { file ->
            if (device.asked(file) != null) return@takeIn look(file)
            scope.launch(Dispatchers.Default) {
                val found = runCatching {
                    if (file.length() > MOST_BYTES) throw Refusal.FOREIGN
                    device.readFile(file.readBytes())
                }
                file.discard()
                act {
                    val failure = found.exceptionOrNull()
                    val tokens = found.getOrNull()
                    when {
                        tokens != null -> takeOneOf(tokens)
                        failure is Refusal && failure.isForeign -> ask(shared)
                        failure is Refusal -> throw failure
                        else -> say(Notice(Key.CANNOT_OPEN, null, null))
                    }
                }
            }
        }
    }

    /** Copies a document that the person is to look at, and shows that if it takes longer than a moment. */
    private fun takeIn(document: Document, then: suspend (File) -> Unit) = act {
        taking.copy(document, session = null) { copy ->
            copy.exceptionOrNull()?.let(::sayNoCopy)
            try {
                copy.getOrNull()?.let { then(it) }
            } catch (failure: Exception) {
                copy.getOrNull()?.discard()
                throw failure
            } finally {
                show()
            }
        }
        scope.launch(Dispatchers.Default) {
            delay(MOMENT)
            act {
                shownTakingIn = takingIn.value?.number
                show()
            }
        }
    }

    private fun takingIn() = takingIn.value?.takeIf { it.number == shownTakingIn }?.let { Screen.TakingIn(it.name) }

    private fun sayNoCopy(failure: Throwable) {
        say(Notice(if (failure is NoRoom) Key.KIND_STORAGE_FULL else Key.CANNOT_OPEN, null, null))
    }

    /** Asks for the answer of a locked file, or looks for a token in it. */
    private fun look(copy: File) {
        val asked = device.asked(copy)
        if (asked != null) {
            if (isOccupied) return refuse(copy)
            scanning = null
            lockbox.ask(copy, asked)
            return show()
        }
        scope.launch(Dispatchers.Default) {
            val bytes = if (copy.length() > MOST_BYTES) null else runCatching { copy.readBytes() }.getOrNull()
            val what = if (copy.length() > MOST_BYTES) Key.KIND_TOO_LARGE else Key.KIND_STORAGE
            copy.discard()
            if (bytes == null) act { say(Notice(what, null, null)) } else handIn(bytes)
        }
    }

    /** Something can be sent there: now, or once they are there. */
    private fun canGoTo(session: Long) = sessions[session]?.view?.let { it.over == null && (it.isTalking || it.isApart) } == true

    private suspend fun deliver(shared: Shared, session: Long) {
        front = session
        leavePerson()
        show()
        shared.text?.let { write(session, it, about = null) }
        attach(session, shared.documents)
    }

    private suspend fun write(session: Long, text: String, about: Subject?) {
        sessions[session]?.run { if (subject == about) subject = null }
        try {
            when {
                about == null -> device.send(session, text)
                about.isEdit -> device.edit(session, about.number, text)
                else -> device.reply(session, about.number, text)
            }
        } catch (refusal: Refusal) {
            giveBack(session, text)
            throw refusal
        }
        show()
    }

    /** Nothing that was typed is lost because it could not be said. */
    private fun giveBack(session: Long, text: String) {
        if (text.isNotEmpty()) unsent.merge(session, text) { before, more -> "$before\n$more" }
        show()
    }

    private fun attach(session: Long, documents: List<Document>) {
        for (document in documents) {
            sending.copy(document, session) { copied ->
                copied.exceptionOrNull()?.let(::sayNoCopy)
                val copy = copied.getOrNull() ?: return@copy
                try {
                    device.sendCopy(session, copy)
                } finally {
                    copy.discard()
                }
            }
        }
    }

    private fun canSeek(contact: String) = people.any { it.id == contact && it.canBeFound && !it.isBlocked }

    private fun sessionWith(contact: String) = sessions.entries.find { it.value.view.contact == contact }

    /** The session in which somebody is looked for, or talked to. What was written to them before is in it. */
    private suspend fun seek(contact: String): Long {
        val session = device.seek(contact)
        if (session !in sessions) device.view(session)?.let { sessions[session] = Session(it) }
        join(session)
        return session
    }

    /** One person, one session: what others with the same person hold goes over to this one. */
    private suspend fun join(session: Long) {
        val one = sessions[session] ?: return
        val contact = one.view.contact ?: return
        for ((number, other) in sessions.filter { it.key != session && it.value.view.contact == contact }) {
            one.takeOver(other)
            unsent.remove(number)?.let { giveBack(session, it) }
            locked.remove(number)?.let { locked[session] = it }
            lockbox.moved(number, session)
            if (front == number) front = session
            if (asking == number) asking = session
            sessions.remove(number)
            if (other.view.over == null) end(number)
        }
    }

    /** Leaves a session that may be over by itself. */
    private suspend fun end(session: Long) {
        try {
            device.leave(session)
        } catch (refusal: Refusal) {
            if (!refusal.isNotNow) throw refusal
        }
    }

    /** Asks to whom it is to be sent. */
    private fun ask(shared: Shared) {
        scanning = null
        sharing = shared
        choosing = true
        show()
    }

    /** Somebody may be waited for whose reply this is. */
    private val isAwaited get() = sessions.values.any { it.view.isHosting }

    /**
     * Asks whether to take this reply, ahead of what else is asked. One that comes meanwhile does not slip into
     * its place.
     */
    private fun offer(reply: Token) {
        if (offered != null) return
        offered = reply
        noted.value?.takeIf { it.asks }?.let(later::addFirst)
        noted.value = Notice(Key.REPLY_FOUND, null, Way.TAKE_REPLY)
    }

    /** Whether the person is in the midst of something that nothing may take the place of. */
    private val isOccupied get() = lockbox.isAsking || sessions.values.any { it.view.isChoice }

    private suspend fun alone(occupied: Boolean = isOccupied, open: suspend () -> Unit) {
        if (occupied) hold(open) else open()
    }

    /** Says that one thing comes after the other; the file itself is where it was. */
    private fun refuse(copy: File) {
        copy.discard()
        say(Notice(Key.KIND_BUSY, Key.REMEDY_FINISH_FIRST, null))
    }

    /** Holds what came meanwhile, and says so; once the person has answered, if they are asked about a reply. */
    private fun hold(open: suspend () -> Unit) {
        scanning = null
        pending = open
        say(Notice(Key.ANOTHER_UNDER_WAY, null, Way.REPLACE))
    }

    /**
     * Opens an invitation; if the person is being asked about another one, they decide. The one that is
     * knocked at already was shown once more.
     */
    private suspend fun opening(open: suspend () -> Long) {
        try {
            val session = open()
            scanning = null
            if (sessions[session]?.view?.isKnocking == true) {
                say(Notice(Key.INVITATION_TAKEN, null, null))
            } else {
                confirming = open
            }
            bring(session)
        } catch (refusal: Refusal) {
            if (!refusal.isBusy) throw refusal
            hold { opening(open) }
        }
    }

    /** Does something in the session that the person looks at now, whichever they look at when it is done. */
    private fun inFront(work: suspend (Long) -> Unit) {
        val session = front
        act { work(session ?: throw Refusal.NOT_NOW) }
    }

    /** Says something; a question that is open stays until it is answered. */
    private fun say(notice: Notice) {
        if (noted.value?.asks != true) noted.value = notice
        else if (notice != noted.value && notice !in later) later += notice
    }

    private val Notice.asks get() = way == Way.REPLACE || way == Way.TAKE_REPLY

    private fun endSearch() {
        searching?.close()
        searching = null
    }

    /** Nothing is shown of anybody but what is looked at. */
    private fun leavePerson() {
        endSearch()
        handingOn = null
        person = null
        asking = null
    }

    /** Looks at a session that has just begun. */
    private fun bring(session: Long) {
        front = session
        leavePerson()
        sessions.values.removeIf { it.view.end != null }
        if (session !in sessions) device.view(session)?.let { sessions[session] = Session(it) }
        show()
    }

    /** Leaves what is looked at, in this way if it still goes on. */
    private fun leaving(end: suspend (Long) -> Unit) {
        val session = front
        act {
            val view = sessions[session]?.view
            if (session != null && view != null) {
                front = null
                if (view.end != null || view.over != null) {
                    sessions.remove(session)
                } else {
                    end(session)
                }
            }
            show()
        }
    }

    /** One step back for somebody who looked at this session, or at none. */
    private suspend fun goBack(asked: Long?) {
        when {
            takingIn() != null -> shownTakingIn?.let(taking::stop)
            scanning != null -> scanning = null
            help != null -> help = null
            lockbox.leave() -> {}
            found.isNotEmpty() -> found = emptyList()
            choosing && sharing != null -> sharing = null
            searching != null -> endSearch()
            handingOn != null -> handingOn = null
            person != null -> person = null
            asking() != null -> asking = null
            // Another may have come there by itself.
            view != null -> if (front == asked) leaveFront()
            outlook != null -> outlook = null
            settings != null -> settings = null
        }
        show()
    }

    /** Leaves what is looked at. One that has ended is forgotten. */
    private suspend fun leaveFront() {
        val session = front ?: return
        front = null
        val view = sessions[session]?.view ?: return
        when {
            view.end != null || view.over != null -> sessions.remove(session)
            // They are looked for until the person says otherwise.
            view.isApart -> {}
            view.isWaiting -> device.withdraw(session)
            else -> device.leave(session)
        }
    }

    /** Something small and locked that came as a text or a code. */
    private fun lockedText(token: Token) {
        val copy = Files.createTempDirectory("unlock").resolve("locked").toFile().apply { writeBytes(token.bytes) }
        val asked = device.asked(copy)
        if (asked != null) {
            scanning = null
            lockbox.ask(copy, asked)
        } else {
            copy.discard()
            say(Notice(Key.SEALED_FOUND, null, null))
        }
    }

    /** What waits and who is known may be new. */
    private suspend fun refresh() {
        waiting = device.waiting()
        people = device.people()
        show()
    }

    private fun hint(key: Key) {
        scanning = scanning?.copy(hint = key)
        show()
    }

    private fun show() {
        val denied = Key.LOCAL_NETWORK_DENIED.takeIf { localNetworkDenied }
        val beside = takingIn() ?: scanning ?: help ?: lockbox.screen ?: failure ?: which() ?: toWhom() ?: searching?.screen ?: handingOn ?: person() ?: asking()
        val screen = (beside ?: view?.screen(denied) ?: atHome()).let {
            when (it) {
                is Screen.Conversation ->
                    it.copy(
                        session = front ?: 0,
                        canSeek = it.isOver && it.contact?.let(::canSeek) == true,
                        subject = sessions[front]?.subject,
                        unsent = front?.let(unsent::get),
                        locked = front?.let(locked::get),
                    )
                // Only where the core knows nothing better.
                is Screen.ShowCode -> it.copy(hint = it.hint ?: Key.TUNNELLED.takeIf { isTunnelled })
                is Screen.Connecting -> it.copy(hint = it.hint ?: Key.TUNNELLED.takeIf { isTunnelled })
                is Screen.Confirm -> it.copy(asksForNetwork = asksForNetwork)
                is Screen.Help -> it.copy(opensLinks = opensLinks)
                else -> it
            }
        }
        if (screen is Screen.Conversation) saw()
        around.value = listAtHome()
        listed.value = front?.let { sessions[it]?.rows }.orEmpty()
        remaining.value = unfinished()
        going.value = sessions.map { (session, one) -> one.ongoing(session) }
        shown.value = if (denied != null && screen is Screen.Ended && screen.what == Key.KIND_NOT_REACHED) {
            screen.copy(next = denied, way = Way.APP_SETTINGS)
        } else {
            screen
        }
    }

    /** Only what is on the display counts as read. */
    private fun saw() {
        val session = front?.takeIf { isSeen } ?: return
        val one = sessions[session] ?: return
        one.unread.clear()
        val newest = one.rows.lastOrNull { !it.ours && it.isKept }?.number ?: return
        if (newest == one.seen || one.view.over != null) return
        one.seen = newest
        device.seen(session, newest)
    }

    private fun which() = found.takeIf { it.isNotEmpty() }?.let { tokens -> Screen.Which(tokens.map { it.listed }) }

    private fun toWhom() = sharing?.takeIf { choosing }?.let { shared ->
        val list = listAtHome()
        val underWay = list.underWay.filter { canGoTo(it.session) }
        val others = list.people.filter { canSeek(it.id) && underWay.none { one -> one.contact == it.id } }
        Screen.ToWhom(shared.documents.map { it.name }, shared.text, underWay, others)
    }

    private fun person() = people.find { it.id == person }?.let { Screen.Person(it, around.value.with(it)) }

    private fun asking() = view?.takeIf { front == asking }?.let { Screen.Ask(it.name.orEmpty()) }

    private fun unfinished() = Unfinished(
        people = sessions.values.filter { it.view.over == null }.mapNotNull { it.view.contact }.filter(::canSeek),
        front = view?.contact,
    )

    /** What is looked at while no session is. */
    private fun atHome(): Screen = outlook ?: settings ?: listAtHome()

    private fun listAtHome() = Screen.Home(
        underWay = sessions.map { (session, one) -> underWay(session, one) },
        waiting = waiting.filter { it.session == null || it.session !in sessions },
        people = people.sortedByDescending { sessionWith(it.id)?.value?.rows?.lastOrNull()?.at ?: it.lastSaid ?: it.heard ?: 0 },
    )

    private fun underWay(session: Long, one: Session) = UnderWay(
        session,
        one.view.status,
        isTalking = one.view.isTalking,
        ours = one.view.isHosting || waiting.any { it.session == session && it.ours },
        name = one.view.name ?: waiting.find { it.session == session }?.name,
        last = when (val last = one.rows.lastOrNull { it is Row.Text || it is Row.Locked || it is Row.File }) {
            is Row.Text -> last.text
            is Row.Locked -> last.questions.joinToString(" ")
            is Row.File -> last.name
            is Row.Life, is Row.Note, null -> null
        },
        at = one.rows.lastOrNull()?.at,
        unread = one.unread.size,
        isOver = one.view.over != null,
        contact = one.view.contact,
        isApart = one.view.isApart,
    )

    /** Two are together now. At home, that is looked at by itself. */
    private fun begun(session: Long) {
        choosing = sharing != null
        val isAtHome = front == null && scanning == null && lockbox.screen == null && found.isEmpty()
        if (isAtHome) front = session
        if (front != session) return
        scanning = null
        leavePerson()
        settings = null
        outlook = null
        help = null
    }

    /** Something that is under way: how it looks, and the rows of its conversation. */
    private class Session(var view: View, var rows: List<Row> = emptyList()) {
        /** The numbers of their rows that were not on the display. */
        val unread = HashSet<Long>()

        /** There may be something before the rows. */
        var hasEarlier = true

        /** The newest of their rows that the core knows to be seen. */
        var seen: Long? = null

        /** The person said goodbye. */
        var isLeft = false

        /** What is written about, while it can be. */
        var subject: Subject? = null
            get() = field?.takeIf { view.over == null && text(it.number) != null }

        private val paces = HashMap<Long, Pace>()

        /** The text in the row with this number, while there is one. */
        fun text(number: Long) = rows.find { it.number == number } as? Row.Text

        /** What only an earlier session with the same person holds: the core lists again what both keep. */
        fun takeOver(before: Session) {
            rows = (before.rows.filter { !it.isKept } + rows).distinctBy { it.number }.sortedBy { it.at }
        }

        /** Puts a row in its place, with how fast it moves at this instant in milliseconds. */
        fun put(row: Row, before: Long?, now: Long) {
            val at = rows.indexOfLast { it.number == row.number }
            val stamped = if (row is Row.File) row.copy(rate = row.done?.let { pace(row.number).moved(it, now) }) else row
            if (row is Row.File && row.done == null) paces.remove(row.number)
            if (row is Row.Note || row is Row.Life) unread -= row.number else if (at < 0 && !row.ours && !row.isOld) unread += row.number
            val place = before?.let { number -> rows.indexOfFirst { it.number == number } }?.takeIf { it >= 0 } ?: rows.size
            rows = rows.toMutableList().also { if (at < 0) it.add(place, stamped) else it[at] = stamped }
        }

        private fun pace(number: Long) = paces.getOrPut(number) { Pace() }

        fun ongoing(session: Long) = Ongoing(
            session,
            name = view.name.orEmpty(),
            isTalking = view.isTalking && view.over == null,
            isWaiting = view.isWaiting && view.over == null,
            isMoving = rows.any { it is Row.File && it.done != null },
            rows = rows.takeLast(Ongoing.MOST_ROWS),
            received = rows.count { it is Row.File && it.state == Key.FILE_RECEIVED },
            isApart = view.isApart && view.over == null,
        )
    }

    /** Somebody looks for something in what was said with that contact. */
    private class Searching(val contact: String, var screen: Screen.Search) : AutoCloseable {
        private var search: Search? = null

        fun begin(device: Device, words: String) {
            close()
            screen = Screen.Search(screen.name, words)
            search = device.search(contact, words)
        }

        /** What is found next; nothing once all was looked through. */
        suspend fun more(): List<Hit>? {
            val search = search ?: return null
            var page = search.more()
            while (page?.isEmpty() == true) page = search.more()
            return page
        }

        fun add(page: List<Hit>?) {
            screen = screen.copy(hits = screen.hits + page.orEmpty(), isLooking = false, hasMore = page != null)
        }

        override fun close() {
            search?.close()
            search = null
        }
    }

    private inner class Sink : EventSink {
        override fun view(session: Long, view: View) = hear {
            val before = sessions[session]
            val wasTalking = before?.view?.isTalking == true
            val wasApart = before?.view?.isApart == true
            val end = view.end
            val isLeft = view.isClosed && before?.isLeft == true
            val isOver = (end != null && (session == front || before?.rows?.isNotEmpty() == true)) ||
                (isLeft && before.rows.isNotEmpty())
            if ((wasTalking || wasApart) && isOver) {
                // What was written before stays to be read.
                val why = end?.screen()?.what ?: if (wasApart) Key.LINE_STOPPED else Key.LINE_LEFT
                before.view = before.view.over(why)
                if (asking == session) asking = null
                val contact = before.view.contact
                // Nobody wanted to part.
                if (end?.isLost == true && contact != null && canSeek(contact)) seek(contact)
                else if (end != null && session != front) say(end.notice())
            } else if (view.isClosed || (end != null && session != front)) {
                sessions.remove(session)
                if (session == front) front = null
                if (end != null && !end.isSilent) say(end.notice())
            } else {
                sessions.getOrPut(session) { Session(view) }.view = view
            }
            if (view.isTalking && !wasTalking) {
                // Who comes back comes to where they were.
                if (wasApart) choosing = sharing != null else begun(session)
                join(session)
            }
            if (end != null || view.isClosed) sending.stop { it.session == session }
            show()
        }

        override fun row(session: Long, row: Row, before: Long?) = hear {
            sessions[session]?.put(row, before, clock())
            device.taken(session)
            show()
        }

        override fun gone(session: Long, number: Long) = hear {
            sessions[session]?.let { one ->
                one.rows = one.rows.filter { it.number != number }
                one.unread -= number
            }
            show()
        }

        override fun failed(session: Long, refusal: Refusal) = hear { throw refusal }

        override fun notWritten(session: Long, text: String, refusal: Refusal) = hear {
            giveBack(session, text)
            throw refusal
        }

        override fun listsChanged() = hear { refresh() }

        private fun hear(work: suspend () -> Unit) = act { if (sink === this) work() }
    }

    private companion object {
        /** As the core's reader of pictures. */
        const val MOST_BYTES = 64L shl 20

        /** In milliseconds: what takes longer says how far it is. */
        const val MOMENT = 500L
    }
}
