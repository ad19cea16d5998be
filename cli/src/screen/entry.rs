//! One line of a history, in rows: its time, its author, and what it is. A file has a bar while it is on its
//! way.

use super::history::Pen;
use super::people::Person;
use super::text;
use super::time;
use crate::output::under_way::{bar, clock, percent};
use crate::{strings, words};
use handfast_native::device::{FileState, Lasting, Quoted, Row, RowContent};
use ratatui_core::style::Style;
use ratatui_core::text::{Line, Span};
use std::cell::RefCell;
use std::time::{Duration, Instant};

/// The most columns of an author.
const MOST_OF_AN_AUTHOR: usize = 12;

/// The most columns of a bar.
const MOST_OF_A_BAR: usize = 24;

/// Columns of a time, of what stands between columns, and of a mark.
const TIME: usize = 5;
const GAP: usize = 2;
const MARK: usize = 2;

/// Where lines are drawn: how wide it is, and what its authors are called.
#[derive(Clone, Copy)]
pub(super) struct Room<'a> {
    pub(super) columns: usize,
    peer: &'a Person,
    /// The row that is chosen.
    chosen: Option<u64>,
}

impl<'a> Room<'a> {
    /// One of so many columns, where this person is talked to.
    pub(super) fn with(peer: &'a Person, columns: usize, chosen: Option<u64>) -> Self {
        Self {
            columns,
            peer,
            chosen,
        }
    }

    /// What the peer is called among authors. It is taken neither for this person nor for this program.
    fn author(self) -> String {
        let name = self.peer.shown_name();
        let is_mistaken = name.to_lowercase() == strings::you().to_lowercase()
            || name.starts_with(|c: char| !c.is_alphanumeric());
        match is_mistaken {
            true => words::quoted(&name),
            false => name,
        }
    }

    fn author_columns(self) -> usize {
        let most = MOST_OF_AN_AUTHOR.min(self.columns / 5);
        let wide = [self.author().as_str(), strings::you()].map(text::width);
        wide.into_iter().max().unwrap_or(0).min(most)
    }

    /// The column in which texts begin.
    fn text_from(self) -> usize {
        TIME + 1 + self.author_columns() + GAP
    }

    /// The columns of a text. A mark fits behind it.
    fn text_columns(self) -> usize {
        let beside = self.text_from() + GAP + MARK;
        self.columns.saturating_sub(beside).max(8)
    }
}

/// Who wrote a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Author {
    Me,
    Peer,
    /// This program.
    Nobody,
}

/// How far a line has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    /// That is not known, or not said.
    None,
    /// It waits for them.
    Waits,
    /// It is on the disk here.
    OnThisDevice,
    /// It is on their disk.
    OnTheirs,
}

/// What a line is.
pub(super) enum Content {
    Text(String),
    Note(String),
    File(Box<FileOnTheWay>),
}

/// What is said about a line.
#[derive(Default)]
struct Beside {
    quote: Option<String>,
    reactions: Vec<(Author, String)>,
    is_edited: bool,
    /// When it disappears.
    ends_at: Option<u64>,
}

impl Beside {
    fn of(lasting: &Lasting) -> Self {
        let quote = lasting.quote.as_ref().map(|quote| match quote {
            Quoted::Text(text) => words::line(text),
            Quoted::Other => strings::screen_quote_other().to_owned(),
            Quoted::NotHere => strings::screen_quote_not_here().to_owned(),
        });
        let reactions = lasting.reactions.iter().map(|reaction| {
            let author = match reaction.ours {
                true => Author::Me,
                false => Author::Peer,
            };
            (author, words::line(&reaction.symbol))
        });
        Self {
            quote,
            reactions: reactions.collect(),
            is_edited: !lasting.earlier.is_empty(),
            ends_at: lasting.ends_at,
        }
    }
}

