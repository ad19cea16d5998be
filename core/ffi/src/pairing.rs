//! Bringing two people together.

use super::bridge::{Bridge, refused};
use super::pending::parse;
use super::scan::token_of;
use super::{
    Answered, Contact, DeliveryMode, ErrorKind, Found, HandfastError, Pending, Provenance, Session,
};
use handfast_native::device::{self, AcceptTerms, Command, Done, InviteTerms, Refusal};
use handfast_native::token::Token;
use std::sync::Arc;

/// What stands between whoever has an invitation and this device.
#[derive(Clone, PartialEq, Eq, uniffi::Enum)]
pub enum Protection {
    /// Nothing: whoever has it can use it.
    Open,
    /// The guest is asked once connected. Nobody can try twice unseen.
    Asked {
        /// The question and its answer.
        lock: Answered,
    },
    /// It opens only with the answer. Whoever has it can try answers unseen.
    Locked {
        /// The question and its answer.
        lock: Answered,
    },
}

/// Bringing two people together. What happens is told as [`Screen`](super::Screen)s of [`Session`]s.
#[derive(uniffi::Object)]
pub struct Pairing {
    bridge: Arc<Bridge>,
}

impl Pairing {
    pub(super) fn new(bridge: Arc<Bridge>) -> Self {
        Self { bridge }
    }

    /// The session that a command began, or that was there.
    fn session(&self, done: Done) -> Result<Arc<Session>, HandfastError> {
        let id = done.session().ok_or(ErrorKind::Internal)?;
        Ok(Session::new(self.bridge.clone(), id))
    }

    /// The session that this command begins, or the one that does what it wants already.
    async fn begin_or_go_on(&self, command: Command) -> Result<Arc<Session>, HandfastError> {
        let device = self.bridge.device()?;
        match device.command(command).await {
            Err(Refusal::UnderWay(session)) => self.session(Done::GoesOn(session)),
            done => self.session(done.map_err(|refusal| refused(&device, refusal))?),
        }
    }
}

#[uniffi::export]
impl Pairing {
    /// Makes an invitation and waits for a guest. It is kept before it is shown, so that it can go
    /// on after a restart. Locking one takes about a second, on purpose; one that is to be sent may
    /// take four, as servers and the router are asked how this device is reached from elsewhere, if
    /// the [`Preferences`](super::Preferences) allow it. [`Screen::Preparing`](super::Screen::Preparing)
    /// is shown meanwhile.
    ///
    /// # Errors
    /// [`ErrorKind::BadText`] for a question or answer that cannot be used, [`ErrorKind::TooMany`] if too many
    /// wait. What goes wrong later, as without a network, is told as
    /// [`Screen::Ended`](super::Screen::Ended).
    pub async fn invite(
        &self,
        delivery: DeliveryMode,
        protection: Protection,
    ) -> Result<Arc<Session>, HandfastError> {
        let settings = self.bridge.overview()?.settings.clone();
        let terms = InviteTerms {
            protection: protection.checked()?,
            name: Some(settings.name).filter(|name| !name.is_empty()),
            ..InviteTerms::new(delivery)
        };
        let invite = Command::Invite(Box::new(terms));
        self.session(self.bridge.command(invite).await?)
    }

    /// Opens somebody's invitation, locked or not, which connects to nobody yet: the person is asked
    /// first. If it is one that is knocked at, shown once more, that session goes on: it may name other
    /// addresses now, and they are tried too.
    ///
    /// # Errors
    /// [`ErrorKind::WrongThing`] if it is no invitation; [`ErrorKind::Busy`] while the person is asked about
    /// another one, lest they agree to one that they do not see: it can be handed in again when that is
    /// accepted or left.
    pub async fn open(&self, found: Found) -> Result<Arc<Session>, HandfastError> {
        let open = match token_of(&found)? {
            Token::Invitation(invitation) => Command::Open(Box::new(invitation), found.provenance),
            Token::Sealed(container) => Command::OpenLocked(container),
            Token::Reply(_) | Token::Here(_) | Token::Bundle(_) => {
                return Err(ErrorKind::WrongThing.into());
            }
        };
        self.session(self.bridge.command(open).await?)
    }

