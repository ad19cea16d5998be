//! Scanning: what a reading is, and the loop of a running camera.

use std::hash::{BuildHasher, RandomState};

use super::filter::{double, shrink};
use super::found::{Found, Taken};
use super::gaps::{Gaps, Lines};
use super::ladder::Rung;
use super::luma::{FrameError, Luma};
use super::reader::{Effort, Matrix};

/// Frames above this many pixels are shrunk before they are looked at.
const FRAME_PIXELS: usize = 1_100_000;

/// Gaps that are closed in a frame, and the longest ones in pixels: modules of 4 to 9 pixels.
const FRAME_GAPS: [(Gaps, usize); 4] = [
    (Gaps::Light, 3),
    (Gaps::Dark, 3),
    (Gaps::Light, 5),
    (Gaps::Dark, 5),
];

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

/// What was read so far, each symbol once.
#[derive(Clone, Debug, Default)]
pub(super) struct Readings {
    all: Vec<Reading>,
    taken: Taken,
}

impl Readings {
    /// Adds what was found, in pixels of the frame or picture. The same text at the same place is the
    /// same symbol, read once more.
    pub(super) fn add(&mut self, found: Found, rung: Rung, inverted: bool) {
        self.taken.add(&found);
        let Found { text, corners, .. } = found;
        let known = |reading: &Reading| reading.text == text && overlap(reading.corners, corners);
        if !self.all.iter().any(known) {
            self.all.push(Reading {
                text,
                corners,
                rung,
                inverted,
            });
        }
    }

    /// The finder patterns of what was read.
    pub(super) fn taken(&self) -> &Taken {
        &self.taken
    }

    pub(super) fn all(&self) -> &[Reading] {
        &self.all
    }

    pub(super) fn into_all(self) -> Vec<Reading> {
        self.all
    }
}

/// True if the middle of one symbol is well inside of the other.
fn overlap(one: [(f32, f32); 4], other: [(f32, f32); 4]) -> bool {
    let middle = |corners: [(f32, f32); 4]| {
        let sum = corners
            .iter()
            .fold((0.0, 0.0), |s, c| (s.0 + c.0, s.1 + c.1));
        (sum.0 / 4.0, sum.1 / 4.0)
    };
    let (a, b) = (middle(one), middle(other));
    let diagonal = (one[0].0 - one[2].0).hypot(one[0].1 - one[2].1);
    (a.0 - b.0).hypot(a.1 - b.1) < diagonal / 4.0
}

/// The reader of a running camera. Every frame is looked at in the way that reads most, and in one
/// further way that changes from frame to frame, so that a frame costs some milliseconds and a
/// difficult symbol is still read within a second of holding it. A frame whose first look reads
/// something new is not looked at further; whoever goes on with what was read in the last frame
/// wants another symbol, which may be the difficult one.
#[derive(Clone, Debug, Default)]
pub struct Scanner {
    frames: usize,
    /// What the last frame held, as numbers: texts may be secret.
    last: Vec<u64>,
    hasher: RandomState,
}

/// The further look at a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Further {
    /// The first matrix with dark and light exchanged.
    Inverted,
    /// A rung on the whole frame.
    Whole(Rung),
    /// The first matrix with short gaps closed between lines of characters.
    Gaps(Lines),
    /// A rung on the middle of the frame at twice the resolution: a symbol far away.
    Middle(Rung),
}

impl Scanner {
    /// The further looks, one a frame, then from the beginning.
    const FURTHER: [Further; 8] = [
        Further::Middle(Rung::Blocks),
        Further::Inverted,
        Further::Whole(Rung::LocalMean),
        Further::Gaps(Lines::AlongRows),
        Further::Middle(Rung::Sharpened),
        Further::Whole(Rung::Half),
        Further::Gaps(Lines::AlongColumns),
        Further::Whole(Rung::Histogram),
    ];

    /// Frames after which every further look has had its turn.
    pub const ROUND: usize = Self::FURTHER.len();

