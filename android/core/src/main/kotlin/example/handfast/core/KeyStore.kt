package example.handfast.core

/** The phone's key store, as the core needs it: one key of 32 bytes. */
interface KeyStore {
    /** The key that was put here; none before the first time. */
    fun key(): ByteArray?

    /** Keeps this key in the place of an earlier one. */
    fun keep(key: ByteArray)
}

/** The phone has not been unlocked since it was started. */
class KeyStoreLocked : Exception()

/** The key that was put there cannot be had any more, whatever is tried. */
class KeyLost : Exception()
