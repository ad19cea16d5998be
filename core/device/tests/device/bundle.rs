//! What waits for somebody is carried by anything, and comes in once.

use super::history::{agree, back_together, row, say, seek, texts};
use super::person::together;
use super::world::{DiskMode, World};
use super::{result, seconds};
use handfast_device::{Bundled, Command, Done, Refusal, SessionCommand, SessionId};
use handfast_protocol::conversation::{FileError, Limits};
use handfast_protocol::log::BundleError;
use handfast_store::{FileStage, StoreError};
use handfast_token::SealedBundle;
use std::path::PathBuf;
use std::time::Duration;

/// Two who have met and are apart, each with a session that looks for the other and has no link.
fn apart(seed: u64) -> World {
    let mut world = World::new(seed);
    let both = together(&mut world);
    say(&mut world, 0, both[0], "when we met");
    world.run(seconds(2));
    for (side, session) in both.into_iter().enumerate() {
        world.tell(side, session, SessionCommand::Close);
    }
    world.run(seconds(5));
    world
}

/// Somebody writes while nobody is there.
fn writes(world: &mut World, side: usize, said: &[&str]) {
    let session = seek(world, side);
    for text in said {
        say(world, side, session, text);
    }
    world.run(seconds(2));
    world.tell(side, session, SessionCommand::Close);
    world.run(seconds(1));
}

fn bundle(world: &mut World, side: usize) -> Bundled {
    let with = world.sides[1 - side].key.public();
    let request = world.command(side, Command::Bundle(with));
    world.run(seconds(2));
    match result(world, side, request) {
        Some(Ok(Done::Bundled(bundled))) => *bundled,
        other => panic!("{other:?}"),
    }
}

/// How many messages came in.
fn take(world: &mut World, side: usize, bundle: &SealedBundle) -> Result<u64, Refusal> {
    let command = Command::TakeBundle(Box::new(bundle.clone()));
    let request = world.command(side, command);
    world.run(seconds(2));
    match result(world, side, request).expect("an answer") {
        Ok(Done::TakenIn { from, messages }) => {
            assert_eq!(from, world.sides[1 - side].key.public());
            Ok(messages)
        }
        Ok(other) => panic!("{other:?}"),
        Err(refusal) => Err(refusal),
    }
}

fn shown(world: &mut World, side: usize) -> (SessionId, Vec<String>) {
    let session = seek(world, side);
    world.run(seconds(1));
    let shown = texts(world, side, session);
    (session, shown)
}

#[test]
fn what_waits_comes_in_once_and_what_arrived_is_said_by_the_next_one_back() {
    let mut world = apart(120);
    writes(&mut world, 0, &["one", "two"]);
    let there = bundle(&mut world, 0);
    assert_eq!((there.messages, there.is_all), (2, true));
    assert_eq!(take(&mut world, 1, &there.bundle), Ok(2));
    assert_eq!(take(&mut world, 1, &there.bundle), Ok(0));
    assert!(agree(&world));
    let device = world.sides[1].device.as_ref().expect("it runs");
    assert!(device.contacts()[0].unread >= 2);
    writes(&mut world, 1, &["an answer"]);
    let back = bundle(&mut world, 1);
    assert_eq!(take(&mut world, 0, &back.bundle), Ok(1));
    let (session, said) = shown(&mut world, 0);
    assert_eq!(said, ["when we met", "one", "two", "an answer"]);
    for text in ["one", "two"] {
        let lasting = row(&world, 0, session, text).lasting.clone();
        assert!(
            lasting.is_some_and(|lasting| lasting.is_delivered),
            "{text}"
        );
    }
    world.tell(0, session, SessionCommand::Close);
    world.run(seconds(1));
    // Nothing waits any more, and that it arrived is said all the same.
    let empty = bundle(&mut world, 0);
    assert_eq!((empty.messages, empty.is_all), (0, true));
    assert_eq!(take(&mut world, 1, &empty.bundle), Ok(0));
    let both = [0, 1].map(|side| seek(&mut world, side));
    back_together(&mut world, both);
    world.run(seconds(2));
    assert!(agree(&world));
}

