//! A picture file, decoded to luminance within limits.

use std::io::Cursor;

use image::{DynamicImage, GenericImageView, ImageDecoder, ImageError, ImageReader, Limits};

use super::jpeg;
use super::luma::Luma;
use super::picture::PictureError;
use super::{svg, webp};

/// The most pixels of a picture that is no JPEG.
pub(super) const MOST_PIXELS: u64 = 50_000_000;

/// The most bytes of a picture file.
pub(super) const MOST_BYTES: usize = 128 << 20;

/// The most memory that decoding may take, in bytes.
pub(super) const MOST_MEMORY: u64 = 512 << 20;

/// The luminance of a picture, shrunk by `factor` where it is larger than anybody needs.
#[derive(Debug)]
pub(super) struct Shot {
    pub(super) luma: Luma<'static>,
    pub(super) factor: usize,
}

/// The ways in which a picture is looked at, one after the other.
pub(super) fn shots(bytes: &[u8]) -> Result<Vec<Shot>, PictureError> {
    if bytes.len() > MOST_BYTES {
        return Err(PictureError::TooLarge);
    }
    if let Some(shot) = jpeg::decode(bytes).or_else(|| webp::decode(bytes)) {
        return Ok(vec![shot?]);
    }
    if svg::is_svg(bytes) {
        let luma = svg::decode(bytes).ok_or(PictureError::OtherKind("SVG"))?;
        return Ok(vec![Shot { luma, factor: 1 }]);
    }
    if let Some(kind) = other_kind(bytes) {
        return Err(PictureError::OtherKind(kind));
    }
    let picture = decode(bytes)?;
    // What is meant to lie behind transparent modules may be light or dark, so both are tried.
    let grounds: &[u8] = match is_transparent(&picture) {
        true => &[255, 0],
        false => &[255],
    };
    let shots = grounds.iter().filter_map(|ground| {
        let luma = on_ground(&picture, *ground)?;
        Some(Shot { luma, factor: 1 })
    });
    Ok(shots.collect())
}

/// The name of a kind that is not read.
fn other_kind(bytes: &[u8]) -> Option<&'static str> {
    // ISO/IEC 14496-12: the first box is of the type `ftyp` and says which kind of file this is.
    if bytes.get(4..8) == Some(b"ftyp") {
        return match bytes.get(8..12)? {
            b"avif" | b"avis" => Some("AVIF"),
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"mif1" | b"msf1" => Some("HEIC"),
            _ => None,
        };
    }
    let is_tiff = bytes.starts_with(b"II*\0") || bytes.starts_with(b"MM\0*");
    is_tiff.then_some("TIFF")
}

fn decode(bytes: &[u8]) -> Result<DynamicImage, PictureError> {
    let reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .map_err(|_| PictureError::NotAPicture)?;
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(PictureError::TooLarge);
    }
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_MEMORY);
    decoder.set_limits(limits).map_err(refused)?;
    DynamicImage::from_decoder(decoder).map_err(refused)
}

fn refused(error: ImageError) -> PictureError {
    match error {
        ImageError::Limits(_) => PictureError::TooLarge,
        _ => PictureError::NotAPicture,
    }
}

fn is_transparent(picture: &DynamicImage) -> bool {
    picture.color().has_alpha() && picture.pixels().any(|(_, _, p)| p.0[3] < 255)
}

/// The luminance of a picture over an even ground.
pub(super) fn on_ground(picture: &DynamicImage, ground: u8) -> Option<Luma<'static>> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let pixels = if picture.color().has_alpha() {
        let ground = u32::from(ground);
        let with_alpha = picture.to_luma_alpha8();
        with_alpha
            .pixels()
            .map(|p| {
                let (luma, alpha) = (u32::from(p.0[0]), u32::from(p.0[1]));
                ((luma * alpha + ground * (255 - alpha)) / 255) as u8
            })
            .collect()
    } else {
        picture.to_luma8().into_raw()
    };
    Luma::from_pixels(pixels, width, height)
}

#[cfg(test)]
mod tests {
    use image::LumaA;

    use super::*;

    #[test]
    fn a_picture_whose_pixels_are_all_opaque_has_one_ground() {
        assert!(!is_transparent(&DynamicImage::new_luma8(1, 1)));
        let pixel =
            |alpha| DynamicImage::from(image::ImageBuffer::from_pixel(1, 1, LumaA([0u8, alpha])));
        assert!(!is_transparent(&pixel(255)));
        assert!(is_transparent(&pixel(254)));
    }
}
