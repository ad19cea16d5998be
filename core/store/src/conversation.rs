//! Conversations as they are kept: entries, where each log ends, what was read, and what is being typed.
//!
//! What an entry means is for whoever writes it. Here it is two pieces of bytes, sealed apart so that the
//! second can be erased, beside its place: that is in the clear, so that a conversation can be read from
//! its end without being opened as a whole.

mod query;
pub(crate) mod state;
#[cfg(test)]
#[cfg(feature = "sqlite")]
mod tests;

pub use query::Query;

use super::StoreError;
use super::record::{Plain, Reader, Writer};
use handfast_protocol::handshake::PublicKey;
use std::cmp::Ordering;

/// The most bytes of what stays of an entry.
pub const MAX_HEAD: usize = 512;

/// The most bytes of what can be erased of one.
pub const MAX_BODY: usize = 16 + 65_536;

/// The most bytes of what is being typed.
pub const MAX_DRAFT: usize = 65_536;

/// The most bytes of a ledger's own marks.
pub const MAX_LEDGER: usize = 64;

const VERSION: u8 = 1;

/// One line of one log: whose it is, in which incarnation, and 0 or the number of a fork beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// The key of whoever writes the log.
    pub author: PublicKey,
    /// The number of the incarnation.
    pub counter: u32,
    /// What tells it from others of that number.
    pub random: [u8; 8],
    /// 0, or the number of the line beside it.
    pub line: u8,
}

/// Where an entry stands. The order is that of every screen, except that versions of one entry follow one
/// another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its Lamport time.
    pub lamport: u64,
    /// Its log.
    pub log: LogLine,
    /// Its number in the log.
    pub sequence: u64,
}

/// An entry as it is kept. `Debug` shows its place alone.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptEntry {
    /// Where it stands.
    pub place: Place,
    /// Its hash.
    pub hash: [u8; 32],
    /// The time that is shown, in milliseconds since 1970-01-01 UTC.
    pub shown: u64,
    /// What stays of it, at most [`MAX_HEAD`] bytes.
    pub head: Vec<u8>,
    /// What can be erased, at most [`MAX_BODY`] bytes; None if it is.
    pub body: Option<Vec<u8>>,
}

/// What is left of an entry that does not open any more: something else than this program has changed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this entry is damaged")]
pub struct DamagedEntry(pub Place);

/// Where a line of a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEnd {
    /// Which line of which log.
    pub log: LogLine,
    /// The number of its last entry.
    pub sequence: u64,
    /// The hash of that.
    pub hash: [u8; 32],
    /// Its Lamport time.
    pub lamport: u64,
    /// The time that is shown there, in milliseconds since 1970-01-01 UTC.
    pub shown: u64,
    /// Up to where the other side has said to hold it; 0 if nowhere.
    pub delivered: u64,
    /// The number of the first entry that is kept: that with which the line begins, or the next one after
    /// the conversation was erased.
    pub first: u64,
}

/// What a step of a search came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Searched {
    /// What was wanted, the last first.
    pub found: Vec<KeptEntry>,
    /// Where to go on, towards the beginning; None if that is reached.
    pub next: Option<Place>,
}

impl LogLine {
    /// Bytes of [`Self::write`].
    pub(crate) const BYTES: usize = 32 + 4 + 8 + 1;

    pub(crate) fn write(self, writer: Writer) -> Writer {
        writer
            .raw(&self.author.0)
            .u32(self.counter)
            .raw(&self.random)
            .byte(self.line)
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            author: PublicKey(reader.array()?),
            counter: reader.u32()?,
            random: reader.array()?,
            line: reader.byte()?,
        })
    }

    /// The one name of it: its bytes.
    pub(crate) fn name(self) -> Plain {
        self.write(Writer::new(VERSION, 1 + Self::BYTES)).finish()
    }

    /// Both are of the same log.
    pub(crate) fn is_beside(self, other: Self) -> bool {
        let line = other.line;
        Self { line, ..self } == other
    }
}

impl Place {
    pub(crate) const BYTES: usize = 8 + LogLine::BYTES + 8;

    pub(crate) fn write(self, writer: Writer) -> Writer {
        self.log.write(writer.u64(self.lamport)).u64(self.sequence)
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            lamport: reader.u64()?,
            log: LogLine::read(reader)?,
            sequence: reader.u64()?,
        })
    }
}

impl Ord for Place {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = |place: &Self| {
            let log = place.log;
            let incarnation = (log.counter, log.random);
            let author = log.author.0;
            (place.lamport, author, incarnation, place.sequence, log.line)
        };
        order(self).cmp(&order(other))
    }
}

