//! The values of an image, in the order of their names, and what has happened to them.

use crate::StoreError;
use crate::conversation::{LogLine, Place};
use crate::medium::Table;
use crate::record::{Plain, Reader, Writer};
use handfast_protocol::handshake::PublicKey;
use std::collections::{BTreeMap, BTreeSet};

/// The longest name there is: the place of an entry.
const MAX_NAME: usize = 32 + Place::BYTES;

/// The most bytes of a value.
const MAX_VALUE: usize = 128 << 10;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Table(Table),
    /// The small things that are kept of a conversation.
    State,
    /// What is being typed in one.
    Draft,
    /// Where a line of a log ends.
    Line,
    /// What stays of an entry.
    Head,
    /// What can be erased of it.
    Body,
}

/// The name of a value among all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    kind: Kind,
    name: Vec<u8>,
}

/// See the module text.
#[derive(Default)]
pub(super) struct Values {
    all: BTreeMap<Name, Plain>,
    /// The Lamport times of entries, by the names that [`in_log`] gives them.
    times: BTreeMap<Vec<u8>, u64>,
    /// What was there before each change.
    changes: Vec<(Name, Option<Plain>)>,
}

impl Kind {
    const OTHERS: [Self; 5] = [Self::State, Self::Draft, Self::Line, Self::Head, Self::Body];

    /// Its number on the disk, which it keeps.
    fn number(self) -> u8 {
        let place = match self {
            Self::Table(table) => Table::ALL.iter().position(|one| *one == table),
            other => Self::OTHERS
                .iter()
                .position(|one| *one == other)
                .map(|place| place + 0x80),
        };
        place.unwrap_or_default() as u8
    }

    fn of_number(number: u8) -> Option<Self> {
        let table = Table::ALL.get(usize::from(number));
        let other = || Self::OTHERS.get(usize::from(number.checked_sub(0x80)?));
        table
            .map(|table| Self::Table(*table))
            .or_else(|| other().copied())
    }
}

impl Name {
    pub(super) fn new(kind: Kind, name: &[u8]) -> Self {
        let name = name.to_vec();
        Self { kind, name }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.name
    }

    /// What names its row.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        [&[self.kind.number()], &self.name[..]].concat()
    }

    /// What is sealed of a value of this name.
    pub(super) fn write(&self, value: &[u8]) -> Plain {
        let writer = Writer::new(self.kind.number(), 3 + self.name.len() + value.len());
        let writer = writer.u16(self.name.len() as u16);
        writer.raw(&self.name).raw(value).finish()
    }

    /// Reads what [`Self::write`] wrote.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, Plain), StoreError> {
        let mut reader = Reader::new(bytes);
        let kind = Kind::of_number(reader.byte()?).ok_or(StoreError::Newer)?;
        let name = reader.bytes(MAX_NAME)?.to_vec();
        let value = Plain::new(reader.rest(MAX_VALUE)?.to_vec());
        Ok((Self { kind, name }, value))
    }
}

impl Values {
    pub(super) fn get(&self, name: &Name) -> Option<&Plain> {
        self.all.get(name)
    }

    /// Sets a value, or removes it.
    pub(super) fn set(&mut self, name: Name, value: Option<Plain>) {
        if value.is_none() && !self.all.contains_key(&name) {
            return;
        }
        if name.kind == Kind::Head
            && let Ok((with, place)) = read_place(&name.name)
        {
            match value {
                Some(_) => self.times.insert(in_log(with, &place), place.lamport),
                None => self.times.remove(&in_log(with, &place)),
            };
        }
        let before = match value {
            Some(value) => self.all.insert(name.clone(), value),
            None => self.all.remove(&name),
        };
        self.changes.push((name, before));
    }

    /// The values of this kind whose names begin so, in the order of their names.
    pub(super) fn of<'a>(
        &'a self,
        kind: Kind,
        beginning: &'a [u8],
    ) -> impl Iterator<Item = (&'a Name, &'a Plain)> {
        let from = self.all.range(Name::new(kind, beginning)..);
        from.take_while(move |(name, _)| name.kind == kind && name.name.starts_with(beginning))
    }

    /// The entries of a conversation that stand before a place, or all of them, in the order of every screen.
    pub(super) fn entries(
        &self,
        with: PublicKey,
        before: Option<&Place>,
    ) -> impl DoubleEndedIterator<Item = (&Name, &Plain)> {
        let first = Name::new(Kind::Head, &with.0);
        let end = match before {
            Some(before) => Name::new(Kind::Head, &in_time(with, before)),
            // No place has more bytes.
            None => Name::new(
                Kind::Head,
                &[&with.0[..], &[0xff; Place::BYTES + 1]].concat(),
            ),
        };
        self.all.range(first..end)
    }

    /// The places of a log on all its lines, from this number up to that one.
    pub(super) fn places(
        &self,
        with: PublicKey,
        log: LogLine,
        (first, last): (u64, u64),
    ) -> impl Iterator<Item = Place> {
        let at = |sequence, line| {
            let log = LogLine { line, ..log };
            let place = Place {
                lamport: 0,
                log,
                sequence,
            };
            in_log(with, &place)
        };
        let found = self.times.range(at(first, 0)..=at(last, u8::MAX));
        found.map(move |(name, lamport)| {
            let (sequence, line) = name[name.len() - 9..].split_at(8);
            Place {
                lamport: *lamport,
                log: LogLine {
                    line: line[0],
                    ..log
                },
                sequence: sequence.try_into().map_or(0, u64::from_be_bytes),
            }
        })
    }

    /// What is otherwise than before, once each.
    pub(super) fn changed(&self) -> BTreeSet<&Name> {
        self.changes.iter().map(|(name, _)| name).collect()
    }

    /// What was there before each change, in the order of the changes.
    pub(super) fn forget_changes(&mut self) -> Vec<(Name, Option<Plain>)> {
        std::mem::take(&mut self.changes)
    }
}

/// The name of an entry in the order of every screen, which is that of [`Place`].
pub(super) fn in_time(with: PublicKey, place: &Place) -> Vec<u8> {
    let log = &place.log;
    let parts: [&[u8]; 7] = [
        &with.0,
        &place.lamport.to_be_bytes(),
        &log.author.0,
        &log.counter.to_be_bytes(),
        &log.random,
        &place.sequence.to_be_bytes(),
        &[log.line],
    ];
    parts.concat()
}

/// Reads what [`in_time`] wrote.
pub(super) fn read_place(name: &[u8]) -> Result<(PublicKey, Place), StoreError> {
    let mut reader = Reader::new(name);
    let with = PublicKey(reader.array()?);
    let lamport = u64::from_be_bytes(reader.array()?);
    let author = PublicKey(reader.array()?);
    let counter = u32::from_be_bytes(reader.array()?);
    let random = reader.array()?;
    let sequence = u64::from_be_bytes(reader.array()?);
    let line = reader.byte()?;
    reader.finish()?;
    let log = LogLine {
        author,
        counter,
        random,
        line,
    };
    let place = Place {
        lamport,
        log,
        sequence,
    };
    Ok((with, place))
}

/// The name of an entry in the order of its log.
fn in_log(with: PublicKey, place: &Place) -> Vec<u8> {
    let log = &place.log;
    let parts: [&[u8]; 6] = [
        &with.0,
        &log.author.0,
        &log.counter.to_be_bytes(),
        &log.random,
        &place.sequence.to_be_bytes(),
        &[log.line],
    ];
    parts.concat()
}
