package example.handfast.app.phone

import example.handfast.core.phone.Asks

/** What outlives an activity that is made anew, and ends with the process. */
class PhoneMemory {
    /** What goes on once the person has answered holds no activity. */
    val asks = Asks<() -> Unit>()
}
