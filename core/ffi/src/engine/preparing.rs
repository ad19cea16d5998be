//! An invitation on its way to the screen, where that takes a while: servers and the router are asked
//! how this device is reached from elsewhere, and a lock is slow on purpose.
//!
//! Everything else is heard meanwhile. Whatever makes the work pointless - the person stops it, the app
//! is put aside, the network is another one - drops it, and nothing of it stays behind.

use super::waiting::delivery;
use super::{Engine, State};
use crate::guard::joined;
use crate::pending::Waits;
use crate::{DeliveryMode, ErrorKind, HandfastError, Protection, Screen};
use handfast_native::net::{Endpoint, PortMapping, new_certificate};
use handfast_native::pairing::{HostHistory, Provenance, own_candidates};
use handfast_native::seal::{self, Answers, Credential, Questions};
use handfast_native::store::{EndReason, PendingInvitation, Store};
use handfast_native::token::{
    Candidates, Expiry, Invitation, LINK_LIFETIME, Name, QR_LIFETIME, Question, Secret,
    random_bytes,
};
use handfast_native::unix_seconds;
use std::net::SocketAddr;
use std::pin::Pin;

/// An invitation that cannot be shown yet.
pub(super) struct Preparing {
    pub(super) number: u64,
    plan: Plan,
    /// None while the app is put aside: the sockets are given up then.
    work: Option<Work>,
}

/// Ends in an invitation that can be shown. Whoever drops it gives up the sockets. The engine that
/// holds it is borrowed across awaits, so it is `Sync`.
type Work = Pin<Box<dyn Future<Output = Result<Box<Ready>, HandfastError>> + Send + Sync>>;

/// What is to be shown.
#[derive(Clone)]
enum Plan {
    New { delivery: DeliveryMode, lock: Lock },
    Kept(Box<PendingInvitation>),
}

/// What stands between whoever has the invitation and this device.
#[derive(Clone)]
enum Lock {
    Open,
    Asked(Question, Answers),
    Locked(Questions, Answers),
}

/// An invitation that can be shown, and the sockets that it names.
pub(super) struct Ready {
    pending: PendingInvitation,
    endpoint: Endpoint,
    /// The port that the router opened.
    port_mapping: Option<PortMapping>,
}

impl Preparing {
    /// What comes of it.
    pub(super) async fn next(&mut self) -> Result<Box<Ready>, HandfastError> {
        match &mut self.work {
            Some(work) => work.await,
            None => std::future::pending().await,
        }
    }

    /// What the store knows it by, if it is in there.
    pub(super) fn kept(&self) -> Option<Waits> {
        self.plan.kept()
    }

    /// The sockets are given up for now.
    pub(super) fn is_stopped(&self) -> bool {
        self.work.is_none()
    }

    fn screen(&self) -> Screen {
        Screen::Preparing {
            is_kept: self.kept().is_some(),
        }
    }
}

impl Plan {
    fn delivery(&self) -> DeliveryMode {
        match self {
            Self::New { delivery, .. } => *delivery,
            Self::Kept(pending) => delivery(pending.handed),
        }
    }

    /// Whether it takes so long that it has to be seen.
    fn is_slow(&self) -> bool {
        let locks = matches!(self, Self::New { lock, .. } if matches!(lock, Lock::Locked(..)));
        locks || self.delivery() == DeliveryMode::Send
    }

    fn kept(&self) -> Option<Waits> {
        match self {
            Self::New { .. } => None,
            Self::Kept(pending) => Some(Waits::for_guest(pending.id())),
        }
    }

    /// The invitation for these sockets.
    async fn carry_out(
        self,
        name: &str,
        endpoint: &Endpoint,
        candidates: Candidates,
    ) -> Result<PendingInvitation, HandfastError> {
        let (delivery, lock) = match self {
            Self::New { delivery, lock } => (delivery, lock),
            Self::Kept(pending) => {
                let named = &pending.invitation.candidates;
                // A guest whose reply is here is found from anywhere, and an open invitation is shown
                // anew. A locked one would need its answer for that.
                let leads_here = candidates.iter().any(|one| named.contains(one));
                let is_lost =
                    !leads_here && pending.history.replies.is_empty() && pending.locked.is_some();
                return match is_lost {
                    true => Err(ErrorKind::Moved.into()),
                    false => Ok(*pending),
                };
            }
        };
        let (handed, lifetime) = match delivery {
            DeliveryMode::Show => (Provenance::Camera, QR_LIFETIME),
            DeliveryMode::Send => (Provenance::Carried, LINK_LIFETIME),
        };
        let made = unix_seconds();
        let certificate = new_certificate().map_err(|_| ErrorKind::Device)?;
        let invitation = Invitation {
            secret: Secret::random().map_err(|_| ErrorKind::Device)?,
            expiry: Expiry::after(made, lifetime),
            fingerprint: certificate.fingerprint(),
            candidates,
            question: match &lock {
                Lock::Asked(question, _) => Some(question.clone()),
                Lock::Open | Lock::Locked(..) => None,
            },
            name: Name::cleaned(name),
            host_is_browser: false,
            host_can_punch: true,
        };
        let (locked, handed, answer) = match lock {
            Lock::Open => (None, handed, None),
            Lock::Asked(_, answer) => (None, handed, Some(answer)),
            Lock::Locked(questions, answers) => {
                let container = locked(invitation.clone(), questions, answers).await?;
                (Some(container), Provenance::Locked, None)
            }
        };
        Ok(PendingInvitation {
            invitation,
            certificate,
            port: port(&endpoint.addresses()),
            handed,
            locked,
            answer,
            made,
            history: HostHistory::default(),
        })
    }
}

