//! For fuzzing alone: ways in for whatever strangers and peers may send.

use super::certificate::TunnelCertificate;
use super::dtls::{Dtls, DtlsEvent};
use super::sctp::Sctp;
use super::{knock, reflexive};
use bytes::{Bytes, BytesMut};
use handfast_token::{InvitationKeys, Secret};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Everything that is done with a datagram before it is known to be a knock.
pub fn a_knock(datagram: &[u8], keys: &InvitationKeys) {
    let host_credentials = keys.host_ice();
    let _ = knock::knocker(datagram, keys, &host_credentials);
    let _ = knock::is_refusal(datagram, &host_credentials);
    let guest = keys.guest_ice(handfast_token::Fingerprint([9; 32]));
    let _ = knock::is_peers_check(datagram, &host_credentials, &guest, false);
    let _ = knock::is_success(datagram, &host_credentials);
    let _ = knock::knows_no_tunnel(datagram);
    if let Some(answer) = knock::without_tunnel(datagram, &host_credentials) {
        assert!(knock::is_success(&answer, &host_credentials) && knock::knows_no_tunnel(&answer));
    }
    reflexive::fuzz(datagram);
    if let Some(answer) = knock::refusal(datagram, &host_credentials) {
        assert!(knock::is_refusal(&answer, &host_credentials));
    }
}

/// Cuts bytes into datagrams: two bytes say how long each is.
fn pieces(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (length, rest) = bytes.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_le_bytes(*length)).min(rest.len());
        let (piece, rest) = rest.split_at(length);
        bytes = rest;
        Some(piece)
    })
}

fn certificates(are_contacts: bool) -> &'static [TunnelCertificate; 2] {
    static CERTIFICATES: OnceLock<[[TunnelCertificate; 2]; 2]> = OnceLock::new();
    let made = CERTIFICATES.get_or_init(|| {
        let fresh = || TunnelCertificate::generate().expect("the operating system's randomness");
        let of = |fill| TunnelCertificate::of_scalar(&Secret::new([fill; 32])).expect("a scalar");
        [[fresh(), fresh()], [of(1), of(2)]]
    });
    &made[usize::from(are_contacts)]
}

/// Two ends of a tunnel, after so many exchanges between them; it stands after four.
fn tunnel(now: Instant, exchanges: u8, are_contacts: bool) -> [Dtls; 2] {
    let [host, guest] = certificates(are_contacts);
    let begin = |is_client, own: &TunnelCertificate, other: &TunnelCertificate| {
        let cookie = are_contacts.then_some(&[7; 20]);
        Dtls::new(now, is_client, own, other.fingerprint(), cookie).expect("a tunnel")
    };
    let mut ends = [begin(true, guest, host), begin(false, host, guest)];
    let mut to_server: Vec<BytesMut> = ends[0].first_flight().to_vec();
    for _ in 0..exchanges {
        let [client, server] = &mut ends;
        for datagram in to_server.drain(..) {
            let _ = server.handle(now, datagram);
        }
        while let Some(datagram) = server.poll_transmit() {
            let _ = client.handle(now, datagram);
        }
        to_server.extend(std::iter::from_fn(|| client.poll_transmit()));
    }
    ends
}

/// Datagrams at either end of a tunnel that is being made or stands. A standing tunnel goes on.
pub fn a_tunnel(bytes: &[u8]) {
    let Some((&[way, exchanges], bytes)) = bytes.split_first_chunk() else {
        return;
    };
    let mut now = Instant::now();
    let mut ends = tunnel(now, exchanges % 5, way & 2 != 0);
    let was_open = ends.iter().all(Dtls::is_open);
    let at = usize::from(way & 1);
    for datagram in pieces(bytes) {
        now += Duration::from_millis(5);
        let _ = super::dtls::greeting(datagram);
        let heard = ends[at].handle(now, BytesMut::from(datagram));
        let is_sealed = heard.is_ok_and(|heard| heard.events.is_empty());
        assert!(is_sealed || !was_open, "a stranger was taken for the peer");
        ends[at].handle_timeout(now);
    }
    if was_open {
        ends[1 - at].write(now, b"still here");
        let mut heard = None;
        while let Some(datagram) = ends[1 - at].poll_transmit() {
            let events = ends[at].handle(now, datagram).map(|heard| heard.events);
            heard = heard.or_else(|| match events.ok()?.pop()? {
                DtlsEvent::Data(data) => Some(data),
                _ => None,
            });
        }
        assert_eq!(heard.as_deref(), Some(&b"still here"[..]));
    }
}

/// Packets from an authenticated peer, with the right tag and checksum.
pub fn an_association(bytes: &[u8]) {
    let Some((&[way], bytes)) = bytes.split_first_chunk() else {
        return;
    };
    let now = Instant::now();
    let (mut host, mut guest) = (Sctp::new(now, true), Sctp::new(now, false));
    if host.connect(now).is_err() {
        return;
    }
    for _ in 0..way % 4 {
        carry(&mut host, &mut guest, now);
        carry(&mut guest, &mut host, now);
    }
    let _ = guest.write(now, &Bytes::from_static(b"x"));
    let header = guest
        .poll_transmit(now)
        .and_then(|packets| packets.first()?.get(..8).map(<[u8]>::to_vec))
        .unwrap_or_else(|| vec![0x13, 0x88, 0x13, 0x88, 0, 0, 0, 0]);
    let _ = host.write(now, &Bytes::from_static(&[7; 3_000]));
    while host.poll_transmit(now).is_some() {}
    for (count, chunks) in (1..).zip(pieces(bytes)) {
        let now = now + Duration::from_millis(count);
        let mut packet = [&header[..], &[0; 4], chunks].concat();
        if let [0 | 192, ..] = way.to_be_bytes() {
            // An INIT has no tag (RFC 9260 §8.5.1).
            packet[4..8].fill(0);
        }
        let sum = checksum(&packet);
        packet[8..12].copy_from_slice(&sum.to_le_bytes());
        host.handle(now, BytesMut::from(&packet[..]));
        while host.poll_event().is_some() {}
        while host.poll_transmit(now).is_some() {}
        let _ = host.read(handfast_protocol::link::MAX_MESSAGE);
        host.handle_timeout(now);
    }
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

/// CRC-32C (RFC 9260, appendix A).
pub(super) fn checksum(packet: &[u8]) -> u32 {
    !packet.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| {
            (sum >> 1) ^ (0x82f6_3b78 * (sum & 1))
        })
    })
}
