package example.handfast.core.phone

/** How a network leads outside. */
enum class Transport { WIFI, CELLULAR, ETHERNET, VPN, OTHER }

/** A network that the system told of. */
data class KnownNetwork(
    /** The system's own number for it, by which a socket is bound to it. */
    val handle: Long,
    val transport: Transport,
    /** Of the interface. */
    val name: String?,
    val addresses: List<String>,
    /** The router of IPv4 that leads outside. */
    val router: String?,
)

/** An interface that was found by looking, which the system may not tell of: a hotspot of this phone, a cable. */
data class FoundInterface(val name: String, val addresses: List<String>, val isPointToPoint: Boolean = false)

/** What is offered to whoever connects. */
data class Offer(
    /** Each once, those of the network that leads outside first. */
    val addresses: List<String>,
    /** May be asked for a port. */
    val router: String?,
    /**
     * To which network the socket of an address has to be bound, since an unbound one leaves by the usual
     * network. An address that is not in it is of an interface that is no network to the system, and needs none.
     */
    val networks: Map<String, Long>,
    /** All that leaves this phone goes through somebody's tunnel, so nobody on the same network is reached. */
    val isTunnelled: Boolean,
)

/**
 * Which addresses this phone offers: of every network that it is in, also one that leads nowhere, and of its own
 * hotspot.
 */
class Networks {
    private val known = LinkedHashMap<Long, KnownNetwork>()
    private var found = emptyList<FoundInterface>()
    private var usual: Long? = null

    fun isThere(network: KnownNetwork) {
        known[network.handle] = network
    }

    fun isGone(handle: Long) {
        known -= handle
        if (usual == handle) usual = null
    }

    /** What leaves this phone leaves by this network. */
    fun isUsual(handle: Long?) {
        usual = handle
    }

    fun areFound(interfaces: List<FoundInterface>) {
        found = interfaces
    }

    fun offer(): Offer {
        val first = known[usual]
        // A mobile network beside Wi-Fi is not paid for unasked.
        val others = known.values.filter { it !== first && it.transport != Transport.CELLULAR && it.transport != Transport.VPN }
        val networks = listOfNotNull(first) + others
        val names = known.values.mapNotNull { it.name }
        val own = found.filter { it.name !in names && it.isOurs }.flatMap { it.addresses }.filterNot(::isOfLink)
        return Offer(
            addresses = (networks.flatMap { it.addresses } + own).distinct(),
            router = first?.router ?: others.firstNotNullOfOrNull { it.router },
            networks = networks.flatMap { network -> network.addresses.map { it to network.handle } }
                .groupBy({ it.first }, { it.second }).mapValues { it.value.first() },
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
