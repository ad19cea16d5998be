//! One conversation, driven on a channel of a browser, with files that the browser keeps.

use crate::carried::Carried;
use crate::files::{Chosen, FileDeed, Files, Told};
use bytes::Bytes;
use handfast_device::{Connected, FileOrder, SessionId, TalkCommand, TalkEvent};
use handfast_protocol::conversation::{Ending, Event, Machine, RequestId, Terms, Transfer};
use handfast_protocol::link::{LinkError, MAX_MESSAGE};
use handfast_protocol::transfer::AHEAD;
use handfast_token::Secret;
use std::collections::{BTreeMap, VecDeque};
use web_time::Instant;

/// What may wait to be read, in bytes. No browser leaves a channel unread, so this is what comes while the
/// disk hesitates.
const MOST_UNREAD: usize = 512 * MAX_MESSAGE;

/// What may wait in the channel before nothing more is put into it, in bytes: what is said next waits behind it.
const MOST_AHEAD: usize = 1 << 19;

/// What comes of driving a conversation.
#[derive(Debug)]
pub(crate) enum Said {
    /// For the channel.
    Frame(Bytes),
    /// For whoever keeps the files.
    File(RequestId, FileDeed),
    /// For the device.
    Event(TalkEvent),
    /// Deliver what was sent, then close the channel.
    Shut,
    /// Close the channel at once.
    Cut,
}

/// See the module text.
pub(crate) struct Talk {
    machine: Machine,
    files: Files,
    /// The files that survive the connection, where both keep what is said.
    carried: Option<Carried>,
    /// What the person chose to send, by the numbers of the browser.
    chosen: BTreeMap<u32, Chosen>,
    /// Whose the answers of the browser are, and how they call them.
    requests: BTreeMap<RequestId, Whose>,
    last_request: u64,
    /// What came and may not be read yet.
    unread: VecDeque<Bytes>,
    /// Why the channel is closed, while something of it is unread.
    closed: Option<LinkError>,
    /// What waits for room, in order; a goodbye is the last of it.
    unsaid: VecDeque<TalkCommand>,
    /// Files that go out, and those that were stopped before they had begun.
    ours: Vec<Transfer>,
    stopped: Vec<u32>,
    /// Bytes that wait in the channel.
    ahead: usize,
    is_held: bool,
    /// Nothing more goes out.
    is_shut: bool,
    is_over: bool,
}

/// Who asked something of the browser.
enum Whose {
    Files(RequestId),
    Carried(u64),
}

impl Talk {
    /// `carried` is what there is of the files of this conversation, `chosen` what the person chose so far.
    pub(crate) fn begin(
        now: Instant,
        session: SessionId,
        connected: Connected,
        carried: Option<Carried>,
        chosen: &BTreeMap<u32, Chosen>,
    ) -> Self {
        let terms = Terms {
            trust: connected.trust,
            limits: connected.limits,
            random: Secret::random().ok(),
            has_log: connected.has_log,
        };
        let mut machine = Machine::new(now, connected.peer.channel, terms);
        if let Some(files) = connected.files {
            machine = machine.with_files(files.terms);
            for order in files.orders {
                decide(&mut machine, now, order);
            }
        }
        let mut files = Files::new(session);
        chosen.values().for_each(|one| files.choose(one.clone()));
        Self {
            machine,
            files,
            carried,
            chosen: chosen.clone(),
            requests: BTreeMap::new(),
            last_request: 0,
            unread: connected.early.into(),
            closed: None,
            unsaid: VecDeque::new(),
            ours: Vec::new(),
            stopped: Vec::new(),
            ahead: 0,
            is_held: false,
            is_shut: false,
            is_over: false,
        }
    }

    pub(crate) fn received(&mut self, now: Instant, frame: Bytes) {
        self.unread.push_back(frame);
        if self.unread.iter().map(Bytes::len).sum::<usize>() > MOST_UNREAD {
            // Whoever is held back and goes on would fill the memory.
            self.unread.clear();
            self.closed(now, LinkError::Protocol);
        }
    }

