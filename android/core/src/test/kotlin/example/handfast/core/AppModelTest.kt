package example.handfast.core

import example.handfast.bindings.ErrorKind
import example.handfast.core.bridge.Device
import example.handfast.core.bridge.EventSink
import example.handfast.core.bridge.Refusal
import example.handfast.core.bridge.TestDevice
import example.handfast.core.bridge.frame
import example.handfast.core.bridge.paste
import example.handfast.core.bridge.png
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.cancel
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import org.junit.Assume.assumeTrue
import org.junit.Test
import java.io.ByteArrayInputStream
import java.io.File
import java.io.InputStream
import java.net.DatagramSocket
import java.net.InetAddress
import java.net.NetworkInterface
import java.net.URLEncoder
import java.nio.file.Files
import java.util.Locale
import java.util.concurrent.CountDownLatch
import javax.imageio.ImageIO
import kotlin.random.Random
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.test.fail

/** The state holder against the real device: what people do and what goes wrong is a screen. */
class AppModelTest {
    @Test
    fun `two apps meet, write and part`() = twoApps { one, two ->
        one.app.invite(send = false)
        val code = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
        assertFalse(code.sent)
        two.app.scan()
        two.app.camera(Camera.RUNNING)
        two.until<Screen.Scan> { it.camera == Camera.RUNNING }
        assertTrue(two.see(code.invitation.symbol))
        assertEquals(Key.PROOF_CAMERA, two.until<Screen.Confirm>().proof)
        two.app.accept()
        assertEquals(Key.TRUST_VERIFIED, two.until<Screen.Conversation>().trust)
        assertEquals(Key.REASON_SAW_THE_CODE, one.until<Screen.Conversation>().reason)

        one.app.send("hello")
        two.app.send("hi")
        val texts = { rows: List<Row> -> rows.filterIsInstance<Row.Text>().map { it.text to it.ours } }
        two.app.rows.wait { "hello" to false in texts(it) && "hi" to true in texts(it) }
        one.app.rows.wait { "hi" to false in texts(it) }

        one.app.back()
        one.until<Screen.Home>()
        two.until<Screen.Conversation> { it.isOver && it.line == Key.KIND_THEY_LEFT }
        two.app.back()
        two.until<Screen.Home>()
    }

    @Test
    fun `a goodbye ends it for both, and what was written stays to be read`() = twoApps { one, two ->
        meet(one, two)
        one.app.send("hello")
        two.app.rows.wait { it.size == 1 }
        // One step back leaves the screen and nothing else.
        one.app.putAside()
        assertTrue(one.until<Screen.Home>().underWay.single().isTalking)
        one.app.show(one.app.home.value.underWay.single().session)
        one.until<Screen.Conversation>()
        one.app.goodbye()
        one.until<Screen.Conversation> { it.isOver && it.line == Key.LINE_LEFT }
        assertEquals("hello", (one.app.rows.value.single() as Row.Text).text)
        two.until<Screen.Conversation> { it.isOver && it.line == Key.KIND_THEY_LEFT }
        assertEquals("hello", (two.app.rows.value.single() as Row.Text).text)
        one.app.putAside()
        assertTrue(one.until<Screen.Home>().underWay.single().isOver)
        one.app.show(one.app.home.value.underWay.single().session)
        one.until<Screen.Conversation>()
        one.app.stop()
        one.until<Screen.Home> { it.underWay.isEmpty() }
    }

    @Test
    fun `put aside it goes on, stopped it waits, given up it is gone`() = oneApp { one ->
        one.app.invite(send = true)
        one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
        one.app.putAside()
        val aside = one.until<Screen.Home> { it.underWay.size == 1 }
        one.app.show(aside.underWay.single().session)
        one.until<Screen.ShowCode>()
        one.app.stop()
        val waiting = one.until<Screen.Home> { it.underWay.isEmpty() && it.waiting.size == 1 }.waiting.single()
        one.app.resume(waiting.id)
        one.until<Screen.ShowCode>()
        one.app.giveUp()
        one.until<Screen.Home> { it.underWay.isEmpty() && it.waiting.isEmpty() }
    }

    @Test
    fun `the first start asks for a name, and opens what came meanwhile`() = oneApp { one ->
        one.app.invite(send = true)
        val link = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        val folder = Files.createTempDirectory("handfast-first").toFile()
        val name = { OwnName(File(folder, "name"), "Pixel 9") }
        Phone(folder = folder, owner = name()).use { two ->
            assertEquals("Pixel 9", two.until<Screen.Welcome>().suggested)
            two.app.handIn(link)
            two.app.welcome(" Mira \n")
            two.until<Screen.Confirm>()
            two.app.accept()
            assertEquals("Mira", one.until<Screen.Conversation>().name)
            assertEquals("Mira", name().read())
        }
    }

    @Test
    fun `rows that nobody looked at are counted, and each has its time`() = twoApps { one, two ->
        meet(one, two)
        two.app.putAside()
        two.until<Screen.Home>()
        one.app.send("first")
        one.app.send("last")
        val aside = two.until<Screen.Home> { it.underWay.singleOrNull()?.unread == 2 }.underWay.single()
        assertEquals("last", aside.last)
        assertTrue(aside.at!! > 1_700_000_000)
        two.app.show(aside.session)
        two.until<Screen.Conversation>()
        two.app.home.wait { it.underWay.single().unread == 0 }
    }

    @Test
    fun `a text is answered, reacted to, changed and taken back`() = twoApps { one, two ->
        meet(one, two)
        one.app.send("at six?")
        val theirs = two.app.rows.wait { it.size == 1 }.single()
        two.app.reply(theirs.number)
        assertEquals(Subject(theirs.number, "at six?", isEdit = false), two.until<Screen.Conversation> { it.subject != null }.subject)
        two.app.send("at seven")
        two.until<Screen.Conversation> { it.subject == null }
        val reply = one.app.rows.wait { it.size == 2 }.last() as Row.Text
        assertEquals("at seven" to Quote("at six?"), reply.text to reply.quote)
        // The same once more is: not any more.
        one.app.react(reply.number, "👍")
        two.app.rows.wait { (it.last() as Row.Text).reactions == listOf(Reaction(false, "👍")) }
        one.app.rows.wait { (it.last() as Row.Text).reactions == listOf(Reaction(true, "👍")) }
        one.app.react(reply.number, "👍")
        two.app.rows.wait { (it.last() as Row.Text).reactions.isEmpty() }
        val ours = one.app.rows.value.first()
        one.app.edit(ours.number)
        one.until<Screen.Conversation> { it.subject?.isEdit == true }
        one.app.dropSubject()
        one.until<Screen.Conversation> { it.subject == null }
        one.app.edit(ours.number)
        one.until<Screen.Conversation> { it.subject?.isEdit == true }
        one.app.send("at seven?")
        two.app.rows.wait { (it.first() as Row.Text).run { text == "at seven?" && isEdited } }
        // What is taken back cannot be written about any more.
        two.app.reply(theirs.number)
        two.until<Screen.Conversation> { it.subject != null }
        one.app.takeBack(ours.number)
        assertEquals(Key.NOTE_TAKEN_BACK, (two.app.rows.wait { it.first() is Row.Note }.first() as Row.Note).what)
        two.until<Screen.Conversation> { it.subject == null }
    }

    @Test
    fun `what could not be kept goes back to where it was typed`() = twoApps { one, two ->
        meet(one, two)
        hear(one, two)
        val session = one.until<Screen.Conversation>().session
        one.told.notWritten(session, "first", Refusal(ErrorKind.STORAGE_FULL))
        assertEquals(Notice(Key.KIND_STORAGE_FULL, Key.REMEDY_MAKE_ROOM, Way.STORAGE_SETTINGS), one.notice())
        one.told.notWritten(session, "second", Refusal(ErrorKind.STORAGE_FULL))
        one.until<Screen.Conversation> { it.unsent == "first\nsecond" }
        assertEquals("first\nsecond", one.app.takeUnsent(session))
        assertNull(one.app.takeUnsent(session))
        one.until<Screen.Conversation> { it.unsent == null }
        // The same where the core does not take it at all.
        val long = "x".repeat(65 shl 10)
        one.app.send(long)
        one.until<Screen.Conversation> { it.unsent == long }
        // What comes back to somebody who is over is there again when they are looked for.
        one.app.goodbye()
        val over = one.until<Screen.Conversation> { it.isOver || it.contact == null }
        one.app.meet(over.contact!!)
        one.until<Screen.Conversation> { it.apart != null && it.unsent == long }
    }

    @Test
    fun `a person is called something else, and is blocked until they are not`() = twoApps { one, two ->
        meet(one, two)
        val id = one.until<Screen.Conversation>().contact!!
        one.app.look(id)
        one.until<Screen.Person>()
        one.app.giveName(id, " My sister ")
        assertEquals("My sister", one.until<Screen.Person> { it.contact.name.isNotEmpty() }.contact.name)
        one.app.giveName(id, "  ")
        one.until<Screen.Person> { it.contact.name.isEmpty() }
        one.app.takeFilesUpTo(id, 7)
        one.until<Screen.Person> { it.contact.takesFilesUpTo == 7L }
        assertEquals(listOf(null, 0L, 7L), Contact.unaskedChoices(7).take(3))
        one.app.block(id, true)
        one.until<Screen.Person> { it.contact.isBlocked }
        two.until<Screen.Conversation> { it.isOver || it.apart != null }
        one.app.block(id, false)
        one.until<Screen.Person> { !it.contact.isBlocked }
    }

