//! What is said about files: one message per frame body, kinds 21 to 23 and 32.
//!
//! As everywhere there is one encoding of everything, and a parser refuses any other. A file lies on one side,
//! which *offers* it; the other *wants* it.

use super::tree::{BLOCK, ChainingValue, Root, Segment};
use crate::file::FileError;
use crate::handshake::MAX_BODY;
use bytes::{Buf, Bytes};
use std::ops::Range;

/// Bytes of an encoding that one frame carries.
pub const PART: usize = MAX_BODY - 5;

/// No file has a group of this number or above.
const MOST_GROUPS: u64 = 1 << 50;

/// The kinds of frames that are about files.
pub const KINDS: [u8; 4] = [WANT, GROUP, SEGMENT, STATE];
const WANT: u8 = 21;
const GROUP: u8 = 22;
const SEGMENT: u8 = 23;
const STATE: u8 = 32;

/// What a file is called by the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// By its content.
    Root(Root),
    /// By the entry that offers it, as long as its content is not known as a whole.
    Entry(EntryId),
}

/// An entry in the log of whoever offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// The incarnation as an entry has it: a counter and eight random bytes.
    pub incarnation: [u8; 12],
    /// The entry's number in it, from 1.
    pub sequence: u64,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Send these groups, which are of one block.
    Want {
        /// What the answer names. It rises by one with each WANT of a channel, from 1.
        number: u32,
        /// The file.
        source: Source,
        /// The first group.
        first: u64,
        /// How many groups, 1 to 16.
        count: u8,
    },
    /// The next bytes of the encoding that a WANT asked for. None at all: nothing more comes of it.
    Group {
        /// The WANT.
        number: u32,
        /// At most [`PART`].
        bytes: Bytes,
    },
    /// What is to be known of the segment in which the wanted groups are, before their encoding. It has no
    /// length if the file ended before it.
    Segment {
        /// The WANT.
        number: u32,
        /// Length and value.
        segment: Segment,
    },
    /// How a file stands at the sender of this.
    State {
        /// The file.
        source: Source,
        /// How it stands.
        state: State,
    },
}

/// How a file stands, in the words of one side to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Who wants says: it waits, for a person or for its turn.
    Waiting,
    /// Who wants says: it comes, and so many bytes of it are checked and kept.
    Coming(u64),
    /// Who wants says: a person stopped it for a while.
    Paused,
    /// Who wants says: it is here, whole and equal.
    Received,
    /// Who wants says: it is not taken, or no longer.
    Refused(FileError),
    /// Who offers says: it can be had. The other answers with how it stands there.
    Offered,
    /// Who offers says: a person stopped it for a while, and no WANT is answered.
    Held,
    /// Who offers says: it cannot be had any more.
    Withdrawn(FileError),
}

impl State {
    /// True for what only the side says that offers the file.
    pub fn is_of_offer(self) -> bool {
        matches!(self, Self::Offered | Self::Held | Self::Withdrawn(_))
    }
}

/// A body that is no message about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// The groups of a WANT, if they are of one block.
fn wanted(first: u64, count: u8) -> Option<Range<u64>> {
    let end = first.checked_add(u64::from(count))?;
    let is_one = count > 0 && end <= MOST_GROUPS && first / BLOCK == (end - 1) / BLOCK;
    is_one.then_some(first..end)
}

impl Message {
    /// The body as a head and the bytes behind it, which are not copied.
    pub fn encode(&self) -> (Vec<u8>, Bytes) {
        let (mut head, mut tail) = (Vec::new(), Bytes::new());
        match self {
            Self::Want {
                number,
                source,
                first,
                count,
            } => {
                head.push(WANT);
                head.extend(number.to_le_bytes());
                source.write(&mut head);
                head.extend(first.to_le_bytes());
                head.push(*count);
            }
            Self::Group { number, bytes } => {
                head.push(GROUP);
                head.extend(number.to_le_bytes());
                tail = bytes.clone();
            }
            Self::Segment { number, segment } => {
                head.push(SEGMENT);
                head.extend(number.to_le_bytes());
                head.extend(segment.length.to_le_bytes());
                head.extend(segment.value.0);
            }
            Self::State { source, state } => {
                head.push(STATE);
                source.write(&mut head);
                state.write(&mut head);
            }
        }
        (head, tail)
    }

