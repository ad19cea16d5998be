//! One session: from the wish to connect with somebody to the goodbye.

use super::here::Opened;
use super::history::Listing;
use super::locking::Locking;
use super::nearby::Wanted;
use super::pairing::{Pairing, Remembered};
use super::place::is_on_this_machine;
use super::prepare::{Plan, Preparing, Record};
use super::returning::Returning;
use super::shared::{Purpose, Shared};
use super::snapshot::{expires, name_of};
use super::talk::Talk;
use super::{
    AcceptTerms, Asking, CarrierCommand, CarrierEvent, Done, EndReason, Event, InviteTerms, Output,
    PendingId, Provenance, Refusal, RequestId, Role, Row, Saying, Scope, SessionCommand,
    SessionEnd, SessionId, SessionTerms, TalkEvent, Ticket, View, Work, WorkDone, Write,
};
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::log::{Fault, MAX_ENTRY_BODY, Place};
use handfast_protocol::pairing::{Failure, Identity, Now, OtherInvitation};
use handfast_protocol::reconnect;
use handfast_seal::{Header, Kind, Lock, SealError};
use handfast_store::{Contact, ContactChange, StoreError};
use handfast_token::{Invitation, SealedReply};
use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use web_time::Instant;

/// What may wait while something is kept. Who keeps to the protocol sends less.
const MOST_WAITING: usize = 256;

/// What happens to one session.
#[derive(Debug)]
pub(super) enum SessionInput {
    Carrier(CarrierEvent),
    Talk(TalkEvent),
    Worked(WorkDone),
    Command(RequestId, SessionCommand),
    Reply(RequestId, SealedReply, Provenance),
    ShownAgain(RequestId, Box<Invitation>, Provenance),
    Withdraw(RequestId),
    /// Whatever goes on with this peer ends like this: the person wants nothing of them any more, or they
    /// were met in another session.
    PeerEnds(PublicKey, SessionEnd),
    /// What is kept of a contact is something else now.
    ContactChanged,
    /// The person wants nothing of this contact any more, who is told why where they are here.
    Parts(PublicKey, Parting),
    /// Rows of the history were told, or there is room for more.
    Listed,
    /// The exchange of the logs is over.
    LogsEnded(Fault),
    Boost,
    /// The person looks elsewhere, or here again.
    Away,
    Sleep,
    Wake,
    NetworkChanged {
        is_offline: bool,
        /// The router of the network that this device is in now, where it is known.
        router: Option<IpAddr>,
    },
}

/// Why a person parts from a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parting {
    /// They are forgotten here.
    Forgets,
    /// Another device that came to them in the person's name is not theirs.
    Disowns,
}

impl Parting {
    /// What the contact is told.
    pub(super) fn message(self) -> reconnect::Message {
        match self {
            Self::Forgets => reconnect::Message::Forget,
            Self::Disowns => reconnect::Message::Disown,
        }
    }

    /// How what goes on with them ends here.
    pub(super) fn end(self) -> SessionEnd {
        match self {
            Self::Forgets => SessionEnd::Closed,
            Self::Disowns => SessionEnd::Frozen,
        }
    }
}

impl SessionInput {
    /// Who waits for an answer to it.
    fn request(&self) -> Option<RequestId> {
        match self {
            Self::Command(request, _)
            | Self::Reply(request, ..)
            | Self::ShownAgain(request, ..)
            | Self::Withdraw(request) => Some(*request),
            Self::Carrier(_)
            | Self::Talk(_)
            | Self::Worked(_)
            | Self::PeerEnds(..)
            | Self::ContactChanged
            | Self::Parts(..)
            | Self::Listed
            | Self::LogsEnded(_)
            | Self::Boost
            | Self::Away
            | Self::Sleep
            | Self::Wake
            | Self::NetworkChanged { .. } => None,
        }
    }
}

