//! The conversation as a state machine: no socket, no disk, no thread, no clock of its own.
//!
//! In go frames from the link, decisions of the person, answers of the file store, and instants. Out
//! come frames for the link ([`Machine::poll_frame`]), requests to the file store
//! ([`Machine::poll_request`]) and events for the person ([`Machine::poll_event`]); whoever drives it
//! asks for them after anything went in, and for a frame only when the link has room for one. Nothing
//! happens by the passing of time alone, so there is no deadline: what depends on time (a key that
//! grows old, a comparison too soon after the last) is looked at when something else happens.
//!
//! Every queue is bounded ([`MOST_HELD`]). A full one shows in [`Machine::wants_frame`]: whoever drives
//! the machine leaves the link unread then, which holds back the other side, until there is room again.

use super::compare::{CompareError, Comparer, Finding, Next};
use super::file_store::{FileRequest, FileResult};
use super::inbox::{self, Inbox, Offer};
use super::limits::{Account, Limit, Limits};
use super::message::{MAX_TEXT, Message};
use super::outbox::{self, Outbox, Verdict};
use super::outputs::{EVENTS, Outputs};
use super::send_queue::{SendQueue, TEXTS};
use super::transfers::Carried;
use super::{
    ConversationError, Direction, Ending, Event, FileError, RequestId, Transfer, Violation,
};
use crate::handshake::{Channel, Opener, ShortString, Trust, TrustReason};
use crate::link::LinkError;
use crate::log;
use crate::reconnect;
use crate::transfer::{self, Decision};
use bytes::Bytes;
use handfast_token::Secret;
use std::path::PathBuf;
use web_time::Instant;

/// The most that a conversation holds of texts and of the contents of files, in bytes, including what is
/// in the hands of the file store: texts and entries of logs that wait to be sent, texts that wait to be told and
/// the one that comes, blocks of the file that goes, pieces of the file that comes. Files that survive the
/// connection ([`Machine::with_files`]) hold their two windows beside that, 2 MiB and a little.
pub const MOST_HELD: usize = (TEXTS + EVENTS + 2) * MAX_TEXT
    + log::WINDOW
    + outbox::BLOCKS * outbox::BLOCK
    + (inbox::PIECES + 1) * inbox::PIECE;

/// What a conversation begins with.
#[derive(Clone, Debug)]
pub struct Terms {
    /// How far the other side is trusted.
    pub trust: Trust,
    /// What it may cost.
    pub limits: Limits,
    /// 32 random bytes, from which the nonces of comparisons follow. None where this device has no
    /// randomness to give: it never compares then.
    pub random: Option<Secret<32>>,
    /// What is said goes by the logs that both keep, and not as texts that nobody keeps.
    pub has_log: bool,
}

/// The state machine of one side of a conversation. See the module text.
pub struct Machine {
    opener: Opener,
    out: Outputs,
    inbox: Inbox,
    outbox: Outbox,
    /// Files that survive the connection, where both keep the conversation.
    files: Option<Carried>,
    comparer: Comparer,
    trust: Trust,
    account: Account,
    /// The number of the last file that the person asked to send.
    last: u32,
    has_log: bool,
    /// The parts of a text that have come so far.
    text: Vec<u8>,
    /// Bytes of the parts of an entry that have come so far.
    entry: usize,
    /// What is beyond a limit. While it waits for the person, nothing more is read.
    held: Option<Entry>,
    /// How the path is, and what the person was told about it last.
    is_silent: bool,
    is_silence_told: bool,
    /// Why the link is closed. What came before may still wait to be read.
    closed: Option<LinkError>,
    /// Whether this device is in the background, and what the other was told about it last.
    is_away: bool,
    is_away_told: bool,
    /// Whether the other device is.
    is_peer_away: bool,
    leaving: Leaving,
    ending: Option<Ending>,
    is_end_told: bool,
}

/// How far this side is with leaving.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaving {
    Not,
    /// What was queued is delivered first.
    Delivering,
    /// The goodbye waits behind everything else that is said.
    Bye,
    /// It has gone to the link, and nothing follows.
    Left,
}

/// What counts against a limit.
enum Entry {
    Text(String),
    /// The last part of an entry, and how long all of it is.
    Log(log::Message, usize),
    Offer(Offer),
}

