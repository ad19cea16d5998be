import Foundation
import Observation
import Shell

/// The app in a terminal, for a partner on this machine: `Peer invite`, or `Peer join LINK`. It tells what
/// happens in lines (`link LINK`, `talking NAME`, `text TEXT`, `ended KEY`) and sends the lines that it is
/// given. When those end, it says goodbye.
@main @MainActor
struct Peer {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("handfast-peer-\(ProcessInfo.processInfo.processIdentifier)")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }

        let model = AppModel(
            Setup(name: "Peer", folder: folder.path, downloads: folder.path), keys: Forgetful())
        model.network(["127.0.0.1"])
        switch (arguments.first, arguments.dropFirst().first) {
        case ("invite", nil): model.invite(send: true)
        case ("join", let link?): model.handIn(link)
        default:
            say("usage: Peer invite | Peer join LINK")
            exit(2)
        }
        let met = await talk(model)
        await model.shutdown()
        exit(met ? 0 : 1)
    }

    /// Until it is over; whether the two met.
    private static func talk(_ model: AppModel) async -> Bool {
        let (changes, changed) = AsyncStream.makeStream(of: Void.self)
        watch(model) { changed.yield() }
        var told: UInt64 = 0
        var shown: Screen?
        var (offered, met) = (false, false)
        for await _ in changes {
            for case .text(let row) in model.rows where !row.ours && row.number >= told {
                say("text \(row.text)")
            }
            // Numbers rise, and the oldest rows leave.
            told = model.rows.map(\.id).max().map { $0 + 1 } ?? told
            if let notice = model.notice { say("notice \(notice.what.rawValue)") }
            guard model.screen != shown else { continue }
            shown = model.screen
            switch model.screen {
            case .showCode(let code):
                if !offered { say("link \(code.invitation.link)") }
                offered = true
            case .confirm:
                model.accept()
            case .conversation(let conversation) where conversation.isOver:
                let why = conversation.line.flatMap { $0 == .lineLeft ? nil : $0.rawValue }
                say(["ended", why].compactMap { $0 }.joined(separator: " "))
                return met
            case .conversation(let conversation):
                if !met {
                    say("talking \(conversation.name)")
                    sendLines(to: model)
                }
                met = true
            case .ended(let ended):
                say("ended \(ended.what.rawValue)")
                return met
            case .home where met:
                say("ended")
                return true
            default:
                break
            }
        }
        return met
    }

    private static func watch(_ model: AppModel, _ change: @escaping @MainActor () -> Void) {
        withObservationTracking {
            _ = (model.screen, model.rows, model.notice)
        } onChange: {
            // This is called just before the change.
            Task { @MainActor in
                watch(model, change)
                change()
            }
        }
    }

    private static func sendLines(to model: AppModel) {
        Thread.detachNewThread {
            while let line = readLine() {
                Task { @MainActor in model.send(line) }
            }
            Task { @MainActor in model.goodbye() }
        }
    }

    private static func say(_ line: String) {
        // Whoever reads through a pipe waits for each line.
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}

/// A key store for one run.
private struct Forgetful: KeyStore {
    func key() -> [UInt8]? { nil }
    func keep(_ key: [UInt8]) {}
}
