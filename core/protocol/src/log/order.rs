//! The order in which entries stand on every screen, the same on both sides.

use super::chain::{ChainHash, LogKeys};
use super::entry::Incarnation;
use super::row::Row;

/// Where an entry stands. The order of the fields is the order of the entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Place {
    /// Nothing stands before what its writer knew.
    pub lamport: u64,
    /// Of what was written without knowing of each other, the lower static key's comes first.
    pub author: [u8; 32],
    /// Then the earlier incarnation.
    pub incarnation: Incarnation,
    /// Then the earlier place.
    pub sequence: u64,
    /// Two versions of one place stand side by side.
    pub hash: ChainHash,
}

impl LogKeys {
    /// Where a row stands.
    pub fn place(&self, row: &Row) -> Place {
        let header = &row.entry.header;
        Place {
            lamport: header.lamport,
            author: self.key_of(row.author).0,
            incarnation: header.incarnation,
            sequence: header.sequence,
            hash: row.hash,
        }
    }
}
