//! The header of a container: what it holds, what opens it, and what opening it costs.
//!
//! Reading needs no key and at most 1 KiB of memory. Nothing is believed before the commitment
//! behind it was compared; see [`Keys`](super::key::Keys).

use std::io::Read;
use std::ops::RangeInclusive;

use super::{LockError, Profile, SealError, StreamError};
use handfast_token::Question;

/// The first bytes of a container. The last of them is the version.
pub const MAGIC: &[u8; 4] = b"HFS1";
/// Bytes in front of the questions.
pub(super) const FIXED: usize = 48;
/// The most questions, and the most answers.
pub const MAX_QUESTIONS: usize = 5;
const MAX_QUESTION_BLOCK: usize = 1024;

const SOURCE_KEY: u8 = 0;
const SOURCE_ARGON2ID: u8 = 1;
const WITH_CODE: u8 = 1 << 0;
const PROFILE_NONE: u8 = 0;

/// What is inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An invitation.
    Invitation,
    /// A reply.
    Reply,
    /// Any file.
    File,
    /// What a device knows about itself and its contacts.
    DeviceState,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Invitation, Self::Reply, Self::File, Self::DeviceState];

    fn code(self) -> u8 {
        match self {
            Self::Invitation => 1,
            Self::Reply => 2,
            Self::File => 3,
            Self::DeviceState => 4,
        }
    }
}

/// What one Argon2id (RFC 9106) costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub passes: u8,
    /// Lanes, the degree of parallelism that the result depends on.
    pub lanes: u8,
}

impl Cost {
    /// For everyday: 64 MiB, 3 passes, 4 lanes, the second recommendation of RFC 9106 §4.
    pub const STANDARD: Self = Self {
        memory_kib: 64 << 10,
        passes: 3,
        lanes: 4,
    };
    /// Four times the memory, and the most that [`Limits::PHONE`] takes.
    pub const STRONG: Self = Self {
        memory_kib: 256 << 10,
        ..Self::STANDARD
    };
}

/// What a device is willing to spend on opening a container that somebody else made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Memory of Argon2 in KiB.
    pub memory_kib: RangeInclusive<u32>,
    /// Passes of Argon2.
    pub passes: RangeInclusive<u8>,
    /// Lanes of Argon2.
    pub lanes: RangeInclusive<u8>,
    /// The most memory times passes, in KiB.
    pub work_kib: u64,
    /// The most bytes of content once it is unpacked.
    pub content_bytes: u64,
}

impl Limits {
    /// A phone: 19 to 256 MiB, 768 MiB of work, 512 MiB of content.
    pub const PHONE: Self = Self {
        memory_kib: 19 << 10..=256 << 10,
        passes: 1..=16,
        lanes: 1..=8,
        work_kib: 768 << 10,
        content_bytes: 512 << 20,
    };
    /// A desktop: 19 MiB to 1 GiB, 4 GiB of work, 16 GiB of content.
    pub const DESKTOP: Self = Self {
        memory_kib: 19 << 10..=1 << 20,
        passes: 1..=16,
        lanes: 1..=8,
        work_kib: 4 << 20,
        content_bytes: 16 << 30,
    };

    /// Checks that `cost` may be spent.
    ///
    /// # Errors
    /// [`SealError::TooExpensive`] above the limits; [`SealError::Unsupported`] below them, and for
    /// lanes without their 8 KiB each: no writer makes that.
    pub fn check(&self, cost: &Cost) -> Result<(), SealError> {
        let work = u64::from(cost.memory_kib) * u64::from(cost.passes);
        if cost.memory_kib > *self.memory_kib.end()
            || cost.passes > *self.passes.end()
            || cost.lanes > *self.lanes.end()
            || work > self.work_kib
        {
            Err(SealError::TooExpensive)
        } else if cost.memory_kib < (*self.memory_kib.start()).max(8 * u32::from(cost.lanes))
            || cost.passes < (*self.passes.start()).max(1)
            || cost.lanes < (*self.lanes.start()).max(1)
        {
            Err(SealError::Unsupported)
        } else {
            Ok(())
        }
    }
}

/// The questions whose answers open a container, for everybody to read. At most five, at most 1024
/// bytes together with their lengths; none if they were agreed on elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Questions(Vec<Question>);

impl From<Question> for Questions {
    /// One is always short enough.
    fn from(question: Question) -> Self {
        const { assert!(3 + Question::MOST <= MAX_QUESTION_BLOCK) };
        Self(vec![question])
    }
}

