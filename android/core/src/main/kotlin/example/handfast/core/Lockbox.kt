package example.handfast.core

import example.handfast.core.bridge.Asked
import example.handfast.core.bridge.Device
import example.handfast.core.bridge.OtherPhone
import example.handfast.core.bridge.Refusal
import example.handfast.core.bridge.Work
import example.handfast.core.bridge.notice
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import java.io.File
import java.nio.file.Files

/**
 * What is locked: somebody's file that asks for an answer, a file of ours that gets a question, and messages of either
 * kind. It never opens anything by itself, and keeps no copy of what the person left.
 *
 * [act] runs work in the app's lane, [show] draws anew.
 */
internal class Lockbox(
    private val scope: CoroutineScope,
    private val act: (suspend () -> Unit) -> Unit,
    private val show: () -> Unit,
) {
    /** What it shows; none if there is nothing in it. */
    var screen: Screen? = null
        private set

    /** The person is typing something that must not be taken for an answer to something else. */
    val isAsking
        get() = screen is Screen.Question || screen is Screen.Lock || screen is Screen.LockMessage || screen is Screen.MovingIn

    /** Our own copy, in a folder of its own. */
    private var file: File? = null
    private var work: Work? = null

    /** The session of the message that is written or opened. */
    private var session: Long? = null

    /** The row of the one that is opened. */
    private var row: Long? = null

    /** The copy of another phone, once it is open. */
    private var other: OtherPhone? = null

    fun ask(copy: File, asked: Asked) {
        clear()
        file = copy
        screen = if (asked.isPhone) {
            Screen.MovingIn(asked.questions)
        } else {
            Screen.Question(asked.questions, withCode = asked.withCode, size = copy.length())
        }
    }

    /** To a new phone, or from one. */
    fun move(isNew: Boolean) {
        clear()
        screen = Screen.Moving(isNew)
    }

    /** Writes a copy of this phone, and a code that opens it. */
    fun moveOut(device: Device, withMessages: Boolean) {
        if ((screen as? Screen.Moving)?.busy != false) return
        val code = Device.newCode()
        val target = File(Files.createTempDirectory("moving").toFile(), "$COPY.handfast")
        file = target
        val busy = Screen.Moving(busy = true)
        begin(busy, { device.export(target, code, withMessages) }, unwanted = { target.discard() }) { written ->
            written.fold(
                { Screen.Sealed(target.name, target.length(), target.path, code, isPhone = true) },
                { failure ->
                    clear()
                    Screen.Moving(hint = hint(failure))
                },
            )
        }
    }

    /** What was typed to open the copy of another phone. [erases]: somebody is here already. */
    fun openCopy(answers: List<String>, code: String, erases: Boolean) {
        val asked = (screen as? Screen.MovingIn)?.takeUnless { it.busy || it.found != null } ?: return
        val source = file ?: return
        val busy = asked.copy(busy = true, hint = null)
        begin(busy, { OtherPhone.open(source, answers, code) }, unwanted = { it.getOrNull()?.close() }) { opened ->
            opened.fold(
                {
                    other = it
                    asked.copy(found = Screen.MovingIn.Found(it.people, it.hasMessages), hint = null, erases = erases)
                },
                { asked.copy(hint = hint(it)) },
            )
        }
    }

    /** The copy that the person wants to go on with, which is whoever takes it to close. */
    fun takeOther(): OtherPhone? = other.also {
        other = null
        if (it != null) clear()
    }

    /** Shows this until the work is done, and then what came of it, which is [unwanted] where the person has left meanwhile. */
    private fun <T> begin(busy: Screen, work: suspend () -> T, unwanted: (Result<T>) -> Unit = {}, done: (Result<T>) -> Screen?) {
        screen = busy
        scope.launch(Dispatchers.Default) {
            val result = runCatching { work() }
            act {
                if (screen === busy) screen = done(result) else unwanted(result)
                show()
            }
        }
    }

    fun lock(copy: File) {
        clear()
        file = copy
        screen = Screen.Lock(copy.name, copy.length())
    }

    /** The person typed, and wants a code beside the answer or does not. */
    fun judge(question: String, answer: String, withCode: Boolean) = locking { lock ->
        val strength = Device.strength(listOf(Answered(question, answer)), withCode)
        lock.copy(
            strength = strength?.first,
            useless = strength?.second ?: true,
            code = if (withCode) lock.code ?: Device.newCode() else null,
            hint = null,
        )
    }

    fun seal(device: Device, question: String, answer: String) {
        val source = file ?: return
        val lock = (screen as? Screen.Lock)?.takeUnless { it.busy } ?: return
        val target = File(source.parentFile, "${source.name}.handfast")
        screen = lock.copy(busy = true, hint = null)
        run({ device.lock(source, target, source.name, Answered(question, answer), lock.code) }) {
            source.delete()
            file = target
            Screen.Sealed(target.name, target.length(), target.path, lock.code)
        }
    }

    /** Begins a message that is locked, for whoever is in this session, with what was [typed] for them already. */
    fun write(session: Long, typed: String) {
        clear()
        this.session = session
        screen = Screen.LockMessage(typed, Device.mostQuestions)
    }

    /** The person typed what is to lock the message. */
    fun judge(locks: List<Answered>) {
        val written = (screen as? Screen.LockMessage)?.takeUnless { it.busy } ?: return
        val strength = Device.strength(locks)
        screen = written.copy(strength = strength?.first, useless = strength?.second ?: true, hint = null)
    }

    /** Locks the message and sends it. [sent] hears in which session, and what was typed there first. */
    fun send(device: Device, text: String, locks: List<Answered>, sent: (session: Long, typed: String) -> Unit) {
        val written = (screen as? Screen.LockMessage)?.takeUnless { it.busy } ?: return
        val to = session ?: return
        val busy = written.copy(busy = true, hint = null)
        begin(busy, { device.sendLocked(to, text, locks) }, unwanted = { if (it.isSuccess) sent(to, written.text) }) { locked ->
            locked.fold(
                {
                    sent(session ?: to, written.text)
                    clear()
                    null
                },
                { written.copy(hint = hint(it)) },
            )
        }
    }

    /** Asks what the message asks that is locked in this row. */
    fun read(session: Long, locked: Row.Locked) {
        clear()
        this.session = session
        row = locked.number
        screen = Screen.Question(locked.questions, isMessage = true)
    }

    /** The conversation goes on in another session. */
    fun moved(from: Long, to: Long) {
        if (session == from) session = to
    }

    private fun open(device: Device, question: Screen.Question, answers: List<String>) {
        val (from, number) = (session ?: return) to (row ?: return)
        begin(question.copy(busy = true, hint = null), { device.openLocked(from, number, answers) }) { opened ->
            opened.fold(Screen::OpenedMessage) { question.copy(hint = hint(it)) }
        }
    }

    /** What was typed in answer. */
    fun answer(device: Device, answers: List<String>, code: String?) {
        val question = (screen as? Screen.Question)?.takeUnless { it.busy } ?: return
        if (question.isMessage) return open(device, question, answers)
        screen = question.copy(busy = true, hint = null)
        val source = file ?: return
        val target = File(source.parentFile, "open")
        run({ device.open(source, target, answers, code) }) { told ->
            source.delete()
            val named = File(source.parentFile, safeName(told.name))
            if (target.renameTo(named)) file = named
            val open = if (named.exists()) named else target
            Screen.Opened(named.name, told.type, open.length(), open.path)
        }
    }

    /** One step back; whether there was anything to leave. */
    fun leave(): Boolean = (screen != null).also { clear() }

    fun clear() {
        work?.cancel()
        work = null
        other?.close()
        other = null
        file?.discard()
        file = null
        session = null
        row = null
        screen = null
    }

    private fun locking(change: (Screen.Lock) -> Screen.Lock) {
        (screen as? Screen.Lock)?.takeUnless { it.busy }?.let { screen = change(it) }
    }

    /** Begins work on the file, shows how far it is, and then what came of it. */
    private fun run(begin: () -> Work, done: (Work.Told) -> Screen) {
        val begun = try {
            begin()
        } catch (refusal: Refusal) {
            return ended(Result.failure(refusal))
        }
        work = begun
        val copy = file
        scope.launch(Dispatchers.Default) {
            val watching = launch {
                while (true) {
                    delay(100)
                    act { if (work === begun) progress(begun.progress) }
                }
            }
            val result = runCatching { begun.finished() }
            watching.cancelAndJoin()
            act {
                if (work === begun) {
                    work = null
                    ended(result.map(done))
                } else {
                    // The person has gone back meanwhile, when it may have been about to write.
                    copy?.discard()
                }
                begun.close()
            }
        }
    }

    private fun hint(failure: Throwable?) = if (failure is Refusal) failure.notice().what else Key.KIND_INTERNAL

    private fun progress(progress: Float) {
        screen = when (val shown = screen) {
            is Screen.Question -> shown.copy(progress = progress)
            is Screen.Lock -> shown.copy(progress = progress)
            else -> shown
        }
        show()
    }

    /** What came of it: another screen, or something to try again. */
    private fun ended(result: Result<Screen>) {
        val failure = result.exceptionOrNull()
        val hint = hint(failure)
        val shown = screen
        if (failure == null) {
            screen = result.getOrThrow()
        } else if (shown is Screen.Lock) {
            screen = shown.copy(busy = false, progress = null, hint = hint)
        } else if (shown is Screen.Question) {
            screen = shown.copy(busy = false, progress = null, hint = hint)
        } else {
            clear()
            show()
            throw failure
        }
        show()
    }
}

/** What the file is called that holds a phone. */
private const val COPY = "phone"

/** A label out of something locked, made fit to be the name of a file. It comes from a stranger. */
fun safeName(label: String?): String {
    val last = label.orEmpty().split('/', '\\', ':').last()
    val visible = last.filterNot { it.isISOControl() || it.category == CharCategory.FORMAT }
    return visible.trimStart('.', ' ').take(80).ifEmpty { "handfast" }
}
