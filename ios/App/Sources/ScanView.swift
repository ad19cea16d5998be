import Shell
import SwiftUI

/// The camera, and the ways around it; in a wide window beside each other.
struct ScanView: View {
    let page: Page
    let camera: CameraDriver
    let perform: (Action) -> Void

    var body: some View {
        GeometryReader { space in
            let isWide = space.size.width > space.size.height
            ScrollView {
                if isWide {
                    HStack(spacing: 24) {
                        if page.camera {
                            CameraView(driver: camera)
                                .frame(width: space.size.width * 0.55, height: max(space.size.height - 32, 160))
                        }
                        words.frame(maxWidth: .infinity)
                    }
                    .padding(16)
                } else {
                    VStack(spacing: 20) {
                        if page.camera {
                            CameraView(driver: camera)
                                .frame(height: max(min(space.size.width * 1.2, space.size.height * 0.65), 160))
                        }
                        words
                    }
                    .padding(16)
                }
            }
        }
    }

    private var words: some View {
        VStack(spacing: 12) {
            if let status = page.status { Text(status).font(.headline) }
            ChoiceList(page: page, perform: perform)
        }
        .multilineTextAlignment(.center)
    }
}
