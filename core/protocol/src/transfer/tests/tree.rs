//! What is encoded is read, and nothing else is.

use super::super::tree::*;
use super::{block, content};
use bytes::Bytes;
use proptest::prelude::*;
use std::ops::Range;

const KIB: usize = 1 << 10;

/// Lengths on either side of every border that the tree has.
const LENGTHS: &[usize] = &[
    1,
    1024,
    1025,
    16 * KIB - 1,
    16 * KIB,
    16 * KIB + 1,
    48 * KIB,
    256 * KIB - 1,
    256 * KIB,
    256 * KIB + 1,
    512 * KIB,
    513 * KIB,
    3 * 256 * KIB + 17 * KIB,
    (5 << 20) + 3,
    16 << 20,
    (16 << 20) + 1,
    (33 << 20) + 20 * KIB,
];

fn tree(content: &[u8]) -> Tree {
    let mut tree = Tree::new();
    for part in content.chunks(100_003) {
        tree.update(part);
    }
    tree.finish();
    tree
}

fn root(content: &[u8]) -> Root {
    Root(*blake3::hash(content).as_bytes())
}

fn decode(mut decoder: Decoder, encoding: &[u8], step: usize) -> Result<Verified, Damaged> {
    for part in encoding.chunks(step) {
        assert!(decoder.left() >= part.len() as u64);
        decoder.take(part)?;
    }
    assert!(decoder.is_whole());
    assert_eq!(decoder.left(), 0);
    Ok(decoder.finish())
}

fn slice<'a>(content: &'a [u8], groups: &Range<u64>) -> &'a [u8] {
    let end = content.len().min((groups.end * GROUP) as usize);
    &content[(groups.start * GROUP) as usize..end]
}

/// Some ranges of one block each: the first, the last, and some between.
fn ranges(size: usize) -> Vec<Range<u64>> {
    let all = groups(size as u64);
    let last = (all - 1) / BLOCK * BLOCK;
    let mut ranges = vec![0..all.min(BLOCK), 0..1, last..all, all - 1..all];
    let middle = all / 2;
    let end = (middle / BLOCK * BLOCK + BLOCK).min(all);
    ranges.push(middle..end);
    if middle + 2 < end {
        ranges.push(middle + 1..middle + 2);
    }
    ranges
}

#[test]
fn the_root_is_the_hash_of_the_file() {
    for &length in LENGTHS {
        let content = content(length);
        assert_eq!(tree(&content).root(), Some(root(&content)), "{length}");
        assert_eq!(Root::of(&content), root(&content));
        let numbered = content.chunks(GROUP as usize).zip(0..);
        let values = numbered.map(|(bytes, n)| ChainingValue::of_group(n, bytes));
        let combined = combine(values);
        assert_eq!(combined, (length > GROUP as usize).then(|| root(&content)));
    }
    assert_eq!(Tree::new().finish(), Root::of_nothing());
    assert_eq!(combine([]), None);
}

#[test]
fn every_block_is_read_by_the_root_in_parts_of_any_length() {
    for &length in LENGTHS {
        let content = content(length);
        let tree = tree(&content);
        for range in ranges(length) {
            let bytes = block(&content, range.start);
            let encoding = tree.encode(&range, bytes).expect("it has a root");
            let decoder = Decoder::new(root(&content), length as u64, range.clone());
            assert_eq!(decoder.left(), encoding.len() as u64);
            let step = [7, 64, 999, 16_000, 1 << 20][length % 5];
            let verified = decode(decoder, &encoding, step).expect("the file");
            assert_eq!(verified.groups, range);
            assert_eq!(verified.bytes, slice(&content, &range));
            let values = content.chunks(GROUP as usize).zip(0..);
            let values: Vec<_> = values
                .skip(range.start as usize)
                .take((range.end - range.start) as usize)
                .map(|(bytes, n)| ChainingValue::of_group(n, bytes))
                .collect();
            assert_eq!(verified.values, values);
        }
    }
}

