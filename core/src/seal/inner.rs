//! What is inside the payload: a name, a type, the content, and padding that hides its length.
//!
//! The content is compressed if that makes it smaller. Whoever reads it is bounded: no more memory
//! than a window of 8 MiB, no more output than was declared, no second meaning for any byte.

use std::io::{self, BufReader, Read, Seek, Write};

use super::header::{Kind, read_array, read_exact};
use super::stream::OpenReader;
use super::{Label, Limits, SealError, StreamError};

/// The most bytes inside an invitation or reply that somebody else sealed.
const MAX_TOKEN_BYTES: u64 = 64 << 10;
/// 8 MiB, as a power of two.
const MAX_WINDOW_LOG: u32 = 23;
const LEVEL: i32 = 3;

const PLAIN: u8 = 0;
const ZSTD: u8 = 1;

/// What a file is called: a label to show. It is never to be used as a path.
pub type FileName = Label<255>;
/// The media type of a file (RFC 6838).
pub type MediaType = Label<127>;

/// What is told about the content, inside the seal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// What it is called.
    pub name: Option<FileName>,
    /// What it is.
    pub media_type: Option<MediaType>,
}

/// The length that an inside of `length` bytes is padded to.
pub(super) fn padded(kind: Kind, length: u64) -> u64 {
    match kind {
        Kind::Invitation | Kind::Reply => [256, 384, 512, 768]
            .into_iter()
            .find(|&bucket| length <= bucket)
            .unwrap_or_else(|| length.div_ceil(512).saturating_mul(512)),
        Kind::File | Kind::DeviceState => padme(length),
    }
}

/// Padmé (Nikitin, Barman, Lueks, Underwood, Hubaux, Ford: Reducing Metadata Leakage from Encrypted
/// Files and Communication with PURBs, 2019): lengths whose binary form ends in zeros, more of them
/// the longer it is, so that at most 12 % is added.
fn padme(length: u64) -> u64 {
    let Some(exponent @ 1..) = length.checked_ilog2() else {
        return length;
    };
    let kept = exponent.ilog2() + 1;
    let mask = (1 << (exponent - kept)) - 1;
    length.saturating_add(mask) & !mask
}

/// The most bytes of content.
fn most(kind: Kind, limits: &Limits) -> u64 {
    match kind {
        Kind::Invitation | Kind::Reply => MAX_TOKEN_BYTES,
        Kind::File | Kind::DeviceState => limits.content_bytes,
    }
}

/// Writes `source` from its position to its end, with everything around it. The source is read
/// twice or three times, which is why it must be able to go back and must not change meanwhile.
///
/// # Errors
/// [`SealError::TooExpensive`] for more content than [`read`] would take; those of source and sink.
pub(super) fn write(
    kind: Kind,
    limits: &Limits,
    about: &About,
    source: &mut (impl Read + Seek),
    sink: &mut impl Write,
) -> io::Result<()> {
    let start = source.stream_position()?;
    let plain_length = io::copy(source, &mut io::sink())?;
    if plain_length > most(kind, limits) {
        return Err(SealError::TooExpensive.into());
    }
    source.seek(io::SeekFrom::Start(start))?;
    let compressed_length = compress(source, plain_length, Counted::new(io::sink()))?;
    source.seek(io::SeekFrom::Start(start))?;
    let (codec, body_length) = match compressed_length < plain_length {
        true => (ZSTD, compressed_length),
        false => (PLAIN, plain_length),
    };
    let mut sink = Counted::new(sink);
    sink.write_all(&[codec])?;
    sink.write_all(&plain_length.to_le_bytes())?;
    write_label(about.name.as_ref(), &mut sink)?;
    write_label(about.media_type.as_ref(), &mut sink)?;
    sink.write_all(&body_length.to_le_bytes())?;
    let written = match codec {
        ZSTD => compress(source, plain_length, Counted::new(&mut sink))?,
        _ => io::copy(source, &mut sink)?,
    };
    if written != body_length {
        return Err(io::Error::other("the source changed while it was read"));
    }
    let zeros = padded(kind, sink.count) - sink.count;
    io::copy(&mut io::repeat(0).take(zeros), &mut sink)?;
    Ok(())
}

fn compress(source: &mut impl Read, length: u64, sink: Counted<impl Write>) -> io::Result<u64> {
    let mut encoder = zstd::Encoder::new(sink, LEVEL)?;
    encoder.set_pledged_src_size(Some(length))?;
    io::copy(source, &mut encoder)?;
    encoder.finish().map(|sink| sink.count)
}

fn write_label<const MAX: usize>(
    label: Option<&Label<MAX>>,
    sink: &mut impl Write,
) -> io::Result<()> {
    let text = label.map_or("", Label::as_str);
    sink.write_all(&(text.len() as u16).to_le_bytes())?;
    sink.write_all(text.as_bytes())
}

