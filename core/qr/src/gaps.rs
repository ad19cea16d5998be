//! Symbols made of characters, in a terminal whose lines stand apart: thin straight gaps cut through
//! everything, in the colour of light modules or of dark ones.
//!
//! A gap is thinner than a module, so what is filled are all runs across the lines that are too short
//! for one. A phone may be turned, so the lines may run along columns.

use rxing::common::{BIT_FIELD_BASE_BITS, BitArray, BitFieldBaseType, BitMatrix};

/// Which way the lines of characters run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lines {
    /// As text does in an upright picture.
    AlongRows,
    /// In a picture that is turned.
    AlongColumns,
}

impl Lines {
    pub(super) const BOTH: [Self; 2] = [Self::AlongRows, Self::AlongColumns];
}

/// What shows in the gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gaps {
    /// They cut dark modules.
    Light,
    /// They cut light modules.
    Dark,
}

/// The same with every gap closed that is at most `longest` pixels long. `None` if there is no room for it.
pub(super) fn without(
    gaps: Gaps,
    matrix: &BitMatrix,
    longest: usize,
    lines: Lines,
) -> Option<BitMatrix> {
    let height = matrix.height();
    // What is set is what the gaps cut.
    let flipped = match gaps {
        Gaps::Light => 0,
        Gaps::Dark => BitFieldBaseType::MAX,
    };
    let mut rows: Vec<Vec<BitFieldBaseType>> = (0..height)
        .map(|y| {
            let row = matrix.getRow(y);
            row.getBitArray()
                .iter()
                .map(|word| word ^ flipped)
                .collect()
        })
        .collect();
    match lines {
        Lines::AlongRows => fill_between(&mut rows, longest),
        Lines::AlongColumns => rows.iter_mut().for_each(|row| fill_within(row, longest)),
    }
    let mut closed = BitMatrix::new(matrix.width(), height).ok()?;
    let mut bits = BitArray::with_size(matrix.width() as usize);
    for (y, row) in (0..).zip(&rows) {
        for (index, word) in row.iter().enumerate() {
            bits.setBulk(index * BIT_FIELD_BASE_BITS, word ^ flipped);
        }
        closed.setRow(y, &bits);
    }
    Some(closed)
}

/// Dark spreads over `longest` rows downwards, and what it spread over that is not between dark rows is
/// taken back (a morphological closing).
fn fill_between(rows: &mut [Vec<BitFieldBaseType>], longest: usize) {
    let original = rows.to_vec();
    for _ in 0..longest {
        for y in (1..rows.len()).rev() {
            let (above, here) = rows.split_at_mut(y);
            let pairs = here[0].iter_mut().zip(&above[y - 1]).zip(&original[y]);
            pairs.for_each(|((here, above), original)| *here = original | above);
        }
    }
    let spread = rows.to_vec();
    for _ in 0..longest {
        for y in 0..rows.len().saturating_sub(1) {
            let (here, below) = rows.split_at_mut(y + 1);
            let pairs = here[y].iter_mut().zip(&below[0]).zip(&spread[y]);
            pairs.for_each(|((here, below), spread)| *here = spread & below);
        }
    }
}

/// The same within a row, whose first pixel is the lowest bit of the first word.
fn fill_within(row: &mut [BitFieldBaseType], longest: usize) {
    let top = BIT_FIELD_BASE_BITS - 1;
    let original = row.to_vec();
    for _ in 0..longest {
        let mut carried = 0;
        for (here, original) in row.iter_mut().zip(&original) {
            let moved = *here << 1 | carried;
            carried = *here >> top;
            *here = original | moved;
        }
    }
    let spread = row.to_vec();
    for _ in 0..longest {
        // Beyond the last pixel nothing is taken back.
        let mut carried = 1;
        for (here, spread) in row.iter_mut().zip(&spread).rev() {
            let moved = *here >> 1 | carried << top;
            carried = *here & 1;
            *here = spread & moved;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matrix(rows: &[Vec<bool>]) -> BitMatrix {
        let mut matrix = BitMatrix::new(rows[0].len() as u32, rows.len() as u32).expect("sides");
        for (y, row) in (0..).zip(rows) {
            for (x, dark) in (0..).zip(row) {
                matrix.set_bool(x, y, *dark);
            }
        }
        matrix
    }

    proptest! {
        #[test]
        fn exactly_the_gaps_that_are_short_enough_are_closed(
            pixels in prop::collection::vec(prop::bool::weighted(0.3), 1..200),
            longest in 1usize..6,
        ) {
            let mut expected = pixels.clone();
            let dark: Vec<usize> = (0..pixels.len()).filter(|i| pixels[*i]).collect();
            for pair in dark.windows(2) {
                if pair[1] - pair[0] - 1 <= longest {
                    expected[pair[0]..pair[1]].fill(true);
                }
            }
            for gaps in [Gaps::Light, Gaps::Dark] {
                let is_cut = |dark: &bool| *dark == (gaps == Gaps::Light);
                let row: Vec<_> = pixels.iter().map(is_cut).collect();
                let column: Vec<_> = row.iter().map(|dark| vec![*dark]).collect();
                let closed = |rows: &[Vec<bool>], lines| {
                    without(gaps, &matrix(rows), longest, lines).expect("closed")
                };
                let row = closed(&[row], Lines::AlongColumns);
                let column = closed(&column, Lines::AlongRows);
                // A gap at the far end may count as one between others.
                for (i, expected) in expected.iter().enumerate().take(pixels.len() - longest.min(pixels.len())) {
                    prop_assert_eq!(is_cut(&row.get(i as u32, 0)), *expected, "{}", i);
                    prop_assert_eq!(is_cut(&column.get(0, i as u32)), *expected, "{}", i);
                }
            }
        }
    }
}
