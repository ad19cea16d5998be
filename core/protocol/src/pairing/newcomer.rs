//! A guest that comes anew while it is here already: its device was restarted, or what was its own is somebody
//! else's, too.
//!
//! Whoever comes has proved to hold the guest's certificate, and that alone puts nobody out whose handshake
//! stands. So there is a link beside, and the one before it goes on until a handshake stands there as well.

use super::host::{Host, HostEffect, Phase, Step, respond};
use super::{HANDSHAKE_PATIENCE, Now};
use crate::handshake::{Established, Prologue, Responder};
use bytes::Bytes;
use handfast_token::Fingerprint;
use web_time::Instant;

/// The handshake of whoever comes.
pub(super) struct Newcomer {
    prologues: Vec<Prologue>,
    until: Instant,
    /// Once the first message was answered: which of the prologues is theirs, too.
    responder: Option<(Box<Responder>, usize)>,
}

impl Newcomer {
    pub(super) fn until(&self) -> Instant {
        self.until
    }
}

impl Host {
    /// A link is open beside the one on which the guest's handshake stands; the certificates are the ones seen
    /// in it.
    pub fn opened_beside(&mut self, now: Now, local: Fingerprint, remote: Fingerprint) {
        match &self.phase {
            Phase::Open { guest, step, .. } if *guest == remote && step.stands() => {
                self.newcomer = Some(Newcomer {
                    prologues: self.prologues(local, remote),
                    until: now.monotonic + HANDSHAKE_PATIENCE,
                    responder: None,
                });
            }
            Phase::Open { .. } | Phase::Waiting | Phase::Knocked { .. } | Phase::Finished => {
                self.effects.push_back(HostEffect::AbandonBeside);
            }
        }
    }

    /// A message came over the link beside. Nothing there counts as a failure of a guest: the one who is here
    /// can have been copied.
    pub fn received_beside(&mut self, now: Now, message: &Bytes) {
        let Some(mut newcomer) = self.newcomer.take() else {
            return;
        };
        match newcomer.responder.take() {
            None => {
                let psk = self.keys.noise_psk();
                match respond(&self.identity, &psk, &newcomer.prologues, message) {
                    Ok((responder, which, second)) => {
                        newcomer.responder = Some((Box::new(responder), which));
                        self.newcomer = Some(newcomer);
                        let second = HostEffect::SendBeside(second.into());
                        self.effects.push_back(second);
                    }
                    Err(_) => self.effects.push_back(HostEffect::AbandonBeside),
                }
            }
            Some((responder, which)) => match responder.finish(message) {
                Ok(established) => self.replace(now, newcomer.prologues, established, which),
                Err(_) => self.effects.push_back(HostEffect::AbandonBeside),
            },
        }
    }

    /// The link beside has ended.
    pub fn beside_ended(&mut self) {
        self.newcomer = None;
    }

    /// Whoever came has had its time.
    pub(super) fn expire_beside(&mut self, now: Now) {
        let is_over = |newcomer: &mut Newcomer| now.monotonic >= newcomer.until;
        if self.newcomer.take_if(is_over).is_some() {
            self.effects.push_back(HostEffect::AbandonBeside);
        }
    }

    /// The link before is gone: the one beside is the link now, and goes on where it is.
    pub(super) fn promote(&mut self) {
        let Some(newcomer) = self.newcomer.take() else {
            return;
        };
        if let Phase::Open {
            until,
            prologues,
            had_ready,
            step,
            ..
        } = &mut self.phase
        {
            *until = newcomer.until;
            *prologues = newcomer.prologues;
            *had_ready = false;
            *step = match newcomer.responder {
                Some((responder, which)) => Step::Third { responder, which },
                None => Step::First,
            };
            self.asking.held = None;
        }
    }

    /// The handshake stands on the link beside, which takes the other's place.
    fn replace(&mut self, now: Now, theirs: Vec<Prologue>, established: Established, which: usize) {
        if let Phase::Open {
            until,
            prologues,
            had_ready,
            ..
        } = &mut self.phase
        {
            *until = now.monotonic + HANDSHAKE_PATIENCE;
            *prologues = theirs;
            *had_ready = false;
            self.asking.held = None;
            self.stand(now, established, which);
        }
    }
}
