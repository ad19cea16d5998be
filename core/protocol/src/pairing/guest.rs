//! The guest's side of the flow: open, agree, knock, reply where needed.

use super::ask::{ANSWER_PATIENCE, Entropy, Introduced, TRIES};
use super::keeping::Keeping;
use super::view::{GuestStage, GuestView};
use super::{AuthenticatedPeer, Failure, HANDSHAKE_PATIENCE, Identity, Now, Outgoing, Provenance};
use crate::handshake::{
    Agreement, AnswerMessage, Attempt, Established, Flow, HandshakeError, Initiator, Mode, Policy,
    Prologue, Ready,
};
use crate::link::TransportError;
use bytes::Bytes;
use handfast_seal::{Answers, Profile};
use handfast_token::{
    BrowserIce, Candidates, Fingerprint, Invitation, InvitationKeys, MAX_LIFETIME, Reply,
    ReplyError, Role, SealedReply, Secret,
};
use std::collections::VecDeque;
use std::time::Duration;
use web_time::Instant;

/// How long knocking may take before the reply is offered. A path on one network takes
/// milliseconds; across networks, a second is long.
const REPLY_AFTER: Duration = Duration::from_millis(2_500);

/// How long knocking may take before servers outside are asked, where that is allowed: on one network
/// the host has answered long before.
const LOOK_AFTER: Duration = Duration::from_secs(1);

/// The same where the invitation names an address that is seen from outside: it was made for somebody
/// elsewhere.
const LOOK_SOON_AFTER: Duration = Duration::from_millis(300);

/// How much longer a reply may wait for what these servers say.
const LOOK_PATIENCE: Duration = Duration::from_secs(2);

/// How long an invitation is tried once it seems to have expired: this device's clock may be wrong,
/// and only the host's counts.
const EXPIRED_PATIENCE: Duration = Duration::from_secs(8);

/// How long a host is knocked at that was met, and left before it said whether it keeps this guest: it may
/// come back to the invitation, or have used it up, and is found as a contact then.
const MET_PATIENCE: Duration = Duration::from_secs(30);

/// An invitation that is not the one being answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[error("this is another invitation: stop here first, then open it")]
pub struct OtherInvitation;

/// What the guest wants done.
#[derive(Debug)]
pub enum GuestEffect {
    /// Send this message over the link.
    Send(Outgoing),
    /// Keep what [`Guest::proofs`] says now, before anything else that follows here: whoever gets a
    /// proof can test one guess at the answer with it, whatever happens to this device.
    Keep,
    /// Keep whom [`Guest::met`] tells, durably, and say so by [`Guest::remembered`]: until then the host
    /// is told nothing.
    Remember,
    /// Give up the link, and knock again.
    Again,
    /// Ask servers outside how this device is seen, for the reply.
    LookOutside,
    /// The host is who made the invitation, and has said whether it keeps this guest: hand over.
    Done(Box<AuthenticatedPeer>),
    /// It is over.
    Over(Failure),
}

/// What a guest has given away before: to whoever gets the proof of an answer, it tells whether one
/// guess at that answer is right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tried {
    /// Proofs that were sent for this invitation, over all links and processes.
    pub proofs: u8,
    /// One was sent to somebody else who was unverified, within a day.
    pub lately: bool,
}

impl Tried {
    /// True once so many answers were wrong that no further one may be given.
    pub fn is_used_up(&self) -> bool {
        self.proofs >= TRIES
    }
}

/// The guest's state machine. See the module text of [`super`].
pub struct Guest {
    identity: Identity,
    /// Of the certificate that was made for this invitation.
    fingerprint: Fingerprint,
    /// What this guest's browser chose, if the host has to be told.
    browser: Option<BrowserIce>,
    invitation: Invitation,
    keys: InvitationKeys,
    provenance: Provenance,
    entropy: Entropy,
    reply: Option<(Reply, SealedReply)>,
    reply_shown: bool,
    /// What seems to have expired may still be good.
    doubts_clock: bool,
    looking: Looking,
    gives_up: Option<Instant>,
    slot: Heard,
    tried: Tried,
    /// The host has said that an answer was wrong.
    was_wrong: bool,
    /// The host is kept, or this guest keeps nobody.
    has_met: bool,
    /// Runs of the check, so that no two use the same randomness.
    runs: u32,
    phase: Phase,
    effects: VecDeque<GuestEffect>,
}

