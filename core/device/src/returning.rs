//! Somebody met before, who is looked for, talked to, and looked for again when the link is lost.
//!
//! Both knock at every way by which they reached each other before, by what only the two can derive for this
//! hour. Whoever comes that way proves to be the contact, and both keep the next secret, before anything is
//! said. While the two talk, this device goes on listening: a contact whose device began anew knows nothing
//! of the link, and comes again.

use super::contacts::freezing;
use super::here::{Opened, Whereabouts};
use super::history::{History, write};
use super::hours::hours;
use super::nearby::Wanted;
use super::pairing::{Remembered, clock_ahead, way};
use super::place::Place;
use super::question::{Questioning, Turn};
use super::session::{Context, Parting, SessionInput, not_now};
use super::shared::{Purpose, Shared};
use super::talk::Talk;
use super::{
    AuthenticatedPeer, Bind, CarrierCommand, CarrierEvent, Done, Hindrance, Milestones, Refusal,
    Saying, SeekKeys, SessionCommand, SessionEnd, Ticket, View, Write,
};
use handfast_protocol::handshake::{PublicKey, Trust, TrustReason};
use handfast_protocol::link::LinkPath;
use handfast_protocol::pairing::{Failure, Identity, Now};
use handfast_protocol::reconnect::{
    Part, ReconnectEffect, ReconnectFailure, ReconnectKeys, ReconnectSetup, Reconnecting,
    RendezvousKeys, RestoredClaim, Returned,
};
use handfast_store::{Contact, ContactChange, Return, StoreError, Way};
use handfast_token::{Candidate, Fingerprint, admit};
use std::net::SocketAddr;
use std::time::Duration;
use web_time::Instant;

/// How long a way is remembered by which the contact was not reached since, in seconds.
const WAY_LASTS: u64 = 30 * 24 * 3600;

/// See the module text.
pub(super) struct Returning {
    key: PublicKey,
    part: Part,
    place: Place,
    step: Step,
    /// Since when nobody is heard.
    since: Instant,
    /// When other hours are good.
    hours_end: Option<Instant>,
    proof: Option<Proof>,
    /// The last link that was open, and which way it took.
    link: u64,
    path: Option<LinkPath>,
    /// Where they were last said to be in the local network.
    nearby: Vec<SocketAddr>,
    here: Whereabouts,
    talk: Option<Box<Talk>>,
    /// It ends once everything that was written is with them.
    is_leaving: bool,
    is_offline: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The device sleeps, or has no network.
    Stopped,
    Binding,
    Looking,
}

/// Somebody came by what only the contact knows, and proves to be them.
struct Proof {
    machine: Reconnecting,
    began: Instant,
    /// What has to be on the disk before the machine goes on.
    keeping: Option<Ticket>,
    /// The person has to decide about a restored device.
    asks: Option<RestoredClaim>,
    /// The person has agreed to one.
    has_agreed: bool,
    /// What the two ask each other before they agree.
    questions: Option<Questioning>,
    /// Whoever came knows the answer to a question of the person here.
    is_known: bool,
}

impl Returning {
    /// Looks for a contact.
    ///
    /// # Errors
    /// [`StoreError::Unknown`] of somebody who was never met; [`Refusal::Blocked`].
    pub(super) fn new(
        shared: &Shared,
        identity: &Identity,
        key: PublicKey,
        now: Now,
    ) -> Result<Self, Refusal> {
        if !shared.kept().contacts.contains_key(&key.0) {
            return Err(StoreError::Unknown.into());
        }
        if shared.shuts_out(key).is_some() {
            return Err(Refusal::Blocked);
        }
        Ok(Self {
            key,
            part: Part::of(identity.key.public(), key),
            place: Place::default(),
            step: Step::Stopped,
            since: now.monotonic,
            hours_end: None,
            proof: None,
            link: 0,
            path: None,
            nearby: Vec::new(),
            here: Whereabouts::default(),
            talk: None,
            is_leaving: false,
            is_offline: false,
        })
    }

