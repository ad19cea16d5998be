//! From the wish to invite or to accept, to everything that another process would need to go on with it.
//! Nothing is shown and nothing is sent to a peer before that is kept.

use super::pairing::end_reason;
use super::place::{Place, is_on_this_machine};
use super::session::{Context, SessionInput, end, not_now};
use super::shared::Purpose;
use super::{
    AcceptTerms, Bind, CarrierCommand, CarrierEvent, DeliveryMode, EndReason, HostHistory,
    InviteTerms, Outlook, Output, PendingId, Protection, Provenance, Role, RouterReport, Scope,
    SessionCommand, SessionEnd, Ticket, View, Work, WorkDone, Write,
};
use handfast_protocol::certificate::Certificate;
use handfast_protocol::pairing::Failure;
use handfast_store::{PendingInvitation, PendingReply, StoreError};
use handfast_token::{Candidates, Expiry, Invitation, Name, Reply, admit};

/// What is prepared.
pub(super) enum Plan {
    /// A new invitation.
    Invite(Box<InviteTerms>),
    /// One that waits, and whether it is for somebody in another network now.
    Resume(Box<PendingInvitation>, bool),
    /// Somebody else's invitation, and what was kept of it before.
    Accept(Box<Accepting>),
}

/// An invitation that the person agreed to.
pub(super) struct Accepting {
    invitation: Invitation,
    provenance: Provenance,
    terms: AcceptTerms,
    kept: Option<PendingReply>,
}

impl Plan {
    pub(super) fn accept(
        invitation: Invitation,
        provenance: Provenance,
        terms: AcceptTerms,
        kept: Option<PendingReply>,
    ) -> Self {
        Self::Accept(Box::new(Accepting {
            invitation,
            provenance,
            terms,
            kept,
        }))
    }

    fn scope(&self, wanted: Scope) -> Scope {
        let invitation = match self {
            Self::Invite(_) => return wanted,
            Self::Resume(pending, _) => &pending.invitation,
            Self::Accept(accepting) => &accepting.invitation,
        };
        match is_on_this_machine(invitation) {
            true => Scope::ThisMachine,
            false => wanted,
        }
    }

    fn port(&self, wanted: Option<u16>) -> Option<u16> {
        match self {
            Self::Invite(_) => wanted,
            Self::Resume(pending, _) => Some(pending.port),
            Self::Accept(accepting) => {
                let kept = accepting.kept.as_ref();
                kept.map(|kept| kept.port).or(wanted)
            }
        }
    }

    /// It is for somebody in another network, who has to find this device.
    fn is_far(&self) -> bool {
        match self {
            Self::Invite(terms) => terms.is_far,
            Self::Resume(pending, is_far) => {
                let mut named = pending.invitation.candidates.iter();
                *is_far || named.any(|one| one.reflexive().is_some())
            }
            Self::Accept(_) => false,
        }
    }
}

/// See the module text.
pub(super) struct Preparing {
    plan: Plan,
    place: Place,
    outlook: Option<Outlook>,
    certificate: Option<Certificate>,
    step: Step,
    /// What is for the pairing, once there is one.
    later: Vec<SessionInput>,
}

enum Step {
    /// The device sleeps.
    Stopped,
    Binding,
    Reaching,
    Locking(Box<PendingInvitation>),
    /// It is on its way to the disk.
    Keeping(Ticket, Record, Option<Fresh>),
    Ready(Record, Option<Fresh>),
    /// The pairing has it, under this name.
    HandedOn(Option<PendingId>),
}

/// What a pairing begins with.
pub(super) struct Ready {
    pub(super) place: Place,
    /// What servers and router said, for somebody in another network.
    pub(super) outlook: Option<Outlook>,
    pub(super) record: Record,
    /// Guest: the candidates and the salt of a reply that nobody has seen.
    pub(super) fresh: Option<Fresh>,
    /// Guest: a reply that an earlier process made does not lead here any more.
    pub(super) is_moved: bool,
    /// Guest: what the person decided.
    pub(super) terms: Option<AcceptTerms>,
}

/// What another process needs to go on with something that waits.
#[derive(Clone, Debug)]
pub enum Record {
    /// An invitation of this device.
    Invitation(Box<PendingInvitation>),
    /// One that it accepted.
    Reply(Box<PendingReply>),
}

impl Record {
    /// Which it is.
    pub fn pending(&self) -> PendingId {
        match self {
            Self::Invitation(pending) => PendingId::hosted(pending.id()),
            Self::Reply(reply) => PendingId::accepted(reply.id()),
        }
    }

    /// Keeps it.
    pub fn keep(&self) -> Write {
        match self {
            Self::Invitation(pending) => Write::AddInvitation(pending.clone()),
            Self::Reply(reply) => Write::PutReply(reply.clone()),
        }
    }
}

