//! What came in while nobody looked is counted, and stays so until a person has seen it.

use super::history::{back_together, row, say, seek, texts};
use super::person::together;
use super::seconds;
use super::world::World;
use handfast_device::{ContactView, SessionCommand, SessionId};

/// What a list of people says of the other one.
fn listed(world: &World, side: usize) -> ContactView {
    let device = world.sides[side].device.as_ref().expect("it runs");
    let contacts = device.contacts();
    let [contact] = &contacts[..] else {
        panic!("one contact: {contacts:?}");
    };
    contact.clone()
}

fn sees(world: &mut World, side: usize, session: SessionId, text: &str) {
    let number = row(world, side, session, text).number;
    world.tell(side, session, SessionCommand::Seen(number));
    world.run(seconds(1));
}

fn is_unread(world: &World, side: usize, session: SessionId, text: &str) -> bool {
    let lasting = row(world, side, session, text).lasting.as_ref();
    lasting.expect("it is kept").is_unread
}

#[test]
fn what_nobody_saw_is_counted_over_the_end_of_the_device_until_somebody_does() {
    let mut world = World::new(80);
    let both = together(&mut world);
    for text in ["one", "two", "three"] {
        say(&mut world, 0, both[0], text);
    }
    world.run(seconds(2));
    assert_eq!(texts(&world, 1, both[1]).len(), 3);
    assert_eq!(listed(&world, 1).unread, 3, "listed is not seen");
    assert_eq!(listed(&world, 0).unread, 0, "of one's own nothing is new");
    assert!(listed(&world, 0).last_said.is_some());
    sees(&mut world, 1, both[1], "two");
    assert_eq!(listed(&world, 1).unread, 1);
    world.kill(1, 0);
    world.start(1);
    assert_eq!(listed(&world, 1).unread, 1);
    let last_said = listed(&world, 1).last_said;
    assert_eq!(last_said, listed(&world, 0).last_said);
    let session = seek(&mut world, 1);
    world.run(seconds(1));
    let unread = ["one", "two", "three"].map(|text| is_unread(&world, 1, session, text));
    assert_eq!(unread, [false, false, true]);
    sees(&mut world, 1, session, "three");
    assert_eq!(listed(&world, 1).unread, 0);
    assert!(is_unread(&world, 1, session, "three"), "the line stays");
    world.kill(1, 0);
    world.start(1);
    assert_eq!(listed(&world, 1).unread, 0);
}

#[test]
fn what_comes_late_and_stands_far_up_is_new_all_the_same() {
    let mut world = World::new(81);
    let both = together(&mut world);
    world.run(seconds(1));
    world.tell(0, both[0], SessionCommand::Close);
    world.run(seconds(5));
    // Neither knows what the other writes.
    let both = [0, 1].map(|side| seek(&mut world, side));
    say(&mut world, 1, both[1], "from here");
    say(&mut world, 0, both[0], "from there");
    back_together(&mut world, both);
    world.run(seconds(2));
    assert_eq!(listed(&world, 1).unread, 1);
    sees(&mut world, 1, both[1], "from here");
    let is_above = texts(&world, 1, both[1]) == ["from there", "from here"];
    assert_eq!(listed(&world, 1).unread, u64::from(!is_above));
    sees(&mut world, 1, both[1], "from there");
    assert_eq!(listed(&world, 1).unread, 0);
}

#[test]
fn who_is_forgotten_has_nothing_to_be_read() {
    let mut world = World::new(82);
    let both = together(&mut world);
    say(&mut world, 0, both[0], "one");
    world.run(seconds(2));
    assert_eq!(listed(&world, 1).unread, 1);
    let other = world.sides[0].key.public();
    world.command(1, handfast_device::Command::Forget(other));
    world.run(seconds(1));
    let device = world.sides[1].device.as_ref().expect("it runs");
    assert!(device.kept().summaries.is_empty());
}
