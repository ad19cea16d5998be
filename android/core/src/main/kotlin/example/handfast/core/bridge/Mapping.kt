package example.handfast.core.bridge

import example.handfast.bindings.Answered
import example.handfast.bindings.Cause
import example.handfast.bindings.Chance
import example.handfast.bindings.Code
import example.handfast.bindings.Entry
import example.handfast.bindings.FileState
import example.handfast.bindings.Finding
import example.handfast.bindings.GuestStage
import example.handfast.bindings.HostStage
import example.handfast.bindings.ErrorKind
import example.handfast.bindings.DeliveryMode
import example.handfast.bindings.NetworkReport
import example.handfast.bindings.Reachability
import example.handfast.bindings.Pending
import example.handfast.bindings.PortAnswer
import example.handfast.bindings.Reached
import example.handfast.bindings.Remedy
import example.handfast.bindings.Role
import example.handfast.bindings.Situation
import example.handfast.bindings.Strength
import example.handfast.bindings.TrustLevel
import example.handfast.bindings.TrustReason
import example.handfast.bindings.Provenance
import example.handfast.bindings.Wish
import example.handfast.bindings.remedyOf
import example.handfast.core.Contact
import example.handfast.core.Expected
import example.handfast.core.Handout
import example.handfast.core.Key
import example.handfast.core.Notice
import example.handfast.core.Outcome
import example.handfast.core.Pictograph
import example.handfast.core.Preferences
import example.handfast.core.Protection
import example.handfast.core.Report
import example.handfast.core.Row
import example.handfast.core.Screen
import example.handfast.core.SecondCode
import example.handfast.core.Waiting
import example.handfast.core.Way
import example.handfast.bindings.Contact as CoreContact
import example.handfast.bindings.Handout as CoreHandout
import example.handfast.bindings.Preferences as CorePreferences
import example.handfast.bindings.Protection as CoreProtection
import example.handfast.bindings.Screen as CoreScreen

/** How a session looks. */
class View internal constructor(private val screen: CoreScreen) {
    val isHosting get() = screen is CoreScreen.Hosting
    val isTalking get() = screen is CoreScreen.Talking || screen is CoreScreen.Comparing
    val isLocked get() = screen is CoreScreen.Locked

    /** The person is asked something about an invitation before anything is sent. */
    val isChoice get() = isLocked || screen is CoreScreen.InvitationOpened

    /** Somebody's invitation is knocked at. */
    val isKnocking get() = screen is CoreScreen.Connecting || screen is CoreScreen.ReplyNeeded

    /** Something waits for the other side, or soon will. */
    val isWaiting get() = screen is CoreScreen.Preparing || isHosting || isKnocking || screen is CoreScreen.Asking

    /** Nothing is left to show. */
    val isClosed get() = screen is CoreScreen.Closed

    /** Why it is over, if something came in between. */
    val end get() = (screen as? CoreScreen.Ended)?.let { Refusal(it.kind) }

    /** Who is there, or what an invitation calls its host. */
    val name
        get() = when (screen) {
            is CoreScreen.Talking -> screen.person.name
            is CoreScreen.Comparing -> screen.person.name
            is CoreScreen.InvitationOpened -> screen.name
            else -> null
        }

    /** How it stands, in a list. */
    val status
        get() = when (screen) {
            is CoreScreen.Preparing -> Key.UNDER_WAY_PREPARING
            is CoreScreen.Hosting -> screen.key
            is CoreScreen.Locked, is CoreScreen.InvitationOpened -> Key.UNDER_WAY_OPENED
            is CoreScreen.Connecting -> screen.key
            is CoreScreen.ReplyNeeded -> Key.UNDER_WAY_REPLY
            is CoreScreen.Asking -> Key.UNDER_WAY_ASKING
            is CoreScreen.Comparing -> Key.UNDER_WAY_TALKING
            is CoreScreen.Talking -> if (screen.isInterrupted) Key.LINE_INTERRUPTED else Key.UNDER_WAY_TALKING
            is CoreScreen.Closed -> Key.KIND_CANCELLED
            is CoreScreen.Ended -> screen.kind.key
        }

    /** The screen for it; none if nothing is left to show. */
    fun screen(hint: Key?) = screen.own(hint)
}

