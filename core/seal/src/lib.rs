//! Locking anything with a question and an answer, or with a key: the sealed container.
//!
//! A container opens for whoever knows the answers and for nobody who changed a byte of it. This
//! crate reads and writes what it is given and nothing else: it opens no file, reads no clock, and
//! takes its randomness and its [`Limits`] as arguments. Nothing counts the guesses of somebody who
//! holds a container: [`Strength`] says what that means for an answer, and a code of the second
//! channel beside the answers ends it.
//!
//! - [`seal`], [`open`] and [`open_into`] stream; the caller writes to a temporary file and renames it after success.
//!   [`seal_bytes`] and [`open_bytes`] are the same for small things in memory.
//! - [`Header::parse`] tells what a container asks, before anything is spent on it.
//! - [`Credential`] is what opens it: a key, or [`Answers`], normalised.
//! - [`lock`] and [`unlock`] are the same for an invitation, [`lock_text`] and [`unlock_text`] for a text.
//! - [`code_characters`], [`code_words`] and [`code_from_text`] are the forms of such a code.
//! - [`text()`] and [`from_text`] are the form for messengers.

mod answer;
mod code;
mod codec;
mod error;
#[cfg(test)]
mod examples;
mod header;
mod inner;
mod key;
mod locked;
mod parallel;
#[cfg(feature = "serde")]
mod serialized;
mod stream;
mod strength;
#[cfg(test)]
mod tests;
mod text;
#[cfg(test)]
#[path = "../../../tests/src/vectors.rs"]
mod vectors;

use std::io::{self, Cursor, Read, Seek, Write};

#[cfg(fuzzing)]
#[doc(hidden)]
pub use answer::fuzz_answer;
pub use answer::{Answers, MAX_ANSWER_BYTES, Profile};
pub use code::{NotACode, code_characters, code_from_text, code_words};
pub use error::{LockError, SealError, StreamError};
pub use handfast_token::{Label, Question, SEALED_SCHEME};
pub use header::{Cost, Header, Kind, Limits, Lock, MAGIC, MAX_QUESTIONS, Questions};
pub use inner::{About, FOLDER_TYPE, FileName, MediaType};
pub use key::Credential;
pub use locked::{lock, lock_text, unlock, unlock_text};
pub use strength::{Strength, Trivial, Verdict, tries_per_second};
pub use text::{MOST_IN_TEXT, from_text, text};

use handfast_token::Secret;
use header::read_array;
use key::Keys;

const COMMITMENT_LEN: u64 = 32;

/// Seals all that `source` holds from its position on and writes the container to `sink`. The
/// source may be read twice and must not change meanwhile. For answers it takes the time
/// and memory of the header's [`Cost`].
///
/// # Errors
/// Those of source and sink. [`SealError::TooExpensive`] and [`SealError::Unsupported`] for a cost
/// or content outside the limits, [`SealError::WrongAnswerOrAltered`] for a credential that is not
/// of the header's kind.
pub fn seal(
    header: &Header,
    credential: &Credential,
    limits: &Limits,
    about: &About,
    source: impl Read + Seek + Send,
    sink: impl Write,
) -> Result<(), StreamError> {
    seal_into(header, credential, limits, about, source, |_| Ok(sink)).map(drop)
}

/// Like [`seal`], for a sink that depends on what comes: `sink` makes it from the length of the container in
/// bytes, before anything is written.
///
/// # Errors
/// As [`seal`].
pub fn seal_into<W: Write>(
    header: &Header,
    credential: &Credential,
    limits: &Limits,
    about: &About,
    mut source: impl Read + Seek + Send,
    sink: impl FnOnce(u64) -> io::Result<W>,
) -> Result<W, StreamError> {
    let keys = Keys::derive(header, credential, limits)?;
    let front = [&header.to_bytes()[..], keys.commitment.expose()].concat();
    let begin = |payload: u64| {
        let mut sink = sink(payload.saturating_add(front.len() as u64))?;
        sink.write_all(&front)?;
        Ok(sink)
    };
    let (kind, key) = (header.kind, &keys.payload);
    Ok(inner::write(kind, limits, about, &mut source, key, begin)?)
}

/// Opens the container that `source` holds to its end, and writes its content to `sink`. What is in
/// the sink is to be believed only once this returns without an error, and thrown away otherwise.
///
/// # Errors
/// Those of source and sink, and any [`SealError`].
pub fn open(
    source: impl Read + Send,
    credential: &Credential,
    limits: &Limits,
    sink: impl Write,
) -> Result<(Kind, About), StreamError> {
    let (kind, about, _) = open_into(source, credential, limits, |_, _, _| Ok(sink))?;
    Ok((kind, about))
}

