//! Symbols without a quiet zone, on a ground of the colour of their modules: a finder pattern has no
//! outer edge there, and no reader takes it for one.
//!
//! What is left of it is its middle: dark, in a ring of light, at 1:3:1. Where three of them could be the
//! corners of a symbol, the ring of light that belongs around each is painted.

use rxing::common::BitMatrix;
use rxing::common::cpp_essentials::ConcentricPattern;
use rxing::qrcode::cpp_port::detector::{FinderPatternSet, GenerateFinderPatternSets};
use rxing::{Point, point};

use super::found::Taken;

/// One row of so many is searched: a dark middle is three modules high.
const STEP: u32 = 4;

/// The most middles of finder patterns that are considered.
const MOST_MIDDLES: usize = 60;

/// The most triples of them.
const MOST_SETS: usize = 12;

/// Triples of finder patterns without an outer edge, each with the image in which it got one.
pub(super) fn with_edges(
    image: &BitMatrix,
    taken: &Taken,
) -> impl Iterator<Item = (BitMatrix, FinderPatternSet)> {
    let mut patterns = middles(image);
    patterns.retain(|pattern| !taken.holds(pattern.p.x, pattern.p.y));
    let sets = GenerateFinderPatternSets(&mut patterns);
    sets.into_iter().take(MOST_SETS).map(|set| {
        let mut painted = image.clone();
        let axes = [unit(set.tr.p - set.tl.p), unit(set.bl.p - set.tl.p)];
        for pattern in [set.tl, set.tr, set.bl] {
            paint(&mut painted, pattern, axes);
        }
        (painted, set)
    })
}

/// The middles of finder patterns, as large as a whole pattern is.
fn middles(image: &BitMatrix) -> Vec<ConcentricPattern> {
    let mut found: Vec<ConcentricPattern> = Vec::new();
    for y in (0..image.height()).step_by(STEP as usize) {
        let row = image.getRow(y);
        // Where the row changes its colour, from the first dark pixel on.
        let mut edges = Vec::new();
        let mut at = row.getNextSet(0);
        while at < image.width() as usize && found.len() < MOST_MIDDLES {
            edges.push(at);
            at = match edges.len() % 2 {
                1 => row.getNextUnset(at),
                _ => row.getNextSet(at),
            };
        }
        // The dark run in the middle begins at an even edge.
        for around in edges.windows(4).skip(1).step_by(2) {
            let Some((x, width)) = middle(around) else {
                continue;
            };
            let is_known = |p: &ConcentricPattern| {
                (p.p.x - x).abs().max((p.p.y - y as f32).abs()) < p.size as f32 / 2.0
            };
            if found.iter().any(is_known) {
                continue;
            }
            let reach = 2 * width as usize;
            let column = middle_of_column(image, x as u32, y as usize, reach);
            let Some((y, height)) = column else {
                continue;
            };
            let module = (width + height) / 6.0;
            if (width - height).abs() <= module && is_middle(image, point(x, y), module) {
                found.push(ConcentricPattern {
                    p: point(x, y),
                    size: (7.0 * module).round() as i32,
                });
            }
        }
    }
    found
}

/// The middle and the length of a dark run between two light ones, given by their four edges, if they are
/// as long as those in a finder pattern.
fn middle(edges: &[usize]) -> Option<(f32, f32)> {
    let [a, b, c, d] = *edges else { return None };
    let (before, dark, after) = ((b - a) as f32, (c - b) as f32, (d - c) as f32);
    let module = (before + dark + after) / 5.0;
    let is_right = (dark - 3.0 * module).abs() < module
        && (before - module).abs() < 0.6 * module
        && (after - module).abs() < 0.6 * module;
    (is_right && dark >= 3.0).then_some(((b + c) as f32 / 2.0, dark))
}

/// The same in a column, around this place in the dark run. No run is followed further than `reach`.
fn middle_of_column(image: &BitMatrix, x: u32, y: usize, reach: usize) -> Option<(f32, f32)> {
    let is = |dark: bool| move |at: &usize| image.get(x, *at as u32) == dark;
    let height = image.height() as usize;
    let before = |from: usize, dark| (from.saturating_sub(reach)..from).rev().find(is(dark));
    let behind = |from: usize, dark| (from..height.min(from + reach)).find(is(dark));
    let (start, end) = (before(y, false)? + 1, behind(y, false)?);
    middle(&[before(start, true)? + 1, start, end, behind(end, true)?])
}

/// True if there is dark in a circle around this place and light in a wider one, however the symbol is
/// turned: these stay inside of the dark square and of the ring around it.
fn is_middle(image: &BitMatrix, middle: Point, module: f32) -> bool {
    [(1.0, true), (2.2, false)].iter().all(|(radius, dark)| {
        (0..16).all(|part| {
            let (sin, cos) = (part as f32 * std::f32::consts::PI / 8.0).sin_cos();
            let out = point(cos, sin) * (radius * module);
            let place = middle + out;
            image.is_in(place) && image.get(place.x as u32, place.y as u32) == *dark
        })
    })
}

fn unit(p: Point) -> Point {
    let length = p.x.hypot(p.y).max(1.0);
    point(p.x / length, p.y / length)
}

/// Paints the ring of light around a finder pattern, one module wide.
fn paint(image: &mut BitMatrix, pattern: ConcentricPattern, axes: [Point; 2]) {
    let module = pattern.size as f32 / 7.0;
    let reach = (4.5 * module * 1.5).ceil() as i32;
    for dy in -reach..=reach {
        for dx in -reach..=reach {
            let (x, y) = (pattern.p.x + dx as f32, pattern.p.y + dy as f32);
            let along = |axis: Point| (dx as f32 * axis.x + dy as f32 * axis.y).abs() / module;
            let out = along(axes[0]).max(along(axes[1]));
            if (3.5..4.6).contains(&out) && image.is_in(point(x, y)) {
                image.unset(x as u32, y as u32);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{QUIET_ZONE, Rung, Symbol, scan_picture};

    #[test]
    fn a_symbol_without_a_quiet_zone_is_read_on_a_ground_of_its_own_colour() {
        let text = "https://ab.cde/#".to_owned() + &"0246813579".repeat(12);
        let symbol = Symbol::draw(&text).expect("fits");
        for (scale, ground) in [(4, 0u8), (7, 0), (4, 255), (7, 255)] {
            let side = 400;
            let luma: Vec<u8> = (0..side * side)
                .map(|at| {
                    let module = |p: usize| (p.wrapping_sub(10 * QUIET_ZONE)) / scale;
                    let (x, y) = (module(at % side), module(at / side));
                    let inside = x < symbol.width() && y < symbol.width();
                    match inside && !symbol.is_dark(x, y) {
                        true => 255 - ground,
                        false => ground,
                    }
                })
                .collect();
            let png = crate::render::encode_png(&luma, side, side);
            let readings = scan_picture(&png).expect("readable");
            assert_eq!(readings[0].text, text, "{scale} {ground}");
            assert_eq!(readings[0].rung, Rung::Bare);
            assert_eq!(readings[0].inverted, ground == 255);
        }
    }
}
