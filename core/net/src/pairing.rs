//! Runs a pairing machine on a real endpoint: carries its effects out, and time and network in.

use crate::certificate::TunnelCertificate;
use crate::{ConnectEvent, Connector, Endpoint, GuestSetup, HostSetup, Roaming, TransportError};
use bytes::Bytes;
use handfast_protocol::certificate::Certificate;
use handfast_protocol::link::Link;
use handfast_protocol::network::{self, NetworkReport};
use handfast_protocol::pairing::{
    AuthenticatedPeer, Cause, Failure, Guest, GuestEffect, Host, HostEffect, HostHistory,
    HostTerms, Identity, Now, OtherInvitation, Provenance, Signs, Strikes, Tried, Turn, View,
};
use handfast_seal::Answers;
use handfast_token::{
    Candidate, Candidates, Invitation, MAX_LIFETIME, Policy, ReplyError, SealedReply, Secret,
    admit, random_bytes,
};
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::{mpsc, oneshot, watch};

/// How long a goodbye may take where nothing is left to deliver.
pub const GOODBYE: Duration = Duration::from_millis(800);

/// How long it may take until something is kept.
const KEEPING: Duration = Duration::from_secs(5);

/// How long the other side may be unheard before a cause is looked for.
const HINT_AFTER: Duration = Duration::from_secs(8);

/// What a guest decides when it accepts an invitation.
#[derive(Clone, Copy, Debug)]
pub struct GuestTerms {
    /// How the invitation came here.
    pub provenance: Provenance,
    /// How long to knock at most; it is never longer than the invitation lives.
    pub patience: Duration,
    /// Knock for all of `patience` even if the invitation seems to have expired: this device's clock
    /// may be wrong, and only the host's counts.
    pub past_expiry: bool,
    /// Which addresses may be sent to.
    pub policy: Policy,
    /// What was answered before.
    pub tried: Tried,
    /// Offer the reply at once instead of waiting whether it is needed.
    pub reply_at_once: bool,
    /// Send nothing to the invitation's addresses: wait for the host to scan the reply. For tests of
    /// the second scan on a network where the first would suffice.
    pub only_by_reply: bool,
}

impl GuestTerms {
    /// The usual terms for an invitation that came this way.
    pub fn new(provenance: Provenance) -> Self {
        Self {
            provenance,
            patience: MAX_LIFETIME,
            past_expiry: false,
            policy: Policy::default(),
            tried: Tried::default(),
            reply_at_once: false,
            only_by_reply: false,
        }
    }
}

/// How long after the start each step was reached.
#[derive(Clone, Copy, Debug, Default)]
pub struct Milestones {
    /// Host: the knock was seen. Guest: the host answered.
    pub ready: Option<Duration>,
    /// The link was open.
    pub open: Option<Duration>,
    /// Both proofs were done.
    pub authenticated: Option<Duration>,
}

/// Two who met.
#[derive(Debug)]
pub struct Meeting {
    /// The open link.
    pub link: Link,
    /// The way to tell the link's sockets that this device sleeps or moves.
    pub roaming: Roaming,
    /// Who is at the other end, and the sealed channel to them.
    pub peer: AuthenticatedPeer,
    /// How long it took: for a host since the pairing began or, if later, since the reply was
    /// scanned; for a guest since it agreed to connect.
    pub milestones: Milestones,
}

/// What happens in a pairing.
#[derive(Debug)]
pub enum PairingEvent {
    /// A screen should show something else.
    View(View),
    /// Nothing was heard of the other side for some seconds: the likeliest cause. It goes on all the
    /// same, and may be said anew when more is known.
    Hint(Cause),
    /// Host: this device can be reached elsewhere now. Show the invitation in this form instead; the
    /// earlier ones stay good.
    Reissued(Box<Invitation>),
    /// They met. Nothing follows.
    Met(Box<Meeting>),
    /// It led nowhere. Nothing follows.
    Failed(Failure),
}

