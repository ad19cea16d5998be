//! The conversations of a device as rows of a store: what a [`Query`] asks and what a row of a log means there.

use crate::{Found, Page, Query, Summary};
use bytes::Bytes;
use handfast_protocol::handshake::PublicKey;
use handfast_protocol::log::{
    Author, Head, Incarnation, Kind, LogId, Looked, Marks, Place, Point, ReplyTo, Row, Saved, Whose,
};
use handfast_store::{self as store, Batch, KeptEntry, LogLine, StoreError};

/// Bytes of rows that are read at a time where all of them are looked at.
const STRETCH: usize = 256 << 10;

/// What of which device is read and written, and with whom it talks.
#[derive(Clone, Copy)]
pub(super) struct Conversation<'a, 'b> {
    pub(super) batch: &'a Batch<'b>,
    pub(super) own: PublicKey,
    pub(super) with: PublicKey,
}

impl Conversation<'_, '_> {
    /// Keeps a row, and erases what it takes back.
    pub(super) fn add(self, row: &Row) -> Result<(), StoreError> {
        let header = &row.entry.header;
        let body = row.to_body_record();
        let entry = KeptEntry {
            place: store::Place {
                lamport: header.lamport,
                log: self.line(row.log(), row.line),
                sequence: header.sequence,
            },
            hash: row.hash,
            shown: row.shown,
            head: row.to_record(),
            body: body.map(|body| body.to_vec()),
        };
        self.batch.add_entry(self.with, &entry)?;
        let Some(about) = header.reply_to else {
            return Ok(());
        };
        // As whoever wrote what it is about says it.
        let (writer, about) = match about.whose {
            Whose::Writer => (row.author, about),
            Whose::Other => {
                let whose = Whose::Writer;
                (row.author.at_the_other(), ReplyTo { whose, ..about })
            }
        };
        match header.kind {
            Kind::WITHDRAW if writer == row.author => self.erase_with(writer, about),
            // What it is about may be taken back already.
            Kind::EDIT | Kind::FILE | Kind::REACTION
                if row.goes_with(writer, about) && self.is_erased(writer, about)? =>
            {
                self.batch.erase_body(self.with, entry.place)
            }
            _ => Ok(()),
        }
    }

    pub(super) fn put_marks(self, marks: Marks) -> Result<(), StoreError> {
        self.batch.put_ledger(self.with, &marks.to_bytes())
    }

    pub(super) fn set_delivered(self, of: Incarnation, up_to: u64) -> Result<(), StoreError> {
        let log = LogId {
            author: Author::Me,
            incarnation: of,
        };
        self.batch
            .set_delivered(self.with, self.line(log, 0), up_to)
    }

    pub(super) fn set_read(self, place: Place) -> Result<(), StoreError> {
        self.batch.set_read(self.with, self.kept_place(place))
    }

    /// What there is to say of it in a list of people. What cannot be read is not counted.
    pub(super) fn summary(self) -> Summary {
        self.summed_up().unwrap_or_else(|error| {
            log::warn!("what is new in a conversation cannot be counted: {error}");
            Summary::default()
        })
    }

    fn summed_up(self) -> Result<Summary, StoreError> {
        let ends = self.batch.log_ends(self.with)?;
        let read = self.batch.read_mark(self.with)?;
        let read = read.map(|place| (self.log(place.log).incarnation, place.sequence));
        let last = ends.iter().map(|end| end.shown).max();
        let mut summary = Summary::new(read, last);
        for log in self.logs_of(Author::Peer)? {
            let mut next = match read {
                Some((incarnation, _)) if log.incarnation < incarnation => continue,
                Some((incarnation, up_to)) if log.incarnation == incarnation => up_to + 1,
                Some(_) | None => 1,
            };
            while !summary.is_full() {
                let found = self.entries_of(log, next, STRETCH)?;
                let Some((last, _)) = found.last() else {
                    break;
                };
                next = last.sequence + 1;
                for (_, row) in &found {
                    summary.add(row);
                }
            }
        }
        Ok(summary)
    }

