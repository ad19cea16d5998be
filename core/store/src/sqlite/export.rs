//! What is taken along out of a store, and into a new one.

use super::batch::Batch;
use super::rows::Rows;
use super::{Store, file};
use crate::{Contact, Export, ExportError, KeyStore, LogLine, StoreError};
use handfast_protocol::reconnect::ReconnectKeys;
use std::cell::Cell;
use std::path::Path;

impl Store {
    /// What another device needs to be this one; what was said only if it is wanted. All of it is in memory at
    /// once. Of a log in which an entry is damaged, what stands before that is taken along: the rest comes
    /// back from the other side.
    ///
    /// # Errors
    /// When the store fails.
    pub fn export(&self, with_entries: bool) -> Result<Export, StoreError> {
        self.batch(|batch| {
            let contacts = batch.contacts()?;
            let mut entries = Vec::new();
            for contact in contacts.iter().filter(|_| with_entries) {
                let mut broken: Vec<LogLine> = Vec::new();
                let mut said = batch.entries(contact.key, None, usize::MAX)?;
                said.reverse();
                for entry in said {
                    match entry {
                        Ok(entry) if !broken.contains(&entry.place.log) => {
                            entries.push((contact.key, entry));
                        }
                        Ok(_) => {}
                        Err(damaged) => broken.push(damaged.0.log),
                    }
                }
            }
            let lives = match with_entries {
                true => batch.lives()?,
                false => Vec::new(),
            };
            Ok(Export {
                identity: self.identity().private().clone(),
                contacts,
                refused: batch.refused()?,
                entries,
                lives,
            })
        })
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

/// Writes everything of an export but who this device is.
pub(super) fn fill(rows: &Rows<'_>, export: &Export) -> Result<(), StoreError> {
    let erases = Cell::default();
    let batch = Batch {
        rows,
        erases: &erases,
    };
    for contact in &export.contacts {
        batch.meet(Contact {
            reconnect: contact.reconnect.clone().map(ReconnectKeys::imported),
            ..contact.clone()
        })?;
    }
    for refused in &export.refused {
        batch.refuse(refused)?;
    }
    for (with, entry) in &export.entries {
        batch.add_entry(*with, entry)?;
        // It was shown where it comes from, or could have been.
        if entry.place.log.author == *with {
            batch.set_read(*with, entry.place)?;
        }
    }
    let mut lives = export.lives.iter();
    lives.try_for_each(|(with, mark)| batch.put_life(*with, *mark))
}
