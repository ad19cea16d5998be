//! Which key does what. Whatever a key does in the conversation, a line does as well that is typed: there is one way
//! to have something done.

use super::history::Scroll;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// What a key is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// It changes the line that is typed.
    Edit,
    /// The same as if this line were typed.
    Line(&'static str),
    /// A line begins like this.
    Begin(&'static str),
    NewLine,
    /// By so many windows, or to an end.
    Scroll(Way),
    /// The command that was typed before the one that is shown, or after it.
    Recall(Order),
    /// A command about the line that is chosen begins like this.
    About(&'static str),
    /// The line before the one that is chosen, or after it.
    Choose(Order),
    /// Somebody else is to be talked to.
    Turn(Whom),
    /// The rest of the command that is typed.
    Complete,
    /// What asks for an answer is put aside, or shown again.
    PutAside,
    Nothing,
}

/// Which way to scroll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Back,
    Forth,
    First,
    Last,
}

impl Way {
    /// The same in rows, where a window has so many.
    pub(super) fn by(self, rows: usize) -> Scroll {
        // A row that was seen is seen again.
        let most = rows.saturating_sub(1).max(1);
        match self {
            Self::Back => Scroll::Up(most),
            Self::Forth => Scroll::Down(most),
            Self::First => Scroll::First,
            Self::Last => Scroll::Last,
        }
    }
}

/// Somebody else, by their place among people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whom {
    Next,
    Before,
    At(usize),
}

/// Earlier or later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Before,
    After,
}

/// What is shown of the keys at the foot of the screen: the key, and what it is for.
pub(super) const SHOWN: [(&str, Said); 6] = [
    ("F2", Said::Code),
    ("F4", Said::File),
    ("F5", Said::Compare),
    ("Tab", Said::People),
    ("PgUp", Said::History),
    ("F1", Said::Help),
];

/// The key by which everybody finds the way out.
pub(super) const LEAVE: &str = "F10";

/// What a key is for, in a word.
#[derive(Clone, Copy)]
pub(super) enum Said {
    Code,
    File,
    Compare,
    People,
    History,
    Help,
}

/// What a key is for where this is typed already.
pub(super) fn action(key: &KeyEvent, typed: &str) -> Action {
    if key.kind == KeyEventKind::Release {
        return Action::Nothing;
    }
    let held = key.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
    let is_free = held.is_empty();
    match key.code {
        KeyCode::F(1) => Action::Line("/help"),
        KeyCode::F(2) => Action::Line("/code"),
        KeyCode::F(3) => Action::About("/open"),
        KeyCode::F(4) => Action::Begin("/send "),
        KeyCode::F(5) => Action::Line("/compare"),
        KeyCode::F(6) => Action::About("/reply"),
        KeyCode::F(7) => Action::About("/react"),
        KeyCode::F(8) => Action::About("/edit"),
        KeyCode::F(9) => Action::About("/withdraw"),
        KeyCode::F(10) => Action::Line("/quit"),
        KeyCode::PageUp => Action::Scroll(Way::Back),
        KeyCode::PageDown => Action::Scroll(Way::Forth),
        KeyCode::Home if typed.is_empty() || !is_free => Action::Scroll(Way::First),
        KeyCode::End if typed.is_empty() || !is_free => Action::Scroll(Way::Last),
        KeyCode::Up if held == KeyModifiers::ALT => Action::Choose(Order::Before),
        KeyCode::Down if held == KeyModifiers::ALT => Action::Choose(Order::After),
        KeyCode::Up => Action::Recall(Order::Before),
        KeyCode::Down => Action::Recall(Order::After),
        KeyCode::Tab if typed.starts_with('/') => Action::Complete,
        KeyCode::Tab => Action::Turn(Whom::Next),
        KeyCode::BackTab => Action::Turn(Whom::Before),
        KeyCode::Char(digit @ '1'..='9') if held == KeyModifiers::ALT => {
            Action::Turn(Whom::At(digit as usize - '1' as usize))
        }
        KeyCode::Esc => Action::PutAside,
        KeyCode::Enter if held == KeyModifiers::ALT => Action::NewLine,
        _ => Action::Edit,
    }
}

/// What stands in the line instead, where this much of a command is typed: all of it, or as much as all that begin
/// like this have in common.
pub(super) fn completed(typed: &str, commands: &[&str]) -> Option<String> {
    let meant = commands.iter().filter(|command| command.starts_with(typed));
    let meant: Vec<&str> = meant.copied().collect();
    let (first, others) = meant.split_first()?;
    let common = |other: &&str| {
        let both = first.bytes().zip(other.bytes());
        both.take_while(|(one, other)| one == other).count()
    };
    let common = others.iter().map(common).min();
    Some(match common {
        Some(length) => first[..length].to_owned(),
        None => format!("{first} "),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(code: KeyCode) -> KeyEvent {
        KeyEvent::new(code, KeyModifiers::NONE)
    }

    #[test]
    fn every_key_that_is_shown_does_something_that_can_be_typed_or_scrolls() {
        for number in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] {
            let action = action(&pressed(KeyCode::F(number)), "typed");
            assert!(
                matches!(&action, Action::Line(line) | Action::Begin(line) | Action::About(line)
                    if crate::chat::COMMANDS.contains(&line.trim())),
                "{action:?}"
            );
        }
        assert_eq!(
            action(&pressed(KeyCode::PageUp), "typed"),
            Action::Scroll(Way::Back)
        );
    }

    #[test]
    fn what_is_typed_keeps_the_keys_that_move_in_it() {
        for code in [KeyCode::Home, KeyCode::End] {
            assert_eq!(action(&pressed(code), "typed"), Action::Edit);
            assert!(matches!(action(&pressed(code), ""), Action::Scroll(_)));
        }
        for code in [KeyCode::Char('q'), KeyCode::Left, KeyCode::Backspace] {
            assert_eq!(action(&pressed(code), "typed"), Action::Edit);
        }
        let newline = KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT);
        assert_eq!(action(&newline, "typed"), Action::NewLine);
    }

    #[test]
    fn a_command_is_completed_as_far_as_it_is_meant() {
        let commands = ["/compare", "/send", "/same"];
        let done = |typed| completed(typed, &commands);
        assert_eq!(done("/c").as_deref(), Some("/compare "));
        assert_eq!(done("/s").as_deref(), Some("/s"));
        assert_eq!(done("/se").as_deref(), Some("/send "));
        assert_eq!(done("/x"), None);
    }
}
