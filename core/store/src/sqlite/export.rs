//! What is taken along out of a store, and into a new one.

use super::{Store, file};
use crate::{Export, ExportError, KeyStore, StoreError};
use std::path::Path;

impl Store {
    /// What another device needs to be this one; what was said only if it is wanted. All of it is in memory at
    /// once. Of a log in which an entry is damaged, what stands before that is taken along: the rest comes
    /// back from the other side.
    ///
    /// # Errors
    /// When the store fails.
    pub fn export(&self, with_entries: bool) -> Result<Export, StoreError> {
        let identity = self.identity().private().clone();
        self.batch(|batch| batch.export(identity, with_entries))
    }

    /// Makes the store in this file, which is not there yet, of an export. Whoever has the export may have used
    /// it since, so of what proves who returns only that is taken along by which both people are asked.
    ///
    /// # Errors
    /// [`ExportError::Occupied`] if there is one already, and whatever else hinders it. Nothing is left
    /// behind then.
    pub fn import(
        path: &Path,
        key_store: &dyn KeyStore,
        export: &Export,
    ) -> Result<Self, ExportError> {
        let opened = file::open(path, key_store, Some(export))?;
        let (connection, cipher) = opened.ok_or(ExportError::Occupied)?;
        Ok(Self::of(connection, cipher)?)
    }

    /// Makes the store in this file of an export, as [`Self::import`] does, in the place of one that may be there and
    /// that nobody has open. The disk has to hold both, for as long as this takes.
    ///
    /// # Errors
    /// Whatever hinders it. The store is as it was then, and nothing is left behind.
    pub fn replace(
        path: &Path,
        key_store: &dyn KeyStore,
        export: &Export,
    ) -> Result<(), StoreError> {
        file::replace(path, key_store, export)
    }
}
