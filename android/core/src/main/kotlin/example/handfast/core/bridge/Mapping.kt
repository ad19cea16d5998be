package example.handfast.core.bridge

import example.handfast.bindings.Bundle
import example.handfast.bindings.Code
import example.handfast.bindings.DeliveryMode
import example.handfast.bindings.Entry
import example.handfast.bindings.FileState
import example.handfast.bindings.Finding
import example.handfast.bindings.NetworkReport
import example.handfast.bindings.Pending
import example.handfast.bindings.Remedy
import example.handfast.bindings.Role
import example.handfast.bindings.remedyOf
import example.handfast.core.Answered
import example.handfast.core.Apart
import example.handfast.core.Carried
import example.handfast.core.Contact
import example.handfast.core.Expected
import example.handfast.core.Handout
import example.handfast.core.Hit
import example.handfast.core.Inquiry
import example.handfast.core.Key
import example.handfast.core.Mark
import example.handfast.core.Notice
import example.handfast.core.Outcome
import example.handfast.core.Pictograph
import example.handfast.core.Preferences
import example.handfast.core.Preview
import example.handfast.core.Protection
import example.handfast.core.Quote
import example.handfast.core.Reaction
import example.handfast.core.Report
import example.handfast.core.ReachedBy
import example.handfast.core.Row
import example.handfast.core.Screen
import example.handfast.core.SecondCode
import example.handfast.core.Waiting
import example.handfast.core.Way
import example.handfast.bindings.Answered as CoreAnswered
import example.handfast.bindings.Asked as CoreAsked
import example.handfast.bindings.Contact as CoreContact
import example.handfast.bindings.Handout as CoreHandout
import example.handfast.bindings.Hit as CoreHit
import example.handfast.bindings.Mark as CoreMark
import example.handfast.bindings.Preferences as CorePreferences
import example.handfast.bindings.Protection as CoreProtection
import example.handfast.bindings.Quote as CoreQuote
import example.handfast.bindings.Screen as CoreScreen

/** The core names its sentences; a test of the core holds them and the strings together. */
internal fun key(id: String) = Key.valueOf(id.uppercase())

/** How a session looks. */
class View internal constructor(
    private val screen: CoreScreen,
    /** Why a conversation that is still to be read is over. */
    val over: Key? = null,
) {
    val isHosting get() = screen is CoreScreen.Hosting
    val isLocked get() = screen is CoreScreen.Locked
    val isTalking = screen.isTalking()

    /** The person is asked something about an invitation before anything is sent. */
    val isChoice = screen.isChoice()

    /** Somebody's invitation is knocked at. */
    val isKnocking = screen.isKnocking()

    /** Something waits for the other side, or soon will. */
    val isWaiting = screen.isWaiting()

    /** Somebody who was met before is looked for. */
    val isApart = screen.isApart()

    /** Who of the people is on the other side, once that is known. */
    val contact = screen.contact()

    /** Nothing is left to show. */
    val isClosed get() = screen is CoreScreen.Closed

    /** Why it is over, if something came in between. */
    val end get() = (screen as? CoreScreen.Ended)?.let { Refusal(it.kind) }

    /** Who is there, or what an invitation calls its host. */
    val name = screen.name()

    /** How it stands, in a list. */
    val status = over ?: key(screen.status())

    /** The same conversation, to be read when it is over, for that reason. */
    fun over(why: Key) = View(screen, why)

    /** The screen for it; none if nothing is left to show. */
    fun screen(hint: Key?) = screen.own(hint).let { shown ->
        if (over != null && shown is Screen.Conversation) {
            shown.copy(line = over, compare = null, limit = null, isHeld = false, canVouch = false, isOver = true, apart = null, asked = null, asks = null)
        } else {
            shown
        }
    }
}

private fun CoreScreen.own(denied: Key?): Screen? = when (this) {
    is CoreScreen.Preparing -> Screen.Preparing(isKept)
    is CoreScreen.Hosting -> Screen.ShowCode(
        stage = key(status()),
        triesLeft = triesLeft()?.toInt(),
        scanNow = mustScan(),
        expiresAt = expiresAt.toLong(),
        invitation = invitation.own(),
        sent = delivery == DeliveryMode.SEND,
        hint = hint()?.let(::key),
        canTryHarder = canTryHarder(),
    )
    is CoreScreen.Locked -> Screen.Question(
        questions = questions,
        hint = hint()?.let(::key),
        busy = isUnlocking,
        withCode = withCode,
    )
    is CoreScreen.InvitationOpened -> Screen.Confirm(name, question, key(proof()!!), expiresAt?.toLong())
    is CoreScreen.Connecting -> Screen.Connecting(key(status()), denied ?: hint()?.let(::key), canTryHarder())
    is CoreScreen.ReplyNeeded -> Screen.Reply(reply.own(), denied ?: hint()?.let(::key), canTryHarder())
    is CoreScreen.Asking -> Screen.Question(
        questions = listOf(question),
        triesLeft = triesLeft.toInt(),
        hint = hint()?.let(::key),
        warning = warning()?.let(::key),
    )
    is CoreScreen.Apart -> Screen.Conversation(
        name = person.name,
        trust = key(person.trust()),
        reason = key(person.trustReason()),
        line = key(status()),
        contact = contact,
        apart = Apart(heard.toLong(), hint()?.let(::key)),
        asked = questions.ours?.own(isOurs = true),
        asks = questions.theirs?.own(isOurs = false),
    )
    is CoreScreen.Comparing -> Screen.Compare(
        name = person.name,
        symbols = symbols.map { Pictograph(it.picture, it.name) },
        digits = digits,
    )
    is CoreScreen.Talking -> Screen.Conversation(
        name = person.name,
        trust = key(person.trust()),
        reason = key(person.trustReason()),
        canVouch = person.canBeVouchedFor(),
        line = Key.LINE_INTERRUPTED.takeIf { isInterrupted },
        compare = hint()?.let(::key),
        limit = limit()?.let(::key),
        isHeld = isHeld(),
        contact = contact,
        asked = questions.ours?.own(isOurs = true),
        asks = questions.theirs?.own(isOurs = false),
    )
    is CoreScreen.Closed -> null
    is CoreScreen.Ended -> Screen.Ended(key(kind.key()), remedy.key()?.let(::key), remedy.way)
}

