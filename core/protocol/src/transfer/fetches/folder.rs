//! A folder: its manifest first, then what is in it, many files at a time.

use super::super::manifest::{Manifest, ManifestContent};
use super::super::message::Source;
use super::super::port::{Ask, Done, FileResult, Place};
use super::super::say::Outputs;
use super::super::{Content, FileError, FileId};
use super::{Asked, Fetch, Fetches, Fetching, Goal, Phase, storage};
use std::sync::Arc;

/// Files of one folder that come at the same time.
const MOST_AT_ONCE: usize = 32;

/// A folder whose manifest is known.
pub(super) struct Folder {
    pub(super) manifest: Arc<Manifest>,
    /// The file that the manifest came as.
    pub(super) listing: FileId,
    /// The entry that follows, and how many of those before are not done.
    pub(super) next: usize,
    pub(super) open: usize,
    /// Why a file of it cannot be had.
    pub(super) failed: Option<FileError>,
}

impl Fetches {
    /// Begins what follows in a folder.
    pub(super) fn open_files(&mut self, source: Source, out: &mut Outputs) {
        loop {
            let Some(Fetching {
                fetch:
                    Fetch {
                        goal: Goal::Folder { folder, .. },
                        ..
                    },
                phase: Phase::Folder(coming),
                ..
            }) = self.fetches.get_mut(&source)
            else {
                return;
            };
            let number = coming.next;
            let entry = coming.manifest.entries().get(number);
            let Some(entry) = entry.filter(|_| coming.open < MOST_AT_ONCE) else {
                if entry.is_none() && coming.open == 0 {
                    self.settle(source, out);
                }
                return;
            };
            coming.next += 1;
            coming.open += 1;
            let place = Place::Inside {
                folder: folder.clone(),
                path: entry.path.clone(),
            };
            match entry.content {
                ManifestContent::Folder => {
                    self.ask(Ask::Folder { place }, Asked::Folder(source), out);
                }
                ManifestContent::File { size, root, .. } => {
                    let content = Some(Content { size, root });
                    let root = Source::Root(root);
                    self.begin(source, Some(number), root, content, place, out);
                }
            }
        }
    }

    /// Everything in a folder was dealt with.
    pub(super) fn settle(&mut self, source: Source, out: &mut Outputs) {
        let Some(fetching) = self.fetches.get_mut(&source) else {
            return;
        };
        let Goal::Folder { folder, name } = &fetching.fetch.goal else {
            return;
        };
        match std::mem::replace(&mut fetching.phase, Phase::Queued) {
            Phase::Folder(coming) => {
                let settle = Ask::Settle {
                    folder: folder.clone(),
                    manifest: coming.manifest.clone(),
                    // What is not whole keeps its place.
                    name: name.clone().filter(|_| coming.failed.is_none()),
                };
                fetching.phase = Phase::Settling(coming);
                self.ask(settle, Asked::Settle(source), out);
            }
            other => fetching.phase = other,
        }
    }

    /// One of the entries that were open in a folder is done.
    pub(super) fn one_less(&mut self, source: Source, out: &mut Outputs) {
        if let Some(Fetching {
            phase: Phase::Folder(folder),
            ..
        }) = self.fetches.get_mut(&source)
        {
            folder.open = folder.open.saturating_sub(1);
            self.open_files(source, out);
        }
    }

    pub(super) fn loaded(&mut self, file: FileId, result: FileResult, out: &mut Outputs) {
        let Some(item) = self.items.get(&file) else {
            return;
        };
        let source = item.owner;
        let bytes = match result {
            Ok(Done::Loaded(bytes)) => bytes,
            Err(FileError::Damaged) => return self.damaged(source, out),
            result => return self.fail(source, storage(result), out),
        };
        let Ok(manifest) = Manifest::parse(&bytes) else {
            return self.damaged(source, out);
        };
        self.items.remove(&file);
        let Some(fetching) = self.fetches.get_mut(&source) else {
            return;
        };
        let manifest = Arc::new(manifest);
        fetching.phase = Phase::Measuring(Folder {
            manifest: manifest.clone(),
            listing: file,
            next: 0,
            open: 0,
            failed: None,
        });
        if let Goal::Folder { folder, .. } = &fetching.fetch.goal {
            let folder = folder.clone();
            let measure = Ask::Measure { folder, manifest };
            self.ask(measure, Asked::Measure(source), out);
        }
    }

    pub(super) fn measured(&mut self, source: Source, result: FileResult, out: &mut Outputs) {
        let (free, missing) = match result {
            Ok(Done::Measured { free, missing }) => (free, missing),
            result => return self.fail(source, storage(result), out),
        };
        let has_room = self.fits(free, missing.saturating_add(self.expected_beside(source)));
        let Some(fetching) = self.fetches.get_mut(&source) else {
            return;
        };
        match std::mem::replace(&mut fetching.phase, Phase::Queued) {
            Phase::Measuring(folder) => {
                let size = folder.manifest.size();
                fetching.size = Some(size);
                fetching.phase = Phase::Folder(folder);
                let is_more = fetching.fetch.claimed.is_some_and(|claimed| size > claimed);
                match (is_more, has_room) {
                    (true, _) => self.fail(source, FileError::TooLarge, out),
                    (false, false) => self.fail(source, FileError::NoSpace, out),
                    (false, true) => {}
                }
            }
            other => fetching.phase = other,
        }
        self.tell(source, out);
    }

    pub(super) fn settled(&mut self, source: Source, result: FileResult, out: &mut Outputs) {
        let Some(fetching) = self.fetches.get(&source) else {
            return;
        };
        let Phase::Settling(folder) = &fetching.phase else {
            return;
        };
        let (listing, failed) = (folder.listing, folder.failed);
        match (result, failed) {
            (Ok(Done::Finished(_)), Some(reason)) => self.end(source, reason, true, false, out),
            (Ok(Done::Finished(path)), None) => {
                self.ask(Ask::Discard { file: listing }, Asked::Nothing, out);
                self.done(source, path, out);
            }
            (result, _) => self.fail(source, storage(result), out),
        }
    }

    /// The other side cannot give one file of a folder any more.
    pub(super) fn lose(&mut self, file: FileId, reason: FileError, out: &mut Outputs) {
        let Some(item) = self.items.remove(&file) else {
            return;
        };
        self.ask(Ask::Suspend { file }, Asked::Nothing, out);
        if let Some(Fetching {
            phase: Phase::Folder(folder),
            ..
        }) = self.fetches.get_mut(&item.owner)
        {
            folder.failed = Some(reason);
        }
        // Its own WANTs were ended, and not those of the whole folder.
        if let Some(fetching) = self.fetches.get_mut(&item.owner) {
            fetching.is_held = false;
        }
        self.one_less(item.owner, out);
    }
}
