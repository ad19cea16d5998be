//! The life of an app: it is put aside and comes back, and its network changes under it.
//!
//! A phone may freeze an app that is not on the screen and close its sockets. The endpoints beneath
//! give theirs up and bind them anew; here is only what that means for a screen.

use super::{Engine, State};
use crate::{ErrorKind, HandfastError};
use handfast_native::net::{Endpoint, Reach, local_addresses};
use handfast_native::network::usable_addresses;
use handfast_native::pairing::Failure;
use handfast_native::token::Policy;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// How often, and how long after one another, it is tried whether sockets are given up.
const TRIES: u32 = 50;
const TRY_EVERY: Duration = Duration::from_millis(20);

impl Engine {
    pub(super) async fn pause(&mut self) {
        match &self.state {
            State::Preparing(_) => self.stop_preparing(),
            State::Waiting(waiting) => {
                waiting.pairing.pause().await;
                until_free(&waiting.addresses()).await;
            }
            State::Talking(talk) => talk.roaming().pause().await,
            State::Idle | State::Opened(..) => {}
        }
    }

    pub(super) async fn resume(&mut self) {
        match &self.state {
            State::Preparing(preparing) if preparing.is_stopped() => self.prepare_again().await,
            State::Waiting(waiting) => waiting.pairing.resume().await,
            State::Talking(talk) => talk.roaming().resume().await,
            State::Idle | State::Opened(..) | State::Preparing(_) => {}
        }
    }

    pub(super) async fn network_changed(&mut self, addresses: Vec<IpAddr>) {
        if self.addresses.as_ref() == Some(&addresses) {
            return;
        }
        self.addresses = Some(addresses.clone());
        let (usable, _) = usable(addresses);
        match &mut self.state {
            State::Preparing(preparing) if !preparing.is_stopped() => self.prepare_again().await,
            State::Waiting(waiting) => {
                waiting.is_offline = usable.is_empty();
                waiting.pairing.network_changed(usable).await;
                if let Some(screen) = waiting.screen(&self.terms.base) {
                    self.teller.show(screen);
                }
            }
            State::Talking(talk) => talk.roaming().network_changed(usable).await,
            State::Idle | State::Opened(..) | State::Preparing(_) => {}
        }
    }

    /// The person is here: whatever became slow is quick again.
    pub(super) async fn boost(&self) {
        if let State::Waiting(waiting) = &self.state {
            waiting.pairing.boost().await;
        }
    }

    /// The person wants more to be tried for whoever is waited for.
    pub(super) async fn try_harder(&self) -> Result<(), HandfastError> {
        let State::Waiting(waiting) = &self.state else {
            return Err(ErrorKind::NotNow.into());
        };
        waiting.pairing.try_harder().await;
        Ok(())
    }

    /// Binds a socket on each address that counts, on this port where it can be had. It may do what
    /// the person allows, once it is needed.
    pub(super) async fn bind(
        &self,
        port: Option<u16>,
    ) -> Result<(Endpoint, Policy), HandfastError> {
        let addresses = match &self.addresses {
            Some(addresses) => addresses.clone(),
            None => local_addresses(Reach::Network).map_err(|_| Failure::NoNetwork)?,
        };
        let (usable, policy) = usable(addresses);
        if let Some(port) = port {
            // What was under way before may be about to give them up.
            let sockets = usable.iter().map(|address| SocketAddr::new(*address, port));
            until_free(&sockets.collect::<Vec<_>>()).await;
        }
        let endpoint = Endpoint::bind(&usable, port).map_err(Failure::from)?;
        let chosen = self.preferences().await?;
        let endpoint = endpoint.with_servers(chosen.askable(policy.loopback));
        let endpoint = match chosen.guess {
            true => endpoint,
            false => endpoint.without_guessing(),
        };
        Ok((endpoint, policy))
    }
}

/// The addresses that an invitation can name, best first, as many as fit into one.
fn usable(addresses: Vec<IpAddr>) -> (Vec<IpAddr>, Policy) {
    // Only tests hand in a loopback address.
    let loopback = addresses.iter().any(IpAddr::is_loopback);
    let policy = Policy { loopback };
    (usable_addresses(&addresses, policy), policy)
}

/// Waits until these sockets are given up, which their task does in its own time.
async fn until_free(bound: &[SocketAddr]) {
    for _ in 0..TRIES {
        if bound
            .iter()
            .all(|address| std::net::UdpSocket::bind(address).is_ok())
        {
            return;
        }
        tokio::time::sleep(TRY_EVERY).await;
    }
}
