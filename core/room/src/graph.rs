//! The graph of a room at one moment: what stands at each path, and what was written there at the same time.
//!
//! It follows from the acting puts alone, in whatever order they came. For each path the operation that is
//! highest in (clock, author, incarnation, sequence, index) holds. One that nobody who wrote later at that
//! path had seen is kept beside it: two who wrote at one time are both told of.

use crate::body::Body;
use crate::clock::HybridClock;
use crate::entry::{Reference, kind};
use crate::membership::log_of;
use crate::path::{Path, leads_into_owned};
use crate::put::{Change, Operation, Seen};
use crate::room::{Room, ValueId};
use crate::signing::AuthorKey;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Most values of one path that are told beside the one that holds.
pub const MAX_CONFLICTS: usize = 8;

/// How long what somebody cleared without having seen it is told, and what is overtaken stays on the disk.
pub const MONTH: u64 = 30 * 86_400_000;

/// How long something that has ended stays on the disk.
const DAY: u64 = 86_400_000;

/// How many links are followed to a value.
const MAX_LINKS: usize = 8;

/// What stands at a path. The value itself may not be here.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// None: its bytes are not held here.
    pub value: Option<Value>,
    /// Who put it.
    pub author: AuthorKey,
    /// When.
    pub clock: HybridClock,
    /// In which entry.
    pub entry: Reference,
    /// Which operation of it.
    pub operation: u8,
    /// Until when it stands there.
    pub until: Option<u64>,
}

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It stands at its path.
    Stands,
    /// It is told beside what stands there.
    Told,
    /// It lasted until then; with a day on top.
    Ended(u64),
    /// Its own author put something else there, or cleared it.
    OvertakenByOwn,
    /// That entry overtook it, which somebody else wrote.
    Overtaken([u8; 32]),
}

/// The place of an operation in the order in which they overtake each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    clock: HybridClock,
    entry: Reference,
    operation: u8,
}

/// A put of one path.
#[derive(Clone, Debug)]
struct Put {
    rank: Rank,
    until: Option<u64>,
    /// What its author saw there.
    over: Vec<Seen>,
    /// The highest clear above it, at or beyond it in rank.
    cleared: Option<Clear>,
}

#[derive(Clone, Copy, Debug)]
struct Clear {
    rank: Rank,
    /// The clock of what its author wrote before: they cannot have seen what is newer.
    saw: HybridClock,
}

/// A graph at one moment.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    now: u64,
    /// What was put at each path, the highest first.
    paths: BTreeMap<Path, Vec<Put>>,
}

impl Graph {
    /// That of the room at that time.
    pub(crate) fn of(room: &Room, now: u64) -> Self {
        let mut graph = Self {
            now,
            paths: BTreeMap::new(),
        };
        let mut clears: BTreeMap<Path, Vec<Clear>> = BTreeMap::new();
        for acting in room.acting(now) {
            if acting.kind != kind::PUT {
                continue;
            }
            let Some((operations, saw)) = operations(room, &acting.reference) else {
                continue;
            };
            for (index, operation) in operations.iter().enumerate() {
                if !may(room, &acting.reference, operation) {
                    continue;
                }
                let rank = Rank {
                    clock: acting.clock,
                    entry: acting.reference,
                    operation: index as u8,
                };
                match operation.change {
                    Change::Clear => {
                        let at = clears.entry(operation.path.clone()).or_default();
                        at.push(Clear { rank, saw });
                    }
                    Change::Put { until, .. } if !lasts(acting.clock, until) => {}
                    Change::Put { until, .. } => {
                        let at = graph.paths.entry(operation.path.clone()).or_default();
                        at.push(Put {
                            rank,
                            until,
                            over: operation.over.clone(),
                            cleared: None,
                        });
                    }
                }
            }
        }
        for (path, puts) in &mut graph.paths {
            puts.sort_by_key(|put| std::cmp::Reverse(put.rank));
            for put in puts {
                put.cleared = clear_of(&clears, path, put.rank);
            }
        }
        graph
    }

    /// What stands at that path, links followed.
    pub fn get(&self, room: &Room, path: &Path) -> Option<Found> {
        let mut found = self.at(room, path)?;
        for _ in 0..MAX_LINKS {
            match &found.value {
                Some(Value::Link(path)) => found = self.at(room, path)?,
                _ => return Some(found),
            }
        }
        None
    }

