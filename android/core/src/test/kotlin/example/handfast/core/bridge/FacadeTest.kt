package example.handfast.core.bridge

import example.handfast.bindings.About
import example.handfast.bindings.Answered
import example.handfast.bindings.Change
import example.handfast.bindings.Code
import example.handfast.bindings.DeliveryMode
import example.handfast.bindings.ErrorKind
import example.handfast.bindings.Export
import example.handfast.bindings.FileState
import example.handfast.bindings.Finding
import example.handfast.bindings.FoundKind
import example.handfast.bindings.Handfast
import example.handfast.bindings.HandfastException
import example.handfast.bindings.HostStage
import example.handfast.bindings.KeyStore as CoreKeyStore
import example.handfast.bindings.KeyStoreException
import example.handfast.bindings.Listener
import example.handfast.bindings.Mark
import example.handfast.bindings.Note
import example.handfast.bindings.Preferences
import example.handfast.bindings.Protection
import example.handfast.bindings.Quote
import example.handfast.bindings.Reached
import example.handfast.bindings.Reaction
import example.handfast.bindings.Role
import example.handfast.bindings.Scanner
import example.handfast.bindings.Screen
import example.handfast.bindings.Settings
import example.handfast.bindings.Situation
import example.handfast.bindings.Standing
import example.handfast.bindings.Strength
import example.handfast.bindings.TrustLevel
import example.handfast.bindings.TrustReason
import example.handfast.bindings.Wish
import example.handfast.bindings.askedByExport
import example.handfast.bindings.drawPng
import example.handfast.bindings.fileOf
import example.handfast.bindings.readText
import example.handfast.bindings.strengthOf
import example.handfast.bindings.usualLimits
import example.handfast.bindings.usualServers
import kotlinx.coroutines.async
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import org.junit.Test
import java.io.File
import java.net.DatagramSocket
import java.net.InetAddress
import java.net.URLEncoder
import java.nio.file.Files
import kotlin.io.path.exists
import kotlin.io.path.fileSize
import kotlin.io.path.readBytes
import kotlin.io.path.writeBytes
import kotlin.random.Random
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertNotEquals
import kotlin.test.assertNotNull
import kotlin.test.assertNull
import kotlin.test.assertTrue

/** The scenarios of tests/scenarios.md, by their names, against the real library. */
class FacadeTest {
    // --- Two people ---------------------------------------------------------------------------

    @Test
    fun `meet by one scan`() = atTable { host, guest ->
        guest.accept(seen(frame(host.host().symbol)))
        val atGuest = guest.untilTalking().person
        val atHost = host.untilTalking().person
        assertEquals(TrustLevel.VERIFIED, atGuest.level)
        assertEquals(TrustLevel.UNVERIFIED, atHost.level)
        assertEquals(TrustReason.SAW_THE_CODE, atHost.reason)
    }

    @Test
    fun `meet by two scans`() = atTable { host, guest ->
        // The host has put its app aside, so that its sockets are gone: the first scan cannot do.
        val invitation = host.host()
        host.handfast.pause()
        guest.accept(seen(frame(invitation.symbol)))
        guest.session.offerReply()
        val reply = seen(frame(guest.untilReply().symbol))
        // Whoever hands it in at once does so before the guest has found the way by itself.
        host.handfast.resume()
        kindlyReply(host, reply)
        assertEquals(TrustLevel.VERIFIED, guest.untilTalking().person.level)
        assertEquals(TrustLevel.VERIFIED, host.untilTalking().person.level)
    }

    @Test
    fun `meet by link`() = atTable { host, guest ->
        val invitation = host.host(DeliveryMode.SEND)
        guest.accept(readText("Hi! Here it is:\n${invitation.link}\nSee you there."))
        for (device in listOf(host, guest)) {
            val person = device.untilTalking().person
            assertEquals(TrustLevel.UNVERIFIED, person.level)
            assertEquals(TrustReason.OPEN_LINK, person.reason)
        }
    }

    @Test
    fun `meet by picture`() = atTable { host, guest ->
        val picture = drawPng(host.host(DeliveryMode.SEND).symbol, 4u)
        guest.accept(guest.handfast.readFile(picture).single())
        host.untilTalking()
        guest.untilTalking()
    }

    @Test
    fun `talk both ways`() {
        val names = "Zoë \uD83E\uDD1D" to "مريم"
        atTable(names.first, names.second) { host, guest ->
            guest.acceptLink(host.host(DeliveryMode.SEND))
            assertEquals(names.second, host.untilTalking().person.name)
            assertEquals(names.first, guest.untilTalking().person.name)
            val texts = listOf("Grüße", "👩‍🚀🏳️‍🌈", "שלום, עולם", "line\nline", "\u202Eright", "x".repeat(60_000))
            for (text in texts) {
                host.session.sendText(text)
                guest.session.sendText(text.reversed())
            }
            for (text in texts) {
                assertEquals(text, guest.untilText())
                assertEquals(text.reversed(), host.untilText())
            }
        }
    }

    @Test
    fun `a text is answered, reacted to, changed and taken back`() = atTable { host, guest ->
        meet(host, guest)
        host.session.sendText("at six?")
        val ours = host.untilSaid { it.mark == Mark.ON_THEIRS }
        val theirs = guest.untilSaid { it.text == "at six?" }
        guest.session.reply(theirs.number, "at seven")
        guest.session.react(theirs.number, "👍")
        val reply = host.untilSaid { !it.ours }
        assertEquals("at seven" to Quote.Text("at six?"), reply.text to reply.quote)
        assertEquals(listOf(Reaction(false, "👍")), host.untilSaid { it.reactions.isNotEmpty() }.reactions)
        guest.session.react(theirs.number, null)
        assertEquals(ours.number, host.untilSaid { it.ours && it.reactions.isEmpty() }.number)
        host.session.edit(ours.number, "at seven?")
        val changed = guest.untilSaid { it.isEdited }
        assertEquals(theirs.number to "at seven?", changed.number to changed.text)
        host.session.takeBack(ours.number)
        val taken = guest.untilNote()
        assertEquals(Triple(theirs.number, false, Note.TAKEN_BACK), Triple(taken.number, taken.ours, taken.note))
        assertEquals(ErrorKind.NOT_NOW, kindOf { host.session.edit(reply.number, "of theirs") })
        assertEquals(ErrorKind.NOT_NOW, kindOf { host.session.reply(ours.number + 1_000u, "to nothing") })
        assertEquals(ErrorKind.BAD_TEXT, kindOf { host.session.reply(reply.number, "") })
    }

    @Test
    fun `a file goes through`() = atTable { host, guest ->
        meet(host, guest)
        val bytes = Random(1).nextBytes(3_000_000)
        val file = host.folder.resolve("holiday \uD83C\uDFD6.bin").also { it.writeBytes(bytes) }
        host.session.sendFile("$file")
        val offer = guest.untilFile { it is FileState.Offered }
        assertEquals("holiday \uD83C\uDFD6.bin", offer.name)
        assertEquals(3_000_000uL, offer.size)
        guest.session.acceptFile(offer.number)
        val done = guest.untilFile { it is FileState.Done }.state as FileState.Done
        assertContentEquals(bytes, Files.readAllBytes(java.nio.file.Path.of(done.path!!)))
        assertNull((host.untilFile { it is FileState.Done }.state as FileState.Done).path)
    }

