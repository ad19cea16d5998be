//! One room as one device holds it: what came is judged, what is new goes to the disk, and everything else
//! follows from what is held.

use crate::body::{Body, Founding};
use crate::chain::{RoomId, chained};
use crate::clock::HybridClock;
use crate::entry::{Content, Entry, Header, Point, Reference, kind};
use crate::log::{Log, LogId};
use crate::membership::{
    Logs, MAX_INDEX_BYTES, MAX_LOG_BYTES, Membership, Person, bytes_of, log_of, logs_of,
};
use crate::put::{Change, Index};
use crate::run::{FalseSignature, Run};
use crate::signing::{AuthorKey, Signature, SigningKey};
use crate::value::value_commitment;
use bytes::Bytes;
use handfast_protocol::log::chain::{Blind, ChainHash, body_commitment};
use handfast_protocol::log::{Incarnation, Kind, Life, MAX_ENTRY_BODY};
use handfast_token::{Secret, kdf};
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
    Row(Row),
    /// The row with that hash goes, and everything that belongs to it.
    Forget(ChainHash),
    /// This value. None: it is erased, and not taken again.
    Value(ValueId, Option<HeldValue>),
    /// An entry acted for the first time at that time.
    Acted(ChainHash, u64),
    /// In which incarnation this device writes.
    Current(Option<Incarnation>),
}

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

/// Why nothing was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The key is not that of a member.
    #[error("you are not in this room any more")]
    NotAMember,
    /// All incarnations are used up, or all numbers.
    #[error(
        "this device may not write anything more here; ask the founder of the room to allow more"
    )]
    Full,
    /// The draft is longer than its kind allows, or nothing that is written.
    #[error("this is too long for one entry")]
    TooLong,
}

/// What is to be written.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What it is.
    pub kind: Kind,
    /// What it says.
    pub body: Bytes,
    /// What it is about.
    pub about: Option<Reference>,
    /// How long it lasts.
    pub life: Option<Life>,
}

impl Draft {
    /// Of something that is about nothing and lasts.
    pub fn new(kind: Kind, body: impl Into<Bytes>) -> Self {
        Self {
            kind,
            body: body.into(),
            about: None,
            life: None,
        }
    }

    /// Of an entry of the structure.
    pub fn of(body: &Body) -> Self {
        Self::new(body.kind(), body.to_bytes())
    }

    /// The same about that entry.
    #[must_use]
    pub fn about(self, about: Reference) -> Self {
        Self {
            about: Some(about),
            ..self
        }
    }
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
    current: Option<Incarnation>,
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

    /// Founds it: the room, and what is to be written.
    ///
    /// # Errors
    /// Never with a founding of that key; [`WriteError::NotAMember`] with another's.
    pub fn found(
        founding: Founding,
        key: &SigningKey,
        random: &Secret<32>,
    ) -> Result<(Self, Vec<Write>), WriteError> {
        let draft = Draft::of(&Body::Found(founding.clone()));
        let mut room = Self::new(founding);
        if key.public() != room.founding.founder() {
            return Err(WriteError::NotAMember);
        }
        let current = room.next_incarnation(key.public(), random)?;
        let writes = room.append(room.founding.time, key, current, &draft, random)?;
        room.current = Some(current);
        let writes = writes.into_iter().chain([Write::Current(Some(current))]);
        Ok((room, writes.collect()))
    }

