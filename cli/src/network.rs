//! This machine's sockets.

use crate::status::Stop;
use handfast_native::certificate::Certificate;
use handfast_native::net::{Endpoint, Reach, Roaming, local_addresses, new_certificate};
use handfast_native::network::usable_addresses;
use handfast_native::pairing::Failure;
use handfast_native::token::{Candidate, Invitation, MAX_CANDIDATES, Policy};
use std::net::{IpAddr, UdpSocket};
use std::time::Duration;
use tokio::sync::watch;

/// How often it is looked whether this machine leaves by another address.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The same while nobody is there yet who would notice: an invitation may wait for days.
const LOOK_IDLY_EVERY: Duration = Duration::from_secs(4);

/// How many of these looks are followed by one at all addresses, which costs many times as much.
const LOOKS: u32 = 20;

/// Which network addresses to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Those that others can reach; this machine's own only where there is no other.
    Network,
    /// Those that others can reach, and this machine's own.
    Both,
    /// Only this machine's own.
    Loopback,
}

/// Bound sockets.
pub(crate) struct Place {
    pub(crate) endpoint: Endpoint,
    /// Which addresses may be sent to from here.
    pub(crate) policy: Policy,
    /// There was no network, so only this machine can be reached.
    pub(crate) alone: bool,
    /// What to do about a network that changes.
    pub(crate) watch: Watch,
}

/// The addresses that were bound, which may not stay.
pub(crate) struct Watch {
    wanted: Wanted,
    known: Vec<IpAddr>,
}

impl Watch {
    /// Tells a pairing and what follows it when this machine moves to another network, loses its
    /// network or has it again, for as long as the program runs.
    pub(crate) fn report_to(self, roaming: Roaming) -> Attention {
        let (attention, is_close) = watch::channel(false);
        // Where only this machine is meant, or nothing else was there, it stays with that.
        if !self.known.iter().all(IpAddr::is_loopback) {
            tokio::spawn(self.report(roaming, is_close));
        }
        Attention(attention)
    }

    async fn report(mut self, roaming: Roaming, is_close: watch::Receiver<bool>) {
        let (mut left_by, mut looks) = (ways_out(), 0_u32);
        loop {
            let every = match *is_close.borrow() {
                true => LOOK_EVERY,
                false => LOOK_IDLY_EVERY,
            };
            tokio::time::sleep(every).await;
            looks += 1;
            let leaves_by = ways_out();
            if leaves_by == left_by && !looks.is_multiple_of(LOOKS) {
                continue;
            }
            left_by = leaves_by;
            let now = match addresses(self.wanted) {
                Ok(now) if now.iter().all(IpAddr::is_loopback) => Vec::new(),
                Ok(now) => now,
                Err(_) => continue,
            };
            if now != self.known {
                roaming.network_changed(now.clone()).await;
                self.known = now;
            }
        }
    }
}

/// How closely the network is watched.
pub(crate) struct Attention(watch::Sender<bool>);

impl Attention {
    /// Somebody is there, or looked for, and would notice: a move is told within a second from now on.
    pub(crate) fn pay(&self) {
        self.0.send_replace(true);
    }
}

/// The addresses by which this machine leaves for anywhere else, of each family. Nothing is sent.
fn ways_out() -> [Option<IpAddr>; 2] {
    // Addresses for documentation: they have a route if anything has.
    let ways = [("0.0.0.0:0", "192.0.2.1:9"), ("[::]:0", "[2001:db8::1]:9")];
    ways.map(|(here, there)| {
        let socket = UdpSocket::bind(here).ok()?;
        socket.connect(there).ok()?;
        Some(socket.local_addr().ok()?.ip())
    })
}

/// Binds a socket on each address that counts.
///
/// # Errors
/// Without an address, or when none can be bound.
pub(crate) fn bind(wanted: Wanted, port: Option<u16>) -> Result<Place, Stop> {
    let known = addresses(wanted)?;
    let endpoint = Endpoint::bind(&known, port).map_err(Failure::from)?;
    Ok(Place {
        endpoint,
        policy: Policy {
            loopback: known.iter().any(IpAddr::is_loopback),
        },
        alone: wanted != Wanted::Loopback && known.iter().all(IpAddr::is_loopback),
        watch: Watch { wanted, known },
    })
}

/// The addresses to bind: this machine's own where they are wanted, or where there is no other.
fn addresses(wanted: Wanted) -> Result<Vec<IpAddr>, Stop> {
    let mut addresses = match wanted {
        Wanted::Loopback => Vec::new(),
        Wanted::Network | Wanted::Both => usable(Reach::Network)?,
    };
    if addresses.is_empty() || wanted != Wanted::Network {
        addresses.truncate(MAX_CANDIDATES - 1);
        // One is enough: every program on this machine reaches it.
        addresses.extend(usable(Reach::Loopback)?.first());
    }
    Ok(addresses)
}

/// The addresses that an invitation can name, best first, as many as fit into one.
fn usable(reach: Reach) -> Result<Vec<IpAddr>, Stop> {
    let addresses = local_addresses(reach).map_err(|_| Failure::NoNetwork)?;
    let policy = Policy {
        loopback: reach == Reach::Loopback,
    };
    Ok(usable_addresses(&addresses, policy))
}

/// A certificate for one invitation, or for one reply: two of one person have nothing in common.
///
/// # Errors
/// When the operating system has no randomness to give.
pub(crate) fn certificate() -> Result<Certificate, Stop> {
    Ok(new_certificate().map_err(Failure::from)?)
}

/// Whether an invitation leads to this machine and nowhere else.
pub(crate) fn is_local(invitation: &Invitation) -> bool {
    !invitation.candidates.is_empty()
        && invitation.candidates.iter().all(|candidate| {
            let address = candidate.ip();
            address.is_some_and(|address| address.ip().is_loopback())
        })
}

/// Whether one of the addresses that were handed out is still one of these sockets.
pub(crate) fn leads_here(handed_out: &[Candidate], endpoint: &Endpoint) -> bool {
    let bound = endpoint.addresses();
    let mut named = handed_out.iter().filter_map(Candidate::ip);
    named.any(|address| bound.contains(&address))
}
