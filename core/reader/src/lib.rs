//! The reader of codes in a page.
//!
//! It is compiled to a module beside the core and much larger than most of that, so a page loads it when somebody
//! shows it a picture or a camera, in a worker: a picture can take a second, and what panics in here takes the module
//! down and nothing else.

use handfast_qr::{FrameError, PictureError, Reading, Scanner, scan_picture_for};
use handfast_token::is_token;

#[cfg(target_arch = "wasm32")]
mod bindings;

/// The texts of all symbols in a picture file, or the key of the sentence that says why there are none.
///
/// # Errors
/// See there.
pub fn read_picture(bytes: &[u8]) -> Result<Vec<String>, &'static str> {
    match scan_picture_for(bytes, is_token) {
        Ok(readings) => Ok(texts(readings)),
        Err(PictureError::NotAPicture) => Err("kind_not_a_picture"),
        Err(PictureError::OtherKind(_)) => Err("kind_other_picture"),
        Err(PictureError::TooLarge) => Err("kind_too_large"),
        Err(PictureError::NoCode) => Err("kind_nothing_found"),
    }
}

/// The texts of all symbols in a frame of a camera, as a canvas gives it: four bytes a pixel, red first.
///
/// # Errors
/// [`FrameError`] if the numbers do not fit the bytes.
pub fn read_frame(
    scanner: &mut Scanner,
    pixels: &[u8],
    (width, height): (usize, usize),
) -> Result<Vec<String>, FrameError> {
    let luma: Vec<u8> = pixels.as_chunks().0.iter().copied().map(luma).collect();
    scanner.scan(&luma, width, width, height).map(texts)
}

/// The luminance of a pixel (ITU-R BT.601), with weights that add up to 256.
fn luma([red, green, blue, _]: [u8; 4]) -> u8 {
    let weighted = 77 * u32::from(red) + 150 * u32::from(green) + 29 * u32::from(blue);
    (weighted >> 8) as u8
}

fn texts(readings: Vec<Reading>) -> Vec<String> {
    let texts = readings.into_iter().map(|reading| reading.text);
    texts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_qr::{QUIET_ZONE, Symbol};

    const TEXT: &str = "https://handfast.example/#something";
    const SCALE: usize = 4;

    #[test]
    fn a_frame_of_a_canvas_is_read() {
        let symbol = Symbol::draw(TEXT).unwrap();
        let side = SCALE * symbol.outer_width();
        let module = |at: usize| (at / SCALE).wrapping_sub(QUIET_ZONE);
        let pixel = |at: usize| match symbol.is_dark(module(at % side), module(at / side)) {
            true => [90, 20, 10, 255],
            false => [200, 255, 220, 255],
        };
        let pixels: Vec<u8> = (0..side * side).flat_map(pixel).collect();
        let mut scanner = Scanner::default();
        let texts = read_frame(&mut scanner, &pixels, (side, side));
        assert_eq!(texts.unwrap(), [TEXT]);
        assert!(read_frame(&mut scanner, &pixels, (side, side + 1)).is_err());
    }

    #[test]
    fn a_picture_is_read_or_said_to_be_none() {
        let symbol = Symbol::draw(TEXT).unwrap();
        assert_eq!(
            read_picture(&symbol.to_png(SCALE)),
            Ok(vec![TEXT.to_owned()])
        );
        assert_eq!(read_picture(b"GIF89a"), Err("kind_not_a_picture"));
    }

    #[test]
    fn white_stays_white_and_black_black() {
        assert_eq!(luma([255; 4]), 255);
        assert_eq!(luma([0; 4]), 0);
    }
}
