package example.handfast.core.phone

import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.asStateFlow

/**
 * Whether the screens are covered until the person has proved who they are. It covers screens and nothing else:
 * what goes on goes on beneath, and no key depends on it.
 *
 * [now] is a clock in milliseconds that never goes back.
 */
class AppLock(private val now: () -> Long) {
    private val covered = MutableStateFlow<Boolean?>(null)

    /** None until it is known what the person chose, and nothing is shown until then. */
    val isCovered: StateFlow<Boolean?> = covered.asStateFlow()

    private var isOn = false
    private var leftAt: Long? = null

    /** What the person chose; the first time, as the process starts. */
    fun chosen(isOn: Boolean) {
        if (covered.value == null) covered.value = isOn
        if (!isOn) covered.value = false
        this.isOn = isOn
    }

    /** The app is seen, or not any more. Who is back soon, as from a picker, is still the same person. */
    fun seen(isSeen: Boolean) {
        if (!isSeen) {
            leftAt = now()
        } else if (isOn && leftAt.let { it != null && now() - it >= SOON }) {
            covered.value = true
        }
    }

    /** The person has proved who they are. */
    fun opened() {
        covered.value = false
    }

    private companion object {
        const val SOON = 30_000L
    }
}
