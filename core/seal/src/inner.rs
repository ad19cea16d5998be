//! What is inside the payload: a name, a type, the content, and padding that hides its length.
//!
//! The content is compressed if samples of it promise that this makes it smaller, and stays so only if it
//! does. Reading has bounds: no more memory than a window of 8 MiB, no more output than was declared, no
//! second meaning for any byte.

use std::io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom, Write};

use zeroize::Zeroizing;

use super::header::{Kind, read_array, read_exact};
use super::stream::{self, CHUNK, OpenReader};
use super::{Label, Limits, SealError, StreamError, codec};
use handfast_token::Secret;

/// The most bytes inside an invitation or reply that somebody else sealed.
const MAX_TOKEN_BYTES: u64 = 64 << 10;
/// The bytes of everything inside but labels, body and padding.
pub(super) const FRONT_LEN: u64 = 1 + 8 + 2 + 2 + 8;

const PLAIN: u8 = 0;
const ZSTD: u8 = 1;

/// What a file is called: a label to show. It is never to be used as a path.
pub type FileName = Label<255>;
/// The media type of a file (RFC 6838).
pub type MediaType = Label<127>;

/// The media type of a folder, or of several files together, whose content is a tape archive (POSIX ustar) of them.
pub const FOLDER_TYPE: &str = "application/vnd.handfast.folder+tar";

/// What is told about the content, inside the seal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The name of the content.
    pub name: Option<FileName>,
    /// The type of the content.
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

/// Seals `source` from its position to its end, with everything around it. `sink` is made from the length of
/// all that will be written to it. What compresses is read twice, which is why the source must be able to go back and must not change meanwhile.
///
/// # Errors
/// [`SealError::TooExpensive`] for more content than [`read`] would take; those of source and sink.
pub(super) fn write<W: Write>(
    kind: Kind,
    limits: &Limits,
    about: &About,
    source: &mut (impl Read + Seek + Send),
    key: &Secret<32>,
    sink: impl FnOnce(u64) -> io::Result<W>,
) -> io::Result<W> {
    let start = source.stream_position()?;
    let plain_length = source.seek(SeekFrom::End(0))?.saturating_sub(start);
    if plain_length > most(kind, limits) {
        return Err(SealError::TooExpensive.into());
    }
    let mut compressed_length = None;
    if codec::seems_compressible(source, start, plain_length)? {
        source.seek(SeekFrom::Start(start))?;
        let mut compressed =
            codec::compressing(Exactly::new(&mut *source, plain_length), plain_length)?;
        compressed_length = Some(io::copy(&mut compressed, &mut io::sink())?);
    }
    source.seek(SeekFrom::Start(start))?;
    let smaller = compressed_length.filter(|&length| length < plain_length);
    let (codec, body_length) = match smaller {
        Some(length) => (ZSTD, length),
        None => (PLAIN, plain_length),
    };
    let mut front = vec![codec];
    front.extend_from_slice(&plain_length.to_le_bytes());
    write_label(about.name.as_ref(), &mut front);
    write_label(about.media_type.as_ref(), &mut front);
    front.extend_from_slice(&body_length.to_le_bytes());
    let length = front.len() as u64 + body_length;
    let padded = padded(kind, length);
    let front = Cursor::new(Zeroizing::new(front));
    let zeros = io::repeat(0).take(padded - length);
    let mut sink = sink(stream::sealed_len(padded))?;
    match codec {
        ZSTD => {
            let body = Exactly::new(
                codec::compressing(Exactly::new(source, plain_length), plain_length)?,
                body_length,
            );
            stream::seal(front.chain(body).chain(zeros), padded, key, &mut sink)
        }
        _ => {
            let body = Exactly::new(source, body_length);
            stream::seal(front.chain(body).chain(zeros), padded, key, &mut sink)
        }
    }?;
    Ok(sink)
}

fn write_label<const MAX: usize>(label: Option<&Label<MAX>>, out: &mut Vec<u8>) {
    let text = label.map_or("", Label::as_str);
    out.extend_from_slice(&(text.len() as u16).to_le_bytes());
    out.extend_from_slice(text.as_bytes());
}

/// A reader of the first `left` bytes of a source. It fails if the source has fewer.
struct Exactly<R> {
    source: R,
    left: u64,
}

impl<R> Exactly<R> {
    fn new(source: R, left: u64) -> Self {
        Self { source, left }
    }
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into
            .len()
            .min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        match self.source.read(&mut into[..most])? {
            0 => Err(io::Error::other("the source changed while it was read")),
            count => {
                self.left -= count as u64;
                Ok(count)
            }
        }
    }
}

/// Reads what [`write`] wrote, to the last byte of the payload, and writes the content to the sink that
/// `sink` makes from what is told about the content and from its length.
///
/// # Errors
/// [`SealError::Unsupported`] for an unknown codec, [`SealError::TooExpensive`] for more content
/// than the limits allow, [`SealError::Damaged`] for anything that no writer makes; those of source
/// and sink.
pub(super) fn read<W: Write>(
    kind: Kind,
    limits: &Limits,
    payload: &mut OpenReader<'_>,
    sink: impl FnOnce(&About, u64) -> io::Result<W>,
) -> Result<(About, W), StreamError> {
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
        PLAIN if body_length == plain_length => {}
        ZSTD if body_length < plain_length => {}
        PLAIN | ZSTD => return Err(SealError::Damaged.into()),
        _ => return Err(SealError::Unsupported.into()),
    }
    let mut sink = sink(&about, plain_length).map_err(StreamError::Io)?;
    match codec {
        ZSTD => decompress(&mut source, body_length, plain_length, &mut sink)?,
        _ => {
            let copied = copy(&mut (&mut source).take(body_length), &mut sink)?;
            if copied != plain_length {
                return Err(SealError::Damaged.into());
            }
        }
    }
    let content = source.count;
    expect_zeros(&mut source)?;
    match source.count == padded(kind, content) {
        true => Ok((about, sink)),
        false => Err(SealError::Damaged.into()),
    }
}

fn decompress(
    source: &mut Counted<&mut OpenReader<'_>>,
    body_length: u64,
    plain_length: u64,
    sink: &mut impl Write,
) -> Result<(), StreamError> {
    let mut body = (&mut *source).take(body_length);
    let copied = codec::decompressing(&mut body).map(|content| {
        let content = content.take(plain_length + 1);
        copy(&mut BufReader::with_capacity(CHUNK, content), sink)
    });
    let left = body.limit();
    match copied {
        Ok(Ok(copied)) if copied == plain_length && left == 0 => Ok(()),
        // The decoder's own errors look like those of a disk; the source knows better.
        Ok(Err(CopyError::Read(_))) if !source.inner.source_failed() => {
            Err(SealError::Damaged.into())
        }
        Ok(Err(error)) => Err(error.into()),
        Err(_) if !source.inner.source_failed() => Err(SealError::Damaged.into()),
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
fn copy(source: &mut impl BufRead, sink: &mut impl Write) -> Result<u64, CopyError> {
    let mut copied = 0;
    loop {
        match source.fill_buf() {
            Ok([]) => return Ok(copied),
            Ok(some) => {
                let count = some.len();
                sink.write_all(some).map_err(CopyError::Write)?;
                source.consume(count);
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

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.inner.consume(count);
        self.count += count as u64;
    }
}
