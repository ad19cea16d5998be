//! Figures of the scanner: how long a frame takes, how many degraded pictures are read, and
//! whether anything is read where nothing is.
//!
//! `cargo run --release -p handfast-bench --example scan_figures -- FOLDER [SEEDS [CATEGORY]]`
//! writes the pictures and `manifest.json` into FOLDER; `scripts/compare_scanners.py` then reads
//! the same pictures with another scanner. SEEDS is the number of pictures a category, 20 unless
//! said otherwise; CATEGORY keeps those whose name contains it, and leaves out the other figures.

#![allow(
    clippy::print_stdout,
    reason = "its output is what this program is for"
)]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use handfast_camera::{Camera, Photo, Random};
use handfast_native::qr::{Scanner, Symbol, scan_picture, scan_picture_for};
use image::codecs::jpeg::JpegEncoder;
use image::{ExtendedColorType, ImageEncoder};

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name a folder for the pictures")?;
    let seeds = arguments.next().map_or(Ok(20), |n| n.parse())?;
    let category = arguments.next();
    std::fs::create_dir_all(&folder)?;
    if category.is_none() {
        frames()?;
        large(Path::new(&folder))?;
        noise()?;
    }
    pictures(Path::new(&folder), seeds, &category.unwrap_or_default())
}

/// A link of the shape that is drawn in practice, with 120 to 265 digits: versions 4 to 6.
fn text(random: &mut Random) -> String {
    let digits = 120 + (random.bits() % 146) as usize;
    let digit = |random: &mut Random| char::from(b'0' + (random.bits() % 10) as u8);
    let digits: String = (0..digits).map(|_| digit(random)).collect();
    format!("https://ab.cde/#{digits}")
}

/// Time of a frame, over 60 frames with a symbol and 60 without.
fn frames() -> Result<(), Error> {
    let mut with = Vec::new();
    let mut without = Vec::new();
    let mut read = 0;
    let (mut scanner_with, mut scanner_without) = (Scanner::new(), Scanner::new());
    for seed in 0..60 {
        let camera = Camera::by_seed(seed);
        let symbol = Symbol::draw(&text(&mut Random(seed)))?;
        let (reading, time) = timed(&mut scanner_with, &camera.photograph(&symbol, seed))?;
        read += usize::from(reading);
        with.push(time);
        let (_, time) = timed(&mut scanner_without, &camera.photograph_nothing(seed))?;
        without.push(time);
    }
    println!("1280 x 720 frames          median    min    max  (ms)");
    for (name, times) in [("with a symbol", &mut with), ("without", &mut without)] {
        times.sort();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let (median, min, max) = (times[times.len() / 2], times[0], times[times.len() - 1]);
        println!(
            "  {name:<22} {:>8.2} {:>6.2} {:>6.2}",
            ms(median),
            ms(min),
            ms(max)
        );
    }
    println!("  everyday shots read in their first frame: {read} of 60\n");
    Ok(())
}

fn timed(scanner: &mut Scanner, photo: &Photo) -> Result<(bool, Duration), Error> {
    let start = Instant::now();
    let readings = scanner.scan(&photo.luma, photo.width, photo.width, photo.height)?;
    Ok((!readings.is_empty(), start.elapsed()))
}

