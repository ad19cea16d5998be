//! The files that come in one channel, and what is asked of them: in order for each file, and without one that is
//! large keeping the others waiting. What there is of such a one is looked for on a thread of its own.

use super::partial::Partial;
use super::place::{make_folder, put_folder};
use super::whole::{missing, settle};
use super::{Keeping, caught, stored};
use handfast_protocol::transfer::{
    Ask, Done, FileError, FileId, FileRequest, FileResult, RequestId,
};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::mpsc::WeakUnboundedSender;

/// What there is to do.
pub(super) enum Work {
    Asked(FileRequest),
    /// It is known what there is of a file.
    Begun {
        id: RequestId,
        file: FileId,
        partial: Box<Partial>,
        result: FileResult,
    },
}

/// See the module text.
pub(super) struct Partials {
    keeping: Keeping,
    open: HashMap<FileId, Partial>,
    beginning: HashMap<FileId, Beginning>,
}

/// A file that is looked for elsewhere.
#[derive(Default)]
struct Beginning {
    /// Nobody needs to know any more.
    is_over: Arc<AtomicBool>,
    /// What was asked of it meanwhile.
    waiting: Vec<FileRequest>,
}

impl Partials {
    pub(super) fn new(keeping: Keeping) -> Self {
        Self {
            keeping,
            open: HashMap::new(),
            beginning: HashMap::new(),
        }
    }

    /// Does the next piece of work. None if its answer follows later, from more work sent to `again`.
    pub(super) fn perform(
        &mut self,
        work: Work,
        again: &WeakUnboundedSender<Work>,
    ) -> Option<(RequestId, FileResult)> {
        let request = match work {
            Work::Asked(request) => request,
            Work::Begun {
                id,
                file,
                partial,
                result,
            } => {
                let beginning = self.beginning.remove(&file).unwrap_or_default();
                // Ahead of what follows from the answer.
                for request in beginning.waiting {
                    if let Some(again) = again.upgrade() {
                        let _ = again.send(Work::Asked(request));
                    }
                }
                return Some((id, self.begun(file, *partial, result)));
            }
        };
        if let Some(beginning) = file_of(&request.ask).and_then(|f| self.beginning.get_mut(&f)) {
            // Whatever it is, the end of the file is what is asked for before it has begun.
            beginning.is_over.store(true, Ordering::Relaxed);
            beginning.waiting.push(request);
            return None;
        }
        let FileRequest { id, ask } = request;
        match ask {
            Ask::Begin {
                file,
                source,
                content,
                place,
            } => {
                let partial = Partial::new(&self.keeping, &source, content, place);
                let result = self.begin(id, file, partial, again)?;
                Some((id, result))
            }
            ask => Some((id, caught(|| self.do_at_once(ask)))),
        }
    }

    fn begin(
        &mut self,
        id: RequestId,
        file: FileId,
        mut partial: Partial,
        again: &WeakUnboundedSender<Work>,
    ) -> Option<FileResult> {
        if !partial.is_slow_to_begin() {
            let result = caught(|| partial.begin(&AtomicBool::new(false)));
            return Some(self.begun(file, partial, result));
        }
        let Beginning { is_over, .. } = self.beginning.entry(file).or_default();
        let (is_over, again) = (is_over.clone(), again.clone());
        let thread = std::thread::Builder::new().name("comparing".to_owned());
        let begun = thread.spawn(move || {
            let result = caught(|| partial.begin(&is_over));
            if let Some(again) = again.upgrade() {
                let partial = Box::new(partial);
                let _ = again.send(Work::Begun {
                    id,
                    file,
                    partial,
                    result,
                });
            }
        });
        match begun {
            Ok(_) => None,
            Err(_) => {
                self.beginning.remove(&file);
                Some(Err(FileError::Storage))
            }
        }
    }

    fn begun(&mut self, file: FileId, partial: Partial, result: FileResult) -> FileResult {
        if let Ok(Done::Begun(_)) = result {
            self.open.insert(file, partial);
        }
        result
    }

    fn do_at_once(&mut self, ask: Ask) -> FileResult {
        match ask {
            Ask::FreeSpace => Ok(Done::Free(self.free()?)),
            Ask::Measure { folder, manifest } => Ok(Done::Measured {
                free: self.free()?,
                missing: missing(&folder, &manifest),
            }),
            Ask::Keep { file, verified } => {
                stored(self.get(file)?.keep(&verified))?;
                Ok(Done::Kept)
            }
            Ask::Finish {
                file,
                content,
                time,
                may_run,
            } => {
                let path = self.get(file)?.finish(content, time, may_run)?;
                self.open.remove(&file);
                Ok(Done::Finished(path))
            }
            Ask::Load { file, content } => self.get(file)?.load(content),
            Ask::Suspend { file } => {
                self.open.remove(&file);
                Ok(Done::Closed)
            }
            Ask::Discard { file } => {
                if let Some(mut partial) = self.open.remove(&file) {
                    partial.discard();
                }
                Ok(Done::Closed)
            }
            Ask::Folder { place } => {
                stored(make_folder(&place))?;
                Ok(Done::Closed)
            }
            Ask::Settle {
                folder,
                manifest,
                name,
            } => {
                stored(settle(&folder, &manifest))?;
                match name {
                    Some(name) => Ok(Done::Finished(stored(put_folder(&folder, &name))?)),
                    None => Ok(Done::Finished(folder)),
                }
            }
            Ask::Clear { folder } => {
                // What cannot be removed is in nobody's way.
                let _ = std::fs::remove_dir_all(folder);
                Ok(Done::Closed)
            }
            Ask::Begin { .. } | Ask::Hash { .. } | Ask::Encode { .. } => Err(FileError::Storage),
        }
    }

    fn free(&self) -> Result<u64, FileError> {
        stored((self.keeping.space)(&self.keeping.incoming))
    }

    fn get(&mut self, file: FileId) -> Result<&mut Partial, FileError> {
        self.open.get_mut(&file).ok_or(FileError::Storage)
    }
}

/// Which file that comes this is about.
fn file_of(ask: &Ask) -> Option<FileId> {
    match ask {
        Ask::Keep { file, .. }
        | Ask::Finish { file, .. }
        | Ask::Load { file, .. }
        | Ask::Suspend { file }
        | Ask::Discard { file } => Some(*file),
        _ => None,
    }
}
