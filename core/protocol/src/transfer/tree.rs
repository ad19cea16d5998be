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

use blake3::Hasher;
use blake3::hazmat::{self, HasherExt, Mode};
use bytes::{Bytes, BytesMut};
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

/// The tree of a file that this device has. It grows as the file is read, and has a root at its end.
#[derive(Clone, Debug)]
pub struct Tree {
    size: u64,
    root: Option<Root>,
    /// By the power of two that it has of blocks, each whole subtree in order.
    levels: Vec<Vec<ChainingValue>>,
    /// The block that is being read.
    block: Hasher,
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

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

impl Tree {
    /// The tree of a file of which nothing has been read yet.
    pub fn new() -> Self {
        Self {
            size: 0,
            root: None,
            levels: Vec::new(),
            block: Hasher::new(),
        }
    }

    /// A file of one block at most, whose root is known. The bytes that are sent are checked against that.
    pub fn of_small(size: u64, root: Root) -> Option<Self> {
        let mut tree = Self::new();
        (tree.size, tree.root) = (size, Some(root));
        (groups(size) <= BLOCK).then_some(tree)
    }

    /// What [`Self::to_bytes`] wrote for a file of this size and root.
    pub fn from_bytes(size: u64, root: Root, bytes: &[u8]) -> Option<Self> {
        if groups(size) <= BLOCK {
            return Self::of_small(size, root).filter(|_| bytes.is_empty());
        }
        let (values, rest) = bytes.as_chunks::<32>();
        let is_its_length = values.len() as u64 == groups(size).div_ceil(BLOCK);
        if !is_its_length || !rest.is_empty() {
            return None;
        }
        let mut tree = Self::new();
        for value in values {
            tree.add_block(ChainingValue(*value));
        }
        (tree.size, tree.root) = (size, Some(root));
        (tree.combined() == Some(root)).then_some(tree)
    }

    /// What makes it again without reading the file: 32 bytes for each block, or nothing for a file of one.
    pub fn to_bytes(&self) -> Vec<u8> {
        match groups(self.size) <= BLOCK {
            true => Vec::new(),
            false => self.blocks().iter().flat_map(|value| value.0).collect(),
        }
    }

    /// Reads on: the next bytes of the file.
    pub fn update(&mut self, mut bytes: &[u8]) {
        const LENGTH: u64 = BLOCK * GROUP;
        while !bytes.is_empty() {
            let within = self.size % LENGTH;
            if within == 0 && self.size > 0 {
                self.end_block();
            }
            let room = (LENGTH - within).min(bytes.len() as u64) as usize;
            let (now, later) = bytes.split_at(room);
            self.block.update(now);
            self.size += now.len() as u64;
            bytes = later;
        }
    }

    /// The block that was read is whole; another begins.
    fn end_block(&mut self) {
        let value = self.block.finalize_non_root();
        self.add_block(ChainingValue(value));
        self.block = Hasher::new();
        self.block.set_input_offset(self.size);
    }

    /// The file is at its end.
    pub fn finish(&mut self) -> Root {
        if let Some(root) = self.root {
            return root;
        }
        let root = match self.blocks().is_empty() {
            true => Root(*self.block.finalize().as_bytes()),
            false => {
                let value = self.block.finalize_non_root();
                self.add_block(ChainingValue(value));
                // There are two blocks at least.
                self.combined().unwrap_or_else(Root::of_nothing)
            }
        };
        self.root = Some(root);
        root
    }

    /// Bytes that have been read.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root, once the file was read to its end.
    pub fn root(&self) -> Option<Root> {
        self.root
    }

    fn blocks(&self) -> &[ChainingValue] {
        self.levels.first().map_or(&[], Vec::as_slice)
    }

    fn add_block(&mut self, value: ChainingValue) {
        let mut value = value;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let row = &mut self.levels[level];
            row.push(value);
            let [.., left, right] = row[..] else { return };
            if !row.len().is_multiple_of(2) {
                return;
            }
            value = ChainingValue::of_pair(left, right);
        }
    }

