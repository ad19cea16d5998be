//! What can be wrong with a container, with its source or sink, and with a lock somebody chose.

use std::io;

/// Why a container does not open, or cannot be made. Nothing finer is told: whoever guesses answers
/// or changes bytes learns no more than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
pub enum SealError {
    /// The bytes do not begin like a container.
    #[error("this is not a sealed container: check which file or text was meant")]
    NotOurs,
    /// A later version, or a kind, key source, flag, profile or cost that this version never writes.
    #[error("this was sealed by a newer Handfast: update the app")]
    Unsupported,
    /// More memory, work or content than the [`Limits`](super::Limits) allow, or than there is.
    #[error("opening this asks too much of this device: open it on a larger one")]
    TooExpensive,
    /// The commitment does not hold. A wrong answer and an altered header cannot be told apart.
    #[error(
        "the answer is wrong or the container was altered: try the answer again, then ask for a new one"
    )]
    WrongAnswerOrAltered,
    /// The container was cut, or changed behind the commitment.
    #[error("the container is damaged: ask for it to be sent again")]
    Damaged,
}

/// Why sealing or opening a stream ended early. What was written to the sink until then is to be
/// thrown away.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    /// The container is at fault, or the lock.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The caller's source or sink failed.
    #[error("reading or writing failed ({0}): check the disk and try again")]
    Io(io::Error),
}

/// An I/O error that carries a [`SealError`] becomes that one; any other is the caller's.
impl From<io::Error> for StreamError {
    fn from(error: io::Error) -> Self {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        match inner {
            Some(&seal) => Self::Seal(seal),
            None => Self::Io(error),
        }
    }
}

/// For [`std::io::Read`], which knows no other error.
impl From<SealError> for io::Error {
    fn from(error: SealError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}

/// Why answers or questions cannot be part of a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// An answer of which nothing remains.
    #[error("an answer is empty: write one")]
    Blank,
    /// An answer of more than 512 bytes.
    #[error("an answer is too long: shorten it")]
    AnswerTooLong,
    /// No answer, or more than five answers or questions.
    #[error("there can be one to five questions: leave some out")]
    Count,
    /// Questions of more than 1024 bytes together.
    #[error("the questions are too long: shorten them")]
    QuestionsTooLong,
}