    @Test
    fun `a file is declined`() = atTable { host, guest ->
        meet(host, guest)
        val file = host.folder.resolve("a").also { it.writeBytes(ByteArray(10)) }
        host.session.sendFile("$file")
        guest.session.cancelFile(guest.untilFile { it is FileState.Offered }.number)
        for (device in listOf(host, guest)) {
            val failed = device.untilFile { it is FileState.Failed }.state as FileState.Failed
            assertEquals(ErrorKind.DECLINED, failed.kind)
        }
        host.session.sendText("never mind")
        assertEquals("never mind", guest.untilText())
    }

    @Test
    fun `one says goodbye`() = atTable { host, guest ->
        meet(host, guest)
        host.session.leave()
        host.untilClosed()
        assertEquals(ErrorKind.THEY_LEFT, guest.untilEnded())
        assertEquals(emptyList(), guest.handfast.underWay() + host.handfast.underWay())
    }

    @Test
    fun `a question is answered`() = atTable { host, guest ->
        guest.acceptLink(host.host(DeliveryMode.SEND, Protection.Asked(Answered("Our dog?", "Rex"))))
        val asked = guest.until { it is Screen.Asking } as Screen.Asking
        assertEquals("Our dog?", asked.question)
        guest.session.answer("Bello")
        val again = guest.until { it is Screen.Asking } as Screen.Asking
        assertEquals(asked.triesLeft - 1u, again.triesLeft.toUInt())
        assertEquals(false to false, asked.wasWrong to asked.isRepeated)
        assertEquals(true to true, again.wasWrong to again.isRepeated)
        guest.session.answer(" rex ")
        assertEquals(TrustReason.ANSWERED, host.untilTalking().person.reason)
        // Whoever chose the question knows the answer.
        val person = guest.untilTalking().person
        assertEquals(TrustLevel.UNVERIFIED to TrustReason.THEIR_QUESTION, person.level to person.reason)
    }

    @Test
    fun `a person's word is a mark`() = atTable { host, guest ->
        guest.acceptLink(host.host(DeliveryMode.SEND, Protection.Asked(Answered("Our dog?", "Rex"))))
        guest.until { it is Screen.Asking }
        guest.session.answer("rex")
        host.untilTalking()
        guest.untilTalking()
        guest.session.onlyTheyWouldAsk()
        val person = guest.untilTalking().person
        assertEquals(TrustLevel.UNVERIFIED to TrustReason.BY_YOUR_WORD, person.level to person.reason)
        assertEquals(person, guest.handfast.people().single().person)
        assertEquals(ErrorKind.NOT_NOW, kindOf { guest.session.onlyTheyWouldAsk() })
        assertEquals(ErrorKind.NOT_NOW, kindOf { host.session.onlyTheyWouldAsk() })
    }

    @Test
    fun `a question is answered wrongly`() = atTable { host, guest ->
        guest.acceptLink(host.host(DeliveryMode.SEND, Protection.Asked(Answered("Our dog?", "Rex"))))
        repeat(3) {
            guest.until { it is Screen.Asking }
            guest.session.answer("Bello $it")
        }
        assertEquals(ErrorKind.ANSWERS_DIFFER, guest.untilEnded())
        host.untilEnded()
    }

    @Test
    fun `a locked invitation`() = atTable { host, guest ->
        val invitation = host.host(DeliveryMode.SEND, Protection.Locked(Answered("Our dog?", "Rex")))
        val found = readText(invitation.link)
        assertEquals(FoundKind.LOCKED_INVITATION, found.kind)
        assertContentEquals(found.token, readText(invitation.text).token)
        assertEquals(listOf("Our dog?"), guest.handfast.sealing().inspect(found.token).questions)
        val locked = guest.pairing.open(found)
        val asks = guest.until { it is Screen.Locked } as Screen.Locked
        assertEquals(listOf("Our dog?") to false, asks.questions to asks.withCode)
        assertEquals(ErrorKind.NOT_NOW, kindOf { locked.accept() })
        assertEquals(ErrorKind.BAD_TEXT, kindOf { locked.unlock(listOf(" "), null) })
        locked.unlock(listOf("Bello"), null)
        guest.until { it is Screen.Locked && it.wasWrong && !it.isUnlocking }
        locked.unlock(listOf("REX"), null)
        guest.until { it is Screen.InvitationOpened }
        locked.accept()
        assertEquals(TrustReason.THEIR_QUESTION, guest.untilTalking().person.reason)
        assertEquals(TrustReason.LOCKED_LINK, host.untilTalking().person.reason)
    }

    @Test
    fun `compare and find the same`() = atTable { host, guest ->
        meet(host, guest)
        guest.session.compare()
        host.untilWish(Wish.THEIRS)
        host.session.compare()
        val atGuest = guest.untilComparing()
        val atHost = host.untilComparing()
        assertEquals(atHost.symbols, atGuest.symbols)
        assertEquals(atHost.digits, atGuest.digits)
        assertEquals(6, atHost.symbols.size)
        for (device in listOf(host, guest)) {
            val other = listOf("0000", "0000", "0000")
            assertEquals(ErrorKind.NOT_NOW, kindOf { device.session.compared(other, Finding.SAME) })
            device.session.compared(atHost.digits, Finding.SAME)
            assertEquals(TrustReason.COMPARED, device.untilTalking().person.reason)
        }
    }

    @Test
    fun `compare and find a difference`() = atTable { host, guest ->
        meet(host, guest)
        host.session.compare()
        guest.untilWish(Wish.THEIRS)
        guest.session.compare()
        host.session.compared(host.untilComparing().digits, Finding.DIFFERENT)
        assertEquals(ErrorKind.NOT_THE_INVITER, host.untilEnded())
        // Nothing more is said to somebody in between, not even goodbye.
        assertEquals(ErrorKind.LOST, guest.untilEnded())
        host.untilPeopleChange()
        host.untilPeopleChange()
        val refused = host.handfast.people().single()
        assertEquals(TrustReason.DIFFERENT, refused.person.reason)
        guest.acceptLink(host.host(DeliveryMode.SEND))
        assertEquals(ErrorKind.REFUSED, host.untilEnded())
        // It hears nothing, as if the other had gone, and knocks on for a while.
        guest.leave()
        host.handfast.forget(refused.id)
        meet(host, guest)
    }

    @Test
    fun `a wish to compare waits for an answer`() = atTable { host, guest ->
        meet(host, guest)
        host.session.compare()
        host.untilWish(Wish.OURS)
        guest.untilWish(Wish.THEIRS)
        // It may stay without one.
        guest.session.sendText("not now")
        assertEquals("not now", host.untilText())
        guest.session.compare()
        val digits = guest.untilComparing().digits
        guest.session.compared(digits, Finding.LATER)
        guest.session.compare()
        assertEquals(ErrorKind.TOO_OFTEN, guest.untilFailed())
    }

    @Test
    fun `somebody unverified sends so much and no more`() = atTable { host, guest ->
        guest.handfast.limit(usualLimits().copy(unverifiedMessages = 3uL))
        meet(host, guest)
        repeat(5) { host.session.sendText("$it") }
        guest.until { it is Screen.Talking && it.reached == Reached.MESSAGES }
        guest.session.allowMore()
        repeat(5) { assertEquals("$it", guest.untilText()) }
        guest.until { it is Screen.Talking && it.reached == null }
    }

