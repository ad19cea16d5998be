//! The two roles of a pairing as one: what a machine of either role is told, and what it wants done.

use super::keeping::PairingSnapshot;
use crate::prepare::{Ready, Record};
use crate::session::Context;
use crate::{AuthenticatedPeer, SessionEnd};
use bytes::Bytes;
use handfast_protocol::link::TransportError;
use handfast_protocol::pairing::{
    Failure, Guest, GuestEffect, Host, HostEffect, HostTerms, Now, Turn,
};
use handfast_store::{PendingInvitation, PendingReply};
use handfast_token::{Invitation, MAX_LIFETIME, Reply, Token};
use web_time::Instant;

/// The role of this device, with what only that role has.
pub(super) enum Side {
    Host {
        machine: Box<Host>,
        pending: Box<PendingInvitation>,
        /// What is handed out.
        token: Token,
        /// It is locked, and names nothing of where this device is now.
        is_outdated: bool,
    },
    Guest {
        machine: Box<Guest>,
        kept: Box<PendingReply>,
        /// Send nothing to the addresses of the invitation.
        only_by_reply: bool,
    },
}

/// What either machine wants done.
pub(super) enum Effect {
    Expect(Reply, Turn),
    ExpectNobody,
    Send(Bytes),
    SendBeside(Bytes),
    Stands,
    Keep,
    Remember,
    Abandon,
    AbandonBeside,
    Again,
    LookOutside,
    Reissue(Box<Invitation>),
    Done(Box<AuthenticatedPeer>),
    Over(Failure),
}

impl Side {
    /// The invitation to whose addresses this guest may send.
    pub(super) fn knocked_at(&self) -> Option<&Invitation> {
        match self {
            Self::Guest {
                kept,
                only_by_reply: false,
                ..
            } => Some(&kept.invitation),
            Self::Guest { .. } | Self::Host { .. } => None,
        }
    }

    pub(super) fn host(
        context: &mut Context<'_>,
        pending: &PendingInvitation,
    ) -> Result<Self, SessionEnd> {
        let now = context.now;
        if pending.invitation.question.is_some() != pending.answer.is_some() {
            return Err(Failure::Local.into());
        }
        let remaining = pending.remaining(now.unix).ok_or(Failure::Expired)?;
        let terms = HostTerms {
            invitation: pending.invitation.clone(),
            certificate: pending.certificate.clone(),
            handed: pending.handed,
            answer: pending.answer.clone(),
            random: context.shared.secret().map_err(|_| Failure::Local)?,
        };
        let machine = Host::new(now, context.identity.clone(), terms, remaining);
        let machine = machine.with_history(now, pending.history.clone());
        Ok(Self::Host {
            machine: Box::new(machine.map_err(|_| Failure::Local)?),
            token: match &pending.locked {
                Some(container) => Token::Sealed(container.clone()),
                None => Token::Invitation(pending.invitation.clone()),
            },
            pending: Box::new(pending.clone()),
            is_outdated: false,
        })
    }

    pub(super) fn guest(context: &mut Context<'_>, ready: &Ready) -> Result<Self, SessionEnd> {
        let now = context.now;
        let (Record::Reply(kept), Some(terms)) = (&ready.record, &ready.terms) else {
            return Err(Failure::Local.into());
        };
        let random = context.shared.secret().map_err(|_| Failure::Local)?;
        let tried = context.shared.kept().tried(kept.id(), now.unix);
        let mut machine = Guest::new(
            context.identity.clone(),
            kept.certificate.fingerprint(),
            kept.invitation.clone(),
            kept.provenance,
            random,
        )
        .with_tried(tried)
        .with_browser(ready.place.named_for(&kept.invitation).cloned());
        // Who names a time means it, whatever this device's clock says.
        if terms.patience.is_some() {
            machine.doubt_clock();
        }
        let patience = terms.patience.unwrap_or(MAX_LIFETIME);
        let is_alone = ready.place.is_on_this_machine();
        if !context.asking().servers(is_alone).is_empty() {
            machine.may_look_outside();
        }
        match &ready.fresh {
            Some((candidates, salt)) => machine.connect(now, candidates.clone(), *salt, patience),
            None => machine
                .connect_again(now, kept.reply.clone(), patience)
                .map_err(|_| Failure::Local)?,
        }
        if terms.reply_at_once || terms.only_by_reply {
            machine.offer_reply();
        }
        Ok(Self::Guest {
            machine: Box::new(machine),
            kept: kept.clone(),
            only_by_reply: terms.only_by_reply,
        })
    }

