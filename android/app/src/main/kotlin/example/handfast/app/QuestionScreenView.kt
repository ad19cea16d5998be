package example.handfast.app

import android.app.AlertDialog
import android.text.InputType
import android.view.View
import android.widget.CheckBox
import android.widget.EditText
import android.widget.LinearLayout
import example.handfast.core.Outcome
import example.handfast.core.Protection
import example.handfast.core.Screen
import example.handfast.core.bytes

/** Questions of the other side, with a line for each answer, and one for a code where it takes one. */
class QuestionScreenView(home: MainActivity) : ScreenView<Screen.Question>(home) {
    private val title = home.heading()
    private val file = home.text()
    private val tries = home.status()
    private val hint = home.status()
    private val warning = home.status()
    private val lines = home.column()
    private val bar = home.progressBar()
    private val answer = home.button(home.getString(R.string.answer)) { answer() }
    private var questions: List<String>? = null
    private val codeLabel = home.text(home.getString(R.string.answer_code))
    private val code = home.answerLine().also { codeLabel.labelFor = it.id }
    private var entries: List<EditText> = emptyList()
    override val root = home.page(
        title,
        file,
        home.text(home.getString(R.string.question_warning)),
        lines,
        codeLabel,
        code,
        hint,
        warning,
        bar,
        tries,
        answer,
        home.button(home.getString(R.string.stop)) { home.back() },
    )

    override fun show(screen: Screen.Question) {
        title.text = home.getString(if (screen.size == null) R.string.question_title else R.string.locked_title)
        file.showOrHide(screen.size?.let { home.getString(R.string.locked_text, bytes(it, HandfastApp.locale())) })
        if (screen.questions != questions) {
            questions = screen.questions
            code.text.clear()
            // Questions that were agreed on elsewhere are not inside.
            val asked = screen.questions.ifEmpty { listOf(home.getString(R.string.question_unwritten)) }
            entries = asked.map { home.answerLine() }
            lines.removeAllViews()
            asked.zip(entries).forEach { (question, entry) ->
                val label = home.text(question).apply { labelFor = entry.id }
                lines.addView(label, wide())
                lines.addView(entry, wide())
            }
        }
        hint.showOrHide(
            when {
                screen.busy -> home.getString(R.string.unlocking)
                else -> screen.hint?.let(home::say)
            },
        )
        warning.showOrHide(screen.warning?.let(home::say))
        tries.showOrHide(screen.triesLeft?.let { home.resources.getQuantityString(R.plurals.tries_left, it, it) })
        for (part in listOf(codeLabel, code)) part.visibility = if (screen.withCode) View.VISIBLE else View.GONE
        bar.show(screen.busy, screen.progress)
        answer.isEnabled = !screen.busy
    }

    private fun answer() =
        home.app.answer(entries.map { it.text.toString() }, code.text.toString().takeIf { code.visibility == View.VISIBLE })
}

/** Six pictures and the same in digits. */
class CompareScreenView(home: MainActivity) : ScreenView<Screen.Compare>(home) {
    private val pictures = home.column()
    private val digits = home.heading()
    private var shown: Screen.Compare? = null
    override val awake = true
    override val root = home.page(
        home.heading(home.getString(R.string.compare_title)),
        home.text(home.getString(R.string.compare_text)),
        pictures,
        digits,
        home.button(home.getString(R.string.compare_same)) { judge(Outcome.SAME) },
        home.button(home.getString(R.string.compare_different)) { judge(Outcome.DIFFERENT) },
        home.button(home.getString(R.string.compare_later)) { judge(Outcome.LATER) },
    )

    /** A judgement is about what stands here, whatever comes meanwhile. */
    private fun judge(outcome: Outcome) {
        shown?.let { home.app.compared(it.digits, outcome) }
    }

    override fun show(screen: Screen.Compare) {
        shown = screen
        pictures.removeAllViews()
        for (symbol in screen.symbols) {
            val name = home.getString(home.resources.getIdentifier(symbol.id, "string", home.packageName))
            pictures.addView(home.heading("${symbol.picture}  $name"), wide())
        }
        digits.text = screen.digits.joinToString(" ")
    }
}

/** Asks for a question and its answer before an invitation is made; [done] gets what was written. */
fun MainActivity.askForProtection(done: (Protection) -> Unit) {
    val question = EditText(this).apply { hint = getString(R.string.your_question) }
    val answer = answerLine().apply { hint = getString(R.string.your_answer) }
    val lock = CheckBox(this).apply { text = getString(R.string.lock_link) }
    val form: LinearLayout = column(text(getString(R.string.protection_text)), question, answer, lock)
    form.setPadding(dp(24), dp(16), dp(24), 0)
    AlertDialog.Builder(this)
        .setTitle(R.string.protection_title)
        .setView(form)
        .setNegativeButton(R.string.not_now, null)
        .setPositiveButton(R.string.make_invitation) { _, _ ->
            done(Protection(question.text.toString(), answer.text.toString(), lock.isChecked))
        }
        .show()
}

/** No keyboard learns from what is typed here. */
fun MainActivity.answerLine() = EditText(this).apply {
    id = View.generateViewId()
    minHeight = dp(48)
    inputType = InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_FLAG_NO_SUGGESTIONS or
        InputType.TYPE_TEXT_VARIATION_VISIBLE_PASSWORD
}