impl TryFrom<&Protection> for Lock {
    type Error = HandfastError;

    fn try_from(protection: &Protection) -> Result<Self, HandfastError> {
        Ok(match protection {
            Protection::Open => Self::Open,
            Protection::Asked { lock } => {
                let (question, answers) = lock.parts()?;
                Self::Asked(question, answers)
            }
            Protection::Locked { lock } => {
                let (question, answers) = lock.parts()?;
                Self::Locked(Questions::new(vec![question])?, answers)
            }
        })
    }
}

/// The invitation in a container that opens with the answers. It takes about a second and much memory.
async fn locked(
    invitation: Invitation,
    questions: Questions,
    answers: Answers,
) -> Result<Vec<u8>, HandfastError> {
    let salt = random_bytes().map_err(|_| ErrorKind::Device)?;
    let credential = Credential::Answers {
        answers,
        code: None,
    };
    let work = move || Ok(seal::lock(&invitation, questions, &credential, salt)?);
    joined(tokio::task::spawn_blocking(work).await)
}

/// The port that all sockets of an endpoint share.
pub(super) fn port(addresses: &[SocketAddr]) -> u16 {
    addresses.first().map_or(0, SocketAddr::port)
}

impl Engine {
    pub(super) async fn host(
        &mut self,
        number: u64,
        delivery: DeliveryMode,
        protection: &Protection,
    ) -> Result<(), HandfastError> {
        self.must_be_free()?;
        let lock = protection.try_into()?;
        self.prepare(number, Plan::New { delivery, lock }).await
    }

    /// Goes on with an invitation that waits for its guest.
    pub(super) async fn host_again(
        &mut self,
        number: u64,
        pending: PendingInvitation,
    ) -> Result<(), HandfastError> {
        self.prepare(number, Plan::Kept(Box::new(pending))).await
    }

    /// Begins. What is quick is done when this returns, and what is not is under way.
    async fn prepare(&mut self, number: u64, plan: Plan) -> Result<(), HandfastError> {
        let work = self.work(plan.clone()).await?;
        if plan.is_slow() {
            let work = Some(work);
            let preparing = Preparing { number, plan, work };
            self.teller.show(preparing.screen());
            self.state = State::Preparing(Box::new(preparing));
            return Ok(());
        }
        let ready = work.await?;
        self.wait_with(number, plan.kept(), *ready).await
    }

    /// Binds the sockets for this, and says what is to be done with them.
    async fn work(&self, plan: Plan) -> Result<Work, HandfastError> {
        let port = match &plan {
            Plan::New { .. } => None,
            Plan::Kept(pending) => Some(pending.port),
        };
        let (endpoint, policy) = self.bind(port).await?;
        let router = self.router(&self.preferences().await?);
        let name = self.terms.identity.name.clone();
        Ok(Box::pin(async move {
            let (endpoint, port_mapping) = match plan.delivery() {
                // At a table nobody is asked.
                DeliveryMode::Show => (endpoint, None),
                DeliveryMode::Send => {
                    let reached = endpoint.reach_out(router).await;
                    (reached.endpoint, reached.port.and_then(Result::ok))
                }
            };
            let candidates = own_candidates(&endpoint, policy)?;
            let pending = plan.carry_out(&name, &endpoint, candidates).await?;
            Ok(Box::new(Ready {
                pending,
                endpoint,
                port_mapping,
            }))
        }))
    }

    /// It can be shown, or never will be.
    pub(super) async fn prepared(&mut self, ready: Result<Box<Ready>, HandfastError>) {
        let State::Preparing(preparing) = std::mem::replace(&mut self.state, State::Idle) else {
            return;
        };
        let begun = match ready {
            Ok(ready) => {
                self.wait_with(preparing.number, preparing.plan.kept(), *ready)
                    .await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = begun {
            self.end(error.kind());
        }
    }

    /// Waits for the guest; a new invitation is kept before it is shown.
    async fn wait_with(
        &mut self,
        number: u64,
        kept: Option<Waits>,
        ready: Ready,
    ) -> Result<(), HandfastError> {
        let Ready {
            pending,
            endpoint,
            port_mapping,
        } = ready;
        if kept.is_some() {
            self.wait_for_guest(number, endpoint, pending)?;
        } else {
            let new = pending.clone();
            let keep = move |store: &Store| store.add_invitation(&new, new.made);
            let id = self.terms.store.run(keep).await?;
            if let Err(error) = self.wait_for_guest(number, endpoint, pending) {
                self.forget(Waits::for_guest(id), EndReason::Revoked).await;
                return Err(error);
            }
        }
        self.port_mapping = port_mapping;
        Ok(())
    }

    /// Gives the sockets up until [`Self::prepare_again`].
    pub(super) fn stop_preparing(&mut self) {
        if let State::Preparing(preparing) = &mut self.state {
            preparing.work = None;
        }
    }

    /// Begins anew, in the network that this device is in now.
    pub(super) async fn prepare_again(&mut self) {
        self.stop_preparing();
        let State::Preparing(preparing) = &self.state else {
            return;
        };
        match self.work(preparing.plan.clone()).await {
            Ok(work) => {
                if let State::Preparing(preparing) = &mut self.state {
                    preparing.work = Some(work);
                }
            }
            Err(error) => self.end(error.kind()),
        }
    }
}
