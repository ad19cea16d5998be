package example.handfast.core

/**
 * What was written to people who were not here to read it, in its order, until it is sent. [now]: seconds since
 * 1970-01-01 UTC.
 */
internal class WaitingTexts(private val now: () -> Long) {
    private val rows = LinkedHashMap<String, MutableList<Row.Text>>()

    /** The core numbers its rows upwards, so nothing of these is taken for one of them. */
    private var last = 0L

    /** To whom, and what. */
    val all get() = rows.flatMap { (contact, waiting) -> waiting.map { contact to it.text } }

    fun of(contact: String?): List<Row.Text> = rows[contact]?.toList().orEmpty()

    fun add(contact: String, text: String) {
        rows.getOrPut(contact, ::ArrayList) += Row.Text(--last, ours = true, text, now(), waits = true)
    }

    fun restore(texts: List<Pair<String, String>>) = texts.forEach { (contact, text) -> add(contact, text) }

    fun remove(number: Long) = rows.values.forEach { waiting -> waiting.removeAll { it.number == number } }

    fun forget(contact: String) {
        rows.remove(contact)
    }
}
