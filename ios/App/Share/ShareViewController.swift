import Inbox
import UIKit
import UniformTypeIdentifiers

/// Takes texts, links, pictures and files out of another app and leaves them for Handfast, which finds them
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
        guard let parcel = try? Inbox.shared?.parcel() else { return false }
        let items = extensionContext?.inputItems.compactMap { $0 as? NSExtensionItem } ?? []
        var added = false
        for provider in items.flatMap({ $0.attachments ?? [] }) {
            if await add(provider, to: parcel) { added = true }
        }
        return added && (try? parcel.leave()) != nil
    }

    private func add(_ provider: NSItemProvider, to parcel: Inbox.Parcel) async -> Bool {
        func has(_ type: UTType) -> Bool { provider.hasItemConformingToTypeIdentifier(type.identifier) }
        // A link to a file is a link too, and both are data.
        if has(.image) { return await addFile(of: provider, .image, to: parcel) }
        if has(.plainText) { return await addText(of: provider, .plainText, to: parcel) }
        if has(.fileURL) { return await addFile(of: provider, .data, to: parcel) }
        if has(.url) { return await addText(of: provider, .url, to: parcel) }
        return await addFile(of: provider, .data, to: parcel)
    }

    private func addText(of provider: NSItemProvider, _ type: UTType, to parcel: Inbox.Parcel) async -> Bool {
        let text: String? = await withCheckedContinuation { done in
            provider.loadItem(forTypeIdentifier: type.identifier, options: nil) { item, _ in
                let item: Any? = item
                done.resume(returning: (item as? String) ?? (item as? URL)?.absoluteString)
            }
        }
        return text.flatMap { try? parcel.add($0) } != nil
    }

    private func addFile(of provider: NSItemProvider, _ type: UTType, to parcel: Inbox.Parcel) async -> Bool {
        await withCheckedContinuation { done in
            // The file is there only until this returns.
            _ = provider.loadFileRepresentation(forTypeIdentifier: type.identifier) { file, _ in
                done.resume(returning: file.flatMap { try? parcel.add(copyOf: $0) } != nil)
            }
        }
    }
}
