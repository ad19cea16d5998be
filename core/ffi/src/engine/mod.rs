//! The one task that holds what is under way, and the desk where orders for it are given.
//!
//! Everything that changes passes through here, one thing after the other; so the listener is told
//! in order, and no lock is held while a shell is called.

mod lifecycle;
mod outside;
mod preparing;
mod talk;
mod waiting;
mod window;

use super::guard::joined;
use super::pending::Waits;
use super::{
    Change, Comparison, DeliveryMode, Entry, ErrorKind, HandfastError, Listener, NetworkReport,
    Protection, Screen,
};
use handfast_native::net::PortMapping;
use handfast_native::pairing::{Identity, Provenance};
use handfast_native::seal::Answers;
use handfast_native::store::{Store, StoreError};
use handfast_native::token::{Invitation, LinkBase, SealedReply};
use preparing::{Preparing, Ready};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use talk::Talk;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use waiting::{Waited, Waiting};

/// Tells whoever gave an order what became of it.
pub(super) type Answer = oneshot::Sender<Result<(), HandfastError>>;

/// What the engine is told to do.
pub(super) enum Order {
    Host(u64, DeliveryMode, Box<Protection>, Answer),
    Open(Box<Invitation>, Provenance, Answer),
    Connect(u64, Answer),
    Reply(Box<SealedReply>, Provenance, Answer),
    OfferReply(Answer),
    Answer(Answers, Answer),
    /// Stop the pairing with this number for good, if it is still the one.
    Cancel(u64),
    /// The same for now.
    PutAside(u64),
    GoOn(u64, Waits, Answer),
    GiveUp(Waits, Answer),
    Say(Saying, Answer),
    /// Stop the file with this number, if it is still under way.
    CancelFile(u64),
    /// So many rows have reached the screen.
    Taken(u32),
    Dismiss,
    Pause(Answer),
    Resume(Answer),
    /// This device's addresses, and that of its router where it is known.
    Network(Vec<IpAddr>, Option<IpAddr>, Answer),
    /// The person is here.
    Hurry,
    TryHarder(Answer),
    Survey(oneshot::Sender<Result<NetworkReport, HandfastError>>),
    Shutdown(Answer),
}

/// What is done in a conversation.
pub(super) enum Saying {
    Text {
        number: u64,
        text: String,
    },
    File {
        number: u64,
        path: PathBuf,
        size: u64,
    },
    Accept(u64),
    Refuse(u64),
    Compare,
    /// What was found by somebody who saw these digits.
    Compared(Vec<String>, Comparison),
    AllowMore,
    /// Only who the person means would have asked that.
    OnlyThey,
    Leave,
}

/// Numbers that this device has not used since it was opened, for handles and rows.
#[derive(Clone, Default)]
pub(super) struct Numbers(Arc<AtomicU64>);

impl Numbers {
    pub(super) fn next(&self) -> u64 {
        self.0.fetch_add(1, Relaxed)
    }
}

/// Where orders are given. Whatever a shell still holds after a shutdown holds a desk, and a desk that is
/// closed holds neither a file nor a part of the runtime.
pub(super) struct Desk {
    orders: mpsc::UnboundedSender<Order>,
    numbers: Numbers,
    tools: Mutex<Option<Tools>>,
    is_closed: Arc<AtomicBool>,
}

/// What work is done with.
#[derive(Clone)]
struct Tools {
    runtime: Handle,
    store: Store,
}

impl Desk {
    pub(super) fn new(runtime: Handle, store: Store) -> (Self, mpsc::UnboundedReceiver<Order>) {
        let (orders, given) = mpsc::unbounded_channel();
        let desk = Self {
            orders,
            numbers: Numbers::default(),
            tools: Mutex::new(Some(Tools { runtime, store })),
            is_closed: Arc::default(),
        };
        (desk, given)
    }

    pub(super) fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// Puts everything away, and has long work stop at its next piece.
    pub(super) fn close(&self) {
        self.is_closed.store(true, Relaxed);
        *self.lock() = None;
    }

    /// Whether it was closed, for work that takes long.
    pub(super) fn is_closed(&self) -> Arc<AtomicBool> {
        self.is_closed.clone()
    }