    @Test
    fun `rows that are not taken wait`() = atTable { host, guest ->
        meet(host, guest)
        val long = "x".repeat(1_000)
        val sent = 700
        // What is written is kept there, however much a screen here takes.
        for (number in 0 until sent) {
            while (true) {
                try {
                    host.session.sendText("$number $long")
                    break
                } catch (e: HandfastException.Failed) {
                    assertEquals(ErrorKind.BUSY, e.kind)
                    delay(50)
                }
            }
        }
        repeat(sent) { assertEquals("$it $long", guest.untilText()) }
    }

    // --- Stopping -----------------------------------------------------------------------------

    @Test
    fun `cancel while hosting`() = alone {
        it.host()
        it.withdraw()
    }

    @Test
    fun `cancel while connecting`() = atTable { host, guest ->
        val invitation = host.host()
        host.handfast.pause()
        guest.acceptLink(invitation)
        guest.until { it is Screen.Connecting }
        guest.withdraw()
    }

    @Test
    fun `what is left can be gone on with`() = alone {
        it.host()
        it.leave()
        it.resume()
        it.untilHosting()
    }

    @Test
    fun `a session goes on when nobody holds it`() = alone {
        it.host()
        val number = it.session.id()
        it.session.destroy()
        System.gc()
        assertEquals(listOf(number), it.handfast.underWay().map { one -> one.session })
        // What is under way is gone on with as it is.
        it.pairing.resume(it.pairing.pending().single().id).use { same -> assertEquals(number, same.id()) }
    }

    @Test
    fun `a session that is over does nothing`() = alone {
        val old = it.pairing.invite(DeliveryMode.SHOW, Protection.Open)
        it.untilHosting()
        old.withdraw()
        it.untilClosed()
        it.host()
        for (late in listOf<suspend () -> Unit>(old::withdraw, old::leave)) {
            assertEquals(ErrorKind.NOT_NOW, kindOf { late() })
        }
        assertEquals(null, old.screen())
        assertEquals(1, it.handfast.underWay().size)
    }

    @Test
    fun `shutdown ends everything`() = atTable { host, guest ->
        meet(host, guest)
        host.handfast.shutdown()
        assertEquals(ErrorKind.THEY_LEFT, guest.untilEnded())
        assertEquals(ErrorKind.SHUT_DOWN, kindOf { host.session.sendText("too late") })
        host.handfast.shutdown()
    }

    @Test
    fun `a hundred times`() {
        fun once() = alone { it.host() }
        repeat(10) { once() }
        val before = Process.now()
        repeat(100) { once() }
        val after = Process.now()
        // A shutdown has given up what it had when it returns; only the machine's own threads vary.
        assertTrue(after.files <= before.files, "$before, then $after")
        assertTrue(after.threads <= before.threads + 8, "$before, then $after")
        assertTrue(after.megabytes <= before.megabytes + 40, "$before, then $after")
    }

    // --- The life of an app -------------------------------------------------------------------

    @Test
    fun `pause while idle`() = alone {
        it.pauseAndResume()
        it.host()
    }

    @Test
    fun `pause while an invitation is open`() = atTable { host, guest ->
        val opened = guest.pairing.open(readText(host.host(DeliveryMode.SEND).link))
        guest.pauseAndResume()
        opened.accept()
        guest.untilTalking()
    }

    @Test
    fun `pause while hosting`() = atTable { host, guest ->
        val invitation = host.host(DeliveryMode.SEND)
        host.pauseAndResume()
        guest.acceptLink(invitation)
        host.untilTalking()
        guest.untilTalking()
    }

    @Test
    fun `pause while connecting`() = atTable { host, guest ->
        val invitation = host.host(DeliveryMode.SEND)
        host.handfast.pause()
        guest.acceptLink(invitation)
        guest.until { it is Screen.Connecting }
        guest.pauseAndResume()
        host.handfast.resume()
        host.untilTalking()
        guest.untilTalking()
    }

    @Test
    fun `pause while talking`() = atTable { host, guest ->
        meet(host, guest)
        host.pauseAndResume()
        host.session.sendText("still here")
        assertEquals("still here", guest.untilText())
    }

    @Test
    fun `airplane mode while hosting`() = atTable { host, guest ->
        val invitation = host.host(DeliveryMode.SEND)
        host.handfast.networkChanged(emptyList())
        host.untilOffline()
        host.handfast.networkChanged(TestDevice.LOOPBACK)
        host.untilHosting()
        guest.acceptLink(invitation)
        host.untilTalking()
    }

    @Test
    fun `airplane mode before hosting`() = alone {
        it.handfast.networkChanged(emptyList())
        it.pairing.invite(DeliveryMode.SHOW, Protection.Open)
        assertEquals(ErrorKind.NO_NETWORK, it.untilEnded())
    }

    @Test
    fun `another network while hosting`() = atTable { host, guest ->
        val invitation = host.host(DeliveryMode.SEND)
        val new = host.moved(invitation)
        guest.acceptLink(new)
        host.untilTalking()
        guest.untilTalking()
    }

    @Test
    fun `another network while a locked invitation waits`() = alone { host ->
        val invitation = host.host(DeliveryMode.SEND, Protection.Locked(Answered("Our dog?", "Rex")))
        host.handfast.networkChanged(listOf("127.0.0.2"))
        val shown = host.until { it is Screen.Hosting && it.isOutdated } as Screen.Hosting
        assertEquals(invitation, shown.invitation)
        host.handfast.networkChanged(TestDevice.LOOPBACK)
        host.until { it is Screen.Hosting && !it.isOutdated }
    }

    // --- Across networks ----------------------------------------------------------------------

    @Test
    fun `a link asks how it is seen, a code at the table asks nobody`() = alone {
        StunServer().use { server ->
            it.handfast.prefer(Preferences(true, listOf(server.name), true))
            it.host(DeliveryMode.SHOW)
            assertEquals(0, server.asked)
            it.withdraw()
            it.handfast.prefer(Preferences(false, listOf(server.name), true))
            it.host(DeliveryMode.SEND)
            assertEquals(0, server.asked)
            it.withdraw()
            it.handfast.prefer(Preferences(true, listOf(server.name), true))
            assertNull(it.hosting(DeliveryMode.SEND).cause)
            assertTrue(server.asked > 0)
        }
    }

    @Test
    fun `an invitation that is gone on with is for the same people`() = alone { first ->
        StunServer().use { server ->
            first.handfast.prefer(Preferences(true, listOf(server.name), true))
            first.host(DeliveryMode.SEND)
            val before = server.asked
            first.again().use { host ->
                host.resume()
                host.untilHosting()
                assertTrue(server.asked > before)
            }
        }
    }

    @Test
    fun `a link that is stopped while it is made`() = alone {
        DatagramSocket(0, InetAddress.getByName("127.0.0.1")).use { silent ->
            it.handfast.prefer(Preferences(true, listOf("127.0.0.1:${silent.localPort}"), true))
            val began = System.nanoTime()
            val making = it.pairing.invite(DeliveryMode.SEND, Protection.Open)
            it.until { screen -> screen == Screen.Preparing(false) }
            delay(100)
            making.withdraw()
            it.untilClosed()
            // It would have taken four seconds.
            assertTrue(System.nanoTime() - began < 3_500_000_000)
            assertEquals(emptyList(), it.pairing.pending())
            it.host()
        }
    }

