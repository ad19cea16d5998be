//! What outlives the process: who this device is, its settings, invitations and replies that wait,
//! contacts and what it takes to meet them again.
//!
//! Each kind of value is a record with one form of its own, sealed before it is written under a key that
//! lies in a [`KeyStore`] outside of the store; see `cipher.rs`. Nothing here opens a socket or reads a
//! clock. What is read and changed together is a [`Batch`] over a medium: an [`Image`] in memory, which says what
//! of it is to be written where, or a disk. Where there is one, feature `sqlite` keeps the records on it, makes files that are their
//! owner's alone ([`private`]), and puts them in their place only when they are whole ([`unfinished`]).

mod batch;
mod cipher;
mod contacts;
mod conversation;
mod error;
mod export;
mod guesses;
mod image;
mod invitations;
mod kept_files;
mod key_store;
mod lives;
mod medium;
#[cfg(feature = "sqlite")]
pub mod private;
mod proofs;
mod record;
mod replies;
#[cfg(feature = "serde")]
pub mod serialized;
mod settings;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(test)]
#[cfg(feature = "sqlite")]
mod tests;
#[cfg(feature = "sqlite")]
pub mod unfinished;
mod ways;

pub use batch::Batch;
pub use contacts::{Contact, ContactChange, Refused, Return, Tries};
pub use conversation::{
    DamagedEntry, KeptEntry, LogEnd, LogLine, MAX_BODY, MAX_DRAFT, MAX_HEAD, MAX_LEDGER, Place,
    Query, Searched,
};
pub use error::StoreError;
#[cfg(fuzzing)]
#[doc(hidden)]
pub use export::fuzz_export;
pub use export::{Export, ExportError};
pub use guesses::MAX_GUESSES;
pub use image::{Change, Image, Undo};
pub use invitations::{EndReason, Kept, MAX_MARKS, PendingInvitation};
pub use kept_files::{FileStage, KeptFile, OfferId};
pub use key_store::{KeyStore, KeyStoreError};
pub use lives::{Ending, LifeMark};
pub use proofs::Proofs;
pub use replies::PendingReply;
pub use settings::{MAX_SETTING, Setting};
#[cfg(feature = "sqlite")]
pub use sqlite::{KeyFile, Store};
pub use ways::{MAX_WAYS, Way};
