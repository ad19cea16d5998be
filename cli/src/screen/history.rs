//! What was said: the lines that are held, and which of them are seen. It is scrolled by rows, and stays
//! where it is while something is added below.

use super::entry::{Content, Entry, FileOnTheWay, Room};
use super::looks::Looks;
use super::text;
use super::time::{self, Zone};
use crate::{strings, words};
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
    /// The row with which begins what came while nobody looked.
    new_from: Option<u64>,
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
        let place = self.place_of(row.number);
        let mut entry = Entry::of(row);
        if let RowContent::File {
            name,
            size,
            state,
            files,
        } = &row.content
        {
            let known = place.and_then(|at| self.entries[at].take_file());
            let mut file = known.unwrap_or_else(|| {
                FileOnTheWay::new(&words::file_name(name, *files), *size, number)
            });
            file.moved(state, at.instant);
            entry.content = Content::File(Box::new(file));
        }
        match place {
            Some(place) => {
                self.bytes += entry.bytes();
                let before = std::mem::replace(&mut self.entries[place], entry);
                self.bytes -= before.bytes();
            }
            None => {
                let before = row.before.and_then(|number| self.place_of(number));
                let is_new = row
                    .lasting
                    .as_ref()
                    .is_some_and(|lasting| lasting.is_old && lasting.is_unread);
                // A page that is read later stands above.
                if is_new && (self.new_from.is_none() || row.before == self.new_from) {
                    self.new_from = Some(row.number);
                }
                let place = match before {
                    Some(place) => place,
                    None if row.is_old() => self.behind_what_was_said(entry.at),
                    None => self.entries.len(),
                };
                self.insert(place, entry);
            }
        }
    }

    /// This row has to leave.
    pub(super) fn gone(&mut self, number: u64) {
        let Some(place) = self.place_of(number) else {
            return;
        };
        self.bytes -= self.entries.remove(place).map_or(0, |entry| entry.bytes());
        let place = self.first + place as u64;
        if let Some(bottom) = &mut self.bottom
            && bottom.serial > place
        {
            bottom.serial -= 1;
        }
    }

    /// Where the row with this number stands. Most that change are late ones.
    fn place_of(&self, number: u64) -> Option<usize> {
        let mut entries = self.entries.iter();
        entries.rposition(|entry| entry.row == Some(number))
    }

    /// In front of what this program has said since then.
    fn behind_what_was_said(&self, at: u64) -> usize {
        let later = self.entries.iter().rev();
        let later = later.take_while(|entry| entry.row.is_none() && entry.at > at);
        self.entries.len() - later.count()
    }

    /// The row that is chosen next, from the one that is chosen, in this direction; those are left out that
    /// nobody keeps.
    pub(super) fn choose(&self, chosen: Option<u64>, is_up: bool) -> Option<u64> {
        let chosen = chosen.and_then(|number| self.place_of(number));
        let is_kept = |entry: &&Entry| entry.is_kept;
        let found = match (chosen, is_up) {
            (Some(at), true) => self.entries.range(..at).rev().find(is_kept),
            (None, true) => self.entries.iter().rev().find(is_kept),
            (Some(at), false) => self.entries.range(at + 1..).find(is_kept),
            (None, false) => None,
        };
        found.and_then(|entry| entry.row)
    }

    /// What this row says, if it is an own text.
    pub(super) fn own_text(&self, number: u64) -> Option<&str> {
        let place = self.place_of(number)?;
        self.entries[place].own_text()
    }

    /// Scrolls so that this row is seen in a room of so many.
    pub(super) fn show(&mut self, number: u64, room: Room<'_>, rows: usize, pen: Pen) {
        let Some(place) = self.place_of(number) else {
            return;
        };
        let Some((last, row)) = self.place(room, pen) else {
            return;
        };
        let between = (place..last).map(|at| self.rows_of(at, room, pen).len());
        if place > last || between.sum::<usize>() + row + 1 > rows {
            self.bottom = self.row_below(place, rows, room, pen);
        }
    }

    /// Whether the beginning of what is held is seen.
    pub(super) fn is_at_the_top(&self, room: Room<'_>, rows: usize, pen: Pen) -> bool {
        let Some((last, row)) = self.place(room, pen) else {
            return true;
        };
        let mut height = row + 1;
        for at in (0..last).rev() {
            if height > rows {
                return false;
            }
            height += self.rows_of(at, room, pen).len();
        }
        height <= rows
    }

    /// Something that this program says.
    pub(super) fn note(&mut self, text: &str, at: Moment) {
        self.insert(self.entries.len(), Entry::note(text, at.unix));
    }

    fn insert(&mut self, place: usize, entry: Entry) {
        let is_last = place == self.entries.len();
        if self.bottom.is_some() && is_last {
            self.unseen += 1;
        }
        self.bytes += entry.bytes();
        self.entries.insert(place, entry);
        if let Some(bottom) = &mut self.bottom
            && bottom.serial >= self.first + place as u64
        {
            bottom.serial += 1;
        }
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
            Scroll::First => self.bottom = self.row_below(0, rows, room, pen),
            Scroll::Up(count) => {
                self.bottom = self.up(count, room, pen);
                if self.seen(room, rows, pen).len() < rows {
                    self.bottom = self.row_below(0, rows, room, pen);
                }
            }
            Scroll::Down(count) => self.bottom = self.down(count, room, pen),
        }
        if self.bottom.is_none() {
            self.unseen = 0;
        }
    }

    /// The last of so many rows from this line on; None where there are no more.
    fn row_below(&self, from: usize, rows: usize, room: Room<'_>, pen: Pen) -> Option<Bottom> {
        let mut left = rows.saturating_sub(1);
        for at in from..self.entries.len() {
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
        if entry.row.is_some() && entry.row == self.new_from {
            rows.push(between(strings::screen_new(), room.columns, pen.looks));
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
