//! The line that is being typed: which key changes it how.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// The longest line in bytes. What is typed or pasted beyond it is not taken.
const LONGEST: usize = 16 << 20;

/// A line, and where in it the person is.
#[derive(Default)]
pub(crate) struct Line {
    text: String,
    /// In bytes, between two characters.
    cursor: usize,
}

/// Something that a person did.
pub(crate) enum Key {
    Pressed(KeyEvent),
    Pasted(String),
}

/// What comes of a key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// The line is whole, and an empty one begins.
    Line(String),
    /// Nothing more will be typed.
    End,
    /// The program is to end.
    Interrupt,
    /// The line is another now, or the same.
    Nothing,
}

impl Line {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// In bytes, between two characters.
    pub(crate) fn cursor(&self) -> usize {
        self.cursor
    }

    /// Another text instead, with the cursor at its end.
    pub(crate) fn replace(&mut self, text: String) {
        self.cursor = text.len();
        self.text = text;
    }

    /// Does what a key is for.
    pub(crate) fn press(&mut self, key: Key) -> Typed {
        let pressed = match key {
            Key::Pressed(pressed) if pressed.kind == KeyEventKind::Release => {
                return Typed::Nothing;
            }
            Key::Pressed(pressed) => pressed,
            Key::Pasted(text) => {
                self.paste(&text);
                return Typed::Nothing;
            }
        };
        // Both together are AltGr on some keyboards, which types.
        let held = pressed.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
        match pressed.code {
            KeyCode::Enter => return self.finish(),
            KeyCode::Char(c) if held == KeyModifiers::CONTROL => return self.control(c),
            KeyCode::Char(_) if held == KeyModifiers::ALT => {}
            KeyCode::Char(c) => self.insert(c.encode_utf8(&mut [0; 4])),
            KeyCode::Tab => self.insert("\t"),
            KeyCode::Backspace => self.remove(self.before(), self.cursor),
            KeyCode::Delete => self.remove(self.cursor, self.after()),
            KeyCode::Left => self.cursor = self.before(),
            KeyCode::Right => self.cursor = self.after(),
            KeyCode::Home => self.cursor = 0,
            KeyCode::End => self.cursor = self.text.len(),
            _ => {}
        }
        Typed::Nothing
    }

    /// As lines are edited at any terminal.
    fn control(&mut self, c: char) -> Typed {
        match c {
            // How a line ends where no key was pressed, such as for a program that types.
            'j' | 'm' => return self.finish(),
            'c' => return Typed::Interrupt,
            'd' if self.text.is_empty() => return Typed::End,
            'd' => self.remove(self.cursor, self.after()),
            'h' => self.remove(self.before(), self.cursor),
            'w' => self.remove(self.word(), self.cursor),
            'u' => self.remove(0, self.cursor),
            'k' => self.remove(self.cursor, self.text.len()),
            'a' => self.cursor = 0,
            'e' => self.cursor = self.text.len(),
            'b' => self.cursor = self.before(),
            'f' => self.cursor = self.after(),
            _ => {}
        }
        Typed::Nothing
    }

    fn finish(&mut self) -> Typed {
        self.cursor = 0;
        Typed::Line(std::mem::take(&mut self.text))
    }

    /// Takes a text with the ends of its lines, but not with the last: whether to send it is for the person
    /// to say.
    fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        self.insert(text.strip_suffix('\n').unwrap_or(&text));
    }

    pub(crate) fn insert(&mut self, text: &str) {
        let room = LONGEST.saturating_sub(self.text.len());
        let text = &text[..text.floor_char_boundary(room)];
        self.text.insert_str(self.cursor, text);
        self.cursor += text.len();
    }

    fn remove(&mut self, from: usize, to: usize) {
        self.text.replace_range(from..to, "");
        self.cursor = from;
    }

    fn before(&self) -> usize {
        let last = self.text[..self.cursor].char_indices().next_back();
        last.map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        let next = self.text[self.cursor..].chars().next();
        self.cursor + next.map_or(0, char::len_utf8)
    }

    /// Where the word begins that the person is in, or behind.
    fn word(&self) -> usize {
        let before = self.text[..self.cursor].trim_end();
        before.rfind(char::is_whitespace).map_or(0, |at| {
            at + before[at..].chars().next().map_or(0, char::len_utf8)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(line: &mut Line, code: KeyCode) -> Typed {
        line.press(Key::Pressed(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    fn control(line: &mut Line, c: char) -> Typed {
        let pressed = KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        line.press(Key::Pressed(pressed))
    }

    fn type_in(line: &mut Line, text: &str) {
        for c in text.chars() {
            assert_eq!(press(line, KeyCode::Char(c)), Typed::Nothing);
        }
    }

    #[test]
    fn a_line_is_mended_before_it_is_sent() {
        let mut line = Line::default();
        type_in(&mut line, "héllo wörld");
        for _ in 0..4 {
            press(&mut line, KeyCode::Left);
        }
        press(&mut line, KeyCode::Backspace);
        type_in(&mut line, "o");
        press(&mut line, KeyCode::Delete);
        assert_eq!(line.text(), "héllo orld");
        control(&mut line, 'a');
        type_in(&mut line, "so: ");
        control(&mut line, 'e');
        control(&mut line, 'w');
        type_in(&mut line, "all");
        assert_eq!(
            press(&mut line, KeyCode::Enter),
            Typed::Line("so: héllo all".to_owned())
        );
        assert_eq!((line.text(), line.cursor()), ("", 0));
    }

    #[test]
    fn what_is_pasted_is_one_piece_and_waits_for_enter() {
        let mut line = Line::default();
        type_in(&mut line, "see: ");
        let long = "x".repeat(70_000);
        let pasted = format!("one\rtwo\r\nthree {long}\r\n");
        assert_eq!(line.press(Key::Pasted(pasted)), Typed::Nothing);
        assert_eq!(
            control(&mut line, 'j'),
            Typed::Line(format!("see: one\ntwo\nthree {long}"))
        );
    }

    #[test]
    fn the_end_is_said_on_an_empty_line_alone() {
        let mut line = Line::default();
        type_in(&mut line, "a");
        assert_eq!(control(&mut line, 'd'), Typed::Nothing);
        control(&mut line, 'u');
        assert_eq!(control(&mut line, 'd'), Typed::End);
        assert_eq!(control(&mut line, 'c'), Typed::Interrupt);
    }

    #[test]
    fn no_key_leaves_the_cursor_inside_of_a_character() {
        let keys = "adhwukebf";
        for first in 0..keys.len() {
            let mut line = Line::default();
            type_in(&mut line, "日本 é 👩\u{200d}🚀 x");
            for step in 0..40 {
                let at = (first * 7 + step * 5) % keys.len();
                control(&mut line, keys.as_bytes()[at].into());
                press(&mut line, [KeyCode::Left, KeyCode::Right][step % 2]);
                assert!(line.text().is_char_boundary(line.cursor()));
                type_in(&mut line, "ß");
            }
        }
    }
}
