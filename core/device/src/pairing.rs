//! A pairing under way, in either role: the machine says what to do, and here it is decided what has to
//! be kept before it is done, and what an end makes of what waits.

use super::place::{Place, at_router};
use super::prepare::{Ready, Record};
use super::question::Questioning;
use super::session::{Context, SessionInput, end, not_now};
use super::shared::Purpose;
use super::snapshot::expires;
use super::unheard::Unheard;
use super::{
    AuthenticatedPeer, CarrierCommand, CarrierEvent, DeliveryMode, Done, EndReason, GuestKeys,
    HostHistory, HostKeys, Milestones, Outlook, PendingId, Provenance, Refusal, RequestId, Role,
    SessionCommand, SessionEnd, Ticket, View, Write,
};
use bytes::Bytes;
use handfast_protocol::handshake::{PublicKey, Trust};
use handfast_protocol::link::{LinkPath, TransportError};
use handfast_protocol::pairing::{
    Cause, Failure, Guest, GuestEffect, GuestView, Host, HostEffect, HostStage, HostTerms, Now,
    Turn,
};
use handfast_store::{
    Contact, ContactChange, PendingInvitation, PendingReply, Proofs, StoreError, Way,
};
use handfast_token::{
    Candidate, Fingerprint, Invitation, MAX_LIFETIME, Policy, SealedReply, Token, admit,
};
use std::io;
use std::net::IpAddr;
use std::time::Duration;
use web_time::Instant;

/// How long it may take until something is kept. After that the peer is not kept waiting.
const KEEPING: Duration = Duration::from_secs(5);

/// What an end makes of what waits; None if it waits on. Only what cannot succeed another time is over:
/// what seems to have expired may still be good, and a slot may be free again.
pub(super) fn end_reason(role: Role, failure: Failure) -> Option<EndReason> {
    match (failure, role) {
        (Failure::AnswersDiffer | Failure::Burned, _)
        | (Failure::WrongCertificate | Failure::NotTheInviter, Role::Guest) => {
            Some(EndReason::Burned)
        }
        (
            Failure::WrongCertificate
            | Failure::NotTheInviter
            | Failure::Expired
            | Failure::Taken
            | Failure::NotReached
            | Failure::WentAway
            | Failure::LeftAfterAnswer
            | Failure::NoRoute
            | Failure::NoNetwork
            | Failure::Local,
            _,
        ) => None,
    }
}

/// See the module text.
pub(super) struct Pairing {
    side: Side,
    place: Place,
    writer: SnapshotWriter,
    unheard: Unheard,
    /// Why the peer is not heard, most likely.
    cause: Option<Cause>,
    is_offline: bool,
    outlook: Option<Outlook>,
    /// Guest: a reply that an earlier process made does not lead here any more.
    is_moved: bool,
    has_link: bool,
    /// Number and way of the link beside, on which the guest comes anew.
    beside: Option<(u64, Option<LinkPath>)>,
    /// Which way the last link took.
    path: Option<LinkPath>,
    /// The last link that was open.
    link: u64,
    began: Instant,
    milestones: Milestones,
    conclusion: Option<Conclusion>,
    /// Who was met, and may come as a contact if the link is lost before both have said that they keep each
    /// other.
    met: Option<PublicKey>,
}

