//! The rows of a conversation that a shell holds: so many, and no more at a time than it takes. So its
//! memory is bounded, and whoever writes faster than it shows is held back across the link.

use crate::{Entry, FileState};
use std::collections::VecDeque;

/// Rows that may be told before the shell has taken them.
const UNTAKEN: u32 = 256;

/// Rows that stay on a screen.
const ROWS: usize = 5_000;

/// Bytes of all of them.
const BYTES: usize = 16 << 20;

#[derive(Default)]
pub(super) struct Window {
    rows: VecDeque<Row>,
    bytes: usize,
    untaken: u32,
}

struct Row {
    number: u64,
    bytes: usize,
    /// Something may still happen to it, or have to be done about it.
    is_open: bool,
}

impl Row {
    fn of(entry: &Entry) -> Self {
        let (number, bytes, is_open) = match entry {
            Entry::Text { number, text, .. } => (*number, text.len(), false),
            Entry::File {
                number,
                name,
                state,
                ..
            } => {
                let is_over = matches!(state, FileState::Done { .. } | FileState::Failed { .. });
                (*number, name.len(), !is_over)
            }
        };
        Self {
            number,
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

    /// This is told; the numbers of rows that have to leave the screen for it.
    pub(super) fn tell(&mut self, entry: &Entry) -> Vec<u64> {
        self.untaken = self.untaken.saturating_add(1);
        let row = Row::of(entry);
        match self.rows.iter_mut().rfind(|old| old.number == row.number) {
            Some(old) => old.is_open = row.is_open,
            None => {
                self.bytes += row.bytes;
                self.rows.push_back(row);
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

    fn text(number: u64, length: usize) -> Entry {
        Entry::Text {
            number,
            ours: false,
            text: "a".repeat(length),
        }
    }

    fn file(number: u64, state: FileState) -> Entry {
        Entry::File {
            number,
            ours: false,
            name: "f".to_owned(),
            size: 1,
            state,
        }
    }

    #[test]
    fn a_shell_that_takes_nothing_is_told_so_many_and_no_more() {
        let mut window = Window::default();
        for number in 0..256 {
            assert!(window.has_room());
            window.tell(&text(number, 1));
        }
        assert!(!window.has_room());
        window.taken(1);
        assert!(window.has_room());
        window.taken(1_000);
        assert_eq!(window.untaken, 0);
    }

    #[test]
    fn the_oldest_rows_leave_the_screen_and_open_files_stay() {
        let mut window = Window::default();
        assert!(window.tell(&file(0, FileState::Offered)).is_empty());
        for number in 1..5_000 {
            assert!(window.tell(&text(number, 1)).is_empty());
        }
        assert_eq!(window.tell(&text(5_000, 1)), [1]);
        // It is one of them already.
        assert!(
            window
                .tell(&file(0, FileState::Moving { done: 1 }))
                .is_empty()
        );
        assert!(
            window
                .tell(&file(0, FileState::Done { path: None }))
                .is_empty()
        );
        assert_eq!(window.tell(&text(5_001, 1)), [0]);
        assert_eq!(window.rows.len(), 5_000);
    }

    #[test]
    fn long_rows_leave_it_earlier() {
        let mut window = Window::default();
        let most = 64 << 10;
        for number in 0..256 {
            assert!(window.tell(&text(number, most)).is_empty());
        }
        assert_eq!(window.tell(&text(256, most)), [0]);
        assert_eq!(window.bytes, BYTES);
    }
}
