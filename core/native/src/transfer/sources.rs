//! Files that go: reads what is wanted of them, and checks that it is still what was offered.

use super::hashing::{Entries, Found};
use super::positioned::read_exact_at;
use crate::conversation::FileError;
use bytes::Bytes;
use handfast_protocol::transfer::tree::{self, BLOCK, GROUP, SEGMENT, Segment};
use handfast_protocol::transfer::{
    Ask, Content, Done, FileRequest, FileResult, RequestId, Root, Source, Tree,
};
use handfast_store::private;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc::WeakUnboundedSender;

/// Files that stay open between two requests.
const MOST_OPEN: usize = 16;

/// What is read at once.
const PART: usize = (BLOCK * GROUP) as usize;

/// Files that go, in one channel.
pub(super) struct Sources {
    /// Where trees are kept.
    own: PathBuf,
    entries: Arc<Entries>,
    /// What was read last, the newest first.
    open: VecDeque<(Source, Open)>,
}

/// A file that is open.
struct Open {
    file: File,
    tree: Tree,
}

impl Sources {
    pub(super) fn new(own: PathBuf, entries: Arc<Entries>) -> Self {
        let open = VecDeque::new();
        Self { own, entries, open }
    }

    /// Answers [`Ask::Encode`], unless that has to wait for what is still being read. It is sent to `again` then.
    pub(super) fn encode(
        &mut self,
        mut request: FileRequest,
        again: &WeakUnboundedSender<FileRequest>,
    ) -> Option<(RequestId, FileResult)> {
        loop {
            let FileRequest { id, ask } = &request;
            let Ask::Encode {
                path,
                source,
                content,
                groups,
            } = ask
            else {
                return Some((*id, Err(FileError::Unreadable)));
            };
            if let Source::Entry(entry) = *source {
                match self.entries.encode(entry, groups) {
                    Found::Answer(result) => return Some((*id, result)),
                    Found::Later => {
                        let (groups, again) = (groups.clone(), again.clone());
                        request = self.entries.wait(entry, &groups, request, again)?;
                        continue;
                    }
                    Found::Unknown => {}
                }
            }
            let result = match content {
                Some(content) => self.encode_known(path, *source, *content, groups),
                None => Err(FileError::Unreadable),
            };
            if result.is_err() {
                let source = *source;
                self.open.retain(|(open, _)| *open != source);
            }
            return Some((*id, result));
        }
    }

    fn encode_known(
        &mut self,
        path: &Path,
        source: Source,
        content: Content,
        groups: &Range<u64>,
    ) -> FileResult {
        let open = self.open(path, source, content)?;
        encode(&open.file, &open.tree, source, groups)
    }

    fn open(&mut self, path: &Path, source: Source, content: Content) -> Result<&Open, FileError> {
        let known = self.open.iter().position(|(open, _)| *open == source);
        let open = match known.and_then(|place| self.open.remove(place)) {
            Some(open) => open,
            None => {
                let file = File::open(path).map_err(|_| FileError::Unreadable)?;
                let tree = self.tree(path, source, content)?;
                (source, Open { file, tree })
            }
        };
        self.open.truncate(MOST_OPEN - 1);
        self.open.push_front(open);
        self.open
            .front()
            .map(|(_, open)| open)
            .ok_or(FileError::Unreadable)
    }

    /// The tree of a file that was offered as this: as it was kept, or made anew.
    fn tree(&self, path: &Path, source: Source, content: Content) -> Result<Tree, FileError> {
        let is_small = tree::groups(content.size) <= BLOCK;
        let kept = match (source, is_small) {
            (Source::Root(_), true) => Tree::of_small(content.size, content.root),
            (Source::Entry(_), true) => None,
            (_, false) => kept_tree(&self.own, content),
        };
        if let Some(tree) = kept {
            return Ok(tree);
        }
        let tree = read_tree(path).map_err(|_| FileError::Unreadable)?;
        if (tree.size(), tree.root()) != (content.size, Some(content.root)) {
            return Err(FileError::Changed);
        }
        keep_tree(&tree, &self.own);
        Ok(tree)
    }
}

/// The encoding of some groups, of which those behind the end of the file are left out.
pub(super) fn encode(file: &File, tree: &Tree, source: Source, groups: &Range<u64>) -> FileResult {
    let segment = match source {
        Source::Root(_) => None,
        Source::Entry(_) => {
            let segment = tree.segment(groups.start / SEGMENT);
            Some(segment.ok_or(FileError::Unreadable)?)
        }
    };
    let all = tree::groups(tree.size());
    let wanted = groups.start..groups.end.min(all);
    if segment == Some(Segment::NONE) || wanted.is_empty() {
        let bytes = Bytes::new();
        return Ok(Done::Encoded { segment, bytes });
    }
    let first = wanted.start / BLOCK * BLOCK;
    let block = first..(first + BLOCK).min(all);
    let mut bytes = vec![0; tree::bytes(&block, tree.size()) as usize];
    match read_exact_at(file, &mut bytes, first * GROUP) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            return Err(FileError::Changed);
        }
        Err(_) => return Err(FileError::Unreadable),
    }
    let encoded = match source {
        Source::Root(_) => tree.encode(&wanted, &bytes),
        Source::Entry(_) => tree.encode_in_segment(&wanted, &bytes),
    };
    let bytes = encoded.ok_or(FileError::Changed)?;
    Ok(Done::Encoded { segment, bytes })
}

/// Reads a file to its end.
pub(super) fn read_tree(path: &Path) -> io::Result<Tree> {
    let mut file = File::open(path)?;
    let (mut tree, mut buffer) = (Tree::new(), vec![0; PART]);
    loop {
        match file.read(&mut buffer)? {
            0 => {
                tree.finish();
                return Ok(tree);
            }
            count => tree.update(&buffer[..count]),
        }
    }
}

fn tree_at(own: &Path, root: Root) -> PathBuf {
    own.join(format!("{root}.tree"))
}

fn kept_tree(own: &Path, content: Content) -> Option<Tree> {
    let bytes = std::fs::read(tree_at(own, content.root)).ok()?;
    Tree::from_bytes(content.size, content.root, &bytes)
}

/// Keeps the tree of a file of more than a block. One that cannot be kept is made anew when it is needed.
pub(super) fn keep_tree(tree: &Tree, own: &Path) {
    let bytes = tree.to_bytes();
    if let (false, Some(root)) = (bytes.is_empty(), tree.root()) {
        let _ = private::write(&tree_at(own, root), &bytes);
    }
}
