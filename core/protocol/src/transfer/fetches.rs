//! Files of the other side that are wanted here: which of them come, and how each stands.
//!
//! What a person agreed to is a [`Fetch`]: a file, or a folder. What comes is an item: the one file, the
//! manifest of a folder, or one of the files in it. `state` is how they stand, `folder` and `room` what they
//! need beside their bytes, `ends` how they fail. `wants` asks for the groups of items, fairly, and checks what comes.

mod ends;
mod folder;
mod room;
mod state;
mod wants;

pub use self::state::{Fetch, Goal};

use self::state::{Fetching, Item, Phase, Stage};
use self::wants::Wants;
use super::manifest::{MAX_MANIFEST, ManifestContent, ManifestEntry};
use super::message::{EntryId, Message, Source, State};
use super::port::{Ask, Done, FileResult, Place};
use super::ranges::Ranges;
use super::say::Outputs;
use super::tree::{Segment, Verified, bytes, groups};
use super::{Content, Direction, FileError, FileId, Progress, RequestId, Status, Terms, Violation};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Files and folders that come at the same time.
const MOST_AT_ONCE: usize = 8;

/// How often the other side hears how far a file is: after so many bytes.
const SAY_EVERY: u64 = 1 << 20;

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
        let size = size.or(fetch.claimed);
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
        let is_named = match (source, fetching.fetch.content) {
            (Source::Root(root), content) => content.is_some_and(|content| content.root == root),
            (Source::Entry(_), _) => true,
        };
        self.fetches.insert(source, fetching);
        if !is_named {
            return self.fail(source, FileError::Unreadable, out);
        }
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
        if fetching.fetch.content.is_some() {
            return;
        }
        let most = fetching.largest(self.terms);
        if content.size > most && !fetching.phase.is_over() {
            return self.fail(source, FileError::TooLarge, out);
        }
        fetching.fetch.content = Some(content);
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

    // What the other side says.

    /// It says how a file of its own stands. False if this is about nothing that is known here, or about something that
    /// is over: what is offered may be another file with that content.
    pub(super) fn heard(&mut self, source: Source, state: State, out: &mut Outputs) -> bool {
        let State::Withdrawn(reason) = state else {
            let Some(fetching) = self.fetches.get_mut(&source) else {
                return false;
            };
            if fetching.phase.is_over() {
                return state != State::Offered;
            }
            fetching.is_held = state == State::Held;
            self.tell(source, out);
            if state == State::Offered {
                self.say(source, out);
                self.go_on(out);
            }
            return true;
        };
        if let Some(fetching) = self.fetches.get(&source) {
            if !fetching.phase.is_over() && !self.is_ending(source) {
                self.end(source, reason, true, false, out);
            }
            return true;
        }
        // Or a file of a folder.
        let files = self.items.iter().filter(|(_, item)| item.source == source);
        let files: Vec<FileId> = files.map(|(file, _)| *file).collect();
        let is_known = !files.is_empty();
        for file in files {
            self.lose(file, reason, out);
        }
        is_known
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

    fn kept(&mut self, owner: Source, bytes: u64, out: &mut Outputs) {
        let Some(fetching) = self.fetches.get_mut(&owner) else {
            return;
        };
        if fetching.phase.is_over() || matches!(fetching.phase, Phase::Listing) {
            return;
        }
        let is_file = matches!(fetching.phase, Phase::File);
        if is_file && fetching.kept.saturating_add(bytes) > fetching.largest(self.terms) {
            return self.fail(owner, FileError::TooLarge, out);
        }
        fetching.unmeasured += bytes;
        if fetching.unmeasured >= room::EVERY {
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

/// Why a file cannot be kept. An answer that is none is as bad.
fn storage(result: FileResult) -> FileError {
    result.err().unwrap_or(FileError::Storage)
}
