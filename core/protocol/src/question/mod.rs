//! A question that one contact asks the other while they are connected, to make sure who is there.
//!
//! The answer is checked by CPace, so neither side tells it to the other, and one answer lets either side test one
//! guess. So both count answers, on their disk, before what would let somebody test one leaves
//! ([`Effect::Count`]). A right answer says to who asked that whoever is there knows it; to who was asked it says
//! only that the other side knew it too. Each of the two may ask, also at the same time.

mod machine;
mod message;

#[cfg(test)]
mod tests;

pub use machine::{Effect, NotNow, OutOfTurn, Questions, TRIES};
pub(crate) use message::KINDS;
pub use message::Message;

use handfast_token::Question;

/// Whose question it is that something is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// It was asked here.
    Ours,
    /// The other side asked it.
    Theirs,
}

/// A question that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The question.
    pub question: Question,
    /// How far it is.
    pub standing: Standing,
}

/// How far a question is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum Standing {
    /// Whoever is asked thinks about it.
    Open,
    /// An answer is being checked.
    Checking,
    /// The last answer was another than the one that is expected. So many may still be given; with none it is
    /// over.
    Wrong(u8),
    /// The answer was right, and it is over.
    Right,
    /// Whoever is asked gives no answer, and it is over.
    NotAnswered,
}

impl Standing {
    /// An answer may be given.
    pub fn takes_an_answer(self) -> bool {
        matches!(self, Self::Open | Self::Wrong(1..))
    }

    /// Nothing comes of it any more.
    pub fn is_over(self) -> bool {
        match self {
            Self::Open | Self::Checking | Self::Wrong(1..) => false,
            Self::Wrong(0) | Self::Right | Self::NotAnswered => true,
        }
    }
}