    pub(super) fn key(&self) -> PublicKey {
        self.key
    }

    pub(super) fn is_blocked(&self) -> bool {
        let proof = self.proof.as_ref();
        proof.is_some_and(|proof| proof.keeping.is_some())
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let proof = self.proof.as_ref();
        let proof = proof.and_then(|proof| proof.machine.poll_timeout());
        let is_looking = self.step == Step::Looking;
        let hours = self.hours_end.filter(|_| is_looking);
        let here = self.here.deadline().filter(|_| is_looking);
        [proof, hours, here].into_iter().flatten().min()
    }

    /// Asks for sockets, if the contact may be looked for. What the two wrote can be read in any case.
    pub(super) fn begin(&mut self, context: &mut Context<'_>) {
        context.listing.list_history(context.shared, self.key);
        self.show(context);
        if context.shared.is_asleep() || self.hindrance(context).is_some() {
            return;
        }
        let ways = self.ways(context);
        let own = ways.first().map(|way| way.ours.port());
        let bind = Bind {
            scope: context.terms.scope,
            port: context.terms.port.or(own).or(context.shared.kept().port()),
            is_apart: false,
            with_certificate: false,
            may_guess: false,
        };
        self.step = Step::Binding;
        context.carry(CarrierCommand::Bind(bind));
    }

    /// The ways that lead somewhere from the network that this device is in, the last used first. A private
    /// address means another machine in another network.
    fn ways<'a>(&self, context: &'a Context<'_>) -> Vec<&'a Way> {
        let contact = context.shared.kept().contacts.get(&self.key.0);
        let ways = contact.map(|contact| contact.ways.as_slice());
        let is_young = |way: &&Way| context.now.unix.saturating_sub(way.at) < WAY_LASTS;
        let ways = ways.unwrap_or_default().iter().filter(is_young);
        ways.filter(|way| self.place.may_lead(context.shared.router(), way))
            .collect()
    }

    /// Where the contact may be.
    fn addresses(&self, context: &Context<'_>) -> Vec<Candidate> {
        let ways = self.ways(context).into_iter().map(|way| way.theirs);
        let nearby = self.nearby.iter().copied();
        let named = nearby.chain(ways).map(Candidate::host);
        let named = self.here.addresses().chain(named);
        admit(named.collect::<Vec<_>>(), self.place.policy())
    }

