//! The task that owns the sockets of a device and shares them out: it sorts what arrives, wakes whoever
//! has something to do, and sends for each in turn.
//!
//! Each invitation has a [`Slot`] with machines, deadlines and a queue of its own. What a slot is given in
//! one go has an end, so one that is flooded delays the others by no more than that. The questions to
//! servers outside, and with them the mappings of a router, are asked once for all.

use super::roam::Move;
use super::router::{Router, SlotId};
use super::wakers::TaskWaker;
use super::{Side, Slot, Wake};
use crate::ice::Path;
use crate::port_guess::PortGuess;
use crate::reflexive::Reflexive;
use crate::socket::{Socket, Sockets};
use crate::{ConnectEvent, TransportError};
use bytes::{Bytes, BytesMut};
use handfast_protocol::network::ReflexiveReport;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot, watch};

/// How many batches are taken from the sockets before timers and whoever is above get their turn.
const MOST_BATCHES: usize = 4;

/// A batch of so many datagrams says that more is there.
const LARGE_BATCH: usize = 64;

/// How long after one contact another one is looked for anew, and in what time all of them are.
const APART: Duration = Duration::from_millis(1_200);
const ROUND: Duration = Duration::from_secs(60);

/// What a handle of the endpoint wants.
pub(super) enum Call {
    /// Serve one more invitation.
    Serve(Box<Slot>),
    /// Ask these servers how the sockets are seen from outside, if nobody was asked; somebody waits so
    /// long for it.
    LookOutside(Vec<SocketAddr>, Duration),
    /// Say what is known from outside by now.
    TellOutside(oneshot::Sender<Option<ReflexiveReport>>),
    /// Send these bytes on a path, and say when they come back.
    Echo(Path, [u8; 16], oneshot::Sender<()>),
}

pub(super) struct Driver {
    sockets: Sockets,
    pub(super) router: Router,
    pub(super) slots: Vec<Slot>,
    /// What wakes whoever drives, when a slot is woken.
    pub(super) waker: TaskWaker,
    pub(super) next_id: SlotId,
    /// None once no handle is left.
    calls: Option<mpsc::UnboundedReceiver<Call>>,
    /// None once nobody can tell of moves any more.
    moves: Option<mpsc::Receiver<Move>>,
    /// Where the sockets that all share are bound, or were when they were closed.
    locals: watch::Sender<Vec<SocketAddr>>,
    /// What the servers said that were asked.
    seen: watch::Sender<Option<ReflexiveReport>>,
    /// None if nobody outside was asked.
    reflexive: Option<Reflexive>,
    /// How long somebody waits for what servers say.
    looks_until: Option<Instant>,
    /// What is asked of servers, and other datagrams of nobody in particular.
    questions: VecDeque<(Path, Bytes)>,
    echo: Option<([u8; 16], oneshot::Sender<()>)>,
    is_paused: bool,
    /// Who is first the next time.
    turn: usize,
}

enum Woken {
    Readable,
    Writable,
    Timer,
    Call(Option<Call>),
    Move(Option<Move>),
    Slot(usize, Wake),
}

impl Driver {
    pub(super) fn new(
        sockets: Sockets,
        calls: mpsc::UnboundedReceiver<Call>,
        moves: mpsc::Receiver<Move>,
        locals: watch::Sender<Vec<SocketAddr>>,
        seen: watch::Sender<Option<ReflexiveReport>>,
    ) -> Self {
        Self {
            sockets,
            router: Router::default(),
            slots: Vec::new(),
            waker: TaskWaker::default(),
            next_id: 0,
            calls: Some(calls),
            moves: Some(moves),
            locals,
            seen,
            reflexive: None,
            looks_until: None,
            questions: VecDeque::new(),
            echo: None,
            is_paused: false,
            turn: 0,
        }
    }

    pub(super) async fn run(mut self) {
        self.drive().await;
    }

    /// Goes on until nobody wants anything any more. It may be given up at any moment and begun again.
    pub(super) async fn drive(&mut self) {
        while self.calls.is_some() || !self.slots.is_empty() {
            match self.wait().await {
                Woken::Readable => self.receive(),
                Woken::Writable | Woken::Timer => {}
                Woken::Call(Some(call)) => self.handle_call(call),
                Woken::Call(None) => self.calls = None,
                Woken::Move(change) => self.handle_move(change),
                Woken::Slot(at, Wake::Found) => self.take_found(at),
                Woken::Slot(at, wake) => self.slots[at].handle_wake(wake),
            }
            self.act(Instant::now());
        }
    }

