//! The finder patterns of an image: dark, light, dark, light, dark at 1:1:3:1:1, along a row and down.
//!
//! Most places that look like one along a row look like none down, and there are very many of them in a
//! picture of leaves or of text. So rows are taken as the words in which they are kept, and a place goes
//! to the library that measures a pattern only if it has the right lengths in every direction.

use std::iter::successors;

use rxing::common::cpp_essentials::{ConcentricPattern, LocateConcentricPattern};
use rxing::common::{BIT_FIELD_BASE_BITS, BitMatrix};
use rxing::{Point, point};

/// What is looked for: the lengths of a finder pattern, in modules.
const LENGTHS: [u16; 5] = [1, 1, 3, 1, 1];

/// One row of so many is looked at: a middle is three modules high.
const STEP: u32 = 3;

/// The widest symbols that are looked for in large steps, in modules: version 20. They take up a quarter
/// of the image's height at least.
const MOST_MODULES: u32 = 97;

/// Finds the finder patterns: in every third row, or in so many as large symbols need, and none that is less
/// than `least` pixels wide there.
pub(super) fn finder_patterns(
    image: &BitMatrix,
    every_row: bool,
    least: u32,
) -> Vec<ConcentricPattern> {
    let step = match every_row {
        true => STEP,
        false => (3 * image.height() / (4 * MOST_MODULES)).max(STEP),
    };
    let mut found: Vec<ConcentricPattern> = Vec::new();
    let mut edges = Vec::new();
    for y in (step - 1..image.height()).step_by(step as usize) {
        find_edges(image, y, &mut edges);
        // The first edge is the beginning of something dark, and so is every second one.
        let mut first = 0;
        while let Some(ends) = edges.get(first..first + 6) {
            let before = ends[0] - first.checked_sub(1).map_or(0, |last| edges[last]);
            let lengths: [u32; 5] = std::array::from_fn(|i| ends[i + 1] - ends[i]);
            if ends[5] - ends[0] < least
                || !has_middle(lengths)
                || !is_finder(lengths)
                || !is_quiet(before, first, lengths)
            {
                first += 2;
                continue;
            }
            first += 4;
            let x = ends[2] as f32 + lengths[2] as f32 / 2.0;
            let middle = point(x, y as f32 + 0.5);
            let is_known =
                |old: &ConcentricPattern| Point::distance(middle, old.p) < old.size as f32 / 2.0;
            // A symbol may be skewed.
            let reach = 3 * (ends[5] - ends[0]);
            if may_be_finder(image, x as u32, y, reach) && !found.iter().any(is_known) {
                let located =
                    LocateConcentricPattern::<true, 5, 7>(image, &LENGTHS, middle, reach as i32);
                found.extend(located);
            }
        }
    }
    found
}

/// Where a row changes its colour, and where it ends if it ends dark.
fn find_edges(image: &BitMatrix, y: u32, edges: &mut Vec<u32>) {
    edges.clear();
    let row = image.getRow(y);
    let width = image.width();
    let mut last = 0;
    for (at, word) in (0..).step_by(BIT_FIELD_BASE_BITS).zip(row.getBitArray()) {
        let changes = word ^ (word << 1 | last);
        last = word >> (BIT_FIELD_BASE_BITS - 1);
        let changes = successors(Some(changes), |rest| Some(rest & rest.wrapping_sub(1)));
        let places = changes.take_while(|rest| *rest != 0);
        edges.extend(places.map(|rest| at + rest.trailing_zeros()));
    }
    // Behind the last pixel, bits mean nothing.
    while edges.last().is_some_and(|edge| *edge >= width) {
        edges.pop();
    }
    if edges.len() % 2 == 1 {
        edges.push(width);
    }
}

/// True if the middle is the longest. Nearly everything in a row ends here.
fn has_middle([a, b, middle, d, e]: [u32; 5]) -> bool {
    middle >= 3 && middle >= 2 * a.max(e) && middle >= b.max(d)
}

/// True if these are the lengths of a finder pattern, as far as they can be told in a photograph: ink
/// bleeds and light glares, so what is dark and what is light have modules of their own size.
fn is_finder(lengths: [u32; 5]) -> bool {
    let [a, b, middle, d, e] = lengths;
    let dark = f64::from(a + middle + e) / 5.0;
    let light = f64::from(b + d) / 2.0;
    if dark.max(light) > 4.0 * dark.min(light) {
        return false;
    }
    let is_near = |length: u32, meant: f64, off: f64| (f64::from(length) - meant).abs() <= off;
    let (off_dark, off_light) = (0.75 * dark + 0.5, light / 3.0 + 0.5);
    is_near(middle, 3.0 * dark, off_dark)
        && [a, e].iter().all(|end| is_near(*end, dark, off_dark))
        && [b, d].iter().all(|ring| is_near(*ring, light, off_light))
}

/// True if there is something light before it, or nothing at all.
fn is_quiet(before: u32, first: usize, [_, b, _, d, _]: [u32; 5]) -> bool {
    first == 0 || 20 * before >= b + d
}

