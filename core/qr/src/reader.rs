//! The two readers of black-and-white matrices, behind one small interface each.
//!
//! Both come from other hands and are given hostile pictures, so both run inside a fence, and the
//! number of candidates that they may follow is limited.

use rqrr::BitGrid;
use rxing::common::cpp_essentials::ConcentricPattern;
use rxing::common::{BitMatrix, DetectorRXingResult, GlobalHistogramBinarizer};
use rxing::qrcode::cpp_port::detector::{
    DetectPureQR, FinderPatternSet, GenerateFinderPatternSets, SampleQR,
};
use rxing::{Binarizer, Luma8Source};

use super::bare::with_edges;
use super::bend::read_bent;
use super::fence::fenced;
use super::finder::finder_patterns;
use super::found::{Found, Taken, decoded};
use super::gaps::{Gaps, Lines, without};
use super::luma::Luma;
use super::threshold::{below, below_blocks};

/// How much a search may cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Effort {
    /// True to look at every third row; false to look only at as many as large symbols need.
    pub(super) every_row: bool,
    /// The least width of a finder pattern in a row, in pixels.
    pub(super) least: u32,
    /// Triples of finder patterns that are sampled and come to nothing at most.
    pub(super) candidates: usize,
    /// Triples that are taken in vain for the corners of a bent symbol at most.
    pub(super) bent: usize,
}

impl Effort {
    /// For a frame of a running camera: the next frame is another chance.
    pub(super) const FRAME: Self = Self {
        every_row: false,
        least: 0,
        candidates: 12,
        bent: 2,
    };
    /// For large symbols in many guises, each of which is cheap to look at.
    pub(super) const LARGE: Self = Self {
        every_row: false,
        least: 0,
        candidates: 12,
        bent: 0,
    };
    /// For a picture file: this is the only chance.
    pub(super) const PICTURE: Self = Self {
        every_row: true,
        least: 0,
        candidates: 200,
        bent: 6,
    };
    /// For one of many megapixels at its full size, where modules of less than two pixels are noise.
    pub(super) const SHARP: Self = Self {
        least: 12,
        ..Self::PICTURE
    };
}

/// Finder patterns among which the second reader still looks.
const MOST_FOR_SECOND_READER: usize = 60;

fn source<'a>(luma: &'a Luma<'_>) -> Option<Luma8Source<'a>> {
    let (width, height) = (luma.width() as u32, luma.height() as u32);
    Luma8Source::new_with_slice(luma.pixels(), width, height).ok()
}

/// Dark pixels of an image, as a reader sees it.
#[derive(Clone)]
pub(super) struct Matrix(BitMatrix);

impl Matrix {
    /// Thresholds by the luminance of blocks and their neighbours; a small image at one level.
    pub(super) fn by_blocks(luma: &Luma<'_>) -> Option<Self> {
        let blocks = below_blocks(luma).map(Self);
        blocks.or_else(|| Self::by_histogram(luma))
    }

    /// Thresholds the whole image at one level, chosen between the peaks of its histogram.
    pub(super) fn by_histogram(luma: &Luma<'_>) -> Option<Self> {
        fenced(|| {
            let thresholds = GlobalHistogramBinarizer::new(source(luma)?);
            thresholds.get_black_matrix().ok().cloned().map(Self)
        })?
    }

    /// Dark is what lies below the threshold image of the same size.
    pub(super) fn below(luma: &Luma<'_>, threshold: &Luma<'_>) -> Option<Self> {
        below(luma, threshold).map(Self)
    }

    /// The same with gaps of up to `longest` pixels closed.
    pub(super) fn without(&self, gaps: Gaps, longest: usize, lines: Lines) -> Option<Self> {
        fenced(|| without(gaps, &self.0, longest, lines))?.map(Self)
    }

    /// Dark becomes light and light dark.
    pub(super) fn invert(&mut self) {
        self.0.flip_self();
    }

    /// Every symbol that decodes, but for those that are taken.
    pub(super) fn find(&self, effort: Effort, taken: &Taken) -> Vec<Found> {
        self.find_by(effort.candidates, effort, taken, |set| {
            sampled(&self.0, set)
        })
    }

