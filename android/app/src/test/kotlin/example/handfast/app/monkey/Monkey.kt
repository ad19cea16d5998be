package example.handfast.app.monkey

import android.Manifest
import android.content.Intent
import android.graphics.Bitmap
import android.graphics.Color
import android.net.Network
import android.net.Uri
import androidx.compose.ui.semantics.SemanticsActions
import androidx.compose.ui.semantics.SemanticsNode
import androidx.compose.ui.semantics.SemanticsProperties
import androidx.compose.ui.semantics.getOrNull
import androidx.compose.ui.test.SemanticsMatcher
import androidx.compose.ui.test.hasClickAction
import androidx.compose.ui.test.hasSetTextAction
import androidx.compose.ui.test.isEnabled
import androidx.compose.ui.test.isHeading
import androidx.compose.ui.test.junit4.ComposeTestRule
import androidx.compose.ui.text.AnnotatedString
import example.handfast.app.Documents
import example.handfast.app.FedCamera
import example.handfast.app.FedNetwork
import example.handfast.app.FedReader
import example.handfast.app.Owner
import example.handfast.app.R
import example.handfast.app.book.words
import example.handfast.app.finds
import example.handfast.app.says
import example.handfast.app.until
import example.handfast.core.Row
import example.handfast.core.Screen
import example.handfast.core.isOutermost
import org.robolectric.RuntimeEnvironment
import org.robolectric.Shadows.shadowOf
import kotlin.random.Random
import kotlin.test.assertEquals

/**
 * Does to the app whatever can be done to it, in an order that [seed] gives, and knows what was typed for whom. The
 * core and the network are real, so what comes from them may come a step earlier or later in another run.
 */
class Monkey(private val rule: ComposeTestRule, private val seed: Long) {
    private val random = Random(seed)
    private val system = PhoneSystem()
    private val foreign = system.sockets()
    private val friends = listOf(Friend("Berta"), Friend("Carl"))
    private val others = system.sockets()
    private val owner = Owner(rule).apply { begins("Ana") }
    private val did = ArrayList<String>()
    private var number = 0
    private var wifi: Network? = FedNetwork.comes("127.0.0.1/8")
    private var isWide = false

    /** Who is whom, as the app names them, whatever they are called there. */
    private val met = HashMap<String?, Friend>()

    /** What stands in the line to each friend. */
    private val drafts = HashMap<Friend, String>()
    private val sent = friends.associateWith { HashSet<String>() }

    /** What was taken along to be locked, out of the line in which it was typed. */
    private val locked = HashSet<String>()

    /** Texts of other apps, which may be sent to anybody. */
    private val handed = HashSet<String>()

    /** How many sockets there are without friends while nobody is met. */
    private val sockets = foreign + system.sockets() - others

    /** What it does, and how often, compared with the rest. */
    private val deeds: List<Pair<Int, () -> Unit>> = listOf(
        36 to ::tap,
        16 to ::type,
        8 to ::back,
        5 to ::turn,
        6 to { away { } },
        3 to { away { permission() } },
        3 to { away { network() } },
        3 to { away { friends.random(random).writes(unique("while away")) } },
        3 to ::die,
        4 to ::network,
        4 to ::answer,
        6 to ::frame,
        6 to { friends.random(random).run { did("$name writes") { writes(unique("from $name")) } } },
        3 to ::link,
        1 to { friends.random(random).run { did("$name leaves") { leaves() } } },
        6 to ::meet,
    )

    fun step() {
        number++
        var at = random.nextInt(deeds.sumOf { it.first })
        val deed = deeds.first { (weight, _) -> (at < weight).also { at -= weight } }.second
        told {
            deed()
            settle()
            check()
        }
    }

    /** Everybody leaves, and nothing is left behind. */
    fun ends() = told {
        friends.forEach(Friend::close)
        for ((friend, texts) in sent) {
            assertEquals(emptySet(), friend.heard - texts - handed, "what was written to somebody else came to ${friend.name}")
        }
        until({ "something is under way: ${owner.app.home.value}, at ${owner.app.screen.value}" }) {
            rule.waitForIdle()
            system.serves()
            with(owner.app) {
                when {
                    front == null -> putAside()
                    // Where nobody is there, too.
                    (screen.value as? Screen.Conversation)?.isOver == false -> goodbye()
                    else -> giveUp()
                }
                home.value.underWay.firstOrNull()?.let { show(it.session) }
                home.value.waiting.forEach { withdraw(it.id) }
                home.value.underWay.isEmpty() && home.value.waiting.isEmpty()
            }
        }
        until({ "the camera is open" }) { !FedCamera.isRunning }
        until({ "a service goes on" }) { system.serves().let { !system.isServing } }
        until({ "${system.sockets()} sockets, and $sockets before" }) { system.sockets() <= sockets }
    }

