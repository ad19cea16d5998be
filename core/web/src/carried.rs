//! The files of a conversation that both keep, as a browser has them: what is offered is read from where the person
//! chose it, for as long as the page is there, and what comes is written into the browser's own storage, in any order.
//!
//! What was read of a file and what came of one outlives the connection, and not the page: a browser gives a page that
//! is loaded anew neither back.

use crate::files::{Chosen, FileDeed, Told, not_read, not_stored};
use bytes::Bytes;
use handfast_protocol::transfer::tree::{self, BLOCK, ChainingValue, GROUP, SEGMENT, Segment};
use handfast_protocol::transfer::{
    Ask, Content, Done, FileError, FileId, FileRequest, FileResult, Place, Ranges, RequestId, Root,
    Source, Tree,
};
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::path::Path;

/// What is read at once, in bytes: a block, which a tree takes as one.
const PART: u64 = BLOCK * GROUP;

/// What the browser is asked, under a number, or what whoever asked for something is told.
pub(crate) type Step = Result<(u64, FileDeed), (RequestId, FileResult)>;

/// See the module text.
pub(crate) struct Carried {
    scope: [u8; 32],
    /// How the names of files begin that come: no other conversation's do so.
    prefix: String,
    last: u64,
    /// Files that go, as far as they were read.
    readings: BTreeMap<Source, Reading>,
    /// Files that come over the channel that there is.
    coming: BTreeMap<FileId, (Key, Coming)>,
    /// What came over channels before.
    resting: BTreeMap<Key, Coming>,
    asked: BTreeMap<u64, Asked>,
    steps: VecDeque<Step>,
}

/// What a file is offered as, and where it goes.
type Key = (Source, String);

/// A file that goes.
struct Reading {
    number: u32,
    size: u64,
    tree: Tree,
    /// Who wants to know what it is.
    hashes: Vec<RequestId>,
    /// What waits until more was read.
    waiting: Vec<(RequestId, Encoding)>,
    failed: Option<FileError>,
}

/// Some groups of a file.
#[derive(Clone)]
struct Encoding {
    source: Source,
    content: Option<Content>,
    groups: Range<u64>,
}

/// A file that comes.
struct Coming {
    name: String,
    is_made: bool,
    kept: Ranges,
    values: BTreeMap<u64, ChainingValue>,
    /// What the first group is, where it is all there is.
    whole: Option<Root>,
}

/// What an answer of the browser means.
enum Asked {
    /// So many bytes more of a file that is read to its end.
    Part(Source, u64),
    Block(RequestId, Encoding),
    Room(RequestId),
    Create(RequestId, FileId),
    Keep(RequestId, FileId, Range<u64>),
    Finish(RequestId, FileId),
    /// Of what cannot be removed, nothing is left when the page is gone.
    Discard,
}

impl Carried {
    /// Those of the conversation that has this name. How the names of its files begin is of it alone.
    pub(crate) fn new(scope: [u8; 32], prefix: String) -> Self {
        Self {
            scope,
            prefix,
            last: 0,
            readings: BTreeMap::new(),
            coming: BTreeMap::new(),
            resting: BTreeMap::new(),
            asked: BTreeMap::new(),
            steps: VecDeque::new(),
        }
    }

    /// What tells the conversation from all others.
    pub(crate) fn scope(&self) -> [u8; 32] {
        self.scope
    }

    /// The channel is over, and another one may follow.
    pub(crate) fn rest(&mut self) {
        let coming = std::mem::take(&mut self.coming);
        self.resting.extend(coming.into_values());
        for reading in self.readings.values_mut() {
            reading.hashes.clear();
            reading.waiting.clear();
        }
        self.steps.retain(Result::is_ok);
        // Its answer is for nobody, except where a file is read on.
        self.asked
            .retain(|_, asked| matches!(asked, Asked::Part(..) | Asked::Discard));
    }

    /// The next thing to do or to tell.
    pub(crate) fn poll(&mut self) -> Option<Step> {
        self.steps.pop_front()
    }

