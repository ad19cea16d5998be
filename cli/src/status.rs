//! How the program ends: one number for each kind of end, in one place.

use crate::{strings, words};
use handfast_native::pairing::Failure;
use handfast_native::token::FindError;

/// The exit statuses. The help of the program lists them for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Status {
    /// All went well.
    Done = 0,
    /// Nothing was found in a picture, or two did not come together.
    Failed = 1,
    /// The command line makes no sense. The parser of arguments uses this number too.
    Usage = 2,
    /// What was handed in is no token, or a damaged or a newer one.
    BadInput = 3,
    /// The invitation has expired or is used.
    Expired = 4,
    /// The other side cannot be reached, or there is no network.
    NotReached = 5,
    /// A proof failed: somebody may be in between.
    Insecure = 6,
    /// A locked file does not open: the answer is wrong, or it was altered.
    WrongAnswer = 7,
    /// A locked file asks for more than this machine is willing to spend.
    TooExpensive = 8,
    /// The result cannot be stored: something is there already, no space, no permission.
    NotStored = 9,
    /// What this machine keeps for the program cannot be used.
    Home = 10,
    /// Stopped by Ctrl-C.
    Cancelled = 130,
}

impl Status {
    /// All of them.
    pub(crate) const ALL: [Self; 12] = [
        Self::Done,
        Self::Failed,
        Self::Usage,
        Self::BadInput,
        Self::Expired,
        Self::NotReached,
        Self::Insecure,
        Self::WrongAnswer,
        Self::TooExpensive,
        Self::NotStored,
        Self::Home,
        Self::Cancelled,
    ];

    /// As the operating system takes it.
    pub(crate) fn code(self) -> i32 {
        i32::from(self as u8)
    }

    /// The status that another process of this program ended with.
    pub(crate) fn from_code(code: i32) -> Self {
        Self::ALL
            .into_iter()
            .find(|status| status.code() == code && *status != Self::Done)
            .unwrap_or(Self::Failed)
    }

    fn of(failure: Failure) -> Self {
        match failure {
            Failure::Expired | Failure::Taken => Self::Expired,
            Failure::NotReached | Failure::NoRoute | Failure::NoNetwork => Self::NotReached,
            Failure::WrongCertificate
            | Failure::NotTheInviter
            | Failure::AnswersDiffer
            | Failure::Burned => Self::Insecure,
            Failure::WentAway | Failure::LeftAfterAnswer | Failure::Local => Self::Failed,
        }
    }
}

/// Why a command did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    /// The exit status.
    pub(crate) status: Status,
    /// One word for programs.
    pub(crate) kind: &'static str,
    /// What happened, and one thing to try. Empty if it was said already.
    pub(crate) sentence: String,
}

impl Stop {
    pub(crate) fn new(status: Status, kind: &'static str, sentence: impl Into<String>) -> Self {
        Self {
            status,
            kind,
            sentence: sentence.into(),
        }
    }

    pub(crate) fn bad_input(sentence: impl Into<String>) -> Self {
        Self::new(Status::BadInput, "bad_input", sentence)
    }

    pub(crate) fn local(sentence: impl Into<String>) -> Self {
        Self::new(Status::Failed, "local", sentence)
    }

    pub(crate) fn cancelled() -> Self {
        Self::new(Status::Cancelled, "cancelled", strings::cancelled())
    }
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        let kind = match failure {
            Failure::Expired => "expired",
            Failure::Taken => "taken",
            Failure::NotReached => "not_reached",
            Failure::WentAway => "went_away",
            Failure::WrongCertificate => "wrong_certificate",
            Failure::NotTheInviter => "not_the_inviter",
            Failure::AnswersDiffer => "answers_differ",
            Failure::LeftAfterAnswer => "left_after_answer",
            Failure::Burned => "burned",
            Failure::NoRoute => "no_route",
            Failure::NoNetwork => "no_network",
            Failure::Local => "local",
        };
        Self::new(Status::of(failure), kind, words::failure(failure))
    }
}

impl From<FindError> for Stop {
    fn from(error: FindError) -> Self {
        let kind = match error {
            FindError::Nothing => "not_a_token",
            FindError::Cut => "damaged",
            FindError::NewerVersion => "newer_version",
            FindError::SeveralTokens(_) => "several_tokens",
            FindError::TooLarge => "too_large",
            FindError::Picture(_) => "picture",
        };
        Self::new(Status::BadInput, kind, words::not_found(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strings;

    #[test]
    fn every_status_is_documented_with_its_number() {
        for status in Status::ALL {
            let line = format!("\n  {:<4}", status.code());
            assert!(strings::after_help().contains(&line), "{status:?}");
        }
    }

    #[test]
    fn a_failed_proof_is_never_taken_for_a_bad_line() {
        for failure in [
            Failure::WrongCertificate,
            Failure::NotTheInviter,
            Failure::AnswersDiffer,
            Failure::Burned,
        ] {
            assert_eq!(Stop::from(failure).status, Status::Insecure);
        }
        assert_eq!(Stop::from(Failure::Taken).status, Status::Expired);
        assert_eq!(Stop::from(Failure::NoNetwork).status, Status::NotReached);
        assert_eq!(Stop::cancelled().status.code(), 130);
    }
}
