/**
 * The one package that imports generated code. It turns the bindings' types into the shell's own,
 * so that nothing else has to change when the facade does.
 */
package example.handfast.core.bridge

import example.handfast.bindings.About
import example.handfast.bindings.CallbackException
import example.handfast.bindings.Change
import example.handfast.bindings.Code
import example.handfast.bindings.DeliveryMode
import example.handfast.bindings.Discovery
import example.handfast.bindings.ErrorKind
import example.handfast.bindings.Export
import example.handfast.bindings.Finder as CoreFinder
import example.handfast.bindings.Found
import example.handfast.bindings.FoundKind
import example.handfast.bindings.Handfast
import example.handfast.bindings.HandfastException
import example.handfast.bindings.KeyStore as CoreKeyStore
import example.handfast.bindings.KeyStoreException
import example.handfast.bindings.Listener
import example.handfast.bindings.LogLevel
import example.handfast.bindings.Provenance
import example.handfast.bindings.Scanner
import example.handfast.bindings.Sealed
import example.handfast.bindings.SealedKind
import example.handfast.bindings.SealingHandle
import example.handfast.bindings.Search as CoreSearch
import example.handfast.bindings.Service as CoreService
import example.handfast.bindings.Session
import example.handfast.bindings.Settings
import example.handfast.bindings.askedByExport
import example.handfast.bindings.draw
import example.handfast.bindings.drawPng
import example.handfast.bindings.fileOf
import example.handfast.bindings.logToPlatform
import example.handfast.bindings.mostQuestions as coreMostQuestions
import example.handfast.bindings.readText
import example.handfast.bindings.strengthOf
import example.handfast.core.Answered
import example.handfast.core.Contact
import example.handfast.core.Finder
import example.handfast.core.FoundToken
import example.handfast.core.Handout
import example.handfast.core.Hit
import example.handfast.core.Key
import example.handfast.core.KeyLost
import example.handfast.core.KeyStore
import example.handfast.core.KeyStoreLocked
import example.handfast.core.NameService
import example.handfast.core.Outcome
import example.handfast.core.Preferences
import example.handfast.core.Protection
import example.handfast.core.Report
import example.handfast.core.Row
import example.handfast.core.Screen
import example.handfast.core.SecondCode
import example.handfast.core.Service
import example.handfast.core.Symbol
import example.handfast.core.Waiting
import java.io.File
import java.nio.ByteBuffer

/** What a token that was handed in is. */
enum class TokenKind { INVITATION, REPLY, LOCKED_INVITATION, BUNDLE, SEALED }

/** A token that was handed in. Secret, so it does not print itself. */
class Token internal constructor(internal val found: Found) {
    val kind = when (found.kind) {
        FoundKind.INVITATION -> TokenKind.INVITATION
        FoundKind.REPLY -> TokenKind.REPLY
        FoundKind.LOCKED_INVITATION -> TokenKind.LOCKED_INVITATION
        FoundKind.BUNDLE -> TokenKind.BUNDLE
        FoundKind.SEALED -> TokenKind.SEALED
    }

    /** How it looks among several. */
    val listed
        get() = FoundToken(
            when (kind) {
                TokenKind.INVITATION -> Key.FOUND_INVITATION
                TokenKind.REPLY -> Key.FOUND_REPLY
                TokenKind.BUNDLE -> Key.FOUND_BUNDLE
                TokenKind.LOCKED_INVITATION, TokenKind.SEALED -> Key.FOUND_LOCKED
            },
            found.name,
            found.expiresAt?.toLong(),
        )

    /** This app's camera saw it on somebody's screen. */
    val isSeen get() = found.provenance == Provenance.CAMERA

    /** The bytes of something sealed. */
    internal val bytes get() = found.token

    override fun toString() = "Token($kind)"
}

/** Why something was not done. */
class Refusal internal constructor(internal val kind: ErrorKind) : Exception(kind.name) {
    /** The person does not need to hear of it. */
    val isSilent get() = kind.isSilent()
    val isBusy get() = kind == ErrorKind.BUSY

