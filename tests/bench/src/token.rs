//! Size of an invitation, and the time to write and read it.

use super::Result;
use super::figure::{Figure, Goal};
use handfast_native::qr::{Correction, Symbol};
use handfast_native::token::{
    Candidate, Candidates, Expiry, Fingerprint, Invitation, LinkBase, QrText, Secret,
};
use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Instant;

const ROUNDS: u32 = 10_000;
const SAMPLES: usize = 11;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    let private = Candidate::host(SocketAddr::from(([192, 168, 1, 23], 50_123)));
    let reflexive = Candidate::server_reflexive(SocketAddr::from(([198, 18, 7, 9], 50_123)));
    let v6 = SocketAddr::from(([0x2a02, 0x810a, 1, 2, 3, 4, 5, 6], 50_123));
    let short = invitation(vec![private.clone()])?;
    let long = invitation(vec![private, reflexive, Candidate::host(v6)])?;
    let bytes = short.to_bytes();
    let base = LinkBase::new("https://ab.cde/")?;
    let symbol = Symbol::draw(QrText::new(&base, &bytes).as_str())?;
    let at_l = f64::from(u8::from(symbol.correction() >= Correction::L));
    Ok(vec![
        Figure::new(
            "invitation, one private IPv4",
            "bytes",
            vec![bytes.len() as f64],
        )
        .held_to(Goal::AtMost(59.0)),
        Figure::new(
            "invitation, IPv4 + reflexive + IPv6",
            "bytes",
            vec![long.to_bytes().len() as f64],
        )
        .held_to(Goal::AtMost(85.0)),
        Figure::new(
            "its symbol, 16-character link base, ECC L or better",
            "version",
            vec![f64::from(symbol.version()) / at_l],
        )
        .held_to(Goal::AtMost(5.0)),
        Figure::new(
            "write an invitation",
            "us",
            timed(|| {
                black_box(black_box(&long).to_bytes());
            }),
        )
        .held_to(Goal::AtMost(5.0)),
        Figure::new("read an invitation", "us", {
            let bytes = long.to_bytes();
            timed(move || {
                let _ = black_box(Invitation::parse(black_box(&bytes)));
            })
        })
        .held_to(Goal::AtMost(5.0)),
    ])
}

fn invitation(candidates: Vec<Candidate>) -> Result<Invitation> {
    Ok(Invitation {
        secret: Secret::new([7; 16]),
        expiry: Expiry(1),
        fingerprint: Fingerprint([9; 32]),
        candidates: Candidates::new(candidates)?,
        question: None,
        name: None,
        browser: None,
        host_can_punch: true,
    })
}

/// Microseconds of one call, sampled.
fn timed(mut call: impl FnMut()) -> Vec<f64> {
    (0..SAMPLES)
        .map(|_| {
            let start = Instant::now();
            (0..ROUNDS).for_each(|_| call());
            start.elapsed().as_secs_f64() * 1e6 / f64::from(ROUNDS)
        })
        .collect()
}
