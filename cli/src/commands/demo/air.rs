//! The air between two screens and two cameras: a folder of photographs.
//!
//! A [`Pose`] holds a symbol up; a camera looks at it. They live in different processes. The
//! camera asks for an exposure by putting down an empty file, and whoever simulates the world and knows
//! what the screen shows, answers with the luminance that a sensor would have seen. Nothing but
//! pixels crosses.

use handfast_camera::Camera;
use handfast_native::qr::{Scanner, Symbol};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// Size of a photograph.
const WIDTH: usize = 1280;
const HEIGHT: usize = 720;

/// Photographs after which a camera gives up.
const MOST_FRAMES: u32 = 40;

/// How often either side looks whether the other has put something down.
const LOOK_EVERY: Duration = Duration::from_millis(1);

/// How long a camera waits for one photograph.
const EXPOSURE: Duration = Duration::from_secs(20);

fn shutter(folder: &Path, frame: u32) -> PathBuf {
    folder.join(format!("shutter-{frame}"))
}

fn luma(folder: &Path, frame: u32) -> PathBuf {
    folder.join(format!("frame-{frame}.luma"))
}

/// The same photograph, for people.
pub(super) fn picture(folder: &Path, frame: u32) -> PathBuf {
    folder.join(format!("frame-{frame}.png"))
}

/// A symbol that is held up until this is dropped.
pub(super) struct Pose(Arc<AtomicBool>);

impl Pose {
    /// Holds it up in a folder, from now on. `seed` decides how the camera will be held.
    pub(super) fn hold(folder: PathBuf, symbol: Symbol, seed: u64) -> std::io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let held = Arc::new(AtomicBool::new(true));
        let still = held.clone();
        std::thread::spawn(move || {
            for frame in 1..=MOST_FRAMES {
                while !shutter(&folder, frame).exists() {
                    if !still.load(Relaxed) {
                        return;
                    }
                    std::thread::sleep(LOOK_EVERY);
                }
                let seed = seed.wrapping_add(u64::from(frame));
                if let Err(error) = expose(&folder, &symbol, frame, seed) {
                    log::warn!("a photograph could not be written: {error}");
                    return;
                }
            }
        });
        Ok(Self(held))
    }
}

impl Drop for Pose {
    fn drop(&mut self) {
        self.0.store(false, Relaxed);
    }
}

fn expose(folder: &Path, symbol: &Symbol, frame: u32, seed: u64) -> std::io::Result<()> {
    let camera = Camera {
        width: WIDTH,
        height: HEIGHT,
        ..Camera::by_seed(seed)
    };
    let photo = camera.photograph(symbol, seed);
    std::fs::write(picture(folder, frame), photo.to_png())?;
    // The luminance appears whole or not at all.
    let unfinished = folder.join("developing");
    std::fs::write(&unfinished, &photo.luma)?;
    std::fs::rename(unfinished, luma(folder, frame))
}

/// What a camera saw.
pub(super) struct Sight {
    /// The symbol's text.
    pub(super) text: String,
    /// Frames until it was read.
    pub(super) frames: u32,
    /// Time spent on looking at them.
    pub(super) took: Duration,
}

/// Looks until a frame can be read; `photographed` hears of every one. Blocks.
pub(super) fn look(folder: &Path, mut photographed: impl FnMut(u32)) -> std::io::Result<Sight> {
    let mut scanner = Scanner::new();
    let mut took = Duration::ZERO;
    for frame in 1..=MOST_FRAMES {
        let pixels = take(folder, frame)?;
        photographed(frame);
        let started = Instant::now();
        let readings = scanner.scan(&pixels, WIDTH, WIDTH, HEIGHT);
        took += started.elapsed();
        if let Some(reading) = readings.unwrap_or_default().pop() {
            return Ok(Sight {
                text: reading.text,
                frames: frame,
                took,
            });
        }
    }
    Err(std::io::ErrorKind::InvalidData.into())
}

/// One photograph.
fn take(folder: &Path, frame: u32) -> std::io::Result<Vec<u8>> {
    let until = Instant::now() + EXPOSURE;
    while !folder.is_dir() {
        wait(until)?;
    }
    std::fs::write(shutter(folder, frame), [])?;
    let path = luma(folder, frame);
    while !path.exists() {
        wait(until)?;
    }
    std::fs::read(path)
}

fn wait(until: Instant) -> std::io::Result<()> {
    if Instant::now() >= until {
        return Err(std::io::ErrorKind::TimedOut.into());
    }
    std::thread::sleep(LOOK_EVERY);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_reads_what_is_held_up_and_only_pixels_cross() {
        let folder = std::env::temp_dir().join(format!("handfast-air-{}", std::process::id()));
        let symbol = Symbol::draw("https://ab.cde/#0123456789").expect("fits");
        let pose = Pose::hold(folder.clone(), symbol, 3).expect("a folder");
        let sight = look(&folder, |_| {}).expect("an everyday shot");
        drop(pose);
        assert_eq!(sight.text, "https://ab.cde/#0123456789");
        let pixels = std::fs::read(luma(&folder, 1)).expect("a frame");
        assert_eq!(pixels.len(), WIDTH * HEIGHT);
        assert!(picture(&folder, 1).exists());
        std::fs::remove_dir_all(folder).expect("ours");
    }
}
