package example.handfast.core

/**
 * What the app shows: one of these at a time, complete in itself. A view draws it and hands what a
 * person does to [AppModel]; it never asks anything else.
 */
sealed interface Screen {
    /** The first start: what is the person called? [suggested]: what the phone is called. */
    data class Welcome(val suggested: String) : Screen

    /** Nothing is looked at. What is under way can be, and what waits can be gone on with. */
    data class Home(
        val underWay: List<UnderWay> = emptyList(),
        val waiting: List<Waiting> = emptyList(),
        val people: List<Contact> = emptyList(),
    ) : Screen {
        /** What is under way with somebody, or is over and can be read. */
        fun with(contact: Contact) = underWay.find { it.contact == contact.id }

        /** Where they are, as far as that is known. */
        fun presence(contact: Contact) = with(contact).presence

        /** How much of theirs was not seen. */
        fun unread(contact: Contact) = maxOf(contact.unread, with(contact)?.unread ?: 0)

        /** What is under way with nobody of the [people]. */
        val others get() = underWay.filter { one -> people.none { it.id == one.contact } }
    }

    /** What the person is called, and whom this phone may ask how it is seen from outside. */
    data class Settings(
        /** What others see; empty where no name was asked for. */
        val name: String,
        val chosen: Preferences,
        /** The servers that are asked if the person names no other. */
        val usual: List<String>,
        /** What was wrong with what was typed. */
        val hint: Key? = null,
        /** None where it is not the app's to choose. */
        val choices: Choices? = null,
        /** What was wrong with the beginning of links that was typed. */
        val linkHint: Key? = null,
    ) : Screen

    /** What works from here; none while it is being found out, which takes some seconds. */
    data class Outlook(val report: Report?) : Screen

    /** How to get over something that only people can. [opensLinks]: a tapped link opens this app already. */
    data class Help(val topic: Topic, val opensLinks: Boolean = false) : Screen

    /** Somebody who was met. [talk]: what is under way with them. */
    data class Person(val contact: Contact, val talk: UnderWay? = null) : Screen {
        val presence get() = talk.presence
    }

    /**
     * An invitation is being made, or made ready again, which takes some seconds where it is for somebody
     * elsewhere. [kept]: it waits on if it is put aside; a new one is gone then.
     */
    data class Preparing(val kept: Boolean) : Screen

    /** Our invitation, as large as the screen allows. */
    data class ShowCode(
        val stage: Key,
        /** While they are answering our question. */
        val triesLeft: Int?,
        /** The other side's code has to be scanned now. */
        val scanNow: Boolean,
        /** Seconds since 1970-01-01 UTC. */
        val expiresAt: Long,
        val invitation: Handout,
        /** It was made to be sent, not only to be shown. */
        val sent: Boolean,
        /** What stands in the way, with the one thing to try. */
        val hint: Key? = null,
        /** More could be tried to get past a strict network. */
        val canTryHarder: Boolean = false,
    ) : Screen

    /** The camera, and the ways around it. */
    data class Scan(val wanted: Wanted, val camera: Camera, val hint: Key?) : Screen

    /** More than one was found in a picture or file: which is meant? */
    data class Which(val found: List<FoundToken>) : Screen

    /** Whether to connect. Nothing has been sent. */
    data class Confirm(
        val name: String?,
        /** What will be asked once connected. They wrote it. */
        val question: String?,
        val proof: Key,
        val expiresAt: Long?,
        /** The system will ask next whether this app may reach others on the same network. */
        val asksForNetwork: Boolean = false,
    ) : Screen

    /** Questions that the other side wrote: while connecting, or before something locked opens. A message may be our own. */
    data class Question(
        val questions: List<String>,
        /** None where nobody counts. */
        val triesLeft: Int? = null,
        /** What was wrong with the answers before. */
        val hint: Key? = null,
        /** What to think of before answering once more. */
        val warning: Key? = null,
        /** It is being opened, which takes about a second. */
        val busy: Boolean = false,
        /** A code of a second channel is needed as well. */
        val withCode: Boolean = false,
        /** The bytes of a locked file; none where it is something else that asks. */
        val size: Long? = null,
        /** How much of it is opened, from 0 to 1. */
        val progress: Float? = null,
        /** A locked message asks. */
        val isMessage: Boolean = false,
    ) : Screen {
        /** It is nobody who asks, but something locked that lies here. */
        val isOfSomethingLocked get() = size != null || isMessage
    }

