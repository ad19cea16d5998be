//! A picture file: every way of looking at it, up the whole ladder.

use std::borrow::Cow;
use std::iter::successors;
use std::ops::ControlFlow;

use super::animation::later_frames;
use super::decode::{Shot, shots};
use super::fence::fenced;
use super::filter::shrink;
use super::found::Taken;
use super::ladder::{Base, Rung};
use super::luma::Luma;
use super::noise::is_noise;
use super::reader::Effort;
use super::scan::{Reading, Readings};

/// A picture of up to this many pixels is looked at with the whole ladder; larger ones are shrunk first.
const WHOLE_LADDER: usize = 1_500_000;

/// Pictures from so many pixels on are not looked at by the last of the first rungs, and larger ones by
/// the very first alone: what the others read in addition nearly always shows at half the size, too.
const SMALL: usize = 8_000_000;
const LARGE: usize = 16_000_000;

/// Why a picture gave no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The bytes are no picture of a known kind, or a broken one.
    #[error("this is not a picture that can be opened; send it as PNG, JPEG, WebP or GIF")]
    NotAPicture,
    /// The picture is of a kind that is known by this name and not read.
    #[error(
        "this is a picture of the kind {0}, which is not read; make a screenshot of it, or send it as JPEG"
    )]
    OtherKind(&'static str),
    /// The picture is above the limits: 128 MiB, 250 million pixels as JPEG, 50 million as anything else.
    #[error("the picture is too large; crop it around the code, or send it as JPEG")]
    TooLarge,
    /// The picture shows no symbol that could be read.
    #[error("no code was found in the picture; take it closer and from straight ahead")]
    NoCode,
}

/// Reads every symbol in a picture file (PNG, JPEG, WebP, GIF, BMP by content, and the SVG that
/// [`Symbol::to_svg`](super::Symbol::to_svg) writes); there is at least one. Looks in every way there is, which takes up to some seconds, so
/// it is not for the thread that draws a screen.
///
/// # Errors
/// [`PictureError`] says what to do next.
pub fn scan_picture(bytes: &[u8]) -> Result<Vec<Reading>, PictureError> {
    scan_picture_for(bytes, |_| false)
}

/// The same for whoever looks for a certain kind of text: goes on until one is read that is `wanted`,
/// and then only finishes what finds nearly every symbol. What else was read is given too.
///
/// # Errors
/// As [`scan_picture`].
pub fn scan_picture_for(
    bytes: &[u8],
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<Reading>, PictureError> {
    let shots = fenced(|| shots(bytes)).unwrap_or(Err(PictureError::NotAPicture))?;
    let mut climb = Climb {
        readings: Readings::default(),
        wanted: &wanted,
    };
    // An error says that enough was read.
    let is_enough = shots.iter().try_for_each(|shot| climb.all(shot)).is_break();
    if !is_enough {
        // Whatever panics there has shown its frames before.
        let _ = fenced(|| later_frames(bytes).try_for_each(|frame| climb.glance(&frame)));
    }
    match climb.readings.into_all() {
        readings if readings.is_empty() => Err(PictureError::NoCode),
        readings => Ok(readings),
    }
}

/// The rungs that read nearly every picture. They are climbed even where what is wanted was read, so
/// that nobody is given one of two invitations without hearing of the other.
const FIRST: [Rung; 3] = [Rung::Blocks, Rung::LocalMean, Rung::Histogram];

/// The way up the ladder, with what was read on it.
struct Climb<'a> {
    readings: Readings,
    wanted: &'a dyn Fn(&str) -> bool,
}

