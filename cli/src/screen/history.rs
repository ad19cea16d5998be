//! What was said: the lines that are held, and which of them are seen. It is scrolled by rows, and stays
//! where it is while something is added below.

use super::entry::{Author, Content, Entry, FileOnTheWay, Room};
use super::looks::Looks;
use super::text;
use super::time::{self, Zone};
use handfast_native::device::{Row, RowContent};
use ratatui_core::text::{Line, Span};
use std::collections::VecDeque;
use std::time::Instant;

/// The most lines that are held, and the most bytes of them.
const MOST: (usize, usize) = (10_000, 16 << 20);

/// A moment, by the clock on the wall and by one that is never set.
#[derive(Clone, Copy)]
pub(crate) struct Moment {
    /// Milliseconds since 1970-01-01 UTC.
    pub(super) unix: u64,
    pub(super) instant: Instant,
}

impl Moment {
    pub(super) fn now() -> Self {
        Self {
            unix: crate::output::unix_microseconds() / 1000,
            instant: Instant::now(),
        }
    }
}

/// How to draw.
#[derive(Clone, Copy)]
pub(super) struct Pen {
    pub(super) looks: Looks,
    pub(super) zone: Zone,
    pub(super) now: Moment,
}

/// How far to scroll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scroll {
    Up(usize),
    Down(usize),
    First,
    Last,
}

/// The lines that are held.
#[derive(Default)]
pub(super) struct History {
    entries: VecDeque<Entry>,
    /// The serial number of the first of them; it grows when that leaves.
    first: u64,
    bytes: usize,
    /// The row that is seen last, where that is not the last there is.
    bottom: Option<Bottom>,
    /// Lines that came below it.
    unseen: usize,
}

/// A row of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bottom {
    serial: u64,
    row: usize,
}

impl History {
    /// A row of the conversation is new, or looks like this now. `number`: by which the person answers.
    pub(super) fn row(&mut self, row: &Row, number: Option<u64>, at: Moment) {
        let author = match row.ours {
            true => Author::Me,
            false => Author::Peer,
        };
        let (name, size, state) = match &row.content {
            RowContent::Text(text) => return self.push(author, Content::Text(text.clone()), at),
            RowContent::File { name, size, state } => (name, *size, state),
        };
        let is_it = |file: &&mut FileOnTheWay| file.row == row.number;
        let files = self.entries.iter_mut().rev().filter_map(Entry::as_file);
        match files.into_iter().find(is_it) {
            Some(file) => file.moved(state, at.instant),
            None => {
                let file = FileOnTheWay::new(row.number, name, size, number, state, at.instant);
                self.push(author, Content::File(Box::new(file)), at);
            }
        }
    }

    /// Something that this program says.
    pub(super) fn note(&mut self, text: &str, at: Moment) {
        self.push(Author::Nobody, Content::Note(text.to_owned()), at);
    }

    fn push(&mut self, author: Author, content: Content, at: Moment) {
        if self.bottom.is_some() {
            self.unseen += 1;
        }
        let entry = Entry::new(author, content, at.unix);
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
        let (most, most_bytes) = MOST;
        while self.entries.len() > 1 && (self.entries.len() > most || self.bytes > most_bytes) {
            self.bytes -= self.entries.pop_front().map_or(0, |entry| entry.bytes());
            self.first += 1;
        }
        if self.bottom.is_some_and(|bottom| bottom.serial < self.first) {
            let serial = self.first;
            self.bottom = Some(Bottom { serial, row: 0 });
        }
    }

    /// How many lines came below what is seen; none where all of it is seen to its end.
    pub(super) fn unseen(&self) -> Option<usize> {
        self.bottom.map(|_| self.unseen)
    }

    /// What was said last is seen.
    pub(super) fn see_the_end(&mut self) {
        self.bottom = None;
        self.unseen = 0;
    }

    /// Scrolls in a room of so many rows.
    pub(super) fn scroll(&mut self, by: Scroll, room: Room<'_>, rows: usize, pen: Pen) {
        match by {
            Scroll::Last => self.bottom = None,
            Scroll::First => self.bottom = self.row_from_the_top(rows, room, pen),
            Scroll::Up(count) => {
                let bottom = self.up(count, room, pen);
                self.bottom = bottom;
                if self.seen(room, rows, pen).len() < rows {
                    self.bottom = self.row_from_the_top(rows, room, pen);
                }
            }
            Scroll::Down(count) => self.bottom = self.down(count, room, pen),
        }
        if self.bottom.is_none() {
            self.unseen = 0;
        }
    }

