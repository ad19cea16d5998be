//! Guesses in SQLite.

use super::Store;
use crate::StoreError;
use handfast_protocol::network::Guessed;

impl Store {
    /// What was guessed lately.
    ///
    /// # Errors
    /// When the store fails.
    pub fn guesses(&self) -> Result<Vec<Guessed>, StoreError> {
        self.batch(|batch| batch.guesses())
    }

    /// Keeps these, those that were made last first, and of what is kept already what they do not name.
    ///
    /// # Errors
    /// When the store fails.
    pub fn put_guesses(&self, guesses: &[Guessed]) -> Result<(), StoreError> {
        self.batch(|batch| batch.add_guesses(guesses))
    }
}
