//! What two devices say to each other about their logs inside the sealed channel: three kinds of frame
//! bodies, beside those of the conversation.
//!
//! A message is one byte of kind and its fields. There is one encoding of everything, and a parser
//! refuses any other.

use super::entry::{BadEntry, Entry, Header, Incarnation, Kind, MAX_ENTRY, Whose, array};
use super::ledger::{MAX_INCARNATIONS, MAX_LINES};
use super::row::{Arrival, Author, LogId, Row, Tip};
use crate::handshake::MAX_BODY;
use bytes::{Buf, Bytes};
use std::collections::BTreeSet;
use std::fmt;

const HEADS: u8 = 18;
const ENTRY: u8 = 19;
const STORED: u8 = 20;

/// Bytes of an entry that one frame carries.
const PART: usize = MAX_BODY - 2;

/// Most bytes of an entry on its way: with whose it is, and the hash before it.
pub(super) const MAX_ARRIVAL: usize = FRONT + MAX_ENTRY;

/// Bytes in front of an entry on its way.
const FRONT: usize = 1 + 32;

/// One message. `Debug` shows nothing of an entry.
#[derive(Clone, PartialEq, Eq)]
pub enum Message {
    /// Where each log ends at the sender. Once, before anything else here.
    Heads(Heads),
    /// A part of an entry. `more` says that the next part follows in a later frame.
    Entry {
        /// True for every part but the last. Such a part is full.
        more: bool,
        /// The bytes, never none.
        part: Bytes,
    },
    /// That entry, and every one of its log that came before it, is on the sender's disk.
    Stored {
        /// Whose log it stands in: the sender's own, or the other.
        log: LogId,
        /// Which entry.
        tip: Tip,
    },
}

/// Where each line of both logs ends at somebody, in the order of incarnations, places and hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heads {
    /// Of the log that they write.
    pub own: Vec<(Incarnation, Tip)>,
    /// Of the log that the other one writes.
    pub other: Vec<(Incarnation, Tip)>,
}

/// A body that is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl From<BadEntry> for Malformed {
    fn from(_: BadEntry) -> Self {
        Self
    }
}

impl From<bytes::TryGetError> for Malformed {
    fn from(_: bytes::TryGetError) -> Self {
        Self
    }
}

impl Message {
    /// True if a frame body of this kind is read here.
    pub fn is_kind(kind: u8) -> bool {
        matches!(kind, HEADS | ENTRY | STORED)
    }

    /// True for the first entry of an incarnation, which says nothing to a person.
    pub fn begins_a_log(&self) -> bool {
        let Self::Entry { more: false, part } = self else {
            return false;
        };
        let mut entry = part.get(FRONT..).map(Bytes::copy_from_slice);
        let header = entry.as_mut().and_then(|entry| Header::read(entry).ok());
        header.is_some_and(|header| header.kind == Kind::FIRST && header.sequence == 1)
    }

    /// The body as a head and the bytes behind it, which are not copied.
    pub fn encode(&self) -> (Vec<u8>, Bytes) {
        match self {
            Self::Heads(heads) => {
                let mut head = vec![HEADS];
                write_tips(&heads.own, &mut head);
                write_tips(&heads.other, &mut head);
                (head, Bytes::new())
            }
            Self::Entry { more, part } => (vec![ENTRY, u8::from(*more)], part.clone()),
            Self::Stored { log, tip } => {
                let mut head = vec![STORED, whose(log.author) as u8];
                write_tip(log.incarnation, *tip, &mut head);
                (head, Bytes::new())
            }
        }
    }

    /// Reads one body.
    ///
    /// # Errors
    /// When it is no message of these kinds, or not in its one encoding.
    pub fn parse(mut body: Bytes) -> Result<Self, Malformed> {
        let message = match body.try_get_u8()? {
            HEADS => Self::Heads(Heads {
                own: read_tips(&mut body)?,
                other: read_tips(&mut body)?,
            }),
            ENTRY => {
                let more = match (body.try_get_u8()?, body.len()) {
                    (0, 1..=PART) => false,
                    (1, PART) => true,
                    _ => return Err(Malformed),
                };
                let part = std::mem::take(&mut body);
                Self::Entry { more, part }
            }
            STORED => {
                let author = author(Whose::read(&mut body)?);
                let (incarnation, tip) = read_tip(&mut body)?;
                let log = LogId {
                    author,
                    incarnation,
                };
                Self::Stored { log, tip }
            }
            _ => return Err(Malformed),
        };
        match body.has_remaining() {
            true => Err(Malformed),
            false => Ok(message),
        }
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heads(heads) => heads.fmt(f),
            Self::Entry { more, part } => write!(f, "Entry({more}, {} bytes)", part.len()),
            Self::Stored { log, tip } => write!(f, "Stored({log:?}, {tip:?})"),
        }
    }
}

