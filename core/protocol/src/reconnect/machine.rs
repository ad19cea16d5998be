//! From an open link between two contacts to an authenticated channel that both have kept.

use super::Part;
use super::failure::ReconnectFailure;
use super::generations::following;
use super::keys::ReconnectKeys;
use super::message::Message;
use crate::Now;
use crate::handshake::{
    Channel, Client, Established, HandshakeError, KnownAttempt, KnownInitiator, Mode, Prologue,
    PublicKey, Ready, StaticKey, respond_to_known,
};
use crate::question;
use bytes::Bytes;
use handfast_token::{Fingerprint, Secret};
use std::collections::VecDeque;
use std::time::Duration;
use web_time::Instant;

/// How long the proofs inside an open link may take, and then what follows them.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long two persons may think about a restored device.
const PERSONS_PATIENCE: Duration = Duration::from_secs(5 * 60);

/// What a return begins with.
#[derive(Debug)]
pub struct ReconnectSetup {
    /// The long-term key of this device.
    pub key: StaticKey,
    /// What this device calls itself; may be empty.
    pub name: String,
    /// What this device is, if it says so.
    pub client: Option<Client>,
    /// The long-term key of the contact.
    pub peer: PublicKey,
    /// What the contact is kept with, **as it is on the disk**: what was asked to be kept before and is not
    /// known to be there must not be used, or a crash could leave the two without a secret in common.
    pub keys: ReconnectKeys,
    /// SHA-256 of the public key (SubjectPublicKeyInfo) of this side's certificate on the link.
    pub local: Fingerprint,
    /// The same of the other side's, as seen on the link.
    pub remote: Fingerprint,
    /// 32 random bytes for everything that this side chooses at random.
    pub random: Secret<32>,
}

/// What a return wants done.
#[derive(Debug)]
pub enum ReconnectEffect {
    /// Send this message over the link.
    Send(Bytes),
    /// Keep these keys in the place of the contact's, durably, and say so by [`Reconnecting::kept`]: until
    /// then the other side is told nothing.
    Keep(Box<ReconnectKeys>),
    /// Ask the person whether the conversation goes on: one of the two devices was restored from a copy,
    /// or somebody uses one. The answer is [`Reconnecting::agree`] or [`Reconnecting::decline`].
    AskRestored(RestoredClaim),
    /// While a person is asked, the other side said this about a question that makes sure who is there
    /// ([`Questions`](crate::question::Questions)).
    Question(question::Message),
    /// The contact is back, and both sides have kept it.
    Done(Box<Returned>),
    /// It is over: hang up.
    Over(ReconnectFailure),
}

/// What the other side says where the two have no secret in common any more.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RestoredClaim {
    /// What they call themselves; a claim, and may be empty.
    pub name: String,
    /// They say that theirs is the restored one.
    pub theirs: bool,
    /// This device is the restored one. If neither is, somebody uses a copy, or has used one.
    pub ours: bool,
}

/// A contact that is back.
#[derive(Debug)]
pub struct Returned {
    /// Their long-term key.
    pub key: PublicKey,
    /// What they call themselves; may be empty.
    pub name: String,
    /// What they say they are.
    pub client: Option<Client>,
    /// What their clock said, in seconds since 1970 UTC.
    pub clock: u64,
    /// What the two said about a restored device, where it took that. Whatever was proved about them
    /// before holds no more: trust falls to unverified until they compare.
    pub restored: Option<RestoredClaim>,
    /// What the contact is kept with from now on. It need not be durable before anything else.
    pub keys: ReconnectKeys,
    /// The sealed channel inside the link.
    pub channel: Channel,
}

/// One return on one link; events and instants go in, effects come out. Of one contact there is one at a
/// time: whoever begins another ends the one before first, so that no word of it is heard any more.
pub struct Reconnecting {
    setup: ReconnectSetup,
    phase: Phase,
    effects: VecDeque<ReconnectEffect>,
}

