import AVFoundation
import Observation
import Shell
import SwiftUI
import UIKit

/// The picture of the camera, with a frame. What the machine behind it decides is done by `CameraDriver`.
struct CameraView: View {
    let driver: CameraDriver

    var body: some View {
        ZStack(alignment: .bottomTrailing) {
            Color.black
            Preview(session: driver.session, device: driver.device)
            RoundedRectangle(cornerRadius: 28)
                .strokeBorder(.white, lineWidth: 3)
                .padding(40)
                .accessibilityHidden(true)
            if driver.offersTorch {
                Button {
                    driver.handle(.torch)
                } label: {
                    Image(systemName: driver.isLit ? "flashlight.on.fill" : "flashlight.off.fill")
                        .frame(minWidth: 44, minHeight: 44)
                }
                .buttonStyle(.borderedProminent)
                .padding(12)
                .accessibilityLabel(Text(.torch))
            }
        }
        .clipShape(RoundedRectangle(cornerRadius: 28))
        .accessibilityElement(children: .contain)
        .accessibilityLabel(Text(.cameraDescription))
        .onAppear { driver.handle(.shown) }
        .onDisappear { driver.handle(.hidden) }
    }
}

/// Does what a `CameraMachine` decides.
@MainActor @Observable
final class CameraDriver {
    private(set) var offersTorch = false
    private(set) var isLit = false
    /// Once it is open.
    private(set) var device: AVCaptureDevice?

    @ObservationIgnored private var machine = CameraMachine()
    @ObservationIgnored private let lens: Lens
    @ObservationIgnored private let model: AppModel

    var session: AVCaptureSession { lens.session }

    init(model: AppModel) {
        self.model = model
        lens = Lens { luma, stride, width, height in
            let found = model.frame(luma, stride: stride, width: width, height: height)
            if found {
                Task { @MainActor in UINotificationFeedbackGenerator().notificationOccurred(.success) }
            }
            return found
        }
        lens.tell = { [weak self] event in
            Task { @MainActor in self?.handle(event) }
        }
        lens.watch()
    }

    func handle(_ event: CameraMachine.Event) {
        for effect in machine.handle(event) {
            switch effect {
            case .checkPermission:
                switch AVCaptureDevice.authorizationStatus(for: .video) {
                case .authorized: handle(.permission(.allowed))
                case .notDetermined: handle(.permission(.unasked))
                default: handle(.permission(.denied))
                }
            case .askPermission:
                Task {
                    let isAllowed = await AVCaptureDevice.requestAccess(for: .video)
                    handle(.permission(isAllowed ? .allowed : .denied))
                }
            case .open(let turn):
                lens.open { [weak self] device in
                    Task { @MainActor in
                        self?.device = device
                        self?.handle(.opened(device.map { .running(hasTorch: $0.hasTorch) } ?? .missing, turn: turn))
                    }
                }
            case .close: lens.close()
            case .torch(let on): lens.torch(on)
            case .tell(let camera): model.camera(camera)
            }
        }
        offersTorch = machine.offersTorch
        isLit = machine.isLit
    }
}

/// The camera on its own queue, where all of its state lives, so that what is asked for happens in order. Each
/// frame's luminance plane is looked at where it lies.
private final class Lens: NSObject, AVCaptureVideoDataOutputSampleBufferDelegate, @unchecked Sendable {
    let session = AVCaptureSession()
    /// Set once, before `watch`.
    var tell: @Sendable (CameraMachine.Event) -> Void = { _ in }

    private let queue = DispatchQueue(label: "example.handfast.camera", qos: .userInitiated)
    private let look: @Sendable (Data, Int, Int, Int) -> Bool
    private var device: AVCaptureDevice?
    private var gate = FrameGate()
    private var observers: [any NSObjectProtocol] = []

    /// `look` gets a plane that is there only during the call, its stride, width and height.
    init(look: @escaping @Sendable (Data, Int, Int, Int) -> Bool) {
        self.look = look
    }

    deinit {
        for observer in observers { NotificationCenter.default.removeObserver(observer) }
    }

    func watch() {
        // By the texts of their names, which are spelled differently from one release of Xcode to the next.
        let told: [(String, CameraMachine.Event)] = [
            ("AVCaptureSessionWasInterruptedNotification", .interrupted),
            ("AVCaptureSessionInterruptionEndedNotification", .freed),
            ("AVCaptureSessionRuntimeErrorNotification", .broke),
        ]
        observers = told.map { name, event in
            NotificationCenter.default.addObserver(
                forName: Notification.Name(name), object: session, queue: nil
            ) { [tell] _ in tell(event) }
        }
    }

