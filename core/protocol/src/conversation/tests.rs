//! The machine by itself, and two of them in a simulated world.

use super::message::{CHUNK, Message};
use super::*;
use crate::handshake::{Channel, Trust, TrustReason};
use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};
use bytes::Bytes;
use handfast_token::Secret;

mod files;
mod machine;
mod simulation;

fn content(length: usize) -> Vec<u8> {
    let numbers = (0_u64..).flat_map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    numbers.take(length).collect()
}

fn hash(content: &[u8]) -> [u8; 32] {
    Blake2b::<U32>::digest(content).into()
}
