//! The rows of one session on one screen: those of the history, and those that nobody keeps.
//!
//! A screen takes so many at a time. What is kept waits until there is room for it, and is told as it looks
//! then; what is not kept waits here. Whoever sends more of either is held back across the link.

use super::super::shared::Shared;
use super::super::window::Window;
use super::super::{
    Event, FileState, Lasting, Preview, Quoted, Reaction, Row, RowContent, SessionId,
};
use handfast_protocol::conversation::safe_file_name;
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::log::{Author, Item, Life, Place, Quote, Shown};
use handfast_protocol::pairing::Now;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Rows of the history that may wait for the screen before whoever writes them is held back.
const MOST_OWED: usize = 256;

/// See the module text.
#[derive(Default)]
pub(crate) struct Listing {
    window: Window,
    /// Rows of the peer that nobody keeps, until the screen has taken others.
    later: VecDeque<Row>,
    /// Whose history is listed.
    history: Option<PublicKey>,
    /// Rows of it that are to be told, and whether they were there before.
    owed: BTreeMap<Place, bool>,
    /// Rows of it that were told.
    told: BTreeMap<Place, Told>,
    /// Those of the other side that nobody is known to have seen.
    unseen: BTreeSet<Place>,
}

/// How a row was told first.
#[derive(Clone, Copy)]
struct Told {
    number: u64,
    /// It was there before.
    is_old: bool,
    /// Nobody had seen it.
    is_unread: bool,
}

impl Listing {
    /// Lists the history of this contact from now on.
    pub(crate) fn list_history(&mut self, shared: &mut Shared, with: PublicKey) {
        if self.history.replace(with) != Some(with) {
            self.owed = shared.open_history(with);
        }
    }

    pub(crate) fn history(&self) -> Option<PublicKey> {
        self.history
    }

    /// These look different now.
    pub(crate) fn owe(&mut self, touched: &BTreeMap<Place, bool>) {
        for (place, was_there) in touched {
            self.owed.entry(*place).or_insert(*was_there);
        }
    }

    /// What stands in the row with this number.
    pub(crate) fn place_of(&self, number: u64) -> Option<Place> {
        let mut told = self.told.iter();
        let found = told.find(|(_, told)| told.number == number);
        found.map(|(place, _)| *place)
    }

    pub(crate) fn has_room(&self) -> bool {
        self.window.has_room()
    }

    /// Rows that nobody keeps wait for room, or as many of the history as may.
    pub(crate) fn is_behind(&self) -> bool {
        !self.later.is_empty() || self.owed.len() >= MOST_OWED
    }

    /// So many rows have reached the screen.
    pub(crate) fn taken(&mut self, shared: &mut Shared, id: SessionId, rows: u32) {
        self.window.taken(rows);
        while self.window.has_room()
            && let Some(row) = self.later.pop_front()
        {
            self.tell(shared, id, row);
        }
    }

    /// Tells a row that nobody keeps, or keeps one that came while the screen had enough: the peer was held
    /// back a moment after that.
    pub(crate) fn list(&mut self, shared: &mut Shared, id: SessionId, row: Row) {
        match row.ours || (self.window.has_room() && self.later.is_empty()) {
            true => self.tell(shared, id, row),
            false => self.later.push_back(row),
        }
    }

    /// It is over: everything that came is told.
    pub(crate) fn flush(&mut self, shared: &mut Shared, id: SessionId) {
        for row in std::mem::take(&mut self.later) {
            self.tell(shared, id, row);
        }
    }

    /// Tells what is owed of the history, as far as the screen takes it. Whether that was anything.
    pub(crate) fn tell_owed(&mut self, shared: &mut Shared, id: SessionId, now: Now) -> bool {
        let Some(with) = self.history else {
            return false;
        };
        let owed = self.owed.len();
        while let Some(place) = self.next_owed(with)
            && let Some(was_there) = self.owed.remove(&place)
        {
            let before = self.told.get(&place).copied();
            let told = before.unwrap_or_else(|| Told {
                number: shared.next_row(),
                is_old: was_there,
                is_unread: shared.is_unread(with, &place),
            });
            let before = match before {
                Some(_) => None,
                None => self.behind(&place),
            };
            let row = shared.history(with).and_then(|history| {
                let item = history.item(&place, now)?;
                let state = |place: &Place| history.file_state(place);
                Some(row_of(&item, told, before, state, history.holds(&place)))
            });
            match row {
                Some(row) => {
                    self.told.insert(place, told);
                    if told.is_unread || shared.waits_to_be_seen(with, &place) {
                        self.unseen.insert(place);
                    }
                    self.tell(shared, id, row);
                }
                None if self.told.remove(&place).is_some() => {
                    shared.tell(Event::RowGone(id, told.number));
                }
                None => {}
            }
        }
        self.owed.len() < owed
    }

