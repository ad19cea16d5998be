//! Trees of files that go: as they were kept, or made anew, which takes as long as reading the file. Whoever waits for
//! a large one keeps nobody else waiting.

use crate::conversation::FileError;
use handfast_protocol::transfer::tree::{self, BLOCK, GROUP, SEGMENT};
use handfast_protocol::transfer::{Ask, Content, FileRequest, Root, Source, Tree};
use handfast_store::private;
use std::collections::HashMap;
use std::fs::{File, FileTimes};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::mpsc::WeakUnboundedSender;

/// What is read at once.
const PART: usize = (BLOCK * GROUP) as usize;

/// How long a tree or manifest stays that nobody used.
const LIFE: Duration = Duration::from_secs(90 * 24 * 3600);

/// See the module text.
pub(super) struct Trees {
    own: PathBuf,
    made: Arc<Mutex<HashMap<Source, Made>>>,
}

/// A tree that was not kept.
enum Made {
    /// It is made. These wait for it.
    Waiting(Vec<FileRequest>),
    /// It is there.
    There(Box<Tree>),
    /// It cannot be, which so many have still to hear.
    Failed(FileError, usize),
}

impl Trees {
    pub(super) fn new(own: PathBuf) -> Self {
        let made = Arc::default();
        Self { own, made }
    }

    /// The tree of a file that was offered as this. None if it has to be made ([`Self::make`]).
    pub(super) fn get(
        &self,
        path: &Path,
        source: Source,
        content: Content,
    ) -> Result<Option<Tree>, FileError> {
        let mut made = lock(&self.made);
        match made.remove(&source) {
            Some(Made::There(tree)) => return Ok(Some(*tree)),
            Some(Made::Failed(reason, left)) => {
                if left > 1 {
                    made.insert(source, Made::Failed(reason, left - 1));
                }
                return Err(reason);
            }
            Some(waiting @ Made::Waiting(_)) => {
                made.insert(source, waiting);
                return Ok(None);
            }
            None => {}
        }
        drop(made);
        let groups = tree::groups(content.size);
        let kept = match (source, groups <= BLOCK) {
            (Source::Root(_), true) => Tree::of_small(content.size, content.root),
            (Source::Entry(_), true) => None,
            (_, false) => kept_tree(&self.own, content),
        };
        match (kept, groups <= SEGMENT) {
            (Some(tree), _) => Ok(Some(tree)),
            (None, true) => make(path, content, &self.own, || false).map(Some),
            (None, false) => Ok(None),
        }
    }

    /// Makes the tree of a file on a thread of its own, and lets this request for it wait, which is sent to `again`
    /// then. It comes back if that is so by now.
    pub(super) fn make(
        &self,
        path: PathBuf,
        source: Source,
        request: FileRequest,
        again: &WeakUnboundedSender<FileRequest>,
    ) -> Option<FileRequest> {
        let Ask::Encode {
            content: Some(content),
            ..
        } = request.ask
        else {
            return Some(request);
        };
        let mut all = lock(&self.made);
        match all.get_mut(&source) {
            Some(Made::There(_)) => return Some(request),
            Some(Made::Failed(_, left)) => {
                *left += 1;
                return Some(request);
            }
            Some(Made::Waiting(waiting)) => {
                waiting.push(request);
                return None;
            }
            None => {}
        }
        all.insert(source, Made::Waiting(vec![request]));
        let (made, own, again) = (self.made.clone(), self.own.clone(), again.clone());
        let thread = std::thread::Builder::new().name("hashing".to_owned());
        let begun = thread.spawn(move || {
            // Whoever wanted it may be gone.
            let is_over = || again.strong_count() == 0;
            let tree = make(&path, content, &own, is_over);
            let mut made = lock(&made);
            let Some(Made::Waiting(waiting)) = made.remove(&source) else {
                return;
            };
            made.insert(
                source,
                match tree {
                    Ok(tree) => Made::There(Box::new(tree)),
                    Err(reason) => Made::Failed(reason, waiting.len()),
                },
            );
            drop(made);
            if let Some(again) = again.upgrade() {
                for request in waiting {
                    let _ = again.send(request);
                }
            }
        });
        if begun.is_ok() {
            return None;
        }
        let failed = Made::Failed(FileError::Unreadable, 1);
        match all.insert(source, failed) {
            Some(Made::Waiting(mut waiting)) => waiting.pop(),
            _ => None,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a file to its end, and keeps its tree, if it is what was offered.
fn make(
    path: &Path,
    content: Content,
    own: &Path,
    is_over: impl Fn() -> bool,
) -> Result<Tree, FileError> {
    let tree = read_tree(path, is_over).map_err(|_| FileError::Unreadable)?;
    if (tree.size(), tree.root()) != (content.size, Some(content.root)) {
        return Err(FileError::Changed);
    }
    keep_tree(&tree, own);
    Ok(tree)
}

/// Reads a file to its end.
///
/// # Errors
/// When it cannot be read, or it is over before.
pub(super) fn read_tree(path: &Path, is_over: impl Fn() -> bool) -> io::Result<Tree> {
    let mut file = File::open(path)?;
    let (mut tree, mut buffer) = (Tree::new(), vec![0; PART]);
    while !is_over() {
        match file.read(&mut buffer)? {
            0 => {
                tree.finish();
                return Ok(tree);
            }
            count => tree.update(&buffer[..count]),
        }
    }
    Err(io::ErrorKind::Interrupted.into())
}

fn tree_at(own: &Path, root: Root) -> PathBuf {
    own.join(format!("{root}.tree"))
}

fn kept_tree(own: &Path, content: Content) -> Option<Tree> {
    let path = tree_at(own, content.root);
    let bytes = std::fs::read(&path).ok()?;
    used(&path);
    Tree::from_bytes(content.size, content.root, &bytes)
}

/// Keeps the tree of a file of more than a block. One that cannot be kept is made anew when it is needed.
pub(super) fn keep_tree(tree: &Tree, own: &Path) {
    let bytes = tree.to_bytes();
    if let (false, Some(root)) = (bytes.is_empty(), tree.root()) {
        let _ = private::write(&tree_at(own, root), &bytes);
    }
}

/// What was used stays for another while.
fn used(path: &Path) {
    if let Ok(file) = File::options().write(true).open(path) {
        let _ = file.set_times(FileTimes::new().set_modified(SystemTime::now()));
    }
}

/// Removes trees and manifests that nobody used for a long time.
pub(super) fn remove_unused(own: &Path) {
    let Ok(entries) = std::fs::read_dir(own) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        let is_ours = path
            .extension()
            .is_some_and(|kind| kind == "tree" || kind == "manifest");
        let modified = entry.metadata().and_then(|about| about.modified());
        let age = modified.map(|modified| modified.elapsed().unwrap_or_default());
        if is_ours && age.is_ok_and(|age| age > LIFE) {
            let _ = std::fs::remove_file(path);
        }
    }
}
