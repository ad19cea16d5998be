//! A peer that writes its own packets.

use super::*;
use crate::fuzz::checksum;

/// Two associations, open, and the time of their clock.
fn pair() -> (Sctp, Sctp, Instant) {
    let now = Instant::now();
    let (mut host, mut guest) = (Sctp::new(now, true), Sctp::new(now, false));
    host.connect(now).unwrap();
    for _ in 0..4 {
        carry(&mut host, &mut guest, now);
        carry(&mut guest, &mut host, now);
    }
    assert!(host.is_open && guest.is_open);
    (host, guest, now)
}

fn carry(from: &mut Sctp, to: &mut Sctp, now: Instant) {
    while let Some(packets) = from.poll_transmit(now) {
        for packet in packets {
            to.handle(now, BytesMut::from(&packet[..]));
        }
    }
    while to.poll_event().is_some() {}
    while from.poll_event().is_some() {}
}

/// Packets of a message that goes on and on, in pieces of this size.
struct Endless {
    header: Vec<u8>,
    tsn: u32,
    piece: Vec<u8>,
}

impl Endless {
    /// Learns tags and numbers from the beginning of a true one.
    fn after(peer: &mut Sctp, now: Instant, piece: usize) -> Self {
        peer.write(now, &Bytes::from_static(b"x")).unwrap();
        let packets = peer.poll_transmit(now).unwrap();
        let packet = packets.iter().find(|packet| packet[12] == 0).unwrap();
        Self {
            header: packet[..8].to_vec(),
            tsn: u32::from_be_bytes(packet[16..20].try_into().unwrap()),
            piece: vec![7; piece],
        }
    }

    fn next(&mut self, is_first: bool) -> BytesMut {
        let mut packet = self.header.clone();
        packet.extend([0; 4]);
        packet.extend([0, if is_first { 2 } else { 0 }]);
        packet.extend((16 + self.piece.len() as u16).to_be_bytes());
        packet.extend(self.tsn.to_be_bytes());
        packet.extend([0, 0, 0, 0, 0, 0, 0, 53]);
        packet.extend(&self.piece);
        packet.resize(packet.len().next_multiple_of(4), 0);
        let sum = checksum(&packet);
        packet[8..12].copy_from_slice(&sum.to_le_bytes());
        self.tsn = self.tsn.wrapping_add(1);
        BytesMut::from(&packet[..])
    }
}

#[test]
fn an_association_is_opened_whatever_packet_of_its_opening_is_lost() {
    for lost in 0..4 {
        let mut now = Instant::now();
        let (mut host, mut guest) = (Sctp::new(now, true), Sctp::new(now, false));
        host.connect(now).unwrap();
        let began = now;
        let mut sent = 0;
        while !(host.is_open && guest.is_open) {
            assert!(now < began + Duration::from_secs(3), "packet {lost}");
            for end in [&mut host, &mut guest] {
                if end.poll_timeout().is_some_and(|at| at <= now) {
                    end.handle_timeout(now);
                }
            }
            for side in 0..2 {
                let [from, to] = match side {
                    0 => [&mut host, &mut guest],
                    _ => [&mut guest, &mut host],
                };
                for packet in from.poll_transmit(now).into_iter().flatten() {
                    if sent != lost {
                        to.handle(now, BytesMut::from(&packet[..]));
                    }
                    sent += 1;
                }
                while to.poll_event().is_some() {}
            }
            now += Duration::from_millis(10);
        }
    }
}

#[test]
fn a_message_without_end_is_refused_before_it_fills_the_memory() {
    for piece in [1, 1_100] {
        let (mut host, mut guest, now) = pair();
        let mut endless = Endless::after(&mut guest, now, piece);
        let mut acknowledged = 0;
        let refused_after = (0..300_000).position(|count| {
            host.handle(now, endless.next(count == 0));
            while let Some(packets) = host.poll_transmit(now) {
                for packet in &packets {
                    if packet.get(12) == Some(&3) {
                        acknowledged = u32::from_be_bytes(packet[16..20].try_into().unwrap());
                    }
                }
            }
            host.read(handfast_protocol::link::MAX_MESSAGE).is_err()
        });
        let chunks = refused_after.expect("a refusal");
        // The library had taken in all of it.
        assert!(chunks > 40_000, "{chunks}");
        assert!(endless.tsn.wrapping_sub(acknowledged) < 10);
        assert!(chunks * (piece + CHUNK_COST) <= MOST_HELD, "{chunks}");
    }
}

#[test]
fn repetitions_are_forgotten_in_time() {
    let (mut host, mut guest, now) = pair();
    let message = Bytes::from(vec![7; 1_000]);
    // Two of three are repetitions: so many that they would reach the limit.
    for _ in 0..MOST_HELD / (2 * (1_000 + CHUNK_COST)) + 1 {
        guest.write(now, &message).unwrap();
        while let Some(packets) = guest.poll_transmit(now) {
            for packet in packets {
                for _ in 0..3 {
                    host.handle(now, BytesMut::from(&packet[..]));
                }
            }
        }
        assert_eq!(host.read(1_000), Ok(Some(message.clone())));
        carry(&mut host, &mut guest, now);
    }
}