    /// What stands at that path itself.
    pub fn at(&self, room: &Room, path: &Path) -> Option<Found> {
        let put = self.holder(path)?;
        put.is_lasting(self.now).then(|| put.found(room))
    }

    /// What was written there at the same time as what holds, the newest first; and what somebody cleared
    /// lately without having seen it.
    pub fn conflicts(&self, room: &Room, path: &Path) -> Vec<Found> {
        let puts = self.conflicting(path).map(|put| put.found(room));
        puts.take(MAX_CONFLICTS).collect()
    }

    /// Paths beneath that one with something at or beneath them, one part deeper, in order: at most `limit`
    /// behind `after`, or before it from the last.
    pub fn list(
        &self,
        path: Option<&Path>,
        after: Option<&str>,
        limit: usize,
        reverse: bool,
    ) -> Vec<String> {
        let above = path.map_or(String::new(), |path| format!("{}/", path.as_str()));
        let mut children = BTreeSet::new();
        for (beneath, puts) in self.beneath(&above) {
            let child = beneath.split('/').next().unwrap_or(beneath);
            if self.stands(puts) {
                children.insert(child);
            }
        }
        let range: (Bound<&str>, Bound<&str>) = match (after, reverse) {
            (None, _) => (Bound::Unbounded, Bound::Unbounded),
            (Some(after), false) => (Bound::Excluded(after), Bound::Unbounded),
            (Some(before), true) => (Bound::Unbounded, Bound::Excluded(before)),
        };
        let range = children
            .range::<str, _>(range)
            .map(|child| (*child).to_owned());
        match reverse {
            true => range.rev().take(limit).collect(),
            false => range.take(limit).collect(),
        }
    }

    /// Every path where something stands, at that one and beneath it.
    pub fn all<'a>(&'a self, path: &'a Path) -> impl Iterator<Item = &'a Path> {
        let is_at = move |other: &Path| other == path || other.beneath(path.as_str()).is_some();
        let paths = self.paths.iter().filter(move |(other, _)| is_at(other));
        let held = paths.filter(|(_, puts)| self.stands(puts));
        held.map(|(path, _)| path)
    }

    /// What somebody who writes at that path says to have seen there.
    pub fn seen(&self, path: &Path) -> Vec<Seen> {
        let holder = self.holder(path).into_iter();
        let puts = holder.chain(self.conflicting(path));
        let seen = puts.map(|put| Seen::of(put.rank.clock, put.rank.entry.author));
        let seen: BTreeSet<_> = seen.take(crate::put::MAX_SEEN).collect();
        seen.into_iter().collect()
    }

    /// What became of every value that was put.
    pub(crate) fn fates(&self) -> impl Iterator<Item = (ValueId, Fate)> {
        self.paths.iter().flat_map(move |(path, puts)| {
            let told: BTreeSet<_> = self.conflicting(path).map(|put| put.rank).collect();
            puts.iter().enumerate().map(move |(at, put)| {
                let by_own = |newer: &&Put| newer.rank.entry.author == put.rank.entry.author;
                let by = match put.cleared {
                    Some(clear) => Some(clear.rank),
                    None => puts[..at].last().map(|newer| newer.rank),
                };
                let fate = match (put.until, by) {
                    (Some(until), _) if until <= self.now => Fate::Ended(until + DAY),
                    (_, None) => Fate::Stands,
                    _ if told.contains(&put.rank) => Fate::Told,
                    _ if puts[..at].iter().any(|newer| by_own(&newer)) => Fate::OvertakenByOwn,
                    (_, Some(by)) if by.entry.author == put.rank.entry.author => {
                        Fate::OvertakenByOwn
                    }
                    (_, Some(by)) => Fate::Overtaken(by.entry.point.hash),
                };
                (put.value(), fate)
            })
        })
    }

    fn beneath(&self, above: &str) -> impl Iterator<Item = (&str, &Vec<Put>)> {
        let paths = self.paths.iter();
        paths.filter_map(move |(path, puts)| Some((path.as_str().strip_prefix(above)?, puts)))
    }

    fn holder(&self, path: &Path) -> Option<&Put> {
        holding(self.paths.get(path)?)
    }

