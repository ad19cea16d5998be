//! Scanning: what a reading is, and the loop of a running camera.

use super::filter::{double, shrink};
use super::ladder::Rung;
use super::luma::{FrameError, Luma};
use super::reader::{Effort, Found, Matrix};

/// Frames above this many pixels are shrunk before they are looked at.
const FRAME_PIXELS: usize = 1_100_000;

/// What was read, and where.
#[derive(Clone, PartialEq)]
pub struct Reading {
    /// The symbol's text.
    pub text: String,
    /// The symbol's corners in pixels of the frame or picture as it was given: top left, top
    /// right, bottom right, bottom left, as the symbol itself counts them.
    pub corners: [(f32, f32); 4],
    /// The way of looking that found it.
    pub rung: Rung,
    /// Whether the symbol was light on dark.
    pub inverted: bool,
}

impl Reading {
    /// A reading in an image that had been shrunk by `factor`.
    pub(super) fn new(found: Found, rung: Rung, inverted: bool, factor: f32) -> Self {
        let Found { text, corners } = found.map(|x, y| (x * factor, y * factor));
        Self {
            text,
            corners,
            rung,
            inverted,
        }
    }
}

impl std::fmt::Debug for Reading {
    /// The text may be a secret: only its length is shown.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reading")
            .field("bytes", &self.text.len())
            .field("corners", &self.corners)
            .field("rung", &self.rung)
            .field("inverted", &self.inverted)
            .finish()
    }
}

/// The reader of a running camera. Every frame is looked at in the way that reads most, and in one
/// further way that changes from frame to frame, so that a frame costs some milliseconds and a
/// difficult symbol is still read within a second of holding it.
#[derive(Clone, Debug, Default)]
pub struct Scanner {
    frames: usize,
}

/// The further look at a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Further {
    /// The first matrix with dark and light exchanged.
    Inverted,
    /// A rung on the whole frame.
    Whole(Rung),
    /// A rung on the middle of the frame at twice the resolution: a symbol far away.
    Middle(Rung),
}

impl Scanner {
    /// The further looks, one a frame, then from the beginning.
    const FURTHER: [Further; 6] = [
        Further::Middle(Rung::Blocks),
        Further::Inverted,
        Further::Whole(Rung::LocalMean),
        Further::Middle(Rung::Sharpened),
        Further::Whole(Rung::Half),
        Further::Whole(Rung::Histogram),
    ];

    /// Frames after which every further look has had its turn.
    pub const ROUND: usize = Self::FURTHER.len();

    /// A scanner that has seen no frame.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at one frame: `luma` is its luminance plane, 8 bits a pixel, with `stride` bytes from
    /// one row to the next. `Ok(None)` is the usual answer: no symbol in this frame.
    pub fn scan(
        &mut self,
        luma: &[u8],
        stride: usize,
        width: usize,
        height: usize,
    ) -> Result<Option<Reading>, FrameError> {
        let frame = Luma::from_plane(luma, stride, width, height)?;
        let further = Self::FURTHER[self.frames % Self::ROUND];
        self.frames = self.frames.wrapping_add(1);
        Ok(look(&frame, further))
    }
}

/// Looks at a single frame, as a [`Scanner`] does at its first one.
pub fn scan(
    luma: &[u8],
    stride: usize,
    width: usize,
    height: usize,
) -> Result<Option<Reading>, FrameError> {
    Scanner::new().scan(luma, stride, width, height)
}

fn look(frame: &Luma<'_>, further: Further) -> Option<Reading> {
    let factor = (1..).find(|factor| frame.area() / (factor * factor) <= FRAME_PIXELS)?;
    let shrunk = (factor > 1).then(|| shrink(frame, factor));
    let base = shrunk.as_ref().unwrap_or(frame);
    let scale = factor as f32;

    let mut matrix = Matrix::by_blocks(base)?;
    if let Some(found) = matrix.find(Effort::FRAME) {
        return Some(Reading::new(found, Rung::Blocks, false, scale));
    }
    match further {
        Further::Inverted => {
            matrix.invert();
            let found = matrix.find(Effort::FRAME)?;
            Some(Reading::new(found, Rung::Blocks, true, scale))
        }
        Further::Whole(rung) => {
            let found = rung.look_upright(base, Effort::FRAME)?;
            Some(Reading::new(found, rung, false, scale))
        }
        Further::Middle(rung) => {
            let (left, top) = (frame.width() / 4, frame.height() / 4);
            let middle = frame.crop(left, top, frame.width() / 2, frame.height() / 2);
            let (zoomed, scale) = match factor {
                1 => (double(&middle), 0.5),
                _ => (shrink(&middle, factor / 2), (factor / 2) as f32),
            };
            let found = rung.look_upright(&zoomed, Effort::FRAME)?;
            let mut reading = Reading::new(found, rung, false, scale);
            for corner in &mut reading.corners {
                *corner = (corner.0 + left as f32, corner.1 + top as f32);
            }
            Some(reading)
        }
    }
}
