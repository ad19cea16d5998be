package example.handfast.app.book

import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.runtime.Composable
import androidx.compose.ui.Modifier
import androidx.compose.ui.draganddrop.DragAndDropEvent
import androidx.compose.ui.graphics.Color
import example.handfast.app.ui.AskFirst
import example.handfast.app.ui.Covered
import example.handfast.app.ui.Deeds
import example.handfast.app.ui.Felt
import example.handfast.app.ui.Noted
import example.handfast.app.ui.Person
import example.handfast.app.ui.Phone
import example.handfast.app.ui.Stage
import example.handfast.app.ui.parts.pictureOf
import example.handfast.core.Apart
import example.handfast.core.Camera
import example.handfast.core.Carried
import example.handfast.core.Contact
import example.handfast.core.Copying
import example.handfast.core.Expected
import example.handfast.core.FoundToken
import example.handfast.core.Handout
import example.handfast.core.Hit
import example.handfast.core.Inquiry
import example.handfast.core.Key
import example.handfast.core.Mark
import example.handfast.core.Notice
import example.handfast.core.Pictograph
import example.handfast.core.Preferences
import example.handfast.core.Preview
import example.handfast.core.Choices
import example.handfast.core.Protection
import example.handfast.core.Quote
import example.handfast.core.Reaction
import example.handfast.core.ReachedBy
import example.handfast.core.Report
import example.handfast.core.Row
import example.handfast.core.Screen
import example.handfast.core.SecondCode
import example.handfast.core.Subject
import example.handfast.core.Topic
import example.handfast.core.Symbol
import example.handfast.core.UnderWay
import example.handfast.core.Waiting
import example.handfast.core.Wanted
import example.handfast.core.Way
import example.handfast.core.bridge.Device
import java.awt.image.BufferedImage
import java.io.ByteArrayOutputStream
import java.time.LocalDate
import java.time.LocalTime
import java.time.ZoneOffset
import java.util.concurrent.CompletableFuture
import java.util.function.Supplier
import javax.imageio.ImageIO

/** One page of the book: a screen in one of its states. */
class Page(
    val name: String,
    /** Something on it changes by itself. */
    val isLive: Boolean = false,
    val draw: @Composable (Deeds) -> Unit,
)

/** When the pictures are made: 28 November 2026, five past two in the afternoon. */
val NOW = LocalDate.of(2026, 11, 28).toEpochSecond(LocalTime.of(14, 5), ZoneOffset.UTC)

private fun today(hour: Int, minute: Int) = NOW + (hour - 14) * 3600L + (minute - 5) * 60L

private val mira = UnderWay(3, Key.UNDER_WAY_TALKING, true, true, "Mira", "See you at the harbour!", today(14, 2), 2, contact = "0")
private val aydin = UnderWay(5, Key.APART_LOOKING, false, false, "Dr. Aydin", "Can you send me the results?", today(9, 12) - 86_400 * 16, contact = "2", isApart = true)
private val jonas = Waiting("a", true, null, today(18, 40))
private val people = listOf(
    Contact("0", "Mira", Key.TRUST_VERIFIED, Key.REASON_COMPARED, NOW - 86_400 * 40, heard = NOW - 60, canBeFound = true),
    Contact("1", "Grandpa", Key.TRUST_VERIFIED, Key.REASON_SCANNED, NOW - 86_400 * 2, heard = NOW - 86_400, canBeFound = true, unread = 3, lastSaid = today(9, 30) - 86_400),
    Contact("2", "Dr. Aydin", Key.TRUST_UNVERIFIED, Key.REASON_OPEN_LINK, NOW - 86_400 * 16, heard = NOW - 86_400 * 16, canBeFound = true),
    Contact("3", "", Key.TRUST_UNVERIFIED, Key.REASON_SAW_THE_CODE, NOW - 86_400 * 30, heard = NOW - 86_400 * 30),
)
private val home = Screen.Home(listOf(mira, aydin), listOf(jonas), people)

/**
 * A code as the core draws it, of a link that leads nowhere. In a class of its own, as it is never drawn on the thread
 * that draws, which waits for it while this file's own values are being made.
 */