    fn combined(&self) -> Option<Root> {
        combine(self.blocks().iter().copied())
    }

    /// The segment of this number, once it was read whole, or the file to its end. Not of a small file that
    /// was not read here ([`Self::of_small`]).
    pub fn segment(&self, number: u64) -> Option<Segment> {
        let first = number.checked_mul(SEGMENT)?;
        let end = first.checked_add(SEGMENT)?;
        let all = groups(self.size);
        match self.root {
            // The last block that was read may still grow.
            None if end.saturating_mul(GROUP) >= self.size => return None,
            _ if first >= all => return Some(Segment::NONE),
            _ => {}
        }
        let end = end.min(all);
        let length = bytes(&(first..end), self.size) as u32;
        let value = match all <= BLOCK {
            true if self.block.count() == 0 => return None,
            true => ChainingValue(self.block.finalize_non_root()),
            false => self.over(&(first..end))?,
        };
        Some(Segment { length, value })
    }

    /// The chaining value over these groups, which are a subtree of whole blocks.
    fn over(&self, groups: &Range<u64>) -> Option<ChainingValue> {
        let first = groups.start / BLOCK;
        let count = groups.end.div_ceil(BLOCK).checked_sub(first)?;
        if count.is_power_of_two() && first.is_multiple_of(count) {
            let row = self.levels.get(count.trailing_zeros() as usize)?;
            return row.get((first / count) as usize).copied();
        }
        let middle = middle(groups);
        let left = self.over(&(groups.start..middle))?;
        let right = self.over(&(middle..groups.end))?;
        Some(ChainingValue::of_pair(left, right))
    }

    /// The encoding of the groups `wanted`, which are of one block, in the whole tree. `block` are the bytes of
    /// that block. None if they are not those that were read before, or there is no root yet.
    pub fn encode(&self, wanted: &Range<u64>, block: &[u8]) -> Option<Bytes> {
        let root = self.root?;
        let all = 0..groups(self.size);
        let slice = Slice::new(self, wanted, block)?;
        let is_known = match all.end <= BLOCK {
            true => Root::of(block) == root,
            false => slice.is_known(),
        };
        is_known.then(|| slice.encode(&all)).flatten()
    }

    /// The same beneath the segment that the groups are in, which has been read.
    pub fn encode_in_segment(&self, wanted: &Range<u64>, block: &[u8]) -> Option<Bytes> {
        let number = wanted.start / SEGMENT;
        let segment = self.segment(number)?;
        let first = number * SEGMENT;
        let whole = first..first + u64::from(segment.length).div_ceil(GROUP);
        let slice = Slice::new(self, wanted, block)?;
        let is_known = match self.blocks().is_empty() {
            true => slice.within(&whole) == Some(segment.value),
            false => slice.is_known(),
        };
        is_known.then(|| slice.encode(&whole)).flatten()
    }
}

/// Some groups of one block on their way out.
struct Slice<'a> {
    tree: &'a Tree,
    wanted: &'a Range<u64>,
    /// The groups of the block, their bytes and their values.
    groups: Range<u64>,
    block: &'a [u8],
    values: Vec<ChainingValue>,
}

impl<'a> Slice<'a> {
    fn new(tree: &'a Tree, wanted: &'a Range<u64>, block: &'a [u8]) -> Option<Self> {
        let start = wanted.start / BLOCK * BLOCK;
        let end = (start + BLOCK).min(groups(tree.size));
        let is_one = wanted.start < wanted.end && wanted.end <= end;
        if !is_one || block.len() as u64 != bytes(&(start..end), tree.size) {
            return None;
        }
        let values = block.chunks(GROUP as usize).zip(start..);
        let values = values.map(|(bytes, number)| ChainingValue::of_group(number, bytes));
        Some(Self {
            tree,
            wanted,
            groups: start..end,
            block,
            values: values.collect(),
        })
    }

    /// True if the bytes of the block are those that the tree was made of.
    fn is_known(&self) -> bool {
        let value = self.within(&self.groups);
        value.is_some() && value == self.tree.over(&self.groups)
    }