    /// As it was when all of that was written, in any order of hashes.
    pub fn load(founding: Founding, writes: impl IntoIterator<Item = Write>) -> Self {
        let mut room = Self::new(founding);
        let mut rows: BTreeMap<ChainHash, Row> = BTreeMap::new();
        for write in writes {
            match write {
                Write::Row(row) => drop(rows.insert(row.hash, row)),
                Write::Forget(hash) => {
                    rows.remove(&hash);
                    room.values.retain(|value, _| value.put != hash);
                    room.acted.remove(&hash);
                }
                Write::Value(id, value) => drop(room.values.insert(id, value)),
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

    /// This device was made from an export: it does not know what was written since, and begins a new
    /// incarnation.
    #[must_use]
    pub fn imported(&mut self) -> Vec<Write> {
        self.current = None;
        vec![Write::Current(None)]
    }

    /// Writes at the end of the own log, behind the first entry of an incarnation if this begins one.
    /// `random` is fresh for each call.
    ///
    /// # Errors
    /// When the key's owner may not write, or not so much.
    pub fn write(
        &mut self,
        now: u64,
        key: &SigningKey,
        draft: &Draft,
        random: &Secret<32>,
    ) -> Result<Vec<Write>, WriteError> {
        let me = key.public();
        if !self
            .people()
            .get(&me)
            .is_some_and(|person| person.is_member)
        {
            return Err(WriteError::NotAMember);
        }
        let mut writes = Vec::new();
        let current = match self
            .current
            .filter(|current| self.has_place(now, me, *current, draft))
        {
            Some(current) => current,
            None => {
                let new = self.next_incarnation(me, random)?;
                let mut first = Draft::new(Kind::FIRST, vec![0]);
                first.about = self.membership.opened(me);
                writes = self.append(now, key, new, &first, random)?;
                self.current = Some(new);
                writes.push(Write::Current(self.current));
                new
            }
        };
        writes.extend(self.append(now, key, current, draft, random)?);
        Ok(writes)
    }

    /// True if that counts there as one more entry, and the last one does not lie far ahead.
    fn has_place(&self, now: u64, me: AuthorKey, incarnation: Incarnation, draft: &Draft) -> bool {
        let log = LogId {
            author: me,
            incarnation,
        };
        let (Some(line), Some(held)) = (self.membership.kept().get(&log), self.logs.get(&log))
        else {
            return false;
        };
        let node = |hash: Option<&ChainHash>| held.node(hash?);
        let (Some(first), Some(last)) = (node(line.hashes.first()), node(line.hashes.last()))
        else {
            return false;
        };
        let is_open = first.entry.header.about == self.membership.opened(me)
            && last.entry.header.kind != kind::LEAVE
            && line
                .hashes
                .last()
                .is_some_and(|hash| held.versions(hash).is_empty());
        let (all, indexes) = bytes_of(line, held).last().unwrap_or_default();
        let body = draft.body.len() as u64;
        let index = Index::parse(draft.body.clone()).ok();
        let index = index.filter(|_| draft.kind == kind::PUT);
        let is_within = (line.hashes.len() as u64) < self.membership.entries(&self.founding, me)
            && all + body + index.as_ref().map_or(0, Index::value_bytes) <= MAX_LOG_BYTES
            && indexes + index.map_or(0, |_| body) <= MAX_INDEX_BYTES;
        let header = &last.entry.header;
        let has_come = kind::is_membership(header.kind) || header.clock.has_come(now);
        is_open && is_within && has_come
    }

    fn next_incarnation(
        &self,
        me: AuthorKey,
        random: &Secret<32>,
    ) -> Result<Incarnation, WriteError> {
        let own = self.logs.keys().filter(|log| log.author == me);
        let last = own.map(|log| log.incarnation.counter).max().unwrap_or(0);
        let counter = last.checked_add(1).ok_or(WriteError::Full)?;
        if counter > self.membership.counters(me) {
            return Err(WriteError::Full);
        }
        let random = kdf(random.expose(), "HFS1 own begin", &[]);
        let (random, _) = random.expose().split_first_chunk().expect("8 of 32 bytes");
        Ok(Incarnation {
            counter,
            random: *random,
        })
    }

    fn append(
        &mut self,
        now: u64,
        key: &SigningKey,
        incarnation: Incarnation,
        draft: &Draft,
        random: &Secret<32>,
    ) -> Result<Vec<Write>, WriteError> {
        let log = LogId {
            author: key.public(),
            incarnation,
        };
        let line = self.membership.kept().get(&log);
        let last = line.and_then(|line| line.hashes.last().copied());
        let sequence = line.map_or(0, |line| line.hashes.len() as u64) + 1;
        let before = last.unwrap_or_else(|| self.id.beginning(log.author, incarnation));
        let header = Header {
            kind: draft.kind,
            incarnation,
            sequence,
            clock: HybridClock::next(self.latest(now, &log), now).ok_or(WriteError::Full)?,
            life: draft.life,
            about: draft.about,
            body_length: u32::try_from(draft.body.len()).map_err(|_| WriteError::TooLong)?,
        };
        if !header.is_well_formed() || draft.body.len() > MAX_ENTRY_BODY {
            return Err(WriteError::TooLong);
        }
        let blind = kdf(
            random.expose(),
            "HFS1 own blind",
            &[&before, &header.to_bytes()],
        );
        let (blind, _) = blind.expose().split_first_chunk().expect("16 of 32 bytes");
        let entry = Entry {
            header,
            content: Content::Whole {
                blind: Secret::new(*blind),
                body: draft.body.clone(),
            },
        };
        let hash = chained(&before, &entry);
        let signature = self.id.sign(key, &hash);
        Ok(self.take_in(log, before, vec![(hash, entry, Some(signature))]))
    }

    /// The highest clock that whoever writes goes above: that of the log, and of every entry that acts and
    /// whose time has come. What says who may do what raises no clock.
    fn latest(&self, now: u64, own: &LogId) -> HybridClock {
        let mut latest = HybridClock::default();
        for (log, line) in self.membership.kept() {
            let Some(held) = self.logs.get(log) else {
                continue;
            };
            let nodes = line.hashes.iter().rev().filter_map(|hash| held.node(hash));
            let ordinary = nodes.filter(|node| !kind::is_membership(node.entry.header.kind));
            let mut clocks = ordinary.map(|node| node.entry.header.clock);
            let last = match log == own {
                true => clocks.next(),
                false => clocks.find(|clock| clock.millis() <= now),
            };
            latest = latest.max(last.unwrap_or_default());
        }
        latest
    }

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
        let hashes = run.verify(&self.id)?;
        let beginning = self.id.beginning(log.author, log.incarnation);
        let held = self.logs.get(&log);
        let reaches = match held {
            Some(held) => held.reaches(&run.before, run.first()),
            None => run.first() == 1 && run.before == beginning,
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
            writes.push(Write::Current(None));
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
            && (self.logs.contains_key(log) || self.membership.is_ranked(&self.logs, log))
    }

    /// Takes in entries that go on from `before`: what changed on the disk.
    fn take_in(
        &mut self,
        log: LogId,
        mut before: ChainHash,
        entries: Vec<(ChainHash, Entry, Option<Signature>)>,
    ) -> Vec<Write> {
        let beginning = self.id.beginning(log.author, log.incarnation);
        let is_new = !self.logs.contains_key(&log);
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
        let decides = is_new || held.has_membership() || held.is_forked();
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
        let beyond: Vec<_> = logs_of(&self.logs, log.author)
            .map(|(log, _)| *log)
            .filter(|log| !self.membership.is_ranked(&self.logs, log))
            .collect();
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
            self.values.retain(|value, _| value.put != *hash);
            self.acted.remove(hash);
        }
        gone
    }

    fn row(&self, log: &LogId, hash: &ChainHash) -> Option<Row> {
        let node = self.logs.get(log)?.node(hash)?;
        Some(Row {
            author: log.author,
            before: node.before,
            hash: *hash,
            entry: node.entry.clone(),
            signature: node.signature,
            is_erased: node.is_erased,
        })
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