/// Makes a reply, the same each time.
pub(super) type Fresh = (Candidates, [u8; 8]);

impl Preparing {
    pub(super) fn new(plan: Plan) -> Self {
        Self {
            plan,
            place: Place::default(),
            outlook: None,
            certificate: None,
            step: Step::Stopped,
            later: Vec::new(),
        }
    }

    /// What it is about, once it has a name.
    pub(super) fn pending(&self) -> Option<PendingId> {
        match (&self.step, &self.plan) {
            (Step::Keeping(_, record, _) | Step::Ready(record, _), _) => Some(record.pending()),
            (_, Plan::Invite(_)) => None,
            (_, Plan::Resume(pending, _)) => Some(PendingId::hosted(pending.id())),
            (_, Plan::Accept(accepting)) => {
                let id = accepting.invitation.keys().invite_id();
                Some(PendingId::accepted(id))
            }
        }
    }

    pub(super) fn keeps_soon(&self) -> Option<Role> {
        match &self.plan {
            Plan::Invite(_) => Some(Role::Host),
            Plan::Accept(accepting) if accepting.kept.is_none() => Some(Role::Guest),
            Plan::Accept(_) | Plan::Resume(..) => None,
        }
    }

    pub(super) fn hosted(&self) -> Option<&Invitation> {
        match (&self.step, &self.plan) {
            (Step::Keeping(_, Record::Invitation(pending), _), _) => Some(&pending.invitation),
            (_, Plan::Resume(pending, _)) => Some(&pending.invitation),
            _ => None,
        }
    }

    /// It waits in the store, or is about to.
    pub(super) fn is_kept_or_soon(&self) -> bool {
        self.is_kept() || matches!(self.step, Step::Keeping(..))
    }

    fn is_kept(&self) -> bool {
        match &self.plan {
            Plan::Invite(_) => false,
            Plan::Resume(..) => true,
            Plan::Accept(accepting) => accepting.kept.is_some(),
        }
    }

    /// Asks for sockets.
    pub(super) fn begin(&mut self, context: &mut Context<'_>) {
        context.show(View::Preparing {
            is_kept: self.is_kept(),
        });
        if context.shared.is_asleep() {
            return;
        }
        let is_apart = context.terms.is_incognito;
        // A port that others know would tell who this is.
        let usual = context.shared.kept().port().filter(|_| !is_apart);
        let bind = Bind {
            scope: match context.shared.network_is_own() {
                true => context.terms.scope,
                false => self.plan.scope(context.terms.scope),
            },
            port: self.plan.port(context.terms.port).or(usual),
            is_apart,
            with_certificate: !self.is_kept(),
            may_guess: context.asking().guess,
        };
        self.step = Step::Binding;
        context.carry(CarrierCommand::Bind(bind));
    }

    pub(super) fn take(
        &mut self,
        context: &mut Context<'_>,
        input: SessionInput,
    ) -> Result<(), SessionEnd> {
        match input {
            SessionInput::Carrier(event) => self.carried(context, event),
            SessionInput::Worked(WorkDone::Locked(result)) => {
                // One that was stopped meanwhile is locked anew.
                if let Step::Locking(pending) = &mut self.step {
                    pending.locked = Some(result.map_err(SessionEnd::Seal)?);
                    let record = Record::Invitation(pending.clone());
                    self.keep(context, record, None);
                }
                Ok(())
            }
            SessionInput::Sleep => {
                self.stop(context);
                Ok(())
            }
            SessionInput::Wake if matches!(self.step, Step::Stopped) => {
                self.begin(context);
                Ok(())
            }
            // In another network it begins anew.
            SessionInput::NetworkChanged { .. } if !matches!(self.step, Step::Stopped) => {
                if self.stop(context) {
                    self.begin(context);
                }
                Ok(())
            }
            SessionInput::Reply(..) => {
                self.later.push(input);
                Ok(())
            }
            SessionInput::ShownAgain(..)
            | SessionInput::Command(_, SessionCommand::OfferReply | SessionCommand::TryHarder)
                if matches!(self.plan, Plan::Accept(_)) =>
            {
                self.later.push(input);
                Ok(())
            }
            input => {
                not_now(context.shared, &input);
                Ok(())
            }
        }
    }

    /// Gives the sockets up, as long as nothing names them. Whether it did.
    fn stop(&mut self, context: &mut Context<'_>) -> bool {
        match self.step {
            Step::Binding | Step::Reaching | Step::Locking(_) => {
                context.carry(CarrierCommand::Release);
                self.step = Step::Stopped;
                true
            }
            Step::Stopped | Step::Keeping(..) | Step::Ready(..) | Step::HandedOn(_) => false,
        }
    }

