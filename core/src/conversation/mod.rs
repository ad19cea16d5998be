//! What two people do once they are connected: write to each other and send files.
//!
//! A [`Conversation`] owns a link and the sealed channel on it. It never asks who the other person
//! is, and it keeps nothing: texts leave as [`Event`]s, files go to the folder it was given. Its
//! memory does not grow with the size of a file, because every queue is bounded and a full one holds
//! back whoever fills it, across the link.
//!
//! Inside: `lanes` is the way out, `listen` the way in, `outbox` and `inbox` are the files of either
//! direction, `file` is their blocking half, `compare` the comparison, `message` the bytes.

mod compare;
mod file;
mod file_name;
mod inbox;
mod lanes;
mod listen;
mod message;
mod outbox;
#[cfg(test)]
mod tests;

pub use file_name::safe as safe_file_name;
pub use message::MAX_TEXT;

use crate::handshake::{Channel, ChannelError, ShortString};
use crate::transport::{Link, LinkError};
use compare::Comparer;
use inbox::Inbox;
use lanes::{Lanes, Over};
use listen::{Decision, Listener};
use message::Message;
use outbox::{Outbox, Request};
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Events that may wait for the reader before the conversation does.
const EVENTS: usize = 256;

/// Files that may wait to be sent before [`Conversation::send_file`] does.
const REQUESTS: usize = 64;

/// Decisions and answers that may wait.
const WORDS: usize = 16;

/// How often progress is told: after so many bytes.
const PROGRESS_STEP: u64 = 1 << 20;

/// What a conversation may do on this device.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder for files that come in. Made if it is not there.
    pub downloads: PathBuf,
    /// Largest file in bytes that is taken.
    pub max_file: u64,
    /// What happens to an offered file.
    pub offers: Offers,
}

/// What happens to an offered file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offers {
    /// It is taken.
    Accept,
    /// It waits for [`Conversation::accept`] or [`Conversation::cancel`].
    Ask,
}

/// Which way a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the other side.
    Outgoing,
    /// From the other side.
    Incoming,
}

/// One file on its way. Unique within a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Transfer {
    /// Which way it goes.
    pub direction: Direction,
    number: u32,
}

impl Transfer {
    fn incoming(number: u32) -> Self {
        let direction = Direction::Incoming;
        Self { direction, number }
    }
}

/// What happened. After [`Event::Ended`] nothing follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The other person wrote this. It may contain anything a text can contain.
    TextReceived(String),
    /// The other side wants to send a file. The name is safe to show and to store.
    FileOffered {
        /// The file.
        transfer: Transfer,
        /// Its name, without a folder.
        name: String,
        /// Its size in bytes.
        size: u64,
    },
    /// So much is through. Told about every MiB, and left out when nobody reads.
    FileProgress {
        /// The file.
        transfer: Transfer,
        /// Bytes read (outgoing) or stored (incoming).
        done: u64,
        /// Bytes in all.
        size: u64,
    },
    /// The file is stored, complete and equal.
    FileReceived {
        /// The file.
        transfer: Transfer,
        /// Where it is.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// BLAKE2b-256 of it.
        hash: [u8; 32],
        /// From accepting to storing.
        took: Duration,
    },
    /// The other side has stored the file and confirmed its hash.
    FileSent {
        /// The file.
        transfer: Transfer,
        /// Its size.
        bytes: u64,
        /// BLAKE2b-256 of it.
        hash: [u8; 32],
        /// From the other side's yes to its confirmation.
        took: Duration,
    },
    /// The file did not go through; nothing of it is left. The conversation goes on.
    FileFailed {
        /// The file.
        transfer: Transfer,
        /// Why.
        reason: FileError,
        /// Whether it failed there rather than here.
        by_peer: bool,
    },
    /// Both people see this now, and compare it by eye or voice. If it is equal, nobody is in between;
    /// if it is not, somebody is, and the conversation should end.
    Comparing(ShortString),
    /// The path is silent. What is sent now waits.
    Interrupted,
    /// The path is back, and nothing was lost.
    Resumed,
    /// The conversation is over.
    Ended(Ending),
}

/// How a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The other person said goodbye.
    PeerLeft,
    /// This side left.
    Left,
    /// The link ended without a goodbye.
    Lost(LinkError),
    /// The other side broke the rules.
    Broken(Violation),
}

impl From<Violation> for Ending {
    fn from(violation: Violation) -> Self {
        Self::Broken(violation)
    }
}

/// How the other side broke the rules. All of these end the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A frame could not be opened.
    #[error(transparent)]
    Channel(ChannelError),
    /// Not a message, or a text that is not UTF-8.
    #[error("the other side sent something this version does not understand; update the app")]
    Malformed,
    /// A text longer than [`MAX_TEXT`].
    #[error("the other side sent a text that is too long; connect again")]
    TextTooLong,
    /// Something about a file that was never offered or accepted, or an answer to nothing.
    #[error("the other side sent what nobody asked for; connect again")]
    OutOfTurn,
    /// What the other side showed for the comparison is not what it had committed to.
    #[error("somebody may be in between: make a new invitation and pass it on another way")]
    Cheated,
}

