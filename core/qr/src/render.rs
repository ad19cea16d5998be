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
    pub fn to_terminal(&self, style: Style) -> String {
        let side = self.outer_width();
        let mut text = String::new();
        for y in (0..side).step_by(2) {
            if style == Style::Colour {
                text.push_str("\x1b[30;107m"); // black text on bright white
            }
            for x in 0..side {
                let upper = self.is_dark_outer(x, y);
                // The width is odd: below the last line lies one more row of quiet zone.
                let lower = self.is_dark_outer(x, y + 1);
                // In plain characters on a dark background, a drawn half is a light one.
                let drawn = style != Style::DarkBackground;
                text.push(match (upper == drawn, lower == drawn) {
                    (true, true) => '\u{2588}',
                    (true, false) => '\u{2580}',
                    (false, true) => '\u{2584}',
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
    use crate::scan_picture;

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

    #[test]
    fn terminal_styles_show_the_same_modules() {
        let symbol = symbol();
        let modules = |text: &str, drawn_is_dark: bool| -> Vec<Vec<bool>> {
            text.lines()
                .flat_map(|line| {
                    let line = line
                        .trim_start_matches("\x1b[30;107m")
                        .trim_end_matches("\x1b[0m");
                    [['\u{2588}', '\u{2580}'], ['\u{2588}', '\u{2584}']].map(|halves| {
                        line.chars()
                            .map(|c| halves.contains(&c) == drawn_is_dark)
                            .collect()
                    })
                })
                .collect()
        };
        let side = symbol.outer_width();
        for (style, drawn_is_dark) in [
            (Style::Colour, true),
            (Style::LightBackground, true),
            (Style::DarkBackground, false),
        ] {
            let rows = modules(&symbol.to_terminal(style), drawn_is_dark);
            assert_eq!(rows.len(), side + 1);
            for (y, row) in rows.iter().enumerate() {
                assert_eq!(row.len(), side);
                for (x, dark) in row.iter().enumerate() {
                    assert_eq!(*dark, symbol.is_dark_outer(x, y), "{style:?} {x} {y}");
                }
            }
        }
    }
}
