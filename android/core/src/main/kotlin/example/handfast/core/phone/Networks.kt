package example.handfast.core.phone

/** How a network leads outside. */
enum class Transport { WIFI, CELLULAR, ETHERNET, VPN, OTHER }

/** A network that the system told of. [network]: the system's own name for it, by which a socket is bound to it. */
data class KnownNetwork<N : Any>(
    val network: N,
    val transport: Transport,
    /** Of the interface. */
    val name: String?,
    val addresses: List<String>,
    /** The router of IPv4 that leads outside. */
    val router: String?,
)

/** An interface that was found by looking, which the system may not tell of: a hotspot of this phone, a cable. */
data class FoundInterface(val name: String, val addresses: List<String>, val isPointToPoint: Boolean = false)

/**
 * An address of this phone, and the network to which a socket of it has to be bound, since an unbound one leaves by the
 * usual network. That of an interface which is no network to the system has none, and needs none.
 */
data class Place<N : Any>(val address: String, val network: N?)

/** What is offered to whoever connects. */
data class Offer<N : Any>(
    /** Each address once, those of the network that leads outside first. */
    val places: List<Place<N>>,
    /** May be asked for a port. */
    val router: String?,
    /** All that leaves this phone goes through somebody's tunnel, so nobody on the same network is reached. */
    val isTunnelled: Boolean,
) {
    val addresses get() = places.map { it.address }

    fun networkOf(address: String) = places.find { it.address == address }?.network
}

/**
 * Which addresses this phone offers: of every network that it is in, also one that leads nowhere, and of its own
 * hotspot.
 */
class Networks<N : Any> {
    private val known = LinkedHashMap<N, KnownNetwork<N>>()
    private var found = emptyList<FoundInterface>()
    private var usual: N? = null

    fun isThere(network: KnownNetwork<N>) {
        known[network.network] = network
    }

    fun isGone(network: N) {
        known -= network
        if (usual == network) usual = null
    }

    /** What leaves this phone leaves by this network. */
    fun isUsual(network: N?) {
        usual = network
    }

    fun areFound(interfaces: List<FoundInterface>) {
        found = interfaces
    }

    fun offer(): Offer<N> {
        val first = known[usual]
        // A mobile network beside Wi-Fi is not paid for unasked.
        val others = known.values.filter { it !== first && it.transport != Transport.CELLULAR && it.transport != Transport.VPN }
        val networks = listOfNotNull(first) + others
        val names = known.values.mapNotNull { it.name }
        val own = found.filter { it.name !in names && it.isOurs }.flatMap { it.addresses }.filterNot(::isOfLink)
        val places = networks.flatMap { network -> network.addresses.map { Place<N>(it, network.network) } } + own.map { Place<N>(it, null) }
        return Offer(
            places = places.distinctBy { it.address },
            router = first?.router ?: others.firstNotNullOfOrNull { it.router },
            isTunnelled = first?.transport == Transport.VPN,
        )
    }

    /** A modem's interfaces are the system's own matter, and so is what leads to a single other end. */
    private val FoundInterface.isOurs
        get() = !isPointToPoint && MODEMS.none { name.startsWith(it) }

    private fun isOfLink(address: String) = address.startsWith("fe80", ignoreCase = true) || address.startsWith("169.254.")

    private companion object {
        val MODEMS = listOf("lo", "rmnet", "ccmni", "pdp", "dummy", "tun", "ppp", "ip6", "sit", "v4-", "clat")
    }
}