private fun CoreScreen.own(hint: Key?): Screen? = when (this) {
    is CoreScreen.Preparing -> Screen.Preparing(isKept)
    is CoreScreen.Hosting -> Screen.ShowCode(
        stage = key,
        triesLeft = (stage as? HostStage.Asking)?.triesLeft?.toInt(),
        scanNow = stage == HostStage.ScanTheirCode,
        expiresAt = expiresAt.toLong(),
        invitation = invitation.own(),
        sent = delivery == DeliveryMode.SEND,
        hint = if (isOutdated) Key.INVITATION_OUTDATED else cause?.key,
        canTryHarder = cause.isStrict,
    )
    is CoreScreen.Locked -> Screen.Question(
        questions = questions,
        hint = Key.KIND_WRONG_ANSWER.takeIf { wasWrong },
        busy = isUnlocking,
        withCode = withCode,
    )
    is CoreScreen.InvitationOpened -> Screen.Confirm(name, question, provenance.key, expiresAt?.toLong())
    is CoreScreen.Connecting -> Screen.Connecting(
        key,
        hint ?: Key.CAUSE_SEAT_TAKEN.takeIf { stage == GuestStage.SLOT_TAKEN } ?: cause?.key,
        cause.isStrict,
    )
    is CoreScreen.ReplyNeeded -> Screen.Reply(
        reply.own(),
        hint ?: Key.CAUSE_SEAT_TAKEN.takeIf { isSlotTaken } ?: cause?.key,
        cause.isStrict,
    )
    is CoreScreen.Asking -> Screen.Question(
        questions = listOf(question),
        triesLeft = triesLeft.toInt(),
        hint = Key.KIND_WRONG_ANSWER.takeIf { wasWrong },
        warning = Key.QUESTION_REPEATED.takeIf { isRepeated },
    )
    is CoreScreen.Comparing -> Screen.Compare(
        name = person.name,
        symbols = symbols.map { Pictograph(it.picture, it.name) },
        digits = digits,
    )
    is CoreScreen.Talking -> Screen.Conversation(
        name = person.name,
        trust = person.level.key,
        reason = person.reason.key,
        line = Key.LINE_INTERRUPTED.takeIf { isInterrupted },
        compare = wish.key,
        limit = reached?.key,
        isHeld = reached == Reached.MESSAGES || reached == Reached.TEXT,
    )
    is CoreScreen.Closed -> null
    is CoreScreen.Ended -> Screen.Ended(kind.key, remedy.key, remedy.way)
}

/** What to say about an error that leaves the screen as it is. */
fun Refusal.notice(): Notice {
    val remedy = remedyOf(kind)
    return Notice(kind.key, remedy.key, remedy.way.takeIf { it != Way.HOME })
}

internal fun Protection?.own(): CoreProtection = when {
    this == null -> CoreProtection.Open
    lock -> CoreProtection.Locked(Answered(question, answer))
    else -> CoreProtection.Asked(Answered(question, answer))
}

internal fun Pending.own() = Waiting(id, role == Role.HOST, name, expiresAt?.toLong(), session?.toLong())

internal fun CoreContact.own() = Contact(id, person.name, person.level.key, person.reason.key, since.toLong())

internal fun Code.own() = use { SecondCode(it.characters(), it.words()) }

/** Strengths are called the same on every side of the boundary; a test holds the two lists together. */
internal val Strength.key get() = Key.valueOf("STRENGTH_$name")

/** Found at once, whatever else is true. */
internal val Strength.isTrivial
    get() = this == Strength.ONE_CHARACTER || this == Strength.COMMON || this == Strength.IN_QUESTION

internal fun CorePreferences.own() = Preferences(askServers, servers, askRouter, guess)

internal fun Preferences.core() = CorePreferences(askServers, servers, askRouter, guess)

internal fun NetworkReport.own() = Report(
    ipv4 = ipv4.key,
    ipv6 = ipv6.key,
    port = port?.key,
    works = works.map { Expected(it.situation.key, it.chance.key, it.needsIpv6) },
    asked = serversAsked,
)

// These are called the same on every side of the boundary; a test holds the lists together.
internal val Cause.key get() = Key.valueOf("CAUSE_$name")
internal val Reachability.key
    get() = when (this) {
        Reachability.ADDRESS_DEPENDENT -> Key.OPENING_STRICT
        Reachability.ENDPOINT_INDEPENDENT -> Key.OPENING_SAME
        else -> Key.valueOf("OPENING_$name")
    }
internal val PortAnswer.key get() = Key.valueOf("PORT_$name")
internal val Situation.key get() = Key.valueOf("SITUATION_$name")
internal val Chance.key get() = Key.valueOf("CHANCE_$name")

/** A strict network is in between, past which more can be tried. */
private val Cause?.isStrict get() = this == Cause.ONE_STRICT || this == Cause.STRICT_UNREPLIED

internal fun Outcome.own() = when (this) {
    Outcome.SAME -> Finding.SAME
    Outcome.DIFFERENT -> Finding.DIFFERENT
    Outcome.LATER -> Finding.LATER
}

/** The whole screen for an error without which nothing can be shown. */
fun Refusal.screen(): Screen {
    val remedy = remedyOf(kind)
    return Screen.Ended(kind.key, remedy.key, remedy.way)
}

