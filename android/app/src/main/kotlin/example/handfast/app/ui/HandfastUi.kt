package example.handfast.app.ui

import androidx.activity.compose.BackHandler
import androidx.compose.animation.AnimatedContent
import androidx.compose.animation.fadeIn
import androidx.compose.animation.fadeOut
import androidx.compose.animation.togetherWith
import androidx.compose.foundation.background
import androidx.compose.foundation.draganddrop.dragAndDropTarget
import androidx.compose.foundation.layout.Arrangement
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.BoxWithConstraints
import androidx.compose.foundation.layout.Column
import androidx.compose.foundation.layout.FlowRow
import androidx.compose.foundation.layout.Row
import androidx.compose.foundation.layout.WindowInsets
import androidx.compose.foundation.layout.WindowInsetsSides
import androidx.compose.foundation.layout.consumeWindowInsets
import androidx.compose.foundation.layout.fillMaxHeight
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.foundation.layout.only
import androidx.compose.foundation.layout.padding
import androidx.compose.foundation.layout.safeDrawing
import androidx.compose.foundation.layout.width
import androidx.compose.foundation.layout.windowInsetsPadding
import androidx.compose.foundation.rememberScrollState
import androidx.compose.foundation.verticalScroll
import androidx.compose.material3.Icon
import androidx.compose.material3.MaterialTheme
import androidx.compose.material3.Surface
import androidx.compose.material3.Text
import androidx.compose.runtime.Composable
import androidx.compose.runtime.DisposableEffect
import androidx.compose.runtime.LaunchedEffect
import androidx.compose.runtime.getValue
import androidx.compose.runtime.mutableStateOf
import androidx.compose.runtime.remember
import androidx.compose.runtime.saveable.rememberSaveable
import androidx.compose.runtime.saveable.rememberSaveableStateHolder
import androidx.compose.runtime.setValue
import androidx.compose.ui.Alignment
import androidx.compose.ui.Modifier
import androidx.compose.ui.draganddrop.DragAndDropEvent
import androidx.compose.ui.draganddrop.DragAndDropTarget
import androidx.compose.ui.res.stringResource
import androidx.compose.ui.text.style.TextAlign
import androidx.compose.ui.unit.dp
import androidx.lifecycle.compose.collectAsStateWithLifecycle
import androidx.window.core.layout.WindowSizeClass
import example.handfast.app.R
import example.handfast.app.ui.parts.Body
import example.handfast.app.ui.parts.HowItGoes
import example.handfast.app.ui.parts.Icons
import example.handfast.app.ui.parts.QuietButton
import example.handfast.app.ui.parts.live
import example.handfast.app.ui.parts.say
import example.handfast.core.AppModel
import example.handfast.core.Copying
import example.handfast.core.Key
import example.handfast.core.Notice
import example.handfast.core.Row as Line
import example.handfast.core.Screen
import example.handfast.core.Topic
import example.handfast.core.Way
import java.util.UUID
import example.handfast.core.isOutermost

/** The whole app: what [app] shows, and what a person does about it. */
@Composable
fun HandfastUi(app: AppModel, phone: Phone) {
    val screen by app.screen.collectAsStateWithLifecycle()
    val home by app.home.collectAsStateWithLifecycle()
    val rows by app.rows.collectAsStateWithLifecycle()
    val notice by app.notice.collectAsStateWithLifecycle()
    val copying by app.copying.collectAsStateWithLifecycle()
    val takingIn by app.takingIn.collectAsStateWithLifecycle()
    // An invitation that is being made to be sent in this form.
    var form by rememberSaveable { mutableStateOf<Form?>(null) }
    var isAskingFirst by rememberSaveable { mutableStateOf(false) }
    val deeds = remember(app, phone) {
        Deeds(app, phone, askFirst = { isAskingFirst = true }) {
            form = it
            phone.invite(send = true)
        }
    }
    LaunchedEffect(screen) {
        when (val shown = screen) {
            is Screen.ShowCode -> if (shown.sent) {
                when (form) {
                    Form.LINK -> phone.shareLink(shown.invitation)
                    Form.PICTURE -> phone.sharePicture(shown.invitation)
                    null -> {}
                }
                form = null
            }
            is Screen.Preparing -> {}
            else -> form = null
        }
    }

    BackHandler(!screen.isOutermost) { app.putAside() }
    val beneath = rememberSaveableStateHolder()
    val askNothing = {
        isAskingFirst = false
        beneath.removeState(QUESTION)
    }
    // What comes meanwhile, as by a link, is looked at first; what was typed here is there again then.
    val asksFirst = isAskingFirst && (screen is Screen.Home || screen is Screen.ShowCode)
    BackHandler(asksFirst) { askNothing() }
    Feel(screen, phone)
    // A line to write in takes what is dropped onto it, and keeps the window from hearing of what is dropped elsewhere.
    val drops = remember(phone) { Drops(phone) }
    Surface(Modifier.fillMaxSize().dragAndDropTarget({ true }, drops), color = MaterialTheme.colorScheme.surface) {
        Noted(notice, phone::go, app::noticed) {
            if (asksFirst) {
                // An answer is typed.
                DisposableEffect(phone) {
                    phone.hide(true)
                    onDispose { phone.hide(false) }
                }
                beneath.SaveableStateProvider(QUESTION) {
                    AskFirst({
                        askNothing()
                        phone.invite(send = true, it)
                    }, askNothing)
                }
            } else {
                beneath.SaveableStateProvider("stage") { Stage(screen, home, rows, deeds, copying, takingIn) }
            }
        }
    }
}