    /** A file that was locked. It is never opened by itself. */
    data class Opened(val name: String, val type: String?, val size: Long, val path: String) : Screen

    /** The person makes up a question that locks a file of theirs. */
    data class Lock(
        val name: String,
        val size: Long,
        /** What to think of the answer; none while there is none. */
        val strength: Key? = null,
        /** The answer protects nothing by itself. */
        val useless: Boolean = true,
        /** Needed as well, if the person wants that. */
        val code: SecondCode? = null,
        val hint: Key? = null,
        val busy: Boolean = false,
        val progress: Float? = null,
    ) : Screen

    /** A file of ours is locked now, in a new file at [path]. [isPhone]: it is a copy of this phone. */
    data class Sealed(
        val name: String,
        val size: Long,
        val path: String,
        val code: SecondCode?,
        val isPhone: Boolean = false,
    ) : Screen

    /** The person writes a message that only answers open, beginning with the [text] that they typed for somebody. */
    data class LockMessage(
        val text: String = "",
        /** So many questions there may be. */
        val mostQuestions: Int = 1,
        /** What to think of the answers; none while there are not all. */
        val strength: Key? = null,
        /** The answers protect nothing. */
        val useless: Boolean = true,
        val hint: Key? = null,
        /** It is being locked, which takes about a second. */
        val busy: Boolean = false,
    ) : Screen

    /** What a locked message says. Secret, so it does not print itself. */
    data class OpenedMessage(val text: String) : Screen {
        override fun toString() = "OpenedMessage"
    }

    /**
     * What it takes to go on with another phone. [isNew]: there is nobody here to be taken along. [busy]: a copy of this
     * one is being made.
     */
    data class Moving(val isNew: Boolean = false, val busy: Boolean = false, val hint: Key? = null) : Screen

    /**
     * A copy of another phone. It is opened by a code, and by answers where it asks; then the person decides whether to
     * go on with it here.
     */
    data class MovingIn(
        val questions: List<String>,
        val hint: Key? = null,
        val busy: Boolean = false,
        /** What is in it, once it is open. */
        val found: Found? = null,
        /** There is somebody here who would be erased. */
        val erases: Boolean = false,
    ) : Screen {
        data class Found(val people: Int, val withMessages: Boolean)
    }

    /** The person makes up what they ask whoever is called [name], and what they expect for an answer. */
    data class Ask(val name: String) : Screen

    /** Somebody looks for words in what was said with whoever is called [name]. */
    data class Search(
        val name: String,
        /** What was looked for; nothing was yet, where it is empty. */
        val words: String = "",
        /** What was said last first. */
        val hits: List<Hit> = emptyList(),
        val isLooking: Boolean = false,
        /** More may be found before these. */
        val hasMore: Boolean = false,
    ) : Screen

    /** What waits for somebody, to be handed on by whoever carries it. */
    data class HandOn(
        val name: String,
        /** How many messages are in it. */
        val messages: Int,
        /** All that waits is in it. */
        val isAll: Boolean,
        val file: Carried,
        /** In other forms, where it is short enough. */
        val handout: Handout? = null,
    ) : Screen

    /**
     * Something of another app is to be sent: to whom? It waits for whoever of [people] is looked for, and for
     * [others], who are looked for from then on. Without anybody somebody has to be connected first; it is held until
     * then.
     */
    data class ToWhom(
        val names: List<String>,
        val text: String?,
        val people: List<UnderWay>,
        val others: List<Contact> = emptyList(),
    ) : Screen

    /** Both people see the same, if nobody is in between. */
    data class Compare(val name: String, val symbols: List<Pictograph>, val digits: List<String>) : Screen

    data class Connecting(val stage: Key, val hint: Key?, val canTryHarder: Boolean = false) : Screen

    /** Our reply, for the host's camera. */
    data class Reply(
        val reply: Handout,
        /** What stands in the way, with the one thing to try. */
        val hint: Key? = null,
        /** More could be tried to get past a strict network. */
        val canTryHarder: Boolean = false,
    ) : Screen

