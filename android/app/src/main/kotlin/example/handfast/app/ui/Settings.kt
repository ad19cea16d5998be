package example.handfast.app.ui

import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.text.KeyboardOptions
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.setValue
import androidx.compose.ui.Modifier
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.input.KeyboardCapitalization
import androidx.compose.ui.text.input.KeyboardType
import example.handfast.app.R
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.Choice
import example.handfast.app.ui.parts.Entry
import example.handfast.app.ui.parts.Facts
import example.handfast.app.ui.parts.Further
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.Leave
import example.handfast.app.ui.parts.MainButton
import example.handfast.app.ui.parts.Numbered
import example.handfast.app.ui.parts.OtherButton
import example.handfast.app.ui.parts.Page
import example.handfast.app.ui.parts.Progress
import example.handfast.app.ui.parts.live
import example.handfast.app.ui.parts.say
import example.handfast.app.ui.theme.hasPhoneColors
import example.handfast.core.Expected
import example.handfast.core.Key
import example.handfast.core.OwnName
import example.handfast.core.Preferences
import example.handfast.core.Choices
import example.handfast.core.Screen
import example.handfast.core.Topic

/** What the person is called, and under "Advanced" whom this phone may ask. */
@Composable
fun Settings(
    state: Screen.Settings,
    onSave: (name: String, chosen: Preferences, links: String) -> Unit,
    onLookAround: () -> Unit,
    onLinks: () -> Unit,
    onChoose: (Choices) -> Unit,
    onBack: () -> Unit,
) {
    val chosen = state.chosen
    // What was typed stays when the screen turns.
    var name by rememberSaveable { mutableStateOf(state.name) }
    var isAdvanced by rememberSaveable { mutableStateOf(state.hint != null || state.linkHint != null) }
    var askServers by rememberSaveable { mutableStateOf(chosen.askServers) }
    var servers by rememberSaveable { mutableStateOf(chosen.servers.joinToString(" ")) }
    var askRouter by rememberSaveable { mutableStateOf(chosen.askRouter) }
    var guess by rememberSaveable { mutableStateOf(chosen.guess) }
    var links by rememberSaveable { mutableStateOf(state.choices?.linkBase.orEmpty()) }
    Page(stringResource(R.string.settings), Leave.BACK, onBack) {
        Entry(
            name,
            { name = it.take(OwnName.LONGEST) },
            stringResource(R.string.your_name),
            keyboard = KeyboardOptions(capitalization = KeyboardCapitalization.Words),
            support = stringResource(R.string.name_later),
            onDone = {},
        )
        Surface(shape = MaterialTheme.shapes.large, color = MaterialTheme.colorScheme.surfaceContainer) {
            Column {
                Further(stringResource(R.string.look_around), Icons.World, Icons.Next, onClick = onLookAround)
                Further(stringResource(R.string.links_title), Icons.Link, Icons.Next, onClick = onLinks)
                Further(
                    stringResource(R.string.advanced),
                    Icons.Settings,
                    if (isAdvanced) Icons.Up else Icons.Down,
                ) { isAdvanced = !isAdvanced }
            }
        }
        state.choices?.let { Chosen(it, onChoose) }
        if (isAdvanced) {
            Choice(
                stringResource(R.string.ask_servers),
                askServers,
                { askServers = it },
                more = stringResource(R.string.ask_servers_text),
            )
            Entry(
                servers,
                { servers = it },
                stringResource(R.string.your_servers),
                keyboard = KeyboardOptions(keyboardType = KeyboardType.Uri),
                support = state.hint?.let { say(it) } ?: stringResource(R.string.usual_servers, state.usual.joinToString(" ")),
                isWrong = state.hint != null,
                onDone = {},
            )
            Choice(stringResource(R.string.ask_router), askRouter, { askRouter = it })
            Choice(stringResource(R.string.guess_ports), guess, { guess = it })
            Entry(
                links,
                { links = it },
                stringResource(R.string.your_links),
                keyboard = KeyboardOptions(keyboardType = KeyboardType.Uri),
                support = state.linkHint?.let { say(it) } ?: stringResource(R.string.your_links_text, stringResource(R.string.link_base)),
                isWrong = state.linkHint != null,
                onDone = {},
            )
        }
        MainButton(
            stringResource(R.string.save),
            { onSave(name, Preferences(askServers, servers.split(' ', ',', '\n'), askRouter, guess), links) },
        )
    }
}

