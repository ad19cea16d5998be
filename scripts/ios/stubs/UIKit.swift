@_exported import Foundation

@MainActor open class UIResponder: NSObject {}
@MainActor open class UIView: UIResponder {
    public override init() {}
    open class var layerClass: AnyClass { CALayer.self }
    open var layer: CALayer { fatalError() }
}
open class CALayer: NSObject {}
@MainActor open class UIViewController: UIResponder {
    public override init() {}
    open func viewDidAppear(_ animated: Bool) {}
    open var extensionContext: NSExtensionContext? { fatalError() }
    open func present(_ controller: UIViewController, animated: Bool, completion: (() -> Void)? = nil) {}
}
@MainActor public final class UIAlertController: UIViewController {
    public enum Style { case actionSheet, alert }
    public init(title: String?, message: String?, preferredStyle: Style) {}
    public func addAction(_ action: UIAlertAction) {}
}
@MainActor public final class UIAlertAction: NSObject {
    public enum Style { case `default`, cancel, destructive }
    public init(title: String?, style: Style, handler: (@MainActor (UIAlertAction) -> Void)? = nil) {}
}
@MainActor open class UIScene: UIResponder {}
@MainActor public final class UIScreen: NSObject { public var brightness: CGFloat = 0 }
@MainActor public final class UIWindowScene: UIScene { public var screen: UIScreen { fatalError() } }
public struct UIBackgroundTaskIdentifier: Equatable, Sendable { public static let invalid = Self() }
@MainActor public final class UIApplication: UIResponder {
    public static var shared: UIApplication { fatalError() }
    public static let openSettingsURLString = ""
    public var connectedScenes: Set<UIScene> { fatalError() }
    public var isIdleTimerDisabled = false
    public var backgroundTimeRemaining: TimeInterval { fatalError() }
    public func open(_ url: URL) {}
    public func beginBackgroundTask(
        expirationHandler: (@MainActor @Sendable () -> Void)? = nil
    ) -> UIBackgroundTaskIdentifier { fatalError() }
    public func endBackgroundTask(_ identifier: UIBackgroundTaskIdentifier) {}
}
@MainActor public final class UIDevice: NSObject {
    public static var current: UIDevice { fatalError() }
    public var name: String { fatalError() }
}
public final class UIImage: NSObject {
    public init?(data: Data) {}
    public var size: CGSize { fatalError() }
    public func pngData() -> Data? { fatalError() }
    public func jpegData(compressionQuality: CGFloat) -> Data? { fatalError() }
}
public final class UIColor: NSObject, @unchecked Sendable {
    public class var systemBackground: UIColor { fatalError() }
    public class var secondarySystemBackground: UIColor { fatalError() }
}
public struct UITextContentType: Sendable { public static let givenName = Self() }
@MainActor public protocol UINavigationControllerDelegate: NSObjectProtocol {}
@MainActor public protocol UIImagePickerControllerDelegate: NSObjectProtocol {}
@MainActor public final class UIImagePickerController: UIViewController {
    public enum SourceType { case photoLibrary, camera }
    public struct InfoKey: Hashable, Sendable { public static let originalImage = Self() }
    public override init() {}
    public class func isSourceTypeAvailable(_ type: SourceType) -> Bool { fatalError() }
    public var sourceType = SourceType.photoLibrary
    public var delegate: (any UIImagePickerControllerDelegate & UINavigationControllerDelegate)?
}
public final class UIPasteboard: NSObject {
    public static var general: UIPasteboard { fatalError() }
    public var hasStrings: Bool { fatalError() }
    public var hasURLs: Bool { fatalError() }
    public var string: String?
    public var url: URL?
    public var image: UIImage?
}
@MainActor public final class UINotificationFeedbackGenerator: NSObject {
    public enum FeedbackType { case success, warning, error }
    public override init() {}
    public func notificationOccurred(_ type: FeedbackType) {}
}
public class UIActivity: NSObject {}
@MainActor public final class UIActivityViewController: UIViewController {
    public init(activityItems: [Any], applicationActivities: [UIActivity]?) {}
}
// Foundation's, on Apple's systems only.
extension URL {
    public static var documentsDirectory: URL { fatalError() }
    public static var applicationSupportDirectory: URL { fatalError() }
    public func startAccessingSecurityScopedResource() -> Bool { fatalError() }
    public func stopAccessingSecurityScopedResource() {}
}
public struct FileProtectionType: Sendable { public static let completeUntilFirstUserAuthentication = Self() }
extension FileAttributeKey { public static let protectionKey = FileAttributeKey(rawValue: "") }
extension FileManager {
    public func containerURL(forSecurityApplicationGroupIdentifier group: String) -> URL? { fatalError() }
}
@MainActor open class NSExtensionContext: NSObject {
    open var inputItems: [Any] { fatalError() }
    open func completeRequest(returningItems: [Any]?, completionHandler: ((Bool) -> Void)? = nil) {}
}
open class NSExtensionItem: NSObject {
    open var attachments: [NSItemProvider]?
}
open class NSItemProvider: NSObject, @unchecked Sendable {
    open func hasItemConformingToTypeIdentifier(_ type: String) -> Bool { fatalError() }
    public typealias CompletionHandler = @Sendable ((any NSSecureCoding)?, (any Error)?) -> Void
    open func loadItem(
        forTypeIdentifier: String, options: [AnyHashable: Any]? = nil, completionHandler: CompletionHandler? = nil
    ) {}
    open func loadFileRepresentation(
        forTypeIdentifier: String, completionHandler: @escaping @Sendable (URL?, (any Error)?) -> Void
    ) -> Progress { fatalError() }
}
