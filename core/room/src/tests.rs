//! What several files here test with: identities, entries and runs of them.

use super::*;
use bytes::Bytes;
use handfast_protocol::handshake::StaticKey;
use handfast_protocol::log::{Incarnation, Kind};
use handfast_token::Secret;
use proptest::prelude::*;

mod examples;
mod exchange;
mod graph;
mod membership;
mod parsers;
mod simulation;
mod world;

/// Some time in 2026, in milliseconds.
pub(crate) const NOW: u64 = 1_790_000_000_000;

pub(crate) fn identity(seed: u8) -> (SigningKey, Certificate) {
    let static_key = StaticKey::new(Secret::new([seed; 32])).public();
    let signing_key = SigningKey::new(Secret::new([seed ^ 0x80; 32]));
    let certificate = Certificate::new(static_key, &signing_key, [seed; 32]);
    (signing_key, certificate)
}

pub(crate) fn founding(founder: &Certificate) -> Founding {
    Founding {
        random: [9; 16],
        certificate: *founder,
        name: "Garden".to_owned(),
        history: History::All,
        adders: Adders::Keepers,
        entries: 5_000,
        time: NOW,
    }
}
