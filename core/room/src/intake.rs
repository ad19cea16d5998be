//! What came from others is judged, and what is new is held.

use crate::body::Body;
use crate::entry::{Content, Entry, Reference};
use crate::log::{Log, LogId};
use crate::membership::{Membership, log_of, logs_of};
use crate::put::Change;
use crate::room::{HeldValue, Room, Row, ValueId, Write};
use crate::run::{FalseSignature, Run};
use crate::signing::{AuthorKey, Signature};
use crate::value::value_commitment;
use bytes::Bytes;
use handfast_protocol::log::chain::{Blind, ChainHash, body_commitment};

/// What became of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// Something is new. It is held once this is written.
    New(Vec<Write>),
    /// All of it is here.
    Known,
    /// What comes before it is not here.
    Detached,
    /// Its author may not write so much, or not here, as far as is known.
    Unwelcome,
}

impl Room {
    /// Judges a run that somebody sent, by whomever it is.
    ///
    /// # Errors
    /// When its signature is false, which ends the channel.
    pub fn receive(&mut self, run: Run, me: AuthorKey) -> Result<Received, FalseSignature> {
        let log = LogId {
            author: run.author,
            incarnation: run.incarnation(),
        };
        if !self.is_welcome(&log, run.first()) {
            return Ok(Received::Unwelcome);
        }
        if self.logs.get(&log).is_some_and(|held| held.has(&run)) {
            return Ok(Received::Known);
        }
        let hashes = run.verify(&self.id)?;
        let is_new = !self.logs.contains_key(&log);
        if is_new && run.first() == 1 && !self.may_begin(&log, &run) {
            return Ok(Received::Unwelcome);
        }
        let held = self.logs.get(&log);
        let (before, first) = (&run.before, run.first());
        let reaches = match held {
            Some(held) => held.reaches(before, first),
            None => {
                let beginning = self.id.beginning(log.author, log.incarnation);
                Log::new(beginning).reaches(before, first)
            }
        };
        if !reaches {
            return Ok(Received::Detached);
        }
        let is_mine = log.author == me && self.current == Some(log.incarnation);
        let is_lacking = hashes
            .iter()
            .any(|hash| held.is_none_or(|held| held.node(hash).is_none()));
        let last = hashes.len() - 1;
        let entries = hashes.into_iter().zip(run.entries).enumerate();
        let entries = entries.map(|(at, (hash, entry))| {
            let signature = (at == last).then_some(run.signature);
            (hash, entry, signature)
        });
        let mut writes = self.take_in(log, run.before, entries.collect());
        if is_mine && is_lacking {
            // It was written by this person and not here, or here and forgotten.
            self.current = None;
            writes.insert(0, Write::Current(None));
        }
        Ok(match writes.is_empty() {
            true => Received::Known,
            false => Received::New(writes),
        })
    }

    /// True if an entry at that place may count one day, as far as is known.
    pub(crate) fn is_welcome(&self, log: &LogId, sequence: u64) -> bool {
        self.membership.is_author(log.author)
            && log.incarnation.counter <= self.membership.counters(log.author)
            && sequence <= self.membership.entries(&self.founding, log.author)
            && self
                .logs
                .get(log)
                .is_none_or(|held| self.membership.is_within_bytes(log, held))
    }

    /// True if a log that is not held yet may begin like that.
    fn may_begin(&self, log: &LogId, run: &Run) -> bool {
        let first = &run.entries[0];
        let about = first.header.about;
        let is_founding = || {
            self.founding
                .begins(&first.header, Body::of(first).as_ref())
                && (log.incarnation.counter == 1 || about.is_none())
        };
        (log.author != self.founding.founder() || is_founding())
            && self.membership.is_begun_rightly(log.author, about)
            && self.membership.is_ranked(&self.logs, log, about)
    }

