//! Files and folders that were offered in a conversation, and how they stand, so that a process that begins goes on
//! with them.
//!
//! What is here of a file that comes lies where it goes, with what was verified of it; this says what was decided,
//! and what there is to go by once its entry is not at hand.

use super::StoreError;
use super::record::{Plain, Reader, Writer};
use handfast_protocol::conversation::FileError;
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::transfer::{Content, EntryId, Root};
use std::path::{Path, PathBuf};

const VERSION: u8 = 1;

/// The longest path, in bytes.
const MAX_PATH: usize = 4096;

/// The longest name, in bytes.
const MAX_NAME: usize = 255;

/// Names what offered a file: an entry of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OfferId {
    /// With whom.
    pub with: PublicKey,
    /// It is offered by this device.
    pub ours: bool,
    /// Where it stands in the log of whoever offers it.
    pub entry: EntryId,
}

/// See the module text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFile {
    /// What offered it.
    pub offer: OfferId,
    /// The first bytes of the hash there, by which other entries name it.
    pub version: [u8; 8],
    /// What it was offered as.
    pub name: String,
    /// Of a folder, how many files are in it.
    pub files: Option<u32>,
    /// How many bytes it was said to have; 0 if nobody knew.
    pub size: u64,
    /// What it was offered by a root for, if it was: the file, or the manifest of the folder. Without that it is named
    /// by its entry for ever.
    pub root: Option<Root>,
    /// What it is, once that is known.
    pub content: Option<Content>,
    /// Of one of ours, where it is. Of one of theirs, the folder that it goes to, and then where it is.
    pub path: PathBuf,
    /// How it stands.
    pub stage: FileStage,
    /// Bytes that were verified and kept, when that was written last.
    pub done: u64,
    /// When it was taken without asking anybody, in seconds since 1970-01-01 UTC.
    pub unasked: Option<u64>,
}

impl KeptFile {
    /// It may still come to it, although whoever it is for could not take it.
    pub fn may_be_tried_again(&self) -> bool {
        match self.stage {
            FileStage::Failed { reason, by_peer } if by_peer == self.offer.ours => matches!(
                reason,
                FileError::NoSpace
                    | FileError::NoPermission
                    | FileError::Storage
                    | FileError::TooMany
                    | FileError::Damaged
            ),
            _ => false,
        }
    }

    /// Nothing is wanted of it any more here: the person has said so, or what offered it is gone.
    pub fn is_given_up(&self) -> bool {
        let is_refused = matches!(
            self.stage,
            FileStage::Failed {
                reason: FileError::Declined | FileError::Cancelled,
                by_peer: false,
            }
        );
        is_refused || (self.name.is_empty() && self.stage.is_over())
    }

    /// Where one of ours is, while it may have to be read there.
    pub fn source(&self) -> Option<&Path> {
        let is_wanted = !self.stage.is_over() || self.may_be_tried_again();
        (self.offer.ours && is_wanted).then_some(self.path.as_path())
    }
}

/// How a file stands, as far as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStage {
    /// One of theirs, and the person has not said whether to take it.
    Offered,
    /// It may come or go.
    Open,
    /// A person here stopped it for a while.
    Paused,
    /// It is whole, and at its place.
    Done,
    /// It came to nothing.
    Failed {
        /// Why.
        reason: FileError,
        /// It failed there rather than here.
        by_peer: bool,
    },
}

impl FileStage {
    /// Nothing more comes of it.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed { .. })
    }

    fn write(self, writer: Writer) -> Writer {
        match self {
            Self::Offered => writer.byte(0),
            Self::Open => writer.byte(1),
            Self::Paused => writer.byte(2),
            Self::Done => writer.byte(3),
            Self::Failed { reason, by_peer } => {
                let failed = if by_peer { 5 } else { 4 };
                writer.byte(failed).byte(reason.code())
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, StoreError> {
        Ok(match reader.byte()? {
            0 => Self::Offered,
            1 => Self::Open,
            2 => Self::Paused,
            3 => Self::Done,
            failed @ (4 | 5) => Self::Failed {
                reason: FileError::from_code(reader.byte()?).ok_or(StoreError::Damaged)?,
                by_peer: failed == 5,
            },
            _ => return Err(StoreError::Damaged),
        })
    }
}

impl OfferId {
    const BYTES: usize = 32 + 1 + 12 + 8;

    fn write(self, writer: Writer) -> Writer {
        let writer = writer.raw(&self.with.0).byte(self.ours.into());
        writer.raw(&self.entry.incarnation).u64(self.entry.sequence)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            with: PublicKey(reader.array()?),
            ours: match reader.byte()? {
                0 => false,
                1 => true,
                _ => return Err(StoreError::Damaged),
            },
            entry: EntryId {
                incarnation: reader.array()?,
                sequence: reader.u64()?,
            },
        })
    }

    /// The one name of it: its bytes.
    pub(crate) fn to_name(self) -> Plain {
        self.write(Writer::new(VERSION, 1 + Self::BYTES)).finish()
    }
}

impl KeptFile {
    /// Says nothing any more of what was offered, as its entry is erased, but for how much was taken unasked. What was
    /// under way comes to nothing.
    pub fn erase(&mut self) {
        self.name.clear();
        self.path = PathBuf::new();
        (self.files, self.root, self.content) = (None, None, None);
        if self.unasked.is_none() {
            self.size = 0;
        }
        self.done = 0;
        if !self.stage.is_over() {
            self.stage = FileStage::Failed {
                reason: FileError::Cancelled,
                by_peer: false,
            };
        }
    }