    @Test
    fun `a guest asks only once nobody answers`() = atTable { host, guest ->
        StunServer().use { server ->
            guest.handfast.prefer(Preferences(true, listOf(server.name), true))
            guest.acceptLink(host.host(DeliveryMode.SEND))
            guest.untilTalking()
            assertEquals(0, server.asked)
            guest.session.leave()
            guest.untilClosed()
            host.untilEnded()
            val invitation = host.host(DeliveryMode.SEND)
            host.handfast.pause()
            guest.acceptLink(invitation)
            server.untilAsked()
        }
    }

    @Test
    fun `a guest is shown the invitation again`() = atTable { host, guest ->
        val invitation = host.host(DeliveryMode.SEND)
        val new = host.moved(invitation)
        // Nobody is left where the first one leads.
        guest.acceptLink(invitation)
        guest.until { it is Screen.Connecting }
        guest.pairing.open(readText(new.link))
        host.untilTalking()
        guest.untilTalking()
    }

    @Test
    fun `a guest is shown another invitation`() = atTable { host, guest ->
        val invitation = host.host(DeliveryMode.SEND)
        host.leave()
        guest.acceptLink(invitation)
        val another = readText(host.host(DeliveryMode.SEND).link)
        guest.until { it is Screen.Connecting }
        // Both go on; the person is asked about one at a time.
        val opened = guest.pairing.open(another)
        guest.until { it is Screen.InvitationOpened }
        val third = readText(host.host(DeliveryMode.SEND).link)
        assertEquals(ErrorKind.BUSY, kindOf { guest.pairing.open(third) })
        opened.accept()
        host.untilTalking()
        guest.untilTalking()
        assertEquals(2, guest.handfast.underWay().size)
    }

    @Test
    fun `the person touches a screen that waits`() = atTable { host, guest ->
        val invitation = host.host(DeliveryMode.SEND)
        host.handfast.pause()
        guest.acceptLink(invitation)
        guest.until { it is Screen.Connecting }
        guest.pairing.boost()
        host.pairing.boost()
        host.handfast.resume()
        guest.untilTalking()
    }

    @Test
    fun `choices are kept, and a server that is none is refused`() = alone { first ->
        assertEquals(Preferences(true, emptyList(), true), first.handfast.preferences())
        assertTrue(usualServers().isNotEmpty())
        first.handfast.prefer(Preferences(false, listOf("stun.example.org"), false, false))
        val kept = Preferences(false, listOf("stun.example.org:3478"), false, false)
        first.again().use { again ->
            assertEquals(kept, again.handfast.preferences())
            for (none in listOf("", "two words", "a:0", "https://x.org")) {
                assertEquals(ErrorKind.NOT_A_SERVER, kindOf { again.handfast.prefer(Preferences(true, listOf(none), true)) })
            }
            val many = List(5) { "${"x".repeat(250)}$it" }
            assertEquals(ErrorKind.TOO_LARGE, kindOf { again.handfast.prefer(Preferences(true, many, true)) })
            assertEquals(kept, again.handfast.preferences())
            again.handfast.prefer(Preferences(true, emptyList(), true))
            assertEquals(Preferences(true, emptyList(), true), again.handfast.preferences())
        }
    }

    @Test
    fun `what works from here`() = alone {
        StunServer().use { server ->
            it.handfast.prefer(Preferences(true, listOf(server.name), true))
            it.host()
            val report = it.handfast.network()
            assertEquals(listOf(server.name), report.serversAsked)
            assertTrue(server.asked > 0)
            assertNull(report.port)
            assertEquals(Situation.entries, report.works.map { expected -> expected.situation })
            it.handfast.prefer(Preferences(false, emptyList(), false))
            assertEquals(emptyList(), it.handfast.network().serversAsked)
            it.handfast.networkChanged(emptyList())
            assertEquals(ErrorKind.NO_NETWORK, kindOf { it.handfast.network() })
        }
    }

    // --- After a restart ----------------------------------------------------------------------

    @Test
    fun `the host restarts while it waits`() = atTable("Ana") { first, guest ->
        val invitation = first.host()
        first.again().use { host ->
            val waiting = host.pairing.pending().single()
            assertEquals(Role.HOST, waiting.role)
            assertTrue(waiting.expiresAt!!.toLong() in 1..System.currentTimeMillis() / 1000 + 660)
            host.resume()
            assertEquals(invitation, host.untilHosting().invitation)
            guest.accept(seen(frame(invitation.symbol)))
            guest.untilTalking()
            host.untilTalking()
            assertEquals(emptyList(), host.pairing.pending())
            assertEquals(emptyList(), guest.pairing.pending())
            host.session.leave()
            host.untilClosed()
            assertEquals(ErrorKind.TAKEN, kindOf { host.pairing.resume(waiting.id) })
        }
    }

    @Test
    fun `the guest restarts while it waits`() = atTable("Ana") { host, first ->
        val invitation = host.host(DeliveryMode.SEND)
        host.handfast.pause()
        first.acceptLink(invitation)
        first.session.offerReply()
        val reply = first.untilReply()
        first.again().use { guest ->
            val waiting = guest.pairing.pending().single()
            assertEquals(Role.GUEST to "Ana", waiting.role to waiting.name)
            guest.resume()
            assertEquals(reply, guest.untilReply())
            host.handfast.resume()
            host.untilTalking()
            guest.untilTalking()
            assertEquals(emptyList(), guest.pairing.pending())
        }
    }

    @Test
    fun `both restart while they wait`() = atTable { firstHost, firstGuest ->
        val invitation = firstHost.host()
        firstHost.handfast.pause()
        firstGuest.accept(seen(frame(invitation.symbol)))
        firstGuest.session.offerReply()
        val reply = firstGuest.untilReply()
        firstGuest.again().use { guest ->
            firstHost.pairing.reply(seen(frame(reply.symbol)))
            firstHost.again().use { host ->
                // Nobody hands anything over again.
                host.resume()
                guest.resume()
                assertEquals(TrustLevel.VERIFIED, host.untilTalking().person.level)
                assertEquals(TrustLevel.VERIFIED, guest.untilTalking().person.level)
            }
        }
    }

    @Test
    fun `a locked invitation is shown again after a restart`() = alone { first ->
        val invitation = first.host(DeliveryMode.SEND, Protection.Locked(Answered("Our dog?", "Rex")))
        first.again().use { host ->
            host.resume()
            val shown = host.untilHosting()
            assertEquals(invitation, shown.invitation)
            assertEquals(DeliveryMode.SEND, shown.delivery)
        }
    }

    @Test
    fun `wrong answers are counted over a restart`() = atTable { first, guest ->
        guest.acceptLink(first.host(DeliveryMode.SEND, Protection.Asked(Answered("Our dog?", "Rex"))))
        guest.until { it is Screen.Asking }
        guest.session.answer("Bello")
        first.until { it is Screen.Hosting && it.stage == HostStage.Asking(2u) }
        val copied = first.pairing.pending().map { it.copy(session = null) }
        guest.withdraw()
        first.again().use { host ->
            assertEquals(copied, host.pairing.pending())
            host.resume()
            guest.acceptLink(host.untilHosting().invitation)
            host.until { it is Screen.Hosting && it.stage == HostStage.Asking(2u) }
        }
    }

