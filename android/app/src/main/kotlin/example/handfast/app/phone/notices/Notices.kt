package example.handfast.app.phone.notices

import android.Manifest
import android.app.Notification
import android.app.PendingIntent
import android.content.Context
import android.content.Intent
import android.content.pm.PackageManager
import androidx.core.app.NotificationChannelCompat
import androidx.core.app.NotificationCompat
import androidx.core.app.NotificationManagerCompat
import androidx.core.app.Person
import androidx.core.app.RemoteInput
import androidx.core.content.LocusIdCompat
import androidx.core.content.pm.ShortcutInfoCompat
import androidx.core.content.pm.ShortcutManagerCompat
import androidx.core.graphics.drawable.IconCompat
import example.handfast.app.MainActivity
import example.handfast.app.R
import example.handfast.app.say
import example.handfast.app.span
import example.handfast.core.Key
import example.handfast.core.Row
import example.handfast.core.bytes
import example.handfast.core.phone.Service
import example.handfast.core.phone.Tidings
import java.util.Locale
import java.util.UUID

/** What stands among the notifications: one for each person, one for what keeps the app running. */
class Notices(private val context: Context, private val showsContent: () -> Boolean) {
    private val manager = NotificationManagerCompat.from(context)

    init {
        val channels = listOf(
            channel(MESSAGES, R.string.channel_messages, NotificationManagerCompat.IMPORTANCE_HIGH),
            channel(CONNECTED, R.string.channel_connected, NotificationManagerCompat.IMPORTANCE_LOW),
            channel(WAITING, R.string.channel_waiting, NotificationManagerCompat.IMPORTANCE_LOW),
            channel(ASLEEP, R.string.channel_asleep, NotificationManagerCompat.IMPORTANCE_DEFAULT),
        )
        manager.createNotificationChannelsCompat(channels)
        // What an earlier process told is about conversations that are gone.
        manager.cancelAll()
    }

    /** What says that the app keeps running, while it does. */
    fun keeping(service: Service): Notification {
        val isConnected = service == Service.CONNECTED
        return builder(if (isConnected) CONNECTED else WAITING)
            .setContentTitle(context.getString(if (isConnected) R.string.connected_title else R.string.waiting_title))
            .setContentText(context.getString(if (isConnected) R.string.connected_text else R.string.waiting_text))
            .setContentIntent(open(null))
            .setOngoing(true)
            .setVisibility(NotificationCompat.VISIBILITY_SECRET)
            .build()
    }

    fun tell(tidings: Tidings) {
        val person = person(tidings.session, tidings.name)
        val style = NotificationCompat.MessagingStyle(Person.Builder().setName(context.getString(R.string.row_ours)).build())
        if (tidings.rows.isEmpty()) {
            style.addMessage(context.getString(R.string.tidings_here), System.currentTimeMillis(), person)
        }
        for (row in tidings.rows) style.addMessage(line(row), row.at * 1000, person.takeUnless { row.ours })
        val builder = builder(MESSAGES)
            .setStyle(style)
            .setShortcutId(nameOf(tidings.session))
            .setLocusId(LocusIdCompat(nameOf(tidings.session)))
            .setCategory(NotificationCompat.CATEGORY_MESSAGE)
            .setContentIntent(open(tidings.session))
            .setAutoCancel(true)
            .setOnlyAlertOnce(!tidings.isNew)
            // A private one with a public version would show its content, unless the phone hides that everywhere.
            .setVisibility(if (showsContent()) NotificationCompat.VISIBILITY_PUBLIC else NotificationCompat.VISIBILITY_SECRET)
        if (tidings.isTalking) builder.addAction(reply(tidings.session))
        post(nameOf(tidings.session), TIDINGS, builder.build())
    }

    fun untell(session: Long) = manager.cancel(nameOf(session), TIDINGS)

    /** What waits does so in vain until the person comes. */
    fun tellAsleep(isAsleep: Boolean) {
        if (!isAsleep) return manager.cancel(SLEEP)
        val builder = builder(ASLEEP)
            .setContentTitle(context.getString(R.string.asleep_title))
            .setContentText(context.getString(R.string.asleep_text))
            .setContentIntent(open(null))
            .setAutoCancel(true)
        post(null, SLEEP, builder.build())
    }

    fun tellUnsent(session: Long) {
        val builder = builder(MESSAGES)
            .setContentTitle(context.getString(R.string.app_name))
            .setContentText(context.getString(R.string.unsent_text))
            .setContentIntent(open(null))
            .setAutoCancel(true)
        post(nameOf(session), TIDINGS, builder.build())
    }

