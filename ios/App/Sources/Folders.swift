import Foundation
import Shell

/// Where files are kept.
enum Folders {
    /// Files that came in; the Files app shows them.
    static let downloads = URL.documentsDirectory

    /// What is kept from one start of the app to the next. Its key stays on this device, so a backup could not be
    /// read elsewhere. Whoever locks the phone does not end a conversation, so its files can be opened then too;
    /// what is secret in them is sealed.
    static let support = unlockedOnce(unsaved(made(URL.applicationSupportDirectory)))

    /// What the core keeps.
    static let kept = unlockedOnce(made(support.appendingPathComponent("kept")))

    /// What is handed to other apps.
    static let sharing = URL.temporaryDirectory.appendingPathComponent("sharing")

    /// Copies of files on their way out: what a person picked can be read only for a moment.
    private static let outgoing = URL.temporaryDirectory.appendingPathComponent("outgoing")

    /// Leftovers of the last time, opened files among them: nobody else keeps anything there.
    static func clean() {
        let left = try? FileManager.default.contentsOfDirectory(
            at: URL.temporaryDirectory, includingPropertiesForKeys: nil)
        for item in left ?? [] {
            try? FileManager.default.removeItem(at: item)
        }
    }

    /// A copy of a picked file under its own name. A copy on the same volume takes no room.
    static func copy(_ picked: URL) throws -> URL {
        let scoped = picked.startAccessingSecurityScopedResource()
        defer { if scoped { picked.stopAccessingSecurityScopedResource() } }
        let copy = made(outgoing.appendingPathComponent(UUID().uuidString))
            .appendingPathComponent(picked.lastPathComponent)
        try FileManager.default.copyItem(at: picked, to: copy)
        return copy
    }

    /// A picture that was just taken, which has no name.
    static func keep(_ picture: Data) throws -> URL {
        let file = made(outgoing.appendingPathComponent(UUID().uuidString))
            .appendingPathComponent(pictureName(at: Date(), extension: "jpg"))
        try picture.write(to: file)
        return file
    }

    private static func unlockedOnce(_ folder: URL) -> URL {
        try? FileManager.default.setAttributes(
            [.protectionKey: FileProtectionType.completeUntilFirstUserAuthentication], ofItemAtPath: folder.path)
        return folder
    }

    private static func unsaved(_ folder: URL) -> URL {
        var folder = folder
        var values = URLResourceValues()
        values.isExcludedFromBackup = true
        try? folder.setResourceValues(values)
        return folder
    }

    private static func made(_ folder: URL) -> URL {
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }
}