    /// The last row of the first so many; None where there are no more.
    fn row_from_the_top(&self, rows: usize, room: Room<'_>, pen: Pen) -> Option<Bottom> {
        let mut left = rows.saturating_sub(1);
        for at in 0..self.entries.len() {
            let height = self.rows_of(at, room, pen).len();
            if left < height {
                let bottom = Bottom {
                    serial: self.first + at as u64,
                    row: left,
                };
                let is_last = at + 1 == self.entries.len() && left + 1 == height;
                return (!is_last).then_some(bottom);
            }
            left -= height;
        }
        None
    }

    fn up(&self, count: usize, room: Room<'_>, pen: Pen) -> Option<Bottom> {
        let (mut at, mut row) = self.place(room, pen)?;
        let mut left = count;
        while left > row {
            if at == 0 {
                row = 0;
                left = 0;
                break;
            }
            left -= row + 1;
            at -= 1;
            row = self.rows_of(at, room, pen).len().saturating_sub(1);
        }
        Some(Bottom {
            serial: self.first + at as u64,
            row: row - left,
        })
    }

    fn down(&self, count: usize, room: Room<'_>, pen: Pen) -> Option<Bottom> {
        self.bottom?;
        let (mut at, row) = self.place(room, pen)?;
        let mut row = row + count;
        loop {
            let height = self.rows_of(at, room, pen).len();
            let is_last = at + 1 == self.entries.len();
            if row < height {
                let serial = self.first + at as u64;
                return (!is_last || row + 1 < height).then_some(Bottom { serial, row });
            }
            if is_last {
                return None;
            }
            row -= height;
            at += 1;
        }
    }

    /// Which line is seen last, and its last row that is seen.
    fn place(&self, room: Room<'_>, pen: Pen) -> Option<(usize, usize)> {
        let last = self.entries.len().checked_sub(1)?;
        let (at, row) = match self.bottom {
            Some(bottom) => ((bottom.serial - self.first) as usize, Some(bottom.row)),
            None => (last, None),
        };
        let at = at.min(last);
        let end = self.rows_of(at, room, pen).len().saturating_sub(1);
        Some((at, row.unwrap_or(end).min(end)))
    }

    /// The rows that are seen in a room of so many.
    pub(super) fn seen(&self, room: Room<'_>, rows: usize, pen: Pen) -> Vec<Line<'static>> {
        let Some((last, row)) = self.place(room, pen) else {
            return Vec::new();
        };
        let mut seen = Vec::new();
        for at in (0..=last).rev() {
            let mut drawn = self.rows_of(at, room, pen);
            if at == last {
                drawn.truncate(row + 1);
            }
            seen.extend(drawn.into_iter().rev());
            if seen.len() >= rows {
                break;
            }
        }
        seen.truncate(rows);
        seen.reverse();
        seen
    }

    /// All rows of one line, below that of its day where that begins with it.
    fn rows_of(&self, at: usize, room: Room<'_>, pen: Pen) -> Vec<Line<'static>> {
        let Some(entry) = self.entries.get(at) else {
            return Vec::new();
        };
        let day = |entry: &Entry| pen.zone.at(entry.at).date();
        let before = at.checked_sub(1).and_then(|at| self.entries.get(at));
        let mut rows = Vec::new();
        if before.is_none_or(|before| day(before) != day(entry)) {
            let today = pen.zone.at(pen.now.unix).date();
            rows.push(between(
                &time::day(day(entry), today),
                room.columns,
                pen.looks,
            ));
        }
        rows.extend(entry.rows(room, pen));
        rows
    }
}

/// A row between others, in the middle.
pub(super) fn between(said: &str, columns: usize, looks: Looks) -> Line<'static> {
    let line = looks.either("──", "--");
    let said = text::cut(said, columns.saturating_sub(6));
    let told = format!("{line} {said} {line}");
    let before = columns.saturating_sub(text::width(&told)) / 2;
    Line::from(vec![
        Span::raw(" ".repeat(before)),
        Span::styled(told, looks.faint()),
    ])
}
