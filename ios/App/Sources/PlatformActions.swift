import Observation
import PhotosUI
import QuickLook
import Shell
import SwiftUI
import UIKit
import UniformTypeIdentifiers

/// What buttons ask of the platform: sharing, picking, taking pictures, pasting, the settings.
@MainActor @Observable
final class PlatformActions {
    /// What is shared at the moment.
    var shared: Shared?
    /// What is looked at.
    var looked: URL?
    var isPickingPicture = false
    var isPickingFile = false
    var isTakingPicture = false
    /// What becomes of what is picked.
    var purpose = Purpose.handIn

    /// Nothing lies over the screen any more.
    func dismiss() {
        shared = nil
        looked = nil
        isPickingPicture = false
        isPickingFile = false
        isTakingPicture = false
    }

    enum Purpose {
        case handIn
        /// For whoever was on the stage then.
        case attach(UInt64?)
        case lock

        var takesSeveral: Bool {
            if case .attach = self { true } else { false }
        }
    }

    struct Shared: Identifiable {
        let id = UUID()
        let item: Any
    }

    func run(_ errand: Errand, for model: AppModel) {
        switch errand {
        case .share(let share):
            switch try? share.prepared(in: Folders.sharing) {
            case .text(let text):
                if case .pasted = share {
                    shared = Shared(item: say(.pasteThis) + "\n" + text)
                } else {
                    shared = Shared(item: text)
                }
            case .file(let file): shared = Shared(item: file)
            case nil: break
            }
        case .copy(let share):
            if case .text(let text)? = try? share.prepared(in: Folders.sharing) { copy(text) }
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
            shared = Shared(item: URL(fileURLWithPath: path))
        case .open(let path):
            looked = URL(fileURLWithPath: path)
        case .attachFiles:
            purpose = .attach(model.front)
            isPickingFile = true
        case .attachPictures:
            purpose = .attach(model.front)
            isPickingPicture = true
        case .takePicture:
            purpose = .attach(model.front)
            isTakingPicture = true
        case .settings:
            // There is one place in the settings that an app may lead to: its own.
            if let url = URL(string: UIApplication.openSettingsURLString) {
                UIApplication.shared.open(url)
            }
        case .restart:
            break
        }
    }

    func copy(_ text: String) {
        UIPasteboard.general.string = text
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

    @State private var picked: [PhotosPickerItem] = []

    func body(content: Content) -> some View {
        content
            .sheet(item: $actions.shared) { shared in
                ShareSheet(item: shared.item)
            }
            .quickLookPreview($actions.looked)
            .photosPicker(
                isPresented: $actions.isPickingPicture, selection: $picked,
                maxSelectionCount: actions.purpose.takesSeveral ? nil : 1,
                matching: actions.purpose.takesSeveral ? .any(of: [.images, .videos]) : .images
            )
            .onChange(of: picked) { _, items in
                guard !items.isEmpty else { return }
                picked = []
                for item in items { take(item) }
            }
            .fileImporter(
                isPresented: $actions.isPickingFile, allowedContentTypes: [.item],
                allowsMultipleSelection: actions.purpose.takesSeveral
            ) { result in
                for file in (try? result.get()) ?? [] { take(file) }
            }
            .fullScreenCover(isPresented: $actions.isTakingPicture) {
                PictureTaker { picture in
                    actions.isTakingPicture = false
                    guard let picture, case .attach(let session) = actions.purpose else { return }
                    if let file = try? Folders.keep(picture) { model.sendFile(file.path, to: session, isCopy: true) }
                }
                .ignoresSafeArea()
            }
    }

    private func take(_ item: PhotosPickerItem) {
        let purpose = actions.purpose
        Task {
            guard case .attach(let session) = purpose else {
                if let picture = try? await item.loadTransferable(type: Data.self) { model.handIn(picture) }
                return
            }
            // Under the name that the library has for it.
            if let copy = try? await item.loadTransferable(type: PickedFile.self) {
                model.sendFile(copy.file.path, to: session, isCopy: true)
            }
        }
    }

    private func take(_ file: URL) {
        if case .attach(let session) = actions.purpose {
            let model = model
            Task.detached {
                if let copy = try? Folders.copy(file) {
                    await model.sendFile(copy.path, to: session, isCopy: true)
                } else {
                    // What cannot be copied cannot be read by the core either, which says so.
                    await model.sendFile(file.path, to: session)
                }
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

/// A copy of a picture or film of the library.
private struct PickedFile: Transferable {
    let file: URL

    static var transferRepresentation: some TransferRepresentation {
        FileRepresentation(importedContentType: .item) { received in
            PickedFile(file: try Folders.copy(received.file))
        }
    }
}

/// The system's own camera, for one picture. None where there is no camera, or the person went back.
private struct PictureTaker: UIViewControllerRepresentable {
    let done: (Data?) -> Void

    final class Delegate: NSObject, UIImagePickerControllerDelegate, UINavigationControllerDelegate {
        let done: (Data?) -> Void

        init(done: @escaping (Data?) -> Void) {
            self.done = done
        }

        func imagePickerController(
            _ picker: UIImagePickerController,
            didFinishPickingMediaWithInfo info: [UIImagePickerController.InfoKey: Any]
        ) {
            done((info[.originalImage] as? UIImage)?.jpegData(compressionQuality: 0.9))
        }

        func imagePickerControllerDidCancel(_ picker: UIImagePickerController) {
            done(nil)
        }
    }

    func makeCoordinator() -> Delegate { Delegate(done: done) }

    func makeUIViewController(context: Context) -> UIImagePickerController {
        let picker = UIImagePickerController()
        picker.sourceType = UIImagePickerController.isSourceTypeAvailable(.camera) ? .camera : .photoLibrary
        picker.delegate = context.coordinator
        return picker
    }

    func updateUIViewController(_ controller: UIImagePickerController, context: Context) {}
}

private struct ShareSheet: UIViewControllerRepresentable {
    let item: Any

    func makeUIViewController(context: Context) -> UIActivityViewController {
        UIActivityViewController(activityItems: [item], applicationActivities: nil)
    }

    func updateUIViewController(_ controller: UIActivityViewController, context: Context) {}
}
