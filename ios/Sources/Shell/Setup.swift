/// What a shell decides before anything begins.
public struct Setup: Sendable {
    /// What this device calls itself where nobody is asked; may be empty. Others see it.
    public var name: String
    /// The folder for what this device keeps, private to the app and out of every backup.
    public var folder: String
    /// The folder for files that come in.
    public var downloads: String
    /// What links begin with; none for the core's own choice.
    public var linkBase: String?
    /// Somebody serves the host of links, so that a tapped one opens the app, or a page that says what it is.
    public var isHostServed: Bool

    public init(
        name: String, folder: String, downloads: String, linkBase: String? = nil, isHostServed: Bool = true
    ) {
        self.name = name
        self.folder = folder
        self.downloads = downloads
        self.linkBase = linkBase
        self.isHostServed = isHostServed
    }

    /// What links begin with where a build says nothing else.
    static let usualLinks = "https://handfast.example/"

    /// The host that a build begins with belongs to nobody, by RFC 2606.
    public static func isServed(_ host: String?) -> Bool {
        guard let host, !host.isEmpty else { return false }
        return host != "example" && !host.hasSuffix(".example")
    }
}
