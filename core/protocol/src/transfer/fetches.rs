//! Files of the other side that are wanted here: which of them come, and how each stands.
//!
//! What a person agreed to is a [`Fetch`]: a file, or a folder. What comes is an item: the one file, the
//! manifest of a folder, or one of the files in it. `wants` asks for the groups of items, fairly, and checks what
//! comes.

mod wants;

use self::wants::Wants;
use super::manifest::{MAX_MANIFEST, Manifest, ManifestContent, ManifestEntry};
use super::message::{EntryId, Message, Source, State};
use super::port::{Ask, Done, FileId, FileResult, Place, RequestId};
use super::ranges::Ranges;
use super::say::Outputs;
use super::tree::{Segment, Verified, bytes, groups};
use super::{Content, Direction, FileError, Progress, Status, Terms, Violation};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// Files and folders that come at the same time.
const MOST_AT_ONCE: usize = 8;

/// Files of one folder that come at the same time.
const MOST_OF_FOLDER: usize = 32;

/// How often it is asked whether there is still room: after so many bytes. Others use the disk too.
const ROOM_EVERY: u64 = 16 << 20;

/// How often the other side hears how far a file is: after so many bytes.
const SAY_EVERY: u64 = 1 << 20;

/// What a person agreed to take.
#[derive(Clone, Debug)]
pub struct Fetch {
    /// What the entry calls it.
    pub source: Source,
    /// What it is: of a folder, its manifest. None while the other side has not said it yet.
    pub content: Option<Content>,
    /// Where it goes.
    pub goal: Goal,
    /// The person agreed that its programs may be run.
    pub may_run: bool,
}

/// Where something goes.
#[derive(Clone, Debug)]
pub enum Goal {
    /// A file.
    File {
        /// The folder it will be in.
        folder: PathBuf,
        /// The name that it was offered by. It need not be safe.
        name: String,
    },
    /// What is in a folder goes into this one. What is there already is not asked for.
    Folder {
        /// The folder.
        folder: PathBuf,
    },
}

/// A fetch, and how it stands.
struct Fetching {
    fetch: Fetch,
    phase: Phase,
    is_paused: bool,
    /// The other side answers no WANT for now.
    is_held: bool,
    /// Bytes that were checked and kept, of as many as are known.
    kept: u64,
    size: Option<u64>,
    /// How many of them the other side has heard of, in units of [`SAY_EVERY`].
    said: u64,
    /// Bytes that were kept since it was asked how much room there is.
    unmeasured: u64,
}

enum Phase {
    Queued,
    /// The file comes.
    File,
    /// The manifest of the folder comes.
    Listing,
    /// There may be room for the folder.
    Measuring(Folder),
    /// What is in the folder comes.
    Folder(Folder),
    /// All of the folder is there.
    Settling(Folder),
    Done(PathBuf),
    Failed {
        reason: FileError,
        by_peer: bool,
    },
}

/// A folder whose manifest is known.
struct Folder {
    manifest: Arc<Manifest>,
    /// The file that the manifest came as.
    listing: FileId,
    /// The entry that follows, and how many of those before are not done.
    next: usize,
    open: usize,
    /// Why a file of it cannot be had.
    failed: Option<FileError>,
}

/// A file that comes.
struct Item {
    owner: Source,
    /// Which entry of the folder it is.
    entry: Option<usize>,
    /// What it is asked for by.
    source: Source,
    content: Option<Content>,
    stage: Stage,
    /// Groups that are kept or on their way to the disk, and those that were asked for as well.
    given: Ranges,
    wanted: Ranges,
    /// WANTs that were not answered whole.
    open_wants: usize,
    /// Where the file ends that has no size yet, in groups, once that is known.
    end: Option<u64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The disk looks for what there is of it.
    Beginning,
    /// The disk says how much room there is.
    Measuring,
    Coming,
    /// All of it is kept, and it goes to its place.
    Ending,
}

enum Asked {
    Begin(FileId),
    /// Room for an item that begins.
    Room(FileId),
    /// Room for what is left of a fetch.
    Rest(Source),
    Keep {
        file: FileId,
        owner: Source,
        groups: u64,
        bytes: u64,
    },
    Finish(FileId),
    Load(FileId),
    Measure(Source),
    /// A folder inside a folder.
    Folder(Source),
    Settle(Source),
    Nothing,
}

