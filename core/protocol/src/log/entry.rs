//! One entry of a log as bytes: a header that stays, and a body that can be erased.
//!
//! There is one encoding of everything, and a parser refuses any other. The header is read strictly,
//! because order and hashes follow from it; what a body means is read apart
//! ([`Body`](super::Body)), as an entry that a later version wrote has to be kept and passed on all the
//! same.

use super::chain::{Blind, ChainHash, OwnTag, body_commitment};
use bytes::{Buf, Bytes};
use handfast_token::Secret;
use std::fmt;

/// The version that an entry begins with.
const VERSION: u8 = 1;

/// Longest body in bytes.
pub const MAX_ENTRY_BODY: usize = 65_536;

/// Bytes of a header without and with a reply-to.
const HEADER: usize = 47;
const MAX_HEADER: usize = HEADER + ReplyTo::BYTES;

/// Most bytes of an entry.
pub const MAX_ENTRY: usize = MAX_HEADER + 1 + 16 + MAX_ENTRY_BODY + 16;

/// One of the stretches in which somebody writes their log. A device that came back from a copy does not
/// know what it had written since, so it begins a new one and never writes one place twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Incarnation {
    /// One more than in those that its writer knew.
    pub counter: u32,
    /// Tells two apart that were begun without knowing of each other.
    pub random: [u8; 8],
}

impl Incarnation {
    /// Length of [`Self::to_bytes`].
    pub const BYTES: usize = 12;

    /// The inverse of [`Self::to_bytes`].
    pub fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        let [a, b, c, d, random @ ..] = bytes;
        Self {
            counter: u32::from_le_bytes([a, b, c, d]),
            random,
        }
    }

    /// `counter u32 | random 8`
    pub fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..4].copy_from_slice(&self.counter.to_le_bytes());
        bytes[4..].copy_from_slice(&self.random);
        bytes
    }

    pub(super) fn read(bytes: &mut Bytes) -> Result<Self, BadEntry> {
        Ok(Self {
            counter: bytes.try_get_u32_le()?,
            random: array(bytes)?,
        })
    }
}

/// How long what is said lasts once it was read, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Life(u32);

impl Life {
    /// A minute.
    pub const SHORTEST: Self = Self(60);
    /// 365 days.
    pub const LONGEST: Self = Self(365 * 86_400);

    /// So many seconds, unless that is shorter than a minute or longer than 365 days.
    pub fn new(seconds: u32) -> Option<Self> {
        let life = Self(seconds);
        (Self::SHORTEST..=Self::LONGEST)
            .contains(&life)
            .then_some(life)
    }

    /// In seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }

    /// `seconds u32`, zeros for none.
    pub(super) fn to_bytes(life: Option<Self>) -> [u8; 4] {
        life.map_or(0, Self::seconds).to_le_bytes()
    }

    pub(super) fn read(bytes: &mut Bytes) -> Result<Option<Self>, BadEntry> {
        match bytes.try_get_u32_le()? {
            0 => Ok(None),
            seconds => Self::new(seconds).map(Some).ok_or(BadEntry),
        }
    }
}

/// Whose log an entry names, seen by whoever wrote the entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// The log that the entry itself stands in.
    Writer = 0,
    /// The other person's.
    Other = 1,
}

impl Whose {
    pub(super) fn read(bytes: &mut Bytes) -> Result<Self, BadEntry> {
        match bytes.try_get_u8()? {
            0 => Ok(Self::Writer),
            1 => Ok(Self::Other),
            _ => Err(BadEntry),
        }
    }
}

/// Which entry another one is about: its place, and the version that was seen there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReplyTo {
    /// Whose log it stands in.
    pub whose: Whose,
    /// In which incarnation.
    pub incarnation: Incarnation,
    /// At which place of it.
    pub sequence: u64,
    /// The first 8 bytes of the hash of the entry, or of the edit of it that was seen.
    pub version: [u8; 8],
}

impl ReplyTo {
    const BYTES: usize = 1 + Incarnation::BYTES + 8 + 8;

