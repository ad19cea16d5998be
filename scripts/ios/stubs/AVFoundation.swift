@_exported import Foundation
import UIKit

public struct AVMediaType: Sendable { public static let video = Self() }
public enum AVAuthorizationStatus { case notDetermined, restricted, denied, authorized }
public final class AVCaptureDevice: NSObject, @unchecked Sendable {
    public struct DeviceType: Sendable { public static let builtInWideAngleCamera = Self() }
    public enum Position { case unspecified, back, front }
    public enum TorchMode { case off, on, auto }
    public class func authorizationStatus(for type: AVMediaType) -> AVAuthorizationStatus { fatalError() }
    public class func requestAccess(for type: AVMediaType) async -> Bool { fatalError() }
    public class func `default`(_ device: DeviceType, for type: AVMediaType?, position: Position) -> AVCaptureDevice? {
        fatalError()
    }
    public class func `default`(for type: AVMediaType) -> AVCaptureDevice? { fatalError() }
    public var hasTorch: Bool { fatalError() }
    public var torchMode: TorchMode { get { fatalError() } set {} }
    public func lockForConfiguration() throws {}
    public func unlockForConfiguration() {}
    public final class RotationCoordinator: NSObject {
        public init(device: AVCaptureDevice, previewLayer: CALayer?) {}
        public var videoRotationAngleForHorizonLevelPreview: CGFloat { fatalError() }
        public func observe<V>(
            _ path: KeyPath<RotationCoordinator, V>, options: NSKeyValueObservingOptions,
            changeHandler: @escaping @Sendable (RotationCoordinator, NSKeyValueObservedChange<V>) -> Void
        ) -> NSKeyValueObservation { fatalError() }
    }
}
// Foundation's, on Apple's systems only.
public final class NSKeyValueObservation: NSObject {}
public struct NSKeyValueObservedChange<V> {}
public struct NSKeyValueObservingOptions: OptionSet, Sendable {
    public let rawValue: UInt
    public init(rawValue: UInt) { self.rawValue = rawValue }
    public static let new = Self(rawValue: 1)
}
public class AVCaptureInput: NSObject {}
public final class AVCaptureDeviceInput: AVCaptureInput { public init(device: AVCaptureDevice) throws {} }
public class AVCaptureOutput: NSObject {}
public final class AVCaptureConnection: NSObject {
    public var videoRotationAngle: CGFloat = 0
    public func isVideoRotationAngleSupported(_ angle: CGFloat) -> Bool { fatalError() }
}
public final class AVCaptureVideoDataOutput: AVCaptureOutput {
    public var videoSettings: [String: Any]!
    public var alwaysDiscardsLateVideoFrames = true
    public override init() {}
    public func setSampleBufferDelegate(
        _ delegate: (any AVCaptureVideoDataOutputSampleBufferDelegate)?, queue: DispatchQueue?
    ) {}
}
public protocol AVCaptureVideoDataOutputSampleBufferDelegate: NSObjectProtocol {
    func captureOutput(
        _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer, from connection: AVCaptureConnection)
}
public final class AVCaptureSession: NSObject, @unchecked Sendable {
    public struct Preset: Sendable {
        public static let hd1280x720 = Self()
        public static let high = Self()
    }
    public var sessionPreset: Preset { get { fatalError() } set {} }
    public override init() {}
    public func canSetSessionPreset(_ preset: Preset) -> Bool { fatalError() }
    public func beginConfiguration() {}
    public func commitConfiguration() {}
    public func canAddInput(_ input: AVCaptureInput) -> Bool { fatalError() }
    public func canAddOutput(_ output: AVCaptureOutput) -> Bool { fatalError() }
    public func addInput(_ input: AVCaptureInput) {}
    public func addOutput(_ output: AVCaptureOutput) {}
    public func startRunning() {}
    public func stopRunning() {}
    public var isRunning: Bool { fatalError() }
}
public struct AVLayerVideoGravity: Sendable { public static let resizeAspectFill = Self() }
public final class AVCaptureVideoPreviewLayer: CALayer {
    public var session: AVCaptureSession?
    public var connection: AVCaptureConnection? { fatalError() }
    public var videoGravity = AVLayerVideoGravity()
}
public final class CMSampleBuffer {}
public final class CVBuffer {}
public struct CVPixelBufferLockFlags: OptionSet, Sendable {
    public let rawValue: UInt64
    public init(rawValue: UInt64) { self.rawValue = rawValue }
    public static let readOnly = Self(rawValue: 1)
}
public func CMSampleBufferGetImageBuffer(_ buffer: CMSampleBuffer) -> CVBuffer? { fatalError() }
@discardableResult
public func CVPixelBufferLockBaseAddress(_ buffer: CVBuffer, _ flags: CVPixelBufferLockFlags) -> Int32 { fatalError() }
@discardableResult
public func CVPixelBufferUnlockBaseAddress(_ buffer: CVBuffer, _ flags: CVPixelBufferLockFlags) -> Int32 { fatalError() }
public func CVPixelBufferGetBaseAddressOfPlane(_ buffer: CVBuffer, _ plane: Int) -> UnsafeMutableRawPointer? {
    fatalError()
}
public func CVPixelBufferGetBytesPerRowOfPlane(_ buffer: CVBuffer, _ plane: Int) -> Int { fatalError() }
public func CVPixelBufferGetHeightOfPlane(_ buffer: CVBuffer, _ plane: Int) -> Int { fatalError() }
public func CVPixelBufferGetWidthOfPlane(_ buffer: CVBuffer, _ plane: Int) -> Int { fatalError() }
public let kCVPixelBufferPixelFormatTypeKey = ""
public let kCVPixelFormatType_420YpCbCr8BiPlanarFullRange: UInt32 = 0