/// The role of this device, with what only that role has.
enum Side {
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

/// What has to be kept so that another process can go on. Of what is compared here nothing is shown or
/// sent before it is on the disk.
#[derive(Clone, PartialEq, Eq)]
enum PairingSnapshot {
    Host(HostHistory),
    Guest {
        reply: Option<SealedReply>,
        invitation: Box<Invitation>,
        proofs: u8,
    },
}

/// Brings what is new to the disk, one batch after the other.
struct SnapshotWriter {
    kept: PairingSnapshot,
    writing: Option<(Ticket, PairingSnapshot)>,
    /// The machine does not go on before all is kept, or it is this late.
    blocks_until: Option<Instant>,
    /// This could not be kept, and is not tried again by itself.
    failed: Option<PairingSnapshot>,
    /// Who hears when all is kept.
    requests: Vec<RequestId>,
}

/// What two who meet come to, once this is on the disk.
struct Conclusion {
    ticket: Ticket,
    until: Instant,
    step: ConclusionStep,
}

enum ConclusionStep {
    /// The peer is remembered, and is told so. The invitation is for nobody else any more.
    Remember(PairingSnapshot),
    /// The peer has said whether it remembers this device: the invitation is over, and the two talk.
    End(Box<AuthenticatedPeer>),
}

/// Two who met, and it is kept.
pub(super) struct Remembered {
    pub(super) peer: AuthenticatedPeer,
    pub(super) trust: Trust,
    /// The person agreed that the peer gets back what it has lost.
    pub(super) gives_back: bool,
    /// The link on which they met.
    pub(super) link: u64,
    /// Which way the link takes, as it is kept.
    pub(super) path: Option<LinkPath>,
    pub(super) early: Vec<Bytes>,
    pub(super) milestones: Milestones,
    /// What the two have asked each other on this link before they talked.
    pub(super) questions: Option<Questioning>,
}

/// Whether this device keeps what it takes to find them again. Of a frozen contact it does not, before a meeting
/// verifies who that is.
pub(super) fn keeps(context: &Context<'_>, key: PublicKey) -> bool {
    context.kept(key).is_some_and(|contact| !contact.frozen)
}

/// What either machine wants done.
enum Effect {
    Expect(Fingerprint, Vec<Candidate>, Turn),
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

impl Pairing {
    /// Sets the machine up with what is on the disk.
    pub(super) fn start(context: &mut Context<'_>, ready: Ready) -> Result<Self, SessionEnd> {
        let place = ready.place.clone();
        let side = match &ready.record {
            Record::Invitation(pending) => Side::host(context, pending)?,
            Record::Reply(_) => Side::guest(context, &ready)?,
        };
        let kept = match &side {
            Side::Host { pending, .. } => {
                let mut history = pending.history.clone();
                // The form that it was made in is always good.
                if history.forms.is_empty() {
                    history.forms.push(pending.invitation.digest());
                }
                PairingSnapshot::Host(history)
            }
            Side::Guest { machine, kept, .. } => PairingSnapshot::Guest {
                reply: Some(kept.reply.clone()),
                invitation: Box::new(kept.invitation.clone()),
                proofs: machine.proofs(),
            },
        };
        Ok(Self {
            side,
            place,
            writer: SnapshotWriter {
                kept,
                writing: None,
                blocks_until: None,
                failed: None,
                requests: Vec::new(),
            },
            unheard: Unheard::default(),
            cause: None,
            is_offline: false,
            outlook: ready.outlook,
            is_moved: ready.is_moved,
            has_link: false,
            beside: None,
            path: None,
            link: 0,
            began: context.now.monotonic,
            milestones: Milestones::default(),
            conclusion: None,
            met: None,
        })
    }

    /// Waits, or knocks.
    pub(super) fn begin(&mut self, context: &mut Context<'_>) -> Result<(), SessionEnd> {
        match &mut self.side {
            Side::Host {
                machine, pending, ..
            } => {
                let keys = HostKeys {
                    certificate: pending.certificate.clone(),
                    keys: pending.invitation.keys(),
                };
                context.carry(CarrierCommand::Listen(Box::new(keys)));
                self.unheard.wait(context.now.monotonic, &self.place);
                // After a restart the invitation may lead to where this device was.
                if let Ok(candidates) = self.place.candidates() {
                    machine.moved(candidates);
                }
            }
            Side::Guest {
                kept,
                only_by_reply,
                ..
            } => {
                let named = kept.invitation.candidates.to_vec();
                let admitted = admit(named, self.place.policy());
                self.unheard
                    .seek(context.now.monotonic, &self.place, admitted.clone(), false);
                let keys = GuestKeys {
                    certificate: kept.certificate.clone(),
                    keys: kept.invitation.keys(),
                    host: kept.invitation.fingerprint,
                    addresses: match only_by_reply {
                        true => Vec::new(),
                        false => admitted,
                    },
                };
                context.carry(CarrierCommand::Knock(Box::new(keys)));
            }
        }
        self.go_on(context)
    }

    pub(super) fn pending(&self) -> PendingId {
        match &self.side {
            Side::Host { pending, .. } => PendingId::hosted(pending.id()),
            Side::Guest { kept, .. } => PendingId::accepted(kept.id()),
        }
    }

    pub(super) fn hosted(&self) -> Option<&Invitation> {
        match &self.side {
            Side::Host { pending, .. } => Some(&pending.invitation),
            Side::Guest { .. } => None,
        }
    }

