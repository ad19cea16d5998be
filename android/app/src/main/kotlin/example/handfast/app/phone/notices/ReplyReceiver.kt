package example.handfast.app.phone.notices

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import androidx.core.app.RemoteInput
import example.handfast.app.HandfastApp
import example.handfast.core.phone.Presence.Event

/** What a person wrote into a notification. */
class ReplyReceiver : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) {
        val text = RemoteInput.getResultsFromIntent(intent)?.getCharSequence(ANSWER)?.toString().orEmpty()
        // Of an earlier process: nobody.
        val session = Notices.sessionOf(intent.getStringExtra(Notices.SESSION)) ?: -1
        val app = context.applicationContext as HandfastApp
        if (text.isNotBlank()) app.keeper.handle(Event.Answered(session, text))
    }

    companion object {
        const val ANSWER = "answer"
    }
}