private class Drawing : Supplier<Symbol> {
    override fun get() = Device.symbol("HFT1:" + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".repeat(4))
}

private val symbol = CompletableFuture.supplyAsync(Drawing()).get()
private val handout = Handout("https://links.test/#token", "token", "TOKEN", symbol)

private val talk = Screen.Conversation("Mira", Key.TRUST_VERIFIED, Key.REASON_SCANNED, null, session = 3, contact = "0")
private val apart = talk.copy(line = Key.APART_LOOKING, apart = Apart(NOW - 86_400))
private val rows = listOf(
    Row.Text(1, false, "Did you get home all right?", today(13, 58) - 86_400),
    Row.Text(2, false, "Here is the boat: https://boats.example/harbour/blue", today(13, 58)),
    Row.Text(3, true, "Yes! Sending you the pictures now.", today(14, 0), Mark.ON_THEIRS),
    Row.File(4, true, "Harbour.mov", 212_000_000, Key.FILE_MOVING, 138_000_000, null, today(14, 1), 88_000_000),
    Row.Text(5, false, "See you at the harbour!", today(14, 2)),
)
private val answers = listOf(
    Row.Text(1, false, "Shall we meet at the harbour?", today(13, 58), Mark.ON_THIS_PHONE, reactions = listOf(Reaction(true, "👍"))),
    Row.Text(
        2,
        true,
        "At six, by the blue boat.",
        today(14, 0),
        Mark.ON_THEIRS,
        quote = Quote("Shall we meet at the harbour?"),
        reactions = listOf(Reaction(false, "❤️"), Reaction(true, "👍")),
        isEdited = true,
    ),
    Row.Note(3, false, Key.NOTE_TAKEN_BACK, today(14, 1)),
    Row.Text(4, false, "I take the bicycle.", today(14, 2), Mark.ON_THIS_PHONE, quote = Quote(null, Key.QUOTE_OTHER)),
    Row.Note(5, false, Key.NOTE_NOT_READABLE, today(14, 3)),
)
private val disappearing = listOf(
    Row.Life(1, true, 3_600, holds = false, today(13, 58)),
    Row.Life(2, false, 3_600, holds = true, today(13, 59)),
    Row.Text(3, false, "The code of the door is 4711.", today(14, 0), Mark.ON_THIS_PHONE, endsAt = today(15, 0)),
    Row.Life(4, false, 7 * 86_400, holds = false, today(14, 2)),
)
private val locked = listOf(
    Row.Text(1, false, "Where is the key of the boat?", today(13, 58), Mark.ON_THIS_PHONE),
    Row.Locked(2, true, listOf("What did grandpa call his boat?"), today(14, 0), Mark.ON_THEIRS),
    Row.Locked(3, false, listOf("Who taught us to sail?", "And where?"), today(14, 2)),
)

/** A sky above the sea, which is read before it is drawn. */
private class Harbour : Supplier<Preview> {
    override fun get(): Preview {
        val image = BufferedImage(160, 120, BufferedImage.TYPE_INT_RGB)
        for (y in 0 until 120) for (x in 0 until 160) image.setRGB(x, y, if (y < 70) 0x9CC4E4 else 0x2F5D7C)
        val jpeg = ByteArrayOutputStream().also { ImageIO.write(image, "jpg", it) }.toByteArray()
        return Preview(jpeg).also(::pictureOf)
    }
}

private val harbour = CompletableFuture.supplyAsync(Harbour()).get()

private val files = listOf(
    Row.File(1, false, "Results of the tests in November.pdf", 1_200_000, Key.FILE_OFFERED, null, null, today(13, 50)),
    Row.File(2, false, "Harbour.jpg", 3_400_000, Key.FILE_RECEIVED, null, "/tmp/Harbour.jpg", today(13, 51), preview = harbour),
    Row.File(3, true, "Letter.pdf", 40_000, Key.FILE_SENT, null, null, today(13, 52)),
    Row.File(4, true, "Film.mov", 900_000_000, Key.FILE_WAITING, null, null, today(13, 53)),
)
private val symbols = listOf("elephant", "hedgehog", "owl", "turtle", "frog", "whale")
    .zip(listOf("🐘", "🦔", "🦉", "🐢", "🐸", "🐳")) { name, picture -> Pictograph(picture, name) }

private fun page(name: String, screen: Screen, isLive: Boolean = false, rows: List<Row> = emptyList()) =
    Page(name, isLive) { deeds -> Stage(screen, home, rows, deeds) }

private val showing = Screen.ShowCode(Key.HOST_WAITING, null, false, NOW + 570, handout, sent = false)

/** Every screen, in each of its states. */
val pages: List<Page> = listOf(
    page("welcome", Screen.Welcome("Pixel 9")),
    Page("home-empty") { Stage(Screen.Home(), Screen.Home(), emptyList(), it) },
    page("home", home),
    Page("home-under-way") {
        val busy = Screen.Home(
            listOf(
                UnderWay(1, Key.HOST_WAITING, false, true, null),
                UnderWay(2, Key.UNDER_WAY_REPLY, false, false, "Jonas"),
                mira,
                UnderWay(4, Key.LINE_LEFT, true, true, "Ada", "Harbour.mov", today(9, 0) - 86_400, isOver = true),
            ),
            listOf(Waiting("b", false, null, null)),
            people,
        )
        Stage(busy, busy, emptyList(), it)
    },
    Page("home-notice", isLive = true) {
        Noted(Notice(Key.REPLY_FOUND, null, Way.TAKE_REPLY), {}, {}) { Stage(home, home, emptyList(), it) }
    },
    page("preparing", Screen.Preparing(kept = true), isLive = true),
    page("code", showing, isLive = true),
    page("code-sent", showing.copy(sent = true, expiresAt = today(18, 40)), isLive = true),
    page(
        "code-sent-unserved",
        showing.copy(sent = true, expiresAt = today(18, 40), invitation = Handout("https://handfast.example/#token", "token", "TOKEN", symbol)),
        isLive = true,
    ),
    page("code-asking", showing.copy(stage = Key.HOST_ASKING, triesLeft = 2), isLive = true),
    page("code-scan-now", showing.copy(stage = Key.HOST_SCAN_THEIR_CODE, scanNow = true), isLive = true),
    page(
        "code-trouble",
        showing.copy(sent = true, hint = Key.CAUSE_BOTH_STRICT, canTryHarder = true, stage = Key.HOST_OFFLINE),
        isLive = true,
    ),
    page("reply", Screen.Reply(handout, Key.CAUSE_REPLY_MISSING), isLive = true),
    page("scan-starting", Screen.Scan(Wanted.INVITATION, Camera.ASKING, null), isLive = true),
    page("scan", Screen.Scan(Wanted.INVITATION, Camera.RUNNING, null), isLive = true),
    page("scan-other-code", Screen.Scan(Wanted.REPLY, Camera.RUNNING, Key.SCAN_NOT_OURS), isLive = true),
    page("scan-denied", Screen.Scan(Wanted.INVITATION, Camera.DENIED, Key.CAMERA_DENIED), isLive = true),
    page("scan-no-camera", Screen.Scan(Wanted.INVITATION, Camera.MISSING, Key.CAMERA_MISSING), isLive = true),
    page("confirm", Screen.Confirm("Mira", null, Key.PROOF_CAMERA, today(18, 40))),
    page("confirm-asked", Screen.Confirm("Mira", "What was our first dog called?", Key.PROOF_CARRIED, today(18, 40))),
    page("confirm-network", Screen.Confirm(null, null, Key.PROOF_CARRIED, null, asksForNetwork = true)),
    page("connecting", Screen.Connecting(Key.GUEST_KNOCKING, null), isLive = true),
    page("connecting-trouble", Screen.Connecting(Key.GUEST_KNOCKING, Key.CAUSE_KEPT_APART, true), isLive = true),
    page("connecting-denied", Screen.Connecting(Key.GUEST_KNOCKING, Key.LOCAL_NETWORK_DENIED), isLive = true),
    page("question", Screen.Question(listOf("What was our first dog called?"), triesLeft = 3), isLive = true),
    page(
        "question-wrong",
        Screen.Question(listOf("What was our first dog called?"), 2, Key.KIND_WRONG_ANSWER, Key.QUESTION_REPEATED),
        isLive = true,
    ),
    page("locked-file", Screen.Question(listOf("Our boat?", "Our dog?"), size = 1_400_000, withCode = true)),
    page("locked-file-opening", Screen.Question(listOf("Our boat?"), size = 140_000_000, busy = true, progress = 0.4f), true),
    page("opened", Screen.Opened("letter.pdf", "application/pdf", 1_400_000, "/tmp/letter.pdf")),
    page("lock", Screen.Lock("letter.pdf", 1_400_000, Key.STRENGTH_WEAK, useless = false), isLive = true),
    page("lock-busy", Screen.Lock("letter.pdf", 1_400_000, Key.STRENGTH_FAIR, false, busy = true, progress = 0.6f), true),
    page(
        "sealed",
        Screen.Sealed("letter.pdf.handfast", 1_400_200, "/tmp/l", SecondCode("7KQ2 M9XT 4RDA PW3H 8NEC YF", "amber boat cedar dune")),
    ),
    page("moving", Screen.Moving()),
    page("moving-new", Screen.Moving(isNew = true)),
    page("moving-busy", Screen.Moving(busy = true), isLive = true),
    page("moved-out", Screen.Sealed("phone.handfast", 48_200, "/tmp/p", SecondCode("7KQ2 M9XT 4RDA PW3H 8NEC YF", "amber boat cedar dune"), isPhone = true)),
    page("moving-in", Screen.MovingIn(emptyList())),
    page("moving-in-wrong", Screen.MovingIn(listOf("Our boat?"), hint = Key.KIND_WRONG_ANSWER)),
    page("moving-in-found", Screen.MovingIn(emptyList(), found = Screen.MovingIn.Found(12, withMessages = true), erases = true)),
    page("sealed-without-code", Screen.Sealed("letter.pdf.handfast", 1_400_200, "/tmp/l", null)),
    page("compare", Screen.Compare("Mira", symbols, listOf("4711", "0815", "2026"))),
    page("conversation", talk, isLive = true, rows = rows),
    page("conversation-answers", talk, isLive = true, rows = answers),
    page("conversation-reply", talk.copy(subject = Subject(5, "See you at the harbour!", isEdit = false)), isLive = true, rows = rows.drop(2)),
    page("conversation-edit", talk.copy(subject = Subject(3, "Yes! Sending you the pictures now.", isEdit = true)), isLive = true, rows = rows.drop(2)),
    page("conversation-empty", talk, isLive = true),
    page("conversation-files", talk, isLive = true, rows = files),
    page(
        "conversation-decisions",
        talk.copy(
            trust = Key.TRUST_UNVERIFIED,
            compare = Key.COMPARE_OFFERED,
            limit = Key.LIMIT_MESSAGES,
            isHeld = true,
            canVouch = true,
            line = Key.LINE_INTERRUPTED,
        ),
        isLive = true,
        rows = rows.take(2),
    ),
    page("apart", apart, isLive = true),
    page(
        "apart-waits",
        apart.copy(apart = Apart(today(13, 2))),
        isLive = true,
        rows = rows.take(2) + Row.Text(6, true, "I am at the harbour now.", today(14, 4), Mark.ON_THIS_PHONE),
    ),
    page("apart-offline", apart.copy(line = Key.APART_OFFLINE), isLive = true, rows = rows.take(3)),
    page("apart-here", apart.copy(line = Key.APART_HERE), isLive = true, rows = rows.take(3)),
    page("apart-restored", apart.copy(line = Key.APART_HERE, apart = Apart(NOW - 86_400, Key.APART_RESTORED_THEIRS)), isLive = true, rows = rows.take(1)),
    page("conversation-over-found", talk.copy(line = Key.KIND_THEY_LEFT, isOver = true, canSeek = true), isLive = true, rows = rows.take(2)),
    page("conversation-over", talk.copy(line = Key.KIND_THEY_LEFT, isOver = true), isLive = true, rows = rows.filterIsInstance<Row.Text>()),
    Page("conversation-copying", isLive = true) {
        Stage(talk, home, rows.take(2), it, Copying(1, 3, "Holiday.mov", 300_000_000, 900_000_000))
    },
    Page("taking-in", isLive = true) {
        Stage(Screen.TakingIn("Holiday.mov"), home, emptyList(), it, takingIn = Copying(1, null, "Holiday.mov", 300_000_000, 900_000_000))
    },
    page(
        "which",
        Screen.Which(
            listOf(
                FoundToken(Key.FOUND_INVITATION, "Mira", today(18, 40)),
                FoundToken(Key.FOUND_INVITATION, null, null),
                FoundToken(Key.FOUND_REPLY, null, null),
                FoundToken(Key.FOUND_LOCKED, null, null),
            ),
        ),
    ),
    page("to-whom", Screen.ToWhom(listOf("Harbour.jpg", "Boat.jpg"), "Look at these", listOf(mira))),
    page("to-whom-away", Screen.ToWhom(listOf("Harbour.jpg"), "Look at this", listOf(mira, aydin), listOf(people[1], people[3]))),
    page("to-whom-nobody", Screen.ToWhom(listOf("Harbour.jpg"), null, emptyList())),
    page("person", Screen.Person(people[1].copy(ways = listOf(ReachedBy("198.51.100.7", NOW - 86_400), ReachedBy("192.168.1.20", NOW - 86_400 * 2))))),
    page("person-here", Screen.Person(people[0].copy(ownName = "Miranda", trusted = NOW - 86_400 * 3), mira)),
    page("person-fallen", Screen.Person(people[2].copy(hasFallen = true), aydin)),
    Page("person-name") { Person(Screen.Person(people[0].copy(ownName = "Miranda")), it.person, naming = true) },
    page("person-blocked", Screen.Person(people[1].copy(isBlocked = true, ownName = "Heinrich", takesFilesUpTo = 100_000_000))),
    page("person-replaced", Screen.Person(people[1].copy(isReplaced = true)), isLive = true),
    page("person-frozen", Screen.Person(people[1].copy(isFrozen = true, canBeFound = false)), isLive = true),
    page("person-unnamed", Screen.Person(people[3])),
    page("outlook-looking", Screen.Outlook(null), isLive = true),
    page(
        "outlook",
        Screen.Outlook(
            Report(
                Key.OPENING_SAME,
                Key.OPENING_ABSENT,
                Key.PORT_NOT_OFFERED,
                listOf(
                    Expected(Key.SITUATION_SAME_NETWORK, Key.CHANCE_YES, false),
                    Expected(Key.SITUATION_TWO_SCANS, Key.CHANCE_LIKELY, false),
                    Expected(Key.SITUATION_STRICT_THERE, Key.CHANCE_UNLIKELY, true),
                ),
                listOf("stun.example.org:3478"),
            ),
        ),
    ),
    page("settings", Screen.Settings("Ada", Preferences(true, emptyList(), true), listOf("stun.example.org:3478"), choices = Choices())),
    page(
        "settings-advanced",
        Screen.Settings("Ada", Preferences(true, listOf("::1]"), false), listOf("stun.example.org:3478"), Key.KIND_NOT_A_SERVER, Choices(linkBase = "https://meet.test/")),
    ),
    page("help-hotspot", Screen.Help(Topic.HOTSPOT)),
    page("help-links", Screen.Help(Topic.LINKS)),
    page("help-links-allowed", Screen.Help(Topic.LINKS, opensLinks = true), isLive = true),
    Page("ask-first") { AskFirst({}) {} },
    page(
        "conversation-asks",
        talk.copy(
            asks = Inquiry("What was our first dog called?", Key.ASKS_WRONG, isOpen = true, triesLeft = 2),
            asked = Inquiry("Where did we meet?", Key.ASKED_RIGHT, isOpen = false),
        ),
        isLive = true,
        rows = rows.take(1),
    ),
    page("ask-them", Screen.Ask("Mira")),
    page("conversation-disappears", talk, isLive = true, rows = disappearing),
    page("conversation-locked", talk, isLive = true, rows = locked),
    page("apart-locked", apart, isLive = true, rows = locked.take(1) + Row.Locked(4, true, listOf("What did grandpa call his boat?"), today(14, 4))),
    page("conversation-over-locked", talk.copy(line = Key.KIND_THEY_LEFT, isOver = true), isLive = true, rows = locked),
    page("lock-message", Screen.LockMessage("Under the third stone.", 5, Key.STRENGTH_WEAK, useless = false), isLive = true),
    page("lock-message-busy", Screen.LockMessage("Under the third stone.", 5, Key.STRENGTH_FAIR, false, busy = true), isLive = true),
    page("lock-message-refused", Screen.LockMessage("", 1, hint = Key.KIND_NOT_NOW)),
    page("locked-message", Screen.Question(listOf("Who taught us to sail?", "And where?"), isMessage = true)),
    page("locked-message-wrong", Screen.Question(listOf("Who taught us to sail?"), hint = Key.KIND_WRONG_ANSWER, isMessage = true)),
    page("locked-message-opening", Screen.Question(listOf("Who taught us to sail?"), busy = true, isMessage = true), isLive = true),
    page("opened-message", Screen.OpenedMessage("Under the third stone.\nPut it back when you come home.")),
    page("search", Screen.Search("Mira")),
    page(
        "search-found",
        Screen.Search(
            "Mira",
            "harbour",
            listOf(Hit(false, "See you at the harbour!", today(14, 2)), Hit(true, "The harbour is closed on Mondays.", today(9, 30) - 86_400 * 9)),
            hasMore = true,
        ),
    ),
    page("search-nothing", Screen.Search("Mira", "lighthouse"), isLive = true),
    page("hand-on", Screen.HandOn("Dr. Aydin", 3, isAll = true, Carried(ByteArray(0)), handout)),
    page("hand-on-file", Screen.HandOn("Dr. Aydin", 41, isAll = false, Carried(ByteArray(0))), isLive = true),
    page("ended", Screen.Ended(Key.KIND_NOT_REACHED, Key.REMEDY_TRY_TOGETHER, Way.SHOW_CODE), isLive = true),
    page("key-lost", Screen.KeyLost(isForGood = true)),
    page("key-kept-back", Screen.KeyLost(isForGood = false)),
    page("not-opened", Screen.NotOpened(Key.KIND_STORAGE, null)),
    page("not-opened-full", Screen.NotOpened(Key.KIND_STORAGE_FULL, Key.REMEDY_MAKE_ROOM, Way.STORAGE_SETTINGS)),
    page("not-opened-locked", Screen.NotOpened(Key.KIND_KEY_STORE_LOCKED, Key.REMEDY_UNLOCK, canStartAnew = false)),
    Page("covered") { Covered(true, {}) {} },
)

/** A phone that does nothing. */
object NoPhone : Phone {
    override fun invite(send: Boolean, protection: Protection?) = Unit
    override fun connect() = Unit
    override fun meet(contact: String) = Unit
    override fun resume(id: String) = Unit
    override fun paste() = Unit
    override fun pickPicture() = Unit
    override fun pickFile() = Unit
    override fun pickToLock() = Unit
    override fun attachFiles() = Unit
    override fun attachPictures() = Unit
    override fun takePicture() = Unit
    override fun shareLink(handout: Handout) = Unit
    override fun sharePicture(handout: Handout) = Unit
    override fun shareFile(handout: Handout) = Unit
    override fun shareFile(name: String, bytes: ByteArray) = Unit
    override fun shareFile(path: String, type: String?) = Unit
    override fun openFile(path: String, type: String?) = Unit
    override fun saveFile(name: String, path: String) = Unit
    override fun copy(text: String, secret: Boolean) = Unit
    override fun openLink(address: String) = Unit
    override fun go(way: Way) = Unit
    override fun allowLinks() = Unit
    override fun feel(what: Felt) = Unit
    override fun hide(isHidden: Boolean) = Unit
    override fun dropped(event: DragAndDropEvent) = false

    @Composable
    override fun Viewfinder(torch: Boolean, modifier: Modifier) = Box(modifier.background(Color(0xFF26302C)))
}
