//! The conversation in the whole window: people beside it, how the two are connected above it, what was said,
//! what asks for an answer, and the line that is typed.
//!
//! [`Screen`] is all that is known, and changes by what is told and by keys ([`keys`]). [`draw`] makes a
//! picture of it, and knows of no terminal. [`window`] puts the two at one. Nothing is decided here: a key
//! says the same as a line that is typed, and lines go where they go without a screen.

mod code;
mod draw;
mod entry;
mod history;
mod keys;
mod looks;
mod people;
mod pinned;
#[cfg(test)]
mod tests;
mod text;
mod time;
mod typing;
mod window;

pub(crate) use time::moment;
pub(crate) use window::Window;

use crate::chat::COMMANDS;
use crate::output::{Event, hex};
use crate::terminal::{Key, Line, Typed};
use crate::{strings, words};
use draw::Places;
use entry::{Entry, Room};
use handfast_native::Overview;
use handfast_native::device::{Row, View};
use handfast_native::handshake::{PublicKey, Trust};
use handfast_native::qr::Symbol;
use history::{History, Moment, Pen};
use keys::{Action, Order};
use people::{People, Person, Presence};
use pinned::Asked;
use ratatui_core::layout::Rect;
use std::collections::{BTreeMap, VecDeque};

/// The most commands that are kept to be typed again.
const MOST_RECALLED: usize = 100;

/// All that is known of what the window shows.
pub(crate) struct Screen {
    people: People,
    /// The one who is talked to.
    current: Person,
    trust: Option<Trust>,
    history: History,
    /// What was typed while nobody was there to hear it.
    waiting: Vec<String>,
    /// The row that is chosen to do something about it.
    chosen: Option<u64>,
    /// There is nothing before what is held.
    is_whole: bool,
    /// What is shown for somebody else to scan, and the link that says the same.
    code: Option<(Symbol, String)>,
    asked: Asked,
    /// What is asked is not shown for now.
    is_put_aside: bool,
    typed: Line,
    /// What was begun to be typed for others, by their keys.
    drafts: BTreeMap<[u8; 32], String>,
    /// Commands that were typed, the last one last.
    recalled: VecDeque<String>,
    /// How far back the one is that is typed again.
    back: usize,
}

impl Screen {
    /// Somebody is talked to. Their key is given where it is known.
    pub(crate) fn new(name: &str, key: Option<PublicKey>) -> Self {
        Self {
            people: People::default(),
            current: Person {
                key,
                name: name.to_owned(),
                presence: Presence::Sought(0),
                unread: 0,
            },
            trust: None,
            history: History::default(),
            waiting: Vec::new(),
            chosen: None,
            is_whole: false,
            code: None,
            asked: Asked::default(),
            is_put_aside: false,
            typed: Line::default(),
            drafts: BTreeMap::new(),
            recalled: VecDeque::new(),
            back: 0,
        }
    }

    /// Who was met and what waits, as the device knows it now.
    pub(crate) fn look_around(&mut self, overview: &Overview) {
        self.people.look(overview);
        let mut contacts = overview.contacts.iter();
        let known = contacts.find(|one| self.current.key == Some(one.key));
        // Of whoever is here it is known how far they are trusted now.
        if let Some(contact) = known.filter(|_| !self.is_connected()) {
            self.trust = Some(contact.trust);
        }
    }

    /// The conversation looks like this now.
    pub(crate) fn look(&mut self, view: &View) {
        let before = self.asked.clone();
        if let Some((key, presence)) = Presence::of(view) {
            self.current.key = Some(key);
            self.current.presence = presence;
        }
        match view {
            View::Talking {
                name,
                trust,
                wish,
                comparing,
                reached,
                ..
            } => {
                self.call(name);
                self.trust = Some(*trust);
                self.asked = Asked {
                    comparing: *comparing,
                    wish: Some(*wish),
                    reached: *reached,
                    restored: None,
                };
            }
            View::Seeking { name, restored, .. } => {
                self.call(name);
                self.asked = Asked {
                    restored: restored.clone(),
                    ..Asked::default()
                };
            }
            View::Ended(_) => {
                self.current.presence = Presence::Over;
                self.asked = Asked::default();
            }
            View::Preparing { .. }
            | View::Hosting { .. }
            | View::Locked { .. }
            | View::Opened { .. }
            | View::Connecting { .. }
            | View::ReplyNeeded { .. }
            | View::Asking { .. } => {}
        }
        if self.asked != before {
            self.is_put_aside = false;
        }
    }

