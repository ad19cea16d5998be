//! Runs a conversation on a real link and a real disk: carries frames, requests and events of the
//! machine to where they belong, and time and network in.

use super::carried::{Carried, Carrying};
use super::files::{Files, Space, free_space};
use bytes::Bytes;
use handfast_net::boxed;
use handfast_protocol::conversation::{
    CompareError, ConversationError, Ending, Event, Finding, Limits, Machine, Terms, Transfer,
};
use handfast_protocol::handshake::{Channel, ShortString, Trust};
use handfast_protocol::link::{
    Link, LinkCutter, LinkError, LinkQuiet, LinkReceiver, LinkRoom, LinkSender, LinkState,
};
use handfast_protocol::log;
use handfast_protocol::reconnect;
use handfast_protocol::transfer::{AHEAD, Decision, FRAME};
use handfast_token::Secret;
use std::collections::VecDeque;
use std::future::pending;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinHandle;

/// Events that may wait for the reader before the conversation does.
const EVENTS: usize = 256;

/// Frames of either direction that are moved before the other direction has its turn.
const TURN: usize = 16;

/// What a conversation may do on this device.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder for files that come in. Made if it is not there.
    pub downloads: PathBuf,
    /// How far the other side is trusted as it begins.
    pub trust: Trust,
    /// What it may cost.
    pub limits: Limits,
    /// What is said goes by the logs that both keep ([`Conversation::send_log`]).
    pub has_log: bool,
    /// How to find out how much room there is: [`free_space`], or what a test puts in its place.
    pub space: Space,
    /// Where files are kept that survive the connection. None where the conversation is not kept.
    pub files: Option<Carrying>,
}

impl Options {
    /// The usual limits, on this device's own disk.
    pub fn new(downloads: impl Into<PathBuf>, trust: Trust) -> Self {
        Self {
            downloads: downloads.into(),
            trust,
            limits: Limits::USUAL,
            has_log: false,
            space: free_space,
            files: None,
        }
    }
}

/// Two people talking. Dropping it hangs up at once; [`Conversation::leave`] delivers first.
#[derive(Debug)]
pub struct Conversation {
    shared: Arc<Shared>,
    driver: JoinHandle<()>,
}

impl Conversation {
    /// Begins to talk over a link whose handshake is done. Must be called inside a tokio runtime.
    ///
    /// Somebody has to read the events: when many wait, the conversation does too. Whoever does not
    /// want them drops the receiver.
    pub fn start(
        link: Link,
        channel: Channel,
        options: Options,
    ) -> (Conversation, mpsc::Receiver<Event>) {
        Self::start_behind(Vec::new(), link, channel, options)
    }

    /// The same where somebody has read the link before: `early` is what came to them and is for the
    /// conversation.
    pub fn start_behind(
        early: Vec<Bytes>,
        link: Link,
        channel: Channel,
        options: Options,
    ) -> (Conversation, mpsc::Receiver<Event>) {
        let Options {
            downloads,
            trust,
            limits,
            has_log,
            space,
            files: carrying,
        } = options;
        let terms = Terms {
            trust,
            limits,
            random: Secret::random().ok(),
            has_log,
        };
        let machine = Machine::new(now(), channel, terms);
        let (carried, machine) = Carried::begin(now(), machine, carrying);
        let shared = Arc::new(Shared {
            machine: Mutex::new(machine),
            told: Notify::new(),
            texts: Gate::default(),
            files: Gate::default(),
        });
        let (events, reader) = mpsc::channel(EVENTS);
        let (mut state, cutter, quiet) = (link.state(), link.cutter(), link.quiet());
        // How it is already is news as well.
        state.mark_changed();
        let (sender, receiver) = link.split();
        let driver = Driver {
            shared: shared.clone(),
            sender: Some(sender),
            receiver: Some(Incoming {
                early: early.into(),
                link: receiver,
            }),
            state,
            cutter,
            quiet,
            files: Files::new(downloads, space),
            carried,
            events,
        };
        let driver = tokio::spawn(boxed(driver.run()));
        (Conversation { shared, driver }, reader)
    }

    /// Sends a text, ahead of any file that is under way. Returns when it is queued.
    ///
    /// # Errors
    /// When it is longer than [`MAX_TEXT`](super::MAX_TEXT) bytes, or the conversation is over.
    pub async fn send_text(&self, text: &str) -> Result<(), ConversationError> {
        let send = || match self.shared.machine().send_text(text) {
            Ok(true) => Some(Ok(())),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        };
        let sent = self.shared.texts.pass(send).await;
        self.shared.told.notify_one();
        sent
    }

