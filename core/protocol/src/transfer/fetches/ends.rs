//! Ends of a fetch that are no good ones, and the end of the channel.

use super::super::message::{Source, State};
use super::super::port::Ask;
use super::super::say::Outputs;
use super::super::{Direction, FileError, FileId, Status};
use super::{Asked, Fetches, Fetching, Goal, Phase, Stage};
use std::path::PathBuf;

impl Fetches {
    /// A person does not want it, or not any more. What came of it is removed.
    pub(in super::super) fn refuse(
        &mut self,
        source: Source,
        reason: FileError,
        out: &mut Outputs,
    ) {
        let phase = self.fetches.get(&source).map(|fetching| &fetching.phase);
        if let Some(Phase::Queued) = phase {
            // What there is of it has to be found before it can go.
            self.start(source, out);
        }
        let is_done = |fetching: &Fetching| matches!(fetching.phase, Phase::Done(_));
        if !self.fetches.get(&source).is_some_and(is_done) && !self.is_ending(source) {
            out.say(source, State::Refused(reason));
            self.end(source, reason, false, true, out);
        }
    }

    /// True if all of it is here and goes to its place: it is too late to stop that.
    pub(super) fn is_ending(&self, source: Source) -> bool {
        let phase = self.fetches.get(&source).map(|fetching| &fetching.phase);
        match phase {
            Some(Phase::File) => {
                let mut items = self.items.values();
                items.any(|item| item.owner == source && item.stage == Stage::Ending)
            }
            Some(Phase::Settling(_)) => true,
            _ => false,
        }
    }

    /// Something of the disk failed that one item is about.
    pub(super) fn fail_item(&mut self, file: FileId, reason: FileError, out: &mut Outputs) {
        if let Some(owner) = self.items.get(&file).map(|item| item.owner) {
            self.fail(owner, reason, out);
        }
    }

    /// It failed here.
    pub(super) fn fail(&mut self, source: Source, reason: FileError, out: &mut Outputs) {
        out.say(source, State::Refused(reason));
        self.end(source, reason, false, false, out);
    }

    /// What came is not what was offered. Of a file without a root nobody knows which part is to blame.
    pub(super) fn damaged(&mut self, source: Source, out: &mut Outputs) {
        out.say(source, State::Refused(FileError::Damaged));
        let is_given_up = matches!(source, Source::Entry(_));
        self.end(source, FileError::Damaged, true, is_given_up, out);
    }

    /// A fetch comes to nothing.
    pub(super) fn end(
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
        if is_given_up && let Some(folder) = self.unnamed(source) {
            self.ask(Ask::Clear { folder }, Asked::Nothing, out);
        }
        self.tell(source, out);
        self.go_on(out);
    }

    /// The folder that something comes into which gets its name when it is whole.
    fn unnamed(&self, source: Source) -> Option<PathBuf> {
        match &self.fetches.get(&source)?.fetch.goal {
            Goal::Folder {
                folder,
                name: Some(_),
            } => Some(folder.clone()),
            _ => None,
        }
    }

    /// The channel is over. What was checked of everything is kept.
    pub(in super::super) fn close(&mut self, out: &mut Outputs) {
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
}
