//! What two devices do with their logs while a channel is open: each sends what the other lacks, and says
//! what it has on its disk.
//!
//! In go the messages of the other side, answers of the store, and rows that were written here; out come
//! messages ([`Exchange::poll_message`]), requests to the store ([`Exchange::poll_request`]) and events
//! ([`Exchange::poll_event`]), and whoever drives it asks for all three after anything went in. Nothing
//! happens by the passing of time. A channel that is cut ends the exchange, and the next one goes on from
//! what both have on their disks: so everything arrives once, in order, over any cut, kill or restart.
//!
//! Its memory is bounded: each side sends at most [`WINDOW`] bytes of entries that are not acknowledged,
//! and acknowledges what is on the disk. A store that keeps nothing for a while so holds back the other side.

use super::entry::Incarnation;
use super::fault::Fault;
use super::intake::{Intake, WINDOW};
use super::lacking::{Claim, Lacking};
use super::ledger::{Ledger, Looked};
use super::message::{Heads, MAX_ARRIVAL, Message, Parts};
use super::row::{Arrival, Author, LogId, Row, Tip};
use super::saved::Marks;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

/// What is asked of the store. Requests are done in the order in which they come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// Keeps a row: [`Exchange::kept`] once it is on the disk for good.
    Keep(Box<Row>),
    /// Keeps what the ledger keeps beside the rows. No answer is awaited, but nothing is written to the
    /// own log before it is done.
    KeepMarks(Marks),
    /// Tells what stands at a place of a log, on all its lines, and at the place before it:
    /// [`Exchange::looked`]. There is one such request at a time.
    LookUp {
        /// Which log.
        log: LogId,
        /// Which place.
        sequence: u64,
    },
    /// Gives rows that are on the disk, in the order of places and lines: [`Exchange::loaded`]. There is
    /// one such request at a time.
    Load {
        /// Of which log.
        log: LogId,
        /// From which place and line on.
        from: (u64, u8),
        /// Up to so many bytes of entries together ([`Row::length`]). It is enough for any single one.
        at_most: usize,
    },
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// What was written here is on the other side's disk, up to there. It is kept, for [`Saved`](super::Saved).
    Delivered {
        /// In which own incarnation.
        incarnation: Incarnation,
        /// The last place.
        up_to: u64,
    },
    /// The other side gave back what this person had written, up to there. It cannot be noticed if something
    /// is missing at the end.
    Returned {
        /// In which own incarnation.
        incarnation: Incarnation,
        /// The last place.
        up_to: u64,
    },
    /// Another device writes as this person, or did, and this one does not know what.
    OtherDevice,
    /// The other side lacks something that it has written itself, and that is here. A person decides if it
    /// is given back ([`Exchange::give_back`]).
    PeerLacks,
    /// It is over. Nothing follows, and the channel has to end.
    Ended(Fault),
}

/// See the module text.
pub struct Exchange {
    /// True if the other side gets back what it has written itself.
    gives_back: bool,
    /// What is on the disk, and can be sent.
    held: BTreeMap<LogId, Vec<Tip>>,
    /// Said once, as the first thing.
    heads: Option<Heads>,
    is_peer_known: bool,
    /// What the other side lacks. The own log goes first.
    lacking: BTreeMap<LogId, Lacking>,
    /// The one of them that the store was asked for.
    loading: Option<LogId>,
    /// Entries that wait to be sent, and the one that is on its way.
    ready: VecDeque<Departure>,
    leaving: Option<(Parts, Departed)>,
    /// Sent, and not acknowledged.
    departed: VecDeque<Departed>,
    /// Bytes of all those.
    outstanding: usize,
    intake: Intake,
    /// The parts of the entry that comes.
    parts: Vec<u8>,
    /// What is on the disk here and not acknowledged.
    unsaid: BTreeMap<LogId, Tip>,
    requests: VecDeque<Request>,
    events: VecDeque<Event>,
    is_over: bool,
}

/// An entry to send.
struct Departure {
    parts: Parts,
    about: Departed,
}

#[derive(Clone, Copy, Debug)]
struct Departed {
    log: LogId,
    tip: Tip,
    line: u8,
    bytes: usize,
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut exchange = f.debug_struct("Exchange");
        exchange
            .field("outstanding", &self.outstanding)
            .field("is_over", &self.is_over)
            .finish_non_exhaustive()
    }
}