    /**
     * With somebody who is here, or who is looked for and comes back to the same place. The rows are in
     * [AppModel.rows].
     */
    data class Conversation(
        val name: String,
        val trust: Key,
        val reason: Key,
        /** Why the path is down, while it is. */
        val line: Key?,
        /** Who would like to compare, if somebody does. */
        val compare: Key? = null,
        /** A limit that they have reached. */
        val limit: Key? = null,
        /** They are held back until the person lets them send more. */
        val isHeld: Boolean = false,
        /** The person may say that only who they mean would have asked what was asked. */
        val canVouch: Boolean = false,
        /** The session that this is. */
        val session: Long = 0,
        /** It is over, as [line] says, and stays to be read. */
        val isOver: Boolean = false,
        /** Who of the people it is; none before that is known. */
        val contact: String? = null,
        /** They are looked for, as [line] says; none while they are here. */
        val apart: Apart? = null,
        /** It is over, and they can be looked for. */
        val canSeek: Boolean = false,
        /** What the person writes about, if they chose that. */
        val subject: Subject? = null,
        /** What this person asked them. */
        val asked: Inquiry? = null,
        /** What they ask this person. */
        val asks: Inquiry? = null,
        /** A text that could not be said and goes back to where it was typed, by [AppModel.takeUnsent]. */
        val unsent: String? = null,
        /** A text that was locked and sent, and leaves the place where it was typed first, by [AppModel.takeLocked]. */
        val locked: String? = null,
    ) : Screen {
        /** The person may write something that only answers open. */
        val canLock get() = !isOver && contact != null

        /** The person may ask them a question. */
        val canAsk get() = !isOver && (apart == null || apart.restored != null) && asked?.isOpen != true

        val presence
            get() = when {
                isOver -> Presence.AWAY
                apart != null -> Presence.TRYING
                else -> Presence.HERE
            }
    }

    /**
     * The phone's key store does not give the key without which nothing that is kept can be opened. One can begin
     * anew, without all of that. [isForGood]: the key is lost; otherwise a restart may help.
     */
    data class KeyLost(val isForGood: Boolean) : Screen

    /**
     * What is kept cannot be opened, for this reason. One can try again, or begin anew without it where [canStartAnew].
     * [way]: what else may help.
     */
    data class NotOpened(val what: Key, val next: Key?, val way: Way? = null, val canStartAnew: Boolean = true) : Screen

    /** A document of another app is on its way in. How far it is, is in [AppModel.takingIn]. */
    data class TakingIn(val name: String) : Screen

    /** It is over. */
    data class Ended(val what: Key, val next: Key?, val way: Way) : Screen
}

/** A code is shown, so the display is as bright as it gets. */
val Screen.isBright get() = this is Screen.ShowCode || this is Screen.Reply || (this is Screen.HandOn && handout != null)

/** The person looks on without touching anything, so the display stays on. */
val Screen.isAwake
    get() = isBright || this is Screen.Preparing || this is Screen.Scan || this is Screen.Connecting ||
        this is Screen.Compare || this is Screen.TakingIn

/** An answer or a code is typed or shown, so no picture is taken of the display; of our code, as the person chose. */
fun Screen.isSecret(choices: Choices) = this is Screen.Question || this is Screen.Lock || this is Screen.Ask ||
    this is Screen.LockMessage || this is Screen.OpenedMessage ||
    (this is Screen.Conversation && asks?.isOpen == true) || (this is Screen.MovingIn && found == null) || (this is Screen.Sealed && code != null) || (isBright && choices.hidesCodes)

/** Nothing of the app lies behind it, so that one step back leaves the app. */
val Screen.isOutermost
    get() = this is Screen.Home || this is Screen.Welcome || this is Screen.KeyLost || this is Screen.NotOpened ||
        (this is Screen.Ended && way == Way.RESTART)

/** A question between two who know each other. */
data class Inquiry(
    /** Whoever asks wrote it. */
    val question: String,
    val standing: Key,
    /** An answer may be given. */
    val isOpen: Boolean,
    /** How many answers may still be given, once one was wrong. */
    val triesLeft: Int? = null,
)

