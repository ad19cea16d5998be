//! What passes the fence, and how little a stranger's records do to it.

use super::*;
use proptest::prelude::*;

const CERTIFICATE: u8 = 11;

fn record(kind: u8, epoch: u8, body: &[u8]) -> Vec<u8> {
    let [high, low] = (body.len() as u16).to_be_bytes();
    let header = [
        kind, 254, 253, 0, epoch, 255, 255, 255, 255, 255, 9, high, low,
    ];
    [&header[..], body].concat()
}

/// A piece of message `number`, which has `length` bytes in all.
fn piece(kind: u8, number: u16, length: usize, offset: usize, body: &[u8]) -> Vec<u8> {
    let [l, o, b] = [length, offset, body.len()].map(|n| (n as u32).to_be_bytes());
    let [m, n] = number.to_be_bytes();
    let header = [
        kind, l[1], l[2], l[3], m, n, o[1], o[2], o[3], b[1], b[2], b[3],
    ];
    [&header[..], body].concat()
}

fn whole(kind: u8, number: u16, body: &[u8]) -> Vec<u8> {
    record(HANDSHAKE, 0, &piece(kind, number, body.len(), 0, body))
}

fn client() -> (Fence, Instant) {
    (Fence::new(true, None), Instant::now())
}

/// The bodies of the messages in what the library is handed, which has to be whole and in order.
fn bodies(fence: &mut Fence) -> Vec<Vec<u8>> {
    let first = fence.taken();
    let Some(datagram) = fence.messages() else {
        return Vec::new();
    };
    let mut bodies = Vec::new();
    for record in records(&datagram) {
        let pieces: Vec<_> = Piece::all(record.body).collect();
        assert_eq!((record.epoch, record.kind, pieces.len()), (0, HANDSHAKE, 1));
        assert_eq!(usize::from(pieces[0].number - first), bodies.len());
        assert_eq!(
            (pieces[0].offset, pieces[0].length),
            (0, pieces[0].body.len())
        );
        bodies.push(pieces[0].body.to_vec());
    }
    bodies
}

#[test]
fn messages_are_handed_on_whole_and_in_order_whatever_order_they_came_in() {
    let (mut fence, now) = client();
    assert!(!fence.sort(now, &whole(CERTIFICATE, 1, b"second")).is_news);
    let end = record(HANDSHAKE, 0, &piece(2, 0, 5, 3, b"st"));
    assert!(!fence.sort(now, &end).is_news, "behind a gap");
    let begin = record(HANDSHAKE, 0, &piece(2, 0, 5, 0, b"fir"));
    assert!(!fence.sort(now, &begin).is_news);
    assert!(bodies(&mut fence).is_empty());
    assert!(fence.sort(now, &end).is_news);
    assert_eq!(bodies(&mut fence), [&b"first"[..], b"second"]);
    let again = fence.sort(now, &begin);
    assert_eq!((again.is_news, again.is_repetition), (false, true));
}

#[test]
fn an_empty_message_is_a_message_and_an_empty_piece_is_nothing() {
    let (mut fence, now) = client();
    let empty = record(HANDSHAKE, 0, &piece(2, 0, 5, 0, b""));
    for _ in 0..100_000 {
        fence.sort(now, &empty);
    }
    assert!(fence.partial.iter().all(Option::is_none));
    assert!(fence.sort(now, &whole(14, 0, b"")).is_news);
    assert_eq!(bodies(&mut fence), [b""]);
}

#[test]
fn what_contradicts_the_first_piece_or_is_too_long_is_dropped() {
    let (mut fence, now) = client();
    fence.sort(now, &record(HANDSHAKE, 0, &piece(2, 0, 5, 0, b"fir")));
    for other in [
        piece(2, 0, 6, 3, b"st"),
        piece(3, 0, 5, 3, b"st"),
        piece(2, 0, 5, 3, b"sts"),
        piece(2, 0, 1 << 20, 0, b"fir"),
        piece(2, WINDOW, 5, 0, b"later"),
    ] {
        assert!(!fence.sort(now, &record(HANDSHAKE, 0, &other)).is_news);
    }
    fence.sort(now, &record(HANDSHAKE, 0, &piece(2, 0, 5, 3, b"st")));
    assert_eq!(bodies(&mut fence), [b"first"]);
}

