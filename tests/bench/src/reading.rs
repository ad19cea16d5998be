//! Time to read a symbol in a camera frame.

use super::Result;
use super::figure::{Figure, Goal};
use handfast_camera::{Camera, Photo};
use handfast_native::qr::{Scanner, Symbol};
use std::time::Instant;

/// A link of the length that is drawn in practice.
fn text(seed: u64) -> String {
    let digits: String = (0..167)
        .map(|i| char::from(b'0' + ((seed * 31 + i * 7) % 10) as u8))
        .collect();
    format!("https://ab.cde/#{digits}")
}

pub(crate) fn measure(quick: bool) -> Result<Vec<Figure>> {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    let mut unread = 0.0;
    let (mut first, mut second) = (Scanner::new(), Scanner::new());
    let frames = if quick { 12 } else { 60 };
    for seed in 0..frames {
        let camera = Camera::by_seed(seed);
        let (time, read) = timed(
            &mut first,
            &camera.photograph(&Symbol::draw(&text(seed))?, seed),
        )?;
        with.push(time);
        unread += f64::from(u8::from(!read));
        without.push(timed(&mut second, &camera.photograph_nothing(seed))?.0);
    }
    Ok(vec![
        Figure::new("1280x720 frame with a code", "ms", with).held_to(Goal::AtMost(5.0)),
        Figure::new("1280x720 frame without one", "ms", without).held_to(Goal::AtMost(8.0)),
        Figure::new("everyday frames not read at once", "frames", vec![unread])
            .held_to(Goal::AtMost(0.0)),
    ])
}

fn timed(scanner: &mut Scanner, photo: &Photo) -> Result<(f64, bool)> {
    let start = Instant::now();
    let readings = scanner.scan(&photo.luma, photo.width, photo.width, photo.height)?;
    Ok((start.elapsed().as_secs_f64() * 1e3, !readings.is_empty()))
}