    /// Something is wanted of the files of this page, among which the person chose these.
    pub(crate) fn ask(&mut self, request: FileRequest, chosen: &BTreeMap<u32, Chosen>) {
        let id = request.id;
        let result = match request.ask {
            Ask::Hash { entry, path } => self.hash(id, Source::Entry(entry), &path, chosen),
            Ask::Encode {
                path,
                source,
                content,
                groups,
            } => {
                let encoding = Encoding {
                    source,
                    content,
                    groups,
                };
                let begun = self.begin_reading(source, &path, chosen);
                begun.and_then(|()| self.encode(id, encoding))
            }
            Ask::FreeSpace => {
                self.deed(Asked::Room(id), FileDeed::Room);
                Ok(None)
            }
            Ask::Begin {
                file,
                source,
                place,
                ..
            } => self.begin(id, file, source, place),
            Ask::Keep { file, verified } => self.keep(id, file, verified),
            Ask::Finish { file, content, .. } => self.finish(id, file, content),
            Ask::Suspend { file } => {
                if let Some((key, coming)) = self.coming.remove(&file) {
                    self.resting.insert(key, coming);
                }
                Ok(Some(Done::Closed))
            }
            Ask::Discard { file } => {
                if let Some((_, coming)) = self.coming.remove(&file) {
                    self.discard(coming);
                }
                Ok(Some(Done::Closed))
            }
            Ask::Clear { .. } => Ok(Some(Done::Closed)),
            // A page has no folders.
            Ask::Measure { .. } | Ask::Load { .. } | Ask::Folder { .. } | Ask::Settle { .. } => {
                Err(FileError::NoPermission)
            }
        };
        self.tell(id, result);
    }

    /// What came of what the browser was asked under this number.
    pub(crate) fn answered(&mut self, number: u64, told: Told) {
        let Some(asked) = self.asked.remove(&number) else {
            return;
        };
        match (asked, told) {
            (Asked::Part(source, wanted), told) => self.read_on(source, wanted, told),
            (Asked::Block(id, encoding), Told::Read(bytes)) => {
                let result = self.encoded(&encoding, &bytes).map(Some);
                self.tell(id, result);
            }
            (Asked::Block(id, _), Told::Failed(error)) => self.tell(id, Err(not_read(&error))),
            (Asked::Room(id), Told::Room(bytes)) => self.tell(id, Ok(Some(Done::Free(bytes)))),
            (Asked::Create(id, file), Told::Done) => {
                if let Some((_, coming)) = self.coming.get_mut(&file) {
                    coming.is_made = true;
                }
                self.tell(id, Ok(Some(Done::Begun(Ranges::new()))));
            }
            (Asked::Keep(id, file, groups), Told::Done) => {
                if let Some((_, coming)) = self.coming.get_mut(&file) {
                    coming.kept.add(groups);
                }
                self.tell(id, Ok(Some(Done::Kept)));
            }
            (Asked::Finish(id, file), Told::Done) => {
                let coming = self.coming.remove(&file);
                let path = coming.map(|(_, coming)| coming.name.into());
                let done = path.map(Done::Finished).ok_or(FileError::Storage);
                self.tell(id, done.map(Some));
            }
            (Asked::Discard, _) => {}
            (
                Asked::Room(id) | Asked::Create(id, _) | Asked::Keep(id, ..) | Asked::Finish(id, _),
                Told::Failed(error),
            ) => self.tell(id, Err(not_stored(&error))),
            (
                Asked::Block(id, _)
                | Asked::Room(id)
                | Asked::Create(id, _)
                | Asked::Keep(id, ..)
                | Asked::Finish(id, _),
                _,
            ) => self.tell(id, Err(FileError::Storage)),
        }
    }

    fn tell(&mut self, id: RequestId, result: Result<Option<Done>, FileError>) {
        let answer = result.transpose();
        self.steps.extend(answer.map(|answer| Err((id, answer))));
    }

    fn deed(&mut self, asked: Asked, deed: FileDeed) {
        self.last += 1;
        self.asked.insert(self.last, asked);
        self.steps.push_back(Ok((self.last, deed)));
    }

    // Files that go.

    /// Reads a file to its end, unless that is done or under way.
    fn begin_reading(
        &mut self,
        source: Source,
        path: &Path,
        chosen: &BTreeMap<u32, Chosen>,
    ) -> Result<(), FileError> {
        if self.readings.contains_key(&source) {
            return Ok(());
        }
        let number = path.to_str().and_then(|number| number.parse().ok());
        let chosen = number.and_then(|number: u32| chosen.get(&number));
        let Chosen { number, size, .. } = *chosen.ok_or(FileError::Unreadable)?;
        let reading = Reading {
            number,
            size,
            tree: Tree::new(),
            hashes: Vec::new(),
            waiting: Vec::new(),
            failed: None,
        };
        self.readings.insert(source, reading);
        self.read_more(source);
        Ok(())
    }

