//! The sockets and the link of one session, from [`CarrierCommand::Bind`] to
//! [`CarrierCommand::Release`].
//!
//! A carrier does what it is told in the order in which it is told, and tells what happens in the order in
//! which it happens. When the two have met it hands the link over, behind everything that it has read from
//! it, and stays to tell the sockets how this device moves.

use super::network::Network;
use super::ports::{Move, Ports, Sockets, What};
use super::task::{Generation, Happened};
use crate::GOODBYE;
use bytes::Bytes;
use handfast_device::{
    Bind, CarrierCommand, CarrierEvent, GuestKeys, HostKeys, Place, Scope, SeekKeys, SessionId,
};
use handfast_net::boxed;
use handfast_net::{
    ConnectEvent, Connector, Endpoint, GuestSetup, HostSetup, SeekSetup, Served, TransportError,
    TunnelCertificate, lets_in, new_certificate,
};
use handfast_protocol::link::{Link, LinkCutter, LinkSender};
use handfast_protocol::network::StunServer;
use std::collections::VecDeque;
use std::future::pending;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{timeout, timeout_at};

/// What a carrier is told.
#[derive(Debug)]
pub(super) enum Call {
    Carry(CarrierCommand),
    /// The conversation takes the link: [`Happened::HandedOver`] follows.
    HandOver(u64),
    /// For all sockets.
    Move(Move),
    /// The router is there now, where that is known.
    Network(Network),
}

/// See the module text.
pub(super) struct Carrier {
    session: SessionId,
    generation: Generation,
    calls: mpsc::UnboundedReceiver<Call>,
    /// What was told while something took its time.
    backlog: VecDeque<Call>,
    tell: mpsc::Sender<Happened>,
    network: Network,
    scope: Scope,
    ports: Ports,
    /// The sockets, perhaps with other sessions.
    sockets: Option<Arc<Sockets>>,
    /// A way to use them, until somebody waits on them.
    endpoint: Option<Endpoint>,
    /// Somebody waits on them, until the two have met.
    connector: Option<Connector>,
    served: Option<Served>,
    /// Where the device believes that they are bound.
    told: Vec<SocketAddr>,
    /// This session has asked how they are seen from outside. What others asked is not its business.
    has_asked: bool,
    is_paused: bool,
    is_host: bool,
    /// A contact may come again while the two talk, and is let in beside that.
    is_contact: bool,
    /// Finds out whether the firewall of this machine lets in whoever comes to a host.
    guard: JoinSet<Option<bool>>,
    link: Option<Open>,
    /// Host: the one that was opened beside it, until the guest's handshake stands there.
    beside: Option<Open>,
    /// Host: the guest's handshake stands on the link.
    stands: bool,
    /// The number of the last link.
    last_link: u64,
    /// Ends the last link, whoever holds it.
    cutter: Option<LinkCutter>,
    turn: PortTurn,
}

/// The order in which carriers have a port.
pub(super) struct PortTurn {
    /// Those that were released before this one began, and may still have the port that it wants.
    pub(super) before: Vec<watch::Receiver<()>>,
    /// Dropped once this one has given up its sockets. Nothing is ever sent.
    pub(super) gone: watch::Sender<()>,
}

impl PortTurn {
    /// Waits until those before are gone.
    pub(super) async fn comes(before: Vec<watch::Receiver<()>>) {
        for mut one in before {
            while one.changed().await.is_ok() {}
        }
    }
}

/// A link that the conversation does not have yet.
struct Open {
    number: u64,
    link: Link,
    sender: LinkSender,
    /// What the link had no room for.
    outgoing: VecDeque<Bytes>,
    /// Nothing more comes over it.
    has_ended: bool,
}

/// What wakes a carrier.
enum Wake {
    Call(Option<Call>),
    Connect(Option<ConnectEvent>),
    Link(OnLink),
    Beside(OnLink),
    Guard(Option<bool>),
}

/// What happens on a link.
enum OnLink {
    Received(Bytes),
    Ended,
    Sent,
}

