package example.handfast.app

import android.text.Editable
import android.text.TextWatcher
import android.view.View
import android.widget.CheckBox
import android.widget.EditText
import android.widget.ProgressBar
import example.handfast.core.Screen
import example.handfast.core.bytes

/** A question and an answer for a file of ours. */
class LockScreenView(home: MainActivity) : ScreenView<Screen.Lock>(home) {
    private val title = home.heading()
    private val size = home.text()
    private val question = EditText(home).apply { hint = home.getString(R.string.your_question) }
    private val answer = home.answerLine().apply { hint = home.getString(R.string.your_answer) }
    private val strength = home.status()
    private val hint = home.status()
    private val bar = home.progressBar()
    private val code = CheckBox(home).apply {
        text = home.getString(R.string.lock_with_code)
        minHeight = home.dp(48)
        setOnCheckedChangeListener { _, _ -> judge() }
    }
    private val lock = home.button(home.getString(R.string.lock_now)) { home.app.seal(typedQuestion, typedAnswer) }
    private val typedQuestion get() = question.text.toString()
    private val typedAnswer get() = answer.text.toString()
    override val root = home.page(
        title,
        size,
        home.text(home.getString(R.string.lock_text)),
        question,
        answer,
        strength,
        code,
        hint,
        bar,
        lock,
        home.button(home.getString(R.string.stop)) { home.back() },
    )

    init {
        for (line in listOf(question, answer)) {
            line.addTextChangedListener(object : TextWatcher {
                override fun beforeTextChanged(text: CharSequence?, start: Int, count: Int, after: Int) = Unit
                override fun onTextChanged(text: CharSequence?, start: Int, before: Int, count: Int) = Unit
                override fun afterTextChanged(text: Editable?) = judge()
            })
        }
    }

    private fun judge() {
        home.app.judge(typedQuestion, typedAnswer, code.isChecked)
    }

    override fun show(screen: Screen.Lock) {
        title.text = home.getString(R.string.lock_title, screen.name)
        size.text = bytes(screen.size, HandfastApp.locale())
        strength.showOrHide(screen.strength?.let(home::say))
        hint.showOrHide(if (screen.busy) home.getString(R.string.locking) else screen.hint?.let(home::say))
        bar.show(screen.busy, screen.progress)
        // An answer that protects nothing is refused, unless a code does.
        lock.isEnabled = !screen.busy && !screen.useless
        for (part in listOf(question, answer, code)) part.isEnabled = !screen.busy
    }
}

/** A locked file of ours, to hand on, and its code. */
class SealedScreenView(home: MainActivity) : ScreenView<Screen.Sealed>(home) {
    private val name = home.text()
    private val code = home.text()
    private val characters = home.heading()
    private val words = home.text()
    private var shown: Screen.Sealed? = null
    override val root = home.page(
        home.heading(home.getString(R.string.sealed_title)),
        name,
        code,
        characters,
        words,
        home.button(home.getString(R.string.share)) { shown?.let { home.shareFile(it.path, null) } },
        home.button(home.getString(R.string.save)) { shown?.let { home.save(it.name, it.path) } },
        home.button(home.getString(R.string.back_home)) { home.back() },
    )

    init {
        for (secret in listOf(characters, words)) secret.setTextIsSelectable(true)
    }

    override fun show(screen: Screen.Sealed) {
        shown = screen
        name.text = home.getString(R.string.file_line, screen.name, bytes(screen.size, HandfastApp.locale()))
        code.showOrHide(screen.code?.let { home.getString(R.string.sealed_code) })
        characters.showOrHide(screen.code?.characters)
        words.showOrHide(screen.code?.words)
    }
}

/** A file that was locked. What is in it is nobody's to open here. */
class OpenedScreenView(home: MainActivity) : ScreenView<Screen.Opened>(home) {
    private val name = home.heading()
    private val size = home.text()
    private var shown: Screen.Opened? = null
    override val root = home.page(
        name,
        size,
        home.button(home.getString(R.string.save)) { shown?.let { home.save(it.name, it.path) } },
        home.button(home.getString(R.string.share)) { shown?.let { home.shareFile(it.path, it.type) } },
        home.button(home.getString(R.string.back_home)) { home.back() },
    )

    override fun show(screen: Screen.Opened) {
        shown = screen
        name.text = screen.name
        val amount = bytes(screen.size, HandfastApp.locale())
        size.text = screen.type?.let { home.getString(R.string.file_line, amount, it) } ?: amount
    }
}

/** How far something is, from 0 to 1; without an end while that is not known. */
fun ProgressBar.show(busy: Boolean, progress: Float?) {
    visibility = if (busy) View.VISIBLE else View.GONE
    isIndeterminate = progress == null || progress == 0f
    this.progress = ((progress ?: 0f) * max).toInt()
}

fun MainActivity.progressBar() =
    ProgressBar(this, null, android.R.attr.progressBarStyleHorizontal).apply { max = 1000 }