    /// Host: takes a guest's reply, at once, for whichever of this device's invitations it answers. What did
    /// not come by this app's own camera is for shells to ask the person about first, as anybody can send a
    /// link. While another guest is connecting, a reply waits, unless the camera saw it.
    ///
    /// # Errors
    /// [`ErrorKind::WrongThing`] if it is no reply, [`ErrorKind::WrongReply`] if it answers no invitation that
    /// waits, [`ErrorKind::Storage`] or [`ErrorKind::StorageFull`] if it counts now but cannot be kept, which
    /// ends the wait.
    pub async fn reply(&self, found: Found) -> Result<(), HandfastError> {
        let Token::Reply(reply) = token_of(&found)? else {
            return Err(ErrorKind::WrongThing.into());
        };
        let reply = Command::Reply(Box::new(reply), found.provenance);
        self.bridge.command(reply).await.map(drop)
    }

    /// What waits for another person, the last made first. What is under way at the moment is among them.
    ///
    /// # Errors
    /// [`ErrorKind::ShutDown`].
    pub async fn pending(&self) -> Result<Vec<Pending>, HandfastError> {
        let overview = self.bridge.overview()?;
        let pending = overview.pending.iter();
        Ok(pending
            .map(|(pending, session)| Pending::new(pending, *session))
            .collect())
    }

    /// Goes on with something that waits, as if there had been no restart: the same invitation or
    /// reply, on the same port where it can be had. What is under way already goes on as it does. An
    /// invitation that was sent is prepared as by [`Self::invite`].
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if nothing is called that, [`ErrorKind::Expired`], [`ErrorKind::Taken`] or
    /// [`ErrorKind::Burned`] if it is over. What goes wrong later is told as
    /// [`Screen::Ended`](super::Screen::Ended): a locked invitation that leads elsewhere than here ends in
    /// [`ErrorKind::Moved`], once it is prepared, and is still pending then.
    pub async fn resume(&self, id: String) -> Result<Arc<Session>, HandfastError> {
        let pending = parse(&id)?;
        let overview = self.bridge.overview()?;
        let known = overview.pending.iter().find(|(one, _)| one.id == pending);
        let terms = AcceptTerms {
            // What was sent is for somebody elsewhere, as when it was made.
            is_far: known.is_some_and(|(one, _)| one.provenance != Provenance::Camera),
            ..AcceptTerms::default()
        };
        let resume = Command::Resume(pending, Box::new(terms));
        self.begin_or_go_on(resume).await
    }

    /// Looks for somebody who was met before and is called that among
    /// [`Handfast::people`](super::Handfast::people), and talks to them once they look for this
    /// device as well. Who is looked for or talked to already has one session, which goes on.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if nobody is called that, or the two hold nothing in common by which they find
    /// each other ([`Contact::can_be_found`](super::Contact::can_be_found)).
    pub async fn seek(&self, contact: String) -> Result<Arc<Session>, HandfastError> {
        let seek = Command::Seek(Contact::key(&contact)?, Box::default());
        self.begin_or_go_on(seek).await
    }

    /// Takes an invitation back, or stops waiting for somebody else's host, for good. What is under
    /// way stops.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if nothing is called that; [`ErrorKind::Storage`], [`ErrorKind::ShutDown`].
    pub async fn withdraw(&self, id: String) -> Result<(), HandfastError> {
        let withdraw = Command::Withdraw(parse(&id)?);
        self.bridge.command(withdraw).await.map(drop)
    }

    /// The person is here, with a finger on the screen: whatever became slow while nobody answered
    /// is quick for a while. No more is guessed by it; see [`Session::try_harder`].
    pub fn boost(&self) {
        self.bridge.begin_command(Command::Boost);
    }
}

impl Protection {
    fn checked(self) -> Result<device::Protection, HandfastError> {
        Ok(match self {
            Self::Open => device::Protection::Open,
            Self::Asked { lock } => {
                let (question, answers) = lock.parts()?;
                device::Protection::Asked(question, answers)
            }
            Self::Locked { lock } => {
                let (question, answers) = lock.parts()?;
                device::Protection::Locked(question.into(), answers)
            }
        })
    }
}
