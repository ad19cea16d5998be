package example.handfast.core

/** A local network in which whoever announces something is found by whoever looks, as a phone's name service has it. */
class SimNetwork {
    private val devices = ArrayList<Names>()

    /** The name service of a phone that is at this address. */
    fun phone(address: String): NameService = Names(address).also { synchronized(devices) { devices += it } }

    private inner class Names(private val address: String) : NameService {
        private var announced: Service? = null
        private var finder: Finder? = null

        override fun announce(service: Service?) = synchronized(devices) {
            val before = announced
            announced = service
            for (finder in devices.mapNotNull { it.finder }) {
                if (before != null) finder.gone(before.name)
                if (service != null) finder.found(service, listOf(address))
            }
        }

        override fun browse(finder: Finder?) = synchronized(devices) {
            this.finder = finder
            if (finder != null) for (one in devices) one.announced?.let { finder.found(it, listOf(one.address)) }
        }
    }
}
