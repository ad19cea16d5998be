package example.handfast.app

import android.app.Application
import android.net.ConnectivityManager
import android.net.InetAddresses
import android.net.IpPrefix
import android.net.LinkAddress
import android.net.LinkProperties
import android.net.Network
import android.net.NetworkCapabilities
import android.net.RouteInfo
import android.os.ParcelFileDescriptor
import androidx.test.core.app.ApplicationProvider
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.shadows.ShadowNetwork
import org.robolectric.shadows.ShadowNetworkCapabilities
import org.robolectric.shadows.ShadowParcelFileDescriptor
import java.io.File

/** A phone's networks, as a test makes them come and go. Whoever has asked the system hears of it. */
object FedNetwork {
    private val manager: ConnectivityManager
        get() = ApplicationProvider.getApplicationContext<Application>().getSystemService(ConnectivityManager::class.java)

    /**
     * Wi-Fi with these addresses, each with the length of its prefix ("192.0.2.7/24"), and the way out over [router].
     * [transport]: one of [NetworkCapabilities].
     */
    fun comes(
        vararg addresses: String,
        router: String? = null,
        transport: Int = NetworkCapabilities.TRANSPORT_WIFI,
        number: Int = 100 + transport,
    ): Network {
        val network = ShadowNetwork.newInstance(number)
        val properties = LinkProperties().apply {
            interfaceName = "wlan0"
            for (address in addresses) addLinkAddress(LinkAddress(address))
            router?.let { addRoute(RouteInfo(null as IpPrefix?, InetAddresses.parseNumericAddress(it), interfaceName)) }
        }
        val capabilities = ShadowNetworkCapabilities.newInstance()
        shadowOf(capabilities).addTransportType(transport)
        shadowOf(manager).setNetworkCapabilities(network, capabilities)
        shadowOf(manager).setLinkProperties(network, properties)
        for (callback in shadowOf(manager).networkCallbacks.toList()) {
            callback.onAvailable(network)
            callback.onCapabilitiesChanged(network, capabilities)
            callback.onLinkPropertiesChanged(network, properties)
        }
        return network
    }

    fun goes(network: Network) {
        for (callback in shadowOf(manager).networkCallbacks.toList()) callback.onLost(network)
    }
}

/** Copies of file descriptors: what Robolectric takes for one is this process's own input, which it closes. */
@Implements(ParcelFileDescriptor::class)
class FedDescriptor : ShadowParcelFileDescriptor() {
    companion object {
        private val any by lazy { File.createTempFile("socket", null) }

        @JvmStatic
        @Implementation
        fun fromFd(@Suppress("UNUSED_PARAMETER") descriptor: Int): ParcelFileDescriptor =
            ParcelFileDescriptor.open(any, ParcelFileDescriptor.MODE_READ_ONLY)
    }
}