pub(super) struct Fetches {
    terms: Terms,
    fetches: BTreeMap<Source, Fetching>,
    items: BTreeMap<FileId, Item>,
    wants: Wants,
    asked: BTreeMap<RequestId, Asked>,
    is_closed: bool,
}

impl Fetches {
    pub(super) fn new(terms: Terms) -> Self {
        Self {
            terms,
            fetches: BTreeMap::new(),
            items: BTreeMap::new(),
            wants: Wants::new(),
            asked: BTreeMap::new(),
            is_closed: false,
        }
    }

    pub(super) fn is_waiting(&self) -> bool {
        !self.asked.is_empty()
    }

    fn ask(&mut self, ask: Ask, asked: Asked, out: &mut Outputs) {
        self.asked.insert(out.ask(ask), asked);
    }

    // What the person decides.

    pub(super) fn fetch(&mut self, fetch: Fetch, out: &mut Outputs) {
        let source = fetch.source;
        let is_under_way = |fetching: &Fetching| !fetching.phase.is_over();
        if self.fetches.get(&source).is_some_and(is_under_way) {
            return;
        }
        let size = match fetch.goal {
            Goal::File { .. } => fetch.content.map(|content| content.size),
            Goal::Folder { .. } => None,
        };
        let fetching = Fetching {
            fetch,
            phase: Phase::Queued,
            is_paused: false,
            is_held: false,
            kept: 0,
            size,
            said: 0,
            unmeasured: 0,
        };
        self.fetches.insert(source, fetching);
        self.say(source, out);
        self.tell(source, out);
        self.go_on(out);
    }

    /// The other side has said what a file is that it offered before it knew.
    pub(super) fn hashed(&mut self, entry: EntryId, content: Content, out: &mut Outputs) {
        let source = Source::Entry(entry);
        let Some(fetching) = self.fetches.get_mut(&source) else {
            return;
        };
        if fetching.fetch.content.replace(content).is_some() {
            return;
        }
        fetching.size = Some(content.size);
        self.tell(source, out);
        let item = self.items.iter_mut().find(|(_, item)| item.owner == source);
        if let Some((&file, item)) = item {
            item.content = Some(content);
            let all = groups(content.size);
            match item.given.iter().last().is_some_and(|last| last.end > all) {
                true => self.damaged(source, out),
                false => self.end_item(file, out),
            }
        }
    }

    pub(super) fn pause(&mut self, source: Source, is_paused: bool, out: &mut Outputs) {
        if let Some(fetching) = self.fetches.get_mut(&source)
            && !fetching.phase.is_over()
        {
            fetching.is_paused = is_paused;
            self.say(source, out);
            self.tell(source, out);
            self.go_on(out);
        }
    }

    /// A person does not want it, or not any more. What came of it is removed.
    pub(super) fn refuse(&mut self, source: Source, reason: FileError, out: &mut Outputs) {
        let phase = self.fetches.get(&source).map(|fetching| &fetching.phase);
        if let Some(Phase::Queued) = phase {
            // What there is of it has to be found before it can go.
            self.start(source, out);
        }
        let is_done = |fetching: &Fetching| matches!(fetching.phase, Phase::Done(_));
        if !self.fetches.get(&source).is_some_and(is_done) {
            out.say(source, State::Refused(reason));
            self.end(source, reason, false, true, out);
        }
    }

    // What the other side says.

    /// It says how a file of its own stands. False if this is about nothing that is known here.
    pub(super) fn heard(&mut self, source: Source, state: State, out: &mut Outputs) -> bool {
        let State::Withdrawn(reason) = state else {
            let Some(fetching) = self.fetches.get_mut(&source) else {
                return false;
            };
            fetching.is_held = state == State::Held;
            if !fetching.phase.is_over() {
                self.tell(source, out);
            }
            if state == State::Offered {
                self.say(source, out);
                self.go_on(out);
            }
            return true;
        };
        let is_over = |fetching: &Fetching| fetching.phase.is_over();
        if let Some(fetching) = self.fetches.get(&source) {
            if !is_over(fetching) {
                self.end(source, reason, true, false, out);
            }
            return true;
        }
        // Or a file of a folder.
        let files = self.items.iter().filter(|(_, item)| item.source == source);
        let files: Vec<FileId> = files.map(|(file, _)| *file).collect();
        for file in files {
            self.lose(file, reason, out);
        }
        true
    }