    /// Nothing else is looked at before something is on the disk.
    pub(super) fn is_blocked(&self) -> bool {
        self.writer.blocks_until.is_some() || self.conclusion.is_some()
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let conclusion = self.conclusion.as_ref().map(|conclusion| conclusion.until);
        if self.is_blocked() {
            return conclusion.or(self.writer.blocks_until);
        }
        let times = [self.side.poll_timeout(), self.unheard.deadline()];
        times.into_iter().flatten().min()
    }

    /// The deadline has come.
    pub(super) fn tick(&mut self, context: &mut Context<'_>) -> Result<(), SessionEnd> {
        let now = context.now.monotonic;
        let is_due = |at: Option<Instant>| at.is_some_and(|at| now >= at);
        if let Some(conclusion) = &self.conclusion {
            return match is_due(Some(conclusion.until)) {
                true => Err(SessionEnd::Store(too_late())),
                false => Ok(()),
            };
        }
        if is_due(self.writer.blocks_until) {
            self.not_kept(context);
        } else if self.is_blocked() {
            return Ok(());
        }
        if is_due(self.side.poll_timeout()) {
            self.side.handle_timeout(context.now);
        }
        if is_due(self.unheard.deadline()) {
            self.cause = self.unheard.hint(context.now.monotonic, &self.place);
        }
        self.go_on(context)
    }

    /// Takes one thing that happened, while nothing has to be kept first.
    pub(super) fn take(
        &mut self,
        context: &mut Context<'_>,
        input: SessionInput,
    ) -> Result<(), SessionEnd> {
        let now = context.now;
        match input {
            SessionInput::Carrier(event) => self.carried(context, event),
            SessionInput::Command(request, command) => {
                let result = self.command(context, command);
                context.answer(request, result);
            }
            SessionInput::Reply(request, reply, provenance) => {
                self.reply(context, request, &reply, provenance);
            }
            SessionInput::ShownAgain(request, invitation, _) => {
                let result = self.shown_again(context, *invitation);
                context.answer(request, result);
            }
            SessionInput::Wake => self.side.resumed(now),
            SessionInput::Boost => context.carry(CarrierCommand::Boost),
            SessionInput::NetworkChanged { is_offline, router } => {
                // What is for this machine alone needs no network.
                let needs_none =
                    self.place.is_on_this_machine() && !context.shared.network_is_own();
                self.is_offline = is_offline && !needs_none;
                self.joined(context, router);
            }
            SessionInput::PeerEnds(key, why) if self.met == Some(key) => {
                context.carry(CarrierCommand::Cut);
                let used = vec![end(self.pending(), EndReason::Used, now)];
                context.write_unattended(used, Purpose::Nothing);
                return Err(why);
            }
            SessionInput::Away
            | SessionInput::Sleep
            | SessionInput::Worked(_)
            | SessionInput::Talk(_)
            | SessionInput::PeerEnds(..)
            | SessionInput::Parts(..)
            | SessionInput::ContactChanged
            | SessionInput::Listed
            | SessionInput::LogsEnded(_) => {}
            input @ SessionInput::Withdraw(_) => not_now(context.shared, &input),
        }
        self.go_on(context)
    }

