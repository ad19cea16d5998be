//! The guest's side of the flow: open, agree, knock, reply where needed.

use super::host::read_ready;
use super::view::{GuestStage, View};
use super::{Acquaintance, Failure, HANDSHAKE_PATIENCE, Identity, Now, Outgoing, Via};
use crate::crypto::Secret;
use crate::handshake::{
    Established, Flow, HandshakeError, Initiator, Mode, Policy, Prologue, Ready, Trust,
};
use crate::invitation::{
    Candidates, Fingerprint, Invitation, InvitationKeys, Reply, SealedReply, Seat,
};
use crate::transport::TransportError;
use bytes::Bytes;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long knocking may take before the reply is offered. A path on one network takes
/// milliseconds; across networks, a second is long.
const REPLY_AFTER: Duration = Duration::from_millis(2_500);

/// How long an answered knock may take to become a link.
const ANSWERED_PATIENCE: Duration = Duration::from_secs(15);

/// How long an invitation that seems to have expired is tried all the same: this device's clock may
/// be wrong, and only the host's counts.
const EXPIRED_PATIENCE: Duration = Duration::from_secs(8);

/// What the guest wants done.
#[derive(Debug)]
pub enum GuestEffect {
    /// Send this message over the link.
    Send(Outgoing),
    /// The host is who made the invitation: hand over.
    Done(Box<Acquaintance>),
    /// It is over.
    Over(Failure),
}

/// The guest's state machine. See the module text of [`super`].
pub struct Guest {
    identity: Identity,
    invitation: Invitation,
    keys: InvitationKeys,
    via: Via,
    random: Secret<32>,
    reply: Option<(Reply, SealedReply)>,
    reply_shown: bool,
    gives_up: Option<Instant>,
    expired: bool,
    phase: Phase,
    effects: VecDeque<GuestEffect>,
}

enum Phase {
    /// Nothing has been sent, and nothing will be until the person agrees.
    Opened,
    Knocking {
        since: Instant,
    },
    Answered {
        since: Instant,
    },
    Open {
        since: Instant,
        step: Step,
    },
    Finished,
}

/// Which message of the host is next.
enum Step {
    /// One handshake for each first message that was sent.
    Second(Vec<(Initiator, Mode)>),
    Ready {
        established: Box<Established>,
        mode: Mode,
    },
    Nothing,
}

impl Guest {
    /// Opens an invitation. `random`: this side's half of what later meetings are derived from.
    pub fn new(identity: Identity, invitation: Invitation, via: Via, random: Secret<32>) -> Self {
        Self {
            keys: invitation.keys(),
            identity,
            invitation,
            via,
            random,
            reply: None,
            reply_shown: false,
            gives_up: None,
            expired: false,
            phase: Phase::Opened,
            effects: VecDeque::new(),
        }
    }

    /// The person agreed: knocking begins. The candidates are this side's own, for the reply; `salt`
    /// is 8 random bytes; after `patience` it is over.
    pub fn connect(&mut self, now: Now, candidates: Candidates, salt: [u8; 8], patience: Duration) {
        let reply = Reply {
            fingerprint: self.identity.certificate.fingerprint(),
            candidates,
        };
        let sealed = reply.seal(&self.keys, salt);
        self.reply = Some((reply, sealed));
        self.expired = self.invitation.expiry.remaining(now.unix).is_none();
        let patience = if self.expired {
            patience.min(EXPIRED_PATIENCE)
        } else {
            patience
        };
        self.gives_up = Some(now.monotonic + patience);
        self.phase = Phase::Knocking {
            since: now.monotonic,
        };
    }

    /// Offers the reply at once instead of waiting whether it is needed.
    pub fn offer_reply(&mut self) {
        self.reply_shown = self.reply.is_some();
    }

    /// The next thing to do.
    pub fn poll_effect(&mut self) -> Option<GuestEffect> {
        self.effects.pop_front()
    }

    /// What a screen shows now. None once handed over or over: the last effect said how.
    pub fn view(&self, now: Now) -> Option<View> {
        Some(match &self.phase {
            Phase::Opened => View::InvitationOpened {
                name: self
                    .invitation
                    .name
                    .as_ref()
                    .map(|name| name.as_str().to_owned()),
                via: self.via,
                remaining: self.invitation.expiry.remaining(now.unix),
            },
            Phase::Knocking { .. } => match &self.reply {
                Some((_, sealed)) if self.reply_shown => View::ReplyNeeded {
                    reply: sealed.as_bytes().to_vec(),
                },
                _ => View::Connecting(GuestStage::Knocking),
            },
            Phase::Answered { .. } => View::Connecting(GuestStage::Answered),
            Phase::Open { .. } => View::Connecting(GuestStage::Checking),
            Phase::Finished => return None,
        })
    }