    /** There is nothing to do it to, or not any more. */
    val isNotNow get() = kind == ErrorKind.NOT_NOW

    /** The connection is gone, and nobody said goodbye. */
    val isLost get() = kind == ErrorKind.LOST
    val isWrongAnswer get() = kind == ErrorKind.WRONG_ANSWER || kind == ErrorKind.BAD_TEXT

    /** There is nothing of ours in it. */
    val isForeign get() = kind in FOREIGN_KINDS

    /** The key store does not give the key: it failed, or has lost it for good. */
    val isWithoutKey get() = kind == ErrorKind.KEY_STORE_FAILED || isKeyLost
    val isKeyLost get() = kind == ErrorKind.KEY_LOST
    val isKeyStoreLocked get() = kind == ErrorKind.KEY_STORE_LOCKED
    val isNotAServer get() = kind == ErrorKind.NOT_A_SERVER
    val isBadText get() = kind == ErrorKind.BAD_TEXT

    /** What it is about is not over yet. */
    val isNotYet get() = kind == ErrorKind.NOT_YET

    companion object {
        /** There is nothing to do it to. */
        val NOT_NOW get() = Refusal(ErrorKind.NOT_NOW)

        /** It is nothing of ours. */
        val FOREIGN get() = Refusal(ErrorKind.NOTHING_FOUND)

        private val FOREIGN_KINDS = setOf(
            ErrorKind.NOTHING_FOUND,
            ErrorKind.NOT_A_PICTURE,
            ErrorKind.OTHER_PICTURE,
            ErrorKind.NO_CODE,
            ErrorKind.TOO_LARGE,
        )
    }
}

/** Who is told what happens, from a thread of the device. Sessions are named by their numbers. */
interface EventSink {
    fun view(session: Long, view: View)

    /**
     * A new row, which stands before the one with the number [before] or at the end, or the new state of one. Once it
     * has reached the screen, [Device.taken] says so.
     */
    fun row(session: Long, row: Row, before: Long?)

    /** The row with this number leaves the screen. */
    fun gone(session: Long, number: Long)

    /** Something that was begun in a session came to nothing, and its screen stays as it is. */
    fun failed(session: Long, refusal: Refusal)

    /** What was written could not be kept, so it was not said either; empty where it was no text. */
    fun notWritten(session: Long, text: String, refusal: Refusal)

    /** What waits, or who is known, is another list now. */
    fun listsChanged()
}

/** This device's device. */
class Device private constructor(private val handfast: Handfast) {
    private val pairing = handfast.pairing()
    private val sealing = handfast.sealing()

    // --- Sessions begin: each gives its number --------------------------------------------------

    suspend fun invite(send: Boolean, protection: Protection?): Long {
        val delivery = if (send) DeliveryMode.SEND else DeliveryMode.SHOW
        return begin { pairing.invite(delivery, protection.own()) }
    }

    /** Opens an invitation, locked or not; the person is asked before anything is sent. */
    suspend fun open(token: Token): Long = begin { pairing.open(token.found) }

    suspend fun resume(id: String): Long = begin { pairing.resume(id) }

    /** Looks for somebody who was met; the session that does so, or talks to them, already. */
    suspend fun seek(contact: String): Long = begin { pairing.seek(contact) }

    private suspend fun begin(work: suspend () -> Session): Long = refusing { work().use { it.id().toLong() } }

    /** How a session was shown last; none once it is over. */
    fun view(session: Long): View? = refused { at(session).use { it.screen()?.let(::View) } }

    suspend fun reply(token: Token) = refusing { pairing.reply(token.found) }

    // --- In a session ---------------------------------------------------------------------------

    suspend fun unlock(session: Long, answers: List<String>, code: String?) =
        with(session) { it.unlock(answers, code?.let(Code::read)) }

    suspend fun accept(session: Long) = with(session) { it.accept() }

