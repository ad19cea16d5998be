package example.handfast.app.phone.network

import android.content.Context
import android.net.ConnectivityManager
import android.net.InetAddresses
import android.net.LinkProperties
import android.net.Network
import android.net.NetworkCapabilities
import android.net.NetworkRequest
import android.os.Handler
import android.os.HandlerThread
import android.os.ParcelFileDescriptor
import example.handfast.core.phone.FoundInterface
import example.handfast.core.phone.KnownNetwork
import example.handfast.core.phone.Networks
import example.handfast.core.phone.Offer
import example.handfast.core.phone.Transport
import java.io.IOException
import java.net.Inet4Address
import java.net.InetAddress
import java.net.NetworkInterface

/**
 * Hands this phone's addresses in, because a phone lets no app watch them at the socket. The system tells of
 * the networks that it is in; a hotspot of its own is none of them, so interfaces are looked at as well.
 */
class NetworkWatch(
    context: Context,
    private val interfaces: () -> List<FoundInterface> = ::interfaces,
    private val descriptor: (Int) -> ParcelFileDescriptor = ParcelFileDescriptor::fromFd,
) {
    private val manager = context.getSystemService(ConnectivityManager::class.java)
    private val handler = Handler(HandlerThread("network").apply { start() }.looper)
    private val networks = Networks<Network>()

    /** What was told last. Threads of the core read it too. */
    @Volatile
    private var offer: Offer<Network>? = null
    private lateinit var changed: (Offer<Network>) -> Unit

    /** From now on, [changed] hears of every change, on a thread of the watch. No address means no network. */
    fun start(changed: (Offer<Network>) -> Unit) {
        this.changed = changed
        manager.registerDefaultNetworkCallback(
            object : ConnectivityManager.NetworkCallback() {
                override fun onAvailable(network: Network) = changes { networks.isUsual(network) }

                override fun onLinkPropertiesChanged(network: Network, properties: LinkProperties) = changes {
                    networks.isUsual(network)
                    networks.isThere(known(network, properties))
                }

                override fun onLost(network: Network) = changes { networks.isGone(network) }
            },
            handler,
        )
        // Also Wi-Fi that leads nowhere, which is never the usual network.
        val local = NetworkRequest.Builder()
            .addTransportType(NetworkCapabilities.TRANSPORT_WIFI)
            .addTransportType(NetworkCapabilities.TRANSPORT_ETHERNET)
            .removeCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET)
            .build()
        manager.registerNetworkCallback(
            local,
            object : ConnectivityManager.NetworkCallback() {
                override fun onLinkPropertiesChanged(network: Network, properties: LinkProperties) =
                    changes { networks.isThere(known(network, properties)) }

                override fun onLost(network: Network) = changes { networks.isGone(network) }
            },
            handler,
        )
        handler.post(::look)
    }

    /**
     * Has the socket with this file descriptor leave by the network that has this address. One whose address is in
     * no network needs none.
     *
     * @throws IOException if that network has gone
     */
    fun tie(socket: Int, address: String) {
        val network = offer?.networkOf(plain(address)) ?: return
        // The descriptor stays its owner's: what is tied is the socket, which a copy of it names as well.
        descriptor(socket).use { network.bindSocket(it.fileDescriptor) }
    }

    /** A hotspot is switched on without a word, so interfaces are looked at every few seconds. */
    private fun look() {
        changes { networks.areFound(interfaces()) }
        handler.postDelayed(::look, EVERY)
    }

    @Synchronized
    private fun changes(change: () -> Unit) {
        change()
        val now = networks.offer()
        if (now == offer) return
        offer = now
        changed(now)
    }

    private fun known(network: Network, properties: LinkProperties): KnownNetwork<Network> {
        val router = properties.routes.firstOrNull { it.isDefaultRoute && it.gateway is Inet4Address }
        return KnownNetwork(
            network = network,
            transport = transport(manager.getNetworkCapabilities(network)),
            name = properties.interfaceName,
            addresses = properties.linkAddresses.map { plain(it.address) },
            router = router?.gateway?.hostAddress,
        )
    }

    private fun transport(known: NetworkCapabilities?) = when {
        known == null -> Transport.OTHER
        known.hasTransport(NetworkCapabilities.TRANSPORT_VPN) -> Transport.VPN
        known.hasTransport(NetworkCapabilities.TRANSPORT_WIFI) -> Transport.WIFI
        known.hasTransport(NetworkCapabilities.TRANSPORT_ETHERNET) -> Transport.ETHERNET
        known.hasTransport(NetworkCapabilities.TRANSPORT_CELLULAR) -> Transport.CELLULAR
        else -> Transport.OTHER
    }

    private companion object {
        /** In milliseconds. */
        const val EVERY = 3_000L
    }
}

/** An address in the one form that Java gives it: IPv6 is written in many, and on a phone with its interface. */
private fun plain(address: String): String = plain(InetAddresses.parseNumericAddress(address.substringBefore('%')))

private fun plain(address: InetAddress): String = address.hostAddress.orEmpty().substringBefore('%')

/** This phone's interfaces that are up, as far as it lets an app see them. */
private fun interfaces(): List<FoundInterface> = try {
    NetworkInterface.getNetworkInterfaces().asSequence().filter { it.isUp && !it.isLoopback }.map { one ->
        FoundInterface(one.name, one.inetAddresses.asSequence().map(::plain).toList(), one.isPointToPoint)
    }.toList()
} catch (_: IOException) {
    emptyList()
}