/** Something that was said. */
data class Hit(
    val ours: Boolean,
    /** What it says, or the name of a file. */
    val text: String,
    /** Seconds since 1970-01-01 UTC. */
    val at: Long,
)

/** A file that another person carries. It does not print itself. */
class Carried(val bytes: ByteArray) {
    override fun toString() = "Carried(${bytes.size})"
}

/** A row that a reply is written to, or whose [text] is changed. */
data class Subject(val number: Long, val text: String, val isEdit: Boolean)

/** Somebody is looked for. */
data class Apart(
    /** When they were heard last, in seconds since 1970-01-01 UTC. */
    val heard: Long,
    /** Whether to go on with a device that was restored from a copy, which the person is asked. */
    val restored: Key? = null,
)

/** Where somebody is, as far as that is known. */
enum class Presence { HERE, TRYING, AWAY }

/** Where whoever this goes on with is; of nobody with whom anything does, nothing is known. */
val UnderWay?.presence
    get() = when {
        this == null || isOver -> Presence.AWAY
        isTalking -> Presence.HERE
        else -> Presence.TRYING
    }

/** What [Screen.Help] is about. */
enum class Topic {
    /** No network in common: one of the two opens a hotspot. */
    HOTSPOT,

    /** How a tapped link opens this app. */
    LINKS,
}

/** A symbol to compare. [id] is the key of its name in every language. */
data class Pictograph(val picture: String, val name: String) {
    val id = "symbol_" + name.replace(' ', '_')
}

/** Something that is under way and not looked at. */
data class UnderWay(
    val session: Long,
    /** Its status. */
    val status: Key,
    /** Somebody is talked to. */
    val isTalking: Boolean,
    /** It is an invitation of this phone. */
    val ours: Boolean,
    /** What they call themselves, where that is known: the claim of a stranger. */
    val name: String?,
    /** What was written last, or what it asks where it is locked, or the name of the file that came or went last. */
    val last: String? = null,
    /** When that was, in seconds since 1970-01-01 UTC. */
    val at: Long? = null,
    /** How many rows of theirs came since it was looked at. */
    val unread: Int = 0,
    /** The conversation is over, and stays to be read. */
    val isOver: Boolean = false,
    /** Who of the people is on the other side, once that is known. */
    val contact: String? = null,
    /** Somebody who was met is looked for. */
    val isApart: Boolean = false,
)

/** An invitation that waits for its guest, or an accepted one whose host was not reached yet. */
data class Waiting(
    val id: String,
    /** This phone made the invitation. */
    val ours: Boolean,
    /** What the host calls itself: the claim of a stranger. */
    val name: String?,
    /** Seconds since 1970-01-01 UTC; none if it seems to be too old. */
    val expiresAt: Long?,
    /** The session that goes on with it, if one does. */
    val session: Long? = null,
)

/** One of several that were found. */
data class FoundToken(
    /** What it is, said of an invitation that has no [name]. */
    val what: Key,
    /** What the host of an invitation calls itself: the claim of a stranger. */
    val name: String?,
    /** Until when an invitation lives, in seconds since 1970-01-01 UTC; none if it seems to be too old. */
    val expiresAt: Long?,
) {
    val isInvitation get() = what == Key.FOUND_INVITATION
}

/** Somebody who was met. */
data class Contact(
    val id: String,
    /** What they are called here; may be empty. */
    val name: String,
    val trust: Key,
    val reason: Key,
    /** Seconds since 1970-01-01 UTC. */
    val since: Long,
    /** What they call themselves, where they are called something else here. */
    val ownName: String? = null,
    /** Since when they are trusted that far, in seconds since 1970-01-01 UTC. */
    val trusted: Long = since,
    /** They were trusted further, until they came back as a restored device. */
    val hasFallen: Boolean = false,
    /** When they were heard last, in seconds since 1970-01-01 UTC; none of who is not let in. */
    val heard: Long? = null,
    /** They can be looked for. */
    val canBeFound: Boolean = false,
    val isBlocked: Boolean = false,
    /** Somebody else may have come in their name or the person's own, until the two meet or compare. */
    val isFrozen: Boolean = false,
    /** Another device came to them in the person's name, who has not said whose that is. */
    val isReplaced: Boolean = false,
    /** So many bytes of files are taken from them unasked; none for as many as from everybody. */
    val takesFilesUpTo: Long? = null,
    /** How many of their messages nobody has seen, in this process or before it. */
    val unread: Int = 0,
    /** When something was said last, in seconds since 1970-01-01 UTC. */
    val lastSaid: Long? = null,
    /** The ways by which they were reached, the newest first. */
    val ways: List<ReachedBy> = emptyList(),
) {
    companion object {
        /** What a person chooses from for [takesFilesUpTo], with what is chosen [now] among it. */
        fun unaskedChoices(now: Long?) = listOf(null) + (USUAL + listOfNotNull(now)).distinct().sorted()

        private val USUAL = listOf(0L, 10_000_000, 100_000_000, 1_000_000_000)
    }
}

