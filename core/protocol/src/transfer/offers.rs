//! Files of this side: what may be had, what is wanted of it, and what goes.

use super::manifest::{Manifest, ManifestContent};
use super::message::{EntryId, Message, PART, Source, State};
use super::port::{Ask, Done, FileResult};
use super::say::Outputs;
use super::tree::{Root, Segment, groups};
use super::{Content, Direction, Event, FileError, Progress, RequestId, Status, Violation, WINDOW};
use bytes::Bytes;
use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

/// A file or folder that the other side may have.
#[derive(Clone, Debug)]
pub struct Offer {
    /// What the entry calls it: by its root, or where that is not known by itself.
    pub source: Source,
    /// Where it is. Of a folder, where its manifest is.
    pub path: PathBuf,
    /// What it is. None if it is to be found out, which [`Event::Hashed`] tells.
    pub content: Option<Content>,
    /// What may be had with it, if it is the manifest of a folder.
    pub folder: Option<Arc<OfferedFolder>>,
}

/// The files of a folder, to be found by their roots.
#[derive(Debug)]
pub struct OfferedFolder {
    path: PathBuf,
    manifest: Manifest,
    /// The number of the first entry of each root, in the order of roots.
    by_root: Vec<u32>,
}

impl OfferedFolder {
    /// A folder at this place.
    pub fn new(path: PathBuf, manifest: Manifest) -> Self {
        let roots = |number: &u32| root_of(&manifest, *number);
        let mut by_root: Vec<u32> = (0..manifest.entries().len() as u32)
            .filter(|number| roots(number).is_some())
            .collect();
        by_root.sort_by_key(roots);
        by_root.dedup_by_key(|number| root_of(&manifest, *number));
        Self {
            path,
            manifest,
            by_root,
        }
    }

    /// Where the file with this root is, and how long.
    fn find(&self, root: Root) -> Option<(PathBuf, Content)> {
        let place = self
            .by_root
            .binary_search_by_key(&Some(root), |number| root_of(&self.manifest, *number));
        let entry = &self.manifest.entries()[*self.by_root.get(place.ok()?)? as usize];
        let ManifestContent::File { size, .. } = entry.content else {
            return None;
        };
        let path = entry
            .path
            .split('/')
            .fold(self.path.clone(), |path, part| path.join(part));
        Some((path, Content { size, root }))
    }
}

fn root_of(manifest: &Manifest, number: u32) -> Option<Root> {
    match manifest.entries().get(number as usize)?.content {
        ManifestContent::File { root, .. } => Some(root),
        ManifestContent::Folder => None,
    }
}

/// An offer, and how it stands.
struct Offered {
    offer: Offer,
    is_held: bool,
    /// What the other side said last.
    heard: Heard,
    failed: Option<FileError>,
}

#[derive(Clone, Copy)]
enum Heard {
    Nothing,
    Waiting,
    Coming(u64),
    Paused(u64),
    Received,
    Refused(FileError),
}

/// A WANT that was not answered whole yet.
struct Want {
    source: Source,
    groups: u64,
    /// Nothing more comes of it: what the disk says is not sent.
    is_over: bool,
}

/// An answer on its way.
struct Answer {
    number: u32,
    segment: Option<Segment>,
    /// What is left of the encoding.
    bytes: Bytes,
}

enum Asked {
    Hash(EntryId),
    Encode(u32),
}

pub(super) struct Offers {
    offers: BTreeMap<Source, Offered>,
    /// Roots of what is offered by an entry.
    roots: BTreeMap<Root, EntryId>,
    last: u32,
    wants: BTreeMap<u32, Want>,
    /// Groups of these.
    wanted: u64,
    answers: VecDeque<Answer>,
    /// WANTs of which nothing more comes, which the other side has to hear.
    over: VecDeque<u32>,
    asked: BTreeMap<RequestId, Asked>,
}

impl Offers {
    pub(super) fn new() -> Self {
        Self {
            offers: BTreeMap::new(),
            roots: BTreeMap::new(),
            last: 0,
            wants: BTreeMap::new(),
            wanted: 0,
            answers: VecDeque::new(),
            over: VecDeque::new(),
            asked: BTreeMap::new(),
        }
    }

    pub(super) fn has_asked(&self, id: RequestId) -> bool {
        self.asked.contains_key(&id)
    }

    /// True while something is asked of the disk whose answer comes soon.
    pub(super) fn is_waiting(&self) -> bool {
        let is_soon = |asked: &Asked| matches!(asked, Asked::Encode(_));
        self.asked.values().any(is_soon)
    }

    pub(super) fn offer(&mut self, offer: Offer, out: &mut Outputs) {
        let source = offer.source;
        match (source, offer.content) {
            (Source::Entry(entry), Some(content)) => {
                self.roots.insert(content.root, entry);
            }
            (Source::Entry(entry), None) => {
                let path = offer.path.clone();
                let id = out.ask(Ask::Hash { entry, path });
                self.asked.insert(id, Asked::Hash(entry));
            }
            (Source::Root(_), _) => {}
        }
        let offered = Offered {
            offer,
            is_held: false,
            heard: Heard::Nothing,
            failed: None,
        };
        self.offers.insert(source, offered);
        out.say(source, State::Offered);
        self.tell(source, out);
    }

