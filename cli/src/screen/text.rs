//! Texts in rows of the screen. Nothing that comes from elsewhere moves what stands beside it, and no
//! character is cut in two.

use crate::{margin, strings, words};
use ratatui_core::style::Style;
use ratatui_core::text::Span;

/// The most columns in which a line of a text begins further in, as its writer had it.
const MOST_INDENTED: usize = 16;

/// The most code points of one character on the screen. Real ones have fewer.
const MOST_OF_A_CHARACTER: usize = 12;

/// How many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// The characters of a text as a person counts them. None of it is a control character.
pub(super) fn characters(text: &str) -> Vec<String> {
    let span = Span::raw(text);
    let characters = span.styled_graphemes(Style::default());
    characters.map(|one| one.symbol.to_owned()).collect()
}

/// A character without what no real one has.
fn bounded(character: String) -> String {
    match character.chars().nth(MOST_OF_A_CHARACTER) {
        None => character,
        Some(_) => character.chars().take(MOST_OF_A_CHARACTER).collect(),
    }
}

/// How many columns a character takes at most: terminals do not agree.
fn most_width(character: &str) -> usize {
    character.chars().map(margin::width).sum()
}

/// The beginning of a line that fits into so many columns, with a sign where something is left out.
pub(super) fn cut(line: &str, columns: usize) -> String {
    if width(line) <= columns {
        return line.to_owned();
    }
    let (mut kept, mut used) = (String::new(), 0);
    for character in characters(line).into_iter().map(bounded) {
        used += width(&character);
        if used >= columns {
            break;
        }
        kept.push_str(&character);
    }
    match columns {
        0 => String::new(),
        _ => kept + "~",
    }
}

/// A text of several lines from elsewhere, in rows of at most so many columns. Of several empty lines one is
/// left.
pub(super) fn rows(text: &str, columns: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    let mut is_apart = false;
    for line in text.lines() {
        let line = line.replace('\t', "    ");
        let clean = words::line(&line);
        if clean.is_empty() {
            is_apart = true;
            continue;
        }
        if std::mem::take(&mut is_apart) && !rows.is_empty() {
            rows.push(String::new());
        }
        let indented = line.len() - line.trim_start_matches(' ').len();
        let indented = indented.min(MOST_INDENTED).min(columns / 4);
        for row in fold(&with_true_hosts(&clean), columns - indented) {
            rows.push(format!("{}{row}", " ".repeat(indented)));
        }
    }
    rows
}

/// One line as several, between words where there are any.
pub(super) fn fold(line: &str, columns: usize) -> Vec<String> {
    let characters = characters(line).into_iter().map(bounded);
    let mut rows = Vec::new();
    let (mut row, mut used, mut space) = (Vec::<String>::new(), 0, None);
    for character in characters {
        let wide = most_width(&character);
        if used + wide > columns && !row.is_empty() {
            let rest = match space.take() {
                Some(at) if character != " " => row.split_off(at),
                _ => Vec::new(),
            };
            rows.push(row.concat().trim_end().to_owned());
            row = rest;
            used = row.iter().map(|one| most_width(one)).sum();
        }
        let is_space = character == " ";
        if is_space && row.is_empty() && !rows.is_empty() {
            continue;
        }
        used += wide;
        row.push(character);
        if is_space {
            space = Some(row.len());
        }
    }
    rows.push(row.concat().trim_end().to_owned());
    rows
}

/// One line of ours, of which a second column goes on in its place where that is wide enough.
pub(super) fn columned(line: &str, columns: usize) -> Vec<String> {
    let start = line.len() - line.trim_start().len();
    let second = line[start..].find("  ").and_then(|at| {
        let gap = &line[start + at..];
        let column = line.len() - gap.trim_start().len();
        Some((start + at, column)).filter(|_| !gap.trim().is_empty())
    });
    let Some((end, column)) = second.filter(|_| width(line) > columns) else {
        return match start {
            0 => fold(line, columns),
            start => indented(&line[start..], start, columns),
        };
    };
    let (first, rest) = (&line[..end], &line[column..]);
    // Columns are counted in characters of one column: these are sentences of ours.
    if column * 2 > columns {
        let mut rows = columned(first, columns);
        rows.extend(indented(rest, start + 2, columns));
        return rows;
    }
    let mut rows = indented(rest, column, columns);
    if let Some(row) = rows.first_mut() {
        row.replace_range(..column, &line[..column]);
    }
    rows
}

