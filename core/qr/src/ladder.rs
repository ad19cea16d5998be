//! The ladder: the ways of looking at an image, in the order in which they are worth trying.
//!
//! One rung is one preparation (scale, filter) and one threshold, then a search for dark symbols on
//! light and for light ones on dark. No rung reads every picture; together they read what a
//! patient person would expect to be read.

use std::cell::OnceCell;

use super::filter::{blur, double, local_mean, sharpen, shrink};
use super::found::{Found, Taken};
use super::gaps::{Gaps, Lines};
use super::luma::Luma;
use super::reader::{Effort, Matrix, find_by_second_reader};

/// Which way of looking found a symbol. Names are stable: they go into logs and statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rung {
    /// Threshold by blocks: everyday pictures.
    Blocks,
    /// One threshold for the whole picture: flat light, fine modules.
    Histogram,
    /// Twice the size: modules of about two pixels.
    Double,
    /// Half the size: noise, and modules that are large but broken.
    Half,
    /// Twice the size with the mean of a small neighbourhood.
    DoubleLocalMean,
    /// The mean of a wide neighbourhood: shadows, glare.
    LocalMean,
    /// The same with a lower threshold: dark ink that has bled.
    LowLocalMean,
    /// Sharpened: out of focus.
    Sharpened,
    /// Twice the size, sharpened: small and out of focus.
    DoubleSharpened,
    /// Blurred: noise, printing dots.
    Blurred,
    /// Gaps between lines closed: characters in a terminal.
    Gaps,
    /// A symbol without a quiet zone, on a ground of the colour of its modules.
    Bare,
    /// A symbol on a bent card.
    Bent,
    /// A symbol on a bent card, at twice the size, blurred against noise and then sharpened.
    DoubleBent,
    /// A symbol that fills the picture, down to one pixel a module.
    Pure,
    /// The second reader.
    SecondReader,
}

impl Rung {
    /// Every rung, in climbing order.
    pub const ALL: [Self; 16] = [
        Self::Blocks,
        Self::Histogram,
        Self::Double,
        Self::Half,
        Self::DoubleLocalMean,
        Self::LocalMean,
        Self::LowLocalMean,
        Self::Sharpened,
        Self::DoubleSharpened,
        Self::Blurred,
        Self::Gaps,
        Self::Bare,
        Self::Bent,
        Self::DoubleBent,
        Self::Pure,
        Self::SecondReader,
    ];

    /// A stable name in kebab case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Histogram => "histogram",
            Self::Double => "double",
            Self::Half => "half",
            Self::DoubleLocalMean => "double-local-mean",
            Self::LocalMean => "local-mean",
            Self::LowLocalMean => "low-local-mean",
            Self::Sharpened => "sharpened",
            Self::DoubleSharpened => "double-sharpened",
            Self::Blurred => "blurred",
            Self::Gaps => "gaps",
            Self::Bare => "bare",
            Self::Bent => "bent",
            Self::DoubleBent => "double-bent",
            Self::Pure => "pure",
            Self::SecondReader => "second-reader",
        }
    }

    /// The image's size in this rung, relative to the one it is given.
    fn scale(self) -> f32 {
        match self {
            Self::Double | Self::DoubleLocalMean | Self::DoubleSharpened | Self::DoubleBent => 2.0,
            Self::Half => 0.5,
            _ => 1.0,
        }
    }

    /// The matrix that this rung looks at; `None` for the second reader, which makes its own.
    fn matrix(self, base: &Base<'_>) -> Option<Matrix> {
        let luma = base.luma;
        match self {
            Self::Blocks | Self::Gaps | Self::Bare | Self::Bent | Self::Pure => base.by_blocks(),
            Self::Histogram => Matrix::by_histogram(luma),
            Self::Double => Matrix::by_blocks(base.double()),
            Self::DoubleBent => Matrix::by_blocks(&sharpen(&double(&blur(luma)), 7, 3)),
            Self::Half => Matrix::by_blocks(&shrink(luma, 2)),
            Self::DoubleLocalMean => below_local_mean(base.double(), 16, 100),
            Self::LocalMean => below_local_mean(luma, 8, 95),
            Self::LowLocalMean => below_local_mean(luma, 8, 85),
            Self::Sharpened => Matrix::by_blocks(&sharpen(luma, 3, 3)),
            Self::DoubleSharpened => Matrix::by_blocks(&sharpen(base.double(), 7, 3)),
            Self::Blurred => Matrix::by_blocks(&blur(&blur(luma))),
            Self::SecondReader => None,
        }
    }

    /// Looks for symbols of either polarity that are not taken; the flag is true if one was light on
    /// dark. Corners are in pixels of the image, and so is what is taken.
    pub(super) fn look(self, base: &Base<'_>, effort: Effort, taken: &Taken) -> Vec<(Found, bool)> {
        let upright = |found| (found, false);
        if self == Self::SecondReader {
            let may_look = base
                .by_blocks()
                .is_none_or(|matrix| matrix.suits_second_reader());
            let found = may_look.then(|| find_by_second_reader(base.luma));
            return found.into_iter().flatten().map(upright).collect();
        }
        if self == Self::Gaps {
            return look_through_gaps(base, taken);
        }
        let Some(mut matrix) = self.matrix(base) else {
            return Vec::new();
        };
        let dark = self.find(&matrix, effort, taken);
        matrix.invert();
        let light = self.find(&matrix, effort, taken);
        let inverted = light.into_iter().map(|found| (found, true));
        dark.into_iter().map(upright).chain(inverted).collect()
    }

    /// Looks for dark symbols on light only, in half the time.
    pub(super) fn look_upright(self, luma: &Luma<'_>, effort: Effort, taken: &Taken) -> Vec<Found> {
        if self == Self::SecondReader {
            return find_by_second_reader(luma);
        }
        let matrix = self.matrix(&Base::new(luma));
        matrix.map_or_else(Vec::new, |matrix| self.find(&matrix, effort, taken))
    }

    fn find(self, matrix: &Matrix, effort: Effort, taken: &Taken) -> Vec<Found> {
        let scale = self.scale();
        let taken = taken.seen_from(0.0, 0.0, scale);
        let found = match self {
            Self::Bent | Self::DoubleBent => matrix.find_bent(effort, &taken),
            Self::Bare => matrix.find_bare(&taken),
            // It fills the picture, so there is one at most.
            Self::Pure if !taken.is_empty() => Vec::new(),
            Self::Pure => matrix.find_pure().into_iter().collect(),
            _ => matrix.find(effort, &taken),
        };
        let scaled_back = |found: Found| found.map(|x, y| (x / scale, y / scale));
        found.into_iter().map(scaled_back).collect()
    }
}

