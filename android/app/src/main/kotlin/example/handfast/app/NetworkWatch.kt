package example.handfast.app

import android.content.Context
import android.net.ConnectivityManager
import android.net.LinkProperties
import android.net.Network
import java.net.Inet4Address

/** Hands this phone's addresses in, because a phone lets no app watch them at the socket. */
class NetworkWatch(context: Context) {
    private val manager = context.getSystemService(ConnectivityManager::class.java)

    /**
     * From now on, [changed] hears of every change: the addresses, of which none means no network, and
     * the router, which may be asked for a port.
     */
    fun start(changed: (List<String>, String?) -> Unit) {
        manager.registerDefaultNetworkCallback(object : ConnectivityManager.NetworkCallback() {
            override fun onLinkPropertiesChanged(network: Network, properties: LinkProperties) {
                val router = properties.routes.firstOrNull { it.isDefaultRoute && it.gateway is Inet4Address }
                changed(properties.linkAddresses.mapNotNull { it.address.hostAddress }, router?.gateway?.hostAddress)
            }

            override fun onLost(network: Network) = changed(emptyList(), null)
        })
        // No callback comes while there is no network.
        if (manager.activeNetwork == null) changed(emptyList(), null)
    }
}
