//! One entry of a member's log as bytes: a header that stays, and a body that can be erased.
//!
//! The chain and the body's commitment are those of a conversation of two
//! ([`handfast_protocol::log`]); what differs is what an entry is about, its clock, and that it is signed.

use crate::clock::HybridClock;
use crate::malformed::{Malformed, array, incarnation, sequence, take};
use crate::signing::AuthorKey;
use bytes::{Buf, Bytes};
use handfast_protocol::log::chain::{Blind, ChainHash, body_commitment};
use handfast_protocol::log::{Incarnation, Kind, Life, MAX_ENTRY_BODY};
use handfast_token::Secret;
use std::fmt;

const VERSION: u8 = 1;

/// Longest body of an entry that says who is a member, and longest index of a put: both always travel
/// with their entry, in one frame.
pub const MAX_STRUCTURE: usize = 12_288;

/// Bytes of a header that is about nothing.
const HEADER: usize = 39;

/// Most bytes of a header.
pub(crate) const MAX_HEADER: usize = HEADER + Reference::BYTES;

/// The kinds that a room adds to those of a conversation.
pub mod kind {
    use handfast_protocol::log::Kind;

    /// The room begins.
    pub const FOUND: Kind = Kind(16);
    /// Somebody is let in.
    pub const ADD: Kind = Kind(17);
    /// Somebody is removed.
    pub const REMOVE: Kind = Kind(18);
    /// Its author leaves.
    pub const LEAVE: Kind = Kind(19);
    /// Somebody may write more.
    pub const ALLOW: Kind = Kind(20);
    /// What somebody else wrote is taken back.
    pub const WITHDRAW_OTHERS: Kind = Kind(21);
    /// Somebody may add and moderate, or no longer.
    pub const KEEPER: Kind = Kind(22);
    /// Which version of a log the founder's device holds.
    pub const PIN: Kind = Kind(23);
    /// Advice to move to another room.
    pub const ADVICE: Kind = Kind(24);
    /// Values are put into the graph, and paths cleared.
    pub const PUT: Kind = Kind(34);

    /// True for those that say who may do what. They act at once and raise no clock.
    pub fn is_membership(kind: Kind) -> bool {
        (FOUND..=PIN).contains(&kind)
    }

    /// True if what an entry does is known only with its body, which therefore always travels with it and
    /// stays for good.
    pub fn is_structure(kind: Kind) -> bool {
        is_membership(kind) || kind == PUT
    }

    /// True for what people say: it may disappear by itself.
    pub fn is_said(kind: Kind) -> bool {
        matches!(kind.0, 1 | 2 | 3 | 5 | 6)
    }
}

/// One version of one place in one log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Who wrote it.
    pub author: AuthorKey,
    /// Where.
    pub point: Point,
}

impl Reference {
    /// Length of its encoding.
    pub const BYTES: usize = 32 + Point::BYTES;

    /// `author 32 | incarnation 12 | sequence u64 | hash 32`
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.author.0);
        self.point.write(out);
    }

    pub(crate) fn read(bytes: &mut Bytes) -> Result<Self, Malformed> {
        Ok(Self {
            author: AuthorKey(array(bytes)?),
            point: Point::read(bytes)?,
        })
    }
}

/// A version of a place in a log whose author is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// In which incarnation.
    pub incarnation: Incarnation,
    /// At which place of it, from 1.
    pub sequence: u64,
    /// Which version of it.
    pub hash: ChainHash,
}

impl Point {
    /// Length of its encoding.
    pub const BYTES: usize = Incarnation::BYTES + 8 + 32;

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.incarnation.to_bytes());
        out.extend(self.sequence.to_le_bytes());
        out.extend(self.hash);
    }

    pub(crate) fn read(bytes: &mut Bytes) -> Result<Self, Malformed> {
        Ok(Self {
            incarnation: incarnation(bytes)?,
            sequence: sequence(bytes)?,
            hash: array(bytes)?,
        })
    }
}

/// What stays of an entry for good, and what its hash covers beside the body's commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What it is.
    pub kind: Kind,
    /// In which incarnation of its author's log it stands.
    pub incarnation: Incarnation,
    /// At which place of it, from 1.
    pub sequence: u64,
    /// When it was written.
    pub clock: HybridClock,
    /// How long what it says lasts. None: for good.
    pub life: Option<Life>,
    /// What it is about.
    pub about: Option<Reference>,
    /// Bytes of the body, also once it is erased.
    pub body_length: u32,
}

