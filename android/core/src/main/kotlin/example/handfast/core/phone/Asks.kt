package example.handfast.core.phone

/** What the system asks the person for. */
enum class Permission { CAMERA, NOTIFICATIONS, LOCAL_NETWORK }

/** What is known of one. */
enum class Grant {
    /** It was never asked for. */
    UNKNOWN,
    GIVEN,

    /** Refused; it may be asked for once more. */
    DENIED,

    /** The system asks no more: only its settings help. */
    DENIED_FOR_GOOD,
}

/**
 * Asks for permissions one after the other, since the system loses the second of two questions, and goes on
 * with what wanted them when the person has answered.
 *
 * [T] is what goes on.
 */
class Asks<T> {
    /** What is to be done, in this order. */
    sealed interface Effect<out T> {
        data class Ask(val permission: Permission) : Effect<Nothing>

        /** What is known of it now. */
        data class Known(val permission: Permission, val grant: Grant) : Effect<Nothing>

        data class Go<T>(val on: T) : Effect<T>
    }

    private class Wish<T>(val permissions: ArrayDeque<Permission>, val then: T)

    private val wishes = ArrayDeque<Wish<T>>()
    private val grants = HashMap<Permission, Grant>()
    private var asking: Permission? = null

    fun grant(permission: Permission) = grants[permission] ?: Grant.UNKNOWN

    /**
     * Asks for those of these [permissions] that were not given, then goes on with [then]. Where the system asks
     * no more, it answers by itself.
     */
    fun want(permissions: List<Permission>, then: T): List<Effect<T>> = buildList {
        wishes += Wish(ArrayDeque(permissions), then)
        proceed()
    }

    /** The person answered. [mayAskAgain]: the system would ask once more. */
    fun answered(permission: Permission, isGiven: Boolean, mayAskAgain: Boolean): List<Effect<T>> = buildList {
        if (asking == permission) asking = null
        know(permission, grant(isGiven, mayAskAgain))
        // Whoever else wants it has the answer, too.
        for (wish in wishes) wish.permissions.remove(permission)
        proceed()
    }

    /** The question is gone without an answer, as when the system ended the activity: it is put again. */
    fun lost(): List<Effect<T>> = buildList {
        asking?.let { wishes.firstOrNull()?.permissions?.addFirst(it) }
        asking = null
        proceed()
    }

    /** How it is now, looked up as the app comes back: the person may have been in the settings. */
    fun found(permission: Permission, isGiven: Boolean): List<Effect<T>> = buildList {
        val before = grant(permission)
        when {
            isGiven -> know(permission, Grant.GIVEN)
            // Taken away in the settings, after which the system asks again.
            before == Grant.GIVEN -> know(permission, Grant.UNKNOWN)
        }
        proceed()
    }

    private fun grant(isGiven: Boolean, mayAskAgain: Boolean) = when {
        isGiven -> Grant.GIVEN
        mayAskAgain -> Grant.DENIED
        else -> Grant.DENIED_FOR_GOOD
    }

    private fun MutableList<Effect<T>>.know(permission: Permission, grant: Grant) {
        if (grants.put(permission, grant) != grant) add(Effect.Known(permission, grant))
    }

    private fun MutableList<Effect<T>>.proceed() {
        while (asking == null) {
            val wish = wishes.firstOrNull() ?: return
            val permission = wish.permissions.removeFirstOrNull()
            if (permission == null) {
                wishes.removeFirst()
                add(Effect.Go(wish.then))
            } else if (grant(permission) != Grant.GIVEN) {
                asking = permission
                add(Effect.Ask(permission))
            }
        }
    }
}
