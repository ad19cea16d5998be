import Foundation

/// What the person wants their links to begin with, in a file of its own: the core is told it at every start.
public struct OwnLinks: Sendable {
    private let file: URL

    public init(file: URL) {
        self.file = file
    }

    /// None where links begin as the build has them.
    func read() -> String? {
        try? String(contentsOf: file, encoding: .utf8)
    }

    func keep(_ base: String?) throws {
        guard let base else {
            if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
            return
        }
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try base.write(to: file, atomically: true, encoding: .utf8)
    }
}