/** A way by which somebody was reached: their address there, and when, in seconds since 1970-01-01 UTC. */
data class ReachedBy(val address: String, val at: Long)

/** What a person was about, for a later process to go on with. Secret, so it does not print itself. */
class Unfinished(
    /** Who is looked for or talked to, those begun first first. */
    val people: List<String> = emptyList(),
    /** Which of them is looked at. */
    val front: String? = null,
) {
    override fun toString() = "Unfinished"
}

/** A code that opens something locked together with the answer. Secret, so it does not print itself. */
class SecondCode(val characters: String, val words: String) {
    override fun equals(other: Any?) = other is SecondCode && other.characters == characters
    override fun hashCode() = characters.hashCode()
    override fun toString() = "SecondCode"
}

/**
 * Whom this phone may ask, without [servers] of the person's own the usual ones; and whether it may try many
 * ports to get past a strict router.
 */
data class Preferences(
    val askServers: Boolean,
    val servers: List<String>,
    val askRouter: Boolean,
    val guess: Boolean = true,
)

/** What the network that this phone is in lets through, and who was asked. */
data class Report(
    val ipv4: Key,
    val ipv6: Key,
    /** What the router said; none if it was not asked. */
    val port: Key?,
    val works: List<Expected>,
    /** The servers that were asked. */
    val asked: List<String>,
)

/** What to expect of one situation. */
data class Expected(val situation: Key, val chance: Key, val needsIpv6: Boolean)

/** A question and its answer, by which something is locked. Secret, so it does not print itself. */
class Answered(val question: String, val answer: String) {
    override fun equals(other: Any?) = other is Answered && other.question == question && other.answer == answer
    override fun hashCode() = question.hashCode()
    override fun toString() = "Answered"
}

/** A question of ours and its answer, and what they are for. */
class Protection(val question: String, val answer: String, val lock: Boolean)

/** What two people found when they compared. */
enum class Outcome { SAME, DIFFERENT, LATER }

/** What a scan is for. */
enum class Wanted { INVITATION, REPLY }

/** What is known of the camera. */
enum class Camera {
    ASKING,
    RUNNING,
    DENIED,
    MISSING,

    /** Another app has it. */
    TAKEN,
}

/** The one thing to do next, as a button. */
enum class Way {
    HOME, SHOW_CODE, SCAN, NETWORK_SETTINGS, APP_SETTINGS, STORAGE_SETTINGS, REPLACE, TAKE_REPLY, RESTART,
}

/** Something to say beside the screen, which stays. */
data class Notice(val what: Key, val next: Key?, val way: Way?)

/** One row of a conversation. */
sealed interface Row {
    val number: Long
    val ours: Boolean

    /** When it came up first, in seconds since 1970-01-01 UTC. */
    val at: Long

    /** Both keep it. */
    val isKept: Boolean

    /** It was there before this session looked. */
    val isOld: Boolean

    data class Text(
        override val number: Long,
        override val ours: Boolean,
        val text: String,
        override val at: Long = 0,
        val mark: Mark = Mark.NOBODY,
        override val isOld: Boolean = false,
        val quote: Quote? = null,
        val reactions: List<Reaction> = emptyList(),
        /** It said something else before. */
        val isEdited: Boolean = false,
        /** When it disappears, if that is known, in seconds since 1970-01-01 UTC. */
        val endsAt: Long? = null,
    ) : Row {
        override val isKept get() = mark != Mark.NOBODY
    }

