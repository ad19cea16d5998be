import Foundation

/// What has to be known after the app was killed: that an invitation was out, and until when. It holds
/// no token, so it needs no lock.
public struct Notebook: Sendable {
    private let file: URL

    public init(file: URL) {
        self.file = file
    }

    /// Until when the invitation that is out is good, in seconds since 1970-01-01 UTC.
    public var sharingUntil: UInt64? {
        get {
            (try? String(contentsOf: file, encoding: .utf8)).flatMap { UInt64($0) }
        }
        nonmutating set {
            // A notebook that cannot be written costs a hint after a crash, and nothing else.
            if let newValue {
                try? String(newValue).write(to: file, atomically: true, encoding: .utf8)
            } else {
                try? FileManager.default.removeItem(at: file)
            }
        }
    }
}