private class Drops(private val phone: Phone) : DragAndDropTarget {
    override fun onDrop(event: DragAndDropEvent) = phone.dropped(event)
}

private const val QUESTION = "question"

/** One screen, and on a wide display what belongs beside it. */
@Composable
fun Stage(
    screen: Screen,
    home: Screen.Home,
    rows: List<Line>,
    deeds: Deeds,
    copying: Copying? = null,
    takingIn: Copying? = null,
) = BoxWithConstraints {
    val holder = rememberSaveableStateHolder()
    val here = place(screen)
    var passing by rememberSaveable { mutableStateOf<String?>(null) }
    LaunchedEffect(here) {
        // A draft is there again when one comes back; what was typed elsewhere is for that once. Whatever covers all of
        // this for a while is no other place.
        val left = passing
        if (left != null && left != here) holder.removeState(left)
        passing = here.takeUnless { screen is Screen.Conversation || screen is Screen.Home }
    }
    val hasList = maxWidth >= LIST_BESIDE && (screen is Screen.Home || screen is Screen.Conversation || screen is Screen.Person)
    val hasPeople = maxWidth >= PEOPLE_BESIDE && (screen is Screen.ShowCode || screen is Screen.Reply)
    val listWidth = if (maxWidth >= PEOPLE_BESIDE) 360.dp else 280.dp
    val start = WindowInsets.safeDrawing.only(WindowInsetsSides.Start)
    Row(Modifier.fillMaxSize()) {
        if (hasList || hasPeople) {
            val list = Modifier
                .width(listWidth)
                .consumeWindowInsets(WindowInsets.safeDrawing.only(WindowInsetsSides.End))
            Home(home, deeds.home, list, (screen as? Screen.Conversation)?.session)
        }
        Box(if (hasList || hasPeople) Modifier.weight(1f).consumeWindowInsets(start) else Modifier.weight(1f)) {
            AnimatedContent(
                screen,
                transitionSpec = { fadeIn() togetherWith fadeOut() },
                // Only another kind of screen comes as another.
                contentKey = { place(it) },
                label = "screen",
            ) { shown ->
                holder.SaveableStateProvider(place(shown)) {
                    if (hasList && shown is Screen.Home) Empty() else Draw(shown, rows, deeds, hasBack = !hasList, copying, takingIn)
                }
            }
        }
    }
}

/** Numbers of sessions begin anew in each process, and what was typed for one is not for another. */
private val process = "${UUID.randomUUID()}"

/** What a screen is a place for: the same one is drawn on, another one comes in its stead. */
private fun place(screen: Screen): String = when (screen) {
    // With somebody who is known it is theirs, in whichever session and process.
    is Screen.Conversation -> "Conversation ${screen.contact ?: "$process/${screen.session}"}"
    is Screen.Person -> "Person ${screen.contact.id}"
    is Screen.Question -> "Question ${screen.questions}"
    else -> screen.javaClass.simpleName
}

private val LIST_BESIDE = WindowSizeClass.WIDTH_DP_MEDIUM_LOWER_BOUND.dp
private val PEOPLE_BESIDE = WindowSizeClass.WIDTH_DP_EXPANDED_LOWER_BOUND.dp

/** Beside the list, while nobody is chosen. */
@Composable
private fun Empty() = Surface(
    Modifier.fillMaxSize().windowInsetsPadding(WindowInsets.safeDrawing).padding(16.dp),
    MaterialTheme.shapes.extraLarge,
    color = MaterialTheme.colorScheme.surfaceContainerLow,
) {
    Column(
        Modifier.verticalScroll(rememberScrollState()).padding(24.dp),
        Arrangement.spacedBy(24.dp, Alignment.CenterVertically),
        Alignment.CenterHorizontally,
    ) {
        HowItGoes(Modifier.width(320.dp))
        Body(stringResource(R.string.pick_somebody), align = TextAlign.Center)
    }
}

