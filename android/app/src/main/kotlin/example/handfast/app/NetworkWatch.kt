package example.handfast.app

import android.content.Context
import android.net.ConnectivityManager
import android.net.LinkProperties
import android.net.Network

/** Hands this phone's addresses in, because a phone lets no app watch them at the socket. */
class NetworkWatch(context: Context) {
    private val manager = context.getSystemService(ConnectivityManager::class.java)

    /** From now on, [changed] hears of every change; an empty list means no network. */
    fun start(changed: (List<String>) -> Unit) {
        manager.registerDefaultNetworkCallback(object : ConnectivityManager.NetworkCallback() {
            override fun onLinkPropertiesChanged(network: Network, properties: LinkProperties) {
                changed(properties.linkAddresses.mapNotNull { it.address.hostAddress })
            }

            override fun onLost(network: Network) = changed(emptyList())
        })
        // No callback comes while there is no network.
        if (manager.activeNetwork == null) changed(emptyList())
    }
}
