//! When an endpoint guesses its way to a peer: plain checks have had their time, it is known from
//! outside, and one of the two networks is strict.

use super::{PLAIN, Side, Slot};
use crate::guesses::{Guesses, Token};
use crate::ice::Path;
use crate::port_guess::{Pace, Part, Plan, PortGuess};
use bytes::BytesMut;
use std::time::Instant;

impl Slot {
    /// Somebody is there again, or something new is known: plain checks go quickly, as at the
    /// beginning. What is guessed goes on as it was.
    pub(super) fn boost(&mut self, now: Instant) {
        self.hurried = now;
        if let Some(session) = &mut self.session {
            session.back_off(false);
        }
    }

    /// The person wants more to be guessed for the token that is held, which they may once. It goes at
    /// once, as they see to it that the other side is there.
    pub(super) fn try_harder(&mut self, now: Instant) {
        if let Some(plan) = self.plan()
            && Guesses::of_this_process().raise(now, plan.token, plan.part.at())
        {
            Guesses::tell();
            self.boost(now);
            self.begin_guessing(now);
        }
    }

    /// When guessing may begin, if it has not. What is guessed for others meanwhile makes it later.
    pub(super) fn guesses_at(&self) -> Option<Instant> {
        let plan = self.plan().filter(|_| self.port_guess.is_none())?;
        let earliest = self.hurried + PLAIN;
        Guesses::of_this_process().free_from(earliest, plan.token, plan.part.at())
    }

    /// Begins, goes on or ends guessing, as it is time.
    pub(super) fn guess(&mut self, now: Instant) {
        if self.port_guess.as_ref().map(PortGuess::plan) != self.plan().as_ref() {
            self.port_guess = None;
        }
        if self.guesses_at().is_some_and(|at| at <= now) {
            self.begin_guessing(now);
        }
        let (Some(port_guess), Some(session)) = (&mut self.port_guess, &mut self.session) else {
            return;
        };
        let (token, at) = (port_guess.plan().token, port_guess.plan().part.at());
        let mut taken = 0;
        let out = port_guess.handle_timeout(now, |wanted| {
            taken = Guesses::of_this_process().take(now, token, at, wanted);
            taken
        });
        if taken > 0 {
            Guesses::tell();
        }
        // Nobody answers a guess: what comes is a check of the peer's own.
        self.queue.extend(out);
        session.back_off(port_guess.is_late());
    }

    fn begin_guessing(&mut self, now: Instant) {
        let (Some(plan), Some(session)) = (self.plan(), &self.session) else {
            return;
        };
        log::debug!("a strict network is in between: guessing begins");
        let (ours, theirs) = session.credentials();
        self.port_guess = PortGuess::begin(now, plan, session.is_controlling(), ours, theirs);
        // Whoever lacks what it takes does not try again and again.
        self.may_guess = self.port_guess.is_some();
    }

    /// The peer has found one of the many sockets, which is this slot's from now on.
    pub(super) fn take_found(&mut self, path: Path, datagram: BytesMut) {
        let now = Instant::now();
        self.port_guess = None;
        let mut bound = self.locals.borrow().clone();
        bound.push(path.local);
        self.locals.send_replace(bound.clone());
        if let Some(session) = &mut self.session {
            session.restart_ice(now, &bound);
        }
        self.take_datagram(now, path, datagram);
    }

    /// What there is to guess, while whoever is looked for has not been heard.
    fn plan(&self) -> Option<Plan> {
        let session = self.session.as_ref()?;
        if !self.may_guess || session.is_reached() {
            return None;
        }
        let token = Token::naming(session.credentials().1, &self.named);
        // A host that knows of a guest has its reply, so the guest is there. A guest cannot know when
        // that will be.
        let is_host = matches!(self.side, Side::Host(..));
        let pace = match is_host || Guesses::of_this_process().is_raised(token) {
            true => Pace::AtOnce,
            false => Pace::Waiting,
        };
        Some(Plan {
            part: Part::of(self.seen.borrow().as_ref()?, &self.named)?,
            pace,
            token,
        })
    }
}