/// What a part of a session works with.
pub(super) struct Context<'a> {
    pub(super) shared: &'a mut Shared,
    pub(super) id: SessionId,
    pub(super) terms: &'a SessionTerms,
    pub(super) identity: &'a Identity,
    pub(super) now: Now,
    pub(super) listing: &'a mut Listing,
    shown: &'a mut Option<View>,
}

impl Context<'_> {
    pub(super) fn carry(&mut self, command: CarrierCommand) {
        self.shared.carry(self.id, command);
    }

    /// Has this kept for the session, unless it keeps nothing.
    pub(super) fn write(&mut self, writes: Vec<Write>) -> Ticket {
        let purpose = Purpose::Session(self.id);
        match self.terms.is_incognito {
            true => self.shared.write_nothing(purpose),
            false => self.shared.write(writes, purpose),
        }
    }

    /// Changes what is kept of a contact, where nobody waits for it.
    pub(super) fn change_unattended(
        &mut self,
        key: PublicKey,
        changes: impl IntoIterator<Item = ContactChange>,
    ) {
        let changes = changes.into_iter();
        let writes = changes.map(|change| Write::Contact(key, change));
        self.write_unattended(writes.collect(), Purpose::Nothing);
    }

    /// The same where nobody waits for it.
    pub(super) fn write_unattended(&mut self, writes: Vec<Write>, purpose: Purpose) {
        if !self.terms.is_incognito && !writes.is_empty() {
            self.shared.write(writes, purpose);
        }
    }

    /// What is kept of whoever this session is about, unless it keeps nothing.
    pub(super) fn kept(&self, key: PublicKey) -> Option<&Contact> {
        let kept = self.shared.kept().contacts.get(&key.0);
        kept.filter(|_| !self.terms.is_incognito)
    }

    pub(super) fn answer(&mut self, request: RequestId, result: Result<Done, Refusal>) {
        self.shared.answer(request, result);
    }

    /// Tells a row that nobody keeps.
    pub(super) fn list(&mut self, row: Row) {
        self.listing.list(self.shared, self.id, row);
    }

    /// Shows this, if it is news.
    pub(super) fn show(&mut self, view: View) {
        if self.shown.as_ref() != Some(&view) {
            *self.shown = Some(view.clone());
            self.shared.tell(Event::View(self.id, Box::new(view)));
        }
    }

    /// Whom this session may ask how it is seen from outside.
    pub(super) fn asking(&self) -> &Asking {
        let asking = self.terms.asking.as_ref();
        asking.unwrap_or(&self.shared.settings().asking)
    }
}

/// See the module text.
pub(super) struct Session {
    id: SessionId,
    terms: SessionTerms,
    identity: Identity,
    state: State,
    /// What has to wait until something is kept.
    inbox: VecDeque<SessionInput>,
    listing: Listing,
    locking: Locking,
    shown: Option<View>,
}

enum State {
    /// A container that has to be unlocked.
    Locked {
        container: Vec<u8>,
        header: Header,
        is_unlocking: bool,
        was_wrong: bool,
    },
    /// An invitation that the person has not agreed to.
    Opened(Box<Invitation>, Provenance),
    Preparing(Box<Preparing>),
    Pairing(Box<Pairing>),
    Talking(Box<Talk>),
    /// A contact is looked for, or talked to.
    Returning(Box<Returning>),
}

/// What ends what waits.
pub(super) fn end(pending: PendingId, reason: EndReason, now: Now) -> Write {
    match pending.role {
        Role::Host => Write::EndInvitation(pending.id, reason, now.unix),
        Role::Guest => Write::RemoveReply(pending.id),
    }
}

impl Session {
    fn new(
        shared: &mut Shared,
        id: SessionId,
        terms: SessionTerms,
        state: State,
    ) -> Result<Self, Refusal> {
        let identity = shared.identity(&terms).map_err(|_| Refusal::NotNow)?;
        Ok(Self {
            id,
            terms,
            identity,
            state,
            inbox: VecDeque::new(),
            listing: Listing::default(),
            locking: Locking::default(),
            shown: None,
        })
    }