impl Questions {
    /// Takes the questions in the order of their answers.
    ///
    /// # Errors
    /// [`LockError::Count`] or [`LockError::QuestionsTooLong`].
    pub fn new(questions: Vec<Question>) -> Result<Self, LockError> {
        let questions = Self(questions);
        if questions.0.len() > MAX_QUESTIONS {
            Err(LockError::Count)
        } else if questions.to_block().len() > MAX_QUESTION_BLOCK {
            Err(LockError::QuestionsTooLong)
        } else {
            Ok(questions)
        }
    }

    /// The questions in order.
    pub fn as_slice(&self) -> &[Question] {
        &self.0
    }

    fn to_block(&self) -> Vec<u8> {
        let mut block = Vec::new();
        if !self.0.is_empty() {
            block.push(self.0.len() as u8);
        }
        for question in &self.0 {
            let text = question.as_str().as_bytes();
            block.extend_from_slice(&(text.len() as u16).to_le_bytes());
            block.extend_from_slice(text);
        }
        block
    }

    fn parse_block(block: &[u8]) -> Option<Self> {
        let Some((&count, mut rest)) = block.split_first() else {
            return Some(Self::default());
        };
        if !(1..=MAX_QUESTIONS).contains(&usize::from(count)) {
            return None;
        }
        let mut questions = Vec::with_capacity(usize::from(count));
        for _ in 0..count {
            let (length, after) = rest.split_first_chunk()?;
            let (text, after) = after.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
            questions.push(Question::new(std::str::from_utf8(text).ok()?).ok()?);
            rest = after;
        }
        rest.is_empty().then_some(Self(questions))
    }
}

/// What has to be known to open a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lock {
    /// A key of 32 random bytes.
    Key,
    /// Answers to questions.
    Answers {
        /// What trying one set of answers costs.
        cost: Cost,
        /// How the answers are written down.
        profile: Profile,
        /// A code sent over a second channel is needed as well.
        with_code: bool,
        /// The questions, if they are in the container.
        questions: Questions,
    },
}

impl Lock {
    /// For something new: the answers are written down by the latest profile.
    pub fn answers(cost: Cost, with_code: bool, questions: Questions) -> Self {
        Self::Answers {
            cost,
            profile: Profile::LATEST,
            with_code,
            questions,
        }
    }
}

/// The readable beginning of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What is inside.
    pub kind: Kind,
    /// What opens it.
    pub lock: Lock,
    /// Random, fresh for every container: it makes each key and with it each nonce unique.
    pub salt: [u8; 32],
}

impl Header {
    /// The one encoding of this header.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(FIXED);
        out.extend_from_slice(MAGIC);
        out.push(self.kind.code());
        let mut block = Vec::new();
        match &self.lock {
            Lock::Key => out.extend_from_slice(&[SOURCE_KEY, 0, PROFILE_NONE, 0, 0, 0, 0, 0, 0]),
            Lock::Answers {
                cost,
                profile,
                with_code,
                questions,
            } => {
                out.extend_from_slice(&[
                    SOURCE_ARGON2ID,
                    if *with_code { WITH_CODE } else { 0 },
                    profile.code(),
                ]);
                out.extend_from_slice(&cost.memory_kib.to_le_bytes());
                out.extend_from_slice(&[cost.passes, cost.lanes]);
                block = questions.to_block();
            }
        }
        out.extend_from_slice(&(block.len() as u16).to_le_bytes());
        out.extend_from_slice(&self.salt);
        out.extend_from_slice(&block);
        out
    }

    /// Reads the header at the beginning of `container`, to ask its questions; what follows is not
    /// looked at.
    ///
    /// # Errors
    /// [`SealError::NotOurs`], [`SealError::Unsupported`] or [`SealError::Damaged`].
    pub fn parse(container: &[u8]) -> Result<Self, SealError> {
        Self::read(container).map_err(|error| match error {
            StreamError::Seal(error) => error,
            StreamError::Io(_) => SealError::Damaged,
        })
    }

    /// Like [`Self::parse`], from a stream, of which it takes the header's bytes and no more.
    ///
    /// # Errors
    /// As [`Self::parse`], and those of the stream.
    pub fn read(mut container: impl Read) -> Result<Self, StreamError> {
        let magic: [u8; 4] = read_array(&mut container, SealError::NotOurs)?;
        match (magic.split_last(), &magic == MAGIC) {
            (_, true) => {}
            (Some((b'2'..=b'9', b"HFS")), _) => return Err(SealError::Unsupported.into()),
            _ => return Err(SealError::NotOurs.into()),
        }
        let [
            kind,
            source,
            flags,
            profile,
            m0,
            m1,
            m2,
            m3,
            passes,
            lanes,
            l0,
            l1,
        ] = read_array(&mut container, SealError::Damaged)?;
        let salt = read_array(&mut container, SealError::Damaged)?;
        let cost = Cost {
            memory_kib: u32::from_le_bytes([m0, m1, m2, m3]),
            passes,
            lanes,
        };
        let length = usize::from(u16::from_le_bytes([l0, l1]));
        let kind = Kind::ALL
            .into_iter()
            .find(|known| known.code() == kind)
            .ok_or(SealError::Unsupported)?;
        let (with_code, profile) = match (source, flags, Profile::from_code(profile)) {
            (SOURCE_KEY, 0, None) if profile == PROFILE_NONE => {
                let nothing = [m0, m1, m2, m3, passes, lanes, l0, l1] == [0; 8];
                return nothing
                    .then_some(Self {
                        kind,
                        lock: Lock::Key,
                        salt,
                    })
                    .ok_or(SealError::Damaged.into());
            }
            (SOURCE_ARGON2ID, flags @ (0 | WITH_CODE), Some(profile)) => {
                (flags == WITH_CODE, profile)
            }
            _ => return Err(SealError::Unsupported.into()),
        };
        let mut block = [0; MAX_QUESTION_BLOCK];
        let block = block.get_mut(..length).ok_or(SealError::Damaged)?;
        read_exact(&mut container, block, SealError::Damaged)?;
        Ok(Self {
            kind,
            lock: Lock::Answers {
                cost,
                profile,
                with_code,
                questions: Questions::parse_block(block).ok_or(SealError::Damaged)?,
            },
            salt,
        })
    }
}

