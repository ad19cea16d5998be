//! Settings in SQLite.

use super::Store;
use super::rows::Table;
use crate::StoreError;
use crate::settings::{MAX_SETTING, Setting};

impl Store {
    /// The choice, if one was made.
    ///
    /// # Errors
    /// When the store fails.
    pub fn setting(&self, setting: Setting) -> Result<Option<String>, StoreError> {
        let kept = self.transact(|rows| rows.get(Table::Setting, setting.key().as_bytes()))?;
        kept.map(|kept| String::from_utf8(kept.to_vec()).map_err(|_| StoreError::Damaged))
            .transpose()
    }

    /// Makes the choice, or with none takes it back.
    ///
    /// # Errors
    /// [`StoreError::TooLong`] above [`MAX_SETTING`], and when the store fails.
    pub fn set(&self, setting: Setting, value: Option<&str>) -> Result<(), StoreError> {
        if value.is_some_and(|value| value.len() > MAX_SETTING) {
            return Err(StoreError::TooLong);
        }
        let name = setting.key().as_bytes();
        self.transact(|rows| match value {
            Some(value) => rows.put(Table::Setting, name, value.as_bytes()),
            None => rows.remove(Table::Setting, name).map(|_| ()),
        })
    }
}
