//! What comes, and how it stands.

use super::super::message::Source;
use super::super::ranges::Ranges;
use super::super::tree::Segment;
use super::super::{Content, FileError, FileId, Terms};
use super::folder::Folder;
use std::path::PathBuf;

/// What a person agreed to take.
#[derive(Clone, Debug)]
pub struct Fetch {
    /// What the entry calls it.
    pub source: Source,
    /// What it is: of a folder, its manifest. None while the other side has not said it yet.
    pub content: Option<Content>,
    /// How many bytes were agreed to, if that was said. Without a content it is all there is to go by, and more are
    /// not taken.
    pub claimed: Option<u64>,
    /// Where it goes.
    pub goal: Goal,
    /// The person agreed that its programs may be run.
    pub may_run: bool,
}

/// Where something goes.
#[derive(Clone, Debug)]
pub enum Goal {
    /// A file.
    File {
        /// The folder it will be in.
        folder: PathBuf,
        /// The name that it was offered by. It need not be safe.
        name: String,
    },
    /// What is in a folder goes into this one. What is there already is not asked for.
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What it is called once it is whole, or the next name that is free there. None if it is at its place.
        name: Option<String>,
    },
}

/// A fetch, and how it stands.
pub(super) struct Fetching {
    pub(super) fetch: Fetch,
    pub(super) phase: Phase,
    pub(super) is_paused: bool,
    /// The other side answers no WANT for now.
    pub(super) is_held: bool,
    /// Bytes that were checked and kept, of as many as are known.
    pub(super) kept: u64,
    pub(super) size: Option<u64>,
    /// How many of them the other side has heard of, in units of a MiB.
    pub(super) said: u64,
    /// Bytes that were kept since it was asked how much room there is.
    pub(super) unmeasured: u64,
}

pub(super) enum Phase {
    Queued,
    /// The file comes.
    File,
    /// The manifest of the folder comes.
    Listing,
    /// There may be room for the folder.
    Measuring(Folder),
    /// What is in the folder comes.
    Folder(Folder),
    /// All of the folder is there.
    Settling(Folder),
    Done(PathBuf),
    Failed {
        reason: FileError,
        by_peer: bool,
    },
}

/// A file that comes.
pub(super) struct Item {
    pub(super) owner: Source,
    /// Which entry of the folder it is.
    pub(super) entry: Option<usize>,
    /// What it is asked for by.
    pub(super) source: Source,
    pub(super) content: Option<Content>,
    pub(super) stage: Stage,
    /// Groups that are kept or on their way to the disk, and those that were asked for as well.
    pub(super) given: Ranges,
    pub(super) wanted: Ranges,
    /// WANTs that were not answered whole.
    pub(super) open_wants: usize,
    /// Where the file ends that has no size yet, in groups, once that is known.
    pub(super) end: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The disk looks for what there is of it.
    Beginning,
    /// The disk says how much room there is.
    Measuring,
    Coming,
    /// All of it is kept, and it goes to its place.
    Ending,
}

impl Phase {
    pub(super) fn is_over(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed { .. })
    }

    /// The file that a manifest came as, if that still lies on the disk.
    pub(super) fn listing(&self) -> Option<FileId> {
        match self {
            Self::Measuring(folder) | Self::Folder(folder) | Self::Settling(folder) => {
                Some(folder.listing)
            }
            _ => None,
        }
    }
}

impl Fetching {
    /// True if its groups may be asked for now.
    pub(super) fn is_to_come(&self) -> bool {
        !self.is_paused && !self.is_held
    }

    /// Bytes of the largest file that it may turn out to be.
    pub(super) fn largest(&self, terms: Terms) -> u64 {
        let claimed = match self.fetch.content {
            Some(_) => None,
            None => self.fetch.claimed,
        };
        claimed.map_or(terms.largest, |claimed| claimed.min(terms.largest))
    }

    /// Bytes that are still to be kept. Of a file without a size, its next segment.
    pub(super) fn rest(&self) -> u64 {
        match self.size {
            Some(size) => size.saturating_sub(self.kept),
            None => u64::from(Segment::LENGTH),
        }
    }
}
