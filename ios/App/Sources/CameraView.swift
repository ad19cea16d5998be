import AVFoundation
import Shell
import SwiftUI
import UIKit

/// The picture of the camera, whose frames go to the model.
struct CameraView: View {
    let model: AppModel
    let actions: PlatformActions

    @State private var scanner: FrameScanner?

    var body: some View {
        ZStack {
            Color.black
            if let scanner {
                Preview(session: scanner.session)
            }
            RoundedRectangle(cornerRadius: 16)
                .strokeBorder(.white, lineWidth: 3)
                .padding(40)
        }
        .clipShape(RoundedRectangle(cornerRadius: 16))
        .accessibilityElement()
        .accessibilityLabel(Text(.cameraDescription))
        .accessibilityAddTraits(.isImage)
        .task {
            let model = model
            let opened = FrameScanner { luma, stride, width, height in
                let found = model.frame(luma, stride: stride, width: width, height: height)
                if found {
                    Task { @MainActor in UINotificationFeedbackGenerator().notificationOccurred(.success) }
                }
                return found
            }
            let camera = await opened.open()
            if camera == .running {
                scanner = opened
                actions.torch = { opened.toggleTorch() }
            }
            model.camera(camera)
        }
        .onDisappear {
            actions.torch = nil
            scanner?.stop()
            scanner = nil
        }
    }
}

/// The camera on its own queue, where all of its state lives. Each frame's luminance plane is looked at where it
/// lies.
final class FrameScanner: NSObject, AVCaptureVideoDataOutputSampleBufferDelegate, @unchecked Sendable {
    let session = AVCaptureSession()

    private let queue = DispatchQueue(label: "example.handfast.camera", qos: .userInitiated)
    private let look: @Sendable (Data, Int, Int, Int) -> Bool
    private var device: AVCaptureDevice?
    /// Only on the queue. After something was found the person looks at the screen, not at the camera.
    private var restUntil = ContinuousClock.now

    /// `look` gets a plane that is there only during the call, its stride, width and height.
    init(look: @escaping @Sendable (Data, Int, Int, Int) -> Bool) {
        self.look = look
    }

    /// Asks for permission where nobody was asked before, and starts.
    func open() async -> Camera {
        switch AVCaptureDevice.authorizationStatus(for: .video) {
        case .authorized:
            break
        case .notDetermined:
            guard await AVCaptureDevice.requestAccess(for: .video) else { return .denied }
        default:
            return .denied
        }
        return await withCheckedContinuation { done in
            queue.async { done.resume(returning: self.start()) }
        }
    }

    private func start() -> Camera {
        guard
            let device = AVCaptureDevice.default(.builtInWideAngleCamera, for: .video, position: .back)
                ?? AVCaptureDevice.default(for: .video),
            let input = try? AVCaptureDeviceInput(device: device)
        else { return .missing }
        let output = AVCaptureVideoDataOutput()
        // Two planes, the first of them luminance with the full range of a byte.
        output.videoSettings = [
            kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_420YpCbCr8BiPlanarFullRange
        ]
        output.alwaysDiscardsLateVideoFrames = true
        output.setSampleBufferDelegate(self, queue: queue)

        session.beginConfiguration()
        session.sessionPreset = session.canSetSessionPreset(.hd1280x720) ? .hd1280x720 : .high
        guard session.canAddInput(input), session.canAddOutput(output) else {
            session.commitConfiguration()
            return .missing
        }
        session.addInput(input)
        session.addOutput(output)
        session.commitConfiguration()
        self.device = device
        session.startRunning()
        return .running
    }

    func stop() {
        queue.async { self.session.stopRunning() }
    }

    func toggleTorch() {
        queue.async {
            guard let device = self.device, device.hasTorch, (try? device.lockForConfiguration()) != nil
            else { return }
            device.torchMode = device.torchMode == .on ? .off : .on
            device.unlockForConfiguration()
        }
    }

    func captureOutput(
        _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer, from connection: AVCaptureConnection
    ) {
        guard ContinuousClock.now >= restUntil, let image = CMSampleBufferGetImageBuffer(sampleBuffer) else {
            return
        }
        CVPixelBufferLockBaseAddress(image, .readOnly)
        defer { CVPixelBufferUnlockBaseAddress(image, .readOnly) }
        guard let plane = CVPixelBufferGetBaseAddressOfPlane(image, 0) else { return }
        let stride = CVPixelBufferGetBytesPerRowOfPlane(image, 0)
        let height = CVPixelBufferGetHeightOfPlane(image, 0)
        // The buffer belongs to the camera and is locked until the end of this call.
        let luma = Data(bytesNoCopy: plane, count: stride * height, deallocator: .none)
        if look(luma, stride, CVPixelBufferGetWidthOfPlane(image, 0), height) {
            restUntil = .now + .seconds(2)
        }
    }
}

/// The layer that shows what the camera sees.
private struct Preview: UIViewRepresentable {
    let session: AVCaptureSession

    final class LayerView: UIView {
        override static var layerClass: AnyClass { AVCaptureVideoPreviewLayer.self }
    }

    func makeUIView(context: Context) -> LayerView {
        let view = LayerView()
        if let layer = view.layer as? AVCaptureVideoPreviewLayer {
            layer.session = session
            layer.videoGravity = .resizeAspectFill
        }
        return view
    }

    func updateUIView(_ view: LayerView, context: Context) {}
}
