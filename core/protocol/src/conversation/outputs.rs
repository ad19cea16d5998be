//! What comes out of the machine, until whoever drives it takes it: messages for the other side,
//! requests to the file store, events for the person.

use super::file_store::{Ask, FileRequest};
use super::message::Message;
use super::send_queue::SendQueue;
use super::{Direction, Event, Failure, FileError, FileId, RequestId, Transfer};
use std::collections::VecDeque;

/// Events that may wait here before what the other side says is no longer read. Whoever drives the
/// machine has a queue of its own behind this one.
pub(super) const EVENTS: usize = 16;

/// How often progress is told: after so many bytes.
const PROGRESS_STEP: u64 = 1 << 20;

pub(super) struct Outputs {
    pub(super) queue: SendQueue,
    pub(super) requests: VecDeque<FileRequest>,
    pub(super) events: VecDeque<Event>,
    /// How far the file of each direction is, if it went on since that was told last. Only the newest
    /// is kept, so that it can be told whenever there is room.
    progress: [Option<Event>; 2],
    /// Requests and files so far.
    numbers: u64,
}

impl Outputs {
    pub(super) fn new(queue: SendQueue) -> Self {
        Self {
            queue,
            requests: VecDeque::new(),
            events: VecDeque::new(),
            progress: [None, None],
            numbers: 0,
        }
    }

    /// True if more may be read that leads to events and to answers.
    pub(super) fn has_room(&self) -> bool {
        self.events.len() < EVENTS && self.queue.has_room_for_answers()
    }

    /// Sends a message ahead of files.
    pub(super) fn say(&mut self, message: Message) {
        self.queue.say(message);
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// Asks the file store. The answer comes under the number that this gives.
    pub(super) fn ask(&mut self, ask: Ask) -> RequestId {
        let id = RequestId(self.number());
        self.requests.push_back(FileRequest { id, ask });
        id
    }

    /// A number for a file that is about to be opened.
    pub(super) fn file(&mut self) -> FileId {
        FileId(self.number())
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    /// `bytes` more of this file are through, which makes `done` of `size`.
    pub(super) fn progressed(&mut self, transfer: Transfer, bytes: usize, done: u64, size: u64) {
        let before = done.saturating_sub(bytes as u64);
        if done / PROGRESS_STEP > before / PROGRESS_STEP {
            self.progress[side(transfer.direction)] = Some(Event::FileProgress {
                transfer,
                done,
                size,
            });
        }
    }

    /// Tells how a file that was under way ended. How far it was is of no interest any more.
    pub(super) fn tell_end(&mut self, transfer: Transfer, event: Event) {
        self.progress[side(transfer.direction)].take_if(
            |told| matches!(told, Event::FileProgress { transfer: of, .. } if *of == transfer),
        );
        self.tell(event);
    }

    /// Tells that a file came to nothing.
    pub(super) fn failed(&mut self, transfer: Transfer, failure: Failure) {
        self.tell_end(transfer, failure.event(transfer));
    }

    /// Tells the other side that its file is not taken.
    pub(super) fn decline(&mut self, id: u32, reason: FileError) {
        self.say(Message::Decline { id, reason });
    }

    /// How far a file is, once everything that happened before has been told.
    pub(super) fn next_progress(&mut self) -> Option<Event> {
        if !self.events.is_empty() {
            return None;
        }
        self.progress.iter_mut().find_map(Option::take)
    }
}

fn side(direction: Direction) -> usize {
    match direction {
        Direction::Outgoing => 0,
        Direction::Incoming => 1,
    }
}
