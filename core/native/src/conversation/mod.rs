//! What two people do once they are connected: write to each other and send files.
//!
//! A [`Conversation`] owns a link and the sealed channel on it. It never asks who the other person
//! is, only how far they are trusted, and it keeps nothing: texts leave as [`Event`]s, files go to the
//! folder it was given. Its memory does not grow with the size of a file, because every queue is
//! bounded and a full one holds back whoever fills it, across the link. What the other side may cost
//! beyond that is set by [`Limits`], and a limit that is reached is told.
//!
//! Inside: `lanes` is the way out, `listen` the way in, `outbox` and `inbox` are the files of either
//! direction, `file` is their blocking half, `limits` the account of what they cost, `compare` the
//! comparison, `message` the bytes.

mod compare;
mod file;
mod file_name;
mod inbox;
mod lanes;
mod limits;
mod listen;
mod message;
mod outbox;
#[cfg(test)]
mod tests;

pub use compare::{CompareError, Comparison, Finding};
pub use file_name::safe as safe_file_name;
pub use limits::{Allowance, Limit, Limits, Space, free_space};
pub use message::MAX_TEXT;

use handfast_protocol::handshake::{Channel, ChannelError, ShortString, Trust};
use handfast_protocol::link::{Link, LinkError};
use inbox::{Inbox, Storage};
use lanes::{Lanes, Over};
use limits::Account;
use listen::{Decision, Listener};
use message::Message;
use outbox::{AHEAD, Outbox, Request};
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

/// Decisions that may wait.
const WORDS: usize = 16;

/// What the other side may say about our files before it is looked at: an answer and an end for each
/// that is offered, and as much again.
const ANSWERS: usize = 4 * AHEAD;

/// How often progress is told: after so many bytes.
const PROGRESS_STEP: u64 = 1 << 20;

/// What a conversation may do on this device.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder for files that come in. Made if it is not there.
    pub downloads: PathBuf,
    /// How far the other side is trusted as it begins.
    pub trust: Trust,
    /// What it may cost.
    pub limits: Limits,
    /// How to find out how much room there is: [`free_space`], or a twin of it.
    pub space: Space,
}

impl Options {
    /// The usual limits, on this device's own disk.
    pub fn new(downloads: impl Into<PathBuf>, trust: Trust) -> Self {
        Self {
            downloads: downloads.into(),
            trust,
            limits: Limits::USUAL,
            space: free_space,
        }
    }
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
    /// Files that go out are numbered from 1, in the order in which they were asked for.
    pub fn number(self) -> u32 {
        self.number
    }

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
    /// The other side wants to send a file.
    FileOffered {
        /// The file.
        transfer: Transfer,
        /// Its name, without a folder, safe to show and to store.
        name: String,
        /// Its size in bytes.
        size: u64,
        /// Whether it waits for [`Conversation::accept`] or [`Conversation::cancel`]. Otherwise it is
        /// taken, as far as there is room.
        asks: bool,
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
    /// The other person would like to compare. [`Comparison::wish`] accepts; nothing happens before.
    CompareOffered,
    /// Both people see this now, and compare it by eye or voice: if it is equal, nobody is in between.
    /// What they find is said by [`Comparison::judge`], and nothing else is shown before that.
    Comparing(ShortString),
    /// A limit was reached. Beyond [`Limit::OpenOffers`] files are declined. Beyond the others nothing
    /// more is read, nothing is lost, and the other side is held back, until the person allows more
    /// ([`Conversation::allow_more`]) or trusts them further; [`Event::Released`] follows.
    Limited(Limit),
    /// What was held back by a limit comes.
    Released,
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
    /// This side hung up, as the person found a difference when they compared.
    Different,
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
    /// As many files wait for an answer there as may.
    #[error("too many files wait for an answer; send it again after them")]
    TooMany = 3,
    /// The receiver's storage is full, or would have less room left than has to stay.
    #[error("there is not enough room to store it; make room and try again")]
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
            3 => Self::TooMany,
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
    comparison: Comparison,
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
        let (answers, answered) = mpsc::channel(ANSWERS);
        let (outbox_ends, outbox) = oneshot::channel();

        let (state, cutter) = (link.state(), link.cutter());
        let (sender, receiver) = link.split();
        let speaker = tokio::spawn(outlet.speak(sender, channel.sealer));
        let sending = Outbox::new(
            requested,
            cancelled,
            answered,
            lanes.clone(),
            events.clone(),
        );
        let sending = tokio::spawn(async move {
            sending.serve().await;
            drop(outbox_ends);
        });
        let left = Arc::new(AtomicBool::new(false));
        let comparison = Comparison::new(channel.seat, channel.hash, options.trust);
        let storage = Storage {
            folder: options.downloads,
            space: options.space,
            keep_free: options.limits.keep_free,
        };
        let mut listener = Listener {
            left: left.clone(),
            link: receiver,
            state,
            opener: channel.opener,
            decisions: decided,
            answers,
            events: events.clone(),
            lanes: lanes.clone(),
            comparison: comparison.clone(),
            inbox: Inbox::new(storage, &options.limits, lanes.clone(), events.clone()),
            account: Account::new(options.limits),
            text: Vec::new(),
            held: None,
            is_leaving: false,
        };
        let compared = comparison.clone();
        let conductor = tokio::spawn(async move {
            let ending = tokio::select! {
                biased;
                () = compared.different() => {
                    cutter.cut();
                    Ending::Different
                }
                ending = listener.listen() => ending,
            };
            speaker.abort();
            compared.end();
            listener.over().finish().await;
            let _ = sending.await;
            let _ = events.send(Event::Ended(ending)).await;
        });
        let conversation = Conversation {
            lanes,
            requests,
            cancels,
            decisions,
            comparison,
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

    /// The comparison, for whoever holds the screen.
    pub fn comparison(&self) -> Comparison {
        self.comparison.clone()
    }

    /// As much again may come as the limits allow ([`Event::Limited`]).
    pub async fn allow_more(&self) {
        let _ = self.decisions.send(Decision::AllowMore).await;
    }

    /// Takes a file that was offered and waits for this.
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

    /// Declines what waits for an answer here, delivers what was queued, files included, says goodbye
    /// and returns when the link is closed. It takes as long as that takes: cancel files first, or
    /// drop the conversation, to be quicker.
    pub async fn leave(self) {
        let Self {
            lanes,
            requests,
            outbox,
            left,
            conductor,
            cancels: _cancels,
            decisions,
            ..
        } = self;
        drop(requests);
        let (done, declined) = oneshot::channel();
        let _ = decisions.send(Decision::Leave(done)).await;
        let _ = declined.await;
        let _ = outbox.await;
        left.store(true, Relaxed);
        let _ = lanes.say(Message::Bye).await;
        let _ = conductor.await;
    }
}

/// For fuzzing alone: reads a body, and holds a message to its one encoding.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn fuzz_message(body: &[u8]) {
    if let Ok(message) = Message::parse(body.to_vec().into())
        && message != Message::Unknown
    {
        let (head, tail) = message.encode();
        assert_eq!([&head[..], &tail[..]].concat(), body);
    }
}