    fn carried(
        &mut self,
        context: &mut Context<'_>,
        event: CarrierEvent,
    ) -> Result<(), SessionEnd> {
        match (&self.step, event) {
            (
                Step::Binding,
                CarrierEvent::Bound {
                    addresses,
                    certificate,
                },
            ) => {
                self.place.addresses = addresses;
                self.certificate = certificate;
                if self.plan.is_far() {
                    self.outlook = Some(Outlook {
                        is_seen: None,
                        router: RouterReport::NotAsked,
                    });
                    let servers = context.asking().servers(self.place.is_on_this_machine());
                    let router = context.asking().router;
                    if !servers.is_empty() || router {
                        self.step = Step::Reaching;
                        context.carry(CarrierCommand::ReachOut { servers, router });
                        return Ok(());
                    }
                }
                self.record(context)
            }
            (
                Step::Binding,
                CarrierEvent::BoundOutOfSight {
                    told,
                    browser,
                    certificate,
                },
            ) => {
                self.place.told = Some((told, browser));
                self.certificate = certificate;
                self.record(context)
            }
            (
                Step::Reaching,
                CarrierEvent::Reached {
                    reflexive,
                    external,
                    router,
                },
            ) => {
                self.outlook = Some(Outlook {
                    is_seen: reflexive.as_ref().map(|seen| !seen.mappings.is_empty()),
                    router,
                });
                self.place.reflexive = reflexive;
                self.place.external = external;
                self.record(context)
            }
            (Step::Reaching | Step::Locking(_) | Step::Keeping(..), CarrierEvent::Moved(place)) => {
                self.place = place;
                Ok(())
            }
            (_, CarrierEvent::Failed(error)) => Err(Failure::from(error).into()),
            // It is of sockets that were given up.
            _ => Ok(()),
        }
    }

    /// Makes what has to be kept.
    fn record(&mut self, context: &mut Context<'_>) -> Result<(), SessionEnd> {
        let candidates = self.place.candidates()?;
        match &self.plan {
            Plan::Resume(pending, _) => {
                let pending = pending.clone();
                // A guest whose reply is here is found from anywhere, and an open invitation is shown
                // anew. A locked one would need its answer for that.
                let named = &pending.invitation.candidates;
                let leads_here = candidates.iter().any(|one| named.contains(one));
                if !leads_here && pending.history.replies.is_empty() && pending.locked.is_some() {
                    return Err(SessionEnd::Moved);
                }
                self.step = Step::Ready(Record::Invitation(pending), None);
                Ok(())
            }
            Plan::Invite(_) => self.make(context, candidates),
            Plan::Accept(_) => self.accept(context, candidates),
        }
    }

    fn make(
        &mut self,
        context: &mut Context<'_>,
        candidates: Candidates,
    ) -> Result<(), SessionEnd> {
        let Plan::Invite(terms) = &self.plan else {
            return Ok(());
        };
        let certificate = self.certificate.clone().ok_or(Failure::Local)?;
        let made = context.now.unix;
        let question = match &terms.protection {
            Protection::Asked(question, _) => Some(question.clone()),
            Protection::Open | Protection::Locked(..) => None,
        };
        let invitation = Invitation {
            secret: context.shared.secret().map_err(|_| Failure::Local)?,
            expiry: Expiry::after(made, terms.life()),
            fingerprint: certificate.fingerprint(),
            candidates,
            question,
            name: terms.name.as_deref().and_then(Name::cleaned),
            browser: self.place.browser().cloned(),
            host_can_punch: true,
        };
        let handed = match (&terms.protection, terms.delivery) {
            (Protection::Locked(..), _) => Provenance::Locked,
            (_, DeliveryMode::Show) => Provenance::Camera,
            (_, DeliveryMode::Send) => Provenance::Carried,
        };
        let pending = PendingInvitation {
            invitation: invitation.clone(),
            certificate,
            port: self.place.port(),
            handed,
            locked: None,
            answer: match &terms.protection {
                Protection::Asked(_, answers) => Some(answers.clone()),
                Protection::Open | Protection::Locked(..) => None,
            },
            made,
            history: HostHistory::default(),
        };
        match &terms.protection {
            Protection::Locked(questions, answers) => {
                let work = Work::Lock {
                    invitation: Box::new(invitation),
                    questions: questions.clone(),
                    answers: answers.clone(),
                    salt: context.shared.bytes().map_err(|_| Failure::Local)?,
                };
                self.step = Step::Locking(Box::new(pending));
                context.shared.put(Output::Work(context.id, work));
            }
            Protection::Open | Protection::Asked(..) => {
                self.keep(context, Record::Invitation(Box::new(pending)), None);
            }
        }
        Ok(())
    }