#[test]
fn every_block_is_read_beneath_its_segment_before_the_root_is_known() {
    let length = (33 << 20) + 20 * KIB;
    let content = content(length);
    let mut growing = Tree::new();
    assert_eq!(growing.segment(0), None);
    growing.update(&content[..16 << 20]);
    assert_eq!(growing.segment(0), None, "its last block may still grow");
    growing.update(&content[16 << 20..(32 << 20) + 1]);
    let whole = tree(&content);
    for number in 0..2 {
        let segment = growing.segment(number).expect("whole");
        assert_eq!(segment.length, Segment::LENGTH);
        assert_eq!(whole.segment(number), Some(segment));
    }
    assert_eq!(growing.segment(2), None);
    let last = whole.segment(2).expect("the end");
    assert_eq!(last.length as usize, (1 << 20) + 20 * KIB);
    assert_eq!(whole.segment(3), Some(Segment::NONE));
    assert_eq!(whole.segment(u64::MAX), None);
    for (tree, range) in [
        (&growing, 0..16),
        (&growing, 1024 + 32..1024 + 48),
        (&growing, 2047..2048),
        (&whole, 2048..2064),
        (&whole, 2112..2114),
    ] {
        let bytes = block(&content, range.start);
        let encoding = tree.encode_in_segment(&range, bytes).expect("it was read");
        let segment = tree.segment(range.start / SEGMENT).expect("it was read");
        let decoder = Decoder::in_segment(segment, range.clone());
        let verified = decode(decoder, &encoding, 16_000).expect("the file");
        assert_eq!(verified.bytes, slice(&content, &verified.groups));
        assert_eq!(verified.groups, range);
    }
    assert_eq!(growing.encode(&(0..16), block(&content, 0)), None);
}

#[test]
fn a_short_file_is_read_beneath_its_segment_too() {
    for length in [1, 16 * KIB, 16 * KIB + 1, 256 * KIB, 257 * KIB] {
        let content = content(length);
        let tree = tree(&content);
        let segment = tree.segment(0).expect("read");
        assert_eq!(segment.length as usize, length);
        let wanted = 0..BLOCK;
        let decoder = Decoder::in_segment(segment, wanted.clone());
        let groups = decoder.groups();
        let encoding = tree.encode_in_segment(&groups, block(&content, 0));
        let verified = decode(decoder, &encoding.expect("read"), 999).expect("the file");
        assert_eq!(verified.bytes, slice(&content, &groups));
    }
    let nothing = Decoder::in_segment(Segment::NONE, 0..16);
    assert!(nothing.is_whole() && nothing.groups().is_empty());
    let behind = Decoder::in_segment(
        Segment {
            length: 5,
            ..Segment::NONE
        },
        16..32,
    );
    assert!(behind.is_whole() && behind.groups().is_empty());
}

#[test]
fn a_tree_that_was_kept_serves_as_before() {
    for &length in LENGTHS {
        let content = content(length);
        let (tree, size) = (tree(&content), length as u64);
        let kept = tree.to_bytes();
        let again = Tree::from_bytes(size, root(&content), &kept).expect("whole");
        for range in ranges(length) {
            let bytes = block(&content, range.start);
            assert_eq!(again.encode(&range, bytes), tree.encode(&range, bytes));
        }
        if !kept.is_empty() {
            let mut other = kept.clone();
            other[length % kept.len()] ^= 1;
            assert!(Tree::from_bytes(size, root(&content), &other).is_none());
            assert!(Tree::from_bytes(size, root(&content), &kept[1..]).is_none());
            assert!(Tree::from_bytes(size + (1 << 18), root(&content), &kept).is_none());
        }
    }
}

#[test]
fn bytes_that_changed_since_are_not_sent() {
    for &length in LENGTHS {
        let mut content = content(length);
        let tree = tree(&content);
        let range = ranges(length).pop().expect("one");
        let start = (range.start / BLOCK * BLOCK * GROUP) as usize;
        content[start] ^= 1;
        assert_eq!(tree.encode(&range, block(&content, range.start)), None);
        let shorter = &block(&content, range.start)[1..];
        assert_eq!(tree.encode(&range, shorter), None);
    }
}

