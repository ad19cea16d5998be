import Foundation

/// Something locked that was handed in: what it is, and what it asks.
struct Locked: Sendable {
    enum What: Sendable {
        case invitation(Token)
        /// Our own copy of a locked file.
        case file(URL)
    }

    let id = UUID()
    let what: What
    var asking: Question

    init(what: What, asking: Question) {
        self.what = what
        self.asking = asking
    }

    /// A file that may be locked; none if it is not. It is copied, as it can be read only for a moment; on the
    /// same volume a copy takes no room.
    init?(file: URL, _ engine: Engine) {
        self.init(engine) { copy in
            guard engine.questions(ofFile: file.path) != nil else { return }
            try FileManager.default.copyItem(at: file, to: copy)
        }
    }

    /// Something small that came as a text or a code.
    init?(file token: Token, _ engine: Engine) {
        self.init(engine) { copy in try token.bytes.write(to: copy) }
    }

    private init?(_ engine: Engine, copy: (URL) throws -> Void) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("unlock-\(UUID().uuidString)")
        let file = folder.appendingPathComponent("locked")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try? copy(file)
        guard let questions = engine.questions(ofFile: file.path) else {
            try? FileManager.default.removeItem(at: folder)
            return nil
        }
        self.init(what: .file(file), asking: Question(questions: questions, triesLeft: nil))
    }

    var isFile: Bool {
        if case .file = what { true } else { false }
    }

    /// Removes our own copy.
    func remove() {
        if case .file(let file) = what { try? FileManager.default.removeItem(at: file) }
    }
}

extension Opened {
    /// The file at `path`, moved to the name that was told about it. That name comes from a stranger: it is
    /// made fit for a file here, and leads nowhere else.
    init(_ path: URL, called name: String?) throws {
        let name = Self.safe(name ?? "")
        let file = path.deletingLastPathComponent().appendingPathComponent(name)
        if file != path { try FileManager.default.moveItem(at: path, to: file) }
        let size = try file.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
        self.init(name: name, size: UInt64(size), path: file.path)
    }

    static func safe(_ name: String) -> String {
        let last = name.split(whereSeparator: { "/\\:".contains($0) }).last ?? ""
        let visible = last.unicodeScalars.filter {
            $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
        }
        let trimmed = String(String.UnicodeScalarView(visible)).drop { $0 == "." || $0 == " " }.prefix(80)
        return trimmed.isEmpty ? "handfast" : String(trimmed)
    }
}
