//! Files that go: reads what is wanted of them, and checks that it is still what was offered.

use super::hashing::{Entries, Found};
use super::positioned::read_exact_at;
use super::trees::Trees;
use crate::conversation::FileError;
use bytes::Bytes;
use handfast_protocol::transfer::tree::{self, BLOCK, GROUP, SEGMENT, Segment};
use handfast_protocol::transfer::{
    Ask, Content, Done, FileRequest, FileResult, RequestId, Source, Tree,
};
use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc::WeakUnboundedSender;

/// Files that stay open between two requests.
const MOST_OPEN: usize = 16;

/// Files that go, in one channel.
pub(super) struct Sources {
    trees: Trees,
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
        let trees = Trees::new(own);
        Self {
            trees,
            entries,
            open,
        }
    }

    /// Answers [`Ask::Encode`], unless that has to wait for what is still being read. It is sent to `again` once that
    /// is so.
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
            let Some(result) = result.transpose() else {
                let (path, source) = (path.clone(), *source);
                request = self.trees.make(path, source, request, again)?;
                continue;
            };
            if result.is_err() {
                let source = *source;
                self.open.retain(|(open, _)| *open != source);
            }
            return Some((*id, result));
        }
    }

    /// None while the tree of the file is not there.
    fn encode_known(
        &mut self,
        path: &Path,
        source: Source,
        content: Content,
        groups: &Range<u64>,
    ) -> Result<Option<Done>, FileError> {
        match self.open(path, source, content)? {
            Some(open) => encode(&open.file, &open.tree, source, groups).map(Some),
            None => Ok(None),
        }
    }

    fn open(
        &mut self,
        path: &Path,
        source: Source,
        content: Content,
    ) -> Result<Option<&Open>, FileError> {
        let known = self.open.iter().position(|(open, _)| *open == source);
        let open = match known.and_then(|place| self.open.remove(place)) {
            Some(open) => open,
            None => {
                let file = File::open(path).map_err(|_| FileError::Unreadable)?;
                let Some(tree) = self.trees.get(path, source, content)? else {
                    return Ok(None);
                };
                (source, Open { file, tree })
            }
        };
        self.open.truncate(MOST_OPEN - 1);
        self.open.push_front(open);
        Ok(self.open.front().map(|(_, open)| open))
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
