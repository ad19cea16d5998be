//! The host's side of the flow: show, wait, let one guest in.

use super::view::{HostStage, View};
use super::{
    Acquaintance, FIRST_MESSAGE, Failure, HANDSHAKE_PATIENCE, Identity, Now, Outgoing, Via,
};
use crate::crypto::Secret;
use crate::handshake::{
    Channel, Established, Flow, HandshakeError, Mode, Policy, Prologue, Ready, Responder, Trust,
};
use crate::invitation::{
    Candidate, Fingerprint, Invitation, InvitationKeys, ReplyError, SealedReply, Seat,
};
use bytes::Bytes;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long after a knock the link may take before the second scan is asked for.
const SCAN_AFTER: Duration = Duration::from_secs(3);

/// How many failed first messages burn an invitation: whoever sends them has seen it, and is not
/// running this program.
const MOST_FAILURES: u32 = 5;

/// What a host has agreed to with itself before it shows an invitation.
#[derive(Debug)]
pub struct HostTerms {
    /// The invitation, as it is shown.
    pub invitation: Invitation,
    /// [`Via::Camera`] if it is only ever shown on the screen; [`Via::Carried`] if it is also sent.
    pub handed: Via,
    /// 32 random bytes: this side's half of what later meetings are derived from.
    pub random: Secret<32>,
}

/// What the host wants done.
#[derive(Debug)]
pub enum HostEffect {
    /// Knock at this guest's addresses as well.
    Expect(Fingerprint, Vec<Candidate>),
    /// Send this message over the link.
    Send(Outgoing),
    /// Give up the link, and wait for another guest.
    Abandon,
    /// The guest is who holds the invitation: hand over.
    Done(Box<Acquaintance>),
    /// It is over.
    Over(Failure),
}

/// The host's state machine. See the module text of [`super`].
pub struct Host {
    identity: Identity,
    terms: HostTerms,
    keys: InvitationKeys,
    expires: Instant,
    phase: Phase,
    reply: Option<ScannedReply>,
    failures: u32,
    effects: VecDeque<HostEffect>,
}

struct ScannedReply {
    digest: [u8; 32],
    fingerprint: Fingerprint,
    via: Via,
}

enum Phase {
    Waiting,
    Knocked {
        since: Instant,
        /// The link has had its time: the other way is wanted.
        overdue: bool,
    },
    Open {
        since: Instant,
        prologues: Vec<Prologue>,
        step: Step,
    },
    Finished,
}

/// Which message of the guest is next.
enum Step {
    First,
    Third {
        responder: Box<Responder>,
        which: usize,
    },
    Ready {
        established: Box<Established>,
        which: usize,
    },
    Nothing,
}

impl Host {
    /// Shows the invitation and waits. `remaining` is how long it is good.
    pub fn new(now: Now, identity: Identity, terms: HostTerms, remaining: Duration) -> Self {
        Self {
            keys: terms.invitation.keys(),
            identity,
            terms,
            expires: now.monotonic + remaining,
            phase: Phase::Waiting,
            reply: None,
            failures: 0,
            effects: VecDeque::new(),
        }
    }

    /// The next thing to do.
    pub fn poll_effect(&mut self) -> Option<HostEffect> {
        self.effects.pop_front()
    }

    /// What a screen shows now. None once handed over or over: the last effect said how.
    pub fn view(&self, now: Now) -> Option<View> {
        let stage = match &self.phase {
            Phase::Waiting => HostStage::Waiting,
            Phase::Knocked { overdue: true, .. } if self.reply.is_none() => {
                HostStage::ScanTheirCode
            }
            Phase::Knocked { .. } => HostStage::TheyAreHere,
            Phase::Open { .. } => HostStage::Checking,
            Phase::Finished => return None,
        };
        let remaining = self.expires.saturating_duration_since(now.monotonic);
        Some(View::Hosting { stage, remaining })
    }