impl Exchange {
    /// Begins once the channel is complete on both sides, when each has kept how to meet again. None while rows
    /// that came out of the ledger are not on the disk: what is only in memory must not be told of.
    ///
    /// `gives_back` tells if a person has agreed before that the other side gets back what it has lost.
    pub fn start(ledger: &Ledger, gives_back: bool) -> Option<Self> {
        let logs = ledger.logs().into_iter();
        ledger.is_settled().then(|| Self {
            gives_back,
            held: logs.map(|log| (log, ledger.tips(log))).collect(),
            heads: Some(ledger.heads()),
            is_peer_known: false,
            lacking: BTreeMap::new(),
            loading: None,
            ready: VecDeque::new(),
            leaving: None,
            departed: VecDeque::new(),
            outstanding: 0,
            intake: Intake::default(),
            parts: Vec::new(),
            unsaid: BTreeMap::new(),
            requests: VecDeque::new(),
            events: VecDeque::new(),
            is_over: false,
        })
    }

    /// The next thing to say. It is asked for when the channel has room, so nothing is queued here.
    pub fn poll_message(&mut self) -> Option<Message> {
        if self.is_over {
            return None;
        }
        if let Some(heads) = self.heads.take() {
            return Some(Message::Heads(heads));
        }
        if let Some((log, tip)) = self.unsaid.pop_first() {
            return Some(Message::Stored { log, tip });
        }
        let mut leaving = match self.leaving.take() {
            Some(leaving) => leaving,
            None => {
                let Departure { parts, about } = self.ready.pop_front()?;
                (parts, about)
            }
        };
        let part = leaving.0.next();
        match leaving.0.is_over() {
            true => self.departed.push_back(leaving.1),
            false => self.leaving = Some(leaving),
        }
        part
    }

    /// True if something is to be said.
    pub fn has_message(&self) -> bool {
        let has_entry = self.leaving.is_some() || !self.ready.is_empty();
        !self.is_over && (self.heads.is_some() || !self.unsaid.is_empty() || has_entry)
    }

    /// The next request to the store. What was asked for is done also when the exchange is over, as the ledger
    /// counts on it; whoever cannot do it makes the ledger anew from what is on the disk.
    pub fn poll_request(&mut self) -> Option<Request> {
        self.requests.pop_front()
    }

    /// The next event. At most one of a kind waits for each log, the newest.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// What the other side said. `now` is in milliseconds since 1970-01-01 UTC, here and below.
    pub fn received(&mut self, now: u64, ledger: &mut Ledger, message: Message) {
        self.step(now, ledger, |this, ledger| match message {
            Message::Heads(heads) => this.heads_received(now, ledger, &heads),
            Message::Entry { more, part } => this.part_received(more, &part),
            Message::Stored { log, tip } => this.stored(ledger, log, tip),
        });
    }

    /// So many more of the rows to keep are on the disk for good, in the order in which they were asked for.
    /// What is answered after the end of an exchange goes to [`Ledger::kept`].
    pub fn kept(&mut self, now: u64, ledger: &mut Ledger, rows: usize) {
        ledger.kept(self.intake.kept(rows));
        self.step(now, ledger, |_, _| Ok(()));
    }

    /// What stands where [`Request::LookUp`] asked.
    pub fn looked(&mut self, now: u64, ledger: &mut Ledger, looked: &Looked) {
        self.step(now, ledger, |this, ledger| {
            let requests = &mut this.requests;
            this.intake.looked(now, ledger, looked, requests)
        });
    }

    /// The rows that [`Request::Load`] asked for; none if there are none any more.
    pub fn loaded(&mut self, now: u64, ledger: &mut Ledger, rows: Vec<Row>) {
        self.step(now, ledger, |this, ledger| {
            this.take_loaded(now, ledger, rows)
        });
    }

    /// A row that was written here is on the disk for good. Rows are told of in their order, after
    /// [`Ledger::kept`].
    pub fn written(&mut self, now: u64, ledger: &mut Ledger, row: &Row) {
        self.step(now, ledger, |this, _| {
            this.take_written(row);
            Ok(())
        });
    }

    /// The person agrees that the other side gets back what it has lost.
    pub fn give_back(&mut self, now: u64, ledger: &mut Ledger) {
        self.gives_back = true;
        self.step(now, ledger, |_, _| Ok(()));
    }

