package example.handfast.app

import android.app.Application
import android.content.Context
import android.content.pm.verify.domain.DomainVerificationManager
import android.content.pm.verify.domain.DomainVerificationUserState
import android.os.Process
import org.robolectric.Shadows.shadowOf
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.shadow.api.Shadow
import java.util.UUID

/** Which hosts' links this app opens, as a test says in the system's place. */
@Implements(DomainVerificationManager::class)
class FedLinks {
    @Implementation
    fun getDomainVerificationUserState(name: String) =
        DomainVerificationUserState(UUID(1, 1), name, Process.myUserHandle(), isAllowed, hosts)

    companion object {
        @Volatile
        private var isAllowed = false

        @Volatile
        private var hosts = emptyMap<String, Int>()

        /** A phone on which nobody has said anything yet. */
        fun install(phone: Application) {
            are(isAllowed = true, emptyMap())
            @Suppress("DEPRECATION") // Robolectric has no such service that a shadow could stand before.
            shadowOf(phone).setSystemService(Context.DOMAIN_VERIFICATION_SERVICE, Shadow.newInstanceOf(DomainVerificationManager::class.java))
        }

        fun are(isAllowed: Boolean, hosts: Map<String, Int>) {
            this.isAllowed = isAllowed
            this.hosts = hosts
        }
    }
}
