//! The rows at the foot of the screen, and how they are drawn and taken away again.

use crate::margin::{self, cut, width};

/// The most rows of a line that is typed which are shown at a time: those around the cursor.
const MOST_ROWS: usize = 6;

/// The most rows of a line that was typed which stay on the screen.
const MOST_KEPT: usize = 12;

/// What stands there instead of the rows that are too many.
const CUT: &str = "  ...";

/// Where the further rows of a line begin.
const FURTHER: &str = "  ";

/// The rows at the foot of the screen, and the cursor in them.
pub(super) struct Foot {
    rows: Vec<String>,
    cursor: Place,
}

/// In which row, and behind how many bytes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    row: usize,
    at: usize,
}

impl Place {
    fn end_of(rows: &[String]) -> Self {
        Self {
            row: rows.len().saturating_sub(1),
            at: rows.last().map_or(0, String::len),
        }
    }
}

/// A line as it is shown while it is typed.
pub(super) struct Shown<'a> {
    pub(super) prompt: &'a str,
    pub(super) text: &'a str,
    /// How many bytes of the text are in front of the cursor.
    pub(super) before: usize,
}

impl Foot {
    /// `rows` above a line that is typed.
    pub(super) fn of(rows: &[String], input: Option<Shown<'_>>, columns: usize) -> Self {
        let mut rows = rows.to_vec();
        let Some(input) = input else {
            let cursor = Place::end_of(&rows);
            return Self { rows, cursor };
        };
        let (folded, Place { row, at }) = fold(&input, columns);
        let first = (row + 1).saturating_sub(MOST_ROWS);
        let row = rows.len() + row - first;
        rows.extend(folded.into_iter().skip(first).take(MOST_ROWS));
        let cursor = Place { row, at };
        Self { rows, cursor }
    }

    /// What takes it away, once it is drawn.
    pub(super) fn erasing(&self) -> String {
        match (self.cursor.row, self.rows.len()) {
            // Some terminals keep a copy of what is cleared from the top of the screen to its end.
            (0, 1) => "\r\x1b[K".to_owned(),
            (0, _) => "\r\x1b[J".to_owned(),
            (up, _) => format!("\r\x1b[{up}A\x1b[J"),
        }
    }

    /// As a terminal takes it whose cursor is at the beginning of an empty row.
    pub(super) fn drawn(&self) -> String {
        let mut drawn = self.rows.join("\r\n");
        let Place { row, at } = self.cursor;
        if self.cursor == Place::end_of(&self.rows) {
            return drawn;
        }
        let below = self.rows.len() - 1 - row;
        if below > 0 {
            drawn.push_str(&format!("\x1b[{below}A"));
        }
        // Written once more, the cursor stands where this terminal counts it to.
        drawn.push('\r');
        drawn.push_str(&self.rows[row][..at]);
        drawn
    }
}

/// What stays on the screen of a line that was typed, with its end.
pub(super) fn kept(prompt: &str, text: &str, columns: usize) -> String {
    // Nobody sees more of it, and a long text takes its time to fold.
    let text = cut(text, columns.saturating_mul(MOST_KEPT + 1));
    let text: String = text.chars().map(plain).collect();
    let folded = margin::fold(&text, prompt, FURTHER, columns);
    let mut rows: Vec<&str> = folded.lines().collect();
    if rows.len() > MOST_KEPT {
        rows.truncate(MOST_KEPT - 1);
        rows.push(CUT);
    }
    format!("{}\r\n", rows.join("\r\n"))
}

/// What is written to a terminal that moves no cursor, so that a line which shows `shown` shows `text`.
pub(super) fn echo(shown: &str, text: &str) -> String {
    let as_shown = |text: &str| text.chars().map(plain).collect::<String>();
    if let Some(added) = text.strip_prefix(shown) {
        return as_shown(added);
    }
    match shown.strip_prefix(text) {
        Some(removed) => "\x08 \x08".repeat(removed.chars().map(width).sum()),
        None => format!("\r\n{}", as_shown(text)),
    }
}

