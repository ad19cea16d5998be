//! The folder in which a device keeps what outlives a run: the store, and the key that opens it.

mod rows;

use handfast_device::{Settings, Snapshot, Write};
use handfast_protocol::handshake::StaticKey;
use handfast_store::{KeyFile, Store, StoreError};
use std::path::{Path, PathBuf};

/// The folder, open. A store that does not open is left as it is, and says why.
#[derive(Clone, Debug)]
pub struct Home {
    folder: PathBuf,
    store: Store,
}

impl Home {
    /// Opens the folder, and makes it, for its owner alone, if there is none. It blocks for as long as the
    /// disk takes.
    ///
    /// # Errors
    /// Whatever hinders it. Nothing has been changed then.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let folder = folder.into();
        let key = KeyFile::new(folder.join("key"));
        let store = Store::open(&folder.join("store"), &key)?;
        Ok(Self { folder, store })
    }

    /// A folder whose store is open already, as on phones, which keep its key elsewhere.
    pub fn with_store(folder: impl Into<PathBuf>, store: Store) -> Self {
        let folder = folder.into();
        Self { folder, store }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The store in it.
    pub fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn identity(&self) -> StaticKey {
        self.store.identity().clone()
    }

    /// Everything that is kept. What the person chose only in part is completed by `usual`.
    pub(crate) async fn load(&self, usual: Settings) -> Result<Snapshot, StoreError> {
        self.store
            .run(move |store| store.batch(|batch| rows::load(batch, &usual)))
            .await
    }

    /// Keeps all of this, or nothing.
    pub(crate) async fn keep(&self, writes: Vec<Write>) -> Result<(), StoreError> {
        self.store
            .run(move |store| {
                store.batch(|batch| writes.iter().try_for_each(|write| rows::put(batch, write)))
            })
            .await
    }
}
