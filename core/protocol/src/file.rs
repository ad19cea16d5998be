//! What is said of a file whichever way it travels: where it goes, why it does not, and how whoever keeps the files
//! of this device is asked.

/// Which way a file goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// To the other side.
    Outgoing,
    /// From the other side.
    Incoming,
}

/// Why a file did not go through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case")
)]
#[repr(u8)]
pub enum FileError {
    /// The person did not want it.
    #[error("the file was declined")]
    Declined = 1,
    /// Larger than the receiver takes.
    #[error("the file is too large for the receiving device")]
    TooLarge = 2,
    /// As many files wait for an answer there as may.
    #[error("too many files wait for an answer; send it again after them")]
    TooMany = 3,
    /// The receiver's storage is full, or would have less room left than has to stay.
    #[error("there is not enough room to store it; make room and try again")]
    NoSpace = 4,
    /// The receiver may not write to its folder.
    #[error("files may not be stored there; choose another folder")]
    NoPermission = 5,
    /// The receiver's storage failed in another way.
    #[error("the file could not be stored; try again")]
    Storage = 6,
    /// The sender could not read it.
    #[error("the file could not be read; is it still there?")]
    Unreadable = 7,
    /// It became shorter while it was sent.
    #[error("the file changed while it was sent; send it again")]
    Changed = 8,
    /// Size or hash do not agree with what was promised.
    #[error("the file arrived damaged; send it again")]
    Damaged = 9,
    /// A person stopped it.
    #[error("the file was cancelled")]
    Cancelled = 10,
    /// The conversation was over before the file was through.
    #[error("the conversation ended before the file was through; connect and send it again")]
    Ended = 11,
}

impl FileError {
    /// The number that stands for it wherever it is sent or kept.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// What a number stands for.
    pub fn from_code(code: u8) -> Option<Self> {
        Some(match code {
            1 => Self::Declined,
            2 => Self::TooLarge,
            3 => Self::TooMany,
            4 => Self::NoSpace,
            5 => Self::NoPermission,
            6 => Self::Storage,
            7 => Self::Unreadable,
            8 => Self::Changed,
            9 => Self::Damaged,
            10 => Self::Cancelled,
            11 => Self::Ended,
            _ => return None,
        })
    }
}

/// The number of a request to whoever keeps files. Its answer carries the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// A file that is open there. The machine that asks chooses the number, and uses it once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u64);

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRequest<A> {
    /// What the answer has to name.
    pub id: RequestId,
    /// What is wanted.
    pub ask: A,
}