    /// Somebody else is talked to. What was being typed waits for whom it was typed for.
    pub(crate) fn turn_to(&mut self, name: &str, key: Option<PublicKey>) {
        let mut other = Self::new(name, key);
        other.people = std::mem::take(&mut self.people);
        other.recalled = std::mem::take(&mut self.recalled);
        other.drafts = std::mem::take(&mut self.drafts);
        other.code = self.code.take();
        if let Some(before) = self.current.key {
            let typed = self.typed.text().to_owned();
            other.drafts.insert(before.0, typed);
        }
        let draft = key.and_then(|key| other.drafts.remove(&key.0));
        other.typed.replace(draft.unwrap_or_default());
        *self = other;
    }

    /// A code is shown for somebody else, with the link that says the same, or not any more.
    pub(crate) fn show_code(&mut self, code: Option<(Symbol, String)>) {
        self.code = code;
    }

    /// What they call themselves; nothing where they do not.
    fn call(&mut self, name: &str) {
        if !name.is_empty() {
            name.clone_into(&mut self.current.name);
        }
    }

    /// A row of the conversation is new, or looks like this now. `number`: by which the person answers.
    pub(crate) fn row(&mut self, row: &Row, number: Option<u64>, at: Moment) {
        self.history.row(row, number, at);
    }

    /// This row has to leave.
    pub(crate) fn gone(&mut self, number: u64) {
        self.history.gone(number);
        self.chosen = self.chosen.filter(|chosen| *chosen != number);
    }

    /// There is nothing before what is shown.
    pub(crate) fn is_all(&mut self) {
        self.is_whole = true;
    }

    /// Something happened that a line is to tell of. What is told by the state of the screen is none.
    pub(crate) fn tell(&mut self, event: &Event, at: Moment) {
        let told = match event {
            Event::Met {
                name,
                client,
                trusted,
                ..
            } => words::met(name, trusted.0.reason(), client.as_ref()),
            Event::Seeking { name, heard } => words::seeking(name, *heard),
            Event::Away => strings::contact_away().to_owned(),
            Event::Back { name } => words::back(name),
            Event::Trust { trusted } => match words::trust_changed(trusted.0.reason()) {
                Some(sentence) => sentence.to_owned(),
                None => return,
            },
            Event::State { state } => state.sentence().to_owned(),
            Event::Released => strings::released().to_owned(),
            Event::NotWritten { text, why } => {
                if self.typed.text().is_empty() {
                    self.typed.replace(text.clone());
                }
                why.clone()
            }
            Event::Hit {
                name,
                ours,
                at_ms,
                text,
            } => format!("{}: {text}", words::hit(name, *ours, *at_ms)),
            Event::MessageOpened { text, .. } => format!("{}: {text}", strings::locked_says()),
            Event::Note { text }
            | Event::Hint { text, .. }
            | Event::Namesake { text, .. }
            | Event::Question { text, .. } => text.clone(),
            _ => return,
        };
        self.history.note(&told, at);
    }

    /// It is over, and this is why. What was said stays to be read.
    pub(crate) fn end(&mut self, why: &str, at: Moment) {
        self.current.presence = Presence::Over;
        self.asked = Asked::default();
        self.history.note(why, at);
        self.history.note(strings::screen_over_how(), at);
    }

    /// These lines were typed, and wait until they can be said.
    pub(crate) fn wait(&mut self, lines: Vec<String>) {
        self.waiting = lines;
    }

    fn is_connected(&self) -> bool {
        self.current.presence == Presence::Here
    }

    /// Does what a key is for, in a window of this size.
    fn press(&mut self, key: Key, window: Rect, pen: Pen) -> Typed {
        let action = match &key {
            Key::Pressed(pressed) => keys::action(pressed, self.typed.text()),
            Key::Pasted(_) => Action::Edit,
        };
        match action {
            Action::Edit => {
                let typed = self.typed.press(key);
                if let Typed::Line(line) = &typed {
                    self.remember(line);
                    self.chosen = None;
                    self.history.see_the_end();
                }
                return typed;
            }
            Action::Line(line) => return Typed::Line(line.to_owned()),
            Action::Begin(line) if self.typed.text().is_empty() => {
                self.typed.replace(line.to_owned());
            }
            Action::NewLine => self.typed.insert("\n"),
            Action::About(command) if self.typed.text().is_empty() => {
                let line = self.about(command);
                self.typed.replace(line);
            }
            Action::Turn(whom) => {
                if let Some(key) = self.people.beside(&self.current, whom) {
                    return Typed::Line(format!("/to {}", hex(&key.0[..4])));
                }
            }
            Action::Choose(order) => self.choose(order, window, pen),
            Action::Scroll(way) => {
                self.scroll(way, window, pen);
                let is_back = matches!(way, keys::Way::Back | keys::Way::First);
                if is_back && !self.is_whole && self.is_at_the_top(window, pen) {
                    return Typed::Line("/history".to_owned());
                }
            }
            Action::Recall(order) => self.recall(order),
            Action::Complete => {
                if let Some(whole) = keys::completed(self.typed.text(), &COMMANDS) {
                    self.typed.replace(whole);
                }
            }
            Action::PutAside if self.code.is_some() => return Typed::Line("/code".to_owned()),
            Action::PutAside if self.chosen.is_some() => self.chosen = None,
            Action::PutAside => self.is_put_aside = !self.is_put_aside,
            Action::Begin(_) | Action::About(_) | Action::Nothing => {}
        }
        Typed::Nothing
    }