    /// The value over groups of this block.
    fn within(&self, groups: &Range<u64>) -> Option<ChainingValue> {
        if groups.end - groups.start == 1 {
            let place = groups.start.checked_sub(self.groups.start)?;
            return self.values.get(place as usize).copied();
        }
        let middle = middle(groups);
        let left = self.within(&(groups.start..middle))?;
        let right = self.within(&(middle..groups.end))?;
        Some(ChainingValue::of_pair(left, right))
    }

    fn value(&self, groups: &Range<u64>) -> Option<ChainingValue> {
        let is_within = self.groups.start <= groups.start && groups.end <= self.groups.end;
        match is_within {
            true => self.within(groups),
            false => self.tree.over(groups),
        }
    }

    fn encode(&self, top: &Range<u64>) -> Option<Bytes> {
        let content = bytes(self.wanted, self.tree.size) as usize;
        let mut out = BytesMut::with_capacity(content + 64 * PAIR);
        self.write(top, &mut out)?;
        Some(out.freeze())
    }

    fn write(&self, node: &Range<u64>, out: &mut BytesMut) -> Option<()> {
        if node.end - node.start == 1 {
            let start = ((node.start - self.groups.start) * GROUP) as usize;
            let end = self.block.len().min(start + GROUP as usize);
            out.extend_from_slice(self.block.get(start..end)?);
            return Some(());
        }
        let children = children(node);
        for child in &children {
            out.extend_from_slice(&self.value(child)?.0);
        }
        let on_the_way = children.iter().filter(|child| meet(child, self.wanted));
        on_the_way.map(|child| self.write(child, out)).collect()
    }
}

fn children(node: &Range<u64>) -> [Range<u64>; 2] {
    let middle = middle(node);
    [node.start..middle, middle..node.end]
}

fn meet(one: &Range<u64>, other: &Range<u64>) -> bool {
    one.start < other.end && other.start < one.end
}

/// What came does not lead to the root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what came is not what was offered")]
pub struct Damaged;

/// Checks the encoding of some groups while it comes, in parts of any length.
#[derive(Debug)]
pub struct Decoder {
    /// Where the file ends, as far as that matters here.
    size: u64,
    wanted: Range<u64>,
    /// What is still to come, the next at the end.
    stack: Vec<(Range<u64>, Expected)>,
    pair: Vec<u8>,
    verified: Verified,
    /// The bytes of checked groups, and behind them those of the group that comes.
    content: BytesMut,
}

#[derive(Clone, Copy, Debug)]
enum Expected {
    Root(Root),
    Value(ChainingValue),
}

/// Groups that were checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Which they are.
    pub groups: Range<u64>,
    /// Their bytes.
    pub bytes: Bytes,
    /// Their values.
    pub values: Vec<ChainingValue>,
}

impl Decoder {
    /// For groups of a file of which root and size are stated. At most a block of them, and not behind its
    /// end.
    pub fn new(root: Root, size: u64, wanted: Range<u64>) -> Self {
        let top = (0..groups(size), Expected::Root(root));
        Self::from(top, size, wanted)
    }

    /// For groups of a segment, of which those behind its end are left out.
    pub fn in_segment(segment: Segment, wanted: Range<u64>) -> Self {
        let start = wanted.start / SEGMENT * SEGMENT;
        let size = start * GROUP + u64::from(segment.length);
        let top = (start..groups(size), Expected::Value(segment.value));
        Self::from(top, size, wanted)
    }

    fn from(top: (Range<u64>, Expected), size: u64, wanted: Range<u64>) -> Self {
        let start = wanted.start;
        let wanted = start..wanted.end.min(top.0.end).max(start);
        Self {
            size,
            stack: match wanted.is_empty() {
                true => Vec::new(),
                false => vec![top],
            },
            wanted,
            pair: Vec::new(),
            verified: Verified {
                groups: start..start,
                ..Verified::default()
            },
            content: BytesMut::new(),
        }
    }