    @Test
    fun `what was stopped for good does not wait`() = atTable { first, guest ->
        guest.acceptLink(first.host())
        guest.untilTalking()
        first.untilTalking()
        first.session.leave()
        first.untilClosed()
        first.host()
        first.withdraw()
        first.host()
        val waiting = first.pairing.pending().single()
        first.pairing.withdraw(waiting.id)
        first.untilClosed()
        assertEquals(emptyList(), first.pairing.pending())
        assertEquals(ErrorKind.NOT_NOW, kindOf { first.pairing.resume(waiting.id) })
        assertEquals(ErrorKind.NOT_NOW, kindOf { first.pairing.resume("nothing \uD83D\uDC4B") })
        assertEquals(ErrorKind.NOT_NOW, kindOf { first.pairing.withdraw("h12") })
        first.again().use { host -> assertEquals(emptyList(), host.pairing.pending()) }
    }

    @Test
    fun `too many wait`() = alone {
        repeat(16) { _ ->
            it.host()
            it.leave()
        }
        assertEquals(16, it.pairing.pending().size)
        assertEquals(ErrorKind.TOO_MANY, kindOf { it.host() })
    }

    @Test
    fun `another network after a restart`() = alone { first ->
        val invitation = first.host()
        first.again().use { host ->
            host.handfast.networkChanged(listOf("127.0.0.2"))
            host.resume()
            assertNotEquals(invitation, host.untilHosting().invitation)
        }
    }

    @Test
    fun `another network after a restart of who locked an invitation`() = alone { first ->
        first.host(DeliveryMode.SEND, Protection.Locked(Answered("Our dog?", "Rex")))
        first.again().use { host ->
            host.handfast.networkChanged(listOf("127.0.0.2"))
            host.resume()
            assertEquals(ErrorKind.MOVED, host.untilEnded())
            host.handfast.networkChanged(TestDevice.LOOPBACK)
            host.resume()
            host.untilHosting()
        }
    }

    @Test
    fun `people met are kept`() = atTable("Ana", "Ben") { host, firstGuest ->
        meet(host, firstGuest)
        host.session.compare()
        firstGuest.untilWish(Wish.THEIRS)
        firstGuest.session.compare()
        firstGuest.session.compared(firstGuest.untilComparing().digits, Finding.SAME)
        firstGuest.untilTalking()
        val before = firstGuest.handfast.people().single()
        assertEquals("Ana" to TrustReason.COMPARED, before.person.name to before.person.reason)
        assertEquals(TrustReason.OPEN_LINK, host.handfast.people().single().person.reason)
        host.session.leave()
        host.untilClosed()
        firstGuest.again().use { guest ->
            assertEquals(before, guest.handfast.people().single())
            // Whoever was compared with once stays verified: the key is the same.
            guest.acceptLink(host.host(DeliveryMode.SEND))
            assertEquals(TrustReason.COMPARED, guest.untilTalking().person.reason)
            guest.handfast.forget(before.id)
            assertEquals(emptyList(), guest.handfast.people())
            assertEquals(ErrorKind.NOT_NOW, kindOf { guest.handfast.forget(before.id) })
            assertEquals(ErrorKind.NOT_NOW, kindOf { guest.handfast.forget("Ana") })
        }
    }

    // --- Together again -----------------------------------------------------------------------

    @Test
    fun `two who met find each other again`() = atTable("Ana", "Ben") { firstHost, firstGuest ->
        meet(firstHost, firstGuest)
        said(firstHost, firstGuest)
        firstHost.again().use { host ->
            firstGuest.again().use { guest ->
                val known = host.handfast.people().single()
                assertTrue(known.canBeFound && !known.isBlocked && known.heard!! > 1_700_000_000uL && known.ways.isNotEmpty())
                host.seek()
                val apart = host.untilApart { !it.isHere }
                assertEquals(known.id to "Ben", apart.contact to apart.person.name)
                assertEquals(host.session.id(), host.pairing.seek(known.id).id())
                guest.seek()
                assertEquals(known.id, host.untilTalking().contact)
                guest.untilTalking()
                said(host, guest)
                assertEquals(ErrorKind.NOT_NOW, kindOf { host.pairing.seek("Ben") })
            }
        }
    }

    @Test
    fun `who leaves is looked for, and comes back to the same session`() = atTable("Ana", "Ben") { host, guest ->
        parted(host, guest)
        host.seek()
        guest.seek()
        host.untilTalking()
        guest.untilTalking()
        guest.leave()
        host.untilApart()
        // What is said while nobody is there goes when they are.
        host.session.sendText("too early")
        guest.seek()
        host.untilTalking()
        guest.untilTalking()
        assertEquals("too early", guest.untilText())
        said(host, guest)
        assertEquals(false, guest.session.earlier())
        // Nobody is looked for any more.
        guest.leave()
        host.untilApart()
        host.leave()
        assertEquals(emptyList(), host.handfast.underWay())
    }

    @Test
    fun `a file for somebody who is away outlives the process`() = atTable("Ana", "Ben") { first, guest ->
        parted(first, guest)
        first.seek()
        first.untilApart()
        val content = ByteArray(300_000) { (it * 31 shr 3).toByte() }
        val copy = Files.createTempDirectory("copy").resolve("film.bin").also { Files.write(it, content) }
        first.session.sendCopy("$copy")
        assertEquals(FileState.Waiting, first.untilFile { true }.state)
        assertFalse(Files.exists(copy))
        first.again().use { host ->
            host.seek()
            guest.seek()
            host.untilTalking()
            guest.untilTalking()
            guest.session.acceptFile(guest.untilFile { it is FileState.Offered }.number)
            val done = guest.untilFile { it is FileState.Done }.state as FileState.Done
            assertContentEquals(content, File(done.path!!).readBytes())
            host.untilFile { it is FileState.Done }
            val copies = host.folder.resolve("kept/copies")
            withTimeout(TestDevice.SOON) { while (copies.toFile().list()!!.isNotEmpty()) delay(10) }
        }
    }

    @Test
    fun `a contact is asked`() = atTable("Ana", "Ben") { host, guest ->
        meet(host, guest)
        val asked = { screen: Screen -> (screen as? Screen.Talking)?.questions }
        host.session.ask(Answered("Our dog?", "Rex"))
        guest.until { asked(it)?.theirs?.isOpen() == true }
        assertEquals(ErrorKind.NOT_NOW, kindOf { host.session.ask(Answered("Our cat?", "Mia")) })
        guest.session.answer("Tim")
        host.until { asked(it)?.ours?.standing == Standing.Wrong(2u) }
        guest.until { asked(it)?.theirs?.triesLeft() == 2u.toUByte() }
        guest.session.answer("REX ")
        val talking = host.until { asked(it)?.ours?.standing == Standing.Right } as Screen.Talking
        // It is told together with what it gives.
        assertEquals("asked_right" to TrustReason.ANSWERED, talking.questions.ours!!.key(ours = true) to talking.person.reason)
        guest.session.ask(Answered("Our cat?", "Mia"))
        host.until { asked(it)?.theirs?.isOpen() == true }
        host.session.declineToAnswer()
        guest.until { asked(it)?.ours?.standing == Standing.NotAnswered }
    }

