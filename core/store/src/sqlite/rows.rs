//! The values of one transaction: opened when read, sealed when written.

use crate::StoreError;
use crate::cipher::{Cipher, RowId};
use crate::medium::{Erased, Medium, Table};
use crate::record::Plain;
use rusqlite::{OptionalExtension, Transaction, params};
use std::cell::Cell;

pub(crate) struct Rows<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) cipher: &'a Cipher,
    /// What is erased of which no trace may stay.
    erases: Cell<Erased>,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(transaction: &'a Transaction<'a>, cipher: &'a Cipher) -> Self {
        Self {
            transaction,
            cipher,
            erases: Cell::default(),
        }
    }

    /// What was erased.
    pub(super) fn erased(&self) -> Erased {
        self.erases.get()
    }
}

impl Medium for Rows<'_> {
    fn get(&self, table: Table, name: &[u8]) -> Result<Option<Plain>, StoreError> {
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

    fn all(&self, table: Table) -> Result<Vec<Plain>, StoreError> {
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

    fn put(&self, table: Table, name: &[u8], value: &[u8]) -> Result<(), StoreError> {
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

    fn remove(&self, table: Table, name: &[u8]) -> Result<bool, StoreError> {
        let row = self.cipher.row(table.name(), name);
        let sql = format!("DELETE FROM {} WHERE row = ?1", table.name());
        Ok(self.transaction.execute(&sql, [row])? > 0)
    }

    fn erase(&self, what: Erased) {
        self.erases.set(self.erases.get().max(what));
    }
}
