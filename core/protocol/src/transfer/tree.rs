//! The tree of a file: BLAKE3 (the paper, section 2.1), seen from its groups of 16 KiB upwards.
//!
//! What names a file is the root of this tree. Any part of the file can be checked against the root by the
//! hashes beside the way down to it: the *encoding* of some groups is, from the top down and the left
//! before the right, the two children of every node above them, and each of these groups itself. That is a
//! slice of the Bao format without the length at its front.
//!
//! A file that is still being read has no root yet. Each whole 16 MiB of it, a *segment*, is a subtree whose
//! place and value stay the same however long the file becomes, and its encoding begins there.
//!
//! [`Tree`] is the sender's: it holds one hash for each block of 16 groups and those above, and makes the
//! rest anew from the bytes that are sent, which so are checked before they leave. [`Decoder`] is the
//! receiver's: bytes go in as they come, and nothing comes out that was not checked. Neither takes
//! memory because of a size that somebody states.

mod decode;
mod grow;

pub use decode::{Damaged, Decoder, Verified};
pub use grow::Tree;

use blake3::Hasher;
use blake3::hazmat::{self, HasherExt, Mode};
use std::fmt;
use std::ops::Range;

/// Bytes of a group: what is checked as one.
pub const GROUP: u64 = 16 << 10;

/// Groups of a block: what is read, asked for and stored as one. A block begins at a multiple of this.
pub const BLOCK: u64 = 16;

/// Groups of a segment, 16 MiB: what a file that has no root yet is sent by.
pub const SEGMENT: u64 = 1024;

/// Bytes of two hashes, the children of one node.
const PAIR: usize = 64;

/// The name of a file: BLAKE3 of its bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Root(pub [u8; 32]);

impl Root {
    /// The root of no bytes. A file of this name is never asked for.
    pub fn of_nothing() -> Self {
        Self::of(&[])
    }

    /// The root of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Root({self})")
    }
}

impl fmt::Display for Root {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&data_encoding::HEXLOWER.encode(&self.0))
    }
}

/// The chaining value of a subtree that is not the whole tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainingValue(pub [u8; 32]);

impl ChainingValue {
    /// That of the group with this number. `bytes` are not none, and at most [`GROUP`].
    pub fn of_group(number: u64, bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new();
        hasher.set_input_offset(number * GROUP);
        Self(hasher.update(bytes).finalize_non_root())
    }

    fn of_pair(left: Self, right: Self) -> Self {
        Self(hazmat::merge_subtrees_non_root(
            &left.0,
            &right.0,
            Mode::Hash,
        ))
    }
}

/// Groups of a file of so many bytes. None if it is empty.
pub fn groups(size: u64) -> u64 {
    size.div_ceil(GROUP)
}

/// Bytes of these groups of a file of so many bytes.
pub fn bytes(groups: &Range<u64>, size: u64) -> u64 {
    let end = groups.end.saturating_mul(GROUP).min(size);
    end.saturating_sub(groups.start.saturating_mul(GROUP))
}

/// Where the left child of a node over these groups ends: the largest power of two that is less than all.
fn middle(groups: &Range<u64>) -> u64 {
    let count = groups.end - groups.start;
    groups.start + count.div_ceil(2).next_power_of_two()
}

/// The root over all groups of a file, in order. None if there are fewer than two: one alone is
/// hashed as the whole that it is.
pub fn combine(values: impl IntoIterator<Item = ChainingValue>) -> Option<Root> {
    let (mut stack, mut count) = (Vec::new(), 0_u64);
    for value in values {
        stack.push(value);
        // As many subtrees as this number ends in zeros are whole now, and the root not among them.
        count += 1;
        if count > 1 {
            let before = count - 1;
            merge_whole(&mut stack, before);
        }
    }
    let mut right = stack.pop()?;
    while let Some(left) = stack.pop() {
        match stack.is_empty() {
            true => return Some(root_of_pair(left, right)),
            false => right = ChainingValue::of_pair(left, right),
        }
    }
    None
}

/// Merges what became whole by the time that the value at the top of `stack` came behind `before` others.
fn merge_whole(stack: &mut Vec<ChainingValue>, before: u64) {
    let last = stack.pop();
    for _ in 0..before.trailing_zeros() {
        if let (Some(right), Some(left)) = (stack.pop(), stack.pop()) {
            stack.push(ChainingValue::of_pair(left, right));
        }
    }
    stack.extend(last);
}

fn root_of_pair(left: ChainingValue, right: ChainingValue) -> Root {
    Root(*hazmat::merge_subtrees_root(&left.0, &right.0, Mode::Hash).as_bytes())
}

/// A whole 16 MiB of a file, or what its end leaves of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its length in bytes, none where the file ended before it.
    pub length: u32,
    /// Its chaining value, zeros where it has no length.
    pub value: ChainingValue,
}

impl Segment {
    /// What lies behind the end of a file.
    pub const NONE: Self = Self {
        length: 0,
        value: ChainingValue([0; 32]),
    };

    /// Bytes of a segment that is not the last.
    pub const LENGTH: u32 = (SEGMENT * GROUP) as u32;
}

fn children(node: &Range<u64>) -> [Range<u64>; 2] {
    let middle = middle(node);
    [node.start..middle, middle..node.end]
}

fn meet(one: &Range<u64>, other: &Range<u64>) -> bool {
    one.start < other.end && other.start < one.end
}