    /** Whether to go on with a device that was restored from a copy. */
    suspend fun acceptRestored(session: Long, agrees: Boolean) = with(session) { it.acceptRestored(agrees) }

    suspend fun answer(session: Long, text: String) = with(session) { it.answer(text) }

    /** Asks whoever is here this, to make sure who they are. */
    suspend fun ask(session: Long, lock: Answered) = with(session) { it.ask(lock.core()) }

    /** Gives no answer to their question. */
    suspend fun noAnswer(session: Long) = with(session) { it.declineToAnswer() }

    /** Proposes that what both write disappears so many seconds after it was seen, or stays; or agrees to that. */
    suspend fun disappear(session: Long, after: Long?) = with(session) { it.disappear(after?.toUInt()) }

    suspend fun offerReply(session: Long) = with(session) { it.offerReply() }

    /** The person wants more to be tried to get past a strict network. */
    suspend fun tryHarder(session: Long) = with(session) { it.tryHarder() }

    /** Stops for now: what waits goes on waiting, and a conversation says goodbye. */
    suspend fun leave(session: Long) = with(session) { it.leave() }

    /** Stops for good. */
    suspend fun withdraw(session: Long) = with(session) { it.withdraw() }

    /** Asks them to compare, or agrees to. */
    suspend fun compare(session: Long) = with(session) { it.compare() }

    /** What was found by somebody who saw these [digits]. */
    suspend fun compared(session: Long, digits: List<String>, outcome: Outcome) =
        with(session) { it.compared(digits, outcome.own()) }

    /** Lets them send as much again as they might. */
    suspend fun allowMore(session: Long) = with(session) { it.allowMore() }

    /** One more row has reached the screen; without that, only so many come. */
    fun taken(session: Long) = at(session).use { it.taken(1u) }

    /** A person has that row before their eyes, and what stands above it. */
    fun seen(session: Long, number: Long) = at(session).use { it.seen(number.toULong()) }

    suspend fun onlyTheyWouldAsk(session: Long) = with(session) { it.onlyTheyWouldAsk() }

    suspend fun send(session: Long, text: String) = with(session) { it.sendText(text) }

    /** Locks this and sends it. Takes about a second. */
    suspend fun sendLocked(session: Long, text: String, locks: List<Answered>) =
        with(session) { it.sendLocked(text, locks.map(Answered::core)) }

    /** What the locked message in that row says. Takes about a second. */
    suspend fun openLocked(session: Long, number: Long, answers: List<String>): String =
        refusing { at(session).use { it.openLocked(number.toULong(), answers) } }

    /** Writes this about what stands in that row. */
    suspend fun reply(session: Long, number: Long, text: String) = with(session) { it.reply(number.toULong(), text) }

    /** A text of ours says this from now on. */
    suspend fun edit(session: Long, number: Long, text: String) = with(session) { it.edit(number.toULong(), text) }

    /** Reacts with this, or not any more. */
    suspend fun react(session: Long, number: Long, symbol: String?) = with(session) { it.react(number.toULong(), symbol) }

    /** A text of ours that both keep is erased on both sides. */
    suspend fun takeBack(session: Long, number: Long) = with(session) { it.takeBack(number.toULong()) }

    /** Lists what was said before; whether there was anything. */
    suspend fun earlier(session: Long): Boolean = refusing { at(session).use { it.earlier() } }

    /** Sends a copy that was made for that, which goes over to the device. */
    suspend fun sendCopy(session: Long, copy: File) = with(session) { it.sendCopy(copy.path) }

    suspend fun acceptFile(session: Long, number: Long) = with(session) { it.acceptFile(number.toULong()) }

    /** Declines a file, or ends it. */
    suspend fun cancelFile(session: Long, number: Long) = with(session) { it.cancelFile(number.toULong()) }

    private fun at(session: Long) = handfast.session(session.toULong())

    private suspend fun with(session: Long, work: suspend (Session) -> Unit) =
        refusing { at(session).use { work(it) } }

    // --- What is locked -------------------------------------------------------------------------

