//! What is not needed any more goes from the disk: bodies that were taken back or have run out, and values
//! that something else overtook.

use crate::acting::may_be_withdrawn;
use crate::entry::{Reference, kind};
use crate::graph::{Fate, Graph, MONTH};
use crate::membership::{entries_of, log_of};
use crate::room::{Room, ValueId, Write};
use handfast_protocol::log::Kind;
use handfast_protocol::log::chain::ChainHash;

impl Room {
    /// Brings what is kept up to that time: what acts for the first time is noted, what is not needed any
    /// more is erased, and an erased value that stands again is wanted again.
    pub fn settle(&mut self, now: u64) -> Vec<Write> {
        let mut writes = self.note_acting(now);
        writes.extend(self.erase_bodies(now));
        writes.extend(self.erase_values(now));
        writes
    }

    /// Erases the body of an entry, or every value of a put: its life has ended for this device's person.
    pub fn erase(&mut self, at: &Reference) -> Vec<Write> {
        let log = log_of(at);
        let values = self.values.range(values_of(at.point.hash));
        let values = values.filter(|(_, value)| value.is_some());
        let values: Vec<_> = values.map(|(id, _)| *id).collect();
        let mut writes = Vec::new();
        for id in values {
            self.values.insert(id, None);
            writes.push(Write::Value(id, None));
        }
        let node = self
            .logs
            .get_mut(&log)
            .and_then(|held| held.node_mut(&at.point.hash));
        let node =
            node.filter(|node| !node.is_erased && !kind::is_structure(node.entry.header.kind));
        if let Some(node) = node {
            node.entry = node.entry.without_body();
            node.is_erased = true;
            writes.extend(self.row(&log, &at.point.hash).map(Write::Row));
        }
        writes
    }

    /// Notes when what overtakes and takes back acted for the first time on this device.
    fn note_acting(&mut self, now: u64) -> Vec<Write> {
        let acting = self.acting(now).into_iter();
        let acting = acting.filter(|acting| {
            let counts = matches!(
                acting.kind,
                kind::PUT | kind::WITHDRAW_OTHERS | Kind::WITHDRAW
            );
            counts && !self.acted.contains_key(&acting.reference.point.hash)
        });
        let hashes: Vec<_> = acting.map(|acting| acting.reference.point.hash).collect();
        self.acted.extend(hashes.iter().map(|hash| (*hash, now)));
        hashes
            .into_iter()
            .map(|hash| Write::Acted(hash, now))
            .collect()
    }

    /// True once that entry has acted here for 30 days.
    fn is_old(&self, hash: &ChainHash, now: u64) -> bool {
        self.acted
            .get(hash)
            .is_some_and(|acted| acted.saturating_add(MONTH) <= now)
    }

    fn erase_bodies(&mut self, now: u64) -> Vec<Write> {
        let withdrawn = self.withdrawn(now);
        let mut over: Vec<Reference> = Vec::new();
        for (at, by) in &withdrawn {
            let held = self.logs.get(&log_of(at));
            let node = held.and_then(|held| held.node(&at.point.hash));
            let counts = node.is_some_and(|node| may_be_withdrawn(node.entry.header.kind));
            if counts && (by.author == at.author || self.is_old(&by.point.hash, now)) {
                over.push(*at);
            }
        }
        for (log, line) in self.membership.kept() {
            let Some(held) = self.logs.get(log) else {
                continue;
            };
            let ended = entries_of(log, line, held).filter(|(_, node)| {
                let header = &node.entry.header;
                header.life.is_some() && header.clock.millis().saturating_add(MONTH) <= now
            });
            over.extend(ended.map(|(at, _)| at));
        }
        over.iter().flat_map(|at| self.erase(at)).collect()
    }

    fn erase_values(&mut self, now: u64) -> Vec<Write> {
        let fates: Vec<_> = Graph::of(self, now).fates().collect();
        let mut writes = Vec::new();
        for (id, fate) in fates {
            let is_over = match fate {
                Fate::Stands | Fate::Told => false,
                Fate::Ended(at) => at <= now,
                Fate::OvertakenByOwn => true,
                Fate::Overtaken(by) => self.is_old(&by, now),
            };
            match self.values.get(&id) {
                Some(None) if matches!(fate, Fate::Stands | Fate::Told) => {
                    self.values.remove(&id);
                    writes.push(Write::Lack(id));
                }
                Some(None) => {}
                // What has not come yet is not asked for any more either.
                Some(Some(_)) | None if is_over => {
                    self.values.insert(id, None);
                    writes.push(Write::Value(id, None));
                }
                Some(Some(_)) | None => {}
            }
        }
        writes
    }
}

/// The values of one put.
fn values_of(put: ChainHash) -> std::ops::RangeInclusive<ValueId> {
    let id = |operation| ValueId { put, operation };
    id(0)..=id(u8::MAX)
}