enum Phase {
    Open {
        /// When patience ends.
        until: Instant,
        step: Step,
    },
    Finished,
}

/// Which word is next.
enum Step {
    /// The first message of the initiator.
    First,
    /// The answer of the responder.
    Second(KnownInitiator, Vec<Proof>),
    /// READY, in a channel that this opened.
    Ready(Box<Established>, Proof),
    /// The names, where one of the two was restored.
    Names(Box<Introduced>),
    /// The person here thinks.
    Asking(Box<Introduced>),
    /// The disk takes what was handed out.
    Keeping(Box<Introduced>),
    /// KEPT of the other side. Ours has been said.
    Kept(Box<Introduced>),
    Nothing,
}

/// What opened a channel.
#[derive(Clone)]
enum Proof {
    /// A secret that only the last meetings made.
    Generation(Secret<32>),
    /// What remains for a restored device.
    Restored,
}

/// Somebody who has proved to be the contact, and said READY.
struct Introduced {
    channel: Channel,
    name: String,
    client: Option<Client>,
    /// Both clocks when READY was read.
    clock: u64,
    own_clock: u64,
    /// What is kept before KEPT is said.
    keys: ReconnectKeys,
    restored: Option<RestoredClaim>,
    /// They have said KEPT.
    is_kept: bool,
}

impl Reconnecting {
    /// The link to the contact is open: begins, or waits for the contact to begin.
    pub fn start(now: Now, setup: ReconnectSetup) -> Self {
        let mut this = Self {
            phase: Phase::Open {
                until: now.monotonic + PATIENCE,
                step: Step::First,
            },
            setup,
            effects: VecDeque::new(),
        };
        if this.part() == Part::Initiator {
            this.begin();
        }
        this
    }

    /// The part of this side.
    pub fn part(&self) -> Part {
        Part::of(self.setup.key.public(), self.setup.peer)
    }

    /// The next thing to do.
    pub fn poll_effect(&mut self) -> Option<ReconnectEffect> {
        self.effects.pop_front()
    }

