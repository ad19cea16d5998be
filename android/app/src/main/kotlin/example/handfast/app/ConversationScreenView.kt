package example.handfast.app

import android.text.InputType
import android.view.View
import android.view.ViewGroup
import android.widget.BaseAdapter
import android.widget.EditText
import android.widget.LinearLayout
import android.widget.ListView
import android.widget.ProgressBar
import example.handfast.core.Key
import example.handfast.core.Row
import example.handfast.core.Screen
import example.handfast.core.bytes

/** Rows, and a line to write in. */
class ConversationScreenView(home: MainActivity) : ScreenView<Screen.Conversation>(home) {
    private val name = home.heading()
    private val trust = home.text()
    private val vouch = home.button(home.getString(R.string.only_they_would_ask)) { home.app.onlyTheyWouldAsk() }
    private val line = home.status()
    private val compare = home.status()
    private val limit = home.status()
    private val more = home.button(home.getString(R.string.allow_more)) { home.app.allowMore() }
    private val rows = Rows(home)
    private val list = ListView(home).apply {
        adapter = rows
        divider = null
        transcriptMode = ListView.TRANSCRIPT_MODE_NORMAL
        isStackFromBottom = true
    }
    private val entry = EditText(home).apply {
        hint = home.getString(R.string.write_message)
        inputType = InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_FLAG_MULTI_LINE or
            InputType.TYPE_TEXT_FLAG_CAP_SENTENCES
        minHeight = home.dp(48)
        maxLines = 5
    }
    override val root = home.column(
        name,
        trust,
        vouch,
        line,
        compare,
        limit,
        more,
        list,
        home.row(
            entry,
            home.button(home.getString(R.string.send)) { send() },
        ),
        home.row(
            home.button(home.getString(R.string.attach)) { home.attach() },
            home.button(home.getString(R.string.compare)) { home.app.compare() },
            home.button(home.getString(R.string.leave)) { home.back() },
        ),
    ).apply {
        list.layoutParams = stretched(vertical = true)
        entry.layoutParams = stretched(vertical = false)
        setPadding(home.dp(16), home.dp(16), home.dp(16), home.dp(16))
    }

    override fun show(screen: Screen.Conversation) {
        name.text = screen.name.ifEmpty { home.getString(R.string.person_unknown) }
        trust.text = home.getString(R.string.trust_line, home.say(screen.trust), home.say(screen.reason))
        vouch.visibility = if (screen.canVouch) View.VISIBLE else View.GONE
        line.showOrHide(screen.line?.let(home::say))
        compare.showOrHide(screen.compare?.let(home::say))
        limit.showOrHide(screen.limit?.let(home::say))
        more.visibility = if (screen.isHeld) View.VISIBLE else View.GONE
    }

    fun show(new: List<Row>) {
        rows.rows = new
        rows.notifyDataSetChanged()
    }

    private fun send() {
        val text = entry.text.toString()
        if (text.isBlank()) return
        home.app.send(text)
        entry.text.clear()
    }
}

private class Rows(private val home: MainActivity) : BaseAdapter() {
    var rows: List<Row> = emptyList()

    override fun getCount() = rows.size

    override fun getItem(position: Int) = rows[position]

    override fun getItemId(position: Int) = rows[position].number

    override fun hasStableIds() = true

    override fun getView(position: Int, old: View?, parent: ViewGroup?): View {
        val row = rows[position]
        val who = home.getString(if (row.ours) R.string.row_ours else R.string.row_theirs)
        val view = when (row) {
            is Row.Text -> home.column(home.text(row.text))
            is Row.File -> file(row)
        }
        view.setPadding(home.dp(if (row.ours) 48 else 0), home.dp(4), home.dp(if (row.ours) 0 else 48), home.dp(4))
        // Who wrote it is not told by its place alone.
        view.addView(home.text(who).apply { textSize = 13f }, 0)
        return view
    }

    private fun file(row: Row.File): LinearLayout {
        val size = bytes(row.size, HandfastApp.locale())
        val state = when (val done = row.done) {
            null -> home.say(row.state)
            else -> home.getString(R.string.file_progress, bytes(done, HandfastApp.locale()), size)
        }
        val parts = mutableListOf<View>(
            home.text(home.getString(R.string.file_line, row.name, size)),
            home.text(state),
        )
        row.done?.let { done ->
            parts += ProgressBar(home, null, android.R.attr.progressBarStyleHorizontal).apply {
                max = 1000
                progress = if (row.size == 0L) 1000 else (done * 1000 / row.size).toInt()
            }
        }
        when {
            row.offered -> {
                parts += home.button(home.getString(R.string.accept)) { home.app.acceptFile(row.number) }
                parts += home.button(home.getString(R.string.decline)) { home.app.declineFile(row.number) }
            }
            row.done != null || row.state == Key.FILE_WAITING ->
                parts += home.button(home.getString(R.string.stop)) { home.app.cancelFile(row.number) }
            row.path != null ->
                parts += home.button(home.getString(R.string.save)) { row.path?.let { path -> home.save(row.name, path) } }
        }
        return home.column(*parts.toTypedArray())
    }
}
