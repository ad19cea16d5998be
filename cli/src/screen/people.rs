//! Who was met and what waits, beside the conversation.

use super::history::Pen;
use super::keys::Whom;
use super::text;
use super::time;
use crate::{strings, words};
use handfast_native::Overview;
use handfast_native::device::{Pending, Role, View};
use handfast_native::handshake::{PublicKey, Trust, TrustLevel};
use ratatui_core::style::Style;
use ratatui_core::text::{Line, Span};
use std::time::Duration;

/// What ends sooner is told by the clock.
const A_DAY: Duration = Duration::from_secs(24 * 3600);

/// How somebody can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// The two are connected.
    Here,
    /// The path is silent.
    Silent,
    /// They are here, and prove who they are.
    Checking,
    /// They are looked for, and were last heard then: in seconds since 1970-01-01 UTC, 0 if that is not known.
    Sought(u64),
    /// This machine has no network.
    Offline,
    /// They are not looked for, and were last heard then.
    Away(u64),
    /// The conversation is over.
    Over,
}

impl Presence {
    /// With whom a session is, and how it stands with them; None where that is not known yet.
    pub(super) fn of(view: &View) -> Option<(PublicKey, Self)> {
        match view {
            View::Talking {
                key,
                is_interrupted,
                ..
            } => {
                let presence = match is_interrupted {
                    true => Self::Silent,
                    false => Self::Here,
                };
                Some((*key, presence))
            }
            View::Seeking {
                key,
                heard,
                is_here,
                is_offline,
                ..
            } => {
                let presence = match (is_offline, is_here) {
                    (true, _) => Self::Offline,
                    (false, true) => Self::Checking,
                    (false, false) => Self::Sought(*heard),
                };
                Some((*key, presence))
            }
            _ => None,
        }
    }

    /// A sign, and in what style.
    fn sign(&self, pen: Pen) -> (&'static str, Style) {
        let looks = pen.looks;
        match self {
            Self::Here => (looks.either("●", "*"), looks.accent()),
            Self::Silent | Self::Checking => (looks.either("◍", "%"), looks.waits()),
            Self::Sought(_) | Self::Offline => (looks.either("◌", "."), looks.waits()),
            Self::Away(_) | Self::Over => (looks.either("○", "o"), looks.faint()),
        }
    }

    /// In a word, beside a name.
    fn word(&self, now: u64) -> String {
        match self {
            Self::Here => strings::screen_here().to_owned(),
            Self::Silent => strings::screen_silent().to_owned(),
            Self::Checking => strings::screen_checking().to_owned(),
            Self::Sought(_) => strings::screen_trying().to_owned(),
            Self::Offline => strings::screen_offline().to_owned(),
            Self::Away(heard) => ago(*heard, now),
            Self::Over => String::new(),
        }
    }

    /// In a sentence, with the reason where they are not here.
    pub(super) fn sentence(&self, now: u64) -> String {
        match self {
            Self::Here => strings::screen_connected().to_owned(),
            Self::Silent => strings::screen_why_silent().to_owned(),
            Self::Checking => strings::screen_why_checking().to_owned(),
            Self::Sought(0) => strings::screen_why_trying().to_owned(),
            Self::Sought(heard) => strings::screen_why_trying_heard(ago(*heard, now)),
            Self::Offline => strings::screen_why_offline().to_owned(),
            Self::Away(_) | Self::Over => strings::screen_why_over().to_owned(),
        }
    }
}

/// How long ago that was, or nothing.
fn ago(heard: u64, now: u64) -> String {
    match heard {
        0 => String::new(),
        heard => words::duration(Duration::from_secs((now / 1000).saturating_sub(heard))),
    }
}

/// How far somebody is trusted, in a word and a sign.
pub(super) fn trust(trust: Trust, pen: Pen) -> (&'static str, &'static str) {
    match trust.level() {
        TrustLevel::Verified => (pen.looks.either("✓", "+"), strings::screen_verified()),
        TrustLevel::AnswerChecked => ("", strings::screen_answer_checked()),
        TrustLevel::Introduced => ("", strings::screen_introduced()),
        TrustLevel::Unverified => ("", strings::screen_unverified()),
    }
}

/// Somebody who was met.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) key: Option<PublicKey>,
    pub(super) name: String,
    pub(super) presence: Presence,
    /// How many of their messages nobody has seen.
    pub(super) unread: u64,
}

impl Person {
    pub(super) fn shown_name(&self) -> String {
        match words::line(&self.name).as_str() {
            "" => strings::contact().to_owned(),
            name => name.to_owned(),
        }
    }

