//! The sockets of a device, and whoever waits or knocks with them: one UDP port for each address, any
//! number of invitations.
//!
//! [`Endpoint`] is a handle to a task, the [`Driver`], that owns the sockets and shares them out. Each
//! invitation has a [`Slot`], which waits for a knock or knocks, serves the link, and leaves nothing
//! behind. While a host waits it holds no session at all; the first knock makes one. If the attempt fails,
//! the host waits again. A guest knocks for as long as it is wanted: an attempt that came to nothing is
//! followed by another.

mod beside;
mod driver;
mod guess;
mod hairpin;
mod newcomer;
mod reflexive;
mod roam;
mod router;
mod seek;
mod wakers;

use crate::boxed::boxed;
use beside::{Beside, Comes, Word};
use driver::{Call, Driver};
pub use roam::Roaming;
use router::{Router, SlotId};
pub use seek::SeekSetup;
use seek::Seeking;
use wakers::{SlotWaker, TaskWaker};

use super::certificate::TunnelCertificate;
use super::error::TransportError;
use super::ice::Path;
use super::knock;
use super::port_guess::PortGuess;
use super::session::{Parties, Session, SessionEvent};
use super::socket::{Socket, Sockets};
use bytes::{Bytes, BytesMut};
use handfast_protocol::link::{Link, LinkEnd, LinkError, LinkPath, LinkState};
use handfast_protocol::network::{ReflexiveReport, StunServer};
use handfast_protocol::pairing::Turn;
use handfast_protocol::reconnect::RendezvousKeys;
use handfast_token::{
    Candidate, Fingerprint, IceCredentials, InvitationKeys, Knocker, Reply, Role,
};
use std::collections::VecDeque;
use std::future::pending;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, watch};

/// How long a host looks for whoever knocked, before it gives the slot to the next guest.
const SEARCH: Duration = Duration::from_secs(12);

/// How long a guest rests before it begins anew.
const REST: Duration = Duration::from_secs(1);

/// How long plain checks have before anything is guessed.
const PLAIN: Duration = Duration::from_millis(1_500);

/// How long an open link may be silent before it counts as lost: a tunnel, a lift, a router that starts
/// again.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// How long a goodbye may take: unacknowledged messages, then the peer's own goodbye.
const FAREWELL: Duration = Duration::from_secs(5);

/// How often the goodbye is repeated, and how many times: it is not acknowledged.
const GOODBYE_EVERY: Duration = Duration::from_millis(40);
const GOODBYES: u32 = 3;

/// How many refusals a second are answered: a flood of copies of a knock must stay cheap.
const REFUSALS_A_SECOND: u32 = 10;

/// Trains of datagrams taken before the session acts on them: many for throughput; one while the
/// peer recovers from loss, because it counts our acknowledgements.
const MANY_DATAGRAMS: usize = 64;
const FEW_DATAGRAMS: usize = 2;

/// What a host needs to wait for its guest.
#[derive(Clone)]
pub struct HostSetup {
    /// The certificate that the invitation names.
    pub certificate: TunnelCertificate,
    /// The keys of the invitation: both sides' credentials follow from them.
    pub keys: InvitationKeys,
}

/// What a guest needs to knock.
pub struct GuestSetup {
    /// This side's certificate; its fingerprint becomes the username fragment.
    pub certificate: TunnelCertificate,
    /// The keys of the invitation.
    pub keys: InvitationKeys,
    /// SHA-256 of the host's certificate.
    pub host: Fingerprint,
    /// Where the host may be; see [`handfast_token::admit`] before trusting a stranger's list.
    pub addresses: Vec<Candidate>,
    /// What the host chose, if it is a browser: it knocks then, and this guest waits for it.
    pub browser: Option<IceCredentials>,
}

/// What happens on the way to a link.
#[derive(Debug)]
pub enum ConnectEvent {
    /// Host: somebody who holds the invitation is here, and may be told more than once. The fingerprint
    /// is the one they claim; the link will prove it.
    Knock(Fingerprint),
    /// Guest, contact: the other side answered, so the way is open.
    Answered,
    /// Guest, contact: the other side went away again before the link was open. The knocking goes on.
    Lapsed,
    /// Guest: whether the host is with somebody else right now. The knocking goes on, and this guest
    /// gets in when the slot is free.
    Taken(bool),
    /// Messages can be exchanged.
    Open(Link),
    /// The sockets are bound elsewhere now, or are seen elsewhere from outside; see
    /// [`Connector::addresses`] and [`Connector::reflexive`].
    Moved,
    /// This attempt came to nothing. A host goes on waiting, a contact goes on looking; a guest is done.
    Failed(TransportError),
}

