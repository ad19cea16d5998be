@_exported import Foundation
import SwiftUI
import UniformTypeIdentifiers

public protocol Transferable {}
extension Data: Transferable {}
public struct PhotosPickerItem: Equatable, Sendable {
    public var supportedContentTypes: [UTType] { fatalError() }
    public func loadTransferable<T: Transferable>(type: T.Type) async throws -> T? { fatalError() }
}
public struct PHPickerFilter: Sendable { public static let images = Self() }
extension View {
    public func photosPicker(
        isPresented: Binding<Bool>, selection: Binding<PhotosPickerItem?>, matching: PHPickerFilter? = nil
    ) -> some View { self }
}