    pub(super) fn group(
        &mut self,
        number: u32,
        part: Bytes,
        out: &mut Outputs,
    ) -> Result<(), Violation> {
        let come = match part.is_empty() {
            true => self.wants.over(number)?,
            false => self.wants.group(number, &part)?,
        };
        self.take(come, out);
        Ok(())
    }

    pub(super) fn segment(
        &mut self,
        number: u32,
        segment: Segment,
        out: &mut Outputs,
    ) -> Result<(), Violation> {
        let (file, end, come) = self.wants.segment(number, segment)?;
        if let (Some(end), Some(item)) = (end, self.items.get_mut(&file)) {
            item.end = Some(item.end.map_or(end, |before| before.min(end)));
        }
        self.take(come, out);
        Ok(())
    }

    /// Takes in what became of a WANT.
    fn take(&mut self, come: wants::Come, out: &mut Outputs) {
        match come {
            wants::Come::Part => {}
            wants::Come::Damaged(file) => {
                if let Some(owner) = self.items.get(&file).map(|item| item.owner) {
                    self.damaged(owner, out);
                }
            }
            wants::Come::Ended {
                file,
                wanted,
                verified,
                is_cut,
            } => {
                let Some(item) = self.items.get_mut(&file) else {
                    self.wants.release(wanted.end - wanted.start);
                    return;
                };
                item.open_wants -= 1;
                item.wanted.remove(verified.groups.end..wanted.end);
                let rest = wanted.end - verified.groups.end;
                self.wants.release(rest);
                let owner = item.owner;
                self.keep(file, verified, out);
                if is_cut && let Some(fetching) = self.fetches.get_mut(&owner) {
                    fetching.is_held = true;
                    self.tell(owner, out);
                }
                self.end_item(file, out);
            }
        }
    }

    fn keep(&mut self, file: FileId, verified: Verified, out: &mut Outputs) {
        let Some(item) = self.items.get_mut(&file) else {
            return;
        };
        if verified.values.is_empty() {
            return;
        }
        item.given.add(verified.groups.clone());
        let asked = Asked::Keep {
            file,
            owner: item.owner,
            groups: verified.groups.end - verified.groups.start,
            bytes: verified.bytes.len() as u64,
        };
        self.ask(Ask::Keep { file, verified }, asked, out);
    }

    /// The next WANT, if there is room for it.
    pub(super) fn next_want(&mut self) -> Option<Message> {
        let fetches = &self.fetches;
        let may = |item: &Item| fetches.get(&item.owner).is_some_and(Fetching::is_to_come);
        self.wants.next(&mut self.items, may)
    }

    // What follows from all that.

    /// Begins whatever there is room for.
    pub(super) fn go_on(&mut self, out: &mut Outputs) {
        if self.is_closed {
            return;
        }
        let is_busy = |fetching: &&Fetching| {
            let is_idle = fetching.phase.is_over() || matches!(fetching.phase, Phase::Queued);
            !is_idle && fetching.is_to_come()
        };
        let busy = self.fetches.values().filter(is_busy).count();
        let queued = self
            .fetches
            .iter()
            .filter(|(_, fetching)| matches!(fetching.phase, Phase::Queued) && !fetching.is_paused);
        let queued = queued.take(MOST_AT_ONCE.saturating_sub(busy));
        for source in queued.map(|(source, _)| *source).collect::<Vec<_>>() {
            self.start(source, out);
        }
        let folders = self.fetches.iter().filter(|(_, fetching)| {
            matches!(fetching.phase, Phase::Folder(_)) && fetching.is_to_come()
        });
        for source in folders.map(|(source, _)| *source).collect::<Vec<_>>() {
            self.open_files(source, out);
        }
    }