    fn read_more(&mut self, source: Source) {
        let Some(reading) = self.readings.get_mut(&source) else {
            return;
        };
        let at = reading.tree.size();
        let length = PART.min(reading.size - at);
        if length == 0 {
            reading.tree.finish();
            return self.wake(source);
        }
        let deed = FileDeed::Read(reading.number, at, length as usize);
        self.deed(Asked::Part(source, length), deed);
    }

    fn read_on(&mut self, source: Source, wanted: u64, told: Told) {
        let Some(reading) = self.readings.get_mut(&source) else {
            return;
        };
        match told {
            Told::Read(bytes) if bytes.len() as u64 == wanted => {
                reading.tree.update(&bytes);
                let is_whole_segment = reading.tree.size().is_multiple_of(SEGMENT * GROUP);
                self.read_more(source);
                if is_whole_segment {
                    self.wake(source);
                }
            }
            told => {
                reading.failed = Some(match told {
                    Told::Failed(error) => not_read(&error),
                    _ => FileError::Changed,
                });
                self.wake(source);
            }
        }
    }

    /// More was read, or nothing more will be.
    fn wake(&mut self, source: Source) {
        let Some(reading) = self.readings.get_mut(&source) else {
            return;
        };
        let waiting = std::mem::take(&mut reading.waiting);
        let is_over = reading.failed.is_some() || reading.tree.root().is_some();
        let hashes = match is_over {
            true => std::mem::take(&mut reading.hashes),
            false => Vec::new(),
        };
        let hashed = reading.hashed();
        for id in hashes {
            self.tell(id, hashed.map(|content| Some(Done::Hashed(content))));
        }
        for (id, encoding) in waiting {
            let result = self.encode(id, encoding);
            self.tell(id, result);
        }
    }

    fn hash(
        &mut self,
        id: RequestId,
        source: Source,
        path: &Path,
        chosen: &BTreeMap<u32, Chosen>,
    ) -> Result<Option<Done>, FileError> {
        self.begin_reading(source, path, chosen)?;
        let reading = self.readings.get_mut(&source);
        let reading = reading.ok_or(FileError::Unreadable)?;
        match reading.failed.is_some() || reading.tree.root().is_some() {
            true => reading.hashed().map(|content| Some(Done::Hashed(content))),
            false => {
                reading.hashes.push(id);
                Ok(None)
            }
        }
    }

    /// Begins to make an encoding, or has it wait until so much of the file was read.
    fn encode(&mut self, id: RequestId, encoding: Encoding) -> Result<Option<Done>, FileError> {
        let reading = self.readings.get_mut(&encoding.source);
        let reading = reading.ok_or(FileError::Unreadable)?;
        if let Some(reason) = reading.failed {
            return Err(reason);
        }
        let number = encoding.groups.start / SEGMENT;
        let is_ready = match encoding.source {
            Source::Root(_) => reading.tree.root().is_some(),
            Source::Entry(_) => reading.tree.segment(number).is_some(),
        };
        if !is_ready {
            reading.waiting.push((id, encoding));
            return Ok(None);
        }
        if let (Some(content), Some(root)) = (encoding.content, reading.tree.root())
            && (content.size, content.root) != (reading.tree.size(), root)
        {
            return Err(FileError::Changed);
        }
        let block = reading.block(&encoding);
        if block.is_empty() {
            return self.encoded(&encoding, &[]).map(Some);
        }
        let length = tree::bytes(&block, reading.tree.size()) as usize;
        let deed = FileDeed::Read(reading.number, block.start * GROUP, length);
        self.deed(Asked::Block(id, encoding), deed);
        Ok(None)
    }