internal fun Entry.row(): Row = when (this) {
    is Entry.Text -> Row.Text(number.toLong(), ours, text)
    is Entry.File -> Row.File(
        number = number.toLong(),
        ours = ours,
        name = name,
        size = size.toLong(),
        state = state.key,
        done = (state as? FileState.Moving)?.done?.toLong(),
        path = (state as? FileState.Done)?.path,
    )
}

private fun CoreHandout.own() = Handout(link, text, symbol)

private val FileState.key
    get() = when (this) {
        is FileState.Offered -> Key.FILE_OFFERED
        is FileState.Waiting -> Key.FILE_WAITING
        is FileState.Moving -> Key.FILE_MOVING
        is FileState.Done -> if (path == null) Key.FILE_SENT else Key.FILE_RECEIVED
        is FileState.Failed -> kind.key
    }

private val CoreScreen.Hosting.key
    get() = if (isOffline) Key.HOST_OFFLINE else when (stage) {
        HostStage.Waiting -> Key.HOST_WAITING
        HostStage.TheyAreHere -> Key.HOST_THEY_ARE_HERE
        HostStage.ScanTheirCode -> Key.HOST_SCAN_THEIR_CODE
        HostStage.ShowAgain -> Key.HOST_SHOW_AGAIN
        HostStage.Checking -> Key.HOST_CHECKING
        is HostStage.Asking -> Key.HOST_ASKING
    }

private val CoreScreen.Connecting.key
    get() = if (isOffline) Key.GUEST_OFFLINE else when (stage) {
        GuestStage.KNOCKING, GuestStage.SLOT_TAKEN -> Key.GUEST_KNOCKING
        GuestStage.ANSWERED -> Key.GUEST_ANSWERED
        GuestStage.CHECKING -> Key.GUEST_CHECKING
    }

private val Provenance.key
    get() = when (this) {
        Provenance.CAMERA -> Key.PROOF_CAMERA
        Provenance.CARRIED -> Key.PROOF_CARRIED
        Provenance.LOCKED -> Key.PROOF_LOCKED
    }

private val Wish.key
    get() = when (this) {
        Wish.NOBODY -> null
        Wish.OURS -> Key.COMPARE_ASKED
        Wish.THEIRS -> Key.COMPARE_OFFERED
    }

private val Reached.key
    get() = when (this) {
        Reached.MESSAGES, Reached.TEXT -> Key.LIMIT_MESSAGES
        Reached.FILES -> Key.LIMIT_FILES
    }

private val TrustLevel.key
    get() = when (this) {
        TrustLevel.UNVERIFIED -> Key.TRUST_UNVERIFIED
        TrustLevel.INTRODUCED -> Key.TRUST_INTRODUCED
        TrustLevel.ANSWER_CHECKED -> Key.TRUST_ANSWER_CHECKED
        TrustLevel.VERIFIED -> Key.TRUST_VERIFIED
    }

private val TrustReason.key
    get() = when (this) {
        TrustReason.OPEN_LINK -> Key.REASON_OPEN_LINK
        TrustReason.SAW_THE_CODE -> Key.REASON_SAW_THE_CODE
        TrustReason.THEIR_QUESTION -> Key.REASON_THEIR_QUESTION
        TrustReason.BY_YOUR_WORD -> Key.REASON_BY_YOUR_WORD
        TrustReason.INTRODUCED -> Key.REASON_INTRODUCED
        TrustReason.LOCKED_LINK -> Key.REASON_LOCKED_LINK
        TrustReason.ANSWERED -> Key.REASON_ANSWERED
        TrustReason.SCANNED -> Key.REASON_SCANNED
        TrustReason.COMPARED -> Key.REASON_COMPARED
        TrustReason.DIFFERENT -> Key.REASON_DIFFERENT
    }

/** A kind is called the same on every side of the boundary; a test holds the two lists together. */
private val ErrorKind.key get() = Key.valueOf("KIND_$name")

private val Remedy.key
    get() = if (this == Remedy.NOTHING) null else Key.valueOf("REMEDY_$name")

private val Remedy.way
    get() = when (this) {
        Remedy.NOTHING, Remedy.RETYPE, Remedy.FINISH_FIRST, Remedy.UPDATE, Remedy.WAIT -> Way.HOME
        Remedy.ASK_AGAIN, Remedy.HAND_IN_ANOTHER -> Way.SCAN
        Remedy.INVITE_AGAIN, Remedy.TRY_TOGETHER -> Way.SHOW_CODE
        Remedy.CHECK_NETWORK -> Way.NETWORK_SETTINGS
        Remedy.MAKE_ROOM -> Way.STORAGE_SETTINGS
        Remedy.UNLOCK, Remedy.RESTART -> Way.RESTART
    }