    /// That they are looked for from these sockets, if others can reach them.
    pub(super) fn wanted(&self, shared: &Shared, now: Now) -> Option<Wanted<'_>> {
        let contact = shared.kept().contacts.get(&self.key.0)?;
        let is_out = self.step == Step::Looking && !self.place.is_on_this_machine();
        (is_out && !contact.blocked).then_some(Wanted {
            key: self.key,
            finding: contact.reconnect.as_ref()?.finding.clone(),
            addresses: &self.place.addresses,
            unix: self.unix(contact.clock, now),
        })
    }

    /// They seem to be here, in the local network. True if they are known to be there already.
    pub(super) fn found(&mut self, context: &mut Context<'_>, nearby: Vec<SocketAddr>) -> bool {
        self.nearby = nearby;
        let addresses = self.addresses(context);
        context.carry(CarrierCommand::Reach(addresses, None));
        self.talk.is_some() || self.proof.is_some()
    }

    /// They have said where they are.
    pub(super) fn open_here(
        &mut self,
        context: &mut Context<'_>,
        opened: Opened,
    ) -> Result<(), SessionEnd> {
        self.here.open(opened);
        if self.step == Step::Looking {
            let places = self.hours(context)?;
            context.carry(CarrierCommand::Hours(places));
            let addresses = self.addresses(context);
            context.carry(CarrierCommand::Reach(addresses, None));
        }
        Ok(())
    }

    /// The person wants to say where this device is.
    fn want_here(&mut self, context: &mut Context<'_>) -> Result<Done, Refusal> {
        if self.talk.is_some() {
            return Err(Refusal::NotNow);
        }
        let servers = context.asking().servers(self.place.is_on_this_machine());
        self.here.want(!servers.is_empty(), context.now.monotonic);
        if self.step == Step::Looking {
            self.look_outside(context);
        }
        Ok(Done::Ok)
    }

    /// Asks how this device is seen from outside, where it is to say where it is.
    fn look_outside(&self, context: &mut Context<'_>) {
        let servers = context.asking().servers(self.place.is_on_this_machine());
        if self.here.deadline().is_some() && self.place.reflexive.is_none() && !servers.is_empty() {
            context.carry(CarrierCommand::LookOutside(servers));
        }
    }

    /// Says where this device is, if that is wanted and not said yet.
    fn say_here(&mut self, context: &mut Context<'_>) -> Result<(), SessionEnd> {
        if self.step != Step::Looking || self.talk.is_some() {
            return Ok(());
        }
        let finding = self.keys(context).map(|keys| keys.finding);
        if let Some(finding) = finding
            && self
                .here
                .say(context.shared, &finding, &self.place, context.now)
        {
            let places = self.hours(context)?;
            context.carry(CarrierCommand::Hours(places));
        }
        Ok(())
    }

    fn contact<'a>(&self, context: &'a Context<'_>) -> Option<&'a Contact> {
        context.shared.kept().contacts.get(&self.key.0)
    }

    fn hindrance(&self, context: &Context<'_>) -> Option<Hindrance> {
        self.contact(context).and_then(Hindrance::of)
    }

    fn keys(&self, context: &Context<'_>) -> Option<ReconnectKeys> {
        self.contact(context)?.reconnect.clone()
    }

    /// What the initiator's clock shows, by which hours go. `clock`: how far theirs is ahead of the one here.
    fn unix(&self, clock: Option<i32>, now: Now) -> u64 {
        match self.part {
            Part::Initiator => now.unix,
            Part::Responder => (now.unix).saturating_add_signed(clock.unwrap_or_default().into()),
        }
    }

    /// The hours that are good now.
    fn hours(&mut self, context: &Context<'_>) -> Result<Vec<RendezvousKeys>, SessionEnd> {
        let contact = self.contact(context).ok_or(StoreError::Unknown);
        let contact = contact.map_err(SessionEnd::Store)?;
        let clock = contact.clock;
        let unix = self.unix(clock, context.now);
        let now = context.now.monotonic;
        let in_vain = match self.talk {
            Some(_) => Duration::ZERO,
            None => now.saturating_duration_since(self.since),
        };
        let good = hours(unix, clock.is_some(), in_vain);
        let finding = contact.reconnect.as_ref().map(|keys| &keys.finding);
        let finding = finding.ok_or(SessionEnd::Store(StoreError::Unknown))?;
        let listened = good.listened.into_iter();
        let listened = listened.filter_map(|hour| finding.hour(hour));
        let places = self.here.places(listened, now);
        let ends = now + good.lasts;
        self.hours_end = Some(self.here.last_until(now).map_or(ends, |at| at.min(ends)));
        Ok(places)
    }

    pub(super) fn take(
        &mut self,
        context: &mut Context<'_>,
        input: SessionInput,
    ) -> Result<(), SessionEnd> {
        match input {
            SessionInput::Carrier(event) => self.carried(context, event)?,
            SessionInput::Command(_, SessionCommand::Close) if self.talk.is_none() => {
                return Err(SessionEnd::Closed);
            }
            SessionInput::Command(request, SessionCommand::Here) => {
                let result = self.want_here(context);
                context.answer(request, result);
            }
            SessionInput::Command(request, SessionCommand::AcceptRestored(agrees)) => {
                let result = self.decide(agrees);
                context.answer(request, result);
            }
            SessionInput::Command(
                request,
                command @ (SessionCommand::Ask(..)
                | SessionCommand::Answer(_)
                | SessionCommand::NoAnswer),
            ) if self.talk.is_none() => {
                let proof = self.proof.as_mut();
                let questions = proof.and_then(|proof| proof.questions.as_mut());
                let result = match questions {
                    Some(questions) => questions.command(context, command),
                    None => Err(Refusal::NotNow),
                };
                context.answer(request, result);
            }
            SessionInput::Parts(key, why) if key == self.key && self.talk.is_none() => {
                return Err(self.part(context, why));
            }
            input @ (SessionInput::Talk(_)
            | SessionInput::Command(..)
            | SessionInput::Listed
            | SessionInput::LogsEnded(_)
            | SessionInput::PeerEnds(..)
            | SessionInput::Parts(..)
            | SessionInput::ContactChanged
            | SessionInput::Away) => self.pass(context, input)?,
            SessionInput::Sleep => {}
            SessionInput::Wake if self.step == Step::Stopped => self.begin(context),
            SessionInput::Wake | SessionInput::Boost => context.carry(CarrierCommand::Boost),
            SessionInput::NetworkChanged { is_offline, .. } => {
                self.is_offline = is_offline;
                match self.step {
                    Step::Stopped if !is_offline => self.begin(context),
                    Step::Stopped | Step::Binding => {}
                    Step::Looking => {
                        let addresses = self.addresses(context);
                        context.carry(CarrierCommand::Reach(addresses, None));
                    }
                }
            }
            SessionInput::Worked(_) => {}
            input @ (SessionInput::Reply(..)
            | SessionInput::ShownAgain(..)
            | SessionInput::Withdraw(_)) => not_now(context.shared, &input),
        }
        self.go_on(context)
    }

    /// The person decides about a restored device.
    fn decide(&mut self, agrees: bool) -> Result<Done, Refusal> {
        let proof = self.proof.as_mut().filter(|proof| proof.asks.is_some());
        let proof = proof.ok_or(Refusal::NotNow)?;
        proof.asks = None;
        match agrees {
            true => {
                proof.has_agreed = true;
                proof.machine.agree();
            }
            false => proof.machine.decline(),
        }
        Ok(Done::Ok)
    }

    /// The person wants nothing of the contact any more, who hears why if they are here at this moment.
    fn part(&mut self, context: &mut Context<'_>, why: Parting) -> SessionEnd {
        if let (Some(proof), Parting::Disowns) = (&mut self.proof, why) {
            proof.machine.disown();
            while let Some(effect) = proof.machine.poll_effect() {
                if let ReconnectEffect::Send(message) = effect {
                    context.carry(CarrierCommand::Send(message));
                }
            }
            context.carry(CarrierCommand::Shut);
        }
        why.end()
    }

    /// Passes on what is for the conversation. Without one, nobody is there to do it with.
    fn pass(&mut self, context: &mut Context<'_>, input: SessionInput) -> Result<(), SessionEnd> {
        match (&mut self.talk, input) {
            (Some(talk), input) => {
                let taken = talk.take(context, input);
                self.talked(context, taken)
            }
            (None, SessionInput::PeerEnds(key, end))
                if key == self.key && end != SessionEnd::Elsewhere =>
            {
                context.carry(CarrierCommand::Cut);
                Err(end)
            }
            (None, SessionInput::Command(request, SessionCommand::Say(Saying::Leave))) => {
                self.is_leaving = true;
                // Whoever leaves at once is answered by the end.
                if !self.has_left(context) {
                    context.answer(request, Ok(Done::Ok));
                }
                Ok(())
            }
            // It is kept, and goes when they are here.
            (None, SessionInput::Command(request, SessionCommand::Say(saying))) => {
                let written = match self.hindrance(context) {
                    Some(hindrance) => Err(Refusal::Hindered(hindrance)),
                    None => write(context, self.key, saying),
                };
                context.answer(request, written);
                Ok(())
            }
            (None, input) => {
                not_now(context.shared, &input);
                Ok(())
            }
        }
    }

    fn carried(
        &mut self,
        context: &mut Context<'_>,
        event: CarrierEvent,
    ) -> Result<(), SessionEnd> {
        match event {
            CarrierEvent::Bound { addresses, .. } if self.step == Step::Binding => {
                self.place.addresses = addresses;
                self.step = Step::Looking;
                let seek = SeekKeys {
                    part: self.part,
                    hours: self.hours(context)?,
                    addresses: self.addresses(context),
                };
                context.carry(CarrierCommand::Seek(Box::new(seek)));
                self.look_outside(context);
            }
            CarrierEvent::LinkOpen {
                number,
                local,
                remote,
                path,
                ..
            } => {
                self.prove(context, local, remote)?;
                (self.link, self.path) = (number, path);
            }
            CarrierEvent::Received(message) => match &mut self.proof {
                Some(proof) => proof.machine.received(context.now, &message),
                None => {
                    let received = CarrierEvent::Received(message);
                    self.pass(context, SessionInput::Carrier(received))?;
                }
            },
            CarrierEvent::LinkEnded => {
                if let Some(proof) = &mut self.proof {
                    proof.machine.link_ended();
                }
            }
            CarrierEvent::Moved(place) => {
                self.place = place;
                self.nearby.clear();
                let addresses = self.addresses(context);
                context.carry(CarrierCommand::Reach(addresses, None));
            }
            // There is no network now; the next one begins anew.
            CarrierEvent::Failed(_) if self.step == Step::Binding => {
                self.step = Step::Stopped;
                self.is_offline = true;
            }
            CarrierEvent::Failed(error) => {
                log::debug!("a contact is looked for again: {error}");
                self.proof = None;
                context.carry(CarrierCommand::KnockAgain);
            }
            CarrierEvent::Bound { .. }
            | CarrierEvent::BoundOutOfSight { .. }
            | CarrierEvent::Reached { .. }
            | CarrierEvent::Guarded(_)
            | CarrierEvent::KnockSeen(_)
            | CarrierEvent::Answered
            | CarrierEvent::Lapsed
            | CarrierEvent::SlotTaken(_)
            | CarrierEvent::ReceivedBeside(_)
            | CarrierEvent::BesideEnded => {}
        }
        Ok(())
    }

    /// Somebody is there by what only the contact knows. An older proof is given up for it.
    fn prove(
        &mut self,
        context: &mut Context<'_>,
        local: Fingerprint,
        remote: Fingerprint,
    ) -> Result<(), SessionEnd> {
        let keys = self.keys(context).ok_or(StoreError::Unknown);
        let setup = ReconnectSetup {
            key: context.identity.key.clone(),
            name: context.identity.name.clone(),
            client: context.identity.client.clone(),
            peer: self.key,
            keys: keys.map_err(SessionEnd::Store)?,
            local,
            remote,
            random: context.shared.secret().map_err(|_| Failure::Local)?,
        };
        self.proof = Some(Proof {
            machine: Reconnecting::start(context.now, setup),
            began: context.now.monotonic,
            keeping: None,
            asks: None,
            has_agreed: false,
            questions: None,
            is_known: false,
        });
        Ok(())
    }

    /// Does what the machine wants, and shows how it stands.
    fn go_on(&mut self, context: &mut Context<'_>) -> Result<(), SessionEnd> {
        if self.has_left(context) {
            return Err(SessionEnd::Closed);
        }
        while let Some(effect) = self.next_effect(context) {
            let Some(proof) = &mut self.proof else {
                break;
            };
            match effect {
                ReconnectEffect::Send(message) => context.carry(CarrierCommand::Send(message)),
                ReconnectEffect::Keep(keys) => {
                    let mut writes = vec![Write::Reconnect(self.key, keys)];
                    let (has_agreed, is_known) = (proof.has_agreed, proof.is_known);
                    if has_agreed {
                        // Whoever has a copy could have come as well. The secret by which they come again is
                        // never kept without that.
                        let trust = Trust::because(TrustReason::OpenLink);
                        let fell = ContactChange::Fell(trust, context.now.unix);
                        writes.push(Write::Contact(self.key, fell));
                        if is_known {
                            writes.extend(self.known(context));
                        }
                    }
                    if let Some(proof) = &mut self.proof {
                        proof.keeping = Some(context.write(writes));
                    }
                }
                ReconnectEffect::AskRestored(claim) => {
                    proof.asks = Some(claim);
                    let hash = proof.machine.asking_in();
                    proof.questions =
                        hash.and_then(|hash| Questioning::new(context, self.key, hash));
                }
                ReconnectEffect::Question(message) => {
                    let questions = proof.questions.as_mut();
                    if questions.is_some_and(|it| it.heard(message).is_err()) {
                        self.give_up(context);
                    }
                }
                ReconnectEffect::Done(returned) => self.returned(context, *returned),
                ReconnectEffect::Over(ReconnectFailure::Disowned) => {
                    context.change_unattended(self.key, freezing(context.now));
                    return Err(SessionEnd::Frozen);
                }
                ReconnectEffect::Over(failure) => {
                    log::debug!("whoever came did not prove to be the contact: {failure}");
                    self.give_up(context);
                }
            }
        }
        self.say_here(context)?;
        self.show(context);
        Ok(())
    }

    /// The person leaves, and nothing is waited for that can get there.
    fn has_left(&self, context: &Context<'_>) -> bool {
        if !self.is_leaving || self.talk.is_some() {
            return false;
        }
        let history = context.shared.history(self.key);
        history.is_none_or(History::owes_nothing) || self.hindrance(context).is_some()
    }

    /// What comes next of whoever came, unless the disk is waited for.
    fn next_effect(&mut self, context: &mut Context<'_>) -> Option<ReconnectEffect> {
        loop {
            let proof = self.proof.as_mut().filter(|it| it.keeping.is_none())?;
            if let Some(effect) = proof.machine.poll_effect() {
                return Some(effect);
            }
            match proof.questions.as_mut()?.next(context)? {
                // Where nothing is said any more, nobody waits for it.
                Turn::Say(message) => {
                    proof.machine.say_of_question(message);
                }
                Turn::Known => {
                    proof.is_known = true;
                    let known = self.known(context).into_iter().collect();
                    context.write_unattended(known, Purpose::Nothing);
                }
            }
        }
    }

    /// That whoever is there knows the answer to a question.
    fn known(&self, context: &Context<'_>) -> Option<Write> {
        let answered = Trust::because(TrustReason::Answered);
        let contact = self.contact(context)?;
        let known = Contact::met(self.key, contact.name.clone(), answered, context.now.unix);
        Some(Write::Meet(Box::new(known)))
    }

    /// Nothing comes of whoever came.
    fn give_up(&mut self, context: &mut Context<'_>) {
        self.proof = None;
        context.carry(CarrierCommand::KnockAgain);
    }

    /// The contact is back. What was said on a link before is over; the screen goes on.
    fn returned(&mut self, context: &mut Context<'_>, returned: Returned) {
        let now = context.now;
        let (began, questions) = match self.proof.take() {
            Some(proof) => (proof.began, proof.questions),
            None => (now.monotonic, None),
        };
        let authenticated = now.monotonic.saturating_duration_since(began);
        let Some(contact) = self.contact(context).cloned() else {
            return;
        };
        let trust = contact.trust;
        let back = Return {
            name: returned.name.clone(),
            at: now.unix,
            clock: clock_ahead(returned.clock, now),
            way: self.path.map(|path| way(path, context)),
            keys: returned.keys.clone(),
        };
        context.change_unattended(self.key, [ContactChange::Returned(Box::new(back))]);
        context.shared.comes_back(self.key);
        let met = Remembered {
            trust,
            peer: AuthenticatedPeer {
                key: self.key,
                name: match returned.name {
                    told if told.is_empty() => contact.name,
                    told => told,
                },
                trust,
                scans: 0,
                channel: returned.channel,
                clock: returned.clock,
                client: returned.client,
                keeps_us: true,
                reconnect: returned.keys,
            },
            // Who is restored was agreed to, and who is not has what was agreed on before.
            gives_back: true,
            link: self.link,
            path: self.path,
            early: Vec::new(),
            milestones: Milestones {
                authenticated: Some(authenticated),
                ..Milestones::default()
            },
            questions,
        };
        if self.here.met() {
            self.hours_end = Some(now.monotonic);
        }
        context.carry(CarrierCommand::Stands);
        self.talk = Some(Box::new(Talk::start(context, met, self.is_leaving)));
    }

    /// What an end of the conversation means here: whoever is lost, or left, is looked for again.
    fn talked(
        &mut self,
        context: &mut Context<'_>,
        taken: Result<(), SessionEnd>,
    ) -> Result<(), SessionEnd> {
        match taken {
            // What could not be kept has to come again.
            Err(SessionEnd::Lost | SessionEnd::PeerLeft | SessionEnd::Store(_)) => {
                if let Some(mut talk) = self.talk.take() {
                    self.is_leaving |= talk.is_leaving();
                    talk.over(context);
                }
                self.since = context.now.monotonic;
                let addresses = self.addresses(context);
                context.carry(CarrierCommand::Reach(addresses, None));
                Ok(())
            }
            taken => taken,
        }
    }

    /// The deadline has come.
    pub(super) fn tick(&mut self, context: &mut Context<'_>) -> Result<(), SessionEnd> {
        let now = context.now.monotonic;
        let is_due = |at: Option<Instant>| at.is_some_and(|at| now >= at);
        if let Some(proof) = &mut self.proof
            && is_due(proof.machine.poll_timeout())
        {
            match proof.keeping {
                None => proof.machine.handle_timeout(context.now),
                // The disk is too late for whoever waits there.
                Some(_) => self.give_up(context),
            }
        }
        if self.step == Step::Looking && is_due(self.hours_end) {
            let hours = self.hours(context)?;
            context.carry(CarrierCommand::Hours(hours));
        }
        self.go_on(context)
    }

    /// What was written is on the disk, or not.
    pub(super) fn stored(
        &mut self,
        context: &mut Context<'_>,
        ticket: Ticket,
        result: Result<(), StoreError>,
    ) -> Result<(), SessionEnd> {
        if let Some(proof) = &mut self.proof
            && proof
                .keeping
                .take_if(|awaited| *awaited == ticket)
                .is_some()
        {
            match result {
                Ok(()) => proof.machine.kept(),
                Err(_) => proof.machine.not_kept(),
            }
            self.go_on(context)?;
            return result.map_err(SessionEnd::Store);
        }
        let proof = self.proof.as_mut();
        let questions = proof.and_then(|proof| proof.questions.as_mut());
        if let Some(counted) = questions.and_then(|it| it.stored(context, ticket, result)) {
            if counted.is_err() {
                self.give_up(context);
            }
            return self.go_on(context);
        }
        match &mut self.talk {
            Some(talk) => {
                let taken = talk.stored(context, ticket, result);
                self.talked(context, taken)
            }
            None => Ok(()),
        }
    }

    fn show(&self, context: &mut Context<'_>) {
        if self.talk.is_some() {
            return;
        }
        // Whoever was forgotten meanwhile is shown no more.
        let Some(contact) = self.contact(context) else {
            return;
        };
        let view = View::Seeking {
            key: self.key,
            name: contact.shown_name().to_owned(),
            trust: contact.trust,
            heard: contact.heard,
            is_here: self.proof.is_some(),
            restored: self.proof.as_ref().and_then(|proof| proof.asks.clone()),
            questions: (self.proof.as_ref())
                .and_then(|proof| proof.questions.as_ref())
                .map(Questioning::view)
                .unwrap_or_default(),
            hindrance: Hindrance::of(contact),
            here: self.here.token(),
            is_offline: self.is_offline,
        };
        context.show(view);
    }

    pub(super) fn over(&mut self, context: &mut Context<'_>) {
        if let Some(talk) = &mut self.talk {
            talk.over(context);
        }
    }
}
