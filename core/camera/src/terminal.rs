//! A simulated terminal: what a screen shows of characters whose lines stand apart.

use super::Photo;

/// Black and bright white of a terminal, as luminance.
const BLACK: u8 = 12;
const WHITE: u8 = 242;

/// A terminal and its theme. It knows half blocks and the escapes that set black and bright white.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terminal {
    /// Width and height of a character in pixels; the height is even.
    pub character: (usize, usize),
    /// Pixels between two lines, where no character reaches.
    pub gap: usize,
    /// How many of these pixels lie above a character, and not below.
    pub above: usize,
    /// True if a character's background fills the gap; false if the page shows there.
    pub is_filled: bool,
    /// Luminance of the page.
    pub ground: u8,
    /// Luminance of plain text.
    pub ink: u8,
}

impl Terminal {
    /// The screen that shows these lines, with a margin of the page around them.
    pub fn show(&self, text: &str) -> Photo {
        let margin = 3 * self.character.1;
        let lines: Vec<Vec<Cell>> = text.lines().map(|line| self.cells(line)).collect();
        let columns = lines.iter().map(Vec::len).max().unwrap_or(0);
        let pitch = self.character.1 + self.gap;
        let width = columns * self.character.0 + 2 * margin;
        let height = lines.len() * pitch + 2 * margin;
        let pixel = |x: usize, y: usize| {
            let (x, y) = (x.checked_sub(margin)?, y.checked_sub(margin)?);
            let cell = lines.get(y / pitch)?.get(x / self.character.0)?;
            let inside = (y % pitch).checked_sub(self.above);
            match inside.filter(|y| *y < self.character.1) {
                Some(y) if y < self.character.1 / 2 => Some(cell.upper),
                Some(_) => Some(cell.lower),
                None => self.is_filled.then_some(cell.background),
            }
        };
        Photo {
            luma: (0..width * height)
                .map(|at| pixel(at % width, at / width).unwrap_or(self.ground))
                .collect(),
            width,
            height,
            corners: Default::default(),
        }
    }

    fn cells(&self, line: &str) -> Vec<Cell> {
        let (mut ink, mut background) = (self.ink, self.ground);
        let mut cells = Vec::new();
        let mut rest = line.chars();
        while let Some(character) = rest.next() {
            if character == '\x1b' {
                let codes: String = rest.by_ref().skip(1).take_while(|c| *c != 'm').collect();
                for code in codes.split(';') {
                    match code {
                        "30" => ink = BLACK,
                        "97" => ink = WHITE,
                        "40" => background = BLACK,
                        "107" => background = WHITE,
                        _ => (ink, background) = (self.ink, self.ground),
                    }
                }
                continue;
            }
            let (upper, lower) = match character {
                '\u{2588}' => (ink, ink),
                '\u{2580}' => (ink, background),
                '\u{2584}' => (background, ink),
                _ => (background, background),
            };
            cells.push(Cell {
                upper,
                lower,
                background,
            });
        }
        cells
    }
}

/// Luminance of a character's halves, and behind it.
struct Cell {
    upper: u8,
    lower: u8,
    background: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_apart_by_the_gap_and_only_a_filled_one_has_the_colour_of_the_character() {
        let mut terminal = Terminal {
            character: (1, 2),
            gap: 2,
            above: 1,
            is_filled: true,
            ground: 100,
            ink: 200,
        };
        let column = |terminal: &Terminal| -> Vec<u8> {
            let photo = terminal.show("\x1b[30;107m\u{2580}\x1b[0m\n\u{2588}");
            let middle = photo.width / 2;
            let lines = 6..photo.height - 6;
            lines
                .map(|y| photo.luma[y * photo.width + middle])
                .collect()
        };
        let filled = [WHITE, BLACK, WHITE, WHITE, 100, 200, 200, 100];
        assert_eq!(column(&terminal), filled);
        terminal.is_filled = false;
        assert_eq!(
            column(&terminal),
            [100, BLACK, WHITE, 100, 100, 200, 200, 100]
        );
    }
}
