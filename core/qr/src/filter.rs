//! What is done to an image before it is thresholded: scaling, blurring, sharpening, local means.
//!
//! All filters take the edge pixels as continued outside, and all sizes are in pixels.

use super::luma::Luma;

/// Twice the width and height, bilinear.
pub(super) fn double(luma: &Luma<'_>) -> Luma<'static> {
    let (width, height) = (luma.width(), luma.height());
    // Output pixel centres lie a quarter of an input pixel beside the input centres.
    let mut column = vec![0u16; width];
    Luma::by_rows(2 * width, 2 * height, |y, out| {
        let near = luma.row(y / 2);
        let far = luma.row(if y % 2 == 0 {
            (y / 2).saturating_sub(1)
        } else {
            y / 2 + 1
        });
        for ((sum, n), f) in column.iter_mut().zip(near).zip(far) {
            *sum = 3 * u16::from(*n) + u16::from(*f);
        }
        for (x, pair) in out.chunks_exact_mut(2).enumerate() {
            let here = 3 * column[x];
            let left = column[x.saturating_sub(1)];
            let right = column[(x + 1).min(width - 1)];
            pair[0] = ((here + left + 8) >> 4) as u8;
            pair[1] = ((here + right + 8) >> 4) as u8;
        }
    })
}

/// Width and height divided by `factor`, each pixel the mean of its square.
pub(super) fn shrink(luma: &Luma<'_>, factor: usize) -> Luma<'static> {
    let factor = factor.clamp(1, luma.width().min(luma.height()));
    let mut sums = vec![0u32; luma.width() / factor];
    let area = (factor * factor) as u32;
    Luma::by_rows(luma.width() / factor, luma.height() / factor, |y, out| {
        sums.fill(0);
        for row in y * factor..(y + 1) * factor {
            for (sum, square) in sums.iter_mut().zip(luma.row(row).chunks_exact(factor)) {
                *sum += square.iter().map(|p| u32::from(*p)).sum::<u32>();
            }
        }
        for (out, sum) in out.iter_mut().zip(&sums) {
            *out = ((sum + area / 2) / area) as u8;
        }
    })
}

/// The 3x3 binomial mean (weights 1 2 1 both ways).
pub(super) fn blur(luma: &Luma<'_>) -> Luma<'static> {
    let width = luma.width();
    let mut column = vec![0u16; width];
    Luma::by_rows(width, luma.height(), |y, out| {
        let rows = luma
            .row(y.saturating_sub(1))
            .iter()
            .zip(luma.row(y))
            .zip(luma.row(y + 1));
        for (sum, ((above, here), below)) in column.iter_mut().zip(rows) {
            *sum = u16::from(*above) + 2 * u16::from(*here) + u16::from(*below);
        }
        for (x, out) in out.iter_mut().enumerate() {
            let sides = column[x.saturating_sub(1)] + column[(x + 1).min(width - 1)];
            *out = ((2 * column[x] + sides + 8) >> 4) as u8;
        }
    })
}

/// Unsharp mask: the image plus `strength` times its difference from the mean of the square of
/// `2 * radius + 1` pixels around each pixel.
pub(super) fn sharpen(luma: &Luma<'_>, radius: usize, strength: i16) -> Luma<'static> {
    let mean = local_mean(luma, radius, 100);
    Luma::by_rows(luma.width(), luma.height(), |y, out| {
        for (out, (here, mean)) in out.iter_mut().zip(luma.row(y).iter().zip(mean.row(y))) {
            let (here, mean) = (i16::from(*here), i16::from(*mean));
            *out = (here + strength * (here - mean)).clamp(0, 255) as u8;
        }
    })
}

/// Bits behind the point of a number that is multiplied by instead of dividing.
const PRECISION: u32 = 48;

/// Threshold for each pixel: the mean of the square of `2 * radius + 1` pixels around it (cut at
/// the edges), times `percent`.
pub(super) fn local_mean(luma: &Luma<'_>, radius: usize, percent: u32) -> Luma<'static> {
    let (width, height) = (luma.width(), luma.height());
    let radius = radius.min(width.max(height));
    // Sums of the columns inside the window's rows, moved down row by row, and of all columns before each.
    let mut columns = vec![0u32; width];
    let mut before = vec![0u32; width + 1];
    for y in 0..radius.min(height) {
        add(&mut columns, luma.row(y));
    }
    Luma::by_rows(width, height, |y, out| {
        if y + radius < height {
            add(&mut columns, luma.row(y + radius));
        }
        if y > radius {
            let leaving = luma.row(y - radius - 1).iter();
            let pairs = columns.iter_mut().zip(leaving);
            pairs.for_each(|(sum, p)| *sum -= u32::from(*p));
        }
        let mut sum = 0u32;
        for (before, column) in before[1..].iter_mut().zip(&columns) {
            // What overflows falls out of the difference again.
            sum = sum.wrapping_add(*column);
            *before = sum;
        }
        let rows = (y + radius + 1).min(height) - y.saturating_sub(radius);
        // Dividing is dear. What is multiplied by instead is exact for windows of up to 100,000 pixels, and
        // at most one too much for larger ones.
        let share = |columns: usize| {
            let divisor = (100 * rows * columns) as u64;
            ((u64::from(percent) << PRECISION) / divisor) + 1
        };
        let mean = |from: u32, to: u32, share: u64| {
            ((u64::from(to.wrapping_sub(from)) * share) >> PRECISION).min(255) as u8
        };
        // Inside of the image the window always has the same size.
        let size = 2 * radius + 1;
        if let Some(ends) = before.get(size..) {
            let share = share(size);
            let windows = before.iter().zip(ends);
            for (out, (from, to)) in out[radius..].iter_mut().zip(windows) {
                *out = mean(*from, *to, share);
            }
        }
        let left = radius.min(width);
        for x in (0..left).chain(width.saturating_sub(radius).max(left)..width) {
            let (from, to) = (x.saturating_sub(radius), (x + radius + 1).min(width));
            out[x] = mean(before[from], before[to], share(to - from));
        }
    })
}

fn add(sums: &mut [u32], row: &[u8]) {
    sums.iter_mut()
        .zip(row)
        .for_each(|(sum, p)| *sum += u32::from(*p));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn images() -> impl Strategy<Value = Luma<'static>> {
        (1usize..20, 1usize..20).prop_flat_map(|(w, h)| {
            proptest::collection::vec(any::<u8>(), w * h)
                .prop_map(move |p| Luma::from_pixels(p, w, h).expect("right number"))
        })
    }

    proptest! {
        #[test]
        fn an_even_image_stays_even(w in 1usize..40, h in 1usize..40, p: u8, r in 0usize..50) {
            let even = Luma::from_pixels(vec![p; w * h], w, h).expect("right number");
            for out in [double(&even), blur(&even), sharpen(&even, 1, 2), local_mean(&even, r, 100)] {
                prop_assert!(out.pixels().iter().all(|q| *q == p));
            }
            prop_assert!(shrink(&even, r).pixels().iter().all(|q| *q == p));
        }

        #[test]
        fn the_local_mean_is_the_mean_of_the_window(luma in images(), r in 0usize..25) {
            let mean = local_mean(&luma, r, 100);
            for y in 0..luma.height() {
                for x in 0..luma.width() {
                    let rows = y.saturating_sub(r)..(y + r + 1).min(luma.height());
                    let cols = x.saturating_sub(r)..(x + r + 1).min(luma.width());
                    let count = (rows.len() * cols.len()) as u64;
                    let sum: u64 = rows
                        .flat_map(|y| luma.row(y)[cols.clone()].iter().map(|p| u64::from(*p)))
                        .sum();
                    prop_assert_eq!(u64::from(mean.row(y)[x]), sum / count);
                }
            }
        }

        #[test]
        fn halving_undoes_doubling_up_to_smoothing(luma in images()) {
            let back = shrink(&double(&luma), 2);
            prop_assert_eq!((back.width(), back.height()), (luma.width(), luma.height()));
            let mean = |l: &Luma<'_>| l.pixels().iter().map(|p| f64::from(*p)).sum::<f64>() / l.area() as f64;
            prop_assert!((mean(&back) - mean(&luma)).abs() < 1.0);
        }
    }
}
