//! All files of one channel, in both directions.

use super::fetches::{Fetch, Fetches};
use super::message::{EntryId, Message, Source, State};
use super::offers::{Offer, Offers};
use super::port::{FileRequest, FileResult};
use super::say::Outputs;
use super::{Content, Direction, Event, FileError, RequestId, Violation};
use crate::handshake::MAX_BODY;

/// Bytes of files that may wait beneath the machine, ahead of whatever else is said.
pub const AHEAD: usize = 64 << 10;

/// Files that the other side may ask about before whoever drives this has answered.
const MOST_ASKED: usize = 256;

/// Bytes of a frame with the largest body, its header, padding and tag.
pub const FRAME: usize = MAX_BODY + 80;

/// What the disk of this device may be used for.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Bytes of it that stay free.
    pub keep_free: u64,
    /// Bytes of the largest file that is taken.
    pub largest: u64,
}

/// The state machine for the files of one channel. See the module text.
pub struct Transfers {
    offers: Offers,
    fetches: Fetches,
    out: Outputs,
    is_closed: bool,
}

impl Transfers {
    /// Begins where READY and KEPT are through.
    pub fn new(terms: Terms) -> Self {
        Self {
            offers: Offers::new(),
            fetches: Fetches::new(terms),
            out: Outputs::new(),
            is_closed: false,
        }
    }

    // What people decide, here or before.

    /// The other side may have this file or folder from now on. It is told so, and says how it stands there.
    pub fn offer(&mut self, offer: Offer) {
        if !self.is_closed {
            self.offers.offer(offer, &mut self.out);
        }
    }

    /// Takes this file or folder, from where it was left.
    pub fn fetch(&mut self, fetch: Fetch) {
        if !self.is_closed {
            self.fetches.fetch(fetch, &mut self.out);
        }
    }

    /// The other side has said by an entry what a file is that it offered before it knew.
    pub fn hashed(&mut self, entry: EntryId, content: Content) {
        self.fetches.hashed(entry, content, &mut self.out);
    }

    /// Stops a file of either direction for a while, or goes on with it.
    pub fn pause(&mut self, direction: Direction, source: Source, is_paused: bool) {
        match direction {
            Direction::Outgoing => self.offers.hold(source, is_paused, &mut self.out),
            Direction::Incoming => self.fetches.pause(source, is_paused, &mut self.out),
        }
    }

    /// An offer is not taken, or what comes is given up: what there is of it is removed.
    pub fn refuse(&mut self, source: Source, reason: FileError) {
        self.fetches.refuse(source, reason, &mut self.out);
    }

    /// A file of this side may not be had any more.
    pub fn withdraw(&mut self, source: Source, reason: FileError) {
        self.offers.withdraw(source, reason, &mut self.out);
    }

    /// Says how a file of the other side stands that this machine knows nothing of ([`Event::Asked`]).
    pub fn tell(&mut self, source: Source, state: State) {
        if !state.is_of_offer() && !self.is_closed {
            self.out.say(source, state);
        }
    }

    // The channel.

    /// What the other side said.
    ///
    /// # Errors
    /// When it broke the rules, which ends the channel.
    pub fn heard(&mut self, message: Message) -> Result<(), Violation> {
        if self.is_closed {
            return Ok(());
        }
        let out = &mut self.out;
        match message {
            Message::Want {
                number,
                source,
                first,
                count,
            } => {
                let range = first..first + u64::from(count);
                self.offers.wanted(number, source, range, out)?;
            }
            Message::Group { number, bytes } => self.fetches.group(number, bytes, out)?,
            Message::Segment { number, segment } => self.fetches.segment(number, segment, out)?,
            Message::State { source, state } => match state.is_of_offer() {
                false => self.offers.heard(source, state, out),
                true => {
                    let is_known = self.fetches.heard(source, state, out);
                    // Who speaks of more than that does so again in the next channel.
                    if !is_known && out.waiting() < MOST_ASKED {
                        out.tell_event(match state {
                            State::Withdrawn(reason) => Event::Withdrawn(source, reason),
                            _ => Event::Asked(source),
                        });
                    }
                }
            },
        }
        Ok(())
    }

    /// The next message, while `ahead` bytes of files wait beneath to be sent. Pieces of files are given only as
    /// long as no more than [`AHEAD`] would wait.
    pub fn poll_message(&mut self, ahead: usize) -> Option<Message> {
        if self.is_closed {
            return None;
        }
        if let Some(message) = self.offers.next_over().or_else(|| self.out.next_state()) {
            return Some(message);
        }
        if let Some(want) = self.fetches.next_want() {
            return Some(want);
        }
        self.poll_piece(ahead)
    }

    /// True if a piece of a file waits to be sent.
    pub fn has_piece(&self) -> bool {
        self.offers.has_piece()
    }

    /// The next piece of a file, while `ahead` bytes of files wait beneath, if no more than [`AHEAD`] would wait with
    /// it.
    pub fn poll_piece(&mut self, ahead: usize) -> Option<Message> {
        match ahead + FRAME <= AHEAD {
            true => self.offers.next_piece(),
            false => None,
        }
    }

    /// The channel is over. What was checked is kept, which [`Self::is_idle`] waits for; nothing more is said.
    pub fn close(&mut self) {
        if !std::mem::replace(&mut self.is_closed, true) {
            self.offers.close();
            self.fetches.close(&mut self.out);
            self.out.fall_silent();
        }
    }

    /// True once the disk has answered everything that does not take as long as a file.
    pub fn is_idle(&self) -> bool {
        !self.offers.is_waiting() && !self.fetches.is_waiting()
    }

    // The disk.

    /// The next request to whoever keeps files.
    pub fn poll_request(&mut self) -> Option<FileRequest> {
        self.out.next_request()
    }

    /// A request was dealt with.
    pub fn answered(&mut self, id: RequestId, result: FileResult) {
        match self.offers.has_asked(id) {
            true => self.offers.answered(id, result, &mut self.out),
            false => self.fetches.answered(id, result, &mut self.out),
        }
    }

    // Whoever drives this.

    /// What happened since this was asked last. Of what stands differently only the newest is told.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.out.next_event()
    }

    /// True if something happened that was not asked for yet.
    pub fn has_event(&self) -> bool {
        self.out.has_event()
    }

    /// Bytes of files that are held here, or by the disk for this.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.offers.held() + self.fetches.held()
    }
}