    /// True if something stands where that was put.
    fn stands(&self, puts: &[Put]) -> bool {
        holding(puts).is_some_and(|put| put.is_lasting(self.now))
    }

    /// The puts that are told beside the one that holds.
    fn conflicting<'a>(&'a self, path: &Path) -> impl Iterator<Item = &'a Put> {
        let puts = self.paths.get(path).map_or(&[][..], |puts| puts);
        let mut newer: Vec<&Put> = Vec::new();
        puts.iter().filter(move |put| {
            let is_told = match put.cleared {
                Some(clear) => {
                    put.is_unseen(&clear) && clear.rank.clock.millis() + MONTH > self.now
                }
                None => !newer.is_empty() && !newer.iter().any(|newer| newer.overtakes(put)),
            };
            newer.push(put);
            is_told && put.is_lasting(self.now)
        })
    }
}

/// The put that holds of those of one path, the highest first: none if it was cleared.
fn holding(puts: &[Put]) -> Option<&Put> {
    puts.first().filter(|put| put.cleared.is_none())
}

impl Put {
    fn is_lasting(&self, now: u64) -> bool {
        self.until.is_none_or(|until| until > now)
    }

    /// True if whoever cleared it cannot have known of it.
    fn is_unseen(&self, clear: &Clear) -> bool {
        self.rank.clock > clear.saw && self.rank.entry.author != clear.rank.entry.author
    }

    /// True if whoever put this had seen the older one, or had put that too.
    fn overtakes(&self, older: &Self) -> bool {
        let author = older.rank.entry.author;
        self.rank.entry.author == author || self.over.contains(&Seen::of(older.rank.clock, author))
    }

    fn found(&self, room: &Room) -> Found {
        let held = room.values.get(&self.value()).and_then(Option::as_ref);
        Found {
            value: held.and_then(|held| Value::parse(held.value.clone()).ok()),
            author: self.rank.entry.author,
            clock: self.rank.clock,
            entry: self.rank.entry,
            operation: self.rank.operation,
            until: self.until,
        }
    }

    fn value(&self) -> ValueId {
        ValueId {
            put: self.rank.entry.point.hash,
            operation: self.rank.operation,
        }
    }
}

/// The operations of a put, and the clock of what its author wrote before it.
fn operations<'a>(room: &'a Room, at: &Reference) -> Option<(&'a [Operation], HybridClock)> {
    let held = room.logs.get(&log_of(at))?;
    let node = held.node(&at.point.hash)?;
    let before = held.node(&node.before);
    let saw = before.map_or(HybridClock::default(), |before| before.entry.header.clock);
    match &node.says {
        Some(Body::Put(index)) => Some((&index.0, saw)),
        _ => None,
    }
}

/// True if that author may do that there.
fn may(room: &Room, at: &Reference, operation: &Operation) -> bool {
    let is_keeper = room.membership.is_keeper_at(&log_of(at), at.point.sequence);
    let is_clear = operation.change == Change::Clear;
    let is_owned = operation.path.owners().any(|owner| owner != at.author);
    let is_high = is_clear && operation.path.depth() < 2;
    let may_keep = is_keeper || !operation.path.is_kept();
    may_keep && (!is_owned || is_clear && is_keeper) && (!is_high || is_keeper)
}

/// True if a value may stand so long: from a minute to 365 days behind its clock, or for good.
fn lasts(clock: HybridClock, until: Option<u64>) -> bool {
    until.is_none_or(|until| {
        let length = until.checked_sub(clock.millis());
        length.is_some_and(|length| (60_000..=365 * DAY).contains(&length))
    })
}

/// The highest clear at or above a path that overtakes an operation of that rank.
fn clear_of(clears: &BTreeMap<Path, Vec<Clear>>, path: &Path, rank: Rank) -> Option<Clear> {
    let reached = clears.iter().filter(|(above, _)| {
        let beneath = path.beneath(above.as_str());
        *above == path || beneath.is_some_and(|rest| !leads_into_owned(rest))
    });
    let higher = reached.flat_map(|(_, clears)| clears.iter().filter(|clear| clear.rank > rank));
    // One whose author had seen it decides: then it is nothing to tell of.
    let had_seen =
        |clear: &Clear| rank.clock <= clear.saw || rank.entry.author == clear.rank.entry.author;
    higher
        .copied()
        .max_by_key(|clear| (had_seen(clear), clear.rank))
}