/// Why a file did not go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[repr(u8)]
pub enum FileError {
    /// The person did not want it.
    #[error("the file was declined")]
    Declined = 1,
    /// Larger than the receiver takes.
    #[error("the file is too large for the receiving device")]
    TooLarge = 2,
    /// Another file is on its way.
    #[error("another file is still on its way; try again after it")]
    Busy = 3,
    /// The receiver's storage is full.
    #[error("the storage is full; make room and try again")]
    NoSpace = 4,
    /// The receiver may not write to its folder.
    #[error("files may not be stored there; choose another folder")]
    NoPermission = 5,
    /// The receiver's storage failed in another way.
    #[error("the file could not be stored; try again")]
    Storage = 6,
    /// The sender could not read it.
    #[error("the file could not be read; is it still there?")]
    Unreadable = 7,
    /// It became shorter while it was sent.
    #[error("the file changed while it was sent; send it again")]
    Changed = 8,
    /// Size or hash do not agree with what was promised.
    #[error("the file arrived damaged; send it again")]
    Damaged = 9,
    /// A person stopped it.
    #[error("the file was cancelled")]
    Cancelled = 10,
    /// The conversation was over before the file was through.
    #[error("the conversation ended before the file was through; connect and send it again")]
    Ended = 11,
}

impl FileError {
    fn code(self) -> u8 {
        self as u8
    }

    fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Declined,
            2 => Self::TooLarge,
            3 => Self::Busy,
            4 => Self::NoSpace,
            5 => Self::NoPermission,
            6 => Self::Storage,
            7 => Self::Unreadable,
            8 => Self::Changed,
            9 => Self::Damaged,
            10 => Self::Cancelled,
            11 => Self::Ended,
            _ => return None,
        })
    }
}

impl From<Over> for FileError {
    fn from(_: Over) -> Self {
        Self::Ended
    }
}

/// Why a file failed, and on which side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Failure {
    reason: FileError,
    by_peer: bool,
}

impl Failure {
    fn here(reason: FileError) -> Self {
        let by_peer = false;
        Self { reason, by_peer }
    }

    fn by_peer(reason: FileError) -> Self {
        let by_peer = true;
        Self { reason, by_peer }
    }

    fn event(self, transfer: Transfer) -> Event {
        let Self { reason, by_peer } = self;
        Event::FileFailed {
            transfer,
            reason,
            by_peer,
        }
    }
}

impl From<FileError> for Failure {
    fn from(reason: FileError) -> Self {
        Self::here(reason)
    }
}

impl From<Over> for Failure {
    fn from(over: Over) -> Self {
        Self::here(over.into())
    }
}

/// Tells how far a file is, now and then, without ever waiting for the reader.
struct Progress {
    events: mpsc::Sender<Event>,
    transfer: Transfer,
    done: u64,
    size: u64,
}

impl Progress {
    fn new(events: &mpsc::Sender<Event>, transfer: Transfer, size: u64) -> Self {
        Self {
            events: events.clone(),
            transfer,
            done: 0,
            size,
        }
    }

    fn add(&mut self, bytes: usize) {
        let before = self.done / PROGRESS_STEP;
        self.done += bytes as u64;
        // Half of the queue is kept for what must not be left out.
        if self.done / PROGRESS_STEP > before && self.events.capacity() > EVENTS / 2 {
            let _ = self.events.try_send(Event::FileProgress {
                transfer: self.transfer,
                done: self.done,
                size: self.size,
            });
        }
    }
}

/// Why something could not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConversationError {
    /// The conversation is over.
    #[error("the conversation has ended; connect again")]
    Ended,
    /// The text is longer than [`MAX_TEXT`] bytes.
    #[error("the text is too long; send it in parts or as a file")]
    TooLong,
}

impl From<Over> for ConversationError {
    fn from(_: Over) -> Self {
        Self::Ended
    }
}

/// Two people talking. Dropping it hangs up at once; [`Conversation::leave`] delivers first.
#[derive(Debug)]
pub struct Conversation {
    lanes: Lanes,
    requests: mpsc::Sender<Request>,
    cancels: mpsc::Sender<Transfer>,
    decisions: mpsc::Sender<Decision>,
    numbers: AtomicU32,
    /// Ends with an error when every file that was asked for has been dealt with.
    outbox: oneshot::Receiver<()>,
    /// Whether this side has said goodbye.
    left: Arc<AtomicBool>,
    conductor: JoinHandle<()>,
}