impl Carrier {
    pub(super) fn new(
        (session, generation): (SessionId, Generation),
        calls: mpsc::UnboundedReceiver<Call>,
        tell: mpsc::Sender<Happened>,
        (network, ports): (Network, Ports),
        scope: Scope,
        turn: PortTurn,
    ) -> Self {
        Self {
            session,
            generation,
            calls,
            backlog: VecDeque::new(),
            tell,
            network,
            scope,
            ports,
            sockets: None,
            endpoint: None,
            connector: None,
            served: None,
            told: Vec::new(),
            has_asked: false,
            is_paused: false,
            is_host: false,
            is_contact: false,
            guard: JoinSet::new(),
            link: None,
            beside: None,
            stands: false,
            last_link: 0,
            cutter: None,
            turn,
        }
    }

    /// Carries until it is released.
    pub(super) async fn run(mut self) {
        loop {
            match self.wait().await {
                Wake::Call(Some(call)) => self.obey(call).await,
                Wake::Call(None) => break,
                Wake::Connect(Some(event)) => self.connected(event).await,
                Wake::Connect(None) => {
                    self.connector = None;
                    self.tell(CarrierEvent::Failed(TransportError::Closed))
                        .await;
                }
                Wake::Link(OnLink::Received(message)) => {
                    self.tell(CarrierEvent::Received(message)).await;
                }
                Wake::Link(OnLink::Ended) => {
                    self.stands = false;
                    self.promote();
                    self.tell(CarrierEvent::LinkEnded).await;
                }
                Wake::Beside(OnLink::Received(message)) => {
                    self.tell(CarrierEvent::ReceivedBeside(message)).await;
                }
                Wake::Beside(OnLink::Ended) => {
                    self.beside = None;
                    self.tell(CarrierEvent::BesideEnded).await;
                }
                Wake::Link(OnLink::Sent) | Wake::Beside(OnLink::Sent) => {}
                Wake::Guard(lets_in) => {
                    if let Some(lets_in) = lets_in {
                        self.tell(CarrierEvent::Guarded(!lets_in)).await;
                    }
                }
            }
        }
        self.release().await;
    }

    async fn wait(&mut self) -> Wake {
        if let Some(call) = self.backlog.pop_front() {
            return Wake::Call(Some(call));
        }
        let (calls, connector, guard) = (&mut self.calls, &mut self.connector, &mut self.guard);
        tokio::select! {
            call = calls.recv() => Wake::Call(call),
            event = next(connector) => Wake::Connect(event),
            on = Open::serve(&mut self.link) => Wake::Link(on),
            on = Open::serve(&mut self.beside) => Wake::Beside(on),
            lets_in = done(guard) => Wake::Guard(lets_in),
        }
    }

    async fn tell(&self, event: CarrierEvent) {
        let happened = Happened::Carrier(self.session, self.generation, event);
        // Nobody is there any more once everything is shut down.
        let _ = self.tell.send(happened).await;
    }

    async fn obey(&mut self, call: Call) {
        match call {
            Call::Carry(command) => {
                if let Err(error) = self.carry(command).await {
                    self.tell(CarrierEvent::Failed(error)).await;
                }
            }
            Call::HandOver(number) => self.hand_over(number).await,
            Call::Move(a_move) => self.tell_sockets(a_move).await,
            Call::Network(network) => self.network = network,
        }
    }

    async fn tell_sockets(&mut self, a_move: Move) {
        match a_move.what {
            What::Pause => self.is_paused = true,
            What::Resume => self.is_paused = false,
            What::Addresses(_) if self.scope == Scope::ThisMachine => return,
            What::Addresses(_) | What::Boost => {}
        }
        if let Some(sockets) = &self.sockets {
            sockets.tell(a_move).await;
        }
    }

