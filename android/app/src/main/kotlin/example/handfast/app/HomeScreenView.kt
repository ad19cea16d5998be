package example.handfast.app

import android.os.Handler
import android.os.Looper
import android.view.View
import android.widget.TextView
import example.handfast.core.Contact
import example.handfast.core.Screen
import example.handfast.core.UnderWay
import example.handfast.core.Waiting
import example.handfast.core.timeLeft
import java.text.DateFormat
import java.util.Date

/** What can be begun, what waits, and who was met. */
class HomeScreenView(home: MainActivity) : ScreenView<Screen.Home>(home) {
    private val clock = Handler(Looper.getMainLooper())
    private val underWay = home.column()
    private val waiting = home.column()
    private val people = home.column()
    private var counted: List<Pair<TextView, Long>> = emptyList()
    override val root = home.page(
        home.heading(home.getString(R.string.app_name)),
        home.text(home.getString(R.string.home_text)),
        home.button(home.getString(R.string.show_code)) { home.invite(send = false) },
        home.button(home.getString(R.string.scan_code)) { home.scan() },
        home.button(home.getString(R.string.share_link)) { home.invite(send = true) },
        home.button(home.getString(R.string.share_with_question)) {
            home.askForProtection { home.invite(send = true, protection = it) }
        },
        home.button(home.getString(R.string.lock_file)) { home.pickToLock() },
        home.button(home.getString(R.string.settings)) { home.app.showSettings() },
        underWay,
        waiting,
        people,
    )

    override fun show(screen: Screen.Home) {
        counted = emptyList()
        list(underWay, R.string.under_way_list, screen.underWay.map(::row))
        list(waiting, R.string.waiting_list, screen.waiting.map(::row))
        list(people, R.string.people, screen.people.map(::row))
        clock.removeCallbacksAndMessages(null)
        tick()
    }

    private fun list(column: android.widget.LinearLayout, title: Int, rows: List<View>) {
        column.removeAllViews()
        if (rows.isNotEmpty()) column.addView(home.heading(home.getString(title)), wide())
        rows.forEach { column.addView(it, wide()) }
    }

    private fun row(one: UnderWay): View = home.column(
        home.text(
            if (one.isTalking) one.name.orEmpty().ifEmpty { home.getString(R.string.person_unknown) }
            else invitation(one.ours, one.name),
        ),
        home.text(home.say(one.status)),
        home.button(home.getString(R.string.under_way_show)) { home.app.show(one.session) },
    )

    private fun invitation(ours: Boolean, name: String?) = when {
        ours -> home.getString(R.string.waiting_ours)
        name == null -> home.getString(R.string.waiting_theirs_unknown)
        else -> home.getString(R.string.waiting_theirs, name)
    }

    private fun row(one: Waiting): View {
        val what = invitation(one.ours, one.name)
        val left = home.text(home.getString(R.string.confirm_expired))
        one.expiresAt?.let { counted += left to it }
        return home.column(
            home.text(what),
            left,
            home.row(
                home.button(home.getString(R.string.go_on)) { home.resume(one.id) },
                home.button(home.getString(R.string.give_up)) { home.app.withdraw(one.id) },
            ),
        )
    }

    private fun row(one: Contact): View = home.column(
        home.button(one.name.ifEmpty { home.getString(R.string.person_unknown) }) { home.app.look(one.id) },
        home.text(home.getString(R.string.trust_line, home.say(one.trust), home.say(one.reason))),
    )

    private fun tick() {
        val now = System.currentTimeMillis() / 1000
        for ((text, until) in counted) {
            text.text = home.getString(R.string.time_left, timeLeft(until, now, HandfastApp.locale()))
        }
        if (counted.isNotEmpty()) clock.postDelayed(::tick, 1000)
    }

    override fun gone() = clock.removeCallbacksAndMessages(null)
}

/** Somebody who was met: how far to trust, why, since when. */
class PersonScreenView(home: MainActivity) : ScreenView<Screen.Person>(home) {
    private val name = home.heading()
    private val trust = home.text()
    private val since = home.text()
    private var id = ""
    override val root = home.page(
        name,
        trust,
        since,
        home.text(home.getString(R.string.forget_text)),
        home.button(home.getString(R.string.forget)) { home.app.forget(id) },
        home.button(home.getString(R.string.back_home)) { home.back() },
    )

    override fun show(screen: Screen.Person) {
        val one = screen.contact
        id = one.id
        name.text = one.name.ifEmpty { home.getString(R.string.person_unknown) }
        trust.text = home.getString(R.string.trust_line, home.say(one.trust), home.say(one.reason))
        val day = DateFormat.getDateInstance(DateFormat.LONG, HandfastApp.locale()).format(Date(one.since * 1000))
        since.text = home.getString(R.string.person_since, day)
    }
}
