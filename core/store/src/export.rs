//! What a device takes along to another one: who it is, whom it knows and how to meet them, and what was said
//! if that is wanted. What waits for somebody is not in it: two devices would answer.
//!
//! It travels in a sealed container of the kind [`Kind::DeviceState`], under a key or a code of the second
//! channel. An answer may stand beside the code and never alone: whoever opens it is this person.

use super::StoreError;
use super::contacts::{Contact, Refused};
use super::conversation::{KeptEntry, MAX_BODY, Place};
use super::lives::LifeMark;
use super::record::{Plain, Reader, Writer};
use handfast_protocol::handshake::PublicKey;
use handfast_seal::{
    About, Credential, Header, Kind, Limits, Lock, SealError, StreamError, open_into, seal,
};
use handfast_token::Secret;
use std::io::{Cursor, Read, Write};
use zeroize::Zeroizing;

const VERSION: u8 = 1;

/// What a record in it is.
const CONTACT: u8 = 1;
const REFUSED: u8 = 2;
const ENTRY: u8 = 3;
const LIFE: u8 = 4;

/// The most bytes of a record.
const MAX_RECORD: usize = 128 << 10;

/// The most bytes of all records: what a phone opens. The memory for them is taken at once.
const MAX_CONTENT: u64 = Limits::PHONE.content_bytes;

/// See the module text. `Debug` shows no more than how much there is.
#[derive(Clone, PartialEq, Eq)]
pub struct Export {
    /// The long-term private key.
    pub identity: Secret<32>,
    /// Who was met.
    pub contacts: Vec<Contact>,
    /// Who is not to be met again.
    pub refused: Vec<Refused>,
    /// What was said, with whom; of each log in the order of its numbers.
    pub entries: Vec<(PublicKey, KeptEntry)>,
    /// How long some of that lasts: what has run out meanwhile is erased before anything is shown.
    pub lives: Vec<(PublicKey, LifeMark)>,
}

/// Why an export is not written, or not taken.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It would be, or is, sealed under an answer alone, which can be guessed.
    #[error("this is sealed under an answer alone: make another export, under a code or a key")]
    AnswerAlone,
    /// It is a container of another kind.
    #[error("this is no export of a device: choose another file")]
    NotAnExport,
    /// There is a device here already.
    #[error("there is a device here already: choose another folder")]
    Occupied,
    /// It cannot be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It cannot be read or written.
    #[error("the file cannot be read or written: {0}")]
    Io(std::io::Error),
    /// What is in it cannot be read, or not be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<StreamError> for ExportError {
    fn from(error: StreamError) -> Self {
        match error {
            StreamError::Seal(error) => Self::Seal(error),
            StreamError::Io(error) => Self::Io(error),
        }
    }
}

impl Export {
    /// Seals it under what the lock says, and writes it to `sink`. `salt` is random, and fresh each time.
    ///
    /// # Errors
    /// [`ExportError::AnswerAlone`] for a lock of answers without a code, and whatever else hinders it.
    pub fn seal(
        &self,
        lock: Lock,
        salt: [u8; 32],
        credential: &Credential,
        limits: &Limits,
        sink: impl Write,
    ) -> Result<(), ExportError> {
        let header = Header {
            kind: Kind::DeviceState,
            lock,
            salt,
        };
        Self::check(&header)?;
        let content = self.to_bytes()?;
        let content = Cursor::new(&content[..]);
        Ok(seal(
            &header,
            credential,
            &bounded(limits),
            &About::default(),
            content,
            sink,
        )?)
    }

    /// Whether a container that begins like this may be taken for a device. To be asked before anybody is asked
    /// for an answer.
    ///
    /// # Errors
    /// [`ExportError::NotAnExport`] or [`ExportError::AnswerAlone`].
    pub fn check(header: &Header) -> Result<(), ExportError> {
        match (header.kind, &header.lock) {
            (Kind::Invitation | Kind::Reply | Kind::File, _) => Err(ExportError::NotAnExport),
            (
                Kind::DeviceState,
                Lock::Answers {
                    with_code: false, ..
                },
            ) => Err(ExportError::AnswerAlone),
            (Kind::DeviceState, Lock::Answers { .. } | Lock::Key) => Ok(()),
        }
    }

