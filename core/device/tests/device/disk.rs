//! The files of a simulated device, in memory: what its person has, what came, and what there is of what comes. It
//! outlives the device.

use bytes::Bytes;
use handfast_device::{Leftover, Offerable};
use handfast_protocol::conversation::FileError;
use handfast_protocol::transfer::tree::{BLOCK, GROUP, SEGMENT, Segment, groups};
use handfast_protocol::transfer::{
    Ask, Content, Done, FileId, FileResult, Goal, Place, Ranges, Root, Source, Tree,
};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A file of more bytes is offered before it was read.
const READ_FIRST: usize = 100_000;

/// What there is of a file, by what it is called and where it goes.
type Key = (Source, PathBuf);

/// See the module text.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    pub(crate) files: BTreeMap<PathBuf, Vec<u8>>,
    partial: BTreeMap<Key, BTreeMap<u64, Vec<u8>>>,
    open: BTreeMap<FileId, Key>,
    /// Groups that nobody had flushed, the last last: a file is flushed when it is whole.
    unflushed: Vec<(Key, u64)>,
    /// There is no room for anything more.
    pub(crate) is_full: bool,
    /// How much was found again of files that had not come whole.
    pub(crate) found_again: usize,
}

fn content_of(bytes: &[u8]) -> Content {
    Content {
        size: bytes.len() as u64,
        root: Root::of(bytes),
    }
}

/// The names that a file may get, in their order.
fn names(folder: &Path, name: &str) -> impl Iterator<Item = PathBuf> + use<> {
    let (folder, name) = (folder.to_owned(), name.to_owned());
    (0..).map(move |number| match number {
        0 => folder.join(&name),
        number => folder.join(format!("{name} ({number})")),
    })
}

impl Disk {
    /// The channel that had files open is gone.
    pub(crate) fn close(&mut self) {
        self.open.clear();
    }

    /// The power went: of what nobody had flushed so many groups are not there as they were written, which is found
    /// when they are compared.
    pub(crate) fn tear(&mut self, groups: usize) {
        let kept = self.unflushed.len().saturating_sub(groups);
        for (key, group) in self.unflushed.split_off(kept) {
            if let Some(partial) = self.partial.get_mut(&key) {
                partial.remove(&group);
            }
        }
        self.unflushed.clear();
    }

    /// Whether something lies here of a file that did not come whole.
    pub(crate) fn has_rest(&self) -> bool {
        self.partial.values().any(|groups| !groups.is_empty())
    }

    /// What there is of a file that is not whole goes. Whoever has it open goes on with what has no name any more.
    pub(crate) fn discard(&mut self, left: &Leftover) {
        if let Goal::File { folder, name } = &left.goal {
            let key = (left.source, folder.join(name));
            if !self.open.values().any(|open| *open == key) {
                self.partial.remove(&key);
            }
        }
    }

    pub(crate) fn look(&self, path: &Path) -> Result<Offerable, FileError> {
        let bytes = self.files.get(path).ok_or(FileError::Unreadable)?;
        Ok(Offerable {
            size: bytes.len() as u64,
            files: None,
            content: (bytes.len() <= READ_FIRST).then(|| content_of(bytes)),
            preview: None,
        })
    }

    pub(crate) fn perform(&mut self, ask: Ask) -> FileResult {
        match ask {
            Ask::Hash { path, .. } => {
                let bytes = self.files.get(&path).ok_or(FileError::Unreadable)?;
                Ok(Done::Hashed(content_of(bytes)))
            }
            Ask::Encode {
                path,
                source,
                groups,
                ..
            } => {
                let bytes = self.files.get(&path).ok_or(FileError::Unreadable)?;
                encode(bytes, source, groups)
            }
            Ask::FreeSpace if self.is_full => Ok(Done::Free(0)),
            Ask::FreeSpace => Ok(Done::Free(1 << 40)),
            Ask::Keep { .. } if self.is_full => Err(FileError::NoSpace),
            Ask::Begin {
                file,
                source,
                content,
                place: Place::In { folder, name },
            } => {
                for path in names(&folder, &name) {
                    match (self.files.get(&path), content) {
                        (None, _) => break,
                        (Some(there), Some(content)) if content_of(there) == content => {
                            return Ok(Done::Finished(path));
                        }
                        _ => {}
                    }
                }
                let key = (source, folder.join(name));
                self.open.insert(file, key.clone());
                let partial = self.partial.entry(key).or_default();
                self.found_again += partial.len();
                let kept: Ranges = partial.keys().map(|group| *group..*group + 1).collect();
                Ok(Done::Begun(kept))
            }
            Ask::Keep { file, verified } => {
                let key = self.open.get(&file).ok_or(FileError::Storage)?;
                let partial = self.partial.get_mut(key).ok_or(FileError::Storage)?;
                let parts = verified.bytes.chunks(GROUP as usize);
                for (group, bytes) in verified.groups.zip(parts) {
                    let before = partial.insert(group, bytes.to_vec());
                    assert!(
                        before.is_none(),
                        "{group} was verified, and asked for again"
                    );
                    self.unflushed.push((key.clone(), group));
                }
                Ok(Done::Kept)
            }
            Ask::Finish { file, content, .. } => {
                let key = self.open.remove(&file).ok_or(FileError::Storage)?;
                self.unflushed.retain(|(of, _)| *of != key);
                let whole: Vec<u8> = self
                    .partial
                    .remove(&key)
                    .into_iter()
                    .flatten()
                    .flat_map(|(_, group)| group)
                    .collect();
                if content_of(&whole) != content {
                    return Err(FileError::Damaged);
                }
                let (folder, name) = (key.1.parent(), key.1.file_name());
                let (folder, name) = (folder.expect("a folder"), name.expect("a name"));
                let mut names = names(folder, &name.to_string_lossy());
                let path = names
                    .find(|path| !self.files.contains_key(path))
                    .expect("a free name");
                self.files.insert(path.clone(), whole);
                Ok(Done::Finished(path))
            }
            Ask::Suspend { file } => {
                self.open.remove(&file);
                Ok(Done::Closed)
            }
            Ask::Discard { file } => {
                if let Some(key) = self.open.remove(&file) {
                    self.partial.remove(&key);
                }
                Ok(Done::Closed)
            }
            Ask::Begin { .. }
            | Ask::Load { .. }
            | Ask::Measure { .. }
            | Ask::Folder { .. }
            | Ask::Settle { .. }
            | Ask::Clear { .. } => panic!("nobody sends a folder here"),
        }
    }
}

/// The answer to a WANT about these bytes.
fn encode(bytes: &[u8], source: Source, wanted: Range<u64>) -> FileResult {
    let mut tree = Tree::new();
    tree.update(bytes);
    tree.finish();
    let segment = match source {
        Source::Root(_) => None,
        Source::Entry(_) => tree.segment(wanted.start / SEGMENT).or(Some(Segment::NONE)),
    };
    let end = groups(tree.size()).min(wanted.end);
    if end <= wanted.start {
        let bytes = Bytes::new();
        return Ok(Done::Encoded { segment, bytes });
    }
    let wanted = wanted.start..end;
    let first = (wanted.start / BLOCK * BLOCK * GROUP) as usize;
    let last = (first + (BLOCK * GROUP) as usize).min(bytes.len());
    let encoded = match source {
        Source::Root(_) => tree.encode(&wanted, &bytes[first..last]),
        Source::Entry(_) => tree.encode_in_segment(&wanted, &bytes[first..last]),
    };
    let bytes = encoded.ok_or(FileError::Changed)?;
    Ok(Done::Encoded { segment, bytes })
}