/// An entry on its way, cut into messages.
pub(super) struct Parts {
    rest: Bytes,
}

impl Parts {
    pub(super) fn of(departure: &Arrival) -> Self {
        let rest = departure.to_bytes().into();
        Self { rest }
    }

    /// True once the last part was given.
    pub(super) fn is_over(&self) -> bool {
        self.rest.is_empty()
    }
}

impl Iterator for Parts {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        let part = self.rest.split_to(self.rest.len().min(PART));
        let more = !self.rest.is_empty();
        (!part.is_empty()).then_some(Message::Entry { more, part })
    }
}

impl Arrival {
    /// Bytes of its encoding.
    pub(super) fn length(&self) -> usize {
        FRONT + self.entry.length()
    }

    /// `whose u8 | hash before 32 | entry`, seen by whoever sends it.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.length());
        out.push(whose(self.author) as u8);
        out.extend(self.before);
        self.entry.write(&mut out);
        out
    }

    /// Reads exactly one; the author is still the one that the sender named.
    ///
    /// # Errors
    /// When it is nothing that a writer makes.
    pub fn parse(mut bytes: Bytes) -> Result<Self, Malformed> {
        Ok(Self {
            author: author(Whose::read(&mut bytes)?),
            before: array(&mut bytes)?,
            entry: Entry::parse(bytes)?,
        })
    }

    /// The same, seen by the other side.
    pub(super) fn at_the_other(self) -> Self {
        Self {
            author: self.author.at_the_other(),
            ..self
        }
    }
}

impl Row {
    /// Bytes of the entry on its way, which are what counts against a limit.
    pub fn length(&self) -> usize {
        FRONT + self.entry.length()
    }
}

fn whose(author: Author) -> Whose {
    match author {
        Author::Me => Whose::Writer,
        Author::Peer => Whose::Other,
    }
}

fn author(whose: Whose) -> Author {
    match whose {
        Whose::Writer => Author::Me,
        Whose::Other => Author::Peer,
    }
}

pub(super) fn write_tip(incarnation: Incarnation, tip: Tip, out: &mut Vec<u8>) {
    out.extend(incarnation.to_bytes());
    out.extend(tip.sequence.to_le_bytes());
    out.extend(tip.hash);
}

pub(super) fn read_tip(bytes: &mut Bytes) -> Result<(Incarnation, Tip), Malformed> {
    let incarnation = Incarnation::read(bytes)?;
    let tip = Tip {
        sequence: bytes.try_get_u64_le()?,
        hash: array(bytes)?,
    };
    match incarnation.counter == 0 || tip.sequence == 0 {
        true => Err(Malformed),
        false => Ok((incarnation, tip)),
    }
}

pub(super) fn write_tips(tips: &[(Incarnation, Tip)], out: &mut Vec<u8>) {
    out.push(tips.len() as u8);
    for (incarnation, tip) in tips {
        write_tip(*incarnation, *tip, out);
    }
}

