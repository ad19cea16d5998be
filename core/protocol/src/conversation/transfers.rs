//! Files that survive the connection ([`crate::transfer`]), beside everything else that is said.
//!
//! What is said about them goes behind texts and ahead of their pieces, and pieces go only where nothing else
//! waits, so that a text overtakes any file. What happens to them is told as there is room for it: of how far
//! a file is, the newest alone.

use super::outputs::EVENTS;
use super::{Direction, Event, Violation};
use crate::transfer::{self, AHEAD, Decision, Message, RequestId, Source, Status, Transfers};
use std::collections::{BTreeMap, VecDeque};

/// Events about these files that may wait among the others. Nothing that is read has to wait for them.
const MOST_TOLD: usize = EVENTS / 2;

/// How often it is told how far a file is: after so many bytes.
const PROGRESS_STEP: u64 = 1 << 20;

/// The files of one channel, in both directions.
pub(super) struct Carried {
    transfers: Transfers,
    /// What is said next, unless that is a piece of a file.
    next: Option<Message>,
    /// How far files are, if that was not told.
    progress: BTreeMap<Key, Step>,
}

/// A file: whether it is one of ours, and which.
type Key = (bool, Source);

/// How far a file is, and how far it was when that was told last.
#[derive(Default)]
struct Step {
    now: Option<transfer::Progress>,
    told: u64,
}

impl Carried {
    pub(super) fn new(terms: transfer::Terms) -> Self {
        Self {
            transfers: Transfers::new(terms),
            next: None,
            progress: BTreeMap::new(),
        }
    }

    pub(super) fn decide(&mut self, decision: Decision) {
        self.transfers.decide(decision);
    }

    pub(super) fn heard(&mut self, message: Message) -> Result<(), Violation> {
        self.transfers
            .heard(message)
            .map_err(|_| Violation::OutOfTurn)
    }

    pub(super) fn poll_request(&mut self) -> Option<transfer::FileRequest> {
        self.transfers.poll_request()
    }

    pub(super) fn answered(&mut self, id: RequestId, result: transfer::FileResult) {
        self.transfers.answered(id, result);
    }

    /// True if something is to be said that is no piece of a file.
    pub(super) fn has_message(&self) -> bool {
        self.next.is_some()
    }

    /// The next of that.
    pub(super) fn next_message(&mut self) -> Option<Message> {
        self.next.take()
    }

    pub(super) fn has_piece(&self) -> bool {
        self.transfers.has_piece()
    }

    /// The next piece of a file, if no more than [`AHEAD`] bytes would wait with it where `ahead` do.
    pub(super) fn next_piece(&mut self, ahead: usize) -> Option<Message> {
        self.transfers.poll_piece(ahead)
    }

    /// Nothing more is said. What was checked is kept.
    pub(super) fn close(&mut self) {
        self.transfers.close();
        self.next = None;
        self.progress.clear();
    }

    /// True once the disk has done what a closed channel waits for, and all that happened was told.
    pub(super) fn is_tidy(&self) -> bool {
        self.transfers.is_idle() && !self.transfers.has_event()
    }

    /// Gets ready what is said next, and tells what happened as far as there is room.
    pub(super) fn go_on(&mut self, events: &mut VecDeque<Event>) {
        if self.next.is_none() {
            self.next = self.transfers.poll_message(AHEAD);
        }
        while events.len() < MOST_TOLD
            && let Some(event) = self.transfers.poll_event()
        {
            if let Some(event) = self.sifted(event) {
                events.push_back(Event::File(event));
            }
        }
    }

    /// An event that has to be told; how far a file is may be left out.
    fn sifted(&mut self, event: transfer::Event) -> Option<transfer::Event> {
        let transfer::Event::Changed {
            direction,
            source,
            status,
        } = &event
        else {
            return Some(event);
        };
        let key = (*direction == Direction::Outgoing, *source);
        match status {
            Status::Moving(progress) => {
                let is_first = !self.progress.contains_key(&key);
                let step = self.progress.entry(key).or_default();
                if is_first {
                    step.told = progress.done;
                    return Some(event);
                }
                step.now = Some(*progress);
                None
            }
            _ => {
                self.progress.remove(&key);
                Some(event)
            }
        }
    }

    /// How far a file is that has come a step further.
    pub(super) fn next_progress(&mut self) -> Option<Event> {
        let has_stepped = |step: &Step| {
            let is_further =
                |now: &transfer::Progress| now.done / PROGRESS_STEP != step.told / PROGRESS_STEP;
            step.now.as_ref().is_some_and(is_further)
        };
        let mut steps = self.progress.iter_mut();
        let ((is_ours, source), step) = steps.find(|(_, step)| has_stepped(step))?;
        let progress = step.now.take()?;
        step.told = progress.done;
        let direction = match is_ours {
            true => Direction::Outgoing,
            false => Direction::Incoming,
        };
        Some(Event::File(transfer::Event::Changed {
            direction,
            source: *source,
            status: Status::Moving(progress),
        }))
    }

    /// Bytes of files that are held here, or by the disk for this.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.transfers.held()
    }
}
