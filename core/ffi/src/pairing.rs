//! Bringing two people together.

use super::engine::{Desk, Order};
use super::pending::Waits;
use super::scan::token_of;
use super::sealing::credential;
use super::{Answered, Code, ErrorKind, Found, HandfastError, Pending};
use handfast_native::pairing::Provenance;
use handfast_native::seal::{self, Answers, Limits};
use handfast_native::store::Store;
use handfast_native::token::Token;
use handfast_native::unix_seconds;
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

/// How an invitation is handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum DeliveryMode {
    /// Only ever shown on this screen. Good for ten minutes.
    Show,
    /// Sent by something else, which may read it. Good for a day.
    Send,
}

/// Bringing two people together. What happens is told as [`Screen`](super::Screen)s.
#[derive(uniffi::Object)]
pub struct Pairing {
    desk: Arc<Desk>,
}

impl Pairing {
    pub(super) fn new(desk: Arc<Desk>) -> Self {
        Self { desk }
    }
}

#[uniffi::export]
impl Pairing {
    /// Makes an invitation and waits for a guest. It is kept before it is shown, so that it can go
    /// on after a restart. Locking one takes about a second, on purpose; one that is to be sent may
    /// take four, as servers and the router are asked how this device is reached from elsewhere, if
    /// the [`Preferences`](super::Preferences) allow it. [`Screen::Preparing`](super::Screen::Preparing)
    /// is shown meanwhile, and the handle stops it.
    ///
    /// # Errors
    /// [`ErrorKind::Busy`], [`ErrorKind::NoNetwork`], [`ErrorKind::Device`]; [`ErrorKind::BadText`] for a question or
    /// answer that cannot be used; [`ErrorKind::TooMany`], [`ErrorKind::Storage`] or [`ErrorKind::StorageFull`] if
    /// it cannot be kept. Where it is prepared first, what goes wrong then is told as
    /// [`Screen::Ended`](super::Screen::Ended).
    pub async fn host(
        &self,
        delivery: DeliveryMode,
        protection: Protection,
    ) -> Result<Arc<PairingHandle>, HandfastError> {
        let handle = PairingHandle::new(self.desk.clone());
        let number = handle.number;
        self.desk
            .ask(|answer| Order::Host(number, delivery, Box::new(protection), answer))
            .await?;
        Ok(handle)
    }

    /// Opens somebody's invitation, which connects to nobody yet: the person is asked first. If it is
    /// the one that is knocked at, shown once more, nothing else begins: it may name other addresses
    /// now, and they are tried too. While one is open, another never takes its place.
    ///
    /// # Errors
    /// [`ErrorKind::WrongThing`] if it is no invitation; [`ErrorKind::Busy`] while something else is under way or
    /// open: it can be handed in again after [`Handfast::dismiss`](super::Handfast::dismiss).
    pub async fn open(&self, found: Found) -> Result<(), HandfastError> {
        let Token::Invitation(invitation) = token_of(&found)? else {
            return Err(ErrorKind::WrongThing.into());
        };
        let provenance = found.provenance.into();
        self.desk
            .ask(|answer| Order::Open(Box::new(invitation), provenance, answer))
            .await
    }

    /// Opens somebody's locked invitation with the answers to its questions, and the code of a
    /// second channel if it takes one; [`Sealing::inspect`](super::Sealing::inspect) tells. Takes
    /// about a second, on purpose.
    ///
    /// # Errors
    /// [`ErrorKind::WrongAnswer`], [`ErrorKind::BadText`], [`ErrorKind::TooExpensive`], and as [`Self::open`].
    pub async fn unlock(
        &self,
        found: Found,
        answers: Vec<String>,
        code: Option<Arc<Code>>,
    ) -> Result<(), HandfastError> {
        let Token::Sealed(container) = token_of(&found)? else {
            return Err(ErrorKind::WrongThing.into());
        };
        let unlocking = self.desk.blocking(move || {
            let credential = credential(&answers, code.as_deref())?;
            Ok(seal::unlock(&container, &credential, &Limits::PHONE)?)
        });
        let invitation = Box::new(unlocking.await?);
        self.desk
            .ask(|answer| Order::Open(invitation, Provenance::Locked, answer))
            .await
    }

    /// Guest: the person's answer to the question that is asked.
    ///
    /// # Errors
    /// [`ErrorKind::BadText`] if it is empty or too long, [`ErrorKind::NotNow`] if nothing is asked. A wrong
    /// answer is no error: another screen follows.
    pub async fn answer(&self, text: String) -> Result<(), HandfastError> {
        let answers = Answers::new(&[&text])?;
        self.desk.ask(|answer| Order::Answer(answers, answer)).await
    }

    /// The person agreed: connects to whoever made the invitation that is open. The reply is kept
    /// before it is shown, so that it can go on after a restart.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if none is open, [`ErrorKind::NoRoute`], [`ErrorKind::NoNetwork`], [`ErrorKind::Device`];
    /// [`ErrorKind::AnswersDiffer`] if its question was answered as often as it may be; [`ErrorKind::TooMany`], [`ErrorKind::Storage`] or [`ErrorKind::StorageFull`] if it cannot be kept.
    pub async fn connect(&self) -> Result<Arc<PairingHandle>, HandfastError> {
        let handle = PairingHandle::new(self.desk.clone());
        let number = handle.number;
        self.desk
            .ask(|answer| Order::Connect(number, answer))
            .await?;
        Ok(handle)
    }