/// How far this guest is with asking servers outside how they see this device.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Looking {
    /// Not by this device.
    Never,
    /// Once it is needed.
    Later,
    /// They have been asked.
    Asked,
    /// They have answered, or there was nothing to ask.
    Done,
}

/// What the host was last heard to say about the slot.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Heard {
    /// Nothing, or that it is this guest's.
    Nothing,
    /// Somebody else has it now.
    Taken,
    /// Somebody else had it, and the host says nothing any more.
    WasTaken,
}

enum Phase {
    /// Nothing has been sent, and nothing will be until the person agrees.
    Opened,
    Knocking {
        since: Instant,
    },
    /// The endpoint tells whether a link comes of it, or the host went away again.
    Answered,
    Open {
        /// When patience ends.
        until: Instant,
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
        own_clock: u64,
    },
    /// None, before the person here has answered.
    Question(Box<Introduced>),
    /// The share of the host's answer.
    Share(Box<Introduced>, Box<Attempt>),
    /// The proof of the host's answer, or that the answers differ.
    Proof(Box<Introduced>, Box<Agreement>),
    /// Whether the host keeps this guest.
    Kept(Box<Keeping>),
    Nothing,
}

impl Guest {
    /// Opens an invitation. `fingerprint`: of the certificate made for it. `random`: 32 random bytes for
    /// everything this side chooses at random.
    pub fn new(
        identity: Identity,
        fingerprint: Fingerprint,
        invitation: Invitation,
        provenance: Provenance,
        random: Secret<32>,
    ) -> Self {
        Self {
            keys: invitation.keys(),
            identity,
            fingerprint,
            browser: None,
            invitation,
            provenance,
            entropy: Entropy::new(random),
            reply: None,
            reply_shown: false,
            doubts_clock: false,
            looking: Looking::Never,
            gives_up: None,
            slot: Heard::Nothing,
            tried: Tried::default(),
            was_wrong: false,
            has_met: false,
            runs: 0,
            phase: Phase::Opened,
            effects: VecDeque::new(),
        }
    }

    /// Goes on counting where earlier guests of this device were.
    pub fn with_tried(mut self, tried: Tried) -> Self {
        self.tried = tried;
        self
    }

    /// This guest is a browser, and chose these. They go into its reply.
    pub fn with_browser(mut self, browser: Option<BrowserIce>) -> Self {
        self.browser = browser;
        self
    }

    /// How many proofs of an answer were sent for this invitation.
    pub fn proofs(&self) -> u8 {
        self.tried.proofs
    }

    /// Servers outside may be asked how this device is seen, once the local network has failed.
    pub fn may_look_outside(&mut self) {
        self.looking = Looking::Later;
    }

    /// The person agreed: knocking begins. The candidates are this side's own, for the reply; `salt`
    /// is 8 random bytes; after `patience`, or when the invitation has expired, it is over.
    pub fn connect(&mut self, now: Now, candidates: Candidates, salt: [u8; 8], patience: Duration) {
        if self.is_undecided() {
            self.make_reply(candidates, salt);
            self.knock(now, patience);
            if self.invitation.browser.is_some() {
                // Nothing else makes such a host knock.
                self.offer_reply();
            }
        }
    }

    /// Nothing has begun, and nothing has ended.
    fn is_undecided(&self) -> bool {
        match self.phase {
            Phase::Opened => true,
            Phase::Knocking { .. } | Phase::Answered | Phase::Open { .. } | Phase::Finished => {
                false
            }
        }
    }

    /// Goes on where an earlier guest of the same invitation was: with the reply that it showed.
    ///
    /// # Errors
    /// [`ReplyError`] if the reply answers another invitation.
    pub fn connect_again(
        &mut self,
        now: Now,
        sealed: SealedReply,
        patience: Duration,
    ) -> Result<(), ReplyError> {
        let opened = sealed.open(&self.keys)?;
        if self.is_undecided() {
            self.reply = Some((opened, sealed));
            self.reply_shown = true;
            self.knock(now, patience);
        }
        Ok(())
    }

    fn make_reply(&mut self, candidates: Candidates, salt: [u8; 8]) {
        let reply = Reply {
            fingerprint: self.fingerprint,
            candidates,
            browser: self.browser.clone(),
        };
        let sealed = reply.seal(&self.keys, salt);
        self.reply = Some((reply, sealed));
    }

