//! Prints what a token costs: bytes, characters of each text form, and the time to write and read
//! it. Run in release: `cargo run --release -p handfast-bench --example token_figures`.

#![allow(clippy::print_stdout)] // its output is its purpose

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use handfast_native::token::{
    Candidate, Candidates, Expiry, Fingerprint, Invitation, LinkBase, QrText, Reply, Secret, Token,
    find, link,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let private = Candidate::host(SocketAddr::from(([192, 168, 1, 7], 40123)));
    let reflexive = Candidate::server_reflexive(SocketAddr::from(([198, 18, 0, 5], 61000)));
    let v6 = Candidate::host(SocketAddr::from((
        [0x2a02, 0x810a, 1, 2, 3, 4, 5, 6],
        40124,
    )));
    let lists = [
        ("private IPv4", vec![private.clone()]),
        ("private, reflexive, IPv6", vec![private, reflexive, v6]),
    ];
    println!(
        "{:<36} {:>5} {:>7} {:>5} | median microseconds: {:>6} {:>6} {:>8} {:>8}",
        "", "bytes", "QR text", "link", "write", "read", "to link", "find"
    );
    for (what, list) in lists {
        let invitation = Invitation {
            secret: Secret::new([7; 16]),
            expiry: Expiry(1234),
            fingerprint: Fingerprint([0xa5; 32]),
            candidates: Candidates::new(list.clone())?,
            question: None,
            name: None,
            browser: None,
            host_can_punch: true,
        };
        let (keys, candidates) = (invitation.keys(), Candidates::new(list)?);
        print(
            &format!("invitation, {what}"),
            &Token::Invitation(invitation),
        )?;
        let reply = Reply {
            fingerprint: Fingerprint([0x5a; 32]),
            candidates,
            browser: None,
        };
        let sealed = reply.seal(&keys, [3; 8]);
        print(&format!("reply, {what}"), &Token::Reply(sealed.clone()))?;
        println!(
            "{:<36} seal {:.2}, open {:.2} microseconds",
            "",
            median(|| reply.seal(&keys, [3; 8])),
            median(|| sealed.open(&keys)),
        );
    }
    Ok(())
}

fn print(what: &str, token: &Token) -> Result<(), Box<dyn std::error::Error>> {
    let no_picture = |_: &[u8]| Err("no picture");
    let bytes = token.to_bytes();
    let qr = QrText::new(&LinkBase::DEFAULT, &bytes);
    let text = link(&LinkBase::DEFAULT, &bytes);
    assert!(find(text.as_bytes(), no_picture)? == *token);
    println!(
        "{what:<36} {:>5} {:>7} {:>5} | {:>28.2} {:>6.2} {:>8.2} {:>8.2}",
        bytes.len(),
        qr.as_str().len(),
        text.len(),
        median(|| token.to_bytes()),
        median(|| Token::parse(black_box(&bytes))),
        median(|| link(&LinkBase::DEFAULT, black_box(&bytes))),
        median(|| find(black_box(text.as_bytes()), no_picture)),
    );
    Ok(())
}

/// Median of 1001 samples of 32 runs each, in microseconds a run.
fn median<T>(run: impl Fn() -> T) -> f64 {
    let sample = || {
        let begun = Instant::now();
        for _ in 0..32 {
            black_box(run());
        }
        begun.elapsed() / 32
    };
    let mut samples: Vec<Duration> = (0..1001).map(|_| sample()).collect();
    samples.sort_unstable();
    samples[samples.len() / 2].as_secs_f64() * 1e6
}
