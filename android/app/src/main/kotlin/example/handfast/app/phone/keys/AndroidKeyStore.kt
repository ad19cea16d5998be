package example.handfast.app.phone.keys

import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import example.handfast.core.KeyLost
import example.handfast.core.KeyStore
import java.io.File
import java.security.KeyStore as SystemKeyStore
import java.security.UnrecoverableKeyException
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/**
 * Keeps the core's key in a file, wrapped by a key that never leaves the phone's key store. The file
 * is where nothing is backed up: on another phone it would be useless.
 */
class AndroidKeyStore(private val file: File) : KeyStore {
    override fun key(): ByteArray? {
        if (!file.exists()) return null
        val wrapped = file.readBytes()
        if (wrapped.size <= NONCE_BYTES) throw KeyLost()
        return try {
            // Some phones lose it, as when the screen lock changes. A new one would open nothing.
            val key = keptKey() ?: throw KeyLost()
            val cipher = Cipher.getInstance(CIPHER)
            cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, wrapped, 0, NONCE_BYTES))
            cipher.doFinal(wrapped, NONCE_BYTES, wrapped.size - NONCE_BYTES)
        } catch (_: UnrecoverableKeyException) {
            throw KeyLost()
        } catch (_: KeyPermanentlyInvalidatedException) {
            throw KeyLost()
        } catch (_: AEADBadTagException) {
            // Another key has its name, or the file is damaged.
            throw KeyLost()
        }
    }

    override fun keep(key: ByteArray) {
        val cipher = Cipher.getInstance(CIPHER)
        // The key store chooses the nonce itself.
        cipher.init(Cipher.ENCRYPT_MODE, wrappingKey())
        val partial = File(file.path + ".part")
        partial.writeBytes(cipher.iv + cipher.doFinal(key))
        check(partial.renameTo(file)) { "the file could not be put in place" }
    }

    /** Forgets the key, so that nothing which it sealed can be opened again. */
    fun forget() {
        file.delete()
        store().deleteEntry(ALIAS)
    }

    private fun store() = SystemKeyStore.getInstance(STORE).apply { load(null) }

    private fun keptKey() = store().getKey(ALIAS, null) as SecretKey?

    private fun wrappingKey(): SecretKey {
        keptKey()?.let { return it }
        val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
        val spec = KeyGenParameterSpec.Builder(ALIAS, purposes)
            .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
            .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
            .setKeySize(256)
            .build()
        return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, STORE).run {
            init(spec)
            generateKey()
        }
    }

    private companion object {
        const val STORE = "AndroidKeyStore"
        const val ALIAS = "handfast"
        const val CIPHER = "AES/GCM/NoPadding"
        const val NONCE_BYTES = 12
        const val TAG_BITS = 128
    }
}