    /// A scanner that has seen no frame.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at one frame: `luma` is its luminance plane, 8 bits a pixel, with `stride` bytes from
    /// one row to the next. Gives every symbol that was read; the usual answer is none.
    ///
    /// # Errors
    /// [`FrameError`] if the numbers do not fit the bytes.
    pub fn scan(
        &mut self,
        luma: &[u8],
        stride: usize,
        width: usize,
        height: usize,
    ) -> Result<Vec<Reading>, FrameError> {
        let frame = Luma::from_plane(luma, stride, width, height)?;
        let further = Self::FURTHER[self.frames % Self::ROUND];
        self.frames = self.frames.wrapping_add(1);
        let number = |reading: &Reading| self.hasher.hash_one(&reading.text);
        let readings = look(&frame, further, |reading| {
            !self.last.contains(&number(reading))
        });
        self.last = readings.iter().map(number).collect();
        Ok(readings)
    }
}

/// Looks at a single frame, as a [`Scanner`] does at its first one.
///
/// # Errors
/// As [`Scanner::scan`].
pub fn scan(
    luma: &[u8],
    stride: usize,
    width: usize,
    height: usize,
) -> Result<Vec<Reading>, FrameError> {
    Scanner::new().scan(luma, stride, width, height)
}

/// Looks once, and further unless something new was read.
fn look(frame: &Luma<'_>, further: Further, is_new: impl Fn(&Reading) -> bool) -> Vec<Reading> {
    let fits = |factor: &usize| frame.area() / (factor * factor) <= FRAME_PIXELS;
    let factor = (1..).find(fits).unwrap_or(1);
    let shrunk = (factor > 1).then(|| shrink(frame, factor));
    let base = shrunk.as_ref().unwrap_or(frame);

    let mut readings = Readings::default();
    let Some(mut matrix) = Matrix::by_blocks(base) else {
        return Vec::new();
    };
    // From pixels that were looked at to those of the frame.
    let back = |found: Found, left: usize, top: usize, scale: f32| {
        found.map(|x, y| (x * scale + left as f32, y * scale + top as f32))
    };
    let scale = factor as f32;
    for found in matrix.find(Effort::FRAME, readings.taken()) {
        readings.add(back(found, 0, 0, scale), Rung::Blocks, false);
    }
    if readings.all().iter().any(is_new) {
        return readings.into_all();
    }
    let taken = readings.taken().seen_from(0.0, 0.0, 1.0 / scale);
    match further {
        Further::Inverted => {
            matrix.invert();
            for found in matrix.find(Effort::FRAME, &taken) {
                readings.add(back(found, 0, 0, scale), Rung::Blocks, true);
            }
        }
        Further::Gaps(lines) => {
            for (gaps, longest) in FRAME_GAPS {
                let closed = matrix.without(gaps, longest, lines);
                let found = closed.map(|matrix| matrix.find(Effort::FRAME, &taken));
                for found in found.into_iter().flatten() {
                    readings.add(back(found, 0, 0, scale), Rung::Gaps, false);
                }
            }
        }
        Further::Whole(rung) => {
            for found in rung.look_upright(base, Effort::FRAME, &taken) {
                readings.add(back(found, 0, 0, scale), rung, false);
            }
        }
        Further::Middle(rung) => {
            let (left, top) = (frame.width() / 4, frame.height() / 4);
            let middle = frame.crop(left, top, frame.width() / 2, frame.height() / 2);
            let (zoomed, scale) = match factor {
                1 => (double(&middle), 0.5),
                _ => (shrink(&middle, factor / 2), (factor / 2) as f32),
            };
            let taken = readings
                .taken()
                .seen_from(left as f32, top as f32, 1.0 / scale);
            for found in rung.look_upright(&zoomed, Effort::FRAME, &taken) {
                readings.add(back(found, left, top, scale), rung, false);
            }
        }
    }
    readings.into_all()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{PictureError, Symbol, scan_picture, scan_picture_for};
    use handfast_camera::{Camera, Photo, Random};

    const TEXT: &str = "https://ab.cde/#01234567890123456789012345678901234567890123456789\
                        01234567890123456789012345678901234567890123456789";

    fn symbol() -> Symbol {
        Symbol::draw(TEXT).expect("fits")
    }

    fn scan_all(scanner: &mut Scanner, photo: &Photo) -> Vec<Reading> {
        scanner
            .scan(&photo.luma, photo.width, photo.width, photo.height)
            .expect("a photograph's numbers fit")
    }

    /// The one reading of a photograph.
    fn scan_photo(scanner: &mut Scanner, photo: &Photo) -> Option<Reading> {
        let mut readings = scan_all(scanner, photo);
        assert!(readings.len() <= 1, "{readings:?}");
        readings.pop()
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

    /// A sheet with a symbol for each text, side by side in rows of `columns`, `scale` pixels a module.
    fn sheet(texts: &[String], columns: usize, scale: usize) -> Photo {
        let symbols: Vec<_> = texts
            .iter()
            .map(|text| Symbol::draw(text).expect("fits"))
            .collect();
        let side = scale * symbols.iter().map(Symbol::outer_width).max().unwrap_or(1);
        let (width, height) = (columns * side, texts.len().div_ceil(columns) * side);
        let is_dark = |x: usize, y: usize| {
            let module = |p: usize| (p % side / scale).wrapping_sub(crate::QUIET_ZONE);
            let symbol = symbols.get(y / side * columns + x / side);
            symbol.is_some_and(|symbol| symbol.is_dark(module(x), module(y)))
        };
        let luma = (0..width * height)
            .map(|i| {
                if is_dark(i % width, i / width) {
                    20
                } else {
                    230
                }
            })
            .collect();
        Photo {
            luma,
            width,
            height,
            corners: Default::default(),
        }
    }

    fn texts(number: usize) -> Vec<String> {
        (0..number).map(|n| format!("{TEXT}{n}")).collect()
    }

    #[test]
    fn every_symbol_of_nine_is_read_in_a_picture_and_in_a_frame() {
        let nine = texts(9);
        let photo = sheet(&nine, 3, 5);
        let frame = scan_all(&mut Scanner::new(), &photo);
        let picture = scan_picture(&photo.to_png()).expect("readable");
        for readings in [frame, picture] {
            let mut read: Vec<_> = readings.into_iter().map(|r| r.text).collect();
            read.sort();
            assert_eq!(read, nine);
        }
    }

    #[test]
    fn the_same_text_twice_is_two_readings_and_one_symbol_is_one() {
        let twice = sheet(&vec![TEXT.to_owned(); 2], 2, 4);
        let readings = scan_picture(&twice.to_png()).expect("readable");
        assert_eq!(readings.len(), 2);
        assert!(readings[0].corners[0].0 != readings[1].corners[0].0);
        for seed in 0..4 {
            let photo = Camera::by_seed(seed).photograph(&symbol(), seed);
            let readings = scan_picture(&photo.to_png()).expect("an everyday shot");
            assert_eq!(readings.len(), 1, "seed {seed}: {readings:?}");
        }
    }

    #[test]
    fn a_symbol_that_is_easy_to_read_never_hides_one_beside_it_that_is_not() {
        // Dark on light, which the first look reads, beside light on dark, which it does not.
        let mut photo = sheet(&texts(2), 2, 5);
        let width = photo.width;
        for (i, pixel) in photo.luma.iter_mut().enumerate() {
            if i % width >= width / 2 {
                *pixel = 250 - *pixel;
            }
        }
        let hard = format!("{TEXT}1");
        let mut scanner = Scanner::new();
        let mut frames = (0..=Scanner::ROUND).map(|_| scan_all(&mut scanner, &photo));
        assert!(frames.any(|readings| readings.iter().any(|r| r.text == hard)));
        for wanted in [&hard, ""] {
            let readings = scan_picture_for(&photo.to_png(), |text| text == wanted);
            let readings = readings.expect("readable");
            assert_eq!(readings.len(), 2);
        }
    }

    #[test]
    fn whoever_has_what_is_wanted_waits_for_no_other_way_of_looking() {
        // Noise hides the second one from the first ways of looking.
        let mut photo = sheet(&texts(2), 2, 4);
        let mut random = Random(4);
        let width = photo.width;
        for (i, pixel) in photo.luma.iter_mut().enumerate() {
            if i % width >= width / 2 {
                *pixel = pixel.saturating_add_signed((random.normal() * 60.0) as i8);
            }
        }
        let readings = |wanted: &str| {
            scan_picture_for(&photo.to_png(), |text| text == wanted).map(|r| r.len())
        };
        assert_eq!(readings(&format!("{TEXT}0")), Ok(1));
        assert_eq!(readings("another"), Ok(2));
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
            assert_eq!(picture.len(), 1);
            for reading in [&frame, &picture[0]] {
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
                assert_eq!(look(&frame, further, |_| true), []);
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
            assert_eq!(scanner.scan(&luma, 64, 64, 64), Ok(vec![]), "seed {seed}");
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
            let readings = scan_picture(&symbol.to_png(3)).unwrap_or_default();
            let texts: Vec<_> = readings.into_iter().map(|r| r.text).collect();
            prop_assert_eq!(texts, [text]);
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