    /// So many bytes wait in the channel.
    pub(crate) fn waiting(&mut self, bytes: usize) {
        self.ahead = bytes;
    }

    pub(crate) fn silent(&mut self, now: Instant, is_silent: bool) {
        self.machine.link_silent(now, is_silent);
    }

    pub(crate) fn closed(&mut self, now: Instant, why: LinkError) {
        self.machine.link_closing(now, why);
        self.closed = Some(why);
    }

    /// The person wants to send this. The command that says so follows.
    pub(crate) fn choose(&mut self, chosen: Chosen) {
        self.chosen.insert(chosen.number, chosen.clone());
        self.files.choose(chosen);
    }

    /// It is over. What there is of its files is for the next one.
    pub(crate) fn end(self) -> Option<Carried> {
        let mut carried = self.carried?;
        carried.rest();
        Some(carried)
    }

    /// What came of a [`Said::File`].
    pub(crate) fn file_answered(&mut self, now: Instant, id: RequestId, told: Told) {
        match (self.requests.remove(&id), &mut self.carried) {
            (Some(Whose::Files(id)), _) => {
                if let Some(result) = self.files.answered(id, told) {
                    self.machine.file_answered(now, id, result);
                }
            }
            (Some(Whose::Carried(number)), Some(carried)) => carried.answered(number, told),
            (Some(Whose::Carried(_)), None) | (None, _) => {}
        }
    }

    pub(crate) fn command(&mut self, now: Instant, command: TalkCommand) -> Option<TalkEvent> {
        match command {
            TalkCommand::Text(_) | TalkCommand::SendFile(_) | TalkCommand::Leave => {
                self.unsaid.push_back(command);
            }
            TalkCommand::Received(frame) => self.received(now, frame),
            TalkCommand::Log(message) => self.machine.send_log(message),
            TalkCommand::Contact(message) => self.machine.say_of_contact(message),
            TalkCommand::AcceptFile(transfer) => self.machine.accept(now, transfer),
            TalkCommand::CancelTheirs(transfer) => self.machine.cancel(now, transfer),
            TalkCommand::CancelOurs(number) => {
                let ours = self.ours.iter();
                let ours = ours.copied().find(|ours| ours.number() == number);
                match ours {
                    Some(transfer) => self.machine.cancel(now, transfer),
                    None => self.stopped.push(number),
                }
            }
            TalkCommand::Compare => {
                return self.machine.wish(now).err().map(TalkEvent::NotCompared);
            }
            TalkCommand::Judge(shown, finding) => {
                // One that comes too late is of something that is not shown any more.
                let _ = self.machine.judge(now, shown, finding);
            }
            TalkCommand::Trust(trust) => self.machine.raise_trust(now, trust),
            TalkCommand::Away(is_away) => self.machine.set_away(now, is_away),
            TalkCommand::AllowMore => self.machine.allow_more(now),
            TalkCommand::Hold => self.is_held = true,
            TalkCommand::GoOn => self.is_held = false,
            TalkCommand::LeaveNow => {
                self.unsaid.clear();
                for transfer in std::mem::take(&mut self.ours) {
                    self.machine.cancel(now, transfer);
                }
                self.machine.leave(now);
            }
            TalkCommand::File(order) => decide(&mut self.machine, now, order),
            // This one has begun.
            TalkCommand::Start(_) => {}
        }
        None
    }

