//! Symbols on bent cards: mugs, bottles, paper that curls.
//!
//! Four points fix a perspective, and a bent card is not flat between them: in the middle its
//! modules lie beside the places where a flat one has them, by up to about one module. The bulge is
//! guessed in small steps, and a guess counts if both timing patterns appear where they belong.

use std::ops::RangeInclusive;

use rxing::common::cpp_essentials::ConcentricPattern;
use rxing::common::{BitMatrix, PerspectiveTransform, Quadrilateral};
use rxing::qrcode::cpp_port::detector::{
    EstimateModuleSize, FinderPatternSet, LocateAlignmentPattern, Mod2Pix,
};
use rxing::{Point, point, point_i};

use super::found::{Found, decoded};

/// Widths of symbols that have an alignment pattern: versions 2 to 40.
const WIDTHS: RangeInclusive<usize> = 25..=177;

/// The largest bulge that is tried, and the step, in quarters of a module.
const LARGEST_BULGE: i32 = 5;

/// The largest squeeze that is tried, in quarters of a module.
const LARGEST_SQUEEZE: i32 = 2;

/// A factor that brings the greatest value of t (1 - t) (2t - 1), which is 0.0962, to one quarter.
const SQUEEZE_PEAK: f32 = 2.6;

/// Row and column of the timing patterns.
const TIMING: usize = 6;

/// Modules at each end that belong to a finder pattern and its separator.
const FINDER: usize = 8;

/// Looks at one triple of finder patterns as the corners of a bent symbol.
pub(super) fn read_bent(image: &BitMatrix, set: &FinderPatternSet) -> Option<Found> {
    let mut guesses = Bulge::guesses();
    guesses.sort_by_key(|bulge| bulge.size()); // small ones are frequent
    [set.tr, set.bl].into_iter().find_map(|far| {
        let (width, module) = width_between(image, set.tl, far)?;
        let flat = flat(image, set, width, module)?;
        guesses.iter().find_map(|bulge| {
            let grid = Grid {
                image,
                flat: &flat,
                width,
                bulge: *bulge,
            };
            if !grid.has_timing_patterns() {
                return None;
            }
            let end = width as f32;
            let corners = [(0.0, 0.0), (end, 0.0), (end, end), (0.0, end)]
                .map(|(x, y)| flat.transform_point(point(x, y)));
            decoded(&grid.modules()?, corners)
        })
    })
}

/// A symbol's width in modules, and a module's size in pixels, from two of its finder patterns.
fn width_between(
    image: &BitMatrix,
    near: ConcentricPattern,
    far: ConcentricPattern,
) -> Option<(usize, f32)> {
    let sizes = [(near, far), (far, near)].map(|(a, b)| EstimateModuleSize(image, a, b));
    if sizes.iter().any(|size| *size <= 0.0) {
        return None;
    }
    let module = (sizes[0] + sizes[1]) / 2.0;
    let width = f64::from(Point::distance(near.p, far.p)) / module + 7.0;
    // Every width is one more than a multiple of four.
    let width = ((width - 1.0) / 4.0).round() as usize * 4 + 1;
    WIDTHS.contains(&width).then_some((width, module as f32))
}

/// The perspective of a flat symbol through the three finder patterns and, where it is found, the
/// alignment pattern opposite.
fn flat(
    image: &BitMatrix,
    set: &FinderPatternSet,
    width: usize,
    module: f32,
) -> Option<PerspectiveTransform> {
    let (tl, tr, bl) = (set.tl.p, set.tr.p, set.bl.p);
    let through = |br: Point, modules: u32| {
        let quad = Quadrilateral::from([tl, tr, br, bl]);
        Mod2Pix(width as i32, point_i(modules, modules), quad).ok()
    };
    let parallelogram = through(tr - tl + bl, 0)?;
    let expected = parallelogram.transform_point(point(width as f32 - 6.5, width as f32 - 6.5));
    match LocateAlignmentPattern(image, module as i32 + 1, expected) {
        Some(found) => through(found, 3),
        None => Some(parallelogram),
    }
}

