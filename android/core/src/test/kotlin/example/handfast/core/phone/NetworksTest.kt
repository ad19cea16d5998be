package example.handfast.core.phone

import org.junit.Test
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue

class NetworksTest {
    private val networks = Networks<Int>()
    private val wifi = KnownNetwork(1, Transport.WIFI, "wlan0", listOf("192.168.1.7", "fe80::1"), "192.168.1.1")
    private val mobile = KnownNetwork(2, Transport.CELLULAR, "rmnet0", listOf("10.20.30.40"), null)

    @Test
    fun `without a network there is no address`() = assertEquals(emptyList(), networks.offer().addresses)

    @Test
    fun `the usual network comes first, with its router`() {
        networks.isThere(wifi)
        networks.isUsual(1)
        assertEquals(wifi.addresses, networks.offer().addresses)
        assertEquals("192.168.1.1", networks.offer().router)
    }

    @Test
    fun `Wi-Fi that leads nowhere is offered beside the mobile network, and its sockets are bound to it`() {
        networks.isThere(mobile)
        networks.isThere(wifi)
        networks.isUsual(2)
        val offer = networks.offer()
        assertEquals(mobile.addresses + wifi.addresses, offer.addresses)
        assertEquals(1, offer.networkOf("192.168.1.7"))
        assertEquals(2, offer.networkOf("10.20.30.40"))
    }

    @Test
    fun `a mobile network beside Wi-Fi is not used unasked`() {
        networks.isThere(mobile)
        networks.isThere(wifi)
        networks.isUsual(1)
        assertEquals(wifi.addresses, networks.offer().addresses)
    }

    @Test
    fun `the address of the phone's own hotspot is offered, and its modem's is not`() {
        networks.isThere(mobile)
        networks.isUsual(2)
        networks.areFound(
            listOf(
                FoundInterface("rmnet0", listOf("10.20.30.40")),
                FoundInterface("rmnet1", listOf("10.99.0.1")),
                FoundInterface("ap0", listOf("192.168.43.1", "fe80::2")),
                FoundInterface("tun0", listOf("10.8.0.2"), isPointToPoint = true),
            ),
        )
        val offer = networks.offer()
        assertEquals(listOf("10.20.30.40", "192.168.43.1"), offer.addresses)
        // It is no network to the system, so nothing can be bound to it.
        assertNull(offer.networkOf("192.168.43.1"))
    }

    @Test
    fun `a tunnel is told`() {
        networks.isThere(KnownNetwork(3, Transport.VPN, "tun0", listOf("10.8.0.2"), null))
        networks.isUsual(3)
        assertTrue(networks.offer().isTunnelled)
    }

    @Test
    fun `a network that is gone takes its addresses along`() {
        networks.isThere(wifi)
        networks.isUsual(1)
        networks.isGone(1)
        assertEquals(emptyList(), networks.offer().addresses)
    }
}
