//! A small picture of a picture that goes: what the other person sees before they take it.
//!
//! Whoever sends makes it, so nobody opens a picture that they have not taken. It is drawn anew from the pixels:
//! nothing else that lies in the file is in it, such as where the picture was taken.

use handfast_device::Preview;
use handfast_protocol::log::MAX_PREVIEW;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageReader, Limits, RgbImage};
use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// How long its longer side is, at most.
const SIDE: u32 = 160;

/// How much memory the picture may take, at most: that of 42 megapixels.
const MEMORY: u64 = 128 << 20;

/// How good it is, from the best on that may fit.
const QUALITIES: [u8; 4] = [75, 55, 35, 15];

/// What is behind what can be seen through.
const PAPER: f32 = 255.0;

/// That of the picture at this path; None if there is none, or it is too large to be opened for this.
pub(crate) fn preview_of(path: &Path) -> Option<Preview> {
    // A picture that breaks its reader goes without.
    let drawn = catch_unwind(AssertUnwindSafe(|| draw(path)));
    drawn.ok().flatten()
}

fn draw(path: &Path) -> Option<Preview> {
    let file = BufReader::new(File::open(path).ok()?);
    let mut reader = ImageReader::new(file).with_guessed_format().ok()?;
    let media_type = reader.format()?.to_mime_type().to_owned();
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    if decoder.total_bytes() > MEMORY {
        return None;
    }
    let orientation = decoder.orientation().ok();
    let whole = DynamicImage::from_decoder(decoder).ok()?;
    let mut small = whole.thumbnail(SIDE, SIDE);
    if let Some(orientation) = orientation {
        small.apply_orientation(orientation);
    }
    let small = on_paper(&small);
    let bytes = QUALITIES.iter().find_map(|quality| {
        let mut bytes = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut bytes, *quality);
        encoder.encode_image(&small).ok()?;
        (bytes.len() <= MAX_PREVIEW).then_some(bytes)
    })?;
    Some(Preview { media_type, bytes })
}

fn on_paper(picture: &DynamicImage) -> RgbImage {
    let picture = picture.to_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [colours @ .., alpha] = picture.get_pixel(x, y).0;
        let share = f32::from(alpha) / 255.0;
        let mixed = |colour| (f32::from(colour) * share + PAPER * (1.0 - share)) as u8;
        image::Rgb(colours.map(mixed))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{ImageFormat, Rgba, RgbaImage};

    fn picture(
        name: &str,
        format: ImageFormat,
        pixels: &RgbaImage,
    ) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        let drawn = DynamicImage::ImageRgba8(pixels.clone());
        match format {
            ImageFormat::Jpeg => {
                DynamicImage::ImageRgb8(drawn.to_rgb8()).save_with_format(&path, format)
            }
            _ => drawn.save_with_format(&path, format),
        }
        .unwrap();
        (folder, path)
    }

    #[test]
    fn a_picture_has_a_small_one_of_its_shape_whatever_it_is_called() {
        let wide = RgbaImage::from_fn(1_200, 300, |x, _| match x < 600 {
            true => Rgba([200, 0, 0, 255]),
            false => Rgba([0, 0, 0, 0]),
        });
        for (format, media_type) in [
            (ImageFormat::Png, "image/png"),
            (ImageFormat::Jpeg, "image/jpeg"),
        ] {
            let (_folder, path) = picture("a.txt", format, &wide);
            let preview = preview_of(&path).expect("a picture");
            assert_eq!(preview.media_type, media_type);
            assert!(preview.bytes.len() <= MAX_PREVIEW);
            let drawn =
                image::load_from_memory_with_format(&preview.bytes, ImageFormat::Jpeg).unwrap();
            assert_eq!((drawn.width(), drawn.height()), (160, 40));
            let [red, green, _] = drawn.to_rgb8().get_pixel(20, 20).0;
            assert!(red > 180 && green < 30);
            // What can be seen through is seen on white.
            let behind = drawn.to_rgb8().get_pixel(140, 20).0;
            assert!(format == ImageFormat::Jpeg || behind.iter().all(|colour| *colour > 240));
        }
    }

    #[test]
    fn noise_fits_as_well_and_what_is_no_picture_or_too_large_has_none() {
        let mut state = 1_u32;
        let noise = RgbaImage::from_fn(400, 400, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [a, b, c, _] = state.to_be_bytes();
            Rgba([a, b, c, 255])
        });
        let (folder, path) = picture("noise.png", ImageFormat::Png, &noise);
        assert!(preview_of(&path).is_some());
        let other = folder.path().join("a.png");
        std::fs::write(&other, b"\x89PNG\r\n\x1a\nand nothing more").unwrap();
        assert_eq!(preview_of(&other), None);
        std::fs::write(&other, b"hello").unwrap();
        assert_eq!(preview_of(&other), None);
        assert_eq!(preview_of(&folder.path().join("nowhere.png")), None);
    }
}