/// The way to steer an endpoint and to hear from it. Dropping it ends the waiting and knocking; a
/// link that was handed out lives on.
#[derive(Debug)]
pub struct Connector {
    events: mpsc::Receiver<ConnectEvent>,
    commands: mpsc::Sender<Command>,
    addresses: watch::Receiver<Vec<SocketAddr>>,
    reflexive: watch::Receiver<Option<ReflexiveReport>>,
    calls: mpsc::UnboundedSender<Call>,
    servers: Vec<StunServer>,
    external_address: Option<SocketAddr>,
}

#[derive(Debug)]
enum Command {
    Expect(Reply, Turn),
    ExpectNobody,
    Again,
    Reach(Vec<Candidate>, Option<IceCredentials>),
    TryHarder,
    Hours(Vec<RendezvousKeys>),
    Stands,
}

/// The bound sockets of a device, for any number of invitations. It is a handle: clones share the
/// sockets, which are closed when the last of them, and of what it began, is gone.
///
/// Whatever must not be linked to the rest needs an endpoint of its own, on another port.
#[derive(Clone)]
pub struct Endpoint {
    /// The task, until it has something to do. So whoever gives an endpoint up unused closes its sockets
    /// at once.
    unused: Arc<Mutex<Option<Driver>>>,
    calls: mpsc::UnboundedSender<Call>,
    roaming: Roaming,
    addresses: watch::Receiver<Vec<SocketAddr>>,
    reflexive: watch::Receiver<Option<ReflexiveReport>>,
    servers: Vec<StunServer>,
    may_guess: bool,
    external_address: Option<SocketAddr>,
    port: Option<u16>,
    /// Sockets on that port, until something begins with this handle, and where they are bound.
    own: Arc<Mutex<Vec<Socket>>>,
    own_addresses: Vec<SocketAddr>,
}

impl Endpoint {
    /// Binds a socket for each address, on the preferred port where it is free. An endpoint is bound and
    /// used within a tokio runtime.
    ///
    /// # Errors
    /// [`TransportError::NoAddress`] if there are none, [`TransportError::Bind`] if none can be bound.
    pub fn bind(addresses: &[IpAddr], preferred_port: Option<u16>) -> Result<Self, TransportError> {
        let sockets = Sockets::bind(addresses, preferred_port)?;
        let (calls, calls_rx) = mpsc::unbounded_channel();
        let (roaming, moves) = Roaming::channel();
        let (locals, addresses) = watch::channel(sockets.local_addresses());
        let (seen, reflexive) = watch::channel(None);
        let driver = Driver::new(sockets, calls_rx, moves, locals, seen);
        Ok(Self {
            unused: Arc::new(Mutex::new(Some(driver))),
            calls,
            roaming,
            addresses,
            reflexive,
            servers: Vec::new(),
            may_guess: true,
            external_address: None,
            port: None,
            own: Arc::default(),
            own_addresses: Vec::new(),
        })
    }

    /// Where the sockets are bound: this side's candidates.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        instead_of(&self.shared_addresses(), &self.own_addresses)
    }

    /// Where those sockets are bound that everybody uses.
    pub(crate) fn shared_addresses(&self) -> Vec<SocketAddr> {
        self.addresses.borrow().clone()
    }

    /// What begins with this handle is at that port, because a token that was handed out names it: on
    /// sockets of its own, bound now, where the shared ones have another port. Where another program has
    /// that port, it is at the shared one.
    pub fn with_port(mut self, port: u16) -> Self {
        let shared = self.shared_addresses();
        let needed = shared.iter().filter(|socket| socket.port() != port);
        let bound = needed.filter_map(|socket| {
            let own = Socket::bind_at(socket.ip(), port).ok()?;
            Some((SocketAddr::new(socket.ip(), port), own))
        });
        let own;
        (self.own_addresses, own) = bound.unzip();
        self.own = Arc::new(Mutex::new(own));
        self.port = Some(port);
        self
    }

    /// Sets the task going before there is anything to serve, so that whoever tells it of moves is heard,
    /// and several may begin with it at the same time.
    pub fn begin(&self) {
        if let Some(driver) = self.take_unused() {
            tokio::spawn(boxed(driver.run()));
        }
    }

    /// The way to tell the endpoint that this device sleeps or moves.
    pub fn roaming(&self) -> Roaming {
        self.roaming.clone()
    }

    /// Waits for a guest.
    pub fn host(&self, setup: HostSetup) -> Connector {
        let credentials = setup.keys.host_ice();
        self.start(Side::Host(setup, credentials))
    }

    /// Knocks at a host.
    pub fn guest(&self, setup: GuestSetup) -> Connector {
        self.start(Side::Guest(setup))
    }

    /// Looks for somebody who was met before, and listens for them: from the ports that all share. A link
    /// that is open may be followed by another one while the connector is kept; see [`Connector::stands`].
    pub fn seek(&self, setup: SeekSetup) -> Connector {
        self.start(Side::Seek(Box::new(Seeking::new(setup))))
    }

    /// Hands an order to the task, which begins with the first one.
    fn call(&self, call: Call) {
        self.begin();
        // The task lives as long as there is a handle.
        let _ = self.calls.send(call);
    }

    fn take_unused(&self) -> Option<Driver> {
        let unused = self.unused.lock();
        unused.unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The task has nothing to do any more, unless something began meanwhile.
    fn keep_unused(&self, driver: Driver) {
        if driver.is_used() {
            tokio::spawn(boxed(driver.run()));
            return;
        }
        let unused = self.unused.lock();
        *unused.unwrap_or_else(PoisonError::into_inner) = Some(driver);
    }

    fn start(&self, side: Side) -> Connector {
        let (events_tx, events) = mpsc::channel(16);
        let (commands, commands_rx) = mpsc::channel(4);
        let (locals, addresses) = watch::channel(self.addresses());
        let named = match &side {
            Side::Guest(setup) => setup.addresses.clone(),
            Side::Host(..) | Side::Seek(_) => Vec::new(),
        };
        let slot = Slot {
            brought: std::mem::take(&mut *self.own.lock().unwrap_or_else(PoisonError::into_inner)),
            port: self.port,
            may_guess: self.may_guess && !matches!(side, Side::Seek(_)),
            named,
            commands: Some(commands_rx),
            ..Slot::new(side, events_tx, locals, self.reflexive.clone())
        };
        self.call(Call::Serve(Box::new(slot)));
        Connector {
            events,
            commands,
            addresses,
            reflexive: self.reflexive.clone(),
            calls: self.calls.clone(),
            servers: self.servers.clone(),
            external_address: self.external_address,
        }
    }
}

