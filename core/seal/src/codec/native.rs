//! Compresses and reads by the library of those who made the format.

use super::MAX_WINDOW_LOG;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use zeroize::Zeroizing;

const LEVEL: i32 = 3;
/// How many places of a content are tried, and how many bytes at each.
const SAMPLES: u64 = 16;
const SAMPLE: u64 = 64 << 10;

/// True if a look at a few places says that compressing may help. Trying all of a film or a
/// photograph would cost more than sealing it.
pub(crate) fn seems_compressible(
    source: &mut (impl Read + Seek),
    start: u64,
    length: u64,
) -> io::Result<bool> {
    if length <= SAMPLES * SAMPLE {
        return Ok(true);
    }
    let (mut before, mut after) = (0, 0);
    let mut sample = Zeroizing::new(Vec::with_capacity(SAMPLE as usize));
    for number in 0..SAMPLES {
        let at = (length - SAMPLE) / (SAMPLES - 1) * number;
        source.seek(SeekFrom::Start(start + at))?;
        sample.clear();
        before += source.by_ref().take(SAMPLE).read_to_end(&mut sample)?;
        after += zstd::bulk::compress(&sample, LEVEL)?.len();
    }
    // Less than a twentieth is not worth reading everything twice.
    Ok(after < before / 20 * 19)
}

/// One frame that holds the `length` bytes of the source.
pub(crate) fn compressing<R: Read>(
    source: R,
    length: u64,
) -> io::Result<zstd::stream::read::Encoder<'static, BufReader<R>>> {
    let mut encoder = zstd::stream::read::Encoder::new(source, LEVEL)?;
    encoder.set_pledged_src_size(Some(length))?;
    Ok(encoder)
}

/// What the one frame at the beginning of the source holds.
pub(crate) fn decompressing<R: BufRead>(source: R) -> io::Result<impl Read> {
    let mut decoder = zstd::Decoder::with_buffer(source)?;
    decoder.window_log_max(MAX_WINDOW_LOG)?;
    Ok(decoder.single_frame())
}