/// The kinds of degradation, each on top of a usual shot.
fn categories() -> Vec<(String, Camera)> {
    let usual = Camera {
        pixels_per_module: 5.0,
        tilt_degrees: 8.0,
        blur: 0.7,
        noise: 4.0,
        dark: 50.0,
        light: 190.0,
        shade: 0.2,
        ..Camera::default()
    };
    let mut all = Vec::new();
    for pixels_per_module in [2.0, 2.2, 2.6, 3.0, 4.0] {
        let camera = Camera {
            pixels_per_module,
            ..usual.clone()
        };
        all.push((format!("size {pixels_per_module:.1}"), camera));
    }
    for tilt_degrees in [0.0, 15.0, 25.0, 35.0, 45.0, 55.0] {
        all.push((
            format!("tilt {tilt_degrees}"),
            Camera {
                tilt_degrees,
                ..usual.clone()
            },
        ));
    }
    for turn_degrees in [20.0, 45.0, 70.0] {
        all.push((
            format!("turn {turn_degrees}"),
            Camera {
                turn_degrees,
                ..usual.clone()
            },
        ));
    }
    for blur in [1.5, 2.0, 2.5, 3.0] {
        all.push((
            format!("blur {blur:.1}"),
            Camera {
                blur,
                ..usual.clone()
            },
        ));
    }
    for noise in [15.0, 30.0, 45.0] {
        all.push((
            format!("noise {noise}"),
            Camera {
                noise,
                ..usual.clone()
            },
        ));
    }
    for curvature in [0.5, 1.0, 1.5] {
        all.push((
            format!("curved {curvature:.1}"),
            Camera {
                curvature,
                ..usual.clone()
            },
        ));
    }
    all.push((
        "glare".into(),
        Camera {
            glare: true,
            ..usual.clone()
        },
    ));
    all.push((
        "glare tilted".into(),
        Camera {
            glare: true,
            tilt_degrees: 30.0,
            ..usual.clone()
        },
    ));
    all.push((
        "inverted".into(),
        Camera {
            inverted: true,
            ..usual.clone()
        },
    ));
    let small = Camera {
        inverted: true,
        pixels_per_module: 2.6,
        ..usual.clone()
    };
    all.push(("inverted small".into(), small));
    all.push((
        "faint".into(),
        Camera {
            dark: 100.0,
            light: 130.0,
            ..usual.clone()
        },
    ));
    all.push((
        "shade".into(),
        Camera {
            shade: 0.9,
            ..usual.clone()
        },
    ));
    let worst = Camera {
        pixels_per_module: 3.5,
        tilt_degrees: 30.0,
        blur: 1.2,
        noise: 12.0,
        shade: 0.5,
        curvature: 0.4,
        ..usual
    };
    all.push(("all at once".into(), worst));
    all
}

fn pictures(folder: &Path, seeds: u64, part: &str) -> Result<(), Error> {
    let mut manifest = Vec::new();
    let mut rungs: BTreeMap<&str, usize> = BTreeMap::new();
    println!("pictures read by the whole ladder");
    for (category, camera) in categories()
        .into_iter()
        .filter(|(name, _)| name.contains(part))
    {
        let mut read = 0;
        let mut slowest = Duration::ZERO;
        for seed in 0..seeds {
            let text = text(&mut Random(seed));
            let png = camera.photograph(&Symbol::draw(&text)?, seed).to_png();
            let file = format!("{}-{seed:02}.png", category.replace(' ', "-"));
            std::fs::write(folder.join(&file), &png)?;
            let start = Instant::now();
            let readings = scan_picture_for(&png, |read| read == text).unwrap_or_default();
            slowest = slowest.max(start.elapsed());
            if readings.iter().any(|r| r.text != text) {
                println!("  WRONG TEXT in {file}");
            }
            let right = readings.into_iter().find(|r| r.text == text);
            if let Some(reading) = &right {
                read += 1;
                *rungs.entry(reading.rung.name()).or_default() += 1;
            }
            manifest.push(serde_json::json!({
                "file": file,
                "category": category,
                "text": text,
                "read": right.is_some(),
                "rung": right.map(|r| r.rung.name()),
            }));
        }
        println!("  {category:<16} {read:>3} of {seeds}   slowest {slowest:.0?}");
    }
    println!("  by rung: {rungs:?}\n");
    std::fs::write(
        folder.join("manifest.json"),
        serde_json::to_string_pretty(&manifest)?,
    )?;
    Ok(())
}