impl Entry {
    fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Log(_, bytes) => *bytes,
            Self::Offer(offer) => offer.name.len(),
        }
    }
}

impl Machine {
    /// Begins to talk over a link whose handshake is done.
    pub fn new(now: Instant, channel: Channel, terms: Terms) -> Self {
        let Channel {
            sealer,
            opener,
            hash,
            role,
        } = channel;
        let Terms {
            trust,
            limits,
            random,
            has_log,
        } = terms;
        Self {
            opener,
            out: Outputs::new(SendQueue::new(now, sealer)),
            inbox: Inbox::new(&limits),
            outbox: Outbox::new(),
            files: None,
            comparer: Comparer::new(role, hash, random),
            trust,
            account: Account::new(limits),
            last: 0,
            has_log,
            text: Vec::new(),
            entry: 0,
            held: None,
            is_silent: false,
            is_silence_told: false,
            closed: None,
            is_away: false,
            is_away_told: false,
            is_peer_away: false,
            leaving: Leaving::Not,
            ending: None,
            is_end_told: false,
        }
    }

    /// Carries files too that survive the connection ([`Self::decide`]). Without this, whoever says anything about
    /// such a file breaks the rules.
    pub fn with_files(mut self, terms: transfer::Terms) -> Self {
        self.files = Some(Carried::new(terms));
        self
    }

    // The link.

    /// True if the next frame may be read. It is false while a queue is full, while the file store is behind,
    /// while a limit holds the other side back, and at the end.
    pub fn wants_frame(&self) -> bool {
        self.ending.is_none() && self.held.is_none() && self.out.has_room() && self.inbox.has_room()
    }

    /// The next frame that came over the link, which is read only while [`Self::wants_frame`].
    pub fn frame_received(&mut self, now: Instant, frame: Bytes) {
        if self.ending.is_none() {
            if let Err(ending) = self.hear(now, frame) {
                self.end(ending);
            }
            self.go_on(now);
        }
    }

    /// The path is silent, or it is back.
    pub fn link_silent(&mut self, now: Instant, is_silent: bool) {
        self.is_silent = is_silent;
        self.go_on(now);
    }

    /// The link is closed. Frames that came before may still be read.
    pub fn link_closing(&mut self, now: Instant, why: LinkError) {
        self.closed = Some(why);
        self.go_on(now);
    }

    /// The link is closed, and everything that came over it has been read.
    pub fn link_closed(&mut self, now: Instant, why: LinkError) {
        self.end_by(why);
        self.go_on(now);
    }

    /// True while both devices are in the background: little should be sent only to find out that the link is
    /// still there.
    pub fn is_quiet(&self) -> bool {
        self.is_away && self.is_peer_away
    }

    /// True if a frame waits to be put on the link as soon as that has room.
    pub fn has_frame(&self) -> bool {
        !self.out.queue.is_empty() || self.may_speak() && self.has_word_of_files()
    }

    fn has_word_of_files(&self) -> bool {
        self.files.as_ref().is_some_and(Carried::has_message)
    }

    /// The next frame for the link, which has room for it.
    pub fn poll_frame(&mut self, now: Instant) -> Option<Bytes> {
        // Before the blocks of a file, which whoever keeps the conversation does not send.
        let of_files = match self.out.queue.has_talk() || !self.may_speak() {
            true => None,
            false => self.files.as_mut().and_then(Carried::next_message),
        };
        let message = of_files.map(Message::File);
        let message = message.or_else(|| self.out.queue.next())?;
        self.seal(now, message)
    }

    /// True if a piece of a file that survives the connection waits to be put on the link, where nothing else does.
    pub fn has_piece(&self) -> bool {
        let has_piece = self.files.as_ref().is_some_and(Carried::has_piece);
        has_piece && self.may_speak() && !self.has_frame()
    }

    /// The next piece for the link, on which `ahead` bytes wait. None if more than
    /// [`AHEAD`](transfer::AHEAD) would: what is said next must not wait behind them.
    pub fn poll_piece(&mut self, now: Instant, ahead: usize) -> Option<Bytes> {
        if !self.has_piece() {
            return None;
        }
        let piece = self.files.as_mut()?.next_piece(ahead)?;
        self.seal(now, Message::File(piece))
    }

