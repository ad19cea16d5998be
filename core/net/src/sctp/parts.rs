//! Packets in parts, for what was sent once in a chunk that is too large for the path by now.
//!
//! Such a chunk cannot be cut any more, but its packet can go in several records of the tunnel. A part
//! begins as no packet does, with port 0 (RFC 9260 §3.1), so a peer that knows nothing of parts drops it,
//! as the path would have dropped the packet.

use bytes::{Bytes, BytesMut};
use std::collections::VecDeque;

/// Port 0 (2 bytes), the number of the packet (2), which part this is, from 0, and of how many.
const HEADER: usize = 6;

/// Into how many parts a packet is taken apart at most.
const MOST_PARTS: usize = 4;

/// How many packets may be incomplete. The parts of one leave together, so what is older has lost some.
const MOST_INCOMPLETE: usize = 64;

/// Takes packets apart, and puts those of the peer together.
pub(super) struct Parts {
    /// The largest packet.
    whole: usize,
    /// The number of the next packet.
    number: u16,
    /// Of the peer's packets, those that are incomplete.
    incomplete: VecDeque<Incomplete>,
}

struct Incomplete {
    number: u16,
    parts: Vec<BytesMut>,
}

impl Parts {
    /// `whole`: the largest packet that there is.
    pub(super) fn new(whole: usize) -> Self {
        Self {
            whole,
            number: 0,
            incomplete: VecDeque::new(),
        }
    }

    /// What goes into records of this size: packets, or parts of those that are larger.
    pub(super) fn take_apart(&mut self, packets: Vec<Bytes>, most: usize) -> Vec<Bytes> {
        if packets.iter().all(|packet| packet.len() <= most) {
            return packets;
        }
        let mut records = Vec::new();
        for packet in packets {
            let count = packet.len().div_ceil(most.saturating_sub(HEADER).max(1));
            if packet.len() <= most || count > MOST_PARTS {
                records.push(packet);
                continue;
            }
            let [high, low] = self.number.to_be_bytes();
            self.number = self.number.wrapping_add(1);
            let parts = packet.chunks(packet.len().div_ceil(count));
            records.extend((0..).zip(parts).map(|(nth, part)| {
                let header = [0, 0, high, low, nth, count as u8];
                Bytes::from([&header, part].concat())
            }));
        }
        records
    }

    /// The packet that a record brings: itself, or the one that it completes.
    pub(super) fn join(&mut self, record: BytesMut) -> Option<BytesMut> {
        let Some(&[0, 0, high, low, nth, count]) = record.first_chunk::<HEADER>() else {
            return Some(record);
        };
        let (nth, count) = (usize::from(nth), usize::from(count));
        if nth >= count || !(2..=MOST_PARTS).contains(&count) || record.len() == HEADER {
            return None;
        }
        let number = u16::from_be_bytes([high, low]);
        let is_same = |other: &Incomplete| other.number == number && other.parts.len() == count;
        let at = self.incomplete.iter().position(is_same).unwrap_or_else(|| {
            if self.incomplete.len() == MOST_INCOMPLETE {
                self.incomplete.pop_front();
            }
            let parts = vec![BytesMut::new(); count];
            self.incomplete.push_back(Incomplete { number, parts });
            self.incomplete.len() - 1
        });
        let parts = &mut self.incomplete[at].parts;
        parts[nth] = record;
        if parts.iter().any(BytesMut::is_empty) {
            return None;
        }
        let parts = self.incomplete.remove(at)?.parts;
        let packet: BytesMut = parts.iter().flat_map(|part| &part[HEADER..]).collect();
        (packet.len() <= self.whole).then_some(packet)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WHOLE: usize = 1_195;

    fn packet(length: usize) -> Bytes {
        let ports = [0x13, 0x88, 0x13, 0x88].into_iter();
        ports.chain((4..length).map(|at| at as u8)).collect()
    }

    fn join(parts: &mut Parts, records: &[Bytes]) -> Vec<BytesMut> {
        let records = records.iter().map(|record| BytesMut::from(&record[..]));
        records.filter_map(|record| parts.join(record)).collect()
    }

    #[test]
    fn what_fits_is_left_alone() {
        let packets = vec![packet(491), packet(13)];
        let mut parts = Parts::new(WHOLE);
        assert_eq!(parts.take_apart(packets.clone(), 491), packets);
        assert_eq!(join(&mut parts, &packets), packets);
    }

    #[test]
    fn a_packet_comes_together_from_parts_in_any_order() {
        let (mut ours, mut theirs) = (Parts::new(WHOLE), Parts::new(WHOLE));
        for most in [491, 915, 1_115] {
            let packets = vec![packet(1_192), packet(1_195), packet(100)];
            let mut records = ours.take_apart(packets.clone(), most);
            assert!(records.iter().all(|record| record.len() <= most));
            records.reverse();
            let mut joined = join(&mut theirs, &records);
            joined.reverse();
            assert_eq!(joined, packets);
            assert!(theirs.incomplete.is_empty());
        }
    }

    #[test]
    fn what_is_incomplete_gives_way_to_what_comes_later() {
        let (mut ours, mut theirs) = (Parts::new(WHOLE), Parts::new(WHOLE));
        for _ in 0..3 * MOST_INCOMPLETE {
            let records = ours.take_apart(vec![packet(1_192)], 491);
            assert!(join(&mut theirs, &records[1..]).is_empty());
            assert!(theirs.incomplete.len() <= MOST_INCOMPLETE);
        }
        let records = ours.take_apart(vec![packet(1_192)], 491);
        assert_eq!(join(&mut theirs, &records), [packet(1_192)]);
    }

    #[test]
    fn parts_of_what_would_be_too_large_are_dropped() {
        let mut parts = Parts::new(WHOLE);
        let records: Vec<Bytes> = (0..4_u8)
            .map(|nth| [&[0, 0, 0, 9, nth, 4][..], &[7; 400]].concat().into())
            .collect();
        assert!(join(&mut parts, &records).is_empty());
        assert!(parts.incomplete.is_empty());
    }

    proptest! {
        #[test]
        fn whatever_comes_is_joined_without_harm(
            records in prop::collection::vec(
                prop_oneof![
                    prop::collection::vec(any::<u8>(), 0..40),
                    (0_u8..3, 0_u8..6, 0_u8..6, 0_usize..1_200).prop_map(|(number, nth, count, length)| {
                        [vec![0, 0, 0, number, nth, count], vec![1; length]].concat()
                    }),
                ],
                0..300,
            ),
        ) {
            let mut parts = Parts::new(WHOLE);
            for record in records {
                let joined = parts.join(BytesMut::from(&record[..]));
                prop_assert!(parts.incomplete.len() <= MOST_INCOMPLETE);
                if let Some(packet) = joined {
                    prop_assert!(packet.len() <= WHOLE.max(record.len()));
                }
            }
        }
    }
}
