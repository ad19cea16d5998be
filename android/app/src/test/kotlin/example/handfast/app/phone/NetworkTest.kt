package example.handfast.app.phone

import android.os.ParcelFileDescriptor
import androidx.test.core.app.ApplicationProvider
import example.handfast.app.FedNetwork
import example.handfast.app.HandfastApp
import example.handfast.app.PhoneRunner
import example.handfast.app.phone.network.NetworkWatch
import example.handfast.app.until
import org.junit.Test
import org.junit.runner.RunWith
import org.robolectric.Shadows.shadowOf
import java.io.File
import kotlin.test.assertEquals

/** The networks that a phone is in at the same time. */
@RunWith(PhoneRunner::class)
class NetworkTest {
    private val app get() = ApplicationProvider.getApplicationContext<HandfastApp>()

    @Test
    fun `each socket is bound to the network that has its address`() {
        val asked = ArrayList<Int>()
        val any = File.createTempFile("socket", null)
        val watch = NetworkWatch(app, interfaces = { emptyList() }) { socket ->
            asked += socket
            ParcelFileDescriptor.open(any, ParcelFileDescriptor.MODE_READ_ONLY)
        }
        var offered = emptyList<String>()
        watch.start { offered = it.addresses }
        val home = FedNetwork.comes("192.0.2.7/24", "2001:db8::7/64", number = 201)
        val nowhere = FedNetwork.comes("198.51.100.7/24", number = 202)
        until({ "$offered" }) { offered.size == 3 }

        watch.tie(11, "192.0.2.7")
        watch.tie(12, "2001:db8::7")
        watch.tie(13, "198.51.100.7")
        // This machine's own address, and that of a hotspot, are in no network.
        watch.tie(14, "127.0.0.1")
        watch.tie(15, "192.168.43.1")
        assertEquals(listOf(11, 12, 13), asked)
        assertEquals(2, shadowOf(home).boundSocketCount())
        assertEquals(1, shadowOf(nowhere).boundSocketCount())

        FedNetwork.goes(nowhere)
        until({ "$offered" }) { offered.size == 2 }
        watch.tie(16, "198.51.100.7")
        assertEquals(1, shadowOf(nowhere).boundSocketCount())
    }
}
