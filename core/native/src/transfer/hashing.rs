//! Files whose root is not known yet: read once, while segments of them are sent already.
//!
//! A pipe can be read only once, so what comes out of it is written beside, and removed at the end of the
//! conversation. A file that is still written is followed until its writer says that it is whole.

use super::growing::{Growth, Mark};
use super::sources::encode;
use super::trees::keep_tree;
use crate::conversation::{FileError, failed};
use handfast_protocol::transfer::tree::SEGMENT;
use handfast_protocol::transfer::{Content, EntryId, FileRequest, FileResult, Source, Tree};
use handfast_store::unfinished::Unfinished;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::mpsc::WeakUnboundedSender;

/// What is read at once.
const PART: usize = 256 << 10;

/// How long a file that is still written is left alone once it was read as far as it goes.
const PAUSE: Duration = Duration::from_millis(20);

/// The files of one conversation that are read while they are sent. Shared by its channels, so that nothing is
/// read twice because a connection was cut.
#[derive(Default)]
pub struct Entries(Mutex<HashMap<EntryId, Arc<Reading>>>);

/// One of them.
#[derive(Default)]
pub(super) struct Reading {
    progress: Mutex<Progress>,
    ends: Condvar,
}

#[derive(Default)]
struct Progress {
    tree: Tree,
    /// Where its bytes can be read again.
    file: Option<Kept>,
    failed: Option<FileError>,
    /// Requests for segments that were not read yet, and where they are sent again.
    waiting: Vec<(FileRequest, WeakUnboundedSender<FileRequest>)>,
}

enum Kept {
    File(File),
    /// What came out of a pipe.
    Spool(Arc<Unfinished>),
}

/// What becomes of a WANT for an entry.
pub(super) enum Found {
    /// It is not read here.
    Unknown,
    Answer(FileResult),
    /// Its segment was not read yet.
    Later,
}

type Outcome<T> = Result<T, FileError>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Entries {
    fn get(&self, entry: EntryId) -> Option<Arc<Reading>> {
        lock(&self.0).get(&entry).cloned()
    }

    /// The reading of an entry, and whether it begins with this.
    pub(super) fn begin(&self, entry: EntryId) -> (Arc<Reading>, bool) {
        let mut all = lock(&self.0);
        let is_new = !all.contains_key(&entry);
        (all.entry(entry).or_default().clone(), is_new)
    }

    /// The answer to a WANT.
    pub(super) fn encode(&self, entry: EntryId, groups: &Range<u64>) -> Found {
        let Some(reading) = self.get(entry) else {
            return Found::Unknown;
        };
        let progress = lock(&reading.progress);
        if let Some(reason) = progress.failed {
            return Found::Answer(Err(reason));
        }
        let file = match &progress.file {
            Some(Kept::File(file)) => file,
            Some(Kept::Spool(spool)) => spool.file(),
            None => return Found::Later,
        };
        match progress.tree.segment(groups.start / SEGMENT) {
            Some(_) => {
                let source = Source::Entry(entry);
                Found::Answer(encode(file, &progress.tree, source, groups))
            }
            None => Found::Later,
        }
    }

    /// Lets a request wait until more was read, when it is sent again. It comes back if that is so by now.
    pub(super) fn wait(
        &self,
        entry: EntryId,
        groups: &Range<u64>,
        request: FileRequest,
        again: WeakUnboundedSender<FileRequest>,
    ) -> Option<FileRequest> {
        let Some(reading) = self.get(entry) else {
            return Some(request);
        };
        let mut progress = lock(&reading.progress);
        let is_ready = progress.tree.segment(groups.start / SEGMENT).is_some();
        match is_ready || progress.failed.is_some() {
            true => Some(request),
            false => {
                progress.waiting.push((request, again));
                None
            }
        }
    }
}

impl Reading {
    /// Reads the file to its end, as long as anybody may want it.
    pub(super) fn read(&self, path: &Path, own: &Path, all: &Weak<Entries>) -> Outcome<Content> {
        let result = self.read_on(path, own, all);
        if let Err(reason) = &result {
            lock(&self.progress).failed = Some(*reason);
        }
        self.wake();
        self.ends.notify_all();
        result
    }

    /// Waits until somebody else has read it to its end.
    pub(super) fn follow(&self) -> Outcome<Content> {
        let mut progress = lock(&self.progress);
        loop {
            match (progress.failed, progress.tree.root()) {
                (Some(reason), _) => return Err(reason),
                (None, Some(root)) => {
                    let size = progress.tree.size();
                    return Ok(Content { size, root });
                }
                (None, None) => {
                    let woken = self.ends.wait(progress);
                    progress = woken.unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    fn read_on(&self, path: &Path, own: &Path, all: &Weak<Entries>) -> Outcome<Content> {
        let file = File::open(path).map_err(|_| FileError::Unreadable)?;
        let about = file.metadata().map_err(|_| FileError::Unreadable)?;
        let spool = match about.is_file() {
            true => None,
            false => {
                let spool = Unfinished::in_folder(own).map_err(|error| failed(&error))?;
                Some(Arc::new(spool))
            }
        };
        lock(&self.progress).file = Some(match &spool {
            Some(spool) => Kept::Spool(spool.clone()),
            None => Kept::File(file.try_clone().map_err(|_| FileError::Unreadable)?),
        });
        let mark = Mark::of(path, own);
        let mut buffer = vec![0; PART];
        let mut segments = 0;
        loop {
            if all.strong_count() == 0 {
                return Err(FileError::Ended);
            }
            // Asked before: what was written since then is read.
            let growth = mark.growth();
            let count = (&file)
                .read(&mut buffer)
                .map_err(|_| FileError::Unreadable)?;
            let part = &buffer[..count];
            if let Some(spool) = &spool {
                spool
                    .file()
                    .write_all(part)
                    .map_err(|error| failed(&error))?;
            }
            match growth {
                Growth::Growing if count == 0 => {
                    std::thread::sleep(PAUSE);
                    continue;
                }
                Growth::Broken if count == 0 => return Err(FileError::Unreadable),
                Growth::Growing | Growth::Broken | Growth::Whole => {}
            }
            let mut progress = lock(&self.progress);
            if count == 0 {
                let root = progress.tree.finish();
                keep_tree(&progress.tree, own);
                let size = progress.tree.size();
                return Ok(Content { size, root });
            }
            progress.tree.update(part);
            if progress.tree.segment(segments).is_some() {
                segments += 1;
                drop(progress);
                self.wake();
            }
        }
    }

    /// Sends again what waited.
    fn wake(&self) {
        let waiting = std::mem::take(&mut lock(&self.progress).waiting);
        for (request, again) in waiting {
            // A channel that is over waits for nothing.
            if let Some(again) = again.upgrade() {
                let _ = again.send(request);
            }
        }
    }
}
