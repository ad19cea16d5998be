//! The folder in which a device keeps what outlives a run: the store, and the key that opens it.
//!
//! A device believes that nobody else writes what it keeps, so one process at a time has a home.

mod copies;
mod erase;
mod export;
#[cfg(test)]
pub(crate) mod tests;

pub use copies::HeldCopy;

use handfast_device::{Found, Query, Settings, Snapshot, Write, records};
use handfast_protocol::handshake::StaticKey;
use handfast_store::unfinished::remove_abandoned;
use handfast_store::{KeyFile, Store, StoreError, private};
use handfast_token::Secret;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Locked by the process that has the home. It stays when that ends, and its lock does not.
const AT_WORK: &str = "at-work";

/// The files that outlive it.
const STORE: &str = "store";
const KEY: &str = "key";

/// The folder, open. Clones are the same home, and it is given up with the last of them.
#[derive(Clone, Debug)]
pub struct Home {
    identity: StaticKey,
    /// None for a device that keeps nothing.
    disk: Option<Disk>,
}

#[derive(Clone, Debug)]
struct Disk {
    folder: PathBuf,
    store: Store,
    /// None where the shell answers for it that nobody else is at work.
    _at_work: Option<Arc<File>>,
}

impl Home {
    /// Opens the folder, and makes it, for its owner alone, if there is none. It blocks for as long as the
    /// disk takes.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while another process has it, and whatever else hinders it. A store that does
    /// not open is left as it is.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let folder = folder.into();
        private::create_folders(&folder)?;
        let at_work = take(&folder)?;
        let key = KeyFile::new(folder.join(KEY));
        let store = Store::open(&folder.join(STORE), &key)?;
        Ok(Self::of(folder, store, Some(at_work)))
    }

    fn of(folder: PathBuf, store: Store, at_work: Option<File>) -> Self {
        Self {
            identity: store.identity().clone(),
            disk: Some(Disk {
                folder,
                store,
                _at_work: at_work.map(Arc::new),
            }),
        }
    }

    /// A folder whose store is open already, as on phones, which keep its key elsewhere and run a program
    /// once.
    pub fn with_store(folder: impl Into<PathBuf>, store: Store) -> Self {
        Self::of(folder.into(), store, None)
    }

    /// No folder at all: a device that keeps nothing, and is somebody new in every run.
    ///
    /// # Errors
    /// [`StoreError::Internal`] when the operating system has no randomness to give.
    pub fn nowhere() -> Result<Self, StoreError> {
        let key = Secret::random().map_err(|_| StoreError::Internal)?;
        Ok(Self {
            identity: StaticKey::new(key),
            disk: None,
        })
    }

    /// Where it is, if it is anywhere.
    pub fn folder(&self) -> Option<&Path> {
        self.disk.as_ref().map(|disk| disk.folder.as_path())
    }

    /// The store in it, if there is one.
    pub fn store(&self) -> Option<&Store> {
        self.disk.as_ref().map(|disk| &disk.store)
    }

    /// Who the device is, for good.
    pub(crate) fn identity(&self) -> StaticKey {
        self.identity.clone()
    }

    /// Everything that is kept. What the person chose only in part is completed by `usual`.
    pub(crate) async fn load(&self, usual: Settings) -> Result<Snapshot, StoreError> {
        let Some(store) = self.store() else {
            return Ok(Snapshot::default());
        };
        let own = self.identity.public();
        let load = move |store: &Store| store.batch(|batch| records::load(batch, own, &usual));
        store.run(load).await
    }

    /// Keeps all of this, or nothing.
    pub(crate) async fn keep(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        let Some(store) = self.store() else {
            return Ok(());
        };
        let own = self.identity.public();
        let keep = move |store: &Store| {
            store.batch(|batch| {
                let mut writes = writes.iter();
                writes.try_for_each(|write| records::put(batch, own, write))
            })
        };
        store.run(keep).await
    }

    /// Reads something of a conversation. Whoever keeps nothing has none.
    pub(crate) async fn find(&self, query: Query) -> Result<Found, StoreError> {
        let Some(store) = self.store() else {
            return Err(StoreError::Unknown);
        };
        let own = self.identity.public();
        let find = move |store: &Store| store.batch(|batch| records::find(batch, own, &query));
        store.run(find).await
    }
}

/// Takes this folder for this process, and removes what killed ones left unfinished in it.
fn take(folder: &Path) -> Result<File, StoreError> {
    let opened = private::options()
        .create(true)
        .truncate(false)
        .open(folder.join(AT_WORK));
    let at_work = opened.map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied if folder.join(STORE).exists() => StoreError::ReadOnly,
        _ => error.into(),
    })?;
    at_work.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => StoreError::InUse,
        TryLockError::Error(error) => error.into(),
    })?;
    remove_abandoned(folder);
    Ok(at_work)
}
