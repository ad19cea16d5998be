//! Comparing, at any moment of a conversation and for either side to begin. The host commits first,
//! so a guest that wants to compare asks it to. What the two people decide stays with them.

use super::lanes::Lanes;
use super::message::Message;
use super::{Event, Violation};
use crate::crypto::{Secret, random_bytes};
use crate::handshake::{Commitment, GuestComparison, HostComparison};
use crate::invitation::Seat;
use tokio::sync::mpsc;

pub(super) struct Comparer {
    seat: Seat,
    hash: [u8; 32],
    lanes: Lanes,
    events: mpsc::Sender<Event>,
    step: Step,
}

enum Step {
    Idle,
    Committed(HostComparison),
    Answered(GuestComparison),
}

impl Comparer {
    pub(super) fn new(
        seat: Seat,
        hash: [u8; 32],
        lanes: Lanes,
        events: mpsc::Sender<Event>,
    ) -> Self {
        Self {
            seat,
            hash,
            lanes,
            events,
            step: Step::Idle,
        }
    }

    /// The person here wants to compare. Nothing happens while a comparison is under way.
    pub(super) async fn wish(&mut self) {
        match self.seat {
            Seat::Host => self.commit().await,
            Seat::Guest => {
                let _ = self.lanes.say(Message::CompareWish).await;
            }
        }
    }

    /// The guest wants to compare.
    pub(super) async fn wished(&mut self) -> Result<(), Violation> {
        match self.seat {
            Seat::Host => self.commit().await,
            Seat::Guest => return Err(Violation::OutOfTurn),
        }
        Ok(())
    }

    async fn commit(&mut self) {
        let (Step::Idle, Ok(nonce)) = (&self.step, Secret::random()) else {
            return;
        };
        let comparison = HostComparison::new(self.hash, nonce);
        let commitment = comparison.commitment();
        self.step = Step::Committed(comparison);
        let _ = self.lanes.say(Message::CompareCommit(commitment)).await;
    }

    /// The host committed to its nonce.
    pub(super) async fn committed(&mut self, commitment: Commitment) -> Result<(), Violation> {
        let (Seat::Guest, Step::Idle) = (self.seat, &self.step) else {
            return Err(Violation::OutOfTurn);
        };
        let Ok(nonce) = random_bytes() else {
            return Ok(());
        };
        let comparison = GuestComparison::new(self.hash, commitment, nonce);
        self.step = Step::Answered(comparison);
        let _ = self.lanes.say(Message::CompareNonce(nonce)).await;
        Ok(())
    }

    /// The guest sent its nonce.
    pub(super) async fn answered(&mut self, nonce: [u8; 32]) -> Result<(), Violation> {
        let Step::Committed(comparison) = std::mem::replace(&mut self.step, Step::Idle) else {
            return Err(Violation::OutOfTurn);
        };
        let (opening, shown) = comparison.open(&nonce);
        let _ = self.lanes.say(Message::CompareOpen(opening)).await;
        let _ = self.events.send(Event::Comparing(shown)).await;
        Ok(())
    }

    /// The host opened its commitment.
    pub(super) async fn opened(&mut self, opening: [u8; 32]) -> Result<(), Violation> {
        let Step::Answered(comparison) = std::mem::replace(&mut self.step, Step::Idle) else {
            return Err(Violation::OutOfTurn);
        };
        let shown = comparison.open(opening).ok_or(Violation::Cheated)?;
        let _ = self.events.send(Event::Comparing(shown)).await;
        Ok(())
    }
}
