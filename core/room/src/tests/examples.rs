//! The worked example of `docs/protocol.md`, section 9: every line that the document states about it.

use super::*;
use crate::chain::chained;
use crate::value::value_commitment;
use data_encoding::HEXLOWER;

const DOCUMENT: &str = include_str!("../../../../docs/protocol.md");

/// The document states those bytes under that name.
fn check(what: &str, bytes: &[u8]) {
    let stated = format!("{what}: {}", HEXLOWER.encode(bytes));
    assert!(DOCUMENT.lines().any(|line| line == stated), "{stated}");
}

/// Bytes that count up from `first`.
fn counting<const N: usize>(first: u8) -> [u8; N] {
    std::array::from_fn(|i| first + i as u8)
}

fn entry(kind: Kind, sequence: u64, about: Option<Reference>, body: Vec<u8>) -> Entry {
    Entry {
        header: Header {
            kind,
            incarnation: Incarnation {
                counter: 1,
                random: counting(0xc0),
            },
            sequence,
            clock: HybridClock::at(NOW + 1_000 * (sequence - 1)),
            life: None,
            about,
            body_length: body.len() as u32,
        },
        content: Content::Whole {
            blind: Secret::new(counting(0x10 * (sequence as u8 - 1))),
            body: body.into(),
        },
    }
}

#[test]
fn the_worked_example_is_what_the_document_says() {
    let identity = |static_key: u8, signing_key: u8, salt: u8| {
        let static_key = StaticKey::new(Secret::new(counting(static_key))).public();
        let signing_key = SigningKey::new(Secret::new(counting(signing_key)));
        let certificate = Certificate::new(static_key, &signing_key, counting(salt));
        (signing_key, certificate)
    };
    let (ana, certificate) = identity(0x60, 0x00, 0x20);
    let (_, bens) = identity(0xa0, 0x40, 0x80);
    check("signing key of the founder", &ana.public().0);
    check("certificate of the founder", &certificate.to_bytes());

    let founding = Founding {
        random: counting(0xd0),
        certificate,
        name: "Garden".to_owned(),
        history: History::All,
        adders: Adders::Keepers,
        entries: 5_000,
        time: NOW,
    };
    let room = founding.room();
    check("founding body", &founding.to_bytes());
    check("room id", &room.0);
    let incarnation = Incarnation {
        counter: 1,
        random: counting(0xc0),
    };
    let beginning = room.beginning(ana.public(), incarnation);
    check("beginning of the founder's log", &beginning);

    let value = Value::Text("Beans".to_owned()).to_bytes();
    let blind: Secret<16> = Secret::new(counting(0x50));
    let commitment = value_commitment(&blind, &value);
    check("value of the put", &value);
    check("commitment of the value", &commitment);
    let index = Index(vec![Operation {
        path: Path::parse("beds/1").expect("a path"),
        over: vec![Seen {
            clock: HybridClock::at(NOW),
            author: counting(0x70),
        }],
        change: Change::Put {
            until: None,
            commitment,
            length: value.len() as u32,
        },
    }]);
    check("index of the put", &index.to_bytes());

    let add = Body::Add {
        certificate: bens,
        name: "Ben".to_owned(),
    };
    let found = entry(kind::FOUND, 1, None, founding.to_bytes());
    let first = chained(&beginning, &found);
    let added = entry(kind::ADD, 2, None, add.to_bytes());
    let second = chained(&first, &added);
    let about = Reference {
        author: ana.public(),
        point: Point {
            incarnation,
            sequence: 2,
            hash: second,
        },
    };
    let said = entry(Kind::TEXT, 3, Some(about), b"Hello".to_vec());
    let third = chained(&second, &said);
    let put = entry(kind::PUT, 4, None, index.to_bytes());
    let last = chained(&third, &put);
    check("hash of the founding entry", &first);
    check("hash of the last entry", &last);
    let run = Run {
        author: ana.public(),
        before: beginning,
        entries: vec![found, added, said, put],
        signature: room.sign(&ana, &last),
    };
    check("run of the founder", &run.to_bytes());

    // What a room makes of it, and what is said about it.
    let mut held = Room::new(founding);
    let received = held.receive(run.clone(), bens.signing_key);
    assert!(matches!(received, Ok(Received::New(_))));
    assert!(held.people()[&bens.signing_key].is_member);
    check("digest of the rows", &held.heads_digest());
    let id = held.id();
    let digest = held.heads_digest();
    check("message ROOM", &Message::Room { id, digest }.to_bytes());
    let rows = held.heads();
    check(
        "message HEADS",
        &Message::Heads { more: false, rows }.to_bytes(),
    );
    let log = LogId {
        author: ana.public(),
        incarnation,
    };
    let want = Message::Want {
        log,
        proof: false,
        places: vec![(2, second), (1, first)],
    };
    check("message WANT", &want.to_bytes());
    let ask = Message::Ask {
        piece: Piece {
            at: Reference {
                author: ana.public(),
                point: Point {
                    incarnation,
                    sequence: 4,
                    hash: last,
                },
            },
            operation: Some(0),
        },
        offset: 0,
    };
    check("message ASK", &ask.to_bytes());
}