    @Test
    fun `a copy of this phone goes on as another one`() = twoApps { old, friend ->
        meet(old, friend)
        hear(old, friend)
        old.app.putAside()
        old.until<Screen.Home>()
        old.app.move()
        assertFalse(old.until<Screen.Moving>().isNew)
        old.app.moveOut(withMessages = true)
        val copy = old.until<Screen.Sealed>()
        assertTrue(copy.isPhone && copy.isSecret(Choices()))
        val bytes = File(copy.path).readBytes()
        val code = copy.code!!.words
        // It is shown once, and nothing of it stays.
        old.app.back()
        old.until<Screen.Home>()
        eventually { !File(copy.path).exists() }
        Phone().use { new ->
            new.app.move()
            assertTrue(new.until<Screen.Moving>().isNew)
            new.app.handIn(document("phone.handfast", bytes))
            assertTrue(new.until<Screen.MovingIn>().isSecret(Choices()))
            new.app.openCopy(emptyList(), Device.newCode().characters)
            assertEquals(Key.KIND_WRONG_ANSWER, new.until<Screen.MovingIn> { it.hint != null }.hint)
            new.app.openCopy(emptyList(), code)
            val open = new.until<Screen.MovingIn> { it.found != null }
            assertEquals(Screen.MovingIn.Found(people = 1, withMessages = true) to false, open.found to open.erases)
            new.app.moveIn()
            assertEquals(Key.MOVED_IN, new.notice().what)
            val met = new.until<Screen.Home> { it.people.size == 1 }.people.single()
            assertEquals(old.app.home.value.people.single().id, met.id)
            new.app.meet(met.id)
            new.app.rows.wait { texts(it) == listOf("hello" to true, "hi" to false) }
            // Who goes on here is asked whether the person means it, as a copy may be in use elsewhere.
            new.app.putAside()
            new.app.handIn(document("phone.handfast", bytes))
            new.until<Screen.MovingIn>()
            new.app.openCopy(emptyList(), code)
            assertTrue(new.until<Screen.MovingIn> { it.found != null }.erases)
            new.app.back()
            assertEquals(1, new.until<Screen.Home>().people.size)
        }
    }

    @Test
    fun `where the copy of another phone cannot be taken, this one stays`() = twoApps { one, friend ->
        meet(one, friend)
        hear(one, friend)
        val before = one.app.home.value.people.single()
        one.app.putAside()
        one.app.move()
        one.until<Screen.Moving>()
        one.app.moveOut(withMessages = false)
        val copy = one.until<Screen.Sealed>()
        val bytes = File(copy.path).readBytes()
        one.app.back()
        one.until<Screen.Home>()
        one.app.handIn(document("phone.handfast", bytes))
        one.until<Screen.MovingIn>()
        one.app.openCopy(emptyList(), copy.code!!.words)
        one.until<Screen.MovingIn> { it.found != null }
        one.fault = IllegalStateException("the key is out of reach")
        one.app.moveIn()
        assertEquals(Key.KIND_KEY_STORE_FAILED, one.notice().what)
        assertEquals(before.id, one.until<Screen.Home> { it.people.isNotEmpty() }.people.single().id)
        one.app.meet(before.id)
        one.app.rows.wait { texts(it) == listOf("hello" to true, "hi" to false) }
    }

    @Test
    fun `where nothing opens after the copy of another phone was taken, one tries again, or begins anew`() = twoApps { one, friend ->
        meet(one, friend)
        hear(one, friend)
        val before = one.app.home.value.people.single()
        one.app.putAside()
        one.app.move()
        one.until<Screen.Moving>()
        one.app.moveOut(withMessages = true)
        val copy = one.until<Screen.Sealed>()
        val bytes = File(copy.path).readBytes()
        suspend fun movesIn() {
            one.app.back()
            one.until<Screen.Home>()
            one.app.handIn(document("phone.handfast", bytes))
            one.until<Screen.MovingIn>()
            one.app.openCopy(emptyList(), copy.code!!.words)
            one.until<Screen.MovingIn> { it.found != null }
            one.isClosed = true
            one.app.moveIn()
            assertTrue(one.until<Screen.NotOpened>().isOutermost)
        }
        movesIn()
        one.app.tryAgain()
        one.isClosed = false
        one.app.tryAgain()
        assertEquals(Key.MOVED_IN, one.notice().what)
        assertEquals(before.id, one.until<Screen.Home> { it.people.isNotEmpty() }.people.single().id)
        one.forget()
        movesIn()
        one.isClosed = false
        one.app.startAnew()
        one.until<Screen.Home> { it.people.isEmpty() }
        assertNull(one.app.notice.value)
        one.app.invite(send = false)
        one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
    }

    @Test
    fun `of a copy of this phone that is not waited for nothing stays`() = oneApp { one ->
        val copies = { File(System.getProperty("java.io.tmpdir")).list().orEmpty().filter { it.startsWith("moving") }.toSet() }
        val before = copies()
        one.app.move()
        one.until<Screen.Moving>()
        one.app.moveOut(withMessages = true)
        one.app.back()
        one.until<Screen.Home>()
        // It is written all the same, as nothing stops it.
        eventually { (copies() - before).isEmpty() }
        one.app.move()
        one.until<Screen.Moving>()
    }

    @Test
    fun `help is a page of its own, and one step back leaves it alone`() = oneApp { one ->
        one.app.showSettings()
        one.until<Screen.Settings>()
        one.app.help(Topic.LINKS)
        assertEquals(Topic.LINKS, one.until<Screen.Help>().topic)
        one.app.putAside()
        one.until<Screen.Settings>()
    }

    @Test
    fun `a file is offered, taken and shown`() = twoApps { one, two ->
        meet(one, two)
        one.app.attach(listOf(document("film.bin", ByteArray(2_000_000))))
        val offer = two.app.rows.wait { it.any { row -> row is Row.File && row.offered } }.single()
        two.app.acceptFile(offer.number)
        val done = two.app.rows.wait { (it.single() as Row.File).state == Key.FILE_RECEIVED }.single()
        assertEquals(2_000_000, Files.size(java.nio.file.Path.of((done as Row.File).path!!)))
        one.app.rows.wait { (it.single() as Row.File).state == Key.FILE_SENT }
    }

    @Test
    fun `files of other apps are copied, sent, and their copies deleted`() = twoApps { one, two ->
        meet(one, two)
        val folder = Files.createTempDirectory("copies").toFile()
        val documents = listOf("a.bin", "b.bin").map { TestDocument(it, folder) { ByteArray(70_000).inputStream() } }
        one.app.attach(documents)
        val offers = two.app.rows.wait { rows -> rows.count { it is Row.File && it.offered } == 2 }
        assertEquals(listOf("a.bin", "b.bin"), offers.map { (it as Row.File).name })
        offers.forEach { two.app.acceptFile(it.number) }
        two.app.rows.wait { rows -> rows.all { (it as Row.File).state == Key.FILE_RECEIVED } }
        one.app.rows.wait { rows -> rows.size == 2 && rows.all { (it as Row.File).state == Key.FILE_SENT } }
        one.app.copying.wait { folder.list()!!.isEmpty() }
        eventually { one.copies.isEmpty() }
        folder.deleteRecursively()
    }

    @Test
    fun `what was shared in waits until somebody is there, and goes to whom the person chose`() = twoApps { one, two ->
        val folder = Files.createTempDirectory("copies").toFile()
        val film = TestDocument("film.mp4", folder, "video/mp4") { ByteArray(9).inputStream() }
        one.app.share(Shared(listOf(film), "look"))
        assertEquals(emptyList(), one.until<Screen.ToWhom>().people)
        one.app.invite(send = true)
        two.app.handIn(one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link)
        two.until<Screen.Confirm>()
        two.app.accept()
        two.until<Screen.Conversation>()
        val choice = one.until<Screen.ToWhom> { it.people.isNotEmpty() }
        assertEquals(listOf("film.mp4"), choice.names)
        one.app.shareTo(choice.people.single().session)
        one.until<Screen.Conversation>()
        two.app.rows.wait { rows -> rows.any { it is Row.Text && it.text == "look" } && rows.any { it is Row.File } }
        folder.deleteRecursively()
    }

    @Test
    fun `what is shared in can be for everybody who was met, and waits for whoever is away`() = twoApps { one, two ->
        meet(one, two)
        val met = one.until<Screen.Conversation>().contact!!
        one.app.goodbye()
        one.until<Screen.Home>()
        two.until<Screen.Conversation> { it.isOver }
        one.app.share(Shared(emptyList(), "see you at eight"))
        val asked = one.until<Screen.ToWhom> { it.others.isNotEmpty() }
        assertEquals(emptyList(), asked.people)
        assertEquals(met, asked.others.single().id)
        one.app.shareTo(met)
        one.until<Screen.Conversation> { it.apart != null }
        one.app.rows.wait { rows -> rows.any { it is Row.Text && it.text == "see you at eight" } }
        // Whoever is looked for already is among those with whom something goes on.
        one.app.putAside()
        one.app.share(Shared(emptyList(), "or nine"))
        one.app.shareTo(one.until<Screen.ToWhom> { it.people.isNotEmpty() }.people.single().session)
        two.app.meet(two.app.home.value.people.single().id)
        two.app.rows.wait { rows -> rows.mapNotNull { (it as? Row.Text)?.text }.containsAll(listOf("see you at eight", "or nine")) }
    }

    @Test
    fun `of two invitations in a picture the person says which is meant, and back drops both`() = twoApps { one, two ->
        val codes = List(2) {
            one.app.invite(send = true)
            val code = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.symbol
            one.app.putAside()
            one.until<Screen.Home>()
            Device.png(code, scale = 4)
        }
        val picture = png(1400, 700) { codes.forEachIndexed { place, code -> it.paste(code, 600, left = 50 + 700 * place) } }
        two.app.handIn(picture)
        val which = two.until<Screen.Which>()
        assertEquals(2, which.found.count { it.isInvitation && it.expiresAt != null })
        two.app.back()
        two.until<Screen.Home>()
        two.app.handIn(picture)
        two.until<Screen.Which>()
        two.app.pick(2)
        two.app.pick(1)
        two.until<Screen.Confirm>()
        two.app.accept()
        two.until<Screen.Conversation>()
        one.until<Screen.Conversation>()
    }

    @Test
    fun `a shared text without an invitation is to be sent, and back drops it`() = oneApp { one ->
        one.app.share(Shared(emptyList(), "see you at eight"))
        assertEquals("see you at eight", one.until<Screen.ToWhom>().text)
        one.app.back()
        one.until<Screen.Home>()
    }

    @Test
    fun `a shared picture without a code is to be sent, and one that cannot be read says so`() = oneApp { one ->
        val folder = Files.createTempDirectory("copies").toFile()
        one.app.share(Shared(listOf(TestDocument("photo.jpg", folder, "image/jpeg") { ByteArray(99).inputStream() }), null))
        one.until<Screen.ToWhom>()
        one.app.back()
        one.until<Screen.Home>()
        one.app.share(Shared(listOf(TestDocument("photo.jpg", folder, "image/jpeg") { throw SecurityException() }), null))
        assertEquals(Key.CANNOT_OPEN, one.notice().what)
        assertEquals(emptyList(), folder.list()!!.toList())
    }