/// Like [`open`], for a sink that depends on what comes: `sink` makes it from the kind, from what
/// is told about the content, and from its length in bytes.
///
/// # Errors
/// As [`open`].
pub fn open_into<W: Write>(
    mut source: impl Read + Send,
    credential: &Credential,
    limits: &Limits,
    sink: impl FnOnce(Kind, &About, u64) -> io::Result<W>,
) -> Result<(Kind, About, W), StreamError> {
    let header = Header::read(&mut source)?;
    if let Lock::Answers { cost, .. } = &header.lock {
        limits.check(cost)?;
    }
    let commitment = Secret::new(read_array(&mut source, SealError::Damaged)?);
    let keys = Keys::derive(&header, credential, limits)?;
    if keys.commitment != commitment {
        return Err(SealError::WrongAnswerOrAltered.into());
    }
    let kind = header.kind;
    let (about, mut sink) = stream::open_with(source, &keys.payload, |payload| {
        inner::read(kind, limits, payload, |about, length| {
            sink(kind, about, length)
        })
    })?;
    sink.flush().map_err(StreamError::Io)?;
    Ok((kind, about, sink))
}

/// The most bytes that the uncompressed content of a container of `length` bytes can have: what
/// can be told without opening it, padding included. None if there is no room for any container.
pub fn apparent_length(header: &Header, length: u64) -> Option<u64> {
    let front = header.to_bytes().len() as u64 + COMMITMENT_LEN;
    let inside = stream::content_len(length.checked_sub(front)?)?;
    inside.checked_sub(inner::FRONT_LEN)
}

/// [`seal`] in memory.
///
/// ```
/// use handfast_seal::{
///     About, Credential, Header, Kind, Limits, Lock, SealError, open_bytes, seal_bytes,
/// };
/// use handfast_token::{Secret, random_bytes};
///
/// let header = Header {
///     kind: Kind::File,
///     lock: Lock::Key,
///     salt: random_bytes()?,
/// };
/// let key = Credential::Key(Secret::random()?);
/// let container = seal_bytes(&header, &key, &Limits::PHONE, &About::default(), b"hello")?;
///
/// let opened = open_bytes(&container, &key, &Limits::PHONE)?;
/// assert_eq!(opened.content[..], *b"hello");
///
/// let wrong = Credential::Key(Secret::random()?);
/// let refused = open_bytes(&container, &wrong, &Limits::PHONE).err();
/// assert_eq!(refused, Some(SealError::WrongAnswerOrAltered));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`seal`].
pub fn seal_bytes(
    header: &Header,
    credential: &Credential,
    limits: &Limits,
    about: &About,
    content: &[u8],
) -> Result<Vec<u8>, SealError> {
    let mut container = Vec::new();
    let source = Cursor::new(content);
    seal(header, credential, limits, about, source, &mut container).map_err(in_memory)?;
    Ok(container)
}

/// What came out of a container in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its kind.
    pub kind: Kind,
    /// The name and type that it says it has.
    pub about: About,
    /// The content.
    pub content: Vec<u8>,
}

/// [`open`] in memory.
///
/// # Errors
/// Any [`SealError`].
pub fn open_bytes(
    container: &[u8],
    credential: &Credential,
    limits: &Limits,
) -> Result<Opened, SealError> {
    let mut content = Vec::new();
    let (kind, about) = open(container, credential, limits, &mut content).map_err(in_memory)?;
    Ok(Opened {
        kind,
        about,
        content,
    })
}

/// Reading and writing memory does not fail, so an error of input or output means that a library ran out
/// of memory.
fn in_memory(error: StreamError) -> SealError {
    match error {
        StreamError::Seal(error) => error,
        StreamError::Io(_) => SealError::TooExpensive,
    }
}

/// For fuzzing alone: opens `inside` under a key that is good, as it is and padded, which is what a
/// writer with bad intentions can send. More content than the limits allow never comes out.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn fuzz_inside(inside: &[u8], limits: &Limits) {
    let key = Credential::Key(Secret::new([1; 32]));
    for kind in [Kind::File, Kind::Invitation] {
        let header = Header {
            kind,
            lock: Lock::Key,
            salt: [2; 32],
        };
        let keys = Keys::derive(&header, &key, limits).expect("a key costs nothing");
        let mut filled = inside.to_vec();
        filled.resize(inner::padded(kind, inside.len() as u64) as usize, 0);
        for inside in [inside, &filled] {
            let mut container = [&header.to_bytes()[..], keys.commitment.expose()].concat();
            let length = inside.len() as u64;
            stream::seal(inside, length, &keys.payload, &mut container).expect("memory");
            if let Ok(opened) = open_bytes(&container, &key, limits) {
                assert!(opened.content.len() as u64 <= limits.content_bytes);
            }
        }
    }
}
