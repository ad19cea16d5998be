//! A whole store in memory, for whoever has a disk that only takes and gives whole values, as a browser has.
//!
//! What a [`Batch`] changes is told as [`Change`]s: values that are sealed, under names of which nothing can be seen.
//! They have to be written together. Where that fails, [`Image::undo`] brings back what was there before; so nothing
//! is believed to be kept that is not. A store is opened from all values that were written.
//!
//! A value is sealed with the name of its table and its own, which is how it is found again: `table u8 | name u16 |
//! name | value`. An entry and its body are two values, so that the second can be removed alone; their names are
//! their places, so that they lie in the order of a conversation.

mod conversation;
mod values;

use crate::cipher::{Cipher, RowId};
use crate::medium::{Erased, Medium, Table};
use crate::record::{Plain, Reader};
use crate::{Batch, Export, StoreError};
use handfast_protocol::handshake::StaticKey;
use handfast_token::Secret;
use std::cell::RefCell;
use values::{Kind, Name, Values};

/// What the seals of all values are bound to, beside their names.
const IMAGE: &str = "image";

/// The one value of [`Table::Identity`].
const IDENTITY: &[u8] = b"static key";

/// See the module text.
pub struct Image {
    cipher: Cipher,
    identity: StaticKey,
    values: RefCell<Values>,
}

/// One value that is otherwise from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Under which name it lies.
    pub row: [u8; 16],
    /// What lies there, sealed; None for nothing any more.
    pub value: Option<Vec<u8>>,
}

/// What was there before a batch.
#[must_use]
pub struct Undo(Vec<(Name, Option<Plain>)>);

impl Image {
    /// A store of somebody new, whose values are sealed under this key, and what of it has to be written.
    ///
    /// # Errors
    /// [`StoreError::Internal`] if there are no random numbers.
    pub fn new(key: Secret<32>) -> Result<(Self, Vec<Change>), StoreError> {
        let identity = Secret::random().map_err(StoreError::internal)?;
        Self::begin(key, identity, |_| Ok(()))
    }

    /// A store that is made of an export, and what of it has to be written.
    ///
    /// # Errors
    /// [`StoreError::TooLong`] where something in it is longer than its place.
    pub fn import(key: Secret<32>, export: &Export) -> Result<(Self, Vec<Change>), StoreError> {
        Self::begin(key, export.identity.clone(), |batch| batch.fill(export))
    }

    fn begin(
        key: Secret<32>,
        identity: Secret<32>,
        work: impl FnOnce(&Batch<'_>) -> Result<(), StoreError>,
    ) -> Result<(Self, Vec<Change>), StoreError> {
        let mut image = Self {
            cipher: Cipher::new(key),
            identity: StaticKey::new(identity.clone()),
            values: RefCell::default(),
        };
        image.put(Table::Identity, IDENTITY, identity.expose())?;
        let ((), changes, _) = image.batch(work)?;
        Ok((image, changes))
    }

    /// A store of these values, which are all that were written.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if one of them does not open, or one is missing.
    pub fn open(
        key: Secret<32>,
        values: impl IntoIterator<Item = (RowId, Vec<u8>)>,
    ) -> Result<Self, StoreError> {
        let cipher = Cipher::new(key);
        let mut all = Values::default();
        for (row, sealed) in values {
            let opened = cipher.open(IMAGE, &row, &sealed)?;
            let (name, value) = Name::read(&opened)?;
            if cipher.row(IMAGE, &name.to_bytes()) != row {
                return Err(StoreError::Damaged);
            }
            all.set(name, Some(value));
        }
        all.forget_changes();
        let identity = all.get(&Name::new(Kind::Table(Table::Identity), IDENTITY));
        let mut reader = Reader::new(identity.ok_or(StoreError::Damaged)?);
        let identity = StaticKey::new(reader.secret()?);
        reader.finish()?;
        conversation::check(&all)?;
        Ok(Self {
            cipher,
            identity,
            values: RefCell::new(all),
        })
    }

    /// The long-term key of this device, made with the store.
    pub fn identity(&self) -> &StaticKey {
        &self.identity
    }

    /// What `work` changes has to be written together; what was there before is for the case that it is not.
    ///
    /// # Errors
    /// Those of `work`, and nothing is changed then.
    pub fn batch<T>(
        &mut self,
        work: impl FnOnce(&Batch<'_>) -> Result<T, StoreError>,
    ) -> Result<(T, Vec<Change>, Undo), StoreError> {
        let done = work(&Batch::new(self)).and_then(|done| Ok((done, self.changes()?)));
        let undo = Undo(self.values.get_mut().forget_changes());
        match done {
            Ok((done, changes)) => Ok((done, changes, undo)),
            Err(error) => {
                self.undo(undo);
                Err(error)
            }
        }
    }

    /// What the last batches changed could not be written: theirs are undone, the last first.
    pub fn undo(&mut self, undo: Undo) {
        let values = self.values.get_mut();
        for (name, before) in undo.0.into_iter().rev() {
            values.set(name, before);
        }
        values.forget_changes();
    }

    /// Everything that is otherwise, once each, sealed.
    fn changes(&self) -> Result<Vec<Change>, StoreError> {
        let values = self.values.borrow();
        let changed = values.changed().into_iter();
        let changes = changed.map(|name| {
            let row = self.cipher.row(IMAGE, &name.to_bytes());
            let value = match values.get(name) {
                Some(value) => Some(self.cipher.seal(IMAGE, &row, &name.write(value))?),
                None => None,
            };
            Ok(Change { row, value })
        });
        changes.collect()
    }

    fn get(&self, kind: Kind, name: &[u8]) -> Option<Plain> {
        let values = self.values.borrow();
        values.get(&Name::new(kind, name)).cloned()
    }

    fn set(&self, kind: Kind, name: &[u8], value: Option<&[u8]>) {
        let value = value.map(|value| Plain::new(value.to_vec()));
        self.values.borrow_mut().set(Name::new(kind, name), value);
    }
}

impl Medium for Image {
    fn get(&self, table: Table, name: &[u8]) -> Result<Option<Plain>, StoreError> {
        Ok(self.get(Kind::Table(table), name))
    }

    fn all(&self, table: Table) -> Result<Vec<Plain>, StoreError> {
        let values = self.values.borrow();
        let all = values.of(Kind::Table(table), &[]);
        Ok(all.map(|(_, value)| value.clone()).collect())
    }

    fn put(&self, table: Table, name: &[u8], value: &[u8]) -> Result<(), StoreError> {
        self.set(Kind::Table(table), name, Some(value));
        Ok(())
    }

    fn remove(&self, table: Table, name: &[u8]) -> Result<bool, StoreError> {
        let was_there = self.get(Kind::Table(table), name).is_some();
        self.set(Kind::Table(table), name, None);
        Ok(was_there)
    }

    /// Whoever writes the changes removes what is gone as well as they can.
    fn erase(&self, _: Erased) {}
}

impl std::fmt::Debug for Image {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Image(..)")
    }
}

impl std::fmt::Debug for Undo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Undo({})", self.0.len())
    }
}

#[cfg(test)]
mod tests;
