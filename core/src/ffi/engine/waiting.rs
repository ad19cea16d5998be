//! A pairing under way, in either seat, from the order to begin to the meeting.

use super::talk::Talk;
use super::{Engine, GOODBYE, State, unix_seconds};
use crate::crypto::{Secret, random_bytes};
use crate::ffi::{GuestStage, HandfastError, Handout, HostStage, Kind, Manner, Protection, Screen};
use crate::invitation::{
    Expiry, Invitation, LINK_LIFETIME, LinkBase, Name, QR_LIFETIME, SealedReply, Token,
};
use crate::pairing::{
    self, Failure, GuestTerms, HostTerms, Pairing, PairingEvent, Standing, Via, View,
    own_candidates,
};
use crate::seal::{self, Answers, Credential, Question, Questions};
use std::net::SocketAddr;
use tokio::sync::watch;

/// A pairing under way.
pub(super) struct Waiting {
    pub(super) number: u64,
    pub(super) seat: Seat,
    pub(super) pairing: Pairing,
    standing: watch::Receiver<Standing>,
    view: Option<View>,
    /// The shell says that there is no network.
    pub(super) is_offline: bool,
}

/// Which side of the table, with what a screen shows of it.
pub(super) enum Seat {
    Host {
        invitation: Box<Invitation>,
        /// What is handed out: the invitation, or it locked.
        token: Token,
    },
    Guest,
}

impl Seat {
    /// The screen while there is no network.
    fn offline(&self, base: &LinkBase) -> Screen {
        match self {
            Self::Host { invitation, token } => Screen::Hosting {
                stage: HostStage::Offline,
                tries_left: None,
                expires_at: expiry(invitation).unwrap_or_default(),
                invitation: Handout::new(base, token),
            },
            Self::Guest => Screen::Connecting {
                stage: GuestStage::Offline,
            },
        }
    }

    /// What the pairing's own view looks like on a phone. None where another screen says more.
    fn screen(&self, view: &View, base: &LinkBase) -> Option<Screen> {
        Some(match (self, view) {
            (Self::Host { invitation, token }, View::Hosting { stage, .. }) => Screen::Hosting {
                stage: (*stage).into(),
                tries_left: match stage {
                    pairing::HostStage::Asking { tries_left } => Some(*tries_left),
                    _ => None,
                },
                expires_at: expiry(invitation).unwrap_or_default(),
                invitation: Handout::new(base, token),
            },
            (Self::Guest, View::Connecting(stage)) => Screen::Connecting {
                stage: (*stage).into(),
            },
            (Self::Guest, View::ReplyNeeded { reply }) => {
                let token = Token::parse(reply).ok()?;
                Screen::ReplyNeeded {
                    reply: Handout::new(base, &token),
                }
            }
            (
                Self::Guest,
                View::Asking {
                    question,
                    tries_left,
                },
            ) => Screen::Asking {
                question: question.clone(),
                tries_left: *tries_left,
            },
            // The person has agreed already; the meeting or the failure itself follows.
            _ => return None,
        })
    }
}

/// When it is too old, in seconds since 1970; none if it is.
fn expiry(invitation: &Invitation) -> Option<u64> {
    let now = unix_seconds();
    let left = invitation.expiry.remaining(now)?;
    Some(now + left.as_secs())
}

/// The question whether to connect.
pub(super) fn opened_screen(invitation: &Invitation, via: Via) -> Screen {
    Screen::InvitationOpened {
        name: invitation
            .name
            .as_ref()
            .map(|name| name.as_str().to_owned()),
        question: invitation
            .question
            .as_ref()
            .map(|question| question.as_str().to_owned()),
        via: via.into(),
        expires_at: expiry(invitation),
    }
}

/// The invitation in a container that opens with the answer. It takes about a second and much
/// memory; nothing else is under way then.
fn locked(
    invitation: &Invitation,
    question: Question,
    answers: Answers,
) -> Result<Vec<u8>, HandfastError> {
    let questions = Questions::new(vec![question])?;
    let salt = random_bytes().map_err(|_| Kind::Device)?;
    let credential = Credential::Answers {
        answers,
        code: None,
    };
    let work = || seal::lock(invitation, questions, &credential, salt);
    Ok(tokio::task::block_in_place(work)?)
}

/// What happens by itself.
pub(super) enum Waited {
    /// None if it ended without a word.
    Event(Option<PairingEvent>),
    /// Its sockets are elsewhere.
    Moved,
}

impl Waiting {
    fn new(number: u64, seat: Seat, pairing: Pairing) -> Self {
        let mut standing = pairing.standing();
        standing.mark_unchanged();
        Self {
            number,
            seat,
            pairing,
            standing,
            view: None,
            is_offline: false,
        }
    }

    /// What happens next.
    pub(super) async fn next(&mut self) -> Waited {
        let before = self.addresses();
        loop {
            tokio::select! {
                biased;
                event = self.pairing.next() => return Waited::Event(event),
                Ok(()) = self.standing.changed() => {
                    if self.addresses() != before {
                        return Waited::Moved;
                    }
                }
            }
        }
    }

