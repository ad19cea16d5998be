//! A run: entries of one log in a row, as they travel and are kept. The signature of the last one proves
//! them all.

use crate::chain::{RoomId, chained};
use crate::entry::{Content, Entry, MAX_STRUCTURE, kind};
use crate::malformed::{Malformed, array, end};
use crate::signing::{AuthorKey, Signature};
use bytes::{Buf, Bytes};
use handfast_protocol::log::Incarnation;
use handfast_protocol::log::chain::ChainHash;

/// Most entries of a run. So nobody holds more than that without knowing who wrote it.
pub const MAX_RUN_ENTRIES: usize = 64;

/// Most bytes of a run: with what names the room it fits into one frame of a channel.
pub const MAX_RUN: usize = 15_900;

/// Longest body that travels in a run, if it is not part of the structure. Longer ones are asked for.
pub const MAX_INLINE: usize = 1_024;

const FRONT: usize = 32 + 32 + 1;

/// Entries of one log in a row, the last one signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Who wrote them.
    pub author: AuthorKey,
    /// The hash of the entry before the first one.
    pub before: ChainHash,
    /// 1 to 64 of them, of one incarnation, without a gap.
    pub entries: Vec<Entry>,
    /// By the author, over the last one's hash.
    pub signature: Signature,
}

/// A signature that is none: the one thing that ends a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a signature is false; whoever sent it is not to be believed")]
pub struct FalseSignature;

impl Run {
    /// In which incarnation they stand.
    pub fn incarnation(&self) -> Incarnation {
        self.entries[0].header.incarnation
    }

    /// At which place the first one stands.
    pub fn first(&self) -> u64 {
        self.entries[0].header.sequence
    }

    /// The hash of each entry.
    pub(crate) fn hashes(&self) -> Vec<ChainHash> {
        let mut before = self.before;
        let hash = |entry| {
            before = chained(&before, entry);
            before
        };
        self.entries.iter().map(hash).collect()
    }

    /// Checks the signature: the hash of each entry.
    ///
    /// # Errors
    /// When the author did not sign this, in this room.
    pub fn verify(&self, room: &RoomId) -> Result<Vec<ChainHash>, FalseSignature> {
        let hashes = self.hashes();
        let last = hashes.last().expect("a run is never empty");
        match room.is_signed(self.author, last, &self.signature) {
            true => Ok(hashes),
            false => Err(FalseSignature),
        }
    }

    /// `author 32 | before 32 | count u8 | entries | signature 64`
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(self.author.0);
        out.extend(self.before);
        out.push(self.entries.len() as u8);
        for entry in &self.entries {
            entry.write(&mut out);
        }
        out.extend(self.signature);
        out
    }

    /// Bytes of a run of such entries.
    pub(crate) fn length<'a>(entries: impl Iterator<Item = &'a Entry>) -> usize {
        FRONT + entries.map(Entry::length).sum::<usize>() + 64
    }

    /// Reads one, without checking its signature.
    ///
    /// # Errors
    /// When it is cut, too long, or nothing that a member sends.
    pub fn parse(mut bytes: Bytes) -> Result<Self, Malformed> {
        if bytes.len() > MAX_RUN {
            return Err(Malformed);
        }
        let author = AuthorKey(array(&mut bytes)?);
        let before = array(&mut bytes)?;
        let count = usize::from(bytes.try_get_u8()?);
        if !(1..=MAX_RUN_ENTRIES).contains(&count) {
            return Err(Malformed);
        }
        let entries = (0..count).map(|_| Entry::read(&mut bytes));
        let run = Self {
            author,
            before,
            entries: entries.collect::<Result<_, _>>()?,
            signature: array(&mut bytes)?,
        };
        end(&bytes)?;
        match run.is_well_formed() {
            true => Ok(run),
            false => Err(Malformed),
        }
    }

    fn is_well_formed(&self) -> bool {
        let headers = self.entries.iter().map(|entry| &entry.header);
        let mut pairs = headers.clone().zip(headers.skip(1));
        let goes_on = pairs.all(|(one, next)| {
            one.incarnation == next.incarnation
                && one.sequence.checked_add(1) == Some(next.sequence)
                // The signature of whoever is removed by it stays, so they can be told.
                && one.kind != kind::REMOVE
        });
        goes_on && self.entries.iter().all(travels_with_it)
    }
}

/// True if an entry with this body may stand in a run.
fn travels_with_it(entry: &Entry) -> bool {
    let most = match kind::is_structure(entry.header.kind) {
        true => MAX_STRUCTURE,
        false => MAX_INLINE,
    };
    match &entry.content {
        Content::Whole { body, .. } => body.len() <= most,
        Content::Absent { .. } => true,
    }
}

/// The entry as it stands in a run: with its body if that may travel there.
pub(crate) fn for_a_run(entry: &Entry) -> Entry {
    match travels_with_it(entry) {
        true => entry.clone(),
        false => entry.without_body(),
    }
}