    /// Reads one body.
    ///
    /// # Errors
    /// When it is not exactly one of these messages.
    pub fn parse(mut body: Bytes) -> Result<Self, Malformed> {
        let message = match byte(&mut body)? {
            WANT => {
                let number = number(&mut body)?;
                let source = Source::parse(&mut body)?;
                let (first, count) = (long(&mut body)?, byte(&mut body)?);
                wanted(first, count).ok_or(Malformed)?;
                Self::Want {
                    number,
                    source,
                    first,
                    count,
                }
            }
            GROUP => {
                let number = number(&mut body)?;
                let bytes = std::mem::take(&mut body);
                if bytes.len() > PART {
                    return Err(Malformed);
                }
                Self::Group { number, bytes }
            }
            SEGMENT => {
                let number = number(&mut body)?;
                let length = self::number(&mut body)?;
                let value = ChainingValue(array(&mut body)?);
                let segment = Segment { length, value };
                let is_none = length == 0;
                if length > Segment::LENGTH || is_none && segment != Segment::NONE {
                    return Err(Malformed);
                }
                Self::Segment { number, segment }
            }
            STATE => Self::State {
                source: Source::parse(&mut body)?,
                state: State::parse(&mut body)?,
            },
            _ => return Err(Malformed),
        };
        match body.has_remaining() {
            true => Err(Malformed),
            false => Ok(message),
        }
    }
}

impl Source {
    pub(super) fn write(&self, into: &mut Vec<u8>) {
        match self {
            Self::Root(root) => {
                into.push(0);
                into.extend(root.0);
            }
            Self::Entry(entry) => {
                into.push(1);
                into.extend(entry.incarnation);
                into.extend(entry.sequence.to_le_bytes());
            }
        }
    }

    /// The bytes that stand for it in a message, one byte of form in front: what is kept of it elsewhere may be
    /// called by them.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.write(&mut bytes);
        bytes
    }

    fn parse(body: &mut Bytes) -> Result<Self, Malformed> {
        Ok(match byte(body)? {
            0 => Self::Root(Root(array(body)?)),
            1 => {
                let (incarnation, sequence) = (array(body)?, long(body)?);
                if sequence == 0 {
                    return Err(Malformed);
                }
                Self::Entry(EntryId {
                    incarnation,
                    sequence,
                })
            }
            _ => return Err(Malformed),
        })
    }
}

impl State {
    fn write(self, into: &mut Vec<u8>) {
        match self {
            Self::Waiting => into.push(1),
            Self::Coming(bytes) => {
                into.push(2);
                into.extend(bytes.to_le_bytes());
            }
            Self::Paused => into.push(3),
            Self::Received => into.push(4),
            Self::Refused(reason) => into.extend([5, reason.code()]),
            Self::Offered => into.push(16),
            Self::Held => into.push(17),
            Self::Withdrawn(reason) => into.extend([18, reason.code()]),
        }
    }

    fn parse(body: &mut Bytes) -> Result<Self, Malformed> {
        Ok(match byte(body)? {
            1 => Self::Waiting,
            2 => Self::Coming(long(body)?),
            3 => Self::Paused,
            4 => Self::Received,
            5 => Self::Refused(reason(body)?),
            16 => Self::Offered,
            17 => Self::Held,
            18 => Self::Withdrawn(reason(body)?),
            _ => return Err(Malformed),
        })
    }
}

fn byte(body: &mut Bytes) -> Result<u8, Malformed> {
    body.try_get_u8().map_err(|_| Malformed)
}

fn number(body: &mut Bytes) -> Result<u32, Malformed> {
    body.try_get_u32_le().map_err(|_| Malformed)
}

fn long(body: &mut Bytes) -> Result<u64, Malformed> {
    body.try_get_u64_le().map_err(|_| Malformed)
}

fn array<const N: usize>(body: &mut Bytes) -> Result<[u8; N], Malformed> {
    let mut array = [0; N];
    body.try_copy_to_slice(&mut array).map_err(|_| Malformed)?;
    Ok(array)
}

fn reason(body: &mut Bytes) -> Result<FileError, Malformed> {
    FileError::from_code(byte(body)?).ok_or(Malformed)
}