pub(super) fn read_array<const N: usize>(
    from: &mut impl Read,
    if_cut: SealError,
) -> Result<[u8; N], StreamError> {
    let mut array = [0; N];
    read_exact(from, &mut array, if_cut)?;
    Ok(array)
}

pub(super) fn read_exact(
    from: &mut impl Read,
    into: &mut [u8],
    if_cut: SealError,
) -> Result<(), StreamError> {
    from.read_exact(into).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => if_cut.into(),
        _ => error.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn asking() -> Header {
        let questions = ["Where did we meet?", "Wie heißt der Hund?"];
        let questions = questions.map(|text| Question::new(text).unwrap()).to_vec();
        Header {
            kind: Kind::File,
            lock: Lock::Answers {
                cost: Cost::STANDARD,
                profile: Profile::Two,
                with_code: true,
                questions: Questions::new(questions).unwrap(),
            },
            salt: [7; 32],
        }
    }

    fn keyed() -> Header {
        Header {
            lock: Lock::Key,
            ..asking()
        }
    }

    #[test]
    fn the_layout_is_the_one_in_the_protocol() {
        let salt = [7; 32];
        let key = [&b"HFS1\x03"[..], &[0; 11], &salt].concat();
        assert_eq!(keyed().to_bytes(), key);
        let asking_bytes = [
            &b"HFS1\x03\x01\x01\x02\x00\x00\x01\x00\x03\x04\x2b\x00"[..],
            &salt,
            b"\x02\x12\x00Where did we meet?\x14\x00Wie hei\xc3\x9ft der Hund?",
        ]
        .concat();
        assert_eq!(asking().to_bytes(), asking_bytes);
        for header in [asking(), keyed()] {
            assert_eq!(Header::parse(&header.to_bytes()), Ok(header));
        }
    }

    #[test]
    fn a_hostile_header_is_refused() {
        use SealError::{Damaged, NotOurs, Unsupported};
        let changed = |header: Header, at: usize, to: &[u8]| {
            let mut bytes = header.to_bytes();
            bytes[at..at + to.len()].copy_from_slice(to);
            Header::parse(&bytes).map(|_| ())
        };
        for (at, to, error) in [
            (0, &b"PK\x03\x04"[..], NotOurs),
            (3, b"0", NotOurs),
            (3, b"2", Unsupported),
            (4, &[0], Unsupported),
            (4, &[5], Unsupported),
            (5, &[2], Unsupported),
            (5, &[0], Unsupported),
            (6, &[2], Unsupported),
            (6, &[0x81], Unsupported),
            (7, &[0], Unsupported),
            (7, &[3], Unsupported),
            (14, &65_000u16.to_le_bytes(), Damaged),
            (14, &1025u16.to_le_bytes(), Damaged),
            (14, &42u16.to_le_bytes(), Damaged),
            (14, &44u16.to_le_bytes(), Damaged),
            (14, &1u16.to_le_bytes(), Damaged),
            (48, &[0], Damaged),
            (48, &[1], Damaged),
            (48, &[3], Damaged),
            (48, &[6], Damaged),
            (49, &[0, 0], Damaged),
            (49, &[0xff, 0xff], Damaged),
            (51, &[0xff], Damaged),
            (51, b"\n", Damaged),
        ] {
            assert_eq!(changed(asking(), at, to), Err(error), "{at} {to:?}");
        }
        for at in 8..16 {
            assert_eq!(changed(keyed(), at, &[1]), Err(Damaged), "{at}");
        }
        assert_eq!(changed(keyed(), 6, &[1]), Err(Unsupported));
        assert_eq!(changed(keyed(), 7, &[1]), Err(Unsupported));
        assert_eq!(changed(keyed(), 7, &[2]), Err(Unsupported));
        assert_eq!(changed(asking(), 7, &[1]), Ok(()));
    }

    #[test]
    fn a_cut_header_is_damaged_and_less_than_the_magic_is_not_ours() {
        for header in [asking(), keyed()] {
            let bytes = header.to_bytes();
            for length in 0..bytes.len() {
                let error = match length {
                    0..4 => SealError::NotOurs,
                    _ => SealError::Damaged,
                };
                assert_eq!(Header::parse(&bytes[..length]), Err(error), "{length}");
            }
        }
    }

    #[test]
    fn limits_end_where_they_say() {
        use SealError::{TooExpensive, Unsupported};
        for (limits, memory_kib, passes, lanes, expected) in [
            (&Limits::PHONE, 64 << 10, 3, 4, Ok(())),
            (&Limits::PHONE, 256 << 10, 3, 8, Ok(())),
            (&Limits::PHONE, 19 << 10, 16, 1, Ok(())),
            (&Limits::PHONE, 256 << 10, 4, 4, Err(TooExpensive)),
            (&Limits::PHONE, (256 << 10) + 1, 1, 4, Err(TooExpensive)),
            (&Limits::PHONE, 64 << 10, 17, 4, Err(TooExpensive)),
            (&Limits::PHONE, 64 << 10, 255, 4, Err(TooExpensive)),
            (&Limits::PHONE, 64 << 10, 3, 9, Err(TooExpensive)),
            (&Limits::PHONE, u32::MAX, 255, 255, Err(TooExpensive)),
            (&Limits::PHONE, 4 << 20, 1, 1, Err(TooExpensive)),
            (&Limits::PHONE, (19 << 10) - 1, 3, 4, Err(Unsupported)),
            (&Limits::PHONE, 0, 0, 0, Err(Unsupported)),
            (&Limits::PHONE, 64 << 10, 0, 4, Err(Unsupported)),
            (&Limits::PHONE, 64 << 10, 3, 0, Err(Unsupported)),
            (&Limits::DESKTOP, 1 << 20, 4, 8, Ok(())),
            (&Limits::DESKTOP, 1 << 20, 5, 8, Err(TooExpensive)),
            (&Limits::DESKTOP, (1 << 20) + 1, 1, 8, Err(TooExpensive)),
        ] {
            let cost = Cost {
                memory_kib,
                passes,
                lanes,
            };
            assert_eq!(limits.check(&cost), expected, "{cost:?}");
        }
        assert_eq!(Limits::PHONE.check(&Cost::STANDARD), Ok(()));
        assert_eq!(Limits::PHONE.check(&Cost::STRONG), Ok(()));
    }

    #[test]
    fn questions_fit_their_block() {
        let question = |length: usize| Question::new(&"q".repeat(length)).unwrap();
        let many = |count: usize, length| Questions::new(vec![question(length); count]);
        assert!(many(5, 202).is_ok());
        assert_eq!(many(5, 203), Err(LockError::QuestionsTooLong));
        assert_eq!(many(6, 1), Err(LockError::Count));
        assert!(many(0, 1).is_ok());
    }

    proptest! {
        #[test]
        fn whatever_parses_is_canonical(
            kind in 0u8..6, source in 0u8..3, flags in 0u8..3, profile in 0u8..4, zero: bool,
            cost: [u8; 6], tail in prop::collection::vec(0u8..3, 0..12),
        ) {
            let cost = if zero { [0; 6] } else { cost };
            let mut bytes = [&b"HFS1"[..], &[kind, source, flags, profile], &cost].concat();
            bytes.extend_from_slice(&(tail.len() as u16).to_le_bytes());
            bytes.extend_from_slice(&[9; 32]);
            bytes.extend_from_slice(&tail);
            if let Ok(header) = Header::parse(&bytes) {
                prop_assert_eq!(header.to_bytes(), bytes);
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
            let _ = Header::parse(&bytes);
            let _ = Header::parse(&[&b"HFS1\x01\x01\x00\x01"[..], &bytes].concat());
        }
    }
}
