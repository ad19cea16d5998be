//! Why a store does not open, or does not take something.

use super::{EndReason, KeyStoreError};
#[cfg(feature = "sqlite")]
use rusqlite::ErrorCode;
use std::io;

/// What hinders a store. None of these has changed anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum StoreError {
    /// The file is something else.
    #[error("this file is not a Handfast store: choose another folder")]
    NotAStore,
    /// Cut off, or changed by something else than this program.
    #[error(
        "the store is damaged: bring back a copy of its whole folder, or move it away to begin anew"
    )]
    Damaged,
    /// Written by a later version, whose form this one does not know.
    #[error("the store was written by a newer Handfast: update this one")]
    Newer,
    /// The key store's key is another one than the store was sealed with.
    #[error("the key does not fit this store: bring back the key that belongs to it")]
    WrongKey,
    /// There is a store, and the key store is empty.
    #[error("the key of this store is gone: bring it back, or move the store away to begin anew")]
    KeyMissing,
    /// The key store could not be used.
    #[error(transparent)]
    KeyStore(KeyStoreError),
    /// The store may be read but not written.
    #[error("the store cannot be written: check the rights of its folder")]
    ReadOnly,
    /// The disk is full. What was in the store before still is.
    #[error("the disk is full: make room, then try again")]
    Full,
    /// Another process holds the store for too long.
    #[error("another program is using the store: close it, then try again")]
    InUse,
    /// Its folder or file cannot be reached.
    #[error("the store cannot be reached ({0}): check its folder")]
    Unreachable(
        #[cfg_attr(feature = "serde", serde(with = "crate::serialized::error_kind"))] io::ErrorKind,
    ),
    /// As many invitations, or replies, wait as may at one time.
    #[error("too many invitations are waiting: revoke one first")]
    TooMany,
    /// Nothing by this name is in the store.
    #[error("there is nothing by this name: look at the list again")]
    Unknown,
    /// The invitation is over.
    #[error("this invitation is over: make a new one")]
    Over(EndReason),
    /// A value is longer than its place.
    #[error("the text is too long: shorten it")]
    TooLong,
    /// Anything else, with its details in the log.
    #[error("the store failed: restart the app")]
    Internal,
}

impl StoreError {
    pub(super) fn internal(error: impl std::fmt::Display) -> Self {
        log::warn!("store: {error}");
        Self::Internal
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full,
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            kind => Self::Unreachable(kind),
        }
    }
}

impl From<KeyStoreError> for StoreError {
    fn from(error: KeyStoreError) -> Self {
        match error {
            // The key is as it was, or was never there.
            KeyStoreError::Unreachable(
                kind @ (io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded),
            ) => io::Error::from(kind).into(),
            error => Self::KeyStore(error),
        }
    }
}

#[cfg(feature = "sqlite")]
impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let extended = error.sqlite_error().map(|error| error.extended_code);
        match error.sqlite_error_code() {
            // The index of the log could not grow; SQLite does not say why, and nothing else is likely.
            _ if extended == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE) => Self::Full,
            Some(ErrorCode::NotADatabase) => Self::NotAStore,
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged,
            Some(ErrorCode::ReadOnly) => Self::ReadOnly,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse,
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::Unreachable(io::ErrorKind::PermissionDenied)
            }
            // SQLite's texts name tables and pages, never values: those are bound, and sealed.
            _ => Self::internal(error),
        }
    }
}
