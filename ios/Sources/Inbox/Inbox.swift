import Foundation

/// What was shared into the app, between the share extension, which leaves it, and the app, which takes it.
/// Knows nothing of what it means. Only the newest counts, and nothing stays once it was taken.
public struct Inbox: Sendable {
    private let folder: URL

    /// `folder`: where both may read and write, and nobody else.
    public init(folder: URL) {
        self.folder = folder
    }

    public enum Item: Equatable, Sendable {
        case text(String)
        /// Whoever took it removes it.
        case file(URL)
    }

    /// Leaves a text: a link, or a message with one in it.
    public func leave(_ text: String) throws {
        try put { try Data(text.utf8).write(to: $0.appendingPathComponent(Self.text)) }
    }

    /// Leaves a copy of a file.
    public func leave(copyOf file: URL) throws {
        try put { place in
            // A file may be called anything.
            let folder = place.appendingPathComponent(Self.file)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
            try FileManager.default.copyItem(at: file, to: folder.appendingPathComponent(file.lastPathComponent))
        }
    }

    /// What was left last, if it was not taken yet. A file is moved into a folder of its own in `place`.
    public func take(into place: URL) -> Item? {
        defer { try? FileManager.default.removeItem(at: left) }
        if let text = try? String(contentsOf: left.appendingPathComponent(Self.text), encoding: .utf8) {
            return .text(text)
        }
        let folder = left.appendingPathComponent(Self.file)
        guard let name = try? FileManager.default.contentsOfDirectory(atPath: folder.path).first else { return nil }
        let target = place.appendingPathComponent("shared-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        guard (try? FileManager.default.moveItem(at: folder, to: target)) != nil else { return nil }
        return .file(target.appendingPathComponent(name))
    }

    private static let text = "text"
    private static let file = "file"
    private var left: URL { folder.appendingPathComponent("left") }

    /// Whoever takes it finds all of it or nothing.
    private func put(_ write: (URL) throws -> Void) throws {
        let part = folder.appendingPathComponent("part-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
        do {
            try write(part)
            try? FileManager.default.removeItem(at: left)
            try FileManager.default.moveItem(at: part, to: left)
        } catch {
            try? FileManager.default.removeItem(at: part)
            throw error
        }
    }
}
