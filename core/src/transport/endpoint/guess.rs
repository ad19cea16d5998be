//! When an endpoint guesses its way to a peer: plain checks have had their time, it is known from
//! outside, and one of the two networks is strict.

use super::{PLAIN, Role, Task};
use crate::invitation::{Candidate, Seat};
use crate::transport::birthday::{Birthday, Part};
use crate::transport::ice::Path;
use std::future::poll_fn;
use std::time::Instant;

impl Task {
    /// Somebody is there again, or something new is known: all goes quickly, as at the beginning.
    pub(super) fn hurry(&mut self, now: Instant) {
        self.hurried = now;
        self.birthday = None;
        if let Some(session) = &mut self.session {
            session.be_patient(false);
        }
    }

    /// When guessing may begin, if it has not.
    pub(super) fn guesses_at(&self) -> Option<Instant> {
        let is_waiting = self.session.as_ref().is_some_and(|s| !s.is_answered());
        let is_possible = self.birthday.is_none() && is_waiting && self.part().is_some();
        is_possible.then(|| self.hurried + PLAIN)
    }

    /// Begins, goes on or ends guessing, as it is time.
    pub(super) fn guess(&mut self, now: Instant) {
        let Some(session) = self.session.as_mut().filter(|s| !s.is_answered()) else {
            self.birthday = None;
            return;
        };
        if let Some(birthday) = &mut self.birthday {
            self.queue.extend(birthday.handle_timeout(now));
            session.be_patient(birthday.is_late(now));
        } else if self.guesses_at().is_some_and(|at| at <= now)
            && let (Some(part), Some(session)) = (self.part(), &self.session)
        {
            log::debug!("a strict network is in between: guessing begins");
            let (ours, theirs) = session.credentials();
            self.birthday = Birthday::begin(now, part, self.seat(), ours, theirs);
            if self.birthday.is_none() {
                // Not tried again before somebody hurries.
                self.may_guess = false;
            }
        }
    }

    /// Takes the socket that the peer has found among the many.
    pub(super) fn take_found(&mut self) {
        let Some((socket, peer, datagram)) = self.birthday.as_mut().and_then(Birthday::found)
        else {
            return;
        };
        let now = Instant::now();
        let local = self.sockets.adopt(socket);
        self.birthday = None;
        let bound = self.sockets.local_addresses();
        self.locals.send_replace(bound.clone());
        if let Some(session) = &mut self.session {
            session.search_anew(now, &bound);
        }
        self.take_datagram(now, Path { local, peer }, datagram);
    }

    fn part(&self) -> Option<Part> {
        if !self.may_guess {
            return None;
        }
        let peers: &[Candidate] = match (&self.role, &self.announced) {
            (Role::Guest(setup), _) => &setup.addresses,
            (Role::Host(_), Some((_, peers))) => peers,
            (Role::Host(_), None) => return None,
        };
        Part::of(self.seen.borrow().as_ref()?, peers)
    }

    fn seat(&self) -> Seat {
        match self.role {
            Role::Host(_) => Seat::Host,
            Role::Guest(_) => Seat::Guest,
        }
    }
}

/// Ready when something came to one of the many sockets.
pub(super) async fn found_or_never(birthday: Option<&Birthday>) {
    match birthday {
        Some(birthday) => poll_fn(|context| birthday.poll_readable(context)).await,
        None => std::future::pending().await,
    }
}
