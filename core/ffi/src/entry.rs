//! The rows of a conversation.

use super::ErrorKind;
use handfast_native::device::{self, RowContent};
use handfast_native::handshake::visible;

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
        /// What it replies to.
        quote: Option<Quote>,
        /// What each of the two reacted with.
        reactions: Vec<Reaction>,
        /// It said something else before.
        is_edited: bool,
        /// When it disappears, if that is known, in seconds since 1970-01-01 UTC.
        ends_at: Option<u64>,
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
        /// Who keeps that it was offered.
        mark: Mark,
        /// It was there before this session looked.
        is_old: bool,
        /// Of a picture, a small one of it by whoever offers it: a JPEG of at most 8 KiB. The other side's may be
        /// broken.
        preview: Option<Vec<u8>>,
    },
    /// A text that is locked. Both keep it so; [`Session::open_locked`](super::Session::open_locked) tells what it
    /// says.
    Locked {
        /// Unique on this device.
        number: u64,
        /// Whether we locked it.
        ours: bool,
        /// What is asked, one question or more. Whoever locked it wrote that.
        questions: Vec<String>,
        /// When it was said, in seconds since 1970-01-01 UTC.
        at: u64,
        /// Who keeps it.
        mark: Mark,
        /// It was there before this session looked.
        is_old: bool,
    },
    /// Somebody proposed how long what both write from now on lasts. Both keep that.
    Life {
        /// Unique on this device.
        number: u64,
        /// Whether we did.
        ours: bool,
        /// It disappears so many seconds after it was seen; with none, it stays.
        after: Option<u32>,
        /// The two agreed, and it held from then on.
        holds: bool,
        /// When it was proposed, in seconds since 1970-01-01 UTC.
        at: u64,
        /// It was there before this session looked.
        is_old: bool,
    },
    /// Something of which no more than this can be said. Both keep that.
    Note {
        /// Unique on this device.
        number: u64,
        /// Whether we wrote it.
        ours: bool,
        /// What there is to say.
        note: Note,
        /// When it was written, in seconds since 1970-01-01 UTC.
        at: u64,
        /// It was there before this session looked.
        is_old: bool,
    },
}

/// What a text replies to.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Quote {
    /// This text, in the version that was seen.
    Text {
        /// It may contain anything that a text can contain.
        text: String,
    },
    /// Something that is no text, or not any more.
    Other,
    /// Something that is not here.
    NotHere,
}

/// What one of the two reacted with.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Reaction {
    /// Whether we did.
    pub ours: bool,
    /// A symbol; whatever the other side sent, safe to show on one line.
    pub symbol: String,
}

/// What there is to say of a row without a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Note {
    /// Its writer took it back.
    TakenBack,
    /// Its writer came back as a device that was restored from a copy, and begins anew.
    Restored,
    /// A later version wrote it.
    NotReadable,
}

impl From<device::Quoted> for Quote {
    fn from(quoted: device::Quoted) -> Self {
        match quoted {
            device::Quoted::Text(text) => Self::Text { text },
            device::Quoted::Other => Self::Other,
            device::Quoted::NotHere => Self::NotHere,
        }
    }
}

impl Reaction {
    /// None of one of which nothing is seen.
    fn of(reaction: device::Reaction) -> Option<Self> {
        let symbol = visible(&reaction.symbol);
        let ours = reaction.ours;
        (!symbol.trim().is_empty()).then_some(Self { ours, symbol })
    }
}

impl Entry {
    /// A row as a screen lists it; None for one of which nothing is left to show.
    pub(super) fn of(row: device::Row) -> Option<Self> {
        let device::Row {
            number,
            ours,
            at,
            content,
            lasting,
            ..
        } = row;
        let at = at / 1000;
        let mark = Mark::of(lasting.as_deref());
        let lasting = lasting.map(|lasting| *lasting);
        let is_old = lasting.as_ref().is_some_and(|lasting| lasting.is_old);
        let note = |note| Self::Note {
            number,
            ours,
            note,
            at,
            is_old,
        };
        Some(match content {
            RowContent::Text(text) => {
                let (quote, reactions, earlier, ends_at) = lasting
                    .map(|kept| (kept.quote, kept.reactions, kept.earlier, kept.ends_at))
                    .unwrap_or_default();
                Self::Text {
                    number,
                    ours,
                    text,
                    at,
                    mark,
                    is_old,
                    quote: quote.map(Quote::from),
                    reactions: reactions.into_iter().filter_map(Reaction::of).collect(),
                    is_edited: !earlier.is_empty(),
                    ends_at: ends_at.map(|at| at / 1000),
                }
            }
            RowContent::File {
                name, size, state, ..
            } => Self::File {
                number,
                ours,
                name,
                size,
                state: state.into(),
                at,
                mark,
                is_old,
                preview: lasting
                    .and_then(|kept| kept.preview)
                    .map(|preview| preview.bytes),
            },
            RowContent::Locked { questions } => {
                let questions = questions.as_slice().iter();
                Self::Locked {
                    number,
                    ours,
                    questions: questions.map(|one| visible(one.as_str())).collect(),
                    at,
                    mark,
                    is_old,
                }
            }
            RowContent::Withdrawn => note(Note::TakenBack),
            RowContent::Restored => note(Note::Restored),
            RowContent::NotReadable => note(Note::NotReadable),
            RowContent::Disappearing { after, holds } => Self::Life {
                number,
                ours,
                after,
                holds,
                at,
                is_old,
            },
            RowContent::Ended => return None,
        })
    }
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
    fn of(lasting: Option<&device::Lasting>) -> Self {
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
