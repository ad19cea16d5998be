//! The picture of a conversation: a pure function of what is known to the cells of the window.

use super::Screen;
use super::entry::Room;
use super::history::{Pen, between};
use super::keys::{self, Said};
use super::people::trust;
use super::{code, pinned, text};
use crate::strings;
use ratatui_core::buffer::Buffer;
use ratatui_core::layout::{Position, Rect};
use ratatui_core::text::{Line, Span};

/// Columns of the people, and from how many columns on there is room for them.
const PEOPLE: (u16, u16) = (24, 60);

/// The most columns of a line with its time and author: eyes find no way back from further.
const MOST_OF_A_LINE: u16 = 120;

/// The most rows of the line that is typed.
const MOST_TYPED: usize = 6;

/// Where everything has its place.
pub(super) struct Places {
    /// None where the window is too narrow.
    people: Option<Rect>,
    /// Everything beside them.
    talk: Rect,
    head: Rect,
    pub(super) history: Rect,
    pinned: Rect,
    typed: Rect,
    keys: Rect,
}

impl Places {
    /// Those in this window.
    pub(super) fn of(screen: &Screen, window: Rect, pen: Pen) -> Self {
        let body = Rect {
            height: window.height.saturating_sub(1),
            ..window
        };
        let (people_columns, least) = PEOPLE;
        let people = (window.width >= least).then_some(Rect {
            width: people_columns,
            ..body
        });
        // A line stands between the two.
        let left = people.map_or(0, |people| people.width + 1);
        let talk = Rect {
            x: body.x + left,
            width: body.width - left,
            ..body
        };
        let inner = Rect {
            x: talk.x + 1.min(talk.width),
            width: talk.width.saturating_sub(2),
            ..talk
        };
        let rows = |most: u16, count: usize| most.min(u16::try_from(count).unwrap_or(u16::MAX));
        let head = rows(inner.height, 1);
        let most_typed = MOST_TYPED.min(usize::from(inner.height / 3).max(1));
        let (typed, _) = screen.typed_rows(inner.width.into(), most_typed);
        let typed = rows(inner.height - head, typed.len());
        let room = inner.height - head - typed;
        let asked = pinned::rows(screen, inner.width.into(), pen).len();
        // What asks for an answer is read whole before the history is.
        let pinned = rows(room, asked);
        let below = |from: u16, height: u16| Rect {
            y: inner.y + from,
            height,
            ..inner
        };
        Self {
            people,
            talk: inner,
            head: below(0, head),
            history: below(head, room - pinned),
            pinned: below(head + room - pinned, pinned),
            typed: below(head + room, typed),
            keys: Rect {
                y: window.y + body.height,
                height: window.height - body.height,
                ..window
            },
        }
    }

    /// Where lines of the history are drawn.
    pub(super) fn room<'a>(&self, screen: &'a Screen) -> Room<'a> {
        let columns = self.history.width.min(MOST_OF_A_LINE).into();
        Room::with(&screen.current, columns, screen.chosen)
    }
}

/// Draws everything, and says where the cursor is.
pub(super) fn draw(screen: &Screen, pen: Pen, buffer: &mut Buffer) -> Option<Position> {
    let places = Places::of(screen, *buffer.area(), pen);
    draw_people(screen, &places, pen, buffer);
    put(
        &[keys_in(places.keys.width.into(), pen)],
        places.keys,
        buffer,
    );
    match &screen.code {
        Some((symbol, link)) => {
            let areas = [places.history, places.talk];
            if code::draw(symbol, link, areas, pen, buffer) == places.talk {
                return None;
            }
        }
        None => draw_history(screen, &places, pen, buffer),
    }
    put(&[head(screen, places.head, pen)], places.head, buffer);
    let columns = usize::from(places.pinned.width);
    put(&pinned::rows(screen, columns, pen), places.pinned, buffer);
    let area = places.typed;
    let (rows, (row, column)) = screen.typed_rows(area.width.into(), area.height.into());
    let rows: Vec<Line<'_>> = rows.into_iter().map(Line::raw).collect();
    put(&rows, area, buffer);
    let cursor = Position {
        x: area.x
            + u16::try_from(column)
                .ok()?
                .min(area.width.saturating_sub(1)),
        y: area.y + u16::try_from(row).ok()?,
    };
    area.contains(cursor).then_some(cursor)
}

