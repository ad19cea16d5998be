//! Files that are coming and are not whole yet, so that a process that begins goes on with them.
//!
//! The bytes themselves lie where they are written; this says where that is, and what of them was verified.
//! It may be behind what is there, and is never ahead of it: what is missing here is verified again.

use super::StoreError;
use super::conversation::LogLine;
use super::record::{Plain, Reader, Writer};
use handfast_protocol::handshake::PublicKey;
use std::ops::Range;
use std::path::{Path, PathBuf};

const VERSION: u8 = 1;

/// The most ranges of a file that are told apart.
pub const MAX_RANGES: usize = 1024;

/// The longest path, in bytes.
const MAX_PATH: usize = 4096;

const PAUSED: u8 = 1;

/// Names what offered a file: an entry of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferId {
    /// With whom.
    pub with: PublicKey,
    /// The log.
    pub log: LogLine,
    /// The number in it.
    pub sequence: u64,
}

/// See the module text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartialFile {
    /// What offered it.
    pub offer: OfferId,
    /// Names its content (BLAKE3); None while that is not known.
    pub root: Option<[u8; 32]>,
    /// Its size in bytes, as far as anybody has said it.
    pub size: Option<u64>,
    /// The groups that were verified: in order, none empty, and no two that touch. At most [`MAX_RANGES`].
    pub verified: Vec<Range<u64>>,
    /// Where it is written.
    pub path: PathBuf,
    /// It waits until somebody wants it to go on.
    pub is_paused: bool,
}

impl OfferId {
    const BYTES: usize = 32 + LogLine::BYTES + 8;

    fn write(self, writer: Writer) -> Writer {
        let writer = writer.raw(&self.with.0);
        self.log.write(writer).u64(self.sequence)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            with: PublicKey(reader.array()?),
            log: LogLine::read(reader)?,
            sequence: reader.u64()?,
        })
    }

    /// The one name of it: its bytes.
    pub(crate) fn name(self) -> Plain {
        self.write(Writer::new(VERSION, 1 + Self::BYTES)).finish()
    }
}

impl PartialFile {
    /// `version 1 | with 32 | log 45 | sequence u64 | [root 32] | [size u64] | 0/1 paused | path | count u16,
    /// (from u64 | to u64)*`. In front of what may be missing stands a byte, 1 if it is there and 0 if not.
    pub(super) fn to_bytes(&self) -> Result<Plain, StoreError> {
        let path = path_to_bytes(&self.path)?;
        let count = match u16::try_from(self.verified.len()) {
            Ok(count) if self.verified.len() <= MAX_RANGES => count,
            _ => return Err(StoreError::TooLong),
        };
        let room = 1 + OfferId::BYTES + 33 + 9 + 1 + 2 + path.len() + 2 + 16 * self.verified.len();
        let writer = self.offer.write(Writer::new(VERSION, room));
        let writer = writer
            .optional(self.root, |writer, root| Ok(writer.raw(&root)))?
            .optional(self.size, |writer, size| Ok(writer.u64(size)))?
            .byte(if self.is_paused { PAUSED } else { 0 })
            .bytes(path, MAX_PATH)?
            .u16(count);
        let ranges = self.verified.iter();
        let writer = ranges.fold(writer, |writer, range| {
            writer.u64(range.start).u64(range.end)
        });
        Ok(writer.finish())
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(VERSION)?;
        let offer = OfferId::read(&mut reader)?;
        let root = reader.optional(Reader::array)?;
        let size = reader.optional(Reader::u64)?;
        let is_paused = match reader.byte()? {
            0 => false,
            PAUSED => true,
            _ => return Err(StoreError::Damaged),
        };
        let path = path_from_bytes(reader.bytes(MAX_PATH)?)?;
        let count = usize::from(reader.u16()?);
        if count > MAX_RANGES {
            return Err(StoreError::Damaged);
        }
        let mut verified: Vec<Range<u64>> = Vec::with_capacity(count);
        for _ in 0..count {
            let range = reader.u64()?..reader.u64()?;
            let is_apart = verified.last().is_none_or(|last| last.end < range.start);
            if range.is_empty() || !is_apart {
                return Err(StoreError::Damaged);
            }
            verified.push(range);
        }
        reader.finish()?;
        Ok(Self {
            offer,
            root,
            size,
            verified,
            path,
            is_paused,
        })
    }
}

