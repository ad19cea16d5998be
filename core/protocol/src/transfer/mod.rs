//! Files of a conversation: of any size, several at once, and over any number of cuts.
//!
//! A file is named by the root of its BLAKE3 tree and travels as groups of 16 KiB, each of which is checked
//! on its own. Who wants a file asks for its groups, so what is here already is never asked for again,
//! and who offers it needs to remember nothing. A file whose root is not known yet, such as a pipe, is
//! named by the entry that offers it and travels by segments of 16 MiB. A folder is a file that lists
//! others, its [`Manifest`].
//!
//! [`Transfers`] is the machine for all files of one channel, in both directions. It has no socket, disk,
//! thread or clock: messages, decisions and answers of whoever keeps files go in; messages, [`FileRequest`]s
//! and [`Event`]s come out. Whoever drives it brings the offers and wishes of earlier channels along; what was kept
//! of files is on the disk.
//!
//! Data walks one way: `tree` and `ranges` know what a file is, `manifest` what a folder is, `message` what is
//! said, `port` what is asked of a disk. `offers` is the side that has a file, `fetches` the side that
//! wants one, `machine` joins the two to a channel, and `decision` is what people want of it.

mod decision;
mod fetches;
mod machine;
pub mod manifest;
pub mod message;
mod offers;
mod port;
mod ranges;
mod say;
#[cfg(test)]
pub(crate) mod tests;
pub mod tree;

pub use decision::Decision;
pub use fetches::{Fetch, Goal};
pub use machine::{AHEAD, FRAME, Terms, Transfers};
pub use manifest::{Manifest, ManifestContent, ManifestEntry, ManifestError};
pub use message::{EntryId, Message, Source, State};
pub use offers::{Offer, OfferedFolder};
pub use port::{Ask, Done, FileRequest, FileResult, Place};
pub use ranges::Ranges;
pub use tree::{Root, Tree, Verified};

pub use crate::file::{Direction, FileError, FileId, RequestId};

use std::path::PathBuf;

/// Groups that a channel may have on their way: 1 MiB, from the WANT to the disk.
pub const WINDOW: u64 = 64;

/// A content that is known as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its length in bytes. A claim, until its last group was checked against the root.
    pub size: u64,
    /// Its root.
    pub root: Root,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A file or folder stands differently from now on. Only the newest is told.
    Changed {
        /// Which way it goes.
        direction: Direction,
        /// The file, as it was offered.
        source: Source,
        /// How it stands.
        status: Status,
    },
    /// A file of ours was read to its end ([`Offer::content`] was not known). The other side has to hear of it by
    /// another entry.
    Hashed {
        /// The entry that offers it.
        entry: EntryId,
        /// What it is.
        content: Content,
    },
    /// The other side asks how a file stands here that this machine knows nothing of. The answer is
    /// [`Transfers::fetch`], [`Transfers::refuse`] or [`Transfers::tell`].
    Asked(Source),
    /// The other side takes back an offer that this machine knows nothing of.
    Withdrawn(Source, FileError),
}

/// How a file or folder stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// One of ours, and the other side has not said yet how it stands there.
    Unheard,
    /// It waits for the other person, or for its turn here.
    Waiting,
    /// It is under way.
    Moving(Progress),
    /// Somebody stopped it for a while.
    Paused {
        /// How far it is.
        progress: Progress,
        /// The person at the other side did, and only they go on.
        by_peer: bool,
    },
    /// It is whole, and at its place.
    Done {
        /// Where it is, if it came here.
        path: Option<PathBuf>,
    },
    /// It came to nothing for now. What was checked of it is still there, unless a person gave it up; trying again is
    /// [`Transfers::fetch`], or another offer.
    Failed {
        /// Why.
        reason: FileError,
        /// True if it failed at the other side.
        by_peer: bool,
    },
}

/// How far a file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that were checked and kept by who wants it.
    pub done: u64,
    /// Bytes in all, if that is known.
    pub size: Option<u64>,
}

/// How the other side broke the rules. It ends the channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A piece of a file that was not asked for.
    #[error("the other side sent a file that nobody asked for; connect again")]
    Unasked,
    /// A WANT out of the order of numbers, beyond the window, or behind the end of the file.
    #[error("the other side asked for too much at once; connect again")]
    TooMuch,
}

/// For fuzzing alone.
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzz {
    use super::*;

    /// Any bytes as the body of a frame.
    pub fn message(body: &[u8]) {
        message::fuzz(body);
    }

    /// Any bytes as a manifest.
    pub fn manifest(bytes: &[u8]) {
        manifest::fuzz(bytes);
    }

    /// Any bytes as an answer to a WANT: what is not the file is refused, and nothing panics.
    pub fn encoding(bytes: &[u8]) {
        let content = [7; 40_000];
        let (root, size) = (Root::of(&content), content.len() as u64);
        let mut decoder = tree::Decoder::new(root, size, 1..3);
        for part in bytes.chunks(1_000) {
            if decoder.take(part).is_err() {
                break;
            }
        }
        let verified = decoder.finish();
        let start = (verified.groups.start * tree::GROUP) as usize;
        assert_eq!(verified.bytes, content[start..start + verified.bytes.len()]);
    }
}
