import Foundation

/// What was shared into the app, between the share extension, which leaves it, and the app, which takes it.
/// Knows nothing of what it means. Only the newest counts, and nothing stays once it was taken.
public struct Inbox: Sendable {
    private let folder: URL

    /// `folder`: where both may read and write, and nobody else.
    public init(folder: URL) {
        self.folder = folder
    }

    /// What was shared at once.
    public struct Shared: Equatable, Sendable {
        /// A link, or a message.
        public var text: String?
        /// Whoever took them removes them, each with the folder that it is in.
        public var files: [URL] = []
    }

    /// Puts something together that the app finds whole, or not at all.
    public func parcel() throws -> Parcel {
        try Parcel(in: folder, for: left)
    }

    /// What was left last, if it was not taken yet. Each file is moved into a folder of its own in `place`.
    public func take(into place: URL) -> Shared? {
        defer { try? FileManager.default.removeItem(at: left) }
        var shared = Shared()
        shared.text = try? String(contentsOf: left.appendingPathComponent(Parcel.text), encoding: .utf8)
        try? FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        for number in 0... {
            let folder = left.appendingPathComponent("\(number)")
            guard let name = try? FileManager.default.contentsOfDirectory(atPath: folder.path).first else { break }
            let target = place.appendingPathComponent("shared-\(UUID().uuidString)")
            guard (try? FileManager.default.moveItem(at: folder, to: target)) != nil else { break }
            shared.files.append(target.appendingPathComponent(name))
        }
        return shared == Shared() ? nil : shared
    }

    private var left: URL { folder.appendingPathComponent("left") }

    /// Something that is being put together, from any thread.
    public final class Parcel: @unchecked Sendable {
        fileprivate static let text = "text"
        private let part: URL
        private let left: URL
        private let lock = NSLock()
        private var files = 0
        private var isLeft = false

        fileprivate init(in folder: URL, for left: URL) throws {
            self.left = left
            part = folder.appendingPathComponent("part-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: part, withIntermediateDirectories: true)
        }

        deinit {
            if !isLeft { try? FileManager.default.removeItem(at: part) }
        }

        /// Adds a text, under the one before.
        public func add(_ text: String) throws {
            lock.lock()
            defer { lock.unlock() }
            let file = part.appendingPathComponent(Self.text)
            let before = try? String(contentsOf: file, encoding: .utf8)
            try Data([before, text].compactMap { $0 }.joined(separator: "\n").utf8).write(to: file)
        }

        /// Adds a copy of a file.
        public func add(copyOf file: URL) throws {
            lock.lock()
            defer { lock.unlock() }
            // A file may be called anything.
            let folder = part.appendingPathComponent("\(files)")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try FileManager.default.copyItem(at: file, to: folder.appendingPathComponent(file.lastPathComponent))
            files += 1
        }

        /// Leaves it in the place of what was left before.
        public func leave() throws {
            lock.lock()
            defer { lock.unlock() }
            try? FileManager.default.removeItem(at: left)
            try FileManager.default.moveItem(at: part, to: left)
            isLeft = true
        }
    }
}
