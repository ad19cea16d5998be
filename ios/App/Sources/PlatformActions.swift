import Observation
import PhotosUI
import Shell
import SwiftUI
import UIKit
import UniformTypeIdentifiers

/// What buttons ask of the platform: sharing, picking, pasting, the torch, the settings.
@MainActor @Observable
final class PlatformActions {
    /// What is shared at the moment.
    var shared: Shared?
    var isPickingPicture = false
    var isPickingFile = false
    var isChoosingWhatToAttach = false
    /// What becomes of what is picked.
    var purpose = Purpose.handIn

    enum Purpose {
        case handIn
        /// For whoever was on the stage then.
        case attach(UInt64?)
        case lock
    }

    /// There is a torch while the camera runs.
    @ObservationIgnored var torch: (() -> Void)?

    struct Shared: Identifiable {
        let id = UUID()
        let item: Any
    }

    func run(_ errand: Errand, for model: AppModel) {
        switch errand {
        case .share(let share):
            switch try? share.prepared(in: Folders.sharing) {
            case .text(let text): shared = Shared(item: text)
            case .file(let file): shared = Shared(item: file)
            case nil: break
            }
        case .paste:
            paste(into: model)
        case .pickPicture:
            purpose = .handIn
            isPickingPicture = true
        case .pickFile:
            purpose = .handIn
            isPickingFile = true
        case .pickToLock:
            purpose = .lock
            isPickingFile = true
        case .save(let path):
            handOn(URL(fileURLWithPath: path))
        case .attach:
            purpose = .attach(model.front)
            isChoosingWhatToAttach = true
        case .torch:
            torch?()
        case .settings:
            // There is one place in the settings that an app may lead to: its own.
            if let url = URL(string: UIApplication.openSettingsURLString) {
                UIApplication.shared.open(url)
            }
        case .restart:
            break
        }
    }

    /// Hands a file on: to the Files app, to another app.
    func handOn(_ file: URL) {
        shared = Shared(item: file)
    }

    private func paste(into model: AppModel) {
        let board = UIPasteboard.general
        if board.hasStrings || board.hasURLs {
            model.handIn(board.string ?? board.url?.absoluteString ?? "")
        } else if let picture = board.image?.pngData() {
            model.handIn(picture)
        } else {
            model.handIn("")
        }
    }
}

/// The sheets that errands open.
struct ErrandSheets: ViewModifier {
    @Bindable var actions: PlatformActions
    let model: AppModel

    @State private var picked: PhotosPickerItem?

    func body(content: Content) -> some View {
        content
            .sheet(item: $actions.shared) { shared in
                ShareSheet(item: shared.item)
            }
            .confirmationDialog(say(.attach), isPresented: $actions.isChoosingWhatToAttach) {
                Button(say(.pickPicture)) { actions.isPickingPicture = true }
                Button(say(.pickFile)) { actions.isPickingFile = true }
            }
            .photosPicker(isPresented: $actions.isPickingPicture, selection: $picked, matching: .images)
            .onChange(of: picked) { _, item in
                guard let item else { return }
                picked = nil
                take(item)
            }
            .fileImporter(isPresented: $actions.isPickingFile, allowedContentTypes: [.item]) { result in
                if case .success(let file) = result { take(file) }
            }
    }

    private func take(_ item: PhotosPickerItem) {
        let purpose = actions.purpose
        let type = item.supportedContentTypes.first?.preferredFilenameExtension ?? "jpg"
        Task {
            guard let picture = try? await item.loadTransferable(type: Data.self) else { return }
            guard case .attach(let session) = purpose else { return model.handIn(picture) }
            if let file = try? Folders.keep(picture, type: type) {
                model.sendFile(file.path, to: session)
            }
        }
    }

    private func take(_ file: URL) {
        if case .attach(let session) = actions.purpose {
            let model = model
            Task.detached {
                // A file that cannot be copied cannot be read by the core either, which says so.
                let copy = (try? Folders.copy(file)) ?? file
                await model.sendFile(copy.path, to: session)
            }
            return
        }
        let scoped = file.startAccessingSecurityScopedResource()
        let done: @Sendable () -> Void = {
            if scoped { file.stopAccessingSecurityScopedResource() }
        }
        if case .lock = actions.purpose {
            model.lock(file, then: done)
        } else {
            model.handIn(file, then: done)
        }
    }
}

private struct ShareSheet: UIViewControllerRepresentable {
    let item: Any

    func makeUIViewController(context: Context) -> UIActivityViewController {
        UIActivityViewController(activityItems: [item], applicationActivities: nil)
    }

    func updateUIViewController(_ controller: UIActivityViewController, context: Context) {}
}