/// A line that stands further in, with all of its rows.
fn indented(line: &str, by: usize, columns: usize) -> Vec<String> {
    let margin = " ".repeat(by.min(columns / 2));
    let rows = fold(line, columns - margin.len());
    rows.iter().map(|row| format!("{margin}{row}")).collect()
}

/// Behind each link that looks as if it led elsewhere, the host to which it leads.
fn with_true_hosts(line: &str) -> String {
    let words = line.split(' ').map(|word| match true_host(word) {
        Some(host) => format!("{word} {}", strings::screen_true_host(host)),
        None => word.to_owned(),
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The host of the link in this word, where it is not what a reader takes for it: behind a name and an @, or
/// with letters that look like others.
fn true_host(word: &str) -> Option<String> {
    let (before, rest) = word.split_once("://")?;
    let before = before.to_ascii_lowercase();
    if !before.ends_with("http") && !before.ends_with("https") {
        return None;
    }
    // Browsers take a backslash for a slash.
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-.:[]_".contains(c);
    if authority.chars().all(is_plain) {
        return None;
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let ascii = idna::domain_to_ascii(name);
    Some(ascii.unwrap_or_else(|_| "?".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_break_between_words_and_fit() {
        assert_eq!(fold("good morning to you", 12), ["good morning", "to you"]);
        assert_eq!(
            fold("good morning to you", 11),
            ["good", "morning to", "you"]
        );
        assert_eq!(fold("日本語の文", 4), ["日本", "語の", "文"]);
        let hard = [
            "a",
            "a ",
            "日",
            "👩\u{200d}🚀",
            "e\u{301}",
            "❤\u{fe0f}",
            "\u{5d0}",
            "👍🏽 ",
        ];
        for filler in hard {
            for columns in 5..40 {
                let rows = fold(&filler.repeat(50), columns);
                let whole: String = rows.concat();
                assert_eq!(whole.replace(' ', ""), filler.repeat(50).replace(' ', ""));
                for row in rows {
                    assert!(width(&row) <= columns, "{row:?}");
                }
            }
        }
    }

    #[test]
    fn nothing_moves_what_stands_beside_it() {
        assert_eq!(
            rows("a\u{1b}[2J\u{202e}b\r\n\n\n\n  in\tdeep\u{7}\n", 40),
            ["a[2Jb", "", "  in    deep"]
        );
        let heap = format!("o{}k", "\u{301}".repeat(500));
        assert!(rows(&heap, 40).concat().chars().count() < 40);
    }

    #[test]
    fn a_second_column_goes_on_in_its_place_or_below() {
        let line = "  /more      let them write on";
        assert_eq!(columned(line, 40), [line]);
        assert_eq!(
            columned(line, 26),
            ["  /more      let them", "             write on"]
        );
        assert_eq!(
            columned(line, 20),
            ["  /more", "    let them write", "    on"]
        );
        assert_eq!(columned("one two", 5), ["one", "two"]);
        for columns in 1..40 {
            columned("  Bild auf, ab  lesen, was vorher gesagt wurde", columns);
        }
    }

    #[test]
    fn a_line_that_is_cut_says_so() {
        assert_eq!(cut("Mira", 4), "Mira");
        assert_eq!(cut("Miranda", 4), "Mir~");
        assert_eq!(cut("日本語", 4), "日~");
        assert_eq!(cut("Mira", 0), "");
    }

    #[test]
    fn a_link_that_looks_as_if_it_led_elsewhere_says_where_it_leads() {
        for plain in [
            "https://example.com/a@b",
            "http://example.com:80",
            "mail a@b.example",
            "ftp://a@b",
        ] {
            assert_eq!(rows(plain, 80), [plain]);
        }
        for (link, host) in [
            ("https://bank.example@evil.example/x", "evil.example"),
            ("see:HTTPS://bank.example\\@evil.example", ""),
            ("https://b\u{430}nk.example:443/", "xn--bnk-6cd.example"),
            ("https://bank.example%2fa@evil.example", "evil.example"),
        ] {
            let told = rows(link, 200).concat();
            match host {
                "" => assert_eq!(told, link),
                host => assert!(
                    told.contains(&format!("({}", "leads to ")) && told.contains(host),
                    "{told}"
                ),
            }
        }
    }
}