    @Test
    fun `what both write disappears`() = atTable("Ana", "Ben") { host, guest ->
        meet(host, guest)
        host.session.disappear(3_600u)
        assertEquals(3_600u to false, guest.untilLife { true }.run { after to holds })
        guest.session.disappear(3_600u)
        for (one in listOf(host, guest)) one.untilLife { it.holds }
        host.session.sendText("soon gone")
        guest.session.seen(guest.untilSaid { it.text == "soon gone" }.number)
        // What nobody sees lasts longer.
        for (one in listOf(host, guest)) one.untilSaid { said -> said.endsAt?.let { it.toLong() - System.currentTimeMillis() / 1000 in 3_000..3_660 } == true }
    }

    @Test
    fun `what was said is found`() = atTable("Ana", "Ben") { host, guest ->
        meet(host, guest)
        for (number in 1..25) host.session.sendText("lighthouse $number")
        guest.untilSaid { it.text == "lighthouse 25" }
        val id = guest.handfast.people().single().id
        val hits = guest.handfast.search(id, "HOUSE light").use { search -> generateSequence { runBlocking { search.more() } }.flatten().toList() }
        assertEquals((25 downTo 1).map { "lighthouse $it" }, hits.map { it.text })
        assertTrue(hits.none { it.ours })
        guest.handfast.search(id, "nowhere").use { search ->
            assertEquals(emptyList(), search.more())
            assertNull(search.more())
        }
        assertEquals(ErrorKind.NOT_NOW, kindOf { guest.handfast.search(id, " ").use { it.more() } })
    }

    @Test
    fun `what waits is carried by somebody`() = atTable("Ana", "Ben") { host, guest ->
        parted(host, guest)
        host.seek()
        host.untilApart()
        host.session.sendText("by pigeon")
        host.untilSaid { it.mark == Mark.ON_THIS_DEVICE }
        val bundle = host.handfast.bundle(host.handfast.people().single().id)
        assertEquals(1uL to true, bundle.messages to bundle.isAll)
        val link = readText(bundle.handout!!.link)
        assertEquals(FoundKind.BUNDLE, link.kind)
        val taken = guest.handfast.takeBundle(link)
        assertEquals(guest.handfast.people().single().id to 1uL, taken.contact to taken.messages)
        assertEquals(0uL, guest.handfast.takeBundle(guest.handfast.readFile(bundle.file).single()).messages)
        assertEquals(ErrorKind.OTHER_BUNDLE, kindOf { host.handfast.takeBundle(link) })
        guest.seek()
        host.untilTalking()
        guest.untilTalking()
        assertEquals("by pigeon", guest.untilSaid { !it.ours && it.text == "by pigeon" }.text)
        assertEquals(ErrorKind.NOT_YET, kindOf { guest.handfast.takeBundle(link) })
        said(host, guest)
    }

    @Test
    fun `a restored device is asked about`() = atTable("Ana", "Ben") { host, firstGuest ->
        parted(host, firstGuest)
        firstGuest.again().use { before ->
            before.handfast.shutdown()
            val copy = before.copy()
            before.again().use { guest ->
                host.seek()
                repeat(2) {
                    guest.seek()
                    host.untilTalking()
                    guest.untilTalking()
                    said(host, guest)
                    guest.leave()
                    host.untilApart()
                }
                guest.restored(copy).use { restored ->
                    restored.seek()
                    host.untilApart { it.restored != null }
                    assertEquals("apart_restored", restored.untilApart { it.restored != null }.hint()!!.take(14))
                    host.session.acceptRestored(true)
                    restored.session.acceptRestored(true)
                    assertEquals(TrustLevel.UNVERIFIED, host.untilTalking().person.level)
                    restored.untilTalking()
                    said(host, restored)
                    assertEquals(ErrorKind.NOT_NOW, kindOf { host.session.acceptRestored(true) })
                }
            }
            copy.toFile().deleteRecursively()
        }
    }

    @Test
    fun `pause while somebody is looked for`() = atTable("Ana", "Ben") { host, guest ->
        parted(host, guest)
        host.seek()
        host.untilApart()
        host.handfast.pause()
        host.handfast.resume()
        guest.seek()
        host.untilTalking()
        guest.untilTalking()
        // Whoever sleeps is looked for until they wake.
        guest.handfast.pause()
        guest.handfast.resume()
        said(host, guest)
    }

    /** A word each way. */
    private suspend fun said(one: TestDevice, other: TestDevice) {
        one.session.sendText("are you there?")
        assertEquals("are you there?", other.untilText())
        other.session.sendText("I am")
        assertEquals("I am", one.untilText())
    }

    /** Two who met and said goodbye. */
    private suspend fun parted(host: TestDevice, guest: TestDevice) {
        meet(host, guest)
        said(host, guest)
        host.leave()
        assertEquals(ErrorKind.THEY_LEFT, guest.untilEnded())
    }

    // --- What a shell does wrong --------------------------------------------------------------

    @Test
    fun `a listener that throws`() = TestDevice(deaf = true).use { host ->
        TestDevice().use { guest -> runBlocking { meet(host, guest) } }
    }

    @Test
    fun `a key store that fails`() = assertEquals(ErrorKind.KEY_STORE_FAILED, openWith { error("no key store") })

    @Test
    fun `a key store that is locked`() =
        assertEquals(ErrorKind.KEY_STORE_LOCKED, openWith { throw KeyStoreException.Locked() })

    @Test
    fun `a key store that says that the key is lost`() =
        assertEquals(ErrorKind.KEY_LOST, openWith { throw KeyStoreException.Lost() })

    @Test
    fun `a key store that holds nonsense`() = assertEquals(ErrorKind.KEY_LOST, openWith { ByteArray(7) })

    @Test
    fun `a key store that lost its key`() {
        val folder = Files.createTempDirectory("handfast-kept")
        val settings = Settings("", "$folder", "$folder", null)
        val deaf = object : Listener {
            override fun changed(change: Change) = Unit
        }
        val keyStore = MemoryKeyStore()
        Handfast.open(settings, keyStore, deaf).destroy()
        Handfast.open(settings, keyStore, deaf).destroy()
        val kind = runBlocking { kindOf { Handfast.open(settings, MemoryKeyStore(), deaf) } }
        assertEquals(ErrorKind.KEY_LOST, kind)
        folder.toFile().deleteRecursively()
    }

    @Test
    fun `two things at once`() = atTable { host, guest ->
        val invitation = host.host(DeliveryMode.SEND)
        val talk = host.session
        guest.acceptLink(invitation)
        host.untilTalking()
        guest.untilTalking()
        val second = host.host(DeliveryMode.SEND)
        TestDevice().use { other ->
            other.acceptLink(second)
            host.untilTalking()
            other.untilTalking()
            // Each word goes to whom it is meant for.
            host.host()
            assertEquals(3, host.handfast.underWay().size)
            talk.sendText("one")
            assertEquals("one", guest.untilText())
            other.session.sendText("two")
            assertEquals("two", host.untilText())
            assertEquals(ErrorKind.NOT_NOW, kindOf { host.session.sendText("nobody is there") })
        }
    }

