//! What the other side is given: runs of what counts, bodies and values that it may see, and the entry that
//! removed it.

use super::message::MAX_PART;
use super::{Exchange, HeadRow, Message, Piece, RUNS_AT_ONCE};
use crate::body::History;
use crate::entry::{Content, Entry, kind};
use crate::log::{Line, Log, LogId};
use crate::membership::log_of;
use crate::room::{Room, ValueId};
use crate::run::Run;
use bytes::Bytes;
use handfast_protocol::log::chain::ChainHash;

impl Exchange {
    pub(super) fn give(
        &self,
        room: &Room,
        log: LogId,
        proof: bool,
        places: &[(u64, ChainHash)],
    ) -> Vec<Message> {
        let mut messages = Vec::new();
        let kept = room.membership.kept().get(&log);
        if let (Some(line), Some(held)) = (kept, room.logs.get(&log)) {
            let beginning = room.id().beginning(log.author, log.incarnation);
            let common = places
                .iter()
                .find(|(place, hash)| line.at(*place) == Some(hash));
            let before = common.map_or(beginning, |(_, hash)| *hash);
            let runs = match proof {
                true => {
                    let versions = held.versions(&before).iter().take(2);
                    let run =
                        |end| held.run(log.author, before, end, |entry| self.shows(room, entry));
                    versions.filter_map(run).collect()
                }
                false => self.runs(room, log, before, line, held),
            };
            messages.extend(runs.into_iter().map(Message::Entries));
        }
        messages.push(Message::Done(log));
        messages
    }

    fn runs(&self, room: &Room, log: LogId, from: ChainHash, line: &Line, held: &Log) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut before = from;
        let Some(end) = line.hashes.last() else {
            return runs;
        };
        while runs.len() < RUNS_AT_ONCE && before != *end {
            let shows = |entry: &Entry| self.shows(room, entry);
            let Some(run) = held.run(log.author, before, end, shows) else {
                break;
            };
            let last = run.first() + run.entries.len() as u64 - 1;
            runs.push(run);
            match line.at(last) {
                Some(hash) => before = *hash,
                // It went on behind what counts, up to a signature.
                None => break,
            }
        }
        runs
    }

    /// What goes on behind what the other side holds of that log.
    pub(super) fn push(&mut self, room: &Room, row: &HeadRow) -> Vec<Message> {
        let (Some(line), Some(held)) = (
            room.membership.kept().get(&row.log),
            room.logs.get(&row.log),
        ) else {
            return Vec::new();
        };
        let theirs = self.theirs.get(&row.log);
        let before = match theirs {
            _ if !self.is_complete => None,
            None => Some(room.id().beginning(row.log.author, row.log.incarnation)),
            Some(theirs) if theirs.sequence < row.sequence => line
                .at(theirs.sequence)
                .filter(|hash| **hash == theirs.hash)
                .copied(),
            Some(_) => None,
        };
        let Some(before) = before else {
            return Vec::new();
        };
        let runs = self.runs(room, row.log, before, line, held);
        if !runs.is_empty() {
            self.theirs.insert(row.log, *row);
        }
        runs.into_iter().map(Message::Entries).collect()
    }

    /// True if the other side may read the body of that entry.
    fn shows(&self, room: &Room, entry: &Entry) -> bool {
        let Some(reader) = room.people().get(&self.peer) else {
            return false;
        };
        let header = &entry.header;
        let was_there = reader.added_at <= header.clock;
        let is_open = room.founding().history == History::All && header.life.is_none();
        !kind::is_said(header.kind) || was_there || is_open
    }

    pub(super) fn part(&self, room: &Room, piece: Piece, offset: u32) -> Message {
        let held = self
            .may_read(room)
            .then(|| self.piece(room, piece))
            .flatten();
        let (blind, whole) = held.unwrap_or_default();
        let from = whole.len().min(offset as usize);
        let to = whole.len().min(from + MAX_PART);
        Message::Part {
            piece,
            offset,
            blind,
            bytes: whole.slice(from..to),
        }
    }

    fn piece(&self, room: &Room, piece: Piece) -> Option<([u8; 16], Bytes)> {
        match piece.operation {
            None => {
                let held = room.logs.get(&log_of(&piece.at))?;
                let entry = &held.node(&piece.at.point.hash)?.entry;
                match &entry.content {
                    Content::Whole { blind, body } if self.shows(room, entry) => {
                        Some((*blind.expose(), body.clone()))
                    }
                    _ => None,
                }
            }
            Some(operation) => {
                let put = piece.at.point.hash;
                let held = room.values.get(&ValueId { put, operation })?.as_ref()?;
                Some((*held.blind.expose(), held.value.clone()))
            }
        }
    }

    /// The entry that removed the other side.
    pub(super) fn removal(&self, room: &Room) -> Option<Message> {
        let removal = room.removal(self.peer)?;
        let held = room.logs.get(&log_of(&removal))?;
        let node = held.node(&removal.point.hash)?;
        Some(Message::Removed(Run {
            author: removal.author,
            before: node.before,
            entries: vec![node.entry.clone()],
            signature: node.signature?,
        }))
    }
}