/// Time of the worst cases: a frame of white noise, and large pictures without a symbol.
fn large(folder: &Path) -> Result<(), Error> {
    let mut random = Random(1);
    let luma = (0..1280 * 720).map(|_| random.bits() as u8).collect();
    let noise = Photo {
        luma,
        width: 1280,
        height: 720,
        corners: Default::default(),
    };
    let mut scanner = Scanner::new();
    let mut slowest = Duration::ZERO;
    for _ in 0..Scanner::ROUND {
        slowest = slowest.max(timed(&mut scanner, &noise)?.1);
    }
    println!("slowest frame of white noise: {slowest:.0?}");
    for (width, height, times) in [(4000, 3000, 1), (8000, 6000, 1), (8000, 6000, 2)] {
        let camera = Camera {
            width,
            height,
            noise: 5.0,
            ..Camera::default()
        };
        let photo = camera.photograph_nothing(1);
        let jpeg = enlarged(&photo, times)?;
        std::fs::write(folder.join(format!("large-{width}-{times}.jpg")), &jpeg)?;
        let start = Instant::now();
        let answer = scan_picture(&jpeg).err();
        let (width, height) = (width * times, height * times);
        println!("{width} x {height}: {:.1?}, {answer:?}", start.elapsed());
    }
    println!();
    Ok(())
}

/// A JPEG in which every pixel is a square of `times` pixels, and as tinted as photographs are.
fn enlarged(photo: &Photo, times: usize) -> Result<Vec<u8>, Error> {
    let (width, height) = (photo.width * times, photo.height * times);
    let grey = (0..width * height)
        .map(|i| photo.luma[i / width / times * photo.width + i % width / times]);
    let rgb: Vec<u8> = grey
        .flat_map(|l| [l.saturating_add(8), l, l.saturating_sub(12)])
        .collect();
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 90).write_image(
        &rgb,
        width as u32,
        height as u32,
        ExtendedColorType::Rgb8,
    )?;
    Ok(jpeg)
}

/// Readings on 1,000 pictures that show noise: white, blurred, blocks, stripes.
fn noise() -> Result<(), Error> {
    const SIDE: usize = 240;
    let mut false_readings = 0;
    let mut slowest = Duration::ZERO;
    let mut scanner = Scanner::new();
    for seed in 0..1000u64 {
        let mut random = Random(seed);
        let cell = 1 + (random.bits() % 12) as usize;
        let luma: Vec<u8> = match seed % 4 {
            0 => (0..SIDE * SIDE).map(|_| random.bits() as u8).collect(),
            1 => {
                Camera {
                    width: SIDE,
                    height: SIDE,
                    noise: 40.0,
                    blur: 2.0,
                    ..Camera::default()
                }
                .photograph_nothing(seed)
                .luma
            }
            2 => {
                let cells: Vec<u8> = (0..SIDE * SIDE)
                    .map(|_| 255 * (random.bits() % 2) as u8)
                    .collect();
                let at = |i: usize| (i / SIDE / cell) * SIDE + (i % SIDE) / cell;
                (0..SIDE * SIDE).map(|i| cells[at(i)]).collect()
            }
            _ => {
                let row: Vec<u8> = (0..SIDE).map(|_| 255 * (random.bits() % 2) as u8).collect();
                (0..SIDE * SIDE)
                    .map(|i| row[(i % SIDE) / cell] ^ row[i / SIDE / cell])
                    .collect()
            }
        };
        let photo = Photo {
            luma,
            width: SIDE,
            height: SIDE,
            corners: Default::default(),
        };
        let start = Instant::now();
        false_readings += usize::from(scan_picture(&photo.to_png()).is_ok());
        slowest = slowest.max(start.elapsed());
        false_readings += usize::from(timed(&mut scanner, &photo)?.0);
    }
    println!("false readings in 1000 noise pictures: {false_readings}; slowest {slowest:.0?}");
    Ok(())
}