    fn tools(&self) -> Result<Tools, HandfastError> {
        Ok(self.lock().clone().ok_or(ErrorKind::ShutDown)?)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Tools>> {
        // It is there whole or not at all.
        self.tools.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives an order that needs no answer. After a shutdown nobody takes it.
    pub(super) fn give(&self, order: Order) {
        let _ = self.orders.send(order);
    }

    /// Gives an order and waits for its answer.
    pub(super) async fn ask<T>(
        &self,
        order: impl FnOnce(oneshot::Sender<Result<T, HandfastError>>) -> Order,
    ) -> Result<T, HandfastError> {
        let (answer, answered) = oneshot::channel();
        self.give(order(answer));
        answered
            .await
            .unwrap_or_else(|_| Err(ErrorKind::ShutDown.into()))
    }

    /// Runs what blocks where that is allowed.
    pub(super) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, HandfastError> + Send + 'static,
    ) -> Result<T, HandfastError> {
        let working = self.tools()?.runtime.spawn_blocking(work);
        joined(working.await)
    }

    /// The same for work that tells by itself what came of it.
    pub(super) fn begin(&self, work: impl FnOnce() + Send + 'static) -> Result<(), HandfastError> {
        drop(self.tools()?.runtime.spawn_blocking(work));
        Ok(())
    }

    /// Looks into the store, or changes it.
    pub(super) async fn keeping<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, HandfastError> {
        let store = self.tools()?.store;
        self.blocking(move || Ok(work(&store)?)).await
    }
}

/// What the engine is made of.
pub(super) struct Terms {
    pub(super) identity: Identity,
    pub(super) base: LinkBase,
    pub(super) downloads: PathBuf,
    pub(super) listener: Arc<dyn Listener>,
    pub(super) numbers: Numbers,
    pub(super) store: Store,
}

/// Runs the engine; if it panics, the person is told that it is over.
pub(super) async fn supervise(terms: Terms, orders: mpsc::UnboundedReceiver<Order>) {
    let teller = Teller(terms.listener.clone());
    let engine = Engine {
        teller: teller.clone(),
        terms,
        addresses: None,
        router: None,
        port_mapping: None,
        state: State::Idle,
    };
    let running = tokio::spawn(engine.run(orders));
    if let Err(error) = joined(running.await.map(Ok))
        && error.kind() == ErrorKind::Internal
    {
        teller.show(Screen::ended(ErrorKind::Internal));
    }
}

/// Tells the listener, whatever it does.
#[derive(Clone)]
struct Teller(Arc<dyn Listener>);

impl Teller {
    fn show(&self, screen: Screen) {
        self.tell(Change::Shown { screen });
    }

    fn list(&self, entry: Entry) {
        self.tell(Change::Listed { entry });
    }