    fn carried(&mut self, context: &mut Context<'_>, event: CarrierEvent) {
        let now = context.now;
        let elapsed = now.monotonic.saturating_duration_since(self.began);
        match event {
            CarrierEvent::KnockSeen(guest) => {
                if let Side::Host { machine, .. } = &mut self.side {
                    self.unheard.heard();
                    self.cause = None;
                    self.milestones.ready.get_or_insert(elapsed);
                    machine.knocked(now, guest);
                }
            }
            CarrierEvent::Guarded(is_guarded) => {
                if self.unheard.guarded(is_guarded) {
                    self.cause = None;
                }
            }
            CarrierEvent::Answered => {
                if let Side::Guest { machine, .. } = &mut self.side {
                    self.unheard.heard();
                    self.cause = None;
                    self.milestones.ready.get_or_insert(elapsed);
                    machine.answered();
                }
            }
            CarrierEvent::Lapsed => match &mut self.side {
                Side::Host { machine, .. } => machine.link_ended(now),
                Side::Guest { machine, .. } => machine.lapsed(now),
            },
            CarrierEvent::SlotTaken(is_taken) => {
                if let Side::Guest { machine, .. } = &mut self.side {
                    if is_taken {
                        self.unheard.heard();
                        self.cause = None;
                    }
                    machine.slot_taken(is_taken);
                }
            }
            CarrierEvent::LinkOpen {
                number,
                is_beside,
                local,
                remote,
                path,
            } => {
                if is_beside {
                    if let Side::Host { machine, .. } = &mut self.side {
                        self.beside = Some((number, path));
                        machine.opened_beside(now, local, remote);
                    }
                    return;
                }
                (self.link, self.path) = (number, path);
                self.unheard.heard();
                self.cause = None;
                self.has_link = true;
                self.milestones.open = Some(elapsed);
                self.milestones.ready.get_or_insert(elapsed);
                match &mut self.side {
                    Side::Host { machine, .. } => machine.opened(now, local, remote),
                    Side::Guest { machine, .. } => machine.opened(now, local, remote),
                }
            }
            // What is still on its way of a link that was given up is of no use.
            CarrierEvent::Received(message) if self.has_link => match &mut self.side {
                Side::Host { machine, .. } => machine.received(now, &message),
                Side::Guest { machine, .. } => machine.received(now, &message),
            },
            CarrierEvent::Received(_) => {}
            CarrierEvent::LinkEnded => {
                if self.has_link {
                    self.has_link = self.take_beside();
                    self.side.link_ended(now);
                }
            }
            CarrierEvent::ReceivedBeside(message) => {
                if let Side::Host { machine, .. } = &mut self.side {
                    machine.received_beside(now, &message);
                }
            }
            CarrierEvent::BesideEnded => {
                self.beside = None;
                if let Side::Host { machine, .. } = &mut self.side {
                    machine.beside_ended();
                }
            }
            CarrierEvent::Moved(place) => {
                self.place = place;
                self.moved(context);
            }
            CarrierEvent::Failed(error) => {
                self.has_link = false;
                self.side.failed(now, error);
            }
            CarrierEvent::Bound { .. }
            | CarrierEvent::BoundOutOfSight { .. }
            | CarrierEvent::Reached { .. } => {}
        }
    }

    /// The link beside is the link now, if there is one.
    fn take_beside(&mut self) -> bool {
        let Some((link, path)) = self.beside.take() else {
            return false;
        };
        (self.link, self.path) = (link, path);
        true
    }

    /// Invitations and replies name addresses; those shown so far do not lead here now.
    fn moved(&mut self, context: &mut Context<'_>) {
        let Ok(candidates) = self.place.candidates() else {
            return;
        };
        match (&mut self.side, context.shared.bytes()) {
            (Side::Host { machine, .. }, _) => machine.moved(candidates),
            (Side::Guest { machine, .. }, Ok(salt)) => machine.moved(candidates, salt),
            (Side::Guest { .. }, Err(_)) => {}
        }
    }

    fn command(
        &mut self,
        context: &mut Context<'_>,
        command: SessionCommand,
    ) -> Result<Done, Refusal> {
        match (command, &mut self.side) {
            (SessionCommand::OfferReply, Side::Guest { machine, .. }) => machine.offer_reply(),
            (SessionCommand::Answer(answer), Side::Guest { machine, .. }) => {
                let is_asked = matches!(machine.view(), Some(GuestView::Asking { .. }));
                if !is_asked {
                    return Err(Refusal::NotNow);
                }
                machine.answer(context.now, &answer);
            }
            (SessionCommand::TryHarder, _) => context.carry(CarrierCommand::TryHarder),
            _ => return Err(Refusal::NotNow),
        }
        Ok(Done::Ok)
    }

    /// Acts on a reply at once, because its guest stands there, and answers when it is kept.
    fn reply(
        &mut self,
        context: &mut Context<'_>,
        request: RequestId,
        reply: &SealedReply,
        provenance: Provenance,
    ) {
        let Side::Host { machine, .. } = &mut self.side else {
            return context.answer(request, Err(Refusal::NotNow));
        };
        match machine.reply_received(context.now, reply, provenance) {
            Ok(()) => {
                // They are looked for elsewhere now.
                self.cause = None;
                self.writer.requests.push(request);
            }
            Err(error) => context.answer(request, Err(Refusal::Reply(error))),
        }
    }

    /// The network is another one. A host that turned its hotspot on for this guest is its router, which no
    /// invitation could name before.
    fn joined(&mut self, context: &mut Context<'_>, router: Option<IpAddr>) {
        if let (Some(router), Some(invitation)) = (router, self.side.knocked_at()) {
            let mut named = admit(invitation.candidates.to_vec(), self.place.policy());
            named.extend(at_router(router, &named));
            context.carry(CarrierCommand::Reach(named));
        }
    }

