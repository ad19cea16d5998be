//! What one association sends in pieces, another one of the library's puts together.

use super::super::Sctp;
use super::*;
use crate::path_mtu::{LEAST, MOST};
use handfast_sim::SplitMix64;
use proptest::prelude::*;
use std::time::{Duration, Instant};

const TUNNEL: usize = super::super::TUNNEL;

/// Two associations and the path between them.
struct Line {
    now: Instant,
    ends: [Sctp; 2],
    loss: f64,
    random: SplitMix64,
    /// The largest packet that passes.
    carries: usize,
    /// The sizes of packets sent so far, by each end.
    sent: [Vec<usize>; 2],
}

impl Line {
    fn new() -> Self {
        let now = Instant::now();
        let mut host = Sctp::new(now, true);
        host.connect(now).unwrap();
        let mut line = Self {
            now,
            ends: [host, Sctp::new(now, false)],
            loss: 0.0,
            random: SplitMix64(3),
            carries: usize::MAX,
            sent: [Vec::new(), Vec::new()],
        };
        for _ in 0..10 {
            line.step();
        }
        assert!(line.ends.iter().all(|end| end.is_open));
        line.sent = [Vec::new(), Vec::new()];
        line
    }

    fn step(&mut self) {
        self.now += Duration::from_millis(1);
        for from in 0..2 {
            let now = self.now;
            let end = &mut self.ends[from];
            if end.poll_timeout().is_some_and(|at| at <= now) {
                end.handle_timeout(now);
            }
            let packets: Vec<Bytes> = std::iter::from_fn(|| end.poll_transmit(now))
                .flatten()
                .collect();
            for packet in packets {
                self.sent[from].push(packet.len());
                let is_lost = self.random.share() < self.loss || packet.len() > self.carries;
                if !is_lost {
                    self.ends[1 - from].handle(now, BytesMut::from(&packet[..]));
                }
            }
            while self.ends[1 - from].poll_event().is_some() {}
        }
    }

    /// Sets what both ends send, in bytes of a datagram.
    fn fit(&mut self, size: usize) {
        for end in &mut self.ends {
            end.fit(size);
        }
    }

    fn write(&mut self, message: &Bytes) {
        let now = self.now;
        self.ends[0].write(now, message).unwrap();
    }

    fn read(&mut self, within: Duration) -> Bytes {
        let until = self.now + within;
        loop {
            if let Some(message) = self.ends[1].read(65_536).unwrap() {
                return message;
            }
            assert!(self.now < until, "nothing arrives");
            self.step();
        }
    }
}

/// A message that tells where each byte belongs.
fn message(length: usize, seed: u64) -> Bytes {
    let mut random = SplitMix64(seed);
    (0..length)
        .map(|_| (random.share() * 256.0) as u8)
        .collect()
}

#[test]
fn a_message_arrives_whole_over_every_size_of_path() {
    for size in [MOST, 1_152, 952, LEAST, 100] {
        let mut line = Line::new();
        line.fit(size);
        line.carries = size - TUNNEL;
        for length in [1, 459, 460, 461, 1_164, 1_165, 60_000, 65_536] {
            let whole = message(length, length as u64);
            line.write(&whole);
            assert_eq!(
                line.read(Duration::from_secs(5)),
                whole,
                "{length} at {size}"
            );
        }
        for sent in &line.sent {
            assert!(sent.iter().all(|sent| *sent <= size - TUNNEL));
        }
    }
}

#[test]
fn a_wide_path_is_used_in_full_and_what_the_library_made_is_not_touched() {
    let mut line = Line::new();
    line.fit(LEAST);
    line.write(&message(300, 0));
    line.read(Duration::from_secs(1));
    line.fit(MOST);
    line.write(&message(65_536, 1));
    line.read(Duration::from_secs(1));
    assert!(!line.ends[0].pieces.is_needed);
    assert!(line.sent[0].contains(&((MOST - TUNNEL) & !3)));
}

#[test]
fn nothing_is_kept_of_what_was_acknowledged() {
    let mut line = Line::new();
    for size in [MOST, LEAST, MOST] {
        line.fit(size);
        for _ in 0..50 {
            line.write(&message(20_000, 5));
            line.read(Duration::from_secs(2));
        }
        for _ in 0..100 {
            line.step();
        }
        assert_eq!(line.ends[0].buffered(), 0);
        assert!(line.ends[0].pieces.chunks.is_empty());
    }
}

