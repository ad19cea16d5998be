//! Questions that two contacts ask each other.

use handfast_native::device::{self, Inquiries};
pub use handfast_native::question::Standing;

/// How far a question is.
#[uniffi::remote(Enum)]
pub enum Standing {
    /// Whoever is asked thinks about it.
    Open,
    /// An answer is being checked.
    Checking,
    /// The last answer was another than the one that is expected. So many may still be given; with none it is over.
    Wrong(u8),
    /// The answer was right, and it is over.
    Right,
    /// Whoever is asked gives no answer, and it is over.
    NotAnswered,
}

/// A question that was asked.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Asked {
    /// The question. Whoever asks wrote it.
    pub question: String,
    /// How far it is.
    pub standing: Standing,
}

/// What two contacts ask each other: the last question of each.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct Questions {
    /// That of the person here.
    pub ours: Option<Asked>,
    /// That of the other one.
    pub theirs: Option<Asked>,
}

impl Questions {
    pub(super) fn new(questions: &Inquiries) -> Self {
        let asked = |asked: &device::Asked| Asked {
            question: asked.question.clone(),
            standing: asked.standing,
        };
        Self {
            ours: questions.ours.as_ref().map(asked),
            theirs: questions.theirs.as_ref().map(asked),
        }
    }
}