    /// An invitation is made.
    pub(super) fn invite(
        shared: &mut Shared,
        id: SessionId,
        terms: InviteTerms,
    ) -> Result<Self, Refusal> {
        let own = terms.terms.clone();
        let preparing = Preparing::new(Plan::Invite(Box::new(terms)));
        Self::new(shared, id, own, State::Preparing(Box::new(preparing)))
    }

    /// An invitation was opened.
    pub(super) fn opened(
        shared: &mut Shared,
        id: SessionId,
        invitation: Invitation,
        provenance: Provenance,
    ) -> Result<Self, Refusal> {
        let state = State::Opened(Box::new(invitation), provenance);
        Self::new(shared, id, SessionTerms::default(), state)
    }

    /// A locked invitation was opened.
    pub(super) fn locked(
        shared: &mut Shared,
        id: SessionId,
        container: Vec<u8>,
    ) -> Result<Self, Refusal> {
        let header = Header::parse(&container).map_err(Refusal::Seal)?;
        match &header.lock {
            Lock::Answers { .. } if header.kind == Kind::Invitation => {}
            _ => return Err(Refusal::NoInvitation),
        }
        let state = State::Locked {
            container,
            header,
            is_unlocking: false,
            was_wrong: false,
        };
        Self::new(shared, id, SessionTerms::default(), state)
    }

    /// Looks for a contact.
    pub(super) fn seek(
        shared: &mut Shared,
        id: SessionId,
        key: PublicKey,
        terms: SessionTerms,
        now: Now,
    ) -> Result<Self, Refusal> {
        // Whoever is nobody is found by nobody.
        let terms = SessionTerms {
            is_incognito: false,
            ..terms
        };
        let identity = shared.identity(&terms).map_err(|_| Refusal::NotNow)?;
        let returning = Returning::new(shared, &identity, key, now)?;
        Self::new(shared, id, terms, State::Returning(Box::new(returning)))
    }

    /// Goes on with what waits.
    pub(super) fn resume(
        shared: &mut Shared,
        id: SessionId,
        pending: PendingId,
        terms: AcceptTerms,
        now: Now,
    ) -> Result<Self, Refusal> {
        let own = terms.terms.clone();
        let plan = match pending.role {
            Role::Host => {
                let kept = shared.kept().waiting(pending.id)?.clone();
                if kept.remaining(now.unix).is_none() {
                    return Err(StoreError::Over(EndReason::Expired).into());
                }
                Plan::Resume(Box::new(kept), terms.is_far)
            }
            // Only the host's clock ends an invitation.
            Role::Guest => {
                let kept = shared.kept().replies.get(&pending.id).cloned();
                let kept = kept.ok_or(StoreError::Unknown)?;
                Plan::accept(kept.invitation.clone(), kept.provenance, terms, Some(kept))
            }
        };
        let preparing = Preparing::new(plan);
        Self::new(shared, id, own, State::Preparing(Box::new(preparing)))
    }

    pub(super) fn id(&self) -> SessionId {
        self.id
    }

    pub(super) fn shown(&self) -> Option<&View> {
        self.shown.as_ref()
    }

    /// The person has to decide about what is shown.
    pub(super) fn waits_for_a_choice(&self) -> bool {
        match self.state {
            State::Locked { .. } | State::Opened(..) => true,
            State::Preparing(_) | State::Pairing(_) | State::Talking(_) | State::Returning(_) => {
                false
            }
        }
    }

    /// What this session is about, as long as it can wait.
    pub(super) fn pending(&self) -> Option<PendingId> {
        match &self.state {
            State::Opened(invitation, _) => {
                Some(PendingId::accepted(invitation.keys().invite_id()))
            }
            State::Preparing(preparing) => preparing.pending(),
            State::Pairing(pairing) => Some(pairing.pending()),
            State::Locked { .. } | State::Talking(_) | State::Returning(_) => None,
        }
    }

