//! People in SQLite.

use super::Store;
use super::rows::Table;
use crate::StoreError;
use crate::people::{Person, Refused};
use handfast_protocol::handshake::PublicKey;

impl Store {
    /// Remembers a meeting. Of somebody known already the first time stays, trust rises if this
    /// meeting proved more, and the name becomes the one told now. Returns what is remembered.
    ///
    /// # Errors
    /// [`StoreError::Refused`], and when the store fails.
    pub fn meet(&self, met: Person) -> Result<Person, StoreError> {
        self.batch(|batch| batch.meet(met)?.ok_or(StoreError::Refused))
    }

    /// Everybody, those met first first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn people(&self) -> Result<Vec<Person>, StoreError> {
        let mut people = self.batch(|batch| batch.people())?;
        people.sort_by_key(|person| (person.since, person.key.0));
        Ok(people)
    }

    /// Two people compared and found a difference: whoever has this key is in between. What was
    /// remembered of them goes, and they are not met again until they are forgotten.
    ///
    /// # Errors
    /// When the store fails.
    pub fn refuse(&self, refused: Refused) -> Result<(), StoreError> {
        self.batch(|batch| batch.refuse(&refused))
    }

    /// Everybody who is refused, those of the earliest comparison first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn refused(&self) -> Result<Vec<Refused>, StoreError> {
        let mut refused = self.batch(|batch| batch.refused())?;
        refused.sort_by_key(|refused| (refused.since, refused.key.0));
        Ok(refused)
    }

    /// True if the person with this key is refused.
    ///
    /// # Errors
    /// When the store fails.
    pub fn is_refused(&self, key: PublicKey) -> Result<bool, StoreError> {
        let kept = self.transact(|rows| rows.get(Table::Refused, &key.0))?;
        Ok(kept.is_some())
    }

    /// Forgets somebody, for good, also that they were refused.
    ///
    /// # Errors
    /// [`StoreError::Unknown`], and when the store fails.
    pub fn forget(&self, key: PublicKey) -> Result<(), StoreError> {
        match self.batch(|batch| batch.forget(key))? {
            true => Ok(()),
            false => Err(StoreError::Unknown),
        }
    }
}
