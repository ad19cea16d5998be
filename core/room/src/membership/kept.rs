//! What of each log is kept: what stands on its line, within quota, before cut and leave.

use super::{Logs, MAX_INDEX_BYTES, MAX_LOG_BYTES, Membership, Tenure, logs_of};
use crate::body::{Body, Founding};
use crate::entry::{Reference, kind};
use crate::log::{Line, Log, LogId};
use crate::signing::AuthorKey;
use std::collections::BTreeMap;

/// Of how many incarnations with one counter the entries count, beside those that the founder named.
pub(super) const SAME_COUNTER: usize = 2;

impl Membership {
    /// True if a log is one of those that count of several with one counter, begun in one time in the room:
    /// one that the founder named, or one of the two with the lowest random part. Others do not count
    /// against it: what is void at one device may never have come to another.
    pub(crate) fn is_ranked(&self, logs: &Logs, log: &LogId, about: Option<Reference>) -> bool {
        let same = logs_of(logs, log.author).filter(|(other, held)| {
            other.incarnation.counter == log.incarnation.counter
                && other.incarnation.random < log.incarnation.random
                && self.named(other).is_none()
                && self.begun(other, held) == Some(about)
        });
        self.named(log).is_some() || same.count() < SAME_COUNTER
    }

    /// What the first entry of a log is about. None: it has none that counts.
    pub(crate) fn begun(&self, log: &LogId, held: &Log) -> Option<Option<Reference>> {
        let first = *held.line(self.named(log)).hashes.first()?;
        Some(held.node(&first)?.entry.header.about)
    }

    /// True if a log that begins with an entry about that may be somebody's, as far as is known.
    pub(crate) fn is_begun_rightly(&self, author: AuthorKey, about: Option<Reference>) -> bool {
        let tenures = self.tenures.get(&author).into_iter().flatten();
        let mut opened = tenures.map(|tenure| tenure.opened);
        author == self.founder || opened.any(|opened| opened == about)
    }

    /// How often somebody was let in, as far as is known.
    pub(crate) fn times(&self, author: AuthorKey) -> usize {
        self.tenures.get(&author).map_or(0, Vec::len)
    }

    /// True if what is held of a log lies within the bytes that count.
    pub(crate) fn is_within_bytes(&self, log: &LogId, held: &Log) -> bool {
        let line = held.line(self.named(log));
        log.author == self.founder || within_bytes(&line, held) == line.hashes.len() as u64
    }

    /// During which time in the room that log was begun.
    pub(super) fn tenure_of(&self, logs: &Logs, log: &LogId) -> Option<Tenure> {
        let held = logs.get(log)?;
        let about = self.begun(log, held)?;
        let mut tenures = self.tenures.get(&log.author)?.iter();
        tenures.find(|tenure| tenure.opened == about).copied()
    }

    /// What counts of each log of somebody who is not the founder, and during which time it was written.
    pub(super) fn kept_of(
        &self,
        founding: &Founding,
        logs: &Logs,
        author: AuthorKey,
    ) -> Vec<(LogId, Line, Option<usize>)> {
        let tenures = self.tenures.get(&author).map_or(&[][..], |tenures| tenures);
        let mut kept = Vec::new();
        for (log, held) in logs_of(logs, author) {
            let mut line = held.line(self.named(log));
            let is_within = log.incarnation.counter <= self.counters(author);
            let begun = self.begun(log, held);
            let begun = begun.filter(|about| is_within && self.is_ranked(logs, log, *about));
            let during = begun.and_then(|about| tenures.iter().position(|one| one.opened == about));
            let end = during.map_or(0, |during| {
                let cut = self.replay.cut(log, tenures[during].removals_before);
                let entries = self.entries(founding, author);
                cut.unwrap_or(u64::MAX)
                    .min(entries)
                    .min(within_bytes(&line, held))
            });
            line.end_at(end);
            kept.push((*log, line, during));
        }
        end_where_left(&mut kept, logs);
        kept
    }
}

/// Bytes of bodies and values up to each entry of a line, and of indexes among them.
pub(crate) fn bytes_of<'a>(
    line: &'a Line,
    held: &'a Log,
) -> impl Iterator<Item = (u64, u64)> + use<'a> {
    let nodes = line.hashes.iter().filter_map(|hash| held.node(hash));
    nodes.scan((0, 0), |(all, indexes), node| {
        let body = u64::from(node.entry.header.body_length);
        if let Some(Body::Put(index)) = &node.says {
            *indexes += body;
            *all += index.value_bytes();
        }
        *all += body;
        Some((*all, *indexes))
    })
}

/// How many entries of a line lie within the bytes that count.
fn within_bytes(line: &Line, held: &Log) -> u64 {
    let within = |bytes: &(u64, u64)| bytes.0 <= MAX_LOG_BYTES && bytes.1 <= MAX_INDEX_BYTES;
    bytes_of(line, held).take_while(within).count() as u64
}

/// Where its author leaves.
pub(super) fn left_at(line: &Line, held: &Log) -> Option<u64> {
    if !held.has_membership() {
        return None;
    }
    let mut nodes = line.hashes.iter().filter_map(|hash| held.node(hash));
    let leave = nodes.find(|node| node.entry.header.kind == kind::LEAVE)?;
    Some(leave.entry.header.sequence)
}

/// Whoever left has written nothing more: not behind that entry, and not in later incarnations of that time
/// in the room.
fn end_where_left(kept: &mut [(LogId, Line, Option<usize>)], logs: &Logs) {
    let mut left: BTreeMap<usize, LogId> = BTreeMap::new();
    for (log, line, during) in kept.iter_mut() {
        let Some(during) = *during else {
            continue;
        };
        match left.get(&during) {
            Some(first) if log.incarnation.counter >= first.incarnation.counter => line.end_at(0),
            _ => {
                if let Some(sequence) = left_at(line, &logs[log]) {
                    line.end_at(sequence);
                    left.insert(during, *log);
                }
            }
        }
    }
}