    /// Somebody is served, or could be, as not everything is done that was ordered.
    pub(super) fn is_used(&self) -> bool {
        let calls = self.calls.as_ref();
        !self.slots.is_empty() || calls.is_some_and(|calls| !calls.is_empty())
    }

    async fn wait(&mut self) -> Woken {
        let timers = self.slots.iter().filter_map(|slot| slot.due);
        let timer = timers.chain(self.asks_at()).min();
        let timer = timer.filter(|_| !self.is_paused);
        let is_congested =
            !self.questions.is_empty() || self.slots.iter().any(|slot| !slot.queue.is_empty());
        self.turn += 1;
        let (turn, count) = (self.turn, self.slots.len());
        let (sockets, slots, waker) = (&self.sockets, &mut self.slots, &self.waker);
        let (calls, moves) = (self.calls.as_mut(), self.moves.as_mut());
        let woken = poll_fn(|context| {
            waker.register(context);
            for at in (0..count).map(|at| (at + turn) % count) {
                if let Poll::Ready(wake) = slots[at].poll_woken() {
                    return Poll::Ready(Woken::Slot(at, wake));
                }
            }
            Poll::Pending
        });
        tokio::select! {
            () = poll_fn(|context| sockets.poll_readable(context)) => Woken::Readable,
            () = poll_fn(|context| sockets.poll_writable(context)), if is_congested => Woken::Writable,
            () = sleep_until(timer) => Woken::Timer,
            call = next_unbounded_or_never(calls) => Woken::Call(call),
            change = next_or_never(moves) => Woken::Move(change),
            woken = woken => woken,
        }
    }

    fn handle_call(&mut self, call: Call) {
        match call {
            Call::Serve(slot) => self.serve(*slot),
            Call::LookOutside(servers, patience) => {
                let now = Instant::now();
                self.looks_until = self.looks_until.max(Some(now + patience));
                let is_asked = |asking: &Reflexive| asking.report().asked > 0;
                if !self.reflexive.as_ref().is_some_and(is_asked) {
                    let locals = self.sockets.local_addresses();
                    self.reflexive = Some(Reflexive::ask(now, &servers, &locals));
                }
            }
            Call::TellOutside(to) => {
                let known = self.reflexive.as_ref().map(Reflexive::report);
                if known.is_some() {
                    self.publish(Instant::now(), known.clone());
                }
                let _ = to.send(known);
            }
            Call::Echo(path, word, to) => {
                self.echo = Some((word, to));
                let datagram = Bytes::copy_from_slice(&word);
                self.questions.push_back((path, datagram));
            }
        }
    }

    /// Gives an invitation its slot, with sockets of its own beside the shared ones where it needs them.
    fn serve(&mut self, mut slot: Slot) {
        let now = Instant::now();
        slot.id = self.next_id;
        slot.waker = self.waker.slot();
        self.next_id += 1;
        self.router.listen(slot.id, &slot.local_ufrags());
        let shared = self.locals.borrow().clone();
        for socket in std::mem::take(&mut slot.brought) {
            slot.own.push(self.sockets.adopt(socket));
        }
        // What comes from an address that a session has is that session's, so a guest that knocks there
        // for another one, or at this device itself, does it from somewhere else. A host stays where its
        // invitation says.
        if let Side::Guest(setup) = &slot.side
            && let mut peers = setup.addresses.iter().filter_map(|peer| peer.ip())
            && peers.any(|peer| self.router.is_known(peer) || shared.contains(&peer))
        {
            for address in &shared {
                if let Ok(socket) = Socket::bind(address.ip()) {
                    slot.own.push(self.sockets.adopt(socket));
                }
            }
            slot.is_apart = !slot.own.is_empty();
        }
        slot.move_to(slot.bound(&shared));
        if let Side::Guest(_) = slot.side {
            slot.begin_as_guest();
        }
        slot.boost(now);
        slot.is_touched = true;
        self.slots.push(slot);
    }

