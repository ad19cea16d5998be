//! The host's side of the flow: show, wait, let one guest in.

use super::ask::{ANSWER_PATIENCE, Entropy, Introduced, REST, TRIES};
use super::keeping::Keeping;
use super::newcomer::Newcomer;
use super::replies::{MOST_REPLIES, ReceivedReply, Replies, Search};
use super::view::HostStage;
use super::{
    AuthenticatedPeer, FIRST_MESSAGE, Failure, HANDSHAKE_PATIENCE, Identity, Now, Outgoing,
    Provenance, Turn,
};
use crate::certificate::Certificate;
use crate::handshake::{
    Agreement, AnswerMessage, Attempt, Established, Flow, HandshakeError, Mode, Policy, Prologue,
    Ready, Responder,
};
use bytes::Bytes;
use handfast_seal::{Answers, Profile};
use handfast_token::{
    BrowserIce, Candidates, Fingerprint, Invitation, InvitationKeys, Reply, ReplyError, Role,
    SealedReply, Secret,
};
use std::collections::VecDeque;
use std::time::Duration;
use web_time::Instant;

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
    /// [`Provenance::Camera`] if it is only ever shown on the screen; [`Provenance::Carried`] if it is also sent,
    /// [`Provenance::Locked`] if it never leaves this device but locked.
    pub handed: Provenance,
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
    /// True once guests have failed so often that nobody may try any more.
    pub fn are_used_up(&self) -> bool {
        self.answers >= TRIES || self.handshakes >= MOST_FAILURES
    }
}

/// What has become of an invitation while it waited: enough of it to go on after a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostHistory {
    /// How often guests failed at each proof.
    pub strikes: Strikes,
    /// The digests of the forms in which it was shown, the newest first; see [`Host::moved`].
    pub forms: Vec<[u8; 32]>,
    /// The replies that came, in the order in which their guests are looked for.
    pub replies: Vec<ReceivedReply>,
    /// The certificate of the guest who was met here, and has not said yet whether it keeps this host: the
    /// invitation is for nobody else any more.
    pub met: Option<Fingerprint>,
}

impl HostHistory {
    /// Adds what another process knows of the same invitation, whether it has seen more of it or less.
    /// A strike is never taken back, and a form or a reply is forgotten only where there is no room for it.
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
        for received in &other.replies {
            if !self.replies.iter().any(|one| one.reply == received.reply) {
                self.replies.push(received.clone());
            }
        }
        self.replies.truncate(MOST_REPLIES);
        self.met = self.met.or(other.met);
    }
}

/// What the host wants done.
#[derive(Debug)]
pub enum HostEffect {
    /// Knock at the guest who made this reply as well.
    Expect(Reply, Turn),
    /// Knock at nobody, until the next [`Self::Expect`].
    ExpectNobody,
    /// Send this message over the link.
    Send(Outgoing),
    /// Send this message over the link beside.
    SendBeside(Outgoing),
    /// The guest's handshake stands on the newest link: the one before it, if there is one, is of no use any more,
    /// and whoever comes anew gets a link beside this one.
    Stands,
    /// Give up the link beside.
    AbandonBeside,
    /// Keep what [`Host::history`] says now, before anything else that follows here: a try that a guest
    /// has heard of counts, whatever happens to this device.
    Keep,
    /// Keep whom [`Host::met`] tells and what [`Host::history`] says, durably and both or neither, and say so
    /// by [`Host::remembered`]: until then the guest is told nothing.
    Remember,
    /// Give up the link, and wait for another guest.
    Abandon,
    /// Ask servers outside how this device is seen: the local network has failed.
    LookOutside,
    /// Show the invitation in this form from now on: it leads elsewhere.
    Reissue(Box<Invitation>),
    /// The guest holds the invitation, and has said whether it keeps this host: the link is handed over.
    Done(Box<AuthenticatedPeer>),
    /// It is over.
    Over(Failure),
}

