//! What is kept of a ledger, and what it is made of when a device starts.

use super::chain::ChainHash;
use super::entry::Incarnation;
use super::row::{LogId, Row, Tip};

/// What stands at one place of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// The hash there.
    pub hash: ChainHash,
    /// The Lamport time there.
    pub lamport: u64,
    /// The time that is shown there, in milliseconds since 1970-01-01 UTC.
    pub shown: u64,
}

/// Where a line of a log ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last place.
    pub sequence: u64,
    /// What stands there.
    pub point: Point,
}

impl Head {
    pub(super) fn tip(&self) -> Tip {
        Tip {
            sequence: self.sequence,
            hash: self.point.hash,
        }
    }

    /// Where a line ends that ends with this row.
    pub fn of(row: &Row) -> Self {
        Self {
            sequence: row.entry.header.sequence,
            point: Point {
                hash: row.hash,
                lamport: row.entry.header.lamport,
                shown: row.shown,
            },
        }
    }
}

/// What a ledger keeps beside the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// The incarnation that this device writes in. None if it has to begin one.
    pub current: Option<Incarnation>,
    /// When the other side's word made it begin one last, in milliseconds since 1970-01-01 UTC.
    pub last_claim: Option<u64>,
}

/// What a ledger is made of when a device starts.
#[derive(Clone, Debug, Default)]
pub struct Saved {
    /// Where each line ends: of a log, by the number of the line, and where.
    pub heads: Vec<(LogId, u8, Head)>,
    /// Of own incarnations: up to where the other side has said to hold them.
    pub delivered: Vec<(Incarnation, u64)>,
    /// The rest.
    pub marks: Marks,
}

/// A ledger that nobody has written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the record of this conversation is damaged; restore it from an export")]
pub struct Damaged;