    async fn carry(&mut self, command: CarrierCommand) -> Result<(), TransportError> {
        match command {
            CarrierCommand::Bind(bind) => self.bind(bind).await?,
            CarrierCommand::ReachOut { servers, router } => {
                self.reach_out(servers, router).await;
            }
            CarrierCommand::LookOutside(servers) => {
                self.has_asked |= !servers.is_empty();
                if let Some(connector) = &mut self.connector {
                    connector.look_outside_by(servers);
                }
            }
            CarrierCommand::Listen(keys) => {
                let HostKeys { certificate, keys } = *keys;
                let certificate = TunnelCertificate::read(&certificate)?;
                let endpoint = self.endpoint.take().ok_or(TransportError::Closed)?;
                let connector = endpoint.host(HostSetup { certificate, keys });
                self.is_host = true;
                self.try_firewall(connector.addresses());
                self.begin(connector).await;
            }
            CarrierCommand::Knock(keys) => {
                let GuestKeys {
                    certificate,
                    keys,
                    host,
                    addresses,
                    browser,
                } = *keys;
                let setup = GuestSetup {
                    certificate: TunnelCertificate::read(&certificate)?,
                    keys,
                    host,
                    addresses,
                    browser: browser.map(|chosen| chosen.credentials()),
                };
                let endpoint = self.endpoint.take().ok_or(TransportError::Closed)?;
                self.begin(endpoint.guest(setup)).await;
            }
            CarrierCommand::Seek(keys) => {
                let SeekKeys {
                    part,
                    hours,
                    addresses,
                } = *keys;
                let setup = SeekSetup {
                    part,
                    hours,
                    addresses,
                    speaks_from: Instant::now(),
                };
                let endpoint = self.endpoint.take().ok_or(TransportError::Closed)?;
                self.is_contact = true;
                self.begin(endpoint.seek(setup)).await;
            }
            CarrierCommand::Hours(hours) => {
                if let Some(connector) = &self.connector {
                    connector.hours(hours).await;
                }
            }
            CarrierCommand::Stands => {
                self.stands = true;
                self.promote();
                if let Some(connector) = &self.connector {
                    connector.stands().await;
                }
            }
            CarrierCommand::Reach(candidates, browser) => {
                if let Some(connector) = &self.connector {
                    let browser = browser.map(|chosen| chosen.credentials());
                    connector.reach(candidates, browser).await;
                }
            }
            CarrierCommand::KnockAgain => {
                self.link = None;
                if let Some(connector) = &self.connector {
                    connector.again().await;
                }
            }
            CarrierCommand::Expect(guest, turn) => {
                if let Some(connector) = &self.connector {
                    connector.expect(guest, turn).await;
                }
            }
            CarrierCommand::ExpectNobody => {
                if let Some(connector) = &self.connector {
                    connector.expect_nobody().await;
                }
            }
            CarrierCommand::Send(message) => {
                if let Some(link) = &mut self.link {
                    link.outgoing.push_back(message);
                    link.send_what_fits();
                }
            }
            CarrierCommand::SendBeside(message) => {
                if let Some(link) = &mut self.beside {
                    link.outgoing.push_back(message);
                    link.send_what_fits();
                }
            }
            CarrierCommand::ShutBeside => self.beside = None,
            CarrierCommand::Shut => {
                self.stands = false;
                if let Some(mut link) = self.link.take() {
                    // Without its senders a link delivers what it has taken, and says goodbye.
                    link.send_what_fits();
                }
            }
            CarrierCommand::Cut => {
                if let Some(cutter) = self.cutter.take() {
                    cutter.cut();
                }
                if let Some(beside) = self.beside.take() {
                    beside.link.cutter().cut();
                }
                self.link = None;
            }
            CarrierCommand::TryHarder => {
                if let Some(connector) = &self.connector {
                    connector.try_harder().await;
                }
            }
            // All sockets are told of the person, and a release is the end of this carrier.
            CarrierCommand::Boost | CarrierCommand::Release => {}
        }
        Ok(())
    }