/// The host's state machine. See the module text of [`super`].
pub struct Host {
    pub(super) identity: Identity,
    terms: HostTerms,
    entropy: Entropy,
    pub(super) keys: InvitationKeys,
    /// The digests of the invitation as it was shown, the newest first: a guest may hold any.
    forms: Vec<[u8; 32]>,
    /// The one that it was handed out in, which most guests hold.
    handed_out: [u8; 32],
    expires: Instant,
    pub(super) phase: Phase,
    replies: Replies,
    strikes: Strikes,
    pub(super) asking: Asking,
    /// The guest that comes anew beside the link.
    pub(super) newcomer: Option<Newcomer>,
    /// Who was met, and has not said whether it keeps this host.
    met: Option<Fingerprint>,
    /// Where this device is now, if it moved while a link was open.
    elsewhere: Option<(Candidates, Option<BrowserIce>)>,
    pub(super) effects: VecDeque<HostEffect>,
}

/// What is kept of the question from one link to the next.
#[derive(Default)]
pub(super) struct Asking {
    /// Runs of the check, so that no two use the same randomness.
    runs: u32,
    /// No answer is looked at before.
    rests_until: Option<Instant>,
    /// The message that came too early, to be looked at later.
    pub(super) held: Option<Bytes>,
}

pub(super) enum Phase {
    Waiting,
    Knocked {
        /// The guest that is heard. None while a guest is only looked for.
        guest: Option<Fingerprint>,
        since: Instant,
        /// The link has had its time: the other way is wanted.
        overdue: bool,
    },
    /// What a reply says counts as it was when the link opened: nothing that comes later changes what
    /// this attempt proves.
    Open {
        /// Whose certificate was seen.
        guest: Fingerprint,
        /// How the reply that names this guest came here; of several, the way that proves most.
        reply: Option<Provenance>,
        /// When patience ends.
        until: Instant,
        prologues: Vec<Prologue>,
        /// The guest has introduced itself.
        had_ready: bool,
        step: Step,
    },
    Finished,
}

impl Phase {
    /// Somebody is looked for from now on.
    fn looking(now: Now) -> Self {
        Self::Knocked {
            guest: None,
            since: now.monotonic,
            overdue: false,
        }
    }
}

/// Which message of the guest is next.
pub(super) enum Step {
    First,
    Third {
        responder: Box<Responder>,
        which: usize,
    },
    Ready {
        established: Box<Established>,
        which: usize,
        own_clock: u64,
    },
    /// The share of an answer.
    Share(Box<Introduced>),
    /// The proof of an answer.
    Proof(Box<Introduced>, Box<Agreement>),
    /// Whether the guest keeps this host.
    Kept(Box<Keeping>),
    Nothing,
}