    /// Only patience ends the knocking, whatever this device's clock says about the invitation.
    pub fn doubt_clock(&mut self) {
        self.doubts_clock = true;
    }

    /// For how long knocking makes sense by this device's clock.
    fn life(&self, now: Now) -> Duration {
        match self.doubts_clock {
            true => MAX_LIFETIME,
            false => {
                let remaining = self.invitation.expiry.remaining(now.unix);
                remaining.unwrap_or_default() + EXPIRED_PATIENCE
            }
        }
    }

    fn knock(&mut self, now: Now, patience: Duration) {
        self.gives_up = Some(now.monotonic + patience.min(self.life(now)));
        self.phase = Phase::Knocking {
            since: now.monotonic,
        };
    }

    /// This device was suspended; its clock for intervals may have stood still meanwhile.
    pub fn resumed(&mut self, now: Now) {
        let life = now.monotonic + self.life(now);
        self.gives_up = self.gives_up.map(|at| at.min(life));
    }

    /// This device has other addresses now, or is a browser that had to choose anew: the reply becomes another one,
    /// which has to reach the host instead. `salt` is 8 random bytes. A host that has the older reply takes the
    /// guest as one without.
    pub fn moved(&mut self, candidates: Candidates, browser: Option<BrowserIce>, salt: [u8; 8]) {
        if self.looking == Looking::Asked {
            self.looking = Looking::Done;
        }
        let is_news = |(reply, _): &(Reply, SealedReply)| {
            (&reply.candidates, &reply.browser) != (&candidates, &browser)
        };
        if self.reply.as_ref().is_some_and(is_news) {
            self.browser = browser;
            self.make_reply(candidates, salt);
        }
    }

    /// The host shows its invitation in another form: with other addresses or, if it is a browser, with what it
    /// chose anew, and nothing else.
    ///
    /// # Errors
    /// [`OtherInvitation`] if it differs in more than that.
    pub fn invitation_received(&mut self, invitation: Invitation) -> Result<(), OtherInvitation> {
        let as_before = Invitation {
            candidates: self.invitation.candidates.clone(),
            browser: self.invitation.browser.clone(),
            ..invitation.clone()
        };
        let is_other = invitation.browser.is_some() != self.invitation.browser.is_some();
        if is_other || as_before != self.invitation {
            return Err(OtherInvitation);
        }
        self.invitation = invitation;
        Ok(())
    }

    /// The reply, once the person has agreed to connect.
    pub fn reply(&self) -> Option<&SealedReply> {
        self.reply.as_ref().map(|(_, sealed)| sealed)
    }

    /// Offers the reply at once instead of waiting whether it is needed.
    pub fn offer_reply(&mut self) {
        match self.phase {
            Phase::Knocking { .. } | Phase::Answered | Phase::Open { .. } => {
                self.look_outside();
                self.reply_shown = self.reply.is_some();
            }
            // Before the person agrees nothing is sent, and nobody is asked.
            Phase::Opened | Phase::Finished => {}
        }
    }

    fn look_outside(&mut self) {
        if self.looking == Looking::Later {
            self.looking = Looking::Asked;
            self.effects.push_back(GuestEffect::LookOutside);
        }
    }

    /// How long after the knocking began the servers are asked, if they will be.
    fn looks_after(&self) -> Option<Duration> {
        let mut candidates = self.invitation.candidates.iter();
        let is_from_elsewhere = candidates.any(|one| one.reflexive().is_some());
        match self.looking {
            Looking::Later if is_from_elsewhere => Some(LOOK_SOON_AFTER),
            Looking::Later => Some(LOOK_AFTER),
            _ => None,
        }
    }

    /// How long after the knocking began the reply is offered.
    fn replies_after(&self) -> Duration {
        match self.looking {
            Looking::Asked => REPLY_AFTER + LOOK_PATIENCE,
            _ => REPLY_AFTER,
        }
    }

    /// The next thing to do.
    pub fn poll_effect(&mut self) -> Option<GuestEffect> {
        self.effects.pop_front()
    }

