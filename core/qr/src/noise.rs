//! Whether an image is nothing but noise, which no reader has to look at for long.
//!
//! In noise a pixel says nothing about the one beside it. In everything else it does somewhere: a module of a
//! symbol is wider than a pixel, at the size at which it can be read.

use super::luma::Luma;

/// The side of the squares that are looked at, in pixels. A symbol that can be read fills one.
const SIDE: usize = 32;

/// What chance makes of the correlation of pixels with their neighbours in a square: white noise has at most
/// 0.13 in 10,000 squares, also after it was stored with loss or was shrunk.
const CHANCE: f64 = 0.2;

/// True if in no square pixels are more like, or unlike, their neighbours than chance makes them. The first
/// such square ends it, so that all but noise is known at once.
pub(super) fn is_noise(luma: &Luma<'_>) -> bool {
    let corners = |length: usize| (0..=length.saturating_sub(SIDE)).step_by(SIDE);
    luma.width() >= SIDE
        && luma.height() >= SIDE
        && corners(luma.height()).all(|y| corners(luma.width()).all(|x| is_noise_at(luma, x, y)))
}

fn is_noise_at(luma: &Luma<'_>, x: usize, y: usize) -> bool {
    let rows = || (y..y + SIDE).map(|y| &luma.row(y)[x..x + SIDE]);
    let all = (SIDE * SIDE) as f64;
    let mean = rows().flatten().map(|p| u32::from(*p)).sum::<u32>() as i32 / (SIDE * SIDE) as i32;
    let off = |pixel: &u8| i32::from(*pixel) - mean;
    let products = |one: &[u8], other: &[u8]| -> i32 {
        let pairs = one.iter().zip(other);
        pairs.map(|(one, other)| off(one) * off(other)).sum()
    };
    let of_all = |sum: i32, share: f64| f64::from(sum) / (all * share);
    // One row, or column, has no neighbour in the square.
    let inner = (SIDE - 1) as f64 / SIDE as f64;
    let variance = of_all(rows().map(|row| products(row, row)).sum(), 1.0);
    let along = of_all(rows().map(|row| products(row, &row[1..])).sum(), inner);
    let down = rows().zip(rows().skip(1));
    let down = of_all(down.map(|(row, next)| products(row, next)).sum(), inner);
    along.abs().max(down.abs()) < CHANCE * variance
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::filter::{blur, shrink};
    use handfast_camera::{Camera, Random};

    fn noise(width: usize, height: usize) -> Luma<'static> {
        let mut random = Random(7);
        let mut pixel = || (random.unit() * 256.0) as u8;
        Luma::by_rows(width, height, |_, row| row.fill_with(&mut pixel))
    }

    #[test]
    fn noise_is_noise_at_every_size() {
        let noise = noise(1280, 960);
        assert!(is_noise(&noise));
        assert!((2..=6).all(|factor| is_noise(&shrink(&noise, factor))));
        assert!(!is_noise(&blur(&noise)));
    }

    #[test]
    fn one_square_of_something_else_is_enough() {
        for (x, y) in [(0, 0), (300, 200), (640 - SIDE, 480 - SIDE)] {
            for drawn in [|_, _| 90, |x: usize, _| (x / 3 % 2 * 90) as u8] {
                let noise = noise(640, 480);
                let is_there = |at: usize, from: usize| (from..from + 2 * SIDE).contains(&at);
                let image = Luma::by_rows(640, 480, |at, row| {
                    row.copy_from_slice(noise.row(at));
                    for (here, pixel) in row.iter_mut().enumerate() {
                        if is_there(here, x) && is_there(at, y) {
                            *pixel = drawn(here, at);
                        }
                    }
                });
                assert!(!is_noise(&image), "{x}, {y}");
            }
        }
    }

    #[test]
    fn a_symbol_in_a_noisy_picture_is_no_noise() {
        let symbol = crate::Symbol::draw("https://ab.cde/#0123456789").expect("fits");
        for noise in [0.0, 20.0, 60.0, 100.0] {
            let camera = Camera {
                width: 640,
                height: 480,
                noise,
                ..Camera::default()
            };
            let photo = camera.photograph(&symbol, 3);
            let luma = Luma::from_plane(&photo.luma, 640, 640, 480).expect("fits");
            let sizes = [1, 2, 4].map(|factor| is_noise(&shrink(&luma, factor)));
            assert!(sizes.contains(&false), "{noise}");
        }
    }

    #[test]
    fn what_is_smaller_than_a_square_is_looked_at() {
        assert!(!is_noise(&noise(SIDE - 1, 100)));
    }
}
