//! Guesses in SQLite.

use super::Store;
use super::rows::Table;
use crate::StoreError;
use crate::guesses::{MOST, NAME, read, write};
use handfast_protocol::network::Guessed;

impl Store {
    /// What was guessed lately.
    ///
    /// # Errors
    /// When the store fails.
    pub fn guesses(&self) -> Result<Vec<Guessed>, StoreError> {
        let kept = self.transact(|rows| rows.get(Table::Setting, NAME))?;
        kept.map_or(Ok(Vec::new()), |kept| read(&kept))
    }

    /// Keeps these, those that were made last first, and of what is kept already what they do not name.
    ///
    /// # Errors
    /// When the store fails.
    pub fn put_guesses(&self, guesses: &[Guessed]) -> Result<(), StoreError> {
        self.transact(|rows| {
            let kept = match rows.get(Table::Setting, NAME)? {
                Some(kept) => read(&kept)?,
                None => Vec::new(),
            };
            let is_new = |old: &Guessed| {
                !guesses
                    .iter()
                    .any(|new| new.token == old.token && new.at == old.at)
            };
            let mut all = guesses.to_vec();
            all.extend(kept.into_iter().filter(is_new));
            all.sort_by_key(|one| std::cmp::Reverse(one.last));
            all.truncate(MOST);
            rows.put(Table::Setting, NAME, &write(&all))
        })
    }
}