    /// Opens a container from its beginning.
    ///
    /// # Errors
    /// Whatever hinders it; see [`ExportError`].
    pub fn open(
        mut container: impl Read + Send,
        credential: &Credential,
        limits: &Limits,
    ) -> Result<Self, ExportError> {
        let header = Header::read(&mut container)?;
        Self::check(&header)?;
        let front = Cursor::new(header.to_bytes());
        let mut content = Zeroizing::new(Vec::new());
        open_into(
            front.chain(container),
            credential,
            &bounded(limits),
            |_, _, length| {
                // Enough from the start, so that no copy is left behind by growing.
                content.reserve_exact(length.try_into().map_err(std::io::Error::other)?);
                Ok(&mut *content)
            },
        )?;
        Ok(Self::parse(&content)?)
    }

    /// `version 1 | private key 32 | (kind u8 | length u32 | record)*`: contacts, then those who are refused,
    /// then entries as `version 1 | key of the contact 32 | place 61 | head u16, head as it is kept | 0/1, body
    /// u32, body`, then how long things last as it is kept.
    fn to_bytes(&self) -> Result<Plain, StoreError> {
        let mut records = Vec::new();
        for contact in &self.contacts {
            records.push((CONTACT, contact.to_bytes()?));
        }
        for refused in &self.refused {
            records.push((REFUSED, refused.to_bytes()?));
        }
        for (with, entry) in &self.entries {
            records.push((ENTRY, entry_to_bytes(*with, entry)?));
        }
        for (with, mark) in &self.lives {
            records.push((LIFE, mark.to_bytes(*with)?));
        }
        let length: usize = records.iter().map(|(_, record)| 5 + record.len()).sum();
        let writer = Writer::new(VERSION, 33 + length).raw(self.identity.expose());
        let written = records.iter().fold(writer, |writer, (kind, record)| {
            let writer = writer.byte(*kind).u32(record.len() as u32);
            writer.raw(record)
        });
        Ok(written.finish())
    }

    fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(VERSION)?;
        let mut export = Self {
            identity: reader.secret()?,
            contacts: Vec::new(),
            refused: Vec::new(),
            entries: Vec::new(),
            lives: Vec::new(),
        };
        let mut last = CONTACT;
        while !reader.is_empty() {
            let kind = reader.byte()?;
            let record = reader.long_bytes(MAX_RECORD)?;
            match kind {
                _ if kind < last => return Err(StoreError::Damaged),
                CONTACT => export.contacts.push(Contact::parse(record)?),
                REFUSED => export.refused.push(Refused::parse(record)?),
                ENTRY => export.entries.push(entry_from_bytes(record)?),
                LIFE => export.lives.push(LifeMark::parse(record)?),
                // A later version, which knows what this one would lose.
                _ => return Err(StoreError::Newer),
            }
            last = kind;
        }
        Ok(export)
    }
}

/// What may be spent on an export.
fn bounded(limits: &Limits) -> Limits {
    Limits {
        content_bytes: limits.content_bytes.min(MAX_CONTENT),
        ..limits.clone()
    }
}

fn entry_to_bytes(with: PublicKey, entry: &KeptEntry) -> Result<Plain, StoreError> {
    let head = entry.head_to_bytes()?;
    let length = entry.body.as_ref().map_or(0, Vec::len);
    let room = 1 + 32 + Place::BYTES + 2 + head.len() + 5 + length;
    let writer = Writer::new(VERSION, room).raw(&with.0);
    let writer = entry.place.write(writer).bytes(&head, head.len())?;
    let writer = writer.optional(entry.body.as_ref(), |writer, body| match body.len() {
        length if length > MAX_BODY => Err(StoreError::TooLong),
        length => Ok(writer.u32(length as u32).raw(body)),
    })?;
    Ok(writer.finish())
}

fn entry_from_bytes(bytes: &[u8]) -> Result<(PublicKey, KeptEntry), StoreError> {
    let mut reader = Reader::new(bytes);
    reader.version(VERSION)?;
    let with = PublicKey(reader.array()?);
    let place = Place::read(&mut reader)?;
    let head = reader.bytes(MAX_RECORD)?;
    let mut entry = KeptEntry::parse_head(place, head)?;
    entry.body = reader.optional(|reader| Ok(reader.long_bytes(MAX_BODY)?.to_vec()))?;
    reader.finish()?;
    Ok((with, entry))
}

impl std::fmt::Debug for Export {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Export")
            .field("contacts", &self.contacts.len())
            .field("refused", &self.refused.len())
            .field("entries", &self.entries.len())
            .finish_non_exhaustive()
    }
}

/// For fuzzing alone: reads what somebody may have sealed, who has the key.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn fuzz_export(bytes: &[u8]) {
    if let Ok(export) = Export::parse(bytes) {
        let written = export
            .to_bytes()
            .expect("what was read is within its limits");
        assert_eq!(Export::parse(&written), Ok(export));
    }
}

#[cfg(test)]
#[cfg(feature = "sqlite")]
mod tests;