    /// Takes in entries that go on from `before`: what changed on the disk.
    pub(crate) fn take_in(
        &mut self,
        log: LogId,
        mut before: ChainHash,
        entries: Vec<(ChainHash, Entry, Option<Signature>)>,
    ) -> Vec<Write> {
        let beginning = self.id.beginning(log.author, log.incarnation);
        let held = self.logs.entry(log).or_insert_with(|| Log::new(beginning));
        let mut changed = Vec::new();
        for (hash, entry, signature) in entries {
            if held.insert(hash, before, entry, signature) {
                changed.push(hash);
            }
            before = hash;
        }
        if changed.is_empty() {
            return Vec::new();
        }
        let decides = log.author == self.founding.founder()
            || logs_of(&self.logs, log.author).any(|(_, held)| held.has_membership());
        match decides {
            true => self.membership = Membership::of(&self.founding, &self.logs),
            false => self
                .membership
                .refresh(&self.founding, &self.logs, log.author),
        }
        let gone = self.let_go(log);
        if !gone.is_empty() {
            self.membership = Membership::of(&self.founding, &self.logs);
        }
        let rows = changed.iter().filter_map(|hash| self.row(&log, hash));
        let rows: Vec<_> = rows.map(Write::Row).collect();
        rows.into_iter()
            .chain(gone.into_iter().map(Write::Forget))
            .collect()
    }

    /// Lets go of what is held beyond the limits: logs with the counter of two others, and forks of forks.
    fn let_go(&mut self, log: LogId) -> Vec<ChainHash> {
        let mut gone = Vec::new();
        let is_beyond = |(other, held): &(&LogId, &Log)| {
            let begun = self.membership.begun(other, held);
            begun.is_some_and(|about| !self.membership.is_ranked(&self.logs, other, about))
        };
        let beyond = logs_of(&self.logs, log.author).filter(is_beyond);
        let beyond: Vec<_> = beyond.map(|(other, _)| *other).collect();
        for log in beyond {
            let held = self.logs.remove(&log);
            gone.extend(held.iter().flat_map(Log::hashes).copied());
        }
        let named = self.membership.named(&log);
        if let Some(held) = self.logs.get_mut(&log).filter(|held| held.is_forked()) {
            let line = held.line(named);
            gone.extend(held.prune(&line));
        }
        for hash in &gone {
            self.forget(hash);
        }
        gone
    }

    pub(crate) fn row(&self, log: &LogId, hash: &ChainHash) -> Option<Box<Row>> {
        let node = self.logs.get(log)?.node(hash)?;
        Some(Box::new(Row {
            author: log.author,
            before: node.before,
            hash: *hash,
            entry: node.entry.clone(),
            signature: node.signature,
            is_erased: node.is_erased,
        }))
    }

    /// Takes a body that was lacking. None: it is not of that entry, or not wanted.
    pub fn take_body(&mut self, at: &Reference, blind: Blind, body: Bytes) -> Option<Vec<Write>> {
        let log = log_of(at);
        let node = self.logs.get_mut(&log)?.node_mut(&at.point.hash)?;
        let is_it = body_commitment(&blind, &body) == node.entry.commitment()
            && body.len() == node.entry.header.body_length as usize;
        let is_taken = is_it && node.take_body(&Content::Whole { blind, body });
        is_taken.then_some(())?;
        Some(vec![Write::Row(self.row(&log, &at.point.hash)?)])
    }

    /// Takes a value that was lacking. None: it is not of that put, or not wanted.
    pub fn take_value(
        &mut self,
        at: &Reference,
        operation: u8,
        value: HeldValue,
    ) -> Option<Vec<Write>> {
        let id = ValueId {
            put: at.point.hash,
            operation,
        };
        let log = log_of(at);
        let node = self.logs.get(&log)?.node(&at.point.hash)?;
        let Some(Body::Put(index)) = &node.says else {
            return None;
        };
        let Change::Put {
            commitment, length, ..
        } = index.0.get(usize::from(operation))?.change
        else {
            return None;
        };
        let is_it = value_commitment(&value.blind, &value.value) == commitment
            && value.value.len() == length as usize;
        if !is_it || self.values.contains_key(&id) {
            return None;
        }
        self.values.insert(id, Some(value.clone()));
        Some(vec![Write::Value(id, Some(value))])
    }
}