pub(super) fn read_tips(bytes: &mut Bytes) -> Result<Vec<(Incarnation, Tip)>, Malformed> {
    let count = usize::from(bytes.try_get_u8()?);
    if count > MAX_LINES {
        return Err(Malformed);
    }
    let tips: Vec<_> = (0..count)
        .map(|_| read_tip(bytes))
        .collect::<Result<_, _>>()?;
    let incarnations: BTreeSet<_> = tips.iter().map(|(incarnation, _)| incarnation).collect();
    let is_in_order = tips.is_sorted_by(|one, next| one < next);
    match is_in_order && incarnations.len() <= MAX_INCARNATIONS {
        true => Ok(tips),
        false => Err(Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{any_arrival, any_log, any_tip};
    use super::*;
    use proptest::prelude::*;

    fn body(message: &Message) -> Bytes {
        let (head, tail) = message.encode();
        [&head[..], &tail[..]].concat().into()
    }

    fn any_tips() -> impl Strategy<Value = Vec<(Incarnation, Tip)>> {
        let tips = prop::collection::btree_set((any_log(), any_tip()), 0..8);
        tips.prop_map(|tips| {
            let mut tips: Vec<_> = tips
                .into_iter()
                .map(|(log, tip)| (log.incarnation, tip))
                .collect();
            tips.sort_unstable();
            tips.dedup();
            tips
        })
    }

    fn any_message() -> impl Strategy<Value = Message> {
        prop_oneof![
            (any_tips(), any_tips()).prop_map(|(own, other)| Message::Heads(Heads { own, other })),
            prop::collection::vec(any::<u8>(), 1..200).prop_map(|part| Message::Entry {
                more: false,
                part: part.into()
            }),
            (any_log(), any_tip()).prop_map(|(log, tip)| Message::Stored { log, tip }),
        ]
    }

    fn tips(incarnations: u32, lines: u64) -> Vec<(Incarnation, Tip)> {
        let incarnation = |counter| Incarnation {
            counter,
            random: [0; 8],
        };
        let tip = |sequence| Tip {
            sequence,
            hash: [0; 32],
        };
        let tips = (1..=incarnations)
            .flat_map(|counter| (1..=lines).map(move |line| (incarnation(counter), tip(line))));
        tips.collect()
    }

    #[test]
    fn as_many_heads_as_there_may_be_fit_into_one_frame_and_more_are_refused() {
        let heads = |own| {
            let other = tips(64, 2);
            body(&Message::Heads(Heads { own, other }))
        };
        let most = heads(tips(64, 2));
        assert!(most.len() <= MAX_BODY);
        assert!(Message::parse(most).is_ok());
        assert_eq!(Message::parse(heads(tips(65, 1))), Err(Malformed));
        assert_eq!(Message::parse(heads(tips(43, 3))), Err(Malformed));
    }

    #[test]
    fn heads_out_of_order_or_twice_are_refused() {
        for own in [
            tips(2, 1).into_iter().rev().collect(),
            [tips(1, 1), tips(1, 1)].concat(),
        ] {
            let other = Vec::new();
            let body = body(&Message::Heads(Heads { own, other }));
            assert_eq!(Message::parse(body), Err(Malformed));
        }
    }

    #[test]
    fn only_a_full_part_is_followed_by_another() {
        for (length, more, is_right) in [
            (PART, true, true),
            (PART, false, true),
            (PART - 1, true, false),
            (0, false, false),
            (PART + 1, false, false),
        ] {
            let part = vec![0; length].into();
            let parsed = Message::parse(body(&Message::Entry { more, part }));
            assert_eq!(parsed.is_ok(), is_right, "{length} {more}");
        }
    }

    #[test]
    fn other_kinds_are_not_read_here() {
        for kind in 0..=255 {
            let is_ours = Message::is_kind(kind);
            assert_eq!(is_ours, (18..=20).contains(&kind));
            if !is_ours {
                assert_eq!(Message::parse(vec![kind, 0, 0].into()), Err(Malformed));
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(message in any_message()) {
            prop_assert_eq!(Message::parse(body(&message)), Ok(message));
        }

        #[test]
        fn an_entry_is_put_together_from_its_parts(arrival in any_arrival()) {
            let parts: Vec<_> = Parts::of(&arrival).collect();
            let mut whole = Vec::new();
            for (n, message) in parts.iter().enumerate() {
                prop_assert!(Message::parse(body(message)).is_ok());
                let Message::Entry { more, part } = message else { panic!("{message:?}") };
                prop_assert_eq!(*more, n + 1 < parts.len());
                whole.extend_from_slice(part);
            }
            prop_assert_eq!(whole.len(), arrival.length());
            prop_assert!(whole.len() <= MAX_ARRIVAL);
            prop_assert_eq!(Arrival::parse(whole.into()), Ok(arrival));
        }

        #[test]
        fn whatever_is_read_has_one_encoding(kind in 17_u8..22, bytes: Vec<u8>) {
            let bytes = Bytes::from([&[kind][..], &bytes].concat());
            if let Ok(message) = Message::parse(bytes.clone()) {
                prop_assert_eq!(body(&message), bytes);
            }
        }
    }
}