    @Test
    fun `nothing to do it to`() = atTable { host, guest ->
        val nothing = guest.handfast.session(12u)
        assertEquals(ErrorKind.NOT_NOW, kindOf { nothing.accept() })
        assertEquals(ErrorKind.NOT_NOW, kindOf { nothing.offerReply() })
        assertEquals(ErrorKind.NOT_NOW, kindOf { nothing.sendText("hello") })
        val invitation = host.host()
        host.handfast.pause()
        guest.acceptLink(invitation)
        guest.session.offerReply()
        val reply = readText(guest.untilReply().link)
        TestDevice().use { third -> assertEquals(ErrorKind.WRONG_REPLY, kindOf { third.pairing.reply(reply) }) }
    }

    // --- What people hand in ------------------------------------------------------------------

    @Test
    fun `a link that is not ours`() = runBlocking {
        assertEquals(ErrorKind.NOTHING_FOUND, kindOf { readText("https://elsewhere.example/#abc") })
        assertEquals(ErrorKind.NOTHING_FOUND, kindOf { readText("") })
    }

    @Test
    fun `a truncated link`() = alone {
        val link = it.host(DeliveryMode.SEND).link
        assertEquals(ErrorKind.INCOMPLETE, kindOf { readText(link.dropLast(12)) })
    }

    @Test
    fun `a doubly encoded link`() = alone {
        val link = it.host(DeliveryMode.SEND).link
        val once = URLEncoder.encode(link, "UTF-8")
        assertEquals(FoundKind.INVITATION, readText(URLEncoder.encode(once, "UTF-8")).kind)
    }

    @Test
    fun `a link in a message`() = alone {
        val link = it.host(DeliveryMode.SEND).link
        val broken = link.chunked(40).joinToString("\n> ")
        val found = readText("> Mum wrote:\n> $broken\n> \uD83D\uDE00 kisses")
        assertContentEquals(readText(link).token, found.token)
    }

    @Test
    fun `a reply for an invitation`() = atTable { host, guest ->
        val invitation = host.host()
        host.handfast.pause()
        guest.acceptLink(invitation)
        guest.session.offerReply()
        val reply = readText(guest.untilReply().text)
        assertEquals(FoundKind.REPLY, reply.kind)
        assertEquals(ErrorKind.WRONG_THING, kindOf { host.pairing.open(reply) })
        assertEquals(ErrorKind.WRONG_THING, kindOf { host.pairing.reply(readText(invitation.link)) })
    }

    @Test
    fun `a foreign code`() = runBlocking {
        assertEquals(ErrorKind.NOTHING_FOUND, kindOf { seen(frame("WIFI:S:guests;T:WPA;P:secret;;")) })
    }

    @Test
    fun `a stored camera frame`() = alone {
        val invitation = it.host()
        val frame = frame(invitation.symbol, padding = 61, before = 513)
        assertContentEquals(fileOf(invitation.text), seen(frame).token)
    }

    @Test
    fun `a frame that does not fit`() = runBlocking {
        val frame = frame("anything")
        Scanner().use { scanner ->
            for ((stride, width, height) in listOf(
                Triple(640u, 640u, 4800u),
                Triple(10u, 640u, 480u),
                Triple(0u, 0u, 0u),
                Triple(UInt.MAX_VALUE, UInt.MAX_VALUE, UInt.MAX_VALUE),
            )) {
                assertEquals(ErrorKind.INTERNAL, kindOf { scanner.scan(frame.luma, stride, width, height) })
            }
        }
    }

    @Test
    fun `a 40-megapixel picture`() = alone {
        val invitation = it.host(DeliveryMode.SEND)
        val code = drawPng(invitation.symbol, 8u)
        val picture = png(8000, 5000) { image -> image.paste(code, 1600) }
        assertContentEquals(fileOf(invitation.text), it.handfast.readFile(picture).single().token)
    }

    @Test
    fun `two invitations in a file`() = alone {
        val both = List(2) { _ -> it.host(DeliveryMode.SEND).text }
        val found = it.handfast.readFile(both.joinToString(" and ").encodeToByteArray())
        assertEquals(both.map { text -> fileOf(text).toList() }, found.map { one -> one.token.toList() })
        assertTrue(found.all { one -> one.kind == FoundKind.INVITATION && one.expiresAt != null })
    }

    @Test
    fun `no picture`() = alone {
        assertEquals(ErrorKind.NOTHING_FOUND, kindOf { it.handfast.readFile(ByteArray(5000)) })
        val cut = png(100, 100).copyOf(60)
        assertEquals(ErrorKind.NOT_A_PICTURE, kindOf { it.handfast.readFile(cut) })
        val tiff = "II*\u0000".encodeToByteArray() + ByteArray(100)
        assertEquals(ErrorKind.OTHER_PICTURE, kindOf { it.handfast.readFile(tiff) })
    }

    @Test
    fun `a picture without a code`() = alone {
        assertEquals(ErrorKind.NO_CODE, kindOf { it.handfast.readFile(png(300, 300)) })
    }

    // --- Sealing ------------------------------------------------------------------------------

    private val locks = listOf(Answered("Our dog?", "Rex"), Answered("Which lake?", "Ammersee"))
    private val answers = listOf(" REX", "ammersee ")

    @Test
    fun `seal and open`() = alone {
        val sealing = it.handfast.sealing()
        val content = "Grüße \uD83D\uDD10".encodeToByteArray()
        val sealed = sealing.seal(locks, null, About("Brief.txt", "text/plain"), content)
        val seen = sealing.inspect(sealed)
        assertEquals(listOf("Our dog?", "Which lake?"), seen.questions)
        assertTrue(seen.byAnswers && !seen.withCode)
        val opened = sealing.open(sealed, answers, null)
        assertContentEquals(content, opened.content)
        assertEquals(About("Brief.txt", "text/plain"), opened.about)
    }

    @Test
    fun `a wrong answer`() = alone {
        val sealing = it.handfast.sealing()
        val sealed = sealing.seal(locks, null, About(null, null), ByteArray(5))
        assertEquals(ErrorKind.WRONG_ANSWER, kindOf { sealing.open(sealed, listOf("Rex", "Chiemsee"), null) })
        assertEquals(ErrorKind.BAD_TEXT, kindOf { sealing.open(sealed, emptyList(), null) })
    }

    @Test
    fun `seal a file`() = alone {
        val sealing = it.handfast.sealing()
        val bytes = Random(2).nextBytes(2_000_000)
        val plain = it.folder.resolve("plain").also { path -> path.writeBytes(bytes) }
        val locked = it.folder.resolve("locked.handfast")
        val back = it.folder.resolve("back")
        sealing.sealFile(locks, null, About("plain", null), "$plain", "$locked").use { work ->
            work.finished()
            assertEquals(work.progress().total, work.progress().done)
        }
        assertEquals(2, sealing.inspectFile("$locked").questions.size)
        sealing.openFile(answers, null, "$locked", "$back").use { work ->
            assertEquals("plain", work.finished().name)
            assertEquals(locked.fileSize().toULong(), work.progress().done)
        }
        assertContentEquals(bytes, back.readBytes())
    }