impl Conversation {
    /// Begins to talk over a link whose handshake is done. Must be called inside a tokio runtime.
    ///
    /// Somebody has to read the events: when many wait, the conversation does too. Whoever does not
    /// want them drops the receiver.
    pub fn start(
        link: Link,
        channel: Channel,
        options: Options,
    ) -> (Conversation, mpsc::Receiver<Event>) {
        let (events, reader) = mpsc::channel(EVENTS);
        let (lanes, outlet) = lanes::lanes();
        let (requests, requested) = mpsc::channel(REQUESTS);
        let (cancels, cancelled) = mpsc::channel(REQUESTS);
        let (decisions, decided) = mpsc::channel(WORDS);
        let (answers, answered) = mpsc::channel(WORDS);
        let (outbox_ends, outbox) = oneshot::channel();

        let state = link.state();
        let (sender, receiver) = link.split();
        let speaker = tokio::spawn(outlet.speak(sender, channel.sealer));
        let sending = Outbox {
            requests: requested,
            cancels: cancelled,
            answers: answered,
            lanes: lanes.clone(),
            events: events.clone(),
            cancelled: HashSet::new(),
            last: 0,
        };
        let sending = tokio::spawn(async move {
            sending.serve().await;
            drop(outbox_ends);
        });
        let left = Arc::new(AtomicBool::new(false));
        let listener = Listener {
            left: left.clone(),
            link: receiver,
            state,
            opener: channel.opener,
            decisions: decided,
            answers,
            events: events.clone(),
            comparer: Comparer::new(channel.seat, channel.hash, lanes.clone(), events.clone()),
            inbox: Inbox::new(options, lanes.clone(), events.clone()),
            text: Vec::new(),
        };
        let conductor = tokio::spawn(async move {
            let (ending, inbox) = listener.listen().await;
            speaker.abort();
            inbox.finish().await;
            let _ = sending.await;
            let _ = events.send(Event::Ended(ending)).await;
        });
        let conversation = Conversation {
            lanes,
            requests,
            cancels,
            decisions,
            numbers: AtomicU32::new(1),
            outbox,
            left,
            conductor,
        };
        (conversation, reader)
    }

    /// Sends a text, ahead of any file that is under way. Returns when it is queued.
    ///
    /// # Errors
    /// When it is longer than [`MAX_TEXT`] bytes, or the conversation is over.
    pub async fn send_text(&self, text: &str) -> Result<(), ConversationError> {
        if text.len() > MAX_TEXT {
            return Err(ConversationError::TooLong);
        }
        Ok(self.lanes.text(text.as_bytes().to_vec().into()).await?)
    }

    /// Sends a file when those before it are through. How it goes is told by events; a file that
    /// cannot be read fails there.
    ///
    /// # Errors
    /// When the conversation is over.
    pub async fn send_file(&self, path: impl Into<PathBuf>) -> Result<Transfer, ConversationError> {
        let transfer = Transfer {
            direction: Direction::Outgoing,
            number: self.numbers.fetch_add(1, Relaxed),
        };
        let path = path.into();
        let request = Request { transfer, path };
        let sent = self.requests.send(request).await;
        sent.map_err(|_| ConversationError::Ended)?;
        Ok(transfer)
    }

    /// Begins a comparison; [`Event::Comparing`] follows on both sides.
    pub async fn compare(&self) {
        let _ = self.decisions.send(Decision::Compare).await;
    }

    /// Takes a file that was offered under [`Offers::Ask`].
    pub async fn accept(&self, transfer: Transfer) {
        if transfer.direction == Direction::Incoming {
            let _ = self.decisions.send(Decision::Accept(transfer.number)).await;
        }
    }

    /// Stops a file of either direction: declines an offer, ends a transfer, takes one out of the queue.
    pub async fn cancel(&self, transfer: Transfer) {
        match transfer.direction {
            Direction::Outgoing => {
                let _ = self.cancels.send(transfer).await;
            }
            Direction::Incoming => {
                let _ = self.decisions.send(Decision::Refuse(transfer.number)).await;
            }
        }
    }

    /// Delivers what was queued, files included, says goodbye and returns when the link is closed.
    /// It takes as long as that takes: cancel files first, or drop the conversation, to be quicker.
    pub async fn leave(self) {
        let Self {
            lanes,
            requests,
            outbox,
            left,
            conductor,
            cancels: _cancels,
            decisions: _decisions,
            ..
        } = self;
        drop(requests);
        let _ = outbox.await;
        left.store(true, Relaxed);
        let _ = lanes.say(Message::Bye).await;
        let _ = conductor.await;
    }
}

/// For fuzzing alone: reads a body, and holds a message to its one encoding.
#[cfg(feature = "twins")]
#[doc(hidden)]
pub fn fuzz_message(body: &[u8]) {
    if let Ok(message) = Message::parse(body.to_vec().into())
        && message != Message::Unknown
    {
        let (head, tail) = message.encode();
        assert_eq!([&head[..], &tail[..]].concat(), body);
    }
}
