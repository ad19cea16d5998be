//! How two members come to hold the same: each says where every log ends there, asks for what it lacks, and
//! gets it, by whomever it was written.
//!
//! A machine for one channel: messages in, messages and what is to be written out. Whoever drives it writes
//! before it sends, and calls [`Exchange::news`] at all other channels once something new is held.

mod give;
mod heads;
mod message;

use crate::body::Body;
use crate::entry::{Point, Reference};
use crate::intake::Received;
use crate::log::{Log, LogId};
use crate::malformed::Malformed;
use crate::room::{HeldValue, Room, Write};
use crate::run::{FalseSignature, Run};
use crate::signing::AuthorKey;
use bytes::Bytes;
use handfast_protocol::log::chain::ChainHash;
use handfast_token::Secret;
pub use message::{HeadRow, MAX_NOW, MAX_PART, MAX_PLACES, MAX_ROWS, Message, Piece};
use std::collections::{BTreeMap, BTreeSet};

/// Most runs that come at once when a log is wanted.
const RUNS_AT_ONCE: usize = 16;

/// Most rows of one side that are believed.
const MAX_ALL_ROWS: usize = 16_384;

/// Why the channel ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoomFault {
    /// A signature is false.
    #[error(transparent)]
    FalseSignature(#[from] FalseSignature),
    /// What came is nothing that a member says.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// What comes of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What is to be written before anything is sent or told.
    pub writes: Vec<Write>,
    /// What is to be sent then.
    pub messages: Vec<Message>,
    /// This device's person was removed, and that entry says so.
    pub removed: Option<Reference>,
    /// Something of this moment, which a member says.
    pub now: Option<Bytes>,
}

/// A body or value that is on its way.
struct Fetch {
    piece: Piece,
    length: usize,
    bytes: Vec<u8>,
}

/// One room in one channel with one other member.
pub struct Exchange {
    me: AuthorKey,
    peer: AuthorKey,
    /// What stood for all own rows when this began.
    digest: [u8; 32],
    /// Rows as the other side knows them from here.
    told: BTreeMap<LogId, HeadRow>,
    /// Rows of the other side.
    theirs: BTreeMap<LogId, HeadRow>,
    /// True once all of them are here.
    is_complete: bool,
    /// True once the other side said which room this is about.
    is_greeted: bool,
    /// True once all own rows were sent.
    is_told: bool,
    /// What was wanted and not answered yet.
    pending: BTreeSet<LogId>,
    /// Their row, the own end, and how often its author was let in, when a log was wanted last: it is not
    /// wanted again without progress.
    wanted: BTreeMap<LogId, (HeadRow, Option<ChainHash>, usize)>,
    fetch: Option<Fetch>,
    /// What the other side does not hold.
    not_there: BTreeSet<Piece>,
}

impl Exchange {
    /// Begins with `peer`, and says which room this is about.
    pub fn start(room: &Room, me: AuthorKey, peer: AuthorKey) -> (Self, Vec<Message>) {
        let exchange = Self {
            me,
            peer,
            digest: room.heads_digest(),
            told: by_log(&room.heads()),
            theirs: BTreeMap::new(),
            is_complete: false,
            is_greeted: false,
            is_told: false,
            pending: BTreeSet::new(),
            wanted: BTreeMap::new(),
            fetch: None,
            not_there: BTreeSet::new(),
        };
        let hello = Message::Room {
            id: room.id(),
            digest: exchange.digest,
        };
        let messages = match exchange.may_read(room) || room.removal(peer).is_none() {
            true => vec![hello],
            false => exchange.removal(room).into_iter().collect(),
        };
        (exchange, messages)
    }

    /// True if the other side holds the same, and every body and value that is lacking here was asked for.
    pub fn is_settled(&self, room: &Room) -> bool {
        let rows = room.heads();
        let same = rows
            .iter()
            .all(|row| self.theirs.get(&row.log) == Some(row));
        same && self.is_complete && self.pending.is_empty() && self.fetch.is_none()
    }