#[test]
fn what_was_cut_for_a_wide_path_arrives_in_parts_when_it_is_narrow() {
    let mut line = Line::new();
    let (first, second) = (message(60_000, 1), message(60_000, 2));
    line.write(&first);
    line.carries = LEAST - TUNNEL;
    line.step();
    line.fit(LEAST);
    line.sent[0].clear();
    line.write(&second);
    assert_eq!(line.read(Duration::from_secs(5)), first);
    assert_eq!(line.read(Duration::from_secs(5)), second);
    assert!(line.sent[0].iter().all(|sent| *sent <= LEAST - TUNNEL));
}

#[test]
fn an_association_whose_packets_are_too_large_is_stuck_and_says_so() {
    let mut line = Line::new();
    line.carries = 1_000;
    line.write(&message(60_000, 1));
    for _ in 0..4_000 {
        line.step();
    }
    assert!(!line.ends[0].is_stuck(line.now));
    for _ in 0..2_000 {
        line.step();
    }
    assert!(line.ends[0].is_stuck(line.now));
    line.carries = usize::MAX;
    line.read(Duration::from_secs(10));
    assert!(!line.ends[0].is_stuck(line.now));
}

#[test]
fn a_peer_that_reads_nothing_is_not_mistaken_for_a_path_that_carries_nothing() {
    let mut line = Line::new();
    let whole = message(65_536, 1);
    while !line.ends[0].is_held_back {
        if line.ends[0].is_writable() {
            line.write(&whole);
        }
        line.step();
    }
    line.write(&whole);
    for _ in 0..20_000 {
        line.step();
        assert!(!line.ends[0].is_stuck(line.now));
    }
    assert!(line.ends[0].buffered() > 0);
}

#[test]
fn an_acknowledgement_too_long_for_the_path_is_shortened() {
    let reports = 300_u16;
    let mut packet = vec![0; HEADER];
    packet.extend([SACK, 0]);
    packet.extend((16 + 4 * reports + 8).to_be_bytes());
    packet.extend([0, 0, 0, 9, 0, 1, 0, 0]);
    packet.extend(reports.to_be_bytes());
    packet.extend([0, 2]);
    for gap in 0..reports {
        packet.extend([gap * 4 + 2, gap * 4 + 3].map(u16::to_be_bytes).concat());
    }
    packet.extend([0; 8]);
    let packet = Bytes::from(packet);
    let mut pieces = Pieces::new(1_195);
    pieces.set_most(LEAST - TUNNEL);
    let sent = pieces.mend(vec![packet.clone()]);
    let [sent] = &sent[..] else {
        panic!("{} packets", sent.len());
    };
    assert_eq!(sent.len(), (LEAST - TUNNEL) & !3);
    let kept = (sent.len() - HEADER - CHUNK_HEADER) / 4;
    assert_eq!(usize::from(u16::from_be_bytes([sent[24], sent[25]])), kept);
    assert_eq!(sent[26..28], [0, 0]);
    assert_eq!(sent[28..], packet[28..28 + 4 * kept]);
    let said = Some(Acknowledged {
        up_to: 9,
        window: 65_536,
    });
    assert_eq!(pieces.hear(sent), said);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn messages_arrive_in_order_whatever_the_path_does_meanwhile(
        steps in prop::collection::vec((0_usize..5, 1_usize..20_000, 0_usize..30), 1..40),
        loss in 0.0..0.2,
        seed in any::<u64>(),
    ) {
        let mut line = Line::new();
        line.random = SplitMix64(seed);
        line.loss = loss;
        let mut messages = Vec::new();
        for (size, length, time) in steps {
            line.fit([MOST, 1_152, 952, LEAST, 80][size]);
            messages.push(message(length, length as u64));
            line.write(messages.last().unwrap());
            for _ in 0..time {
                line.step();
            }
        }
        for message in messages {
            prop_assert_eq!(line.read(Duration::from_secs(120)), message);
        }
    }

    #[test]
    fn whatever_arrives_is_searched_without_harm(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        kind in 0_u8..5,
    ) {
        let mut line = Line::new();
        line.write(&message(3_000, 1));
        line.step();
        let mut packet = bytes;
        if let Some(first) = packet.get_mut(HEADER) {
            *first = kind;
        }
        let _ = line.ends[0].pieces.hear(&packet);
        let _ = line.ends[0].pieces.mend(vec![packet.into()]);
    }
}