#[test]
fn of_files_that_are_offered_by_hand_no_more_wait_than_of_others() {
    let mut world = apart(125);
    let to = world.sides[1].key.public();
    let most = Limits::USUAL.open_offers;
    for number in 0..most + 10 {
        let path = PathBuf::from(format!("/own/{number}"));
        let content = number.to_be_bytes().to_vec();
        world.sides[0].files.files.insert(path.clone(), content);
        let name = number.to_string();
        world.command(0, Command::Offer { to, path, name });
        world.run(Duration::from_millis(100));
    }
    world.run(seconds(5));
    let there = bundle(&mut world, 0);
    assert!(there.is_all);
    take(&mut world, 1, &there.bundle).expect("taken");
    let stages = world.sides[1].disk.files.values().map(|file| file.stage);
    let (waiting, refused): (Vec<_>, Vec<_>) =
        stages.partition(|stage| *stage == FileStage::Offered);
    assert_eq!((waiting.len(), refused.len()), (most, 10));
    let too_many = FileStage::Failed {
        reason: FileError::TooMany,
        by_peer: false,
    };
    assert!(
        refused.iter().all(|stage| *stage == too_many),
        "{refused:?}"
    );
}

#[test]
fn only_who_is_meant_takes_it_and_nobody_takes_what_was_altered_or_has_a_gap() {
    let mut world = apart(121);
    writes(&mut world, 0, &["one"]);
    let there = bundle(&mut world, 0);
    let own = take(&mut world, 0, &there.bundle);
    assert_eq!(own, Err(Refusal::Bundle(BundleError::OtherKey)));
    let mut altered = there.bundle.as_bytes().to_vec();
    *altered.last_mut().expect("a byte") ^= 1;
    let altered = SealedBundle::parse(&altered).expect("of the same length");
    let refused = take(&mut world, 1, &altered);
    assert_eq!(refused, Err(Refusal::Bundle(BundleError::Altered)));
    assert_eq!(take(&mut world, 1, &there.bundle), Ok(1));
    // That they have it is known here, and the next begins behind it; an older copy of them lacks it.
    let copy = world.sides[1].logs.clone();
    writes(&mut world, 0, &["two"]);
    let second = bundle(&mut world, 0);
    assert_eq!(take(&mut world, 1, &second.bundle), Ok(1));
    let back = bundle(&mut world, 1);
    assert_eq!(take(&mut world, 0, &back.bundle), Ok(0));
    writes(&mut world, 0, &["three"]);
    let third = bundle(&mut world, 0);
    world.kill(1, 0);
    world.sides[1].logs = copy;
    world.sides[1].disk.summaries = world.sides[1].logs.summaries();
    world.start(1);
    let gap = take(&mut world, 1, &third.bundle);
    assert_eq!(gap, Err(Refusal::BundleMissing));
}

#[test]
fn what_cannot_be_kept_is_not_taken_and_comes_in_later() {
    let mut world = apart(122);
    writes(&mut world, 0, &["one"]);
    let there = bundle(&mut world, 0);
    world.set_disk(1, DiskMode::Fails);
    assert!(matches!(
        take(&mut world, 1, &there.bundle),
        Err(Refusal::Store(_))
    ));
    world.set_disk(1, DiskMode::Works);
    assert_eq!(take(&mut world, 1, &there.bundle), Ok(1));
    assert!(agree(&world));
    let nobody = handfast_protocol::handshake::PublicKey([9; 32]);
    let request = world.command(0, Command::Bundle(nobody));
    let refused = result(&world, 0, request);
    assert_eq!(refused, Some(Err(StoreError::Unknown.into())));
}

#[test]
fn more_than_fits_is_left_for_the_next_one() {
    let mut world = apart(123);
    let long = "long ".repeat(12_000);
    let session = seek(&mut world, 0);
    for _ in 0..20 {
        say(&mut world, 0, session, &long);
    }
    world.run(seconds(5));
    world.tell(0, session, SessionCommand::Close);
    world.run(seconds(1));
    let first = bundle(&mut world, 0);
    assert!(!first.is_all && first.messages > 10);
    assert_eq!(take(&mut world, 1, &first.bundle), Ok(first.messages));
    let back = bundle(&mut world, 1);
    assert_eq!(take(&mut world, 0, &back.bundle), Ok(0));
    let second = bundle(&mut world, 0);
    assert_eq!(
        (second.messages, second.is_all),
        (20 - first.messages, true)
    );
    assert_eq!(take(&mut world, 1, &second.bundle), Ok(second.messages));
    assert!(agree(&world));
}