    /** A text that is locked, and opens anew each time for whoever answers. */
    data class Locked(
        override val number: Long,
        override val ours: Boolean,
        /** What is asked, one question or more. Whoever locked it wrote that. */
        val questions: List<String>,
        override val at: Long = 0,
        val mark: Mark = Mark.ON_THIS_PHONE,
        override val isOld: Boolean = false,
    ) : Row {
        override val isKept get() = true
    }

    /** Somebody proposed how long what both write from now on lasts. */
    data class Life(
        override val number: Long,
        override val ours: Boolean,
        /** It disappears so many seconds after it was seen; with none, it stays. */
        val after: Long?,
        /** The two agreed. */
        val holds: Boolean,
        override val at: Long = 0,
        override val isOld: Boolean = false,
    ) : Row {
        override val isKept get() = true

        companion object {
            /** What a person chooses from for [after]. */
            val CHOICES = listOf(null, 3_600L, 86_400L, 7 * 86_400L, 30 * 86_400L)
        }
    }

    /** Something of which no more can be said than [what]. */
    data class Note(
        override val number: Long,
        override val ours: Boolean,
        val what: Key,
        override val at: Long = 0,
        override val isOld: Boolean = false,
    ) : Row {
        override val isKept get() = true
    }

    data class File(
        override val number: Long,
        override val ours: Boolean,
        val name: String,
        val size: Long,
        val state: Key,
        /** Bytes that are through, while it is on its way. */
        val done: Long?,
        /** Where it is, once it came in. */
        val path: String?,
        override val at: Long = 0,
        /** Bytes a second, once that is known, while it is on its way. */
        val rate: Long? = null,
        val mark: Mark = Mark.NOBODY,
        override val isOld: Boolean = false,
        /** A small one of a picture, by whoever offers it. */
        val preview: Preview? = null,
    ) : Row {
        override val isKept get() = mark != Mark.NOBODY

        /** The seconds that the rest will take, while that can be said. */
        val secondsLeft get() = if (done == null || rate == null || rate <= 0) null else (size - done + rate - 1) / rate

        /** It waits for this person's yes. */
        val offered get() = state == Key.FILE_OFFERED
    }
}

/** Somebody is told of it as it comes: of a file when it is offered and when it is there, and not at every piece of it. */
val Row.isTold
    get() = !isOld && when (this) {
        is Row.Text, is Row.Locked -> true
        is Row.File -> offered || state == Key.FILE_RECEIVED
        is Row.Life -> !holds
        is Row.Note -> false
    }

/** What a text replies to: the [text], or [what] there is to say in its place. */
data class Quote(val text: String?, val what: Key? = null)

/** A small picture, as a JPEG of some kilobytes. That of the other side may be broken. */
class Preview(val jpeg: ByteArray) {
    override fun equals(other: Any?) = other is Preview && other.jpeg.contentEquals(jpeg)
    override fun hashCode() = jpeg.contentHashCode()
    override fun toString() = "Preview(${jpeg.size})"
}

/** What one of the two reacted with. */
data class Reaction(val ours: Boolean, val symbol: String)

/** Who keeps what was written. */
enum class Mark {
    /** Nobody, beyond this conversation. */
    NOBODY,
    ON_THIS_PHONE,
    ON_THEIRS,
}

/** Every form of one token, and the [picture] of its [symbol]. Secret, so it does not print itself. */
class Handout(val link: String, val text: String, val symbol: String, val picture: Symbol) {
    /** A tap on the link leads somewhere. The host that a build begins with belongs to nobody (RFC 2606). */
    val isTappable: Boolean
        get() {
            val host = link.substringAfter("://").takeWhile { it !in "/:#?" }
            return host != "example" && !host.endsWith(".example")
        }

    override fun equals(other: Any?) = other is Handout && other.link == link
    override fun hashCode() = link.hashCode()
    override fun toString() = "Handout"
}

/** A QR code without its quiet zone of four modules. */
class Symbol(val width: Int, private val modules: ByteArray) {
    fun isDark(x: Int, y: Int) = modules[y * width + x] == 1.toByte()
}
