import Foundation

/// What the person calls themselves to others. It lies in a file of its own, since it is asked for before
/// anything else of the app exists.
public struct OwnName: Sendable {
    /// In characters; the rest would not be shown anywhere.
    static let longest = 40

    private let file: URL

    public init(file: URL) {
        self.file = file
    }

    /// None until the person has chosen one, which may be empty.
    public func read() -> String? {
        try? String(contentsOf: file, encoding: .utf8)
    }

    /// Keeps the first line of it, as long as a name may be.
    func keep(_ name: String) throws {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Self.fit(name).write(to: file, atomically: true, encoding: .utf8)
    }

    static func fit(_ name: String) -> String {
        let line = name.split(whereSeparator: \.isNewline).first ?? ""
        return String(line.trimmingCharacters(in: .whitespaces).prefix(longest))
    }
}
