//! The sender's side: the tree of a file that is read, and the encoding of its groups.

use super::{
    BLOCK, ChainingValue, GROUP, PAIR, Root, SEGMENT, Segment, bytes, children, combine, groups,
    meet, middle,
};
use blake3::Hasher;
use blake3::hazmat::HasherExt;
use bytes::{Bytes, BytesMut};
use std::ops::Range;

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