    // --- What it does -------------------------------------------------------------------------

    private fun tap() {
        val talk = conversation()
        val there = rule.onAllNodes(hasClickAction() and isEnabled() and !hasSetTextAction()).fetchSemanticsNodes().filter { it.words().isNotEmpty() }
        val one = there.randomOrNull(random) ?: return
        if (hasChanged(one, talk)) return
        if (talk != null && one.words() == owner.words(R.string.write_locked)) locked += talk.second
        did("taps on \"${one.words()}\"") { act(one, SemanticsActions.OnClick) { it() } }
        if (talk != null && one.words() == owner.words(R.string.send) && talk.second.isNotBlank()) {
            sent.getValue(talk.first) += talk.second
            drafts[talk.first] = ""
            until({ "\"${talk.second}\" is neither said nor given back" }, rule::waitForIdle) { isSomewhere(talk.second) || conversation()?.first != talk.first }
        }
    }

    private fun type() {
        val talk = conversation()
        val line = rule.onAllNodes(hasSetTextAction() and isEnabled()).fetchSemanticsNodes().randomOrNull(random) ?: return
        val text = listOf("", unique("a"), unique("https://example.com/"), unique("שלום 🙂"), unique("long ".repeat(300)).trim()).random(random)
        if (hasChanged(line, talk)) return
        did("types \"${text.take(30)}\"") { act(line, SemanticsActions.SetText) { it(AnnotatedString(text)) } }
        if (talk != null) drafts[talk.first] = text
    }

    private fun back() {
        // There it would leave the app.
        if (!owner.app.screen.value.isOutermost) did("goes back") { owner.goesBack() }
    }

    private fun turn() = staying("turns the phone") {
        isWide = !isWide
        RuntimeEnvironment.setQualifiers(if (isWide) "w740dp-h360dp-land" else "w360dp-h740dp-port")
        owner.turns()
    }

    private fun away(meanwhile: () -> Unit) = staying("goes away and comes back") {
        owner.goesAwayAndComesBack {
            meanwhile()
            system.serves()
            until({ "the camera runs behind another app" }, owner::idle) { !FedCamera.isRunning }
        }
    }

    private fun die() = staying("loses the activity, and comes back by the recent apps") { owner.comesBackByRecents() }

    private fun permission() {
        val app = shadowOf(owner.activity.application)
        val isGiven = random.nextBoolean()
        did("the camera is ${if (isGiven) "allowed" else "forbidden"} in the settings") {
            if (isGiven) app.grantPermissions(Manifest.permission.CAMERA) else app.denyPermissions(Manifest.permission.CAMERA)
        }
    }

    private fun network() {
        val now = wifi
        did(if (now == null) "joins the Wi-Fi" else "loses the Wi-Fi") {
            wifi = if (now == null) FedNetwork.comes("127.0.0.1/8") else null.also { FedNetwork.goes(now) }
        }
    }

    private fun answer() = did("answers the system and other apps") {
        system.permits(owner.activity, random.nextBoolean())
        system.givesBack(owner.activity, if (random.nextBoolean()) null else Intent().setData(Documents.have("letter.pdf", ByteArray(1000))))
    }

    private fun frame() {
        val camera = FedReader.running ?: return
        val shade = listOf(Color.BLACK, Color.LTGRAY).random(random)
        did("the camera sees nothing") { camera.feed(Bitmap.createBitmap(320, 240, Bitmap.Config.ARGB_8888).apply { eraseColor(shade) }) }
    }

    private fun link() {
        val text = listOf("handfast:nothing", "https://handfast.example/#x", "hello").random(random)
        val intent = if (random.nextBoolean()) {
            Intent(Intent.ACTION_VIEW, Uri.parse(text))
        } else {
            Intent(Intent.ACTION_SEND).setType("text/plain").putExtra(Intent.EXTRA_TEXT, text)
        }
        handed += text
        did("is handed \"$text\" by ${intent.action}") { owner.isHanded(intent) }
    }

