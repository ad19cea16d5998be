import Shell
import UserNotifications

/// The notification center of the phone: posts there what is decided elsewhere, and hands on what a person does there.
@MainActor
final class PhoneNotices: NSObject, NoticeBoard, UNUserNotificationCenterDelegate {
    /// Whom it hands that on to.
    weak var notices: Notices?

    private let center: UNUserNotificationCenter

    /// What can be answered in place.
    private static let talk = "talk"

    init(center: UNUserNotificationCenter) {
        self.center = center
        super.init()
        center.delegate = self
        let label = say(.tidingsReply)
        let reply = UNTextInputNotificationAction(
            identifier: "reply", title: label, options: [], textInputButtonTitle: label,
            textInputPlaceholder: say(.writeMessage))
        // Where the phone hides what notifications say, this stands there.
        let category = UNNotificationCategory(
            identifier: Self.talk, actions: [reply], intentIdentifiers: [],
            hiddenPreviewsBodyPlaceholder: say(.tidingsHidden), options: [])
        center.setNotificationCategories([category])
    }

    func ask() {
        center.requestAuthorization(options: [.alert, .sound]) { _, _ in }
    }

    func post(_ tidings: Tidings) {
        let content = UNMutableNotificationContent()
        content.title = say(tidings.title)
        content.body = tidings.lines.map { say($0) }.joined(separator: "\n")
        content.threadIdentifier = tidings.id
        content.categoryIdentifier = tidings.canReply ? Self.talk : ""
        content.sound = tidings.isNew ? .default : nil
        center.add(UNNotificationRequest(identifier: tidings.id, content: content, trigger: nil))
    }

    func remove(_ id: String) {
        center.removeDeliveredNotifications(withIdentifiers: [id])
    }

    func clear() {
        center.removeAllDeliveredNotifications()
    }

    nonisolated func userNotificationCenter(
        _ center: UNUserNotificationCenter, didReceive response: UNNotificationResponse
    ) async {
        let id = response.notification.request.identifier
        let text = (response as? UNTextInputNotificationResponse)?.userText
        let isTouched = response.actionIdentifier == UNNotificationDefaultActionIdentifier
        if let text {
            await notices?.answered(id, text)
        } else if isTouched {
            await notices?.touched(id)
        }
    }

    /// What is told while the app is on the screen is of a conversation that is not looked at.
    nonisolated func userNotificationCenter(
        _ center: UNUserNotificationCenter, willPresent notification: UNNotification
    ) async -> UNNotificationPresentationOptions {
        [.banner, .list, .sound]
    }
}