    /// Answers a question about it.
    pub(super) fn find(self, query: &Query) -> Result<Found, StoreError> {
        Ok(match query {
            Query::Ledger { most, .. } => {
                Found::Ledger(Box::new(self.saved()?), self.page(None, *most)?)
            }
            Query::LookUp { log, sequence, .. } => {
                let before = match sequence {
                    0 | 1 => Vec::new(),
                    sequence => self.at(*log, sequence - 1)?,
                };
                let point = |row: &Row| Head::of(row).point;
                Found::Looked(Looked {
                    before: before.iter().map(point).collect(),
                    at: self
                        .at(*log, *sequence)?
                        .iter()
                        .map(|row| row.hash)
                        .collect(),
                })
            }
            Query::Load {
                log, from, at_most, ..
            } => Found::Loaded(self.load(*log, *from, *at_most)?),
            Query::Rows { before, most, .. } => Found::Rows(self.page(*before, *most)?),
            Query::Search {
                words,
                before,
                steps,
                most,
                ..
            } => {
                let before = before.map(|place| self.kept_place(place));
                let may_be = |body: &[u8]| words.matches(&String::from_utf8_lossy(body));
                let most = (*steps, *most);
                let found = self
                    .batch
                    .search(self.with, before.as_ref(), most, may_be)?;
                let rows = found.found.into_iter();
                let rows = rows.filter_map(|entry| self.row(entry).ok()).collect();
                Found::Searched(rows, found.next.map(|place| self.place(place)))
            }
        })
    }

    /// Erases what has run out, and what is nothing without it.
    pub(super) fn erase(self, place: Place) -> Result<(), StoreError> {
        let log = LogId {
            author: match place.author == self.own.0 {
                true => Author::Me,
                false => Author::Peer,
            },
            incarnation: place.incarnation,
        };
        for (kept, row) in self.entries_of(log, place.sequence, 0)? {
            if row.hash == place.hash {
                self.erase_with(row.author, row.named_by(row.author))?;
                self.batch.erase_body(self.with, kept)?;
            }
        }
        self.batch.remove_life(self.with, &place)
    }

    /// Erases the bodies of what its writer named so, and of what goes with it. Where the first is erased already,
    /// the others are too.
    fn erase_with(self, writer: Author, about: ReplyTo) -> Result<(), StoreError> {
        let named = self.named(writer, about)?;
        if named.iter().any(|row| row.to_body_record().is_none()) {
            return Ok(());
        }
        for log in self.logs_of(writer)? {
            let from = match log.incarnation.cmp(&about.incarnation) {
                std::cmp::Ordering::Less => continue,
                std::cmp::Ordering::Equal => about.sequence,
                std::cmp::Ordering::Greater => 1,
            };
            self.erase_in(log, from, (writer, about))?;
        }
        // Whoever reacts to it holds it, so that stands behind it.
        let said = named.iter().map(|row| row.entry.header.lamport).min();
        for log in self.logs_of(writer.at_the_other())? {
            if let Some(said) = said {
                let from = self.first_behind(log, said)?;
                self.erase_in(log, from, (writer, about))?;
            }
        }
        Ok(())
    }

    /// Erases what goes with that in this log, from this place on.
    fn erase_in(
        self,
        log: LogId,
        from: u64,
        (writer, about): (Author, ReplyTo),
    ) -> Result<(), StoreError> {
        let mut next = from;
        loop {
            let found = self.entries_of(log, next, STRETCH)?;
            let Some((last, _)) = found.last() else {
                return Ok(());
            };
            next = last.sequence + 1;
            for (place, row) in found {
                if row.goes_with(writer, about) {
                    self.batch.erase_body(self.with, place)?;
                }
            }
        }
    }

