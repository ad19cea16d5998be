//! From a module matrix to something a person can show: PNG, SVG, or characters in a terminal.
//!
//! Every form carries the quiet zone that readers need; none refers to anything outside itself.

use std::fmt::Write as _;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};

use super::Symbol;

/// Light modules around a symbol (ISO/IEC 18004: four).
pub const QUIET_ZONE: usize = 4;

/// The largest scale of a PNG, in pixels a module; larger ones are drawn at this one.
const LARGEST_SCALE: usize = 64;

/// How a terminal shows light and dark modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Explicit black on white by ANSI escapes: right on every terminal that has colours.
    Colour,
    /// Plain characters for a terminal with light text on a dark background.
    DarkBackground,
    /// Plain characters for a terminal with dark text on a light background.
    LightBackground,
}

impl Symbol {
    /// Modules along one side with the quiet zone: the columns of [`Self::to_terminal`], and twice its
    /// lines.
    pub fn outer_width(&self) -> usize {
        self.width() + 2 * QUIET_ZONE
    }

    /// True if the module is dark, counted from the corner of the quiet zone.
    fn is_dark_outer(&self, x: usize, y: usize) -> bool {
        x >= QUIET_ZONE && y >= QUIET_ZONE && self.is_dark(x - QUIET_ZONE, y - QUIET_ZONE)
    }

    /// A PNG of 8-bit grey, `scale` pixels a module (1 to 64; others are brought into range).
    pub fn to_png(&self, scale: usize) -> Vec<u8> {
        let scale = scale.clamp(1, LARGEST_SCALE);
        let side = self.outer_width() * scale;
        let mut luma = Vec::with_capacity(side * side);
        for y in 0..side {
            luma.extend((0..side).map(|x| {
                if self.is_dark_outer(x / scale, y / scale) {
                    0u8
                } else {
                    255
                }
            }));
        }
        encode_png(&luma, side, side)
    }

    /// An SVG of one path on a white ground, one unit a module.
    pub fn to_svg(&self) -> String {
        let side = self.outer_width();
        let mut path = String::new();
        for y in 0..side {
            let mut x = 0;
            while x < side {
                let run = (x..side).take_while(|x| self.is_dark_outer(*x, y)).count();
                if run > 0 {
                    // Writing to a String cannot fail.
                    let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
                }
                x += run.max(1);
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" \
             shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" \
             fill=\"#fff\"/><path d=\"{path}\"/></svg>\n"
        )
    }

    /// Lines of half blocks, two module rows a line, each line ended by a newline.
    ///
    /// Many terminals leave room between lines, above a character, below it or both; what shows there is
    /// its background. So in colours, a pair of equal modules is nothing but background. In an unequal
    /// pair, the background is the one of both colours that goes on in the next line, or in the last.
    pub fn to_terminal(&self, style: Style) -> String {
        let side = self.outer_width();
        let mut text = String::new();
        for y in (0..side).step_by(2) {
            let mut last = None;
            for x in 0..side {
                let upper = self.is_dark_outer(x, y);
                // The width is odd: below the last line lies one more row of quiet zone.
                let lower = self.is_dark_outer(x, y + 1);
                if style == Style::Colour {
                    let above = y > 0 && self.is_dark_outer(x, y - 1);
                    let below = self.is_dark_outer(x, y + 2);
                    let is_upper_behind = above != lower && below == upper;
                    let (character, ink, ground) = match (upper == lower, is_upper_behind) {
                        (true, _) => (' ', !lower, lower),
                        (false, true) => (LOWER_HALF, lower, upper),
                        (false, false) => (UPPER_HALF, upper, lower),
                    };
                    if last != Some((ink, ground)) {
                        text.push_str(colours(ink, ground));
                        last = Some((ink, ground));
                    }
                    text.push(character);
                    continue;
                }
                // In plain characters on a dark background, a drawn half is a light one.
                let drawn = style != Style::DarkBackground;
                text.push(match (upper == drawn, lower == drawn) {
                    (true, true) => '\u{2588}',
                    (true, false) => UPPER_HALF,
                    (false, true) => LOWER_HALF,
                    (false, false) => ' ',
                });
            }
            if style == Style::Colour {
                text.push_str("\x1b[0m");
            }
            text.push('\n');
        }
        text
    }

    /// The same for a terminal that has no half blocks, or whose locale has another encoding: in ASCII alone,
    /// a line for each row of modules and two columns for each module.
    pub fn to_plain_terminal(&self, style: Style) -> String {
        let side = self.outer_width();
        let mut text = String::new();
        for y in 0..side {
            let mut shown = None;
            for x in 0..side {
                let is_dark = self.is_dark_outer(x, y);
                if style == Style::Colour && shown.replace(is_dark) != Some(is_dark) {
                    // The background alone is seen: black, and bright white.
                    text.push_str(if is_dark { "\x1b[40m" } else { "\x1b[107m" });
                }
                let is_drawn = match style {
                    Style::Colour => false,
                    Style::DarkBackground => !is_dark,
                    Style::LightBackground => is_dark,
                };
                text.push_str(if is_drawn { "##" } else { "  " });
            }
            if style == Style::Colour {
                text.push_str("\x1b[0m");
            }
            text.push('\n');
        }
        text
    }
}

const UPPER_HALF: char = '\u{2580}';
const LOWER_HALF: char = '\u{2584}';

/// The escapes for a dark or light character on dark or light: black and bright white.
fn colours(ink_is_dark: bool, ground_is_dark: bool) -> &'static str {
    match (ink_is_dark, ground_is_dark) {
        (true, true) => "\x1b[30;40m",
        (true, false) => "\x1b[30;107m",
        (false, true) => "\x1b[97;40m",
        (false, false) => "\x1b[97;107m",
    }
}

