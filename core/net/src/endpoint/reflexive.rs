//! How an endpoint learns where it is seen from outside: before it is used, or while it waits.
//!
//! Its own sockets ask, since it is their addresses that a router translates; and they keep asking
//! now and then, so that the router keeps the port open for as long as somebody may knock. They ask once
//! for everybody who shares them.

use super::driver::Driver;
use super::{Call, Connector, Endpoint};
use crate::boxed::boxed;
use crate::lookup::lookup;
use handfast_protocol::network::{ReflexiveReport, StunServer};
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio::time::timeout_at;

/// How long a question that somebody waits for in the background is pursued, if nobody else waits.
const BACKGROUND: Duration = Duration::from_secs(10);

impl Endpoint {
    /// These servers may be asked, once it is needed. Without any, nobody ever is.
    pub fn with_servers(mut self, servers: Vec<StunServer>) -> Self {
        self.servers = servers;
        self
    }

    /// Asks the servers, for at most `patience`, how the sockets are seen from outside. The first
    /// answer counts; a second one is waited for a moment, to compare. What is asked here is kept up
    /// for as long as the endpoint waits for its peer.
    ///
    /// An endpoint that is used for nothing else yet closes its sockets at once if this is given up.
    pub async fn look_outside(&mut self, patience: Duration) -> ReflexiveReport {
        let Some(mut driver) = self.take_unused() else {
            return self.ask_outside(patience).await;
        };
        let (finish, finished) = oneshot::channel::<()>();
        let driving: Pin<Box<dyn Future<Output = Driver> + Send>> = Box::pin(async move {
            tokio::select! {
                () = driver.drive() => {}
                _ = finished => {}
            }
            driver
        });
        // The lock is never contended: it lets threads share what waits for this.
        let mut driving = Mutex::new(driving);
        let mut drive = poll_fn(move |context| {
            let driving = driving.get_mut();
            let driving = driving.unwrap_or_else(PoisonError::into_inner);
            driving.as_mut().poll(context)
        });
        let reflexive = tokio::select! {
            reflexive = self.ask_outside(patience) => reflexive,
            // It cannot end by itself while there is this handle.
            _ = &mut drive => return ReflexiveReport::default(),
        };
        drop(finish);
        self.keep_unused(drive.await);
        reflexive
    }

    async fn ask_outside(&mut self, patience: Duration) -> ReflexiveReport {
        let ends = (Instant::now() + patience).into();
        let servers = timeout_at(ends, lookup(&self.servers)).await;
        let servers = servers.unwrap_or_default();
        let _ = self.calls.send(Call::LookOutside(servers, patience));
        // Told once it is settled, before that or never.
        let _ = timeout_at(ends, self.reflexive.wait_for(Option::is_some)).await;
        let (to, known) = oneshot::channel();
        let _ = self.calls.send(Call::TellOutside(to));
        let known = known.await.ok().flatten();
        known.unwrap_or_default()
    }

    /// No way past a strict network is guessed: that takes some hundred sockets or some thousand
    /// datagrams, which is not for every network.
    pub fn without_guessing(mut self) -> Self {
        self.may_guess = false;
        self
    }

    /// A router forwards this address of its own to one of the sockets; see
    /// [`PortMapping`](crate::PortMapping), which has to be held as long.
    pub fn with_external_address(mut self, external: SocketAddr) -> Self {
        self.external_address = Some(external);
        self
    }

    /// The address that a router forwards.
    pub fn external_address(&self) -> Option<SocketAddr> {
        self.external_address
    }

    /// Whether there is somebody who may be asked.
    pub fn can_look_outside(&self) -> bool {
        !self.servers.is_empty()
    }

    /// What is known from outside. None if nobody was asked, or nobody answered yet.
    pub fn reflexive(&self) -> Option<ReflexiveReport> {
        self.reflexive.borrow().clone()
    }
}

impl Connector {
    /// Begins to ask the servers that the endpoint was given, if there are any and they have not been
    /// asked. [`ConnectEvent::Moved`](super::ConnectEvent::Moved) says when [`Self::reflexive`] knows more.
    pub fn look_outside(&mut self) {
        let servers = std::mem::take(&mut self.servers);
        if servers.is_empty() || self.reflexive.borrow().is_some() {
            return;
        }
        let calls = self.calls.clone();
        tokio::spawn(boxed(async move {
            let addresses = lookup(&servers).await;
            let _ = calls.send(Call::LookOutside(addresses, BACKGROUND));
        }));
    }

    /// The same, whatever servers the endpoint was given.
    pub fn look_outside_by(&mut self, servers: Vec<StunServer>) {
        self.servers = servers;
        self.look_outside();
    }

    /// The address that a router forwards.
    pub fn external_address(&self) -> Option<SocketAddr> {
        self.external_address
    }

    /// What is known from outside. None if nobody was asked, or nothing is known yet.
    pub fn reflexive(&self) -> Option<ReflexiveReport> {
        self.reflexive.borrow().clone()
    }
}