    fn accept(
        &mut self,
        context: &mut Context<'_>,
        candidates: Candidates,
    ) -> Result<(), SessionEnd> {
        let Plan::Accept(accepting) = &self.plan else {
            return Ok(());
        };
        let invitation = match &accepting.kept {
            Some(kept) => &kept.invitation,
            None => &accepting.invitation,
        };
        let named = invitation.candidates.iter().cloned();
        // A browser that hosts comes by itself, once it has the reply.
        if invitation.browser.is_none() && admit(named, self.place.policy()).is_empty() {
            return Err(Failure::NoRoute.into());
        }
        let keys = invitation.keys();
        let tried = context
            .shared
            .kept()
            .tried(keys.invite_id(), context.now.unix);
        if invitation.question.is_some() && tried.is_used_up() {
            return Err(Failure::AnswersDiffer.into());
        }
        if let Some(kept) = &accepting.kept {
            let opened = kept.reply.open(&keys);
            let leads_here = opened.is_ok_and(|reply| self.place.is_named_by(&reply));
            if leads_here {
                let record = Record::Reply(Box::new(kept.clone()));
                self.step = Step::Ready(record, None);
                return Ok(());
            }
        }
        // The reply is shown only where it is needed, and one that leads here.
        let certificate = match &accepting.kept {
            Some(kept) => kept.certificate.clone(),
            None => self.certificate.clone().ok_or(Failure::Local)?,
        };
        let salt = context.shared.bytes().map_err(|_| Failure::Local)?;
        let reply = Reply {
            fingerprint: certificate.fingerprint(),
            candidates: candidates.clone(),
            browser: self.place.named_for(invitation).cloned(),
        };
        let made = accepting.kept.as_ref().map(|kept| kept.made);
        let record = PendingReply {
            reply: reply.seal(&keys, salt),
            invitation: invitation.clone(),
            certificate,
            port: self.place.port(),
            provenance: accepting.provenance,
            made: made.unwrap_or(context.now.unix),
        };
        let record = Record::Reply(Box::new(record));
        self.keep(context, record, Some((candidates, salt)));
        Ok(())
    }

    fn keep(&mut self, context: &mut Context<'_>, record: Record, fresh: Option<Fresh>) {
        let ticket = context.write(vec![record.keep()]);
        self.step = Step::Keeping(ticket, record, fresh);
    }

    pub(super) fn stored(
        &mut self,
        ticket: Ticket,
        result: Result<(), StoreError>,
    ) -> Result<(), SessionEnd> {
        match std::mem::replace(&mut self.step, Step::HandedOn(None)) {
            Step::Keeping(awaited, record, fresh) if awaited == ticket => {
                result.map_err(SessionEnd::Store)?;
                self.step = Step::Ready(record, fresh);
            }
            other => self.step = other,
        }
        Ok(())
    }

    /// What the pairing begins with, once that is there, and what has waited for it.
    pub(super) fn ready(&mut self) -> Option<(Ready, Vec<SessionInput>)> {
        match std::mem::replace(&mut self.step, Step::HandedOn(None)) {
            Step::Ready(record, fresh) => {
                self.step = Step::HandedOn(Some(record.pending()));
                let terms = match &self.plan {
                    Plan::Accept(accepting) => Some(accepting.terms.clone()),
                    Plan::Invite(_) | Plan::Resume(..) => None,
                };
                let ready = Ready {
                    place: self.place.clone(),
                    outlook: self.outlook,
                    is_moved: fresh.is_some() && self.is_kept(),
                    record,
                    fresh,
                    terms,
                };
                Some((ready, std::mem::take(&mut self.later)))
            }
            other => {
                self.step = other;
                None
            }
        }
    }

    /// What is kept, or about to be, and nobody has seen.
    fn unseen(&self) -> Option<PendingId> {
        let kept = match &self.step {
            Step::Keeping(_, record, _) => Some(record.pending()),
            Step::HandedOn(pending) => *pending,
            _ => None,
        };
        kept.filter(|_| self.keeps_soon().is_some())
    }

    /// It is over before it began. What nobody has seen is not kept.
    pub(super) fn over(&mut self, context: &mut Context<'_>, why: SessionEnd) {
        let is_final = match why {
            SessionEnd::Failed(failure) => end_reason(Role::Guest, failure).is_some(),
            _ => false,
        };
        let write = match (self.unseen(), &self.plan) {
            // It was written already.
            _ if why == SessionEnd::Withdrawn => None,
            (Some(pending), _) => Some(match pending.role {
                Role::Host => Write::RemoveInvitation(pending.id),
                Role::Guest => Write::RemoveReply(pending.id),
            }),
            (None, Plan::Accept(accepting)) if is_final => {
                let kept = accepting.kept.as_ref().map(PendingReply::id);
                kept.map(|id| end(PendingId::accepted(id), EndReason::Burned, context.now))
            }
            (None, _) => None,
        };
        context.write_unattended(write.into_iter().collect(), Purpose::Nothing);
        for input in std::mem::take(&mut self.later) {
            not_now(context.shared, &input);
        }
    }
}
