//! What becomes of a slot when its sockets, its network or its peer go away and come back.
//!
//! Nothing that was agreed on is lost with a socket: certificate, credentials, slot and tunnel live
//! in the session, which searches for a path anew from whatever sockets there are.

use super::{REST, Side, Slot, instead_of};
use crate::socket::{Socket, Sockets};
use crate::{ConnectEvent, TransportError};
use handfast_protocol::link::{LinkError, LinkState};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};

/// Tells an endpoint that this device sleeps, wakes or moves. It keeps nothing alive.
#[derive(Clone, Debug)]
pub struct Roaming {
    moves: mpsc::Sender<Move>,
}

#[derive(Debug)]
pub(super) enum Move {
    /// Who waits until the sockets are closed.
    Pause(oneshot::Sender<()>),
    Resume,
    NetworkChanged(Vec<IpAddr>),
    Boost,
}

impl Roaming {
    pub(super) fn channel() -> (Self, mpsc::Receiver<Move>) {
        let (moves, receiver) = mpsc::channel(4);
        (Self { moves }, receiver)
    }

    /// This device is about to be suspended: closes the sockets before the system does. Everything
    /// else stays as it is, and an open link waits, as long as its other end has patience. Returns when
    /// they are closed.
    pub async fn pause(&self) {
        let (closed, are_closed) = oneshot::channel();
        let _ = self.moves.send(Move::Pause(closed)).await;
        // An endpoint that has ended has none.
        let _ = are_closed.await;
    }

    /// This device is back: binds the sockets again, on the same ports where these can be had, and
    /// goes on, quickly as at the beginning.
    pub async fn resume(&self) {
        let _ = self.moves.send(Move::Resume).await;
    }

    /// The person is here again: whatever became slow while nobody answered is quick for a while.
    pub async fn boost(&self) {
        let _ = self.moves.send(Move::Boost).await;
    }

    /// Waits until the endpoint has ended and its sockets are closed, as after its connector and its link
    /// are gone.
    pub async fn ended(&self) {
        self.moves.closed().await;
    }

    /// This device has these addresses now. Sockets of addresses that stay are kept; a path is
    /// searched anew from all of them. Without any, the endpoint waits for the next change.
    pub async fn network_changed(&self, addresses: Vec<IpAddr>) {
        let _ = self.moves.send(Move::NetworkChanged(addresses)).await;
    }
}

impl Slot {
    /// Where its sockets are, given those that all share.
    pub(super) fn bound(&self, shared: &[SocketAddr]) -> Vec<SocketAddr> {
        if self.is_apart {
            return self.own.clone();
        }
        let is_named = |own: &SocketAddr| Some(own.port()) == self.port;
        let (named, others): (Vec<_>, Vec<_>) = self.own.iter().partition(|own| is_named(own));
        let mut bound = instead_of(shared, &named);
        bound.extend(others);
        bound
    }

    /// Binds those sockets again that are its own and were closed.
    pub(super) fn bind_own(&mut self, sockets: &mut Sockets) {
        let bound = sockets.local_addresses();
        let mut again = |local: SocketAddr| {
            if bound.contains(&local) {
                return Some(local);
            }
            let socket = Socket::bind_at(local.ip(), local.port());
            let socket = socket.or_else(|_| Socket::bind(local.ip()));
            Some(sockets.adopt(socket.ok()?))
        };
        self.own = self.own.iter().filter_map(|local| again(*local)).collect();
        self.is_apart &= !self.own.is_empty();
    }

    /// Its sockets are bound there now.
    pub(super) fn move_to(&mut self, bound: Vec<SocketAddr>) {
        let is_elsewhere = !bound.is_empty() && *self.locals.borrow() != bound;
        if is_elsewhere {
            self.locals.send_replace(bound);
            let _ = self.events.try_send(ConnectEvent::Moved);
        }
    }

    /// Goes on from where its sockets are bound now, quickly, or knocks if there was nothing yet.
    /// Whoever looks for a contact begins to knock after this delay.
    pub(super) fn go_on(
        &mut self,
        now: Instant,
        bound: Vec<SocketAddr>,
        is_early: bool,
        delay: Duration,
    ) {
        self.is_touched = true;
        self.again = is_early.then(|| now + REST);
        self.boost(now);
        self.move_to(bound.clone());
        if self.seeks() {
            return self.seek_from(now + delay);
        }
        if let Some(newcomer) = &mut self.newcomer {
            newcomer.restart_ice(now, &bound);
        }
        match &mut self.session {
            Some(session) => session.restart_ice(now, &bound),
            None if self.link.is_none() && self.commands.is_some() => self.begin_as_expected(),
            None => {}
        }
    }

    /// A guest knocks, and a host at the guest that was announced to it.
    fn begin_as_expected(&mut self) {
        match (&self.side, self.announced.clone()) {
            (Side::Guest(_), _) => self.begin_as_guest(),
            (Side::Host(..), Some(guest)) => {
                self.begin_as_announced(&guest);
                self.deadline = None;
            }
            (Side::Host(..), None) | (Side::Seek(_), _) => {}
        }
    }

    /// A session is over. A host that expects a guest knocks there again, after a rest.
    pub(super) fn wait_again(&mut self, now: Instant) {
        if self.announced.is_some() && self.commands.is_some() {
            self.again = Some(now + REST);
        }
    }

    /// Nothing comes of this attempt. A guest begins anew after a rest. A host says no goodbye: for
    /// the guest the link may be open already, and that would be a refusal.
    pub(super) fn lapse(&mut self, now: Instant) {
        match self.side {
            Side::Host(..) => {
                self.session = None;
                self.deadline = None;
                self.wait_again(now);
                if self.is_heard_above() {
                    let error = TransportError::Closed;
                    let _ = self.events.try_send(ConnectEvent::Failed(error));
                }
            }
            Side::Guest(_) => {
                self.end_session();
                self.again = Some(now + REST);
                let _ = self.events.try_send(ConnectEvent::Lapsed);
            }
            Side::Seek(_) => self.lapse_as_seeker(now),
        }
    }

    /// A guest gives up what it has, and knocks after a rest as if for the first time.
    pub(super) fn give_up(&mut self, now: Instant) {
        if let Side::Guest(_) = self.side {
            match &self.session {
                Some(session) if session.is_open() => self.end_session(),
                // A goodbye without a tunnel could be taken as that of the next attempt.
                _ => self.session = None,
            }
            self.link = None;
            self.deadline = None;
            self.again = Some(now + REST);
        }
    }

    /// The guest of an open link knows nothing of it any more, and has begun another tunnel.
    pub(super) fn make_way(&mut self) {
        if let (Some(link), Some(session)) = (self.link.take(), &self.session) {
            let _ = link.end.state.send(LinkState::Closed(LinkError::Lost));
            let _ = self
                .events
                .try_send(ConnectEvent::Knock(session.expected()));
        }
    }
}