    private fun meet() {
        if (owner.app.ongoing.value.count { it.isTalking } >= MOST) return
        if (wifi == null) network()
        val friend = friends.random(random)
        did("is handed an invitation of ${friend.name}") { owner.isHanded(Intent(Intent.ACTION_VIEW, Uri.parse(friend.invites()))) }
        settle()
        if (rule.finds(says(owner.words(R.string.connect)))) did("connects") { owner.taps(R.string.connect) }
    }

    // --- What must be so ----------------------------------------------------------------------

    private fun check() {
        conversation()?.let { (friend, text) ->
            val draft = drafts[friend].orEmpty()
            // What could not be sent stands before what was typed since.
            val before = text.removeSuffix(draft).lines().filter { it.isNotBlank() }
            if (text.endsWith(draft) && sent.getValue(friend).containsAll(before)) drafts[friend] = text
            if (text.isEmpty() && draft in locked && owner.app.rows.value.any { it is Row.Locked && it.ours }) drafts[friend] = ""
            assertEquals(drafts[friend].orEmpty(), text, "what is typed for ${friend.name}")
        }
        if (owner.app.screen.value !is Screen.Scan) until({ "the camera runs behind ${owner.app.screen.value}" }, rule::waitForIdle) { !FedCamera.isRunning || owner.app.screen.value is Screen.Scan }
        FedReader.broken?.let { throw it }
    }

    /** Whatever was typed is there afterwards, as long as that is what the app shows. */
    private fun staying(what: String, deed: () -> Unit) {
        val (screen, before) = place() to typed()
        did(what, deed)
        settle()
        val after = typed()
        // The other side may have ended it meanwhile, and a menu is closed.
        if (screen == place() && before.size == after.size) assertEquals(before, after, "what was typed")
    }

    private fun place() = owner.app.screen.value.let { if (it is Screen.Conversation) "${it.session}" else it.javaClass.simpleName }

    private fun typed() = fetch(hasSetTextAction()).map { it.config.getOrNull(SemanticsProperties.EditableText)?.text.orEmpty() }

    /** Who is talked with on the display, and what stands in the line to write in. */
    private fun conversation(): Pair<Friend, String>? {
        val talk = owner.app.screen.value as? Screen.Conversation ?: return null
        friends.find { talk.name.startsWith(it.called) }?.let { met[talk.contact] = it }
        // Another may still be drawn.
        val friend = met[talk.contact]?.takeIf { fetch(isHeading()).any { it.words() == talk.name } } ?: return null
        return typed().singleOrNull()?.let { friend to it }
    }

    /** Whether this was said in the conversation on the display, or stands in its line again. */
    private fun isSomewhere(text: String) =
        owner.app.rows.value.any { it is Row.Text && it.ours && it.text == text } || typed().any { text in it }

    /** Something came from outside, and what was aimed at has gone, or [talk] has, in which it was. */
    private fun hasChanged(node: SemanticsNode, talk: Pair<Friend, String>?): Boolean {
        // A line to write to somebody, and not yet to whom.
        val isUnknown = talk == null && owner.app.screen.value is Screen.Conversation && typed().isNotEmpty()
        return isUnknown || conversation() != talk || !node.layoutInfo.isAttached
    }

    private fun fetch(wanted: SemanticsMatcher) = rule.onAllNodes(wanted, useUnmergedTree = true).fetchSemanticsNodes()

    // --- Inside -------------------------------------------------------------------------------

    private fun did(what: String, deed: () -> Unit) {
        did += "$number: $what, at ${place()}"
        deed()
    }

    /** Where something goes wrong, all that was done before is told. */
    private fun told(work: () -> Unit) = try {
        work()
    } catch (failure: Throwable) {
        throw AssertionError("seed $seed, step $number: ${failure.message}; before:\n${did.joinToString("\n")}", failure)
    }

    private fun <T : Function<Boolean>> act(node: SemanticsNode, what: androidx.compose.ui.semantics.SemanticsPropertyKey<androidx.compose.ui.semantics.AccessibilityAction<T>>, deed: (T) -> Unit) =
        rule.runOnUiThread { node.config.getOrNull(what)?.action?.let(deed) }

    /** Until nothing changes any more by itself. */
    private fun settle() {
        var same = 0
        var before: Any? = null
        while (same < 3) {
            rule.waitForIdle()
            system.serves()
            system.asks(owner.activity)
            val now = owner.app.run { listOf(screen.value, rows.value, home.value, notice.value) }
            if (now == before) same++ else same = 0
            before = now
            Thread.sleep(2)
        }
    }

    private fun unique(text: String) = "$text$number"

    private companion object {
        /** Conversations at once. */
        const val MOST = 4
    }
}
