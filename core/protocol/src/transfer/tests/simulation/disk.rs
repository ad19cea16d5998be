//! A disk in memory. It is slow, it fails, and when its process is killed it may lose what was written last.

use super::super::super::tree::{GROUP, SEGMENT, Segment};
use super::super::*;
use super::Random;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;
use std::path::PathBuf;

/// What there is of a file.
#[derive(Default)]
struct Partial {
    groups: BTreeMap<u64, Vec<u8>>,
    /// Those that were answered, and have survived whatever came since.
    answered: Ranges,
}

type Key = (Source, Option<PathBuf>);

pub(super) struct Disk {
    pub(super) files: BTreeMap<PathBuf, Vec<u8>>,
    partial: BTreeMap<Key, Partial>,
    pub(super) open: BTreeMap<FileId, Key>,
    trees: BTreeMap<PathBuf, Tree>,
    queue: VecDeque<(u64, FileRequest)>,
    /// Requests that are answered in any order.
    loose: Vec<(u64, FileRequest)>,
    slow: u64,
    fails: bool,
    pub(super) seen: BTreeSet<&'static str>,
}

impl Disk {
    pub(super) fn new(slow: u64, fails: bool) -> Self {
        Self {
            files: BTreeMap::new(),
            partial: BTreeMap::new(),
            open: BTreeMap::new(),
            trees: BTreeMap::new(),
            queue: VecDeque::new(),
            loose: Vec::new(),
            slow,
            fails,
            seen: BTreeSet::new(),
        }
    }

    pub(super) fn heal(&mut self) {
        self.fails = false;
    }

    pub(super) fn is_busy(&self) -> bool {
        !self.queue.is_empty() || !self.loose.is_empty()
    }

    pub(super) fn ask(&mut self, now: u64, request: FileRequest, random: &mut Random) {
        let due = now + random.below(self.slow + 1);
        match request.ask {
            Ask::Hash { .. } => self.loose.push((now + random.below(100), request)),
            Ask::Encode { .. } => self.loose.push((due, request)),
            _ => {
                let before = self.queue.back().map_or(0, |(before, _)| *before);
                self.queue.push_back((due.max(before), request));
            }
        }
    }

    pub(super) fn answer(
        &mut self,
        now: u64,
        random: &mut Random,
    ) -> Option<(RequestId, FileResult)> {
        let loose = self.loose.iter().position(|(due, _)| *due <= now);
        let request = match loose {
            Some(place) => self.loose.swap_remove(place).1,
            None => {
                self.queue.front().filter(|(due, _)| *due <= now)?;
                self.queue.pop_front()?.1
            }
        };
        let FileRequest { id, ask } = request;
        Some((id, self.perform(ask, random)))
    }

    /// The process is killed: nothing that waits is done, or only part of it, and some of what was written last
    /// is not on the disk.
    pub(super) fn crash(&mut self, random: &mut Random) {
        while let Some((_, FileRequest { ask, .. })) = self.queue.pop_front() {
            match ask {
                Ask::Keep { .. } if random.one_in(2) => drop(self.perform(ask, random)),
                _ => break,
            }
        }
        self.queue.clear();
        self.loose.clear();
        self.open.clear();
        for partial in self.partial.values_mut() {
            let last = partial.groups.keys().next_back().copied();
            if let Some(last) = last.filter(|_| random.one_in(4)) {
                partial.groups.remove(&last);
                partial.answered.remove(last..last + 1);
                self.seen.insert("the disk lost what was written last");
            }
        }
    }

    /// What was answered is never asked for again.
    pub(super) fn must_lack(&self, source: &Source, wanted: Range<u64>) {
        let of_source = self.partial.iter().filter(|((of, _), _)| of == source);
        // One root may be wanted at several places.
        let mut partial = of_source.map(|(_, partial)| partial);
        if let (Some(partial), None) = (partial.next(), partial.next()) {
            let kept = wanted.clone().find(|group| {
                let gap = partial.answered.gap(*group, *group + 1);
                gap.is_none()
            });
            assert_eq!(kept, None, "{source:?} is here");
        }
    }

    /// How much there is of files that these are about.
    pub(super) fn partial_of(&self, is: impl Fn(&Source) -> bool) -> usize {
        self.partial.keys().filter(|(source, _)| is(source)).count()
    }

    fn place(place: &Place) -> Option<PathBuf> {
        match place {
            Place::In { folder, name } => Some(folder.join(name)),
            Place::Inside { folder, path } => Some(folder.join(path)),
            Place::Aside => None,
        }
    }

