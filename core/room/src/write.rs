//! What this device's person writes: it gets its place in their log, a clock and a signature.

use crate::body::{Body, Founding};
use crate::chain::chained;
use crate::clock::HybridClock;
use crate::entry::{Content, Entry, Header, Reference, kind};
use crate::log::LogId;
use crate::membership::{MAX_INDEX_BYTES, MAX_LOG_BYTES, bytes_of};
use crate::put::Index;
use crate::room::{Room, Write};
use crate::signing::{AuthorKey, SigningKey};
use bytes::Bytes;
use handfast_protocol::log::chain::ChainHash;
use handfast_protocol::log::{Incarnation, Kind, Life, MAX_ENTRY_BODY};
use handfast_token::{Secret, kdf};

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

impl Room {
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
        let current = Incarnation {
            counter: 1,
            random: drawn(random),
        };
        let writes = room.append(room.founding.time, key, current, &draft, random)?;
        room.current = Some(current);
        let writes = writes.into_iter().chain([Write::Current(Some(current))]);
        Ok((room, writes.collect()))
    }

    /// This device was made from an export: it does not know what was written since, and begins a new
    /// incarnation.
    #[must_use]
    pub fn imported(&mut self) -> Vec<Write> {
        self.current = None;
        vec![Write::Current(None)]
    }

    /// Writes at the end of the own log, behind the first entry of an incarnation if this begins one.
    /// `random` is fresh for each call. What nobody with these rights may say is written all the same: it
    /// counts nowhere, here as elsewhere.
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
        let known = own.map(|log| log.incarnation.counter).max();
        // The founder's first is the one that the room begins with, whether it is held here or not.
        let is_founder = me == self.founding.founder();
        let last = known.unwrap_or(u32::from(is_founder));
        let counter = last.checked_add(1).ok_or(WriteError::Full)?;
        if counter > self.membership.counters(me) {
            return Err(WriteError::Full);
        }
        Ok(Incarnation {
            counter,
            random: drawn(random),
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
}

/// The random part of an incarnation.
fn drawn(random: &Secret<32>) -> [u8; 8] {
    let random = kdf(random.expose(), "HFS1 own begin", &[]);
    let (random, _) = random.expose().split_first_chunk().expect("8 of 32 bytes");
    *random
}
