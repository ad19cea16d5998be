//! What the founder's own entries say, in the order of counter, random part and sequence.

use super::kept::SAME_COUNTER;
use super::{Logs, entries_of, log_of, logs_of};
use crate::body::{Body, Founding};
use crate::entry::{Point, Reference};
use crate::log::{Line, LogId};
use crate::signing::AuthorKey;
use handfast_protocol::log::Incarnation;
use std::collections::BTreeMap;

/// Most incarnations of the founder's log.
pub(super) const MAX_FOUNDER_INCARNATIONS: u32 = 64;

/// Where each incarnation of somebody's log ended.
type Heads = BTreeMap<Incarnation, Point>;

/// Somebody was removed.
#[derive(Clone, Debug)]
pub(super) struct Removal {
    pub(super) reference: Reference,
    cut: Heads,
}

/// Somebody became a keeper, or is none any more.
#[derive(Clone, Debug)]
struct Keeping {
    is_keeper: bool,
    heads: Heads,
}

/// What the founder decided.
#[derive(Clone, Debug, Default)]
pub(super) struct Replay {
    /// The version of each log that the last cut names, else the last pin.
    pub(super) named: BTreeMap<LogId, Point>,
    pub(super) removals: BTreeMap<AuthorKey, Vec<Removal>>,
    /// Incarnations and entries that count for somebody.
    pub(super) allowed: BTreeMap<AuthorKey, (u32, u32)>,
    keepings: BTreeMap<AuthorKey, Vec<Keeping>>,
}

impl Replay {
    /// What the founder decided, and the founder's own logs.
    pub(super) fn of(founding: &Founding, logs: &Logs) -> (Self, BTreeMap<LogId, Line>) {
        let mut replay = Self::default();
        let lines = replay.own_lines(founding, logs);
        let own: BTreeMap<LogId, Point> = std::mem::take(&mut replay.named);
        let mut pinned = BTreeMap::new();
        for (log, line) in &lines {
            for (reference, node) in entries_of(log, line, &logs[log]) {
                if let Some(body) = &node.says {
                    replay.take(founding.founder(), reference, body, &mut pinned);
                }
            }
        }
        pinned.extend(std::mem::take(&mut replay.named));
        pinned.extend(own);
        replay.named = pinned;
        (replay, lines)
    }

    /// The founder's own logs, the last first: a fork in one is decided by a pin in one with a higher
    /// counter, and by nothing else.
    fn own_lines(&mut self, founding: &Founding, logs: &Logs) -> BTreeMap<LogId, Line> {
        let mut lines = BTreeMap::new();
        let founder = founding.founder();
        let mut own: Vec<_> = logs_of(logs, founder).collect();
        own.reverse();
        for same in
            own.chunk_by(|one, next| one.0.incarnation.counter == next.0.incarnation.counter)
        {
            let mut pinned = BTreeMap::new();
            let counts = |log: &LogId| log.incarnation.counter <= MAX_FOUNDER_INCARNATIONS;
            // The two with the lowest random part, which stand last here, and those that are named.
            let mut lowest = 0;
            for (log, held) in same.iter().rev() {
                let named = self.named.get(log);
                let mut line = held.line(named);
                let begins = line.hashes.first().and_then(|hash| held.node(hash));
                let is_begun = begins
                    .is_some_and(|node| founding.begins(&node.entry.header, node.says.as_ref()));
                lowest += usize::from(is_begun && named.is_none());
                let is_one = counts(log) && (named.is_some() || lowest <= SAME_COUNTER);
                if !(is_begun && is_one) {
                    line.end_at(0);
                }
                for (_, node) in entries_of(log, &line, held) {
                    if let Some(Body::Pin(references)) = &node.says {
                        let own = references.iter().filter(|pin| pin.author == founder);
                        pinned.extend(own.map(|pin| (log_of(pin), pin.point)));
                    }
                }
                lines.insert(**log, line);
            }
            let counter = same[0].0.incarnation.counter;
            for (log, point) in pinned {
                if log.incarnation.counter < counter {
                    self.named.entry(log).or_insert(point);
                }
            }
        }
        lines
    }

    fn take(
        &mut self,
        founder: AuthorKey,
        reference: Reference,
        body: &Body,
        pinned: &mut BTreeMap<LogId, Point>,
    ) {
        match body {
            Body::Remove { key, cut } if *key != founder => {
                let cut = self.name(*key, cut);
                let removals = self.removals.entry(*key).or_default();
                removals.push(Removal { reference, cut });
            }
            Body::Keeper {
                key,
                is_keeper,
                heads,
            } if *key != founder => {
                let heads = match is_keeper {
                    true => by_incarnation(heads),
                    false => self.name(*key, heads),
                };
                let keepings = self.keepings.entry(*key).or_default();
                keepings.push(Keeping {
                    is_keeper: *is_keeper,
                    heads,
                });
            }
            Body::Allow {
                key,
                incarnations,
                entries,
            } => {
                self.allowed.insert(*key, (*incarnations, *entries));
            }
            Body::Pin(references) => {
                let others = references.iter().filter(|pin| pin.author != founder);
                pinned.extend(others.map(|pin| (log_of(pin), pin.point)));
            }
            _ => {}
        }
    }

    /// A cut names the versions that it keeps.
    fn name(&mut self, author: AuthorKey, cut: &[Point]) -> Heads {
        let cut = by_incarnation(cut);
        for (incarnation, point) in &cut {
            let log = LogId {
                author,
                incarnation: *incarnation,
            };
            self.named.insert(log, *point);
        }
        cut
    }

    /// Up to where removals leave a log, those before it was begun left aside. None: all of it.
    pub(super) fn cut(&self, log: &LogId, removals_before: usize) -> Option<u64> {
        let removals = self.removals.get(&log.author)?.iter();
        let cuts = removals.skip(removals_before).map(|removal| {
            let point = removal.cut.get(&log.incarnation);
            point.map_or(0, |point| point.sequence)
        });
        cuts.min()
    }

    pub(super) fn is_keeper_at(&self, log: &LogId, sequence: u64) -> bool {
        let keepings = self.keepings.get(&log.author).into_iter().flatten();
        let mut changes = keepings.rev().filter(|keeping| {
            let head = keeping.heads.get(&log.incarnation);
            head.is_none_or(|head| sequence > head.sequence)
        });
        changes.next().is_some_and(|keeping| keeping.is_keeper)
    }

    /// True if what they write next is by a keeper.
    pub(super) fn is_keeper(&self, key: AuthorKey) -> bool {
        let last = self.keepings.get(&key).and_then(|keepings| keepings.last());
        last.is_some_and(|keeping| keeping.is_keeper)
    }
}

fn by_incarnation(points: &[Point]) -> Heads {
    let by = points.iter().map(|point| (point.incarnation, *point));
    by.collect()
}
