//! The sockets of a device: sessions that use the same addresses share them, for as long as one of them
//! does. So one port, one mapping of the router and one question to a server serve them all.
//!
//! A session that must not be linked to others has sockets of its own.

use super::network::{Network, with_own};
use handfast_device::{Bind, ReflexiveReport, RouterReport, Scope};
use handfast_net::{AskRouter, Endpoint, PortMapping, Roaming, TransportError};
use std::net::IpAddr;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tokio::sync::{Mutex as AsyncMutex, mpsc};
use tokio::time::{Instant, timeout_at};

/// The endpoints that are shared now.
#[derive(Clone, Debug, Default)]
pub(super) struct Ports(Arc<Mutex<Vec<Weak<Sockets>>>>);

/// Bound sockets, for whoever holds this.
pub(super) struct Sockets {
    endpoint: Endpoint,
    scope: Scope,
    /// Some session with them is for this machine, and stays there when the network is another one.
    is_here: AtomicBool,
    /// The number of the last thing that they were told. Each session tells them what the device wants of
    /// all, and once is enough.
    told: AsyncMutex<u64>,
    /// The port of the router that leads here.
    mapping: AsyncMutex<Option<PortMapping>>,
}

impl std::fmt::Debug for Sockets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sockets(..)")
    }
}

/// What a device wants of all sockets, in the order of its numbers.
#[derive(Clone, Debug)]
pub(super) struct Move {
    /// Dropped once it is done everywhere, by which whoever waits for that hears of it.
    pub(super) done: Option<mpsc::Sender<()>>,
    pub(super) number: u64,
    pub(super) what: What,
}

#[derive(Clone, Debug)]
pub(super) enum What {
    Pause,
    Resume,
    /// The device has these addresses now.
    Addresses(Vec<IpAddr>),
    /// The person is here.
    Boost,
}

/// What came of asking how sockets are reached from other networks.
pub(super) struct Reached {
    pub(super) endpoint: Endpoint,
    pub(super) reflexive: Option<ReflexiveReport>,
    pub(super) router: RouterReport,
}

impl Ports {
    /// Sockets for this on these addresses, bound now or shared with the sessions that have them.
    pub(super) fn bind(
        &self,
        bind: &Bind,
        addresses: &[IpAddr],
    ) -> Result<Arc<Sockets>, TransportError> {
        let mut shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if addresses.is_empty() {
            // Sockets of others may be there, and wait for a network.
            return Err(TransportError::NoAddress);
        }
        let known = shared.iter().filter_map(Weak::upgrade);
        let mut usable = known.filter(|sockets| !bind.is_apart && sockets.serve(bind, addresses));
        if let Some(sockets) = usable.next() {
            sockets
                .is_here
                .fetch_or(bind.scope != Scope::Network, Relaxed);
            return Ok(sockets);
        }
        drop(usable);
        let endpoint = Endpoint::bind(addresses, bind.port)?;
        endpoint.begin();
        let sockets = Arc::new(Sockets {
            endpoint,
            scope: bind.scope,
            is_here: AtomicBool::new(bind.scope != Scope::Network),
            told: AsyncMutex::new(0),
            mapping: AsyncMutex::new(None),
        });
        shared.retain(|sockets| sockets.strong_count() > 0);
        if !bind.is_apart {
            shared.push(Arc::downgrade(&sockets));
        }
        Ok(sockets)
    }

    /// Shared sockets have the port that is to be preferred, so nobody has to give it up first.
    pub(super) fn has_port(&self, bind: &Bind, network: &Network) -> bool {
        let shared = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let addresses = network.addresses(bind.scope);
        let mut known = shared.iter().filter_map(Weak::upgrade);
        let found = known.find(|sockets| !bind.is_apart && sockets.serve(bind, &addresses));
        found.is_some_and(|sockets| {
            let mut bound = sockets.endpoint.addresses().into_iter();
            bound.all(|at| Some(at.port()) == bind.port)
        })
    }
}