    fn read(bytes: &mut Bytes) -> Result<Self, BadEntry> {
        let reply_to = Self {
            whose: Whose::read(bytes)?,
            incarnation: Incarnation::read(bytes)?,
            sequence: bytes.try_get_u64_le()?,
            version: array(bytes)?,
        };
        match reply_to.sequence {
            0 => Err(BadEntry),
            _ => Ok(reply_to),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.whose as u8);
        out.extend(self.incarnation.to_bytes());
        out.extend(self.sequence.to_le_bytes());
        out.extend(self.version);
    }
}

/// What an entry is, by its number. Numbers that this version does not know are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kind(pub u8);

impl Kind {
    /// A text.
    pub const TEXT: Self = Self(1);
    /// A reaction to an entry.
    pub const REACTION: Self = Self(2);
    /// Another version of an own text.
    pub const EDIT: Self = Self(3);
    /// An own entry is taken back.
    pub const WITHDRAW: Self = Self(4);
    /// A file.
    pub const FILE: Self = Self(5);
    /// A folder.
    pub const FOLDER: Self = Self(6);
    /// How long what follows is to last.
    pub const LIFE: Self = Self(7);
    /// The first entry of an incarnation.
    pub const FIRST: Self = Self(8);
    /// A text that is locked with a question and an answer.
    pub const LOCKED: Self = Self(13);

    /// The first that means nothing to whoever does not know it.
    const IGNORABLE: u8 = 64;

    /// True if whoever does not know this kind shows nothing in its place.
    pub fn is_ignorable(self) -> bool {
        self.0 >= Self::IGNORABLE
    }

    /// True if an entry of this kind is a message by itself, which can be taken back.
    pub fn is_message(self) -> bool {
        matches!(self, Self::TEXT | Self::FILE | Self::FOLDER | Self::LOCKED)
    }

    /// True if an entry of this kind may disappear by itself.
    pub fn may_end(self) -> bool {
        !matches!(self, Self::WITHDRAW | Self::LIFE | Self::FIRST)
    }
}

/// What stays of an entry for good, and what its hash covers beside the body's commitment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What it is.
    pub kind: Kind,
    /// In which incarnation of its writer's log it stands.
    pub incarnation: Incarnation,
    /// At which place of it, from 1.
    pub sequence: u64,
    /// Above that of every entry that its writer knew (Lamport, 1978).
    pub lamport: u64,
    /// By its writer's clock, in milliseconds since 1970-01-01 UTC.
    pub time: u64,
    /// How long it lasts. None: for good.
    pub life: Option<Life>,
    /// What it is about.
    pub reply_to: Option<ReplyTo>,
    /// Bytes of the body, also once it is erased.
    pub body_length: u32,
}