    /// The encoding of some groups out of the block in which they are. Those behind the end of the file are left out.
    fn encoded(&self, encoding: &Encoding, block: &[u8]) -> FileResult {
        let reading = self.readings.get(&encoding.source);
        let reading = reading.ok_or(FileError::Unreadable)?;
        let tree = &reading.tree;
        let segment = match encoding.source {
            Source::Root(_) => None,
            Source::Entry(_) => {
                let segment = tree.segment(encoding.groups.start / SEGMENT);
                Some(segment.ok_or(FileError::Unreadable)?)
            }
        };
        let wanted = reading.wanted(encoding);
        if segment == Some(Segment::NONE) || wanted.is_empty() {
            let bytes = Bytes::new();
            return Ok(Done::Encoded { segment, bytes });
        }
        let bytes = match encoding.source {
            Source::Root(_) => tree.encode(&wanted, block),
            Source::Entry(_) => tree.encode_in_segment(&wanted, block),
        };
        let bytes = bytes.ok_or(FileError::Changed)?;
        Ok(Done::Encoded { segment, bytes })
    }

    // Files that come.

    fn begin(
        &mut self,
        id: RequestId,
        file: FileId,
        source: Source,
        place: Place,
    ) -> Result<Option<Done>, FileError> {
        let Place::In { name, .. } = place else {
            return Err(FileError::NoPermission);
        };
        let key = (source, name);
        match self.resting.remove(&key) {
            Some(coming) if coming.is_made => {
                let kept = coming.kept.clone();
                self.coming.insert(file, (key, coming));
                Ok(Some(Done::Begun(kept)))
            }
            _ => {
                let name = format!("{}-{}", self.prefix, self.last + 1);
                let coming = Coming {
                    name: name.clone(),
                    is_made: false,
                    kept: Ranges::new(),
                    values: BTreeMap::new(),
                    whole: None,
                };
                self.coming.insert(file, (key, coming));
                self.deed(Asked::Create(id, file), FileDeed::Create(name));
                Ok(None)
            }
        }
    }

    fn keep(
        &mut self,
        id: RequestId,
        file: FileId,
        verified: tree::Verified,
    ) -> Result<Option<Done>, FileError> {
        let (_, coming) = self.coming.get_mut(&file).ok_or(FileError::Storage)?;
        let tree::Verified {
            groups,
            bytes,
            values,
        } = verified;
        // What follows from it may be asked before it is written.
        if groups == (0..1) {
            coming.whole = Some(Root::of(&bytes));
        }
        coming.values.extend(groups.clone().zip(values));
        let at = groups.start * GROUP;
        let deed = FileDeed::Write(coming.name.clone(), at, vec![bytes]);
        self.deed(Asked::Keep(id, file, groups), deed);
        Ok(None)
    }

    fn finish(
        &mut self,
        id: RequestId,
        file: FileId,
        content: Content,
    ) -> Result<Option<Done>, FileError> {
        let (_, coming) = self.coming.get(&file).ok_or(FileError::Storage)?;
        let root = match tree::groups(content.size) {
            0 => Some(Root::of_nothing()),
            1 => coming.whole,
            _ => tree::combine(coming.values.values().copied()),
        };
        if root != Some(content.root) {
            return Err(FileError::Damaged);
        }
        let deed = FileDeed::Finish(coming.name.clone());
        self.deed(Asked::Finish(id, file), deed);
        Ok(None)
    }

    fn discard(&mut self, coming: Coming) {
        if coming.is_made {
            self.deed(Asked::Discard, FileDeed::Discard(coming.name));
        }
    }
}

impl Reading {
    /// What it is, once it was read to its end.
    fn hashed(&self) -> Result<Content, FileError> {
        match (self.failed, self.tree.root()) {
            (Some(reason), _) => Err(reason),
            (None, root) => Ok(Content {
                size: self.tree.size(),
                root: root.ok_or(FileError::Unreadable)?,
            }),
        }
    }

    /// The groups that are there, of those that are wanted.
    fn wanted(&self, encoding: &Encoding) -> Range<u64> {
        let Range { start, end } = encoding.groups;
        start..end.min(tree::groups(self.tree.size()))
    }

    /// The block in which these are; nothing where none of them is there.
    fn block(&self, encoding: &Encoding) -> Range<u64> {
        let wanted = self.wanted(encoding);
        if wanted.is_empty() {
            return 0..0;
        }
        let first = wanted.start / BLOCK * BLOCK;
        first..(first + BLOCK).min(tree::groups(self.tree.size()))
    }
}

#[cfg(test)]
mod tests;
