package example.handfast.app.phone.network

import android.net.nsd.NsdManager
import android.net.nsd.NsdServiceInfo
import android.os.Build
import android.os.Handler
import android.os.HandlerThread
import example.handfast.core.Finder
import example.handfast.core.NameService
import example.handfast.core.Service
import java.net.InetAddress

/**
 * The system's own name service. It resolves one service at a time on most phones, so the others wait. What it refuses
 * is not tried again before the core asks anew: contacts are looked for in other ways meanwhile.
 */
class LocalServices(
    private val manager: NsdManager?,
    private val type: () -> String,
    private val handler: Handler = Handler(HandlerThread("names").apply { start() }.looper),
) : NameService {
    private var announced: NsdManager.RegistrationListener? = null
    private var looking: Looking? = null

    override fun announce(service: Service?) {
        val info = service?.info(type())
        handler.post {
            announced?.let { quietly { manager?.unregisterService(it) } }
            announced = info?.let { Announced().also { listener -> quietly { manager?.registerService(info, NsdManager.PROTOCOL_DNS_SD, listener) } } }
        }
    }

    override fun browse(finder: Finder?) {
        val type = type()
        handler.post {
            looking?.let { quietly { manager?.stopServiceDiscovery(it) } }
            looking = finder?.let { Looking(it).also { listener -> quietly { manager?.discoverServices(type, NsdManager.PROTOCOL_DNS_SD, listener) } } }
        }
    }

    /** The system throws where its service is gone, or a listener that it has never had is taken back. */
    private fun quietly(ask: () -> Unit) {
        runCatching(ask)
    }

    private class Announced : NsdManager.RegistrationListener {
        override fun onServiceRegistered(info: NsdServiceInfo) = Unit
        override fun onRegistrationFailed(info: NsdServiceInfo, error: Int) = Unit
        override fun onServiceUnregistered(info: NsdServiceInfo) = Unit
        override fun onUnregistrationFailed(info: NsdServiceInfo, error: Int) = Unit
    }

    /** Who looks. What is found waits for its turn to be resolved. */
    private inner class Looking(private val finder: Finder) : NsdManager.DiscoveryListener {
        private val waiting = ArrayDeque<NsdServiceInfo>()
        private var isResolving = false

        override fun onServiceFound(info: NsdServiceInfo) = whileLooking {
            if (waiting.size < MOST_WAITING) waiting += info
            resolve()
        }

        override fun onServiceLost(info: NsdServiceInfo) = whileLooking {
            waiting.removeAll { it.serviceName == info.serviceName }
            finder.gone(info.serviceName)
        }

        override fun onDiscoveryStarted(type: String) = Unit
        override fun onDiscoveryStopped(type: String) = Unit
        override fun onStartDiscoveryFailed(type: String, error: Int) = Unit
        override fun onStopDiscoveryFailed(type: String, error: Int) = Unit

        private fun resolve() {
            if (isResolving) return
            val next = waiting.removeFirstOrNull() ?: return
            isResolving = true
            val asked = runCatching {
                @Suppress("DEPRECATION") // what comes in its place is there from Android 14 on
                manager?.resolveService(next, Resolving())
            }
            if (asked.isFailure) resolved(null)
        }

        private fun resolved(info: NsdServiceInfo?) = whileLooking {
            isResolving = false
            if (info != null) finder.found(Service(info.serviceName, info.port, info.attributes.orEmpty()), info.addresses())
            resolve()
        }

        private fun whileLooking(work: () -> Unit) {
            handler.post { if (looking === this) work() }
        }

        private inner class Resolving : NsdManager.ResolveListener {
            override fun onServiceResolved(info: NsdServiceInfo) = resolved(info)
            override fun onResolveFailed(info: NsdServiceInfo, error: Int) = resolved(null)
        }
    }

    private companion object {
        /** As many as the core looks at. */
        const val MOST_WAITING = 128
    }
}

private fun NsdServiceInfo.addresses(): List<String> {
    val addresses: List<InetAddress> = if (Build.VERSION.SDK_INT >= Build.VERSION_CODES.UPSIDE_DOWN_CAKE) {
        hostAddresses
    } else {
        @Suppress("DEPRECATION") // there is nothing else before Android 14
        listOfNotNull(host)
    }
    return addresses.mapNotNull { it.hostAddress }
}

private fun Service.info(type: String) = NsdServiceInfo().also { info ->
    info.serviceName = name
    info.serviceType = type
    info.port = port
    for ((key, value) in txt) info.put(key, value)
}

/**
 * Values of a TXT record are bytes (RFC 6763, section 6.5), and the system has a way for them that is in no documentation.
 * Without it this phone looks for others and is not found by them.
 */
private fun NsdServiceInfo.put(key: String, value: ByteArray) {
    runCatching { javaClass.getMethod("setAttribute", String::class.java, ByteArray::class.java).invoke(this, key, value) }
}