    /// Host: takes the guest's reply, at once. What did not come by this app's own camera is for shells
    /// to ask the person about first, as anybody can send a link. While another guest is connecting, a
    /// reply waits, unless the camera saw it.
    ///
    /// # Errors
    /// [`ErrorKind::WrongThing`] if it is no reply, [`ErrorKind::WrongReply`] if it answers another
    /// invitation, [`ErrorKind::NotNow`] if none is shown, [`ErrorKind::Storage`] or [`ErrorKind::StorageFull`] if
    /// it counts now but cannot be kept. The pairing goes on.
    pub async fn reply(&self, found: Found) -> Result<(), HandfastError> {
        let Token::Reply(reply) = token_of(&found)? else {
            return Err(ErrorKind::WrongThing.into());
        };
        let provenance = found.provenance.into();
        self.desk
            .ask(|answer| Order::Reply(Box::new(reply), provenance, answer))
            .await
    }

    /// What waits for another person: invitations of this device first, each list with the newest
    /// first. What is under way at the moment is among them.
    ///
    /// # Errors
    /// [`ErrorKind::Storage`], [`ErrorKind::ShutDown`].
    pub async fn pending(&self) -> Result<Vec<Pending>, HandfastError> {
        let now = unix_seconds();
        let list = move |store: &Store| {
            let hosted = store.invitations(now)?;
            let mut list: Vec<Pending> = hosted
                .iter()
                .filter_map(|listed| Pending::hosted(listed, now))
                .collect();
            let accepted = store.replies(now)?;
            list.extend(accepted.iter().map(|reply| Pending::accepted(reply, now)));
            Ok(list)
        };
        self.desk.keeping(list).await
    }

    /// Goes on with something that waits, as if there had been no restart: the same invitation or
    /// reply, on the same port where it can be had. An invitation that was sent is prepared as by
    /// [`Self::host`].
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if nothing is called that, [`ErrorKind::Expired`], [`ErrorKind::Taken`] or
    /// [`ErrorKind::Burned`] if it is over; [`ErrorKind::Busy`], [`ErrorKind::NoRoute`], [`ErrorKind::NoNetwork`], [`ErrorKind::Device`],
    /// [`ErrorKind::Storage`]. A locked invitation that leads elsewhere than here ends in
    /// [`ErrorKind::Moved`], once it is prepared. It is still pending then, unless it is over.
    pub async fn go_on(&self, id: String) -> Result<Arc<PairingHandle>, HandfastError> {
        let waits = Waits::parse(&id)?;
        let handle = PairingHandle::new(self.desk.clone());
        let number = handle.number;
        self.desk
            .ask(|answer| Order::GoOn(number, waits, answer))
            .await?;
        Ok(handle)
    }

    /// Takes an invitation back, or stops waiting for somebody else's host, for good. What is under
    /// way stops.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if nothing is called that; [`ErrorKind::Storage`], [`ErrorKind::ShutDown`].
    pub async fn give_up(&self, id: String) -> Result<(), HandfastError> {
        let waits = Waits::parse(&id)?;
        self.desk.ask(|answer| Order::GiveUp(waits, answer)).await
    }

    /// The person is here, with a finger on the screen: whatever became slow while nobody answered
    /// is quick for a while. No more is guessed by it; see [`Self::try_harder`].
    pub fn boost(&self) {
        self.desk.give(Order::Hurry);
    }

    /// The person asks for more to be tried to get past a strict network: 2,048 small packets more to
    /// the one address that the other side named, at once. An invitation or a reply causes as many by
    /// itself; this is taken once for each. Best offered with [`Cause::OneStrict`](super::Cause::OneStrict)
    /// and [`Cause::StrictUnreplied`](super::Cause::StrictUnreplied), and when the other side is there.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if nobody is waited for.
    pub async fn try_harder(&self) -> Result<(), HandfastError> {
        self.desk.ask(Order::TryHarder).await
    }

    /// Guest: shows the reply now instead of waiting whether it is needed.
    ///
    /// # Errors
    /// [`ErrorKind::NotNow`] if nothing is being connected to.
    pub async fn offer_reply(&self) -> Result<(), HandfastError> {
        self.desk.ask(Order::OfferReply).await
    }
}

/// A pairing under way. Put aside when dropped; once the two are together, it does nothing more.
#[derive(uniffi::Object)]
pub struct PairingHandle {
    desk: Arc<Desk>,
    number: u64,
}

impl PairingHandle {
    fn new(desk: Arc<Desk>) -> Arc<Self> {
        let number = desk.numbers().next();
        Arc::new(Self { desk, number })
    }
}

#[uniffi::export]
impl PairingHandle {
    /// Stops it for good: the invitation or reply does not wait any more, and one that is still being
    /// prepared is never shown.
    /// [`Screen::Idle`](super::Screen::Idle) follows.
    pub fn cancel(&self) {
        self.desk.give(Order::Cancel(self.number));
    }

    /// Stops it for now: it stays among [`Pairing::pending`], unless it is a new one that is still
    /// being prepared.
    /// [`Screen::Idle`](super::Screen::Idle) follows.
    pub fn put_aside(&self) {
        self.desk.give(Order::PutAside(self.number));
    }
}

impl Drop for PairingHandle {
    fn drop(&mut self) {
        self.put_aside();
    }
}