impl Header {
    /// The bytes that the hash covers.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(MAX_HEADER);
        out.extend([VERSION, self.kind.0]);
        out.extend(self.incarnation.to_bytes());
        out.extend(self.sequence.to_le_bytes());
        out.extend(self.lamport.to_le_bytes());
        out.extend(self.time.to_le_bytes());
        out.extend(Life::to_bytes(self.life));
        out.push(u8::from(self.reply_to.is_some()));
        if let Some(reply_to) = &self.reply_to {
            reply_to.write(&mut out);
        }
        out.extend(self.body_length.to_le_bytes());
        out
    }

    /// Reads one from the front of `bytes`.
    ///
    /// # Errors
    /// When it is cut, of another version, or nothing that a writer makes.
    pub fn read(bytes: &mut Bytes) -> Result<Self, BadEntry> {
        if bytes.try_get_u8()? != VERSION {
            return Err(BadEntry);
        }
        let header = Self {
            kind: Kind(bytes.try_get_u8()?),
            incarnation: Incarnation::read(bytes)?,
            sequence: bytes.try_get_u64_le()?,
            lamport: bytes.try_get_u64_le()?,
            time: bytes.try_get_u64_le()?,
            life: Life::read(bytes)?,
            reply_to: match bytes.try_get_u8()? {
                0 => None,
                1 => Some(ReplyTo::read(bytes)?),
                _ => return Err(BadEntry),
            },
            body_length: bytes.try_get_u32_le()?,
        };
        match header.is_well_formed() {
            true => Ok(header),
            false => Err(BadEntry),
        }
    }

    /// True if a writer makes such a header: it is in order and within its limits.
    pub(super) fn is_well_formed(&self) -> bool {
        self.kind.0 > 0
            && self.incarnation.counter > 0
            && self.sequence > 0
            && self.lamport > 0
            && (self.kind == Kind::FIRST) == (self.sequence == 1)
            && (self.life.is_none() || self.kind.may_end())
            && self.body_length as usize <= MAX_ENTRY_BODY
    }

    /// Bytes of its encoding.
    fn length(&self) -> usize {
        HEADER + self.reply_to.map_or(0, |_| ReplyTo::BYTES)
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
    /// Body and blind are erased. The commitment stays, and with it the chain.
    Erased {
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
    /// By which its writer knows it again, and nobody else.
    pub own_tag: OwnTag,
}

/// Bytes that are no entry of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no entry that this version understands; update the app")]
pub struct BadEntry;

impl From<bytes::TryGetError> for BadEntry {
    fn from(_: bytes::TryGetError) -> Self {
        Self
    }
}

impl Entry {
    /// Commits to the body: what the hash covers in its place.
    pub fn commitment(&self) -> ChainHash {
        match &self.content {
            Content::Whole { blind, body } => body_commitment(blind, body),
            Content::Erased { commitment } => *commitment,
        }
    }

    /// Takes body and blind out of it. The commitment stays in their place.
    pub fn erase(&mut self) {
        let commitment = self.commitment();
        self.content = Content::Erased { commitment };
    }

    /// Bytes of its encoding.
    pub fn length(&self) -> usize {
        let content = match &self.content {
            Content::Whole { body, .. } => 16 + body.len(),
            Content::Erased { .. } => 32,
        };
        self.header.length() + 1 + content + 16
    }

    /// `header | 0, commitment 32, or 1, blind 16, body | own tag 16`
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.length());
        self.write(&mut out);
        out
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.header.to_bytes());
        match &self.content {
            Content::Erased { commitment } => {
                out.push(0);
                out.extend(commitment);
            }
            Content::Whole { blind, body } => {
                out.push(1);
                out.extend(blind.expose());
                out.extend_from_slice(body);
            }
        }
        out.extend(self.own_tag);
    }

    /// Reads exactly one entry. The body is not copied.
    ///
    /// # Errors
    /// When it is nothing that a writer makes.
    pub fn parse(mut bytes: Bytes) -> Result<Self, BadEntry> {
        let header = Header::read(&mut bytes)?;
        let content = match bytes.try_get_u8()? {
            0 => Content::Erased {
                commitment: array(&mut bytes)?,
            },
            1 => {
                let blind = Secret::new(array(&mut bytes)?);
                let length = header.body_length as usize;
                if length > bytes.len() {
                    return Err(BadEntry);
                }
                let body = bytes.split_to(length);
                Content::Whole { blind, body }
            }
            _ => return Err(BadEntry),
        };
        let own_tag = array(&mut bytes)?;
        if bytes.has_remaining() {
            return Err(BadEntry);
        }
        Ok(Self {
            header,
            content,
            own_tag,
        })
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_erased = matches!(self.content, Content::Erased { .. });
        f.debug_struct("Entry")
            .field("header", &self.header)
            .field("is_erased", &is_erased)
            .finish_non_exhaustive()
    }
}

pub(super) fn array<const N: usize>(bytes: &mut Bytes) -> Result<[u8; N], BadEntry> {
    let mut array = [0; N];
    bytes.try_copy_to_slice(&mut array)?;
    Ok(array)
}

#[cfg(test)]
mod tests {
    use super::super::tests::any_entry;
    use super::*;
    use proptest::prelude::*;

