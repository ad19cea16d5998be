//! The tree by itself, and two machines in a simulated world.

use super::*;
use bytes::Bytes;

mod example;
mod machine;
pub(crate) mod simulation;
mod tree;

fn content(length: usize) -> Vec<u8> {
    let numbers = (0_u64..).flat_map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    numbers.take(length).collect()
}

/// The bytes of the block in which this group is.
fn block(content: &[u8], group: u64) -> &[u8] {
    let start = (group / super::tree::BLOCK * super::tree::BLOCK * super::tree::GROUP) as usize;
    let length = (super::tree::BLOCK * super::tree::GROUP) as usize;
    &content[start..content.len().min(start + length)]
}
