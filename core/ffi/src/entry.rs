//! The rows of a conversation.

use super::ErrorKind;

/// One row of a conversation. New rows are told in their order; a row that changes keeps its number.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Entry {
    /// Something that was written.
    Text {
        /// Unique in this conversation.
        number: u64,
        /// Whether we wrote it.
        ours: bool,
        /// It may contain anything that a text can contain.
        text: String,
    },
    /// A file.
    File {
        /// Unique in this conversation.
        number: u64,
        /// Whether we send it.
        ours: bool,
        /// Its name, without a folder; safe to show and to store.
        name: String,
        /// Its size in bytes.
        size: u64,
        /// How far it is.
        state: FileState,
    },
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
