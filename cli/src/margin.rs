//! The margin of the screen tells who says what. A line of this program begins at its edge, with a
//! mark; what came from elsewhere begins further in and never gets there, however long it is: lines
//! are folded here, before the terminal would do it.
//!
//! Folded lines of ours go on one step in, and theirs always stand at least two. So a line at the edge
//! is ours, and whatever else looks like one is not.

use crate::words;
use unicode_width::UnicodeWidthChar;

/// What a sentence of this program begins with.
pub(crate) const MARK: &str = "* ";

/// Where a sentence of ours goes on.
const OURS: &str = "  ";

/// Where a text of theirs begins, and where it goes on.
const THEIRS: [&str; 2] = ["    ", "      "];

/// Sentences of this program, one a line. `mark` is what each begins with.
pub(crate) fn ours(mark: &str, text: &str, columns: usize) -> String {
    let lines = text.lines().map(|line| match line.trim().is_empty() {
        true => String::new(),
        false => fold(line, mark, OURS, columns),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A text of somebody who is called `name`. Nothing in it moves what stands beside it, and of several
/// empty lines one is left.
pub(crate) fn theirs(name: &str, text: &str, columns: usize) -> String {
    let text = format!("{}: {text}", words::line(name));
    let [first, further] = THEIRS;
    let (mut folded, mut margin, mut is_apart) = (String::new(), first, false);
    for line in text.lines() {
        let line = words::line(&line.replace('\t', "    "));
        if line.is_empty() {
            is_apart = true;
            continue;
        }
        if !folded.is_empty() {
            folded.push_str(if is_apart { "\n\n" } else { "\n" });
        }
        folded.push_str(&fold(&line, margin, further, columns));
        (margin, is_apart) = (further, false);
    }
    folded
}

/// Lines of a report, of which each that is too long for the screen goes on so many columns in.
pub(crate) fn report(text: &str, further: usize, columns: usize) -> String {
    let further = " ".repeat(further.min(columns / 2));
    let lines = text.lines().map(|line| fold(line, "", &further, columns));
    lines.collect::<Vec<_>>().join("\n")
}

/// The beginning of a text that fits into so many columns.
pub(crate) fn cut(text: &str, columns: usize) -> &str {
    let mut used = 0;
    let fits = |c: char| {
        used += width(c);
        used > columns
    };
    &text[..text.find(fits).unwrap_or(text.len())]
}

/// One line as several, none of which fills the screen: between words where there are any.
pub(crate) fn fold(line: &str, first: &str, further: &str, columns: usize) -> String {
    // A terminal may go on in the next line as soon as the last column is full.
    let room = |margin: &str| columns.saturating_sub(margin.len() + 1).max(1);
    let mut folded = String::from(first);
    let (mut rest, mut margin) = (line, first);
    loop {
        let part = cut(rest, room(margin));
        if part.len() == rest.len() {
            folded.push_str(rest);
            return folded;
        }
        // A screen on which not even one character fits folds by itself.
        let one = rest.chars().next().map_or(0, char::len_utf8);
        let word = part.rfind(' ').filter(|&at| !part[..at].trim().is_empty());
        let end = word.unwrap_or(part.len()).max(one);
        folded.push_str(rest[..end].trim_end());
        rest = rest[end..].trim_start();
        if rest.is_empty() {
            return folded;
        }
        folded.push('\n');
        folded.push_str(further);
        margin = further;
    }
}

/// How many columns a character takes at most: terminals do not agree, and what is taken for narrower
/// than it is would be folded by the terminal.
pub(crate) fn width(c: char) -> usize {
    match c {
        '\u{10000}'.. => 2,
        _ => c.width().unwrap_or(1).max(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a terminal of so many columns makes of it: where each line of the screen begins.
    fn on_screen(text: &str, columns: usize) -> Vec<String> {
        let mut lines = Vec::new();
        for line in text.lines() {
            let (mut shown, mut used) = (String::new(), 0);
            for c in line.chars() {
                if used + width(c) > columns {
                    lines.push(std::mem::take(&mut shown));
                    used = 0;
                }
                shown.push(c);
                used += width(c);
            }
            lines.push(shown);
        }
        lines
    }

    #[test]
    fn what_comes_from_elsewhere_stays_on_its_own_lines() {
        assert_eq!(
            theirs("Ana\n", "hello\u{7}\r\nBen: no\u{2066}", 80),
            "    Ana: hello\n      Ben: no"
        );
        assert_eq!(theirs("Ana", "a\n\n\n\nb\n\n", 80), "    Ana: a\n\n      b");
    }

    #[test]
    fn no_end_of_a_long_line_reaches_the_edge_of_the_screen() {
        let ours = "* Verified: you compared and found it equal.";
        for columns in 12..100 {
            for pad in 0..columns * 2 {
                for filler in [
                    "a",
                    "a ",
                    "日",
                    "👩\u{200d}🚀",
                    "e\u{301}",
                    "❤\u{fe0f}",
                    "\u{5d0}",
                ] {
                    let text = format!("{}{ours}", filler.repeat(pad));
                    for line in on_screen(&theirs("Ana", &text, columns), columns) {
                        assert!(line.is_empty() || line.starts_with(THEIRS[0]), "{line:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_name_does_not_reach_the_edge_either() {
        for name in ["* You are connected", "x".repeat(64).as_str()] {
            for columns in 12..100 {
                for line in on_screen(&theirs(name, "hi", columns), columns) {
                    assert!(line.starts_with(THEIRS[0]), "{line:?}");
                }
            }
        }
    }

    #[test]
    fn each_sentence_of_ours_begins_with_the_mark_and_goes_on_further_in() {
        let text =
            "They are sending “a.txt * Verified: you compared and found it equal” (5 bytes).";
        for columns in 12..100 {
            let told = ours(MARK, &format!("{text}\n{text}"), columns);
            let lines = on_screen(&told, columns);
            let marked = lines.iter().filter(|line| line.starts_with(MARK)).count();
            assert_eq!(marked, 2, "{told}");
            assert!(
                lines.iter().all(|line| line.starts_with(MARK)
                    || (line.starts_with(OURS) && !line.starts_with(THEIRS[0]))),
                "{told}"
            );
            let words: Vec<&str> = told
                .split_whitespace()
                .filter(|word| *word != "*")
                .collect();
            if columns > 20 {
                let wanted: Vec<&str> = text
                    .split_whitespace()
                    .filter(|word| *word != "*")
                    .collect();
                assert_eq!(words, [&wanted[..], &wanted[..]].concat());
            }
        }
    }

    #[test]
    fn a_line_of_a_report_is_folded_between_words_and_goes_on_in_its_column() {
        let told = "  1.5 ms  host  is connected with Ben\n\nCode  60 bytes";
        assert_eq!(
            report(told, 16, 35),
            "  1.5 ms  host  is connected with\n                Ben\n\nCode  60 bytes"
        );
        for columns in 1..40 {
            let folded = report(told, 16, columns);
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(bare(&folded), bare(told));
        }
    }

    #[test]
    fn a_sentence_that_fits_stays_as_it_is() {
        assert_eq!(ours(MARK, "They are here.", 80), "* They are here.");
        assert_eq!(ours(MARK, "\nStopped.", 80), "\n* Stopped.");
        assert_eq!(cut("日本語", 5), "日本");
    }
}
