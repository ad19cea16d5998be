//! What members say to each other, as bytes and over bad lines.

use super::world::World;
use super::*;

fn logs() -> impl Strategy<Value = LogId> {
    (any::<[u8; 32]>(), 1..=u32::MAX, any::<[u8; 8]>()).prop_map(|(author, counter, random)| {
        LogId {
            author: AuthorKey(author),
            incarnation: Incarnation { counter, random },
        }
    })
}

fn pieces() -> impl Strategy<Value = Piece> {
    let at = (logs(), 1..=u64::MAX, any::<[u8; 32]>(), any::<Option<u8>>());
    at.prop_map(|(log, sequence, hash, operation)| Piece {
        at: Reference {
            author: log.author,
            point: Point {
                incarnation: log.incarnation,
                sequence,
                hash,
            },
        },
        operation,
    })
}

fn rows() -> impl Strategy<Value = Vec<HeadRow>> {
    let row = (logs(), 1..=u64::MAX, any::<[u8; 32]>(), any::<bool>());
    proptest::collection::vec(row, 0..5).prop_map(|rows| {
        let row = |(log, sequence, hash, is_forked)| HeadRow {
            log,
            sequence,
            hash,
            is_forked,
        };
        let mut rows: Vec<_> = rows.into_iter().map(row).collect();
        rows.sort();
        rows.dedup_by_key(|row| row.log);
        rows
    })
}

fn messages() -> impl Strategy<Value = Message> {
    let places = proptest::collection::btree_map(1..=u64::MAX, any::<[u8; 32]>(), 0..5);
    let bytes = || proptest::collection::vec(any::<u8>(), 0..MAX_NOW);
    prop_oneof![
        (any::<[u8; 32]>(), any::<[u8; 32]>()).prop_map(|(id, digest)| Message::Room {
            id: RoomId(id),
            digest,
        }),
        (any::<bool>(), rows()).prop_map(|(more, rows)| Message::Heads { more, rows }),
        (logs(), any::<bool>(), places).prop_map(|(log, proof, places)| Message::Want {
            log,
            proof,
            places: places.into_iter().rev().collect(),
        }),
        logs().prop_map(Message::Done),
        (pieces(), any::<u32>()).prop_map(|(piece, offset)| Message::Ask { piece, offset }),
        (pieces(), any::<u32>(), any::<[u8; 16]>(), bytes()).prop_map(
            |(piece, offset, blind, bytes)| Message::Part {
                piece,
                offset,
                blind,
                bytes: bytes.into(),
            }
        ),
        bytes().prop_map(|bytes| Message::Now(bytes.into())),
    ]
}

proptest! {
    #[test]
    fn what_is_said_is_read(message in messages()) {
        prop_assert_eq!(Message::parse(message.to_bytes().into()), Ok(message));
    }

    #[test]
    fn whatever_is_read_has_one_encoding(
        message in messages(),
        at: prop::sample::Index,
        by in 1_u8..,
    ) {
        let mut bytes = message.to_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= by;
        if let Ok(message) = Message::parse(bytes.clone().into()) {
            prop_assert_eq!(message.to_bytes(), bytes);
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
        let _ = Message::parse(bytes.into());
    }
}

#[test]
fn a_member_who_missed_a_thousand_entries_gets_them_by_asking_once() {
    let mut world = World::calm(2, |_| {});
    world.cut_all();
    for at in 0..1_000 {
        let text = format!("text {at}").into_bytes();
        world
            .write(1, &Draft::new(Kind::TEXT, text))
            .expect("a member");
    }
    world.connect(1, 2);
    let wanted = world.deliver_all();
    assert_eq!(world.devices[2].room.heads(), world.devices[1].room.heads());
    assert_eq!(wanted, 1);
    assert!(world.is_on_disk(2, b"text 999"));
}

#[test]
fn what_is_written_goes_at_once_to_everybody_who_lacks_it() {
    let mut world = World::calm(3, |_| {});
    // Everybody is connected and holds the same. A text is one message to each, and nobody asks for it.
    world
        .write(1, &Draft::new(Kind::TEXT, b"first".to_vec()))
        .expect("a member");
    assert_eq!(world.deliver_all(), 0);
    world
        .write(1, &Draft::new(Kind::TEXT, b"second".to_vec()))
        .expect("a member");
    assert_eq!(world.deliver_all(), 0);
    assert!((0..4).all(|device| world.is_on_disk(device, b"second")));
}

#[test]
fn a_body_that_is_long_or_comes_later_is_asked_for_in_parts() {
    let mut world = World::calm(1, |_| {});
    let long: Vec<u8> = (0..40_000_u32).map(|at| at as u8).collect();
    world
        .write(1, &Draft::new(Kind::TEXT, long.clone()))
        .expect("a member");
    world.heal();
    assert!(world.is_on_disk(0, &long));
    assert_eq!(world.devices[0].room.lacking().count(), 0);
}

#[test]
fn a_false_signature_ends_the_channel_and_changes_nothing() {
    let mut world = World::calm(2, |_| {});
    world
        .write(1, &Draft::new(Kind::TEXT, b"said".to_vec()))
        .expect("a member");
    let author = world.key(1);
    let mut runs = world.runs_of(1).into_iter();
    let mut run = runs
        .find(|run| run.author == author)
        .expect("what they said");
    run.signature[3] ^= 1;
    let (me, peer) = (world.key(0), world.key(2));
    let room = &mut world.devices[0].room;
    let before = room.heads_digest();
    let (mut exchange, _) = Exchange::start(room, me, peer);
    let received = exchange.receive(room, Message::Entries(run));
    assert_eq!(received, Err(RoomFault::FalseSignature(FalseSignature)));
    assert_eq!(room.heads_digest(), before);
}