    @Test
    fun `a file that is not there says so`() = twoApps { one, two ->
        meet(one, two)
        val gone = object : TestDocument("letter.txt", folder()) {
            override fun copy(progress: (Long) -> Unit) = File("/nowhere/at/all")
        }
        one.app.attach(listOf(gone))
        val notice = one.notice()
        assertEquals(Key.KIND_STORAGE, notice.what)
        assertEquals(Way.STORAGE_SETTINGS, notice.way)
        assertIs<Screen.Conversation>(one.app.screen.value)
    }

    @Test
    fun `a question of ours is answered over there`() = twoApps { one, two ->
        one.app.invite(send = true, Protection("Our dog?", "Rex", lock = false))
        two.app.handIn(one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link)
        assertEquals("Our dog?", two.until<Screen.Confirm>().question)
        two.app.accept()
        val first = two.until<Screen.Question> { it.hint == null }
        assertEquals(listOf("Our dog?") to null, first.questions to first.warning)
        one.until<Screen.ShowCode> { it.stage == Key.HOST_ASKING && it.triesLeft == 3 }
        two.app.answer(listOf("Bello"))
        val second = two.until<Screen.Question> { it.hint == Key.KIND_WRONG_ANSWER }
        assertEquals(2 to Key.QUESTION_REPEATED, second.triesLeft to second.warning)
        two.app.answer(listOf("rex"))
        assertEquals(Key.TRUST_ANSWER_CHECKED, one.until<Screen.Conversation>().trust)
        val asked = two.until<Screen.Conversation>()
        assertEquals(Key.TRUST_UNVERIFIED to Key.REASON_THEIR_QUESTION, asked.trust to asked.reason)
        assertTrue(asked.canVouch)
        two.app.onlyTheyWouldAsk()
        val marked = two.until<Screen.Conversation> { it.reason == Key.REASON_BY_YOUR_WORD }
        assertEquals(Key.TRUST_UNVERIFIED to false, marked.trust to marked.canVouch)
    }

    @Test
    fun `something locked asks before it opens`() = twoApps { one, two ->
        one.app.invite(send = true, Protection("Our dog?", "Rex", lock = true))
        two.app.handIn(one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link)
        assertEquals(listOf("Our dog?"), two.until<Screen.Question>().questions)
        two.app.answer(listOf("Bello"))
        two.until<Screen.Question> { it.hint == Key.KIND_WRONG_ANSWER && !it.busy }
        two.app.answer(listOf("Rex"))
        assertEquals(Key.PROOF_LOCKED, two.until<Screen.Confirm>().proof)
        two.app.accept()
        assertEquals(Key.REASON_THEIR_QUESTION, two.until<Screen.Conversation>().reason)
        assertEquals(Key.REASON_LOCKED_LINK, one.until<Screen.Conversation>().reason)
    }

    @Test
    fun `both compare and trust more`() = twoApps { one, two ->
        meet(one, two)
        one.app.compare()
        assertEquals(Key.COMPARE_OFFERED, two.until<Screen.Conversation> { it.compare != null }.compare)
        assertEquals(Key.COMPARE_ASKED, one.until<Screen.Conversation> { it.compare != null }.compare)
        two.app.compare()
        val ours = one.until<Screen.Compare>()
        assertEquals(ours.digits, two.until<Screen.Compare>().digits)
        // What is judged is what was seen.
        one.app.compared(listOf("0000", "0000", "0000"), Outcome.SAME)
        two.app.compared(ours.digits, Outcome.LATER)
        two.until<Screen.Conversation>()
        assertIs<Screen.Compare>(one.app.screen.value)
        one.app.compared(ours.digits, Outcome.SAME)
        assertEquals(Key.TRUST_VERIFIED, one.until<Screen.Conversation>().trust)
        assertEquals(Key.TRUST_UNVERIFIED, two.until<Screen.Conversation>().trust)
    }

    @Test
    fun `the second scan goes through the host's camera`() = twoApps { one, two ->
        one.app.invite(send = false)
        val code = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
        one.app.left(kept = false)
        two.app.handIn(code.invitation.link)
        two.until<Screen.Confirm>()
        two.app.accept()
        two.until<Screen.Connecting>()
        two.app.offerReply()
        val reply = two.until<Screen.Reply>().reply
        one.app.scan()
        assertEquals(Wanted.REPLY, one.until<Screen.Scan>().wanted)
        one.app.returned()
        assertTrue(one.see(reply.symbol))
        one.until<Screen.Conversation>()
        two.until<Screen.Conversation>()
    }

    @Test
    fun `a reply that was sent`() = twoApps { one, two ->
        one.app.invite(send = true)
        val code = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
        one.app.left(kept = false)
        two.app.handIn(code.invitation.link)
        two.until<Screen.Confirm>()
        two.app.accept()
        two.until<Screen.Connecting>()
        two.app.offerReply()
        one.app.handIn(two.until<Screen.Reply>().reply.link)
        val asked = one.notice()
        assertEquals(Key.REPLY_FOUND to Way.TAKE_REPLY, asked.what to asked.way)
        // Read and not agreed to, it is as if it had not come.
        one.forget()
        one.app.takeReply()
        one.app.handIn(two.until<Screen.Reply>().reply.link)
        one.app.notice.wait { it?.what == Key.REPLY_FOUND }
        // What comes meanwhile takes its place no more than another reply would.
        one.app.handIn(code.invitation.link)
        one.until<Screen.Confirm>()
        assertEquals(Key.REPLY_FOUND, one.notice().what)
        one.app.back()
        one.until<Screen.Home>()
        one.app.takeReply()
        one.app.notice.wait { it?.what == Key.REPLY_TAKEN }
        one.app.returned()
        one.until<Screen.Conversation>()
        two.until<Screen.Conversation>()
    }

    @Test
    fun `a question stays until it is answered, whatever is said or asked meanwhile`() = twoApps { one, two ->
        one.app.invite(send = true)
        val code = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
        one.app.left(kept = false)
        two.app.handIn(code.invitation.link)
        two.until<Screen.Confirm>()
        two.app.accept()
        two.until<Screen.Connecting>()
        two.app.offerReply()
        val reply = two.until<Screen.Reply>().reply.link
        one.app.handIn(reply)
        assertEquals(Way.TAKE_REPLY, one.notice().way)
        one.app.handIn("nothing at all")
        one.app.noticed()
        assertEquals(Key.KIND_NOTHING_FOUND, one.app.notice.wait { it?.way != Way.TAKE_REPLY }?.what)
        one.forget()

        // The reply is asked about first, and what is held is not lost by that.
        oneApp { other ->
            one.app.handIn(code.invitation.link)
            one.until<Screen.Confirm>()
            other.app.invite(send = true)
            one.app.handIn(other.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link)
            assertEquals(Way.REPLACE, one.notice().way)
            one.app.handIn(reply)
            one.app.notice.wait { it?.way == Way.TAKE_REPLY }
            one.app.takeReply()
            one.app.notice.wait { it?.way == Way.REPLACE }
            one.app.noticed()
            one.app.notice.wait { it?.what == Key.REPLY_TAKEN }
        }
    }

    @Test
    fun `one step back leaves what is seen, and not what lies beneath`() = twoApps { one, two ->
        one.app.invite(send = true)
        val link = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        two.app.showSettings()
        two.until<Screen.Settings>()
        two.app.handIn(link)
        two.until<Screen.Confirm>()
        two.app.back()
        two.until<Screen.Settings>()
        two.app.back()
        two.until<Screen.Home> { it.underWay.isEmpty() }
    }

    @Test
    fun `what is handed in and cannot be used is a notice with a way on`() = oneApp { one ->
        one.app.invite(send = true)
        val link = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        one.app.back()
        one.until<Screen.Home>()
        for ((text, what) in listOf(
            "https://elsewhere.example/page#part" to Key.KIND_NOTHING_FOUND,
            link.dropLast(10) to Key.KIND_INCOMPLETE,
            "" to Key.KIND_NOTHING_FOUND,
        )) {
            one.app.handIn(text)
            val notice = one.notice()
            assertEquals(what, notice.what, text)
            assertEquals(Way.SCAN, notice.way)
            one.forget()
        }
        assertIs<Screen.Home>(one.app.screen.value)
    }

    @Test
    fun `links arrive whole from other apps`() = twoApps { one, two ->
        one.app.invite(send = true)
        val link = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        val once = URLEncoder.encode(link, "UTF-8")
        for (text in listOf(
            link,
            "Come here: $link \uD83D\uDE00",
            "https://redirect.example/?to=${URLEncoder.encode(once, "UTF-8")}",
            "Open it in Handfast\n\n<$link>\n\nSent from my phone",
        )) {
            two.app.handIn(text)
            assertEquals(Key.PROOF_CARRIED, two.until<Screen.Confirm>().proof)
            two.app.back()
            two.until<Screen.Home>()
        }
    }

    @Test
    fun `pictures and files are read, and what is none says so`() = twoApps { one, two ->
        one.app.invite(send = true)
        val invitation = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation
        val large = png(8000, 5000) { it.paste(Device.png(invitation.symbol, 8), 1500) }
        for (bytes in listOf(Device.png(invitation.symbol, 4), large, Device.file(invitation))) {
            two.app.handIn(bytes)
            two.until<Screen.Confirm>()
            two.app.back()
            two.until<Screen.Home>()
        }
        for ((bytes, what) in listOf(
            png(200, 200) to Key.KIND_NO_CODE,
            png(200, 200).copyOf(80) to Key.KIND_NOT_A_PICTURE,
            png(10_000, 6_000) to Key.KIND_TOO_LARGE,
            ByteArray(0) to Key.KIND_NOTHING_FOUND,
        )) {
            two.app.handIn(bytes)
            assertEquals(what, two.notice().what)
            two.forget()
        }
    }