    /// The store failed at something. The ledger is made anew from what is on the disk.
    pub fn storage_failed(&mut self) {
        self.end(Fault::Storage);
    }

    /// True if it is over ([`Event::Ended`]).
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Does something, and whatever there is room for by then.
    fn step(
        &mut self,
        now: u64,
        ledger: &mut Ledger,
        act: impl FnOnce(&mut Self, &mut Ledger) -> Result<(), Fault>,
    ) {
        if self.is_over {
            return;
        }
        let marks = ledger.marks();
        let done =
            act(self, ledger).and_then(|()| self.intake.go_on(now, ledger, &mut self.requests));
        while let Some(acknowledged) = self.intake.next() {
            let (log, tip) = (acknowledged.log, acknowledged.tip);
            self.unsaid.insert(log, tip);
            if acknowledged.is_returned() {
                self.tell(Event::Returned {
                    incarnation: log.incarnation,
                    up_to: tip.sequence,
                });
            }
            // Whoever gives something back has it.
            if acknowledged.is_returned() && acknowledged.is_main {
                self.delivered(ledger, log, tip.sequence);
            }
        }
        self.load();
        if ledger.marks() != marks {
            self.requests.push_back(Request::KeepMarks(ledger.marks()));
        }
        if let Err(fault) = done {
            self.end(fault);
        }
    }

    fn end(&mut self, fault: Fault) {
        if !self.is_over {
            self.is_over = true;
            self.tell(Event::Ended(fault));
        }
    }

    /// Tells it, in place of an older word about the same.
    fn tell(&mut self, event: Event) {
        let about = |event: &Event| match event {
            Event::Delivered { incarnation, .. } => (0, Some(*incarnation)),
            Event::Returned { incarnation, .. } => (1, Some(*incarnation)),
            Event::OtherDevice => (2, None),
            Event::PeerLacks => (3, None),
            Event::Ended(_) => (4, None),
        };
        self.events.retain(|told| about(told) != about(&event));
        self.events.push_back(event);
    }

    fn heads_received(
        &mut self,
        now: u64,
        ledger: &mut Ledger,
        heads: &Heads,
    ) -> Result<(), Fault> {
        if std::mem::replace(&mut self.is_peer_known, true) {
            return Err(Fault::OutOfTurn);
        }
        if ledger.heads_received(now, heads).other_device {
            self.tell(Event::OtherDevice);
        }
        for (log, tips) in self.held.clone() {
            let theirs = match log.author {
                Author::Me => &heads.other,
                Author::Peer => &heads.own,
            };
            let theirs = theirs.iter().filter(|(row, _)| *row == log.incarnation);
            let theirs = theirs.map(|(_, tip)| *tip).collect();
            self.compare(ledger, log, &tips, theirs);
        }
        let is_lacking = self.lacking.keys().any(|log| log.author == Author::Peer);
        if is_lacking && !self.gives_back {
            self.tell(Event::PeerLacks);
        }
        Ok(())
    }

    fn compare(&mut self, ledger: &mut Ledger, log: LogId, tips: &[Tip], theirs: Vec<Tip>) {
        if tips.iter().all(|tip| theirs.contains(tip)) {
            if let Some(main) = tips.first() {
                self.delivered(ledger, log, main.sequence);
            }
            return;
        }
        // Where the other side holds more of its own log, it sends that itself.
        let has_all_if_ahead = |until| match log.author {
            Author::Me => ledger.delivered_up_to(log.incarnation) >= until,
            Author::Peer => true,
        };
        if let Some(lacking) = Lacking::find(tips, theirs, has_all_if_ahead) {
            self.lacking.insert(log, lacking);
        }
    }

    fn delivered(&mut self, ledger: &mut Ledger, log: LogId, up_to: u64) {
        let LogId {
            author,
            incarnation,
        } = log;
        if author == Author::Me && ledger.delivered(incarnation, up_to) {
            self.tell(Event::Delivered { incarnation, up_to });
        }
    }

    /// Bytes that may be sent before something is acknowledged.
    fn room(&self) -> usize {
        WINDOW - self.outstanding
    }

