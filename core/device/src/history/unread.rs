//! What came in while nobody looked.
//!
//! What the other side writes comes in the order of its log, so one mark says what of it a person has seen:
//! what comes late may stand far up on the screen, and is new all the same. What is behind the mark is counted.

use super::super::shared::{Purpose, Shared};
use super::super::{Event, Write};
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::log::{Author, Incarnation, Place, Row};
use std::collections::BTreeSet;

/// The most messages that are counted. More are as many for a person.
const MOST: usize = 1_000;

/// A place in the log of the other side.
type InLog = (Incarnation, u64);

/// What a list of people says of the conversation with one of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Up to where a person has seen what the other side wrote.
    read: Option<InLog>,
    /// Messages behind that.
    unread: BTreeSet<InLog>,
    /// When something was said last, in milliseconds since 1970-01-01 UTC.
    last: Option<u64>,
}

impl Summary {
    /// Of a conversation that was read up to there, and in which something was said last then, in milliseconds
    /// since 1970-01-01 UTC. What the other side wrote behind that place is to be added ([`Self::add`]).
    pub fn new(read: Option<(Incarnation, u64)>, last: Option<u64>) -> Self {
        Self {
            read,
            unread: BTreeSet::new(),
            last,
        }
    }

    /// This is kept. True if it changes anything.
    pub fn add(&mut self, row: &Row) -> bool {
        let before = (self.unread.len(), self.last);
        self.last = self.last.max(Some(row.shown));
        let at = (row.entry.header.incarnation, row.entry.header.sequence);
        if row.author == Author::Peer && row.is_message() && self.is_new(at) && !self.is_full() {
            self.unread.insert(at);
        }
        before != (self.unread.len(), self.last)
    }

    /// No more are counted.
    pub fn is_full(&self) -> bool {
        self.unread.len() >= MOST
    }

    /// How many messages nobody has seen; 1,000 stands for as many or more.
    pub fn unread(&self) -> u64 {
        self.unread.len() as u64
    }

    /// When something was said last, in milliseconds since 1970-01-01 UTC.
    pub fn last(&self) -> Option<u64> {
        self.last
    }

    /// A person has seen everything of the other side's up to there.
    pub(in super::super) fn read_up_to(&mut self, place: &Place) {
        let at = in_log(place);
        if self.is_new(at) {
            self.read = Some(at);
            self.unread.retain(|unread| *unread > at);
        }
    }

    /// Nobody has seen what the other side wrote there.
    fn is_new(&self, at: InLog) -> bool {
        self.read < Some(at)
    }
}

fn in_log(place: &Place) -> InLog {
    (place.incarnation, place.sequence)
}

impl Shared {
    /// These rows are on the disk.
    pub(super) fn summarize(&mut self, with: PublicKey, rows: &[Row]) {
        if rows.is_empty() {
            return;
        }
        let summary = self.kept_mut().summaries.entry(with.0).or_default();
        let news = rows.iter().filter(|row| summary.add(row)).count();
        if news > 0 {
            self.tell(Event::ContactsChanged);
        }
    }

    /// Nobody has seen what stands there.
    pub(super) fn is_unread(&self, with: PublicKey, place: &Place) -> bool {
        let summary = self.kept().summaries.get(&with.0);
        place.author == with.0 && summary.is_none_or(|summary| summary.is_new(in_log(place)))
    }

    /// A person has seen everything of this contact's up to there. One mark at a time is on its way to the disk.
    pub(super) fn read_up_to(&mut self, with: PublicKey, place: Place) {
        if !self.is_unread(with, &place) {
            return;
        }
        match self.seen.insert(with.0, place) {
            None => {
                let read = vec![Write::Read(with, place)];
                self.write(read, Purpose::Read(with, place));
            }
            Some(before) if in_log(&before) > in_log(&place) => {
                self.seen.insert(with.0, before);
            }
            Some(_) => {}
        }
    }

    /// That mark is on the disk, or could not be kept: then the next one says the same.
    pub(in super::super) fn mark_is_written(&mut self, with: PublicKey, written: Place) {
        if let Some(last) = self.seen.remove(&with.0)
            && last != written
        {
            self.read_up_to(with, last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handfast_protocol::handshake::StaticKey;
    use handfast_protocol::log::{Body, Draft, Ledger, LogKeys, Received};
    use handfast_token::Secret;

    const NOW: u64 = 1_790_000_000_000;

    /// What somebody wrote, as it is kept here.
    fn rows(bodies: &[Body]) -> (LogKeys, Vec<Row>) {
        let [own, other] = [1, 2].map(|fill| StaticKey::new(Secret::new([fill; 32])));
        let mut there = Ledger::new(LogKeys::new(&other, own.public()));
        let mut here = Ledger::new(LogKeys::new(&own, other.public()));
        let mut rows = Vec::new();
        for body in bodies {
            let draft = Draft::new(body, None, None).unwrap();
            let written = there.append(NOW, &draft, &Secret::new([3; 32])).unwrap();
            for row in written {
                let mut arrival = row.arrival();
                arrival.author = Author::Peer;
                let Received::New(row) = here.receive(NOW, arrival).unwrap() else {
                    panic!("it is new");
                };
                rows.push(*row);
            }
        }
        (here.keys().clone(), rows)
    }

    #[test]
    fn what_is_behind_the_mark_is_counted_whatever_order_it_comes_in() {
        let text = |text: &str| Body::Text(text.to_owned());
        let (keys, rows) = rows(&[text("one"), text("two"), text("three"), Body::Life(None)]);
        let mut summary = Summary::default();
        for row in rows.iter().rev() {
            summary.add(row);
        }
        assert_eq!((summary.unread(), summary.last()), (3, Some(NOW)));
        assert!(!summary.add(&rows[1]), "it is counted once");
        // The first entry of an incarnation stands before the three.
        summary.read_up_to(&keys.place(&rows[2]));
        assert_eq!(summary.unread(), 1);
        summary.read_up_to(&keys.place(&rows[1]));
        assert_eq!(summary.unread(), 1, "a mark never goes back");
        assert!(!summary.add(&rows[1]));
        summary.read_up_to(&keys.place(&rows[4]));
        assert_eq!(summary.unread(), 0);
    }

    #[test]
    fn no_more_are_counted_than_matter() {
        let (_, rows) = rows(&[Body::Text("x".to_owned())]);
        let mut summary = Summary::default();
        for sequence in 0..2_000 {
            let mut row = rows[1].clone();
            row.entry.header.sequence = sequence;
            summary.add(&row);
        }
        assert_eq!(summary.unread(), MOST as u64);
    }
}
