//! Scanning: what a reading is, and the loop of a running camera.

use super::filter::{double, shrink};
use super::found::Found;
use super::ladder::Rung;
use super::luma::{FrameError, Luma};
use super::reader::{Effort, Matrix};

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
    /// True if the symbol was light on dark.
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{PictureError, Symbol, scan_picture};
    use handfast_camera::{Camera, Photo, Random};

    const TEXT: &str = "https://ab.cde/#01234567890123456789012345678901234567890123456789\
                        01234567890123456789012345678901234567890123456789";

    fn symbol() -> Symbol {
        Symbol::draw(TEXT).expect("fits")
    }

    fn scan_photo(scanner: &mut Scanner, photo: &Photo) -> Option<Reading> {
        scanner
            .scan(&photo.luma, photo.width, photo.width, photo.height)
            .expect("a photograph's numbers fit")
    }

    #[test]
    fn everyday_shots_are_read_in_one_frame_with_the_corners_where_they_are() {
        for seed in 0..12 {
            let photo = Camera::by_seed(seed).photograph(&symbol(), seed);
            let reading = scan_photo(&mut Scanner::new(), &photo).expect("an everyday shot");
            assert_eq!(reading.text, TEXT);
            for (found, real) in reading.corners.iter().zip(photo.corners) {
                let off = (found.0 - real.0).hypot(found.1 - real.1);
                assert!(off < 8.0, "seed {seed}: {found:?} for {real:?}");
            }
        }
    }

    #[test]
    fn a_light_symbol_on_dark_and_a_distant_one_are_read_within_one_round_of_frames() {
        let usual = Camera {
            noise: 3.0,
            ..Camera::default()
        };
        let inverted = Camera {
            inverted: true,
            ..usual.clone()
        };
        let distant = Camera {
            pixels_per_module: 2.2,
            ..usual
        };
        for camera in [inverted, distant] {
            let mut scanner = Scanner::new();
            let reading = (0..Scanner::ROUND as u64)
                .find_map(|_| scan_photo(&mut scanner, &camera.photograph(&symbol(), 5)))
                .expect("one of the further looks reads it");
            assert_eq!(reading.text, TEXT);
            assert_eq!(reading.inverted, camera.inverted);
        }
    }

    #[test]
    fn corners_are_scaled_back_whatever_the_size_of_the_frame() {
        for (width, height) in [(320, 320), (1280, 720), (1920, 1080), (3000, 2000)] {
            let camera = Camera {
                width,
                height,
                ..Camera::default()
            };
            let photo = camera.photograph(&symbol(), 7);
            let frame = scan_photo(&mut Scanner::new(), &photo).expect("an even shot");
            let picture = scan_picture(&photo.to_png()).expect("an even shot");
            for reading in [frame, picture] {
                for (found, real) in reading.corners.iter().zip(photo.corners) {
                    let off = (found.0 - real.0).hypot(found.1 - real.1);
                    assert!(off < 6.0, "{width}: {found:?} for {real:?}");
                }
            }
        }
    }

    #[test]
    fn every_further_look_is_survived_by_frames_of_any_shape() {
        let luma: Vec<u8> = (0..4096).map(|i| (i * 37 % 256) as u8).collect();
        let sides = [1, 2, 3, 7, 8, 9, 39, 40, 41, 64];
        for (width, height) in sides.into_iter().flat_map(|w| sides.map(|h| (w, h))) {
            let frame = Luma::from_plane(&luma, width, width, height).expect("fits");
            for further in Scanner::FURTHER {
                assert_eq!(look(&frame, further), None);
            }
        }
    }

    #[test]
    fn noise_is_not_read() {
        let mut scanner = Scanner::new();
        for seed in 0..1000u64 {
            let mut random = Random(seed);
            let cell = 1 + (seed % 5) as usize;
            let cells: Vec<u8> = (0..64 * 64)
                .map(|_| (random.bits() % 2 * 255) as u8)
                .collect();
            let luma: Vec<u8> = (0..64 * 64)
                .map(|i| cells[i / 64 / cell * 64 + i % 64 / cell])
                .collect();
            assert_eq!(scanner.scan(&luma, 64, 64, 64), Ok(None), "seed {seed}");
        }
    }

    #[test]
    fn a_reading_shows_no_text_in_debug_output() {
        let photo = Camera::default().photograph(&symbol(), 1);
        let reading = scan_photo(&mut Scanner::new(), &photo).expect("an even shot");
        assert!(!format!("{reading:?}").contains("0123"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_bytes_with_any_numbers_end_in_an_answer(
            luma in proptest::collection::vec(any::<u8>(), 0..6000),
            stride in 0usize..120,
            width in 0usize..120,
            height in 0usize..120,
        ) {
            let fits = width > 0 && height > 0 && stride >= width
                && luma.len() >= stride * (height - 1) + width;
            prop_assert_eq!(scan(&luma, stride, width, height).is_ok(), fits);
        }

        #[test]
        fn any_text_that_can_be_drawn_reads_back(text in "\\PC{1,60}[0-9]{0,60}") {
            let symbol = Symbol::draw(&text).expect("short enough");
            prop_assert_eq!(scan_picture(&symbol.to_png(3)).map(|r| r.text), Ok(text));
        }

        #[test]
        fn any_bytes_as_a_picture_end_in_an_answer(
            head in prop::sample::select(vec![
                &b""[..], b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xd8\xff\xe0", b"GIF89a", b"RIFF\x20\0\0\0WEBPVP8 ",
            ]),
            tail in proptest::collection::vec(any::<u8>(), 0..300),
        ) {
            let bytes = [head, &tail].concat();
            prop_assert!(scan_picture(&bytes).is_err());
        }
    }

    #[test]
    fn extreme_numbers_are_refused_without_a_panic() {
        for extreme in [usize::MAX, usize::MAX / 2, 1 << 32] {
            assert!(scan(&[0; 16], extreme, 4, 4).is_err());
            assert!(scan(&[0; 16], 4, extreme, 4).is_err());
            assert!(scan(&[0; 16], 4, 4, extreme).is_err());
            assert!(scan(&[0; 16], extreme, extreme, extreme).is_err());
        }
    }

    #[test]
    fn a_picture_without_a_code_says_so() {
        let photo = Camera {
            width: 320,
            height: 240,
            ..Camera::default()
        }
        .photograph_nothing(3);
        assert_eq!(scan_picture(&photo.to_png()), Err(PictureError::NoCode));
    }
}