    fn receive(&mut self) {
        for _ in 0..MOST_BATCHES {
            let now = Instant::now();
            let mut total = 0;
            let Self {
                sockets,
                router,
                slots,
                reflexive,
                echo,
                ..
            } = self;
            let any = sockets.receive(|path, datagram| {
                total += 1;
                if let Some(asking) = reflexive
                    && asking.handle(now, path, datagram)
                {
                    return;
                }
                if let Some((_, to)) = echo.take_if(|(word, _)| datagram == *word) {
                    let _ = to.send(());
                }
                let mut at = 0;
                while let Some(id) = router.route(path, datagram).get(at).copied() {
                    at += 1;
                    let Some(slot) = slots.iter_mut().find(|slot| slot.id == id) else {
                        continue;
                    };
                    slot.take_datagram(now, path, BytesMut::from(datagram));
                    if matches!(datagram.first(), Some(0..=3)) && slot.is_known(path) {
                        router.learn(id, path);
                    }
                }
            });
            if !any {
                break;
            }
            self.act(now);
            // Anything less can wait for the next wake-up.
            if total < LARGE_BATCH {
                break;
            }
        }
    }

    /// Everything that can move without waiting, moves.
    fn act(&mut self, now: Instant) {
        if !self.is_paused {
            self.ask_servers(now);
            let is_due = |slot: &Slot| slot.again.is_some_and(|again| again <= now);
            if self.slots.iter().any(is_due) {
                self.go_on(now, is_due, false);
            }
            for slot in &mut self.slots {
                if slot.due.is_some_and(|at| at <= now) {
                    slot.handle_timeout(now);
                    slot.is_touched = true;
                }
            }
        }
        self.tell_seen(now);
        self.seat_newcomers(now);
        self.pump(now);
        if self.judge_newcomers(now) {
            self.pump(now);
        }
        self.send();
        self.dismiss();
    }

    fn pump(&mut self, now: Instant) {
        for slot in &mut self.slots {
            if std::mem::take(&mut slot.is_touched) {
                slot.pump(now, &self.sockets, &mut self.router);
            }
        }
    }

    /// Sends for each in turn.
    fn send(&mut self) {
        self.sockets.send(&mut self.questions);
        let count = self.slots.len();
        for at in (0..count).map(|at| (at + self.turn) % count) {
            let slot = &mut self.slots[at];
            if !slot.queue.is_empty() {
                self.sockets.send(&mut slot.queue);
                // Whoever has something to say waits until all of it has left.
                slot.waker.note();
            }
        }
    }

    /// Lets those go whom nobody wants any more.
    fn dismiss(&mut self) {
        let Self {
            slots,
            sockets,
            router,
            ..
        } = self;
        slots.retain_mut(|slot| {
            if slot.is_wanted() {
                return true;
            }
            // Given up half-way: the other side need not wait for its time limit.
            slot.end_session();
            slot.queue.append(&mut slot.out);
            sockets.send(&mut slot.queue);
            router.remove(slot.id);
            sockets.give_up(&slot.own);
            false
        });
    }

    pub(super) fn pause(&mut self) {
        self.is_paused = true;
        self.sockets.close();
        self.questions.clear();
        for slot in &mut self.slots {
            slot.port_guess = None;
            slot.queue.clear();
        }
    }

    pub(super) fn resume(&mut self) {
        self.is_paused = false;
        // Sockets that were not closed may be dead all the same after a suspension.
        self.sockets.close();
        self.go_on(Instant::now(), |_| true, true);
    }

    fn network_changed(&mut self, addresses: Vec<IpAddr>) {
        self.sockets.set_addresses(addresses);
        for slot in &mut self.slots {
            slot.port_guess = None;
        }
        if !self.is_paused {
            self.go_on(Instant::now(), |_| true, true);
        }
    }

    fn handle_move(&mut self, change: Option<Move>) {
        match change {
            Some(Move::Pause(closed)) => {
                self.pause();
                let _ = closed.send(());
            }
            Some(Move::Resume) => self.resume(),
            Some(Move::NetworkChanged(addresses)) => self.network_changed(addresses),
            Some(Move::Boost) if self.is_paused => {}
            Some(Move::Boost) => self.go_on(Instant::now(), |slot| slot.link.is_none(), true),
            None => {
                self.moves = None;
                // Nobody is left to wake it.
                if self.is_paused {
                    self.resume();
                }
            }
        }
    }

