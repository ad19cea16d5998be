//! What the person chose.

use super::rows::Table;
use super::{Store, StoreError};

/// The longest text of a setting, in bytes of UTF-8.
pub const MAX_SETTING: usize = 1024;

/// One choice. Its value is a text; whoever reads it checks it, as with anything typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Setting {
    /// What this device calls itself.
    Name,
    /// What links begin with; see [`LinkBase`](crate::invitation::LinkBase).
    LinkBase,
    /// Whom to ask how this device looks from outside: STUN servers, with spaces between them.
    Stun,
    /// Whether they may be asked.
    AskServers,
    /// Whether the router may be asked to open a port.
    AskRouter,
    /// Whether a way past a strict network may be guessed.
    Guess,
    /// What the other side of a conversation may cost.
    Limits,
}

impl Setting {
    /// What it is called in the store, for good.
    fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::LinkBase => "link base",
            Self::Stun => "stun",
            Self::AskServers => "ask servers",
            Self::AskRouter => "ask router",
            Self::Guess => "guess",
            Self::Limits => "limits",
        }
    }
}

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
