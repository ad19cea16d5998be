//! A code for somebody else's camera, in the place of the history: black on white whatever the colours of the
//! terminal are, and the link where it does not fit.

use super::draw::put;
use super::history::Pen;
use super::text;
use crate::{strings, symbol};
use handfast_native::qr::Symbol;
use ratatui_core::buffer::Buffer;
use ratatui_core::layout::Rect;
use ratatui_core::style::{Color, Style};
use ratatui_core::text::{Line, Span};

/// Draws the code in the first of these places that has room for it, or the link with the reason why it is no
/// code. Which place it was.
pub(super) fn draw(
    symbol: &Symbol,
    link: &str,
    areas: [Rect; 2],
    pen: Pen,
    buffer: &mut Buffer,
) -> Rect {
    let rows = rows(symbol, pen);
    let (wide, high) = (rows.first().map_or(0, Line::width), rows.len());
    let has_room = |area: &Rect| wide <= area.width.into() && high <= area.height.into();
    let fitting = areas.into_iter().find(has_room);
    let area = fitting.unwrap_or(areas[0]);
    let columns = usize::from(area.width);
    if fitting.is_some() {
        let middle = Rect {
            x: area.x + ((columns - wide) / 2) as u16,
            width: wide as u16,
            ..area
        };
        put(&rows, middle, buffer);
        let below = Rect {
            y: area.y + high as u16,
            height: area.height - high as u16,
            ..area
        };
        let said = text::fold(strings::screen_code(), columns);
        let said: Vec<Line<'_>> = said.into_iter().map(Line::raw).collect();
        put(&said, below, buffer);
        return area;
    }
    let mut said = text::fold(strings::screen_no_code(), columns);
    said.extend(text::fold(link, columns));
    let said: Vec<Line<'_>> = said.into_iter().map(Line::raw).collect();
    put(&said, area, buffer);
    area
}

fn rows(symbol: &Symbol, pen: Pen) -> Vec<Line<'static>> {
    let drawn = match (pen.looks.has_colours(), pen.looks.has_blocks()) {
        (true, true) => symbol.to_terminal(symbol::Style::Colour),
        (true, false) => symbol.to_plain_terminal(symbol::Style::Colour),
        (false, _) => symbol::drawn(symbol),
    };
    drawn.lines().map(coloured).collect()
}

/// A row with the escapes of its colours (ECMA-48, 8.3.117) as one with styles.
fn coloured(row: &str) -> Line<'static> {
    let mut parts = row.split("\x1b[");
    let plain = parts.next().unwrap_or_default();
    let mut style = Style::new();
    let mut spans = vec![Span::raw(plain.to_owned())];
    for part in parts {
        let (codes, shown) = part.split_once('m').unwrap_or(("", part));
        for code in codes.split(';') {
            style = match code {
                "30" => style.fg(Color::Black),
                "97" => style.fg(Color::White),
                "40" => style.bg(Color::Black),
                "107" => style.bg(Color::White),
                _ => Style::new(),
            };
        }
        spans.push(Span::styled(shown.to_owned(), style));
    }
    Line::from(spans)
}