    /**
     * What a locked file or a copy of a phone asks; none if it is neither. Nothing is opened.
     *
     * @throws Refusal for a copy that an answer alone would open
     */
    fun asked(file: File): Asked? {
        val sealed = try {
            sealing.inspectFile(file.path)
        } catch (_: HandfastException) {
            return null
        }
        return when (sealed.kind) {
            SealedKind.FILE -> sealed.takeIf { it.byAnswers }?.own()
            SealedKind.DEVICE_STATE -> refused { Asked(askedByExport(file.path), withCode = true, isPhone = true) }
            SealedKind.INVITATION, SealedKind.REPLY -> null
        }
    }

    /** Opens a locked file into a new one. */
    fun open(locked: File, target: File, answers: List<String>, code: String?): Work = refused {
        Work(sealing.openFile(answers, code?.let(Code::read), locked.path, target.path))
    }

    /** Locks a file into a new one. */
    fun lock(file: File, target: File, name: String, lock: Answered, code: SecondCode?): Work = refused {
        val locks = listOf(lock.core())
        Work(sealing.sealFile(locks, code?.let { Code.read(it.characters) }, About(name, null), file.path, target.path))
    }

    // --- This device ----------------------------------------------------------------------------

    suspend fun waiting(): List<Waiting> = refusing { pairing.pending().map { it.own() } }

    suspend fun withdraw(id: String) = refusing { pairing.withdraw(id) }

    /** What others see from the next invitation on. */
    suspend fun rename(name: String) = refusing { handfast.rename(name) }

    /** What links begin with from now on, of which a host is enough; the whole of it. */
    fun beginLinksWith(base: String): String = refused { handfast.beginLinksWith(base) }

    suspend fun people(): List<Contact> = refusing { handfast.people().map { it.own() } }

    suspend fun forget(id: String) = refusing { handfast.forget(id) }

    /** Calls them this from now on; with none, what they call themselves. */
    suspend fun giveName(id: String, name: String?) = refusing { handfast.giveName(id, name) }

    suspend fun block(id: String, isBlocked: Boolean) = refusing { handfast.block(id, isBlocked) }

    /** Whether another device that came to them in the person's name is the person's own. */
    suspend fun otherDevice(id: String, isOurs: Boolean) = refusing { handfast.otherDevice(id, isOurs) }

    /** Takes so many bytes of files from them unasked; with none, as many as from everybody. */
    suspend fun takeFilesUpTo(id: String, bytes: Long?) = refusing { handfast.takeFilesUpTo(id, bytes?.toULong()) }

    /** What waits for whoever is called [name], to be handed on. */
    suspend fun bundle(id: String, name: String): Screen.HandOn = refusing { handfast.bundle(id).own(name) }

    /** Takes in what somebody handed on; how many messages in it were not here before. */
    suspend fun takeBundle(token: Token): Int = refusing { handfast.takeBundle(token.found).messages.toInt() }

    /** Looks for words in what was said with somebody. */
    fun search(id: String, words: String) = refused { Search(handfast.search(id, words)) }

    /** The person is here, so that what waits need not be slow. */
    fun boost() = pairing.boost()

    suspend fun preferences(): Preferences = refusing { handfast.preferences().own() }

    suspend fun prefer(chosen: Preferences) = refusing { handfast.prefer(chosen.core()) }

    /** What works from here. Takes some seconds. */
    suspend fun network(): Report = refusing { handfast.network().own() }

    /** Writes this device to a new file that the code opens, for another phone. */
    suspend fun export(target: File, code: SecondCode, withMessages: Boolean) =
        refusing { handfast.export(target.path, Code.read(code.characters), withMessages) }

    /** Whether nobody looks at the app, while a conversation goes on. */
    suspend fun away(isAway: Boolean) = refusing { handfast.away(isAway) }

    suspend fun pause() = refusing { handfast.pause() }

    suspend fun resume() = refusing { handfast.resume() }