/// The shared sockets, but where there is one of its own for the same address, that.
fn instead_of(shared: &[SocketAddr], own: &[SocketAddr]) -> Vec<SocketAddr> {
    let shared = shared.iter().map(|shared| {
        let own = own.iter().find(|own| own.ip() == shared.ip());
        *own.unwrap_or(shared)
    });
    shared.collect()
}

impl Connector {
    /// What happens next. None when the endpoint has ended.
    pub async fn next(&mut self) -> Option<ConnectEvent> {
        self.events.recv().await
    }

    /// Host: a reply says who the guest is and where; knock there too, in place of whoever was announced
    /// before.
    pub async fn expect(&self, guest: Reply, turn: Turn) {
        let _ = self.commands.send(Command::Expect(guest, turn)).await;
    }

    /// Host: knock at nobody. Whoever knocks is heard all the same.
    pub async fn expect_nobody(&self) {
        let _ = self.commands.send(Command::ExpectNobody).await;
    }

    /// Guest, contact: the other side may be here as well. `browser` is what the host chose, if it is a browser:
    /// where that is news, it has lost what it chose before, and the guest begins anew.
    pub async fn reach(&self, addresses: Vec<Candidate>, browser: Option<IceCredentials>) {
        let reach = Command::Reach(addresses, browser);
        let _ = self.commands.send(reach).await;
    }

    /// Guest: begin anew. A link that is open is given up. Contact: the same, of the link that was opened last;
    /// one that was open before it goes on.
    pub async fn again(&self) {
        let _ = self.commands.send(Command::Again).await;
    }

    /// Contact: listen in these hours from now on, and knock in the first of them. What has been begun in
    /// another hour goes on in it.
    pub async fn hours(&self, hours: Vec<RendezvousKeys>) {
        let _ = self.commands.send(Command::Hours(hours)).await;
    }

    /// Host, contact: the one behind the link that was opened last has proved who they are. A link that was open
    /// before it ends as [`LinkError::Lost`], without a goodbye. Whoever comes from now on gets a link beside
    /// this one, which stays open until that is said of theirs.
    pub async fn stands(&self) {
        let _ = self.commands.send(Command::Stands).await;
    }

    /// The person wants more to be tried to get past a strict network than one token may cause by
    /// itself: as many guesses again, at once. Taken once for each invitation and each reply, and best
    /// when the other side is there.
    pub async fn try_harder(&self) {
        let _ = self.commands.send(Command::TryHarder).await;
    }

    /// Where the sockets are bound, or were when they were closed.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.addresses.borrow().clone()
    }

    /// The way to hear that everything that was begun here has ended.
    pub fn served(&self) -> Served {
        Served(self.addresses.clone())
    }
}

/// What one connector began on the sockets, the link too. It keeps nothing alive.
#[derive(Debug)]
pub struct Served(watch::Receiver<Vec<SocketAddr>>);

impl Served {
    /// Waits until it has ended: its goodbye is said, and its own sockets are closed.
    pub async fn ended(mut self) {
        while self.0.changed().await.is_ok() {}
    }
}

enum Side {
    /// With the credentials that a knock is addressed with.
    Host(HostSetup, IceCredentials),
    Guest(GuestSetup),
    Seek(Box<Seeking>),
}

