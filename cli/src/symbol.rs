//! Showing a token: the code for a camera, the link for everything else.

use crate::status::Stop;
use crate::strings;
pub(crate) use handfast_native::qr::Style;
use handfast_native::qr::Symbol;
use handfast_native::token::{LinkBase, QrText, bare_text, link};
use std::io::IsTerminal;

/// Every form of one token.
pub(crate) struct Forms {
    /// For messengers.
    pub(crate) link: String,
    /// For pasting.
    pub(crate) text: String,
    /// Of the token itself.
    pub(crate) bytes: usize,
    /// For cameras.
    pub(crate) symbol: Symbol,
}

impl Forms {
    /// The forms of these bytes.
    ///
    /// # Errors
    /// Never for a token: the longest fits into a symbol.
    pub(crate) fn new(base: &LinkBase, token: &[u8]) -> Result<Self, Stop> {
        Ok(Self {
            link: link(base, token),
            text: bare_text(token),
            bytes: token.len(),
            symbol: Symbol::draw(QrText::new(base, token).as_str())
                .map_err(|_| Stop::bad_input(strings::no_symbol()))?,
        })
    }
}

/// The line below a symbol, where a person types.
const BELOW: usize = 1;

/// A symbol in the characters that this terminal has.
pub(crate) fn drawn(symbol: &Symbol) -> String {
    match has_blocks() {
        true => symbol.to_terminal(style()),
        false => symbol.to_plain_terminal(style()),
    }
}

/// The columns and rows that a window needs to show this symbol with what stands below it.
pub(crate) fn room(symbol: &Symbol) -> (usize, usize) {
    room_in(symbol, has_blocks())
}

fn room_in(symbol: &Symbol, has_blocks: bool) -> (usize, usize) {
    let side = symbol.outer_width();
    match has_blocks {
        true => (side, side.div_ceil(2) + BELOW),
        false => (2 * side, side + BELOW),
    }
}

/// True if a window of that size shows it. What is no window, such as a pipe, takes anything.
pub(crate) fn fits(needed: (usize, usize), window: Option<(usize, usize)>) -> bool {
    window.is_none_or(|window| window.0 >= needed.0 && window.1 >= needed.1)
}

/// Whether this terminal shows blocks, which are characters of Unicode: not where its locale has another
/// encoding, nor where it is one without them.
pub(crate) fn has_blocks() -> bool {
    has_blocks_in(|name| std::env::var(name).ok())
}

/// `variable` gives the environment, of which the first that says something about characters counts (POSIX,
/// section 8.2).
fn has_blocks_in(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
    let is_unicode = |locale: &str| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    };
    let is_plain = set("TERM").is_some_and(|name| is_plain(&name));
    !is_plain && (cfg!(windows) || locale.as_deref().is_some_and(is_unicode))
}

/// A terminal with letters and nothing else: no blocks, no colours.
fn is_plain(terminal: &str) -> bool {
    terminal == "dumb" || terminal.starts_with("vt")
}

/// Whether this terminal shows colours, and is to.
pub(crate) fn has_colours() -> bool {
    let without_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_plain = std::env::var("TERM").is_ok_and(|name| is_plain(&name));
    std::io::stdout().is_terminal() && !without_colour && !is_plain
}

/// How this terminal shows symbols: in explicit colours where there are some.
fn style() -> Style {
    let background = std::env::var("COLORFGBG").ok();
    style_for(has_colours(), background.as_deref())
}

/// `background`: the variable COLORFGBG, with which some terminals tell their colours.
fn style_for(colours: bool, background: Option<&str>) -> Style {
    let light = background
        .and_then(|value| value.rsplit(';').next())
        .is_some_and(|last| matches!(last, "7" | "15"));
    match (colours, light) {
        (true, _) => Style::Colour,
        (false, true) => Style::LightBackground,
        (false, false) => Style::DarkBackground,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_shown_where_all_of_it_stays_on_the_screen() {
        let invitation = Symbol::draw(&"A".repeat(90)).unwrap_or_else(|_| panic!("it fits"));
        assert_eq!(room_in(&invitation, false), (82, 42));
        let needed = room_in(&invitation, true);
        assert_eq!(needed, (41, 22));
        assert!(fits(needed, Some((80, 24))) && fits(needed, None));
        for window in [(80, 21), (40, 60)] {
            assert!(!fits(needed, Some(window)), "{window:?}");
        }
    }

    #[test]
    fn blocks_are_drawn_where_locale_and_terminal_have_them() {
        let has_blocks = |set: &[(&str, &str)]| {
            let found = |name: &str| set.iter().find(|(other, _)| *other == name);
            has_blocks_in(|name| found(name).map(|(_, value)| (*value).to_owned()))
        };
        for set in [
            &[("LANG", "de_DE.UTF-8")][..],
            &[("LC_ALL", ""), ("LC_CTYPE", "UTF-8"), ("LANG", "C")],
            &[("LC_ALL", "C.utf8"), ("TERM", "xterm-256color")],
        ] {
            assert!(has_blocks(set), "{set:?}");
        }
        for set in [
            &[("LANG", "de_DE.UTF-8"), ("TERM", "vt220")][..],
            &[("LANG", "de_DE.UTF-8"), ("TERM", "dumb")],
        ] {
            assert!(!has_blocks(set), "{set:?}");
        }
        for set in [
            &[][..],
            &[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")],
            &[("LANG", "de_DE.ISO-8859-1")],
        ] {
            assert_eq!(has_blocks(set), cfg!(windows), "{set:?}");
        }
    }

    #[test]
    fn colours_are_explicit_where_there_are_some_and_else_the_background_counts() {
        assert_eq!(style_for(true, Some("0;15")), Style::Colour);
        assert_eq!(style_for(false, Some("0;15")), Style::LightBackground);
        assert_eq!(
            style_for(false, Some("0;default;7")),
            Style::LightBackground
        );
        assert_eq!(style_for(false, Some("15;0")), Style::DarkBackground);
        assert_eq!(style_for(false, None), Style::DarkBackground);
    }
}