    /// The invitation that is knocked at was shown again; it may name other addresses now.
    fn shown_again(
        &mut self,
        context: &mut Context<'_>,
        invitation: Invitation,
    ) -> Result<Done, Refusal> {
        let policy = self.place.policy();
        let Side::Guest { machine, kept, .. } = &mut self.side else {
            return Err(Refusal::NotNow);
        };
        machine.invitation_received(invitation.clone())?;
        kept.invitation = invitation;
        let named = admit(kept.invitation.candidates.to_vec(), policy);
        context.carry(CarrierCommand::Reach(named));
        context.carry(CarrierCommand::Boost);
        Ok(Done::GoesOn(context.id))
    }

    /// Does what the machine wants, as far as what has to be kept allows, and shows how it stands.
    fn go_on(&mut self, context: &mut Context<'_>) -> Result<(), SessionEnd> {
        while !self.is_blocked()
            && let Some(effect) = self.side.poll_effect()
        {
            self.carry_out(context, effect)?;
        }
        self.copy(context);
        if self.writer.writing.is_none() && self.conclusion.is_none() {
            self.show(context);
        }
        Ok(())
    }

    fn carry_out(&mut self, context: &mut Context<'_>, effect: Effect) -> Result<(), SessionEnd> {
        match effect {
            Effect::Expect(guest, candidates, turn) => {
                let now = context.now.monotonic;
                self.began = now;
                let loopback = self.place.is_on_this_machine();
                let admitted = admit(candidates, Policy { loopback });
                self.cause = None;
                self.unheard.seek(now, &self.place, admitted.clone(), true);
                context.carry(CarrierCommand::Expect(guest, admitted, turn));
            }
            Effect::ExpectNobody => context.carry(CarrierCommand::ExpectNobody),
            // A link that was given up meanwhile takes nothing with it into the next.
            Effect::Send(message) if self.has_link => {
                context.carry(CarrierCommand::Send(message));
            }
            Effect::Send(_) => {}
            Effect::SendBeside(message) => context.carry(CarrierCommand::SendBeside(message)),
            Effect::Stands => {
                self.take_beside();
                context.carry(CarrierCommand::Stands);
            }
            Effect::AbandonBeside => {
                self.beside = None;
                context.carry(CarrierCommand::ShutBeside);
            }
            Effect::Keep => {
                self.writer.blocks_until = Some(context.now.monotonic + KEEPING);
                self.copy(context);
            }
            Effect::Remember => self.remember(context),
            Effect::Abandon => {
                self.has_link = false;
                context.carry(CarrierCommand::Shut);
            }
            Effect::Again => {
                self.has_link = false;
                context.carry(CarrierCommand::KnockAgain);
            }
            // Whoever was asked before the invitation was shown need not be asked again.
            Effect::LookOutside if self.place.reflexive.is_none() => {
                let servers = context.asking().servers(self.place.is_on_this_machine());
                if !servers.is_empty() {
                    context.carry(CarrierCommand::LookOutside(servers));
                }
            }
            Effect::LookOutside => {}
            Effect::Reissue(invitation) => self.side.reissue(*invitation),
            Effect::Done(peer) => self.conclude(context, peer),
            Effect::Over(failure) => {
                if failure == Failure::NotReached {
                    self.cause = self.unheard.hint(context.now.monotonic, &self.place);
                    self.show(context);
                }
                return Err(failure.into());
            }
        }
        Ok(())
    }

    /// The peer is remembered, and the invitation is for nobody else any more, in one batch, before the peer
    /// is told so.
    fn remember(&mut self, context: &mut Context<'_>) {
        let Some(peer) = self.side.met() else {
            return;
        };
        let now = context.now;
        let met = Write::Meet(Box::new(Contact {
            ways: self
                .path
                .map(|path| way(path, context))
                .into_iter()
                .collect(),
            ..contact(peer, now)
        }));
        let snapshot = self.side.snapshot();
        let writes = match context.shared.shuts_out(peer.key) {
            // Somebody who is not let in is not remembered by this, and has used the invitation up.
            Some(_) => vec![end(self.pending(), EndReason::Used, now)],
            None => {
                let mut writes = self.news(&snapshot, now);
                writes.push(met);
                writes
            }
        };
        self.conclusion = Some(Conclusion {
            ticket: context.write(writes),
            until: now.monotonic + KEEPING,
            step: ConclusionStep::Remember(snapshot),
        });
    }