/// One invitation that is being served, or one contact that is looked for.
struct Slot {
    id: SlotId,
    /// Woken when something came that it waits for.
    waker: Arc<SlotWaker>,
    /// When it has to act, as of the last [`Slot::pump`].
    due: Option<Instant>,
    /// Where its sockets are bound, or were when they were closed.
    locals: watch::Sender<Vec<SocketAddr>>,
    /// What the servers said that were asked.
    seen: watch::Receiver<Option<ReflexiveReport>>,
    /// Those of its sockets that nobody else uses.
    own: Vec<SocketAddr>,
    /// Those that were bound for it before, until the driver has them.
    brought: Vec<Socket>,
    /// It uses no others.
    is_apart: bool,
    /// The port that its token names, if it is another than that of the shared sockets.
    port: Option<u16>,
    /// Whether a way past a strict network may be guessed.
    may_guess: bool,
    /// Since when there is reason for haste.
    hurried: Instant,
    port_guess: Option<PortGuess>,
    /// Where the token that was handed in last says that the peer is.
    named: Vec<Candidate>,
    side: Side,
    events: mpsc::Sender<ConnectEvent>,
    /// Whether whoever is knocked at has answered.
    answered: bool,
    /// Guest: what was told of the slot.
    is_taken: bool,
    /// None once the connector is gone: no more guests then.
    commands: Option<mpsc::Receiver<Command>>,
    session: Option<Session>,
    /// Host: the session of the same guest that comes again, until it has proved who it is.
    newcomer: Option<Session>,
    /// What there is to know of others who come while a link is open.
    beside: Beside,
    link: Option<Serving>,
    /// When the current attempt, silence or farewell has lasted too long.
    deadline: Option<Instant>,
    /// Host: whom a reply announced, and where. Known for as long as somebody waits for them.
    announced: Option<Reply>,
    /// When a guest begins anew, or sockets that could not be bound are tried again.
    again: Option<Instant>,
    /// What its machines send.
    out: VecDeque<(Path, Bytes)>,
    /// The same, known to the router and not yet taken by the sockets; and what no answer is expected to.
    queue: VecDeque<(Path, Bytes)>,
    /// It has to be looked at.
    is_touched: bool,
    /// How many datagrams the session has taken that it has not acted on.
    since_batch: usize,
    goodbye: Option<Goodbye>,
    refusals: (Instant, u32),
}

/// An open link being served.
struct Serving {
    end: LinkEnd,
    /// Messages that the reader above had no room for yet: one while the session lives, and at the
    /// end everything that had arrived.
    held: VecDeque<Bytes>,
    /// Done when there is room again, while something is held and somebody waits for that.
    room: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    /// Done when somebody looks again, or nobody does any more.
    quiet: Option<Pin<Box<dyn Future<Output = watch::Receiver<bool>> + Send>>>,
    /// Whoever is above has dropped its senders: deliver what is left, then say goodbye.
    leaving: bool,
    /// The session is over for this reason; only `held` is still to be delivered.
    ended: Option<LinkError>,
}

impl Serving {
    /// Ready when something came from above that is waited for.
    fn poll_wake(&mut self, context: &mut Context<'_>, can_write: bool) -> Poll<Wake> {
        if self.ended.is_none() && LinkEnd::poll_cut(&mut self.end.cut, context).is_ready() {
            return Poll::Ready(Wake::Cut);
        }
        if let Poll::Ready(is_quiet) = self.poll_quiet(context) {
            return Poll::Ready(Wake::Quiet(is_quiet));
        }
        if self.poll_room(context).is_ready() {
            return Poll::Ready(Wake::Room);
        }
        match can_write && !self.leaving {
            true => self.end.outgoing.poll_recv(context).map(Wake::Outgoing),
            false => Poll::Pending,
        }
    }

    /// Ready when somebody looks at the link again, or nobody does any more.
    fn poll_quiet(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        let changed = self.quiet.get_or_insert_with(|| {
            let mut quiet = self.end.quiet.clone();
            Box::pin(async move {
                match quiet.changed().await {
                    Ok(()) => quiet,
                    // Nobody is left who could say it.
                    Err(_) => pending().await,
                }
            })
        });
        let quiet = ready!(changed.as_mut().poll(context));
        self.quiet = None;
        self.end.quiet = quiet;
        Poll::Ready(*self.end.quiet.borrow_and_update())
    }

    /// Ready when there is room for what is held. No reader counts as room: it will be dropped.
    fn poll_room(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.held.is_empty() {
            self.room = None;
            return Poll::Pending;
        }
        let room = self.room.get_or_insert_with(|| {
            let incoming = self.end.incoming.clone();
            Box::pin(async move { drop(incoming.reserve_owned().await) })
        });
        let polled = room.as_mut().poll(context);
        if polled.is_ready() {
            self.room = None;
        }
        polled
    }
}

/// The last datagrams of a session that has ended.
struct Goodbye {
    datagrams: Vec<(Path, Bytes)>,
    left: u32,
    next: Instant,
}