/// For fuzzing alone: reads a body, and holds a message to its one encoding.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn fuzz(body: &[u8]) {
    if let Ok(message) = Message::parse(body.to_vec().into()) {
        let (head, tail) = message.encode();
        assert_eq!([&head[..], &tail[..]].concat(), body);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    fn body(message: &Message) -> Bytes {
        let (head, tail) = message.encode();
        [&head[..], &tail[..]].concat().into()
    }

    fn sources() -> impl Strategy<Value = Source> {
        prop_oneof![
            any::<[u8; 32]>().prop_map(|root| Source::Root(Root(root))),
            (any::<[u8; 12]>(), 1_u64..).prop_map(|(incarnation, sequence)| {
                Source::Entry(EntryId {
                    incarnation,
                    sequence,
                })
            }),
        ]
    }

    fn states() -> impl Strategy<Value = State> {
        let reason = || (1_u8..=11).prop_filter_map("a reason", FileError::from_code);
        prop_oneof![
            Just(State::Waiting),
            any::<u64>().prop_map(State::Coming),
            Just(State::Paused),
            Just(State::Received),
            reason().prop_map(State::Refused),
            Just(State::Offered),
            Just(State::Held),
            reason().prop_map(State::Withdrawn),
        ]
    }

    pub(in super::super) fn messages() -> impl Strategy<Value = Message> {
        let block = 0..MOST_GROUPS / BLOCK;
        let wants = (any::<u32>(), sources(), block, 0_u8..16, 1_u8..=16);
        let wants = wants.prop_map(|(number, source, block, within, count)| Message::Want {
            number,
            source,
            first: block * BLOCK + u64::from(within),
            count: count.min(16 - within),
        });
        let bytes = proptest::collection::vec(any::<u8>(), 0..200);
        let groups = (any::<u32>(), bytes);
        let segments = (any::<u32>(), 1..=Segment::LENGTH, any::<[u8; 32]>());
        let nothing = any::<u32>().prop_map(|number| Message::Segment {
            number,
            segment: Segment::NONE,
        });
        prop_oneof![
            wants,
            groups.prop_map(|(number, bytes)| {
                let bytes = bytes.into();
                Message::Group { number, bytes }
            }),
            segments.prop_map(|(number, length, value)| {
                let value = ChainingValue(value);
                let segment = Segment { length, value };
                Message::Segment { number, segment }
            }),
            nothing,
            (sources(), states()).prop_map(|(source, state)| Message::State { source, state }),
        ]
    }

    #[test]
    fn a_full_part_fills_a_frame() {
        let bytes = vec![0; PART].into();
        assert_eq!(body(&Message::Group { number: 1, bytes }).len(), MAX_BODY);
        let longer = [&[GROUP][..], &[0; PART + 5]].concat();
        assert_eq!(Message::parse(longer.into()), Err(Malformed));
    }

    #[test]
    fn groups_of_two_blocks_or_none_are_not_asked_for_at_once() {
        for (first, count, is_one) in [
            (0, 16, true),
            (1, 15, true),
            (1, 16, false),
            (0, 0, false),
            (0, 17, false),
            (MOST_GROUPS - 1, 1, true),
            (MOST_GROUPS, 1, false),
            (u64::MAX, 1, false),
        ] {
            let want = Message::Want {
                number: 7,
                source: Source::Root(Root([1; 32])),
                first,
                count,
            };
            let read = Message::parse(body(&want));
            assert_eq!(read.is_ok(), is_one, "{first} {count}");
        }
    }

    #[test]
    fn each_kind_is_known_and_no_other() {
        for kind in 0..=u8::MAX {
            let empty_group = [&[kind][..], &[0; 4]].concat();
            let parsed = Message::parse(empty_group.into());
            assert_eq!(parsed.is_ok(), kind == GROUP, "{kind}");
            assert!(!KINDS.contains(&kind) || kind > 13);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(message in messages()) {
            prop_assert_eq!(Message::parse(body(&message)), Ok(message));
        }

        #[test]
        fn whatever_is_read_has_one_encoding(kind in proptest::sample::select(&KINDS[..]), rest: Vec<u8>) {
            let bytes = Bytes::from([&[kind][..], &rest].concat());
            if let Ok(message) = Message::parse(bytes.clone()) {
                prop_assert_eq!(body(&message), bytes);
            }
        }
    }
}
