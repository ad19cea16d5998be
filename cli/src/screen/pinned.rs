//! What asks the person something stands above the line that is typed until it is answered: pictures to
//! compare, a device that was restored, a limit that was reached.

use super::Screen;
use super::history::Pen;
use super::text;
use crate::{strings, words};
use handfast_native::device::{Reached, Wish};
use handfast_native::handshake::ShortString;
use handfast_native::reconnect::RestoredClaim;
use ratatui_core::style::Style;
use ratatui_core::text::Line;

/// What asks the person something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) comparing: Option<ShortString>,
    pub(super) wish: Option<Wish>,
    pub(super) reached: Option<Reached>,
    pub(super) restored: Option<RestoredClaim>,
}

/// All of it in rows.
pub(super) fn rows(screen: &Screen, columns: usize, pen: Pen) -> Vec<Line<'static>> {
    if screen.is_put_aside {
        return Vec::new();
    }
    let asked = &screen.asked;
    let mut rows = Vec::new();
    let mut say = |told: &str, style: Style| {
        let folded = told.lines().flat_map(|line| text::fold(line, columns));
        rows.extend(folded.map(|row| Line::styled(row, style)));
    };
    if let Some(claim) = &asked.restored {
        say(
            &words::restored(&screen.current.name, claim),
            pen.looks.waits(),
        );
    }
    if let Some(limit) = asked.reached {
        say(words::limited(limit), pen.looks.waits());
    }
    match &asked.comparing {
        Some(shown) => {
            say(strings::screen_compare(), pen.looks.waits());
            for row in pictures(shown, columns) {
                say(&row, pen.looks.strong());
            }
            say(strings::screen_compare_how(), pen.looks.waits());
        }
        None if asked.wish == Some(Wish::Theirs) => {
            say(strings::compare_offered(), pen.looks.waits());
        }
        None => {}
    }
    if !rows.is_empty() {
        let line = pen.looks.either("─", "-").repeat(columns);
        rows.insert(0, Line::styled(line, pen.looks.faint()));
    }
    rows
}

/// The pictures with their names in columns, as many beside each other as fit, and the digits.
fn pictures(shown: &ShortString, columns: usize) -> Vec<String> {
    let named = words::symbols(shown);
    let widest = named.iter().map(|one| text::width(one)).max().unwrap_or(0) + 2;
    let beside = [3, 2].into_iter().find(|count| count * widest <= columns);
    let padded = |one: &String| format!("{one}{}", " ".repeat(widest - text::width(one)));
    let rows = named.chunks(beside.unwrap_or(1));
    let mut rows: Vec<String> = rows
        .map(|row| {
            row.iter()
                .map(padded)
                .collect::<String>()
                .trim_end()
                .to_owned()
        })
        .collect();
    rows.push(words::digits(shown));
    rows
}