    /// The invitation ends before the two talk.
    fn conclude(&mut self, context: &mut Context<'_>, peer: Box<AuthenticatedPeer>) {
        let now = context.now;
        self.milestones.authenticated = Some(now.monotonic.saturating_duration_since(self.began));
        let mut writes = vec![end(self.pending(), EndReason::Used, now)];
        if !peer.keeps_us || !keeps(context, peer.key) {
            // Where one keeps nothing, nobody is found again.
            writes.push(Write::Contact(peer.key, ContactChange::NotKept));
        }
        self.conclusion = Some(Conclusion {
            ticket: context.write(writes),
            until: now.monotonic + KEEPING,
            step: ConclusionStep::End(peer),
        });
    }

    /// Brings what is new on its way to the disk.
    fn copy(&mut self, context: &mut Context<'_>) {
        if self.writer.writing.is_some() || self.conclusion.is_some() {
            return;
        }
        let snapshot = self.side.snapshot();
        if snapshot == self.writer.kept {
            self.writer.blocks_until = None;
            for request in std::mem::take(&mut self.writer.requests) {
                context.answer(request, Ok(Done::Ok));
            }
            return;
        }
        let is_awaited = self.writer.blocks_until.is_some() || !self.writer.requests.is_empty();
        if !is_awaited && self.writer.failed.as_ref() == Some(&snapshot) {
            return;
        }
        let writes = self.news(&snapshot, context.now);
        let ticket = context.write(writes);
        self.writer.writing = Some((ticket, snapshot));
    }

    /// What makes this out of what is kept.
    fn news(&self, snapshot: &PairingSnapshot, now: Now) -> Vec<Write> {
        match (&self.side, snapshot, &self.writer.kept) {
            (Side::Host { pending, .. }, PairingSnapshot::Host(history), _) => {
                vec![Write::History(pending.id(), history.clone(), now.unix)]
            }
            (
                Side::Guest { kept, .. },
                PairingSnapshot::Guest {
                    reply,
                    invitation,
                    proofs,
                },
                PairingSnapshot::Guest {
                    reply: reply_before,
                    invitation: invitation_before,
                    proofs: proofs_before,
                },
            ) => {
                let mut writes = Vec::new();
                if let Some(reply) = reply
                    && (Some(reply), invitation) != (reply_before.as_ref(), invitation_before)
                {
                    let is_moved = Some(reply) != reply_before.as_ref();
                    writes.push(Write::PutReply(Box::new(PendingReply {
                        reply: reply.clone(),
                        invitation: (**invitation).clone(),
                        port: match is_moved {
                            true => self.place.port(),
                            false => kept.port,
                        },
                        ..(**kept).clone()
                    })));
                }
                if proofs != proofs_before {
                    writes.push(Write::CountProofs(Proofs {
                        id: kept.id(),
                        provenance: kept.provenance,
                        sent: *proofs,
                        last: now.unix,
                    }));
                }
                writes
            }
            // The roles of one pairing never change.
            _ => Vec::new(),
        }
    }

    /// Something that was written is on the disk, or not. Some once the two may talk.
    pub(super) fn stored(
        &mut self,
        context: &mut Context<'_>,
        ticket: Ticket,
        result: Result<(), StoreError>,
    ) -> Result<Option<Remembered>, SessionEnd> {
        if let Some(conclusion) = self.conclusion.take_if(|one| one.ticket == ticket) {
            result.map_err(SessionEnd::Store)?;
            return match conclusion.step {
                ConclusionStep::Remember(snapshot) => {
                    self.writer.kept = snapshot;
                    self.remembered(context)?;
                    Ok(None)
                }
                ConclusionStep::End(peer) => self.met(context, *peer).map(Some),
            };
        }
        let Some((_, snapshot)) = self.writer.writing.take_if(|(one, _)| *one == ticket) else {
            return Ok(None);
        };
        match result {
            Ok(()) => self.writer.kept = snapshot,
            Err(error) => {
                let is_counted = self.writer.blocks_until.is_some();
                self.writer.failed = Some(snapshot);
                if !is_counted || !self.writer.requests.is_empty() {
                    for request in std::mem::take(&mut self.writer.requests) {
                        context.answer(request, Err(Refusal::Store(error)));
                    }
                    return Err(SessionEnd::Store(error));
                }
                self.not_kept(context);
            }
        }
        // If all is kept now, the machine goes on.
        self.copy(context);
        self.go_on(context)?;
        Ok(None)
    }

