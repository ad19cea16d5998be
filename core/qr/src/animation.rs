//! The frames of an animation behind its first one, which is looked at as a still picture.

use std::io::Cursor;

use image::codecs::gif::GifDecoder;
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::{AnimationDecoder, DynamicImage, Frames, ImageDecoder, ImageFormat, Limits};

use super::decode::{MOST_MEMORY, on_ground};
use super::luma::Luma;

/// As many frames are looked at.
const MOST_FRAMES: usize = 200;

/// As many pixels, in all frames together.
const MOST_PIXELS: usize = 200_000_000;

/// The frames behind the first one, on white, up to the first that is broken. None for what does not move.
pub(super) fn later_frames(bytes: &[u8]) -> impl Iterator<Item = Luma<'static>> {
    let mut pixels = 0;
    let frames = frames(bytes).into_iter().flatten();
    let frames = frames.map_while(Result::ok).take(MOST_FRAMES).skip(1);
    frames.map_while(move |frame| {
        let picture = DynamicImage::from(frame.into_buffer());
        pixels += picture.width() as usize * picture.height() as usize;
        match pixels <= MOST_PIXELS {
            true => on_ground(&picture, 255),
            false => None,
        }
    })
}

fn frames(bytes: &[u8]) -> Option<Frames<'_>> {
    let source = Cursor::new(bytes);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_MEMORY);
    Some(match image::guess_format(bytes).ok()? {
        ImageFormat::Gif => {
            let mut decoder = GifDecoder::new(source).ok()?;
            decoder.set_limits(limits).ok()?;
            decoder.into_frames()
        }
        ImageFormat::Png => {
            let decoder = PngDecoder::with_limits(source, limits).ok()?;
            match decoder.is_apng().ok()? {
                true => decoder.apng().ok()?.into_frames(),
                false => return None,
            }
        }
        ImageFormat::WebP => {
            let mut decoder = WebPDecoder::new(source).ok()?;
            decoder.set_limits(limits).ok()?;
            match decoder.has_animation() {
                true => decoder.into_frames(),
                false => return None,
            }
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PictureError, Symbol, scan_picture};
    use image::codecs::gif::GifEncoder;
    use image::{Frame, RgbaImage};

    fn animation(symbols: usize, blanks: usize) -> Vec<u8> {
        let symbol = Symbol::draw("https://ab.cde/#0123456789").expect("fits");
        let picture = image::load_from_memory(&symbol.to_png(4)).expect("our own");
        let shown = picture.to_rgba8();
        let blank = RgbaImage::from_pixel(shown.width(), shown.height(), [255; 4].into());
        let mut bytes = Vec::new();
        let mut encoder = GifEncoder::new_with_speed(&mut bytes, 30);
        let frames = std::iter::repeat_n(blank, blanks).chain(std::iter::repeat_n(shown, symbols));
        encoder
            .encode_frames(frames.map(Frame::new))
            .expect("memory accepts every write");
        drop(encoder);
        bytes
    }

    #[test]
    fn a_symbol_in_a_later_frame_of_an_animation_is_read() {
        let readings = scan_picture(&animation(1, 7)).expect("it comes in the end");
        assert_eq!(readings.len(), 1);
        // The first frame is one of them.
        assert_eq!(scan_picture(&animation(3, 0)).map(|all| all.len()), Ok(1));
    }

    #[test]
    fn so_many_frames_are_looked_at_and_no_more() {
        assert_eq!(later_frames(&animation(1, 250)).count(), MOST_FRAMES - 1);
        let none = scan_picture(&animation(1, 250)).map(drop);
        assert_eq!(none, Err(PictureError::NoCode));
    }

    #[test]
    fn a_cut_animation_is_read_as_far_as_it_goes() {
        let whole = animation(1, 3);
        for length in (0..whole.len()).step_by(7) {
            let _ = later_frames(&whole[..length]).count();
        }
    }
}