impl PartialOrd for Place {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl KeptEntry {
    /// `version 1 | hash 32 | shown u64 | what stays`
    pub(crate) fn head_to_bytes(&self) -> Result<Plain, StoreError> {
        if self.head.len() > MAX_HEAD {
            return Err(StoreError::TooLong);
        }
        let writer = Writer::new(VERSION, 1 + 32 + 8 + self.head.len());
        let writer = writer.raw(&self.hash).u64(self.shown);
        Ok(writer.raw(&self.head).finish())
    }

    /// What was written at this place, without what can be erased.
    pub(crate) fn parse_head(place: Place, bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(VERSION)?;
        let (hash, shown) = (reader.array()?, reader.u64()?);
        let head = reader.rest(MAX_HEAD)?.to_vec();
        let body = None;
        Ok(Self {
            place,
            hash,
            shown,
            head,
            body,
        })
    }

    /// Where a line ends that begins and ends with this.
    pub(crate) fn end(&self) -> LogEnd {
        LogEnd {
            log: self.place.log,
            sequence: self.place.sequence,
            hash: self.hash,
            lamport: self.place.lamport,
            shown: self.shown,
            delivered: 0,
            first: self.place.sequence,
        }
    }

    /// Where a line ends that begins with this, before it does: a line of which nothing is kept yet.
    ///
    /// # Errors
    /// [`StoreError::Internal`] if no line begins with it.
    pub(crate) fn beginning(
        &self,
        is_there: impl FnOnce(LogLine) -> Result<bool, StoreError>,
    ) -> Result<LogEnd, StoreError> {
        let log = self.place.log;
        // What stood before it may not have been kept.
        let begins = match log.line.checked_sub(1) {
            None => self.place.sequence == 1,
            Some(line) => is_there(LogLine { line, ..log })?,
        };
        match begins {
            true => Ok(LogEnd {
                sequence: self.place.sequence.saturating_sub(1),
                lamport: 0,
                ..self.end()
            }),
            false => Err(StoreError::internal("an entry with which no line begins")),
        }
    }
}

impl std::fmt::Debug for KeptEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptEntry")
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl LogEnd {
    /// `version 1 | author 32 | counter u32 | random 8 | line u8 | sequence u64 | hash 32 | lamport u64 |
    /// shown u64 | delivered u64 | first u64`: always as long, so that it is replaced where it lies.
    pub(crate) fn to_bytes(self) -> Plain {
        let writer = Writer::new(VERSION, 1 + LogLine::BYTES + 5 * 8 + 32);
        let writer = self.log.write(writer).u64(self.sequence).raw(&self.hash);
        let writer = writer.u64(self.lamport).u64(self.shown);
        writer.u64(self.delivered).u64(self.first).finish()
    }

    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(VERSION)?;
        let end = Self {
            log: LogLine::read(&mut reader)?,
            sequence: reader.u64()?,
            hash: reader.array()?,
            lamport: reader.u64()?,
            shown: reader.u64()?,
            delivered: reader.u64()?,
            first: reader.u64()?,
        };
        reader.finish()?;
        Ok(end)
    }

    /// Where the line ends once this entry is at its end; None if the entry stood there before.
    ///
    /// # Errors
    /// [`StoreError::Internal`] for an entry that is not the next one.
    pub(crate) fn with(self, entry: &KeptEntry) -> Result<Option<Self>, StoreError> {
        let place = entry.place;
        if self.sequence >= place.sequence {
            return Ok(None);
        }
        if self.sequence + 1 < place.sequence || self.lamport >= place.lamport {
            return Err(StoreError::internal(
                "an entry that is not the next of its line",
            ));
        }
        Ok(Some(Self {
            delivered: self.delivered,
            first: self.first,
            ..entry.end()
        }))
    }

    /// It is of a line of this log of which something is kept.
    pub(crate) fn is_kept_of(&self, log: LogLine) -> bool {
        self.log.is_beside(log) && self.first <= self.sequence
    }

    /// The first number from `from` on, and the last one, that lines of one log have, which end here.
    pub(crate) fn numbers(
        ends: impl Iterator<Item = Self> + Clone,
        from: u64,
    ) -> Option<(u64, u64)> {
        let first = ends.clone().map(|end| end.first).min()?;
        let last = ends.map(|end| end.sequence).max()?;
        Some((first.max(from), last))
    }
}