impl Sockets {
    /// They are what this wants: of its scope, or on just the same addresses.
    fn serve(&self, bind: &Bind, addresses: &[IpAddr]) -> bool {
        let bound = self.endpoint.addresses();
        let is_bound = |address: &IpAddr| bound.iter().any(|at| at.ip() == *address);
        let is_same = bound.len() == addresses.len() && addresses.iter().all(is_bound);
        self.scope == bind.scope || is_same
    }

    /// A way to use them for one session, which prefers this port.
    pub(super) fn endpoint(&self, port: Option<u16>) -> Endpoint {
        match port {
            Some(port) => self.endpoint.clone().with_port(port),
            None => self.endpoint.clone(),
        }
    }

    /// They may be those of a session that ended before this device moved, of which nobody told them.
    pub(super) async fn follow(&self, addresses: Vec<IpAddr>) {
        let addresses = self.with_own_if_here(addresses);
        let bound = self.endpoint.addresses();
        if !bound.iter().all(|at| addresses.contains(&at.ip())) {
            self.roaming().network_changed(addresses).await;
        }
    }

    fn with_own_if_here(&self, addresses: Vec<IpAddr>) -> Vec<IpAddr> {
        match self.is_here.load(Relaxed) {
            true => with_own(addresses),
            false => addresses,
        }
    }

    /// Tells them this, unless another session has.
    pub(super) async fn tell(&self, a_move: Move) {
        let mut told = self.told.lock().await;
        if a_move.number <= *told {
            return;
        }
        *told = a_move.number;
        let roaming = self.roaming();
        match a_move.what {
            What::Pause => roaming.pause().await,
            What::Resume => roaming.resume().await,
            What::Addresses(addresses) => {
                let addresses = self.with_own_if_here(addresses);
                roaming.network_changed(addresses).await;
            }
            What::Boost => roaming.boost().await,
        }
    }

    fn roaming(&self) -> Roaming {
        self.endpoint.roaming()
    }

    /// Asks servers, and the router for a port unless it has opened one for another session. Dropping the
    /// future gives up what is asked.
    pub(super) async fn reach_out(&self, endpoint: Endpoint, router: AskRouter) -> Reached {
        if router == AskRouter::No {
            let reached = endpoint.reach_out(router).await;
            return Reached {
                endpoint: reached.endpoint,
                reflexive: reached.reflexive,
                router: RouterReport::NotAsked,
            };
        }
        let mut mapping = self.mapping.lock().await;
        let open = mapping.as_ref().and_then(PortMapping::external);
        let router = match open {
            Some(_) => AskRouter::No,
            None => router,
        };
        let reached = endpoint.reach_out(router).await;
        let (endpoint, report) = match (open, reached.port) {
            (Some(external), _) => (
                reached.endpoint.with_external_address(external),
                RouterReport::Opened,
            ),
            (None, Some(Ok(port))) => {
                *mapping = Some(port);
                (reached.endpoint, RouterReport::Opened)
            }
            (None, Some(Err(error))) => (reached.endpoint, RouterReport::Refused(error)),
            (None, None) => (reached.endpoint, RouterReport::NotAsked),
        };
        Reached {
            endpoint,
            reflexive: reached.reflexive,
            router: report,
        }
    }

    /// One session less has them. Whoever was the last waits until they are closed, or until then; the port of
    /// the router is to be ended after that.
    pub(super) async fn leave(self: Arc<Self>, until: Instant) -> Option<PortMapping> {
        let last = Arc::into_inner(self)?;
        let roaming = last.roaming();
        drop(last.endpoint);
        let _ = timeout_at(until, roaming.ended()).await;
        last.mapping.into_inner()
    }

    /// The device sleeps. It may be said again.
    pub(super) async fn pause(&self) {
        self.roaming().pause().await;
    }
}
