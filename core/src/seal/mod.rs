//! Locking anything with a question and an answer, or with a key: the sealed container.
//!
//! A container opens for whoever knows the answers and for nobody who changed a byte of it. This
//! room reads and writes what it is given and nothing else: it opens no file, reads no clock, and
//! takes its randomness and its [`Limits`] as arguments. It judges no answer's strength, and nothing
//! counts the guesses of somebody who holds a container: answers worth guessing need a code of the
//! second channel beside them.
//!
//! - [`seal`] and [`open`] stream; the caller writes to a temporary file and renames it after success.
//!   [`seal_bytes`] and [`open_bytes`] are the same for small things in memory.
//! - [`Header::parse`] tells what a container asks, before anything is spent on it.
//! - [`Credential`] is what opens it: a key, or [`Answers`], normalised.
//! - [`lock`] and [`unlock`] are the same for an invitation.
//! - [`text()`] and [`from_text`] are the form for messengers.

mod answer;
mod error;
mod header;
mod inner;
mod key;
mod locked;
mod stream;
#[cfg(test)]
mod tests;
mod text;

use std::io::{Cursor, Read, Seek, Write};

pub use crate::invitation::{Label, Question, SEALED_SCHEME};
pub use answer::{Answers, MAX_ANSWER_BYTES};
pub use error::{LockError, SealError, StreamError};
pub use header::{Cost, Header, Kind, Limits, Lock, MAGIC, MAX_QUESTIONS, Questions};
pub use inner::{About, FileName, MediaType};
pub use key::Credential;
pub use locked::{lock, unlock};
pub use text::{from_text, text};

use crate::crypto::Secret;
use header::read_array;
use key::Keys;
use stream::{OpenReader, SealWriter};

/// Seals all that `source` holds from its position on and writes the container to `sink`. The
/// source is read twice or three times and must not change meanwhile. For answers it takes the time
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
    mut source: impl Read + Seek,
    mut sink: impl Write,
) -> Result<(), StreamError> {
    let keys = Keys::derive(header, credential, limits)?;
    sink.write_all(&header.to_bytes())
        .map_err(StreamError::Io)?;
    sink.write_all(keys.commitment.expose())
        .map_err(StreamError::Io)?;
    let mut payload = SealWriter::new(sink, &keys.payload);
    inner::write(header.kind, limits, about, &mut source, &mut payload)?;
    payload.finish()?;
    Ok(())
}

/// Opens the container that `source` holds to its end, and writes its content to `sink`. What is in
/// the sink is to be believed only once this returns without an error, and thrown away otherwise.
///
/// # Errors
/// Those of source and sink, and any [`SealError`].
pub fn open(
    mut source: impl Read,
    credential: &Credential,
    limits: &Limits,
    mut sink: impl Write,
) -> Result<(Kind, About), StreamError> {
    let header = Header::read(&mut source)?;
    if let Lock::Answers { cost, .. } = &header.lock {
        limits.check(cost)?;
    }
    let commitment = Secret::new(read_array(&mut source, SealError::Damaged)?);
    let keys = Keys::derive(&header, credential, limits)?;
    if keys.commitment != commitment {
        return Err(SealError::WrongAnswerOrAltered.into());
    }
    let payload = OpenReader::new(source, &keys.payload);
    let about = inner::read(header.kind, limits, payload, &mut sink)?;
    sink.flush().map_err(StreamError::Io)?;
    Ok((header.kind, about))
}

/// [`seal`] in memory.
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
    /// What it is.
    pub kind: Kind,
    /// What is told about it.
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

/// Memory does not fail like a disk; what is left is a library that ran out of it.
fn in_memory(error: StreamError) -> SealError {
    match error {
        StreamError::Seal(error) => error,
        StreamError::Io(_) => SealError::TooExpensive,
    }
}
