//! Entries, runs and bodies as bytes: each has one encoding, and nothing else is read.

use super::*;
use crate::chain::chained;

fn header(kind: Kind, sequence: u64, body: &[u8]) -> Header {
    Header {
        kind,
        incarnation: Incarnation {
            counter: 1,
            random: [2; 8],
        },
        sequence,
        clock: HybridClock::at(NOW + sequence),
        life: None,
        about: None,
        body_length: body.len() as u32,
    }
}

fn entry(kind: Kind, sequence: u64, body: Vec<u8>) -> Entry {
    Entry {
        header: header(kind, sequence, &body),
        content: Content::Whole {
            blind: Secret::new([sequence as u8; 16]),
            body: body.into(),
        },
    }
}

/// A signed run of a first entry and texts behind it.
fn run(texts: &[&str]) -> (RoomId, Run) {
    let (key, certificate) = identity(1);
    let room = founding(&certificate).room();
    let mut entries = vec![entry(Kind::FIRST, 1, vec![0])];
    for (at, text) in texts.iter().enumerate() {
        entries.push(entry(Kind::TEXT, at as u64 + 2, text.as_bytes().to_vec()));
    }
    let before = room.beginning(key.public(), entries[0].header.incarnation);
    let last = entries
        .iter()
        .fold(before, |hash, entry| chained(&hash, entry));
    let run = Run {
        author: key.public(),
        before,
        signature: room.sign(&key, &last),
        entries,
    };
    (room, run)
}

#[test]
fn the_last_signature_of_a_run_proves_all_of_it() {
    let (room, run) = run(&["one", "two"]);
    assert_eq!(run.verify(&room).map(|hashes| hashes.len()), Ok(3));
    let mut forged = run.clone();
    forged.entries[1] = entry(Kind::TEXT, 2, b"One".to_vec());
    assert_eq!(forged.verify(&room), Err(FalseSignature));
}

#[test]
fn a_run_of_another_room_is_none_of_this_one() {
    let (room, run) = run(&["one"]);
    let elsewhere = RoomId([1; 32]);
    assert!(run.verify(&room).is_ok());
    assert_eq!(run.verify(&elsewhere), Err(FalseSignature));
}

#[test]
fn erasing_a_body_leaves_the_run_signed() {
    let (room, mut run) = run(&["one", "two"]);
    let length = run.to_bytes().len();
    run.entries[1] = run.entries[1].without_body();
    assert!(run.verify(&room).is_ok());
    assert!(!run.to_bytes().windows(3).any(|bytes| bytes == b"one"));
    assert_eq!(run.to_bytes().len(), length - 16 - 3 + 32);
}

#[test]
fn a_run_with_a_gap_or_of_two_incarnations_is_refused() {
    let (_, whole) = run(&["one", "two"]);
    let changes: [fn(&mut Run); 4] = [
        |run| run.entries[2].header.sequence = 4,
        |run| run.entries[2].header.incarnation.counter = 2,
        |run| run.entries.clear(),
        |run| run.entries[1].header.kind = Kind::FIRST,
    ];
    assert!(Run::parse(whole.to_bytes().into()).is_ok());
    for change in changes {
        let mut run = whole.clone();
        change(&mut run);
        assert_eq!(Run::parse(run.to_bytes().into()), Err(Malformed));
    }
}

#[test]
fn what_makes_the_room_never_travels_without_its_body() {
    let (_, mut run) = run(&[]);
    let leave = entry(kind::LEAVE, 2, Vec::new());
    run.entries.push(leave.clone());
    assert!(Run::parse(run.to_bytes().into()).is_ok());
    run.entries[1] = leave.without_body();
    assert_eq!(Run::parse(run.to_bytes().into()), Err(Malformed));
}

#[test]
fn what_was_written_is_never_printed() {
    let (_, run) = run(&["secret words"]);
    assert!(!format!("{run:?}").contains("secret"));
}

fn bodies() -> Vec<Body> {
    let (_, ana) = identity(1);
    let (_, ben) = identity(2);
    let point = |counter| Point {
        incarnation: Incarnation {
            counter,
            random: [4; 8],
        },
        sequence: 7,
        hash: [5; 32],
    };
    let key = ben.signing_key;
    let reference = Reference {
        author: key,
        point: point(1),
    };
    vec![
        Body::Found(founding(&ana)),
        Body::Add {
            certificate: ben,
            name: "Ben".to_owned(),
        },
        Body::Remove {
            key,
            cut: vec![point(1), point(2)],
        },
        Body::Leave,
        Body::Allow {
            key,
            incarnations: 8,
            entries: 10_000,
        },
        Body::Withdraw(reference),
        Body::Keeper {
            key,
            is_keeper: true,
            heads: vec![point(1)],
        },
        Body::Pin(vec![reference]),
    ]
}

#[test]
fn every_body_is_read_as_it_was_written() {
    for body in bodies() {
        assert_eq!(Body::parse(body.kind(), body.to_bytes().into()), Ok(body));
    }
}

#[test]
fn points_out_of_order_or_doubled_are_refused() {
    for cut in [[2, 1], [1, 1]] {
        let mut body = bodies().swap_remove(2);
        if let Body::Remove { cut: points, .. } = &mut body {
            for (point, counter) in points.iter_mut().zip(cut) {
                point.incarnation.counter = counter;
            }
        }
        assert_eq!(
            Body::parse(body.kind(), body.to_bytes().into()),
            Err(Malformed)
        );
    }
}

proptest! {
    #[test]
    fn a_changed_body_has_one_encoding(which in 0_usize..8, at: prop::sample::Index, by in 1_u8..) {
        let body = &bodies()[which];
        let mut bytes = body.to_bytes();
        if !bytes.is_empty() {
            let at = at.index(bytes.len());
            bytes[at] ^= by;
        }
        if let Ok(read) = Body::parse(body.kind(), bytes.clone().into()) {
            prop_assert_eq!(read.to_bytes(), bytes);
        }
    }

    #[test]
    fn a_changed_run_is_refused_or_false(at: prop::sample::Index, by in 1_u8..) {
        let (room, run) = run(&["one", "two"]);
        let mut bytes = run.to_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        if let Ok(read) = Run::parse(bytes.clone().into()) {
            prop_assert_eq!(read.to_bytes(), bytes);
            prop_assert_eq!(read.verify(&room), Err(FalseSignature));
        }
    }

    #[test]
    fn a_cut_or_lengthened_run_is_refused(to: prop::sample::Index) {
        let (_, run) = run(&["one", "two"]);
        let mut bytes = run.to_bytes();
        let cut = bytes[..to.index(bytes.len())].to_vec();
        prop_assert_eq!(Run::parse(cut.into()), Err(Malformed));
        bytes.push(0);
        prop_assert_eq!(Run::parse(bytes.into()), Err(Malformed));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(kind: u8, bytes: Vec<u8>) {
        let bytes = Bytes::from(bytes);
        let _ = Run::parse(bytes.clone());
        let _ = Body::parse(Kind(kind), bytes);
    }
}