/// False if this place is no middle of a finder pattern: not down, not along the row through the middle of
/// that, or not along the diagonals. What is cut by the image's edge is left to the library.
fn may_be_finder(image: &BitMatrix, x: u32, y: u32, reach: u32) -> bool {
    let mut middle = (x as i32, y as i32);
    for (dx, dy, reach, moves) in [
        (0, 1, reach, true),
        (1, 0, reach, true),
        (1, 1, 2 * reach, false),
        (1, -1, 2 * reach, false),
    ] {
        match Cross::at(image, middle, (dx, dy), reach) {
            Cross::Whole { lengths, back } if is_finder(lengths) => {
                let by = if moves {
                    (lengths[2] / 2) as i32 - back as i32
                } else {
                    0
                };
                middle = (middle.0 + dx * by, middle.1 + dy * by);
            }
            Cross::Cut => return true,
            _ => return false,
        }
    }
    true
}

/// What lies on a line through a place.
enum Cross {
    /// Five lengths, the place in the third, and how many of its pixels lie before the place.
    Whole { lengths: [u32; 5], back: u32 },
    /// One is longer than it may be.
    TooLong,
    /// The image ends before the five do.
    Cut,
}

impl Cross {
    fn at(image: &BitMatrix, (x, y): (i32, i32), (dx, dy): (i32, i32), reach: u32) -> Self {
        let is_dark = |at: i32| image.get((x + at * dx) as u32, (y + at * dy) as u32);
        let (right, bottom) = (image.width() as i32 - 1, image.height() as i32 - 1);
        let steps = |from: i32, last: i32, direction: i32| match direction {
            0 => i32::MAX,
            1.. => last - from,
            _ => from,
        };
        // How far each of three lengths reaches, in one of the two directions.
        let ends = |direction: i32| {
            let room = steps(x, right, direction * dx).min(steps(y, bottom, direction * dy));
            let (mut ends, mut at, mut dark) = ([0; 3], 0, is_dark(0));
            for end in &mut ends {
                let last = at + reach as i32;
                loop {
                    at += 1;
                    if at > room {
                        return Err(Self::Cut);
                    }
                    if at > last {
                        return Err(Self::TooLong);
                    }
                    if is_dark(direction * at) != dark {
                        break;
                    }
                }
                dark = !dark;
                *end = at as u32;
            }
            Ok(ends)
        };
        let both = ends(1).and_then(|forward| Ok((forward, ends(-1)?)));
        match both {
            Ok(([a, b, c], [d, e, f])) => Self::Whole {
                lengths: [f - e, e - d, a + d - 1, b - a, c - b],
                back: d - 1,
            },
            Err(cross) => cross,
        }
    }
}

#[cfg(test)]
mod tests {
    use handfast_camera::{Camera, Random};
    use rxing::qrcode::cpp_port::detector::FindFinderPatterns;

    use super::*;
    use crate::Symbol;
    use crate::luma::Luma;
    use crate::threshold::below_blocks;

    /// The library finds them by itself, too, and takes its time. Close to the image's edges it counts what
    /// lies outside.
    fn assert_as_the_library(image: &BitMatrix, what: &str) {
        let is_inside = |pattern: &ConcentricPattern| {
            let margin = 6 * pattern.size;
            let (right, below) = (
                image.width() as i32 - margin,
                image.height() as i32 - margin,
            );
            let (x, y) = (pattern.p.x as i32, pattern.p.y as i32);
            (margin..right).contains(&x) && (margin..below).contains(&y)
        };
        for every_row in [true, false] {
            let mut found = finder_patterns(image, every_row, 0);
            let mut by_library = FindFinderPatterns(image, every_row, 0);
            found.retain(is_inside);
            by_library.retain(is_inside);
            assert_eq!(found, by_library, "{what}");
        }
    }

    #[test]
    fn every_finder_pattern_is_found_that_the_library_finds() {
        let symbol = Symbol::draw(&"https://ab.cde/#0123456789".repeat(5)).expect("fits");
        for seed in 0..8 {
            let photo = Camera::by_seed(seed).photograph(&symbol, seed);
            let (width, height) = (photo.width, photo.height);
            let luma = Luma::from_plane(&photo.luma, width, width, height).expect("fits");
            let mut image = below_blocks(&luma).expect("large enough");
            assert_as_the_library(&image, &format!("photograph {seed}"));
            image.flip_self();
            assert_as_the_library(&image, &format!("photograph {seed}, inverted"));
        }
        for seed in 0..8 {
            let mut random = Random(seed);
            let cell = 1 + (random.bits() % 5) as u32;
            let (width, height) = (300 + (random.bits() % 100) as u32, 300);
            let mut image = BitMatrix::new(width, height).expect("a size");
            for y in (0..height).step_by(cell as usize) {
                for x in (0..width).step_by(cell as usize) {
                    if random.bits().is_multiple_of(2) {
                        let (right, down) = (cell.min(width - x), cell.min(height - y));
                        image.setRegion(x, y, right, down).expect("inside");
                    }
                }
            }
            assert_as_the_library(&image, &format!("noise {seed}"));
        }
        for (scale, quiet) in [(1, 42), (3, 42), (4, 50), (7, 45)] {
            let side = (symbol.width() + 2 * quiet) * scale;
            let mut image = BitMatrix::with_single_dimension(side as u32).expect("a size");
            for at in 0..side * side {
                let module = |p: usize| (p / scale).wrapping_sub(quiet);
                let (x, y) = (at % side, at / side);
                if symbol.is_dark(module(x), module(y)) {
                    image.set(x as u32, y as u32);
                }
            }
            assert_as_the_library(&image, &format!("drawn at {scale}"));
        }
    }
}
