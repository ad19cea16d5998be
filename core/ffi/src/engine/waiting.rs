//! A pairing under way, in either role, from the order to begin to the meeting.
//!
//! What has to outlive the process is in the store before it is shown, and stays there until the
//! two have met, the person takes it back, or it can lead nowhere any more.

use super::preparing::port;
use super::talk::Talk;
use super::{Engine, State};
use crate::pending::Waits;
use crate::{
    Cause, DeliveryMode, ErrorKind, GuestStage, HandfastError, Handout, HostStage, Limits, Screen,
    usual_limits,
};
use handfast_native::net::{Endpoint, new_certificate};
use handfast_native::pairing::{
    self, Failure, GuestTerms, HostTerms, Keeping, Meeting, Pairing, PairingEvent, Provenance,
    Tried, View, own_candidates,
};
use handfast_native::seal::Answers;
use handfast_native::store::{
    EndReason, PendingInvitation, PendingReply, Person, Store, StoreError,
};
use handfast_native::token::{Invitation, InviteId, LinkBase, SealedReply, Secret, Token};
use handfast_native::{GOODBYE, unix_seconds};
use std::net::SocketAddr;

/// A pairing under way.
pub(super) struct Waiting {
    number: u64,
    pub(super) role: Role,
    pub(super) pairing: Pairing,
    keeping: Keeping,
    view: Option<View>,
    /// Why the other side is not heard, most likely.
    cause: Option<Cause>,
    /// The shell says that there is no network.
    pub(super) is_offline: bool,
    /// It is stopped for now, not for good.
    is_put_aside: bool,
}

/// Which side of the table, with what a screen shows of it.
pub(super) enum Role {
    Host {
        invitation: Box<Invitation>,
        delivery: DeliveryMode,
        /// What is handed out: the invitation, or it locked.
        token: Token,
        /// It is locked, and names nothing of where this device is now.
        is_outdated: bool,
    },
    /// What is kept of it.
    Guest(Box<PendingReply>),
}

impl Role {
    /// What the store knows it by.
    fn waits(&self) -> Waits {
        match self {
            Self::Host { invitation, .. } => Waits::for_guest(invitation.keys().invite_id()),
            Self::Guest(kept) => Waits::for_host(kept.id()),
        }
    }

    /// The screen while there is no network.
    fn offline(&self, base: &LinkBase) -> Screen {
        match self {
            Self::Host {
                invitation,
                delivery,
                token,
                is_outdated,
            } => Screen::Hosting {
                stage: HostStage::Offline,
                tries_left: None,
                expires_at: expiry(invitation).unwrap_or_default(),
                delivery: *delivery,
                invitation: Handout::new(base, token),
                is_outdated: *is_outdated,
                cause: None,
            },
            Self::Guest(_) => Screen::Connecting {
                stage: GuestStage::Offline,
                cause: None,
            },
        }
    }

    /// What the pairing's own view looks like on a phone, and why nothing is heard. None where
    /// another screen says more.
    fn screen(&self, view: &View, cause: Option<Cause>, base: &LinkBase) -> Option<Screen> {
        Some(match (self, view) {
            (
                Self::Host {
                    invitation,
                    delivery,
                    token,
                    is_outdated,
                },
                View::Hosting { stage, .. },
            ) => Screen::Hosting {
                stage: self.stage(*stage),
                tries_left: match stage {
                    pairing::HostStage::Asking { tries_left } => Some(*tries_left),
                    _ => None,
                },
                expires_at: expiry(invitation).unwrap_or_default(),
                delivery: *delivery,
                invitation: Handout::new(base, token),
                is_outdated: *is_outdated || self.leads_no_further(*stage),
                cause,
            },
            (Self::Guest(_), View::Connecting(stage)) => Screen::Connecting {
                stage: (*stage).into(),
                cause: match stage {
                    pairing::GuestStage::SlotTaken => Some(Cause::SeatTaken),
                    _ => cause,
                },
            },
            (Self::Guest(_), View::ReplyNeeded { reply, slot_taken }) => {
                let token = Token::parse(reply).ok()?;
                Screen::ReplyNeeded {
                    reply: Handout::new(base, &token),
                    cause: match slot_taken {
                        true => Some(Cause::SeatTaken),
                        false => cause,
                    },
                }
            }
            (
                Self::Guest(_),
                View::Asking {
                    question,
                    tries_left,
                    was_wrong,
                    is_repeated,
                },
            ) => Screen::Asking {
                question: question.clone(),
                tries_left: *tries_left,
                was_wrong: *was_wrong,
                is_repeated: *is_repeated,
            },
            // The person has agreed already; the meeting or the failure itself follows.
            _ => return None,
        })
    }
}