/// A line.
pub(super) struct Entry {
    /// The row of the conversation that it is; None for what this program says.
    pub(super) row: Option<u64>,
    author: Author,
    pub(super) content: Content,
    /// When it was written, in milliseconds since 1970-01-01 UTC.
    pub(super) at: u64,
    /// Both keep it.
    pub(super) is_kept: bool,
    mark: Mark,
    beside: Beside,
    /// A text in rows of so many columns, as it was drawn last: it may be long.
    folded: RefCell<(usize, Vec<String>)>,
}

impl Entry {
    fn new(author: Author, content: Content, at: u64) -> Self {
        Self {
            row: None,
            author,
            content,
            at,
            is_kept: false,
            mark: Mark::None,
            beside: Beside::default(),
            folded: RefCell::default(),
        }
    }

    /// A row of the conversation. A file is given what is known of it besides.
    pub(super) fn of(row: &Row) -> Self {
        let note = |said: &str| Content::Note(said.to_owned());
        let content = match &row.content {
            RowContent::Text(text) => Content::Text(text.clone()),
            RowContent::Withdrawn => note(strings::screen_withdrawn()),
            RowContent::Ended => note(strings::screen_ended()),
            RowContent::Restored => note(strings::row_restored()),
            RowContent::NotReadable => note(strings::row_not_readable()),
            RowContent::Locked { questions } => note(&words::locked_message(row, questions)),
            RowContent::Disappearing { after, holds } => {
                note(&words::disappearing(row.ours, *after, *holds))
            }
            RowContent::File { name, size, .. } => {
                Content::File(Box::new(FileOnTheWay::new(name, *size, None)))
            }
        };
        let author = match row.ours {
            true => Author::Me,
            false => Author::Peer,
        };
        let mark = match &row.lasting {
            Some(lasting) if row.ours && lasting.is_delivered => Mark::OnTheirs,
            Some(_) if row.ours => Mark::OnThisDevice,
            _ => Mark::None,
        };
        Self {
            row: Some(row.number),
            is_kept: row.lasting.is_some(),
            mark,
            beside: row.lasting.as_deref().map(Beside::of).unwrap_or_default(),
            ..Self::new(author, content, row.at)
        }
    }

    /// Something that this program says.
    pub(super) fn note(text: &str, at: u64) -> Self {
        Self::new(Author::Nobody, Content::Note(text.to_owned()), at)
    }

    /// What is typed here and waits.
    pub(super) fn waiting(text: String, at: u64) -> Self {
        Self {
            mark: Mark::Waits,
            ..Self::new(Author::Me, Content::Text(text), at)
        }
    }

    /// About what it takes to be held.
    pub(super) fn bytes(&self) -> usize {
        let text = match &self.content {
            Content::Text(text) | Content::Note(text) => text.len(),
            Content::File(file) => file.name.len(),
        };
        let quote = self.beside.quote.as_ref().map_or(0, String::len);
        size_of::<Self>() + text + quote
    }

    /// What is known of a file, for the line that takes the place of this one.
    pub(super) fn take_file(&mut self) -> Option<FileOnTheWay> {
        match &mut self.content {
            Content::File(file) => Some(std::mem::take(file)),
            Content::Text(_) | Content::Note(_) => None,
        }
    }

    pub(super) fn own_text(&self) -> Option<&str> {
        match (&self.content, self.author) {
            (Content::Text(text), Author::Me) => Some(text),
            _ => None,
        }
    }

