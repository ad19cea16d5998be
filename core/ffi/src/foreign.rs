//! What a phone provides: somebody to tell, a place for a key, a place for the log.

use super::{Entry, ErrorKind, Remedy, Screen};

/// Something that a shell was asked to do threw an exception. It is contained and logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum CallbackError {
    /// It failed.
    #[error("the shell failed")]
    Failed,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for CallbackError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        // Its text is the shell's and may hold anything.
        Self::Failed
    }
}

/// Why the key store gave or took no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum KeyStoreError {
    /// The phone has not been unlocked since it was started.
    #[error("the key store is locked")]
    Locked,
    /// The key that was put there cannot be had any more, whatever is tried.
    #[error("the key store has lost the key")]
    Lost,
    /// Anything else.
    #[error("the key store failed")]
    Failed,
}

impl From<uniffi::UnexpectedUniFFICallbackError> for KeyStoreError {
    fn from(_: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Failed
    }
}

/// Something that a screen shows is new.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Change {
    /// A session looks like this now. After [`Screen::Closed`] and [`Screen::Ended`] nothing follows for it.
    Shown {
        /// Which session.
        session: u64,
        /// The whole state of it.
        screen: Screen,
    },
    /// One row of a conversation: a new one, or the new state of the one with this number.
    Listed {
        /// In which session.
        session: u64,
        /// The whole state of it.
        entry: Entry,
        /// Where a new one stands: before the row with this number; none for the end.
        before: Option<u64>,
    },
    /// The row with this number leaves the screen: so many have come after it.
    Gone {
        /// In which session.
        session: u64,
        /// Its number.
        number: u64,
    },
    /// Something that was begun in a session came to nothing, and its screen stays as it is: the wish to
    /// compare ([`ErrorKind::TooOften`]), or what should have been remembered of the person there
    /// ([`ErrorKind::Storage`], [`ErrorKind::StorageFull`]).
    Failed {
        /// In which session.
        session: u64,
        /// Why.
        kind: ErrorKind,
        /// What to try next.
        remedy: Remedy,
    },
    /// What was written in a session could not be kept, and was not said either: the text goes back to where it was
    /// typed.
    NotWritten {
        /// In which session.
        session: u64,
        /// What was written; empty where it was no text.
        text: String,
        /// Why.
        kind: ErrorKind,
        /// What to try next.
        remedy: Remedy,
    },
    /// What [`Pairing::pending`](super::Pairing::pending) says is another list now.
    PendingChanged,
    /// What [`Handfast::people`](super::Handfast::people) says is another list now.
    PeopleChanged,
}

/// Who is told what happens.
#[uniffi::export(with_foreign)]
pub trait Listener: Send + Sync {
    /// Something is new. Called in order, never twice at once, from a thread of the core: hand it
    /// over to your own and return. An exception is contained; the change counts as told. For each
    /// [`Change::Listed`] that has reached the screen, call
    /// [`Session::taken`](super::Session::taken): of those that have not, only so many are
    /// told.
    fn changed(&self, change: Change) -> Result<(), CallbackError>;
}

/// The phone's key store. It keeps one key of 32 bytes, from which everything that this device
/// keeps secret is reached. The bytes must never leave the key store in clear except through here.
#[uniffi::export(with_foreign)]
pub trait KeyStore: Send + Sync {
    /// The key that was put here; none before the first time.
    fn key(&self) -> Result<Option<Vec<u8>>, KeyStoreError>;
    /// Keeps this key, in the place of an earlier one.
    fn keep(&self, key: Vec<u8>) -> Result<(), KeyStoreError>;
}

/// The networks that a phone is in at the same time: mobile, a Wi-Fi without internet, its own hotspot.
#[uniffi::export(with_foreign)]
pub trait Networks: Send + Sync {
    /// Ties the socket with this file descriptor to the network in which this phone has the address, so
    /// that what it sends leaves by that and no other (Android: `Network.bindSocket`). The descriptor
    /// stays the core's. A socket for which this throws is not used. Called from a thread of the core.
    fn tie(&self, socket: i32, address: String) -> Result<(), CallbackError>;
}

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum LogLevel {
    /// A defect, or something that cannot be had.
    Error,
    /// Something unusual.
    Warn,
    /// What is under way.
    Info,
    /// Details for developers.
    Debug,
}

/// Where the log goes.
#[uniffi::export(with_foreign)]
pub trait LogSink: Send + Sync {
    /// One line. `target` is the part of the core that speaks. No line holds a token, an address,
    /// an answer or a name.
    fn log(&self, level: LogLevel, target: String, line: String) -> Result<(), CallbackError>;
}
