//! Two devices that come together again, with time as an argument and no network.

use super::*;
use crate::handshake::{ClientKind, PublicKey, StaticKey};
use crate::pairing::Now;
use bytes::Bytes;
use handfast_token::{Fingerprint, Secret};
use std::time::{Duration, Instant};

mod examples;
mod finding;
mod here;
mod keys;
mod machine;
mod message;
mod restored;
mod windows;
mod world;

use world::World;

/// 2026-11-30, two hours before midnight.
const UNIX: u64 = 20_787 * 86_400 + 22 * 3_600;

fn static_key(seed: u8) -> StaticKey {
    StaticKey::new(Secret::new([seed; 32]))
}

fn first_keys() -> ReconnectKeys {
    ReconnectKeys::from_first_meeting(&Secret::new([1; 32]), UNIX, UNIX)
}