/// Encodes tightly packed 8-bit grey pixels.
pub(super) fn encode_png(luma: &[u8], width: usize, height: usize) -> Vec<u8> {
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(luma, width as u32, height as u32, ExtendedColorType::L8)
        .expect("memory accepts every write, and the size matches the pixels");
    png
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Rung, Scanner, scan, scan_picture, scan_picture_for};
    use handfast_camera::Terminal;

    const TEXT: &str = "https://ab.cde/#0123456789012345678901234567890123456789";

    fn symbol() -> Symbol {
        Symbol::draw(TEXT).expect("fits")
    }

    #[test]
    fn a_png_reads_back_at_every_scale() {
        for scale in [1, 2, 3, 7, 40] {
            let readings = scan_picture(&symbol().to_png(scale)).expect("readable");
            assert_eq!(readings.len(), 1, "at scale {scale}");
            assert_eq!(readings[0].text, TEXT, "at scale {scale}");
        }
    }

    #[test]
    fn the_largest_symbol_survives_what_messengers_do_to_pictures() {
        use image::codecs::jpeg::JpegEncoder;
        use image::imageops::{FilterType, resize};
        let text: String = (0..2_900)
            .map(|i| char::from(b'a' + (i * i % 23) as u8))
            .collect();
        let symbol = Symbol::draw(&text).expect("fits");
        assert_eq!(symbol.version(), 40);
        let png = symbol.to_png(8);
        let picture = image::load_from_memory(&png).expect("a picture").to_luma8();
        for (side, quality) in [(1_480, 40), (1_280, 50), (1_024, 70)] {
            let smaller = resize(&picture, side, side, FilterType::Triangle);
            let mut jpeg = Vec::new();
            JpegEncoder::new_with_quality(&mut jpeg, quality)
                .encode_image(&smaller)
                .expect("encoded");
            let readings = scan_picture(&jpeg).expect("readable");
            assert_eq!(readings.len(), 1, "{side} pixels at quality {quality}");
            assert_eq!(readings[0].text, text, "{side} pixels at quality {quality}");
        }
    }

    #[test]
    fn the_path_of_an_svg_covers_exactly_the_dark_modules() {
        let svg = symbol().to_svg();
        let path = svg
            .split("<path d=\"")
            .nth(1)
            .and_then(|s| s.split('"').next());
        let mut dark = std::collections::HashSet::new();
        for run in path
            .expect("one path")
            .split('z')
            .filter(|run| !run.is_empty())
        {
            let numbers: Vec<usize> = run
                .split(|c: char| !c.is_ascii_digit())
                .filter_map(|n| n.parse().ok())
                .collect();
            let [x, y, length, ..] = numbers[..] else {
                panic!("odd run {run}")
            };
            dark.extend((x..x + length).map(|x| (x, y)));
        }
        let symbol = symbol();
        for y in 0..symbol.outer_width() {
            for x in 0..symbol.outer_width() {
                assert_eq!(dark.contains(&(x, y)), symbol.is_dark_outer(x, y));
            }
        }
        assert!(!svg.contains("href"));
    }

    /// The middles of the modules that a terminal without gaps shows.
    fn modules(text: &str, ground: u8) -> Vec<Vec<bool>> {
        let terminal = Terminal {
            character: (1, 2),
            gap: 0,
            above: 0,
            is_filled: true,
            ground,
            ink: 250 - ground,
        };
        let photo = terminal.show(text);
        let rows = photo.luma.chunks(photo.width).skip(6);
        rows.take(photo.height - 12)
            .map(|row| row[6..photo.width - 6].iter().map(|l| *l < 128).collect())
            .collect()
    }

    #[test]
    fn terminal_styles_show_the_same_modules() {
        let symbol = symbol();
        let side = symbol.outer_width();
        for (style, ground) in [
            (Style::Colour, 100),
            (Style::LightBackground, 240),
            (Style::DarkBackground, 10),
        ] {
            let rows = modules(&symbol.to_terminal(style), ground);
            assert_eq!(rows.len(), side + 1);
            for (y, row) in rows.iter().enumerate() {
                assert_eq!(row.len(), side);
                for (x, dark) in row.iter().enumerate() {
                    assert_eq!(*dark, symbol.is_dark_outer(x, y), "{style:?} {x} {y}");
                }
            }
        }
    }
    #[test]
    fn a_terminal_without_blocks_shows_the_same_modules_in_ascii() {
        let symbol = symbol();
        for style in [Style::Colour, Style::DarkBackground, Style::LightBackground] {
            let text = symbol.to_plain_terminal(style);
            assert!(text.is_ascii());
            assert_eq!(text.lines().count(), symbol.outer_width());
            for (y, line) in text.lines().enumerate() {
                let mut is_dark = style == Style::DarkBackground;
                let mut rest = line;
                for x in 0..symbol.outer_width() {
                    if let Some(behind) = rest.strip_prefix("\x1b[40m") {
                        (is_dark, rest) = (true, behind);
                    } else if let Some(behind) = rest.strip_prefix("\x1b[107m") {
                        (is_dark, rest) = (false, behind);
                    }
                    let (cell, behind) = rest.split_at(2);
                    rest = behind;
                    let seen = match cell {
                        "##" => style == Style::LightBackground,
                        _ => is_dark,
                    };
                    assert_eq!(seen, symbol.is_dark_outer(x, y), "{style:?} {x} {y}");
                }
            }
        }
    }

    /// Terminals with the height of a character, the room between lines and its part above them.
    fn terminals() -> impl Iterator<Item = Terminal> {
        [14, 16, 20, 26, 34, 44].into_iter().flat_map(|height| {
            [10, 20, 30].into_iter().flat_map(move |percent| {
                let gap = (height * percent + 50) / 100;
                [0, gap / 2].into_iter().map(move |above| Terminal {
                    character: (height / 2, height),
                    gap,
                    above,
                    is_filled: true,
                    ground: 30,
                    ink: 220,
                })
            })
        })
    }

    #[test]
    fn a_symbol_in_colours_is_read_at_once_where_lines_stand_apart() {
        let text = symbol().to_terminal(Style::Colour);
        for terminal in terminals().filter(|terminal| terminal.above == 0) {
            let photo = terminal.show(&text);
            let readings = scan(&photo.luma, photo.width, photo.width, photo.height);
            let readings = readings.expect("the numbers fit");
            assert_eq!(readings.len(), 1, "{terminal:?}");
            assert_eq!(readings[0].rung, Rung::Blocks, "{terminal:?}");
        }
    }

    #[test]
    fn a_symbol_of_plain_characters_is_read_where_lines_stand_apart() {
        for terminal in terminals().filter(|terminal| [14, 26].contains(&terminal.character.1)) {
            for (style, ground, ink, is_filled) in [
                (Style::Colour, 30, 220, false),
                (Style::Colour, 30, 220, true),
                (Style::DarkBackground, 30, 220, true),
                (Style::LightBackground, 250, 40, true),
            ] {
                let terminal = Terminal {
                    ground,
                    ink,
                    is_filled,
                    ..terminal
                };
                let photo = terminal.show(&symbol().to_terminal(style));
                let readings = scan_picture_for(&photo.to_png(), |_| true);
                let texts = readings.map(|r| r.into_iter().map(|r| r.text).collect::<Vec<_>>());
                assert_eq!(texts, Ok(vec![TEXT.to_owned()]), "{style:?} {terminal:?}");
            }
        }
    }

    #[test]
    fn a_camera_reads_lines_that_stand_apart_however_it_is_turned() {
        let text = symbol().to_terminal(Style::DarkBackground);
        for terminal in terminals().filter(|terminal| terminal.character.1 == 16) {
            let upright = terminal.show(&text);
            let (width, height) = (upright.height, upright.width);
            let turned = |at: usize| upright.luma[(width - 1 - at % width) * height + at / width];
            let turned: Vec<u8> = (0..width * height).map(turned).collect();
            for (luma, width, height) in [(&upright.luma, height, width), (&turned, width, height)]
            {
                let mut scanner = Scanner::new();
                let mut round = (0..Scanner::ROUND)
                    .flat_map(|_| scanner.scan(luma, width, width, height).expect("fits"));
                assert!(round.any(|reading| reading.text == TEXT), "{terminal:?}");
            }
        }
    }
}
