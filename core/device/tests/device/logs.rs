//! The conversations of a simulated disk: rows in memory, with the same rules as a store's.

use handfast_device::{Found, Page, Query, Summary, Write};
use handfast_protocol::handshake::StaticKey;
use handfast_protocol::log::{
    Author, Content, Head, Incarnation, Kind, LogId, LogKeys, Looked, Marks, Place, Row, Saved,
};
use handfast_store::{LifeMark, StoreError};
use std::collections::BTreeMap;

/// See the module text. Clones are copies of the disk.
#[derive(Clone)]
pub(crate) struct Logs {
    own: StaticKey,
    conversations: BTreeMap<[u8; 32], Conversation>,
}

#[derive(Clone)]
pub(crate) struct Conversation {
    keys: LogKeys,
    pub(crate) rows: BTreeMap<Place, Row>,
    /// The last entry of each line.
    heads: BTreeMap<(LogId, u8), Head>,
    pub(crate) marks: Marks,
    pub(crate) delivered: BTreeMap<Incarnation, u64>,
    /// How long things last.
    lives: BTreeMap<Place, LifeMark>,
    /// Up to where a person has seen what the other side wrote.
    read: Option<(Incarnation, u64)>,
}

impl Logs {
    pub(crate) fn new(own: &StaticKey) -> Self {
        Self {
            own: own.clone(),
            conversations: BTreeMap::new(),
        }
    }

    pub(crate) fn with(&self, key: [u8; 32]) -> Option<&Conversation> {
        self.conversations.get(&key)
    }

    /// What a device is told of each conversation when it starts.
    pub(crate) fn summaries(&self) -> BTreeMap<[u8; 32], Summary> {
        let conversations = self.conversations.iter();
        let begun = conversations.filter(|(_, one)| !one.rows.is_empty());
        let summaries = begun.map(|(with, one)| {
            let last = one.rows.values().map(|row| row.shown).max();
            let mut summary = Summary::new(one.read, last);
            for row in one.rows.values() {
                summary.add(row);
            }
            (*with, summary)
        });
        summaries.collect()
    }

    /// What a device is told of how long things last when it starts.
    pub(crate) fn lives(&self) -> BTreeMap<[u8; 32], BTreeMap<Place, LifeMark>> {
        let conversations = self.conversations.iter();
        let lives = conversations.map(|(with, one)| (*with, one.lives.clone()));
        lives.filter(|(_, lives)| !lives.is_empty()).collect()
    }

    /// The disk was made from an export.
    pub(crate) fn imported(&mut self) {
        for conversation in self.conversations.values_mut() {
            conversation.marks = Marks::default();
        }
    }

    fn of(&mut self, key: handfast_protocol::handshake::PublicKey) -> &mut Conversation {
        let own = &self.own;
        let conversation = self.conversations.entry(key.0);
        conversation.or_insert_with(|| Conversation {
            keys: LogKeys::new(own, key),
            rows: BTreeMap::new(),
            heads: BTreeMap::new(),
            marks: Marks::default(),
            delivered: BTreeMap::new(),
            lives: BTreeMap::new(),
            read: None,
        })
    }

    /// All of this is there, or nothing: what is not the next of its line is not kept.
    pub(crate) fn keep(&mut self, writes: &[Write]) -> Result<(), StoreError> {
        let mut heads = BTreeMap::new();
        for write in writes {
            if let Write::Row(with, row) = write {
                let heads = heads
                    .entry(with.0)
                    .or_insert_with(|| self.of(*with).heads.clone());
                next_of(heads, row)?;
            }
        }
        writes.iter().for_each(|write| self.apply(write));
        Ok(())
    }

    fn apply(&mut self, write: &Write) {
        match write {
            Write::Row(with, row) => self.of(*with).add(row),
            Write::Marks(with, marks) => self.of(*with).marks = *marks,
            Write::Delivered(with, incarnation, up_to) => {
                let delivered = &mut self.of(*with).delivered;
                let last = delivered.entry(*incarnation).or_default();
                *last = up_to.max(last).to_owned();
            }
            Write::Read(with, place) => {
                let read = &mut self.of(*with).read;
                *read = (*read).max(Some((place.incarnation, place.sequence)));
            }
            Write::Life(with, mark) => {
                self.of(*with).lives.insert(mark.place(), *mark);
            }
            Write::Erase(with, place) => self.of(*with).erase(place),
            Write::Forget(with) => drop(self.conversations.remove(&with.0)),
            Write::Refuse(refused) => drop(self.conversations.remove(&refused.key.0)),
            _ => {}
        }
    }

    pub(crate) fn find(&mut self, query: &Query) -> Found {
        let conversation = self.of(query.with());
        match query {
            Query::Ledger { most, .. } => {
                let page = conversation.page(None, *most);
                Found::Ledger(Box::new(conversation.saved()), page)
            }
            Query::LookUp { log, sequence, .. } => Found::Looked(Looked {
                before: match sequence {
                    0 | 1 => Vec::new(),
                    sequence => {
                        let before = conversation.at(*log, sequence - 1);
                        before.map(|row| Head::of(row).point).collect()
                    }
                },
                at: conversation
                    .at(*log, *sequence)
                    .map(|row| row.hash)
                    .collect(),
            }),
            Query::Load {
                log, from, at_most, ..
            } => {
                let place = |row: &Row| (row.entry.header.sequence, row.line);
                let mut wanted: Vec<Row> = conversation
                    .rows
                    .values()
                    .filter(|row| row.log() == *log && place(row) >= *from)
                    .cloned()
                    .collect();
                wanted.sort_by_key(place);
                let mut bytes = 0;
                let fits = |row: &Row| {
                    bytes += row.length();
                    bytes <= *at_most || bytes == row.length()
                };
                Found::Loaded(wanted.into_iter().take_while(fits).collect())
            }
            Query::Rows { before, most, .. } => Found::Rows(conversation.page(*before, *most)),
            Query::Search {
                words,
                before,
                steps,
                most,
                ..
            } => {
                let Page { rows, is_first } = conversation.page(*before, *steps);
                let next = match is_first {
                    true => None,
                    false => rows.last().map(|row| conversation.keys.place(row)),
                };
                let may_be = |row: &Row| match &row.entry.content {
                    Content::Whole { body, .. } => words.matches(&String::from_utf8_lossy(body)),
                    Content::Erased { .. } => false,
                };
                let mut found: Vec<Row> = rows.into_iter().filter(may_be).collect();
                let next = match found.get(most.saturating_sub(1)) {
                    Some(last) => Some(conversation.keys.place(last)),
                    None => next,
                };
                found.truncate(*most);
                Found::Searched(found, next)
            }
        }
    }
}