    /// Asks the store for what goes next, if there is room for it.
    fn load(&mut self) {
        let gives_back = self.gives_back;
        let next = self.lacking.iter().find(|(log, lacking)| {
            let is_allowed = log.author == Author::Me || gives_back;
            is_allowed && !lacking.is_over()
        });
        if let Some((&log, lacking)) = next
            && self.loading.is_none()
            && self.room() >= MAX_ARRIVAL
            && !self.is_over
        {
            // To see if a claim is true, one entry is enough.
            let at_most = match lacking.has_claim() {
                true => MAX_ARRIVAL,
                false => self.room(),
            };
            let from = lacking.from;
            self.requests
                .push_back(Request::Load { log, from, at_most });
            self.loading = Some(log);
        }
    }

    fn take_loaded(&mut self, now: u64, ledger: &mut Ledger, rows: Vec<Row>) -> Result<(), Fault> {
        let log = self.loading.take().ok_or(Fault::Damaged)?;
        let lacking = self.lacking.get_mut(&log).ok_or(Fault::Damaged)?;
        let bytes: usize = rows.iter().map(Row::length).sum();
        let Some(first) = rows.first() else {
            return match lacking.end_without_rows() {
                true => Ok(()),
                false => Err(Fault::Damaged),
            };
        };
        if !lacking.are_next(log, &rows) || bytes > WINDOW - self.outstanding {
            return Err(Fault::Damaged);
        }
        match lacking.check(first) {
            Claim::None => {}
            Claim::True(claim) => self.delivered(ledger, log, claim.sequence),
            Claim::False => {
                if log.author == Author::Me {
                    ledger.doubt(now, log.incarnation);
                }
                return Ok(());
            }
        }
        for row in rows {
            self.send(&row);
        }
        Ok(())
    }

    /// Sends a row. It counts from now on.
    fn send(&mut self, row: &Row) {
        let log = row.log();
        let departure = row.arrival();
        let about = Departed {
            log,
            tip: row.tip(),
            line: row.line,
            bytes: departure.length(),
        };
        self.outstanding += about.bytes;
        self.ready.push_back(Departure {
            parts: Parts::of(&departure),
            about,
        });
        if let Some(lacking) = self.lacking.get_mut(&log) {
            lacking.sent(row);
        }
    }

    fn take_written(&mut self, row: &Row) {
        let (log, tip) = (row.log(), row.tip());
        let tips = self.held.entry(log).or_default();
        match tips.first_mut() {
            Some(end) => *end = tip,
            None => tips.push(tip),
        }
        let is_single = tips.len() == 1;
        if !self.is_peer_known {
            return;
        }
        // With nothing before it, it goes at once; else the store is asked for it in its turn.
        let is_next = self.loading.is_none()
            && self.room() >= row.length()
            && self
                .lacking
                .iter()
                .all(|(other, lacking)| other.author == Author::Peer || lacking.is_over());
        let lacking = self.lacking.entry(log);
        let lacking = lacking.or_insert_with(|| Lacking::behind(tip, is_single));
        lacking.until = tip.sequence;
        if is_next {
            self.send(row);
        }
    }

    fn part_received(&mut self, more: bool, part: &[u8]) -> Result<(), Fault> {
        if !self.is_peer_known {
            return Err(Fault::OutOfTurn);
        }
        if self.parts.len() + part.len() > MAX_ARRIVAL {
            return Err(Fault::Malformed);
        }
        self.parts.extend_from_slice(part);
        if more {
            return Ok(());
        }
        let whole = std::mem::take(&mut self.parts);
        let arrival = Arrival::parse(whole.into()).map_err(|_| Fault::Malformed)?;
        self.intake.arrived(arrival.at_the_other())
    }

    fn stored(&mut self, ledger: &mut Ledger, log: LogId, tip: Tip) -> Result<(), Fault> {
        let log = LogId {
            author: log.author.at_the_other(),
            ..log
        };
        let is_it = |sent: &Departed| sent.log == log && sent.tip == tip;
        if !self.departed.iter().any(is_it) {
            return Err(Fault::NeverSent);
        }
        let mut is_after = false;
        let mut up_to = 0;
        let mut bytes = 0;
        self.departed.retain(|sent| {
            if sent.log != log || is_after {
                return true;
            }
            is_after = sent.tip == tip;
            bytes += sent.bytes;
            if sent.line == 0 {
                up_to = sent.tip.sequence;
            }
            false
        });
        self.outstanding -= bytes;
        if up_to > 0 {
            self.delivered(ledger, log, up_to);
        }
        Ok(())
    }
}
