package example.handfast.core.phone

import example.handfast.core.Row
import example.handfast.core.isTold

/** What goes on in a session, for whoever keeps the app running and tells of it while nobody looks. */
data class Ongoing(
    val session: Long,
    /** What they call themselves; empty where that is not known. */
    val name: String,
    val isTalking: Boolean,
    /** Something waits for the other side. */
    val isWaiting: Boolean,
    /** Bytes of a file are on their way. */
    val isMoving: Boolean,
    /** The newest rows. */
    val rows: List<Row> = emptyList(),
    /** How many files have come in whole. */
    val received: Int = 0,
    /** Somebody who was met is looked for, and what is written to them waits. */
    val isApart: Boolean = false,
) {
    companion object {
        /** As many as a notification shows. */
        const val MOST_ROWS = 6
    }
}

/** What keeps the app running while nobody looks at it. */
enum class Service {
    /** Somebody is connected, or a file is on its way. It lasts for as long as that does. */
    CONNECTED,

    /** An invitation or a reply waits. The system gives it some minutes. */
    WAITING,
}

/** What a notification says of one person. Secret, so it does not print itself. */
class Tidings(
    val session: Long,
    val name: String,
    /** The newest rows that were not looked at, and those of ours between them; none where they have just come. */
    val rows: List<Row>,
    /** There is something in it that was not told before, so it may be heard. */
    val isNew: Boolean,
    /** They can be answered. */
    val isTalking: Boolean,
) {
    override fun toString() = "Tidings($session, rows=${rows.size}, isNew=$isNew)"
}

/**
 * Whether something keeps the app running while nobody looks at it, what a notification says then, and when the
 * device sleeps. A service is asked for once and waited for: one that was asked to start is not stopped before
 * it has started, as the system would end the app for that.
 */
class Presence {
    /** What happened. */
    sealed interface Event {
        /** The app is seen, or not any more. */
        data class Seen(val isSeen: Boolean) : Event

        /** [front]: the session that is looked at while the app is seen. */
        data class Changed(val ongoing: List<Ongoing>, val front: Long?) : Event

        /** The service runs as this. */
        data class Started(val service: Service) : Event

        /** The system does not let it run. */
        data object Refused : Event

        /** Its time is over. */
        data object RanOut : Event

        /** The system ended it, or it ended as it was told. */
        data object Stopped : Event

        /** A person answered out of a notification. */
        data class Answered(val session: Long, val text: String) : Event
    }

    /** What is to be done, in this order. */
    sealed interface Effect {
        /** Start the service, or have the one that runs be this from now on. */
        data class Serve(val service: Service) : Effect

        data object Rest : Effect

        /** Processor and Wi-Fi stay awake, or need not any more. */
        data class KeepAwake(val isAwake: Boolean) : Effect

        /** The device sleeps: its sockets are given up. */
        data object Sleep : Effect

        data object Wake : Effect

        data class Tell(val tidings: Tidings) : Effect {
            override fun toString() = "Tell($tidings)"
        }

        data class Untell(val session: Long) : Effect

        /** The device sleeps although somebody waits. */
        data class TellAsleep(val isAsleep: Boolean) : Effect

        /** A text to send in a session. */
        class Send(val session: Long, val text: String) : Effect

        /** A text came to a session that is over, so it was not sent. */
        data class TellUnsent(val session: Long) : Effect
    }

    private enum class Stage { NONE, STARTING, RUNNING, STOPPING }

    private var stage = Stage.NONE
    private var runs: Service? = null

    /** The system said no since the app was last seen. */
    private var isRefused: Service? = null

    /** What runs has no time left, while another is asked for in its place. */
    private var hasRunOut = false
    private var isSeen = false

    /** It was seen since the process began, which begins awake. */
    private var wasSeen = false
    private var isAwake = false
    private var isAsleep = false
    private var tellsAsleep = false
    private var ongoing = emptyList<Ongoing>()
    private var front: Long? = null

    /** The number of the last row of each session that was looked at. */
    private val looked = HashMap<Long, Long>()
    private val talking = HashSet<Long>()
    private val told = HashMap<Long, List<Row>>()