    /// Says this about the logs, ahead of any file that is under way. Whoever exchanges them bounds how much
    /// waits.
    pub fn send_log(&self, message: log::Message) {
        self.shared.tell(|machine| machine.send_log(message));
    }

    /// Says this about the contact itself.
    pub fn say_of_contact(&self, message: reconnect::Message) {
        self.shared.tell(|machine| machine.say_of_contact(message));
    }

    /// The other side is trusted so far now, for something that did not happen in the conversation.
    pub fn raise_trust(&self, trust: Trust) {
        self.shared
            .tell(|machine| machine.raise_trust(now(), trust));
    }

    /// Sends a file when those before it are through. How it goes is told by events; a file that
    /// cannot be read fails there.
    ///
    /// # Errors
    /// When the conversation is over.
    pub async fn send_file(&self, path: impl Into<PathBuf>) -> Result<Transfer, ConversationError> {
        let path = path.into();
        let send = || {
            let sent = self.shared.machine().send_file(now(), path.clone());
            sent.transpose()
        };
        let sent = self.shared.files.pass(send).await;
        self.shared.told.notify_one();
        sent
    }

    /// The comparison, for whoever holds the screen.
    pub fn comparison(&self) -> Comparison {
        Comparison(self.shared.clone())
    }

    /// Whether this device is in the background. While both are, the link is checked seldom.
    pub fn set_away(&self, is_away: bool) {
        self.shared.tell(|machine| machine.set_away(now(), is_away));
    }

    /// As much again may come as the limits allow ([`Event::Limited`]).
    pub async fn allow_more(&self) {
        self.shared.tell(|machine| machine.allow_more(now()));
    }

    /// Takes a file that was offered and waits for this.
    pub async fn accept(&self, transfer: Transfer) {
        self.shared.tell(|machine| machine.accept(now(), transfer));
    }

    /// Something was decided about a file that survives the connection ([`Event::File`]).
    pub async fn decide(&self, decision: Decision) {
        self.shared.tell(|machine| machine.decide(now(), decision));
    }

    /// Stops a file of either direction: declines an offer, ends a transfer, takes one out of the queue.
    pub async fn cancel(&self, transfer: Transfer) {
        self.shared.tell(|machine| machine.cancel(now(), transfer));
    }

    /// Declines what waits for an answer here, delivers what was queued, files included, says goodbye
    /// and returns when the link is closed. It takes as long as that takes: cancel files first, or
    /// drop the conversation, to be quicker.
    pub async fn leave(mut self) {
        self.shared.tell(|machine| machine.leave(now()));
        let _ = (&mut self.driver).await;
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        // Does nothing where it is over.
        self.shared.tell(|machine| machine.hang_up(now()));
    }
}

/// The comparison of one conversation, for whoever holds the screen. Nothing here waits.
#[derive(Clone, Debug)]
pub struct Comparison(Arc<Shared>);

impl Comparison {
    /// The person wants to compare: that is an offer, or accepts the other side's
    /// ([`Event::CompareOffered`]). When both want to, [`Event::Comparing`] follows on both sides.
    ///
    /// # Errors
    /// While something is shown, within five seconds of the last comparison, after ten of them, and
    /// at the end.
    pub fn wish(&self) -> Result<(), CompareError> {
        self.0.tell(|machine| machine.wish(now()))
    }

    /// What the person found who saw `seen`; how far the other side is trusted now. A difference ends
    /// the conversation at once ([`Ending::Different`]): nothing that waits is delivered, and no goodbye
    /// is said to whoever is in between.
    ///
    /// # Errors
    /// When something else is shown, or nothing.
    pub fn judge(&self, seen: ShortString, finding: Finding) -> Result<Trust, CompareError> {
        self.0.tell(|machine| machine.judge(now(), seen, finding))
    }

    /// How far the other side is trusted now.
    #[cfg(test)]
    pub(super) fn trust(&self) -> Trust {
        self.0.machine().trust()
    }
}

/// What the person's hands and the driver share.
struct Shared {
    machine: Mutex<Machine>,
    /// Something went in that the driver did not see.
    told: Notify,
    texts: Gate,
    files: Gate,
}