    /// Takes a message of the other side.
    ///
    /// # Errors
    /// When a signature is false, which ends the channel.
    pub fn receive(&mut self, room: &mut Room, message: Message) -> Result<Step, RoomFault> {
        let mut step = Step::default();
        let founder = room.founding().founder();
        // Of somebody who was removed only the founder's word is heard, so that two words are found out.
        let hears = |author| author == founder || room.removal(self.peer).is_none();
        match message {
            Message::Room { id, digest } if id == room.id() => {
                self.answer_hello(room, &digest, &mut step.messages);
            }
            Message::Room { .. } => {}
            Message::Heads { more, rows } => {
                let room_left = MAX_ALL_ROWS.saturating_sub(self.theirs.len());
                let rows = rows.into_iter().filter(|row| hears(row.log.author));
                for row in rows.take(room_left) {
                    self.theirs.insert(row.log, row);
                }
                self.is_complete |= !more;
                self.ask_all(room, &mut step.messages);
            }
            Message::Want { log, proof, places } if self.may_read(room) => {
                step.messages = self.give(room, log, proof, &places);
            }
            Message::Want { log, .. } => step.messages.push(Message::Done(log)),
            Message::Entries(run) if !hears(run.author) => {}
            Message::Entries(run) => match room.receive(run, self.me)? {
                Received::New(writes) => step.writes = writes,
                Received::Known | Received::Detached | Received::Unwelcome => {}
            },
            Message::Done(log) => {
                self.pending.remove(&log);
                self.ask_all(room, &mut step.messages);
            }
            Message::Ask { piece, offset } => step.messages.push(self.part(room, piece, offset)),
            Message::Part {
                piece,
                offset,
                blind,
                bytes,
            } => self.take_part(room, piece, offset, blind, bytes, &mut step),
            Message::Removed(run) => step.removed = self.is_removed(room, &run)?,
            Message::Now(bytes) => step.now = self.may_read(room).then_some(bytes),
        }
        Ok(step)
    }

    /// Something new is held: what of it the other side lacks, as far as is known, and how the rows changed.
    pub fn news(&mut self, room: &Room) -> Vec<Message> {
        let mut messages = Vec::new();
        if !self.may_read(room) {
            return match self.is_told && room.removal(self.peer).is_some() {
                true => {
                    self.is_told = false;
                    self.removal(room).into_iter().collect()
                }
                false => messages,
            };
        }
        if self.is_told {
            let changed = room.heads().into_iter();
            let changed = changed.filter(|row| self.told.get(&row.log) != Some(row));
            let changed: Vec<_> = changed.collect();
            for row in &changed {
                messages.extend(self.push(room, row));
                self.told.insert(row.log, *row);
            }
            messages.extend(pages(&changed));
        } else if self.is_greeted {
            messages = self.tell_all(room.heads());
        }
        self.ask_all(room, &mut messages);
        messages
    }

    fn may_read(&self, room: &Room) -> bool {
        room.people()
            .get(&self.peer)
            .is_some_and(|person| person.is_member)
    }

    fn answer_hello(&mut self, room: &Room, digest: &[u8; 32], messages: &mut Vec<Message>) {
        self.is_greeted = true;
        if *digest == self.digest {
            // Both began with the same rows, which are those that were told.
            self.theirs = self.told.clone();
            (self.is_complete, self.is_told) = (true, true);
            messages.extend(self.news(room));
            return;
        }
        match self.may_read(room) {
            true => messages.extend(self.tell_all(room.heads())),
            // Whoever is not known as a member here may hold what says so: their rows are heard.
            false => messages.extend(self.removal(room)),
        }
    }

    fn tell_all(&mut self, rows: Vec<HeadRow>) -> Vec<Message> {
        self.is_told = true;
        self.told = by_log(&rows);
        match rows.is_empty() {
            true => vec![Message::Heads { more: false, rows }],
            false => pages(&rows),
        }
    }

    /// True if that entry says that this device's person was removed, by whoever may.
    fn is_removed(&self, room: &Room, run: &Run) -> Result<Option<Reference>, RoomFault> {
        let hashes = run.verify(&room.id())?;
        let entry = &run.entries[0];
        let is_me = matches!(Body::of(entry), Some(Body::Remove { key, .. }) if key == self.me);
        let is_founders = run.author == room.founding().founder();
        Ok((is_me && is_founders).then(|| Reference {
            author: run.author,
            point: Point {
                incarnation: run.incarnation(),
                sequence: run.first(),
                hash: hashes[0],
            },
        }))
    }