#[test]
fn a_server_that_knows_no_address_yet_takes_greetings_only() {
    let (mut fence, now) = (Fence::new(false, None), Instant::now());
    assert!(!fence.sort(now, &whole(CERTIFICATE, 0, b"early")).is_news);
    assert!(fence.sort(now, &whole(CLIENT_HELLO, 0, b"hello")).is_news);
    assert_eq!(bodies(&mut fence), [b"hello"]);
    assert!(!fence.sort(now, &whole(CERTIFICATE, 2, b"early")).is_news);
    fence.sort(now, &whole(CLIENT_HELLO, 1, b"cookie"));
    assert_eq!(bodies(&mut fence), [b"cookie"]);
    fence.sort(now, &whole(CERTIFICATE, 2, b"mine"));
    assert_eq!(bodies(&mut fence), [b"mine"]);
}

/// A greeting with that cookie.
fn hello(cookie: &[u8]) -> Vec<u8> {
    let front = [&[254, 253][..], &[9; 32], &[0, cookie.len() as u8]].concat();
    [&front[..], cookie, b"behind"].concat()
}

#[test]
fn a_server_that_knows_the_cookie_is_begun_by_the_greeting_that_shows_it() {
    let (mut fence, now) = (Fence::new(false, Some([7; 20])), Instant::now());
    for other in [
        whole(CLIENT_HELLO, 0, &hello(b"")),
        whole(CLIENT_HELLO, 1, &hello(b"")),
        whole(CLIENT_HELLO, 1, &hello(&[8; 20])),
        whole(CLIENT_HELLO, 1, &hello(&[7; 20])[..40]),
        whole(CERTIFICATE, 1, &hello(&[7; 20])),
    ] {
        assert!(!fence.sort(now, &other).is_news);
    }
    let shown = hello(&[7; 20]);
    assert!(fence.sort(now, &whole(CLIENT_HELLO, 1, &shown)).is_news);
    assert_eq!(bodies(&mut fence), [hello(b"")], "as it was asked for it");
    assert_eq!(bodies(&mut fence), [shown]);
    fence.sort(now, &whole(CERTIFICATE, 2, b"mine"));
    assert_eq!(bodies(&mut fence), [b"mine"]);
}

#[test]
fn alerts_and_data_in_the_clear_and_keys_of_tomorrow_reach_nobody() {
    let (mut fence, now) = client();
    for (kind, epoch) in [(ALERT, 0), (APPLICATION_DATA, 0), (24, 0), (HANDSHAKE, 2)] {
        let sorted = fence.sort(now, &record(kind, epoch, &[2, 40]));
        assert_eq!(sorted, Sorted::default());
    }
    fence.sort(now, &record(CHANGE_CIPHER_SPEC, 0, &[1]));
    assert!(fence.messages().is_none());
    assert_eq!(fence.sealed().unwrap()[0], CHANGE_CIPHER_SPEC);
    assert!(fence.sealed().is_none());
}

#[test]
fn what_is_sealed_waits_for_its_cipher_and_little_of_it_waits() {
    let (mut fence, now) = client();
    for number in 0..100_u8 {
        fence.sort(now, &record(APPLICATION_DATA, 1, &[number; 30]));
        fence.sort(now, &record(HANDSHAKE, 1, &[number; 40]));
    }
    assert!(fence.sealed().is_none(), "nobody said that it is sealed");
    fence.sort(now, &record(CHANGE_CIPHER_SPEC, 0, &[1]));
    let handed: Vec<u8> = std::iter::from_fn(|| fence.sealed())
        .map(|record| record[0])
        .collect();
    assert_eq!(handed.len(), 1 + MOST_EARLY);
    assert_eq!(handed[0], CHANGE_CIPHER_SPEC);
    // There is room again for the last message of the handshake, a second later at the latest.
    let later = now + Duration::from_secs(1);
    fence.sort(later, &record(HANDSHAKE, 1, &[7; 40]));
    assert_eq!(fence.sealed().unwrap()[RECORD_HEADER], 7);
    // Data under keys that nobody has proved to hold yet is limited for good.
    for _ in 0..100 {
        fence.sort(later, &record(APPLICATION_DATA, 1, &[1; 30]));
    }
    let more = std::iter::from_fn(|| fence.sealed()).count();
    assert!(more <= MOST_EARLY, "{more}");
}

