@_exported import Foundation
import SwiftUI
import UniformTypeIdentifiers

public protocol TransferRepresentation {}
public protocol Transferable {
    associatedtype Representation: TransferRepresentation
    static var transferRepresentation: Representation { get }
}
public struct DataRepresentation: TransferRepresentation {}
extension Data: Transferable { public static var transferRepresentation: DataRepresentation { fatalError() } }
public struct ReceivedTransferredFile { public let file: URL }
public struct FileRepresentation<Item>: TransferRepresentation {
    public init(
        importedContentType: UTType, importing: @escaping @Sendable (ReceivedTransferredFile) async throws -> Item
    ) {}
}
public struct PhotosPickerItem: Equatable, Sendable {
    public func loadTransferable<T: Transferable>(type: T.Type) async throws -> T? { fatalError() }
}
public struct PHPickerFilter: Sendable {
    public static let images = Self(), videos = Self()
    public static func any(of filters: [PHPickerFilter]) -> PHPickerFilter { Self() }
}
extension View {
    public func photosPicker(
        isPresented: Binding<Bool>, selection: Binding<[PhotosPickerItem]>, maxSelectionCount: Int? = nil,
        matching: PHPickerFilter? = nil
    ) -> some View { self }
}