    /// The beginning of a command about the line that is chosen, or about the last that it fits.
    fn about(&self, command: &str) -> String {
        let Some(chosen) = self.chosen else {
            return format!("{command} ");
        };
        let text = match command {
            "/edit" => self.history.own_text(chosen).unwrap_or_default(),
            _ => "",
        };
        format!("{command} #{chosen} {text}")
    }

    fn choose(&mut self, order: Order, window: Rect, pen: Pen) {
        let chosen = self.history.choose(self.chosen, order == Order::Before);
        self.chosen = match order {
            Order::Before => chosen.or(self.chosen),
            Order::After => chosen,
        };
        let (columns, rows) = self.room_for_history(window, pen);
        let room = Room::with(&self.current, columns, self.chosen);
        match self.chosen {
            Some(chosen) => self.history.show(chosen, room, rows, pen),
            None => self.history.see_the_end(),
        }
    }

    fn scroll(&mut self, way: keys::Way, window: Rect, pen: Pen) {
        let (columns, rows) = self.room_for_history(window, pen);
        let room = Room::with(&self.current, columns, self.chosen);
        self.history.scroll(way.by(rows), room, rows, pen);
    }

    fn is_at_the_top(&self, window: Rect, pen: Pen) -> bool {
        let (columns, rows) = self.room_for_history(window, pen);
        let room = Room::with(&self.current, columns, self.chosen);
        self.history.is_at_the_top(room, rows, pen)
    }

    /// Columns and rows of the history in this window, where there is more of it below.
    fn room_for_history(&self, window: Rect, pen: Pen) -> (usize, usize) {
        let places = Places::of(self, window, pen);
        // One row says that there is more.
        let rows = usize::from(places.history.height).saturating_sub(1);
        (places.room(self).columns, rows.max(1))
    }

    fn remember(&mut self, line: &str) {
        self.back = 0;
        if line.starts_with('/') && !line.starts_with("//") {
            self.recalled.retain(|other| other != line);
            self.recalled.push_back(line.to_owned());
            if self.recalled.len() > MOST_RECALLED {
                self.recalled.pop_front();
            }
        }
    }

    /// Types a command again, where nothing else is being typed.
    fn recall(&mut self, order: Order) {
        let shown = self.recalled.len().checked_sub(self.back);
        let shown = shown.and_then(|at| self.recalled.get(at));
        let is_free = match shown {
            Some(shown) => shown == self.typed.text(),
            None => self.typed.text().is_empty(),
        };
        if !is_free {
            return;
        }
        self.back = match order {
            Order::Before => (self.back + 1).min(self.recalled.len()),
            Order::After => self.back.saturating_sub(1),
        };
        let at = self.recalled.len() - self.back;
        let line = self.recalled.get(at).cloned();
        self.typed.replace(line.unwrap_or_default());
    }

    /// The line that is typed in rows, and where its cursor is in them.
    fn typed_rows(&self, columns: usize, most: usize) -> (Vec<String>, (usize, usize)) {
        typing::rows(self.typed.text(), self.typed.cursor(), columns, most)
    }

    /// The rows of the history that are seen, with what waits behind its end.
    fn seen(
        &self,
        room: Room<'_>,
        rows: usize,
        pen: Pen,
    ) -> Vec<ratatui_core::text::Line<'static>> {
        let mut waiting = Vec::new();
        if self.history.unseen().is_none() {
            for line in self.waiting.iter().rev() {
                let entry = Entry::waiting(line.clone(), pen.now.unix);
                waiting.splice(0..0, entry.rows(room, pen));
                if waiting.len() >= rows {
                    break;
                }
            }
        }
        let mut seen = self.history.seen(room, rows, pen);
        seen.extend(waiting);
        let above = seen.len().saturating_sub(rows);
        seen.drain(..above);
        seen
    }
}
