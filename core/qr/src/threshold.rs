//! From luminance to black and white: what is dark is below a threshold of its own place.

use rxing::common::{BIT_FIELD_BASE_BITS, BitArray, BitFieldBaseType, BitMatrix};

use super::luma::Luma;

/// The side of a block, in pixels.
const BLOCK: usize = 8;

/// So many blocks along a side have a threshold in common: their mean.
const AROUND: usize = 5;

/// The least side of an image whose blocks can be compared with those around them, in pixels.
const LEAST_SIDE: usize = BLOCK * AROUND;

/// A block whose pixels differ by no more than this holds no edge of a module.
const FLAT: u8 = 24;

/// Dark is what lies below the threshold image of the same size.
pub(super) fn below(luma: &Luma<'_>, threshold: &Luma<'_>) -> Option<BitMatrix> {
    by_rows(luma, |y, limits| limits.copy_from_slice(threshold.row(y)))
}

/// Dark is what lies below the mean of the blocks around it. `None` if there are too few of them.
pub(super) fn below_blocks(luma: &Luma<'_>) -> Option<BitMatrix> {
    if luma.width().min(luma.height()) < LEAST_SIDE {
        return None;
    }
    let (columns, rows) = (luma.width().div_ceil(BLOCK), luma.height().div_ceil(BLOCK));
    let levels = levels(luma, columns, rows);
    let mut sums = vec![0; columns];
    by_rows(luma, |y, limits| {
        if !y.is_multiple_of(BLOCK) {
            return;
        }
        let first = |at: usize, count: usize| at.saturating_sub(AROUND / 2).min(count - AROUND);
        let top = first(y / BLOCK, rows);
        sums.fill(0);
        for row in levels[top * columns..].chunks_exact(columns).take(AROUND) {
            sums.iter_mut()
                .zip(row)
                .for_each(|(sum, level)| *sum += u32::from(*level));
        }
        for (at, limits) in limits.chunks_mut(BLOCK).enumerate() {
            let around = &sums[first(at, columns)..][..AROUND];
            let mean = around.iter().sum::<u32>() / (AROUND * AROUND) as u32;
            // A black pixel is dark even where everything is black.
            limits.fill(mean as u8 + 1);
        }
    })
}

/// The level between dark and light of each block: the mean of its pixels, or where they hardly differ,
/// one that makes them all light unless what lies before and above says that they are dark. A block that
/// the image's edge cuts takes pixels of those before it.
fn levels(luma: &Luma<'_>, columns: usize, rows: usize) -> Vec<u8> {
    let (width, height) = (luma.width(), luma.height());
    let mut levels = vec![0; columns * rows];
    let (mut sums, mut least, mut most) = (vec![0; width], vec![0; width], vec![0; width]);
    for y in 0..rows {
        sums.fill(0u16);
        least.fill(u8::MAX);
        most.fill(0u8);
        let top = (y * BLOCK).min(height - BLOCK);
        for row in luma.pixels()[top * width..].chunks_exact(width).take(BLOCK) {
            sums.iter_mut()
                .zip(row)
                .for_each(|(sum, p)| *sum += u16::from(*p));
            least
                .iter_mut()
                .zip(row)
                .for_each(|(least, p)| *least = (*p).min(*least));
            most.iter_mut()
                .zip(row)
                .for_each(|(most, p)| *most = (*p).max(*most));
        }
        for x in 0..columns {
            let left = (x * BLOCK).min(width - BLOCK);
            let sum: u16 = sums[left..][..BLOCK].iter().sum();
            let least = least[left..][..BLOCK]
                .iter()
                .fold(u8::MAX, |a, b| a.min(*b));
            let most = most[left..][..BLOCK].iter().fold(0, |a, b| a.max(*b));
            let here = y * columns + x;
            levels[here] = if most - least > FLAT {
                (sum / (BLOCK * BLOCK) as u16) as u8
            } else if x > 0 && y > 0 {
                let [before, above, both] =
                    [here - 1, here - columns, here - columns - 1].map(|at| u16::from(levels[at]));
                let around = ((2 * before + above + both) / 4) as u8;
                if least < around { around } else { least / 2 }
            } else {
                least / 2
            };
        }
    }
    levels
}