    /// The peer is on the disk, and is told so, unless this device keeps nobody or refuses them.
    fn remembered(&mut self, context: &mut Context<'_>) -> Result<(), SessionEnd> {
        self.met = self.side.met().map(|peer| peer.key);
        if let Some(key) = self.met
            && let Some(why) = context.shared.shuts_out(key)
        {
            context.write(vec![end(self.pending(), EndReason::Used, context.now)]);
            return Err(why);
        }
        let keeps = self.met.is_some_and(|key| keeps(context, key));
        self.side.remembered(keeps);
        self.copy(context);
        self.go_on(context)
    }

    fn met(
        &mut self,
        context: &mut Context<'_>,
        peer: AuthenticatedPeer,
    ) -> Result<Remembered, SessionEnd> {
        let remembered = context.shared.kept().contacts.get(&peer.key.0);
        let is_unknown = remembered.is_none() && !context.terms.is_incognito;
        if let Some(why) = context.shared.shuts_out(peer.key) {
            return Err(why);
        }
        if is_unknown {
            return Err(SessionEnd::Refused);
        }
        // Who keeps nothing of this does not know them from before either.
        let remembered = remembered.filter(|_| !context.terms.is_incognito);
        let trust = remembered.map_or(peer.trust, |contact| contact.trust);
        // Their reply led them here, and need not be kept any more.
        for request in std::mem::take(&mut self.writer.requests) {
            context.answer(request, Ok(Done::Ok));
        }
        Ok(Remembered {
            trust,
            peer,
            gives_back: false,
            link: self.link,
            path: self.path,
            early: Vec::new(),
            milestones: self.milestones,
            questions: None,
        })
    }

    /// What had to be kept could not be: the link ends, and nothing that was to follow is sent. A guest
    /// does not hear what came of its try, and a host does not get the proof.
    fn not_kept(&mut self, context: &mut Context<'_>) {
        self.writer.blocks_until = None;
        if std::mem::take(&mut self.has_link) {
            context.carry(CarrierCommand::Shut);
        }
        match &mut self.side {
            Side::Host { machine, .. } => machine.link_ended(context.now),
            Side::Guest { machine, .. } => machine.not_kept(),
        }
    }

    fn show(&mut self, context: &mut Context<'_>) {
        if let Some(view) = self.view() {
            context.show(view);
        }
    }

    fn view(&self) -> Option<View> {
        let (cause, is_offline) = (self.cause, self.is_offline);
        match &self.side {
            Side::Host {
                machine,
                pending,
                token,
                is_outdated,
            } => {
                let stage = machine.stage()?;
                // A locked invitation cannot be made anew without its answer, so there is none to show.
                let leads_no_further =
                    stage == HostStage::ShowAgain && matches!(token, Token::Sealed(_));
                let is_reissued = match token {
                    Token::Invitation(shown) => *shown != pending.invitation,
                    Token::Sealed(_) | Token::Reply(_) | Token::Here(_) | Token::Bundle(_) => false,
                };
                Some(View::Hosting {
                    stage: match leads_no_further {
                        true => HostStage::TheyAreHere,
                        false => stage,
                    },
                    expires_at: expires(&pending.invitation, pending.made),
                    delivery: match pending.handed {
                        Provenance::Camera => DeliveryMode::Show,
                        Provenance::Carried | Provenance::Locked => DeliveryMode::Send,
                    },
                    token: token.clone(),
                    is_outdated: *is_outdated || leads_no_further,
                    is_reissued,
                    is_replied: !machine.history().replies.is_empty(),
                    is_on_this_machine: self.place.is_on_this_machine(),
                    outlook: self.outlook,
                    cause,
                    is_offline,
                })
            }
            Side::Guest { machine, .. } => Some(match machine.view()? {
                GuestView::Connecting(stage) => View::Connecting {
                    stage,
                    is_moved: self.is_moved,
                    cause,
                    is_offline,
                },
                GuestView::ReplyNeeded { slot_taken } => View::ReplyNeeded {
                    reply: machine.reply()?.clone(),
                    is_slot_taken: slot_taken,
                    cause,
                },
                GuestView::Asking {
                    question,
                    tries_left,
                    was_wrong,
                    is_repeated,
                } => View::Asking {
                    question,
                    tries_left,
                    was_wrong,
                    is_repeated,
                },
            }),
        }
    }

