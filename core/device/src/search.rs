//! What is looked for in the conversation with a contact. It goes back page by page: nothing of a search is
//! kept between two of them, here or on the disk, so whoever has seen enough asks for no more.

use super::{Device, Done, Found, Query, Refusal, RequestId, Ticket};
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::log::{Author, Body, Place, Row};
use handfast_store::{self as store, StoreError};
use handfast_token::Question;

/// Entries that are looked at for a page: what waits for the disk meanwhile waits no longer than for a few
/// writes.
const STEPS: usize = 1_000;

/// What a page holds at most.
const MOST: usize = 20;

/// What is looked for. A page of it is [`Done::Found`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Search {
    /// In the conversation with whom.
    pub with: PublicKey,
    /// The words, in any order, as whole words or parts of them.
    pub words: String,
    /// Before what: as [`Hits::next`] said, or nothing for the end.
    pub before: Option<Place>,
}

/// A page of what was found, what was said last first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Hits {
    /// What was found; it may be nothing while there is more to look at.
    pub hits: Vec<Hit>,
    /// Where to go on. None at the beginning of the conversation.
    pub next: Option<Place>,
}

/// Something that was said.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Hit {
    /// It was said here.
    pub ours: bool,
    /// When, in milliseconds since 1970-01-01 UTC.
    pub at: u64,
    /// What it says, or the name of the file that it is.
    pub text: String,
}

impl Hit {
    /// The row as something that was said, if that is what these words are in.
    fn of(row: &Row, words: &store::Query) -> Option<Self> {
        let text = match row.entry.read().ok()? {
            Body::Text(text) | Body::Edit(text) => text,
            Body::File(file) => file.name,
            Body::Folder(folder) => folder.name,
            // What is asked is all that is known of it.
            Body::Locked(locked) => {
                let questions = locked.questions().as_slice().iter();
                let questions: Vec<&str> = questions.map(Question::as_str).collect();
                questions.join("\n")
            }
            Body::Reaction(_) | Body::Withdraw | Body::Life(_) | Body::First(_) => return None,
        };
        words.matches(&text).then_some(Self {
            ours: row.author == Author::Me,
            at: row.shown,
            text,
        })
    }
}

impl Device {
    /// Looks for this. The answer follows with what the disk says.
    pub(super) fn search(
        &mut self,
        request: RequestId,
        search: Search,
    ) -> Result<Option<Done>, Refusal> {
        let Search {
            with,
            words,
            before,
        } = search;
        if !self.shared.kept().contacts.contains_key(&with.0) {
            return Err(StoreError::Unknown.into());
        }
        let words = store::Query::new(&words).ok_or(Refusal::NotNow)?;
        let query = Query::Search {
            with,
            words: words.clone(),
            before,
            steps: STEPS,
            most: MOST,
        };
        self.searching
            .insert(self.shared.find(query), (request, words));
        Ok(None)
    }

    /// What a search found; what was found otherwise is given back.
    pub(super) fn searched(
        &mut self,
        ticket: Ticket,
        result: Result<Found, StoreError>,
    ) -> Option<Result<Found, StoreError>> {
        let Some((request, words)) = self.searching.remove(&ticket) else {
            return Some(result);
        };
        let result = match result {
            Ok(Found::Searched(rows, next)) => {
                let hits = rows.iter().filter_map(|row| Hit::of(row, &words)).collect();
                Ok(Done::Found(Box::new(Hits { hits, next })))
            }
            Ok(_) => Err(StoreError::Internal.into()),
            Err(error) => Err(error.into()),
        };
        self.shared.answer(request, result);
        None
    }
}
