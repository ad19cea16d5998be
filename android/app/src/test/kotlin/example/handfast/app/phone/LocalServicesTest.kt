package example.handfast.app.phone

import android.net.nsd.NsdManager
import android.net.nsd.NsdServiceInfo
import android.os.Handler
import android.os.Looper
import example.handfast.app.PhoneRunner
import example.handfast.app.phone.network.LocalServices
import example.handfast.core.Finder
import example.handfast.core.Service
import org.junit.Before
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Config
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.shadow.api.Shadow
import java.net.InetAddress
import kotlin.test.assertContentEquals
import kotlin.test.assertEquals

/** What the core says and hears by the system's name service. */
@RunWith(PhoneRunner::class)
@Config(shadows = [FedNames::class])
class LocalServicesTest {
    private val found = ArrayList<Pair<Service, List<String>>>()
    private val gone = ArrayList<String>()
    private val finder = object : Finder {
        override fun found(service: Service, addresses: List<String>) {
            found += service to addresses
        }

        override fun gone(name: String) {
            gone += name
        }
    }

    private fun services(manager: NsdManager? = Shadow.newInstanceOf(NsdManager::class.java)) =
        LocalServices(manager, { "_handfast._udp" }, Handler(Looper.getMainLooper()))

    private fun idle() = shadowOf(Looper.getMainLooper()).idle()

    @Before
    fun nobody() = FedNames.forget()

    @Test
    fun `what is announced is found with its port, its address and every byte of its record`() {
        val (one, other) = services() to services()
        val record = ByteArray(128) { (it * 2).toByte() }
        one.announce(Service("ab12", 4711, mapOf("t0" to record)))
        other.browse(finder)
        idle()
        val (service, addresses) = found.single()
        assertEquals(Triple("ab12", 4711, listOf("192.0.2.7")), Triple(service.name, service.port, addresses))
        assertContentEquals(record, service.txt["t0"])
        one.announce(null)
        idle()
        assertEquals(listOf("ab12"), gone)
    }

    @Test
    fun `one is resolved after the other, and what cannot be is passed over`() {
        val other = services()
        FedNames.isBroken = "bad0"
        for (name in listOf("aa01", "bad0", "aa02")) services().announce(Service(name, 1, emptyMap()))
        other.browse(finder)
        idle()
        assertEquals(listOf("aa01", "aa02"), found.map { it.first.name })
        assertEquals(1, FedNames.mostAtOnce)
        // Whoever looks no more is told nothing more.
        other.browse(null)
        services().announce(Service("aa03", 1, emptyMap()))
        idle()
        assertEquals(2, found.size)
    }

    @Test
    fun `a system without a name service is lived with`() {
        val without = services(manager = null)
        without.announce(Service("ab12", 1, emptyMap()))
        without.browse(finder)
        without.browse(null)
        without.announce(null)
        idle()
        assertEquals(emptyList(), found)
    }
}

/** The system's name service: whoever registers is found by whoever looks. It answers one question at a time. */
@Implements(NsdManager::class)
class FedNames {
    @Implementation
    fun registerService(info: NsdServiceInfo, @Suppress("UNUSED_PARAMETER") protocol: Int, listener: NsdManager.RegistrationListener) {
        registered[listener] = info
        for (one in looking) one.onServiceFound(info.bare())
    }

    @Implementation
    fun unregisterService(listener: NsdManager.RegistrationListener) {
        val info = registered.remove(listener) ?: throw IllegalArgumentException("it was never registered")
        for (one in looking) one.onServiceLost(info.bare())
    }

    @Implementation
    fun discoverServices(@Suppress("UNUSED_PARAMETER") type: String, @Suppress("UNUSED_PARAMETER") protocol: Int, listener: NsdManager.DiscoveryListener) {
        looking += listener
        for (info in registered.values) listener.onServiceFound(info.bare())
    }

    @Implementation
    fun stopServiceDiscovery(listener: NsdManager.DiscoveryListener) {
        looking -= listener
    }

    @Implementation
    fun resolveService(asked: NsdServiceInfo, listener: NsdManager.ResolveListener) {
        mostAtOnce = maxOf(mostAtOnce, ++atOnce)
        Handler(Looper.getMainLooper()).post {
            atOnce--
            val info = registered.values.find { it.serviceName == asked.serviceName && it.serviceName != isBroken }
            if (info == null) {
                listener.onResolveFailed(asked, NsdManager.FAILURE_INTERNAL_ERROR)
            } else {
                @Suppress("DEPRECATION") // as the app asks for it
                info.host = InetAddress.getByName("192.0.2.7")
                listener.onServiceResolved(info)
            }
        }
    }

    /** What is known of it before it is resolved. */
    private fun NsdServiceInfo.bare() = NsdServiceInfo().also { it.serviceName = serviceName }

    companion object {
        private val registered = LinkedHashMap<NsdManager.RegistrationListener, NsdServiceInfo>()
        private val looking = ArrayList<NsdManager.DiscoveryListener>()
        private var atOnce = 0
        var mostAtOnce = 0
            private set
        var isBroken: String? = null

        fun forget() {
            registered.clear()
            looking.clear()
            atOnce = 0
            mostAtOnce = 0
            isBroken = null
        }
    }
}
