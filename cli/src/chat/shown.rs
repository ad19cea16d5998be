//! What was told of a conversation, and what waits in it.

use super::asking::Awaited;
use crate::files::Files;
use crate::output::Trusted;
use handfast_native::device::{Inquiries, Reached, Row, RowContent, View, Wish};
use handfast_native::handshake::{PublicKey, ShortString};
use handfast_native::seal::Questions;
use std::collections::BTreeMap;

/// What is known of whoever is talked to, or looked for.
#[derive(Default)]
pub(super) struct Person {
    /// Who it is, once that is known.
    pub(super) with: Option<PublicKey>,
    pub(super) files: Files,
    pub(super) last: Last,
    /// As it was told last.
    pub(super) shown: Option<Shown>,
    /// What the two ask each other, as it was told last.
    pub(super) questions: Inquiries,
    /// What the next line answers.
    pub(super) awaited: Option<Awaited>,
    /// The two have been together in this session.
    pub(super) has_met: bool,
    /// It was told who is looked for.
    pub(super) is_sought: bool,
    /// It was asked whether a restored device is taken for them.
    pub(super) is_asked: bool,
    /// A contact is looked for. What is written is kept for them, and everything else waits.
    pub(super) is_away: bool,
    /// It was told why they are not looked for.
    pub(super) is_hindered: bool,
}

/// The rows that are meant where none is named.
#[derive(Default)]
pub(super) struct Last {
    /// The number of the newest row that was told: one that is told again is not the last for that.
    pub(super) newest: u64,
    pub(super) ours: Option<u64>,
    pub(super) theirs: Option<u64>,
    /// The locked messages that were told, with what they ask.
    pub(super) locked: BTreeMap<u64, Questions>,
}

impl Last {
    pub(super) fn hear(&mut self, row: &Row) {
        let is_last = row.number > self.newest && row.before.is_none();
        self.newest = self.newest.max(row.number);
        match &row.content {
            RowContent::Locked { questions } => {
                self.locked.insert(row.number, questions.clone());
            }
            _ => drop(self.locked.remove(&row.number)),
        }
        let is_kept_text = row.lasting.is_some() && matches!(row.content, RowContent::Text(_));
        if is_last && is_kept_text {
            match row.ours {
                true => self.ours = Some(row.number),
                false => self.theirs = Some(row.number),
            }
        }
    }
}

/// What waits until there is room.
pub(super) enum Held {
    /// As it was typed.
    Line(String),
    /// What is left of a text that goes in parts.
    Text(String),
    /// The end of what is typed.
    End,
}

/// What is told of a conversation when it changes.
#[derive(Clone, Copy)]
pub(super) struct Shown {
    /// Another contact by the same name.
    pub(super) namesake: Option<PublicKey>,
    pub(super) trusted: Trusted,
    pub(super) is_interrupted: bool,
    pub(super) wish: Wish,
    pub(super) comparing: Option<ShortString>,
    pub(super) reached: Option<Reached>,
    pub(super) times_reached: u32,
}

impl Shown {
    pub(super) fn of(view: &View) -> Option<Self> {
        match view {
            View::Talking {
                namesake,
                trust,
                is_interrupted,
                wish,
                comparing,
                reached,
                times_reached,
                ..
            } => Some(Self {
                namesake: *namesake,
                trusted: Trusted(*trust),
                is_interrupted: *is_interrupted,
                wish: *wish,
                comparing: *comparing,
                reached: *reached,
                times_reached: *times_reached,
            }),
            _ => None,
        }
    }
}
