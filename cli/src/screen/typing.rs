//! The line that is typed, in rows: with the ends of lines that it has, and the cursor in them.

use super::text;
use crate::terminal::plain;

/// What stands in front of it, and in front of its further rows.
const PROMPT: [&str; 2] = ["> ", "  "];

/// Rows of a text that is typed, of which the last are at most so many columns wide; and where its cursor is,
/// in rows and columns. Of many rows those around the cursor are shown.
pub(super) fn rows(
    typed: &str,
    cursor: usize,
    columns: usize,
    most: usize,
) -> (Vec<String>, (usize, usize)) {
    let cursor = typed[..cursor].chars().map(shown).map(char::len_utf8).sum();
    let typed: String = typed.chars().map(shown).collect();
    let (mut rows, mut place) = (Vec::new(), (0, 0));
    let mut at = 0;
    for (number, line) in typed.split('\n').enumerate() {
        let mut row = PROMPT[number.min(1)].to_owned();
        let mut used = row.len();
        if number > 0 {
            at += 1;
        }
        for character in text::characters(line) {
            let wide = text::width(&character);
            // The cursor has its place behind the last character.
            if used + wide >= columns && used > PROMPT[1].len() {
                rows.push(std::mem::replace(&mut row, PROMPT[1].to_owned()));
                used = row.len();
            }
            if at <= cursor {
                place = (rows.len(), used);
            }
            at += character.len();
            used += wide;
            row.push_str(&character);
        }
        if at <= cursor {
            place = (rows.len(), used);
        }
        rows.push(row);
    }
    let (row, column): (usize, usize) = place;
    let first = (row + 1).saturating_sub(most.max(1));
    let seen = rows.into_iter().skip(first).take(most).collect();
    (seen, (row - first, column))
}

/// What is shown of a character: none moves the cursor, or turns the line around, but for the end of a line.
fn shown(c: char) -> char {
    match c {
        '\n' => c,
        c => plain(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_rows_and_its_cursor() {
        let whole = |typed: &str, cursor| rows(typed, cursor, 10, 6);
        assert_eq!(whole("", 0), (vec!["> ".to_owned()], (0, 2)));
        assert_eq!(whole("hello", 5), (vec!["> hello".to_owned()], (0, 7)));
        assert_eq!(
            whole("one\ntwo", 4),
            (vec!["> one".to_owned(), "  two".to_owned()], (1, 2))
        );
        assert_eq!(
            whole("12345678", 8),
            (vec!["> 1234567".to_owned(), "  8".to_owned()], (1, 3))
        );
        assert_eq!(
            whole("a\n", 2),
            (vec!["> a".to_owned(), "  ".to_owned()], (1, 2))
        );
        assert_eq!(whole("日本\u{202e}x", 3).1, (0, 4));
    }

    #[test]
    fn of_many_rows_those_around_the_cursor_are_seen() {
        let text = "x\n".repeat(30);
        let (seen, (row, _)) = rows(&text, text.len(), 20, 4);
        assert_eq!((seen.len(), row), (4, 3));
        let (seen, place) = rows(&text, 0, 20, 4);
        assert_eq!((seen.len(), place), (4, (0, 2)));
    }
}
