//! WebP of the lossy kind, decoded straight to luminance: its first plane is just that, so no colour is
//! computed.

use image_webp::vp8::Vp8Decoder;

use super::decode::{MOST_PIXELS, Shot};
use super::luma::Luma;
use super::picture::PictureError;

/// The luminance of a WebP. None if these bytes are no WebP, or one that moves, is transparent or was
/// stored without loss: that is for a decoder that knows about colours.
pub(super) fn decode(bytes: &[u8]) -> Option<Result<Shot, PictureError>> {
    let frame = Frame::find(bytes)?;
    if frame.pixels() > MOST_PIXELS {
        return Some(Err(PictureError::TooLarge));
    }
    Some(frame.decode().ok_or(PictureError::NotAPicture))
}

/// A picture as one key frame of VP8 (RFC 6386).
struct Frame<'a> {
    bytes: &'a [u8],
    size: (u16, u16),
}

impl<'a> Frame<'a> {
    /// The one frame of a file (RFC 9649): behind a header that says no more than its size, or what else
    /// is there that is none of the picture.
    fn find(bytes: &'a [u8]) -> Option<Self> {
        let mut rest = bytes.strip_prefix(b"RIFF")?.get(4..)?;
        rest = rest.strip_prefix(b"WEBP")?;
        let mut canvas = None;
        loop {
            let (name, behind) = rest.split_first_chunk()?;
            let (length, body) = behind.split_first_chunk()?;
            let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
            match name {
                b"VP8 " => {
                    let frame = Self::read(&body[..length.min(body.len())])?;
                    return canvas
                        .is_none_or(|canvas| canvas == frame.size)
                        .then_some(frame);
                }
                b"VP8X" => canvas = Some(plain_canvas(body)?),
                b"VP8L" => return None,
                _ => {}
            }
            rest = body.get(length.checked_add(length % 2)?..)?;
        }
    }

    /// Reads the size (RFC 6386 §9.1). Its two upper bits say how the picture should be scaled, which
    /// nobody does.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let [tag, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1] = *bytes.first_chunk()? else {
            return None;
        };
        let [width, height] = [[w0, w1], [h0, h1]].map(|side| u16::from_le_bytes(side) & 0x3fff);
        let is_key = tag & 1 == 0;
        let is_some = width > 0 && height > 0;
        let size = (width, height);
        (is_key && is_some).then_some(Self { bytes, size })
    }

    fn pixels(&self) -> u64 {
        u64::from(self.size.0) * u64::from(self.size.1)
    }

    fn decode(&self) -> Option<Shot> {
        let frame = Vp8Decoder::decode_frame(self.bytes).ok()?;
        let (width, height) = (usize::from(self.size.0), usize::from(self.size.1));
        // Rows are filled up to whole blocks.
        let rows = frame.ybuf.chunks_exact(width.next_multiple_of(16));
        let mut pixels = Vec::with_capacity(width * height);
        for row in rows.take(height) {
            pixels.extend(row[..width].iter().map(|y| SHADES[usize::from(*y)]));
        }
        let luma = Luma::from_pixels(pixels, width, height)?;
        Some(Shot { luma, factor: 1 })
    }
}

/// The size that the extended header tells (RFC 9649 §2.7). None if the picture moves or is transparent.
fn plain_canvas(header: &[u8]) -> Option<(u16, u16)> {
    const MOVES: u8 = 0x02;
    const IS_TRANSPARENT: u8 = 0x10;
    let [flags, _, _, _, w0, w1, w2, h0, h1, h2] = *header.first_chunk()?;
    let side = |bytes: [u8; 3]| {
        let [low, middle, high] = bytes;
        u16::try_from(1 + u32::from_le_bytes([low, middle, high, 0])).ok()
    };
    let canvas = (side([w0, w1, w2])?, side([h0, h1, h2])?);
    (flags & (MOVES | IS_TRANSPARENT) == 0).then_some(canvas)
}