@Composable
private fun Draw(screen: Screen, rows: List<Line>, deeds: Deeds, hasBack: Boolean, copying: Copying?, takingIn: Copying?) {
    val app = deeds.app
    val phone = deeds.phone
    when (screen) {
        is Screen.Welcome -> Welcome(screen, app::welcome) { name ->
            app.welcome(name)
            app.move()
        }
        is Screen.Home -> Home(screen, deeds.home)
        is Screen.Preparing -> Preparing(screen, deeds.leaving)
        is Screen.ShowCode -> ShowCode(
            screen,
            deeds.sharing,
            deeds.leaving,
            onScan = app::scan,
            onSend = deeds.sendAs,
            onAskFirst = deeds.askFirst,
            onTryHarder = app::tryHarder,
            onHotspot = deeds.hotspot,
        )
        is Screen.Reply -> Reply(screen, deeds.sharing, deeds.leaving, app::scan, app::tryHarder, deeds.hotspot)
        is Screen.Scan -> Scan(screen, deeds.otherWays, app::back, { phone.go(Way.APP_SETTINGS) }) { isLit, modifier ->
            phone.Viewfinder(isLit, modifier)
        }
        is Screen.Which -> Which(screen, app::pick, app::back)
        is Screen.Confirm -> Confirm(screen, phone::connect, app::back)
        is Screen.Connecting ->
            Connecting(screen, deeds.leaving, app::offerReply, app::scan, app::tryHarder, deeds.hotspot)
        is Screen.Question -> Question(screen, app::answer, app::back)
        is Screen.Compare -> Compare(screen, app::compared)
        is Screen.Conversation -> Conversation(
            screen,
            rows,
            remember(deeds, screen.session) { deeds.talk(screen.session) },
            hasBack = hasBack,
            copying = copying?.takeIf { it.session == screen.session },
        )
        is Screen.Person -> Person(screen, deeds.person)
        is Screen.Lock -> Lock(screen, app::judge, app::seal, app::back)
        is Screen.LockMessage -> LockMessage(screen, app::judge, app::sendLocked, app::back)
        is Screen.OpenedMessage -> OpenedMessage(screen, app::back)
        is Screen.Sealed -> Sealed(
            screen,
            onShare = { phone.shareFile(screen.path, null) },
            onSave = { phone.saveFile(screen.name, screen.path) },
            onCopy = { phone.copy(it, secret = true) },
            onHome = app::back,
        )
        is Screen.Opened -> Opened(
            screen,
            onSave = { phone.saveFile(screen.name, screen.path) },
            onShare = { phone.shareFile(screen.path, screen.type) },
            onHome = app::back,
        )
        is Screen.Settings -> Settings(
            screen,
            onSave = { name, chosen, links ->
                app.rename(name)
                app.prefer(chosen.askServers, chosen.servers.joinToString(" "), chosen.askRouter, chosen.guess, links)
            },
            onLookAround = app::lookAround,
            onLinks = { app.help(Topic.LINKS) },
            onChoose = app::choose,
            onBack = app::back,
        )
        is Screen.Outlook -> Outlook(screen, deeds.hotspot, app::back)
        is Screen.Help -> Help(screen, { phone.go(Way.NETWORK_SETTINGS) }, phone::allowLinks, app::back)
        is Screen.Ask -> AskThem(screen, app::ask, app::back)
        is Screen.Search -> Search(screen, app::lookFor, app::back)
        is Screen.HandOn -> {
            val shareFile = { phone.shareFile("messages.handfast", screen.file.bytes) }
            HandOn(screen, deeds.sharing.with(file = { shareFile() }), shareFile, app::back)
        }
        is Screen.ToWhom -> ToWhom(screen, { app.shareTo(it) }, { app.shareTo(it) }, { phone.invite(send = false) }, app::scan, app::back)
        is Screen.Moving -> Moving(screen, app::moveOut, phone::pickFile, app::back)
        is Screen.MovingIn -> MovingIn(screen, app::openCopy, app::moveIn, app::back)
        is Screen.TakingIn -> TakingIn(screen, takingIn?.progress, app::back)
        is Screen.KeyLost -> KeyLost(screen, { phone.go(Way.RESTART) }, app::startAnew)
        is Screen.NotOpened -> NotOpened(screen, app::tryAgain, app::startAnew, phone::go)
        is Screen.Ended -> Ended(screen, phone::go, app::back)
    }
}

