//! What holds the logs of a room together: its name, where each log begins, and what is signed.

use crate::entry::Entry;
use crate::signing::{AuthorKey, Signature, SigningKey};
use handfast_protocol::log::Incarnation;
use handfast_protocol::log::chain::ChainHash;
use handfast_token::kdf;
use std::fmt;

const STATEMENT: &[u8] = b"handfast room entry 1";

/// Names a room: what its founder wrote first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoomId(pub [u8; 32]);

impl RoomId {
    /// That of the room with this founding body.
    pub(crate) fn of(founder: AuthorKey, founding: &[u8]) -> Self {
        Self(*kdf(&founder.0, "HFS1 room", &[founding]).expose())
    }

    /// What stands before the first entry of an incarnation.
    pub fn beginning(&self, author: AuthorKey, incarnation: Incarnation) -> ChainHash {
        *kdf(&self.0, "HFS1 log", &[&author.0, &incarnation.to_bytes()]).expose()
    }

    /// Signs an entry with that hash, and with it everything before it in its incarnation.
    pub(crate) fn sign(&self, key: &SigningKey, hash: &ChainHash) -> Signature {
        key.sign(&self.statement(hash))
    }

    /// True if the author signed an entry with that hash.
    pub(crate) fn is_signed(
        &self,
        author: AuthorKey,
        hash: &ChainHash,
        signature: &Signature,
    ) -> bool {
        author.has_signed(&self.statement(hash), signature)
    }

    fn statement(&self, hash: &ChainHash) -> Vec<u8> {
        [STATEMENT, &self.0, hash].concat()
    }
}

impl fmt::Debug for RoomId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RoomId({:02x}{:02x}..)", self.0[0], self.0[1])
    }
}

/// The hash of an entry behind one with the hash `before`.
pub(crate) fn chained(before: &ChainHash, entry: &Entry) -> ChainHash {
    let parts: [&[u8]; 2] = [&entry.header.to_bytes(), &entry.commitment()];
    *kdf(before, "HFS1 entry", &parts).expose()
}