    /** Whoever is connected stands among the people to whom other apps share. */
    fun offerPeople(people: Map<Long, String>) {
        val gone = ShortcutManagerCompat.getDynamicShortcuts(context).map { it.id } - people.keys.map(::nameOf).toSet()
        if (gone.isNotEmpty()) {
            ShortcutManagerCompat.removeDynamicShortcuts(context, gone)
            // Those that a notification named are kept beside them.
            ShortcutManagerCompat.removeLongLivedShortcuts(context, gone)
        }
        for ((session, called) in people) {
            val name = called.ifEmpty { context.getString(R.string.person_unknown) }
            val shortcut = ShortcutInfoCompat.Builder(context, nameOf(session))
                .setShortLabel(name)
                .setPerson(person(session, name))
                .setIcon(IconCompat.createWithResource(context, R.mipmap.launcher))
                .setIntent(intent(session).setAction(Intent.ACTION_MAIN))
                .setCategories(setOf(TO_PERSON))
                .setLongLived(true)
                .setLocusId(LocusIdCompat(nameOf(session)))
                .build()
            // The launcher takes only so many a day from an app that is not seen.
            runCatching { ShortcutManagerCompat.pushDynamicShortcut(context, shortcut) }
        }
    }

    private fun channel(id: String, name: Int, importance: Int) =
        NotificationChannelCompat.Builder(id, importance).setName(context.getString(name)).build()

    private fun builder(channel: String) = NotificationCompat.Builder(context, channel).setSmallIcon(R.drawable.mark)

    private fun person(session: Long, name: String) = Person.Builder()
        .setKey(nameOf(session))
        .setName(name.ifEmpty { context.getString(R.string.person_unknown) })
        .build()

    private fun line(row: Row): String = when (row) {
        is Row.Text -> row.text.take(MOST_TEXT)
        is Row.Locked -> context.getString(R.string.tidings_locked, row.questions.joinToString(" ").take(MOST_TEXT))
        is Row.Note -> context.say(row.what)
        is Row.Life -> {
            val after = row.after
            if (after == null) context.getString(R.string.life_stay_offered) else context.getString(R.string.life_offered, context.span(after))
        }
        is Row.File -> context.getString(
            if (row.state == Key.FILE_RECEIVED) R.string.tidings_file else R.string.tidings_offer,
            row.name,
            bytes(row.size, Locale.getDefault()),
        )
    }

    private fun reply(session: Long): NotificationCompat.Action {
        val label = context.getString(R.string.tidings_reply)
        // The system writes the answer into it, so it may be changed; it names its receiver, so by nobody else.
        val intent = PendingIntent.getBroadcast(
            context,
            session.toInt(),
            Intent(context, ReplyReceiver::class.java).putExtra(SESSION, nameOf(session)),
            PendingIntent.FLAG_UPDATE_CURRENT or PendingIntent.FLAG_MUTABLE,
        )
        return NotificationCompat.Action.Builder(null, label, intent)
            .addRemoteInput(RemoteInput.Builder(ReplyReceiver.ANSWER).setLabel(label).build())
            .setSemanticAction(NotificationCompat.Action.SEMANTIC_ACTION_REPLY)
            .setAllowGeneratedReplies(false)
            .build()
    }

    private fun intent(session: Long?) = Intent(context, MainActivity::class.java)
        .addFlags(Intent.FLAG_ACTIVITY_NEW_TASK or Intent.FLAG_ACTIVITY_SINGLE_TOP)
        .apply { session?.let { putExtra(SESSION, nameOf(it)) } }

    private fun open(session: Long?): PendingIntent = PendingIntent.getActivity(
        context,
        session?.toInt() ?: -1,
        intent(session),
        PendingIntent.FLAG_UPDATE_CURRENT or PendingIntent.FLAG_IMMUTABLE,
    )

    private fun post(tag: String?, number: Int, notification: Notification) {
        // Before Android 13 nobody asks for it.
        val isGranted = context.checkSelfPermission(Manifest.permission.POST_NOTIFICATIONS) == PackageManager.PERMISSION_GRANTED
        if (!isGranted && !manager.areNotificationsEnabled()) return
        manager.notify(tag, number, notification)
    }

    companion object {
        /** The session that an intent of ours is about. */
        const val SESSION = "session"

        /** As res/xml/share_targets.xml names it. */
        const val TO_PERSON = "example.handfast.app.TO_PERSON"
        const val KEEPING = 1
        private const val SLEEP = 2
        private const val TIDINGS = 3
        private const val MESSAGES = "messages"
        private const val CONNECTED = "connected"
        private const val WAITING = "waiting"
        private const val ASLEEP = "asleep"

        /** In UTF-16 units: nobody reads more in a notification. */
        private const val MOST_TEXT = 500

        /** Numbers of sessions begin anew in each process, and what is left of an earlier one means nobody here. */
        private val process = "${UUID.randomUUID()}"

        /** What a session is called where a later process may read it. */
        fun nameOf(session: Long) = "$process/$session"

        /** The session of this process that is called so. */
        fun sessionOf(name: String?): Long? =
            name?.takeIf { it.startsWith("$process/") }?.removePrefix("$process/")?.toLongOrNull()
    }
}