impl Role {
    /// A locked invitation cannot be made anew without its answer, so there is none to show again.
    fn leads_no_further(&self, stage: pairing::HostStage) -> bool {
        stage == pairing::HostStage::ShowAgain && self.is_locked()
    }

    fn is_locked(&self) -> bool {
        matches!(
            self,
            Self::Host {
                token: Token::Sealed(_),
                ..
            }
        )
    }

    fn stage(&self, stage: pairing::HostStage) -> HostStage {
        match self.leads_no_further(stage) {
            true => HostStage::TheyAreHere,
            false => stage.into(),
        }
    }

    /// The invitation names other addresses now, and is handed out like that unless it is locked.
    fn reissue(&mut self, new: Invitation) {
        let is_locked = self.is_locked();
        let Self::Host {
            invitation,
            token,
            is_outdated,
            ..
        } = self
        else {
            return;
        };
        if is_locked {
            let named = &invitation.candidates;
            *is_outdated = !new.candidates.iter().any(|one| named.contains(one));
        } else {
            *token = Token::Invitation(new.clone());
            **invitation = new;
        }
    }
}

/// Whether the other side is heard, so that it need not be said why not.
fn is_heard(view: &View) -> bool {
    use pairing::{GuestStage, HostStage};
    match view {
        View::Hosting { stage, .. } => {
            matches!(stage, HostStage::Checking | HostStage::Asking { .. })
        }
        View::Connecting(stage) => *stage != GuestStage::Knocking,
        View::ReplyNeeded { slot_taken, .. } => *slot_taken,
        _ => false,
    }
}

/// When it is too old, in seconds since 1970; none if it is.
fn expiry(invitation: &Invitation) -> Option<u64> {
    let now = unix_seconds();
    let left = invitation.expiry.remaining(now)?;
    Some(now + left.as_secs())
}

/// The question whether to connect.
pub(super) fn opened_screen(invitation: &Invitation, provenance: Provenance) -> Screen {
    Screen::InvitationOpened {
        name: invitation
            .name
            .as_ref()
            .map(|name| name.as_str().to_owned()),
        question: invitation
            .question
            .as_ref()
            .map(|question| question.as_str().to_owned()),
        provenance: provenance.into(),
        expires_at: expiry(invitation),
    }
}

/// What happens by itself.
pub(super) enum Waited {
    /// None if it ended without a word.
    Event(Option<PairingEvent>),
    /// What has to be kept of it is new.
    Stands,
}

impl Waiting {
    fn new(number: u64, role: Role, pairing: Pairing) -> Self {
        Self {
            number,
            role,
            keeping: pairing.keeping(),
            pairing,
            view: None,
            cause: None,
            is_offline: false,
            is_put_aside: false,
        }
    }

    /// What happens next.
    pub(super) async fn next(&mut self) -> Waited {
        tokio::select! {
            // What has to be kept is kept before it is shown.
            biased;
            Some(_) = self.keeping.changed() => Waited::Stands,
            event = self.pairing.next() => Waited::Event(event),
        }
    }

    /// Where its sockets are bound, or were before they were given up.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.keeping.now().addresses
    }

    pub(super) fn screen(&self, base: &LinkBase) -> Option<Screen> {
        match self.is_offline {
            true => Some(self.role.offline(base)),
            false => self.role.screen(self.view.as_ref()?, self.cause, base),
        }
    }

    /// Stops it and lets whoever is there know.
    pub(super) async fn goodbye(mut self) {
        let farewell = async {
            self.pairing.cancel().await;
            while self.pairing.next().await.is_some() {}
        };
        let _ = tokio::time::timeout(GOODBYE, farewell).await;
    }
}

/// How an invitation that is handed out like this was meant to be.
pub(super) fn delivery(handed: Provenance) -> DeliveryMode {
    match handed {
        Provenance::Camera => DeliveryMode::Show,
        Provenance::Carried | Provenance::Locked => DeliveryMode::Send,
    }
}