/** What a person does, handed on to the model or to the phone. */
class Deeds(val app: AppModel, val phone: Phone, val askFirst: () -> Unit, val sendAs: (Form) -> Unit) {
    val hotspot = { app.help(Topic.HOTSPOT) }
    val leaving = Leaving(app::putAside, app::stop, app::giveUp)
    val sharing = Sharing(phone::shareLink, phone::sharePicture, phone::shareFile) { phone.copy(it.link) }
    val otherWays = OtherWays(phone::paste, phone::pickPicture, phone::pickFile)
    val home = HomeDeeds(
        showCode = { phone.invite(send = false) },
        scan = app::scan,
        shareLink = { sendAs(Form.LINK) },
        askFirst = askFirst,
        lockFile = phone::pickToLock,
        openLocked = phone::pickFile,
        lookAround = app::lookAround,
        settings = app::showSettings,
        move = app::move,
        show = app::show,
        resume = phone::resume,
        giveUp = app::withdraw,
        meet = phone::meet,
    )
    val person = PersonDeeds(
        back = app::back,
        meet = phone::meet,
        compare = app::compare,
        showCode = { phone.invite(send = false) },
        giveName = app::giveName,
        block = app::block,
        takeFilesUpTo = app::takeFilesUpTo,
        disappear = { session, after -> app.disappear(after, session) },
        handOn = app::handOn,
        otherDevice = app::otherDevice,
        forget = app::forget,
    )

    /** What is done in the conversation that is drawn: another may have come to the front meanwhile. */
    fun talk(session: Long) = TalkDeeds(
        back = app::putAside,
        send = { text, about -> app.sendTo(session, text, about) },
        dropSubject = app::dropSubject,
        takeUnsent = { app.takeUnsent(session) },
        lock = { app.lockMessage(it, session) },
        takeLocked = { app.takeLocked(session) },
        attachFiles = phone::attachFiles,
        attachPictures = phone::attachPictures,
        takePicture = phone::takePicture,
        compare = app::compare,
        ask = app::askThem,
        answer = { app.answer(listOf(it)) },
        noAnswer = app::noAnswer,
        search = app::search,
        goodbye = app::goodbye,
        stopLooking = app::stopLooking,
        meet = phone::meet,
        about = app::look,
        acceptRestored = app::acceptRestored,
        earlier = app::earlier,
        remove = app::stop,
        vouch = app::onlyTheyWouldAsk,
        allowMore = app::allowMore,
        stopCopying = app::stopCopying,
        rows = RowDeeds(
            accept = app::acceptFile,
            decline = app::declineFile,
            cancel = app::cancelFile,
            open = { file -> file.path?.let { phone.openFile(it, null) } },
            save = { file -> file.path?.let { phone.saveFile(file.name, it) } },
            share = { file -> file.path?.let { phone.shareFile(it, null) } },
            copy = { phone.copy(it) },
            reply = app::reply,
            react = app::react,
            edit = app::edit,
            takeBack = app::takeBack,
            unlock = app::openLocked,
            agree = { app.disappear(it, session) },
            openLink = phone::openLink,
        ),
    )
}

/** A screen, and above it something to say that stays until it is read. */
@Composable
fun Noted(notice: Notice?, onWay: (Way) -> Unit, onRead: () -> Unit, content: @Composable () -> Unit) = Column {
    if (notice != null) Note(notice, onWay, onRead)
    val top = WindowInsets.safeDrawing.only(WindowInsetsSides.Top)
    Box(if (notice == null) Modifier else Modifier.consumeWindowInsets(top)) { content() }
}

@Composable
private fun Note(notice: Notice, onWay: (Way) -> Unit, onRead: () -> Unit) = Surface(
    Modifier.fillMaxWidth().live(),
    color = MaterialTheme.colorScheme.secondaryContainer,
) {
    Column(
        Modifier
            .windowInsetsPadding(WindowInsets.safeDrawing.only(WindowInsetsSides.Top + WindowInsetsSides.Horizontal))
            .padding(start = 16.dp, end = 8.dp, top = 12.dp, bottom = 4.dp),
    ) {
        Row(horizontalArrangement = Arrangement.spacedBy(12.dp)) {
            Icon(Icons.Info, null)
            Text(
                listOfNotNull(say(notice.what), notice.next?.let { say(it) }).joinToString(" "),
                Modifier.weight(1f),
                style = MaterialTheme.typography.bodyMedium,
            )
        }
        FlowRow(Modifier.align(Alignment.End)) {
            QuietButton(stringResource(R.string.understood), onRead)
            notice.way?.let { way -> QuietButton(say(way), { onWay(way) }) }
        }
    }
}

/** A match and a wrong answer are felt; a scan is by the camera itself. */
@Composable
private fun Feel(screen: Screen, phone: Phone) {
    var before by remember { mutableStateOf(screen) }
    LaunchedEffect(screen) {
        felt(before, screen)?.let(phone::feel)
        before = screen
    }
}

private fun felt(before: Screen, now: Screen): Felt? = when {
    now is Screen.Question && now.hint == Key.KIND_WRONG_ANSWER && before != now && !now.busy -> Felt.WRONG
    before is Screen.Compare && now is Screen.Conversation && now.trust == Key.TRUST_VERIFIED -> Felt.MATCH
    else -> null
}