/// What woke a slot.
enum Wake {
    Command(Option<Command>),
    Outgoing(Option<Bytes>),
    /// Whoever is above wants no goodbye.
    Cut,
    /// Whether nobody looks at either side.
    Quiet(bool),
    Room,
    Found,
}

impl Slot {
    /// A slot that nobody can order about, with nothing to do yet.
    fn new(
        side: Side,
        events: mpsc::Sender<ConnectEvent>,
        locals: watch::Sender<Vec<SocketAddr>>,
        seen: watch::Receiver<Option<ReflexiveReport>>,
    ) -> Self {
        Self {
            id: 0,
            waker: TaskWaker::default().slot(),
            due: None,
            locals,
            seen,
            own: Vec::new(),
            brought: Vec::new(),
            is_apart: false,
            port: None,
            may_guess: false,
            hurried: Instant::now(),
            port_guess: None,
            named: Vec::new(),
            side,
            events,
            commands: None,
            answered: false,
            is_taken: false,
            session: None,
            newcomer: None,
            beside: Beside::default(),
            link: None,
            deadline: None,
            announced: None,
            again: None,
            out: VecDeque::new(),
            queue: VecDeque::new(),
            is_touched: false,
            since_batch: 0,
            goodbye: None,
            refusals: (Instant::now(), 0),
        }
    }

    /// A slot ends when nobody waits for a link and none is open.
    fn is_wanted(&self) -> bool {
        self.link.is_some()
            || self.goodbye.is_some()
            || self.is_wanted_beside()
            || (self.commands.is_some() && !self.events.is_closed())
    }

    /// Nobody waits for a guest any more: the one who is there has been let in.
    fn settle(&mut self) {
        self.commands = None;
        self.newcomer = None;
        if let Some(session) = &mut self.session {
            session.settle();
        }
    }