/// What becomes of an invitation of ours when its pairing fails like this; none if it may go on
/// another time.
fn end_reason(failure: Failure) -> Option<EndReason> {
    match failure {
        Failure::Expired => Some(EndReason::Expired),
        Failure::Burned | Failure::AnswersDiffer => Some(EndReason::Burned),
        Failure::Cancelled => Some(EndReason::Revoked),
        _ => None,
    }
}

/// Whether there is no use in trying to reach the host another time.
fn is_final(failure: Failure) -> bool {
    match failure {
        Failure::Expired
        | Failure::WrongCertificate
        | Failure::NotTheInviter
        | Failure::AnswersDiffer
        | Failure::Cancelled => true,
        // The slot may be free another time.
        Failure::Taken
        | Failure::NotReached
        | Failure::WentAway
        | Failure::LeftAfterAnswer
        | Failure::Burned
        | Failure::NoRoute
        | Failure::NoNetwork
        | Failure::Local => false,
    }
}

/// Ends what waits, for this reason.
fn end(store: &Store, waits: Waits, end_reason: EndReason) -> Result<(), StoreError> {
    match waits.role {
        crate::Role::Host => store.end_invitation(waits.id, end_reason, unix_seconds()),
        crate::Role::Guest => store.end_reply(waits.id),
    }
}

impl Engine {
    /// Waits for the guest of an invitation that is kept.
    pub(super) fn wait_for_guest(
        &mut self,
        number: u64,
        endpoint: Endpoint,
        pending: PendingInvitation,
    ) -> Result<(), HandfastError> {
        let terms = HostTerms {
            invitation: pending.invitation.clone(),
            certificate: pending.certificate,
            handed: pending.handed,
            answer: pending.answer,
            random: Secret::random().map_err(|_| ErrorKind::Device)?,
        };
        let pairing = Pairing::host_again(
            self.terms.identity.clone(),
            endpoint,
            terms,
            pending.history,
        )?;
        let role = Role::Host {
            delivery: delivery(pending.handed),
            token: match pending.locked {
                Some(container) => Token::Sealed(container),
                None => Token::Invitation(pending.invitation.clone()),
            },
            invitation: Box::new(pending.invitation),
            is_outdated: false,
        };
        self.state = State::Waiting(Box::new(Waiting::new(number, role, pairing)));
        Ok(())
    }

    pub(super) async fn connect(&mut self, number: u64) -> Result<(), HandfastError> {
        let State::Opened(invitation, provenance) = &self.state else {
            return Err(ErrorKind::NotNow.into());
        };
        let (invitation, provenance) = ((**invitation).clone(), *provenance);
        let (endpoint, policy) = self.bind(None).await?;
        let terms = GuestTerms {
            policy,
            tried: self.tried(invitation.keys().invite_id()).await?,
            ..GuestTerms::new(provenance)
        };
        let certificate = new_certificate().map_err(|_| ErrorKind::Device)?;
        let pairing = Pairing::guest(
            self.terms.identity.clone(),
            certificate.clone(),
            endpoint,
            invitation.clone(),
            terms,
        )?;
        let standing = pairing.standing().borrow().clone();
        let kept = PendingReply {
            invitation,
            reply: standing.reply.ok_or(ErrorKind::Internal)?,
            certificate,
            port: port(&standing.addresses),
            provenance,
            made: unix_seconds(),
        };
        self.wait_for_host(number, pairing, kept).await
    }

    /// Waits for the host, once what is needed to go on is kept.
    async fn wait_for_host(
        &mut self,
        number: u64,
        pairing: Pairing,
        kept: PendingReply,
    ) -> Result<(), HandfastError> {
        let role = Role::Guest(Box::new(kept.clone()));
        let keep = move |store: &Store| store.put_reply(&kept, unix_seconds());
        self.terms.store.run(keep).await?;
        self.state = State::Waiting(Box::new(Waiting::new(number, role, pairing)));
        Ok(())
    }

