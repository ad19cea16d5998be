//! Where this machine is: its addresses, what is found when somebody looks around, and what was guessed
//! to get past strict networks.

use super::task::Happened;
use handfast_device::{Input, Scope, usable};
use handfast_net::{
    AddressChanges, AskRouter, Endpoint, Reach, guessed, guessing, local_addresses, ways_out,
};
use handfast_protocol::network::{NetworkReport, StunServer};
use handfast_token::MAX_CANDIDATES;
use std::net::IpAddr;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// Addresses that come and go together do so within this time.
const TOGETHER: Duration = Duration::from_millis(100);

/// How often it is looked whether this machine leaves by another address.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The same while nobody is talked to.
const LOOK_IDLY_EVERY: Duration = Duration::from_secs(4);

/// How many of these looks are followed by one at all addresses, which costs many times as much. Without a
/// way out each is, and where the system tells of addresses, it is looked then.
const LOOKS: u32 = 20;

/// How the addresses of this machine become known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addresses {
    /// They are looked up, and watched. This machine's own is used where there is no other.
    Watched,
    /// The shell tells them, as phones do: these to begin with, then those of
    /// [`Command::NetworkChanged`](handfast_device::Command::NetworkChanged).
    Told(Vec<IpAddr>),
}

/// The network that this machine is in, as far as it is known.
#[derive(Clone, Debug)]
pub(super) struct Network {
    /// None where they are looked up.
    told: Option<Vec<IpAddr>>,
    router: Option<IpAddr>,
}

impl Network {
    pub(super) fn new(addresses: &Addresses) -> Self {
        Self {
            told: match addresses {
                Addresses::Watched => None,
                Addresses::Told(addresses) => Some(usable(addresses)),
            },
            router: None,
        }
    }

    /// It is another one now.
    pub(super) fn change(&mut self, addresses: Vec<IpAddr>, router: Option<IpAddr>) {
        if self.told.is_some() {
            self.told = Some(addresses);
        }
        self.router = router;
    }

    /// How the router may be asked, if it may.
    pub(super) fn router(&self, is_allowed: bool) -> AskRouter {
        match is_allowed {
            true => AskRouter::Yes(self.router),
            false => AskRouter::No,
        }
    }

    /// The addresses that a session of this scope binds, best first.
    pub(super) fn addresses(&self, scope: Scope) -> Vec<IpAddr> {
        let others = match (scope, &self.told) {
            (Scope::ThisMachine, _) => Vec::new(),
            (Scope::Network | Scope::Both, Some(told)) => told.clone(),
            (Scope::Network | Scope::Both, None) => looked_up(Reach::Network),
        };
        let needs_own = match scope {
            // A shell that tells addresses means those and no other.
            Scope::Network => others.is_empty() && self.told.is_none(),
            Scope::Both | Scope::ThisMachine => true,
        };
        match needs_own {
            true => with_own(others),
            false => others,
        }
    }
}

/// The same with this machine's own. One is enough: every program on this machine reaches it.
pub(super) fn with_own(mut addresses: Vec<IpAddr>) -> Vec<IpAddr> {
    addresses.retain(|address| !address.is_loopback());
    addresses.truncate(MAX_CANDIDATES - 1);
    addresses.extend(looked_up(Reach::Loopback).first());
    addresses
}

fn looked_up(reach: Reach) -> Vec<IpAddr> {
    match local_addresses(reach) {
        Ok(addresses) => usable(&addresses),
        Err(error) => {
            log::warn!("the addresses of this machine are not known: {error}");
            Vec::new()
        }
    }
}

/// Tells when this machine moves to another network, loses its network or has it again. `is_close`:
/// somebody is talked to, who would notice, so it is looked more often.
pub(super) async fn watch_addresses(tell: mpsc::Sender<Happened>, is_close: watch::Receiver<bool>) {
    let (mut known, mut left_by) = (looked_up(Reach::Network), ways_out());
    let changes = AddressChanges::listen();
    let mut looks = 0_u32;
    loop {
        let every = match *is_close.borrow() {
            true => LOOK_EVERY,
            false => LOOK_IDLY_EVERY,
        };
        let is_told = tokio::select! {
            () = tokio::time::sleep(every) => false,
            () = changes.next() => true,
        };
        if is_told {
            tokio::time::sleep(TOGETHER).await;
        }
        looks = looks.wrapping_add(1);
        let leaves_by = ways_out();
        // A cable that leads to one other machine is no way out.
        let has_way_out = leaves_by != [None, None];
        let is_as_before = has_way_out && leaves_by == left_by;
        if is_as_before && !is_told && !looks.is_multiple_of(LOOKS) {
            continue;
        }
        left_by = leaves_by;
        let now = looked_up(Reach::Network);
        if now != known {
            known.clone_from(&now);
            if tell.send(Happened::Moved(now)).await.is_err() {
                return;
            }
        }
    }
}

/// Tells what was guessed, whenever that is more.
pub(super) async fn watch_guesses(tell: mpsc::Sender<Happened>) {
    let mut more = guessing();
    while more.changed().await.is_ok() {
        let all = guessed(crate::unix_seconds());
        if tell.send(Input::Guessed(all).into()).await.is_err() {
            return;
        }
    }
}

/// Looks around from sockets of its own, which are given up at the end.
pub(super) async fn survey(
    network: Network,
    servers: Vec<StunServer>,
    router: bool,
) -> NetworkReport {
    let addresses = network.addresses(Scope::Network);
    // Where nothing but this machine's own address was found there is no network, and nobody to ask.
    if network.told.is_none() && addresses.iter().all(IpAddr::is_loopback) {
        return NetworkReport::default();
    }
    match Endpoint::bind(&addresses, None) {
        Ok(endpoint) => {
            let endpoint = endpoint.with_servers(servers.clone());
            let report = endpoint.survey(network.router(router)).await;
            NetworkReport { servers, ..report }
        }
        Err(error) => {
            log::warn!("nothing is found out about this network: {error}");
            NetworkReport::default()
        }
    }
}