    /// What another process needs to go on with it, as long as it can wait.
    pub(super) fn record(&self) -> Option<Record> {
        match &self.state {
            State::Pairing(pairing) => Some(pairing.record()),
            State::Locked { .. }
            | State::Opened(..)
            | State::Preparing(_)
            | State::Talking(_)
            | State::Returning(_) => None,
        }
    }

    /// With whom it talks, or whom it looks for.
    pub(super) fn peer(&self) -> Option<PublicKey> {
        match &self.state {
            State::Talking(talk) => Some(talk.key()),
            State::Returning(returning) => Some(returning.key()),
            State::Locked { .. } | State::Opened(..) | State::Preparing(_) | State::Pairing(_) => {
                None
            }
        }
    }

    /// Whom it looks for in the local network, if it may. Who stays on this machine is not looked for there.
    pub(super) fn wanted_nearby(&self, shared: &Shared, now: Now) -> Option<Wanted<'_>> {
        let State::Returning(returning) = &self.state else {
            return None;
        };
        let may = self.terms.nearby.unwrap_or(shared.settings().nearby);
        let is_elsewhere = self.terms.scope == Scope::Network;
        returning
            .wanted(shared, now)
            .filter(|_| may && is_elsewhere)
    }

    /// The contact seems to be here. True if they are known to be there without that.
    pub(super) fn found_nearby(
        &mut self,
        shared: &mut Shared,
        addresses: Vec<SocketAddr>,
        now: Now,
    ) -> bool {
        match self.parts(shared, now) {
            (State::Returning(returning), mut context) => returning.found(&mut context, addresses),
            _ => true,
        }
    }

    /// The contact has said where they are.
    pub(super) fn open_here(
        &mut self,
        shared: &mut Shared,
        opened: Opened,
        now: Now,
    ) -> Result<(), SessionEnd> {
        match self.parts(shared, now) {
            (State::Returning(returning), mut context) => returning.open_here(&mut context, opened),
            _ => Ok(()),
        }
    }

    /// The role in which it will keep something that is not kept yet.
    pub(super) fn keeps_soon(&self) -> Option<Role> {
        match &self.state {
            State::Preparing(preparing) if !self.terms.is_incognito => preparing.keeps_soon(),
            _ => None,
        }
    }

    /// The invitation of this device that it goes on with.
    pub(super) fn hosted(&self) -> Option<&Invitation> {
        match &self.state {
            State::Preparing(preparing) => preparing.hosted(),
            State::Pairing(pairing) => pairing.hosted(),
            State::Locked { .. } | State::Opened(..) | State::Talking(_) | State::Returning(_) => {
                None
            }
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::Pairing(pairing) => pairing.deadline(),
            State::Returning(returning) => returning.deadline(),
            State::Locked { .. } | State::Opened(..) | State::Preparing(_) | State::Talking(_) => {
                None
            }
        }
    }

    /// Shows what there is, and sets going what has to.
    pub(super) fn begin(&mut self, shared: &mut Shared, now: Now) {
        let (state, mut context) = self.parts(shared, now);
        match state {
            State::Preparing(preparing) => preparing.begin(&mut context),
            State::Returning(returning) => returning.begin(&mut context),
            State::Opened(..) | State::Locked { .. } => self.show_choice(shared, now),
            State::Pairing(_) | State::Talking(_) => {}
        }
    }

    fn parts<'a>(&'a mut self, shared: &'a mut Shared, now: Now) -> (&'a mut State, Context<'a>) {
        let context = Context {
            shared,
            id: self.id,
            terms: &self.terms,
            identity: &self.identity,
            now,
            listing: &mut self.listing,
            shown: &mut self.shown,
        };
        (&mut self.state, context)
    }

    fn show_choice(&mut self, shared: &mut Shared, now: Now) {
        let (state, mut context) = self.parts(shared, now);
        let view = match state {
            State::Opened(invitation, provenance) => {
                let id = invitation.keys().invite_id();
                let question = invitation.question.as_ref();
                View::Opened {
                    name: name_of(invitation),
                    question: question.map(|question| question.as_str().to_owned()),
                    provenance: *provenance,
                    expires_at: (invitation.expiry.remaining(now.unix).is_some())
                        .then(|| expires(invitation, now.unix)),
                    is_on_this_machine: is_on_this_machine(invitation),
                    is_kept: context.shared.kept().replies.contains_key(&id),
                }
            }
            State::Locked {
                header,
                is_unlocking,
                was_wrong,
                ..
            } => match &header.lock {
                Lock::Answers {
                    questions,
                    with_code,
                    ..
                } => View::Locked {
                    questions: questions.clone(),
                    needs_code: *with_code,
                    is_unlocking: *is_unlocking,
                    was_wrong: *was_wrong,
                },
                Lock::Key => return,
            },
            State::Preparing(_) | State::Pairing(_) | State::Talking(_) | State::Returning(_) => {
                return;
            }
        };
        context.show(view);
    }

    /// Something happened. While something has to be kept first, it waits its turn.
    pub(super) fn feed(
        &mut self,
        shared: &mut Shared,
        input: SessionInput,
        now: Now,
    ) -> Result<(), SessionEnd> {
        let is_message = matches!(
            input,
            SessionInput::Carrier(CarrierEvent::Received(_) | CarrierEvent::ReceivedBeside(_))
        );
        if is_message && self.inbox.len() >= MOST_WAITING {
            shared.carry(self.id, CarrierCommand::Cut);
            return Ok(());
        }
        self.inbox.push_back(input);
        self.catch_up(shared, now)
    }

    fn catch_up(&mut self, shared: &mut Shared, now: Now) -> Result<(), SessionEnd> {
        while !self.is_blocked()
            && let Some(input) = self.inbox.pop_front()
        {
            let request = input.request();
            let taken = self.take(shared, input, now);
            // These two ends are what was asked for; all others come of something else.
            if let (Err(SessionEnd::Closed | SessionEnd::Different), Some(request)) =
                (&taken, request)
            {
                shared.answer(request, Ok(Done::Ok));
            }
            taken?;
        }
        Ok(())
    }

    fn is_blocked(&self) -> bool {
        match &self.state {
            State::Pairing(pairing) => pairing.is_blocked(),
            State::Returning(returning) => returning.is_blocked(),
            State::Locked { .. } | State::Opened(..) | State::Preparing(_) | State::Talking(_) => {
                false
            }
        }
    }

    /// Takes one thing that happened. A command that ends the session is answered by whoever calls.
    fn take(
        &mut self,
        shared: &mut Shared,
        input: SessionInput,
        now: Now,
    ) -> Result<(), SessionEnd> {
        if let SessionInput::Withdraw(request) = input {
            return self.withdraw(shared, request, now);
        }
        if let SessionInput::Command(_, SessionCommand::Close) = input
            && !matches!(self.state, State::Talking(_) | State::Returning(_))
        {
            return Err(SessionEnd::Closed);
        }
        let input = match self.read_on(shared, input, now) {
            Some(input) => input,
            None => return Ok(()),
        };
        let (state, mut context) = self.parts(shared, now);
        match state {
            State::Locked { .. } | State::Opened(..) => self.choose(shared, input, now),
            State::Preparing(preparing) => {
                preparing.take(&mut context, input)?;
                self.start_if_ready(shared, now)
            }
            State::Pairing(pairing) => pairing.take(&mut context, input),
            State::Talking(talk) => talk.take(&mut context, input),
            State::Returning(returning) => returning.take(&mut context, input),
        }
    }

    /// What is about the rows of the session, whatever its state; the input if it is about something else.
    fn read_on(
        &mut self,
        shared: &mut Shared,
        input: SessionInput,
        now: Now,
    ) -> Option<SessionInput> {
        match input {
            SessionInput::Command(request, SessionCommand::Taken(rows)) => {
                self.listing.taken(shared, self.id, rows);
                shared.answer(request, Ok(Done::Ok));
                // Whoever was held back may go on.
                matches!(self.state, State::Talking(_) | State::Returning(_))
                    .then_some(SessionInput::Listed)
            }
            SessionInput::Command(request, SessionCommand::Seen(row)) => {
                self.listing.seen(shared, row, now);
                shared.answer(request, Ok(Done::Ok));
                None
            }
            SessionInput::Command(request, SessionCommand::Earlier) => {
                let earlier = self.listing.history().and_then(|with| {
                    shared.with_history(with, |history, shared| history.earlier(shared, request))
                });
                if let Some(answer) = earlier.unwrap_or(Some(Err(Refusal::NotNow))) {
                    shared.answer(request, answer);
                }
                None
            }
            SessionInput::Command(
                request,
                command @ (SessionCommand::Say(Saying::Lock { .. }) | SessionCommand::Open(..)),
            ) => {
                match self.to_work_on(shared, command, now) {
                    Ok(work) => self.locking.begin(shared, self.id, (request, work)),
                    Err(refusal) => shared.answer(request, Err(refusal)),
                }
                None
            }
            SessionInput::Worked(done @ (WorkDone::TextLocked(_) | WorkDone::TextOpened(_))) => {
                self.locking.done(shared, self.id, done)
            }
            input => Some(input),
        }
    }

    /// What there is to do for a message that is to be locked or opened.
    fn to_work_on(
        &self,
        shared: &mut Shared,
        command: SessionCommand,
        now: Now,
    ) -> Result<Work, Refusal> {
        let with = self.listing.history().ok_or(Refusal::NotNow)?;
        match command {
            SessionCommand::Say(Saying::Lock { text, .. }) if text.len() > MAX_ENTRY_BODY => {
                Err(Refusal::TooLong)
            }
            SessionCommand::Say(Saying::Lock {
                text,
                questions,
                answers,
            }) if !text.is_empty() && !questions.as_slice().is_empty() => Ok(Work::LockText {
                text,
                questions,
                answers,
                salt: shared.bytes().map_err(|_| Refusal::NotNow)?,
            }),
            SessionCommand::Open(row, answers) => {
                let place = self.listing.place_of(row);
                let history = shared.history(with);
                let locked = place.and_then(|place| history?.locked(&place, now));
                let locked = locked.ok_or(Refusal::NotNow)?;
                Ok(Work::OpenText { locked, answers })
            }
            _ => Err(Refusal::NotNow),
        }
    }

    /// Whoever else looks for the same contact takes its place.
    pub(super) fn yields(&self) -> bool {
        self.terms.yields
    }

    /// Whose history is listed.
    pub(super) fn history(&self) -> Option<PublicKey> {
        self.listing.history()
    }

    /// Tells what is new, or looks different, of the history. Whether anything was told.
    pub(super) fn list_history(
        &mut self,
        shared: &mut Shared,
        touched: Option<&BTreeMap<Place, bool>>,
        now: Now,
    ) -> bool {
        if let Some(touched) = touched {
            self.listing.owe(touched);
        }
        self.listing.tell_owed(shared, self.id, now)
    }

    fn withdraw(
        &mut self,
        shared: &mut Shared,
        request: RequestId,
        now: Now,
    ) -> Result<(), SessionEnd> {
        let pending = self.pending();
        let is_kept = match &self.state {
            // What is on its way to the store has to be taken back behind it.
            State::Preparing(preparing) => preparing.is_kept_or_soon(),
            State::Pairing(_) => true,
            // What was accepted before, and is about to be again.
            State::Opened(..) => {
                let kept = &shared.kept().replies;
                pending.is_some_and(|pending| kept.contains_key(&pending.id))
            }
            State::Locked { .. } | State::Talking(_) | State::Returning(_) => false,
        };
        match pending {
            Some(pending) if is_kept && !self.terms.is_incognito => {
                let end = end(pending, EndReason::Revoked, now);
                shared.write(vec![end], Purpose::Answer(request));
                Err(SessionEnd::Withdrawn)
            }
            None if matches!(self.state, State::Talking(_) | State::Returning(_)) => {
                shared.answer(request, Err(Refusal::NotNow));
                Ok(())
            }
            // Nothing of it is kept.
            Some(_) | None => {
                shared.answer(request, Ok(Done::Ok));
                Err(SessionEnd::Withdrawn)
            }
        }
    }

    /// The person decides about what was opened.
    fn choose(
        &mut self,
        shared: &mut Shared,
        input: SessionInput,
        now: Now,
    ) -> Result<(), SessionEnd> {
        match (&mut self.state, input) {
            (
                State::Opened(invitation, provenance),
                SessionInput::Command(request, SessionCommand::Accept(terms)),
            ) => {
                let id = invitation.keys().invite_id();
                let kept = match terms.terms.is_incognito {
                    true => None,
                    false => shared.kept().replies.get(&id).cloned(),
                };
                let plan =
                    Plan::accept((**invitation).clone(), *provenance, (*terms).clone(), kept);
                self.terms = terms.terms;
                match shared.identity(&self.terms) {
                    Ok(identity) => self.identity = identity,
                    Err(_) => {
                        shared.answer(request, Err(Refusal::NotNow));
                        return Err(Failure::Local.into());
                    }
                }
                self.state = State::Preparing(Box::new(Preparing::new(plan)));
                shared.answer(request, Ok(Done::Ok));
                self.begin(shared, now);
            }
            (
                State::Opened(opened, provenance),
                SessionInput::ShownAgain(request, invitation, now_by),
            ) => {
                if *opened != invitation {
                    // The person agrees to what is on the screen, whatever else is tapped.
                    shared.answer(request, Err(Refusal::Busy(self.id)));
                    return Ok(());
                }
                // The same once more; a camera saw it for itself.
                if now_by == Provenance::Camera {
                    *provenance = now_by;
                }
                shared.answer(request, Ok(Done::GoesOn(self.id)));
                self.show_choice(shared, now);
            }
            (
                State::Locked {
                    container,
                    is_unlocking,
                    ..
                },
                SessionInput::Command(request, SessionCommand::Unlock(answers, code)),
            ) if !*is_unlocking => {
                let work = Work::Unlock {
                    container: container.clone(),
                    answers,
                    code,
                };
                *is_unlocking = true;
                shared.put(Output::Work(self.id, work));
                shared.answer(request, Ok(Done::Ok));
                self.show_choice(shared, now);
            }
            (
                State::Locked {
                    is_unlocking,
                    was_wrong,
                    ..
                },
                SessionInput::Worked(WorkDone::Unlocked(result)),
            ) => {
                match result {
                    Ok(invitation) => {
                        self.state = State::Opened(invitation, Provenance::Locked);
                    }
                    Err(SealError::WrongAnswerOrAltered) => {
                        (*is_unlocking, *was_wrong) = (false, true);
                    }
                    Err(error) => return Err(SessionEnd::Seal(error)),
                }
                self.show_choice(shared, now);
            }
            (_, input) => not_now(shared, &input),
        }
        Ok(())
    }

    /// Everything is prepared and kept: the pairing begins.
    fn start_if_ready(&mut self, shared: &mut Shared, now: Now) -> Result<(), SessionEnd> {
        let State::Preparing(preparing) = &mut self.state else {
            return Ok(());
        };
        let Some((ready, later)) = preparing.ready() else {
            return Ok(());
        };
        // Also where it cannot begin, whoever asked for something meanwhile is answered.
        self.inbox.extend(later);
        let (state, mut context) = self.parts(shared, now);
        let mut pairing = Pairing::start(&mut context, ready)?;
        pairing.begin(&mut context)?;
        *state = State::Pairing(Box::new(pairing));
        self.catch_up(shared, now)
    }

    /// What the session wrote is on the disk, or not.
    pub(super) fn stored(
        &mut self,
        shared: &mut Shared,
        ticket: Ticket,
        result: Result<(), StoreError>,
        now: Now,
    ) -> Result<(), SessionEnd> {
        let (state, mut context) = self.parts(shared, now);
        match state {
            State::Preparing(preparing) => {
                preparing.stored(ticket, result)?;
                self.start_if_ready(shared, now)?;
            }
            State::Pairing(pairing) => {
                if let Some(met) = pairing.stored(&mut context, ticket, result)? {
                    self.begin_to_talk(shared, met, now);
                }
            }
            State::Talking(talk) => talk.stored(&mut context, ticket, result)?,
            State::Returning(returning) => returning.stored(&mut context, ticket, result)?,
            State::Locked { .. } | State::Opened(..) => {}
        }
        self.catch_up(shared, now)
    }

    /// The two met, and that is kept.
    fn begin_to_talk(&mut self, shared: &mut Shared, mut met: Remembered, now: Now) {
        // What came meanwhile belongs to the conversation.
        for input in std::mem::take(&mut self.inbox) {
            match input {
                SessionInput::Carrier(CarrierEvent::Received(message)) => met.early.push(message),
                // Whoever came beside is too late.
                SessionInput::Carrier(
                    CarrierEvent::LinkOpen { .. }
                    | CarrierEvent::ReceivedBeside(_)
                    | CarrierEvent::BesideEnded,
                ) => {}
                input => self.inbox.push_back(input),
            }
        }
        let (state, mut context) = self.parts(shared, now);
        let talk = Talk::start(&mut context, met, false);
        *state = State::Talking(Box::new(talk));
    }

    /// The deadline has come.
    pub(super) fn tick(&mut self, shared: &mut Shared, now: Now) -> Result<(), SessionEnd> {
        let (state, mut context) = self.parts(shared, now);
        match state {
            State::Pairing(pairing) => pairing.tick(&mut context)?,
            State::Returning(returning) => returning.tick(&mut context)?,
            State::Locked { .. } | State::Opened(..) | State::Preparing(_) | State::Talking(_) => {}
        }
        self.catch_up(shared, now)
    }

    /// It is over: what has to be kept of it is, and everybody hears.
    pub(super) fn over(mut self, shared: &mut Shared, end: SessionEnd, now: Now) {
        let inbox = std::mem::take(&mut self.inbox);
        std::mem::take(&mut self.locking).over(shared);
        let (state, mut context) = self.parts(shared, now);
        match state {
            State::Preparing(preparing) => preparing.over(&mut context, end),
            State::Pairing(pairing) => pairing.over(&mut context, end),
            State::Talking(talk) => talk.over(&mut context),
            State::Returning(returning) => returning.over(&mut context),
            State::Locked { .. } | State::Opened(..) => {}
        }
        context.listing.flush(context.shared, context.id);
        if !matches!(state, State::Locked { .. } | State::Opened(..)) {
            context.carry(CarrierCommand::Release);
        }
        for input in inbox {
            not_now(context.shared, &input);
        }
        context.show(View::Ended(end));
    }
}

/// Nothing comes of this; whoever asked for it hears that.
pub(super) fn not_now(shared: &mut Shared, input: &SessionInput) {
    if let Some(request) = input.request() {
        let refusal = match input {
            SessionInput::ShownAgain(..) => Refusal::OtherInvitation(OtherInvitation),
            _ => Refusal::NotNow,
        };
        shared.answer(request, Err(refusal));
    }
}