    /// The file cannot be had any more.
    pub(super) fn withdraw(&mut self, source: Source, reason: FileError, out: &mut Outputs) {
        out.say(source, State::Withdrawn(reason));
        if let Some(offered) = self.offers.get_mut(&source) {
            offered.failed = Some(reason);
            self.end_wants(source);
            self.tell(source, out);
        }
    }

    /// Answers no WANT for it, or does again.
    pub(super) fn hold(&mut self, source: Source, is_held: bool, out: &mut Outputs) {
        let offered = self.offers.get_mut(&source);
        let Some(offered) = offered.filter(|offered| offered.failed.is_none()) else {
            return;
        };
        offered.is_held = is_held;
        match is_held {
            true => {
                out.say(source, State::Held);
                self.end_wants(source);
            }
            false => out.say(source, State::Offered),
        }
        self.tell(source, out);
    }

    /// Nothing more comes of what is wanted of an offer, or of a folder with it.
    fn end_wants(&mut self, source: Source) {
        let ended: Vec<u32> = self
            .wants
            .iter()
            .filter(|(_, want)| !want.is_over && self.owner(want.source) == Some(source))
            .map(|(number, _)| *number)
            .collect();
        for number in ended {
            self.end_want(number);
        }
    }

    fn end_want(&mut self, number: u32) {
        let want = self.wants.get_mut(&number);
        let Some(want) = want.filter(|want| !want.is_over) else {
            return;
        };
        want.is_over = true;
        self.answers.retain(|answer| answer.number != number);
        self.over.push_back(number);
    }

    /// Under which offer a file may be had.
    fn owner(&self, source: Source) -> Option<Source> {
        if self.offers.contains_key(&source) {
            return Some(source);
        }
        let Source::Root(root) = source else {
            return None;
        };
        if let Some(entry) = self.roots.get(&root) {
            return Some(Source::Entry(*entry));
        }
        let holds = |offered: &Offered| {
            let folder = offered.offer.folder.as_ref();
            folder.is_some_and(|folder| folder.find(root).is_some())
        };
        let holding = self.offers.iter().find(|(_, offered)| holds(offered));
        holding.map(|(source, _)| *source)
    }

    /// Where a file is that may be had now, and what it is.
    fn find(&self, source: Source) -> Option<(PathBuf, Option<Content>)> {
        let offered = self.offers.get(&self.owner(source)?)?;
        if offered.is_held || offered.failed.is_some() {
            return None;
        }
        let Offer {
            path,
            content,
            folder,
            ..
        } = &offered.offer;
        match (source, content) {
            (Source::Root(root), Some(content)) if content.root != root => {
                let (path, content) = folder.as_ref()?.find(root)?;
                Some((path, Some(content)))
            }
            _ => Some((path.clone(), *content)),
        }
    }

    /// The other side wants some groups.
    pub(super) fn wanted(
        &mut self,
        number: u32,
        source: Source,
        range: Range<u64>,
        out: &mut Outputs,
    ) -> Result<(), Violation> {
        let count = range.end - range.start;
        if number != self.last.wrapping_add(1) || self.wanted + count > WINDOW {
            return Err(Violation::TooMuch);
        }
        let found = self.find(source);
        if let (Source::Root(_), Some((_, Some(content)))) = (source, &found)
            && range.end > groups(content.size)
        {
            return Err(Violation::TooMuch);
        }
        self.last = number;
        self.wanted += count;
        let want = Want {
            source,
            groups: count,
            is_over: false,
        };
        self.wants.insert(number, want);
        match found {
            None => {
                if self.owner(source).is_none() {
                    out.say(source, State::Withdrawn(FileError::Unreadable));
                }
                self.end_want(number);
            }
            Some((path, content)) => {
                let id = out.ask(Ask::Encode {
                    path,
                    source,
                    content,
                    groups: range,
                });
                self.asked.insert(id, Asked::Encode(number));
            }
        }
        Ok(())
    }

    /// The other side says how a file of ours stands there.
    pub(super) fn heard(&mut self, source: Source, state: State, out: &mut Outputs) {
        let Some(offered) = self.offers.get_mut(&source) else {
            return;
        };
        let before = match offered.heard {
            Heard::Coming(bytes) | Heard::Paused(bytes) => bytes,
            _ => 0,
        };
        offered.heard = match state {
            State::Waiting => Heard::Waiting,
            State::Coming(bytes) => Heard::Coming(bytes),
            State::Paused => Heard::Paused(before),
            State::Received => Heard::Received,
            State::Refused(reason) => Heard::Refused(reason),
            State::Offered | State::Held | State::Withdrawn(_) => return,
        };
        if let State::Refused(_) = state {
            self.end_wants(source);
        }
        self.tell(source, out);
    }

