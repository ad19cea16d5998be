package example.handfast.app

import android.security.keystore.KeyGenParameterSpec
import java.io.File
import java.io.InputStream
import java.io.OutputStream
import java.security.Key
import java.security.KeyStoreSpi
import java.security.Provider
import java.security.SecureRandom
import java.security.Security
import java.security.cert.Certificate
import java.security.spec.AlgorithmParameterSpec
import java.util.Collections
import java.util.Date
import javax.crypto.KeyGeneratorSpi
import javax.crypto.SecretKey
import javax.crypto.spec.SecretKeySpec

/**
 * "AndroidKeyStore" in memory. Robolectric makes [TestHandfastApp], which installs it before the app begins, inside of Robolectric's class
 * loader: one from outside would have other classes. Clear [keys], and the phone has lost them, as some do when
 * the screen lock changes.
 */
object FakeKeyStore {
    val keys = HashMap<String, SecretKey>()

    /** Where a phone keeps them that outlives its process; none where it does not. */
    private var kept: File? = null

    fun install(kept: File?) {
        this.kept = kept
        kept?.listFiles().orEmpty().forEach { keys[it.name] = SecretKeySpec(it.readBytes(), "AES") }
        Security.removeProvider(NAME)
        val provider = object : Provider(NAME, "1.0", "in memory") {}
        provider["KeyStore.$NAME"] = Store::class.java.name
        provider["KeyGenerator.AES"] = Generator::class.java.name
        Security.addProvider(provider)
    }

    private const val NAME = "AndroidKeyStore"

    class Generator : KeyGeneratorSpi() {
        private var alias = ""

        override fun engineInit(random: SecureRandom?) = Unit

        override fun engineInit(size: Int, random: SecureRandom?) = Unit

        override fun engineInit(parameters: AlgorithmParameterSpec, random: SecureRandom?) {
            alias = (parameters as KeyGenParameterSpec).keystoreAlias
        }

        override fun engineGenerateKey(): SecretKey {
            val bytes = ByteArray(32).also(SecureRandom()::nextBytes)
            kept?.let { File(it.apply { mkdirs() }, alias).writeBytes(bytes) }
            return SecretKeySpec(bytes, "AES").also { keys[alias] = it }
        }
    }

    class Store : KeyStoreSpi() {
        override fun engineGetKey(alias: String, password: CharArray?): Key? = keys[alias]

        override fun engineContainsAlias(alias: String) = alias in keys

        override fun engineIsKeyEntry(alias: String) = alias in keys

        override fun engineDeleteEntry(alias: String) {
            keys.remove(alias)
            kept?.let { File(it, alias).delete() }
        }

        override fun engineAliases() = Collections.enumeration(keys.keys)

        override fun engineSize() = keys.size

        override fun engineGetCreationDate(alias: String?) = Date()

        override fun engineLoad(stream: InputStream?, password: CharArray?) = Unit

        // What nobody asks of it.
        override fun engineIsCertificateEntry(alias: String?) = false

        override fun engineGetCertificate(alias: String?): Certificate? = null

        override fun engineGetCertificateChain(alias: String?): Array<Certificate>? = null

        override fun engineGetCertificateAlias(certificate: Certificate?): String? = null

        override fun engineSetKeyEntry(alias: String?, key: Key?, password: CharArray?, chain: Array<out Certificate>?) =
            throw UnsupportedOperationException()

        override fun engineSetKeyEntry(alias: String?, key: ByteArray?, chain: Array<out Certificate>?) =
            throw UnsupportedOperationException()

        override fun engineSetCertificateEntry(alias: String?, certificate: Certificate?) =
            throw UnsupportedOperationException()

        override fun engineStore(stream: OutputStream?, password: CharArray?) = throw UnsupportedOperationException()
    }
}
