//! The host's side of the flow: show, wait, let one guest in.

use super::ask::{ANSWER_PATIENCE, Entropy, Met, REST, TRIES};
use super::view::{HostStage, View};
use super::{
    Acquaintance, FIRST_MESSAGE, Failure, HANDSHAKE_PATIENCE, Identity, Now, Outgoing, Via,
};
use crate::crypto::Secret;
use crate::handshake::{
    Agreement, AnswerMessage, Attempt, Established, Flow, HandshakeError, Mode, Policy, Prologue,
    Ready, Responder,
};
use crate::invitation::{
    Candidate, Candidates, Fingerprint, Invitation, InvitationKeys, ReplyError, SealedReply, Seat,
};
use crate::seal::Answers;
use crate::transport::Certificate;
use bytes::Bytes;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// How long after a knock the link may take before the second scan is asked for.
const SCAN_AFTER: Duration = Duration::from_secs(3);

/// How many forms of an invitation are good: as many times a device may move while it waits.
pub const MOST_FORMS: usize = 8;

/// How many failed first messages burn an invitation: whoever sends them has seen it, and is not
/// running this program.
const MOST_FAILURES: u8 = 5;

/// What a host has agreed to with itself before it shows an invitation.
#[derive(Debug)]
pub struct HostTerms {
    /// The invitation, as it is shown.
    pub invitation: Invitation,
    /// The certificate that it names, made for it alone.
    pub certificate: Certificate,
    /// [`Via::Camera`] if it is only ever shown on the screen; [`Via::Carried`] if it is also sent,
    /// [`Via::Locked`] if it never leaves this device but locked.
    pub handed: Via,
    /// The answer to the invitation's question, if it has one.
    pub answer: Option<Answers>,
    /// 32 random bytes for everything that this side chooses at random.
    pub random: Secret<32>,
}

/// What guests of one invitation have failed at. Enough of it burns the invitation, also over
/// restarts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Strikes {
    /// Failed handshakes.
    pub handshakes: u8,
    /// Wrong answers to the question.
    pub answers: u8,
}

impl Strikes {
    /// Whether nobody may try any more.
    pub fn are_used_up(&self) -> bool {
        self.answers >= TRIES || self.handshakes >= MOST_FAILURES
    }
}

/// What has become of an invitation while it waited: enough of it to go on after a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// What guests failed at.
    pub strikes: Strikes,
    /// The digests of the forms in which it was shown, the newest first; see [`Host::moved`].
    pub forms: Vec<[u8; 32]>,
}

impl Past {
    /// Takes in what somebody else knows, who may have seen more or less of it: no strike is ever taken
    /// back, and no form forgotten that there is room for.
    pub fn merge(&mut self, other: &Self) {
        let (strikes, others) = (&mut self.strikes, other.strikes);
        strikes.handshakes = strikes.handshakes.max(others.handshakes);
        strikes.answers = strikes.answers.max(others.answers);
        for form in &other.forms {
            if !self.forms.contains(form) {
                self.forms.push(*form);
            }
        }
        self.forms.truncate(MOST_FORMS);
    }
}

/// What the host wants done.
#[derive(Debug)]
pub enum HostEffect {
    /// Knock at this guest's addresses as well.
    Expect(Fingerprint, Vec<Candidate>),
    /// Send this message over the link.
    Send(Outgoing),
    /// Keep what [`Host::past`] says now, before anything else that follows here: a try that a guest
    /// has heard of counts, whatever happens to this device.
    Keep,
    /// Give up the link, and wait for another guest.
    Abandon,
    /// Ask servers outside how this device is seen: the local network has failed.
    LookOutside,
    /// Show the invitation in this form from now on: it leads elsewhere.
    Reissue(Box<Invitation>),
    /// The guest is who holds the invitation: hand over.
    Done(Box<Acquaintance>),
    /// It is over.
    Over(Failure),
}

/// The host's state machine. See the module text of [`super`].
pub struct Host {
    identity: Identity,
    terms: HostTerms,
    entropy: Entropy,
    keys: InvitationKeys,
    /// The digests of the invitation as it was shown, the newest first: a guest may hold any.
    forms: Vec<[u8; 32]>,
    /// The one that it was handed out in, which most guests hold.
    handed_out: [u8; 32],
    expires: Instant,
    phase: Phase,
    reply: Option<ScannedReply>,
    strikes: Strikes,
    asking: Asking,
    effects: VecDeque<HostEffect>,
}

struct ScannedReply {
    digest: [u8; 32],
    fingerprint: Fingerprint,
    via: Via,
    /// The invitation was given another form since.
    is_outdated: bool,
}

/// What is kept of the question from one link to the next.
#[derive(Default)]
struct Asking {
    /// Runs of the check, so that no two use the same randomness.
    runs: u32,
    /// No answer is looked at before.
    rests_until: Option<Instant>,
    /// What came too early.
    held: Option<Bytes>,
}