impl Step {
    /// The guest's handshake stands.
    pub(super) fn stands(&self) -> bool {
        match self {
            Self::First | Self::Third { .. } | Self::Nothing => false,
            Self::Ready { .. } | Self::Share(_) | Self::Proof(..) | Self::Kept(_) => true,
        }
    }
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
            replies: Replies::default(),
            strikes: Strikes::default(),
            asking: Asking::default(),
            newcomer: None,
            met: None,
            elsewhere: None,
            effects: VecDeque::new(),
        }
    }

    /// Goes on where an earlier host of the same invitation was.
    ///
    /// # Errors
    /// [`ReplyError`] if a reply answers another invitation.
    pub fn with_history(mut self, now: Now, history: HostHistory) -> Result<Self, ReplyError> {
        let mut known = self.history();
        known.merge(&history);
        self.strikes = known.strikes;
        self.forms = known.forms;
        self.met = known.met;
        self.replies = Replies::open(&self.keys, known.replies)?;
        self.look(now);
        if self.replies.sought().is_some() {
            self.phase = Phase::looking(now);
        }
        Ok(self)
    }

    /// What has to be kept to go on.
    pub fn history(&self) -> HostHistory {
        HostHistory {
            strikes: self.strikes,
            forms: self.forms.clone(),
            replies: self.replies.kept(),
            met: self.met,
        }
    }

    /// The next thing to do.
    pub fn poll_effect(&mut self) -> Option<HostEffect> {
        self.effects.pop_front()
    }

    /// How far this is. None once handed over or over: the last effect said how.
    pub fn stage(&self) -> Option<HostStage> {
        Some(match &self.phase {
            Phase::Waiting => HostStage::Waiting,
            Phase::Knocked {
                guest,
                overdue: true,
                ..
            } => {
                let guest = guest.or(self.replies.sought());
                match guest.and_then(|guest| self.replies.is_outdated(guest)) {
                    None => HostStage::ScanTheirCode,
                    Some(true) => HostStage::ShowAgain,
                    Some(false) => HostStage::TheyAreHere,
                }
            }
            Phase::Knocked { overdue: false, .. } => HostStage::TheyAreHere,
            Phase::Open {
                step: Step::Share(_) | Step::Proof(..),
                ..
            } => HostStage::Asking {
                tries_left: TRIES.saturating_sub(self.strikes.answers),
            },
            Phase::Open { .. } => HostStage::Checking,
            Phase::Finished => return None,
        })
    }

    /// When [`Self::handle_timeout`] must be called at the latest.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Waiting => {
                let next = self.replies.poll_timeout();
                Some(next.map_or(self.expires, |next| next.min(self.expires)))
            }
            Phase::Knocked {
                guest,
                since,
                overdue,
            } => {
                let overdue = (!overdue).then(|| *since + SCAN_AFTER);
                let next = guest.is_none().then(|| self.replies.poll_timeout());
                let times = [overdue, next.flatten(), Some(self.expires)];
                times.into_iter().flatten().min()
            }
            Phase::Open { until, .. } => {
                let rested = self.asking.rests_until;
                let rested = rested.filter(|_| self.asking.held.is_some());
                let beside = self.newcomer.as_ref().map(Newcomer::until);
                rested.into_iter().chain(beside).chain([*until]).min()
            }
            Phase::Finished => None,
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Now) {
        let rests = self.rests(now);
        self.expire_beside(now);
        match &mut self.phase {
            Phase::Open { until, .. } if now.monotonic >= *until => self.abandon(now),
            Phase::Open { .. } => {
                if !rests && let Some(held) = self.asking.held.take() {
                    self.received(now, &held);
                }
            }
            Phase::Waiting | Phase::Knocked { .. } if now.monotonic >= self.expires => {
                self.end(Failure::Expired);
            }
            Phase::Waiting => self.look(now),
            Phase::Knocked {
                guest,
                since,
                overdue,
            } => {
                *overdue |= now.monotonic >= *since + SCAN_AFTER;
                if guest.is_none() {
                    self.look(now);
                }
            }
            Phase::Finished => {}
        }
    }

    /// This device was suspended; its clock for intervals may have stood still meanwhile.
    pub fn resumed(&mut self, now: Now) {
        let remaining = self.terms.invitation.expiry.remaining(now.unix);
        let life = now.monotonic + remaining.unwrap_or_default();
        self.expires = self.expires.min(life);
    }

    /// This device can be reached elsewhere now, or also elsewhere: the invitation names these
    /// addresses from now on, and what this host chose, if it is a browser. Whoever holds an earlier form is still
    /// let in, unless it names what a browser has lost.
    pub fn moved(&mut self, candidates: Candidates, browser: Option<BrowserIce>) {
        match self.phase {
            Phase::Waiting | Phase::Knocked { .. } => {}
            // Whoever is here has no use for another form; it is shown if they go again.
            Phase::Open { .. } => {
                self.elsewhere = Some((candidates, browser));
                return;
            }
            Phase::Finished => return,
        }
        let invitation = &mut self.terms.invitation;
        if (&invitation.candidates, &invitation.browser) == (&candidates, &browser) {
            return;
        }
        (invitation.candidates, invitation.browser) = (candidates, browser);
        let form = self.terms.invitation.digest();
        self.forms.retain(|known| *known != form);
        self.forms.insert(0, form);
        if self.forms.len() > MOST_FORMS
            && let Some(oldest) = self.forms.iter().rposition(|form| *form != self.handed_out)
        {
            self.forms.remove(oldest);
        }
        self.replies.outdate();
        let invitation = Box::new(self.terms.invitation.clone());
        self.effects.push_back(HostEffect::Reissue(invitation));
    }

    /// Somebody who holds the invitation knocked: the one with this certificate, if they tell the truth.
    pub fn knocked(&mut self, now: Now, guest: Fingerprint) {
        if self.is_for_another(guest) {
            return;
        }
        match &mut self.phase {
            Phase::Waiting => {
                self.phase = Phase::Knocked {
                    guest: Some(guest),
                    since: now.monotonic,
                    overdue: false,
                };
            }
            Phase::Knocked { guest: heard, .. } => *heard = Some(guest),
            // It is the one of the link, which has ended: that is told as well.
            Phase::Open { .. } | Phase::Finished => {}
        }
    }

    /// The person scanned, or was sent, a guest's reply. While another guest is heard it waits, unless
    /// it was scanned: who stands here now is who is meant.
    ///
    /// # Errors
    /// [`ReplyError`] if it answers another invitation or was altered. Nothing has changed then.
    pub fn reply_received(
        &mut self,
        now: Now,
        sealed: &SealedReply,
        provenance: Provenance,
    ) -> Result<(), ReplyError> {
        let received = ReceivedReply {
            reply: sealed.clone(),
            provenance,
        };
        let guest = self.replies.hold(&self.keys, received)?;
        if self.is_for_another(guest) {
            return Ok(());
        }
        let heard = match &self.phase {
            Phase::Waiting => None,
            Phase::Knocked { guest, .. } => *guest,
            Phase::Open { guest, .. } => Some(*guest),
            Phase::Finished => return Ok(()),
        };
        let is_other = heard.is_some_and(|heard| heard != guest);
        let turn = match provenance {
            Provenance::Camera => Turn::Now,
            Provenance::Carried | Provenance::Locked if is_other => return Ok(()),
            Provenance::Carried | Provenance::Locked => Turn::Next,
        };
        match self.phase {
            Phase::Open { .. } if is_other => self.effects.push_back(HostEffect::Abandon),
            Phase::Open { .. } => return Ok(()),
            Phase::Waiting | Phase::Knocked { .. } | Phase::Finished => {}
        }
        if is_other {
            self.vacate(now);
        }
        self.phase = Phase::Knocked {
            guest: heard.filter(|_| !is_other),
            since: now.monotonic,
            overdue: false,
        };
        let search = self.replies.prefer(now.monotonic, guest);
        self.search(search, turn);
        Ok(())
    }

    /// The link is open; the certificates are the ones seen in it.
    pub fn opened(&mut self, now: Now, local: Fingerprint, remote: Fingerprint) {
        match self.phase {
            Phase::Waiting | Phase::Knocked { .. } => {}
            // The link before it is gone.
            Phase::Open { .. } => self.vacate(now),
            Phase::Finished => return,
        }
        if self.is_for_another(remote) {
            return self.effects.push_back(HostEffect::Abandon);
        }
        self.asking.held = None;
        self.phase = Phase::Open {
            guest: remote,
            reply: self.replies.provenance(remote),
            until: now.monotonic + HANDSHAKE_PATIENCE,
            prologues: self.prologues(local, remote),
            had_ready: false,
            step: Step::First,
        };
    }

    /// What the first message of this guest may be bound to.
    pub(super) fn prologues(&self, local: Fingerprint, remote: Fingerprint) -> Vec<Prologue> {
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
        let mut prologues = Vec::new();
        for form in &self.forms {
            let one_way = Prologue {
                invitation_digest: *form,
                ..one_way
            };
            // A reply counts only for the guest whose certificate it names.
            let replies = self.replies.digests(remote);
            prologues.extend(replies.map(|digest| one_way.with_reply(digest)));
            prologues.push(one_way);
        }
        prologues
    }

    /// A message came over the link.
    pub fn received(&mut self, now: Now, message: &Bytes) {
        let rests = self.rests(now);
        let (prologues, had_ready, step, until) = match &mut self.phase {
            Phase::Open {
                prologues,
                had_ready,
                step,
                until,
                ..
            } => (prologues, had_ready, step, until),
            // It is of a link that was given up.
            Phase::Waiting | Phase::Knocked { .. } | Phase::Finished => return,
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
                    Err(error) => self.refuse(now, error),
                }
            }
            Step::Third { responder, which } => match responder.finish(message) {
                Ok(established) => self.stand(now, established, which),
                Err(error) => self.refuse(now, error),
            },
            Step::Ready {
                established,
                which,
                own_clock,
            } => {
                let two_way = prologues.get(which).map(|p| p.mode) == Some(Mode::TwoWay);
                let introduced = Introduced::read_ready(*established, two_way, own_clock, message);
                *had_ready = introduced.is_some();
                match introduced {
                    Some(introduced) if self.terms.answer.is_some() => {
                        *until = now.monotonic + ANSWER_PATIENCE;
                        *step = Step::Share(Box::new(introduced));
                    }
                    Some(introduced) => self.meet(now, introduced, None),
                    None => self.refuse(now, HandshakeError::Malformed),
                }
            }
            Step::Share(introduced) if rests => {
                *step = Step::Share(introduced);
                // A guest that keeps to the rules sends one share, and waits.
                if self.asking.held.replace(message.clone()).is_some() {
                    self.refuse(now, HandshakeError::Malformed);
                }
            }
            Step::Share(introduced) => self.answer(now, introduced, message),
            Step::Proof(introduced, agreement) => self.judge(now, introduced, *agreement, message),
            Step::Kept(mut keeping) => match keeping.hear(message) {
                true => self.conclude(keeping),
                false => self.refuse(now, HandshakeError::Malformed),
            },
            Step::Nothing => {}
        }
    }

    /// The guest's handshake stands: this host introduces itself.
    pub(super) fn stand(&mut self, now: Now, mut established: Established, which: usize) {
        let random = self.entropy.ready(&established.channel.hash);
        let Identity { name, client, .. } = &self.identity;
        let ready = Ready::new(random, name, now.unix, client.clone());
        match established.channel.sealer.seal(&ready.to_bytes()) {
            Ok(frame) => {
                self.effects.push_back(HostEffect::Stands);
                self.effects.push_back(HostEffect::Send(frame));
                self.go_on(Step::Ready {
                    established: Box::new(established),
                    which,
                    own_clock: now.unix,
                });
            }
            Err(_) => self.refuse(now, HandshakeError::Local),
        }
    }

    /// The link ended, or an attempt came to nothing: the slot is free again, unless the guest is on a link
    /// beside.
    pub fn link_ended(&mut self, now: Now) {
        match self.phase {
            Phase::Open { .. } if self.newcomer.is_some() => self.promote(),
            Phase::Waiting | Phase::Knocked { .. } | Phase::Open { .. } => {
                self.vacate(now);
                self.look(now);
            }
            Phase::Finished => {}
        }
    }

    /// The guest sent the share of its answer: answers with the share of ours.
    fn answer(&mut self, now: Now, mut introduced: Box<Introduced>, message: &Bytes) {
        let (Some(AnswerMessage::Share(theirs)), Some(answer)) =
            (introduced.hear(message), &self.terms.answer)
        else {
            return self.refuse(now, HandshakeError::Malformed);
        };
        let parties = introduced.parties(self.identity.key.public());
        let random = self.entropy.answer(&parties.hash, self.asking.runs);
        self.asking.runs += 1;
        let password = answer.password(Profile::Two, None);
        let attempt = Attempt::new(Role::Host, &password, &parties, &random);
        let share = introduced.say(AnswerMessage::Share(attempt.share()));
        match (attempt.agree(&theirs), share) {
            (Some(agreement), Some(share)) => {
                self.effects.push_back(HostEffect::Send(share));
                self.go_on(Step::Proof(introduced, Box::new(agreement)));
            }
            _ => self.refuse(now, HandshakeError::Malformed),
        }
    }

    /// The guest sent the proof of its answer.
    fn judge(
        &mut self,
        now: Now,
        mut introduced: Box<Introduced>,
        agreement: Agreement,
        message: &Bytes,
    ) {
        let Some(AnswerMessage::Proof(theirs)) = introduced.hear(message) else {
            return self.refuse(now, HandshakeError::Malformed);
        };
        let ours = agreement.proof();
        let key = agreement.confirm(&theirs);
        let reply = match key {
            Some(_) => AnswerMessage::Proof(ours),
            None => AnswerMessage::NoMatch,
        };
        let Some(frame) = introduced.say(reply) else {
            return self.refuse(now, HandshakeError::Local);
        };
        if let Some(key) = key {
            self.effects.push_back(HostEffect::Send(frame));
            return self.meet(now, *introduced, Some(&key));
        }
        self.strikes.answers = self.strikes.answers.saturating_add(1);
        self.effects.push_back(HostEffect::Keep);
        self.effects.push_back(HostEffect::Send(frame));
        self.asking.rests_until = Some(now.monotonic + REST);
        if self.strikes.answers >= TRIES {
            self.end(Failure::AnswersDiffer);
        } else {
            self.go_on(Step::Share(introduced));
        }
    }

    fn go_on(&mut self, next: Step) {
        match &mut self.phase {
            Phase::Open { step, .. } => *step = next,
            Phase::Waiting | Phase::Knocked { .. } | Phase::Finished => {}
        }
    }

    /// Somebody else was met here already.
    fn is_for_another(&self, guest: Fingerprint) -> bool {
        self.met.is_some_and(|met| met != guest)
    }

    /// True while it is too early to look at another answer.
    fn rests(&self, now: Now) -> bool {
        let until = self.asking.rests_until;
        until.is_some_and(|until| now.monotonic < until)
    }

    /// Both have introduced themselves: what they meet again by has to be kept first.
    fn meet(&mut self, now: Now, introduced: Introduced, answered: Option<&Secret<64>>) {
        let Phase::Open {
            guest,
            reply,
            until,
            step,
            ..
        } = &mut self.phase
        else {
            return;
        };
        let flow = match (*reply, self.terms.handed) {
            (Some(Provenance::Camera), _) => Flow::TwoWayScan,
            (Some(Provenance::Carried | Provenance::Locked) | None, Provenance::Locked) => {
                Flow::LinkLocked
            }
            (None, Provenance::Camera) => Flow::OneScan,
            (Some(Provenance::Carried | Provenance::Locked), Provenance::Camera)
            | (_, Provenance::Carried) => Flow::LinkOpen,
        };
        let peer = introduced.into_authenticated_peer(flow, &self.entropy, answered);
        self.met = Some(*guest);
        *until = now.monotonic + HANDSHAKE_PATIENCE;
        *step = Step::Kept(Box::new(Keeping::new(peer)));
        self.effects.push_back(HostEffect::Remember);
    }

    /// Whom [`HostEffect::Remember`] is about.
    pub fn met(&self) -> Option<&AuthenticatedPeer> {
        match &self.phase {
            Phase::Open {
                step: Step::Kept(keeping),
                ..
            } => Some(keeping.peer()),
            Phase::Open { .. } | Phase::Waiting | Phase::Knocked { .. } | Phase::Finished => None,
        }
    }

    /// The guest is kept now; or `is_kept` is false, and this host keeps nobody. Out of turn it changes
    /// nothing.
    pub fn remembered(&mut self, is_kept: bool) {
        let Phase::Open { step, .. } = &mut self.phase else {
            return;
        };
        match std::mem::replace(step, Step::Nothing) {
            Step::Kept(mut keeping) => {
                let frame = keeping.say(is_kept);
                self.effects.extend(frame.map(HostEffect::Send));
                self.conclude(keeping);
            }
            other @ (Step::First
            | Step::Third { .. }
            | Step::Ready { .. }
            | Step::Share(_)
            | Step::Proof(..)
            | Step::Nothing) => *step = other,
        }
    }

    /// Hands over, if both have said whether they keep each other.
    fn conclude(&mut self, keeping: Box<Keeping>) {
        if keeping.is_done() {
            self.phase = Phase::Finished;
            self.newcomer = None;
            let peer = keeping.into_peer();
            self.effects.push_back(HostEffect::Done(peer));
        } else {
            self.go_on(Step::Kept(keeping));
        }
    }

    /// The guest failed a proof. It is told nothing; the person is told only when it burns.
    fn refuse(&mut self, now: Now, error: HandshakeError) {
        log::debug!("a guest failed the handshake: {error}");
        self.strikes.handshakes = self.strikes.handshakes.saturating_add(1);
        self.effects.push_back(HostEffect::Keep);
        if self.strikes.handshakes >= MOST_FAILURES {
            self.end(Failure::Burned);
        } else {
            self.abandon(now);
        }
    }

    fn abandon(&mut self, now: Now) {
        self.effects.push_back(HostEffect::Abandon);
        self.vacate(now);
        self.look(now);
    }

    /// An attempt has ended. Who came to nothing by it is not the next one who is looked for.
    fn vacate(&mut self, now: Now) {
        let (guest, had_ready) = match &self.phase {
            Phase::Waiting => (None, false),
            Phase::Knocked { guest, .. } => (*guest, false),
            Phase::Open {
                guest, had_ready, ..
            } => (Some(*guest), *had_ready),
            Phase::Finished => return,
        };
        if self.newcomer.take().is_some() {
            self.effects.push_back(HostEffect::AbandonBeside);
        }
        if let Some(guest) = guest.or(self.replies.sought()) {
            self.replies.ended(now.monotonic, guest, had_ready);
        }
        self.phase = Phase::Waiting;
        if let Some((candidates, browser)) = self.elsewhere.take() {
            self.moved(candidates, browser);
        }
    }

    /// Looks for whoever is next, if that is somebody else.
    fn look(&mut self, now: Now) {
        let search = self.replies.next(now.monotonic);
        self.search(search, Turn::Next);
    }

    fn search(&mut self, search: Search, turn: Turn) {
        match search {
            Search::Same => {}
            Search::Guest(guest) if self.is_for_another(guest.fingerprint) => {
                self.effects.push_back(HostEffect::ExpectNobody);
            }
            Search::Guest(guest) => {
                self.effects.push_back(HostEffect::Expect(guest, turn));
                self.effects.push_back(HostEffect::LookOutside);
            }
            Search::Nobody => self.effects.push_back(HostEffect::ExpectNobody),
        }
    }

    fn end(&mut self, failure: Failure) {
        match self.phase {
            Phase::Waiting | Phase::Knocked { .. } | Phase::Open { .. } => {
                self.phase = Phase::Finished;
                self.newcomer = None;
                self.effects.push_back(HostEffect::Over(failure));
            }
            Phase::Finished => {}
        }
    }
}