    /// False once nothing follows the goodbye.
    fn may_speak(&self) -> bool {
        self.ending.is_none() && self.leaving != Leaving::Left
    }

    fn seal(&mut self, now: Instant, message: Message) -> Option<Bytes> {
        let frame = self.out.queue.seal(now, &message);
        if message == Message::Bye {
            self.leaving = Leaving::Left;
            self.out.queue.close();
        }
        if frame.is_none() {
            self.end(Ending::Lost(LinkError::Protocol));
        }
        self.go_on(now);
        frame
    }

    /// True once nothing more will be sent. Whoever drives the machine then drops the sending half of the
    /// link, which delivers what is on its way and closes the link.
    pub fn has_said_all(&self) -> bool {
        self.ending.is_some() || self.leaving == Leaving::Left
    }

    // The file store.

    /// The next request to the file store.
    pub fn poll_request(&mut self) -> Option<FileRequest> {
        self.out.requests.pop_front()
    }

    /// The file store has dealt with a request.
    pub fn file_answered(&mut self, now: Instant, id: RequestId, result: FileResult) {
        match self.outbox.has_asked(id) {
            true => self.outbox.answered(id, result, &mut self.out),
            false => self.inbox.answered(now, id, result, &mut self.out),
        }
        self.go_on(now);
    }

    /// The next request about files that survive the connection, to whoever keeps those.
    pub fn poll_file_request(&mut self) -> Option<transfer::FileRequest> {
        self.files.as_mut()?.poll_request()
    }

    /// Such a request was dealt with.
    pub fn file_request_answered(
        &mut self,
        now: Instant,
        id: RequestId,
        result: transfer::FileResult,
    ) {
        if let Some(files) = &mut self.files {
            files.answered(id, result);
            self.go_on(now);
        }
    }

    // The person.

    /// The next event, in the order in which they happened. [`Event::Ended`] is the last.
    pub fn poll_event(&mut self, now: Instant) -> Option<Event> {
        let event = self.out.events.pop_front();
        self.go_on(now);
        event
    }

    /// True if an event waits to be taken.
    pub fn has_event(&self) -> bool {
        !self.out.events.is_empty()
    }

    /// How far a file is ([`Event::FileProgress`]), once all other events are taken. May be left waiting:
    /// only the newest is kept.
    pub fn poll_progress(&mut self) -> Option<Event> {
        match self.has_event() {
            true => None,
            false => {
                let of_files = || self.files.as_mut()?.next_progress();
                self.out.next_progress().or_else(of_files)
            }
        }
    }

    /// Sends a text, ahead of any file that is under way. False if as many wait as may: it can be tried
    /// again when a frame was taken.
    ///
    /// # Errors
    /// When it is longer than [`MAX_TEXT`] bytes, or the conversation is over.
    pub fn send_text(&mut self, text: &str) -> Result<bool, ConversationError> {
        if text.len() > MAX_TEXT {
            return Err(ConversationError::TooLong);
        }
        self.must_be_open()?;
        let has_room = self.out.queue.has_room_for_text();
        if has_room {
            self.out.queue.text(text.as_bytes().to_vec().into());
        }
        Ok(has_room)
    }

    /// Says this about the logs, ahead of any file that is under way. Whoever exchanges them bounds how much
    /// waits here.
    pub fn send_log(&mut self, message: log::Message) {
        if self.must_be_open().is_ok() && self.has_log {
            self.out.queue.log(message);
        }
    }

    /// Says this about the contact itself, ahead of any file that is under way. Each of these answers one of the
    /// other side, or a decision of the person.
    pub fn say_of_contact(&mut self, message: reconnect::Message) {
        if self.must_be_open().is_ok() {
            self.out.say(Message::Contact(message));
        }
    }

