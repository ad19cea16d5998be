//! JPEG, decoded straight to luminance: its first component is just that, so no colour is computed
//! and photographs of 200 megapixels fit into the memory that decoding may take.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::decode::{MOST_MEMORY, Shot};
use super::filter::shrink;
use super::luma::Luma;
use super::picture::PictureError;

/// The most pixels of a JPEG: somewhat more than the largest sensors of phones have.
const MOST_PIXELS: u64 = 250_000_000;

/// A picture of more pixels is shrunk before anything looks at it. No lens of a phone shows more.
const SHARP_PIXELS: usize = 50_000_000;

/// The luminance of a JPEG. None if these bytes are no JPEG, or one whose first component is no
/// luminance: that is for a decoder that knows about colours.
pub(super) fn decode(bytes: &[u8]) -> Option<Result<Shot, PictureError>> {
    let header = Header::read(bytes)?;
    if !header.begins_with_luminance() {
        return None;
    }
    if header.pixels() > MOST_PIXELS || header.memory() > MOST_MEMORY {
        return Some(Err(PictureError::TooLarge));
    }
    Some(header.decode(bytes).ok_or(PictureError::NotAPicture))
}

/// What a JPEG says before its pixels begin (ITU-T T.81, B.2).
struct Header {
    width: u16,
    height: u16,
    components: u8,
    /// The components' identifiers are the letters R, G, B, or a marker of Adobe says that they are
    /// anything else than luminance and differences of colour.
    is_coloured: bool,
    /// Rows of pixels can be finished one after the other.
    is_in_order: bool,
}

impl Header {
    /// `None` if these bytes do not begin as a JPEG does.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
        let mut frame: Option<Self> = None;
        let mut transform = None;
        loop {
            // Any number of bytes 0xff may stand before a marker.
            let filling = rest.iter().take_while(|byte| **byte == 0xff).count();
            let marker = *rest.get(filling).filter(|_| filling > 0)?;
            rest = &rest[filling + 1..];
            let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
            let segment = rest.get(2..length)?;
            rest = &rest[length..];
            match marker {
                // A start of frame; the others in this range are tables.
                0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                    let [_, h0, h1, w0, w1, components] = *segment.first_chunk()?;
                    let names = segment.get(6..)?.chunks(3).map(|part| part[0]);
                    frame = Some(Self {
                        width: u16::from_be_bytes([w0, w1]),
                        height: u16::from_be_bytes([h0, h1]),
                        components,
                        is_coloured: names.eq(*b"RGB") || components > 3,
                        is_in_order: marker <= 0xc1,
                    });
                }
                0xee if segment.starts_with(b"Adobe") => transform = segment.get(11).copied(),
                // The start of the first scan.
                0xda => {
                    let mut frame = frame?;
                    frame.is_in_order &= segment.first() == Some(&frame.components);
                    frame.is_coloured |= frame.components == 3 && transform == Some(0);
                    return Some(frame);
                }
                _ => {}
            }
        }
    }

    fn begins_with_luminance(&self) -> bool {
        !self.is_coloured
    }

    fn pixels(&self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The bytes that decoding takes at most. Where the first scan does not finish a row, every
    /// coefficient is kept until the last one is known.
    fn memory(&self) -> u64 {
        let kept = match self.is_in_order {
            true => 0,
            false => size_of::<i16>() as u64 * u64::from(self.components),
        };
        self.pixels() * (1 + kept)
    }

    fn decode(&self, bytes: &[u8]) -> Option<Shot> {
        let (width, height) = (usize::from(self.width), usize::from(self.height));
        let options = DecoderOptions::default()
            .set_strict_mode(false)
            .set_max_width(width)
            .set_max_height(height)
            .jpeg_set_out_colorspace(ColorSpace::Luma);
        let pixels = JpegDecoder::new_with_options(bytes, options)
            .decode()
            .ok()?;
        let luma = Luma::from_pixels(pixels, width, height)?;
        let is_sharp = |factor: &usize| luma.area() / (factor * factor) <= SHARP_PIXELS;
        let factor = (1..).find(is_sharp)?;
        Some(Shot {
            luma: match factor {
                1 => luma,
                _ => shrink(&luma, factor),
            },
            factor,
        })
    }
}

