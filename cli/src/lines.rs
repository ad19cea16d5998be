//! Standard input, line by line, without holding up anything else.
//!
//! A thread of its own reads, because a blocked read cannot be called back; it ends with the program.

use std::collections::VecDeque;
use std::io::{BufRead, IsTerminal};
use tokio::sync::mpsc;

/// Lines that are read ahead of whoever wants them.
const AHEAD: usize = 64;

/// The longest line in bytes; what is longer is taken in parts.
const LONGEST: u64 = 1 << 20;

/// The lines that a person types or a script pipes in.
pub(crate) struct Lines {
    queue: mpsc::Receiver<String>,
    kept: VecDeque<String>,
    ended: bool,
    terminal: bool,
}

impl Lines {
    /// Begins to read.
    pub(crate) fn of_standard_input() -> Self {
        let (sender, queue) = mpsc::channel(AHEAD);
        std::thread::spawn(move || {
            let mut input = std::io::stdin().lock();
            let mut line = Vec::new();
            loop {
                line.clear();
                match std::io::Read::take(&mut input, LONGEST).read_until(b'\n', &mut line) {
                    Ok(1..) => {}
                    Ok(0) | Err(_) => return,
                }
                let text = String::from_utf8_lossy(&line);
                let text = text.trim_end_matches(['\r', '\n']).to_owned();
                if sender.blocking_send(text).is_err() {
                    return;
                }
            }
        });
        Self {
            queue,
            kept: VecDeque::new(),
            ended: false,
            terminal: std::io::stdin().is_terminal(),
        }
    }

    /// Whether a person types.
    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// The next line. None at the end, and from then on.
    pub(crate) async fn next(&mut self) -> Option<String> {
        if let Some(line) = self.kept.pop_front() {
            return Some(line);
        }
        let line = self.queue.recv().await;
        self.ended |= line.is_none();
        line
    }

    /// Whether [`Self::next`] has nothing more to give.
    pub(crate) fn is_over(&self) -> bool {
        self.ended && self.kept.is_empty()
    }

    /// Lines that are for somebody later, in their order.
    pub(crate) fn give_back(&mut self, lines: impl IntoIterator<Item = String>) {
        let later = std::mem::take(&mut self.kept);
        self.kept.extend(lines);
        self.kept.extend(later);
    }
}
