//! What the machine asks of whoever keeps the files of this device, and what it is told: plain requests and
//! plain results, whichever way files are kept.
//!
//! Every request is answered once, under its number. Requests about files that come are done in the order
//! in which they are asked, those about files that go in any order. What was kept of a file that comes
//! is there after any restart, wherever it was interrupted: whoever keeps it may keep more than was answered, and
//! never says more at [`Ask::Begin`] than what it found on its disk and compared.

use super::manifest::Manifest;
use super::message::{EntryId, Source};
use super::ranges::Ranges;
use super::tree::{Segment, Verified};
use super::{Content, FileError, FileId};
use bytes::Bytes;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// One request.
pub type FileRequest = crate::file::FileRequest<Ask>;

/// Where a file that comes is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this folder, under the name that somebody else gave it, or the next that is free.
    In {
        /// The folder.
        folder: PathBuf,
        /// The name. It need not be safe.
        name: String,
    },
    /// At this path of a manifest inside the folder that is written, whose parts need not be safe.
    Inside {
        /// The folder.
        folder: PathBuf,
        /// The path.
        path: String,
    },
    /// Nowhere: it is only read ([`Ask::Load`]).
    Aside,
}

/// What can be wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Reads a file to its end, however long that takes: [`Done::Hashed`]. [`Ask::Encode`] of its segments
    /// is answered meanwhile, each once it was read.
    Hash {
        /// What it is called.
        entry: EntryId,
        /// Where it is.
        path: PathBuf,
    },
    /// Makes the encoding of some groups, which are of one block: [`Done::Encoded`]. [`FileError::Changed`] if
    /// the file is not the one that was offered any more.
    Encode {
        /// Where the file is.
        path: PathBuf,
        /// What it is called. By an entry, the encoding begins at the segment, which is told.
        source: Source,
        /// What it is, which is known if it is called by its root.
        content: Option<Content>,
        /// The groups.
        groups: Range<u64>,
    },
    /// Asks how much room there is where files that come are kept: [`Done::Free`].
    FreeSpace,
    /// The same, and how many bytes of the files in a manifest are not in the folder yet: [`Done::Measured`].
    Measure {
        /// The folder.
        folder: PathBuf,
        /// What is to be in it.
        manifest: Arc<Manifest>,
    },
    /// Looks for what there is of a file: [`Done::Begun`], or [`Done::Finished`] where it is at its place,
    /// whole and equal.
    Begin {
        /// What it is called from now on.
        file: FileId,
        /// What it was offered as. What was kept of it is found by this.
        source: Source,
        /// What it is, as far as that is known.
        content: Option<Content>,
        /// Where it is to be.
        place: Place,
    },
    /// Keeps some groups: [`Done::Kept`].
    Keep {
        /// The file.
        file: FileId,
        /// What was checked.
        verified: Verified,
    },
    /// Puts a file of which all groups were kept in its place, or in the next that is free; nothing is ever
    /// overwritten: [`Done::Finished`]. [`FileError::Damaged`] if the groups do not combine to the root.
    Finish {
        /// The file.
        file: FileId,
        /// What it is.
        content: Content,
        /// When it was changed last, in milliseconds since 1970.
        time: Option<u64>,
        /// A person agreed that it may be run.
        may_run: bool,
    },
    /// Reads a file of which all groups were kept: [`Done::Loaded`]. It stays until it is discarded.
    Load {
        /// The file.
        file: FileId,
        /// What it is, of [`MAX_MANIFEST`](super::manifest::MAX_MANIFEST) bytes at most.
        content: Content,
    },
    /// Closes a file that may come on later: [`Done::Closed`].
    Suspend {
        /// The file.
        file: FileId,
    },
    /// Removes what there is of a file that is not at its place: [`Done::Closed`].
    Discard {
        /// The file.
        file: FileId,
    },
    /// Makes a folder, unless it is there: [`Done::Closed`].
    Folder {
        /// Where it is to be.
        place: Place,
    },
    /// Everything in a folder is there. Gives the folders in it their times, brings it all to the disk, and gives it
    /// its name, or the next that is free beside it: [`Done::Finished`].
    Settle {
        /// The folder.
        folder: PathBuf,
        /// What is in it.
        manifest: Arc<Manifest>,
        /// The name. It need not be safe. None if the folder is at its place.
        name: Option<String>,
    },
    /// Removes a folder that is not at its place, with all that is in it: [`Done::Closed`].
    Clear {
        /// The folder.
        folder: PathBuf,
    },
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// The answer to [`Ask::Hash`].
    Hashed(Content),
    /// The answer to [`Ask::Encode`].
    Encoded {
        /// The segment, if the file is called by an entry.
        segment: Option<Segment>,
        /// The encoding. It has no bytes if the file ended before.
        bytes: Bytes,
    },
    /// The answer to [`Ask::FreeSpace`], in bytes.
    Free(u64),
    /// The answer to [`Ask::Measure`].
    Measured {
        /// Bytes that are free.
        free: u64,
        /// Bytes that are missing.
        missing: u64,
    },
    /// An answer to [`Ask::Begin`]: these groups are here.
    Begun(Ranges),
    /// The answer to [`Ask::Keep`].
    Kept,
    /// The answer to [`Ask::Finish`], [`Ask::Settle`], and to [`Ask::Begin`]: where the file or folder is.
    Finished(PathBuf),
    /// The answer to [`Ask::Load`].
    Loaded(Bytes),
    /// The answer to everything that gives nothing back.
    Closed,
}

/// The answer to a request: what was done, or what people are told about why it could not be.
pub type FileResult = Result<Done, FileError>;