#[cfg(unix)]
fn path_to_bytes(path: &Path) -> Result<&[u8], StoreError> {
    Ok(std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()))
}

#[cfg(unix)]
fn path_from_bytes(bytes: &[u8]) -> Result<PathBuf, StoreError> {
    let path: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(bytes);
    Ok(path.into())
}

#[cfg(not(unix))]
fn path_to_bytes(path: &Path) -> Result<&[u8], StoreError> {
    let invalid = StoreError::Unreachable(std::io::ErrorKind::InvalidFilename);
    path.to_str().map(str::as_bytes).ok_or(invalid)
}

#[cfg(not(unix))]
fn path_from_bytes(bytes: &[u8]) -> Result<PathBuf, StoreError> {
    let path = std::str::from_utf8(bytes).map_err(|_| StoreError::Damaged)?;
    Ok(path.into())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn partial(sequence: u64) -> PartialFile {
        PartialFile {
            offer: OfferId {
                with: PublicKey([9; 32]),
                log: LogLine {
                    author: PublicKey([9; 32]),
                    counter: 1,
                    random: [2; 8],
                    line: 0,
                },
                sequence,
            },
            root: Some([3; 32]),
            size: Some(1 << 40),
            verified: vec![0..7, 9..10],
            path: "/home/zoë/Downloads/.handfast-0011223344556677.part".into(),
            is_paused: false,
        }
    }

    #[test]
    fn ranges_that_touch_or_are_empty_or_too_many_are_refused() {
        for verified in [
            vec![0..7, 7..9],
            vec![0..7, 3..9],
            vec![0..1, 4..4],
            vec![9..10, 0..2],
        ] {
            let bytes = PartialFile {
                verified,
                ..partial(1)
            }
            .to_bytes()
            .unwrap();
            assert_eq!(PartialFile::parse(&bytes), Err(StoreError::Damaged));
        }
        let many = |count: u64| PartialFile {
            verified: (0..count).map(|at| 2 * at..2 * at + 1).collect(),
            ..partial(1)
        };
        let most = many(MAX_RANGES as u64);
        assert_eq!(PartialFile::parse(&most.to_bytes().unwrap()), Ok(most));
        let more = many(MAX_RANGES as u64 + 1).to_bytes();
        assert_eq!(more.err(), Some(StoreError::TooLong));
        let path = "x".repeat(MAX_PATH + 1).into();
        let long = PartialFile { path, ..partial(1) }.to_bytes();
        assert_eq!(long.err(), Some(StoreError::TooLong));
    }

    proptest! {
        #[test]
        fn a_partial_file_reads_as_it_was_written_and_in_no_other_way(
            root in prop::option::of(any::<[u8; 32]>()), size in prop::option::of(any::<u64>()),
            steps in prop::collection::vec((1u64..9, 1u64..9), 0..20), path in ".{0,60}",
            is_paused: bool, at: prop::sample::Index, bits in 1u8..,
        ) {
            let mut end = 0;
            let verified = steps.into_iter().map(|(gap, length)| {
                let start = end + gap;
                end = start + length;
                start..end
            });
            let verified = verified.collect();
            let path = path.into();
            let file = PartialFile { root, size, verified, path, is_paused, ..partial(1) };
            let bytes = file.to_bytes().unwrap();
            prop_assert_eq!(PartialFile::parse(&bytes), Ok(file));
            prop_assert!(PartialFile::parse(&bytes[..at.index(bytes.len())]).is_err());
            prop_assert!(PartialFile::parse(&[&bytes[..], &[0]].concat()).is_err());
            let mut changed = bytes.to_vec();
            changed[at.index(bytes.len())] ^= bits;
            if let Ok(read) = PartialFile::parse(&changed) {
                prop_assert_eq!(read.to_bytes().unwrap().to_vec(), changed);
            }
        }
    }
}