    /// Asks for every log of which the other side has more, or something else.
    fn ask_all(&mut self, room: &Room, messages: &mut Vec<Message>) {
        let rows: Vec<_> = self.theirs.values().copied().collect();
        for row in rows {
            messages.extend(self.ask(room, &row));
        }
        self.fetch_next(room, messages);
    }

    fn ask(&mut self, room: &Room, row: &HeadRow) -> Option<Message> {
        let held = room.logs.get(&row.log);
        let holds = |hash: &ChainHash| held.is_some_and(|held| held.node(hash).is_some());
        let is_lacking = row.sequence > 0 && !holds(&row.hash);
        let two = held.is_some_and(|held| held.versions(&row.hash).len() > 1);
        let proof = !is_lacking && row.is_forked && !two;
        if !(is_lacking || proof) || self.pending.contains(&row.log) {
            return None;
        }
        let line = held.map(|held| held.line(room.membership.named(&row.log)));
        let line = line.unwrap_or_default();
        let end = line.hashes.last().copied();
        let progress = (*row, end, room.membership.times(row.log.author));
        if self.wanted.get(&row.log) == Some(&progress) || !room.is_welcome(&row.log, 1) {
            return None;
        }
        self.pending.insert(row.log);
        self.wanted.insert(row.log, progress);
        let places = match proof {
            true if row.sequence == 0 => Vec::new(),
            true => vec![(row.sequence, row.hash)],
            false => Log::locate(&line),
        };
        Some(Message::Want {
            log: row.log,
            proof,
            places,
        })
    }

    /// Asks for the next body or value that is lacking here.
    fn fetch_next(&mut self, room: &Room, messages: &mut Vec<Message>) {
        if self.fetch.is_some() || !self.is_complete || !self.pending.is_empty() {
            return;
        }
        let next = room.lacking();
        let mut next = next.filter(|(piece, _)| !self.not_there.contains(piece));
        if let Some((piece, length)) = next.next() {
            self.fetch = Some(Fetch {
                piece,
                length,
                bytes: Vec::new(),
            });
            messages.push(Message::Ask { piece, offset: 0 });
        }
    }

    fn take_part(
        &mut self,
        room: &mut Room,
        piece: Piece,
        offset: u32,
        blind: [u8; 16],
        bytes: Bytes,
        step: &mut Step,
    ) {
        let Some(mut fetch) = self.fetch.take_if(|fetch| fetch.piece == piece) else {
            return;
        };
        let fits = fetch.bytes.len() == offset as usize
            && fetch.bytes.len() + bytes.len() <= fetch.length
            && (!bytes.is_empty() || fetch.length == 0);
        if !fits {
            self.not_there.insert(piece);
            return self.fetch_next(room, &mut step.messages);
        }
        fetch.bytes.extend_from_slice(&bytes);
        if fetch.bytes.len() < fetch.length {
            let offset = fetch.bytes.len() as u32;
            step.messages.push(Message::Ask { piece, offset });
            self.fetch = Some(fetch);
            return;
        }
        let (blind, whole) = (Secret::new(blind), Bytes::from(fetch.bytes));
        let taken = match piece.operation {
            None => room.take_body(&piece.at, blind, whole),
            Some(operation) => {
                let value = HeldValue {
                    blind,
                    value: whole,
                };
                room.take_value(&piece.at, operation, value)
            }
        };
        match taken {
            Some(writes) => step.writes.extend(writes),
            None => drop(self.not_there.insert(piece)),
        }
        self.fetch_next(room, &mut step.messages);
    }
}

fn by_log(rows: &[HeadRow]) -> BTreeMap<LogId, HeadRow> {
    rows.iter().map(|row| (row.log, *row)).collect()
}

/// Rows in pages, of which the last says that it is one.
fn pages(rows: &[HeadRow]) -> Vec<Message> {
    let pages = rows.chunks(MAX_ROWS);
    let last = pages.len();
    let page = |(at, rows): (usize, &[HeadRow])| Message::Heads {
        more: at + 1 < last,
        rows: rows.to_vec(),
    };
    pages.enumerate().map(page).collect()
}