enum Phase {
    Waiting,
    Knocked {
        since: Instant,
        /// The link has had its time: the other way is wanted.
        overdue: bool,
    },
    Open {
        /// When patience ends.
        until: Instant,
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
    /// The share of an answer.
    Share(Box<Met>),
    /// The proof of an answer.
    Proof(Box<Met>, Box<Agreement>),
    Nothing,
}

impl Host {
    /// Shows the invitation and waits. `remaining` is how long it is good.
    pub fn new(now: Now, identity: Identity, terms: HostTerms, remaining: Duration) -> Self {
        Self {
            keys: terms.invitation.keys(),
            forms: vec![terms.invitation.digest()],
            handed_out: terms.invitation.digest(),
            entropy: Entropy::new(terms.random.clone()),
            identity,
            terms,
            expires: now.monotonic + remaining,
            phase: Phase::Waiting,
            reply: None,
            strikes: Strikes::default(),
            asking: Asking::default(),
            effects: VecDeque::new(),
        }
    }

    /// Goes on where an earlier host of the same invitation was.
    pub fn with_past(mut self, past: Past) -> Self {
        let mut known = self.past();
        known.merge(&past);
        self.strikes = known.strikes;
        self.forms = known.forms;
        self
    }

    /// What has to be kept to go on.
    pub fn past(&self) -> Past {
        Past {
            strikes: self.strikes,
            forms: self.forms.clone(),
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
            Phase::Knocked { overdue: true, .. } => match &self.reply {
                None => HostStage::ScanTheirCode,
                Some(reply) if reply.is_outdated => HostStage::ShowAgain,
                Some(_) => HostStage::TheyAreHere,
            },
            Phase::Knocked { .. } => HostStage::TheyAreHere,
            Phase::Open {
                step: Step::Share(_) | Step::Proof(..),
                ..
            } => HostStage::Asking {
                tries_left: TRIES.saturating_sub(self.strikes.answers),
            },
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
            Phase::Open { until, .. } => match self.asking.rests_until {
                Some(rested) if self.asking.held.is_some() => Some(rested.min(*until)),
                _ => Some(*until),
            },
            Phase::Finished => None,
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Now) {
        let rests = self.rests(now);
        match &mut self.phase {
            Phase::Open { until, .. } if now.monotonic >= *until => self.abandon(),
            Phase::Open { .. } if !rests => {
                if let Some(held) = self.asking.held.take() {
                    self.received(now, &held);
                }
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

    /// This device was suspended; its clock for intervals may have stood still meanwhile.
    pub fn resumed(&mut self, now: Now) {
        let remaining = self.terms.invitation.expiry.remaining(now.unix);
        let life = now.monotonic + remaining.unwrap_or_default();
        self.expires = self.expires.min(life);
    }

    /// This device can be reached elsewhere now, or also elsewhere: the invitation names these
    /// addresses from now on. Whoever holds an earlier form is still let in.
    pub fn moved(&mut self, candidates: Candidates) {
        let is_waiting = matches!(self.phase, Phase::Waiting | Phase::Knocked { .. });
        if !is_waiting || self.terms.invitation.candidates == candidates {
            return;
        }
        self.terms.invitation.candidates = candidates;
        let form = self.terms.invitation.digest();
        self.forms.retain(|known| *known != form);
        self.forms.insert(0, form);
        if self.forms.len() > MOST_FORMS
            && let Some(oldest) = self.forms.iter().rposition(|form| *form != self.handed_out)
        {
            self.forms.remove(oldest);
        }
        if let Some(reply) = &mut self.reply {
            reply.is_outdated = true;
        }
        let invitation = Box::new(self.terms.invitation.clone());
        self.effects.push_back(HostEffect::Reissue(invitation));
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
            is_outdated: false,
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
            self.effects.push_back(HostEffect::LookOutside);
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
            policy: Policy {
                answer: self.terms.invitation.question.is_some(),
                ..Policy::default()
            },
            invite_id: self.keys.invite_id(),
            invitation_digest: self.terms.invitation.digest(),
            reply_digest: None,
            host: local,
            guest: remote,
        };
        // A reply counts only for the guest whose certificate it names.
        let reply = self.reply.as_ref().filter(|r| r.fingerprint == remote);
        let mut prologues = Vec::new();
        for form in &self.forms {
            let one_way = Prologue {
                invitation_digest: *form,
                ..one_way
            };
            prologues.extend(reply.map(|reply| one_way.with_reply(reply.digest)));
            prologues.push(one_way);
        }
        self.asking.held = None;
        self.phase = Phase::Open {
            until: now.monotonic + HANDSHAKE_PATIENCE,
            prologues,
            step: Step::First,
        };
    }

    /// A message came over the link.
    pub fn received(&mut self, now: Now, message: &Bytes) {
        let rests = self.rests(now);
        let Phase::Open {
            prologues,
            step,
            until,
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
                    let random = self.entropy.ready(&established.channel.hash);
                    let ready = Ready::new(random, &self.identity.name);
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
            Step::Ready { established, which } => {
                let two_way = prologues.get(which).map(|p| p.mode) == Some(Mode::TwoWay);
                match Met::read_ready(*established, two_way, message) {
                    Some(met) if self.terms.answer.is_some() => {
                        *until = now.monotonic + ANSWER_PATIENCE;
                        *step = Step::Share(Box::new(met));
                    }
                    Some(met) => self.hand_over(met, None),
                    None => self.refuse(HandshakeError::Malformed),
                }
            }
            Step::Share(met) if rests => {
                *step = Step::Share(met);
                // A guest that keeps to the rules sends one share, and waits.
                if self.asking.held.replace(message.clone()).is_some() {
                    self.refuse(HandshakeError::Malformed);
                }
            }
            Step::Share(met) => self.answer(met, message),
            Step::Proof(met, agreement) => self.judge(now, met, *agreement, message),
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

    /// The guest sent the share of its answer: answers with the share of ours.
    fn answer(&mut self, mut met: Box<Met>, message: &Bytes) {
        let (Some(AnswerMessage::Share(theirs)), Some(answer)) =
            (met.hear(message), &self.terms.answer)
        else {
            return self.refuse(HandshakeError::Malformed);
        };
        let parties = met.parties(self.identity.key.public());
        let random = self.entropy.answer(&parties.hash, self.asking.runs);
        self.asking.runs += 1;
        let attempt = Attempt::new(Seat::Host, &answer.password(None), &parties, &random);
        let share = met.say(AnswerMessage::Share(attempt.share()));
        match (attempt.agree(&theirs), share) {
            (Some(agreement), Some(share)) => {
                self.effects.push_back(HostEffect::Send(share));
                self.go_on(Step::Proof(met, Box::new(agreement)));
            }
            _ => self.refuse(HandshakeError::Malformed),
        }
    }

    /// The guest sent the proof of its answer.
    fn judge(&mut self, now: Now, mut met: Box<Met>, agreement: Agreement, message: &Bytes) {
        let Some(AnswerMessage::Proof(theirs)) = met.hear(message) else {
            return self.refuse(HandshakeError::Malformed);
        };
        let ours = agreement.proof();
        let key = agreement.confirm(&theirs);
        let reply = match key {
            Some(_) => AnswerMessage::Proof(ours),
            None => AnswerMessage::NoMatch,
        };
        let Some(frame) = met.say(reply) else {
            return self.refuse(HandshakeError::Local);
        };
        if let Some(key) = key {
            self.effects.push_back(HostEffect::Send(frame));
            return self.hand_over(*met, Some(&key));
        }
        self.strikes.answers = self.strikes.answers.saturating_add(1);
        self.effects.push_back(HostEffect::Keep);
        self.effects.push_back(HostEffect::Send(frame));
        self.asking.rests_until = Some(now.monotonic + REST);
        if self.strikes.answers >= TRIES {
            self.end(Failure::AnswersDiffer);
        } else {
            self.go_on(Step::Share(met));
        }
    }

    fn go_on(&mut self, next: Step) {
        if let Phase::Open { step, .. } = &mut self.phase {
            *step = next;
        }
    }

    /// Whether it is too early for another answer.
    fn rests(&self, now: Now) -> bool {
        let until = self.asking.rests_until;
        until.is_some_and(|until| now.monotonic < until)
    }

    fn hand_over(&mut self, met: Met, answered: Option<&Secret<64>>) {
        let reply_via = self.reply.as_ref().map(|reply| reply.via);
        let flow = match (met.two_way(), reply_via, self.terms.handed) {
            (true, Some(Via::Camera), _) => Flow::TwoWayScan,
            (false, _, Via::Camera) => Flow::OneScan,
            (_, _, Via::Locked) => Flow::LinkLocked,
            _ => Flow::LinkOpen,
        };
        let acquaintance = met.into_acquaintance(flow, &self.entropy, answered);
        self.phase = Phase::Finished;
        self.effects
            .push_back(HostEffect::Done(Box::new(acquaintance)));
    }

    /// The guest failed a proof. It is told nothing; the person is told only when it burns.
    fn refuse(&mut self, error: HandshakeError) {
        log::debug!("a guest failed the handshake: {error}");
        self.strikes.handshakes = self.strikes.handshakes.saturating_add(1);
        self.effects.push_back(HostEffect::Keep);
        if self.strikes.handshakes >= MOST_FAILURES {
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
/// messages in one: with the reply and without. The host takes the first that it can read. Any other
/// length is of no guest that keeps to the protocol.
fn respond(
    identity: &Identity,
    psk: &Secret<32>,
    prologues: &[Prologue],
    message: &[u8],
) -> Result<(Responder, usize, Vec<u8>), HandshakeError> {
    let mut refusal = HandshakeError::FirstMessage;
    if ![FIRST_MESSAGE, 2 * FIRST_MESSAGE].contains(&message.len()) {
        return Err(refusal);
    }
    for first in message.chunks(FIRST_MESSAGE) {
        match Responder::respond(&identity.key, psk, prologues, first) {
            Ok(answer) => return Ok(answer),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}
