//! The worked example of `docs/protocol.md`, section 6: every line that the document states about it.

use super::*;
use blake2::digest::consts::U32;
use blake2::{Blake2b, Digest};
use data_encoding::HEXLOWER;

const DOCUMENT: &str = include_str!("../../../../../docs/protocol.md");

/// The bytes behind `what: ` in the document.
fn stated(what: &str) -> Vec<u8> {
    DOCUMENT
        .lines()
        .find_map(|line| line.strip_prefix(what)?.strip_prefix(": "))
        .and_then(|hex| HEXLOWER.decode(hex.as_bytes()).ok())
        .expect("a line of the worked example")
}

/// Bytes that count up from `first`.
fn counting<const N: usize>(first: u8) -> [u8; N] {
    std::array::from_fn(|i| first + i as u8)
}

/// A row of the guest's log in the example.
fn row(keys: &LogKeys, kind: Kind, body: &'static [u8], before: ChainHash, sequence: u64) -> Row {
    let header = Header {
        kind,
        incarnation: Incarnation {
            counter: 1,
            random: counting(0xc0),
        },
        sequence,
        lamport: sequence,
        time: NOW + 1_000 * (sequence - 1),
        life: None,
        reply_to: None,
        body_length: body.len() as u32,
    };
    let mut entry = Entry {
        header,
        content: Content::Whole {
            blind: Secret::new(counting(0x10 * (sequence as u8 - 1))),
            body: Bytes::from_static(body),
        },
        own_tag: [0; 16],
    };
    let hash = chain::chained(&before, &header, &entry.commitment());
    entry.own_tag = keys.own_tag(&hash);
    Row {
        author: Author::Me,
        line: 0,
        before,
        hash,
        entry,
        arrived: header.time,
        shown: header.time,
    }
}

#[test]
fn the_worked_example_is_what_the_document_says() {
    let [guest, host] = [0x60, 0xa0].map(|first| StaticKey::new(Secret::new(counting(first))));
    let keys = LogKeys::new(&guest, host.public());
    assert_eq!(keys.name()[..], stated("name of the conversation"));
    let incarnation = Incarnation {
        counter: 1,
        random: counting(0xc0),
    };
    let beginning = keys.beginning(Author::Me, incarnation);
    assert_eq!(beginning[..], stated("beginning of the log"));

    let first = row(&keys, Kind::FIRST, b"\0", beginning, 1);
    let second = row(&keys, Kind::TEXT, b"Hello", first.hash, 2);
    assert_eq!(first.entry.to_bytes(), stated("first entry"));
    assert_eq!(first.hash[..], stated("hash of the first entry"));
    assert_eq!(second.entry.to_bytes(), stated("second entry"));
    assert_eq!(second.hash[..], stated("hash of the second entry"));
    let mut erased = second.entry.clone();
    erased.erase();
    assert_eq!(erased.to_bytes(), stated("second entry, erased"));

    // What the host's ledger makes of them, and what both say to each other.
    let mut at_host = Ledger::new(LogKeys::new(&host, guest.public()));
    for row in [&first, &second] {
        let received = at_host.receive(NOW + 2_000, sent(row));
        assert!(matches!(received, Ok(Received::New(kept)) if kept.hash == row.hash));
    }
    let saved = Saved {
        heads: vec![(second.log(), 0, Head::of(&second))],
        ..Saved::default()
    };
    let at_guest = Ledger::load(keys.clone(), saved).expect("one line");
    let body = |message: Message| {
        let (head, tail) = message.encode();
        [&head[..], &tail[..]].concat()
    };
    assert_eq!(body(Message::Heads(at_guest.heads())), stated("HEADS"));
    let parts: Vec<_> = message::Parts::of(&second.arrival()).map(body).collect();
    assert_eq!(parts, [stated("ENTRY")]);
    let stored = Message::Stored {
        log: LogId {
            author: Author::Peer,
            ..second.log()
        },
        tip: second.tip(),
    };
    assert_eq!(body(stored), stated("STORED"));

    let mut packing = Packing::start(&at_guest).expect("settled");
    assert!(packing.add(&first) && packing.add(&second));
    let finding = Secret::new(counting(0x40));
    let bundle = packing.seal(20_717, &finding, guest.public(), *b"saltsalt");
    assert_eq!(bundle.as_bytes()[3..7], stated("tag of the bundle"));
    let digest = Blake2b::<U32>::digest(bundle.as_bytes());
    assert_eq!(
        digest[..],
        stated("digest of the bundle, by BLAKE2b with 32 bytes")
    );
}