    /// Sends a file when those before it are through. `path` is what the file store will be asked for. None
    /// if as many wait as may: it can be tried again when the file store has answered, or a frame was taken.
    ///
    /// # Errors
    /// When the conversation is over.
    pub fn send_file(
        &mut self,
        now: Instant,
        path: PathBuf,
    ) -> Result<Option<Transfer>, ConversationError> {
        self.must_be_open()?;
        if !self.outbox.has_room() {
            return Ok(None);
        }
        self.last += 1;
        let transfer = Transfer {
            direction: Direction::Outgoing,
            number: self.last,
        };
        self.outbox.send(transfer, path);
        self.go_on(now);
        Ok(Some(transfer))
    }

    fn must_be_open(&self) -> Result<(), ConversationError> {
        match (self.ending, self.leaving) {
            (None, Leaving::Not) => Ok(()),
            _ => Err(ConversationError::Ended),
        }
    }

    /// Takes a file that was offered and waits for this.
    pub fn accept(&mut self, now: Instant, transfer: Transfer) {
        if transfer.direction == Direction::Incoming && self.ending.is_none() {
            self.inbox.accept(transfer.number);
            self.go_on(now);
        }
    }

    /// Stops a file of either direction: declines an offer, ends a transfer, takes one out of the queue.
    pub fn cancel(&mut self, now: Instant, transfer: Transfer) {
        if self.ending.is_none() {
            match transfer.direction {
                Direction::Outgoing => self.outbox.cancel(transfer, &mut self.out),
                Direction::Incoming => self.inbox.refuse(transfer.number, &mut self.out),
            }
            self.go_on(now);
        }
    }

    /// Something was decided about a file that survives the connection. Nothing happens where there are none.
    pub fn decide(&mut self, now: Instant, decision: Decision) {
        if let Some(files) = &mut self.files {
            files.decide(decision);
            self.go_on(now);
        }
    }

    /// Whether this device is in the background; it is not, unless this says so.
    pub fn set_away(&mut self, now: Instant, is_away: bool) {
        self.is_away = is_away;
        self.go_on(now);
    }

    /// As much again may come as the limits allow ([`Event::Limited`]).
    pub fn allow_more(&mut self, now: Instant) {
        self.account.allow_more();
        self.take_held();
        self.go_on(now);
    }

    /// Declines what waits for an answer here, delivers what was queued, files included, and says
    /// goodbye. [`Ending::Left`] follows when the link is closed.
    pub fn leave(&mut self, now: Instant) {
        if self.must_be_open().is_ok() {
            self.leaving = Leaving::Delivering;
            self.inbox.refuse_open(&mut self.out);
            self.take_held();
            self.go_on(now);
        }
    }

    /// Ends the conversation at once. Nothing that waits is delivered.
    pub fn hang_up(&mut self, now: Instant) {
        self.end(Ending::Left);
        self.go_on(now);
    }

    /// The person wants to compare: that is an offer, or accepts the other side's.
    ///
    /// # Errors
    /// While something is shown, within five seconds of the last comparison, after ten of them, and at
    /// the end.
    pub fn wish(&mut self, now: Instant) -> Result<(), CompareError> {
        if self.ending.is_some() {
            return Err(CompareError::Ended);
        }
        let next = self.comparer.wish(now)?;
        self.compared(next);
        self.go_on(now);
        Ok(())
    }

    /// What the person found who saw `seen`; how far the other side is trusted now. A difference ends
    /// the conversation ([`Ending::Different`]): the link has to be cut, so that nothing that waits is
    /// delivered.
    ///
    /// # Errors
    /// When something else is shown, or nothing.
    pub fn judge(
        &mut self,
        now: Instant,
        seen: ShortString,
        finding: Finding,
    ) -> Result<Trust, CompareError> {
        self.comparer.judge(seen)?;
        match finding {
            Finding::Same => {
                self.trust.raise(Trust::because(TrustReason::Compared));
                self.take_held();
            }
            Finding::Different => self.end(Ending::Different),
            Finding::Later => {}
        }
        self.go_on(now);
        Ok(self.trust)
    }

    /// The other side is trusted so far now, for something that is not of this machine: an answer, or the word of
    /// the person.
    pub fn raise_trust(&mut self, now: Instant, trust: Trust) {
        if self.trust.raise(trust) {
            self.take_held();
            self.go_on(now);
        }
    }

    /// How far the other side is trusted now.
    pub fn trust(&self) -> Trust {
        self.trust
    }