/// Draws rows in their place. None leaves it.
pub(super) fn put(rows: &[Line<'_>], place: Rect, buffer: &mut Buffer) {
    for (row, y) in rows.iter().zip(place.y..place.bottom()) {
        buffer.set_line(place.x, y, row, place.width);
    }
}

fn draw_people(screen: &Screen, places: &Places, pen: Pen, buffer: &mut Buffer) {
    let Some(area) = places.people else {
        return;
    };
    let room = (area.width.into(), area.height.into());
    put(
        &screen.people.rows(&screen.current, room, pen),
        area,
        buffer,
    );
    let line = pen.looks.either("│", "|");
    for y in area.y..area.bottom() {
        buffer.set_string(area.right(), y, line, pen.looks.faint());
    }
}

/// Who it is, how far they are trusted, and how the two are connected.
fn head(screen: &Screen, place: Rect, pen: Pen) -> Line<'static> {
    let columns = usize::from(place.width);
    let now = pen.now.unix;
    let said = screen.current.presence.sentence(now);
    let (mark, word) = match screen.trust {
        Some(of) => trust(of, pen),
        None => ("", ""),
    };
    let name = text::cut(&screen.current.shown_name(), columns / 2);
    let mut spans = vec![Span::styled(name, pen.looks.strong())];
    let between = || Span::styled(pen.looks.either(" · ", ", "), pen.looks.faint());
    let used: usize = spans.iter().map(Span::width).sum();
    let all = used + text::width(word) + text::width(&said) + 6;
    // Where not all of it has room, how the two are connected comes first.
    if !word.is_empty() && all <= columns {
        spans.push(match mark {
            "" => between(),
            mark => Span::styled(format!(" {mark} "), pen.looks.accent()),
        });
        spans.push(Span::styled(word, pen.looks.faint()));
    }
    spans.push(between());
    let used: usize = spans.iter().map(Span::width).sum();
    let said = text::cut(&said, columns.saturating_sub(used));
    let style = match screen.is_connected() {
        true => pen.looks.accent(),
        false => pen.looks.waits(),
    };
    spans.push(Span::styled(said, style));
    Line::from(spans)
}

fn draw_history(screen: &Screen, places: &Places, pen: Pen, buffer: &mut Buffer) {
    let mut area = places.history;
    if let (Some(below), true) = (screen.history.unseen(), area.height > 1) {
        let said = match below {
            0 => strings::screen_further_down().to_owned(),
            count => strings::screen_new_below(count as u64),
        };
        area.height -= 1;
        let last = Rect {
            y: area.bottom(),
            height: 1,
            ..area
        };
        put(
            &[between(&said, area.width.into(), pen.looks)],
            last,
            buffer,
        );
    }
    let rows = screen.seen(places.room(screen), area.height.into(), pen);
    // The last stands right above what is typed.
    let free = area.height.saturating_sub(rows.len() as u16);
    let place = Rect {
        y: area.y + free,
        height: area.height - free,
        ..area
    };
    put(&rows, place, buffer);
}

/// The keys, as many as fit, and the way out in any case.
fn keys_in(columns: usize, pen: Pen) -> Line<'static> {
    let leave = strings::screen_key_leave();
    let out = format!("{} {leave} ", keys::LEAVE);
    let room = columns.saturating_sub(text::width(&out) + 1);
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for (key, what) in keys::SHOWN {
        let what = match what {
            Said::Code => strings::screen_key_code(),
            Said::File => strings::screen_key_file(),
            Said::Compare => strings::screen_key_compare(),
            Said::People => strings::screen_key_people(),
            Said::History => strings::screen_key_history(),
            Said::Help => strings::screen_key_help(),
        };
        let wide = key.len() + 1 + text::width(what) + 2;
        if used + wide > room {
            continue;
        }
        used += wide;
        spans.push(Span::styled(key, pen.looks.strong()));
        spans.push(Span::raw(format!(" {what}  ")));
    }
    spans.push(Span::raw(" ".repeat((room + 1).saturating_sub(used))));
    spans.push(Span::styled(keys::LEAVE, pen.looks.strong()));
    spans.push(Span::raw(format!(" {leave}")));
    Line::from(spans)
}
