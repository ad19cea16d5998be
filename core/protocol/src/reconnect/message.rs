//! What is said in a channel about the contact itself: whether it is kept, and who it is.

use crate::handshake::{MAX_NAME, at_most, visible};
use crate::question;

const KEPT: u8 = 14;
const NAMES: u8 = 15;
const NOT_KEPT: u8 = 16;
const FORGET: u8 = 17;
const DISOWN: u8 = 33;

/// One message: a byte of kind and its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Everything that the other side is met again by is on this side's disk.
    Kept,
    /// Between devices of which one was restored: who the person is asked about.
    Names {
        /// This side has forgotten what it proved itself by, as it is a copy.
        restored: bool,
        /// What this side calls itself; a claim, and may be empty.
        name: String,
    },
    /// This side keeps nothing that the other could be met again by.
    NotKept,
    /// This side has erased what the other is met again by.
    Forget,
    /// Another device came in the name of this side, and its person says that it is not theirs.
    Disown,
    /// About a question that one side asks the other.
    Question(question::Message),
}

/// Bytes that are none of these messages, in the one form that each has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the other side said what this version does not understand; update the app")]
pub struct MessageError;

impl Message {
    /// What this side is called, where one of two devices was restored.
    pub fn names(restored: bool, name: &str) -> Self {
        let name = visible(at_most(&visible(name), MAX_NAME));
        Self::Names { restored, name }
    }

    /// True for the kinds of this section.
    pub fn is_kind(kind: u8) -> bool {
        matches!(kind, KEPT | NAMES | NOT_KEPT | FORGET | DISOWN) || question::KINDS.contains(&kind)
    }

    /// The one encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Kept => vec![KEPT],
            Self::Names { restored, name } => {
                let name = at_most(name, MAX_NAME);
                let mut bytes = vec![NAMES, u8::from(*restored), name.len() as u8];
                bytes.extend(name.as_bytes());
                bytes
            }
            Self::NotKept => vec![NOT_KEPT],
            Self::Forget => vec![FORGET],
            Self::Disown => vec![DISOWN],
            Self::Question(message) => message.to_bytes(),
        }
    }

    /// Reads what the other side said.
    ///
    /// # Errors
    /// When it is of another kind, a length does not fit, the name is too long or not UTF-8, bytes are left
    /// over, or it is no message of a question ([`question::Message::parse`]).
    pub fn parse(bytes: &[u8]) -> Result<Self, MessageError> {
        match bytes {
            [KEPT] => Ok(Self::Kept),
            [NAMES, restored @ (0 | 1), length, name @ ..]
                if usize::from(*length) == name.len() && name.len() <= MAX_NAME =>
            {
                let name = std::str::from_utf8(name).map_err(|_| MessageError)?;
                Ok(Self::names(*restored == 1, name))
            }
            [NOT_KEPT] => Ok(Self::NotKept),
            [FORGET] => Ok(Self::Forget),
            [DISOWN] => Ok(Self::Disown),
            [kind, ..] if question::KINDS.contains(kind) => {
                question::Message::parse(bytes).map(Self::Question)
            }
            _ => Err(MessageError),
        }
    }
}