    @Test
    fun `a camera that is denied or missing leaves the other ways`() = oneApp { one ->
        one.app.scan()
        one.until<Screen.Scan> { it.camera == Camera.ASKING }
        one.app.camera(Camera.DENIED)
        assertEquals(Key.CAMERA_DENIED, one.until<Screen.Scan> { it.camera == Camera.DENIED }.hint)
        one.app.camera(Camera.MISSING)
        assertEquals(Key.CAMERA_MISSING, one.until<Screen.Scan> { it.camera == Camera.MISSING }.hint)
        one.app.back()
        one.until<Screen.Home>()
    }

    @Test
    fun `a foreign code before the camera is named, and scanning goes on`() = twoApps { one, two ->
        two.app.invite(send = false)
        val code = two.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
        one.app.scan()
        one.app.camera(Camera.RUNNING)
        one.until<Screen.Scan> { it.camera == Camera.RUNNING }
        assertFalse(one.see("https://elsewhere.example/menu"))
        assertEquals(Key.SCAN_NOT_OURS, one.until<Screen.Scan> { it.hint != null }.hint)
        assertTrue(one.see(code.invitation.symbol))
        one.until<Screen.Confirm>()
    }

    @Test
    fun `airplane mode is told, and its way leads to the settings`() = oneApp { one ->
        one.app.network(emptyList())
        one.app.invite(send = false)
        val ended = Screen.Ended(Key.KIND_NO_NETWORK, Key.REMEDY_CHECK_NETWORK, Way.NETWORK_SETTINGS)
        assertEquals(ended, one.until<Screen.Ended>())
        one.app.back()
        one.until<Screen.Home>()
        one.app.network(TestDevice.LOOPBACK)
        one.app.invite(send = false)
        val before = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation
        one.app.network(emptyList())
        one.until<Screen.ShowCode> { it.stage == Key.HOST_OFFLINE }
        one.app.network(listOf("127.0.0.2"))
        val moved = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING && it.invitation != before }
        assertNull(moved.hint)
    }

    @Test
    fun `a locked invitation that leads nowhere now says so`() = oneApp { one ->
        one.app.invite(send = true, Protection("Our dog?", "Rex", lock = true))
        val before = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
        assertNull(before.hint)
        one.app.network(listOf("127.0.0.2"))
        val moved = one.until<Screen.ShowCode> { it.hint != null }
        assertEquals(Key.INVITATION_OUTDATED to before.invitation, moved.hint to moved.invitation)
    }

    @Test
    fun `a code that is shown again is taken, and looked for there too`() = twoApps { one, two ->
        one.app.invite(send = true)
        val old = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation
        one.app.network(listOf("127.0.0.2"))
        val new = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING && it.invitation != old }.invitation
        two.app.handIn(old.link)
        two.until<Screen.Confirm>()
        two.app.accept()
        two.until<Screen.Connecting>()
        two.app.touched()
        two.app.scan()
        assertEquals(Wanted.INVITATION, two.until<Screen.Scan>().wanted)
        two.app.handIn(new.link)
        assertEquals(Key.INVITATION_TAKEN, two.notice().what)
        one.until<Screen.Conversation>()
        two.until<Screen.Conversation>()
    }

    @Test
    fun `settings are kept, and what is no server says so`() = oneApp { one ->
        one.app.showSettings()
        val settings = one.until<Screen.Settings>()
        assertEquals(Preferences(askServers = true, emptyList(), askRouter = true), settings.chosen)
        assertTrue(settings.usual.size > 1)
        one.app.prefer(askServers = true, "https://x.org", askRouter = false)
        assertEquals(Key.KIND_NOT_A_SERVER, one.until<Screen.Settings> { it.hint != null }.hint)
        one.app.prefer(askServers = true, " stun.example.org, [2a02::53]:1\n", askRouter = false, guess = false)
        one.until<Screen.Home>()
        one.app.showSettings()
        val kept = one.until<Screen.Settings>().chosen
        val servers = listOf("stun.example.org:3478", "[2a02::53]:1")
        assertEquals(Preferences(askServers = true, servers, askRouter = false, guess = false), kept)
        one.app.back()
        one.until<Screen.Home>()
    }

    @Test
    fun `what works from here is looked at, and left`() = oneApp { one ->
        one.app.showSettings()
        one.until<Screen.Settings>()
        one.app.lookAround()
        val report = one.until<Screen.Outlook> { it.report != null }.report!!
        assertEquals(5, report.works.size)
        assertEquals(emptyList(), report.asked)
        one.app.back()
        one.until<Screen.Settings>()
        one.app.network(emptyList())
        one.app.lookAround()
        assertEquals(Key.KIND_NO_NETWORK, one.notice().what)
        one.until<Screen.Settings>()
    }

    @Test
    fun `an invitation that takes a while is seen to be made`() = oneApp { one ->
        // Nobody answers there, so it takes as long as it may.
        DatagramSocket(0, InetAddress.getByName("127.0.0.1")).use { silent ->
            one.app.prefer(askServers = true, "127.0.0.1:${silent.localPort}", askRouter = true)
            one.app.invite(send = true)
            assertFalse(one.until<Screen.Preparing>().kept)
            one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
        }
    }

    @Test
    fun `an invitation that is being made is stopped at once`() = oneApp { one ->
        DatagramSocket(0, InetAddress.getByName("127.0.0.1")).use { silent ->
            one.app.prefer(askServers = true, "127.0.0.1:${silent.localPort}", askRouter = true)
            one.app.invite(send = true)
            one.until<Screen.Preparing>()
            val stopped = System.nanoTime()
            one.app.back()
            one.until<Screen.Home>()
            // It would have taken four seconds.
            assertTrue(System.nanoTime() - stopped < 3_500_000_000)
            one.app.invite(send = false)
            one.until<Screen.ShowCode>()
        }
    }

    @Test
    fun `a local network that is denied is a hint while connecting`() = twoApps { one, two ->
        one.app.invite(send = true)
        val link = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        one.app.left(kept = false)
        two.app.localNetwork(allowed = false)
        two.app.handIn(link)
        two.until<Screen.Confirm>()
        two.app.accept()
        assertEquals(Key.LOCAL_NETWORK_DENIED, two.until<Screen.Connecting>().hint)
        two.app.localNetwork(allowed = true)
        assertNull(two.until<Screen.Connecting> { it.hint == null }.hint)
    }

    @Test
    fun `a link that comes while an invitation waits is opened beside it`() = twoApps { one, two ->
        one.app.invite(send = true)
        val link = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        two.app.invite(send = false)
        val shown = two.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
        two.app.handIn(link)
        two.until<Screen.Confirm>()
        two.app.accept()
        one.until<Screen.Conversation>()
        two.until<Screen.Conversation>()
        two.app.back()
        val home = two.until<Screen.Home> { it.underWay.size == 1 }
        assertEquals(true to Key.HOST_WAITING, home.underWay.single().let { it.ours to it.status })
        two.app.show(home.underWay.single().session)
        assertEquals(shown.invitation, two.until<Screen.ShowCode>().invitation)
    }

    @Test
    fun `three things at once`() = twoApps { one, two ->
        meet(one, two)
        one.app.send("first")
        two.app.rows.wait { it.size == 1 }
        one.app.putAside()
        val talk = one.until<Screen.Home> { it.underWay.size == 1 }.underWay.single()
        assertEquals(true to Key.UNDER_WAY_TALKING, talk.isTalking to talk.status)
        one.app.invite(send = true)
        val link = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        one.app.putAside()
        one.until<Screen.Home> { it.underWay.size == 2 && it.waiting.isEmpty() }
        oneApp { three ->
            three.app.invite(send = true)
            one.app.handIn(three.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link)
            one.until<Screen.Confirm>()
            // Whoever answers meanwhile takes nothing from the screen.
            two.app.putAside()
            two.app.handIn(link)
            two.until<Screen.Confirm>()
            two.app.accept()
            two.until<Screen.Conversation>()
            assertIs<Screen.Confirm>(one.app.screen.value)
            one.app.accept()
            one.until<Screen.Conversation>()
            three.until<Screen.Conversation>()
            three.app.send("third")
            one.app.rows.wait { rows -> rows.map { (it as Row.Text).text } == listOf("third") }
        }
        one.until<Screen.Conversation> { it.isOver && it.line == Key.KIND_THEY_LEFT }
        one.app.back()
        // Who came twice is one person, with what was written before.
        one.app.show(one.until<Screen.Home> { it.underWay.size == 1 && it.underWay.single().isTalking }.underWay.single().session)
        one.until<Screen.Conversation>()
        one.app.rows.wait { rows -> rows.map { (it as Row.Text).text } == listOf("first") }
        one.app.back()
        one.until<Screen.Home> { it.underWay.isEmpty() }
    }

    @Test
    fun `who comes while nothing is looked at is looked at`() = twoApps { one, two ->
        one.app.invite(send = true)
        val link = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        one.app.putAside()
        one.until<Screen.Home>()
        two.app.handIn(link)
        two.until<Screen.Confirm>()
        two.app.accept()
        one.until<Screen.Conversation>()
        one.app.putAside()
        one.until<Screen.Home> { it.underWay.size == 1 }
        // And who leaves then is told of.
        two.until<Screen.Conversation>()
        two.app.back()
        assertEquals(Key.KIND_THEY_LEFT, one.notice().what)
        one.until<Screen.Home> { it.underWay.isEmpty() }
    }

    @Test
    fun `what somebody wrote before they left is there to be read`() = twoApps { one, two ->
        meet(one, two)
        one.app.putAside()
        one.until<Screen.Home> { it.underWay.size == 1 }
        two.app.send("I have to go")
        two.app.rows.wait { (it.singleOrNull() as? Row.Text)?.mark == Mark.ON_THEIRS }
        two.app.back()
        assertEquals(Key.KIND_THEY_LEFT, one.notice().what)
        val over = one.until<Screen.Home> { it.underWay.singleOrNull()?.status == Key.KIND_THEY_LEFT }.underWay.single()
        one.app.show(over.session)
        assertEquals(Key.KIND_THEY_LEFT, one.until<Screen.Conversation>().line)
        assertEquals("I have to go", (one.app.rows.wait { it.size == 1 }.single() as Row.Text).text)
        one.app.back()
        one.until<Screen.Home> { it.underWay.isEmpty() }
    }

    @Test
    fun `another link never replaces what the person is about to confirm`() = twoApps { one, two ->
        one.app.invite(send = true)
        val asked = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        oneApp { other ->
            other.app.invite(send = true, Protection("Where?", "Oslo", lock = true))
            val tapped = other.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
            two.app.handIn(asked)
            val confirm = two.until<Screen.Confirm>()
            two.app.handIn(tapped)
            assertEquals(Notice(Key.ANOTHER_UNDER_WAY, null, Way.REPLACE), two.notice())
            assertEquals(confirm, two.app.screen.value)
            // The same once more is no other.
            two.forget()
            two.app.handIn(asked)
            two.app.handIn(tapped)
            two.notice()
            // Neither is lost: the person takes one, and is told of the other.
            two.app.replace()
            two.until<Screen.Question>()
            assertEquals(Way.REPLACE, two.notice().way)
            two.app.replace()
            assertEquals(confirm, two.until<Screen.Confirm>())
            two.app.accept()
            one.until<Screen.Conversation>()
        }
    }

    @Test
    fun `an app that was killed while sharing goes on from its home`() = oneApp { other ->
        val keys = Pocket()
        val folder = Files.createTempDirectory("handfast-app").toFile()
        val killed = Phone(keys, folder)
        killed.app.invite(send = true)
        val link = killed.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        killed.app.shutdown()
        Phone(keys, folder).use { again ->
            val waiting = again.until<Screen.Home> { it.waiting.isNotEmpty() }.waiting.single()
            assertTrue(waiting.ours)
            assertTrue(waiting.expiresAt!! > System.currentTimeMillis() / 1000 + 80_000)
            again.app.resume(waiting.id)
            val code = again.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }
            assertEquals(link, code.invitation.link)
            assertTrue(code.sent)
            other.app.handIn(link)
            other.until<Screen.Confirm>()
            other.app.accept()
            again.until<Screen.Conversation>()
            again.app.back()
            again.until<Screen.Home> { it.waiting.isEmpty() && it.people.size == 1 }
        }
    }

    @Test
    fun `an invitation is put aside, gone on with and given up`() {
        val keys = Pocket()
        val folder = Files.createTempDirectory("handfast-app").toFile()
        val first = Phone(keys, folder)
        runBlocking {
            first.app.invite(send = true)
            val link = first.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
            first.app.putAside()
            val underWay = first.until<Screen.Home> { it.underWay.isNotEmpty() }.underWay.single()
            first.app.show(underWay.session)
            assertEquals(link, first.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link)
            first.app.shutdown()
        }
        Phone(keys, folder).use { one ->
            runBlocking {
                val waiting = one.until<Screen.Home> { it.waiting.isNotEmpty() }.waiting.single()
                one.app.withdraw(waiting.id)
                one.until<Screen.Home> { it.waiting.isEmpty() }
                one.app.resume(waiting.id)
                one.app.invite(send = false)
                one.until<Screen.ShowCode>()
                one.app.back()
                one.until<Screen.Home> { it.waiting.isEmpty() && it.underWay.isEmpty() }
            }
        }
    }

    @Test
    fun `people who were met are at home until they are forgotten`() = twoApps { one, two ->
        meet(one, two)
        one.app.back()
        val met = one.until<Screen.Home> { it.people.isNotEmpty() }.people.single()
        assertEquals(Key.TRUST_UNVERIFIED to Key.REASON_OPEN_LINK, met.trust to met.reason)
        one.app.look(met.id)
        assertEquals(met, one.until<Screen.Person>().contact)
        one.app.back()
        one.until<Screen.Home>()
        one.app.look(met.id)
        one.app.forget(met.id)
        one.until<Screen.Home> { it.people.isEmpty() }
    }

    @Test
    fun `a file is locked and opened`() = oneApp { one ->
        one.app.lock(document("letter.txt", "dear diary".encodeToByteArray()))
        assertEquals("letter.txt", one.until<Screen.Lock>().name)
        one.app.judge("Our dog?", "dog", withCode = false)
        assertTrue(one.until<Screen.Lock> { it.strength == Key.STRENGTH_IN_QUESTION }.useless)
        one.app.judge("Our dog?", "Nepomuk", withCode = false)
        assertFalse(one.until<Screen.Lock> { it.strength == Key.STRENGTH_WEAK }.useless)
        one.app.seal("", "Nepomuk")
        assertEquals(Key.KIND_BAD_TEXT, one.until<Screen.Lock> { it.hint != null && !it.busy }.hint)
        one.app.seal("Our dog?", "Nepomuk")
        val sealed = one.until<Screen.Sealed>()
        assertEquals("letter.txt.handfast" to null, sealed.name to sealed.code)
        val received = File(sealed.path).readBytes()
        one.app.back()
        one.until<Screen.Home>()
        assertFalse(File(sealed.path).exists())

        one.app.handIn(document("x.handfast", received))
        val question = one.until<Screen.Question>()
        assertEquals(listOf("Our dog?") to false, question.questions to question.withCode)
        assertEquals(received.size.toLong(), question.size)
        one.app.answer(listOf("Rex"))
        assertEquals(Key.KIND_WRONG_ANSWER, one.until<Screen.Question> { it.hint != null && !it.busy }.hint)
        one.app.answer(listOf("nepomuk "))
        val opened = one.until<Screen.Opened>()
        assertEquals("letter.txt" to 10L, opened.name to opened.size)
        assertEquals("dear diary", File(opened.path).readText())
        one.app.back()
        one.until<Screen.Home>()
        assertFalse(File(opened.path).exists())
    }

    @Test
    fun `a file that needs a code opens with it in any form`() = oneApp { one ->
        one.app.lock(document("a.bin", ByteArray(1000)))
        one.until<Screen.Lock>()
        one.app.judge("Our dog?", "Rex", withCode = true)
        val code = one.until<Screen.Lock> { it.strength == Key.STRENGTH_BEYOND_REACH }.code!!
        one.app.seal("Our dog?", "Rex")
        val sealed = one.until<Screen.Sealed>()
        assertEquals(code, sealed.code)
        assertFalse(code.characters in "$sealed")
        val bytes = File(sealed.path).readBytes()
        for ((typed, hint) in listOf(null to Key.KIND_WRONG_ANSWER, "what?" to Key.KIND_BAD_TEXT)) {
            one.app.handIn(document("a.handfast", bytes))
            assertTrue(one.until<Screen.Question> { it.hint == null }.withCode)
            one.app.answer(listOf("Rex"), typed)
            assertEquals(hint, one.until<Screen.Question> { it.hint != null && !it.busy }.hint)
            // Another question would not take the place of this one.
            one.app.back()
            one.until<Screen.Home>()
        }
        for (typed in listOf(code.characters, code.words)) {
            one.app.handIn(document("a.handfast", bytes))
            one.until<Screen.Question> { it.hint == null }
            one.app.answer(listOf("Rex"), typed)
            assertEquals(1000, one.until<Screen.Opened>().size)
        }
    }

    @Test
    fun `a name out of something locked is never a path`() {
        for ((label, name) in listOf(
            "../../etc/passwd" to "passwd", "..\\x:y" to "y", ".hidden" to "hidden", "..." to "handfast",
            "a\u202Egpj.exe\u0000" to "agpj.exe", null to "handfast", "" to "handfast",
        )) {
            assertEquals(name, safeName(label))
        }
    }

    @Test
    fun `a VPN is said where nothing else is known to hinder`() = oneApp { one ->
        one.app.network(TestDevice.LOOPBACK, isTunnelled = true)
        one.app.invite(send = false)
        one.until<Screen.ShowCode> { it.hint == Key.TUNNELLED }
        one.app.network(TestDevice.LOOPBACK)
        one.until<Screen.ShowCode> { it.hint == null }
    }

    @Test
    fun `a key store that is locked is a screen on which one tries again`() {
        var isLocked = true
        val pocket = Pocket()
        val keys = object : KeyStore by pocket {
            override fun key() = if (isLocked) throw KeyStoreLocked() else pocket.key()
        }
        Phone(keys).use {
            runBlocking {
                val closed = it.until<Screen.NotOpened>()
                assertEquals(Key.KIND_KEY_STORE_LOCKED, closed.what)
                // What only waits for its owner is not thrown away.
                assertFalse(closed.canStartAnew)
                it.app.startAnew()
                it.app.tryAgain()
                isLocked = false
                it.app.tryAgain()
                it.until<Screen.Home>()
                it.app.invite(send = false)
                it.until<Screen.ShowCode> { code -> code.stage == Key.HOST_WAITING }
            }
        }
    }

    @Test
    fun `a key that is lost is told, and one begins anew as somebody new`() {
        val folder = Files.createTempDirectory("handfast-app").toFile()
        // Home is seen before anything is kept; an invitation that waits is.
        Phone(keys = Pocket(), folder = folder, staysOnDisk = true).use {
            runBlocking {
                it.app.invite(send = true)
                it.until<Screen.ShowCode> { code -> code.stage == Key.HOST_WAITING }
            }
        }
        // Another key store: the key of what is kept is gone.
        val keys = Pocket()
        Phone(keys = keys, folder = folder, staysOnDisk = true).use {
            runBlocking {
                assertTrue(it.until<Screen.KeyLost>().isForGood)
                it.app.startAnew()
                assertTrue(it.until<Screen.Home>().waiting.isEmpty())
                it.app.invite(send = true)
                it.until<Screen.ShowCode> { code -> code.stage == Key.HOST_WAITING }
            }
        }
        // The new key opens it from now on.
        Phone(keys = keys, folder = folder).use { runBlocking { it.until<Screen.Home> { home -> home.waiting.isNotEmpty() } } }
    }

    @Test
    fun `a key store that fails for a moment costs nothing`() {
        Phone(keys = Broken { error("no key store") }).use {
            runBlocking { assertFalse(it.until<Screen.KeyLost>().isForGood) }
        }
    }

    @Test
    fun `a key store that says that its key is lost is believed`() {
        Phone(keys = Broken { throw KeyLost() }).use {
            runBlocking { assertTrue(it.until<Screen.KeyLost>().isForGood) }
        }
    }

    @Test
    fun `a copy for somebody is stopped, and the next one goes on`() = twoApps { one, two ->
        meet(one, two)
        val (folder, slow) = folder().let { it to Slow("film.bin", it) }
        one.app.attach(listOf(slow, document("letter.txt", ByteArray(9))))
        val copying = one.app.copying.wait { it?.name == "film.bin" }!!
        one.app.stopCopying(copying.number)
        val offer = two.app.rows.wait { it.any { row -> row is Row.File && row.offered } }.single()
        assertEquals("letter.txt", (offer as Row.File).name)
        // Whoever reads on finds that nobody waits.
        slow.released.countDown()
        eventually { folder.list()!!.isEmpty() }
        assertEquals(null, one.app.notice.value)
    }

    @Test
    fun `what takes long to come in is shown, and one step back stops it`() = oneApp { one ->
        val (folder, slow) = folder().let { it to Slow("film.bin", it) }
        one.app.lock(slow)
        assertEquals("film.bin", one.until<Screen.TakingIn>().name)
        one.app.putAside()
        one.until<Screen.Home>()
        slow.released.countDown()
        eventually { folder.list()!!.isEmpty() }
        one.app.lock(document("letter.txt", ByteArray(9)))
        assertEquals("letter.txt", one.until<Screen.Lock>().name)
    }

    @Test
    fun `links begin as the person wants it, after a restart too`() {
        val choices = KeptChoices(File(folder(), "choices"))
        Phone(choices = choices).use {
            runBlocking {
                it.app.showSettings()
                it.until<Screen.Settings>()
                it.app.prefer(askServers = false, servers = "", askRouter = false, links = "two words")
                assertEquals(Key.KIND_BAD_TEXT, it.until<Screen.Settings> { set -> set.linkHint != null }.linkHint)
                it.app.prefer(askServers = false, servers = "", askRouter = false, links = "meet.test")
                it.until<Screen.Home>()
                it.app.invite(send = false)
                assertTrue(it.until<Screen.ShowCode> { code -> code.stage == Key.HOST_WAITING }.invitation.link.startsWith("https://meet.test/#"))
            }
        }
        Phone(choices = choices).use {
            runBlocking {
                it.app.invite(send = false)
                val own = it.until<Screen.ShowCode> { code -> code.stage == Key.HOST_WAITING }.invitation
                assertTrue(own.link.startsWith("https://meet.test/#") && own.isTappable)
                it.app.giveUp()
                it.until<Screen.Home>()
                it.app.prefer(askServers = false, servers = "", askRouter = false)
                it.app.invite(send = false)
                val usual = it.until<Screen.ShowCode> { code -> code.stage == Key.HOST_WAITING }.invitation
                assertTrue(usual.link.startsWith("https://handfast.example/#") && !usual.isTappable)
            }
        }
    }

    @Test
    fun `what is put aside goes on when the app comes back`() = twoApps { one, two ->
        one.app.invite(send = true)
        val link = one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link
        one.app.left(kept = false)
        one.app.returned()
        two.app.handIn(link)
        two.until<Screen.Confirm>()
        two.app.left(kept = false)
        two.app.returned()
        two.app.accept()
        two.until<Screen.Conversation>()
        one.until<Screen.Conversation>()
    }

    @Test
    fun `numbers are written as people read them`() {
        assertEquals("999 B", bytes(999, Locale.ENGLISH))
        assertEquals("1.5 MB", bytes(1_500_000, Locale.ENGLISH))
        assertEquals("1,5 MB", bytes(1_500_000, Locale.GERMAN))
        assertEquals("250 GB", bytes(250_000_000_000, Locale.ENGLISH))
        assertEquals("9 min", duration(599, Locale.ENGLISH))
        assertEquals("23:59 h", duration(86_399, Locale.ENGLISH))
        assertEquals("0 s", duration(0, Locale.ENGLISH))
    }

    // --- Together again -----------------------------------------------------------------------

    @Test
    fun `a person at home is tapped on, and is talked to in the same place`() = twoApps { first, second ->
        meet(first, second)
        hear(first, second)
        val pocket = first.again()
        val other = second.again()
        pocket.use { one ->
            other.use { two ->
                val met = one.until<Screen.Home> { it.people.singleOrNull()?.canBeFound == true }
                assertEquals(Presence.AWAY, met.presence(met.people.single()))
                one.app.meet(met.people.single().id)
                val apart = one.until<Screen.Conversation> { it.apart != null && it.line == Key.APART_LOOKING }
                assertTrue(apart.apart!!.heard > 1_700_000_000)
                // Nobody is there to read it yet.
                one.app.send("first")
                one.app.send("taken back")
                val before = listOf("hello" to true, "hi" to false)
                val waits = one.app.rows.wait { texts(it) == before + listOf("first" to true, "taken back" to true) }.filterIsInstance<Row.Text>()
                assertEquals(listOf(Mark.ON_THIS_PHONE, Mark.ON_THIS_PHONE), waits.drop(2).map { it.mark })
                one.app.takeBack(waits.last().number)
                one.app.rows.wait { it.size == 4 && (it.last() as? Row.Note)?.what == Key.NOTE_TAKEN_BACK }
                // One step back leaves the screen and nothing else.
                one.app.putAside()
                val home = one.until<Screen.Home>()
                assertEquals(Presence.TRYING, home.presence(home.people.single()))
                assertEquals("first", home.with(home.people.single())!!.last)
                one.app.meet(met.people.single().id)
                assertEquals(apart.session, one.until<Screen.Conversation>().session)
                two.app.meet(two.until<Screen.Home> { it.people.isNotEmpty() }.people.single().id)
                two.app.rows.wait { texts(it) == listOf("hello" to false, "hi" to true, "first" to false) }
                one.until<Screen.Conversation> { it.apart == null && it.session == apart.session }
                one.app.rows.wait { rows -> rows.filterIsInstance<Row.Text>().filter { it.ours }.all { it.mark == Mark.ON_THEIRS } }
                assertEquals(0, one.app.home.value.underWay.single().unread)
            }
        }
    }

    @Test
    fun `two who are at other addresses and ports find each other in the local network`() {
        // Of this machine alone nothing is announced.
        val address = ownAddress()
        assumeTrue("this machine has no network", address != null)
        twoApps { first, second ->
            meet(first, second)
            hear(first, second)
            val network = SimNetwork()
            first.again(network, address!!).use { one ->
                second.again(network, address).use { two ->
                    for (phone in listOf(one, two)) phone.app.meet(phone.until<Screen.Home> { it.people.isNotEmpty() }.people.single().id)
                    for (phone in listOf(one, two)) phone.until<Screen.Conversation> { it.apart == null && !it.isOver }
                    one.app.send("here again")
                    two.app.rows.wait { ("here again" to false) in texts(it) }
                }
            }
        }
    }

    @Test
    fun `what nobody has seen is counted, in the next process too`() = twoApps { first, two ->
        meet(first, two)
        hear(first, two)
        first.app.home.wait { it.people.single().unread == 0 }
        first.app.left(kept = true)
        two.app.send("are you there?")
        first.app.rows.wait { ("are you there?" to false) in texts(it) }
        first.app.home.wait { it.people.single().unread == 1 && it.unread(it.people.single()) == 1 }
        first.again().use { one ->
            val home = one.until<Screen.Home> { it.people.singleOrNull()?.unread == 1 }
            assertTrue(home.people.single().lastSaid!! > 1_700_000_000)
            one.app.meet(home.people.single().id)
            one.app.home.wait { it.people.single().unread == 0 }
        }
    }

    @Test
    fun `who leaves is looked for in the same place, with what was written`() = twoApps { one, two ->
        again(one, two)
        hear(one, two)
        two.app.goodbye()
        val left = two.until<Screen.Conversation> { it.isOver && it.line == Key.LINE_LEFT }
        assertTrue(left.canSeek)
        one.until<Screen.Conversation> { it.apart != null }
        assertEquals(2, one.app.rows.value.size)
        // While somebody is away, home stays home.
        one.app.putAside()
        one.until<Screen.Home>()
        two.app.meet(left.contact!!)
        two.until<Screen.Conversation> { !it.isOver && it.apart == null }
        assertEquals(2, two.app.rows.value.size)
        one.app.home.wait { it.presence(it.people.single()) == Presence.HERE }
        assertIs<Screen.Home>(one.app.screen.value)
        one.app.meet(one.app.home.value.people.single().id)
        one.until<Screen.Conversation> { it.apart == null }
        one.app.send("and now?")
        two.app.rows.wait { ("and now?" to false) in texts(it) }
        two.app.goodbye()
        one.until<Screen.Conversation> { it.apart != null }
        one.app.stopLooking()
        one.until<Screen.Conversation> { it.isOver && it.line == Key.LINE_STOPPED && it.canSeek }
        assertEquals(3, one.app.rows.value.size)
    }

    @Test
    fun `a file that both keep stands once, and is no news, once they are together again`() = twoApps { one, two ->
        again(one, two)
        one.app.attach(listOf(document("film.bin", ByteArray(70_000))))
        two.app.acceptFile(two.app.rows.wait { it.any { row -> row is Row.File && row.offered } }.single().number)
        two.app.rows.wait { (it.single() as Row.File).state == Key.FILE_RECEIVED }
        two.app.goodbye()
        two.app.meet(two.until<Screen.Conversation> { it.isOver }.contact!!)
        two.until<Screen.Conversation> { !it.isOver && it.apart == null }
        val file = two.app.rows.wait { it.any(Row::isOld) }.single() as Row.File
        assertEquals(Key.FILE_RECEIVED, file.state)
        assertTrue(file.isKept && !file.isTold)
        assertEquals(0, two.app.home.value.underWay.single().unread)
    }

    @Test
    fun `a file for somebody who is away outlives the process, and arrives`() = twoApps { first, two ->
        again(first, two)
        val contact = two.until<Screen.Conversation>().contact!!
        two.app.goodbye()
        first.until<Screen.Conversation> { it.apart != null }
        val film = Random(1).nextBytes(300_000)
        first.app.attach(listOf(document("film.bin", film)))
        first.app.rows.wait { it.singleOrNull()?.isKept == true }
        assertEquals(listOf("film.bin"), first.copies.map { it.name })
        // A process left this that was killed before it came to it.
        File(first.copies.single().parentFile.parentFile, "0123456789abcdef").mkdir()
        first.again().use { one ->
            one.app.meet(one.until<Screen.Home> { it.people.isNotEmpty() }.people.single().id)
            assertEquals(listOf("film.bin"), one.copies.map { it.name })
            two.app.meet(contact)
            two.app.acceptFile(two.app.rows.wait { it.any { row -> row is Row.File && row.offered } }.single().number)
            val received = two.app.rows.wait { (it.single() as Row.File).state == Key.FILE_RECEIVED }.single() as Row.File
            assertContentEquals(film, File(received.path!!).readBytes())
            one.app.rows.wait { (it.single() as Row.File).state == Key.FILE_SENT }
            eventually { one.copies.isEmpty() }
        }
    }

    @Test
    fun `a later process goes on with whom the person looked for`() = twoApps { first, two ->
        meet(first, two)
        hear(first, two)
        first.app.goodbye()
        val contact = first.until<Screen.Conversation> { it.isOver }.contact!!
        first.app.meet(contact)
        first.until<Screen.Conversation> { it.apart != null }
        first.app.send("do not forget")
        first.app.rows.wait { ("do not forget" to true) in texts(it) }
        val unfinished = first.app.unfinished.value
        assertEquals(listOf(contact) to contact, unfinished.people to unfinished.front)
        first.again().use { one ->
            one.app.goOn(unfinished)
            one.until<Screen.Conversation> { it.apart != null && it.contact == contact }
            two.app.meet(two.app.home.value.people.single().id)
            two.app.rows.wait { ("do not forget" to false) in texts(it) }
            one.until<Screen.Conversation> { it.apart == null }
        }
    }

    @Test
    fun `a contact is asked, and trust rises by a right answer only`() = twoApps { one, two ->
        again(one, two)
        val trust = one.until<Screen.Conversation>().trust
        one.app.ask("Our dog?", "Rex")
        val asks = two.until<Screen.Conversation> { it.asks?.isOpen == true }.asks!!
        assertEquals("Our dog?" to Key.QUESTION_UNSEEN, asks.question to asks.standing)
        two.app.answer(listOf("Tim"))
        one.until<Screen.Conversation> { it.asked?.standing == Key.ASKED_WRONG }
        val again = two.until<Screen.Conversation> { it.asks?.standing == Key.ASKS_WRONG }.asks!!
        assertEquals(true to 2, again.isOpen to again.triesLeft)
        assertEquals(trust, one.until<Screen.Conversation>().trust)
        two.app.answer(listOf(" rex "))
        val asked = one.until<Screen.Conversation> { it.asked?.standing == Key.ASKED_RIGHT }
        assertFalse(asked.asked!!.isOpen)
        two.until<Screen.Conversation> { it.asks?.standing == Key.ASKS_RIGHT }
        one.until<Screen.Conversation> { it.reason == Key.REASON_ANSWERED }
        two.app.ask("And the cat?", "Mia")
        one.until<Screen.Conversation> { it.asks?.isOpen == true }
        one.app.noAnswer()
        two.until<Screen.Conversation> { it.asked?.standing == Key.ASKED_NOT_ANSWERED }
        one.until<Screen.Conversation> { it.asks?.standing == Key.ASKS_NOT_ANSWERED }
    }

    @Test
    fun `a question is made up on a page of its own, and only for who is there`() = twoApps { one, two ->
        meet(one, two)
        hear(one, two)
        one.app.askThem()
        val page = one.until<Screen.Ask>()
        assertTrue(page.isSecret(Choices()))
        // What cannot be asked is not lost.
        one.app.ask(" ", "Rex")
        assertEquals(Key.KIND_BAD_TEXT, one.notice().what)
        assertEquals(page, one.app.screen.value)
        one.app.putAside()
        one.until<Screen.Conversation>()
        one.app.askThem()
        one.until<Screen.Ask>()
        one.app.ask("Our dog?", "Rex")
        assertFalse(one.until<Screen.Conversation> { it.asked != null }.canAsk)
        two.until<Screen.Conversation> { it.asks?.isOpen == true }
        two.app.answer(listOf("Rex"))
        assertTrue(one.until<Screen.Conversation> { it.asked?.isOpen == false }.canAsk)
        one.app.askThem()
        one.until<Screen.Ask>()
        two.app.goodbye()
        assertFalse(one.until<Screen.Conversation> { it.isOver }.canAsk)
        two.app.meet(two.until<Screen.Conversation> { it.isOver && it.canSeek }.contact!!)
        one.app.meet(one.app.home.value.people.single().id)
        one.until<Screen.Conversation> { !it.isOver && it.apart == null }
    }

    @Test
    fun `whoever comes by the name of somebody known is not taken for them unseen`() {
        val named = { name: String -> OwnName(folder().resolve("name").apply { writeText(name) }, "") }
        twoApps(Phone(), Phone(owner = named("Ben"))) { one, ben ->
            meet(one, ben)
            assertNull(one.until<Screen.Conversation>().warning)
            one.app.goodbye()
            one.until<Screen.Home>()
            Phone(owner = named("Ben")).use { other ->
                meet(one, other)
                one.until<Screen.Conversation> { it.warning == Key.NAMESAKE }
            }
        }
    }

    @Test
    fun `a locked message is written on a page of its own, and opens anew each time for whoever answers`() = twoApps { one, two ->
        meet(one, two)
        hear(one, two)
        val session = one.until<Screen.Conversation> { it.canLock }.session
        one.app.lockMessage("under the third stone", session)
        val page = one.until<Screen.LockMessage>()
        assertTrue(page.isSecret(Choices()) && page.useless)
        assertEquals("under the third stone" to 5, page.text to page.mostQuestions)
        one.app.judge(listOf(Answered("Our dog?", "dog")))
        assertTrue(one.until<Screen.LockMessage> { it.strength == Key.STRENGTH_IN_QUESTION }.useless)
        val locks = listOf(Answered("Our dog?", "Nepomuk"), Answered("Which lake?", "Ammersee"))
        one.app.judge(locks)
        one.until<Screen.LockMessage> { !it.useless }
        // What cannot be locked is not lost.
        one.app.sendLocked("under the third stone", locks + Answered(" ", "Walter"))
        assertEquals(Key.KIND_BAD_TEXT, one.until<Screen.LockMessage> { it.hint != null && !it.busy }.hint)
        one.app.sendLocked("under the third stone", locks)
        assertEquals("under the third stone", one.until<Screen.Conversation> { it.locked != null }.locked)
        assertEquals("under the third stone", one.app.takeLocked(session))
        one.until<Screen.Conversation> { it.locked == null }

        val row = lockedAt(two)
        assertEquals(listOf("Our dog?", "Which lake?"), row.questions)
        assertTrue(row.isTold && row.isKept && !row.ours)
        assertEquals("Our dog? Which lake?", two.app.home.value.underWay.single().last)
        two.app.openLocked(row.number)
        val question = two.until<Screen.Question>()
        assertTrue(question.isMessage && question.isSecret(Choices()))
        two.app.answer(listOf("Rex", "Ammersee"))
        assertEquals(Key.KIND_WRONG_ANSWER, two.until<Screen.Question> { it.hint != null && !it.busy }.hint)
        two.app.answer(listOf("nepomuk ", "ammersee"))
        val opened = two.until<Screen.OpenedMessage>()
        assertEquals("under the third stone", opened.text)
        assertTrue(opened.isSecret(Choices()) && "stone" !in "$opened")
        two.app.putAside()
        two.until<Screen.Conversation>()
        assertTrue(two.app.rows.value.none { "stone" in "$it" })

        // Whoever locked it has no more of it than the other.
        one.app.openLocked(lockedAt(one).number)
        one.until<Screen.Question>()
        one.app.answer(listOf("Nepomuk", "Ammersee"))
        one.until<Screen.OpenedMessage>()
        one.app.back()
        one.until<Screen.Conversation>()
        one.app.takeBack(lockedAt(one).number)
        two.app.rows.wait { rows -> rows.none { it is Row.Locked } }
    }

    @Test
    fun `a message is locked for somebody who is away, and waits for them`() = twoApps { one, two ->
        again(one, two)
        two.app.stop()
        val apart = one.until<Screen.Conversation> { it.apart != null }
        assertTrue(apart.canLock)
        one.app.lockMessage("", apart.session)
        one.until<Screen.LockMessage>()
        one.app.sendLocked("under the third stone", listOf(Answered("Our dog?", "Nepomuk")))
        assertNull(one.until<Screen.Conversation>().locked)
        assertEquals(Mark.ON_THIS_PHONE, lockedAt(one).mark)
        two.app.meet(two.app.home.value.people.single().id)
        lockedAt(two)
        one.app.rows.wait { rows -> rows.any { it is Row.Locked && it.mark == Mark.ON_THEIRS } }
    }

    @Test
    fun `what both write disappears once both want it`() = twoApps { one, two ->
        again(one, two)
        one.app.disappear(3_600)
        val offered = two.app.rows.wait { it.any { row -> row is Row.Life } }.single() as Row.Life
        assertEquals(3_600L to false, offered.after to offered.holds)
        assertTrue(!offered.ours && offered.isTold)
        two.app.disappear(offered.after)
        for (phone in listOf(one, two)) phone.app.rows.wait { it.any { row -> row is Row.Life && row.holds } }
        one.app.send("soon gone")
        two.app.rows.wait { ("soon gone" to false) in texts(it) }
        assertEquals("soon gone", two.app.home.value.underWay.single().last)
        // It is on the display of the one, and on the disk of the other: its time runs.
        val runs = { row: Row -> row is Row.Text && row.endsAt?.let { it - System.currentTimeMillis() / 1000 in 3_000..3_660 } == true }
        for (phone in listOf(one, two)) phone.app.rows.wait { it.any(runs) }
        one.app.disappear(null)
        two.app.rows.wait { it.any { row -> row is Row.Life && row.after == null && !row.holds } }
    }

    @Test
    fun `what was said is found, the newest first, and while nobody is there`() = twoApps { one, two ->
        again(one, two)
        hear(one, two)
        for (number in 1..25) one.app.send("lighthouse $number")
        two.app.rows.wait { ("lighthouse 25" to false) in texts(it) }
        val contact = two.until<Screen.Conversation>().contact!!
        two.app.goodbye()
        two.app.search(contact)
        two.until<Screen.Search> { it.words.isEmpty() && it.hits.isEmpty() }
        two.app.lookFor("house light")
        val first = two.until<Screen.Search> { it.hits.isNotEmpty() && !it.isLooking }
        assertEquals("lighthouse 25" to false, first.hits.first().run { text to ours })
        assertTrue(first.hasMore && first.hits.size < 25)
        two.app.lookFor("house light")
        two.until<Screen.Search> { it.hits.size == 25 && !it.isLooking }
        two.app.lookFor("nowhere")
        two.until<Screen.Search> { it.words == "nowhere" && it.hits.isEmpty() && !it.isLooking && !it.hasMore }
        two.app.back()
        two.until<Screen.Conversation>()
    }

    @Test
    fun `what waits is carried by somebody, and taken in once`() = twoApps { first, two ->
        again(first, two)
        val contact = two.until<Screen.Conversation>().contact!!
        two.app.goodbye()
        // Until then a bundle is not needed: what it says would come over the link.
        two.until<Screen.Home> { it.underWay.isEmpty() }
        val other = first.until<Screen.Conversation> { it.apart != null }.contact!!
        first.app.send("by pigeon")
        first.app.rows.wait { ("by pigeon" to true) in texts(it) }
        first.app.handOn(other)
        val carried = first.until<Screen.HandOn>()
        assertEquals(1 to true, carried.messages to carried.isAll)
        first.app.back()
        first.until<Screen.Conversation>()
        // As a link and as a file; the same twice is once.
        two.app.handIn(carried.handout!!.link)
        assertEquals(Key.BUNDLE_WAS_TAKEN, two.notice().what)
        two.forget()
        two.app.handIn(document("for-you.handfast", carried.file.bytes))
        assertEquals(Key.BUNDLE_WAS_KNOWN, two.notice().what)
        two.forget()
        // Nobody else can open it, and its own writer is nobody else.
        first.app.handIn(carried.handout.text)
        assertEquals(Key.KIND_OTHER_BUNDLE, first.notice().what)
        first.forget()
        two.app.meet(contact)
        two.until<Screen.Conversation> { it.apart == null && !it.isOver }
        assertEquals(listOf("by pigeon" to false), texts(two.app.rows.wait { texts(it).isNotEmpty() }))
        two.app.handIn(carried.handout.link)
        assertEquals(Key.BUNDLE_NOT_NEEDED, two.notice().what)
    }

    @Test
    fun `where somebody else had a copy of this phone, both are told, and nothing goes on`() = twoApps { one, two ->
        again(one, two)
        hear(one, two)
        one.app.otherDevice(one.until<Screen.Conversation>().contact!!, isOurs = false)
        two.until<Screen.Conversation> { it.isOver && it.line == Key.KIND_FROZEN && !it.canSeek }
        for (phone in listOf(one, two)) phone.app.home.wait { it.people.single().run { isFrozen && !canBeFound } }
        assertEquals(2, two.app.rows.value.size)
    }

    @Test
    fun `a picture is offered with a small one of it`() = twoApps { one, two ->
        again(one, two)
        one.app.attach(listOf(document("boat.png", png(640, 480)), document("boat.txt", ByteArray(9))))
        for (phone in listOf(one, two)) {
            val files = phone.app.rows.wait { it.size == 2 }.associate { (it as Row.File).name to it.preview }
            val small = ImageIO.read(files.getValue("boat.png")!!.jpeg.inputStream())
            assertEquals(160 to 120, small.width to small.height)
            assertNull(files.getValue("boat.txt"))
        }
    }

    @Test
    fun `whoever is forgotten is not looked for`() = twoApps { one, two ->
        again(one, two)
        two.app.stop()
        val contact = one.until<Screen.Conversation> { it.apart != null }.contact!!
        one.app.look(contact)
        assertTrue(one.until<Screen.Person>().talk!!.isApart)
        one.app.forget(contact)
        one.until<Screen.Home> { it.people.isEmpty() && it.underWay.isEmpty() }
        one.app.meet(contact)
        one.app.showSettings()
        one.until<Screen.Settings>()
    }

    private val texts = { rows: List<Row> -> rows.filterIsInstance<Row.Text>().map { it.text to it.ours } }

    private suspend fun lockedAt(phone: Phone) =
        phone.app.rows.wait { rows -> rows.any { it is Row.Locked } }.filterIsInstance<Row.Locked>().single()

    /** A word each way. */
    private suspend fun hear(one: Phone, two: Phone) {
        one.app.send("hello")
        two.app.rows.wait { ("hello" to false) in texts(it) }
        two.app.send("hi")
        one.app.rows.wait { ("hi" to false) in texts(it) }
    }

    /** Two who met, and found each other again. */
    private suspend fun again(one: Phone, two: Phone) {
        meet(one, two)
        one.app.stop()
        one.until<Screen.Home> { it.underWay.isEmpty() }
        two.until<Screen.Conversation> { it.isOver }
        two.app.stop()
        for (phone in listOf(one, two)) phone.app.meet(phone.until<Screen.Home> { it.people.isNotEmpty() }.people.single().id)
        for (phone in listOf(one, two)) phone.until<Screen.Conversation> { it.apart == null && !it.isOver }
    }

    // --- Help ---------------------------------------------------------------------------------

    private fun oneApp(work: suspend (Phone) -> Unit) = Phone().use { runBlocking { work(it) } }

    private fun twoApps(first: Phone = Phone(), second: Phone = Phone(), work: suspend (Phone, Phone) -> Unit) =
        first.use { one -> second.use { two -> runBlocking { work(one, two) } } }

    private suspend fun meet(one: Phone, two: Phone) {
        one.app.invite(send = true)
        two.app.handIn(one.until<Screen.ShowCode> { it.stage == Key.HOST_WAITING }.invitation.link)
        two.until<Screen.Confirm>()
        two.app.accept()
        one.until<Screen.Conversation>()
        two.until<Screen.Conversation>()
    }
}

