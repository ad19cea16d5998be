package example.handfast.core.bridge

import example.handfast.bindings.Change
import example.handfast.bindings.Entry
import example.handfast.bindings.FileState
import example.handfast.bindings.Found
import example.handfast.bindings.Handfast
import example.handfast.bindings.HandfastException
import example.handfast.bindings.Handout
import example.handfast.bindings.HostStage
import example.handfast.bindings.ErrorKind
import example.handfast.bindings.Listener
import example.handfast.bindings.DeliveryMode
import example.handfast.bindings.Protection
import example.handfast.bindings.Screen
import example.handfast.bindings.Session
import example.handfast.bindings.Settings
import example.handfast.bindings.KeyStore as CoreKeyStore
import example.handfast.bindings.Wish
import example.handfast.bindings.readText
import kotlinx.coroutines.channels.Channel
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import java.nio.file.Files
import java.nio.file.Path
import kotlin.test.fail

/** A key store in memory. */
class MemoryKeyStore(private var kept: ByteArray? = null) : CoreKeyStore {
    override fun key() = kept

    override fun keep(key: ByteArray) {
        kept = key
    }
}

/** One of two cores in this process, on loopback, and what it told. */
class TestDevice(
    private val name: String = "",
    private val keyStore: CoreKeyStore = MemoryKeyStore(),
    private val deaf: Boolean = false,
    val folder: Path = Files.createTempDirectory("handfast-kotlin"),
) : Listener, AutoCloseable {
    private var isGone = false
    private val screens = Channel<Screen>(Channel.UNLIMITED)
    private val entries = Channel<Entry>(Channel.UNLIMITED)
    private val failures = Channel<ErrorKind>(Channel.UNLIMITED)
    private val peopleChanges = Channel<Unit>(Channel.UNLIMITED)

    /** The session that was begun last. */
    lateinit var session: Session
        private set
    val handfast = Handfast.open(Settings(name, "$folder/kept", "$folder", null), keyStore, this)
    val pairing = handfast.pairing()

    init {
        runBlocking { handfast.networkChanged(LOOPBACK) }
    }

    override fun changed(change: Change) {
        when (change) {
            is Change.Shown -> screens.trySend(change.screen)
            is Change.Listed -> entries.trySend(change.entry)
            is Change.Failed -> failures.trySend(change.kind)
            is Change.NotWritten -> failures.trySend(change.kind)
            is Change.PeopleChanged -> peopleChanges.trySend(Unit)
            is Change.Gone, is Change.PendingChanged -> {}
        }
        if (deaf) error("this listener always throws")
    }

    /** Waits for a screen; those before it are passed over. */
    suspend fun until(wanted: (Screen) -> Boolean): Screen {
        val seen = mutableListOf<Screen>()
        return withTimeoutOrNull(SOON) {
            for (screen in screens) {
                seen += screen
                if (wanted(screen)) return@withTimeoutOrNull screen
            }
            null
        } ?: fail("only saw $seen")
    }

    suspend fun untilHosting(stage: HostStage = HostStage.Waiting): Screen.Hosting =
        until { it is Screen.Hosting && it.stage == stage && !it.isOffline } as Screen.Hosting

    suspend fun untilOffline() = until { it is Screen.Hosting && it.isOffline }

    /** Something that was begun came to nothing. */
    suspend fun untilFailed(): ErrorKind = withTimeoutOrNull(SOON) { failures.receive() } ?: fail("it did not fail")

    /** What is known of people is another list now, and is on the disk. */
    suspend fun untilPeopleChange() = withTimeoutOrNull(SOON) { peopleChanges.receive() } ?: fail("no change")

    suspend fun untilReply(): Handout = (until { it is Screen.ReplyNeeded } as Screen.ReplyNeeded).reply

    suspend fun untilTalking(): Screen.Talking = until { it is Screen.Talking } as Screen.Talking

    suspend fun untilApart(wanted: (Screen.Apart) -> Boolean = { true }): Screen.Apart =
        until { it is Screen.Apart && wanted(it) } as Screen.Apart

    suspend fun untilClosed() = until { it is Screen.Closed }

    suspend fun untilComparing(): Screen.Comparing = until { it is Screen.Comparing } as Screen.Comparing

    suspend fun untilWish(wish: Wish) = until { it is Screen.Talking && it.wish == wish }

    suspend fun untilEnded(): ErrorKind = (until { it is Screen.Ended } as Screen.Ended).kind

    suspend fun untilText(): String = (untilEntry { it is Entry.Text && !it.ours && !it.isOld } as Entry.Text).text

    suspend fun untilFile(wanted: (FileState) -> Boolean): Entry.File =
        untilEntry { it is Entry.File && wanted(it.state) } as Entry.File

    /** What was said, ours or theirs, as it looks then. */
    suspend fun untilSaid(wanted: (Entry.Text) -> Boolean): Entry.Text =
        untilEntry { it is Entry.Text && wanted(it) } as Entry.Text

    suspend fun untilLife(wanted: (Entry.Life) -> Boolean): Entry.Life =
        untilEntry { it is Entry.Life && wanted(it) } as Entry.Life

    suspend fun untilNote(): Entry.Note = untilEntry { it is Entry.Note } as Entry.Note

    private suspend fun untilEntry(wanted: (Entry) -> Boolean): Entry =
        withTimeoutOrNull(SOON) {
            for (entry in entries) {
                session.taken(1u)
                if (wanted(entry)) return@withTimeoutOrNull entry
            }
            null
        } ?: fail("no such row")

    /** Makes an invitation. */
    suspend fun host(delivery: DeliveryMode = DeliveryMode.SHOW, protection: Protection = Protection.Open): Handout =
        hosting(delivery, protection).invitation

    suspend fun hosting(delivery: DeliveryMode, protection: Protection = Protection.Open): Screen.Hosting {
        session = pairing.invite(delivery, protection)
        return untilHosting()
    }

    /** Its network is another one; what it shows then instead. */
    suspend fun moved(before: Handout): Handout {
        handfast.networkChanged(listOf("127.0.0.2"))
        return (until { it is Screen.Hosting && it.invitation != before } as Screen.Hosting).invitation
    }

    /** Opens and agrees. */
    suspend fun accept(found: Found) {
        session = pairing.open(found)
        until { it is Screen.InvitationOpened }
        session.accept()
    }

    suspend fun acceptLink(handout: Handout) = accept(readText(handout.link))

    /** Leaves what was begun last, which may wait on. */
    suspend fun leave() {
        session.leave()
        untilClosed()
    }

    /** Stops what was begun last for good. */
    suspend fun withdraw() {
        session.withdraw()
        untilClosed()
    }

    /** Dies without a word, and begins anew in the same folder. */
    fun again(): TestDevice {
        isGone = true
        handfast.destroy()
        pairing.destroy()
        return TestDevice(name, keyStore, deaf, folder)
    }

    /** The same with what it kept at an earlier time. */
    fun restored(kept: Path): TestDevice {
        isGone = true
        runBlocking { handfast.shutdown() }
        folder.toFile().deleteRecursively()
        kept.toFile().copyRecursively(folder.toFile())
        return TestDevice(name, keyStore, deaf, folder)
    }

    /** A copy of what it keeps now, while nobody uses it. */
    fun copy(): Path = Files.createTempDirectory("handfast-copy").also { folder.toFile().copyRecursively(it.toFile(), overwrite = true) }

    /** Looks for the one person that it knows. */
    suspend fun seek() {
        session = pairing.seek(handfast.people().single().id)
    }

    /** Goes on with the one thing that waits. */
    suspend fun resume() {
        session = pairing.resume(pairing.pending().single().id)
    }

    override fun close() {
        if (isGone) return
        runBlocking { handfast.shutdown() }
        handfast.destroy()
        folder.toFile().deleteRecursively()
    }

    companion object {
        val LOOPBACK = listOf("127.0.0.1")
        const val SOON = 30_000L
    }
}

/** Runs with two devices, and ends both. */
fun atTable(hostName: String = "", guestName: String = "", work: suspend (TestDevice, TestDevice) -> Unit) =
    TestDevice(hostName).use { host -> TestDevice(guestName).use { guest -> runBlocking { work(host, guest) } } }

/** Runs with one device, and ends it. */
fun alone(work: suspend (TestDevice) -> Unit) = TestDevice().use { runBlocking { work(it) } }

/** Both together, by link. */
suspend fun meet(host: TestDevice, guest: TestDevice) {
    guest.acceptLink(host.host(DeliveryMode.SEND))
    host.untilTalking()
    guest.untilTalking()
}

/** The kind of error that this ends in. */
suspend fun kindOf(work: suspend () -> Unit): ErrorKind = try {
    work()
    fail("it succeeded")
} catch (e: HandfastException.Failed) {
    e.kind
}
