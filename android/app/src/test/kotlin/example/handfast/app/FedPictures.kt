package example.handfast.app

import android.graphics.Bitmap
import android.graphics.BitmapFactory
import android.os.Looper
import org.robolectric.annotation.Implementation
import org.robolectric.annotation.Implements
import org.robolectric.shadow.api.Shadow
import org.robolectric.shadows.ShadowNativeBitmapFactory
import org.robolectric.util.ReflectionHelpers.ClassParameter

/** No picture of somebody else's is read on the thread that draws. */
@Implements(BitmapFactory::class, callNativeMethodsByDefault = true)
class FedPictures : ShadowNativeBitmapFactory() {
    companion object {
        @Implementation
        @JvmStatic
        fun decodeByteArray(bytes: ByteArray, from: Int, length: Int, options: BitmapFactory.Options?): Bitmap? {
            check(Looper.myLooper() !== Looper.getMainLooper()) { "a picture is read on the thread that draws" }
            return Shadow.directlyOn(
                BitmapFactory::class.java,
                "decodeByteArray",
                ClassParameter.from(ByteArray::class.java, bytes),
                ClassParameter.from(Int::class.javaPrimitiveType, from),
                ClassParameter.from(Int::class.javaPrimitiveType, length),
                ClassParameter.from(BitmapFactory.Options::class.java, options),
            )
        }
    }
}
