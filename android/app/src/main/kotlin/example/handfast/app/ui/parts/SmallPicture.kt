package example.handfast.app.ui.parts

import android.graphics.BitmapFactory
import android.util.LruCache
import androidx.compose.foundation.Image
import androidx.compose.foundation.background
import androidx.compose.foundation.layout.Box
import androidx.compose.foundation.layout.aspectRatio
import androidx.compose.foundation.layout.fillMaxSize
import androidx.compose.foundation.layout.fillMaxWidth
import androidx.compose.material3.MaterialTheme
import androidx.compose.runtime.Composable
import androidx.compose.runtime.getValue
import androidx.compose.runtime.produceState
import androidx.compose.ui.Modifier
import androidx.compose.ui.draw.clip
import androidx.compose.ui.graphics.ImageBitmap
import androidx.compose.ui.graphics.asImageBitmap
import androidx.compose.ui.layout.ContentScale
import example.handfast.core.Preview
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.withContext

/** A small one of a picture, all of one shape, so that nothing moves once it is read; nothing in it of one that is broken. */
@Composable
fun SmallPicture(preview: Preview, modifier: Modifier = Modifier) = Box(
    modifier
        .fillMaxWidth()
        .aspectRatio(SHAPE)
        .clip(MaterialTheme.shapes.medium)
        .background(MaterialTheme.colorScheme.surfaceContainerLow),
) {
    val picture by produceState(recent[preview], preview) {
        if (value == null) value = withContext(Dispatchers.Default) { pictureOf(preview) }
    }
    picture?.let { Image(it, null, Modifier.fillMaxSize(), contentScale = ContentScale.Crop) }
}

/** What was read last, for rows that come into sight again. */
private val recent = LruCache<Preview, ImageBitmap>(64)

/** The picture, not for the thread that draws; none of one that is broken. */
internal fun pictureOf(preview: Preview): ImageBitmap? {
    val jpeg = preview.jpeg
    val bounds = BitmapFactory.Options().apply { inJustDecodeBounds = true }
    BitmapFactory.decodeByteArray(jpeg, 0, jpeg.size, bounds)
    // What says that it is large costs no memory.
    if (bounds.outWidth !in 1..LARGEST || bounds.outHeight !in 1..LARGEST) return null
    return BitmapFactory.decodeByteArray(jpeg, 0, jpeg.size)?.asImageBitmap()?.also { recent.put(preview, it) }
}

/** The longer side of a small picture, in pixels, at most. */
private const val LARGEST = 512

private const val SHAPE = 4f / 3