    /// It is over. What may not be forgotten is kept, and what cannot succeed another time is ended.
    pub(super) fn over(&mut self, context: &mut Context<'_>, why: SessionEnd) {
        for request in std::mem::take(&mut self.writer.requests) {
            context.answer(request, Err(Refusal::NotNow));
        }
        let reason = match why {
            SessionEnd::Failed(_) => why.ends(self.pending().role),
            _ => None,
        };
        let snapshot = self.side.snapshot();
        let is_on_its_way = self.writer.writing.as_ref().map(|(_, snapshot)| snapshot);
        let mut writes = Vec::new();
        if snapshot != self.writer.kept
            && is_on_its_way != Some(&snapshot)
            && why != SessionEnd::Withdrawn
        {
            writes = self.news(&snapshot, context.now);
        }
        writes.extend(reason.map(|reason| end(self.pending(), reason, context.now)));
        context.write_unattended(writes, Purpose::Nothing);
    }
}

impl Side {
    /// The invitation to whose addresses this guest may send.
    fn knocked_at(&self) -> Option<&Invitation> {
        match self {
            Self::Guest {
                kept,
                only_by_reply: false,
                ..
            } => Some(&kept.invitation),
            Self::Guest { .. } | Self::Host { .. } => None,
        }
    }

    fn host(context: &mut Context<'_>, pending: &PendingInvitation) -> Result<Self, SessionEnd> {
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

    fn guest(context: &mut Context<'_>, ready: &Ready) -> Result<Self, SessionEnd> {
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
        .with_tried(tried);
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

    fn snapshot(&self) -> PairingSnapshot {
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
    fn reissue(&mut self, new: Invitation) {
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
                let named = &pending.invitation.candidates;
                *is_outdated = !new.candidates.iter().any(|one| named.contains(one));
            }
            Token::Invitation(_) | Token::Reply(_) | Token::Here(_) | Token::Bundle(_) => {
                *token = Token::Invitation(new)
            }
        }
    }

    fn poll_effect(&mut self) -> Option<Effect> {
        match self {
            Self::Host { machine, .. } => machine.poll_effect().map(|effect| match effect {
                HostEffect::Expect(guest, at, turn) => Effect::Expect(guest, at, turn),
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
    fn met(&self) -> Option<&AuthenticatedPeer> {
        match self {
            Self::Host { machine, .. } => machine.met(),
            Self::Guest { machine, .. } => machine.met(),
        }
    }

    fn remembered(&mut self, is_kept: bool) {
        match self {
            Self::Host { machine, .. } => machine.remembered(is_kept),
            Self::Guest { machine, .. } => machine.remembered(is_kept),
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Host { machine, .. } => machine.poll_timeout(),
            Self::Guest { machine, .. } => machine.poll_timeout(),
        }
    }

    fn handle_timeout(&mut self, now: Now) {
        match self {
            Self::Host { machine, .. } => machine.handle_timeout(now),
            Self::Guest { machine, .. } => machine.handle_timeout(now),
        }
    }

    fn link_ended(&mut self, now: Now) {
        match self {
            Self::Host { machine, .. } => machine.link_ended(now),
            Self::Guest { machine, .. } => machine.link_ended(now),
        }
    }

    fn resumed(&mut self, now: Now) {
        match self {
            Self::Host { machine, .. } => machine.resumed(now),
            Self::Guest { machine, .. } => machine.resumed(now),
        }
    }

    fn failed(&mut self, now: Now, error: TransportError) {
        match self {
            // The host's sockets go on waiting; so does the host.
            Self::Host { machine, .. } => machine.link_ended(now),
            Self::Guest { machine, .. } => machine.failed(error),
        }
    }
}

/// What is remembered of somebody who was met now.
fn contact(peer: &AuthenticatedPeer, now: Now) -> Contact {
    Contact {
        clock: Some(clock_ahead(peer.clock, now)),
        reconnect: Some(peer.reconnect.clone()),
        ..Contact::met(peer.key, peer.name.clone(), peer.trust, now.unix)
    }
}

/// How a contact is reached by a link that takes this path.
pub(super) fn way(path: LinkPath, context: &Context<'_>) -> Way {
    Way {
        ours: path.local,
        theirs: path.peer,
        router: context.shared.router(),
        at: context.now.unix,
    }
}

/// By how many seconds a clock that says `unix` is ahead of this device's.
pub(super) fn clock_ahead(unix: u64, now: Now) -> i32 {
    let off = i128::from(unix) - i128::from(now.unix);
    i32::try_from(off).unwrap_or(if off < 0 { i32::MIN } else { i32::MAX })
}

fn too_late() -> StoreError {
    StoreError::Unreachable(io::ErrorKind::TimedOut)
}
