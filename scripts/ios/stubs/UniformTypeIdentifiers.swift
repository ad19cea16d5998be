public struct UTType: Hashable, Sendable {
    public static let item = UTType()
    public static let image = UTType()
    public static let plainText = UTType()
    public static let fileURL = UTType()
    public static let url = UTType()
    public static let data = UTType()
    public var identifier: String { fatalError() }
    public var preferredFilenameExtension: String? { fatalError() }
}