#[test]
fn a_strangers_number_of_a_record_is_not_handed_on() {
    let (mut fence, now) = client();
    fence.sort(now, &whole(2, 0, b"far ahead"));
    let messages = fence.messages().unwrap();
    assert_eq!(messages[5..11], [0; 6]);
}

#[test]
fn a_standing_tunnel_takes_sealed_records_only() {
    let data = record(APPLICATION_DATA, 1, &[7; 40]);
    let flight = [
        whole(CERTIFICATE, 2, b"mine"),
        record(CHANGE_CIPHER_SPEC, 0, &[1]),
        record(HANDSHAKE, 1, &[7; 40]),
    ]
    .concat();
    let of = |datagram: &[u8]| of_standing(BytesMut::from(datagram));
    assert_eq!(of(&data), (Some(BytesMut::from(&data[..])), false));
    assert_eq!(of(&flight), (None, true));
    let both = [&flight[..], &data].concat();
    assert_eq!(of(&both), (Some(BytesMut::from(&data[..])), true));
    for (kind, epoch) in [(APPLICATION_DATA, 0), (ALERT, 0), (APPLICATION_DATA, 2)] {
        assert_eq!(of(&record(kind, epoch, &[7; 40])), (None, false));
    }
    assert_eq!(of(&record(ALERT, 1, &[1, 0])), (None, false), "not sealed");
}

#[test]
fn only_the_first_piece_of_a_greeting_tells_whose_it_is() {
    let hello: Vec<u8> = [&[254, 253][..], &[9; 32], &[0; 1_379]].concat();
    let first = piece(CLIENT_HELLO, 0, hello.len(), 0, &hello[..1_100]);
    let second = piece(CLIENT_HELLO, 0, hello.len(), 1_100, &hello[1_100..]);
    assert_eq!(greeting(&record(HANDSHAKE, 0, &first)), Some([9; 32]));
    assert_eq!(greeting(&record(HANDSHAKE, 0, &second)), None);
    let mut fence = Fence::new(false, None);
    let now = Instant::now();
    fence.sort(now, &record(HANDSHAKE, 0, &first));
    fence.sort(now, &record(HANDSHAKE, 0, &second));
    assert_eq!(bodies(&mut fence), [hello]);
}

/// What the fence holds, in bytes.
fn held(fence: &Fence) -> usize {
    let partial = fence.partial.iter().flatten().map(|p| p.bytes.capacity());
    let early = fence.early.iter().map(BytesMut::len);
    partial.sum::<usize>() + early.sum::<usize>()
}

proptest! {
    #[test]
    fn whatever_arrives_is_sorted_without_harm(
        datagrams in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..20),
        kind in 20_u8..25,
        epoch in 0_u8..3,
    ) {
        let (mut fence, now) = client();
        for datagram in &datagrams {
            let _ = greeting(datagram);
            fence.sort(now, datagram);
            fence.sort(now, &record(kind, epoch, datagram));
            let _ = of_standing(BytesMut::from(&record(kind, epoch, datagram)[..]));
            bodies(&mut fence);
            prop_assert!(held(&fence) <= 2 * usize::from(WINDOW) * LONGEST_MESSAGE + 16 * 2061);
        }
    }

    #[test]
    fn a_flight_in_pieces_that_come_in_any_order_and_more_than_once_is_put_together(
        lengths in prop::collection::vec(0_usize..400, 1..5),
        size in 20_usize..200,
        order in prop::collection::vec(any::<prop::sample::Index>(), 600),
    ) {
        let (mut fence, now) = client();
        let messages: Vec<Vec<u8>> =
            lengths.iter().zip(1..).map(|(length, fill)| vec![fill; *length]).collect();
        let mut pieces = Vec::new();
        for (number, message) in messages.iter().enumerate() {
            for offset in (0..message.len().max(1)).step_by(size) {
                let body = &message[offset..message.len().min(offset + size)];
                let piece = piece(CERTIFICATE, number as u16, message.len(), offset, body);
                pieces.push(record(HANDSHAKE, 0, &piece));
            }
        }
        let mut handed = Vec::new();
        for index in order {
            fence.sort(now, index.get::<Vec<u8>>(&pieces));
            handed.extend(bodies(&mut fence));
        }
        // What is still missing comes with the flight, sent again in its order.
        for piece in &pieces {
            fence.sort(now, piece);
            handed.extend(bodies(&mut fence));
        }
        prop_assert_eq!(handed, messages);
    }
}
