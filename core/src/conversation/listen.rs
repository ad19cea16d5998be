//! The way in: opens every frame, and brings each message to where it belongs.

use super::compare::Comparer;
use super::inbox::Inbox;
use super::message::{MAX_TEXT, Message};
use super::outbox::{Answer, Verdict};
use super::{Ending, Event, Violation};
use crate::handshake::Opener;
use crate::transport::{LinkError, LinkReceiver, LinkState};
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::sync::{mpsc, watch};

/// What the person here decides: about a file that comes in, or to compare.
#[derive(Debug)]
pub(super) enum Decision {
    Accept(u32),
    Refuse(u32),
    Compare,
}

pub(super) struct Listener {
    pub(super) link: LinkReceiver,
    pub(super) state: watch::Receiver<LinkState>,
    /// Whether this side has said goodbye.
    pub(super) left: Arc<AtomicBool>,
    pub(super) opener: Opener,
    pub(super) decisions: mpsc::Receiver<Decision>,
    pub(super) answers: mpsc::Sender<Answer>,
    pub(super) events: mpsc::Sender<Event>,
    pub(super) comparer: Comparer,
    pub(super) inbox: Inbox,
    /// The parts of a text that have come so far.
    pub(super) text: Vec<u8>,
}

impl Listener {
    /// Listens until the conversation is over. Gives the reason, and what is left to tidy up.
    pub(super) async fn listen(mut self) -> (Ending, Inbox) {
        let ending = loop {
            tokio::select! {
                frame = self.link.receive() => {
                    let heard = match frame {
                        Ok(frame) => self.hear(frame).await,
                        Err(LinkError::ClosedHere) => Err(Ending::Left),
                        // Whoever heard our goodbye may be gone before our own end is through.
                        Err(LinkError::ClosedByPeer) if self.left.load(Relaxed) => {
                            Err(Ending::Left)
                        }
                        Err(why) => Err(Ending::Lost(why)),
                    };
                    if let Err(ending) = heard {
                        break ending;
                    }
                }
                Ok(()) = self.state.changed() => {
                    let event = match *self.state.borrow_and_update() {
                        LinkState::Interrupted => Event::Interrupted,
                        LinkState::Open => Event::Resumed,
                        LinkState::Closed(_) => continue,
                    };
                    let _ = self.events.send(event).await;
                }
                decision = self.decisions.recv() => match decision {
                    Some(Decision::Accept(id)) => self.inbox.accept(id).await,
                    Some(Decision::Refuse(id)) => self.inbox.refuse(id).await,
                    Some(Decision::Compare) => self.comparer.wish().await,
                    None => break Ending::Left,
                },
            }
        };
        (ending, self.inbox)
    }

    async fn hear(&mut self, frame: Bytes) -> Result<(), Ending> {
        let body = self.opener.open(frame).map_err(Violation::Channel)?;
        let message = Message::parse(body).map_err(|_| Violation::Malformed)?;
        match message {
            Message::Text { more, part } => self.text(more, &part).await?,
            Message::Offer { id, size, name } => self.inbox.offer(id, size, name).await?,
            Message::Chunk { id, bytes } => self.inbox.chunk(id, bytes).await?,
            Message::Done { id, hash } => self.inbox.done(id, hash).await?,
            Message::Cancel { id, reason } => self.inbox.cancelled(id, reason).await?,
            Message::Accept { id } => self.answer(id, Verdict::Accept)?,
            Message::Decline { id, reason } => self.answer(id, Verdict::Decline(reason))?,
            Message::Received { id } => self.answer(id, Verdict::Received)?,
            Message::CompareWish => self.comparer.wished().await?,
            Message::CompareCommit(commitment) => self.comparer.committed(commitment).await?,
            Message::CompareNonce(nonce) => self.comparer.answered(nonce).await?,
            Message::CompareOpen(opening) => self.comparer.opened(opening).await?,
            Message::Bye => return Err(Ending::PeerLeft),
            Message::Unknown => {}
        }
        Ok(())
    }

    async fn text(&mut self, more: bool, part: &[u8]) -> Result<(), Violation> {
        if self.text.len() + part.len() > MAX_TEXT {
            return Err(Violation::TextTooLong);
        }
        self.text.extend_from_slice(part);
        if !more {
            let text = String::from_utf8(std::mem::take(&mut self.text));
            let text = text.map_err(|_| Violation::Malformed)?;
            let _ = self.events.send(Event::TextReceived(text)).await;
        }
        Ok(())
    }

    /// Nobody who keeps to the rules has more answers to give than the queue holds.
    fn answer(&self, id: u32, verdict: Verdict) -> Result<(), Violation> {
        use mpsc::error::TrySendError::{Closed, Full};
        match self.answers.try_send(Answer { id, verdict }) {
            Ok(()) | Err(Closed(_)) => Ok(()),
            Err(Full(_)) => Err(Violation::OutOfTurn),
        }
    }
}