impl Climb<'_> {
    /// Climbs the whole ladder: all rungs at a size where they are affordable, and the first ones at
    /// the sizes around it, where a symbol may be small in a large picture or fill a noisy one.
    fn all(&mut self, shot: &Shot) -> ControlFlow<()> {
        let fits = |factor: &usize| shot.luma.area() / (factor * factor) <= WHOLE_LADDER;
        let middle = (1..).find(fits).unwrap_or(1);
        let luma = at_size(&shot.luma, middle);
        let base = Base::new(&luma);
        let scale = (shot.factor * middle) as f32;
        if is_nothing_else(&shot.luma, &luma) {
            self.look(&base, scale, FIRST[0], Effort::PICTURE);
            return self.enough();
        }
        for rung in FIRST {
            self.look(&base, scale, rung, Effort::PICTURE);
        }
        self.enough()?;
        for rung in Rung::ALL.into_iter().filter(|rung| !FIRST.contains(rung)) {
            self.look(&base, scale, rung, Effort::PICTURE);
            self.enough()?;
        }
        let larger = successors(Some(middle), |factor| Some(factor * 2 / 3));
        let larger = larger.skip(1).take_while(|factor| *factor > 0);
        for factor in larger.chain([2, 3, 4].map(|times| middle * times)) {
            let luma = at_size(&shot.luma, factor);
            let base = Base::new(&luma);
            let (rungs, effort) = match luma.area() {
                0..SMALL => (&FIRST[..], Effort::PICTURE),
                SMALL..LARGE => (&FIRST[..2], Effort::SHARP),
                LARGE.. => (&FIRST[..1], Effort::SHARP),
            };
            for rung in rungs {
                self.look(&base, (shot.factor * factor) as f32, *rung, effort);
            }
            self.enough()?;
        }
        ControlFlow::Continue(())
    }

    /// Looks at one more frame in the ways that nearly always suffice: there may be many.
    fn glance(&mut self, frame: &Luma<'static>) -> ControlFlow<()> {
        let fits = |factor: &usize| frame.area() / (factor * factor) <= WHOLE_LADDER;
        let factor = (1..).find(fits).unwrap_or(1);
        let luma = at_size(frame, factor);
        let base = Base::new(&luma);
        // What was read in another frame is not there any more.
        let nothing = Taken::default();
        for rung in FIRST {
            self.look_beside(&base, factor as f32, (rung, Effort::PICTURE), &nothing);
        }
        self.enough()
    }

    /// Looks at a picture that was shrunk by `scale`.
    fn look(&mut self, base: &Base<'_>, scale: f32, rung: Rung, effort: Effort) {
        let taken = self.readings.taken().seen_from(0.0, 0.0, 1.0 / scale);
        self.look_beside(base, scale, (rung, effort), &taken);
    }

    /// The same, passing over what is taken.
    fn look_beside(
        &mut self,
        base: &Base<'_>,
        scale: f32,
        (rung, effort): (Rung, Effort),
        taken: &Taken,
    ) {
        for (found, inverted) in rung.look(base, effort, taken) {
            let found = found.map(|x, y| (x * scale, y * scale));
            self.readings.add(found, rung, inverted);
        }
    }

    fn enough(&self) -> ControlFlow<()> {
        match self.readings.all().iter().any(|r| (self.wanted)(&r.text)) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

/// True if a large picture is noise at every size at which a symbol could show, from its own on.
fn is_nothing_else(picture: &Luma<'static>, middle: &Luma<'static>) -> bool {
    picture.area() >= SMALL
        && [1, 2, 4]
            .iter()
            .all(|factor| is_noise(&at_size(middle, *factor)))
        && is_noise(picture)
}

/// A picture shrunk by `factor`.
fn at_size<'a>(picture: &'a Luma<'static>, factor: usize) -> Cow<'a, Luma<'static>> {
    match factor {
        1 => Cow::Borrowed(picture),
        _ => Cow::Owned(shrink(picture, factor)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::time::Instant;

    use image::codecs::jpeg::JpegEncoder;
    use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, Rgba, RgbaImage};

    use super::*;
    use crate::Symbol;
    use handfast_camera::Camera;

    fn symbol() -> Symbol {
        Symbol::draw("https://ab.cde/#0123456789").expect("fits")
    }

    /// A PNG that promises a size and holds nothing else.
    fn promise(width: u32, height: u32) -> Vec<u8> {
        let mut ihdr = b"IHDR".to_vec();
        ihdr.extend(width.to_be_bytes());
        ihdr.extend(height.to_be_bytes());
        ihdr.extend([8, 0, 0, 0, 0]);
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0d".to_vec();
        png.extend(&ihdr);
        png.extend(crc32(&ihdr).to_be_bytes());
        // The beginning of the pixels: readers of the header stop here.
        png.extend(b"\0\0\x10\0IDAT");
        png
    }

    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |c, _| {
                (c >> 1) ^ (0xedb8_8320 & (c & 1).wrapping_neg())
            })
        })
    }

    #[test]
    fn pictures_of_every_kind_are_read_by_their_content() {
        let png = symbol().to_png(4);
        let picture = image::load_from_memory(&png).expect("our own");
        let rgb = DynamicImage::from(picture.to_rgb8());
        for format in [
            ImageFormat::Png,
            ImageFormat::Jpeg,
            ImageFormat::WebP,
            ImageFormat::Gif,
            ImageFormat::Bmp,
        ] {
            let mut bytes = Cursor::new(Vec::new());
            let rgba = DynamicImage::from(picture.to_rgba8());
            let source = if format == ImageFormat::Gif {
                &rgba
            } else {
                &rgb
            };
            source
                .write_to(&mut bytes, format)
                .expect("memory accepts every write");
            let readings = scan_picture(&bytes.into_inner()).expect("readable");
            assert_eq!(readings.len(), 1, "{format:?}");
            assert_eq!(readings[0].text, "https://ab.cde/#0123456789", "{format:?}");
        }
    }

    #[test]
    fn transparent_ground_is_white_behind_dark_modules_and_black_behind_light_ones() {
        let symbol = symbol();
        for ink in [0u8, 255] {
            let side = 6 * symbol.width() as u32;
            let picture = RgbaImage::from_fn(side + 48, side + 48, |x, y| {
                let module = |p: u32| (p as usize / 6).wrapping_sub(4);
                let drawn = symbol.is_dark(module(x), module(y));
                Rgba([ink, ink, ink, if drawn { 255 } else { 0 }])
            });
            let mut bytes = Cursor::new(Vec::new());
            picture
                .write_to(&mut bytes, ImageFormat::Png)
                .expect("memory accepts every write");
            let readings = scan_picture(&bytes.into_inner()).expect("readable");
            assert_eq!(readings[0].inverted, ink == 255);
        }
    }

    #[test]
    fn a_symbol_without_a_quiet_zone_is_read() {
        let symbol = symbol();
        let side = 5 * symbol.width();
        let luma: Vec<u8> = (0..side * side)
            .map(|i| {
                if symbol.is_dark(i % side / 5, i / side / 5) {
                    0
                } else {
                    255
                }
            })
            .collect();
        let png = crate::render::encode_png(&luma, side, side);
        assert!(scan_picture(&png).is_ok());
    }

    #[test]
    fn too_many_pixels_end_in_their_own_error_before_they_are_decoded() {
        let start = Instant::now();
        for (width, height) in [
            (10_000, 10_000),
            (50_000_001, 1),
            (u32::MAX >> 1, u32::MAX >> 1),
        ] {
            assert_eq!(
                scan_picture(&promise(width, height)),
                Err(PictureError::TooLarge)
            );
        }
        assert_eq!(
            scan_picture(&vec![0; crate::decode::MOST_BYTES + 1]),
            Err(PictureError::TooLarge)
        );
        assert!(start.elapsed().as_millis() < 500);
    }

    #[test]
    fn a_photograph_above_fifty_megapixels_is_read_with_its_corners_where_they_are() {
        let (symbol, scale) = (symbol(), 60);
        let (width, height) = (8_400, 6_000);
        let (left, top) = (5_000, 2_000);
        let mut luma = vec![200; width * height];
        for (y, row) in luma.chunks_exact_mut(width).enumerate().skip(top) {
            for x in 0..symbol.width() * scale {
                if symbol.is_dark(x / scale, (y - top) / scale) {
                    row[left + x] = 30;
                }
            }
        }
        let mut jpeg = Vec::new();
        JpegEncoder::new_with_quality(&mut jpeg, 60)
            .write_image(&luma, width as u32, height as u32, ExtendedColorType::L8)
            .expect("memory accepts every write");
        let readings = scan_picture_for(&jpeg, |_| true).expect("readable");
        let (x, y) = readings[0].corners[0];
        let off = (x - left as f32).hypot(y - top as f32);
        assert!(off < 20.0, "{:?}", readings[0].corners);
    }

    #[test]
    fn a_picture_of_a_kind_that_is_not_read_is_named() {
        for (head, kind) in [
            (&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], "HEIC"),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heic", "HEIC"),
            (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1", "AVIF"),
            (b"II*\0\x08\0\0\0", "TIFF"),
            (b"MM\0*\0\0\0\x08", "TIFF"),
        ] {
            let error = scan_picture(head).expect_err("not read");
            assert_eq!(error, PictureError::OtherKind(kind));
        }
        let video = scan_picture(b"\0\0\0\x18ftypmp42\0\0\0\0");
        assert_eq!(video, Err(PictureError::NotAPicture));
    }

    #[test]
    fn what_is_no_picture_ends_in_its_own_error() {
        let broken = promise(100, 100);
        for bytes in [&b""[..], b"hello", b"\xff\xd8\xff\xe0", &broken] {
            assert_eq!(scan_picture(bytes), Err(PictureError::NotAPicture));
        }
    }

    #[test]
    fn a_small_symbol_in_a_large_picture_is_read() {
        let camera = Camera {
            width: 4000,
            height: 3000,
            pixels_per_module: 3.0,
            ..Camera::default()
        };
        let photo = camera.photograph(&symbol(), 11);
        assert!(scan_picture(&photo.to_png()).is_ok());
    }
}