/// Reads what [`write`] wrote, to the last byte of the payload, and writes the content to `sink`.
///
/// # Errors
/// [`SealError::Unsupported`] for an unknown codec, [`SealError::TooExpensive`] for more content
/// than the limits allow, [`SealError::Damaged`] for anything that no writer makes; those of source
/// and sink.
pub(super) fn read<R: Read>(
    kind: Kind,
    limits: &Limits,
    payload: OpenReader<R>,
    sink: &mut impl Write,
) -> Result<About, StreamError> {
    let mut source = Counted::new(payload);
    let [codec] = read_array(&mut source, SealError::Damaged)?;
    let plain_length = read_u64(&mut source)?;
    let about = About {
        name: read_label(&mut source)?,
        media_type: read_label(&mut source)?,
    };
    let body_length = read_u64(&mut source)?;
    if plain_length > most(kind, limits) {
        return Err(SealError::TooExpensive.into());
    }
    match codec {
        PLAIN if body_length == plain_length => {
            let copied = copy(&mut (&mut source).take(body_length), sink)?;
            if copied != plain_length {
                return Err(SealError::Damaged.into());
            }
        }
        ZSTD if body_length < plain_length => {
            decompress(&mut source, body_length, plain_length, sink)?;
        }
        PLAIN | ZSTD => return Err(SealError::Damaged.into()),
        _ => return Err(SealError::Unsupported.into()),
    }
    let content = source.count;
    expect_zeros(&mut source)?;
    match source.count == padded(kind, content) {
        true => Ok(about),
        false => Err(SealError::Damaged.into()),
    }
}

fn decompress<R: Read>(
    source: &mut Counted<OpenReader<R>>,
    body_length: u64,
    plain_length: u64,
    sink: &mut impl Write,
) -> Result<(), StreamError> {
    let mut body = BufReader::new((&mut *source).take(body_length));
    let copied = zstd::Decoder::with_buffer(&mut body).and_then(|mut decoder| {
        decoder.window_log_max(MAX_WINDOW_LOG)?;
        Ok(copy(
            &mut decoder.single_frame().take(plain_length + 1),
            sink,
        ))
    });
    let left = body.buffer().len() as u64 + body.get_ref().limit();
    match copied {
        Ok(Ok(copied)) if copied == plain_length && left == 0 => Ok(()),
        // The decoder's own errors look like those of a disk; the source knows better.
        Ok(Err(CopyError::Read(_))) if !source.inner.source_failed() => {
            Err(SealError::Damaged.into())
        }
        Ok(Err(error)) => Err(error.into()),
        Err(error) => Err(error.into()),
        Ok(Ok(_)) => Err(SealError::Damaged.into()),
    }
}

fn expect_zeros(source: &mut impl Read) -> Result<(), StreamError> {
    let mut some = [0; 4096];
    loop {
        match source.read(&mut some) {
            Ok(0) => return Ok(()),
            Ok(count) if some[..count].iter().all(|&byte| byte == 0) => {}
            Ok(_) => return Err(SealError::Damaged.into()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
}

fn read_u64(source: &mut impl Read) -> Result<u64, StreamError> {
    read_array(source, SealError::Damaged).map(u64::from_le_bytes)
}

fn read_label<const MAX: usize>(source: &mut impl Read) -> Result<Option<Label<MAX>>, StreamError> {
    let length = u16::from_le_bytes(read_array(source, SealError::Damaged)?);
    let mut text = [0; MAX];
    let text = text
        .get_mut(..usize::from(length))
        .ok_or(SealError::Damaged)?;
    read_exact(source, text, SealError::Damaged)?;
    if text.is_empty() {
        return Ok(None);
    }
    let label = std::str::from_utf8(text)
        .ok()
        .and_then(|text| Label::new(text).ok());
    label.map(Some).ok_or(SealError::Damaged.into())
}

enum CopyError {
    Read(io::Error),
    Write(io::Error),
}

impl From<CopyError> for StreamError {
    fn from(error: CopyError) -> Self {
        match error {
            CopyError::Read(error) => error.into(),
            CopyError::Write(error) => Self::Io(error),
        }
    }
}

/// [`io::copy`] that tells which side failed.
fn copy(source: &mut impl Read, sink: &mut impl Write) -> Result<u64, CopyError> {
    let mut some = vec![0; 16 << 10];
    let mut copied = 0;
    loop {
        match source.read(&mut some) {
            Ok(0) => return Ok(copied),
            Ok(count) => {
                sink.write_all(&some[..count]).map_err(CopyError::Write)?;
                copied += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(CopyError::Read(error)),
        }
    }
}

/// Counts what passes through.
struct Counted<T> {
    inner: T,
    count: u64,
}

impl<T> Counted<T> {
    fn new(inner: T) -> Self {
        Self { inner, count: 0 }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.count += count as u64;
        Ok(count)
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.count += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
