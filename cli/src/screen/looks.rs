//! With which characters and in which styles the screen is drawn. Nothing is told by a colour alone.

use crate::symbol;
use ratatui_core::style::{Color, Modifier, Style};

/// What this terminal can show.
#[derive(Clone, Copy)]
pub(crate) struct Looks {
    has_colours: bool,
    /// Characters of Unicode that are no letters.
    has_blocks: bool,
}

impl Looks {
    /// Those of the terminal in which this program runs.
    pub(crate) fn of_this_terminal() -> Self {
        Self {
            has_colours: symbol::has_colours(),
            has_blocks: symbol::has_blocks(),
        }
    }

    #[cfg(test)]
    pub(super) const PLAIN: Self = Self {
        has_colours: false,
        has_blocks: false,
    };

    #[cfg(test)]
    pub(super) const COLOURLESS: Self = Self {
        has_colours: false,
        has_blocks: true,
    };

    #[cfg(test)]
    pub(super) const FULL: Self = Self {
        has_colours: true,
        has_blocks: true,
    };

    pub(super) fn has_colours(self) -> bool {
        self.has_colours
    }

    pub(super) fn has_blocks(self) -> bool {
        self.has_blocks
    }

    /// The first of the two where this terminal has it.
    pub(super) fn either(self, full: &'static str, plain: &'static str) -> &'static str {
        match self.has_blocks {
            true => full,
            false => plain,
        }
    }

    /// What the eye is to find: names, keys.
    pub(super) fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What stands back: times, lines between.
    pub(super) fn faint(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// The accent. Colours are those that the person chose for this terminal, so they suit its ground.
    pub(super) fn accent(self) -> Style {
        self.coloured(Color::Cyan)
    }

    /// What waits for the person.
    pub(super) fn waits(self) -> Style {
        self.coloured(Color::Yellow).add_modifier(Modifier::BOLD)
    }

    fn coloured(self, colour: Color) -> Style {
        match self.has_colours {
            true => Style::new().fg(colour),
            false => Style::new(),
        }
    }
}
