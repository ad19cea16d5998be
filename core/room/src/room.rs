//! One room as one device holds it, and what of it is to be on the disk.

use crate::body::Founding;
use crate::chain::RoomId;
use crate::entry::{Entry, Point, Reference};
use crate::graph::Graph;
use crate::log::{Log, LogId};
use crate::membership::{Logs, Membership, Person};
use crate::signing::{AuthorKey, Signature};
use bytes::Bytes;
use handfast_protocol::log::Incarnation;
use handfast_protocol::log::chain::{Blind, ChainHash};
use std::collections::BTreeMap;

/// One entry as it is kept on a disk. Neither body nor blind shows in `Debug`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Who wrote it.
    pub author: AuthorKey,
    /// The hash of the entry before it.
    pub before: ChainHash,
    /// Its own hash, which names it.
    pub hash: ChainHash,
    /// The entry.
    pub entry: Entry,
    /// By its author. Only the last of what came together has one.
    pub signature: Option<Signature>,
    /// Its body was erased, and is not to be taken again.
    pub is_erased: bool,
}

/// A value as it is kept. It does not show in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct HeldValue {
    /// What hides it in its commitment.
    pub blind: Blind,
    /// As [`Value::to_bytes`](crate::Value::to_bytes) gives it.
    pub value: Bytes,
}

impl std::fmt::Debug for HeldValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HeldValue(..)")
    }
}

/// Names one value: by the put that it came with, and its operation there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId {
    /// The hash of the put.
    pub put: ChainHash,
    /// Which of its operations.
    pub operation: u8,
}

/// What is to be on the disk, in this order, before anything is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Write {
    /// This row, in place of one with the same hash.
    Row(Box<Row>),
    /// The row with that hash goes, and everything that belongs to it.
    Forget(ChainHash),
    /// This value. None: it is erased, and not taken again.
    Value(ValueId, Option<HeldValue>),
    /// This value, which was erased, stands again and is wanted.
    Lack(ValueId),
    /// An entry acted for the first time at that time.
    Acted(ChainHash, u64),
    /// In which incarnation this device writes.
    Current(Option<Incarnation>),
}

/// A room as one device holds it.
#[derive(Clone, Debug)]
pub struct Room {
    pub(crate) founding: Founding,
    pub(crate) id: RoomId,
    pub(crate) logs: Logs,
    pub(crate) membership: Membership,
    pub(crate) values: BTreeMap<ValueId, Option<HeldValue>>,
    /// When each put, clear and withdrawal acted for the first time here.
    pub(crate) acted: BTreeMap<ChainHash, u64>,
    /// In which incarnation this device writes.
    pub(crate) current: Option<Incarnation>,
}

impl Room {
    /// The room that begins with that, of which nothing else is here yet.
    pub fn new(founding: Founding) -> Self {
        let logs = Logs::new();
        Self {
            id: founding.room(),
            membership: Membership::of(&founding, &logs),
            founding,
            logs,
            values: BTreeMap::new(),
            acted: BTreeMap::new(),
            current: None,
        }
    }

    /// What belongs to the entry with that hash goes with it.
    pub(crate) fn forget(&mut self, hash: &ChainHash) {
        self.values.retain(|value, _| value.put != *hash);
        self.acted.remove(hash);
    }

    /// As it was when all of that was written, in any order of hashes.
    pub fn load(founding: Founding, writes: impl IntoIterator<Item = Write>) -> Self {
        let mut room = Self::new(founding);
        let mut rows: BTreeMap<ChainHash, Box<Row>> = BTreeMap::new();
        for write in writes {
            match write {
                Write::Row(row) => drop(rows.insert(row.hash, row)),
                Write::Forget(hash) => {
                    rows.remove(&hash);
                    room.forget(&hash);
                }
                Write::Value(id, value) => drop(room.values.insert(id, value)),
                Write::Lack(id) => drop(room.values.remove(&id)),
                Write::Acted(hash, at) => drop(room.acted.entry(hash).or_insert(at)),
                Write::Current(current) => room.current = current,
            }
        }
        let mut rows: Vec<_> = rows.into_values().collect();
        rows.sort_by_key(|row| row.entry.header.sequence);
        for row in rows {
            let log = LogId {
                author: row.author,
                incarnation: row.entry.header.incarnation,
            };
            let beginning = room.id.beginning(log.author, log.incarnation);
            let held = room.logs.entry(log).or_insert_with(|| Log::new(beginning));
            if held.reaches(&row.before, row.entry.header.sequence) {
                held.insert(row.hash, row.before, row.entry, row.signature);
                if let Some(node) = held.node_mut(&row.hash) {
                    node.is_erased = row.is_erased;
                }
            }
        }
        for held in room.logs.values_mut() {
            held.drop_unsigned();
        }
        room.logs.retain(|_, held| !held.is_empty());
        room.membership = Membership::of(&room.founding, &room.logs);
        room
    }

    /// What its founder wrote first.
    pub fn founding(&self) -> &Founding {
        &self.founding
    }

    /// Its name among rooms.
    pub fn id(&self) -> RoomId {
        self.id
    }

    /// Everybody who ever was let in.
    pub fn people(&self) -> &BTreeMap<AuthorKey, Person> {
        self.membership.people()
    }

    /// The graph at that time.
    pub fn graph(&self, now: u64) -> Graph {
        Graph::of(self, now)
    }

    /// The entry by which somebody was removed, if they are not let in since.
    pub fn removal(&self, key: AuthorKey) -> Option<Reference> {
        self.membership.removal(key)
    }

    /// The logs of which two versions are held, which a person is told of.
    pub fn forks(&self) -> impl Iterator<Item = &LogId> {
        self.logs
            .iter()
            .filter(|(_, held)| held.is_forked())
            .map(|(log, _)| log)
    }

    /// Where each incarnation of somebody's log ends, as it counts now: for a cut or a pin.
    pub fn heads_of(&self, author: AuthorKey) -> Vec<Point> {
        let kept = self.membership.kept().iter();
        let own = kept.filter(|(log, line)| log.author == author && !line.hashes.is_empty());
        own.map(|(log, line)| Point {
            incarnation: log.incarnation,
            sequence: line.hashes.len() as u64,
            hash: line.hashes[line.hashes.len() - 1],
        })
        .collect()
    }
}
