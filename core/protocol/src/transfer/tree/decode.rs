//! The receiver's side: bytes go in as they come, and only what leads to the root comes out.

use super::{
    BLOCK, ChainingValue, GROUP, PAIR, Root, SEGMENT, Segment, bytes, children, groups, meet,
    root_of_pair,
};
use bytes::{Bytes, BytesMut};
use std::ops::Range;

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
        come: &'a [u8],
    ) -> Result<&'a [u8], Damaged> {
        let length = bytes(&(number..number + 1), self.size) as usize;
        let begins = self.verified.values.len() * GROUP as usize;
        let before = self.content.len() - begins;
        let (now, later) = come.split_at(come.len().min(length - before));
        if self.content.capacity() == 0 {
            // At most a block.
            let all = bytes(&self.wanted, self.size) as usize;
            self.content.reserve(all.min((BLOCK * GROUP) as usize));
        }
        self.content.extend_from_slice(now);
        if before + now.len() < length {
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
    pub(in super::super) fn held(&self) -> usize {
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