    /// The fragments by which checks name this side.
    fn local_ufrags(&self) -> Vec<String> {
        match &self.side {
            Side::Host(_, credentials) => vec![credentials.ufrag.clone()],
            Side::Guest(setup) => vec![setup.certificate.fingerprint().to_ufrag()],
            Side::Seek(seeking) => seeking.ufrags(),
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let timers = [
            self.session.as_ref().map(Session::poll_timeout),
            self.newcomer_at(),
            self.deadline,
            self.again,
            self.goodbye.as_ref().map(|goodbye| goodbye.next),
            self.port_guess.as_ref().and_then(PortGuess::poll_timeout),
            self.guesses_at(),
            self.seeks_at(),
        ];
        timers.into_iter().flatten().min()
    }

    /// What it was woken for, if it was.
    fn poll_woken(&mut self) -> Poll<Wake> {
        let waker = self.waker.clone();
        waker.poll(|context| self.poll_wake(context))
    }

    /// Ready when something came that it waits for now. What that is changes only where it is touched.
    fn poll_wake(&mut self, context: &mut Context<'_>) -> Poll<Wake> {
        if let Some(commands) = &mut self.commands
            && let Poll::Ready(command) = commands.poll_recv(context)
        {
            return Poll::Ready(Wake::Command(command));
        }
        if let Some(port_guess) = &self.port_guess
            && port_guess.poll_readable(context).is_ready()
        {
            return Poll::Ready(Wake::Found);
        }
        let can_write = self.session.as_mut().is_some_and(Session::is_writable);
        match &mut self.link {
            Some(link) => link.poll_wake(context, can_write && self.queue.is_empty()),
            None => Poll::Pending,
        }
    }

    fn handle_wake(&mut self, wake: Wake) {
        self.is_touched = true;
        match wake {
            Wake::Command(Some(command)) => self.handle_command(command),
            Wake::Command(None) => self.settle(),
            Wake::Outgoing(message) => self.take_outgoing(message),
            Wake::Cut => self.end_link(LinkError::ClosedHere),
            Wake::Quiet(is_quiet) => {
                if let Some(session) = &mut self.session {
                    session.be_quiet(Instant::now(), is_quiet);
                }
            }
            Wake::Room | Wake::Found => {}
        }
    }

    fn begin_as_guest(&mut self) {
        let Side::Guest(setup) = &self.side else {
            return;
        };
        let parties = Parties {
            role: Role::Guest,
            certificate: setup.certificate.clone(),
            local: setup.keys.guest_ice(setup.certificate.fingerprint()),
            is_controlling: setup.browser.is_none(),
            remote: (setup.browser.clone()).unwrap_or_else(|| setup.keys.host_ice()),
            expected: setup.host,
            cookie: None,
        };
        let peers = setup.addresses.clone();
        self.begin(parties, &peers);
    }

    /// Meets a guest whose reply announced it.
    fn begin_as_announced(&mut self, guest: &Reply) {
        if let Side::Host(setup, _) = &self.side
            && let Some(knocker) = setup.keys.replier(guest)
        {
            self.begin_as_host(knocker, &guest.candidates);
        }
    }

    fn begin_as_host(&mut self, knocker: Knocker, peers: &[Candidate]) {
        if let Some(parties) = self.parties_with(knocker) {
            self.begin(parties, peers);
        }
    }

    fn begin(&mut self, parties: Parties, peers: &[Candidate]) {
        let now = Instant::now();
        self.deadline = (parties.role == Role::Host).then(|| now + SEARCH);
        self.again = None;
        self.answered = false;
        let session = Session::new(now, parties, &self.locals.borrow());
        match session {
            Ok(mut session) => {
                session.add_peers(now, peers);
                self.session = Some(session);
                self.is_touched = true;
            }
            Err(error) => self.fail(error),
        }
    }

    fn handle_command(&mut self, command: Command) {
        match command {
            Command::Expect(guest, turn) => self.expect(guest, turn),
            Command::ExpectNobody => self.expect_nobody(),
            Command::Reach(peers, browser) => self.reach(peers, browser),
            Command::Again => {
                self.give_up(Instant::now());
                self.judge_last(Word::GivenUp);
            }
            Command::TryHarder => self.try_harder(Instant::now()),
            Command::Hours(hours) => self.renew_hours(Instant::now(), hours),
            Command::Stands => self.judge_last(Word::Stands),
        }
    }

    fn expect(&mut self, guest: Reply, turn: Turn) {
        let now = Instant::now();
        self.boost(now);
        self.named = guest.candidates.to_vec();
        self.announced = Some(guest.clone());
        let is_taken = self.is_slot_taken(now);
        match &mut self.session {
            Some(session) if session.expected() == guest.fingerprint => {
                // Already talking: nothing that a reply says is news.
                if !session.is_open() {
                    session.add_peers(now, &guest.candidates);
                }
                return;
            }
            Some(_) if is_taken && turn == Turn::Next => return,
            Some(session) if session.is_open() => {
                self.end_link(LinkError::Lost);
                self.link = None;
            }
            Some(_) | None => {}
        }
        self.begin_as_announced(&guest);
        // Somebody knocks from both sides now, for as long as the person above has patience.
        self.deadline = None;
    }

    fn expect_nobody(&mut self) {
        self.announced = None;
        self.again = None;
        if !self.is_slot_taken(Instant::now()) {
            self.session = None;
            self.deadline = None;
        }
    }

    fn reach(&mut self, peers: Vec<Candidate>, browser: Option<IceCredentials>) {
        let now = Instant::now();
        if let Side::Seek(_) = &self.side {
            return self.reach_contact(now, peers);
        }
        self.boost(now);
        if let Some(session) = self.session.as_mut().filter(|s| !s.is_open()) {
            session.add_peers(now, &peers);
        }
        self.named.clone_from(&peers);
        let Side::Guest(setup) = &mut self.side else {
            return;
        };
        setup.addresses.retain(|known| !peers.contains(known));
        setup.addresses.extend(peers);
        if setup.browser != browser {
            setup.browser = browser;
            self.give_up(now);
            self.again = Some(now);
        }
    }

    fn take_datagram(&mut self, now: Instant, path: Path, datagram: BytesMut) {
        self.is_touched = true;
        match &self.side {
            Side::Host(setup, credentials) => {
                // Data of a running session need not be looked at twice.
                let knocking = datagram.first() == Some(&0);
                let is_with = |knocker: &Knocker| {
                    let session = self.session.as_ref();
                    session.is_some_and(|session| session.is_with(knocker))
                };
                if let Some(knocker) = knocking
                    .then(|| knock::knocker(&datagram, &setup.keys, credentials))
                    .flatten()
                    && !is_with(&knocker)
                    && !self.beside.is_beside()
                {
                    let guest = knocker.fingerprint;
                    let is_same = self.session.as_ref().map(Session::expected) == Some(guest);
                    if !self.is_slot_taken(now) {
                        let _ = self.events.try_send(ConnectEvent::Knock(guest));
                        self.begin_as_host(knocker, &[]);
                    } else if is_same && self.beside.stands() {
                        let knock = Some(datagram.clone());
                        self.beside.come(now, Comes::As(knocker), path, knock);
                        return;
                    } else if !is_same || !self.come_again(now, knocker) {
                        return self.refuse(now, path, &datagram);
                    }
                }
                if self.beside.stands()
                    && let Some(session) = &self.session
                    && session.is_begun_anew(path, &datagram)
                {
                    let (who, greeting) = (session.knocker(), Some(datagram));
                    return self.beside.come(now, Comes::As(who), path, greeting);
                }
            }
            Side::Guest(_) => {}
            Side::Seek(_) => {
                if self.take_as_seeker(now, path, &datagram) {
                    return;
                }
            }
        }
        self.show_newcomer(now, path, &datagram);
        let Some(session) = &mut self.session else {
            return;
        };
        session.handle(now, path, datagram);
        let forgotten = session.take_forgotten();
        self.since_batch += 1;
        let most = match session.wants_small_batches() {
            true => FEW_DATAGRAMS,
            false => MANY_DATAGRAMS,
        };
        if self.since_batch >= most {
            self.since_batch = 0;
            session.after_batch(now);
        }
        if let Some(path) = forgotten {
            self.meet_beside(now, path);
        }
    }

    /// Whether what comes by a path may be for one of its sessions.
    fn is_known(&self, path: Path) -> bool {
        let mut sessions = self.session.iter().chain(&self.newcomer);
        sessions.any(|session| session.is_known(path))
    }

    /// A guest that was announced by its reply and has not been heard holds no slot, and whoever sends
    /// a recorded knock holds none for long. Neither does one that is heard no more before its link is
    /// open: nobody can say a goodbye that counts by then.
    fn is_slot_taken(&self, now: Instant) -> bool {
        let holds =
            |session: &Session| session.is_open() || session.is_here(now) && !session.is_silent();
        self.commands.is_none() || self.session.as_ref().is_some_and(holds)
    }

    fn refuse(&mut self, now: Instant, path: Path, request: &[u8]) {
        let (since, count) = &mut self.refusals;
        if now.saturating_duration_since(*since) > Duration::from_secs(1) {
            (*since, *count) = (now, 0);
        }
        *count += 1;
        if *count <= REFUSALS_A_SECOND
            && let Side::Host(_, credentials) = &self.side
            && let Some(answer) = knock::refusal(request, credentials)
        {
            self.queue.push_back((path, answer.into()));
        }
    }

    fn take_outgoing(&mut self, message: Option<Bytes>) {
        let (Some(session), Some(link)) = (&mut self.session, &mut self.link) else {
            return;
        };
        let now = Instant::now();
        let mut next = message;
        loop {
            let Some(message) = next else {
                link.leaving = true;
                self.deadline = Some(now + FAREWELL);
                return;
            };
            if let Err(error) = session.write(now, &message) {
                log::debug!("a message was not taken: {error}");
            }
            if !session.is_writable() {
                return;
            }
            next = match link.end.outgoing.try_recv() {
                Ok(message) => Some(message),
                Err(mpsc::error::TryRecvError::Empty) => return,
                Err(mpsc::error::TryRecvError::Disconnected) => None,
            };
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if let Some(session) = &mut self.session
            && session.poll_timeout() <= now
        {
            session.handle_timeout(now);
        }
        self.guess(now);
        self.seek(now);
        self.say_goodbye(now);
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            self.deadline = None;
            match &self.link {
                Some(link) if link.leaving => self.end_link(LinkError::ClosedHere),
                Some(_) => self.end_link(LinkError::Lost),
                // The other side went away half-way: a host's slot is free again.
                None => self.lapse(now),
            }
        }
    }

    /// Everything that can move without waiting, moves. What is waited for then may be something else.
    fn pump(&mut self, now: Instant, sockets: &Sockets, router: &mut Router) {
        self.since_batch = 0;
        if let Some(session) = &mut self.session {
            session.after_batch(now);
        }
        self.pump_newcomer(now);
        self.watch(now);
        self.handle_events(now);
        self.deliver();
        self.leave_when_done();
        if let Some(session) = &mut self.session {
            session.flush(now);
            self.out
                .extend(std::iter::from_fn(|| session.poll_transmit()));
            while let Some((path, probe)) = session.poll_probe() {
                router.sent(now, self.id, path, &probe);
                if !sockets.probe(path, &probe) {
                    session.refused(now, probe.len());
                }
            }
        }
        self.renew_router(router);
        self.keep_within_limits();
        for (path, datagram) in self.out.drain(..) {
            router.sent(now, self.id, path, &datagram);
            self.queue.push_back((path, datagram));
        }
        self.due = self.poll_timeout();
        self.waker.note();
    }

    fn handle_events(&mut self, now: Instant) {
        while let Some(event) = self.session.as_mut().and_then(Session::poll_event) {
            match event {
                SessionEvent::Open(observed) => self.open(observed),
                SessionEvent::ClosedByPeer if self.link.is_some() => {
                    let leaving = self.link.as_ref().is_some_and(|link| link.leaving);
                    self.end_link(if leaving {
                        LinkError::ClosedHere
                    } else {
                        LinkError::ClosedByPeer
                    });
                }
                SessionEvent::ClosedByPeer => self.lapse(now),
                SessionEvent::BegunAnew => self.make_way(),
                SessionEvent::Failed(_) if self.link.is_some() => {
                    self.end_link(LinkError::Protocol);
                }
                SessionEvent::Failed(error) => self.fail(error),
            }
        }
    }

    fn open(&mut self, observed: Fingerprint) {
        let Some(session) = &self.session else { return };
        self.deadline = None;
        let (link, end) = Link::new(session.own_fingerprint(), observed);
        tell_path(session, &end);
        self.link = Some(Serving {
            end,
            held: VecDeque::new(),
            room: None,
            quiet: None,
            leaving: false,
            ended: None,
        });
        let _ = self.events.try_send(ConnectEvent::Open(link));
    }

    /// Hands received messages up, as far as there is room. A peer that sends more than is read is
    /// held back by its own window.
    fn deliver(&mut self) {
        let Some(link) = &mut self.link else { return };
        loop {
            if link.held.is_empty()
                && let Some(session) = &mut self.session
            {
                match session.read() {
                    Ok(message) => link.held.extend(message),
                    Err(_) => return self.end_link(LinkError::Protocol),
                }
            }
            let Some(message) = link.held.pop_front() else {
                break;
            };
            match link.end.incoming.try_send(message) {
                Ok(()) => {}
                Err(mpsc::error::TrySendError::Full(message)) => {
                    link.held.push_front(message);
                    return;
                }
                // Nobody reads any more; the other direction may still be wanted.
                Err(mpsc::error::TrySendError::Closed(_)) => {}
            }
        }
        if let Some(why) = link.ended {
            let _ = link.end.state.send(LinkState::Closed(why));
            self.link = None;
        }
    }

    /// Keeps the link's state true.
    fn watch(&mut self, now: Instant) {
        let Some(session) = &mut self.session else {
            return;
        };
        let knocks = !matches!(self.side, Side::Host(..)) || self.announced.is_some();
        if knocks && !self.answered && session.is_answered() {
            self.answered = true;
            let _ = self.events.try_send(match self.side {
                Side::Guest(_) | Side::Seek(_) => ConnectEvent::Answered,
                Side::Host(..) => ConnectEvent::Knock(session.expected()),
            });
        }
        let is_taken = session.is_taken();
        if std::mem::replace(&mut self.is_taken, is_taken) != is_taken {
            let _ = self.events.try_send(ConnectEvent::Taken(is_taken));
        }
        // Whoever has been heard gets the time of an attempt, also where a reply announced them.
        if let Some(ends) = session.attempt_ends() {
            self.deadline = Some(ends);
        }
        if let Some(link) = &mut self.link {
            let state = if session.is_silent() || session.is_stuck(now) {
                LinkState::Interrupted
            } else {
                LinkState::Open
            };
            let changed = link.end.state.send_if_modified(|current| {
                let changed = *current != state;
                *current = state;
                changed
            });
            if changed && !link.leaving {
                self.deadline = (state == LinkState::Interrupted).then(|| now + PATIENCE);
            }
            tell_path(session, &link.end);
        }
    }

    fn leave_when_done(&mut self) {
        if let (Some(session), Some(link)) = (&mut self.session, &self.link)
            && link.leaving
            && session.buffered() == 0
        {
            self.end_link(LinkError::ClosedHere);
        }
    }

    /// Ends the session; the link follows when everything that arrived has been handed up.
    fn end_link(&mut self, why: LinkError) {
        if let (Some(session), Some(link)) = (&mut self.session, &mut self.link) {
            while let Ok(Some(message)) = session.read() {
                link.held.push_back(message);
            }
            link.ended = Some(why);
        }
        self.beside.forget();
        self.seek_after_link(Instant::now(), why == LinkError::ClosedByPeer);
        self.end_session();
        self.deliver();
    }

    fn fail(&mut self, error: TransportError) {
        self.end_session();
        if self.is_heard_above() {
            let _ = self.events.try_send(ConnectEvent::Failed(error));
        }
    }

    /// Closes the session. Its goodbye is sent more than once, because nobody acknowledges it.
    fn end_session(&mut self) {
        self.deadline = None;
        let Some(mut session) = self.session.take() else {
            return;
        };
        let now = Instant::now();
        self.wait_again(now);
        self.seek_again(now);
        session.close(now);
        let mut datagrams = Vec::new();
        while let Some(out) = session.poll_transmit() {
            datagrams.push(out);
        }
        self.goodbye = Some(Goodbye {
            datagrams,
            left: GOODBYES,
            next: now,
        });
        self.say_goodbye(now);
    }

    fn say_goodbye(&mut self, now: Instant) {
        let Some(goodbye) = &mut self.goodbye else {
            return;
        };
        if goodbye.next > now {
            return;
        }
        self.out.extend(goodbye.datagrams.iter().cloned());
        goodbye.left -= 1;
        goodbye.next = now + GOODBYE_EVERY;
        if goodbye.left == 0 {
            self.goodbye = None;
        }
    }
}

/// Says which way the datagrams take, if it is another one now.
fn tell_path(session: &Session, end: &LinkEnd) {
    let path = session.path();
    let path = path.map(|Path { local, peer }| LinkPath { local, peer });
    end.path.send_if_modified(|told| {
        let is_news = *told != path;
        *told = path;
        is_news
    });
}
