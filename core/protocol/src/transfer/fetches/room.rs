//! Room on the disk, looked for before anything is asked for, and again while it comes.

use super::super::message::Source;
use super::super::port::{Done, FileResult};
use super::super::say::Outputs;
use super::super::{FileError, FileId};
use super::{Fetches, Fetching, Phase, storage};

/// How often it is asked whether there is still room: after so many bytes. Others use the disk too.
pub(super) const EVERY: u64 = 16 << 20;

impl Fetches {
    /// Bytes that are still to be kept of everything else that is under way.
    pub(super) fn expected_beside(&self, source: Source) -> u64 {
        let others = self.fetches.iter().filter(|(other, fetching)| {
            **other != source
                && !fetching.phase.is_over()
                && !matches!(fetching.phase, Phase::Queued)
        });
        others.fold(0, |sum, (_, fetching)| sum.saturating_add(fetching.rest()))
    }

    /// True if enough room is left after so many bytes more.
    pub(super) fn fits(&self, free: u64, bytes: u64) -> bool {
        let room = free.checked_sub(self.terms.keep_free);
        room.is_some_and(|room| bytes <= room)
    }

    pub(super) fn room(&mut self, file: FileId, result: FileResult, out: &mut Outputs) {
        let Some(owner) = self.items.get(&file).map(|item| item.owner) else {
            return;
        };
        match self.has_room(owner, result) {
            Ok(()) => self.come(file, out),
            Err(reason) => self.fail(owner, reason, out),
        }
    }

    pub(super) fn rest(&mut self, source: Source, result: FileResult, out: &mut Outputs) {
        let is_over = |fetching: &Fetching| fetching.phase.is_over();
        if self.fetches.get(&source).is_none_or(is_over) {
            return;
        }
        if let Err(reason) = self.has_room(source, result) {
            self.fail(source, reason, out);
        }
    }

    pub(super) fn has_room(&self, source: Source, result: FileResult) -> Result<(), FileError> {
        let Ok(Done::Free(free)) = result else {
            return Err(storage(result));
        };
        let rest = self.fetches.get(&source).map_or(0, Fetching::rest);
        match self.fits(free, rest.saturating_add(self.expected_beside(source))) {
            true => Ok(()),
            false => Err(FileError::NoSpace),
        }
    }
}