/// An image that rungs look at, with what more than one of them makes of it.
pub(super) struct Base<'a> {
    luma: &'a Luma<'a>,
    double: OnceCell<Luma<'static>>,
    by_blocks: OnceCell<Option<Matrix>>,
}

impl<'a> Base<'a> {
    pub(super) fn new(luma: &'a Luma<'a>) -> Self {
        Self {
            luma,
            double: OnceCell::new(),
            by_blocks: OnceCell::new(),
        }
    }

    fn double(&self) -> &Luma<'static> {
        self.double.get_or_init(|| double(self.luma))
    }

    fn by_blocks(&self) -> Option<Matrix> {
        let matrix = self.by_blocks.get_or_init(|| Matrix::by_blocks(self.luma));
        matrix.clone()
    }
}

/// How much smaller the image is made in which longer gaps are closed, and the longest gaps that are
/// closed there. A gap is up to three fifths of a module, and one that is closed has to be less than a
/// module, so from each to the next is less than twice.
const GAPS: [(usize, &[usize]); 3] = [(1, &[2, 3, 5]), (2, &[4]), (4, &[3, 5])];

fn look_through_gaps(base: &Base<'_>, taken: &Taken) -> Vec<(Found, bool)> {
    for (factor, lengths) in GAPS {
        let matrix = match factor {
            1 => base.by_blocks(),
            _ => Matrix::by_blocks(&shrink(base.luma, factor)),
        };
        let Some(dark) = matrix else { continue };
        let scale = factor as f32;
        let taken = taken.seen_from(0.0, 0.0, 1.0 / scale);
        for (length, lines) in lengths
            .iter()
            .flat_map(|l| Lines::BOTH.map(|lines| (*l, lines)))
        {
            let found = look_between(&dark, length, lines, &taken);
            if !found.is_empty() {
                let back = |(found, inverted): (Found, bool)| {
                    (found.map(|x, y| (x * scale, y * scale)), inverted)
                };
                return found.into_iter().map(back).collect();
            }
        }
    }
    Vec::new()
}

/// Looks at an image whose gaps of up to `length` pixels are closed: light ones that cut what is dark,
/// and dark ones that cut what is light.
fn look_between(dark: &Matrix, length: usize, lines: Lines, taken: &Taken) -> Vec<(Found, bool)> {
    for gaps in [Gaps::Light, Gaps::Dark] {
        let Some(mut matrix) = dark.without(gaps, length, lines) else {
            continue;
        };
        for inverted in [false, true] {
            if inverted {
                matrix.invert();
            }
            let found = matrix.find(Effort::LARGE, taken);
            if !found.is_empty() {
                return found.into_iter().map(|found| (found, inverted)).collect();
            }
        }
    }
    Vec::new()
}

/// Dark is what lies below `percent` of the mean of a square of 1/`part` of the shorter side.
fn below_local_mean(luma: &Luma<'_>, part: usize, percent: u32) -> Option<Matrix> {
    let side = luma.width().min(luma.height()) / part;
    Matrix::below(luma, &local_mean(luma, (side / 2).max(3), percent))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::Symbol;
    use handfast_camera::Camera;

    #[test]
    fn no_two_rungs_share_a_name() {
        let names: HashSet<_> = Rung::ALL.iter().map(|rung| rung.name()).collect();
        assert_eq!(names.len(), Rung::ALL.len());
    }

    #[test]
    fn every_rung_reads_an_easy_symbol_by_itself_and_scales_its_corners_back() {
        let symbol = Symbol::draw(&"https://ab.cde/#0123456789".repeat(3)).expect("fits");
        let camera = Camera {
            width: 400,
            height: 400,
            ..Camera::default()
        };
        let photo = camera.photograph(&symbol, 4);
        let luma = Luma::from_plane(&photo.luma, 400, 400, 400).expect("fits");
        for rung in Rung::ALL {
            if matches!(rung, Rung::Pure | Rung::Bare) {
                continue; // the background is not pure, and there is a quiet zone
            }
            let found = rung.look(&Base::new(&luma), Effort::PICTURE, &Taken::default());
            let [(found, false)] = &found[..] else {
                panic!("{} does not read it once: {found:?}", rung.name());
            };
            for (found, real) in found.corners.iter().zip(photo.corners) {
                let off = (found.0 - real.0).hypot(found.1 - real.1);
                assert!(off < 6.0, "{}: {found:?} for {real:?}", rung.name());
            }
        }
    }
}