    /// The next thing that comes of all that. Nothing follows the last event.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<Said> {
        if self.is_over {
            return None;
        }
        if let Some(event) = self.say(now) {
            return Some(Said::Event(event));
        }
        if let Some(request) = self.next_request(now) {
            return Some(request);
        }
        while self.machine.wants_frame()
            && let Some(frame) = self.unread.pop_front()
        {
            self.machine.frame_received(now, frame);
        }
        if let Some(request) = self.next_request(now) {
            return Some(request);
        }
        if let Some(why) = self.closed.take_if(|_| self.unread.is_empty()) {
            self.machine.link_closed(now, why);
        }
        let ending = self.machine.ending();
        // Whoever is in between is owed no word.
        let is_cut = matches!(ending, Some(Ending::Different | Ending::Lost(_)));
        if !self.is_shut
            && !is_cut
            && self.ahead < MOST_AHEAD
            && let Some(frame) = self.machine.poll_frame(now)
        {
            self.ahead += frame.len();
            return Some(Said::Frame(frame));
        }
        // A browser tells late that something has left, so as much of a file waits in its channel as of anything else.
        let ahead = match self.ahead < MOST_AHEAD {
            true => 0,
            false => AHEAD,
        };
        if !self.is_shut
            && !is_cut
            && let Some(piece) = self.machine.poll_piece(now, ahead)
        {
            self.ahead += piece.len();
            return Some(Said::Frame(piece));
        }
        if self.machine.has_said_all() && !self.is_shut {
            self.is_shut = true;
            // The channel delivers by itself what it has taken.
            self.machine.link_closed(now, LinkError::ClosedHere);
            return Some(match is_cut {
                true => Said::Cut,
                false => Said::Shut,
            });
        }
        if self.is_held {
            return None;
        }
        let event = self.machine.poll_event(now);
        let event = event.or_else(|| self.machine.poll_progress())?;
        self.is_over = matches!(event, Event::Ended(_));
        Some(Said::Event(TalkEvent::Event(event)))
    }

    /// The next thing that whoever keeps the files is asked, and does not know already.
    fn next_request(&mut self, now: Instant) -> Option<Said> {
        while let Some(request) = self.machine.poll_request() {
            let id = request.id;
            match self.files.ask(request) {
                Ok(deed) => return Some(self.request(Whose::Files(id), deed)),
                Err(known) => self.machine.file_answered(now, id, known),
            }
        }
        loop {
            let carried = self.carried.as_mut()?;
            while let Some(request) = self.machine.poll_file_request() {
                carried.ask(request, &self.chosen);
            }
            match carried.poll()? {
                Ok((number, deed)) => return Some(self.request(Whose::Carried(number), deed)),
                Err((id, result)) => self.machine.file_request_answered(now, id, result),
            }
        }
    }

    fn request(&mut self, whose: Whose, deed: FileDeed) -> Said {
        self.last_request += 1;
        let id = RequestId(self.last_request);
        self.requests.insert(id, whose);
        Said::File(id, deed)
    }

    /// Says what waits, as far as there is room.
    fn say(&mut self, now: Instant) -> Option<TalkEvent> {
        match self.unsaid.front()? {
            TalkCommand::Text(text) => {
                // One that is over says so by its last event.
                let is_taken = self.machine.send_text(text).unwrap_or(true);
                if !is_taken {
                    return None;
                }
            }
            TalkCommand::SendFile(path) => match self.machine.send_file(now, path.clone()) {
                Ok(Some(transfer)) => {
                    self.ours.push(transfer);
                    if self.stopped.contains(&transfer.number()) {
                        self.machine.cancel(now, transfer);
                    }
                }
                Ok(None) => return None,
                Err(_) => {}
            },
            TalkCommand::Leave => {
                self.machine.leave(now);
                self.unsaid.clear();
                return None;
            }
            _ => {}
        }
        self.unsaid.pop_front();
        Some(TalkEvent::Said)
    }
}

/// Does what was decided about a file. A page has no folders to offer.
fn decide(machine: &mut Machine, now: Instant, order: FileOrder) {
    match order {
        FileOrder::Decide(decision) => machine.decide(now, decision),
        FileOrder::OfferFolder { .. } => {}
    }
}