    fn text(body: &'static [u8]) -> Entry {
        let header = Header {
            kind: Kind::TEXT,
            incarnation: Incarnation {
                counter: 1,
                random: [2; 8],
            },
            sequence: 2,
            lamport: 3,
            time: 4,
            life: None,
            reply_to: None,
            body_length: body.len() as u32,
        };
        Entry {
            header,
            content: Content::Whole {
                blind: Secret::new([5; 16]),
                body: Bytes::from_static(body),
            },
            own_tag: [6; 16],
        }
    }

    fn changed(change: impl FnOnce(&mut Header)) -> Result<Entry, BadEntry> {
        let mut entry = text(b"hello");
        change(&mut entry.header);
        Entry::parse(entry.to_bytes().into())
    }

    #[test]
    fn an_entry_costs_80_bytes_and_its_body() {
        assert_eq!(text(b"hello").to_bytes().len(), 80 + 5);
        assert_eq!(text(b"hello").length(), 80 + 5);
    }

    #[test]
    fn erasing_a_body_changes_neither_header_nor_commitment() {
        let whole = text(b"hello");
        let mut erased = whole.clone();
        erased.erase();
        assert_eq!(erased.header, whole.header);
        assert_eq!(erased.commitment(), whole.commitment());
        assert!(!erased.to_bytes().windows(5).any(|bytes| bytes == b"hello"));
        assert_eq!(Entry::parse(erased.to_bytes().into()), Ok(erased));
    }

    #[test]
    fn what_was_written_and_what_hides_it_is_never_printed() {
        let printed = format!("{:?}", text(b"hello"));
        assert!(!printed.contains("hello") && !printed.contains("blind"));
    }

    #[test]
    fn a_header_that_no_writer_makes_is_refused() {
        assert!(changed(|_| {}).is_ok());
        assert!(changed(|header| header.kind = Kind(200)).is_ok());
        let refused: [fn(&mut Header); 10] = [
            |header| header.kind = Kind(0),
            |header| header.kind = Kind::FIRST,
            |header| header.sequence = 1,
            |header| header.sequence = 0,
            |header| header.lamport = 0,
            |header| header.incarnation.counter = 0,
            |header| header.life = Some(Life(59)),
            |header| header.life = Some(Life(365 * 86_400 + 1)),
            |header| header.body_length = 6,
            |header| {
                header.kind = Kind::WITHDRAW;
                header.life = Life::new(60);
            },
        ];
        for change in refused {
            assert_eq!(changed(change), Err(BadEntry));
        }
    }

    #[test]
    fn a_length_above_the_limit_is_refused_before_the_body_is_looked_at() {
        let mut entry = text(b"hello");
        entry.header.body_length = MAX_ENTRY_BODY as u32 + 1;
        entry.erase();
        assert_eq!(Entry::parse(entry.to_bytes().into()), Err(BadEntry));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(entry in any_entry()) {
            let bytes = entry.to_bytes();
            prop_assert_eq!(bytes.len(), entry.length());
            prop_assert!(bytes.len() <= MAX_ENTRY);
            prop_assert_eq!(Entry::parse(bytes.into()), Ok(entry));
        }

        #[test]
        fn a_cut_or_lengthened_entry_is_refused(entry in any_entry(), to: prop::sample::Index) {
            let mut bytes = entry.to_bytes();
            let cut = bytes[..to.index(bytes.len())].to_vec();
            prop_assert_eq!(Entry::parse(cut.into()), Err(BadEntry));
            bytes.push(0);
            prop_assert_eq!(Entry::parse(bytes.into()), Err(BadEntry));
        }

        #[test]
        fn whatever_is_read_has_one_encoding(entry in any_entry(), at: prop::sample::Index, by in 1_u8..) {
            let mut bytes = entry.to_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= by;
            if let Ok(entry) = Entry::parse(bytes.clone().into()) {
                prop_assert_eq!(entry.to_bytes(), bytes);
            }
        }

        #[test]
        fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
            let _ = Entry::parse(bytes.into());
        }
    }
}