/// What has to be kept of a pairing under way, beside what it began with, so that it can go on after
/// a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where the sockets are bound. A port kept is a port that the other side knows.
    pub addresses: Vec<SocketAddr>,
    /// Host: what has become of the invitation so far.
    pub history: HostHistory,
    /// Guest: the reply, which becomes another one when this device moves.
    pub reply: Option<SealedReply>,
    /// Guest: how many proofs of an answer were sent for this invitation, by all processes.
    pub proofs: u8,
}

impl Standing {
    /// The part without which a pairing does not go on: what must not be forgotten.
    fn counted(&self) -> Counted {
        Counted {
            strikes: self.history.strikes,
            proofs: self.proofs,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Counted {
    strikes: Strikes,
    proofs: u8,
}

/// What has to be kept of a pairing, in the hands of whoever keeps it. Once it was given out, a guest
/// hears what came of a try only after that was kept, and sends the proof of its answer only then.
#[derive(Debug)]
pub struct Keeping {
    standing: watch::Receiver<Standing>,
    kept: watch::Sender<Option<Counted>>,
}

impl Keeping {
    /// How it stands now.
    pub fn now(&self) -> Standing {
        self.standing.borrow().clone()
    }

    /// How it stands once that is news. None after the pairing has ended. May be dropped half-way.
    pub async fn changed(&mut self) -> Option<Standing> {
        self.standing.changed().await.ok()?;
        Some(self.standing.borrow_and_update().clone())
    }

    /// This is on the disk now.
    pub fn kept(&self, standing: &Standing) {
        self.kept.send_replace(Some(standing.counted()));
    }
}

/// A pairing under way. Dropping it stops it; nothing stays behind.
#[derive(Debug)]
pub struct Pairing {
    events: mpsc::Receiver<PairingEvent>,
    commands: mpsc::Sender<Command>,
    standing: watch::Receiver<Standing>,
    /// What is kept; None where nobody keeps anything.
    kept: watch::Sender<Option<Counted>>,
    roaming: Roaming,
}

#[derive(Debug)]
enum Command {
    Reply(
        SealedReply,
        Provenance,
        oneshot::Sender<Result<(), ReplyError>>,
    ),
    Invitation(
        Box<Invitation>,
        oneshot::Sender<Result<(), OtherInvitation>>,
    ),
    OfferReply,
    Answer(Answers),
    Resumed,
    TryHarder,
    Cancel,
}

impl Pairing {
    /// Waits for a guest of this invitation. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`Failure::Expired`] if the invitation is no longer good, [`Failure::Local`] if it asks a
    /// question without an answer, or has an answer to no question.
    pub fn host(identity: Identity, endpoint: Endpoint, terms: HostTerms) -> Result<Self, Failure> {
        Self::host_again(identity, endpoint, terms, HostHistory::default())
    }

    /// Waits on for a guest of this invitation, after a restart: with what has become of it before. The
    /// endpoint is best on the port that the invitation names. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// As [`Self::host`]; [`Failure::Local`] too if a reply answers another invitation.
    pub fn host_again(
        identity: Identity,
        endpoint: Endpoint,
        terms: HostTerms,
        history: HostHistory,
    ) -> Result<Self, Failure> {
        let now = now();
        let remaining = terms
            .invitation
            .expiry
            .remaining(now.unix)
            .ok_or(Failure::Expired)?;
        if terms.invitation.question.is_some() != terms.answer.is_some() {
            return Err(Failure::Local);
        }
        let connector = endpoint.host(HostSetup {
            certificate: TunnelCertificate::read(&terms.certificate)?,
            keys: terms.invitation.keys(),
        });
        let machine = Host::new(now, identity, terms, remaining).with_history(now, history);
        let machine = machine.map_err(|_| Failure::Local)?;
        let machine = Machine::Host(Box::new(machine));
        Ok(Self::start(machine, connector, None))
    }

    /// Knocks at the host of this invitation: the person has agreed to connect. The certificate was made
    /// for it alone. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// [`Failure::NoRoute`] if the invitation names no address that may be sent to,
    /// [`Failure::AnswersDiffer`] if its question was answered as often as it may be,
    /// [`Failure::Local`] if this device has no randomness to give.
    pub fn guest(
        identity: Identity,
        certificate: Certificate,
        endpoint: Endpoint,
        invitation: Invitation,
        terms: GuestTerms,
    ) -> Result<Self, Failure> {
        Self::knock(
            identity,
            certificate,
            endpoint,
            invitation,
            terms,
            |machine, endpoint| {
                let ours = own_candidates(endpoint, terms.policy)?;
                let salt = random_bytes().map_err(|_| Failure::Local)?;
                machine.connect(now(), ours, salt, terms.patience);
                Ok(())
            },
        )
    }

    /// Knocks on at the host of this invitation, after a restart, and shows the same reply. The
    /// certificate is the one that the reply names, and the endpoint is best on the port that it names.
    /// Must be called within a tokio runtime.
    ///
    /// # Errors
    /// As [`Self::guest`]; [`Failure::Local`] too if the reply answers another invitation.
    pub fn guest_again(
        identity: Identity,
        certificate: Certificate,
        endpoint: Endpoint,
        invitation: Invitation,
        reply: SealedReply,
        terms: GuestTerms,
    ) -> Result<Self, Failure> {
        Self::knock(
            identity,
            certificate,
            endpoint,
            invitation,
            terms,
            |machine, _| {
                machine
                    .connect_again(now(), reply, terms.patience)
                    .map_err(|_| Failure::Local)
            },
        )
    }

    fn knock(
        identity: Identity,
        certificate: Certificate,
        endpoint: Endpoint,
        invitation: Invitation,
        terms: GuestTerms,
        connect: impl FnOnce(&mut Guest, &Endpoint) -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let admitted = admit(invitation.candidates.iter().cloned(), terms.policy);
        if admitted.is_empty() {
            return Err(Failure::NoRoute);
        }
        if invitation.question.is_some() && terms.tried.is_used_up() {
            return Err(Failure::AnswersDiffer);
        }
        let random = Secret::random().map_err(|_| Failure::Local)?;
        let fingerprint = certificate.fingerprint();
        let setup = GuestSetup {
            certificate: TunnelCertificate::read(&certificate)?,
            keys: invitation.keys(),
            host: invitation.fingerprint,
            addresses: if terms.only_by_reply {
                Vec::new()
            } else {
                admitted
            },
        };
        let mut machine = Guest::new(identity, fingerprint, invitation, terms.provenance, random)
            .with_tried(terms.tried);
        if terms.past_expiry {
            machine.doubt_clock();
        }
        if endpoint.can_look_outside() {
            machine.may_look_outside();
        }
        connect(&mut machine, &endpoint)?;
        if terms.reply_at_once || terms.only_by_reply {
            machine.offer_reply();
        }
        let machine = Machine::Guest(Box::new(machine));
        Ok(Self::start(
            machine,
            endpoint.guest(setup),
            Some(terms.policy),
        ))
    }

    fn start(machine: Machine, connector: Connector, policy: Option<Policy>) -> Self {
        let (events_tx, events) = mpsc::channel(16);
        let (commands, commands_rx) = mpsc::channel(4);
        let (standing_tx, standing) = watch::channel(machine.standing(&connector));
        let (kept, kept_rx) = watch::channel(None);
        let roaming = connector.roaming();
        let run = Run {
            machine,
            connector,
            policy,
            events: events_tx,
            commands: commands_rx,
            standing: standing_tx,
            kept: kept_rx,
            unheard: None,
            hinted: None,
            link: None,
            shown: None,
            started: Instant::now(),
            milestones: Milestones::default(),
        };
        tokio::spawn(run.run());
        Self {
            events,
            commands,
            standing,
            kept,
            roaming,
        }
    }

    /// What happens next. None after the last event.
    pub async fn next(&mut self) -> Option<PairingEvent> {
        self.events.recv().await
    }

    /// Host: the person scanned, or was sent, a guest's reply.
    ///
    /// # Errors
    /// [`ReplyError`] if it answers another invitation or was altered; the pairing goes on.
    pub async fn reply_received(
        &self,
        reply: SealedReply,
        provenance: Provenance,
    ) -> Result<(), ReplyError> {
        let (answer, answered) = oneshot::channel();
        let _ = self
            .commands
            .send(Command::Reply(reply, provenance, answer))
            .await;
        // A pairing that has ended meanwhile needs no reply.
        answered.await.unwrap_or(Ok(()))
    }

    /// Guest: the person was shown the invitation again, which names other addresses now.
    ///
    /// # Errors
    /// [`OtherInvitation`] if it is not the same invitation otherwise; the pairing goes on.
    pub async fn invitation_received(&self, invitation: Invitation) -> Result<(), OtherInvitation> {
        let (answer, answered) = oneshot::channel();
        let command = Command::Invitation(Box::new(invitation), answer);
        let _ = self.commands.send(command).await;
        answered.await.unwrap_or(Ok(()))
    }

    /// Guest: show the reply now.
    pub async fn offer_reply(&self) {
        let _ = self.commands.send(Command::OfferReply).await;
    }

    /// Guest: the person answers the question that [`View::Asking`] shows.
    pub async fn answer(&self, answer: Answers) {
        let _ = self.commands.send(Command::Answer(answer)).await;
    }

    /// What has to be kept so that it can go on after a restart, and a way to wait for changes.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.clone()
    }

    /// For whoever keeps that, from now on.
    pub fn keeping(&self) -> Keeping {
        let keeping = Keeping {
            standing: self.standing.clone(),
            kept: self.kept.clone(),
        };
        // What it began with came from the disk, or is nothing yet.
        keeping.kept(&keeping.now());
        keeping
    }

    /// What tells this pairing, and the link that follows it, that this device moves.
    pub fn roaming(&self) -> Roaming {
        self.roaming.clone()
    }

    /// This device is about to be suspended: the sockets are closed, everything else waits.
    pub async fn pause(&self) {
        self.roaming.pause().await;
    }

    /// This device is back: the sockets are bound again, on the same ports where these can be had,
    /// and it goes on, quickly as at the beginning.
    pub async fn resume(&self) {
        let _ = self.commands.send(Command::Resumed).await;
        self.roaming.resume().await;
    }

    /// The person is here again: whatever became slow while nobody answered is quick for a while.
    pub async fn boost(&self) {
        self.roaming.boost().await;
    }

    /// The person wants more to be tried to get past a strict network than one token may cause by
    /// itself; see [`Connector::try_harder`].
    pub async fn try_harder(&self) {
        let _ = self.commands.send(Command::TryHarder).await;
    }

    /// This device has these addresses now.
    pub async fn network_changed(&self, addresses: Vec<IpAddr>) {
        self.roaming.network_changed(addresses).await;
    }

    /// Stops it; [`PairingEvent::Failed`] with [`Failure::Cancelled`] follows.
    pub async fn cancel(&self) {
        let _ = self.commands.send(Command::Cancel).await;
    }
}

/// The candidates of an endpoint, as an invitation or a reply names them.
///
/// # Errors
/// [`Failure::NoNetwork`] if there is none that another device could use.
pub fn own_candidates(endpoint: &Endpoint, policy: Policy) -> Result<Candidates, Failure> {
    let (bound, seen) = (endpoint.addresses(), endpoint.reflexive());
    let named = network::own_candidates(&bound, seen.as_ref(), endpoint.external_address(), policy);
    named.ok_or(Failure::NoNetwork)
}

enum Machine {
    Host(Box<Host>),
    Guest(Box<Guest>),
}

/// What a machine wants done, whichever it is.
enum Effect {
    Expect(handfast_token::Fingerprint, Vec<Candidate>, Turn),
    ExpectNobody,
    Keep,
    Send(Bytes),
    Abandon,
    Again,
    LookOutside,
    Reissue(Box<Invitation>),
    Done(Box<AuthenticatedPeer>),
    Over(Failure),
}

struct Run {
    machine: Machine,
    connector: Connector,
    /// Guest: which addresses may be sent to, and named in a reply.
    policy: Option<Policy>,
    events: mpsc::Sender<PairingEvent>,
    commands: mpsc::Receiver<Command>,
    standing: watch::Sender<Standing>,
    kept: watch::Receiver<Option<Counted>>,
    unheard: Option<Unheard>,
    /// What was said about that.
    hinted: Option<Cause>,
    link: Option<Link>,
    shown: Option<View>,
    started: Instant,
    milestones: Milestones,
}

/// The other side, looked for and not heard.
struct Unheard {
    since: Instant,
    /// Where it said that it is.
    peers: Vec<Candidate>,
    /// Whether it knows for certain where we are.
    is_replied: bool,
}

impl Run {
    async fn run(mut self) {
        match &self.machine {
            Machine::Guest(guest) => {
                let peers = guest.peers().to_vec();
                self.begin_unheard(peers, false);
            }
            // After a restart the invitation may lead to where this device was.
            Machine::Host(_) => self.moved(),
        }
        loop {
            if self.act().await.is_break() {
                return;
            }
            self.show().await;
            self.hint().await;
            let timeouts = [self.machine.poll_timeout(), self.hints_at()];
            let timeout = timeouts.into_iter().flatten().min();
            tokio::select! {
                event = self.connector.next() => match event {
                    Some(event) => self.connected(event),
                    None => self.machine.failed(TransportError::Closed),
                },
                message = receive(&mut self.link) => match message {
                    Some(message) => self.machine.received(&message),
                    None => {
                        self.link = None;
                        self.machine.link_ended();
                    }
                },
                command = self.commands.recv() => match command {
                    Some(command) => self.command(command).await,
                    // Nobody is interested any more.
                    None => return,
                },
                () = sleep_until(timeout) => self.machine.handle_timeout(now()),
            }
        }
    }

    /// Carries out what the machine wants. Breaks when it is finished.
    async fn act(&mut self) -> std::ops::ControlFlow<()> {
        while let Some(effect) = self.machine.poll_effect() {
            match effect {
                Effect::Expect(guest, candidates, turn) => {
                    self.started = Instant::now();
                    let admitted = admit(
                        candidates,
                        Policy {
                            loopback: self.is_local(),
                        },
                    );
                    self.begin_unheard(admitted.clone(), true);
                    self.connector.expect(guest, admitted, turn).await;
                }
                Effect::ExpectNobody => self.connector.expect_nobody().await,
                Effect::Keep => self.keep().await,
                Effect::Send(message) => {
                    if let Some(link) = &self.link {
                        // A link that is gone says so when it is read.
                        let _ = link.send(message).await;
                    }
                }
                Effect::Abandon => {
                    // Dropping it says goodbye; the slot must not stay blocked until that is done.
                    self.link = None;
                }
                Effect::Again => {
                    self.link = None;
                    self.connector.again().await;
                }
                Effect::Reissue(invitation) => {
                    let event = PairingEvent::Reissued(invitation);
                    let _ = self.events.send(event).await;
                }
                Effect::LookOutside => self.connector.look_outside(),
                Effect::Done(peer) => {
                    self.milestones.authenticated = Some(self.started.elapsed());
                    if let Some(link) = self.link.take() {
                        let meeting = Meeting {
                            link,
                            roaming: self.connector.roaming(),
                            peer: *peer,
                            milestones: self.milestones,
                        };
                        let view = View::Talking {
                            name: meeting.peer.name.clone(),
                            trust: meeting.peer.trust,
                        };
                        let _ = self.events.send(PairingEvent::View(view)).await;
                        let _ = self.events.send(PairingEvent::Met(Box::new(meeting))).await;
                    }
                    return std::ops::ControlFlow::Break(());
                }
                Effect::Over(failure) => {
                    if let (Failure::NotReached, Some(unheard)) = (failure, &self.unheard) {
                        let cause = self.likely_cause(unheard);
                        if self.hinted != Some(cause) {
                            let _ = self.events.send(PairingEvent::Hint(cause)).await;
                        }
                    }
                    if let Some(link) = self.link.take() {
                        let _ = tokio::time::timeout(GOODBYE, link.shutdown()).await;
                    }
                    let view = View::Ended(failure);
                    let _ = self.events.send(PairingEvent::View(view)).await;
                    let _ = self.events.send(PairingEvent::Failed(failure)).await;
                    return std::ops::ControlFlow::Break(());
                }
            }
        }
        std::ops::ControlFlow::Continue(())
    }

    /// Waits until whoever keeps what is new has done so. If nobody can, the link ends instead: a guest
    /// does not hear what came of its try, and a host does not get the proof.
    async fn keep(&mut self) {
        self.tell_standing();
        let counted = self.standing.borrow().counted();
        let is_kept = |kept: &Option<Counted>| kept.is_none_or(|kept| kept == counted);
        let keeping = tokio::time::timeout(KEEPING, self.kept.wait_for(is_kept)).await;
        if !matches!(keeping, Ok(Ok(_))) {
            self.link = None;
            match &mut self.machine {
                Machine::Host(host) => host.link_ended(now()),
                Machine::Guest(guest) => guest.not_kept(),
            }
        }
    }

    fn tell_standing(&self) {
        let standing = self.machine.standing(&self.connector);
        self.standing.send_if_modified(|kept| {
            let is_news = *kept != standing;
            *kept = standing;
            is_news
        });
    }

    async fn show(&mut self) {
        self.tell_standing();
        let view = self.machine.view(now());
        // Seconds run by themselves on a screen; only what changed otherwise is news.
        if let Some(view) = view
            && !self
                .shown
                .as_ref()
                .is_some_and(|shown| is_same(shown, &view))
        {
            self.shown = Some(view.clone());
            let _ = self.events.send(PairingEvent::View(view)).await;
        }
    }

    /// When it is time to say why nobody is heard.
    fn hints_at(&self) -> Option<Instant> {
        let unheard = self.unheard.as_ref()?;
        Some(unheard.since + HINT_AFTER).filter(|_| self.hinted.is_none())
    }

    /// Tells why nobody is heard, if that is news.
    async fn hint(&mut self) {
        let is_time = |unheard: &&Unheard| Instant::now() >= unheard.since + HINT_AFTER;
        let Some(unheard) = self.unheard.as_ref().filter(is_time) else {
            return;
        };
        let cause = self.likely_cause(unheard);
        // That the reply is missing is what the guest's screen says anyway.
        if self.hinted.replace(cause) != Some(cause) && cause != Cause::ReplyMissing {
            let _ = self.events.send(PairingEvent::Hint(cause)).await;
        }
    }

    fn likely_cause(&self, unheard: &Unheard) -> Cause {
        let addresses = self.connector.addresses();
        let report = NetworkReport {
            addresses: addresses.iter().map(SocketAddr::ip).collect(),
            reflexive: self.connector.reflexive(),
            ..NetworkReport::default()
        };
        let signs = Signs {
            report: &report,
            peers: &unheard.peers,
            is_replied: unheard.is_replied,
        };
        signs.cause()
    }

    /// The other side is looked for in these places, and was not heard there yet.
    fn begin_unheard(&mut self, peers: Vec<Candidate>, is_replied: bool) {
        self.hinted = None;
        self.unheard = (!self.is_local()).then(|| Unheard {
            since: Instant::now(),
            peers,
            is_replied,
        });
    }

    fn connected(&mut self, event: ConnectEvent) {
        let elapsed = self.started.elapsed();
        match event {
            ConnectEvent::Knock(guest) => {
                self.heard(elapsed);
                match &mut self.machine {
                    Machine::Host(host) => host.knocked(now(), guest),
                    Machine::Guest(_) => {}
                }
            }
            ConnectEvent::Answered => {
                self.heard(elapsed);
                match &mut self.machine {
                    Machine::Guest(guest) => guest.answered(),
                    Machine::Host(_) => {}
                }
            }
            ConnectEvent::Open(link) => {
                self.unheard = None;
                self.milestones.open = Some(elapsed);
                self.milestones.ready.get_or_insert(elapsed);
                self.machine.opened(&link);
                self.link = Some(link);
            }
            ConnectEvent::Lapsed => self.machine.lapsed(),
            ConnectEvent::Taken(is_taken) => {
                if is_taken {
                    self.unheard = None;
                }
                self.machine.slot_taken(is_taken);
            }
            ConnectEvent::Moved => self.moved(),
            ConnectEvent::Failed(error) => self.machine.failed(error),
        }
    }

    fn heard(&mut self, elapsed: Duration) {
        self.unheard = None;
        self.milestones.ready.get_or_insert(elapsed);
    }

    /// Invitations and replies name addresses; those shown so far do not lead here now.
    fn moved(&mut self) {
        let policy = self.policy.unwrap_or(Policy {
            loopback: self.is_local(),
        });
        let (bound, seen) = (self.connector.addresses(), self.connector.reflexive());
        let external = self.connector.external_address();
        let Some(ours) = network::own_candidates(&bound, seen.as_ref(), external, policy) else {
            return;
        };
        match (&mut self.machine, random_bytes()) {
            (Machine::Host(host), _) => host.moved(ours),
            (Machine::Guest(guest), Ok(salt)) => guest.moved(ours, salt),
            (Machine::Guest(_), Err(_)) => {}
        }
    }

    /// The host can be elsewhere too, or instead.
    async fn led_elsewhere(&mut self, invitation: Invitation) -> Result<(), OtherInvitation> {
        let (Machine::Guest(guest), Some(policy)) = (&mut self.machine, self.policy) else {
            return Err(OtherInvitation);
        };
        let candidates = invitation.candidates.to_vec();
        guest.invitation_received(invitation)?;
        self.connector.reach(admit(candidates, policy)).await;
        Ok(())
    }

    async fn command(&mut self, command: Command) {
        let command = match command {
            Command::Invitation(invitation, answer) => {
                let _ = answer.send(self.led_elsewhere(*invitation).await);
                return;
            }
            command => command,
        };
        match (command, &mut self.machine) {
            (Command::Reply(reply, provenance, answer), Machine::Host(host)) => {
                let taken = host.reply_received(now(), &reply, provenance);
                // Whoever hears that it was taken can keep it.
                self.tell_standing();
                let _ = answer.send(taken);
            }
            (Command::OfferReply, Machine::Guest(guest)) => guest.offer_reply(),
            (Command::Answer(answer), Machine::Guest(guest)) => guest.answer(now(), &answer),
            (Command::Resumed, machine) => machine.resumed(),
            // Behind whatever a reply has set going.
            (Command::TryHarder, _) => self.connector.try_harder().await,
            (Command::Cancel, Machine::Host(host)) => host.cancel(),
            (Command::Cancel, Machine::Guest(guest)) => guest.cancel(),
            // A reply is no news to a guest, and a host has neither reply nor answer to give.
            (
                Command::Reply(..)
                | Command::OfferReply
                | Command::Answer(_)
                | Command::Invitation(..),
                _,
            ) => {}
        }
    }

    /// Whether this endpoint itself is on this machine only, so that loopback is where its guest is.
    fn is_local(&self) -> bool {
        self.connector
            .addresses()
            .iter()
            .all(|address| address.ip().is_loopback())
    }
}

impl Machine {
    fn poll_effect(&mut self) -> Option<Effect> {
        match self {
            Self::Host(host) => host.poll_effect().map(|effect| match effect {
                HostEffect::Expect(guest, candidates, turn) => {
                    Effect::Expect(guest, candidates, turn)
                }
                HostEffect::ExpectNobody => Effect::ExpectNobody,
                HostEffect::Keep => Effect::Keep,
                HostEffect::Send(message) => Effect::Send(message),
                HostEffect::Abandon => Effect::Abandon,
                HostEffect::LookOutside => Effect::LookOutside,
                HostEffect::Reissue(invitation) => Effect::Reissue(invitation),
                HostEffect::Done(peer) => Effect::Done(peer),
                HostEffect::Over(failure) => Effect::Over(failure),
            }),
            Self::Guest(guest) => guest.poll_effect().map(|effect| match effect {
                GuestEffect::Send(message) => Effect::Send(message),
                GuestEffect::Keep => Effect::Keep,
                GuestEffect::Again => Effect::Again,
                GuestEffect::LookOutside => Effect::LookOutside,
                GuestEffect::Done(peer) => Effect::Done(peer),
                GuestEffect::Over(failure) => Effect::Over(failure),
            }),
        }
    }

    fn view(&self, now: Now) -> Option<View> {
        match self {
            Self::Host(host) => host.view(now),
            Self::Guest(guest) => guest.view(now),
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Host(host) => host.poll_timeout(),
            Self::Guest(guest) => guest.poll_timeout(),
        }
    }

    fn handle_timeout(&mut self, now: Now) {
        match self {
            Self::Host(host) => host.handle_timeout(now),
            Self::Guest(guest) => guest.handle_timeout(now),
        }
    }

    fn opened(&mut self, link: &Link) {
        let (local, remote) = (link.local_fingerprint(), link.remote_fingerprint());
        match self {
            Self::Host(host) => host.opened(now(), local, remote),
            Self::Guest(guest) => guest.opened(now(), local, remote),
        }
    }

    fn received(&mut self, message: &Bytes) {
        match self {
            Self::Host(host) => host.received(now(), message),
            Self::Guest(guest) => guest.received(now(), message),
        }
    }

    fn link_ended(&mut self) {
        match self {
            Self::Host(host) => host.link_ended(now()),
            Self::Guest(guest) => guest.link_ended(now()),
        }
    }

    fn lapsed(&mut self) {
        match self {
            Self::Host(host) => host.link_ended(now()),
            Self::Guest(guest) => guest.lapsed(now()),
        }
    }

    fn slot_taken(&mut self, is_taken: bool) {
        match self {
            // Only guests find a slot taken.
            Self::Host(_) => {}
            Self::Guest(guest) => guest.slot_taken(is_taken),
        }
    }

    fn resumed(&mut self) {
        match self {
            Self::Host(host) => host.resumed(now()),
            Self::Guest(guest) => guest.resumed(now()),
        }
    }

    fn standing(&self, connector: &Connector) -> Standing {
        let addresses = connector.addresses();
        match self {
            Self::Host(host) => Standing {
                addresses,
                history: host.history(),
                reply: None,
                proofs: 0,
            },
            Self::Guest(guest) => Standing {
                addresses,
                history: HostHistory::default(),
                reply: guest.reply().cloned(),
                proofs: guest.proofs(),
            },
        }
    }

    fn failed(&mut self, error: TransportError) {
        match self {
            // The host's endpoint goes on waiting; so does the host.
            Self::Host(host) => host.link_ended(now()),
            Self::Guest(guest) => guest.failed(error),
        }
    }
}

/// Whether two views differ only in the time that is left.
fn is_same(one: &View, other: &View) -> bool {
    match (one, other) {
        (View::Hosting { stage: one, .. }, View::Hosting { stage: other, .. }) => one == other,
        _ => one == other,
    }
}

fn now() -> Now {
    Now {
        monotonic: Instant::now(),
        unix: unix_seconds(),
    }
}

/// Seconds since 1970-01-01 UTC by this device's clock.
pub fn unix_seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

async fn receive(link: &mut Option<Link>) -> Option<Bytes> {
    match link {
        Some(link) => link.receive().await.ok(),
        None => std::future::pending().await,
    }
}

async fn sleep_until(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at.into()).await,
        None => std::future::pending().await,
    }
}
