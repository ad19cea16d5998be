//! The way in: opens every frame, and brings each message to where it belongs.

use super::compare::Comparison;
use super::inbox::{Inbox, Offer};
use super::lanes::Lanes;
use super::limits::Account;
use super::message::{MAX_TEXT, Message};
use super::outbox::{Answer, Verdict};
use super::{Ending, Event, FileError, Limit, Violation};
use bytes::Bytes;
use handfast_protocol::handshake::Opener;
use handfast_protocol::link::{LinkError, LinkReceiver, LinkState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tokio::sync::{mpsc, oneshot, watch};

/// What the person here decides.
#[derive(Debug)]
pub(super) enum Decision {
    Accept(u32),
    Refuse(u32),
    /// As much again may come as was allowed.
    AllowMore,
    /// The person is about to leave. Answered when what belongs to that is said.
    Leave(oneshot::Sender<()>),
}

/// What counts against a limit.
pub(super) enum Entry {
    Text(String),
    Offer(Offer),
}

impl Entry {
    fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Offer(offer) => offer.name.len(),
        }
    }
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
    pub(super) lanes: Lanes,
    pub(super) comparison: Comparison,
    pub(super) inbox: Inbox,
    pub(super) account: Account,
    /// The parts of a text that have come so far.
    pub(super) text: Vec<u8>,
    /// What is beyond a limit. While it waits for the person, nothing more is read.
    pub(super) held: Option<Entry>,
    pub(super) is_leaving: bool,
}

impl Listener {
    /// Listens until the conversation is over. Gives the reason.
    pub(super) async fn listen(&mut self) -> Ending {
        loop {
            tokio::select! {
                frame = self.link.receive(), if self.held.is_none() => {
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
                        return ending;
                    }
                }
                Ok(()) = self.state.changed() => {
                    let event = match *self.state.borrow_and_update() {
                        LinkState::Interrupted => Event::Interrupted,
                        LinkState::Open => Event::Resumed,
                        LinkState::Closed(why) if self.held.is_some() => return Ending::Lost(why),
                        LinkState::Closed(_) => continue,
                    };
                    let _ = self.events.send(event).await;
                }
                decision = self.decisions.recv() => match decision {
                    Some(decision) => self.decide(decision).await,
                    None => return Ending::Left,
                },
                () = self.comparison.stirred() => {
                    self.say_compared().await;
                    // Trust may have risen.
                    self.take_held().await;
                }
                () = self.inbox.its_turn() => self.inbox.go_on().await,
            }
        }
    }

    /// What is left to tidy up when it is over. Everything else is given up.
    pub(super) fn over(self) -> Inbox {
        self.inbox
    }

    async fn decide(&mut self, decision: Decision) {
        match decision {
            Decision::Accept(id) => self.inbox.accept(id).await,
            Decision::Refuse(id) => self.inbox.refuse(id).await,
            Decision::AllowMore => {
                self.account.allow_more();
                self.take_held().await;
            }
            Decision::Leave(done) => {
                self.is_leaving = true;
                self.inbox.refuse_open().await;
                self.take_held().await;
                // Nobody waits for it where leaving takes too long.
                let _ = done.send(());
            }
        }
    }

    async fn hear(&mut self, frame: Bytes) -> Result<(), Ending> {
        let body = self.opener.open(frame).map_err(Violation::Channel)?;
        let message = Message::parse(body).map_err(|_| Violation::Malformed)?;
        match message {
            Message::Text { more, part } => self.text(more, &part).await?,
            Message::Offer { id, size, name } => {
                if self.inbox.announced(id).await? {
                    self.enter(Entry::Offer(Offer::new(id, size, &name))).await;
                }
            }
            Message::Chunk { id, bytes } => self.inbox.chunk(id, bytes).await?,
            Message::Done { id, hash } => self.inbox.done(id, hash).await?,
            Message::Cancel { id, reason } => self.inbox.cancelled(id, reason).await?,
            Message::Accept { id } => self.answer(id, Verdict::Accept)?,
            Message::Decline { id, reason } => self.answer(id, Verdict::Decline(reason))?,
            Message::Received { id } => self.answer(id, Verdict::Received)?,
            Message::CompareWish
            | Message::CompareCommit(_)
            | Message::CompareNonce(_)
            | Message::CompareOpen(_) => {
                let told = self.comparison.heard(message)?;
                self.say_compared().await;
                if let Some(event) = told {
                    let _ = self.events.send(event).await;
                }
            }
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
            self.enter(Entry::Text(text)).await;
        }
        Ok(())
    }

    /// Takes an entry in, or holds it if it is beyond a limit.
    async fn enter(&mut self, entry: Entry) {
        if let Err(limit) = self.take(entry).await {
            let _ = self.events.send(Event::Limited(limit)).await;
        }
    }

    /// Tries what is held once more: a limit may be another one by now.
    async fn take_held(&mut self) {
        if let Some(entry) = self.held.take()
            && self.take(entry).await.is_ok()
        {
            let _ = self.events.send(Event::Released).await;
        }
    }

    async fn take(&mut self, entry: Entry) -> Result<(), Limit> {
        let level = self.comparison.trust().level();
        let entered = self.account.enter(level, entry.bytes());
        match (entry, entered) {
            // Nobody will be there to answer, or to allow more. That a text is not read here any more
            // follows from the goodbye.
            (Entry::Offer(offer), _) if self.is_leaving => {
                self.inbox.decline(offer.id, FileError::Ended).await;
            }
            (Entry::Text(_), Err(_)) if self.is_leaving => {}
            (entry, Err(limit)) => {
                self.held = Some(entry);
                return Err(limit);
            }
            (Entry::Text(text), Ok(())) => {
                let _ = self.events.send(Event::TextReceived(text)).await;
            }
            (Entry::Offer(offer), Ok(())) => {
                let is_taken = self.account.take_unasked(level, offer.size);
                self.inbox.offer(offer, is_taken).await;
            }
        }
        Ok(())
    }

    /// Says what belongs to the comparison.
    async fn say_compared(&mut self) {
        while let Some(message) = self.comparison.to_say() {
            let _ = self.lanes.say(message).await;
        }
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