impl Shared {
    /// Held for a moment, never while something is waited for.
    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the machine something, and the driver to look after what comes of it.
    fn tell<T>(&self, what: impl FnOnce(&mut Machine) -> T) -> T {
        let said = what(&mut self.machine());
        self.told.notify_one();
        said
    }

    /// There may be room.
    fn open_gates(&self) {
        self.texts.room.notify_one();
        self.files.room.notify_one();
    }
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shared")
    }
}

/// Where one after the other waits for room, in the order in which they came.
#[derive(Default)]
struct Gate {
    turn: tokio::sync::Mutex<()>,
    /// Keeps one word for whoever has the turn, or has it next.
    room: Notify,
}

impl Gate {
    /// Tries until there is room. May be dropped half-way.
    async fn pass<T>(&self, mut attempt: impl FnMut() -> Option<T>) -> T {
        let _turn = self.turn.lock().await;
        loop {
            if let Some(done) = attempt() {
                return done;
            }
            self.room.notified().await;
        }
    }
}

/// Joins the machine to a link, a disk and a reader of events, until the conversation is over.
struct Driver {
    shared: Arc<Shared>,
    /// None once nothing more is sent.
    sender: Option<LinkSender>,
    /// None once nothing more is read.
    receiver: Option<Incoming>,
    state: watch::Receiver<LinkState>,
    cutter: LinkCutter,
    quiet: LinkQuiet,
    files: Files,
    carried: Carried,
    events: mpsc::Sender<Event>,
}

/// Frames of the other side, in order.
struct Incoming {
    /// Those that came before the link was the conversation's.
    early: VecDeque<Bytes>,
    link: LinkReceiver,
}

impl Incoming {
    /// The next one. May be dropped half-way.
    async fn receive(&mut self) -> Result<Bytes, LinkError> {
        match self.early.pop_front() {
            Some(frame) => Ok(frame),
            None => self.link.receive().await,
        }
    }

    /// The next one, if it is here at this moment.
    fn try_receive(&mut self) -> Option<Bytes> {
        let early = self.early.pop_front();
        early.or_else(|| self.link.try_receive())
    }
}

/// What the driver waits for.
#[derive(Clone, Copy)]
struct Waiting {
    /// Room on the link for a frame.
    to_send: bool,
    /// Little enough on the link for a piece of a file behind it.
    to_add: bool,
    /// A frame of the other side.
    to_read: bool,
    /// Room for an event.
    to_tell: bool,
}

impl Driver {
    async fn run(mut self) {
        // However this ends, nobody waits for it any more.
        let _over = Over(self.shared.clone());
        while let Some(waiting) = self.carry_out() {
            let Self {
                shared,
                sender,
                receiver,
                state,
                files,
                carried,
                events,
                ..
            } = &mut self;
            tokio::select! {
                () = shared.told.notified() => {}
                sent = send(sender, shared), if waiting.to_send => {
                    if sent.is_err() {
                        // Why is said where frames are read.
                        *sender = None;
                    }
                }
                drained = drained(sender), if waiting.to_add => {
                    if drained.is_err() {
                        *sender = None;
                    }
                }
                frame = receive(receiver), if waiting.to_read => {
                    read(frame, receiver, shared);
                }
                Ok(()) = state.changed() => {
                    let state = *state.borrow_and_update();
                    let mut machine = shared.machine();
                    match state {
                        LinkState::Open => machine.link_silent(now(), false),
                        LinkState::Interrupted => machine.link_silent(now(), true),
                        LinkState::Closed(why) => machine.link_closing(now(), why),
                    }
                }
                answer = files.answer() => match answer {
                    Some((id, result)) => {
                        shared.machine().file_answered(now(), id, result);
                    }
                    None => return,
                },
                answer = carried.answer() => match answer {
                    Some((id, result)) => {
                        shared.machine().file_request_answered(now(), id, result);
                    }
                    None => return,
                },
                _ = events.reserve(), if waiting.to_tell => {}
            }
        }
    }

