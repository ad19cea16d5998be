//! What two members say to each other about a room.
//!
//! A message is one byte of kind and its fields. There is one encoding of everything, and a parser refuses
//! any other.

use crate::chain::RoomId;
use crate::entry::Reference;
use crate::log::LogId;
use crate::malformed::{Malformed, array, end, flag, incarnation, list, sequence};
use crate::run::Run;
use crate::signing::AuthorKey;
use bytes::{Buf, Bytes};
use handfast_protocol::log::Incarnation;
use handfast_protocol::log::chain::ChainHash;
use std::fmt;

const ROOM: u8 = 1;
const HEADS: u8 = 2;
const WANT: u8 = 3;
const ENTRIES: u8 = 4;
const DONE: u8 = 5;
const ASK: u8 = 6;
const PART: u8 = 7;
const REMOVED: u8 = 8;
const NOW: u8 = 9;

/// Most rows of one message.
pub const MAX_ROWS: usize = 150;

/// Most places by which somebody says how far their version of a log goes.
pub const MAX_PLACES: usize = 66;

/// Most bytes of a body or a value in one message.
pub const MAX_PART: usize = 14_336;

/// Longest thing that is said and never stored.
pub const MAX_NOW: usize = 256;

/// Where one log ends at somebody, as it counts there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeadRow {
    /// Which log.
    pub log: LogId,
    /// How many of its entries count.
    pub sequence: u64,
    /// The hash of the last one, or what stands before the first.
    pub hash: ChainHash,
    /// The place behind it, if there are two versions of that.
    pub is_forked: bool,
}

impl HeadRow {
    const BYTES: usize = 32 + Incarnation::BYTES + 8 + 32 + 1;

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        write_log(&self.log, out);
        out.extend(self.sequence.to_le_bytes());
        out.extend(self.hash);
        out.push(u8::from(self.is_forked));
    }

    fn read(bytes: &mut Bytes) -> Result<Self, Malformed> {
        let row = Self {
            log: read_log(bytes)?,
            sequence: bytes.try_get_u64_le()?,
            hash: array(bytes)?,
            is_forked: flag(bytes)?,
        };
        match row.sequence > 0 || row.is_forked {
            true => Ok(row),
            false => Err(Malformed),
        }
    }
}

/// A body, or one value of a put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    /// Of which entry.
    pub at: Reference,
    /// The value of that operation. None: the body.
    pub operation: Option<u8>,
}

impl Piece {
    fn write(&self, out: &mut Vec<u8>) {
        self.at.write(out);
        let number = self
            .operation
            .map_or(0, |operation| u16::from(operation) + 1);
        out.extend(number.to_le_bytes());
    }

    fn read(bytes: &mut Bytes) -> Result<Self, Malformed> {
        Ok(Self {
            at: Reference::read(bytes)?,
            operation: match bytes.try_get_u16_le()? {
                0 => None,
                number => Some(u8::try_from(number - 1).map_err(|_| Malformed)?),
            },
        })
    }
}

/// One message. `Debug` shows nothing of what was written.
#[derive(Clone, PartialEq, Eq)]
pub enum Message {
    /// Which room this is about, and what stands for all rows of the sender.
    Room {
        /// The room.
        id: RoomId,
        /// Of its rows.
        digest: [u8; 32],
    },
    /// Rows of the sender, in order; `more` follow. All of them once, later those that changed.
    Heads {
        /// True for every page but the last.
        more: bool,
        /// At most 150.
        rows: Vec<HeadRow>,
    },
    /// Asks for what goes on behind the first of those places that the other side has too.
    Want {
        /// Of which log.
        log: LogId,
        /// Asks for the two versions behind the first of the places instead.
        proof: bool,
        /// Places and hashes, the last first.
        places: Vec<(u64, ChainHash)>,
    },
    /// Entries in a row.
    Entries(Run),
    /// That is what was wanted of this log, or as much of it as comes at once.
    Done(LogId),
    /// Asks for a body or a value, from that byte on.
    Ask {
        /// Which.
        piece: Piece,
        /// The first byte.
        offset: u32,
    },
    /// So many bytes of it. None: it is not held here, or not for the other side.
    Part {
        /// Of what.
        piece: Piece,
        /// The first byte.
        offset: u32,
        /// What hides it in its commitment.
        blind: [u8; 16],
        /// The bytes.
        bytes: Bytes,
    },
    /// The other side was removed: the one entry that says so.
    Removed(Run),
    /// Something of this moment, which is never stored.
    Now(Bytes),
}

