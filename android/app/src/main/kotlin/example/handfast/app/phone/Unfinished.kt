package example.handfast.app.phone

import android.os.Bundle
import example.handfast.core.Unfinished

/** As the system keeps it for a later process: in memory, beside the screens. */
internal fun bundle(unfinished: Unfinished) = Bundle().apply {
    putStringArrayList(PEOPLE, ArrayList(unfinished.people))
    putString(FRONT, unfinished.front)
    putStringArrayList(TEXTS, ArrayList(unfinished.texts.flatMap { (contact, text) -> listOf(contact, text) }))
}

internal fun unfinished(bundle: Bundle) = Unfinished(
    people = bundle.getStringArrayList(PEOPLE).orEmpty(),
    front = bundle.getString(FRONT),
    texts = bundle.getStringArrayList(TEXTS).orEmpty().chunked(2).mapNotNull { it.takeIf { it.size == 2 }?.let { (contact, text) -> contact to text } },
)

private const val PEOPLE = "people"
private const val FRONT = "front"
private const val TEXTS = "texts"