    /// Binds what is to be bound, and lets these go on from there.
    fn go_on(&mut self, now: Instant, whom: impl Fn(&Slot) -> bool, asks_again: bool) {
        // A network that comes back needs a moment until its addresses can be used.
        let is_early = matches!(self.sockets.rebind(), Err(TransportError::Bind(_)));
        for slot in &mut self.slots {
            slot.bind_own(&mut self.sockets);
        }
        let bound = self.sockets.local_addresses();
        let is_own = |local: &&SocketAddr| self.slots.iter().any(|slot| slot.own.contains(local));
        let shared: Vec<SocketAddr> = bound.iter().filter(|l| !is_own(l)).copied().collect();
        let is_elsewhere = !shared.is_empty() && *self.locals.borrow() != shared;
        if is_elsewhere {
            self.locals.send_replace(shared.clone());
        }
        // The sockets may be others now, or the network behind them.
        if let Some(asking) = &mut self.reflexive
            && (asks_again || is_elsewhere)
        {
            asking.ask_from(now, &bound);
        }
        // Those who look for many contacts do not knock at all of them at once.
        let seeking = self.slots.iter().filter(|slot| slot.seeks()).count();
        let apart = APART.min(ROUND / u32::try_from(seeking.max(1)).unwrap_or(u32::MAX));
        let mut delay = Duration::ZERO;
        for slot in &mut self.slots {
            if is_elsewhere || whom(slot) {
                let bound = slot.bound(&shared);
                slot.go_on(now, bound, is_early, delay);
                delay += if slot.seeks() { apart } else { Duration::ZERO };
            }
        }
    }

    /// Takes the socket that the peer of this slot has found among the many.
    fn take_found(&mut self, at: usize) {
        let slot = &mut self.slots[at];
        let Some((socket, peer, datagram)) = slot.port_guess.as_mut().and_then(PortGuess::found)
        else {
            return;
        };
        let local = self.sockets.adopt(socket);
        slot.own.push(local);
        slot.take_found(Path { local, peer }, datagram);
    }

    /// Whether it matters what servers see: somebody may still come, or waits for what they say.
    fn is_looking(&self, now: Instant) -> bool {
        let waits = |slot: &Slot| slot.commands.is_some() && !matches!(slot.side, Side::Seek(_));
        self.slots.iter().any(waits) || self.looks_until.is_some_and(|until| now < until)
    }

    /// When servers are asked again, or what was learned can be told.
    fn asks_at(&self) -> Option<Instant> {
        let asking = self.reflexive.as_ref()?;
        let is_news = || *self.seen.borrow() != Some(asking.report());
        let settles = asking.settles().filter(|_| is_news());
        let next = asking.poll_timeout();
        let is_looking = self.is_looking(Instant::now());
        next.into_iter().chain(settles).min().filter(|_| is_looking)
    }

    /// Keeps the mappings open while a peer may still come; a link keeps its own path open.
    fn ask_servers(&mut self, now: Instant) {
        let is_looking = self.is_looking(now);
        if let Some(asking) = self.reflexive.as_mut().filter(|_| is_looking) {
            asking.handle_timeout(now);
            self.questions
                .extend(std::iter::from_fn(|| asking.poll_transmit()));
        }
    }

    fn tell_seen(&mut self, now: Instant) {
        let is_looking = self.is_looking(now);
        if let Some(asking) = self.reflexive.as_ref().filter(|_| is_looking)
            && asking.is_settled(now)
        {
            let known = Some(asking.report());
            self.publish(now, known);
        }
    }

    /// Tells everybody, if it is news.
    fn publish(&mut self, now: Instant, known: Option<ReflexiveReport>) {
        if *self.seen.borrow() == known {
            return;
        }
        self.seen.send_replace(known);
        for slot in &mut self.slots {
            let _ = slot.events.try_send(ConnectEvent::Moved);
            slot.boost(now);
            slot.is_touched = true;
        }
    }
}

async fn next_unbounded_or_never(
    calls: Option<&mut mpsc::UnboundedReceiver<Call>>,
) -> Option<Call> {
    match calls {
        Some(calls) => calls.recv().await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}

async fn next_or_never<T>(receiver: Option<&mut mpsc::Receiver<T>>) -> Option<T> {
    match receiver {
        Some(receiver) => receiver.recv().await,
        None => std::future::pending().await,
    }
}
