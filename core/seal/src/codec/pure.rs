//! Reads compressed contents without C, and never compresses.

use super::MAX_WINDOW_LOG;
use ruzstd::decoding::StreamingDecoder;
use std::io::{self, Cursor, Read};

/// Magic number and descriptor of a frame (RFC 8878 section 3.1.1).
const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// No content promises to become smaller, as nothing is compressed here.
#[cfg(target_family = "wasm")]
pub(crate) fn seems_compressible<R>(_: &mut R, _: u64, _: u64) -> io::Result<bool> {
    Ok(false)
}

/// Compressing is never asked for here, as nothing promises to become smaller.
#[cfg(target_family = "wasm")]
pub(crate) fn compressing<R: Read>(_: R, _: u64) -> io::Result<io::Empty> {
    Err(io::ErrorKind::Unsupported.into())
}

/// What the one frame at the beginning of the source holds.
pub(crate) fn decompressing<R: Read>(mut source: R) -> io::Result<impl Read> {
    let header = header(&mut source)?;
    if window(&header).is_none_or(|window| window > 1 << MAX_WINDOW_LOG) {
        return Err(io::ErrorKind::InvalidData.into());
    }
    StreamingDecoder::new(Cursor::new(header).chain(source)).map_err(io::Error::other)
}

/// Magic number, descriptor, and as much as tells the window.
fn header(source: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut header = vec![0; 5];
    source.read_exact(&mut header)?;
    let length = header.len() + fields(header[4]).iter().sum::<usize>();
    header.resize(length, 0);
    source.read_exact(&mut header[5..])?;
    Ok(header)
}

/// How long the window's descriptor, the dictionary's name and the content's size are.
fn fields(descriptor: u8) -> [usize; 3] {
    let is_one_segment = descriptor & 0x20 != 0;
    let size = match descriptor >> 6 {
        0 => usize::from(is_one_segment),
        power => 1 << power,
    };
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 3)];
    [usize::from(!is_one_segment), dictionary, size]
}

/// How much of the content a reader must be able to look back at, in bytes.
fn window(header: &[u8]) -> Option<u64> {
    let fields = fields(header[4]);
    if header[..4] != MAGIC {
        return None;
    }
    if let [1, ..] = fields {
        let (exponent, mantissa) = (header[5] >> 3, header[5] & 7);
        let base = 1_u64 << (10 + exponent);
        return Some(base + base / 8 * u64::from(mantissa));
    }
    // The window of a frame that names none is as large as its content.
    let size = &header[header.len() - fields[2]..];
    let mut bytes = [0; 8];
    bytes[..size.len()].copy_from_slice(size);
    let offset = if size.len() == 2 { 256 } else { 0 };
    Some(u64::from_le_bytes(bytes).saturating_add(offset))
}

#[cfg(test)]
mod tests {
    use super::super::native;
    use super::*;
    use proptest::prelude::*;

    fn compressed(content: &[u8], level: i32, pledged: bool) -> Vec<u8> {
        let mut encoder = zstd::stream::read::Encoder::new(content, level).unwrap();
        if pledged {
            encoder
                .set_pledged_src_size(Some(content.len() as u64))
                .unwrap();
        }
        let mut frame = Vec::new();
        encoder.read_to_end(&mut frame).unwrap();
        frame
    }

    fn read(decoder: io::Result<impl Read>) -> Option<Vec<u8>> {
        let mut content = Vec::new();
        decoder.ok()?.take(1 << 20).read_to_end(&mut content).ok()?;
        Some(content)
    }

    #[test]
    fn a_window_above_eight_mebibytes_is_refused_by_both() {
        for (descriptor, fits) in [(13 << 3, true), (13 << 3 | 1, false), (31 << 3 | 7, false)] {
            let mut frame = MAGIC.to_vec();
            // One raw block of one byte, which is the last.
            frame.extend([0, descriptor, 1 | 1 << 3, 0, 0, b'x']);
            let expected = fits.then(|| b"x".to_vec());
            assert_eq!(read(decompressing(&frame[..])), expected, "{descriptor}");
            assert_eq!(read(native::decompressing(&frame[..])), expected);
        }
    }

    #[test]
    fn what_follows_a_frame_is_left_to_whoever_comes_next() {
        let frame = compressed(&[7; 5_000], 3, true);
        let both = [&frame[..], b"behind"].concat();
        let mut source = &both[..];
        assert_eq!(read(decompressing(&mut source)).unwrap(), [7; 5_000]);
        assert_eq!(source, b"behind");
    }

    proptest! {
        #[test]
        fn both_read_the_same(
            words in prop::collection::vec(any::<u8>(), 0..40),
            picks in prop::collection::vec(any::<prop::sample::Index>(), 0..3_000),
            level in 1..19,
            pledged: bool,
        ) {
            let content: Vec<u8> = match words.is_empty() {
                true => Vec::new(),
                false => picks.iter().map(|pick| words[pick.index(words.len())]).collect(),
            };
            let frame = compressed(&content, level, pledged);
            prop_assert_eq!(read(decompressing(&frame[..])), Some(content.clone()));
            prop_assert_eq!(read(native::decompressing(&frame[..])), Some(content));
        }

        #[test]
        fn whatever_comes_is_read_without_harm(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            as_frame: bool,
        ) {
            let bytes = if as_frame { [&MAGIC[..], &bytes].concat() } else { bytes };
            let _ = read(decompressing(&bytes[..]));
        }
    }
}