/// A line in rows that do not fill the screen, and where its cursor is.
fn fold(line: &Shown<'_>, columns: usize) -> (Vec<String>, Place) {
    let mut rows = vec![String::new()];
    let mut used = 0;
    let mut put = |rows: &mut Vec<String>, c: char| {
        if used + width(c) >= columns && used > FURTHER.len() {
            rows.push(FURTHER.to_owned());
            used = FURTHER.len();
        }
        used += width(c);
        if let Some(row) = rows.last_mut() {
            row.push(c);
        }
    };
    for c in line.prompt.chars() {
        put(&mut rows, c);
    }
    let mut cursor = None;
    for (at, c) in line.text.char_indices() {
        if at == line.before {
            cursor = Some(Place::end_of(&rows));
        }
        put(&mut rows, plain(c));
    }
    let cursor = cursor.unwrap_or_else(|| Place::end_of(&rows));
    (rows, cursor)
}

/// What is shown of a character that is typed. None moves the cursor or turns the line around, as what is pasted might.
pub(crate) fn plain(c: char) -> char {
    match c {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => ' ',
        c if c.is_control() => ' ',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str, before: usize, columns: usize) -> Foot {
        let shown = Shown {
            prompt: "> ",
            text,
            before,
        };
        Foot::of(&["* a file".to_owned()], Some(shown), columns)
    }

    #[test]
    fn a_line_is_shown_below_what_is_under_way() {
        let foot = typed("hello", 5, 80);
        assert_eq!(foot.drawn(), "* a file\r\n> hello");
        assert_eq!(foot.erasing(), "\r\x1b[1A\x1b[J");
        let foot = typed("hello", 2, 80);
        assert_eq!(foot.drawn(), "* a file\r\n> hello\r> he");
    }

    #[test]
    fn no_row_fills_the_screen() {
        for filler in ["a", "日", "👩\u{200d}🚀", "e\u{301}", "\n", "\u{202e}"] {
            for columns in 8..40 {
                let foot = typed(&filler.repeat(70), 0, columns);
                for row in &foot.rows[1..] {
                    let used: usize = row.chars().map(width).sum();
                    assert!(used < columns, "{row:?}");
                    assert!(!row.contains(['\n', '\u{202e}']), "{row:?}");
                }
            }
        }
    }

    #[test]
    fn of_a_long_line_the_rows_around_the_cursor_are_shown() {
        let text: String = ('a'..='z').flat_map(|c| [c; 17]).collect();
        let foot = typed(&text, text.len(), 20);
        assert_eq!(foot.rows.len(), 1 + MOST_ROWS);
        assert!(foot.rows[MOST_ROWS].ends_with('z'));
        assert_eq!(foot.cursor, Place::end_of(&foot.rows));
        let foot = typed(&text, 0, 20);
        assert_eq!(foot.rows.len(), 1 + MOST_ROWS);
        assert_eq!(foot.cursor, Place { row: 1, at: 2 });
        assert!(foot.drawn().ends_with("\x1b[5A\r> "), "{}", foot.drawn());
    }

    #[test]
    fn what_is_echoed_is_what_changed_or_the_whole_line_again() {
        assert_eq!(echo("", "hé\n"), "hé ");
        assert_eq!(echo("hé", "hé"), "");
        assert_eq!(echo("a日", "a"), "\x08 \x08\x08 \x08");
        assert_eq!(echo("helo", "hello"), "\r\nhello");
    }

    #[test]
    fn what_stays_of_a_line_is_all_of_it_or_its_beginning() {
        assert_eq!(kept("> ", "hello", 80), "> hello\r\n");
        assert_eq!(
            kept("> ", "good morning to you", 14),
            "> good\r\n  morning to\r\n  you\r\n"
        );
        assert_eq!(kept("Answer: ", "", 80), "Answer: \r\n");
        let long = kept("> ", &"x".repeat(70_000), 80);
        assert_eq!(long.lines().count(), MOST_KEPT);
        assert!(long.ends_with("  ...\r\n"));
    }
}