    fn row(&self, is_current: bool, columns: usize, pen: Pen) -> Line<'static> {
        let (sign, style) = self.presence.sign(pen);
        let room = columns.saturating_sub(4);
        // What waits to be read says more than when they were heard.
        let (word, word_style) = match (self.unread, is_current) {
            (0, _) | (_, true) => (self.presence.word(pen.now.unix), pen.looks.faint()),
            (unread, false) => (
                strings::screen_unread(words::unread(unread)),
                pen.looks.accent(),
            ),
        };
        let word = text::cut(&word, room.saturating_sub(9));
        let name = text::cut(
            &self.shown_name(),
            room.saturating_sub(text::width(&word) + 1),
        );
        let between = room.saturating_sub(text::width(&name) + text::width(&word));
        let name_style = match is_current {
            true => pen.looks.strong(),
            false => Style::new(),
        };
        let edge = match is_current {
            true => pen.looks.either("▸", ">"),
            false => " ",
        };
        Line::from(vec![
            Span::styled(edge, pen.looks.accent()),
            Span::styled(sign, style),
            Span::raw(" "),
            Span::styled(name, name_style),
            Span::raw(" ".repeat(between)),
            Span::styled(word, word_style),
        ])
    }
}

/// Something that waits for somebody, and until when: in seconds since 1970-01-01 UTC.
struct Waiting {
    what: String,
    until: Option<u64>,
}

impl Waiting {
    fn of(pending: &Pending, overview: &Overview) -> Option<Self> {
        let tag = overview.tag(pending.id)?.to_string();
        let what = match (pending.id.role, &pending.name) {
            (Role::Host, _) => strings::screen_invitation(tag),
            (Role::Guest, Some(name)) => strings::screen_reply_to(words::line(name)),
            (Role::Guest, None) => strings::screen_reply_to(tag),
        };
        let until = pending.expires_at;
        Some(Self { what, until })
    }

    fn row(&self, columns: usize, pen: Pen) -> Line<'static> {
        let left = self.until.map(|until| {
            let left = Duration::from_secs(until.saturating_sub(pen.now.unix / 1000));
            match left < A_DAY {
                true => time::clock(pen.zone.at(until.saturating_mul(1000))),
                false => words::duration(left),
            }
        });
        let left = left.unwrap_or_default();
        let room = columns.saturating_sub(3);
        let what = text::cut(&self.what, room.saturating_sub(text::width(&left) + 1));
        let between = room.saturating_sub(text::width(&what) + text::width(&left));
        Line::from(vec![
            Span::raw(format!(" {what}{}", " ".repeat(between))),
            Span::styled(left, pen.looks.waits()),
        ])
    }
}

/// Everybody, and what waits.
#[derive(Default)]
pub(super) struct People {
    others: Vec<Person>,
    waiting: Vec<Waiting>,
}

impl People {
    /// Who was met and what waits, as the device knows it now.
    pub(super) fn look(&mut self, overview: &Overview) {
        let sessions = overview.sessions.values().filter_map(Presence::of);
        let present: Vec<(PublicKey, Presence)> = sessions.collect();
        let contacts = overview.contacts.iter();
        let person = contacts.map(|contact| {
            let mut present = present.iter();
            let known = present.find(|(key, _)| *key == contact.key);
            let presence = known.map(|(_, presence)| presence.clone());
            Person {
                key: Some(contact.key),
                name: contact.shown_name().to_owned(),
                presence: presence.unwrap_or(Presence::Away(contact.heard)),
                unread: contact.unread,
            }
        });
        self.others = person.collect();
        let waiting = overview.pending.iter();
        let waiting = waiting.filter_map(|(pending, _)| Waiting::of(pending, overview));
        self.waiting = waiting.collect();
    }

    /// As many rows as there are, with the one who is talked to among them.
    pub(super) fn rows(
        &self,
        current: &Person,
        (columns, rows): (usize, usize),
        pen: Pen,
    ) -> Vec<Line<'static>> {
        let head = |said: &str| Line::styled(format!(" {said}"), pen.looks.faint());
        let mut waiting = Vec::new();
        if !self.waiting.is_empty() && rows > 8 {
            waiting.extend([Line::default(), head(strings::screen_waiting())]);
            let most = rows / 3;
            let shown = self.waiting.iter().take(most);
            waiting.extend(shown.map(|one| one.row(columns, pen)));
        }
        let (people, at) = self.with(current);
        let room = rows.saturating_sub(waiting.len() + 1);
        let first = (at + 1).saturating_sub(room);
        let mut drawn = vec![head(strings::screen_people())];
        for (number, person) in people.iter().enumerate().skip(first).take(room) {
            drawn.push(person.row(number == at, columns, pen));
        }
        drawn.extend(waiting);
        drawn
    }

    /// Who is meant beside the one who is talked to.
    pub(super) fn beside(&self, current: &Person, whom: Whom) -> Option<PublicKey> {
        let (people, at) = self.with(current);
        let count = people.len();
        let meant = match whom {
            Whom::Next => (at + 1) % count,
            Whom::Before => (at + count - 1) % count,
            Whom::At(place) => place,
        };
        let other = people.get(meant).filter(|_| meant != at)?;
        other.key
    }

    /// Everybody, with how it stands with the one who is talked to, and where that one is among them.
    fn with(&self, current: &Person) -> (Vec<Person>, usize) {
        let mut people = self.others.clone();
        let place = people.iter().rposition(|person| match current.key {
            Some(key) => person.key == Some(key),
            None => person.name == current.name,
        });
        match place {
            Some(place) => {
                let key = people[place].key;
                people[place] = Person {
                    key: current.key.or(key),
                    ..current.clone()
                };
            }
            None => people.insert(0, current.clone()),
        }
        (people, place.unwrap_or(0))
    }
}
