//! A pairing under way, in either seat, from the order to begin to the meeting.

use super::talk::Talk;
use super::{Engine, GOODBYE, State, unix_seconds};
use crate::crypto::{Secret, random_bytes};
use crate::ffi::{GuestStage, HandfastError, Handout, HostStage, Kind, Manner, Protection, Screen};
use crate::invitation::{
    Expiry, Invitation, LINK_LIFETIME, LinkBase, Name, Policy, QR_LIFETIME, SealedReply, Token,
};
use crate::pairing::{
    self, Failure, GuestTerms, HostTerms, Identity, Pairing, PairingEvent, Via, View,
    own_candidates,
};
use crate::seal::{self, Answers, Credential, Question, Questions};
use crate::transport::Endpoint;

/// A pairing under way, and what is needed to begin it again after a pause.
pub(super) struct Waiting {
    pub(super) number: u64,
    pub(super) seat: Seat,
    /// None while it is put aside.
    pub(super) pairing: Option<Pairing>,
    /// The port of its sockets, now or before the pause.
    pub(super) port: Option<u16>,
}

/// Which side of the table, with everything that the other side already knows of it.
#[expect(clippy::large_enum_variant, reason = "there is only one, in a box")]
pub(super) enum Seat {
    Host {
        invitation: Box<Invitation>,
        /// What is handed out: the invitation, or it locked.
        token: Token,
        handed: Via,
        answer: Option<Answers>,
        random: Secret<32>,
        reply: Option<(SealedReply, Via)>,
    },
    Guest {
        invitation: Box<Invitation>,
        via: Via,
        /// The reply has been shown, so the host may hold it.
        reply_shown: bool,
    },
}

impl Seat {
    /// Sits down at these sockets. Must be called within a tokio runtime.
    pub(super) fn start(
        &self,
        identity: Identity,
        endpoint: Endpoint,
        policy: Policy,
    ) -> Result<Pairing, Failure> {
        match self {
            Self::Host {
                invitation,
                handed,
                answer,
                random,
                ..
            } => {
                let terms = HostTerms {
                    invitation: (**invitation).clone(),
                    handed: *handed,
                    answer: answer.clone(),
                    random: random.clone(),
                };
                Pairing::host(identity, endpoint, terms)
            }
            Self::Guest {
                invitation,
                via,
                reply_shown,
            } => {
                let terms = GuestTerms {
                    policy,
                    reply_at_once: *reply_shown,
                    ..GuestTerms::new(*via)
                };
                Pairing::guest(identity, endpoint, (**invitation).clone(), terms)
            }
        }
    }

    /// The screen while there is no network.
    pub(super) fn offline(&self, base: &LinkBase) -> Screen {
        match self {
            Self::Host {
                invitation, token, ..
            } => Screen::Hosting {
                stage: HostStage::Offline,
                tries_left: None,
                expires_at: expiry(invitation).unwrap_or_default(),
                invitation: Handout::new(base, token),
            },
            Self::Guest { .. } => Screen::Connecting {
                stage: GuestStage::Offline,
            },
        }
    }