    /// The first place of a log whose entry is later than this. The times in a log rise.
    fn first_behind(self, log: LogId, lamport: u64) -> Result<u64, StoreError> {
        let ends = self.batch.log_ends(self.with)?;
        let ends = ends.iter().filter(|end| self.log(end.log) == log);
        let end = ends.map(|end| end.sequence).max().unwrap_or_default();
        let (mut low, mut high) = (1, end + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let found = self.at(log, middle)?;
            match found.iter().all(|row| row.entry.header.lamport <= lamport) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        Ok(low)
    }

    /// What stands there, if it is what was named.
    fn named(self, writer: Author, about: ReplyTo) -> Result<Vec<Row>, StoreError> {
        let log = LogId {
            author: writer,
            incarnation: about.incarnation,
        };
        let mut found = self.at(log, about.sequence)?;
        found.retain(|row| row.version() == about.version);
        Ok(found)
    }

    /// True if nothing is left of what stands there.
    fn is_erased(self, writer: Author, about: ReplyTo) -> Result<bool, StoreError> {
        let named = self.named(writer, about)?;
        Ok(named.iter().any(|row| row.to_body_record().is_none()))
    }

    /// The logs of one of the two.
    fn logs_of(self, author: Author) -> Result<Vec<LogId>, StoreError> {
        let ends = self.batch.log_ends(self.with)?;
        let logs = ends.iter().map(|end| self.log(end.log));
        let mut logs: Vec<LogId> = logs.filter(|log| log.author == author).collect();
        logs.sort_unstable();
        logs.dedup();
        Ok(logs)
    }

    fn saved(self) -> Result<Saved, StoreError> {
        let ends = self.batch.log_ends(self.with)?;
        let marks = self.batch.ledger(self.with)?;
        let delivered = ends.iter().filter_map(|end| {
            let log = self.log(end.log);
            let is_main = log.author == Author::Me && end.log.line == 0;
            is_main.then_some((log.incarnation, end.delivered))
        });
        Ok(Saved {
            delivered: delivered.collect(),
            marks: match marks.is_empty() {
                true => Marks::default(),
                false => Marks::from_bytes(marks.into()).map_err(|_| StoreError::Damaged)?,
            },
            heads: ends
                .iter()
                .map(|end| {
                    let point = Point {
                        hash: end.hash,
                        lamport: end.lamport,
                        shown: end.shown,
                    };
                    let head = Head {
                        sequence: end.sequence,
                        point,
                    };
                    (self.log(end.log), end.log.line, head)
                })
                .collect(),
        })
    }

    /// The last rows before a place. What is damaged is left out.
    fn page(self, before: Option<Place>, most: usize) -> Result<Page, StoreError> {
        let before = before.map(|place| self.kept_place(place));
        let found = self.batch.entries(self.with, before.as_ref(), most)?;
        let is_first = found.len() < most;
        let rows = found.into_iter().filter_map(|entry| match entry {
            Ok(entry) => self.row(entry).ok(),
            Err(damaged) => {
                log::warn!("{damaged}, and left out");
                None
            }
        });
        Ok(Page {
            rows: rows.collect(),
            is_first,
        })
    }

    /// What stands at a place of a log, on all its lines.
    fn at(self, log: LogId, sequence: u64) -> Result<Vec<Row>, StoreError> {
        let found = self.entries_of(log, sequence, 0)?.into_iter();
        let rows = found.filter(|(place, _)| place.sequence == sequence);
        Ok(rows.map(|(_, row)| row).collect())
    }

    /// Rows of a log from a place and line on, of so many bytes together, and one in any case.
    fn load(
        self,
        log: LogId,
        (sequence, line): (u64, u8),
        at_most: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let found = self.entries_of(log, sequence, at_most)?.into_iter();
        let wanted = found.map(|(_, row)| row).filter(|row| {
            let place = (row.entry.header.sequence, row.line);
            place >= (sequence, line)
        });
        let mut bytes = 0_usize;
        let mut rows: Vec<Row> = Vec::new();
        for row in wanted {
            bytes += row.length();
            if bytes > at_most && !rows.is_empty() {
                break;
            }
            rows.push(row);
        }
        Ok(rows)
    }

    fn entries_of(
        self,
        log: LogId,
        from: u64,
        most_bytes: usize,
    ) -> Result<Vec<(store::Place, Row)>, StoreError> {
        let line = self.line(log, 0);
        let found = self
            .batch
            .entries_of_log(self.with, line, from, most_bytes)?;
        let found = found.into_iter().map(|entry| {
            let entry = entry.map_err(|_| StoreError::Damaged)?;
            Ok((entry.place, self.row(entry)?))
        });
        found.collect()
    }

    fn row(self, entry: KeptEntry) -> Result<Row, StoreError> {
        let LogId { author, .. } = self.log(entry.place.log);
        let body = entry.body.map(Bytes::from);
        let row = Row::from_record(author, entry.place.log.line, entry.head.into(), body);
        row.map_err(|_| StoreError::Damaged)
    }

    /// Where that stands, before whatever does.
    fn place(self, kept: store::Place) -> Place {
        Place {
            lamport: kept.lamport,
            author: kept.log.author.0,
            incarnation: self.log(kept.log).incarnation,
            sequence: kept.sequence,
            hash: [0; 32],
        }
    }

    /// Before what stands there on any line.
    fn kept_place(self, place: Place) -> store::Place {
        store::Place {
            lamport: place.lamport,
            log: LogLine {
                author: PublicKey(place.author),
                counter: place.incarnation.counter,
                random: place.incarnation.random,
                line: 0,
            },
            sequence: place.sequence,
        }
    }

    fn line(self, log: LogId, line: u8) -> LogLine {
        LogLine {
            author: match log.author {
                Author::Me => self.own,
                Author::Peer => self.with,
            },
            counter: log.incarnation.counter,
            random: log.incarnation.random,
            line,
        }
    }

    fn log(self, line: LogLine) -> LogId {
        LogId {
            author: match line.author == self.own {
                true => Author::Me,
                false => Author::Peer,
            },
            incarnation: Incarnation {
                counter: line.counter,
                random: line.random,
            },
        }
    }
}