    /// `done` gets the camera that runs now; none where there is none that could be used.
    func open(_ done: @escaping @Sendable (AVCaptureDevice?) -> Void) {
        queue.async {
            if self.device == nil { self.device = self.configured() }
            if self.device != nil { self.session.startRunning() }
            done(self.session.isRunning ? self.device : nil)
        }
    }

    func close() {
        queue.async { self.session.stopRunning() }
    }

    func torch(_ on: Bool) {
        queue.async {
            guard let device = self.device, device.hasTorch, (try? device.lockForConfiguration()) != nil
            else { return }
            device.torchMode = on ? .on : .off
            device.unlockForConfiguration()
        }
    }

    private func configured() -> AVCaptureDevice? {
        guard
            let device = AVCaptureDevice.default(.builtInWideAngleCamera, for: .video, position: .back)
                ?? AVCaptureDevice.default(for: .video),
            let input = try? AVCaptureDeviceInput(device: device)
        else { return nil }
        let output = AVCaptureVideoDataOutput()
        // Two planes, the first of them luminance with the full range of a byte.
        output.videoSettings = [
            kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_420YpCbCr8BiPlanarFullRange
        ]
        output.alwaysDiscardsLateVideoFrames = true
        output.setSampleBufferDelegate(self, queue: queue)

        session.beginConfiguration()
        defer { session.commitConfiguration() }
        session.sessionPreset = session.canSetSessionPreset(.hd1280x720) ? .hd1280x720 : .high
        guard session.canAddInput(input), session.canAddOutput(output) else { return nil }
        session.addInput(input)
        session.addOutput(output)
        return device
    }

    func captureOutput(
        _ output: AVCaptureOutput, didOutput sampleBuffer: CMSampleBuffer, from connection: AVCaptureConnection
    ) {
        guard gate.looks(at: .now), let image = CMSampleBufferGetImageBuffer(sampleBuffer) else { return }
        CVPixelBufferLockBaseAddress(image, .readOnly)
        defer { CVPixelBufferUnlockBaseAddress(image, .readOnly) }
        guard let plane = CVPixelBufferGetBaseAddressOfPlane(image, 0) else { return }
        let stride = CVPixelBufferGetBytesPerRowOfPlane(image, 0)
        let height = CVPixelBufferGetHeightOfPlane(image, 0)
        // The buffer belongs to the camera and is locked until the end of this call.
        let luma = Data(bytesNoCopy: plane, count: stride * height, deallocator: .none)
        if look(luma, stride, CVPixelBufferGetWidthOfPlane(image, 0), height) {
            gate.found(at: .now)
        }
    }
}

/// The layer that shows what the camera sees, upright however the phone is held.
private struct Preview: UIViewRepresentable {
    let session: AVCaptureSession
    let device: AVCaptureDevice?

    final class LayerView: UIView {
        private var coordinator: AVCaptureDevice.RotationCoordinator?
        private var watching: NSKeyValueObservation?

        override static var layerClass: AnyClass { AVCaptureVideoPreviewLayer.self }

        func show(_ session: AVCaptureSession) {
            guard let layer = layer as? AVCaptureVideoPreviewLayer else { return }
            layer.session = session
            layer.videoGravity = .resizeAspectFill
        }

        func follow(_ device: AVCaptureDevice?) {
            guard let device, coordinator == nil, let layer = layer as? AVCaptureVideoPreviewLayer else { return }
            let coordinator = AVCaptureDevice.RotationCoordinator(device: device, previewLayer: layer)
            self.coordinator = coordinator
            turn(by: coordinator.videoRotationAngleForHorizonLevelPreview)
            watching = coordinator.observe(\.videoRotationAngleForHorizonLevelPreview, options: [.new]) {
                [weak self] coordinator, _ in
                let angle = coordinator.videoRotationAngleForHorizonLevelPreview
                Task { @MainActor in self?.turn(by: angle) }
            }
        }

        private func turn(by angle: CGFloat) {
            guard let connection = (layer as? AVCaptureVideoPreviewLayer)?.connection,
                connection.isVideoRotationAngleSupported(angle)
            else { return }
            connection.videoRotationAngle = angle
        }
    }

    func makeUIView(context: Context) -> LayerView {
        let view = LayerView()
        view.show(session)
        return view
    }

    func updateUIView(_ view: LayerView, context: Context) {
        view.follow(device)
    }
}