/// A card's bulge: how far the middle is displaced, in quarters of a module along the symbol's x
/// and y, and whether the card bends along x or along y.
#[derive(Clone, Copy)]
struct Bulge {
    x: i32,
    y: i32,
    along_x: bool,
    squeeze: i32,
}

impl Bulge {
    fn guesses() -> Vec<Self> {
        let steps = || -LARGEST_BULGE..=LARGEST_BULGE;
        steps()
            .flat_map(|x| steps().map(move |y| (x, y)))
            .flat_map(|place| [true, false].map(|along_x| (place, along_x)))
            .flat_map(|(place, along_x)| (0..=LARGEST_SQUEEZE).map(move |s| (place, along_x, s)))
            .map(|((x, y), along_x, squeeze)| Self {
                x,
                y,
                along_x,
                squeeze,
            })
            .collect()
    }

    fn size(self) -> i32 {
        self.x * self.x + self.y * self.y + self.squeeze * self.squeeze
    }
}

/// The grid of a bent symbol over an image.
struct Grid<'a> {
    image: &'a BitMatrix,
    flat: &'a PerspectiveTransform,
    width: usize,
    bulge: Bulge,
}

impl Grid<'_> {
    /// The image at the middle of a module; `None` outside the image.
    fn is_dark(&self, x: usize, y: usize) -> Option<bool> {
        let along = if self.bulge.along_x { x } else { y };
        // Zero at the middle of the finder patterns, one half way between them.
        let t = (along as f32 - 3.0) / (self.width as f32 - 7.0);
        let shift = t * (1.0 - t); // times four, by quarters of a module
        let squeeze = shift * (2.0 * t - 1.0) * SQUEEZE_PEAK * self.bulge.squeeze as f32;
        let (squeeze_x, squeeze_y) = match self.bulge.along_x {
            true => (squeeze, 0.0),
            false => (0.0, squeeze),
        };
        let place = point(
            x as f32 + 0.5 + shift * self.bulge.x as f32 + squeeze_x,
            y as f32 + 0.5 + shift * self.bulge.y as f32 + squeeze_y,
        );
        let pixel = self.flat.transform_point(place);
        let inside = self.image.is_in(pixel);
        inside.then(|| self.image.get(pixel.x as u32, pixel.y as u32))
    }

    /// True if at least nine of ten timing modules are right, in the row and in the column.
    fn has_timing_patterns(&self) -> bool {
        let length = self.width - 2 * FINDER;
        let right = |is_dark: &dyn Fn(usize) -> Option<bool>| {
            let ends = FINDER..self.width - FINDER;
            let right = ends.filter(|i| is_dark(*i) == Some(i % 2 == 0)).count();
            10 * right >= 9 * length
        };
        right(&|x| self.is_dark(x, TIMING)) && right(&|y| self.is_dark(TIMING, y))
    }

    fn modules(&self) -> Option<BitMatrix> {
        let mut modules = BitMatrix::with_single_dimension(self.width as u32).ok()?;
        for y in 0..self.width {
            for x in 0..self.width {
                modules.set_bool(x as u32, y as u32, self.is_dark(x, y)?);
            }
        }
        Some(modules)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Rung, Symbol, scan_picture};
    use handfast_camera::Camera;

    #[test]
    fn a_symbol_on_a_mug_is_read_where_no_flat_grid_fits() {
        let text = "https://ab.cde/#".to_owned() + &"0246813579".repeat(20);
        let symbol = Symbol::draw(&text).expect("fits");
        let camera = Camera {
            pixels_per_module: 5.0,
            curvature: 1.2,
            tilt_degrees: 12.0,
            ..Camera::default()
        };
        let photo = camera.photograph(&symbol, 2);
        let readings = scan_picture(&photo.to_png()).expect("bent");
        let [reading] = &readings[..] else {
            panic!("one symbol, read as {readings:?}")
        };
        assert_eq!(reading.text, text);
        assert!(matches!(reading.rung, Rung::Bent | Rung::DoubleBent));
    }
}