    /// When [`Self::handle_timeout`] must be called at the latest.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Open { until, .. } => Some(*until),
            Phase::Finished => None,
        }
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Now) {
        let failure = match &self.phase {
            Phase::Open { until, step } if now.monotonic >= *until => match step {
                Step::Asking(_) => ReconnectFailure::DeclinedHere,
                Step::Kept(introduced) if introduced.restored.is_some() => {
                    ReconnectFailure::Declined
                }
                _ => ReconnectFailure::Late,
            },
            Phase::Open { .. } | Phase::Finished => return,
        };
        self.end(failure);
    }

    /// A message came over the link.
    pub fn received(&mut self, now: Now, message: &Bytes) {
        match self.take() {
            Step::First => self.respond(now, message),
            Step::Second(initiator, proofs) => self.finish(now, initiator, proofs, message),
            Step::Ready(established, proof) => self.meet(now, *established, proof, message),
            Step::Names(introduced) => self.hear_names(now, introduced, message),
            Step::Asking(introduced) => {
                if let Some(introduced) = self.hear(introduced, message) {
                    self.go_on(Step::Asking(introduced));
                }
            }
            Step::Keeping(introduced) => {
                if let Some(introduced) = self.hear(introduced, message) {
                    self.go_on(Step::Keeping(introduced));
                }
            }
            Step::Kept(introduced) => match self.hear(introduced, message) {
                Some(introduced) if introduced.is_kept => self.hand_over(*introduced),
                Some(introduced) => self.go_on(Step::Kept(introduced)),
                None => {}
            },
            Step::Nothing => {}
        }
    }

    /// What [`ReconnectEffect::Keep`] asked for is on the disk.
    pub fn kept(&mut self) {
        match self.take() {
            Step::Keeping(mut introduced) => {
                if !self.say(&mut introduced.channel, &Message::Kept) {
                    return;
                }
                match introduced.is_kept {
                    true => self.hand_over(*introduced),
                    false => self.go_on(Step::Kept(introduced)),
                }
            }
            other => self.go_on(other),
        }
    }

    /// What [`ReconnectEffect::Keep`] asked for cannot be kept.
    pub fn not_kept(&mut self) {
        match self.take() {
            Step::Keeping(_) => self.end(ReconnectFailure::NotStored),
            other => self.go_on(other),
        }
    }

    /// The person here goes on with the restored device. Out of turn it changes nothing.
    pub fn agree(&mut self) {
        match self.take() {
            Step::Asking(introduced) => self.keep(introduced),
            other => self.go_on(other),
        }
    }

    /// The person here does not. Out of turn it changes nothing.
    pub fn decline(&mut self) {
        match self.take() {
            Step::Asking(mut introduced) => {
                if self.say(&mut introduced.channel, &Message::NotKept) {
                    self.end(ReconnectFailure::DeclinedHere);
                }
            }
            other => self.go_on(other),
        }
    }

    /// The person here says that the other device, which came in the name of this one, is not theirs; the other
    /// side hears that. Out of turn it changes nothing.
    pub fn disown(&mut self) {
        match self.take() {
            Step::Asking(mut introduced) => {
                if self.say(&mut introduced.channel, &Message::Disown) {
                    self.end(ReconnectFailure::DisownedHere);
                }
            }
            other => self.go_on(other),
        }
    }

    /// Says this about a question, between two who are asked whether they go on with a restored device. False if
    /// that is not so now.
    pub fn say_of_question(&mut self, message: question::Message) -> bool {
        match self.take() {
            Step::Asking(introduced) => self.go_on_saying(introduced, message, Step::Asking),
            Step::Keeping(introduced) if introduced.restored.is_some() => {
                self.go_on_saying(introduced, message, Step::Keeping)
            }
            Step::Kept(introduced) if introduced.restored.is_some() => {
                self.go_on_saying(introduced, message, Step::Kept)
            }
            other => {
                self.go_on(other);
                false
            }
        }
    }

    fn go_on_saying(
        &mut self,
        mut introduced: Box<Introduced>,
        message: question::Message,
        step: impl FnOnce(Box<Introduced>) -> Step,
    ) -> bool {
        let is_said = self.say(&mut introduced.channel, &Message::Question(message));
        if is_said {
            self.go_on(step(introduced));
        }
        is_said
    }

    /// The handshake hash of the channel in which a person is asked, to which questions are bound.
    pub fn asking_in(&self) -> Option<[u8; 32]> {
        match &self.phase {
            Phase::Open {
                step: Step::Asking(introduced),
                ..
            } => Some(introduced.channel.hash),
            Phase::Open { .. } | Phase::Finished => None,
        }
    }

    /// The link ended. What was kept until now is good for the next one.
    pub fn link_ended(&mut self) {
        self.end(ReconnectFailure::WentAway);
    }

    fn begin(&mut self) {
        let (attempts, proofs) = self.attempts();
        match KnownInitiator::start(&self.setup.key, self.setup.peer, &attempts) {
            Ok((initiator, first)) => {
                self.effects.push_back(ReconnectEffect::Send(first.into()));
                self.go_on(Step::Second(initiator, proofs));
            }
            Err(error) => self.refuse(error),
        }
    }

    /// Every way in which the two may prove themselves, the newest first.
    fn attempts(&self) -> (Vec<KnownAttempt>, Vec<Proof>) {
        let (responder, initiator) = match self.part() {
            Part::Initiator => (self.setup.remote, self.setup.local),
            Part::Responder => (self.setup.local, self.setup.remote),
        };
        let attempt = |mode, psk: &Secret<32>| KnownAttempt {
            prologue: Prologue::again(mode, responder, initiator),
            psk: psk.clone(),
        };
        let keys = &self.setup.keys;
        let generations = keys.generations.candidates().map(|secret| {
            let proof = Proof::Generation(secret.clone());
            (attempt(Mode::Reconnect, secret), proof)
        });
        let restored = (attempt(Mode::Restored, keys.restored()), Proof::Restored);
        generations.chain([restored]).unzip()
    }

    fn respond(&mut self, now: Now, message: &[u8]) {
        let (attempts, mut proofs) = self.attempts();
        match respond_to_known(&self.setup.key, self.setup.peer, &attempts, message) {
            Ok((established, which, second)) => {
                self.effects.push_back(ReconnectEffect::Send(second.into()));
                self.introduce(now, established, proofs.swap_remove(which));
            }
            Err(error) => self.refuse(error),
        }
    }

    fn finish(
        &mut self,
        now: Now,
        initiator: KnownInitiator,
        mut proofs: Vec<Proof>,
        message: &[u8],
    ) {
        match initiator.finish(message) {
            Ok((established, which)) => self.introduce(now, established, proofs.swap_remove(which)),
            Err(error) => self.refuse(error),
        }
    }

    /// The channel stands: says READY. In a channel between restored devices nothing is said before it is
    /// known that the other side is there, not even a name.
    fn introduce(&mut self, now: Now, mut established: Established, proof: Proof) {
        let name = match proof {
            Proof::Generation(_) => &self.setup.name,
            Proof::Restored => "",
        };
        let ready = Ready::new(
            self.setup.random.clone(),
            name,
            now.unix,
            self.setup.client.clone(),
        );
        match established.channel.sealer.seal(&ready.to_bytes()) {
            Ok(frame) => {
                self.effects.push_back(ReconnectEffect::Send(frame));
                self.go_on(Step::Ready(Box::new(established), proof));
            }
            Err(_) => self.end(ReconnectFailure::Local),
        }
    }

    /// READY of the other side: it is the contact, and it is there now.
    fn meet(&mut self, now: Now, established: Established, proof: Proof, message: &Bytes) {
        let mut channel = established.channel;
        let Ok(body) = channel.opener.open(message.clone()) else {
            return self.end(ReconnectFailure::Stranger);
        };
        let Ok(ready) = Ready::from_bytes(&body) else {
            return self.end(ReconnectFailure::Broken);
        };
        let (initiator, responder) = match self.part() {
            Part::Initiator => (&self.setup.random, ready.random()),
            Part::Responder => (ready.random(), &self.setup.random),
        };
        let keys = &self.setup.keys;
        let (used, psk) = match &proof {
            Proof::Generation(secret) => (Some(secret.clone()), secret),
            Proof::Restored => (None, keys.restored()),
        };
        let new = following(psk, initiator, responder, &channel.hash);
        let introduced = Box::new(Introduced {
            name: ready.name().to_owned(),
            client: ready.client().cloned(),
            clock: ready.clock(),
            own_clock: now.unix,
            keys: keys.introduced(used, new),
            restored: None,
            is_kept: false,
            channel,
        });
        self.wait_until(now.monotonic + PATIENCE);
        match proof {
            Proof::Generation(_) => self.keep(introduced),
            Proof::Restored if ready.name().is_empty() => self.say_names(introduced),
            Proof::Restored => self.end(ReconnectFailure::Broken),
        }
    }

    fn say_names(&mut self, mut introduced: Box<Introduced>) {
        let names = Message::names(self.is_restored(), &self.setup.name);
        if self.say(&mut introduced.channel, &names) {
            self.go_on(Step::Names(introduced));
        }
    }

    /// This device has nothing by which it could prove itself: it was restored.
    fn is_restored(&self) -> bool {
        self.setup.keys.generations.current().is_none()
    }

    fn hear_names(&mut self, now: Now, mut introduced: Box<Introduced>, message: &Bytes) {
        match self.open(&mut introduced.channel, message) {
            Some(Message::Names { restored, name }) => {
                let claim = RestoredClaim {
                    name: name.clone(),
                    theirs: restored,
                    ours: self.is_restored(),
                };
                introduced.name = name;
                introduced.restored = Some(claim.clone());
                self.wait_until(now.monotonic + PERSONS_PATIENCE);
                self.effects.push_back(ReconnectEffect::AskRestored(claim));
                self.go_on(Step::Asking(introduced));
            }
            Some(_) | None => self.end(ReconnectFailure::Broken),
        }
    }

    /// Nothing but KEPT may be said now, once, or, where one of the two was restored, that the person there does
    /// not agree, or something about a question.
    fn hear(
        &mut self,
        mut introduced: Box<Introduced>,
        message: &Bytes,
    ) -> Option<Box<Introduced>> {
        match self.open(&mut introduced.channel, message) {
            Some(Message::Kept) if !introduced.is_kept => {
                introduced.is_kept = true;
                return Some(introduced);
            }
            Some(Message::NotKept) if introduced.restored.is_some() => {
                self.end(ReconnectFailure::Declined);
            }
            Some(Message::Disown) if introduced.restored.is_some() => {
                self.end(ReconnectFailure::Disowned);
            }
            Some(Message::Question(message)) if introduced.restored.is_some() => {
                self.effects.push_back(ReconnectEffect::Question(message));
                return Some(introduced);
            }
            Some(_) | None => self.end(ReconnectFailure::Broken),
        }
        None
    }

    fn keep(&mut self, introduced: Box<Introduced>) {
        let keys = Box::new(introduced.keys.clone());
        self.effects.push_back(ReconnectEffect::Keep(keys));
        self.go_on(Step::Keeping(introduced));
    }

    fn hand_over(&mut self, introduced: Introduced) {
        let keys = &introduced.keys;
        let returned = Returned {
            key: self.setup.peer,
            name: introduced.name,
            client: introduced.client,
            clock: introduced.clock,
            restored: introduced.restored,
            keys: keys.confirmed(introduced.own_clock, introduced.clock),
            channel: introduced.channel,
        };
        self.phase = Phase::Finished;
        let done = ReconnectEffect::Done(Box::new(returned));
        self.effects.push_back(done);
    }

    fn say(&mut self, channel: &mut Channel, message: &Message) -> bool {
        match channel.sealer.seal(&message.to_bytes()) {
            Ok(frame) => {
                self.effects.push_back(ReconnectEffect::Send(frame));
                true
            }
            Err(_) => {
                self.end(ReconnectFailure::Local);
                false
            }
        }
    }

    /// What a frame says. None if it breaks the rules; the channel cannot be used any more then.
    fn open(&self, channel: &mut Channel, frame: &Bytes) -> Option<Message> {
        Message::parse(&channel.opener.open(frame.clone()).ok()?).ok()
    }

    fn refuse(&mut self, error: HandshakeError) {
        log::debug!("a contact failed the handshake: {error}");
        self.end(match error {
            HandshakeError::FirstMessage
            | HandshakeError::SecondMessage
            | HandshakeError::ThirdMessage => ReconnectFailure::Stranger,
            HandshakeError::TooLong | HandshakeError::Malformed => ReconnectFailure::Broken,
            HandshakeError::Local => ReconnectFailure::Local,
        });
    }

    fn take(&mut self) -> Step {
        match &mut self.phase {
            Phase::Open { step, .. } => std::mem::replace(step, Step::Nothing),
            Phase::Finished => Step::Nothing,
        }
    }

    fn go_on(&mut self, next: Step) {
        match &mut self.phase {
            Phase::Open { step, .. } => *step = next,
            Phase::Finished => {}
        }
    }

    fn wait_until(&mut self, instant: Instant) {
        match &mut self.phase {
            Phase::Open { until, .. } => *until = instant,
            Phase::Finished => {}
        }
    }

    fn end(&mut self, failure: ReconnectFailure) {
        match self.phase {
            Phase::Open { .. } => {
                self.phase = Phase::Finished;
                self.effects.push_back(ReconnectEffect::Over(failure));
            }
            Phase::Finished => {}
        }
    }
}
