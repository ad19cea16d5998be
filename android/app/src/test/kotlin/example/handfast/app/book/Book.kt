package example.handfast.app.book

import java.io.File

/** Where the book is, and what is to be done with it. */
internal object Book {
    /** HANDFAST_BOOK: `all` draws every variant, `write` keeps how the screens look now, in the usual one. */
    val mode = System.getenv("HANDFAST_BOOK").orEmpty()

    val variants = when (mode) {
        "all" -> Variant.ALL
        "write" -> listOf(Variant.USUAL)
        else -> Variant.PAIRWISE
    }

    /** The pictures. */
    val folder = File(System.getProperty("pictures"), "book")

    /** HANDFAST_PAGES: only these are drawn. */
    fun isWanted(page: String) = System.getenv("HANDFAST_PAGES")?.split(',')?.filter { it.isNotEmpty() }.orEmpty().let { it.isEmpty() || page in it }
}

/** Whether the page is as the repository has it, or is kept there now. */
internal fun fits(page: String, now: String): Boolean {
    val kept = File(System.getProperty("handfast.root"), "android/app/src/test/book/$page.txt")
    if (Book.mode == "write") {
        kept.parentFile!!.mkdirs()
        kept.writeText(now)
    }
    return kept.exists() && kept.readText() == now
}