    fn tell(&self, source: Source, out: &mut Outputs) {
        let Some(offered) = self.offers.get(&source) else {
            return;
        };
        let size = match &offered.offer.folder {
            Some(folder) => Some(folder.manifest.size()),
            None => offered.offer.content.map(|content| content.size),
        };
        // What they say is a claim.
        let progress = |done: u64| Progress {
            done: size.map_or(done, |size| done.min(size)),
            size,
        };
        let failed = |reason, by_peer| Status::Failed { reason, by_peer };
        let done = match offered.heard {
            Heard::Coming(bytes) | Heard::Paused(bytes) => bytes,
            _ => 0,
        };
        let status = match (offered.failed, offered.heard) {
            (Some(reason), _) => failed(reason, false),
            (None, Heard::Received) => Status::Done { path: None },
            (None, Heard::Refused(reason)) => failed(reason, true),
            (None, _) if offered.is_held => Status::Paused {
                progress: progress(done),
                by_peer: false,
            },
            (None, Heard::Paused(bytes)) => Status::Paused {
                progress: progress(bytes),
                by_peer: true,
            },
            (None, Heard::Coming(bytes)) => Status::Moving(progress(bytes)),
            (None, Heard::Waiting) => Status::Waiting,
            (None, Heard::Nothing) => Status::Unheard,
        };
        out.tell(Direction::Outgoing, source, status);
    }

    /// The disk has answered.
    pub(super) fn answered(&mut self, id: RequestId, result: FileResult, out: &mut Outputs) {
        match self.asked.remove(&id) {
            Some(Asked::Hash(entry)) => self.hashed(entry, result, out),
            Some(Asked::Encode(number)) => self.encoded(number, result, out),
            None => {}
        }
    }

    fn hashed(&mut self, entry: EntryId, result: FileResult, out: &mut Outputs) {
        let source = Source::Entry(entry);
        match result {
            Ok(Done::Hashed(content)) => {
                if let Some(offered) = self.offers.get_mut(&source) {
                    offered.offer.content = Some(content);
                    self.roots.insert(content.root, entry);
                    out.tell_event(Event::Hashed { entry, content });
                    self.tell(source, out);
                }
            }
            result => self.withdraw(source, unreadable(result), out),
        }
    }

    fn encoded(&mut self, number: u32, result: FileResult, out: &mut Outputs) {
        let Some(want) = self.wants.get(&number).filter(|want| !want.is_over) else {
            return;
        };
        match result {
            Ok(Done::Encoded { segment, bytes }) => self.answers.push_back(Answer {
                number,
                segment,
                bytes,
            }),
            result => {
                let (source, reason) = (want.source, unreadable(result));
                match self.owner(source) {
                    Some(owner) if owner == source => self.withdraw(source, reason, out),
                    // One file of a folder. The others may be had all the same.
                    Some(owner) if self.is_folder(owner) => {
                        out.say(source, State::Withdrawn(reason));
                    }
                    Some(owner) => self.withdraw(owner, reason, out),
                    None => {}
                }
                self.end_want(number);
            }
        }
    }

    fn is_folder(&self, source: Source) -> bool {
        let offered = self.offers.get(&source);
        offered.is_some_and(|offered| offered.offer.folder.is_some())
    }

    /// The next WANT of which nothing more comes. It is said before how files stand: by what follows the other
    /// side knows why.
    pub(super) fn next_over(&mut self) -> Option<Message> {
        let number = self.over.pop_front()?;
        self.answered_whole(number);
        let bytes = Bytes::new();
        Some(Message::Group { number, bytes })
    }

    fn answered_whole(&mut self, number: u32) {
        if let Some(want) = self.wants.remove(&number) {
            self.wanted -= want.groups;
        }
    }

    /// True if there is one.
    pub(super) fn has_piece(&self) -> bool {
        !self.answers.is_empty()
    }

    /// The next piece of a file.
    pub(super) fn next_piece(&mut self) -> Option<Message> {
        let answer = self.answers.front_mut()?;
        let number = answer.number;
        let message = match answer.segment.take() {
            Some(segment) => Message::Segment { number, segment },
            None => {
                let bytes = answer.bytes.split_to(answer.bytes.len().min(PART));
                Message::Group { number, bytes }
            }
        };
        if answer.bytes.is_empty() {
            self.answers.pop_front();
            self.answered_whole(number);
        }
        Some(message)
    }

    /// The channel is over. Nothing more goes.
    pub(super) fn close(&mut self) {
        self.wants.clear();
        self.wanted = 0;
        self.answers.clear();
        self.over.clear();
    }

    /// Bytes of files that wait here.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.answers.iter().map(|answer| answer.bytes.len()).sum()
    }
}

/// Why a file cannot be read. An answer that is none is as bad.
fn unreadable(result: FileResult) -> FileError {
    result.err().unwrap_or(FileError::Unreadable)
}