    fn start(&mut self, source: Source, out: &mut Outputs) {
        let Some(fetching) = self.fetches.get_mut(&source) else {
            return;
        };
        let content = fetching.fetch.content;
        let size = content.map_or(0, |content| content.size);
        let (place, largest) = match &fetching.fetch.goal {
            Goal::File { folder, name } => {
                let (folder, name) = (folder.clone(), name.clone());
                fetching.phase = Phase::File;
                (Place::In { folder, name }, self.terms.largest)
            }
            Goal::Folder { .. } => {
                fetching.phase = Phase::Listing;
                (Place::Aside, MAX_MANIFEST as u64)
            }
        };
        self.say(source, out);
        self.tell(source, out);
        match size > largest {
            true => self.fail(source, FileError::TooLarge, out),
            false => self.begin(source, None, source, content, place, out),
        }
    }

    fn begin(
        &mut self,
        owner: Source,
        entry: Option<usize>,
        source: Source,
        content: Option<Content>,
        place: Place,
        out: &mut Outputs,
    ) {
        let file = FileId(out.number());
        let item = Item {
            owner,
            entry,
            source,
            content,
            stage: Stage::Beginning,
            given: Ranges::new(),
            wanted: Ranges::new(),
            open_wants: 0,
            end: None,
        };
        self.items.insert(file, item);
        let begin = Ask::Begin {
            file,
            source,
            content,
            place,
        };
        self.ask(begin, Asked::Begin(file), out);
    }