/// The row has to be the next of its line, or one that is there.
fn next_of(heads: &mut BTreeMap<(LogId, u8), Head>, row: &Row) -> Result<(), StoreError> {
    let sequence = row.entry.header.sequence;
    let at = (row.log(), row.line);
    let is_next = match (heads.get(&at), row.line) {
        (Some(end), _) => end.sequence + 1 >= sequence,
        (None, 0) => sequence == 1,
        (None, line) => heads.contains_key(&(row.log(), line - 1)),
    };
    if !is_next {
        return Err(StoreError::Internal);
    }
    let head = Head::of(row);
    let last = heads.entry(at).or_insert(head);
    if last.sequence < head.sequence {
        *last = head;
    }
    Ok(())
}

impl Conversation {
    fn add(&mut self, row: &Row) {
        let _ = next_of(&mut self.heads, row);
        let withdraws = |row: &Row| row.entry.header.kind == Kind::WITHDRAW;
        let mut new = row.clone();
        for other in self.rows.values_mut() {
            let is_same = (other.log(), other.line) == (row.log(), row.line)
                && other.entry.header.sequence == row.entry.header.sequence;
            assert!(
                !is_same || other.hash == row.hash,
                "a place is written twice"
            );
            if withdraws(row) && row.erases(other) {
                other.entry.erase();
            }
            if withdraws(other) && other.erases(row) {
                new.entry.erase();
            }
        }
        let place = self.keys.place(&new);
        self.rows.entry(place).or_insert(new);
    }

    fn erase(&mut self, place: &Place) {
        self.lives.remove(place);
        let Some(ended) = self.rows.get(place) else {
            return;
        };
        let (writer, about) = (ended.author, ended.named_by(ended.author));
        for (at, row) in &mut self.rows {
            if at == place || row.goes_with(writer, about) {
                row.entry.erase();
            }
        }
    }

    fn at(&self, log: LogId, sequence: u64) -> impl Iterator<Item = &Row> {
        self.rows
            .values()
            .filter(move |row| row.log() == log && row.entry.header.sequence == sequence)
    }

    fn page(&self, before: Option<Place>, most: usize) -> Page {
        let rows = self.rows.iter().rev();
        let rows = rows.filter(|(place, _)| before.is_none_or(|before| **place < before));
        let rows: Vec<Row> = rows.take(most).map(|(_, row)| row.clone()).collect();
        let is_first = rows.len() < most;
        Page { rows, is_first }
    }

    fn saved(&self) -> Saved {
        let heads = &self.heads;
        let is_own = |log: &LogId| log.author == Author::Me;
        Saved {
            delivered: heads
                .keys()
                .filter(|(log, line)| is_own(log) && *line == 0)
                .map(|(log, _)| {
                    let delivered = self.delivered.get(&log.incarnation);
                    (log.incarnation, delivered.copied().unwrap_or_default())
                })
                .collect(),
            heads: heads
                .iter()
                .map(|((log, line), head)| (*log, *line, *head))
                .collect(),
            marks: self.marks,
        }
    }

    /// What is whole although it has run out by now, but for a moment, or is not known to do so.
    pub(crate) fn overdue(&self, now: u64) -> Vec<Place> {
        let whole = self.rows.iter().filter(|(_, row)| {
            row.entry.header.life.is_some() && matches!(row.entry.content, Content::Whole { .. })
        });
        let overdue = whole.filter(|(place, _)| match self.lives.get(place) {
            Some(LifeMark::Ending(ending)) => ending.at().is_some_and(|at| at + 10_000 < now),
            Some(LifeMark::Proposal(..)) | None => true,
        });
        overdue.map(|(place, _)| *place).collect()
    }

    /// The rows, for whoever reads why a test failed.
    pub(crate) fn read(&self) -> Vec<String> {
        let rows = self.rows.values().map(|row| {
            let header = &row.entry.header;
            let body = match &row.entry.content {
                Content::Whole { body, .. } => String::from_utf8_lossy(body).into_owned(),
                Content::Erased { .. } => "erased".to_owned(),
            };
            let (log, line) = (row.log(), row.line);
            let at = (header.sequence, header.lamport);
            format!("{log:?} line {line} at {at:?} {:?} {body}", header.kind)
        });
        rows.collect()
    }

    /// What stands in both logs, in the order of every screen: who wrote it, seen by `Author::Me` of this disk,
    /// its hash, and what it says if that is not erased.
    pub(crate) fn told(&self) -> Vec<(Author, [u8; 32], Option<Vec<u8>>)> {
        let rows = self.rows.values().map(|row| {
            let body = match &row.entry.content {
                Content::Whole { body, .. } => Some(body.to_vec()),
                Content::Erased { .. } => None,
            };
            (row.author, row.hash, body)
        });
        rows.collect()
    }
}