    /// How it ended, if it has. [`Event::Ended`] follows when nothing is left to tidy up.
    pub fn ending(&self) -> Option<Ending> {
        self.ending
    }

    // What follows from all that.

    fn hear(&mut self, now: Instant, frame: Bytes) -> Result<(), Ending> {
        let body = self.opener.open(frame).map_err(Violation::Channel)?;
        let message = Message::parse(body).map_err(|_| Violation::Malformed)?;
        let out = &mut self.out;
        match message {
            Message::Text { .. } if self.has_log => return Err(Violation::OutOfTurn.into()),
            Message::Text { more, part } => self.text(more, &part)?,
            Message::Log(_) if !self.has_log => return Err(Violation::OutOfTurn.into()),
            Message::Log(message) => self.log(message),
            Message::Contact(message) => match message {
                reconnect::Message::Question(_)
                | reconnect::Message::Forget
                | reconnect::Message::Disown => out.tell(Event::Contact(message)),
                // Before the two talk, or not at all.
                reconnect::Message::Kept
                | reconnect::Message::NotKept
                | reconnect::Message::Names { .. } => return Err(Violation::OutOfTurn.into()),
            },
            Message::Offer { id, size, name } => {
                if self.inbox.announced(id, out)? {
                    self.enter(Entry::Offer(Offer::new(id, size, &name)));
                }
            }
            Message::Chunk { id, bytes } => self.inbox.chunk(id, bytes, out)?,
            Message::Done { id, hash } => self.inbox.done(id, hash, out)?,
            Message::Cancel { id, reason } => self.inbox.cancelled(id, reason, out)?,
            Message::Accept { id } => self.outbox.judged(now, id, Verdict::Accept, out),
            Message::Decline { id, reason } => {
                self.outbox.judged(now, id, Verdict::Decline(reason), out);
            }
            Message::Received { id } => self.outbox.judged(now, id, Verdict::Received, out),
            Message::CompareWish
            | Message::CompareCommit(_)
            | Message::CompareNonce(_)
            | Message::CompareOpen(_) => {
                let next = self.comparer.heard(message, now)?;
                self.compared(next);
            }
            Message::Away(is_away) => self.is_peer_away = is_away,
            Message::Bye => return Err(Ending::PeerLeft),
            Message::File(message) => {
                let files = self.files.as_mut().ok_or(Violation::Malformed)?;
                files.heard(message)?;
            }
            Message::Unknown => {}
        }
        Ok(())
    }

    fn text(&mut self, more: bool, part: &[u8]) -> Result<(), Violation> {
        if self.text.len() + part.len() > MAX_TEXT {
            return Err(Violation::TextTooLong);
        }
        self.text.extend_from_slice(part);
        if !more {
            let text = String::from_utf8(std::mem::take(&mut self.text));
            let text = text.map_err(|_| Violation::Malformed)?;
            self.enter(Entry::Text(text));
        }
        Ok(())
    }

    /// What counts is a whole entry.
    fn log(&mut self, message: log::Message) {
        let log::Message::Entry { more, part } = &message else {
            return self.out.tell(Event::Log(message));
        };
        if message.begins_a_log() {
            return self.out.tell(Event::Log(message));
        }
        self.entry = self.entry.saturating_add(part.len());
        match more {
            true => self.out.tell(Event::Log(message)),
            false => {
                let bytes = std::mem::take(&mut self.entry);
                self.enter(Entry::Log(message, bytes));
            }
        }
    }

    fn compared(&mut self, next: Next) {
        if let Some(message) = next.say {
            self.out.say(message);
        }
        if let Some(event) = next.tell {
            self.out.tell(event);
        }
    }

    /// Takes an entry in, or holds it if it is beyond a limit.
    fn enter(&mut self, entry: Entry) {
        if let Err(limit) = self.take(entry) {
            self.out.tell(Event::Limited(limit));
        }
    }

    /// Tries what is held once more: a limit may be another one by now.
    fn take_held(&mut self) {
        if let Some(entry) = self.held.take()
            && self.take(entry).is_ok()
        {
            self.out.tell(Event::Released);
        }
    }