    /// Begins what follows in a folder.
    fn open_files(&mut self, source: Source, out: &mut Outputs) {
        loop {
            let Some(Fetching {
                fetch:
                    Fetch {
                        goal: Goal::Folder { folder },
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
            let Some(entry) = entry.filter(|_| coming.open < MOST_OF_FOLDER) else {
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
    fn settle(&mut self, source: Source, out: &mut Outputs) {
        let Some(fetching) = self.fetches.get_mut(&source) else {
            return;
        };
        let Goal::Folder { folder } = &fetching.fetch.goal else {
            return;
        };
        match std::mem::replace(&mut fetching.phase, Phase::Queued) {
            Phase::Folder(coming) => {
                let settle = Ask::Settle {
                    folder: folder.clone(),
                    manifest: coming.manifest.clone(),
                };
                fetching.phase = Phase::Settling(coming);
                self.ask(settle, Asked::Settle(source), out);
            }
            other => fetching.phase = other,
        }
    }

    /// The disk has answered.
    pub(super) fn answered(&mut self, id: RequestId, result: FileResult, out: &mut Outputs) {
        let Some(asked) = self.asked.remove(&id) else {
            return;
        };
        match asked {
            Asked::Begin(file) => self.begun(file, result, out),
            Asked::Room(file) => self.room(file, result, out),
            Asked::Rest(source) => self.rest(source, result, out),
            Asked::Keep {
                file,
                owner,
                groups,
                bytes,
            } => {
                self.wants.release(groups);
                match result {
                    Ok(_) => self.kept(owner, bytes, out),
                    Err(reason) => self.fail_item(file, reason, out),
                }
            }
            Asked::Finish(file) => self.finished(file, result, out),
            Asked::Load(file) => self.loaded(file, result, out),
            Asked::Measure(source) => self.measured(source, result, out),
            Asked::Folder(source) => match result {
                Ok(_) => self.one_less(source, out),
                Err(reason) => self.fail(source, reason, out),
            },
            Asked::Settle(source) => self.settled(source, result, out),
            Asked::Nothing => {}
        }
        self.go_on(out);
    }

    fn begun(&mut self, file: FileId, result: FileResult, out: &mut Outputs) {
        let Some(item) = self.items.get_mut(&file) else {
            return;
        };
        let (owner, content) = (item.owner, item.content);
        let kept = match result {
            Ok(Done::Begun(kept)) => kept,
            Ok(Done::Finished(path)) => {
                let size = content.map_or(0, |content| content.size);
                self.add_kept(owner, size, out);
                return self.at_its_place(file, path, out);
            }
            result => return self.fail_item(file, storage(result), out),
        };
        let size = content.map_or(u64::MAX, |content| content.size);
        let have: u64 = kept.iter().map(|range| bytes(&range, size)).sum();
        item.given = kept.clone();
        item.wanted = kept;
        let is_listing = matches!(
            self.fetches.get(&owner),
            Some(Fetching {
                phase: Phase::Listing,
                ..
            })
        );
        match is_listing || item.entry.is_some() {
            // A manifest is small, and there is room for a folder as a whole.
            true => item.stage = Stage::Coming,
            false => item.stage = Stage::Measuring,
        }
        let is_measured = item.stage == Stage::Measuring;
        if !is_listing {
            self.add_kept(owner, have, out);
        }
        match is_measured {
            true => self.ask(Ask::FreeSpace, Asked::Room(file), out),
            false => self.come(file, out),
        }
    }

    /// Asks for what is missing of an item from now on.
    fn come(&mut self, file: FileId, out: &mut Outputs) {
        if let Some(item) = self.items.get_mut(&file) {
            item.stage = Stage::Coming;
            self.wants.add(file);
            self.end_item(file, out);
        }
    }

    /// Bytes that are still to be kept of everything else that is under way.
    fn expected_beside(&self, source: Source) -> u64 {
        let others = self.fetches.iter().filter(|(other, fetching)| {
            **other != source
                && !fetching.phase.is_over()
                && !matches!(fetching.phase, Phase::Queued)
        });
        others.fold(0, |sum, (_, fetching)| sum.saturating_add(fetching.rest()))
    }

    /// True if enough room is left after so many bytes more.
    fn fits(&self, free: u64, bytes: u64) -> bool {
        let room = free.checked_sub(self.terms.keep_free);
        room.is_some_and(|room| bytes <= room)
    }

    fn room(&mut self, file: FileId, result: FileResult, out: &mut Outputs) {
        let Some(owner) = self.items.get(&file).map(|item| item.owner) else {
            return;
        };
        match self.has_room(owner, result) {
            Ok(()) => self.come(file, out),
            Err(reason) => self.fail(owner, reason, out),
        }
    }

    fn rest(&mut self, source: Source, result: FileResult, out: &mut Outputs) {
        let is_over = |fetching: &Fetching| fetching.phase.is_over();
        if self.fetches.get(&source).is_none_or(is_over) {
            return;
        }
        if let Err(reason) = self.has_room(source, result) {
            self.fail(source, reason, out);
        }
    }

    fn has_room(&self, source: Source, result: FileResult) -> Result<(), FileError> {
        let Ok(Done::Free(free)) = result else {
            return Err(storage(result));
        };
        let rest = self.fetches.get(&source).map_or(0, Fetching::rest);
        match self.fits(free, rest.saturating_add(self.expected_beside(source))) {
            true => Ok(()),
            false => Err(FileError::NoSpace),
        }
    }

    fn measured(&mut self, source: Source, result: FileResult, out: &mut Outputs) {
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
                fetching.size = Some(folder.manifest.size());
                fetching.phase = Phase::Folder(folder);
                if !has_room {
                    self.fail(source, FileError::NoSpace, out);
                }
            }
            other => fetching.phase = other,
        }
        self.tell(source, out);
    }

    fn kept(&mut self, owner: Source, bytes: u64, out: &mut Outputs) {
        let Some(fetching) = self.fetches.get_mut(&owner) else {
            return;
        };
        if fetching.phase.is_over() || matches!(fetching.phase, Phase::Listing) {
            return;
        }
        fetching.unmeasured += bytes;
        if fetching.unmeasured >= ROOM_EVERY {
            fetching.unmeasured = 0;
            self.ask(Ask::FreeSpace, Asked::Rest(owner), out);
        }
        self.add_kept(owner, bytes, out);
    }

    /// So many bytes more are here.
    fn add_kept(&mut self, source: Source, bytes: u64, out: &mut Outputs) {
        let Some(fetching) = self.fetches.get_mut(&source) else {
            return;
        };
        fetching.kept = fetching.kept.saturating_add(bytes);
        let now = fetching.kept / SAY_EVERY;
        if fetching.said != now {
            fetching.said = now;
            self.say(source, out);
        }
        self.tell(source, out);
    }

    /// Puts an item to its place, if nothing is missing of it.
    fn end_item(&mut self, file: FileId, out: &mut Outputs) {
        let Some(item) = self.items.get_mut(&file) else {
            return;
        };
        let Some(content) = item.content else {
            return;
        };
        let is_whole = item.given.is_all(groups(content.size)) && item.open_wants == 0;
        if item.stage != Stage::Coming || !is_whole {
            return;
        }
        item.stage = Stage::Ending;
        let Some(fetching) = self.fetches.get(&item.owner) else {
            return;
        };
        let entry = match (&fetching.phase, item.entry) {
            (Phase::Listing, _) => {
                return self.ask(Ask::Load { file, content }, Asked::Load(file), out);
            }
            (Phase::Folder(folder), Some(entry)) => folder.manifest.entries().get(entry),
            _ => None,
        };
        let is_program = |entry: &ManifestEntry| {
            matches!(entry.content, ManifestContent::File { may_run: true, .. })
        };
        let finish = Ask::Finish {
            file,
            content,
            time: entry.map(|entry| entry.time),
            may_run: fetching.fetch.may_run && entry.is_some_and(is_program),
        };
        self.ask(finish, Asked::Finish(file), out);
    }

    fn finished(&mut self, file: FileId, result: FileResult, out: &mut Outputs) {
        match result {
            Ok(Done::Finished(path)) => self.at_its_place(file, path, out),
            Err(FileError::Damaged) => {
                if let Some(owner) = self.items.get(&file).map(|item| item.owner) {
                    self.damaged(owner, out);
                }
            }
            result => self.fail_item(file, storage(result), out),
        }
    }

    fn at_its_place(&mut self, file: FileId, path: PathBuf, out: &mut Outputs) {
        let Some(item) = self.items.remove(&file) else {
            return;
        };
        match item.entry {
            Some(_) => self.one_less(item.owner, out),
            None => self.done(item.owner, path, out),
        }
    }

    fn done(&mut self, source: Source, path: PathBuf, out: &mut Outputs) {
        if let Some(fetching) = self.fetches.get_mut(&source) {
            fetching.phase = Phase::Done(path);
            self.say(source, out);
            self.tell(source, out);
        }
    }

    /// One of the entries that were open in a folder is done.
    fn one_less(&mut self, source: Source, out: &mut Outputs) {
        if let Some(Fetching {
            phase: Phase::Folder(folder),
            ..
        }) = self.fetches.get_mut(&source)
        {
            folder.open = folder.open.saturating_sub(1);
            self.open_files(source, out);
        }
    }

    fn loaded(&mut self, file: FileId, result: FileResult, out: &mut Outputs) {
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
        if let Goal::Folder { folder } = &fetching.fetch.goal {
            let folder = folder.clone();
            let measure = Ask::Measure { folder, manifest };
            self.ask(measure, Asked::Measure(source), out);
        }
    }

    fn settled(&mut self, source: Source, result: FileResult, out: &mut Outputs) {
        let Some(fetching) = self.fetches.get(&source) else {
            return;
        };
        let (Phase::Settling(folder), Goal::Folder { folder: path }) =
            (&fetching.phase, &fetching.fetch.goal)
        else {
            return;
        };
        let (path, listing, failed) = (path.clone(), folder.listing, folder.failed);
        match (result, failed) {
            (Err(reason), _) => self.fail(source, reason, out),
            (Ok(_), Some(reason)) => self.end(source, reason, true, false, out),
            (Ok(_), None) => {
                self.ask(Ask::Discard { file: listing }, Asked::Nothing, out);
                self.done(source, path, out);
            }
        }
    }

    // Ends that are no good ones.

    /// Something of the disk failed that one item is about.
    fn fail_item(&mut self, file: FileId, reason: FileError, out: &mut Outputs) {
        if let Some(owner) = self.items.get(&file).map(|item| item.owner) {
            self.fail(owner, reason, out);
        }
    }

    /// It failed here.
    fn fail(&mut self, source: Source, reason: FileError, out: &mut Outputs) {
        out.say(source, State::Refused(reason));
        self.end(source, reason, false, false, out);
    }

    /// What came is not what was offered. Of a file without a root nobody knows which part is to blame.
    fn damaged(&mut self, source: Source, out: &mut Outputs) {
        out.say(source, State::Refused(FileError::Damaged));
        let is_given_up = matches!(source, Source::Entry(_));
        self.end(source, FileError::Damaged, true, is_given_up, out);
    }

    /// The other side cannot give one file of a folder any more.
    fn lose(&mut self, file: FileId, reason: FileError, out: &mut Outputs) {
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

    /// A fetch comes to nothing.
    fn end(
        &mut self,
        source: Source,
        reason: FileError,
        by_peer: bool,
        is_given_up: bool,
        out: &mut Outputs,
    ) {
        let files = self.items.iter().filter(|(_, item)| item.owner == source);
        let mut files: Vec<FileId> = files.map(|(file, _)| *file).collect();
        if let Some(fetching) = self.fetches.get_mut(&source) {
            let phase = Phase::Failed { reason, by_peer };
            let before = std::mem::replace(&mut fetching.phase, phase);
            files.extend(before.listing());
        } else {
            let status = Status::Failed { reason, by_peer };
            out.tell(Direction::Incoming, source, status);
        }
        for file in files {
            self.items.remove(&file);
            let ask = match is_given_up {
                true => Ask::Discard { file },
                false => Ask::Suspend { file },
            };
            self.ask(ask, Asked::Nothing, out);
        }
        self.tell(source, out);
        self.go_on(out);
    }

    /// The channel is over. What was checked of everything is kept.
    pub(super) fn close(&mut self, out: &mut Outputs) {
        self.is_closed = true;
        for (file, verified) in self.wants.close() {
            self.keep(file, verified, out);
        }
        let mut files: Vec<FileId> = std::mem::take(&mut self.items).into_keys().collect();
        files.extend(self.fetches.values().filter_map(|f| f.phase.listing()));
        self.fetches.clear();
        for file in files {
            self.ask(Ask::Suspend { file }, Asked::Nothing, out);
        }
    }

    // What is said and told of all that.

    /// Says how a file stands here.
    fn say(&self, source: Source, out: &mut Outputs) {
        let Some(fetching) = self.fetches.get(&source) else {
            return;
        };
        let state = match &fetching.phase {
            Phase::Done(_) => State::Received,
            Phase::Failed {
                reason,
                by_peer: false,
            } => State::Refused(*reason),
            Phase::Failed { .. } => State::Waiting,
            _ if fetching.is_paused => State::Paused,
            Phase::Queued => State::Waiting,
            _ => State::Coming(fetching.kept),
        };
        out.say(source, state);
    }

    fn tell(&self, source: Source, out: &mut Outputs) {
        let Some(fetching) = self.fetches.get(&source) else {
            return;
        };
        let progress = Progress {
            done: fetching.kept,
            size: fetching.size,
        };
        let status = match &fetching.phase {
            Phase::Done(path) => Status::Done {
                path: Some(path.clone()),
            },
            Phase::Failed { reason, by_peer } => Status::Failed {
                reason: *reason,
                by_peer: *by_peer,
            },
            _ if fetching.is_paused || fetching.is_held => Status::Paused {
                progress,
                by_peer: !fetching.is_paused,
            },
            Phase::Queued => Status::Waiting,
            _ => Status::Moving(progress),
        };
        out.tell(Direction::Incoming, source, status);
    }

    /// Bytes of files that wait here or for the disk.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        let keeping = self.asked.values().map(|asked| match asked {
            Asked::Keep { bytes, .. } => *bytes as usize,
            _ => 0,
        });
        keeping.sum::<usize>() + self.wants.held()
    }
}

impl Phase {
    fn is_over(&self) -> bool {
        matches!(self, Self::Done(_) | Self::Failed { .. })
    }

    /// The file that a manifest came as, if that still lies on the disk.
    fn listing(&self) -> Option<FileId> {
        match self {
            Self::Measuring(folder) | Self::Folder(folder) | Self::Settling(folder) => {
                Some(folder.listing)
            }
            _ => None,
        }
    }
}

impl Fetching {
    /// True if its groups may be asked for now.
    fn is_to_come(&self) -> bool {
        !self.is_paused && !self.is_held
    }

    /// Bytes that are still to be kept. Of a file without a size, its next segment.
    fn rest(&self) -> u64 {
        match self.size {
            Some(size) => size.saturating_sub(self.kept),
            None => u64::from(Segment::LENGTH),
        }
    }
}

/// Why a file cannot be kept. An answer that is none is as bad.
fn storage(result: FileResult) -> FileError {
    result.err().unwrap_or(FileError::Storage)
}
