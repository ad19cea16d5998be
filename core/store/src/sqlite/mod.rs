//! The store on a disk: one SQLite file whose values are sealed. The only module that names SQL.
//!
//! A store that cannot be opened says why ([`StoreError`]) and is left as it is: nothing here ever
//! replaces a file that exists, but for [`Store::replace`] and [`Store::remove`], which are called so.
//!
//! What is in it is read and changed in a [`Batch`], which is one transaction, on the disk when
//! [`Store::batch`] returns (write-ahead log, `synchronous = FULL`). It blocks for as long as the disk
//! takes; asynchronous code calls it by [`Store::run`]. Several processes may share a store.

mod conversation;
mod export;
mod file;
mod folder;
mod key_file;
pub(crate) mod rows;
mod schema;

pub use key_file::KeyFile;

use crate::cipher::Cipher;
use crate::medium::{Erased, Medium, Table};
use crate::record::Reader;
use crate::{Batch, KeyStore, StoreError};
use handfast_protocol::handshake::StaticKey;
use rows::Rows;
use rusqlite::{Connection, TransactionBehavior};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The one row of [`Table::Identity`].
const IDENTITY: &[u8] = b"static key";

/// An open store. Clones are the same store.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    connection: Mutex<Connection>,
    cipher: Cipher,
    identity: StaticKey,
}

impl Store {
    /// Opens the store in this file, and makes it if there is none: then it has a fresh identity.
    /// The folder is made too, for its owner only.
    ///
    /// # Errors
    /// Whatever hinders it; see [`StoreError`]. A file that is there is not changed then.
    pub fn open(path: &Path, key_store: &dyn KeyStore) -> Result<Self, StoreError> {
        let opened = file::open(path, key_store, None)?;
        let (connection, cipher) = opened.ok_or(StoreError::Internal)?;
        Self::of(connection, cipher)
    }

    /// Removes the store in this file, which nobody has open, for good. Its key has to be erased before.
    ///
    /// # Errors
    /// Whatever hinders it. What is not there need not be removed.
    pub fn remove(path: &Path) -> Result<(), StoreError> {
        file::remove(path)
    }

    fn of(mut connection: Connection, cipher: Cipher) -> Result<Self, StoreError> {
        let transaction = connection.transaction()?;
        let kept = Rows::new(&transaction, &cipher).get(Table::Identity, IDENTITY)?;
        let kept = kept.ok_or(StoreError::Damaged)?;
        let mut reader = Reader::new(&kept);
        let identity = StaticKey::new(reader.secret()?);
        reader.finish()?;
        drop(transaction);
        Ok(Self {
            shared: Arc::new(Shared {
                connection: Mutex::new(connection),
                cipher,
                identity,
            }),
        })
    }

    /// The long-term key of this device, made with the store.
    pub fn identity(&self) -> &StaticKey {
        &self.shared.identity
    }

    /// Runs blocking work on this store beside asynchronous code. Must be called within a tokio
    /// runtime. The work is finished even if nobody waits for it.
    ///
    /// # Errors
    /// Those of the work.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        tokio::task::spawn_blocking(move || work(&store))
            .await
            .map_err(StoreError::internal)?
    }

    /// Everything that `work` changes is on the disk when this returns, or nothing of it.
    ///
    /// # Errors
    /// Those of `work`, and when the store fails.
    pub fn batch<T>(
        &self,
        work: impl FnOnce(&Batch<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.transact(|rows| work(&Batch::new(rows)))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic between two statements has rolled its transaction back.
        let connection = self.shared.connection.lock();
        connection.unwrap_or_else(PoisonError::into_inner)
    }

    /// One transaction: all of `work` is on the disk when this returns, or nothing of it. What the file and its log
    /// still hold of what was erased for good is removed then; the next start does what cannot be done now.
    pub(crate) fn transact<T>(
        &self,
        work: impl FnOnce(&Rows<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let rows = Rows::new(&transaction, &self.shared.cipher);
        let done = work(&rows)?;
        let erased = rows.erased();
        transaction.commit()?;
        if erased > Erased::Nothing {
            conversation::clear_or_later(&mut connection, erased);
        }
        Ok(done)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store(..)")
    }
}
