package example.handfast.app

import android.os.Handler
import android.os.Looper
import android.view.View
import example.handfast.core.Handout
import example.handfast.core.Screen
import example.handfast.core.bridge.Device
import example.handfast.core.timeLeft

/** The view of one kind of screen. It is kept as long as that kind is shown. */
abstract class ScreenView<T : Screen>(protected val home: MainActivity) {
    abstract val root: View

    /** A code is shown or scanned: the screen stays on, and bright for a code. */
    open val bright = false
    open val awake = false

    abstract fun show(screen: T)

    /** It leaves the screen for good. */
    open fun gone() = Unit
}

/** A code with the ways to hand it out, and the time that is left. */
private class CodeParts(private val home: MainActivity) {
    private val clock = Handler(Looper.getMainLooper())
    val picture = QrView(home).apply { contentDescription = home.getString(R.string.qr_description) }
    val left = home.text()
    private var until = 0L
    private var handout: Handout? = null

    val ways = home.column(
        home.button(home.getString(R.string.share_as_link)) { handout?.let(home::shareLink) },
        home.button(home.getString(R.string.share_as_picture)) { handout?.let(home::sharePicture) },
        home.button(home.getString(R.string.share_as_file)) { handout?.let(home::shareFile) },
    )

    fun show(new: Handout) {
        if (new == handout) return
        handout = new
        picture.symbol = Device.symbol(new.symbol)
    }

    fun count(expiresAt: Long) {
        until = expiresAt
        clock.removeCallbacksAndMessages(null)
        tick()
    }

    private fun tick() {
        val now = System.currentTimeMillis() / 1000
        left.text = home.getString(R.string.time_left, timeLeft(until, now, HandfastApp.locale()))
        clock.postDelayed(::tick, 1000)
    }

    fun gone() = clock.removeCallbacksAndMessages(null)
}

/** Our invitation is on its way. */
class PreparingScreenView(home: MainActivity) : ScreenView<Screen.Preparing>(home) {
    private val aside = home.button(home.getString(R.string.put_aside)) { home.app.putAside() }
    override val awake = true
    override val root = home.page(
        home.status().apply { text = home.getString(R.string.making_invitation) },
        home.progressBar().apply { show(busy = true, progress = null) },
        aside,
        home.button(home.getString(R.string.stop)) { home.back() },
    )

    override fun show(screen: Screen.Preparing) {
        aside.visibility = if (screen.kept) View.VISIBLE else View.GONE
    }
}

class ShowCodeScreenView(home: MainActivity) : ScreenView<Screen.ShowCode>(home) {
    private val stage = home.status()
    private val code = CodeParts(home)
    private val scanNow = home.button(home.getString(R.string.scan_their_code)) { home.scan() }
    private val send = home.button(home.getString(R.string.send_instead)) { home.invite(send = true) }
    private val hint = home.status()
    private val harder = home.button(home.getString(R.string.try_harder)) { home.app.tryHarder() }
    override val bright = true
    override val awake = true
    override val root = home.page(
        stage,
        hint,
        harder,
        code.picture,
        code.left,
        scanNow,
        code.ways,
        send,
        home.button(home.getString(R.string.put_aside)) { home.app.putAside() },
        home.button(home.getString(R.string.stop)) { home.back() },
    )

    override fun show(screen: Screen.ShowCode) {
        val tries = screen.triesLeft?.let { home.resources.getQuantityString(R.plurals.tries_left, it, it) }
        stage.text = listOfNotNull(home.say(screen.stage), tries).joinToString(" ")
        hint.showOrHide(screen.hint?.let(home::say))
        harder.visibility = if (screen.canTryHarder) View.VISIBLE else View.GONE
        code.show(screen.invitation)
        code.count(screen.expiresAt)
        // Whoever sends a code that was only to be shown would claim more than is true.
        code.ways.visibility = if (screen.sent) View.VISIBLE else View.GONE
        send.visibility = if (screen.sent) View.GONE else View.VISIBLE
        scanNow.visibility = if (screen.scanNow || screen.sent) View.VISIBLE else View.GONE
    }

    override fun gone() = code.gone()
}

class ReplyScreenView(home: MainActivity) : ScreenView<Screen.Reply>(home) {
    private val code = CodeParts(home)
    private val hint = home.status()
    private val harder = home.button(home.getString(R.string.try_harder)) { home.app.tryHarder() }
    override val bright = true
    override val awake = true
    override val root = home.page(
        home.heading(home.getString(R.string.reply_title)),
        home.text(home.getString(R.string.reply_text)),
        hint,
        harder,
        code.picture,
        code.ways,
        home.button(home.getString(R.string.scan_their_code)) { home.scan() },
        home.button(home.getString(R.string.put_aside)) { home.app.putAside() },
        home.button(home.getString(R.string.stop)) { home.back() },
    )

    override fun show(screen: Screen.Reply) {
        hint.showOrHide(screen.hint?.let(home::say))
        harder.visibility = if (screen.canTryHarder) View.VISIBLE else View.GONE
        code.show(screen.reply)
    }

    override fun gone() = code.gone()
}

class ConfirmScreenView(home: MainActivity) : ScreenView<Screen.Confirm>(home) {
    private val title = home.heading()
    private val proof = home.text()
    private val question = home.text()
    private val old = home.status()
    override val root = home.page(
        title,
        home.text(home.getString(R.string.confirm_address)),
        proof,
        question,
        old,
        home.button(home.getString(R.string.connect)) { home.connect() },
        home.button(home.getString(R.string.not_now)) { home.back() },
    )

    override fun show(screen: Screen.Confirm) {
        title.text = screen.name?.let { home.getString(R.string.confirm_title, it) }
            ?: home.getString(R.string.confirm_title_unknown)
        proof.text = home.say(screen.proof)
        question.showOrHide(screen.question?.let { home.getString(R.string.confirm_question, it) })
        old.showOrHide(if (screen.expiresAt == null) home.getString(R.string.confirm_expired) else null)
    }
}

class ConnectingScreenView(home: MainActivity) : ScreenView<Screen.Connecting>(home) {
    private val stage = home.status()
    private val hint = home.status()
    private val harder = home.button(home.getString(R.string.try_harder)) { home.app.tryHarder() }
    override val awake = true
    override val root = home.page(
        home.heading(home.getString(R.string.connecting_title)),
        stage,
        hint,
        harder,
        home.button(home.getString(R.string.show_my_reply)) { home.app.offerReply() },
        home.button(home.getString(R.string.scan_their_code)) { home.scan() },
        home.button(home.getString(R.string.put_aside)) { home.app.putAside() },
        home.button(home.getString(R.string.stop)) { home.back() },
    )

    override fun show(screen: Screen.Connecting) {
        stage.text = home.say(screen.stage)
        hint.showOrHide(screen.hint?.let(home::say))
        harder.visibility = if (screen.canTryHarder) View.VISIBLE else View.GONE
    }
}

class EndedScreenView(home: MainActivity) : ScreenView<Screen.Ended>(home) {
    private val what = home.heading()
    private val next = home.text()
    private val way = home.button("") { shown?.let { home.go(it.way) } }
    private var shown: Screen.Ended? = null
    override val root = home.page(
        what,
        next,
        way,
        home.button(home.getString(R.string.back_home)) { home.back() },
    )

    init {
        what.accessibilityLiveRegion = View.ACCESSIBILITY_LIVE_REGION_POLITE
    }

    override fun show(screen: Screen.Ended) {
        shown = screen
        what.text = home.say(screen.what)
        next.showOrHide(screen.next?.let(home::say))
        way.text = home.say(screen.way)
    }
}