/** A key store that fails. */
private class Broken(private val answer: () -> ByteArray?) : KeyStore {
    override fun key() = answer()

    override fun keep(key: ByteArray) = Unit
}

private class Pocket : KeyStore {
    private var kept: ByteArray? = null

    override fun key() = kept

    override fun keep(key: ByteArray) {
        kept = key
    }
}

private fun folder(): File = Files.createTempDirectory("handfast-in").toFile()

/** A document of another app, as the shell hands in. */
private fun document(name: String, bytes: ByteArray) = TestDocument(name, folder()) { ByteArrayInputStream(bytes) }

/** One whose reader waits after the first piece until [released]. */
private class Slow(name: String, folder: File) : TestDocument(name, folder) {
    val released = CountDownLatch(1)

    override fun read() = object : InputStream() {
        private var pieces = 0

        override fun read() = throw UnsupportedOperationException()

        override fun read(into: ByteArray, from: Int, most: Int): Int {
            if (pieces++ == 0) return most
            released.await()
            return if (pieces < 5) most else -1
        }
    }
}

/** An app without a screen, on loopback. */
private class Phone(
    private val keys: KeyStore = Pocket(),
    private val folder: File = Files.createTempDirectory("handfast-app").toFile(),
    owner: OwnName? = null,
    private val staysOnDisk: Boolean = false,
    choices: KeptChoices? = null,
    names: NameService? = null,
    addresses: List<String> = TestDevice.LOOPBACK,
) : AutoCloseable {
    private val scope = CoroutineScope(SupervisorJob())
    private var isGone = false

    /** What lies here only because it is to be sent; a folder in the place of one that is empty. */
    val copies get() = File(folder, "kept/copies").listFiles().orEmpty().map { it.listFiles()!!.singleOrNull() ?: it }

    /** What hinders another phone from being made here. */
    @Volatile
    var fault: Exception? = null

    /** Nothing opens here. */
    @Volatile
    var isClosed = false

    /** Whom the core tells what happens. */
    lateinit var told: EventSink
        private set
    val app = AppModel(
        scope,
        owner,
        keptChoices = choices,
        forgetAll = { Device.forgetAll(folder) },
        make = { other -> Device.make(folder, fault?.let { Broken { throw it } } ?: keys, other) },
    ) { told ->
        this.told = told
        check(!isClosed) { "nothing opens" }
        Device.open(owner?.read().orEmpty(), folder, null, keys, told, names)
    }

    init {
        app.network(addresses)
    }

    suspend inline fun <reified T : Screen> until(crossinline wanted: (T) -> Boolean = { true }): T =
        app.screen.wait { it is T && wanted(it) } as T

    suspend fun notice(): Notice = app.notice.wait { it != null }!!

    suspend fun forget() {
        app.noticed()
        app.notice.wait { it == null }
    }

    /** Holds a symbol before the camera for a second; whether the app took it. */
    fun see(text: String): Boolean {
        val frame = frame(text, padding = 64, before = 100)
        return (1..12).any { app.frame(frame.luma, frame.stride, frame.width, frame.height) }
    }

    /** Ends, and begins anew with what is kept; at another address, where [network] is. */
    fun again(network: SimNetwork? = null, address: String = "127.0.0.1"): Phone {
        isGone = true
        runBlocking { app.shutdown() }
        scope.cancel()
        return Phone(keys, folder, names = network?.phone(address), addresses = listOf(address))
    }

    override fun close() {
        if (isGone) return
        runBlocking { app.shutdown() }
        scope.cancel()
        if (!staysOnDisk) folder.deleteRecursively()
    }
}

/** Where others could reach this machine; what goes there from here does not leave it. */
private fun ownAddress(): String? = NetworkInterface.getNetworkInterfaces().asSequence()
    .filter { it.isUp && !it.isLoopback }
    .flatMap { it.inetAddresses.asSequence() }
    .firstOrNull { it.isSiteLocalAddress || it.address[0] == UNIQUE_LOCAL }
    ?.hostAddress

/** How addresses of a private network begin (RFC 4193). */
private const val UNIQUE_LOCAL = 0xfd.toByte()

/** For what no flow tells. */
private suspend fun eventually(happened: () -> Boolean) {
    withTimeoutOrNull(TestDevice.SOON) { while (!happened()) delay(10) } ?: fail("it did not happen")
}

private suspend fun <T> StateFlow<T>.wait(wanted: (T) -> Boolean): T =
    withTimeoutOrNull(TestDevice.SOON) { first(wanted) } ?: if (wanted(value)) value else fail("still $value")
