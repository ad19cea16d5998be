//! A guest that comes again under another name while the one before holds the slot: a page that was
//! loaded anew, or a browser that had given up, shows the same certificate in a session with other ICE
//! credentials.
//!
//! Anybody can send a knock that was recorded, so a knock takes nobody's place. The newcomer gets a
//! session beside the one that there is, and takes its place when it has proved to hold the certificate.

use super::Slot;
use crate::ConnectEvent;
use crate::ice::Path;
use crate::session::{Parties, Session, SessionEvent};
use bytes::BytesMut;
use handfast_token::{Fingerprint, Knocker, Role};
use std::time::Instant;

impl Slot {
    /// Takes in a knock by whoever has the certificate of the guest that holds the slot. False if it has
    /// to be refused: nobody may come any more, or another newcomer is here.
    pub(super) fn come_again(&mut self, now: Instant, knocker: Knocker) -> bool {
        let is_known = |session: &Session| session.is_with(&knocker);
        if self.newcomer.as_ref().is_some_and(is_known) {
            return true;
        }
        let is_here = |session: &Session| session.is_here(now) && !session.is_silent();
        if self.commands.is_none() || self.newcomer.as_ref().is_some_and(is_here) {
            return false;
        }
        let begun = self
            .parties_with(knocker)
            .and_then(|parties| Session::new(now, parties, &self.locals.borrow()).ok());
        self.newcomer = begun;
        self.newcomer.is_some()
    }

    /// The parties of a session in which this host meets that guest.
    pub(super) fn parties_with(&self, knocker: Knocker) -> Option<Parties> {
        let super::Side::Host(setup, _) = &self.side else {
            return None;
        };
        Some(Parties {
            role: Role::Host,
            is_controlling: false,
            certificate: setup.certificate.clone(),
            local: knocker.host,
            remote: knocker.guest,
            expected: knocker.fingerprint,
            cookie: None,
        })
    }

    /// Shows the newcomer a datagram. It takes what is its own.
    pub(super) fn show_newcomer(&mut self, now: Instant, path: Path, datagram: &BytesMut) {
        if let Some(newcomer) = &mut self.newcomer {
            newcomer.handle(now, path, datagram.clone());
        }
    }

    /// When the newcomer has to act, or its attempt ends.
    pub(super) fn newcomer_at(&self) -> Option<Instant> {
        let newcomer = self.newcomer.as_ref()?;
        let ends = newcomer.attempt_ends();
        Some(ends.map_or(newcomer.poll_timeout(), |ends| {
            ends.min(newcomer.poll_timeout())
        }))
    }

    /// Moves the newcomer's session on, and lets it take the place of the one before when it is time.
    pub(super) fn pump_newcomer(&mut self, now: Instant) {
        let Some(newcomer) = &mut self.newcomer else {
            return;
        };
        if newcomer.poll_timeout() <= now {
            newcomer.handle_timeout(now);
        }
        newcomer.after_batch(now);
        let event = newcomer.poll_event();
        newcomer.flush(now);
        self.out
            .extend(std::iter::from_fn(|| newcomer.poll_transmit()));
        let is_over = newcomer.attempt_ends().is_some_and(|ends| ends <= now);
        match event {
            Some(SessionEvent::Open(observed)) => self.take_newcomer(observed),
            Some(_) => self.newcomer = None,
            None if is_over => self.newcomer = None,
            // Whoever was there is gone: the newcomer's attempt is the only one now.
            None if self.session.is_none() && self.link.is_none() => {
                self.session = self.newcomer.take();
            }
            None => {}
        }
    }

    fn take_newcomer(&mut self, observed: Fingerprint) {
        self.make_way();
        self.session = self.newcomer.take();
        let _ = self.events.try_send(ConnectEvent::Knock(observed));
        self.open(observed);
    }
}
