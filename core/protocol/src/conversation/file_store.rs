//! What the machine asks of whoever keeps the files of this device, and what it is told: a port with
//! plain requests and plain results, whichever way files are kept.
//!
//! Every request is answered once, under its number. Requests about files that come in, and about room
//! for them, are done in the order in which they are asked; so are those about files that go out. The two
//! kinds need not wait for each other. A file that comes in lies under a temporary name that nobody else
//! can choose, until it is finished. A store that goes away discards what is not finished.

use super::{FileError, FileId};
use bytes::Bytes;
use std::path::PathBuf;

/// One request.
pub type FileRequest = crate::file::FileRequest<Ask>;

/// What can be wanted of the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Finds out if this file can be read, how long it is, and what it is called:
    /// [`Done::Inspected`].
    Inspect {
        /// Where it is, in the words of whoever asked for it to be sent.
        path: PathBuf,
    },
    /// Opens a file to be read from its beginning: [`Done::Opened`]. [`FileError::Changed`] if it cannot be
    /// the one any more that was looked at.
    Open {
        /// What it is called from now on.
        file: FileId,
        /// Where it is.
        path: PathBuf,
        /// How long it was when it was looked at, in bytes.
        size: u64,
    },
    /// Reads the next bytes of it, exactly so many: [`Done::Read`]. [`FileError::Changed`] if there are fewer.
    Read {
        /// An open file.
        file: FileId,
        /// How many, in bytes.
        length: usize,
    },
    /// Closes a file that nothing more is read from: [`Done::Closed`]. Nothing happens to a file that is not open.
    Close {
        /// The file.
        file: FileId,
    },
    /// Asks how much room there is where files that come in are kept: [`Done::Free`].
    FreeSpace,
    /// Makes an empty file for what comes in, for its owner alone, under a temporary name:
    /// [`Done::Created`].
    Create {
        /// What it is called from now on.
        file: FileId,
    },
    /// Appends these bytes: [`Done::Written`].
    Write {
        /// A file that was created.
        file: FileId,
        /// The bytes, in this order.
        chunks: Vec<Bytes>,
    },
    /// Closes the file and gives it this name, or the name with the first number that is free
    /// ([`numbered_file_name`](super::numbered_file_name)); nothing is ever overwritten:
    /// [`Done::Finished`]. After an error the file is still there to be discarded.
    Finish {
        /// A file that was created.
        file: FileId,
        /// A safe name without a folder ([`safe_file_name`](super::safe_file_name)).
        name: String,
    },
    /// Removes what there is of it: [`Done::Discarded`]. Nothing happens to a file that is not there.
    Discard {
        /// A file that was created.
        file: FileId,
    },
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// The answer to [`Ask::Inspect`].
    Inspected {
        /// What the file is called, without its folder. It need not be safe.
        name: String,
        /// Its length in bytes.
        size: u64,
    },
    /// The answer to [`Ask::Open`].
    Opened {
        /// The length of the file in bytes, now.
        size: u64,
    },
    /// The answer to [`Ask::Read`].
    Read(Bytes),
    /// The answer to [`Ask::Close`].
    Closed,
    /// The answer to [`Ask::FreeSpace`], in bytes.
    Free(u64),
    /// The answer to [`Ask::Create`].
    Created,
    /// The answer to [`Ask::Write`].
    Written,
    /// The answer to [`Ask::Finish`]: where the file is now.
    Finished(PathBuf),
    /// The answer to [`Ask::Discard`].
    Discarded,
}

/// The answer to a request: what was done, or what people are told about why it could not be.
pub type FileResult = Result<Done, FileError>;