    /// When [`Self::handle_timeout`] must be called at the latest.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Knocked {
                since,
                overdue: false,
            } => Some(self.expires.min(*since + SCAN_AFTER)),
            Phase::Waiting | Phase::Knocked { .. } => Some(self.expires),
            Phase::Open { since, .. } => Some(*since + HANDSHAKE_PATIENCE),
            Phase::Finished => None,
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Now) {
        match &mut self.phase {
            Phase::Open { since, .. } if now.monotonic >= *since + HANDSHAKE_PATIENCE => {
                self.abandon();
            }
            Phase::Waiting | Phase::Knocked { .. } if now.monotonic >= self.expires => {
                self.end(Failure::Expired);
            }
            Phase::Knocked { since, overdue } if now.monotonic >= *since + SCAN_AFTER => {
                *overdue = true;
            }
            _ => {}
        }
    }

    /// Somebody who holds the invitation knocked.
    pub fn knocked(&mut self, now: Now) {
        if let Phase::Waiting = self.phase {
            self.phase = Phase::Knocked {
                since: now.monotonic,
                overdue: false,
            };
        }
    }

    /// The person scanned, or was sent, a guest's reply.
    ///
    /// # Errors
    /// [`ReplyError`] if it answers another invitation or was altered. Nothing has changed then.
    pub fn reply_received(
        &mut self,
        now: Now,
        sealed: &SealedReply,
        via: Via,
    ) -> Result<(), ReplyError> {
        let reply = sealed.open(&self.keys)?;
        self.reply = Some(ScannedReply {
            digest: reply.digest(),
            fingerprint: reply.fingerprint,
            via,
        });
        if matches!(self.phase, Phase::Waiting | Phase::Knocked { .. }) {
            self.phase = Phase::Knocked {
                since: now.monotonic,
                overdue: false,
            };
            self.effects.push_back(HostEffect::Expect(
                reply.fingerprint,
                reply.candidates.to_vec(),
            ));
        }
        Ok(())
    }

    /// The link is open; the certificates are the ones seen in it.
    pub fn opened(&mut self, now: Now, local: Fingerprint, remote: Fingerprint) {
        if let Phase::Finished = self.phase {
            return;
        }
        let one_way = Prologue {
            mode: Mode::OneWay,
            policy: Policy::default(),
            invite_id: self.keys.invite_id(),
            invitation_digest: self.terms.invitation.digest(),
            reply_digest: None,
            host: local,
            guest: remote,
        };
        let mut prologues = vec![one_way];
        // A reply counts only for the guest whose certificate it names.
        if let Some(reply) = &self.reply
            && reply.fingerprint == remote
        {
            prologues.insert(0, one_way.with_reply(reply.digest));
        }
        self.phase = Phase::Open {
            since: now.monotonic,
            prologues,
            step: Step::First,
        };
    }

    /// A message came over the link.
    pub fn received(&mut self, message: &Bytes) {
        let Phase::Open {
            prologues, step, ..
        } = &mut self.phase
        else {
            return;
        };
        match std::mem::replace(step, Step::Nothing) {
            Step::First => {
                let psk = self.keys.noise_psk();
                match respond(&self.identity, &psk, prologues, message) {
                    Ok((responder, which, second)) => {
                        *step = Step::Third {
                            responder: Box::new(responder),
                            which,
                        };
                        self.effects.push_back(HostEffect::Send(second.into()));
                    }
                    Err(error) => self.refuse(error),
                }
            }
            Step::Third { responder, which } => match responder.finish(message) {
                Ok(mut established) => {
                    let ready = Ready::new(self.terms.random.clone(), &self.identity.name);
                    match established.channel.sealer.seal(&ready.to_bytes()) {
                        Ok(frame) => {
                            *step = Step::Ready {
                                established: Box::new(established),
                                which,
                            };
                            self.effects.push_back(HostEffect::Send(frame));
                        }
                        Err(_) => self.refuse(HandshakeError::Local),
                    }
                }
                Err(error) => self.refuse(error),
            },
            Step::Ready {
                mut established,
                which,
            } => {
                let two_way = prologues.get(which).map(|p| p.mode) == Some(Mode::TwoWay);
                match read_ready(&mut established.channel, message) {
                    Some(ready) => self.hand_over(*established, &ready, two_way),
                    None => self.refuse(HandshakeError::Malformed),
                }
            }
            Step::Nothing => {}
        }
    }

    /// The link ended, or an attempt came to nothing: the seat is free again.
    pub fn link_ended(&mut self) {
        if !matches!(self.phase, Phase::Finished) {
            self.phase = Phase::Waiting;
        }
    }

    /// The person stopped it.
    pub fn cancel(&mut self) {
        self.end(Failure::Cancelled);
    }

    fn hand_over(&mut self, established: Established, ready: &Ready, two_way: bool) {
        let reply_via = self.reply.as_ref().map(|reply| reply.via);
        let flow = match (two_way, reply_via, self.terms.handed) {
            (true, Some(Via::Camera), _) => Flow::TwoWayScan,
            (false, _, Via::Camera) => Flow::OneScan,
            _ => Flow::LinkOpen,
        };
        self.phase = Phase::Finished;
        self.effects
            .push_back(HostEffect::Done(Box::new(Acquaintance {
                key: established.peer,
                name: ready.name().to_owned(),
                trust: Trust::proven(flow, Seat::Host),
                scans: if two_way { 2 } else { 1 },
                channel: established.channel,
                hash: established.hash,
                our_random: self.terms.random.clone(),
                their_random: ready.random().clone(),
            })));
    }

    /// The guest failed a proof. It is told nothing; the person is told only when it burns.
    fn refuse(&mut self, error: HandshakeError) {
        log::debug!("a guest failed the handshake: {error}");
        self.failures += 1;
        if self.failures >= MOST_FAILURES {
            self.end(Failure::Burned);
        } else {
            self.abandon();
        }
    }

    fn abandon(&mut self) {
        self.phase = Phase::Waiting;
        self.effects.push_back(HostEffect::Abandon);
    }

    fn end(&mut self, failure: Failure) {
        if !matches!(self.phase, Phase::Finished) {
            self.phase = Phase::Finished;
            self.effects.push_back(HostEffect::Over(failure));
        }
    }
}

/// A guest that has made a reply cannot know whether the host has seen it, so it sends two first
/// messages in one: with the reply and without. The host takes the first that it can read.
fn respond(
    identity: &Identity,
    psk: &Secret<32>,
    prologues: &[Prologue],
    message: &[u8],
) -> Result<(Responder, usize, Vec<u8>), HandshakeError> {
    let mut refusal = HandshakeError::FirstMessage;
    for first in message.chunks(FIRST_MESSAGE).take(2) {
        match Responder::respond(&identity.key, psk, prologues, first) {
            Ok(answer) => return Ok(answer),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

/// The peer's READY, out of the channel's first frame.
pub(super) fn read_ready(channel: &mut Channel, frame: &Bytes) -> Option<Ready> {
    let body = channel.opener.open(frame.clone()).ok()?;
    Ready::from_bytes(&body).ok()
}
