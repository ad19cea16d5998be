//! A pairing under way, in either role: the machine says what to do, and here it is decided what has to
//! be kept before it is done, and what an end makes of what waits.

mod keeping;
mod side;

pub(super) use keeping::{Remembered, clock_ahead, keeps, way};

use self::keeping::{Conclusion, KEEPING, PairingSnapshot, SnapshotWriter};
use self::side::{Effect, Side};
use super::place::{Place, at_router};
use super::prepare::{Ready, Record};
use super::session::{Context, SessionInput, end, not_now};
use super::shared::Purpose;
use super::snapshot::expires;
use super::unheard::Unheard;
use super::{
    CarrierCommand, CarrierEvent, DeliveryMode, Done, EndReason, GuestKeys, HostKeys, Milestones,
    Outlook, PendingId, Provenance, Refusal, RequestId, Role, SessionCommand, SessionEnd, View,
};
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::link::LinkPath;
use handfast_protocol::pairing::{Cause, Failure, GuestView, HostStage};
use handfast_store::StoreError;
use handfast_token::{Candidates, Invitation, Policy, Reply, SealedReply, Token, admit};
use std::io;
use std::net::IpAddr;
use web_time::Instant;

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
                    machine.moved(candidates, self.place.browser().cloned());
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
                    browser: kept.invitation.browser.clone(),
                };
                context.carry(CarrierCommand::Knock(Box::new(keys)));
            }
        }
        self.go_on(context)
    }

    /// What another process needs to go on with it.
    pub(super) fn record(&self) -> Record {
        match &self.side {
            Side::Host {
                machine, pending, ..
            } => {
                let mut pending = pending.clone();
                pending.history = machine.history();
                Record::Invitation(pending)
            }
            Side::Guest { machine, kept, .. } => {
                let mut kept = kept.clone();
                if let Some(reply) = machine.reply() {
                    kept.reply = reply.clone();
                }
                Record::Reply(kept)
            }
        }
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
            (Side::Host { machine, .. }, _) => {
                machine.moved(candidates, self.place.browser().cloned());
            }
            (Side::Guest { machine, kept, .. }, Ok(salt)) => {
                let browser = self.place.named_for(&kept.invitation).cloned();
                machine.moved(candidates, browser, salt);
            }
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
            let browser = invitation.browser.clone();
            context.carry(CarrierCommand::Reach(named, browser));
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
        let browser = kept.invitation.browser.clone();
        context.carry(CarrierCommand::Reach(named, browser));
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
            Effect::Expect(guest, turn) => {
                let now = context.now.monotonic;
                self.began = now;
                let loopback = self.place.is_on_this_machine();
                let admitted = admit(guest.candidates.clone(), Policy { loopback });
                self.cause = None;
                self.unheard.seek(now, &self.place, admitted.clone(), true);
                let guest = Reply {
                    // They are some of those that there were.
                    candidates: Candidates::new(admitted).unwrap_or_default(),
                    ..guest
                };
                context.carry(CarrierCommand::Expect(guest, turn));
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

fn too_late() -> StoreError {
    StoreError::Unreachable(io::ErrorKind::TimedOut)
}