impl Header {
    /// The bytes that the hash covers:
    /// `version | kind | incarnation 12 | sequence u64 | clock u64 | life u32 | 0/1 [reference] | length u32`
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(MAX_HEADER);
        out.extend([VERSION, self.kind.0]);
        out.extend(self.incarnation.to_bytes());
        out.extend(self.sequence.to_le_bytes());
        out.extend(self.clock.0.to_le_bytes());
        out.extend(self.life.map_or(0, Life::seconds).to_le_bytes());
        out.push(u8::from(self.about.is_some()));
        if let Some(about) = &self.about {
            about.write(&mut out);
        }
        out.extend(self.body_length.to_le_bytes());
        out
    }

    /// Reads one from the front of `bytes`.
    ///
    /// # Errors
    /// When it is cut, of another version, or nothing that an author writes.
    pub fn read(bytes: &mut Bytes) -> Result<Self, Malformed> {
        if bytes.try_get_u8()? != VERSION {
            return Err(Malformed);
        }
        let header = Self {
            kind: Kind(bytes.try_get_u8()?),
            incarnation: incarnation(bytes)?,
            sequence: sequence(bytes)?,
            clock: HybridClock(bytes.try_get_u64_le()?),
            life: match bytes.try_get_u32_le()? {
                0 => None,
                seconds => Some(Life::new(seconds).ok_or(Malformed)?),
            },
            about: match bytes.try_get_u8()? {
                0 => None,
                1 => Some(Reference::read(bytes)?),
                _ => return Err(Malformed),
            },
            body_length: bytes.try_get_u32_le()?,
        };
        match header.is_well_formed() {
            true => Ok(header),
            false => Err(Malformed),
        }
    }

    /// True if an author writes such a header.
    pub(crate) fn is_well_formed(&self) -> bool {
        let begins = matches!(self.kind, Kind::FIRST | kind::FOUND);
        let most = match kind::is_structure(self.kind) {
            true => MAX_STRUCTURE,
            false => MAX_ENTRY_BODY,
        };
        self.kind.0 > 0
            && begins == (self.sequence == 1)
            && (self.life.is_none() || kind::is_said(self.kind))
            && self.body_length as usize <= most
    }
}

/// What stands behind a header.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// The body, and what hides it in its commitment.
    Whole {
        /// 16 random bytes.
        blind: Blind,
        /// The body as bytes.
        body: Bytes,
    },
    /// Body and blind are not here: they have not come yet, or are erased.
    Absent {
        /// What the hash covers in place of the body.
        commitment: ChainHash,
    },
}

/// One entry. Neither its body nor its blind shows in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// What stays.
    pub header: Header,
    /// What can be erased.
    pub content: Content,
}

impl Entry {
    /// Commits to the body: what the hash covers in its place.
    pub fn commitment(&self) -> ChainHash {
        match &self.content {
            Content::Whole { blind, body } => body_commitment(blind, body),
            Content::Absent { commitment } => *commitment,
        }
    }

    /// The body, if it is here.
    pub fn body(&self) -> Option<&Bytes> {
        match &self.content {
            Content::Whole { body, .. } => Some(body),
            Content::Absent { .. } => None,
        }
    }

    /// The same without body and blind. The commitment stands in their place.
    #[must_use]
    pub fn without_body(&self) -> Self {
        Self {
            header: self.header,
            content: Content::Absent {
                commitment: self.commitment(),
            },
        }
    }

    /// `header | 0, commitment 32, or 1, blind 16, body`
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.header.to_bytes());
        match &self.content {
            Content::Absent { commitment } => {
                out.push(0);
                out.extend(commitment);
            }
            Content::Whole { blind, body } => {
                out.push(1);
                out.extend(blind.expose());
                out.extend_from_slice(body);
            }
        }
    }

    /// Bytes of its encoding.
    pub(crate) fn length(&self) -> usize {
        let header = HEADER + self.header.about.map_or(0, |_| Reference::BYTES);
        let content = match &self.content {
            Content::Whole { body, .. } => 16 + body.len(),
            Content::Absent { .. } => 32,
        };
        header + 1 + content
    }

    pub(crate) fn read(bytes: &mut Bytes) -> Result<Self, Malformed> {
        let header = Header::read(bytes)?;
        let content = match bytes.try_get_u8()? {
            0 if !kind::is_structure(header.kind) => Content::Absent {
                commitment: array(bytes)?,
            },
            1 => Content::Whole {
                blind: Secret::new(array(bytes)?),
                body: take(bytes, header.body_length as usize)?,
            },
            _ => return Err(Malformed),
        };
        Ok(Self { header, content })
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("header", &self.header)
            .field("is_whole", &self.body().is_some())
            .finish_non_exhaustive()
    }
}
