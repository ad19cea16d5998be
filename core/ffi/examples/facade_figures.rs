//! What a call through the facade costs in Rust itself, to lay beside the same call from Kotlin.
//!
//! `facade_figures FRAME` writes a camera's frame of 1280 x 720 with an invitation's code in it to
//! FRAME, scans it again and again, and prints the least time in microseconds:
//! what the call itself costs when nothing else runs.

#![allow(
    clippy::print_stdout,
    reason = "its output is what this program is for"
)]

use handfast_camera::Camera;
use handfast_core::Scanner;
use handfast_native::qr::Symbol;
use handfast_native::token::{
    Candidate, Candidates, Expiry, Fingerprint, Invitation, LinkBase, QrText, Secret,
};
use std::time::{Duration, Instant};

type Error = Box<dyn std::error::Error>;

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;
const SCANS: usize = 400;

fn main() -> Result<(), Error> {
    let path = std::env::args().nth(1).ok_or("name a file for the frame")?;
    let frame = frame()?;
    std::fs::write(path, &frame)?;
    // As a running camera does it: one scanner for all frames.
    let scanner = Scanner::new();
    let mut times = Vec::with_capacity(SCANS);
    for _ in 0..SCANS {
        let start = Instant::now();
        let found = scanner.scan(&frame, WIDTH, WIDTH, HEIGHT)?;
        times.push(start.elapsed());
        assert!(found.is_some(), "the frame is readable");
    }
    let least = times.into_iter().min().ok_or("no scan")?;
    println!("{:.0}", micros(least));
    Ok(())
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn frame() -> Result<Vec<u8>, Error> {
    let invitation = Invitation {
        secret: Secret::new([3; 16]),
        expiry: Expiry(7),
        fingerprint: Fingerprint([5; 32]),
        candidates: Candidates::new(vec![Candidate::host("192.168.1.7:40123".parse()?)])?,
        question: None,
        name: None,
        browser: None,
        host_can_punch: true,
    };
    let text = QrText::new(&LinkBase::DEFAULT, &invitation.to_bytes());
    let camera = Camera {
        width: WIDTH as usize,
        height: HEIGHT as usize,
        ..Camera::default()
    };
    Ok(camera.photograph(&Symbol::draw(text.as_str())?, 1).luma)
}
