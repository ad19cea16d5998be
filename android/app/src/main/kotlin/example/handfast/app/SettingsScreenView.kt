package example.handfast.app

import android.text.InputType
import android.view.View
import android.widget.CheckBox
import android.widget.EditText
import example.handfast.core.Expected
import example.handfast.core.Preferences
import example.handfast.core.Screen

/** Whom this phone may ask how it is seen from outside. */
class SettingsScreenView(home: MainActivity) : ScreenView<Screen.Settings>(home) {
    private val askServers = choice(R.string.ask_servers)
    private val label = home.text(home.getString(R.string.your_servers))
    private val servers = EditText(home).apply {
        id = View.generateViewId()
        minHeight = home.dp(48)
        inputType = InputType.TYPE_CLASS_TEXT or InputType.TYPE_TEXT_VARIATION_URI
        label.labelFor = id
    }
    private val usual = home.text()
    private val hint = home.status()
    private val askRouter = choice(R.string.ask_router)
    private val guess = choice(R.string.guess_ports)
    private var shown: Preferences? = null
    override val root = home.page(
        home.heading(home.getString(R.string.settings)),
        askServers,
        home.text(home.getString(R.string.ask_servers_text)),
        label,
        servers,
        usual,
        hint,
        askRouter,
        guess,
        home.button(home.getString(R.string.save)) {
            home.app.prefer(askServers.isChecked, servers.text.toString(), askRouter.isChecked, guess.isChecked)
        },
        home.button(home.getString(R.string.look_around)) { home.app.lookAround() },
        home.button(home.getString(R.string.back_home)) { home.back() },
    )

    override fun show(screen: Screen.Settings) {
        // What was typed stays while it is looked at.
        if (screen.chosen != shown) {
            shown = screen.chosen
            askServers.isChecked = screen.chosen.askServers
            servers.setText(screen.chosen.servers.joinToString(" "))
            askRouter.isChecked = screen.chosen.askRouter
            guess.isChecked = screen.chosen.guess
        }
        usual.text = home.getString(R.string.usual_servers, screen.usual.joinToString(" "))
        hint.showOrHide(screen.hint?.let(home::say))
    }

    private fun choice(label: Int) = CheckBox(home).apply {
        text = home.getString(label)
        minHeight = home.dp(48)
    }
}

/** What works from here, and who was asked. */
class OutlookScreenView(home: MainActivity) : ScreenView<Screen.Outlook>(home) {
    private val busy = home.status()
    private val bar = home.progressBar()
    private val lines = home.column()
    override val root = home.page(
        home.heading(home.getString(R.string.look_around)),
        busy,
        bar,
        lines,
        home.button(home.getString(R.string.back_home)) { home.back() },
    )

    override fun show(screen: Screen.Outlook) {
        val report = screen.report
        busy.showOrHide(if (report == null) home.getString(R.string.looking_around) else null)
        bar.show(report == null, null)
        lines.removeAllViews()
        if (report == null) return
        val asked = report.asked.joinToString(", ")
        val texts = report.works.map(::line) + listOfNotNull(
            home.getString(R.string.line_ipv4, home.say(report.ipv4)),
            home.getString(R.string.line_ipv6, home.say(report.ipv6)),
            report.port?.let(home::say),
            if (asked.isEmpty()) home.getString(R.string.asked_nobody) else home.getString(R.string.asked_servers, asked),
        )
        texts.forEach { lines.addView(home.text(it), wide()) }
    }

    private fun line(expected: Expected): String = home.getString(
        if (expected.needsIpv6) R.string.expected_ipv6 else R.string.expected,
        home.say(expected.situation),
        home.say(expected.chance),
    )
}
