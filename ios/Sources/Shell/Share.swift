import Foundation

/// Something to hand to another app. Secret, so it does not print itself.
public enum Share: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    /// For messengers, where a touch on it leads somewhere.
    case link(String)
    /// For messengers, with a word that it has to be pasted.
    case pasted(String)
    /// A picture of a QR code.
    case picture(symbol: String)
    /// A `.handfast` file with the token of a text.
    case file(text: String)

    /// As the share sheet takes it.
    public enum Prepared: Equatable, Sendable {
        case text(String)
        case file(URL)
    }

    /// Makes it ready; files go to `folder`, in the place of earlier ones.
    public func prepared(in folder: URL) throws -> Prepared {
        switch self {
        case .link(let link), .pasted(let link):
            return .text(link)
        case .picture(let symbol):
            // Messengers shrink pictures: eight pixels a module survive that.
            return .file(try Self.write(Device.png(symbol, scale: 8), to: folder, "handfast.png"))
        case .file(let text):
            return .file(try Self.write(Device.file(of: text), to: folder, "invitation.handfast"))
        }
    }

    private static func write(_ bytes: Data, to folder: URL, _ name: String) throws -> URL {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent(name)
        try bytes.write(to: file, options: .atomic)
        return file
    }

    public var description: String { "Share" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The name of a picture that was taken at this moment, as it sorts in a folder.
public func pictureName(at moment: Date, extension type: String, zone: TimeZone = .current) -> String {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: moment)
    func two(_ part: Int?) -> String { (part ?? 0) < 10 ? "0\(part ?? 0)" : "\(part ?? 0)" }
    let day = "\(parts.year ?? 0)-\(two(parts.month))-\(two(parts.day))"
    return "\(day) \(two(parts.hour)).\(two(parts.minute)).\(two(parts.second)).\(type)"
}