    @Test
    fun `seal with a code`() = alone {
        val sealing = it.handfast.sealing()
        val code = Code.random()
        val sealed = sealing.seal(locks, code, About(null, null), byteArrayOf(1, 2))
        assertTrue(sealing.inspect(sealed).withCode)
        assertEquals(ErrorKind.WRONG_ANSWER, kindOf { sealing.open(sealed, answers, null) })
        assertEquals(ErrorKind.WRONG_ANSWER, kindOf { sealing.open(sealed, answers, Code.random()) })
        assertEquals(ErrorKind.BAD_TEXT, kindOf { Code.read("not a code") })
        for (text in listOf(code.characters(), code.characters().lowercase(), code.words())) {
            assertContentEquals(byteArrayOf(1, 2), sealing.open(sealed, answers, Code.read(text)).content)
        }
    }

    @Test
    fun `how strong an answer is`() = runBlocking {
        fun of(answer: String, code: Boolean = false) = strengthOf(listOf(Answered("Our dog?", answer)), code)
        assertEquals(Strength.ONE_CHARACTER, of("x"))
        assertEquals(Strength.COMMON, of("password"))
        assertEquals(Strength.IN_QUESTION, of("dog"))
        assertEquals(Strength.WEAK, of("Nepomuk"))
        assertEquals(Strength.NO_SHORTCUT_SEEN, of("vK7#qLm2-x9Tz!pW"))
        assertEquals(Strength.BEYOND_REACH, of("dog", code = true))
        assertEquals(ErrorKind.BAD_TEXT, kindOf { of(" ") })
    }

    @Test
    fun `nothing secret prints itself`() = atTable { host, guest ->
        val invitation = host.host(DeliveryMode.SEND)
        val found = readText(invitation.link)
        host.handfast.pause()
        guest.accept(found)
        guest.session.offerReply()
        val reply = guest.until { it is Screen.ReplyNeeded }
        val lock = Answered("Our dog?", "Rex and Bello")
        val opened = host.handfast.sealing().run {
            open(seal(listOf(lock), null, About(null, null), byteArrayOf(97, 98)), listOf(lock.answer), null)
        }
        val hosting = Screen.Hosting(HostStage.Waiting, false, 0uL, DeliveryMode.SEND, invitation, false, null)
        val printed = listOf(
            invitation, found, reply, hosting, Change.Shown(1uL, hosting), lock, Protection.Locked(lock), opened, Code.random(),
        ).joinToString()
        val body = invitation.text.substringAfter(':').take(20)
        for (secret in listOf(body, "${found.token[3]}, ${found.token[4]}", lock.answer, "97, 98", "link=", "token=")) {
            assertFalse(secret in printed, printed)
        }
        assertTrue("Handout" in printed && "Found" in printed, printed)
    }

    // --- To a new phone -----------------------------------------------------------------------

    @Test
    fun `a device moves to another phone`() = atTable("Ana", "Ben") { host, guest ->
        meet(host, guest)
        said(host, guest)
        val file = host.folder.resolve("phone.handfast")
        val code = Code.random()
        val exported = host.handfast.export("$file", code, true)
        assertEquals(1uL, exported.people)
        assertEquals(Files.size(file).toULong(), exported.bytes)
        assertEquals(ErrorKind.STORAGE, kindOf { host.handfast.export("$file", code, true) })
        assertEquals(emptyList(), askedByExport("$file"))
        assertEquals(ErrorKind.WRONG_ANSWER, kindOf { Export.open("$file", emptyList(), Code.random()) })
        val other = Export.open("$file", emptyList(), Code.read(code.words()))
        assertEquals(1uL to true, other.people() to other.hasMessages())
        // Whoever is there stays where nobody can be made in their place.
        val keys = MemoryKeyStore()
        assertEquals(ErrorKind.KEY_LOST, kindOf { other.makeDevice("${host.folder}/kept", keys) })
        val before = host.handfast.people().single()
        host.handfast.shutdown()
        val folder = Files.createTempDirectory("handfast-new")
        other.makeDevice("$folder/kept", keys)
        TestDevice("Ana", keys, folder = folder).use { new ->
            val after = new.handfast.people().single()
            assertEquals(before.id to before.person, after.id to after.person)
            new.seek()
            assertEquals("are you there?", new.untilSaid { it.ours }.text)
            assertEquals(ErrorKind.STORAGE, kindOf { other.makeDevice("$folder/kept", keys) })
        }
        // In the place of one that has met nobody.
        val place = Files.createTempDirectory("handfast-place")
        TestDevice("Ana", keys, folder = place).close()
        other.makeDevice("$place/kept", keys)
        TestDevice("Ana", keys, folder = place).use { assertEquals(before.id, it.handfast.people().single().id) }
        // Without what was written.
        val without = guest.folder.resolve("phone.handfast")
        guest.handfast.export("$without", code, false)
        assertFalse(Export.open("$without", emptyList(), code).hasMessages())
        Files.write(without, "no container".toByteArray())
        assertEquals(ErrorKind.NOTHING_FOUND, kindOf { askedByExport("$without") })
    }

    @Test
    fun `a cancelled sealing leaves nothing`() = alone {
        val plain = it.folder.resolve("plain").also { path -> path.writeBytes(ByteArray(1_000_000)) }
        val target = it.folder.resolve("locked")
        it.handfast.sealing().sealFile(locks, null, About(null, null), "$plain", "$target").use { work ->
            work.cancel()
            assertEquals(ErrorKind.CANCELLED, kindOf { work.finished() })
        }
        assertFalse(target.exists())
        assertFalse(it.folder.resolve("locked.part").exists())
    }

    // --- Help ---------------------------------------------------------------------------------

    /** What the scanner sees within a second of frames. */
    private fun seen(frame: Frame) = Scanner().use { scanner ->
        // The bindings take a buffer from its beginning.
        val luma = frame.luma.slice()
        assertNotNull((1..12).firstNotNullOfOrNull {
            scanner.scan(luma, frame.stride.toUInt(), frame.width.toUInt(), frame.height.toUInt())
        })
    }

    private suspend fun TestDevice.pauseAndResume() {
        handfast.pause()
        delay(100)
        handfast.resume()
    }

    /** Hands the reply in; a guest that was quicker by itself needs none. */
    private suspend fun kindlyReply(host: TestDevice, reply: example.handfast.bindings.Found) {
        try {
            host.pairing.reply(reply)
        } catch (e: HandfastException.Failed) {
            // The two are together already, so nothing waits for it.
            if (e.kind != ErrorKind.WRONG_REPLY && e.kind != ErrorKind.NOT_NOW) throw e
        }
    }

    private fun openWith(key: () -> ByteArray?): ErrorKind = runBlocking {
        val keyStore = object : CoreKeyStore {
            override fun key() = key()

            override fun keep(key: ByteArray) = Unit
        }
        kindOf { TestDevice(keyStore = keyStore).close() }
    }
}

/** What this process holds. */
private data class Process(val threads: Int, val files: Int, val megabytes: Long) {
    companion object {
        fun now(): Process {
            // First, as nothing has to be waited for.
            val files = java.io.File("/proc/self/fd").list()!!.size
            System.gc()
            val status = java.io.File("/proc/self/status").readLines()
            fun number(name: String) = status.first { it.startsWith("$name:") }
                .filter { it.isDigit() }.toLong()
            return Process(
                threads = number("Threads").toInt(),
                files = files,
                megabytes = number("VmRSS") / 1024,
            )
        }
    }
}