    /// Goes on with what waits, as after a restart.
    pub(super) async fn go_on(&mut self, number: u64, waits: Waits) -> Result<(), HandfastError> {
        self.must_be_free()?;
        let (id, now) = (waits.id, unix_seconds());
        let store = self.terms.store.clone();
        match waits.role {
            crate::Role::Host => {
                let pending = store.run(move |store| store.invitation(id, now)).await?;
                self.host_again(number, pending).await
            }
            crate::Role::Guest => {
                let mut kept = store.run(move |store| store.reply(id, now)).await?;
                let (endpoint, policy) = self.bind(Some(kept.port)).await?;
                let terms = GuestTerms {
                    policy,
                    tried: self.tried(id).await?,
                    ..GuestTerms::new(kept.provenance)
                };
                let identity = self.terms.identity.clone();
                let certificate = kept.certificate.clone();
                let invitation = kept.invitation.clone();
                let ours = own_candidates(&endpoint, policy)?;
                let reply = kept.reply.open(&invitation.keys())?;
                let pairing = if reply.candidates == ours {
                    let reply = kept.reply.clone();
                    Pairing::guest_again(identity, certificate, endpoint, invitation, reply, terms)
                } else {
                    // The reply that was shown leads nowhere now.
                    Pairing::guest(identity, certificate, endpoint, invitation, terms)
                };
                if let Err(failure) = &pairing
                    && is_final(*failure)
                {
                    self.forget(waits, EndReason::Revoked).await;
                }
                let pairing = pairing?;
                let standing = pairing.standing().borrow().clone();
                kept.reply = standing.reply.ok_or(ErrorKind::Internal)?;
                kept.port = port(&standing.addresses);
                self.wait_for_host(number, pairing, kept).await
            }
        }
    }

    /// What was answered before somebody knocks with this invitation.
    async fn tried(&self, id: InviteId) -> Result<Tried, HandfastError> {
        let read = move |store: &Store| store.tried(id, unix_seconds());
        Ok(self.terms.store.run(read).await?)
    }

    pub(super) async fn give_up(&mut self, waits: Waits) -> Result<(), HandfastError> {
        if let State::Waiting(waiting) = &mut self.state
            && waiting.role.waits() == waits
        {
            waiting.is_put_aside = false;
            waiting.pairing.cancel().await;
            return Ok(());
        }
        let store = &self.terms.store;
        let given_up = store.run(move |store| end(store, waits, EndReason::Revoked));
        given_up.await?;
        if let State::Preparing(preparing) = &self.state
            && preparing.kept() == Some(waits)
        {
            self.rest();
        }
        Ok(())
    }

    /// Removes what has come to an end. It may have been removed before.
    pub(super) async fn forget(&self, waits: Waits, end_reason: EndReason) {
        let ended = self
            .terms
            .store
            .run(move |store| end(store, waits, end_reason));
        if let Err(error) = ended.await
            && !matches!(error, StoreError::Over(_))
        {
            log::warn!("something that is over may still be listed: {error}");
        }
    }

    /// Keeps what is new in a pairing under way, so that it can go on after a restart.
    pub(super) async fn copy_standing(&mut self) -> Result<(), StoreError> {
        let State::Waiting(waiting) = &mut self.state else {
            return Ok(());
        };
        let stands = waiting.keeping.now();
        let standing = stands.clone();
        let store = self.terms.store.clone();
        let waits = waiting.role.waits();
        let copied = match (&mut waiting.role, standing.reply) {
            (Role::Host { .. }, _) => {
                let history = standing.history;
                let copy = move |store: &Store| {
                    store.update_invitation(waits.id, unix_seconds(), |kept| kept.history = history)
                };
                store.run(copy).await
            }
            (Role::Guest(kept), reply) => {
                let news = reply.filter(|reply| kept.reply != *reply);
                let is_news = news.is_some();
                if let Some(reply) = news {
                    kept.reply = reply;
                    kept.port = port(&standing.addresses);
                }
                let (kept, proofs) = ((**kept).clone(), standing.proofs);
                let copy = move |store: &Store| {
                    let now = unix_seconds();
                    if is_news {
                        store.put_reply(&kept, now)?;
                    }
                    store.count_proofs(waits.id, kept.provenance, proofs, now)
                };
                store.run(copy).await
            }
        };
        match &copied {
            Ok(()) => waiting.keeping.kept(&stands),
            // Another process ended it, or time did.
            Err(StoreError::Over(_) | StoreError::Unknown) => waiting.pairing.cancel().await,
            Err(error) => log::warn!("a pairing could not be kept: {error}"),
        }
        copied
    }