    pub(super) fn snapshot(&self) -> PairingSnapshot {
        match self {
            Self::Host { machine, .. } => PairingSnapshot::Host(machine.history()),
            Self::Guest { machine, kept, .. } => PairingSnapshot::Guest {
                reply: machine.reply().cloned(),
                invitation: Box::new(kept.invitation.clone()),
                proofs: machine.proofs(),
            },
        }
    }

    /// The invitation names other addresses now, and is handed out like that unless it is locked.
    pub(super) fn reissue(&mut self, new: Invitation) {
        let Self::Host {
            pending,
            token,
            is_outdated,
            ..
        } = self
        else {
            return;
        };
        match token {
            Token::Sealed(_) => {
                let old = &pending.invitation;
                let mut named = new.candidates.iter();
                let leads_here = named.any(|one| old.candidates.contains(one));
                *is_outdated = match &old.browser {
                    None => !leads_here,
                    chosen => *chosen != new.browser,
                };
            }
            Token::Invitation(_) | Token::Reply(_) | Token::Here(_) | Token::Bundle(_) => {
                *token = Token::Invitation(new)
            }
        }
    }

    pub(super) fn poll_effect(&mut self) -> Option<Effect> {
        match self {
            Self::Host { machine, .. } => machine.poll_effect().map(|effect| match effect {
                HostEffect::Expect(guest, turn) => Effect::Expect(guest, turn),
                HostEffect::ExpectNobody => Effect::ExpectNobody,
                HostEffect::Send(message) => Effect::Send(message),
                HostEffect::SendBeside(message) => Effect::SendBeside(message),
                HostEffect::Stands => Effect::Stands,
                HostEffect::AbandonBeside => Effect::AbandonBeside,
                HostEffect::Keep => Effect::Keep,
                HostEffect::Remember => Effect::Remember,
                HostEffect::Abandon => Effect::Abandon,
                HostEffect::LookOutside => Effect::LookOutside,
                HostEffect::Reissue(invitation) => Effect::Reissue(invitation),
                HostEffect::Done(peer) => Effect::Done(peer),
                HostEffect::Over(failure) => Effect::Over(failure),
            }),
            Self::Guest { machine, .. } => machine.poll_effect().map(|effect| match effect {
                GuestEffect::Send(message) => Effect::Send(message),
                GuestEffect::Keep => Effect::Keep,
                GuestEffect::Remember => Effect::Remember,
                GuestEffect::Again => Effect::Again,
                GuestEffect::LookOutside => Effect::LookOutside,
                GuestEffect::Done(peer) => Effect::Done(peer),
                GuestEffect::Over(failure) => Effect::Over(failure),
            }),
        }
    }

    /// Whom the machine wants kept.
    pub(super) fn met(&self) -> Option<&AuthenticatedPeer> {
        match self {
            Self::Host { machine, .. } => machine.met(),
            Self::Guest { machine, .. } => machine.met(),
        }
    }

    pub(super) fn remembered(&mut self, is_kept: bool) {
        match self {
            Self::Host { machine, .. } => machine.remembered(is_kept),
            Self::Guest { machine, .. } => machine.remembered(is_kept),
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Host { machine, .. } => machine.poll_timeout(),
            Self::Guest { machine, .. } => machine.poll_timeout(),
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Now) {
        match self {
            Self::Host { machine, .. } => machine.handle_timeout(now),
            Self::Guest { machine, .. } => machine.handle_timeout(now),
        }
    }

    pub(super) fn link_ended(&mut self, now: Now) {
        match self {
            Self::Host { machine, .. } => machine.link_ended(now),
            Self::Guest { machine, .. } => machine.link_ended(now),
        }
    }

    pub(super) fn resumed(&mut self, now: Now) {
        match self {
            Self::Host { machine, .. } => machine.resumed(now),
            Self::Guest { machine, .. } => machine.resumed(now),
        }
    }

    pub(super) fn failed(&mut self, now: Now, error: TransportError) {
        match self {
            // The host's sockets go on waiting; so does the host.
            Self::Host { machine, .. } => machine.link_ended(now),
            Self::Guest { machine, .. } => machine.failed(error),
        }
    }
}