    fn tell(&self, change: Change) {
        match catch_unwind(AssertUnwindSafe(|| self.0.changed(change))) {
            Ok(Ok(())) => {}
            Ok(Err(_)) => log::warn!("the listener threw an exception"),
            Err(_) => log::warn!("the listener panicked"),
        }
    }
}

/// The one thing that is under way.
enum State {
    Idle,
    /// An invitation that the person has not agreed to.
    Opened(Box<Invitation>, Provenance),
    /// An invitation of this device that cannot be shown yet.
    Preparing(Box<Preparing>),
    Waiting(Box<Waiting>),
    Talking(Box<Talk>),
}

struct Engine {
    terms: Terms,
    teller: Teller,
    /// As the shell handed them in.
    addresses: Option<Vec<IpAddr>>,
    router: Option<IpAddr>,
    /// A port that the router opened for what is under way.
    port_mapping: Option<PortMapping>,
    state: State,
}

/// What happened by itself.
enum Happened {
    Prepared(Result<Box<Ready>, HandfastError>),
    Pairing(Waited),
    Talk(Option<handfast_native::conversation::Event>),
}

impl Engine {
    async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) {
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Order::Shutdown(answer)) => {
                        self.goodbye().await;
                        let _ = answer.send(Ok(()));
                        return;
                    }
                    Some(order) => self.obey(order).await,
                    None => return self.goodbye().await,
                },
                happened = happening(&mut self.state) => match happened {
                    Happened::Prepared(ready) => self.prepared(ready).await,
                    Happened::Pairing(Waited::Event(event)) => self.paired(event).await,
                    Happened::Pairing(Waited::Stands) => {
                        // What could not be kept is logged, and kept with the next change.
                        let _ = self.copy_standing().await;
                    }
                    Happened::Talk(event) => self.talked(event).await,
                },
            }
        }
    }

    async fn obey(&mut self, order: Order) {
        let (answer, done) = match order {
            Order::Host(number, delivery, protection, answer) => {
                (answer, self.host(number, delivery, &protection).await)
            }
            Order::Open(invitation, provenance, answer) => {
                (answer, self.open(*invitation, provenance).await)
            }
            Order::Connect(number, answer) => (answer, self.connect(number).await),
            Order::GoOn(number, waits, answer) => (answer, self.go_on(number, waits).await),
            Order::GiveUp(waits, answer) => (answer, self.give_up(waits).await),
            Order::Reply(reply, provenance, answer) => {
                (answer, self.reply(*reply, provenance).await)
            }
            Order::OfferReply(answer) => (answer, self.offer_reply().await),
            Order::Answer(answers, answer) => (answer, self.answer(answers).await),
            Order::Say(saying, answer) => (answer, self.say(saying).await),
            Order::Pause(answer) => {
                self.pause().await;
                (answer, Ok(()))
            }
            Order::Resume(answer) => {
                self.resume().await;
                (answer, Ok(()))
            }
            Order::Network(addresses, router, answer) => {
                self.router = router;
                self.network_changed(addresses).await;
                (answer, Ok(()))
            }
            Order::Hurry => return self.boost().await,
            Order::TryHarder(answer) => (answer, self.try_harder().await),
            Order::Survey(answer) => return self.survey(answer).await,
            Order::Cancel(number) => return self.stop(number, false).await,
            Order::PutAside(number) => return self.stop(number, true).await,
            Order::CancelFile(number) => return self.cancel_file(number),
            Order::Taken(rows) => return self.taken(rows),
            Order::Dismiss => return self.dismiss(),
            // The loop itself takes it.
            Order::Shutdown(_) => return,
        };
        // Whoever gave the order may have gone away meanwhile.
        let _ = answer.send(done);
    }

    /// Nothing is under way, so that something may begin.
    fn must_be_free(&self) -> Result<(), HandfastError> {
        match self.state {
            State::Idle | State::Opened(..) => Ok(()),
            State::Preparing(_) | State::Waiting(_) | State::Talking(_) => {
                Err(ErrorKind::Busy.into())
            }
        }
    }

    async fn open(
        &mut self,
        invitation: Invitation,
        provenance: Provenance,
    ) -> Result<(), HandfastError> {
        if self.shown_again(&invitation).await {
            return Ok(());
        }
        self.must_be_free()?;
        let provenance = match &self.state {
            // Whatever is tapped meanwhile, the person agrees to what is on the screen.
            State::Opened(opened, _) if **opened != invitation => {
                return Err(ErrorKind::Busy.into());
            }
            // The same once more; a camera saw it for itself.
            State::Opened(_, before) if *before == Provenance::Camera => Provenance::Camera,
            _ => provenance,
        };
        self.teller
            .show(waiting::opened_screen(&invitation, provenance));
        self.state = State::Opened(Box::new(invitation), provenance);
        Ok(())
    }

    fn dismiss(&mut self) {
        if let State::Idle | State::Opened(..) = self.state {
            self.rest();
        }
    }

    /// Nothing is under way any more, and nobody needs to be told why.
    fn rest(&mut self) {
        self.port_mapping = None;
        self.state = State::Idle;
        self.teller.show(Screen::Idle);
    }

    /// It is over.
    fn end(&mut self, kind: ErrorKind) {
        self.port_mapping = None;
        self.state = State::Idle;
        self.teller.show(Screen::ended(kind));
    }

    async fn goodbye(mut self) {
        match std::mem::replace(&mut self.state, State::Idle) {
            State::Waiting(waiting) => waiting.goodbye().await,
            State::Talking(talk) => talk.goodbye().await,
            State::Idle | State::Opened(..) | State::Preparing(_) => {}
        }
        if let Some(port_mapping) = self.port_mapping.take() {
            port_mapping.end().await;
        }
    }
}

async fn happening(state: &mut State) -> Happened {
    match state {
        State::Preparing(preparing) => Happened::Prepared(preparing.next().await),
        State::Waiting(waiting) => Happened::Pairing(waiting.next().await),
        State::Talking(talk) => Happened::Talk(talk.next().await),
        State::Idle | State::Opened(..) => std::future::pending().await,
    }
}
