//! How an endpoint learns where it is seen from outside: before it is used, or while it waits.
//!
//! Its own sockets ask, since it is their addresses that a router translates; and they keep asking
//! now and then, so that the router keeps the door open for as long as somebody may knock.

use super::{Command, ConnectEvent, Connector, Endpoint, Task};
use crate::ice::Path;
use crate::lookup::lookup;
use crate::reflexive::Reflexive;
use handfast_protocol::network::Outside;
use handfast_protocol::network::StunServer;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

impl Endpoint {
    /// These servers may be asked, once it is needed. Without any, nobody ever is.
    pub fn with_servers(mut self, servers: Vec<StunServer>) -> Self {
        self.servers = servers;
        self
    }

    /// Asks the servers, for at most `patience`, how the sockets are seen from outside. The first
    /// answer counts; a second one is waited for a moment, to compare. What is asked here is kept up
    /// for as long as the endpoint waits for its peer.
    pub async fn look_outside(&mut self, patience: Duration) -> Outside {
        let started = Instant::now();
        let servers = tokio::time::timeout(patience, lookup(&self.servers)).await;
        let servers = servers.unwrap_or_default();
        let mut asking = Reflexive::ask(Instant::now(), &servers, &self.addresses());
        let mut queue = VecDeque::new();
        loop {
            let now = Instant::now();
            asking.handle_timeout(now);
            queue.extend(std::iter::from_fn(|| asking.poll_transmit()));
            self.sockets.send(&mut queue);
            let ends = started + patience;
            if asking.is_settled(now) || now >= ends {
                break;
            }
            let timers = [asking.poll_timeout(), asking.settles(), Some(ends)];
            let wakes = timers.into_iter().flatten().min().unwrap_or(ends);
            let sockets = &self.sockets;
            tokio::select! {
                () = poll_fn(|context| sockets.poll_readable(context)) => {
                    let now = Instant::now();
                    // Nobody has this endpoint's address yet, so nothing else is for us.
                    self.sockets.receive(|path, datagram| {
                        asking.handle(now, path, datagram);
                    });
                }
                () = tokio::time::sleep_until(wakes.into()) => {}
            }
        }
        let outside = asking.outside();
        self.reflexive = Some(asking);
        outside
    }

    /// No way past a strict network is guessed: that takes some hundred sockets or some thousand
    /// datagrams, which is not for every network.
    pub fn without_guessing(mut self) -> Self {
        self.may_guess = false;
        self
    }

    /// A router forwards this address of its own to one of the sockets; see
    /// [`PortMapping`](crate::PortMapping), which has to be held as long.
    pub fn with_door(mut self, external: SocketAddr) -> Self {
        self.door = Some(external);
        self
    }

    /// The address that a router forwards.
    pub fn door(&self) -> Option<SocketAddr> {
        self.door
    }

    /// Whether there is somebody who may be asked.
    pub fn can_look_outside(&self) -> bool {
        !self.servers.is_empty()
    }

    /// What is known from outside. None if nobody was asked.
    pub fn outside(&self) -> Option<Outside> {
        self.reflexive.as_ref().map(Reflexive::outside)
    }
}

impl Connector {
    /// Begins to ask the servers that the endpoint was given, if there are any and they have not been
    /// asked. [`ConnectEvent::Moved`] says when [`Self::outside`] knows more.
    pub fn look_outside(&mut self) {
        let servers = std::mem::take(&mut self.servers);
        if servers.is_empty() {
            return;
        }
        let commands = self.commands.clone();
        tokio::spawn(async move {
            let addresses = lookup(&servers).await;
            let _ = commands.send(Command::LookOutside(addresses)).await;
        });
    }

    /// The same, whatever servers the endpoint was given.
    pub fn look_outside_by(&mut self, servers: Vec<StunServer>) {
        self.servers = servers;
        self.look_outside();
    }

    /// The address that a router forwards.
    pub fn door(&self) -> Option<SocketAddr> {
        self.door
    }

    /// What is known from outside. None if nobody was asked, or nothing is known yet.
    pub fn outside(&self) -> Option<Outside> {
        self.outside.borrow().clone()
    }
}

impl Task {
    pub(super) fn look_outside(&mut self, now: Instant, servers: &[SocketAddr]) {
        if self.commands.is_some() {
            let locals = self.sockets.local_addresses();
            self.reflexive = Some(Reflexive::ask(now, servers, &locals));
        }
    }

    /// The sockets may be others now, or the network behind them.
    pub(super) fn look_again(&mut self, now: Instant, bound: &[SocketAddr]) {
        if let Some(asking) = &mut self.reflexive {
            asking.ask_from(now, bound);
        }
    }

    /// Whether this is the answer of a server.
    pub(super) fn is_seen(&mut self, now: Instant, path: Path, datagram: &[u8]) -> bool {
        self.reflexive
            .as_mut()
            .is_some_and(|asking| asking.handle(now, path, datagram))
    }

    /// Keeps the mappings open while a peer may still come; a link keeps its own path open.
    pub(super) fn keep_seen(&mut self, now: Instant) {
        if self.commands.is_none() {
            self.reflexive = None;
        }
        if let Some(asking) = &mut self.reflexive {
            asking.handle_timeout(now);
        }
    }

    /// Sends what is to be asked, and tells what was learned.
    pub(super) fn tell_seen(&mut self, now: Instant) {
        let Some(asking) = &mut self.reflexive else {
            return;
        };
        self.queue
            .extend(std::iter::from_fn(|| asking.poll_transmit()));
        if !asking.is_settled(now) {
            return;
        }
        let outside = asking.outside();
        if self.seen.borrow().as_ref() != Some(&outside) {
            self.seen.send_replace(Some(outside));
            let _ = self.events.try_send(ConnectEvent::Moved);
            self.hurry(now);
        }
    }

    /// When what was learned can be told.
    pub(super) fn unsettled(&self) -> Option<Instant> {
        let asking = self.reflexive.as_ref()?;
        asking
            .settles()
            .filter(|_| self.seen.borrow().as_ref() != Some(&asking.outside()))
    }
}
