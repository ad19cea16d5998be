//! Standard input, line by line, without holding up anything else.
//!
//! A thread of its own reads, because a blocked read cannot be called back; it ends with the program.

use crate::hidden::Hidden;
use crate::output::Output;
use crate::terminal::{self, Keyboard, Secretly};
use std::collections::VecDeque;
use std::io::{self, BufRead, IsTerminal, Read};
use tokio::sync::mpsc;

/// Lines that are read ahead of whoever wants them.
const AHEAD: usize = 64;

/// The longest line in bytes that is piped in; what is longer is taken in parts.
const LONGEST: usize = 16 << 20;

/// The lines that a person types or a script pipes in.
pub(crate) struct Lines {
    queue: mpsc::Receiver<String>,
    kept: VecDeque<String>,
    ended: bool,
    terminal: bool,
    /// Where a person types.
    keyboard: Option<Keyboard>,
}

impl Lines {
    /// Begins to read. What a person types is drawn unless a program reads what this one says.
    pub(crate) fn of_standard_input(output: &Output) -> Self {
        let (sender, queue) = mpsc::channel(AHEAD);
        let keyboard = match output.is_for_programs() {
            true => Keyboard::begin_echoing(),
            false => Keyboard::begin(),
        };
        let is_typed = keyboard.is_some();
        std::thread::spawn(move || match is_typed {
            true => {
                while let Some(line) = terminal::next_line() {
                    if sender.blocking_send(line).is_err() {
                        return;
                    }
                }
            }
            false => read(io::stdin().lock(), |line| {
                sender.blocking_send(line).is_ok()
            }),
        });
        Self {
            queue,
            kept: VecDeque::new(),
            ended: false,
            terminal: io::stdin().is_terminal(),
            keyboard,
        }
    }

    /// Whether what a person types is taken key by key.
    pub(crate) fn are_keys(&self) -> bool {
        self.keyboard.is_some()
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

    /// Asks the person for a line that does not show, for as long as what is given lives.
    ///
    /// # Errors
    /// Where nothing can be hidden.
    pub(crate) fn ask_secretly(&self, prompt: &str, output: &Output) -> io::Result<Unseen> {
        let prompt = output.as_prompt(prompt);
        if let Some(asked) = terminal::ask_secretly(&prompt) {
            return Ok(Unseen::Drawn { _asked: asked });
        }
        output.prompt(&prompt);
        let hidden = Hidden::begin(io::stdin())?;
        Ok(Unseen::Plain { _hidden: hidden })
    }
}

/// What is typed does not show while this lives.
pub(crate) enum Unseen {
    Drawn { _asked: Secretly },
    Plain { _hidden: Hidden },
}

/// Hands on line after line, until nobody wants more of them.
fn read(mut input: impl BufRead, mut hand_on: impl FnMut(String) -> bool) {
    let mut bytes = Vec::new();
    loop {
        let room = (LONGEST - bytes.len()) as u64;
        let count = (&mut input).take(room).read_until(b'\n', &mut bytes);
        let is_end = !matches!(count, Ok(1..));
        if is_end && bytes.is_empty() {
            return;
        }
        let rest = match is_end || bytes.ends_with(b"\n") {
            true => Vec::new(),
            false if bytes.len() < LONGEST => continue,
            false => bytes.split_off(inside_of_a_word(&bytes)),
        };
        let text = String::from_utf8_lossy(&bytes);
        if !hand_on(text.trim_end_matches(['\r', '\n']).to_owned()) || is_end {
            return;
        }
        bytes = rest;
    }
}

/// Where a line that is too long can be cut so that its rest says what it said: between two characters that
/// are neither white space, which is not sent at an edge, nor the slash of a command. At the end if there are
/// none.
fn inside_of_a_word(line: &[u8]) -> usize {
    let is_inside = |byte: u8| !byte.is_ascii_whitespace() && byte != b'/';
    let begins = |byte: u8| byte & 0xc0 != 0x80;
    let cut = (1..line.len())
        .rev()
        .find(|&at| begins(line[at]) && is_inside(line[at]) && is_inside(line[at - 1]));
    cut.unwrap_or(line.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(input: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        read(input, |line| {
            lines.push(line);
            true
        });
        lines
    }

    #[test]
    fn lines_are_handed_on_without_their_ends_and_the_last_without_one_too() {
        assert_eq!(lines(b"one\r\n\ntwo\nthree"), ["one", "", "two", "three"]);
        assert!(lines(b"").is_empty());
    }

    #[test]
    fn nothing_of_a_line_without_end_is_lost_or_cut_in_a_character() {
        let word = "é/ x".repeat(LONGEST / 4);
        let parts = lines(format!("{word}\nnext").as_bytes());
        assert_eq!(parts.last().map(String::as_str), Some("next"));
        let parts = &parts[..parts.len() - 1];
        assert!(parts.len() > 1);
        assert!(
            parts
                .iter()
                .all(|part| part.trim() == part || part.starts_with('é'))
        );
        assert!(parts.iter().all(|part| !part.starts_with('/')));
        assert_eq!(parts.concat(), word);
    }
}
