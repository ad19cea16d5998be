package example.handfast.app.monkey

import example.handfast.app.until
import example.handfast.core.AppModel
import example.handfast.core.Key
import example.handfast.core.KeyStore
import example.handfast.core.OwnName
import example.handfast.core.Row
import example.handfast.core.Screen
import example.handfast.core.bridge.Device
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import java.io.File
import java.nio.file.Files
import java.util.concurrent.ConcurrentHashMap

/** Somebody else, on a core of their own in this process. They have another [name] at each meeting, so that a name is one conversation. */
class Friend(val called: String) : AutoCloseable {
    private val folder = Files.createTempDirectory("friend").toFile()
    private val scope = CoroutineScope(SupervisorJob())
    private val app: AppModel
    private val told = ConcurrentHashMap.newKeySet<String>()
    private var meetings = 0

    /** What they are called at this meeting. */
    val name get() = "$called $meetings"

    /** Every text that has come to them. */
    val heard: Set<String> get() = told

    init {
        val keys = object : KeyStore {
            private var kept: ByteArray? = null

            override fun key() = kept

            override fun keep(key: ByteArray) {
                kept = key
            }
        }
        app = AppModel(scope, OwnName(File(folder, "name"), "")) { told -> Device.open(name, folder, null, keys, told) }
        app.welcome(name)
        app.network(listOf("127.0.0.1"))
        scope.launch {
            app.ongoing.collect { all -> for (one in all) for (row in one.rows) if (row is Row.Text && !row.ours) told += row.text }
        }
        app.screen.until { it is Screen.Home }
    }

    /** The link of an invitation, under the next name. */
    fun invites(): String {
        meetings++
        app.rename(name)
        // Whoever comes just then is put aside once more.
        until({ "${app.screen.value}" }) {
            // Nobody came to the one before.
            if (app.screen.value is Screen.ShowCode) app.giveUp() else app.putAside()
            app.screen.value is Screen.Home
        }
        app.invite(send = true)
        return (app.screen.until { it is Screen.ShowCode && it.stage == Key.HOST_WAITING } as Screen.ShowCode).invitation.link
    }

    /** Writes to whoever is there. */
    fun writes(text: String) = talking().forEach { app.sendTo(it.session, text) }

    /** Takes whatever file is offered by whoever is looked at. */
    fun takes() = app.rows.value.filter { it is Row.File && it.offered }.forEach { app.acceptFile(it.number) }

    /** A file of somebody has come in whole. */
    val hasTaken get() = app.ongoing.value.any { it.received > 0 }

    /** Says goodbye to one who is there. */
    fun leaves() {
        val one = talking().firstOrNull() ?: return
        app.show(one.session)
        until({ "nobody looks at ${one.session}" }) { app.front == one.session || talking().none { it.session == one.session } }
        app.goodbye()
    }

    private fun talking() = app.ongoing.value.filter { it.isTalking }

    override fun close() {
        runBlocking { withContext(Dispatchers.Default) { app.shutdown() } }
        scope.cancel()
        folder.deleteRecursively()
    }
}