#[test]
fn another_size_is_found_out_by_the_last_group() {
    for (length, stated) in [
        (40 * KIB, 40 * KIB + 1),
        (40 * KIB, 40 * KIB - 1),
        (32 * KIB, 48 * KIB),
        (16 * KIB, 17 * KIB),
        (17 * KIB, 16 * KIB),
        (300 * KIB, 1 << 40),
        (1 << 20, (1 << 20) - 16 * KIB),
    ] {
        let content = content(length);
        let tree = tree(&content);
        let last = groups(stated as u64) - 1;
        let mine = last.min(groups(length as u64) - 1);
        let encoding = tree.encode(&(mine..mine + 1), block(&content, mine));
        let mut decoder = Decoder::new(root(&content), stated as u64, last..last + 1);
        let taken = decoder.take(&encoding.expect("read"));
        assert!(taken.is_err() || !decoder.is_whole(), "{length} {stated}");
        assert!(decoder.finish().bytes.is_empty());
    }
}

fn cases() -> impl Strategy<Value = (usize, u64, u64)> {
    (1_usize..900 * KIB, any::<u64>(), 1_u64..=16)
}

fn range(length: usize, first: u64, count: u64) -> Range<u64> {
    let all = groups(length as u64);
    let first = first % all;
    let end = (first + count).min((first / BLOCK + 1) * BLOCK).min(all);
    first..end
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_length_a_slice_is_read((length, first, count) in cases(), step in 1_usize..20_000) {
        let content = content(length);
        let range = range(length, first, count);
        let encoding = tree(&content).encode(&range, block(&content, range.start));
        let decoder = Decoder::new(root(&content), length as u64, range.clone());
        let verified = decode(decoder, &encoding.expect("read"), step).expect("the file");
        prop_assert_eq!(&verified.bytes, slice(&content, &range));
        prop_assert_eq!(verified.groups, range);
    }

    #[test]
    fn one_changed_bit_is_found_and_what_came_before_it_is_kept(
        (length, first, count) in cases(),
        at: prop::sample::Index,
        bit in 0_u8..8,
    ) {
        let content = content(length);
        let range = range(length, first, count);
        let encoding = tree(&content).encode(&range, block(&content, range.start));
        let mut encoding = encoding.expect("read").to_vec();
        *at.get_mut(&mut encoding) ^= 1 << bit;
        let mut decoder = Decoder::new(root(&content), length as u64, range.clone());
        prop_assert_eq!(decoder.take(&encoding), Err(Damaged));
        let verified = decoder.finish();
        prop_assert!(verified.groups.end < range.end);
        prop_assert_eq!(&verified.bytes, slice(&content, &verified.groups));
        prop_assert_eq!(verified.values.len() as u64, verified.groups.end - verified.groups.start);
    }

    #[test]
    fn nothing_is_read_of_what_is_no_encoding(bytes: Vec<u8>, size in 1_u64.., first: u64) {
        let all = groups(size);
        let first = first % all;
        let mut decoder = Decoder::new(Root([7; 32]), size, first..first + 1);
        let taken = decoder.take(&bytes);
        prop_assert!(taken.is_err() || decoder.left() > 0);
        prop_assert_eq!(decoder.finish().bytes, Bytes::new());
    }

    #[test]
    fn what_follows_an_encoding_is_refused(length in 1_usize..100_000, more in 1_usize..100) {
        let content = content(length);
        let encoding = tree(&content).encode(&(0..1), block(&content, 0)).expect("read");
        let longer = [&encoding[..], &vec![0; more]].concat();
        let mut decoder = Decoder::new(root(&content), length as u64, 0..1);
        prop_assert_eq!(decoder.take(&longer), Err(Damaged));
        prop_assert_eq!(decoder.finish().bytes, slice(&content, &(0..1)));
    }
}