    /// Carries out what the machine wants as far as that can be done at once. What to wait for then;
    /// None at the end.
    fn carry_out(&mut self) -> Option<Waiting> {
        let ending = self.shared.machine().ending();
        let has_just_ended = ending.is_some() && self.receiver.take().is_some();
        // Nobody is owed a word, or it was hung up here. What still waits on the link could keep it open.
        if has_just_ended && matches!(ending, Some(Ending::Different | Ending::Left)) {
            self.cutter.cut();
        }
        for _ in 0..TURN {
            let Some(room) = self.sender.as_ref().and_then(LinkSender::try_room) else {
                break;
            };
            if !send_one(room, &self.shared) {
                break;
            }
        }
        if let Some(sender) = &self.sender {
            send_pieces(sender, &self.shared);
        }
        let is_over = self.tell();
        let mut machine = self.shared.machine();
        while let Some(request) = machine.poll_request() {
            self.files.ask(request);
        }
        self.carried.ask(&mut machine);
        self.quiet.set(machine.is_quiet());
        if machine.has_said_all() {
            self.sender = None;
        }
        let waiting = Waiting {
            to_send: machine.has_frame() && self.sender.is_some(),
            to_add: machine.has_piece() && self.sender.is_some(),
            to_read: machine.wants_frame() && self.receiver.is_some(),
            to_tell: machine.has_event(),
        };
        drop(machine);
        self.shared.open_gates();
        (!is_over).then_some(waiting)
    }

    /// Tells the events for which there is room, and how far files are if there is plenty. Whether the
    /// last event was among them.
    fn tell(&self) -> bool {
        loop {
            // Half of the queue is kept for what must not be left out.
            let has_plenty = self.events.capacity() > EVENTS / 2;
            let room = match self.events.try_reserve() {
                Ok(room) => Some(room),
                Err(TrySendError::Full(())) => return false,
                // Nobody reads.
                Err(TrySendError::Closed(())) => None,
            };
            let mut machine = self.shared.machine();
            let event = match machine.poll_event(now()) {
                None if has_plenty => machine.poll_progress(),
                event => event,
            };
            drop(machine);
            let Some(event) = event else {
                return false;
            };
            let is_last = matches!(event, Event::Ended(_));
            if let Some(room) = room {
                room.send(event);
            }
            if is_last {
                return true;
            }
        }
    }
}

/// Takes the machine down when its driver ends, however that comes: nobody waits for it any more.
struct Over(Arc<Shared>);

impl Drop for Over {
    fn drop(&mut self) {
        self.0.machine().hang_up(now());
        self.0.open_gates();
    }
}

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// Waits for room on the link, and sends the next frame.
async fn send(sender: &Option<LinkSender>, shared: &Shared) -> Result<(), LinkError> {
    match sender {
        Some(sender) => {
            let room = sender.room().await?;
            send_one(room, shared);
            Ok(())
        }
        None => pending().await,
    }
}

/// Sends the next frame. Whether there was one.
fn send_one(room: LinkRoom<'_>, shared: &Shared) -> bool {
    let frame = shared.machine().poll_frame(now());
    frame.is_some_and(|frame| room.send(frame).is_ok())
}

/// Sends pieces of files, as far as what is said next does not wait behind too many.
fn send_pieces(sender: &LinkSender, shared: &Shared) {
    loop {
        let ahead = FRAME * sender.waiting();
        let Some(room) = sender.try_room() else {
            return;
        };
        let piece = shared.machine().poll_piece(now(), ahead);
        if piece.is_none_or(|piece| room.send(piece).is_err()) {
            return;
        }
    }
}

/// Waits until a piece of a file may be sent.
async fn drained(sender: &Option<LinkSender>) -> Result<(), LinkError> {
    match sender {
        Some(sender) => sender.at_most(AHEAD / FRAME - 1).await,
        None => pending().await,
    }
}

async fn receive(receiver: &mut Option<Incoming>) -> Result<Bytes, LinkError> {
    match receiver {
        Some(receiver) => receiver.receive().await,
        None => pending().await,
    }
}

/// Hands in what came over the link, and what came right behind it.
fn read(first: Result<Bytes, LinkError>, receiver: &mut Option<Incoming>, shared: &Shared) {
    let frame = match first {
        Ok(frame) => frame,
        Err(why) => {
            *receiver = None;
            return shared.machine().link_closed(now(), why);
        }
    };
    shared.machine().frame_received(now(), frame);
    for _ in 1..TURN {
        let mut machine = shared.machine();
        let next = receiver.as_mut().filter(|_| machine.wants_frame());
        match next.and_then(Incoming::try_receive) {
            Some(frame) => machine.frame_received(now(), frame),
            None => return,
        }
    }
}