    /// When [`Self::handle_timeout`] must be called at the latest.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Opened | Phase::Finished => None,
            Phase::Knocking { since } if !self.reply_shown => {
                let offer = *since + REPLY_AFTER;
                Some(self.gives_up.map_or(offer, |at| at.min(offer)))
            }
            Phase::Knocking { .. } => self.gives_up,
            Phase::Answered { since } => Some(*since + ANSWERED_PATIENCE),
            Phase::Open { since, .. } => Some(*since + HANDSHAKE_PATIENCE),
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Now) {
        match &self.phase {
            Phase::Knocking { since } => {
                if self.gives_up.is_some_and(|at| now.monotonic >= at) {
                    self.end(if self.expired {
                        Failure::Expired
                    } else {
                        Failure::NotReached
                    });
                } else if now.monotonic >= *since + REPLY_AFTER {
                    self.reply_shown = true;
                }
            }
            Phase::Answered { since } if now.monotonic >= *since + ANSWERED_PATIENCE => {
                self.end(Failure::WentAway);
            }
            Phase::Open { since, .. } if now.monotonic >= *since + HANDSHAKE_PATIENCE => {
                self.end(Failure::WentAway);
            }
            _ => {}
        }
    }

    /// The host answered a knock.
    pub fn answered(&mut self, now: Now) {
        if let Phase::Knocking { .. } = self.phase {
            self.phase = Phase::Answered {
                since: now.monotonic,
            };
        }
    }

    /// The link is open; the certificates are the ones seen in it.
    pub fn opened(&mut self, now: Now, local: Fingerprint, remote: Fingerprint) {
        let one_way = Prologue {
            mode: Mode::OneWay,
            policy: Policy::default(),
            invite_id: self.keys.invite_id(),
            invitation_digest: self.invitation.digest(),
            reply_digest: None,
            host: remote,
            guest: local,
        };
        let mut prologues = vec![one_way];
        // Once the reply has been shown, the host may or may not know it: try it first.
        if let Some((reply, _)) = self.reply.as_ref().filter(|_| self.reply_shown) {
            prologues.insert(0, one_way.with_reply(reply.digest()));
        }
        let mut message = Vec::new();
        let mut initiators = Vec::new();
        for prologue in &prologues {
            match Initiator::start(&self.identity.key, &self.keys.noise_psk(), prologue) {
                Ok((initiator, first)) => {
                    message.extend(first);
                    initiators.push((initiator, prologue.mode));
                }
                Err(_) => return self.end(Failure::Local),
            }
        }
        self.phase = Phase::Open {
            since: now.monotonic,
            step: Step::Second(initiators),
        };
        self.effects.push_back(GuestEffect::Send(message.into()));
    }

    /// A message came over the link.
    pub fn received(&mut self, message: &Bytes) {
        let Phase::Open { step, .. } = &mut self.phase else {
            return;
        };
        match std::mem::replace(step, Step::Nothing) {
            Step::Second(initiators) => match finish_one(initiators, message) {
                Ok((mut established, third, mode)) => {
                    let ready = Ready::new(self.random.clone(), &self.identity.name);
                    let Ok(frame) = established.channel.sealer.seal(&ready.to_bytes()) else {
                        return self.end(Failure::Local);
                    };
                    *step = Step::Ready {
                        established: Box::new(established),
                        mode,
                    };
                    self.effects.push_back(GuestEffect::Send(third.into()));
                    self.effects.push_back(GuestEffect::Send(frame));
                }
                Err(HandshakeError::Local) => self.end(Failure::Local),
                Err(error) => {
                    log::debug!("the host failed the handshake: {error}");
                    self.end(Failure::NotTheInviter);
                }
            },
            Step::Ready {
                mut established,
                mode,
            } => match read_ready(&mut established.channel, message) {
                Some(ready) => self.hand_over(*established, &ready, mode),
                None => self.end(Failure::NotTheInviter),
            },
            Step::Nothing => {}
        }
    }

    /// The link ended before it was ready. A host that refuses says nothing and hangs up.
    pub fn link_ended(&mut self) {
        self.end(match &self.phase {
            Phase::Open {
                step: Step::Second(_),
                ..
            } => Failure::NotTheInviter,
            _ => Failure::WentAway,
        });
    }

    /// The attempt came to nothing.
    pub fn failed(&mut self, error: TransportError) {
        self.end(error.into());
    }

    /// The person stopped it.
    pub fn cancel(&mut self) {
        self.end(Failure::Cancelled);
    }

    fn hand_over(&mut self, established: Established, ready: &Ready, mode: Mode) {
        let two_way = mode == Mode::TwoWay;
        let flow = match (self.via, two_way) {
            (Via::Camera, true) => Flow::TwoWayScan,
            (Via::Camera, false) => Flow::OneScan,
            (Via::Carried, _) => Flow::LinkOpen,
        };
        self.phase = Phase::Finished;
        self.effects
            .push_back(GuestEffect::Done(Box::new(Acquaintance {
                key: established.peer,
                name: ready.name().to_owned(),
                trust: Trust::proven(flow, Seat::Guest),
                scans: if two_way { 2 } else { 1 },
                channel: established.channel,
                hash: established.hash,
                our_random: self.random.clone(),
                their_random: ready.random().clone(),
            })));
    }

    fn end(&mut self, failure: Failure) {
        if !matches!(self.phase, Phase::Finished) {
            self.phase = Phase::Finished;
            self.effects.push_back(GuestEffect::Over(failure));
        }
    }
}

/// The host answered one of our first messages; the handshake that can read the answer goes on.
fn finish_one(
    initiators: Vec<(Initiator, Mode)>,
    second: &[u8],
) -> Result<(Established, Vec<u8>, Mode), HandshakeError> {
    let mut refusal = HandshakeError::SecondMessage;
    for (initiator, mode) in initiators {
        match initiator.finish(second) {
            Ok((established, third)) => return Ok((established, third, mode)),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}