    fun handle(event: Event): List<Effect> = buildList {
        when (event) {
            is Event.Seen -> {
                isSeen = event.isSeen
                isRefused = null
                if (isSeen) {
                    wasSeen = true
                    isAsleep = false
                    add(Effect.Wake)
                }
            }
            is Event.Changed -> {
                ongoing = event.ongoing
                front = event.front
            }
            is Event.Started -> {
                stage = Stage.RUNNING
                runs = event.service
                hasRunOut = false
            }
            Event.Refused -> {
                isRefused = need()
                // The one that ran before still does.
                stage = if (runs == null) Stage.NONE else Stage.RUNNING
                if (hasRunOut) rest()
            }
            Event.RanOut -> {
                hasRunOut = true
                if (stage == Stage.RUNNING) {
                    isRefused = need()
                    rest()
                }
            }
            Event.Stopped -> {
                stage = Stage.NONE
                runs = null
            }
            is Event.Answered -> {
                val isThere = ongoing.any { it.session == event.session && (it.isTalking || it.isApart) }
                add(if (isThere) Effect.Send(event.session, event.text) else Effect.TellUnsent(event.session))
            }
        }
        serve()
        keepAwake()
        sleep()
        tell()
    }

    private fun need() = when {
        ongoing.any { it.isTalking || it.isMoving } -> Service.CONNECTED
        // While the app is seen, it needs nothing to keep it.
        ongoing.any { it.isWaiting } && !isSeen -> Service.WAITING
        else -> null
    }

    private fun MutableList<Effect>.serve() {
        val need = need()
        when (stage) {
            Stage.STARTING, Stage.STOPPING -> Unit
            Stage.NONE -> if (need != null && need != isRefused && !isAsleep) {
                stage = Stage.STARTING
                add(Effect.Serve(need))
            }
            Stage.RUNNING -> if (need == null) {
                rest()
            } else if (need != runs && need != isRefused) {
                stage = Stage.STARTING
                add(Effect.Serve(need))
            }
        }
    }

    private fun MutableList<Effect>.rest() {
        hasRunOut = false
        if (stage != Stage.RUNNING) return
        stage = Stage.STOPPING
        add(Effect.Rest)
    }

    private fun MutableList<Effect>.keepAwake() {
        val wanted = ongoing.any { it.isMoving } && !isAsleep
        if (wanted != isAwake) add(Effect.KeepAwake(wanted))
        isAwake = wanted
    }

    private fun MutableList<Effect>.sleep() {
        val isKept = isSeen || stage == Stage.STARTING || stage == Stage.RUNNING
        if (!isKept && !isAsleep && wasSeen) {
            isAsleep = true
            add(Effect.Sleep)
        }
        val tells = isAsleep && ongoing.any { it.isTalking || it.isMoving || it.isWaiting }
        if (tells != tellsAsleep) add(Effect.TellAsleep(tells))
        tellsAsleep = tells
    }

    private fun MutableList<Effect>.tell() {
        val there = ongoing.mapTo(HashSet()) { it.session }
        for (session in told.keys - there) untell(session)
        looked.keys.retainAll(there)
        for (one in ongoing) {
            val hasCome = one.isTalking && talking.add(one.session)
            if (!one.isTalking) {
                talking -= one.session
                // That they are here is not true any more.
                if (told[one.session]?.isEmpty() == true) untell(one.session)
            }
            if (isSeen && one.session == front) {
                one.rows.lastOrNull()?.let { looked[one.session] = it.number }
                untell(one.session)
                continue
            }
            val last = looked[one.session] ?: -1
            val rows = one.rows.filter { it.number > last && it.isTold }
            val before = told[one.session]
            val news = rows.filter { !it.ours && before.orEmpty().none { old -> old.number == it.number } }
            when {
                rows.none { !it.ours } -> {
                    // What was taken back is not read in a notification either.
                    if (!before.isNullOrEmpty()) untell(one.session)
                    if (hasCome && !isSeen) {
                        told[one.session] = emptyList()
                        add(Effect.Tell(Tidings(one.session, one.name, emptyList(), isNew = true, one.isTalking)))
                    }
                }
                rows != before -> {
                    told[one.session] = rows
                    add(Effect.Tell(Tidings(one.session, one.name, rows, news.isNotEmpty(), one.isTalking)))
                }
            }
        }
        talking.retainAll(there)
    }

    private fun MutableList<Effect>.untell(session: Long) {
        if (told.remove(session) != null) add(Effect.Untell(session))
    }
}