    /// Guest: the invitation that is knocked at was shown again. True if it is that one; it may name
    /// other addresses now.
    pub(super) async fn shown_again(&mut self, invitation: &Invitation) -> bool {
        let State::Waiting(waiting) = &mut self.state else {
            return false;
        };
        let Role::Guest(kept) = &mut waiting.role else {
            return false;
        };
        let received = waiting.pairing.invitation_received(invitation.clone());
        if received.await.is_err() {
            return false;
        }
        waiting.pairing.boost().await;
        if kept.invitation != *invitation {
            kept.invitation = invitation.clone();
            let kept = (**kept).clone();
            let copy = move |store: &Store| store.put_reply(&kept, unix_seconds());
            if let Err(error) = self.terms.store.run(copy).await {
                log::warn!("where the host is now could not be kept: {error}");
            }
        }
        true
    }

    /// The pairing in this role, if there is one.
    fn in_role(&self, host: bool) -> Result<&Pairing, HandfastError> {
        match &self.state {
            State::Waiting(waiting) if matches!(waiting.role, Role::Host { .. }) == host => {
                Ok(&waiting.pairing)
            }
            _ => Err(ErrorKind::NotNow.into()),
        }
    }

    pub(super) async fn reply(
        &mut self,
        sealed: SealedReply,
        provenance: Provenance,
    ) -> Result<(), HandfastError> {
        let State::Waiting(waiting) = &mut self.state else {
            return Err(ErrorKind::NotNow.into());
        };
        let Role::Host { .. } = &waiting.role else {
            return Err(ErrorKind::NotNow.into());
        };
        waiting.pairing.reply_received(sealed, provenance).await?;
        // They are looked for elsewhere now.
        let is_elsewhere = waiting.cause.take().is_some();
        let kept = self.copy_standing().await;
        if is_elsewhere {
            self.show();
        }
        Ok(kept?)
    }

    pub(super) async fn offer_reply(&self) -> Result<(), HandfastError> {
        self.in_role(false)?.offer_reply().await;
        Ok(())
    }

    pub(super) async fn answer(&self, answers: Answers) -> Result<(), HandfastError> {
        self.in_role(false)?.answer(answers).await;
        Ok(())
    }

    /// Stops the pairing with this number. It tells when it has stopped.
    pub(super) async fn stop(&mut self, number: u64, put_aside: bool) {
        if let State::Waiting(waiting) = &mut self.state
            && waiting.number == number
        {
            waiting.is_put_aside = put_aside;
            waiting.pairing.cancel().await;
        }
        if let State::Preparing(preparing) = &self.state
            && preparing.number == number
        {
            let given_up = preparing.kept().filter(|_| !put_aside);
            if let Some(waits) = given_up {
                self.forget(waits, EndReason::Revoked).await;
            }
            self.rest();
        }
    }

    pub(super) async fn paired(&mut self, event: Option<PairingEvent>) {
        let State::Waiting(waiting) = &mut self.state else {
            return;
        };
        match event {
            Some(PairingEvent::View(view)) => {
                if is_heard(&view) {
                    waiting.cause = None;
                }
                waiting.view = Some(view);
                self.show();
            }
            Some(PairingEvent::Hint(cause)) => {
                waiting.cause = Some(cause.into());
                self.show();
            }
            Some(PairingEvent::Reissued(invitation)) => {
                waiting.role.reissue(*invitation);
                self.show();
            }
            Some(PairingEvent::Met(meeting)) => {
                let waits = waiting.role.waits();
                if let Err(error) = self.meet(*meeting, waits).await {
                    self.end(error.kind());
                }
            }
            Some(PairingEvent::Failed(failure)) => self.failed(failure).await,
            // It ended without a word: its task panicked.
            None => self.end(ErrorKind::Internal),
        }
    }

    /// Shows how the pairing stands.
    fn show(&self) {
        if let State::Waiting(waiting) = &self.state
            && let Some(screen) = waiting.screen(&self.terms.base)
        {
            self.teller.show(screen);
        }
    }

    /// The two are together.
    async fn meet(&mut self, meeting: Meeting, waits: Waits) -> Result<(), HandfastError> {
        match waits.role {
            // An invitation is for one guest: only who ends it may go on with theirs.
            crate::Role::Host => {
                let used = move |store: &Store| end(store, waits, EndReason::Used);
                self.terms.store.run(used).await?;
            }
            crate::Role::Guest => self.forget(waits, EndReason::Used).await,
        }
        let met = &meeting.peer;
        let person = Person {
            key: met.key,
            name: met.name.clone(),
            trust: met.trust,
            since: unix_seconds(),
        };
        let trust = self.remember(person).await?;
        let limits = self.terms.store.run(Limits::read).await;
        let limits = limits.unwrap_or_else(|_| usual_limits()).terms();
        let terms = &self.terms;
        let rows = terms.numbers.clone();
        let talk = Talk::start(meeting, trust, limits, &terms.downloads, rows);
        self.teller.show(talk.screen());
        self.state = State::Talking(Box::new(talk));
        Ok(())
    }