    suspend fun networkChanged(addresses: List<String>, router: String?) =
        refusing { handfast.networkChanged(addresses, router) }

    /** Every token in a picture, a `.handfast` file or a text file; there is one at least. */
    suspend fun readFile(bytes: ByteArray): List<Token> = refusing { handfast.readFile(bytes).map(::Token) }

    suspend fun shutdown() = handfast.shutdown()

    companion object {
        /**
         * Opens the device, which keeps what it keeps in [folder]. It asks the key store, so not on
         * the thread that draws.
         *
         * @throws Refusal with what is wrong
         */
        fun open(name: String, folder: File, linkBase: String?, keys: KeyStore, told: EventSink, names: NameService? = null): Device {
            val settings = Settings(name, folder.resolve(KEPT).path, folder.resolve("received").path, linkBase)
            return refused { Device(Handfast.open(settings, Keys(keys), Relay(told), names?.let(::Names))) }
        }

        /** Makes a device of another phone's in this folder, in the place of the one there, which is shut down, and stays where that cannot be. */
        fun make(folder: File, keys: KeyStore, of: OtherPhone) =
            refused { of.export.makeDevice(folder.resolve(KEPT).path, Keys(keys)) }

        /** Removes all that a device keeps in this folder, which nobody has open. Files that came in stay. */
        fun forgetAll(folder: File) {
            folder.resolve(KEPT).deleteRecursively()
        }

        /** Under which services are announced and looked for, in the domain `local`. */
        val serviceType get() = example.handfast.bindings.serviceType()

        private const val KEPT = "kept"

        /** The core's log goes where the platform keeps logs. */
        fun log(details: Boolean) {
            logToPlatform(if (details) LogLevel.DEBUG else LogLevel.WARN)
        }

        /** The token in a text: a link, a message around one. */
        fun read(text: String): Token = refused { Token(readText(text)) }

        /** The code for a text. The one that was drawn last is what nearly every caller wants. */
        fun symbol(text: String): Symbol = refused {
            drawn?.takeIf { it.first == text }?.second
                ?: draw(text).let { Symbol(it.width.toInt(), it.modules) }.also { drawn = text to it }
        }

        @Volatile
        private var drawn: Pair<String, Symbol>? = null

        /** The bytes of a `.handfast` file. */
        fun file(handout: Handout): ByteArray = refused { fileOf(handout.text) }

        /** The servers that are asked if the person names no other. */
        fun usualServers(): List<String> = example.handfast.bindings.usualServers()

        fun newCode(): SecondCode = refused { Code.random().own() }

        /** So many questions can lock one thing. */
        val mostQuestions get() = coreMostQuestions().toInt()

        /** What to think of these answers, and whether they protect nothing by themselves; none while one is empty. */
        fun strength(locks: List<Answered>, withCode: Boolean = false): Pair<Key, Boolean>? = try {
            strengthOf(locks.map(Answered::core), withCode).let { key(it.key()) to it.isTrivial() }
        } catch (_: HandfastException) {
            null
        }

        fun png(text: String, scale: Int): ByteArray = refused { drawPng(text, scale.toUInt()) }
    }

    private class Relay(private val told: EventSink) : Listener {
        override fun changed(change: Change) = contained {
            when (change) {
                is Change.Shown -> told.view(change.session.toLong(), View(change.screen))
                is Change.Listed -> told.row(change.session.toLong(), change.entry.row(), change.before?.toLong())
                is Change.Gone -> told.gone(change.session.toLong(), change.number.toLong())
                is Change.Failed -> told.failed(change.session.toLong(), Refusal(change.kind))
                is Change.NotWritten -> told.notWritten(change.session.toLong(), change.text, Refusal(change.kind))
                Change.PendingChanged, Change.PeopleChanged -> told.listsChanged()
            }
        }
    }

    private class Names(private val names: NameService) : Discovery {
        override fun announce(service: CoreService?) = contained {
            names.announce(service?.run { Service(name, port.toInt(), txt) })
        }

