//! The rows of a conversation that a shell holds: so many, and no more at a time than it takes. So its
//! memory is bounded, and whoever writes faster than it shows is held back across the link.

use super::{Row, RowContent};
use std::collections::VecDeque;

/// Rows that may be told before the shell has taken them.
const UNTAKEN: u32 = 256;

/// Rows that stay on a screen.
const ROWS: usize = 5_000;

/// Bytes of all of them.
const BYTES: usize = 16 << 20;

/// See the module text.
#[derive(Debug, Default)]
pub(super) struct Window {
    rows: VecDeque<Held>,
    bytes: usize,
    untaken: u32,
}

#[derive(Debug)]
struct Held {
    number: u64,
    bytes: usize,
    /// Something may still happen to it, or have to be done about it.
    is_open: bool,
}

impl Held {
    fn of(row: &Row) -> Self {
        let (bytes, is_open) = match &row.content {
            RowContent::Text(text) => (text.len(), false),
            RowContent::Withdrawn
            | RowContent::Locked { .. }
            | RowContent::Ended
            | RowContent::Restored
            | RowContent::NotReadable
            | RowContent::Disappearing { .. } => (0, false),
            RowContent::File { name, state, .. } => (name.len(), !state.is_over()),
        };
        Self {
            number: row.number,
            bytes,
            is_open,
        }
    }
}

impl Window {
    /// Whether the shell takes more.
    pub(super) fn has_room(&self) -> bool {
        self.untaken < UNTAKEN
    }

    /// The shell has taken so many.
    pub(super) fn taken(&mut self, rows: u32) {
        self.untaken = self.untaken.saturating_sub(rows);
    }

    /// This row is told; returns the numbers of rows that have to leave the screen for it.
    pub(super) fn tell(&mut self, row: &Row) -> Vec<u64> {
        self.untaken = self.untaken.saturating_add(1);
        let new = Held::of(row);
        match self.rows.iter_mut().rfind(|old| old.number == new.number) {
            Some(old) => old.is_open = new.is_open,
            None => {
                self.bytes += new.bytes;
                self.rows.push_back(new);
            }
        }
        let mut gone = Vec::new();
        while self.rows.len() > ROWS || self.bytes > BYTES {
            // The newest stays, whatever its size.
            let oldest = self.rows.iter().position(|row| !row.is_open);
            let Some(at) = oldest.filter(|at| at + 1 < self.rows.len()) else {
                break;
            };
            let row = self.rows.remove(at);
            self.bytes -= row.as_ref().map_or(0, |row| row.bytes);
            gone.extend(row.map(|row| row.number));
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FileState;
    use std::time::Duration;

    fn text(number: u64, length: usize) -> Row {
        Row {
            number,
            ours: false,
            at: 0,
            before: None,
            lasting: None,
            content: RowContent::Text("a".repeat(length)),
        }
    }

    #[test]
    fn no_more_is_told_than_is_taken() {
        let mut window = Window::default();
        for number in 0..u64::from(UNTAKEN) {
            assert!(window.has_room());
            window.tell(&text(number, 1));
        }
        assert!(!window.has_room());
        window.taken(1);
        assert!(window.has_room());
    }

    #[test]
    fn the_oldest_rows_leave_the_screen_and_open_files_stay() {
        let mut window = Window::default();
        let file = |state| Row {
            number: 0,
            ours: false,
            at: 0,
            before: None,
            lasting: None,
            content: RowContent::File {
                name: "f".to_owned(),
                size: 1,
                files: None,
                state,
            },
        };
        assert!(window.tell(&file(FileState::Offered)).is_empty());
        for number in 1..ROWS as u64 {
            assert!(window.tell(&text(number, 1)).is_empty());
        }
        assert_eq!(window.tell(&text(9_999, 1)), [1]);
        // It is one of them already.
        assert!(window.tell(&file(FileState::Moving { done: 1 })).is_empty());
        let done = FileState::Done {
            path: None,
            hash: Vec::new(),
            took: Duration::ZERO,
        };
        assert!(window.tell(&file(done)).is_empty());
        assert_eq!(window.tell(&text(10_000, 1)), [0]);
        assert_eq!(window.tell(&text(10_001, BYTES)).len(), ROWS);
    }
}
