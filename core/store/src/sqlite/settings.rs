//! Settings in SQLite.

use super::Store;
use crate::StoreError;
use crate::settings::Setting;

impl Store {
    /// The choice, if one was made.
    ///
    /// # Errors
    /// When the store fails.
    pub fn setting(&self, setting: Setting) -> Result<Option<String>, StoreError> {
        self.batch(|batch| batch.setting(setting))
    }

    /// Makes the choice, or with none takes it back.
    ///
    /// # Errors
    /// [`StoreError::TooLong`] above [`MAX_SETTING`](crate::MAX_SETTING), and when the store fails.
    pub fn set(&self, setting: Setting, value: Option<&str>) -> Result<(), StoreError> {
        self.batch(|batch| batch.set(setting, value))
    }
}