/// A matrix made row by row: `limits(y, out)` changes the thresholds of the row above to those of row `y`.
fn by_rows(luma: &Luma<'_>, mut limits: impl FnMut(usize, &mut [u8])) -> Option<BitMatrix> {
    let width = luma.width();
    let mut matrix = BitMatrix::new(width as u32, luma.height() as u32).ok()?;
    let mut bits = BitArray::with_size(width);
    let mut thresholds = vec![0; width];
    for (y, row) in luma.pixels().chunks_exact(width).enumerate() {
        limits(y, &mut thresholds);
        let words = row
            .chunks(BIT_FIELD_BASE_BITS)
            .zip(thresholds.chunks(BIT_FIELD_BASE_BITS));
        for (index, (pixels, limits)) in words.enumerate() {
            bits.setBulk(index * BIT_FIELD_BASE_BITS, word(pixels, limits));
        }
        matrix.setRow(y as u32, &bits);
    }
    Some(matrix)
}

/// A bit for each pixel, the lowest for the first one: set where it lies below its limit.
fn word(pixels: &[u8], limits: &[u8]) -> BitFieldBaseType {
    let (eights, limits_of_eights) = (pixels.as_chunks::<8>(), limits.as_chunks::<8>());
    let mut word = 0;
    for (at, (pixels, limits)) in eights.0.iter().zip(limits_of_eights.0).enumerate() {
        let is_below = std::array::from_fn(|i| u8::from(pixels[i] < limits[i]));
        // This brings the lowest bit of the eight bytes together in the highest byte.
        let bits = u64::from_le_bytes(is_below).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word |= (bits as BitFieldBaseType) << (8 * at);
    }
    let whole = 8 * eights.0.len();
    for (at, (pixel, limit)) in eights.1.iter().zip(limits_of_eights.1).enumerate() {
        word |= BitFieldBaseType::from(pixel < limit) << (whole + at);
    }
    word
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn dark_is_exactly_what_lies_below_its_limit(
            pairs in prop::collection::vec(any::<(u8, u8)>(), 1..200),
        ) {
            let (pixels, limits): (Vec<u8>, Vec<u8>) = pairs.iter().copied().unzip();
            let image = |row| Luma::from_pixels(row, pairs.len(), 1).expect("as many");
            let matrix = below(&image(pixels), &image(limits)).expect("a size");
            for (x, (pixel, limit)) in (0..).zip(pairs) {
                prop_assert_eq!(matrix.get(x, 0), pixel < limit);
            }
        }
    }

    #[test]
    fn a_shadow_makes_no_light_dark_and_a_black_image_is_dark() {
        let (width, height) = (203, 101);
        let ink = |x: usize, y: usize| x / 6 % 2 == 1 && y / 6 % 2 == 1;
        let shaded = Luma::by_rows(width, height, |y, out| {
            for (x, out) in out.iter_mut().enumerate() {
                let light = 150 + x * 90 / width;
                *out = if ink(x, y) { light / 3 } else { light } as u8;
            }
        });
        let matrix = below_blocks(&shaded).expect("large enough");
        let wrong = (0..width * height)
            .filter(|at| {
                let (x, y) = (at % width, at / width);
                matrix.get(x as u32, y as u32) != ink(x, y)
            })
            .count();
        assert_eq!(wrong, 0);
        let black = Luma::by_rows(40, 40, |_, _| {});
        let matrix = below_blocks(&black).expect("large enough");
        assert!((0..40).all(|at| matrix.get(at, at)));
        assert!(below_blocks(&Luma::by_rows(400, 39, |_, _| {})).is_none());
    }
}
