import Inbox
import UIKit
import UniformTypeIdentifiers

/// Takes a text, a link, a picture or a file out of another app and leaves it for Handfast, which finds it
/// when it is opened: an extension may not open an app. Looks at nothing, and has no core.
@objc(ShareViewController)
final class ShareViewController: UIViewController {
    override func viewDidAppear(_ animated: Bool) {
        super.viewDidAppear(animated)
        Task {
            let done = await handOver()
            let alert = UIAlertController(
                title: nil, message: NSLocalizedString(done ? "share_done" : "share_failed", comment: ""),
                preferredStyle: .alert)
            alert.addAction(
                UIAlertAction(title: NSLocalizedString("understood", comment: ""), style: .default) { _ in
                    self.extensionContext?.completeRequest(returningItems: nil, completionHandler: nil)
                })
            present(alert, animated: true)
        }
    }

    /// Whether something was left.
    private func handOver() async -> Bool {
        let items = extensionContext?.inputItems.compactMap { $0 as? NSExtensionItem } ?? []
        for provider in items.flatMap({ $0.attachments ?? [] }) {
            if await leave(provider) { return true }
        }
        return false
    }

    private func leave(_ provider: NSItemProvider) async -> Bool {
        func has(_ type: UTType) -> Bool { provider.hasItemConformingToTypeIdentifier(type.identifier) }
        // A link to a file is a link too, and both are data.
        if has(.image) { return await leaveFile(of: provider, .image) }
        if has(.plainText) { return await leaveText(of: provider, .plainText) }
        if has(.fileURL) { return await leaveFile(of: provider, .data) }
        if has(.url) { return await leaveText(of: provider, .url) }
        return await leaveFile(of: provider, .data)
    }

    private func leaveText(of provider: NSItemProvider, _ type: UTType) async -> Bool {
        await withCheckedContinuation { done in
            provider.loadItem(forTypeIdentifier: type.identifier, options: nil) { item, _ in
                let item: Any? = item
                let text = (item as? String) ?? (item as? URL)?.absoluteString
                done.resume(returning: text.flatMap { try? Inbox.shared?.leave($0) } != nil)
            }
        }
    }

    private func leaveFile(of provider: NSItemProvider, _ type: UTType) async -> Bool {
        await withCheckedContinuation { done in
            // The file is there only until this returns.
            _ = provider.loadFileRepresentation(forTypeIdentifier: type.identifier) { file, _ in
                done.resume(returning: file.flatMap { try? Inbox.shared?.leave(copyOf: $0) } != nil)
            }
        }
    }
}
