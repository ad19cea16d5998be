//! The key of the store lies outside of the store, in a place that gives it and keeps it.

use handfast_token::Secret;
use std::io;

/// Keeps one key of 32 bytes. A desktop has a [`KeyFile`](super::KeyFile); a phone wraps the key
/// with one that its hardware holds.
pub trait KeyStore: Send + Sync {
    /// The key, or none if none was ever kept.
    ///
    /// # Errors
    /// [`KeyStoreError`]. An error is not "none": a store is never begun anew because of one.
    fn key(&self) -> Result<Option<Secret<32>>, KeyStoreError>;

    /// Keeps the key for good, before this returns. Called once, when [`Self::key`] gave none, and
    /// never by two processes at once for the same store.
    ///
    /// # Errors
    /// [`KeyStoreError`], also if there is a key already: it is not replaced.
    fn keep(&self, key: &Secret<32>) -> Result<(), KeyStoreError>;
}

/// Why a key store gives or keeps no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum KeyStoreError {
    /// The key store is closed for now: a phone that is locked.
    #[error("the key cannot be used while this device is locked: unlock it, then try again")]
    Locked,
    /// What lies there is not a key.
    #[error("the key is damaged: bring back a copy of it")]
    Damaged,
    /// Others than the owner may read the key.
    #[error("others may read the key: take their rights to its file away")]
    Exposed,
    /// There is a key already.
    #[error("there is a key already: it is kept")]
    Occupied,
    /// The key store cannot be reached.
    #[error("the key cannot be reached ({0}): check its folder")]
    Unreachable(
        #[cfg_attr(feature = "serde", serde(with = "crate::serialized::error_kind"))] io::ErrorKind,
    ),
}

impl From<io::Error> for KeyStoreError {
    fn from(error: io::Error) -> Self {
        Self::Unreachable(error.kind())
    }
}