/// For the table of every event in every state, which has to have a row for each of these.
#[cfg(test)]
impl Host {
    pub(super) fn state(&self, now: Now) -> &'static str {
        match &self.phase {
            Phase::Waiting => "waiting",
            Phase::Knocked {
                guest: None,
                overdue: false,
                ..
            } => "looked for",
            Phase::Knocked {
                guest: None,
                overdue: true,
                ..
            } => "looked for, overdue",
            Phase::Knocked {
                guest: Some(_),
                overdue: false,
                ..
            } => "heard",
            Phase::Knocked {
                guest: Some(_),
                overdue: true,
                ..
            } => "heard, overdue",
            Phase::Open { step, .. } => match step {
                Step::First => "first message",
                Step::Third { .. } => "third message",
                Step::Ready { .. } => "ready",
                Step::Share(_) if self.asking.held.is_some() => "share, one held",
                Step::Share(_) if self.rests(now) => "share, resting",
                Step::Share(_) => "share",
                Step::Proof(..) => "proof",
                Step::Kept(keeping) if keeping.is_waiting() => "keeping",
                Step::Kept(_) => "kept",
                Step::Nothing => unreachable!("only while a message is looked at"),
            },
            Phase::Finished => "finished",
        }
    }
}

/// A guest that has made a reply cannot know whether the host has seen it, so it sends two first
/// messages in one: with the reply and without. The host takes the first that it can read. Any other
/// length is of no guest that keeps to the protocol.
pub(super) fn respond(
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