    /// `version 1 | with 32 | 0/1 ours | incarnation 12 | sequence u64 | hash 8 | name | [files u32] | size u64 | [root 32] |
    /// [content: size u64, root 32] | path | stage u8, of a failure its reason u8 | done u64 | [unasked u64]`. In
    /// front of what may be missing stands a byte, 1 if it is there and 0 if not.
    pub(super) fn to_bytes(&self) -> Result<Plain, StoreError> {
        let path = path_to_bytes(&self.path)?;
        let texts = 2 + self.name.len() + 2 + path.len();
        let room = 1 + OfferId::BYTES + 8 + texts + 5 + 8 + 33 + 41 + 2 + 8 + 9;
        let writer = self.offer.write(Writer::new(VERSION, room));
        let writer = writer
            .raw(&self.version)
            .bytes(self.name.as_bytes(), MAX_NAME)?
            .optional(self.files, |writer, files| Ok(writer.u32(files)))?
            .u64(self.size)
            .optional(self.root, |writer, root| Ok(writer.raw(&root.0)))?
            .optional(self.content, |writer, content| {
                Ok(writer.u64(content.size).raw(&content.root.0))
            })?
            .bytes(path, MAX_PATH)?;
        let writer = self.stage.write(writer).u64(self.done);
        let writer = writer.optional(self.unasked, |writer, at| Ok(writer.u64(at)))?;
        Ok(writer.finish())
    }

    pub(super) fn parse(bytes: &[u8]) -> Result<Self, StoreError> {
        let mut reader = Reader::new(bytes);
        reader.version(VERSION)?;
        let file = Self {
            offer: OfferId::read(&mut reader)?,
            version: reader.array()?,
            name: reader.text(MAX_NAME)?.to_owned(),
            files: reader.optional(Reader::u32)?,
            size: reader.u64()?,
            root: reader.optional(|reader| reader.array().map(Root))?,
            content: reader.optional(|reader| {
                let (size, root) = (reader.u64()?, Root(reader.array()?));
                Ok(Content { size, root })
            })?,
            path: path_from_bytes(reader.bytes(MAX_PATH)?)?,
            stage: FileStage::read(&mut reader)?,
            done: reader.u64()?,
            unasked: reader.optional(Reader::u64)?,
        };
        reader.finish()?;
        Ok(file)
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

    pub(crate) fn file(sequence: u64) -> KeptFile {
        KeptFile {
            offer: OfferId {
                with: PublicKey([9; 32]),
                ours: false,
                entry: EntryId {
                    incarnation: [2; 12],
                    sequence,
                },
            },
            version: [4; 8],
            name: "photo of Zoë.jpg".to_owned(),
            files: None,
            size: 1 << 40,
            root: Some(Root([3; 32])),
            content: Some(Content {
                size: 1 << 40,
                root: Root([3; 32]),
            }),
            path: "/home/zoë/Downloads".into(),
            stage: FileStage::Open,
            done: 5,
            unasked: None,
        }
    }

    fn any_stage() -> impl Strategy<Value = FileStage> {
        let reason = (1_u8..=11).prop_filter_map("a reason", FileError::from_code);
        prop_oneof![
            Just(FileStage::Offered),
            Just(FileStage::Open),
            Just(FileStage::Paused),
            Just(FileStage::Done),
            (reason, any::<bool>())
                .prop_map(|(reason, by_peer)| FileStage::Failed { reason, by_peer }),
        ]
    }

    #[test]
    fn a_name_or_a_path_that_is_too_long_is_not_kept() {
        let path = "x".repeat(MAX_PATH + 1).into();
        let long = KeptFile { path, ..file(1) }.to_bytes();
        assert_eq!(long.err(), Some(StoreError::TooLong));
        let name = "x".repeat(MAX_NAME + 1);
        let long = KeptFile { name, ..file(1) }.to_bytes();
        assert_eq!(long.err(), Some(StoreError::TooLong));
    }

    proptest! {
        #[test]
        fn a_file_reads_as_it_was_written_and_in_no_other_way(
            ours: bool, files: Option<u32>, size: u64, root: Option<[u8; 32]>, content: Option<(u64, [u8; 32])>,
            path in ".{0,60}", stage in any_stage(), done: u64, unasked: Option<u64>,
            at: prop::sample::Index, bits in 1u8..,
        ) {
            let content = content.map(|(size, root)| Content { size, root: Root(root) });
            let (root, path) = (root.map(Root), path.into());
            let mut kept = KeptFile { files, size, root, content, path, stage, done, unasked, ..file(1) };
            kept.offer.ours = ours;
            let bytes = kept.to_bytes().unwrap();
            prop_assert_eq!(KeptFile::parse(&bytes), Ok(kept));
            prop_assert!(KeptFile::parse(&bytes[..at.index(bytes.len())]).is_err());
            prop_assert!(KeptFile::parse(&[&bytes[..], &[0]].concat()).is_err());
            let mut changed = bytes.to_vec();
            changed[at.index(bytes.len())] ^= bits;
            if let Ok(read) = KeptFile::parse(&changed) {
                prop_assert_eq!(read.to_bytes().unwrap().to_vec(), changed);
            }
        }
    }
}