/// Black is 16 and white 235 in the plane (ITU-R BT.601), and 0 and 255 here.
const SHADES: [u8; 256] = {
    let mut shades = [0; 256];
    let mut luminance = 0;
    while luminance < 256 {
        let above_black = match luminance {
            0..16 => 0,
            16..235 => luminance - 16,
            _ => 219,
        };
        shades[luminance] = ((above_black * 255 + 109) / 219) as u8;
        luminance += 1;
    }
    shades
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scan_picture;

    /// A code on tinted ground, whose sides are no whole blocks, stored with loss by another program.
    const CODE: &[u8] = include_bytes!("webp/code.webp");

    /// The same frame in a file with these chunks before it.
    fn behind(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let frame = &CODE[12..];
        let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
        for (name, body) in chunks {
            file.extend_from_slice(*name);
            file.extend((body.len() as u32).to_le_bytes());
            file.extend_from_slice(body);
            file.resize(file.len().next_multiple_of(2), 0);
        }
        file.extend_from_slice(frame);
        let length = file.len() as u32 - 8;
        file[4..8].copy_from_slice(&length.to_le_bytes());
        file
    }

    /// An extended header.
    fn header(flags: u8, (width, height): (u16, u16)) -> Vec<u8> {
        let sides = [width, height].map(|side| u32::from(side - 1).to_le_bytes());
        let sides = sides.iter().flat_map(|side| &side[..3]);
        [flags, 0, 0, 0].iter().chain(sides).copied().collect()
    }

    fn size() -> (u16, u16) {
        Frame::find(CODE).expect("a frame").size
    }

    #[test]
    fn the_luminance_is_what_a_decoder_of_colours_gives() {
        let shot = decode(CODE).expect("a WebP").expect("whole");
        let colours = image::load_from_memory(CODE).expect("whole").to_luma8();
        let size = (shot.luma.width() as u32, shot.luma.height() as u32);
        assert_eq!(size, colours.dimensions());
        let pairs = shot.luma.pixels().iter().zip(colours.as_raw());
        let off: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        let mean = off as f64 / shot.luma.area() as f64;
        assert!(mean < 4.0, "off by {mean}");
    }

    #[test]
    fn black_and_white_are_what_they_are_elsewhere() {
        assert_eq!(
            [0, 16, 17, 234, 235, 255].map(|y| SHADES[y]),
            [0, 0, 1, 254, 255, 255]
        );
        assert!(SHADES.is_sorted());
    }

    #[test]
    fn a_code_that_was_stored_with_loss_is_read() {
        let extended = header(0x20, size());
        for file in [
            CODE.to_vec(),
            behind(&[(b"VP8X", &extended), (b"ICCP", b"odd")]),
        ] {
            assert!(decode(&file).is_some());
            let readings = scan_picture(&file).expect("a code");
            assert_eq!(readings[0].text, "https://ab.cde/#0123456789");
        }
    }

    #[test]
    fn what_has_more_than_one_opaque_frame_is_left_to_others() {
        let (width, height) = size();
        for (flags, size, is_plain) in [
            (0, (width, height), true),
            (0x02, (width, height), false),
            (0x10, (width, height), false),
            (0, (width + 1, height), false),
        ] {
            let file = behind(&[(b"VP8X", &header(flags, size))]);
            assert_eq!(decode(&file).is_some(), is_plain, "{flags:x} {size:?}");
        }
        assert!(decode(&behind(&[(b"VP8L", b"")])).is_none());
    }

    #[test]
    fn a_webp_that_promises_too_much_is_refused_before_it_is_decoded() {
        let mut file = CODE.to_vec();
        file[26..30].copy_from_slice(&[0xff, 0x3f, 0xff, 0x3f]);
        assert!(matches!(decode(&file), Some(Err(PictureError::TooLarge))));
        file[26..28].copy_from_slice(&[0, 0]);
        assert!(decode(&file).is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            length in 0..CODE.len(),
            changes in proptest::collection::vec((0..CODE.len(), any::<u8>()), 0..8),
        ) {
            let mut file = CODE.to_vec();
            changes.iter().for_each(|(at, byte)| file[*at] = *byte);
            let frame = Frame::find(&file[..length]);
            prop_assert!(frame.is_none_or(|frame| frame.bytes.len() <= length));
        }
    }
}