    async fn failed(&mut self, failure: Failure) {
        let State::Waiting(waiting) = &self.state else {
            return;
        };
        let is_put_aside = waiting.is_put_aside && failure == Failure::Cancelled;
        let end_reason = match &waiting.role {
            Role::Host { .. } => end_reason(failure),
            Role::Guest(_) => is_final(failure).then_some(EndReason::Revoked),
        };
        if let Some(end_reason) = end_reason
            && !is_put_aside
        {
            self.forget(waiting.role.waits(), end_reason).await;
        }
        match failure {
            Failure::Cancelled => self.rest(),
            failure => self.end(failure.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_native::token::{Candidate, Candidates};
    use std::time::Duration;

    const INVITATION: &str =
        "handfast:EQhLHxZoN2JVqVdxcv4PhcA5yidhKXZmKNeDZvlTzCd_w-flRBuUrstXwmpaDE5m1dSvIwEDfwAAAbDR";

    fn invitation() -> Invitation {
        match crate::scan::in_text(INVITATION) {
            Ok(Token::Invitation(invitation)) => invitation,
            other => panic!("{other:?}"),
        }
    }

    /// The same at another address.
    fn elsewhere() -> Invitation {
        let candidate = Candidate::host("127.0.0.9:900".parse().unwrap());
        Invitation {
            candidates: Candidates::new(vec![candidate]).unwrap(),
            ..invitation()
        }
    }

    fn role(locked: Option<Vec<u8>>) -> Role {
        Role::Host {
            invitation: Box::new(invitation()),
            delivery: DeliveryMode::Send,
            token: locked.map_or_else(|| Token::Invitation(invitation()), Token::Sealed),
            is_outdated: false,
        }
    }

    /// Stage, text, whether it is outdated, and the cause on the host's screen.
    fn shown(role: &Role, stage: pairing::HostStage) -> (HostStage, String, bool, Option<Cause>) {
        let remaining = Duration::from_secs(60);
        let view = View::Hosting { stage, remaining };
        let screen = role.screen(&view, Some(Cause::OneStrict), &LinkBase::DEFAULT);
        match screen {
            Some(Screen::Hosting {
                stage,
                invitation,
                is_outdated,
                cause,
                ..
            }) => (stage, invitation.text, is_outdated, cause),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_invitation_that_leads_elsewhere_is_shown_anew() {
        let mut role = role(None);
        let (stage, before, ..) = shown(&role, pairing::HostStage::ShowAgain);
        assert_eq!((stage, before.as_str()), (HostStage::ShowAgain, INVITATION));
        role.reissue(elsewhere());
        let (_, text, is_outdated, cause) = shown(&role, pairing::HostStage::ShowAgain);
        assert_ne!(text, before);
        assert!(!is_outdated);
        assert_eq!(cause, Some(Cause::OneStrict));
    }

    #[test]
    fn a_locked_one_stays_as_it_is_and_says_that_another_is_needed() {
        let mut role = role(Some(vec![7; 90]));
        let (_, before, is_outdated, _) = shown(&role, pairing::HostStage::Waiting);
        assert!(!is_outdated);
        let (stage, _, is_outdated, _) = shown(&role, pairing::HostStage::ShowAgain);
        assert_eq!((stage, is_outdated), (HostStage::TheyAreHere, true));
        role.reissue(elsewhere());
        let (_, text, is_outdated, _) = shown(&role, pairing::HostStage::Waiting);
        assert_eq!((text, is_outdated), (before, true));
        role.reissue(invitation());
        assert!(!shown(&role, pairing::HostStage::Waiting).2);
    }

    #[test]
    fn a_cause_is_told_until_the_other_side_is_heard() {
        let hosting = |stage| View::Hosting {
            stage,
            remaining: Duration::from_secs(60),
        };
        assert!(!is_heard(&hosting(pairing::HostStage::TheyAreHere)));
        assert!(is_heard(&hosting(pairing::HostStage::Checking)));
        assert!(!is_heard(&View::Connecting(pairing::GuestStage::Knocking)));
        assert!(is_heard(&View::Connecting(pairing::GuestStage::Answered)));
    }
}