    /// The next row to tell. What was said here is told in any case: nobody is held back by it.
    fn next_owed(&self, with: PublicKey) -> Option<Place> {
        let mut owed = self.owed.keys();
        let is_next = |place: &&Place| self.window.has_room() || place.author != with.0;
        owed.find(is_next).copied()
    }

    /// The row before which a new one stands.
    fn behind(&self, place: &Place) -> Option<u64> {
        let next = self.told.range(place..).next();
        next.map(|(_, told)| told.number)
    }

    /// A person has the row with this number before their eyes, and what stands above it.
    pub(crate) fn seen(&mut self, shared: &mut Shared, number: u64, now: Now) {
        let (Some(with), Some(place)) = (self.history, self.place_of(number)) else {
            return;
        };
        let below = self.unseen.split_off(&place);
        let seen = std::mem::replace(&mut self.unseen, below);
        let seen = seen.into_iter().chain(self.unseen.take(&place));
        let seen: Vec<Place> = seen.collect();
        shared.begin_lives(with, &seen, now);
        if let Some(last) = seen
            .into_iter()
            .max_by_key(|place| (place.incarnation, place.sequence))
        {
            shared.read_up_to(with, last);
        }
    }

    /// Tells a row, and which ones leave the screen for it.
    fn tell(&mut self, shared: &mut Shared, id: SessionId, row: Row) {
        let gone = self.window.tell(&row);
        shared.tell(Event::Row(id, row));
        for number in gone {
            self.told.retain(|_, told| told.number != number);
            shared.tell(Event::RowGone(id, number));
        }
    }
}

/// A row that nobody keeps.
pub(crate) fn unkept(number: u64, ours: bool, content: RowContent, at: u64) -> Row {
    Row {
        number,
        ours,
        at,
        before: None,
        lasting: None,
        content,
    }
}

/// An item of a history as a row of a screen.
fn row_of(
    item: &Item<'_>,
    told: Told,
    before: Option<u64>,
    state: impl Fn(&Place) -> FileState,
    holds: bool,
) -> Row {
    let (mut earlier, mut preview) = (Vec::new(), None);
    let content = match &item.shown {
        Shown::Text { text, earlier: old } => {
            earlier = old.iter().map(|text| (*text).to_owned()).collect();
            RowContent::Text((*text).to_owned())
        }
        Shown::Restored => RowContent::Restored,
        Shown::Withdrawn => RowContent::Withdrawn,
        Shown::Ended => RowContent::Ended,
        Shown::File { offer, whole } => {
            preview = Preview::of(offer);
            RowContent::File {
                name: safe_file_name(&offer.name),
                size: whole.map_or(offer.size, |whole| whole.size),
                files: None,
                state: state(&item.place),
            }
        }
        Shown::Folder(folder) => RowContent::File {
            name: safe_file_name(&folder.name),
            size: folder.size,
            files: Some(folder.files),
            state: state(&item.place),
        },
        Shown::Locked(locked) => RowContent::Locked {
            questions: locked.questions().clone(),
        },
        Shown::LifeProposed(life) => RowContent::Disappearing {
            after: life.map(Life::seconds),
            holds,
        },
        Shown::NotReadable => RowContent::NotReadable,
    };
    let quote = item.quote.as_ref().map(|quote| match quote {
        Quote::Text { text, .. } => Quoted::Text((*text).to_owned()),
        Quote::Other { .. } => Quoted::Other,
        Quote::NotHere => Quoted::NotHere,
    });
    let reactions = item.reactions.iter().map(|(author, symbol)| Reaction {
        ours: *author == Author::Me,
        symbol: (*symbol).to_owned(),
    });
    Row {
        number: told.number,
        ours: item.author == Author::Me,
        at: item.at,
        before,
        lasting: Some(Box::new(Lasting {
            is_delivered: item.is_delivered,
            is_old: told.is_old,
            is_unread: told.is_unread,
            quote,
            reactions: reactions.collect(),
            earlier,
            ends_at: item.ends_at,
            preview,
        })),
        content,
    }
}