#[cfg(test)]
mod tests {
    use image::codecs::jpeg::JpegEncoder;
    use image::{ExtendedColorType, ImageEncoder};

    use super::*;

    /// A JPEG of tinted noise, whose sides need not be whole blocks.
    fn noise(width: u32, height: u32) -> Vec<u8> {
        let grey = (0..width * height).map(|i| 20 + (i.wrapping_mul(0x9e37_79b9) >> 24) as u8 / 2);
        let rgb: Vec<u8> = grey.flat_map(|grey| [grey + 9, grey, grey - 9]).collect();
        let mut jpeg = Vec::new();
        JpegEncoder::new(&mut jpeg)
            .write_image(&rgb, width, height, ExtendedColorType::Rgb8)
            .expect("memory accepts every write");
        jpeg
    }

    #[test]
    fn the_luminance_is_what_a_decoder_of_colours_gives() {
        for (width, height) in [(1, 1), (8, 8), (17, 9), (100, 33), (640, 479)] {
            let jpeg = noise(width, height);
            let shot = decode(&jpeg).expect("a JPEG").expect("whole");
            let colours = image::load_from_memory(&jpeg).expect("whole").to_luma8();
            assert_eq!(shot.luma.width(), width as usize);
            let pairs = shot.luma.pixels().iter().zip(colours.as_raw());
            let off: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
            let mean = off as f64 / f64::from(width * height);
            assert!(mean < 3.0, "{width} x {height}: off by {mean}");
        }
    }

    #[test]
    fn the_header_says_what_decoding_takes_before_it_begins() {
        let jpeg = noise(100, 40);
        let header = Header::read(&jpeg).expect("a header");
        assert_eq!((header.width, header.height), (100, 40));
        assert!(header.begins_with_luminance() && header.is_in_order);
        assert_eq!(header.memory(), 4000);
        // The same frame, called progressive.
        let start = jpeg
            .windows(2)
            .position(|pair| pair == b"\xff\xc0")
            .expect("baseline");
        let mut progressive = jpeg.clone();
        progressive[start + 1] = 0xc2;
        let header = Header::read(&progressive).expect("a header");
        assert_eq!(header.memory(), 4000 * 7);
        for length in 0..jpeg.len().min(700) {
            // Cut anywhere, it is no JPEG or one that ends early, and no panic.
            let _ = decode(&jpeg[..length]);
        }
    }

    #[test]
    fn a_jpeg_that_promises_too_much_is_refused_before_it_is_decoded() {
        let mut jpeg = noise(64, 64);
        let start = jpeg
            .windows(2)
            .position(|pair| pair == b"\xff\xc0")
            .expect("baseline");
        for (height, width, marker, refused) in [
            (12_240u16, 16_320u16, 0xc0, false),
            (16_320, 16_320, 0xc0, true),
            (u16::MAX, u16::MAX, 0xc0, true),
            (12_240, 16_320, 0xc2, true),
        ] {
            jpeg[start + 1] = marker;
            jpeg[start + 5..start + 7].copy_from_slice(&height.to_be_bytes());
            jpeg[start + 7..start + 9].copy_from_slice(&width.to_be_bytes());
            let header = Header::read(&jpeg).expect("a header");
            let too_large = header.pixels() > MOST_PIXELS || header.memory() > MOST_MEMORY;
            assert_eq!(too_large, refused, "{width} x {height} {marker:x}");
            if refused {
                assert!(matches!(decode(&jpeg), Some(Err(PictureError::TooLarge))));
            }
        }
    }
}