    fn take(&mut self, entry: Entry) -> Result<(), Limit> {
        let level = self.trust.level();
        let entered = self.account.enter(level, entry.bytes());
        let is_leaving = self.leaving != Leaving::Not;
        match (entry, entered) {
            // Nobody will be there to answer, or to allow more. That a text is not read here any more
            // follows from the goodbye.
            (Entry::Offer(offer), _) if is_leaving => self.out.decline(offer.id, FileError::Ended),
            (Entry::Text(_) | Entry::Log(..), Err(_)) if is_leaving => {}
            (entry, Err(limit)) => {
                self.held = Some(entry);
                return Err(limit);
            }
            (Entry::Text(text), Ok(())) => self.out.tell(Event::TextReceived(text)),
            (Entry::Log(message, _), Ok(())) => self.out.tell(Event::Log(message)),
            (Entry::Offer(offer), Ok(())) => {
                let is_taken = self.account.take_unasked(level, offer.size);
                self.inbox.offer(offer, is_taken, &mut self.out);
            }
        }
        Ok(())
    }

    /// Does whatever there is room for by now. Runs after everything that goes in or out, so that no
    /// room is made without whoever waits for it.
    fn go_on(&mut self, now: Instant) {
        if self.ending.is_none() {
            self.tell_silence();
            self.tell_away();
            self.outbox.go_on(now, &mut self.out);
            if self.leaving == Leaving::Delivering && self.outbox.is_idle() {
                self.leaving = Leaving::Bye;
                self.out.say(Message::Bye);
            }
            // Nothing will be read, so the end of what there is to read will not be seen.
            if let Some(why) = self.closed.filter(|_| self.held.is_some()) {
                self.end_by(why);
            }
        }
        self.inbox.go_on(&mut self.out);
        if let Some(files) = &mut self.files
            && !self.is_end_told
        {
            files.go_on(&mut self.out.events);
        }
        let is_kept = self.files.as_ref().is_none_or(Carried::is_tidy);
        let is_tidy = !self.outbox.is_waiting() && !self.inbox.is_waiting() && is_kept;
        if let Some(ending) = self.ending
            && is_tidy
            && !std::mem::replace(&mut self.is_end_told, true)
        {
            self.out.tell(Event::Ended(ending));
        }
    }

    /// Tells how the path is. What came and went while nobody was told is left out.
    fn tell_silence(&mut self) {
        if self.is_silent != self.is_silence_told && self.out.has_room() {
            self.is_silence_told = self.is_silent;
            self.out.tell(match self.is_silent {
                true => Event::Interrupted,
                false => Event::Resumed,
            });
        }
    }

    /// Tells the other side whether this one is in the background. What came and went meanwhile is left out.
    fn tell_away(&mut self) {
        if self.is_away != self.is_away_told && self.out.has_room() && self.leaving == Leaving::Not
        {
            self.is_away_told = self.is_away;
            self.out.say(Message::Away(self.is_away));
        }
    }

    /// The link is closed.
    fn end_by(&mut self, why: LinkError) {
        let has_left = matches!(self.leaving, Leaving::Bye | Leaving::Left);
        self.end(match why {
            LinkError::ClosedHere => Ending::Left,
            // Whoever heard our goodbye may be gone before our own end is through.
            LinkError::ClosedByPeer if has_left => Ending::Left,
            why => Ending::Lost(why),
        });
    }

    /// The conversation is over. The first reason counts.
    fn end(&mut self, ending: Ending) {
        if self.ending.is_none() {
            self.ending = Some(ending);
            self.held = None;
            self.text = Vec::new();
            self.inbox.end(&mut self.out);
            self.outbox.end(&mut self.out);
            if let Some(files) = &mut self.files {
                files.close();
            }
            self.out.queue.close();
        }
    }

    /// Bytes of texts and of the contents of files that it holds, or has handed to the file store.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        let held = self.held.as_ref().map_or(0, Entry::bytes);
        let events = self.out.events.iter().map(|event| match event {
            Event::TextReceived(text) => text.len(),
            Event::Log(log::Message::Entry { part, .. }) => part.len(),
            _ => 0,
        });
        let carried = self.files.as_ref().map_or(0, Carried::held);
        let files = self.outbox.held() + self.inbox.held() + carried;
        self.out.queue.held() + files + self.text.len() + held + events.sum::<usize>()
    }
}
