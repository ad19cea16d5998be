//! What two people do once they are connected: write to each other and send files.
//!
//! A [`Machine`] holds the sealed channel of a link. It never asks who the other person is, only how far
//! they are trusted, and it keeps nothing: texts leave as [`Event`]s, files go to whoever keeps them. Its
//! memory does not grow with the size of a file, because every queue is bounded and a full one holds back
//! whoever fills it, across the link. What the other side may cost beyond that is set by [`Limits`], and a
//! limit that is reached is told.
//!
//! It has no socket, disk, thread or clock: frames, decisions, answers of the file store and instants go
//! in, frames, requests and events come out. Who drives it on a [`Link`](crate::link::Link), and who keeps
//! the files, is for the crates above.
//!
//! Inside the machine: `send_queue` is the way out, `outbox` and `inbox` are the files of either
//! direction, `file_store` what they ask of whoever keeps files, `limits` the account of what they cost,
//! `compare` the comparison, `message` the bytes, `outputs` what waits to be taken. `transfers` are the files that
//! survive the connection, where both keep the conversation.

mod compare;
mod file_name;
mod file_store;
mod inbox;
mod limits;
mod machine;
pub mod message;
mod outbox;
mod outputs;
mod send_queue;
#[cfg(test)]
mod tests;
mod transfers;

pub use crate::file::{Direction, FileError, FileId, RequestId};
pub use compare::{CompareError, Finding};
pub use file_name::{
    numbered as numbered_file_name, portable as portable_file_name, safe as safe_file_name,
};
pub use file_store::{Ask, Done, FileRequest, FileResult};
pub use limits::{Allowance, Limit, Limits};
pub use machine::{MOST_HELD, Machine, Terms};
pub use message::MAX_TEXT;

use crate::handshake::{ChannelError, ShortString};
use crate::link::LinkError;
use crate::log;
use crate::reconnect;
use crate::transfer;
#[cfg(fuzzing)]
use message::Message;
use std::path::PathBuf;
use std::time::Duration;

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
    /// The other side said this about the logs.
    Log(log::Message),
    /// The other side said this about the contact itself.
    Contact(reconnect::Message),
    /// The other side wants to send a file.
    FileOffered {
        /// The file.
        transfer: Transfer,
        /// Its name, without a folder, safe to show and to store.
        name: String,
        /// Its size in bytes.
        size: u64,
        /// True if it waits for [`Machine::accept`] or [`Machine::cancel`]. Otherwise it is taken, as far
        /// as there is room.
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
        /// True if it failed at the other side, false if it failed here.
        by_peer: bool,
    },
    /// Something about a file that survives the connection ([`Machine::with_files`]).
    File(transfer::Event),
    /// The other person would like to compare. [`Machine::wish`] accepts; nothing happens before.
    CompareOffered,
    /// Both people see this now, and compare it by eye or voice: if it is equal, nobody is in between.
    /// What they find is said by [`Machine::judge`], and nothing else is shown before that.
    Comparing(ShortString),
    /// A limit was reached. Beyond [`Limit::OpenOffers`] files are declined. Beyond the others nothing
    /// more is read, nothing is lost, and the other side is held back, until the person allows more
    /// ([`Machine::allow_more`]) or trusts them further; [`Event::Released`] follows.
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
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Violation {
    /// A frame could not be opened.
    #[error(transparent)]
    Channel(ChannelError),
    /// Not a message, or a text that is not UTF-8.
    #[error("the other side sent something this version does not understand; update the app")]
    Malformed,
    /// What it said about the logs, or sent of them, is against their rules.
    #[error(transparent)]
    Log(log::Fault),
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
