package example.handfast.app

import android.view.View
import example.handfast.core.Notice

/** A line above the screen, with the one thing to do about it. */
class NoteBar(private val home: MainActivity) {
    private val what = home.status()
    private val way = home.button("") { shown?.way?.let(home::go) }
    private var shown: Notice? = null
    val root = home.column(
        what,
        way,
        home.button(home.getString(R.string.understood)) {
            home.app.noticed()
            show(null)
        },
    ).apply {
        setPadding(home.dp(16), home.dp(16), home.dp(16), 0)
        visibility = View.GONE
    }

    fun show(notice: Notice?) {
        shown = notice
        root.visibility = if (notice == null) View.GONE else View.VISIBLE
        if (notice == null) return
        what.text = listOfNotNull(notice.what, notice.next).joinToString(" ") { home.say(it) }
        way.showOrHide(notice.way?.let(home::say))
    }
}
