//! Locking files with a question: what stands between the commands and the sealed container.
//!
//! Nothing here shows or runs what was locked, and nothing is left behind that was not finished.

pub(crate) mod container;
pub(crate) mod landing;
pub(crate) mod prompt;
pub(crate) mod watch;

use crate::status::{Status, Stop};
use crate::words;
use handfast_native::seal::{Limits, SealError};

/// What this machine is willing to spend on a container of somebody else.
pub(crate) const LIMITS: Limits = Limits::DESKTOP;

/// What a container says about itself when it does not open.
pub(crate) fn refused(error: SealError) -> Stop {
    let (status, kind) = match error {
        SealError::NotOurs => (Status::BadInput, "not_locked"),
        SealError::Unsupported => (Status::BadInput, "newer_version"),
        SealError::TooExpensive => (Status::TooExpensive, "too_expensive"),
        SealError::WrongAnswerOrAltered => (Status::WrongAnswer, "wrong_answer"),
        SealError::Damaged => (Status::BadInput, "damaged"),
    };
    Stop::new(status, kind, words::refused(error))
}