    /// True once everything has come.
    pub fn is_whole(&self) -> bool {
        self.stack.is_empty()
    }

    /// Bytes that are still to come.
    pub fn left(&self) -> u64 {
        let left = self.stack.iter().map(|(node, _)| self.length(node));
        let come = self.pair.len() + self.content.len();
        let checked = bytes(&self.verified.groups, self.size);
        left.sum::<u64>() + checked - come as u64
    }

    /// Bytes of the encoding beneath a node.
    fn length(&self, node: &Range<u64>) -> u64 {
        if node.end - node.start == 1 {
            return bytes(node, self.size);
        }
        let children = children(node);
        let on_the_way = children.iter().filter(|child| meet(child, &self.wanted));
        PAIR as u64 + on_the_way.map(|child| self.length(child)).sum::<u64>()
    }

    /// The groups that it is for. Of a segment, those that it has.
    pub fn groups(&self) -> Range<u64> {
        self.wanted.clone()
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// When they are not those of the file, or too many. What was checked before stays.
    pub fn take(&mut self, mut bytes: &[u8]) -> Result<(), Damaged> {
        while !bytes.is_empty() {
            let (node, expected) = self.stack.last().cloned().ok_or(Damaged)?;
            bytes = match node.end - node.start {
                1 => self.take_group(node.start, expected, bytes)?,
                _ => self.take_pair(&node, expected, bytes)?,
            };
        }
        Ok(())
    }

    fn take_pair<'a>(
        &mut self,
        node: &Range<u64>,
        expected: Expected,
        bytes: &'a [u8],
    ) -> Result<&'a [u8], Damaged> {
        let (now, later) = bytes.split_at(bytes.len().min(PAIR - self.pair.len()));
        self.pair.extend_from_slice(now);
        let ([left, right], []) = self.pair.as_chunks::<32>() else {
            return Ok(later);
        };
        let [left, right] = [ChainingValue(*left), ChainingValue(*right)];
        let is_right = match expected {
            Expected::Root(root) => root_of_pair(left, right) == root,
            Expected::Value(value) => ChainingValue::of_pair(left, right) == value,
        };
        if !is_right {
            return Err(Damaged);
        }
        self.pair.clear();
        self.stack.pop();
        let [before, behind] = children(node);
        for (child, value) in [(behind, right), (before, left)] {
            if meet(&child, &self.wanted) {
                self.stack.push((child, Expected::Value(value)));
            }
        }
        Ok(later)
    }

    fn take_group<'a>(
        &mut self,
        number: u64,
        expected: Expected,
        bytes: &'a [u8],
    ) -> Result<&'a [u8], Damaged> {
        let length = self::bytes(&(number..number + 1), self.size) as usize;
        let begins = self.verified.values.len() * GROUP as usize;
        let come = self.content.len() - begins;
        let (now, later) = bytes.split_at(bytes.len().min(length - come));
        if self.content.capacity() == 0 {
            // At most a block.
            let all = self::bytes(&self.wanted, self.size) as usize;
            self.content.reserve(all.min((BLOCK * GROUP) as usize));
        }
        self.content.extend_from_slice(now);
        if come + now.len() < length {
            return Ok(later);
        }
        let group = &self.content[begins..];
        let value = ChainingValue::of_group(number, group);
        let is_right = match expected {
            Expected::Root(root) => Root::of(group) == root,
            Expected::Value(expected) => value == expected,
        };
        if !is_right {
            self.content.truncate(begins);
            return Err(Damaged);
        }
        self.stack.pop();
        self.verified.values.push(value);
        self.verified.groups.end = number + 1;
        Ok(later)
    }

    /// Bytes that it holds.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.content.len() + self.pair.len()
    }

    /// What was checked so far.
    pub fn finish(mut self) -> Verified {
        let groups = &self.verified.groups;
        self.content.truncate(bytes(groups, self.size) as usize);
        self.verified.bytes = self.content.freeze();
        self.verified
    }
}
