import Foundation
import Inbox

extension Inbox {
    /// The folder of the group of app and extension; none where that is not set up.
    static let shared: Inbox? = {
        guard let group = Bundle.main.object(forInfoDictionaryKey: "AppGroup") as? String else { return nil }
        return FileManager.default.containerURL(forSecurityApplicationGroupIdentifier: group)
            .map { Inbox(folder: $0.appendingPathComponent("inbox")) }
    }()
}