    async fn bind(&mut self, bind: Bind) -> Result<(), TransportError> {
        // Whoever goes on with something needs the port that was named, which they may have had a moment
        // ago in another session.
        let before = std::mem::take(&mut self.turn.before);
        if bind.port.is_some() && !self.ports.has_port(&bind, &self.network) {
            let turn = timeout(GOODBYE + GOODBYE, PortTurn::comes(before));
            if self.unless_released(turn).await.is_none() {
                return Ok(());
            }
        }
        let certificate = match bind.with_certificate {
            true => Some(new_certificate()?),
            false => None,
        };
        let addresses = self.network.addresses(bind.scope);
        let sockets = self.ports.bind(&bind, &addresses)?;
        sockets.follow(addresses).await;
        let endpoint = sockets.endpoint(bind.port);
        let endpoint = match bind.may_guess {
            true => endpoint,
            false => endpoint.without_guessing(),
        };
        self.told = endpoint.addresses();
        (self.sockets, self.endpoint) = (Some(sockets), Some(endpoint));
        let bound = CarrierEvent::Bound {
            addresses: self.told.clone(),
            certificate,
        };
        self.tell(bound).await;
        Ok(())
    }

    /// Asks servers and router. Whoever is released meanwhile gives the sockets up at once.
    async fn reach_out(&mut self, servers: Vec<StunServer>, router: bool) {
        let (Some(endpoint), Some(sockets)) = (self.endpoint.take(), self.sockets.clone()) else {
            return;
        };
        self.has_asked |= !servers.is_empty();
        let router = self.network.router(router);
        let reaching = sockets.reach_out(endpoint.with_servers(servers), router);
        let Some(reached) = self.unless_released(reaching).await else {
            return;
        };
        let event = CarrierEvent::Reached {
            reflexive: reached.reflexive,
            external: reached.endpoint.external_address(),
            router: reached.router,
        };
        self.endpoint = Some(reached.endpoint);
        self.tell(event).await;
    }

    /// Does what takes its time, and keeps what is told meanwhile; None once this carrier is released.
    async fn unless_released<T>(&mut self, doing: impl Future<Output = T>) -> Option<T> {
        let mut doing = pin!(doing);
        loop {
            tokio::select! {
                done = &mut doing => return Some(done),
                call = self.calls.recv() => match call {
                    Some(call) => self.backlog.push_back(call),
                    None => return None,
                },
            }
        }
    }

    /// Somebody waits on the sockets from now on. They may have moved since they were bound.
    async fn begin(&mut self, connector: Connector) {
        if self.is_paused
            && let Some(sockets) = &self.sockets
        {
            sockets.pause().await;
        }
        let is_moved = connector.addresses() != self.told;
        self.served = Some(connector.served());
        self.connector = Some(connector);
        if is_moved {
            self.connected(ConnectEvent::Moved).await;
        }
    }

    /// Another network may have other rules. A guest is let in, as it sends first.
    fn try_firewall(&mut self, addresses: Vec<SocketAddr>) {
        if self.is_host {
            self.guard.abort_all();
            self.guard
                .spawn(boxed(async move { lets_in(&addresses).await }));
        }
    }

    async fn connected(&mut self, event: ConnectEvent) {
        let event = match event {
            ConnectEvent::Knock(guest) => CarrierEvent::KnockSeen(guest),
            ConnectEvent::Answered => CarrierEvent::Answered,
            ConnectEvent::Lapsed => CarrierEvent::Lapsed,
            ConnectEvent::Taken(is_taken) => CarrierEvent::SlotTaken(is_taken),
            ConnectEvent::Failed(error) => CarrierEvent::Failed(error),
            ConnectEvent::Moved => {
                let Some(connector) = &self.connector else {
                    return;
                };
                let moved = CarrierEvent::Moved(Place {
                    addresses: connector.addresses(),
                    reflexive: connector.reflexive().filter(|_| self.has_asked),
                    external: connector.external_address(),
                    told: None,
                });
                let addresses = connector.addresses();
                self.try_firewall(addresses);
                moved
            }
            ConnectEvent::Open(link) => {
                let (local, remote) = (link.local_fingerprint(), link.remote_fingerprint());
                let path = *link.path().borrow();
                self.last_link += 1;
                let open = Open {
                    number: self.last_link,
                    sender: link.sender(),
                    link,
                    outgoing: VecDeque::new(),
                    has_ended: false,
                };
                let is_beside = self.is_host && self.stands;
                match is_beside {
                    true => self.beside = Some(open),
                    false => self.adopt(open),
                }
                CarrierEvent::LinkOpen {
                    number: self.last_link,
                    is_beside,
                    local,
                    remote,
                    path,
                }
            }
        };
        self.tell(event).await;
    }

