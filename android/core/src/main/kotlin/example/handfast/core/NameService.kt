package example.handfast.core

/** What is announced in the local network: public, and nothing that a stranger could read. [txt]: the TXT record. */
class Service(val name: String, val port: Int, val txt: Map<String, ByteArray>)

/** Who is told what is found in the local network. */
interface Finder {
    /** Somebody announces this at these addresses, or is at other ones now. */
    fun found(service: Service, addresses: List<String>)

    /** What was announced under this name is over. */
    fun gone(name: String)
}

/**
 * The phone's name service (RFC 6763), by which contacts find each other in a network where their addresses are others.
 * The core asks from a thread of its own, one thing after the other.
 */
interface NameService {
    /** Announces this in the place of what was announced before; with none, nothing any more. */
    fun announce(service: Service?)

    /** Tells what others announce, in the place of whom it told before; with none, nobody any more. */
    fun browse(finder: Finder?)
}