    fn perform(&mut self, ask: Ask, random: &mut Random) -> FileResult {
        if self.fails
            && matches!(
                ask,
                Ask::Keep { .. } | Ask::Finish { .. } | Ask::Begin { .. }
            )
            && random.one_in(60)
        {
            self.seen.insert("the disk failed");
            return Err(FileError::Storage);
        }
        match ask {
            Ask::Hash { path, .. } => {
                let bytes = self.files.get(&path).ok_or(FileError::Unreadable)?;
                Ok(Done::Hashed(super::content_of(bytes)))
            }
            Ask::Encode {
                path,
                source,
                groups,
                ..
            } => {
                let bytes = self.files.get(&path).ok_or(FileError::Unreadable)?;
                let tree = self.trees.entry(path).or_insert_with(|| {
                    let mut tree = Tree::new();
                    tree.update(bytes);
                    tree.finish();
                    tree
                });
                encode(tree, source, groups, bytes)
            }
            Ask::FreeSpace => Ok(Done::Free(1 << 40)),
            Ask::Measure { .. } => Ok(Done::Measured {
                free: 1 << 40,
                missing: 1,
            }),
            Ask::Begin {
                file,
                source,
                content,
                place,
            } => {
                let place = Self::place(&place);
                if let (Some(place), Some(content)) = (&place, content)
                    && let Some(there) = self.files.get(place)
                    && super::content_of(there) == content
                {
                    return Ok(Done::Finished(place.clone()));
                }
                let key = (source, place);
                self.open.insert(file, key.clone());
                let partial = self.partial.entry(key).or_default();
                let kept: Ranges = partial
                    .groups
                    .keys()
                    .map(|group| *group..*group + 1)
                    .collect();
                partial.answered = kept.clone();
                if kept.count() > 0 {
                    self.seen.insert("something kept was found again");
                }
                Ok(Done::Begun(kept))
            }
            Ask::Keep { file, verified } => {
                let key = self.open.get(&file).ok_or(FileError::Storage)?;
                let partial = self.partial.get_mut(key).ok_or(FileError::Storage)?;
                for (group, bytes) in verified
                    .groups
                    .clone()
                    .zip(verified.bytes.chunks(GROUP as usize))
                {
                    assert!(partial.groups.insert(group, bytes.to_vec()).is_none());
                }
                partial.answered.add(verified.groups);
                Ok(Done::Kept)
            }
            Ask::Finish { file, content, .. } => {
                let bytes = self.whole(file, content)?;
                let key = self.open.remove(&file).ok_or(FileError::Storage)?;
                self.partial.remove(&key);
                let place = key.1.ok_or(FileError::Storage)?;
                self.files.insert(place.clone(), bytes);
                Ok(Done::Finished(place))
            }
            Ask::Load { file, content } => {
                self.whole(file, content).map(|b| Done::Loaded(b.into()))
            }
            Ask::Suspend { file } => {
                if let Some(key) = self.open.remove(&file)
                    && self.partial.get(&key).is_some_and(|p| p.groups.is_empty())
                {
                    self.partial.remove(&key);
                }
                Ok(Done::Closed)
            }
            Ask::Discard { file } => {
                if let Some(key) = self.open.remove(&file) {
                    self.partial.remove(&key);
                }
                Ok(Done::Closed)
            }
            Ask::Folder { .. } | Ask::Clear { .. } => Ok(Done::Closed),
            Ask::Settle { folder, .. } => Ok(Done::Finished(folder)),
        }
    }

    fn whole(&self, file: FileId, content: Content) -> Result<Vec<u8>, FileError> {
        let key = self.open.get(&file).ok_or(FileError::Storage)?;
        let partial = self.partial.get(key).ok_or(FileError::Storage)?;
        let bytes = partial
            .groups
            .values()
            .flatten()
            .copied()
            .collect::<Vec<u8>>();
        match super::content_of(&bytes) == content {
            true => Ok(bytes),
            false => Err(FileError::Damaged),
        }
    }
}

/// The answer to a WANT about these bytes.
pub(super) fn encode(tree: &Tree, source: Source, groups: Range<u64>, bytes: &[u8]) -> FileResult {
    let all = super::super::super::tree::groups(tree.size());
    let wanted = groups.start..groups.end.min(all).max(groups.start);
    let slice = match wanted.is_empty() {
        true => Some(Bytes::new()),
        false => {
            let block = block(bytes, wanted.start);
            match source {
                Source::Root(_) => tree.encode(&wanted, block),
                Source::Entry(_) => tree.encode_in_segment(&wanted, block),
            }
        }
    };
    let segment = match source {
        Source::Root(_) => None,
        Source::Entry(_) => tree.segment(groups.start / SEGMENT).or(Some(Segment::NONE)),
    };
    let bytes = slice.ok_or(FileError::Changed)?;
    Ok(Done::Encoded { segment, bytes })
}
