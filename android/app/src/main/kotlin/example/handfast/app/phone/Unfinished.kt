package example.handfast.app.phone

import android.os.Bundle
import example.handfast.core.Unfinished

/** As the system keeps it for a later process: in memory, beside the screens. */
internal fun bundle(unfinished: Unfinished) = Bundle().apply {
    putStringArrayList(PEOPLE, ArrayList(unfinished.people))
    putString(FRONT, unfinished.front)
}

internal fun unfinished(bundle: Bundle) = Unfinished(
    people = bundle.getStringArrayList(PEOPLE).orEmpty(),
    front = bundle.getString(FRONT),
)

private const val PEOPLE = "people"
private const val FRONT = "front"