impl Message {
    /// As a frame's body.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Room { id, digest } => {
                out.push(ROOM);
                out.extend(id.0);
                out.extend(digest);
            }
            Self::Heads { more, rows } => {
                out.extend([HEADS, u8::from(*more), rows.len() as u8]);
                for row in rows {
                    row.write(&mut out);
                }
            }
            Self::Want { log, proof, places } => {
                out.push(WANT);
                write_log(log, &mut out);
                out.extend([u8::from(*proof), places.len() as u8]);
                for (place, hash) in places {
                    out.extend(place.to_le_bytes());
                    out.extend(hash);
                }
            }
            Self::Entries(run) => {
                out.push(ENTRIES);
                out.extend(run.to_bytes());
            }
            Self::Done(log) => {
                out.push(DONE);
                write_log(log, &mut out);
            }
            Self::Ask { piece, offset } => {
                out.push(ASK);
                piece.write(&mut out);
                out.extend(offset.to_le_bytes());
            }
            Self::Part {
                piece,
                offset,
                blind,
                bytes,
            } => {
                out.push(PART);
                piece.write(&mut out);
                out.extend(offset.to_le_bytes());
                out.extend(blind);
                out.extend_from_slice(bytes);
            }
            Self::Removed(run) => {
                out.push(REMOVED);
                out.extend(run.to_bytes());
            }
            Self::Now(bytes) => {
                out.push(NOW);
                out.extend_from_slice(bytes);
            }
        }
        out
    }

    /// Reads one.
    ///
    /// # Errors
    /// When it is cut, too long, or nothing that a member says.
    pub fn parse(mut bytes: Bytes) -> Result<Self, Malformed> {
        let message = match bytes.try_get_u8()? {
            ROOM => Self::Room {
                id: RoomId(array(&mut bytes)?),
                digest: array(&mut bytes)?,
            },
            HEADS => Self::Heads {
                more: flag(&mut bytes)?,
                rows: read_rows(&mut bytes)?,
            },
            WANT => Self::Want {
                log: read_log(&mut bytes)?,
                proof: flag(&mut bytes)?,
                places: read_places(&mut bytes)?,
            },
            ENTRIES => return Run::parse(bytes).map(Self::Entries),
            DONE => Self::Done(read_log(&mut bytes)?),
            ASK => Self::Ask {
                piece: Piece::read(&mut bytes)?,
                offset: bytes.try_get_u32_le()?,
            },
            PART => {
                let (piece, offset) = (Piece::read(&mut bytes)?, bytes.try_get_u32_le()?);
                let blind = array(&mut bytes)?;
                if bytes.len() > MAX_PART {
                    return Err(Malformed);
                }
                return Ok(Self::Part {
                    piece,
                    offset,
                    blind,
                    bytes,
                });
            }
            REMOVED => {
                let run = Run::parse(bytes)?;
                return match run.entries.len() {
                    1 => Ok(Self::Removed(run)),
                    _ => Err(Malformed),
                };
            }
            NOW if bytes.len() <= MAX_NOW => return Ok(Self::Now(bytes)),
            _ => return Err(Malformed),
        };
        end(&bytes)?;
        Ok(message)
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Room { id, .. } => write!(f, "Room({id:?})"),
            Self::Heads { more, rows } => write!(f, "Heads({more}, {rows:?})"),
            Self::Want { log, proof, places } => write!(f, "Want({log:?}, {proof}, {places:?})"),
            Self::Entries(run) => write!(f, "Entries({run:?})"),
            Self::Done(log) => write!(f, "Done({log:?})"),
            Self::Ask { piece, offset } => write!(f, "Ask({piece:?}, {offset})"),
            Self::Part { piece, bytes, .. } => write!(f, "Part({piece:?}, {} bytes)", bytes.len()),
            Self::Removed(_) => f.write_str("Removed"),
            Self::Now(bytes) => write!(f, "Now({} bytes)", bytes.len()),
        }
    }
}

fn write_log(log: &LogId, out: &mut Vec<u8>) {
    out.extend(log.author.0);
    out.extend(log.incarnation.to_bytes());
}

fn read_log(bytes: &mut Bytes) -> Result<LogId, Malformed> {
    Ok(LogId {
        author: AuthorKey(array(bytes)?),
        incarnation: incarnation(bytes)?,
    })
}

fn read_rows(bytes: &mut Bytes) -> Result<Vec<HeadRow>, Malformed> {
    let is_before = |one: &HeadRow, next: &HeadRow| one.log < next.log;
    list(bytes, MAX_ROWS, HeadRow::BYTES, HeadRow::read, is_before)
}

fn read_places(bytes: &mut Bytes) -> Result<Vec<(u64, ChainHash)>, Malformed> {
    let place = |bytes: &mut Bytes| Ok((sequence(bytes)?, array(bytes)?));
    let is_before = |one: &(u64, ChainHash), next: &(u64, ChainHash)| one.0 > next.0;
    list(bytes, MAX_PLACES, 8 + 32, place, is_before)
}