    /// What a screen shows now. None before the person has agreed, and once handed over or over: the
    /// last effect said how.
    pub fn view(&self) -> Option<GuestView> {
        Some(match &self.phase {
            Phase::Knocking { .. } => match &self.reply {
                Some(_) if self.reply_shown => GuestView::ReplyNeeded {
                    slot_taken: self.is_taken(),
                },
                _ if self.is_taken() => GuestView::Connecting(GuestStage::SlotTaken),
                _ => GuestView::Connecting(GuestStage::Knocking),
            },
            Phase::Answered => GuestView::Connecting(GuestStage::Answered),
            Phase::Open {
                step: Step::Question(_),
                ..
            } => GuestView::Asking {
                question: self.question().unwrap_or_default(),
                tries_left: TRIES.saturating_sub(self.tried.proofs),
                was_wrong: self.was_wrong,
                is_repeated: self.provenance != Provenance::Camera
                    && (self.tried.lately || self.tried.proofs > 0),
            },
            Phase::Open { .. } => GuestView::Connecting(GuestStage::Checking),
            Phase::Opened | Phase::Finished => return None,
        })
    }

    /// When [`Self::handle_timeout`] must be called at the latest.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Opened | Phase::Answered | Phase::Finished => None,
            Phase::Knocking { since } => {
                let offer = self.offers_reply().then(|| self.replies_after());
                let next = [offer, self.looks_after()].into_iter().flatten();
                let at = next.map(|after| *since + after).chain(self.gives_up);
                at.min()
            }
            Phase::Open { until, .. } => Some(*until),
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Now) {
        match &self.phase {
            &Phase::Knocking { since } => {
                if self.gives_up.is_some_and(|at| now.monotonic >= at) {
                    let left = self.invitation.expiry.remaining(now.unix);
                    self.end(match (self.slot, left) {
                        _ if self.has_met => Failure::WentAway,
                        (Heard::Taken | Heard::WasTaken, _) => Failure::Taken,
                        (Heard::Nothing, Some(_)) => Failure::NotReached,
                        (Heard::Nothing, None) => Failure::Expired,
                    });
                    return;
                }
                let elapsed = now.monotonic.saturating_duration_since(since);
                if self.looks_after().is_some_and(|after| elapsed >= after) {
                    self.look_outside();
                }
                if self.offers_reply() && elapsed >= self.replies_after() {
                    self.reply_shown = true;
                }
            }
            Phase::Open { until, .. } if now.monotonic >= *until => match self.has_sent_proof() {
                true => self.end(Failure::LeftAfterAnswer),
                false => self.again(now),
            },
            Phase::Opened | Phase::Answered | Phase::Open { .. } | Phase::Finished => {}
        }
    }

    /// True if the reply will be shown by itself. A host that says that somebody else is there needs
    /// none to be reached.
    fn offers_reply(&self) -> bool {
        !self.reply_shown && !self.is_taken()
    }

    fn is_taken(&self) -> bool {
        self.slot == Heard::Taken
    }

    /// The host is with somebody else right now, or is not heard to be any more. That ends nothing:
    /// the guest goes on knocking, its reply stays good, and it gets in when the slot is free.
    pub fn slot_taken(&mut self, is_taken: bool) {
        self.slot = match (is_taken, self.slot) {
            (true, _) => Heard::Taken,
            (false, Heard::Taken) => Heard::WasTaken,
            (false, before) => before,
        };
    }

    /// The host answered a knock.
    pub fn answered(&mut self) {
        self.slot = Heard::Nothing;
        match self.phase {
            Phase::Knocking { .. } => self.phase = Phase::Answered,
            Phase::Opened | Phase::Answered | Phase::Open { .. } | Phase::Finished => {}
        }
    }

    /// The link is open; the certificates are the ones seen in it.
    pub fn opened(&mut self, now: Now, local: Fingerprint, remote: Fingerprint) {
        match &self.phase {
            // The link before it is gone, and a proof that was not answered on it never will be.
            Phase::Open { .. } if self.has_sent_proof() => {
                return self.end(Failure::LeftAfterAnswer);
            }
            Phase::Knocking { .. } | Phase::Answered | Phase::Open { .. } => {}
            Phase::Opened | Phase::Finished => return,
        }
        let one_way = Prologue {
            mode: Mode::OneWay,
            policy: Policy {
                answer: self.invitation.question.is_some(),
                ..Policy::default()
            },
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
            until: now.monotonic + HANDSHAKE_PATIENCE,
            step: Step::Second(initiators),
        };
        self.effects.push_back(GuestEffect::Send(message.into()));
    }

    /// A message came over the link.
    pub fn received(&mut self, now: Now, message: &Bytes) {
        let (step, until) = match &mut self.phase {
            Phase::Open { step, until } => (step, until),
            Phase::Opened | Phase::Knocking { .. } | Phase::Answered | Phase::Finished => return,
        };
        let has_no_try_left = self.invitation.question.is_some() && self.tried.is_used_up();
        match std::mem::replace(step, Step::Nothing) {
            Step::Second(initiators) => match finish_one(initiators, message) {
                Ok((mut established, third, mode)) => {
                    let random = self.entropy.ready(&established.channel.hash);
                    let Identity { name, client, .. } = &self.identity;
                    let ready = Ready::new(random, name, now.unix, client.clone());
                    let Ok(frame) = established.channel.sealer.seal(&ready.to_bytes()) else {
                        return self.end(Failure::Local);
                    };
                    *step = Step::Ready {
                        established: Box::new(established),
                        mode,
                        own_clock: now.unix,
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
                established,
                mode,
                own_clock,
            } => {
                let two_way = mode == Mode::TwoWay;
                match Introduced::read_ready(*established, two_way, own_clock, message) {
                    Some(_) if has_no_try_left => self.end(Failure::AnswersDiffer),
                    Some(introduced) if self.invitation.question.is_some() => {
                        *until = now.monotonic + ANSWER_PATIENCE;
                        *step = Step::Question(Box::new(introduced));
                    }
                    Some(introduced) => self.meet(now, introduced, None),
                    None => self.end(Failure::NotTheInviter),
                }
            }
            // The host has nothing to say before it was answered.
            Step::Question(_) => self.end(Failure::NotTheInviter),
            Step::Share(introduced, attempt) => self.prove(introduced, *attempt, message),
            Step::Proof(introduced, agreement) => self.judge(now, introduced, *agreement, message),
            Step::Kept(mut keeping) => match keeping.hear(message) {
                true => self.conclude(keeping),
                false => self.end(Failure::NotTheInviter),
            },
            Step::Nothing => {}
        }
    }

    /// Whom [`GuestEffect::Remember`] is about.
    pub fn met(&self) -> Option<&AuthenticatedPeer> {
        match &self.phase {
            Phase::Open {
                step: Step::Kept(keeping),
                ..
            } => Some(keeping.peer()),
            Phase::Open { .. }
            | Phase::Opened
            | Phase::Knocking { .. }
            | Phase::Answered
            | Phase::Finished => None,
        }
    }

    /// The host is kept now; or `is_kept` is false, and this guest keeps nobody. Out of turn it changes
    /// nothing.
    pub fn remembered(&mut self, is_kept: bool) {
        let Phase::Open { step, .. } = &mut self.phase else {
            return;
        };
        match std::mem::replace(step, Step::Nothing) {
            Step::Kept(mut keeping) => {
                self.has_met = true;
                let frame = keeping.say(is_kept);
                self.effects.extend(frame.map(GuestEffect::Send));
                self.conclude(keeping);
            }
            other @ (Step::Second(_)
            | Step::Ready { .. }
            | Step::Question(_)
            | Step::Share(..)
            | Step::Proof(..)
            | Step::Nothing) => *step = other,
        }
    }

    /// The person answers the question ([`GuestView::Asking`]). Out of turn it changes nothing.
    pub fn answer(&mut self, now: Now, answer: &Answers) {
        let (step, until) = match &mut self.phase {
            Phase::Open { step, until } => (step, until),
            Phase::Opened | Phase::Knocking { .. } | Phase::Answered | Phase::Finished => return,
        };
        let mut introduced = match std::mem::replace(step, Step::Nothing) {
            Step::Question(introduced) => introduced,
            other @ (Step::Second(_)
            | Step::Ready { .. }
            | Step::Share(..)
            | Step::Proof(..)
            | Step::Kept(_)
            | Step::Nothing) => {
                *step = other;
                return;
            }
        };
        let parties = introduced.parties(self.identity.key.public());
        let random = self.entropy.answer(&parties.hash, self.runs);
        self.runs += 1;
        let password = answer.password(Profile::Two, None);
        let attempt = Attempt::new(Role::Guest, &password, &parties, &random);
        let Some(share) = introduced.say(AnswerMessage::Share(attempt.share())) else {
            return self.end(Failure::Local);
        };
        *until = now.monotonic + HANDSHAKE_PATIENCE;
        *step = Step::Share(introduced, Box::new(attempt));
        self.effects.push_back(GuestEffect::Send(share));
    }

    /// The host sent the share of its answer: proves ours. The try counts from here on, whether the host
    /// ever says what it was worth or not.
    fn prove(&mut self, mut introduced: Box<Introduced>, attempt: Attempt, message: &Bytes) {
        let agreement = match introduced.hear(message) {
            Some(AnswerMessage::Share(theirs)) => attempt.agree(&theirs),
            Some(AnswerMessage::Proof(_) | AnswerMessage::NoMatch) | None => None,
        };
        let Some(agreement) = agreement else {
            return self.end(Failure::NotTheInviter);
        };
        let Some(proof) = introduced.say(AnswerMessage::Proof(agreement.proof())) else {
            return self.end(Failure::Local);
        };
        self.tried.proofs = self.tried.proofs.saturating_add(1);
        self.effects.push_back(GuestEffect::Keep);
        self.effects.push_back(GuestEffect::Send(proof));
        self.go_on(Step::Proof(introduced, Box::new(agreement)));
    }

    fn go_on(&mut self, next: Step) {
        match &mut self.phase {
            Phase::Open { step, .. } => *step = next,
            Phase::Opened | Phase::Knocking { .. } | Phase::Answered | Phase::Finished => {}
        }
    }

    /// What [`GuestEffect::Keep`] or [`GuestEffect::Remember`] asked for cannot be done, so nothing that was
    /// to follow is sent.
    pub fn not_kept(&mut self) {
        if self.has_sent_proof() || self.met().is_some() {
            self.end(Failure::Local);
        }
    }

    /// The host has our proof, or will have, and has not said what it is worth.
    fn has_sent_proof(&self) -> bool {
        match &self.phase {
            Phase::Open { step, .. } => match step {
                Step::Proof(..) => true,
                Step::Second(_)
                | Step::Ready { .. }
                | Step::Question(_)
                | Step::Share(..)
                | Step::Kept(_)
                | Step::Nothing => false,
            },
            Phase::Opened | Phase::Knocking { .. } | Phase::Answered | Phase::Finished => false,
        }
    }

    /// The host says whether the answers agree, and shows that it knows.
    fn judge(
        &mut self,
        now: Now,
        mut introduced: Box<Introduced>,
        agreement: Agreement,
        message: &Bytes,
    ) {
        match introduced.hear(message) {
            Some(AnswerMessage::Proof(theirs)) => match agreement.confirm(&theirs) {
                Some(key) => {
                    // Whoever is asked once more has not been wrong since.
                    self.was_wrong = false;
                    self.meet(now, *introduced, Some(&key));
                }
                None => self.end(Failure::NotTheInviter),
            },
            Some(AnswerMessage::NoMatch) if self.tried.is_used_up() => {
                self.end(Failure::AnswersDiffer);
            }
            Some(AnswerMessage::NoMatch) => {
                self.was_wrong = true;
                match &mut self.phase {
                    Phase::Open { step, until } => {
                        *until = now.monotonic + ANSWER_PATIENCE;
                        *step = Step::Question(introduced);
                    }
                    Phase::Opened | Phase::Knocking { .. } | Phase::Answered | Phase::Finished => {}
                }
            }
            Some(AnswerMessage::Share(_)) | None => self.end(Failure::NotTheInviter),
        }
    }

    fn question(&self) -> Option<String> {
        let question = self.invitation.question.as_ref();
        question.map(|question| question.as_str().to_owned())
    }

    /// The host went away before the link was open. The endpoint knocks on by itself.
    pub fn lapsed(&mut self, now: Now) {
        match self.phase {
            Phase::Answered => {
                self.phase = Phase::Knocking {
                    since: now.monotonic,
                };
            }
            Phase::Opened | Phase::Knocking { .. } | Phase::Open { .. } | Phase::Finished => {}
        }
    }

    /// The link ended before it was ready. A host that refuses says nothing and hangs up; one that
    /// was suspended, or lost its network, comes back. One that has our proof and says nothing may
    /// have tested a guess with it, and is not knocked at again by itself.
    pub fn link_ended(&mut self, now: Now) {
        match &self.phase {
            Phase::Open { step, .. } => match step {
                Step::Second(_) => self.end(Failure::NotTheInviter),
                Step::Proof(..) => self.end(Failure::LeftAfterAnswer),
                // They are met again by what both may have kept, and the invitation is good for as long as
                // the host has not heard that this side has.
                Step::Kept(_) => self.again(now),
                Step::Ready { .. } | Step::Question(_) | Step::Share(..) | Step::Nothing => {
                    match self.was_wrong {
                        // The host counts the answers of all links; for it, that was the last one.
                        true => self.end(Failure::AnswersDiffer),
                        false => self.again(now),
                    }
                }
            },
            Phase::Knocking { .. } | Phase::Answered => self.again(now),
            Phase::Opened | Phase::Finished => {}
        }
    }

    fn again(&mut self, now: Now) {
        if self.has_met {
            let soon = now.monotonic + MET_PATIENCE;
            self.gives_up = self.gives_up.map(|at| at.min(soon));
        }
        self.phase = Phase::Knocking {
            since: now.monotonic,
        };
        self.effects.push_back(GuestEffect::Again);
    }

    /// The attempt came to nothing.
    pub fn failed(&mut self, error: TransportError) {
        match &self.phase {
            Phase::Open { .. } if self.has_sent_proof() => self.end(Failure::LeftAfterAnswer),
            Phase::Knocking { .. } | Phase::Answered | Phase::Open { .. } => {
                self.end(error.into());
            }
            // Nothing has begun yet, or it is over.
            Phase::Opened | Phase::Finished => {}
        }
    }

    /// Both have introduced themselves: what they meet again by has to be kept first.
    fn meet(&mut self, now: Now, introduced: Introduced, answered: Option<&Secret<64>>) {
        let flow = match (self.provenance, introduced.two_way()) {
            (Provenance::Camera, true) => Flow::TwoWayScan,
            (Provenance::Camera, false) => Flow::OneScan,
            (Provenance::Carried, _) => Flow::LinkOpen,
            (Provenance::Locked, _) => Flow::LinkLocked,
        };
        let peer = introduced.into_authenticated_peer(flow, &self.entropy, answered);
        if let Phase::Open { step, until } = &mut self.phase {
            *until = now.monotonic + HANDSHAKE_PATIENCE;
            *step = Step::Kept(Box::new(Keeping::new(peer)));
            self.effects.push_back(GuestEffect::Remember);
        }
    }

    /// Hands over, if both have said whether they keep each other.
    fn conclude(&mut self, keeping: Box<Keeping>) {
        if keeping.is_done() {
            self.phase = Phase::Finished;
            let peer = keeping.into_peer();
            self.effects.push_back(GuestEffect::Done(peer));
        } else {
            self.go_on(Step::Kept(keeping));
        }
    }

    fn end(&mut self, failure: Failure) {
        match self.phase {
            Phase::Opened | Phase::Knocking { .. } | Phase::Answered | Phase::Open { .. } => {
                self.phase = Phase::Finished;
                self.effects.push_back(GuestEffect::Over(failure));
            }
            Phase::Finished => {}
        }
    }
}

/// For the table of every event in every state, which has to have a row for each of these.
#[cfg(test)]
impl Guest {
    pub(super) fn state(&self) -> &'static str {
        match &self.phase {
            Phase::Opened => "opened",
            Phase::Knocking { .. } if self.is_taken() => "knocking, slot taken",
            Phase::Knocking { .. } if self.reply_shown => "knocking, reply shown",
            Phase::Knocking { .. } => "knocking",
            Phase::Answered => "answered",
            Phase::Open { step, .. } => match step {
                Step::Second(_) => "second message",
                Step::Ready { .. } => "ready",
                Step::Question(_) if self.was_wrong => "question, once wrong",
                Step::Question(_) => "question",
                Step::Share(..) => "share",
                Step::Proof(..) => "proof",
                Step::Kept(keeping) if keeping.is_waiting() => "keeping",
                Step::Kept(_) => "kept",
                Step::Nothing => unreachable!("only while a message is looked at"),
            },
            Phase::Finished => "finished",
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