    /// Where its sockets are bound, or were before they were given up.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.standing.borrow().addresses.clone()
    }

    pub(super) fn screen(&self, base: &LinkBase) -> Option<Screen> {
        match self.is_offline {
            true => Some(self.seat.offline(base)),
            false => self.seat.screen(self.view.as_ref()?, base),
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

impl Engine {
    pub(super) fn host(
        &mut self,
        number: u64,
        manner: Manner,
        protection: &Protection,
    ) -> Result<(), HandfastError> {
        self.must_be_free()?;
        let lock = match protection {
            Protection::Open => None,
            Protection::Asked { lock } | Protection::Locked { lock } => Some(lock.parts()?),
        };
        let (endpoint, policy) = self.bind()?;
        let (handed, lifetime) = match manner {
            Manner::Show => (Via::Camera, QR_LIFETIME),
            Manner::Send => (Via::Carried, LINK_LIFETIME),
        };
        let identity = &self.terms.identity;
        let invitation = Invitation {
            secret: Secret::random().map_err(|_| Kind::Device)?,
            expiry: Expiry::after(unix_seconds(), lifetime),
            fingerprint: identity.certificate.fingerprint(),
            candidates: own_candidates(&endpoint, policy)?,
            question: match (protection, &lock) {
                (Protection::Asked { .. }, Some((question, _))) => Some(question.clone()),
                _ => None,
            },
            name: Name::cleaned(&identity.name),
            host_is_browser: false,
            host_can_punch: true,
        };
        let (token, handed, answer) = match (protection, lock) {
            (Protection::Locked { .. }, Some((question, answers))) => {
                let container = locked(&invitation, question, answers)?;
                (Token::Sealed(container), Via::Locked, None)
            }
            (_, lock) => {
                let answer = lock.map(|(_, answers)| answers);
                (Token::Invitation(invitation.clone()), handed, answer)
            }
        };
        let terms = HostTerms {
            invitation: invitation.clone(),
            handed,
            answer,
            random: Secret::random().map_err(|_| Kind::Device)?,
        };
        let pairing = Pairing::host(identity.clone(), endpoint, terms)?;
        let seat = Seat::Host {
            invitation: Box::new(invitation),
            token,
        };
        self.state = State::Waiting(Box::new(Waiting::new(number, seat, pairing)));
        Ok(())
    }

    pub(super) fn connect(&mut self, number: u64) -> Result<(), HandfastError> {
        let State::Opened(invitation, via) = &self.state else {
            return Err(Kind::NotNow.into());
        };
        let (endpoint, policy) = self.bind()?;
        let terms = GuestTerms {
            policy,
            ..GuestTerms::new(*via)
        };
        let identity = self.terms.identity.clone();
        let pairing = Pairing::guest(identity, endpoint, (**invitation).clone(), terms)?;
        self.state = State::Waiting(Box::new(Waiting::new(number, Seat::Guest, pairing)));
        Ok(())
    }

    /// The pairing in this seat, if there is one.
    fn seated(&self, host: bool) -> Result<&Pairing, HandfastError> {
        match &self.state {
            State::Waiting(waiting) if matches!(waiting.seat, Seat::Host { .. }) == host => {
                Ok(&waiting.pairing)
            }
            _ => Err(Kind::NotNow.into()),
        }
    }

    pub(super) async fn reply(&self, sealed: SealedReply, via: Via) -> Result<(), HandfastError> {
        Ok(self.seated(true)?.reply_received(sealed, via).await?)
    }

    pub(super) async fn offer_reply(&self) -> Result<(), HandfastError> {
        self.seated(false)?.offer_reply().await;
        Ok(())
    }

    pub(super) async fn answer(&self, answers: Answers) -> Result<(), HandfastError> {
        self.seated(false)?.answer(answers).await;
        Ok(())
    }

    pub(super) async fn cancel(&self, number: u64) {
        if let State::Waiting(waiting) = &self.state
            && waiting.number == number
        {
            // It tells when it has stopped.
            waiting.pairing.cancel().await;
        }
    }

    pub(super) fn paired(&mut self, event: Option<PairingEvent>) {
        let State::Waiting(waiting) = &mut self.state else {
            return;
        };
        match event {
            Some(PairingEvent::View(view)) => {
                waiting.view = Some(view);
                if let Some(screen) = waiting.screen(&self.terms.base) {
                    self.teller.show(screen);
                }
            }
            Some(PairingEvent::Hint(_) | PairingEvent::Reissued(_)) => {}
            Some(PairingEvent::Met(meeting)) => {
                let talk = Talk::start(*meeting, &self.terms.downloads, self.terms.numbers.clone());
                self.teller.show(talk.screen());
                self.state = State::Talking(Box::new(talk));
            }
            Some(PairingEvent::Failed(Failure::Cancelled)) => self.rest(),
            Some(PairingEvent::Failed(failure)) => self.end(failure.into()),
            // It ended without a word: its task panicked.
            None => self.end(Kind::Internal),
        }
    }
}