/** What others get to know who hold or see this phone, and how the app looks. It counts at once. */
@Composable
private fun Chosen(choices: Choices, onChoose: (Choices) -> Unit) {
    Choice(stringResource(R.string.locks_app), choices.locksApp, { onChoose(choices.copy(locksApp = it)) })
    Choice(stringResource(R.string.hides_codes), choices.hidesCodes, { onChoose(choices.copy(hidesCodes = it)) })
    Choice(stringResource(R.string.tells_content), choices.tellsContent, { onChoose(choices.copy(tellsContent = it)) })
    if (hasPhoneColors) {
        Choice(stringResource(R.string.phone_colors), choices.hasPhoneColors, { onChoose(choices.copy(hasPhoneColors = it)) })
    }
}

/** What works from here, and who was asked. */
@Composable
fun Outlook(state: Screen.Outlook, onHotspot: () -> Unit, onBack: () -> Unit) =
    Page(stringResource(R.string.look_around), Leave.BACK, onBack) {
        val report = state.report
        if (report == null) {
            Progress(stringResource(R.string.looking_around), null)
            return@Page
        }
        Facts(report.works.map { sign(it.chance) to expected(it) })
        Facts(
            listOfNotNull(
                Icons.World to stringResource(R.string.line_ipv4, say(report.ipv4)),
                Icons.World to stringResource(R.string.line_ipv6, say(report.ipv6)),
                report.port?.let { Icons.Wifi to say(it) },
                Icons.Eye to when {
                    report.asked.isEmpty() -> stringResource(R.string.asked_nobody)
                    else -> stringResource(R.string.asked_servers, report.asked.joinToString(", "))
                },
            ),
        )
        OtherButton(stringResource(R.string.hotspot_title), onHotspot, icon = Icons.Hotspot)
    }

private fun sign(chance: Key) = when (chance) {
    Key.CHANCE_YES, Key.CHANCE_LIKELY -> Icons.Check
    Key.CHANCE_NO, Key.CHANCE_UNLIKELY -> Icons.Close
    else -> Icons.Question
}

@Composable
private fun expected(one: Expected) = stringResource(
    if (one.needsIpv6) R.string.expected_ipv6 else R.string.expected,
    say(one.situation),
    say(one.chance),
)

/** How to get over something that only people can. */
@Composable
fun Help(state: Screen.Help, onNetwork: () -> Unit, onLinks: () -> Unit, onBack: () -> Unit) = when (state.topic) {
    Topic.HOTSPOT -> Page(stringResource(R.string.hotspot_title), Leave.BACK, onBack) {
        Body(stringResource(R.string.hotspot_text))
        Numbered(
            listOf(
                stringResource(R.string.hotspot_step_open),
                stringResource(R.string.hotspot_step_join),
                stringResource(R.string.hotspot_step_scan),
            ),
        )
        MainButton(stringResource(R.string.way_network_settings), onNetwork, icon = Icons.Hotspot)
    }
    Topic.LINKS -> Page(stringResource(R.string.links_title), Leave.BACK, onBack) {
        val host = stringResource(R.string.link_host)
        if (state.opensLinks) {
            Body(stringResource(R.string.links_allowed, host), Modifier.live())
            OtherButton(stringResource(R.string.allow_links), onLinks)
            return@Page
        }
        Body(stringResource(R.string.links_text, host))
        Numbered(
            listOf(
                stringResource(R.string.links_step_open),
                stringResource(R.string.links_step_allow, host),
            ),
        )
        Body(stringResource(R.string.links_step_paste))
        MainButton(stringResource(R.string.allow_links), onLinks)
    }
}