        override fun browse(finder: CoreFinder?) = contained { names.browse(finder?.let(::FinderRelay)) }
    }

    private class FinderRelay(private val finder: CoreFinder) : Finder {
        override fun found(service: Service, addresses: List<String>) =
            finder.found(CoreService(service.name, service.port.toUShort(), service.txt), addresses)

        override fun gone(name: String) = finder.gone(name)
    }

    private class Keys(private val keys: KeyStore) : CoreKeyStore {
        override fun key(): ByteArray? = failing { keys.key() }

        override fun keep(key: ByteArray) = failing { keys.keep(key) }

        private fun <T> failing(work: () -> T): T = try {
            work()
        } catch (_: KeyStoreLocked) {
            throw KeyStoreException.Locked()
        } catch (_: KeyLost) {
            throw KeyStoreException.Lost()
        } catch (_: Exception) {
            throw KeyStoreException.Failed()
        }
    }
}

/** What the core calls fails in the one way that it knows. */
private fun contained(work: () -> Unit) = try {
    work()
} catch (_: Exception) {
    throw CallbackException.Failed()
}

/** What something locked asks for. [isPhone]: it is a copy of a phone. */
class Asked(val questions: List<String>, val withCode: Boolean, val isPhone: Boolean = false)

/** Somebody looks for something. */
class Search internal constructor(private val search: CoreSearch) : AutoCloseable {
    /** The next page of what was found, which may be empty; none once there is nothing more to look through. */
    suspend fun more(): List<Hit>? = refusing { search.more()?.map { it.own() } }

    override fun close() = search.destroy()
}

/** The copy of another phone, open in memory. */
class OtherPhone private constructor(internal val export: Export) : AutoCloseable {
    val people get() = export.people().toInt()
    val hasMessages get() = export.hasMessages()

    override fun close() = export.destroy()

    companion object {
        /** Reads all of the file. */
        fun open(file: File, answers: List<String>, code: String): OtherPhone =
            refused { OtherPhone(Export.open(file.path, answers, Code.read(code))) }
    }
}

private fun Sealed.own() = Asked(questions, withCode)

/** A file being locked or opened. Nothing of it stays behind when it is cancelled. */
class Work internal constructor(private val handle: SealingHandle) : AutoCloseable {
    /** From 0 to 1. */
    val progress get() = handle.progress().let { if (it.total == 0uL) 0f else it.done.toFloat() / it.total.toFloat() }

    fun cancel() = handle.cancel()

    /** Waits for the end; what is told about the content. */
    suspend fun finished(): Told = refusing { handle.finished().let { Told(it.name, it.mediaType) } }

    override fun close() = handle.destroy()

    /** A label, never a path; and a media type. */
    class Told(val name: String?, val type: String?)
}

/** The reader of a running camera. */
class FrameScanner : AutoCloseable {
    private val scanner = Scanner()

    /**
     * Looks at the luminance plane of a frame, in a direct buffer; none is the usual answer.
     *
     * @throws Refusal for a code that cannot be used
     */
    fun look(luma: ByteBuffer, stride: Int, width: Int, height: Int): Token? = refused {
        // The bindings take the buffer from its very beginning, whatever its position is.
        val plane = if (luma.position() == 0) luma else luma.slice()
        scanner.scan(plane, stride.toUInt(), width.toUInt(), height.toUInt())?.let(::Token)
    }

    override fun close() = scanner.destroy()
}

private fun HandfastException.refusal() = when (this) {
    is HandfastException.Failed -> Refusal(kind)
}

/** Comes before every call of the core: a test has it throw on the thread that draws. */
@Volatile
var beforeCall: () -> Unit = {}

private inline fun <T> refused(work: () -> T): T = try {
    beforeCall()
    work()
} catch (e: HandfastException) {
    throw e.refusal()
}

private suspend inline fun <T> refusing(crossinline work: suspend () -> T): T = try {
    beforeCall()
    work()
} catch (e: HandfastException) {
    throw e.refusal()
}