    /// This link is the one that counts now.
    fn adopt(&mut self, open: Open) {
        self.cutter = Some(open.link.cutter());
        self.link = Some(open);
    }

    /// The link beside, if there is one, takes the place of the other.
    fn promote(&mut self) {
        if let Some(beside) = self.beside.take() {
            self.adopt(beside);
        }
    }

    /// The conversation gets the link with this number, behind what was read from it here. Nobody but a contact
    /// is let in any more.
    async fn hand_over(&mut self, number: u64) {
        if !self.is_contact {
            self.connector = None;
        }
        self.beside = None;
        let link = match self.link.take_if(|open| open.number == number) {
            Some(mut open) => {
                open.deliver().await;
                Some(open.link)
            }
            None => None,
        };
        let happened = Happened::HandedOver(self.session, self.generation, link);
        let _ = self.tell.send(happened).await;
    }

    /// Gives everything up, a link after what was sent is delivered, and waits for that for a moment.
    async fn release(mut self) {
        if let Some(mut link) = self.link.take() {
            link.send_what_fits();
        }
        (self.connector, self.endpoint) = (None, None);
        // One moment for all of it: a peer that takes nothing holds nobody up twice.
        let until = tokio::time::Instant::now() + GOODBYE;
        if let Some(served) = self.served.take() {
            let _ = timeout_at(until, served.ended()).await;
        }
        let mapping = match self.sockets.take() {
            Some(sockets) => sockets.leave(until).await,
            None => None,
        };
        drop(self.turn.gone);
        if let Some(mapping) = mapping {
            mapping.end().await;
        }
    }
}

impl Open {
    /// The next thing that happens on a link; without one nothing does. May be dropped half-way.
    async fn serve(open: &mut Option<Self>) -> OnLink {
        let Some(open) = open else {
            return pending().await;
        };
        if open.has_ended {
            return pending().await;
        }
        tokio::select! {
            message = open.link.receive() => match message {
                Ok(message) => OnLink::Received(message),
                Err(_) => {
                    open.has_ended = true;
                    OnLink::Ended
                }
            },
            room = open.sender.room(), if !open.outgoing.is_empty() => {
                if let (Ok(room), Some(message)) = (room, open.outgoing.pop_front()) {
                    let _ = room.send(message);
                }
                OnLink::Sent
            }
        }
    }

    fn send_what_fits(&mut self) {
        while !self.outgoing.is_empty()
            && let Some(room) = self.sender.try_room()
        {
            // A link that is gone says so when it is read.
            if let Some(message) = self.outgoing.pop_front() {
                let _ = room.send(message);
            }
        }
    }

    /// Waits a moment until the link has taken everything.
    async fn deliver(&mut self) {
        let delivered = async {
            while let Some(message) = self.outgoing.pop_front() {
                if self.sender.send(message).await.is_err() {
                    return;
                }
            }
        };
        let _ = timeout(GOODBYE, delivered).await;
    }
}

async fn done(guard: &mut JoinSet<Option<bool>>) -> Option<bool> {
    match guard.join_next().await {
        // One that was given up for another has nothing to say.
        Some(tried) => tried.ok().flatten(),
        None => pending().await,
    }
}

async fn next(connector: &mut Option<Connector>) -> Option<ConnectEvent> {
    match connector {
        Some(connector) => connector.next().await,
        None => pending().await,
    }
}
