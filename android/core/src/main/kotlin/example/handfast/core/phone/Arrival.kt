package example.handfast.core.phone

/** What an intent of any app holds, as far as it could be read. */
data class Incoming(
    val action: String?,
    val data: String? = null,
    val text: CharSequence? = null,
    val streams: List<String> = emptyList(),
    /** The session that a notification of ours is about, or for which something is shared. */
    val session: Long? = null,
    /** The system repeats an old intent: the person came back by the list of recent apps. */
    val isRepeated: Boolean = false,
    /** Something in it could not be read. */
    val isBroken: Boolean = false,
)

/** What is to be done with it. */
sealed interface Arrival {
    /** The app was opened, and nothing came with it. */
    data object Nothing : Arrival

    /** A text in which a token may be. */
    data class Text(val text: String) : Arrival

    /** A document of another app, opened in this one: it holds a token, or something locked. */
    data class Document(val uri: String) : Arrival

    /**
     * Shared in: to be opened if it is ours, and to be sent to a person otherwise. [session]: the person was
     * chosen already.
     */
    data class Shared(val uris: List<String>, val text: String?, val session: Long? = null) : Arrival

    /** A person is to be looked at. */
    data class Session(val session: Long) : Arrival

    /** It cannot be used. */
    data object Refused : Arrival

    companion object {
        /** Texts are read up to here, in UTF-16 units: no token is longer. */
        const val MOST_TEXT = 1 shl 20

        /** Documents that are taken at once. */
        const val MOST_DOCUMENTS = 100

        /** [ours]: the package of this app, whose own documents nobody else may hand in. */
        fun of(incoming: Incoming, ours: String): Arrival {
            if (incoming.isRepeated) return Nothing
            return when (incoming.action) {
                VIEW -> viewed(incoming, ours)
                SEND, SEND_MULTIPLE -> shared(incoming, ours)
                else -> incoming.session?.let(::Session) ?: Nothing
            }
        }

        private fun viewed(incoming: Incoming, ours: String): Arrival {
            val data = incoming.data ?: return Refused
            return when (scheme(data)) {
                "content" -> if (isForeign(data, ours)) Document(data) else Refused
                "https", "http", "handfast" -> text(data)
                else -> Refused
            }
        }

        private fun shared(incoming: Incoming, ours: String): Arrival {
            val streams = incoming.streams.distinct()
            val text = incoming.text?.toString()?.takeIf { it.isNotBlank() }
            return when {
                streams.any { !isForeign(it, ours) } -> Refused
                streams.size > MOST_DOCUMENTS -> Refused
                streams.isNotEmpty() -> Shared(streams, text?.takeIf { it.length <= MOST_TEXT }, incoming.session)
                text == null || incoming.isBroken -> Refused
                text.length > MOST_TEXT -> Refused
                else -> Shared(emptyList(), text, incoming.session)
            }
        }

        private fun text(text: String) = if (text.length > MOST_TEXT) Refused else Text(text)

        private fun scheme(uri: String) = uri.substringBefore(':', "").lowercase()

        /**
         * A path would be read with this app's own rights, and so would a document of its own: either way,
         * somebody else would make it send what is not theirs.
         */
        fun isForeign(uri: String, ours: String): Boolean {
            if (scheme(uri) != "content") return false
            val authority = uri.substringAfter("://", "").substringBefore('/').substringBefore('?').substringBefore('#')
            val host = authority.substringAfterLast('@')
            // Android takes percent signs for what they stand for, so none may hide what it is.
            return host.isNotEmpty() && '%' !in authority && host != ours && !host.startsWith("$ours.")
        }

        private const val VIEW = "android.intent.action.VIEW"
        private const val SEND = "android.intent.action.SEND"
        private const val SEND_MULTIPLE = "android.intent.action.SEND_MULTIPLE"
    }
}
