//! The life of an app: it is put aside and comes back, and its network changes under it.
//!
//! A phone may freeze an app that is not on the screen and close its sockets. So a pairing that
//! waits is stopped on a pause and begun again afterwards, with the same invitation and identity and
//! if possible on the same port; the other side notices nothing but the gap.

use super::waiting::{Seat, Waiting};
use super::{Engine, State};
use crate::ffi::Kind;
use crate::invitation::{Candidate, Candidates, MAX_CANDIDATES, Policy, admit};
use crate::pairing::{Failure, own_candidates};
use crate::transport::{Endpoint, Reach, local_addresses};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// How often the sockets of a pairing that was just stopped are asked for again, and how long after
/// one another: a task that is stopped still holds them for a moment.
const BINDS: u32 = 20;
const BIND_EVERY: Duration = Duration::from_millis(50);

impl Engine {
    pub(super) fn pause(&mut self) {
        self.paused = true;
        if let State::Waiting(waiting) = &mut self.state {
            waiting.pairing = None;
        }
    }

    pub(super) async fn resume(&mut self) {
        if std::mem::replace(&mut self.paused, false) {
            self.begin_again().await;
        }
    }

    pub(super) async fn network_changed(&mut self, addresses: Vec<IpAddr>) {
        let before = self.addresses.replace(addresses);
        if self.paused || before == self.addresses {
            return;
        }
        if let State::Waiting(waiting) = &mut self.state {
            waiting.pairing = None;
            self.begin_again().await;
        }
    }

    /// Takes up a pairing that was put aside.
    async fn begin_again(&mut self) {
        let State::Waiting(waiting) = &self.state else {
            return;
        };
        if waiting.pairing.is_some() {
            return;
        }
        match self.sit_down_again(waiting).await {
            Ok((pairing, port)) => {
                let mut reply = None;
                if let State::Waiting(waiting) = &mut self.state {
                    if let Seat::Host { reply: known, .. } = &waiting.seat {
                        reply = known.clone();
                    }
                    waiting.port = port;
                    waiting.pairing = Some(pairing);
                }
                if let Some((reply, via)) = reply {
                    // It was taken before, so it will be again.
                    let _ = self.reply(reply, via).await;
                }
            }
            Err(Kind::NoNetwork) => {
                let screen = waiting.seat.offline(&self.terms.base);
                self.teller.show(screen);
            }
            Err(kind) => self.end(kind),
        }
    }

    async fn sit_down_again(
        &self,
        waiting: &Waiting,
    ) -> Result<(crate::pairing::Pairing, Option<u16>), Kind> {
        let mut bound = self.bind(waiting.port)?;
        if let Seat::Host { invitation, .. } = &waiting.seat {
            for _ in 1..BINDS {
                if is_still_there(&bound, &invitation.candidates) {
                    break;
                }
                drop(bound);
                tokio::time::sleep(BIND_EVERY).await;
                bound = self.bind(waiting.port)?;
            }
            if !is_still_there(&bound, &invitation.candidates) {
                return Err(Kind::Moved);
            }
        }
        let (endpoint, policy) = bound;
        let port = endpoint.addresses().first().map(SocketAddr::port);
        let pairing = waiting
            .seat
            .start(self.terms.identity.clone(), endpoint, policy)?;
        Ok((pairing, port))
    }

    /// Binds a socket on each address that counts.
    pub(super) fn bind(&self, port: Option<u16>) -> Result<(Endpoint, Policy), Failure> {
        let addresses = match &self.addresses {
            Some(addresses) => addresses.clone(),
            None => local_addresses(Reach::Network).map_err(|_| Failure::NoNetwork)?,
        };
        // Only tests hand in a loopback address.
        let loopback = addresses.iter().any(IpAddr::is_loopback);
        let policy = Policy { loopback };
        let usable: Vec<_> = addresses
            .into_iter()
            .filter(|address| {
                // The port is not known yet; any real one stands for it.
                let candidate = Candidate::host(SocketAddr::new(*address, 1));
                !admit([candidate], policy).is_empty()
            })
            .take(MAX_CANDIDATES)
            .collect();
        Ok((Endpoint::bind(&usable, port)?, policy))
    }
}

/// Whether a guest who holds the invitation still finds these sockets.
fn is_still_there((endpoint, policy): &(Endpoint, Policy), named: &Candidates) -> bool {
    own_candidates(endpoint, *policy).is_ok_and(|ours| {
        ours.iter()
            .any(|ours| named.iter().any(|named| named == ours))
    })
}
