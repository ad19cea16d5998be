//! What a reader brings back.

use rxing::common::BitMatrix;
use rxing::qrcode::cpp_port::decoder::Decode;

/// A text and the corners of its symbol (top left, top right, bottom right, bottom left, as the
/// symbol counts them) in pixels of the image that was read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Found {
    pub(super) text: String,
    pub(super) corners: [(f32, f32); 4],
}

impl Found {
    /// The same with every corner mapped.
    pub(super) fn map(self, map: impl Fn(f32, f32) -> (f32, f32)) -> Self {
        Self {
            corners: self.corners.map(|(x, y)| map(x, y)),
            ..self
        }
    }
}

/// The text in a matrix of modules. None if its errors cannot be corrected, or the text is empty.
pub(super) fn decoded(modules: &BitMatrix, corners: [rxing::Point; 4]) -> Option<Found> {
    let text = Decode(modules).ok()?.text().to_owned();
    let corners = corners.map(|p| (p.x, p.y));
    (!text.is_empty()).then_some(Found { text, corners })
}