    pub(super) fn rows(&self, room: Room<'_>, pen: Pen) -> Vec<Line<'static>> {
        let columns = room.text_columns();
        let mut texts = Vec::new();
        if let Some(quote) = &self.beside.quote {
            let line = pen.looks.either("┃ ", "| ");
            let quote = text::cut(quote, columns.saturating_sub(2));
            texts.push(Line::styled(format!("{line}{quote}"), pen.looks.faint()));
        }
        match &self.content {
            Content::Text(text) => {
                let mut folded = self.folded.borrow_mut();
                if folded.0 != columns {
                    *folded = (columns, text::rows(text, columns));
                }
                texts.extend(folded.1.iter().cloned().map(Line::raw));
            }
            Content::Note(text) => {
                let rows = text.lines().flat_map(|line| text::columned(line, columns));
                let style = match self.author {
                    Author::Nobody => pen.looks.accent(),
                    Author::Me | Author::Peer => pen.looks.faint(),
                };
                texts.extend(rows.map(|row| Line::styled(row, style)));
            }
            Content::File(file) => texts.extend(file.rows(columns, self.author == Author::Me, pen)),
        }
        if let Some(beside) = self.said_beside(room, pen) {
            let rows = text::fold(&beside, columns).into_iter();
            texts.extend(rows.map(|row| Line::styled(row, pen.looks.faint())));
        }
        let mut rows = Vec::new();
        for (number, text) in texts.into_iter().enumerate() {
            let mut spans = self.margin(number == 0, room, pen);
            spans.extend(text.spans.into_iter().map(|span| {
                let style = text.style.patch(span.style);
                span.style(style)
            }));
            rows.push(Line::from(spans));
        }
        self.tick(&mut rows, room, pen);
        rows
    }

    /// What the two reacted with, whether it was changed, and how long it stays.
    fn said_beside(&self, room: Room<'_>, pen: Pen) -> Option<String> {
        let reactions = self.beside.reactions.iter().map(|(author, symbol)| {
            let author = match author {
                Author::Me => strings::you().to_owned(),
                Author::Peer | Author::Nobody => room.author(),
            };
            format!("{author} {symbol}")
        });
        let mut said: Vec<String> = reactions.collect();
        if self.beside.is_edited {
            said.push(strings::screen_edited().to_owned());
        }
        if let Some(ends) = self.beside.ends_at {
            let left = Duration::from_millis(ends.saturating_sub(pen.now.unix));
            said.push(strings::screen_disappears(words::duration(left)));
        }
        (!said.is_empty()).then(|| format!("({})", said.join(", ")))
    }

    /// What stands before the text: time and author, or room.
    fn margin(&self, is_first: bool, room: Room<'_>, pen: Pen) -> Vec<Span<'static>> {
        if !is_first {
            return vec![Span::raw(" ".repeat(room.text_from()))];
        }
        let columns = room.author_columns();
        let (author, style) = match self.author {
            Author::Me => (strings::you().to_owned(), pen.looks.faint()),
            Author::Peer => (room.author(), pen.looks.strong()),
            Author::Nobody => ("*".to_owned(), pen.looks.accent()),
        };
        let author = text::cut(&author, columns);
        let is_chosen = self.row.is_some() && self.row == room.chosen;
        let room = " ".repeat(columns + GAP - text::width(&author));
        let time = time::clock(pen.zone.at(self.at));
        let sign = match is_chosen {
            true => Span::styled(pen.looks.either("▸", ">"), pen.looks.accent()),
            false => Span::raw(" "),
        };
        vec![
            Span::styled(time, pen.looks.faint()),
            sign,
            Span::styled(author, style),
            Span::raw(room),
        ]
    }

    /// At the end of its last row, how far it has come.
    fn tick(&self, rows: &mut [Line<'static>], room: Room<'_>, pen: Pen) {
        let tick = match self.mark {
            Mark::None => return,
            Mark::Waits => pen.looks.either("…", ".."),
            Mark::OnThisDevice => pen.looks.either("✓", "+"),
            Mark::OnTheirs => pen.looks.either("✓✓", "++"),
        };
        if let Some(row) = rows.last_mut() {
            let beside = room.columns.saturating_sub(row.width() + MARK);
            row.push_span(Span::raw(" ".repeat(beside)));
            row.push_span(Span::styled(tick, pen.looks.accent()));
        }
    }
}

/// A file in a history.
#[derive(Default)]
pub(super) struct FileOnTheWay {
    name: String,
    bytes: u64,
    /// How far it is; None before that was told.
    state: Option<FileState>,
    /// By which the person answers.
    number: Option<u64>,
    /// When something of it moved first, and how far it was then.
    begun: Option<(Instant, u64)>,
    /// Bytes in a second since then.
    rate: u64,
}

impl FileOnTheWay {
    pub(super) fn new(name: &str, bytes: u64, number: Option<u64>) -> Self {
        Self {
            name: name.to_owned(),
            bytes,
            number,
            ..Self::default()
        }
    }

    /// It looks like this now.
    pub(super) fn moved(&mut self, state: &FileState, at: Instant) {
        if let FileState::Moving { done } = state {
            let (begun, from) = *self.begun.get_or_insert((at, *done));
            let seconds = at.saturating_duration_since(begun).as_secs_f64();
            self.rate = (done.saturating_sub(from) as f64 / seconds.max(0.001)) as u64;
        }
        self.state = Some(state.clone());
    }

    fn rows(&self, columns: usize, ours: bool, pen: Pen) -> Vec<Line<'static>> {
        let name = words::line(&self.name);
        let told = format!("{name}  {}", words::size(self.bytes));
        let mut rows: Vec<Line<'static>> = text::fold(&told, columns)
            .into_iter()
            .map(|row| Line::styled(row, pen.looks.strong()))
            .collect();
        let (said, style) = self.said(ours, columns, pen);
        let said = said.lines().flat_map(|line| text::fold(line, columns));
        rows.extend(said.map(|row| Line::styled(row, style)));
        rows
    }

    /// How far it is.
    fn said(&self, ours: bool, columns: usize, pen: Pen) -> (String, Style) {
        let plain = Style::new();
        let Some(state) = &self.state else {
            return (String::new(), plain);
        };
        match state {
            FileState::Waiting => (strings::screen_file_waits().to_owned(), plain),
            FileState::Offered => {
                let number = self.number.unwrap_or(0);
                (strings::screen_file_offered(number), pen.looks.waits())
            }
            FileState::Moving { done } => (self.on_the_way(*done, columns, pen), plain),
            FileState::Paused { by, .. } => {
                let number = self.number.unwrap_or(0);
                (words::file_paused(*by, number), pen.looks.waits())
            }
            FileState::Done {
                path: Some(path), ..
            } => {
                let path = words::line(&path.to_string_lossy());
                (strings::screen_file_stored(path), plain)
            }
            FileState::Done { path: None, .. } => match ours {
                true => (strings::screen_file_arrived().to_owned(), plain),
                false => (String::new(), plain),
            },
            FileState::Failed { error, by_peer } => {
                let said = words::file_failed(&self.name, *error, *by_peer);
                (said, pen.looks.waits())
            }
        }
    }

    /// A bar, the share of it that was verified, speed and time left: what of these fits, in that order.
    fn on_the_way(&self, done: u64, columns: usize, pen: Pen) -> String {
        let mut told = vec![format!("{:>3} %", percent(done, self.bytes))];
        if self.rate > 0 {
            told.push(format!("{}/s", words::size(self.rate)));
            told.push(clock(self.bytes.saturating_sub(done) / self.rate));
        }
        told.push(strings::screen_file_of(
            words::size(done),
            words::size(self.bytes),
        ));
        let mut said = String::new();
        let least = MOST_OF_A_BAR / 3;
        for part in told {
            if text::width(&said) + GAP + text::width(&part) + least <= columns {
                said = format!("{said}  {part}");
            }
        }
        let room = columns.saturating_sub(text::width(&said));
        let bar = bar(
            done,
            self.bytes,
            room.min(MOST_OF_A_BAR),
            pen.looks.has_blocks(),
        );
        format!("{bar}{said}")
    }
}