/** What to say about an error that leaves the screen as it is. */
fun Refusal.notice() = screen().let { Notice(it.what, it.next, it.way.takeIf { way -> way != Way.HOME }) }

/** The whole screen for an error without which nothing can be shown. */
fun Refusal.screen(): Screen.Ended {
    val remedy = remedyOf(kind)
    return Screen.Ended(key(kind.key()), remedy.key()?.let(::key), remedy.way)
}

internal fun Answered.core() = CoreAnswered(question, answer)

internal fun Protection?.own(): CoreProtection = when {
    this == null -> CoreProtection.Open
    lock -> CoreProtection.Locked(CoreAnswered(question, answer))
    else -> CoreProtection.Asked(CoreAnswered(question, answer))
}

internal fun Pending.own() = Waiting(id, role == Role.HOST, name, expiresAt?.toLong(), session?.toLong())

internal fun CoreContact.own() = Contact(
    id = id,
    name = person.name,
    trust = key(person.trust()),
    reason = key(person.trustReason()),
    since = since.toLong(),
    ownName = ownName,
    trusted = trusted.toLong(),
    hasFallen = hasFallen,
    heard = heard?.toLong()?.takeIf { it > 0 },
    canBeFound = canBeFound,
    isBlocked = isBlocked,
    isFrozen = isFrozen,
    isReplaced = isReplaced,
    takesFilesUpTo = takesFilesUpTo?.toLong(),
    unread = unread.toInt(),
    lastSaid = lastSaid?.toLong(),
    ways = ways.map { ReachedBy(it.address, it.at.toLong()) },
)

internal fun Code.own() = use { SecondCode(it.characters(), it.words()) }

internal fun CorePreferences.own() = Preferences(askServers, servers, askRouter, guess)

internal fun Preferences.core() = CorePreferences(askServers, servers, askRouter, guess)

internal fun NetworkReport.own() = Report(
    ipv4 = key(ipv4Key()),
    ipv6 = key(ipv6Key()),
    port = portKey()?.let(::key),
    works = works.map { Expected(key(it.situationKey()), key(it.chanceKey()), it.needsIpv6) },
    asked = serversAsked,
)

private fun CoreAsked.own(isOurs: Boolean) = Inquiry(question, key(key(isOurs)), isOpen(), triesLeft()?.toInt())

internal fun CoreHit.own() = Hit(ours, text, at.toLong())

internal fun Bundle.own(name: String) = Screen.HandOn(name, messages.toInt(), isAll, Carried(file), handout?.own())

internal fun Outcome.own() = when (this) {
    Outcome.SAME -> Finding.SAME
    Outcome.DIFFERENT -> Finding.DIFFERENT
    Outcome.LATER -> Finding.LATER
}

internal fun Entry.row(): Row = when (this) {
    is Entry.Text -> Row.Text(
        number = number.toLong(),
        ours = ours,
        text = text,
        at = at.toLong(),
        mark = mark.own(),
        isOld = isOld,
        quote = quote?.let { Quote((it as? CoreQuote.Text)?.text, it.key()?.let(::key)) },
        reactions = reactions.map { Reaction(it.ours, it.symbol) },
        isEdited = isEdited,
        endsAt = endsAt?.toLong(),
    )
    is Entry.Locked -> Row.Locked(number.toLong(), ours, questions, at.toLong(), mark.own(), isOld)
    is Entry.Life -> Row.Life(number.toLong(), ours, after?.toLong(), holds, at.toLong(), isOld)
    is Entry.Note -> Row.Note(number.toLong(), ours, key(note.key()), at.toLong(), isOld)
    is Entry.File -> Row.File(
        number = number.toLong(),
        ours = ours,
        name = name,
        size = size.toLong(),
        state = key(state.status()),
        done = (state as? FileState.Moving)?.done?.toLong(),
        path = (state as? FileState.Done)?.path,
        at = at.toLong(),
        mark = mark.own(),
        isOld = isOld,
        preview = preview?.let(::Preview),
    )
}

private fun CoreMark.own() = when (this) {
    CoreMark.NOBODY -> Mark.NOBODY
    CoreMark.ON_THIS_DEVICE -> Mark.ON_THIS_PHONE
    CoreMark.ON_THEIRS -> Mark.ON_THEIRS
}

private fun CoreHandout.own() = Handout(link, text, symbol, Device.symbol(symbol))

private val Remedy.way
    get() = when (this) {
        Remedy.NOTHING, Remedy.RETYPE, Remedy.FINISH_FIRST, Remedy.UPDATE, Remedy.WAIT -> Way.HOME
        Remedy.ASK_AGAIN, Remedy.HAND_IN_ANOTHER -> Way.SCAN
        Remedy.INVITE_AGAIN, Remedy.TRY_TOGETHER -> Way.SHOW_CODE
        Remedy.CHECK_NETWORK -> Way.NETWORK_SETTINGS
        Remedy.MAKE_ROOM -> Way.STORAGE_SETTINGS
        Remedy.UNLOCK, Remedy.RESTART -> Way.RESTART
    }
