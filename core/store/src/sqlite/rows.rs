//! The values of one transaction: opened when read, sealed when written.

use crate::StoreError;
use crate::cipher::{Cipher, RowId};
use crate::record::Plain;
use rusqlite::{OptionalExtension, Transaction, params};

/// The kinds of values. All tables have the same two columns; see [`super::schema`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Table {
    Identity,
    Setting,
    Invitation,
    Reply,
    Contact,
    Proof,
    Refused,
    File,
    Life,
}

impl Table {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Setting => "setting",
            Self::Invitation => "invitation",
            Self::Reply => "reply",
            // The seals of rows hold the name of their table, so that it stays what it was first.
            Self::Contact => "person",
            Self::Proof => "proof",
            Self::Refused => "refused",
            Self::File => "file",
            Self::Life => "life",
        }
    }
}

pub(crate) struct Rows<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) cipher: &'a Cipher,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(transaction: &'a Transaction<'a>, cipher: &'a Cipher) -> Self {
        Self {
            transaction,
            cipher,
        }
    }

    /// The value of this name.
    pub(crate) fn get(&self, table: Table, name: &[u8]) -> Result<Option<Plain>, StoreError> {
        let row = self.cipher.row(table.name(), name);
        let sql = format!("SELECT value FROM {} WHERE row = ?1", table.name());
        let sealed: Option<Vec<u8>> = self
            .transaction
            .query_row(&sql, [row], |found| found.get(0))
            .optional()?;
        sealed
            .map(|sealed| self.cipher.open(table.name(), &row, &sealed))
            .transpose()
    }

    /// Every value of a table, in no particular order.
    pub(crate) fn all(&self, table: Table) -> Result<Vec<Plain>, StoreError> {
        let sql = format!("SELECT row, value FROM {}", table.name());
        let mut statement = self.transaction.prepare(&sql)?;
        let found = statement.query_map([], |found| Ok((found.get(0)?, found.get(1)?)))?;
        let mut values = Vec::new();
        for pair in found {
            let (row, sealed): (RowId, Vec<u8>) = pair?;
            values.push(self.cipher.open(table.name(), &row, &sealed)?);
        }
        Ok(values)
    }

    /// Writes the value of this name, over an older one if there is one.
    pub(crate) fn put(&self, table: Table, name: &[u8], value: &[u8]) -> Result<(), StoreError> {
        let row = self.cipher.row(table.name(), name);
        let sealed = self.cipher.seal(table.name(), &row, value)?;
        let sql = format!(
            "INSERT INTO {} (row, value) VALUES (?1, ?2)
             ON CONFLICT (row) DO UPDATE SET value = excluded.value",
            table.name()
        );
        self.transaction.execute(&sql, params![row, sealed])?;
        Ok(())
    }

    /// Removes the value of this name. Whether there was one.
    pub(crate) fn remove(&self, table: Table, name: &[u8]) -> Result<bool, StoreError> {
        let row = self.cipher.row(table.name(), name);
        let sql = format!("DELETE FROM {} WHERE row = ?1", table.name());
        Ok(self.transaction.execute(&sql, [row])? > 0)
    }
}