    /// What the pairing's own view looks like on a phone. None where another screen says more.
    fn screen(&mut self, view: View, base: &LinkBase) -> Option<Screen> {
        Some(match (self, view) {
            (
                Self::Host {
                    invitation, token, ..
                },
                View::Hosting { stage, .. },
            ) => Screen::Hosting {
                stage: stage.into(),
                tries_left: match stage {
                    pairing::HostStage::Asking { tries_left } => Some(tries_left),
                    _ => None,
                },
                expires_at: expiry(invitation).unwrap_or_default(),
                invitation: Handout::new(base, token),
            },
            (Self::Guest { .. }, View::Connecting(stage)) => Screen::Connecting {
                stage: stage.into(),
            },
            (Self::Guest { reply_shown, .. }, View::ReplyNeeded { reply }) => {
                *reply_shown = true;
                let token = Token::parse(&reply).ok()?;
                Screen::ReplyNeeded {
                    reply: Handout::new(base, &token),
                }
            }
            (
                Self::Guest { .. },
                View::Asking {
                    question,
                    tries_left,
                },
            ) => Screen::Asking {
                question,
                tries_left,
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

impl Waiting {
    /// What happens next; while it is put aside, nothing does.
    pub(super) async fn next(&mut self) -> Option<PairingEvent> {
        match &mut self.pairing {
            Some(pairing) => pairing.next().await,
            None => std::future::pending().await,
        }
    }

    /// Stops it and lets whoever is there know.
    pub(super) async fn goodbye(mut self) {
        let Some(pairing) = &mut self.pairing else {
            return;
        };
        let farewell = async {
            pairing.cancel().await;
            while pairing.next().await.is_some() {}
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
        let (endpoint, policy) = self.bind(None)?;
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
        let seat = Seat::Host {
            invitation: Box::new(invitation),
            token,
            handed,
            answer,
            random: Secret::random().map_err(|_| Kind::Device)?,
            reply: None,
        };
        self.sit_down(number, seat, endpoint, policy)
    }

    pub(super) fn connect(&mut self, number: u64) -> Result<(), HandfastError> {
        let State::Opened(invitation, via) = &self.state else {
            return Err(Kind::NotNow.into());
        };
        let seat = Seat::Guest {
            invitation: invitation.clone(),
            via: *via,
            reply_shown: false,
        };
        let (endpoint, policy) = self.bind(None)?;
        self.sit_down(number, seat, endpoint, policy)
    }

    fn sit_down(
        &mut self,
        number: u64,
        seat: Seat,
        endpoint: Endpoint,
        policy: Policy,
    ) -> Result<(), HandfastError> {
        let port = endpoint.addresses().first().map(|address| address.port());
        let pairing = seat.start(self.terms.identity.clone(), endpoint, policy)?;
        self.state = State::Waiting(Box::new(Waiting {
            number,
            seat,
            pairing: Some(pairing),
            port,
        }));
        Ok(())
    }

    pub(super) async fn reply(
        &mut self,
        sealed: SealedReply,
        via: Via,
    ) -> Result<(), HandfastError> {
        let State::Waiting(waiting) = &mut self.state else {
            return Err(Kind::NotNow.into());
        };
        let (Seat::Host { reply, .. }, Some(pairing)) = (&mut waiting.seat, &waiting.pairing)
        else {
            return Err(Kind::NotNow.into());
        };
        pairing.reply_received(sealed.clone(), via).await?;
        *reply = Some((sealed, via));
        Ok(())
    }

    pub(super) async fn offer_reply(&mut self) -> Result<(), HandfastError> {
        match &self.state {
            State::Waiting(waiting) => match (&waiting.seat, &waiting.pairing) {
                (Seat::Guest { .. }, Some(pairing)) => {
                    pairing.offer_reply().await;
                    Ok(())
                }
                _ => Err(Kind::NotNow.into()),
            },
            _ => Err(Kind::NotNow.into()),
        }
    }

    pub(super) async fn answer(&mut self, answers: Answers) -> Result<(), HandfastError> {
        match &self.state {
            State::Waiting(waiting) => match (&waiting.seat, &waiting.pairing) {
                (Seat::Guest { .. }, Some(pairing)) => {
                    pairing.answer(answers).await;
                    Ok(())
                }
                _ => Err(Kind::NotNow.into()),
            },
            _ => Err(Kind::NotNow.into()),
        }
    }

    pub(super) async fn cancel(&mut self, number: u64) {
        if let State::Waiting(waiting) = &self.state
            && waiting.number == number
        {
            match &waiting.pairing {
                // It tells when it has stopped.
                Some(pairing) => pairing.cancel().await,
                None => self.rest(),
            }
        }
    }

    pub(super) fn paired(&mut self, event: Option<PairingEvent>) {
        let State::Waiting(waiting) = &mut self.state else {
            return;
        };
        match event {
            Some(PairingEvent::View(view)) => {
                if let Some(screen) = waiting.seat.screen(view, &self.terms.base) {
                    self.teller.show(screen);
                }
            }
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
