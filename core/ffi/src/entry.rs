//! The rows of a conversation.

use super::ErrorKind;
use handfast_native::device;

/// One row of a conversation. New rows are told in their order; a row that changes keeps its number.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Entry {
    /// Something that was written.
    Text {
        /// Unique on this device.
        number: u64,
        /// Whether we wrote it.
        ours: bool,
        /// It may contain anything that a text can contain.
        text: String,
        /// When it was said, in seconds since 1970-01-01 UTC.
        at: u64,
        /// Who keeps it.
        mark: Mark,
        /// It was there before this session looked.
        is_old: bool,
    },
    /// A file.
    File {
        /// Unique on this device.
        number: u64,
        /// Whether we send it.
        ours: bool,
        /// Its name, without a folder; safe to show and to store.
        name: String,
        /// Its size in bytes.
        size: u64,
        /// How far it is.
        state: FileState,
        /// When it came up, in seconds since 1970-01-01 UTC.
        at: u64,
    },
}

/// Who keeps what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Mark {
    /// Nobody, beyond this conversation.
    Nobody,
    /// It is on this device; of ours, it goes on from here.
    OnThisDevice,
    /// It is on theirs as well.
    OnTheirs,
}

impl Mark {
    pub(super) fn of(lasting: Option<&device::Lasting>) -> Self {
        match lasting {
            None => Self::Nobody,
            Some(lasting) if lasting.is_delivered => Self::OnTheirs,
            Some(_) => Self::OnThisDevice,
        }
    }
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum FileState {
    /// Theirs: it waits for this person's yes.
    Offered,
    /// It waits for its turn, or for the other person's yes.
    Waiting,
    /// It is on its way.
    Moving {
        /// Bytes that are through.
        done: u64,
    },
    /// It is on the other side, complete and equal; or here, at this path.
    Done {
        /// Theirs: where it is. Ours: none.
        path: Option<String>,
    },
    /// It did not go through, and nothing of it is left.
    Failed {
        /// Why.
        kind: ErrorKind,
        /// Whether it failed on their side rather than here.
        by_them: bool,
    },
}

impl From<device::FileState> for FileState {
    fn from(state: device::FileState) -> Self {
        match state {
            // What waits goes on by itself, or once somebody does something about it.
            device::FileState::Waiting | device::FileState::Paused { .. } => Self::Waiting,
            device::FileState::Offered => Self::Offered,
            device::FileState::Moving { done } => Self::Moving { done },
            device::FileState::Done { path, .. } => Self::Done {
                path: path.map(|path| path.to_string_lossy().into_owned()),
            },
            device::FileState::Failed { error, by_peer } => Self::Failed {
                kind: error.into(),
                by_them: by_peer,
            },
        }
    }
}