    /// The first symbol without a quiet zone that decodes, on a ground of the colour of its dark modules.
    pub(super) fn find_bare(&self, taken: &Taken) -> Vec<Found> {
        let found = fenced(|| {
            with_edges(&self.0, taken).find_map(|(image, set)| fenced(|| sampled(&image, &set))?)
        });
        found.flatten().into_iter().collect()
    }

    /// Every symbol on a bent card that decodes, but for those that are taken.
    pub(super) fn find_bent(&self, effort: Effort, taken: &Taken) -> Vec<Found> {
        self.find_by(effort.bent, effort, taken, |set| read_bent(&self.0, set))
    }

    /// Tries triples of finder patterns, the most plausible first, until `most` of them came to nothing.
    fn find_by(
        &self,
        most: usize,
        effort: Effort,
        taken: &Taken,
        read: impl Fn(&FinderPatternSet) -> Option<Found>,
    ) -> Vec<Found> {
        let sets = fenced(|| {
            let mut patterns = finder_patterns(&self.0, effort.every_row, effort.least);
            patterns.retain(|pattern| !taken.holds(pattern.p.x, pattern.p.y));
            GenerateFinderPatternSets(&mut patterns)
        });
        let (mut found, mut taken, mut failed) = (Vec::new(), Taken::default(), 0);
        for set in sets.unwrap_or_default() {
            let is_free = |pattern: &ConcentricPattern| !taken.holds(pattern.p.x, pattern.p.y);
            if ![set.bl, set.tl, set.tr].iter().all(is_free) {
                continue;
            }
            match fenced(|| read(&set)).flatten() {
                Some(symbol) => {
                    taken.add(&symbol);
                    found.push(symbol);
                }
                None => failed += 1,
            }
            if failed >= most {
                break;
            }
        }
        found
    }

    /// False where so much looks like finder patterns that the second reader, which tries all pairs of
    /// them for each, would take seconds.
    pub(super) fn suits_second_reader(&self) -> bool {
        finder_patterns(&self.0, true, 0).len() <= MOST_FOR_SECOND_READER
    }

    /// A symbol that fills the image without perspective, even at one pixel a module.
    pub(super) fn find_pure(&self) -> Option<Found> {
        fenced(|| {
            let sampled = DetectPureQR(&self.0).ok()?;
            decoded(sampled.getBits(), sampled.getPoints().try_into().ok()?)
        })?
    }
}

/// The symbol at three finder patterns.
fn sampled(image: &BitMatrix, set: &FinderPatternSet) -> Option<Found> {
    let sampled = SampleQR(image, set).ok()?;
    // The sampler lists its corners row by row.
    let [tl, tr, bl, br] = sampled.getPoints().try_into().ok()?;
    decoded(sampled.getBits(), [tl, tr, br, bl])
}

/// Every symbol that the second reader finds, with a threshold and a search of its own. It panics on
/// some pictures.
pub(super) fn find_by_second_reader(luma: &Luma<'_>) -> Vec<Found> {
    let found = fenced(|| {
        let mut prepared =
            rqrr::PreparedImage::prepare_from_greyscale(luma.width(), luma.height(), |x, y| {
                luma.row(y)[x]
            });
        let grids = prepared.detect_grids();
        grids.iter().filter_map(by_second_reader).collect()
    });
    found.unwrap_or_default()
}

fn by_second_reader(grid: &rqrr::Grid<impl BitGrid>) -> Option<Found> {
    let (_, text) = fenced(|| grid.decode().ok()).flatten()?;
    // The bounds lie one module too far from the top left corner.
    let width = grid.grid.size();
    let size = width as f32;
    let [origin, ..] = grid.bounds.map(|p| (p.x as f32, p.y as f32));
    let nearer = |p: f32, origin: f32| origin + (p - origin) * size / (size + 1.0);
    let corners = grid
        .bounds
        .map(|p| (nearer(p.x as f32, origin.0), nearer(p.y as f32, origin.1)));
    (!text.is_empty()).then_some(Found {
        text,
        corners,
        width,
    })
}
