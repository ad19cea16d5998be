//! What disappears does so on both sides in time, whatever the clocks show and whoever runs.

use super::history::{agree, back_together, row, say, seek, tell, texts};
use super::person::together;
use super::seconds;
use super::world::{DiskMode, World};
use handfast_device::{Refusal, RowContent, Saying, SessionCommand, SessionId};
use std::time::Duration;

const HOUR: u32 = 3_600;

/// Two who have agreed that what they write lasts an hour.
fn agreed(seed: u64) -> (World, [SessionId; 2]) {
    let mut world = World::new(seed);
    let both = together(&mut world);
    for (side, session) in both.into_iter().enumerate() {
        tell(&mut world, side, session, Saying::Disappear(Some(HOUR)));
        world.run(seconds(2));
    }
    (world, both)
}

fn minutes(count: u64) -> Duration {
    Duration::from_secs(count * 60)
}

fn sees(world: &mut World, side: usize, session: SessionId, text: &str) {
    let number = row(world, side, session, text).number;
    world.tell(side, session, SessionCommand::Seen(number));
    world.run(seconds(1));
}

/// Whether a text is on the disk of a side.
fn is_kept(world: &World, side: usize, text: &str) -> bool {
    let other = world.sides[1 - side].key.public();
    let logs = world.sides[side].logs.with(other.0).expect("logs");
    let mut told = logs.told().into_iter();
    told.any(|(_, _, body)| body.as_deref() == Some(text.as_bytes()))
}

fn proposals(world: &World, side: usize, session: SessionId) -> Vec<(Option<u32>, bool)> {
    let rows = world.sides[side].rows(session).iter();
    let proposals = rows.filter_map(|row| match row.content {
        RowContent::Disappearing { after, holds } => Some((after, holds)),
        _ => None,
    });
    proposals.collect()
}

#[test]
fn it_holds_once_both_say_the_same_and_what_was_written_before_stays() {
    let mut world = World::new(100);
    let both = together(&mut world);
    tell(&mut world, 0, both[0], Saying::Disappear(Some(HOUR)));
    world.run(seconds(2));
    say(&mut world, 0, both[0], "not agreed");
    tell(&mut world, 1, both[1], Saying::Disappear(Some(HOUR)));
    world.run(seconds(2));
    for (side, session) in both.into_iter().enumerate() {
        let hour = Some(HOUR);
        assert_eq!(
            proposals(&world, side, session),
            [(hour, false), (hour, true)]
        );
    }
    say(&mut world, 0, both[0], "agreed");
    world.run(seconds(2));
    for text in ["not agreed", "agreed"] {
        sees(&mut world, 1, both[1], text);
    }
    world.run(minutes(70));
    for (side, session) in both.into_iter().enumerate() {
        assert_eq!(texts(&world, side, session), ["not agreed"], "{side}");
        assert!(!is_kept(&world, side, "agreed"));
        let rows = world.sides[side].rows(session);
        assert_eq!(
            rows.last().map(|row| &row.content),
            Some(&RowContent::Ended)
        );
    }
    assert!(agree(&world));
    // The agreement is known to the next process too.
    for side in 0..2 {
        world.kill(side, 0);
        world.start(side);
    }
    let both = [0, 1].map(|side| seek(&mut world, side));
    back_together(&mut world, both);
    say(&mut world, 0, both[0], "still agreed");
    world.run(seconds(2));
    let lasting = row(&world, 0, both[0], "still agreed").lasting.as_ref();
    assert!(lasting.is_some_and(|lasting| lasting.ends_at.is_some()));
}

#[test]
fn it_runs_from_when_it_was_delivered_and_from_when_it_was_seen() {
    let (mut world, both) = agreed(101);
    say(&mut world, 0, both[0], "read me");
    world.run(minutes(30));
    sees(&mut world, 1, both[1], "read me");
    world.run(minutes(31));
    assert_eq!(texts(&world, 0, both[0]), [""; 0]);
    assert!(!is_kept(&world, 0, "read me"));
    assert_eq!(texts(&world, 1, both[1]), ["read me"]);
    world.run(minutes(30));
    assert!(!is_kept(&world, 1, "read me"));
}

#[test]
fn what_nobody_sees_is_gone_after_thirty_days_and_what_nobody_has_stays() {
    let (mut world, both) = agreed(102);
    say(&mut world, 0, both[0], "never read");
    world.run(seconds(2));
    world.tell(0, both[0], SessionCommand::Close);
    world.tell(1, both[1], SessionCommand::Close);
    world.run(seconds(5));
    let alone = seek(&mut world, 0);
    say(&mut world, 0, alone, "never sent");
    world.run(seconds(2));
    world.tell(0, alone, SessionCommand::Close);
    world.run(minutes(29 * 24 * 60));
    assert!(is_kept(&world, 1, "never read"));
    world.run(minutes(24 * 60 + 1));
    assert!(!is_kept(&world, 1, "never read"));
    assert!(is_kept(&world, 0, "never sent"));
}

#[test]
fn what_ran_out_while_the_device_was_off_is_erased_before_anything_is_shown() {
    let (mut world, both) = agreed(103);
    say(&mut world, 0, both[0], "secret");
    world.run(seconds(2));
    let edit = Saying::Edit {
        row: row(&world, 0, both[0], "secret").number,
        text: "secret, edited".to_owned(),
    };
    tell(&mut world, 0, both[0], edit);
    world.run(seconds(2));
    sees(&mut world, 1, both[1], "secret, edited");
    world.kill(1, 0);
    world.run(minutes(61));
    world.start(1);
    let session = seek(&mut world, 1);
    world.run(seconds(1));
    assert_eq!(texts(&world, 1, session), [""; 0]);
    for text in ["secret", "secret, edited"] {
        assert!(!is_kept(&world, 1, text), "{text}");
        assert!(!is_kept(&world, 0, text), "{text}");
    }
}

#[test]
fn a_copy_that_was_made_before_erases_first_what_has_run_out_since() {
    let (mut world, both) = agreed(104);
    say(&mut world, 0, both[0], "secret");
    world.run(seconds(2));
    sees(&mut world, 1, both[1], "secret");
    let copy = (world.sides[1].disk.clone(), world.sides[1].logs.clone());
    world.run(minutes(61));
    world.kill(1, 0);
    (world.sides[1].disk, world.sides[1].logs) = copy;
    world.sides[1].logs.imported();
    assert!(is_kept(&world, 1, "secret"));
    world.start(1);
    let session = seek(&mut world, 1);
    world.run(seconds(1));
    assert_eq!(texts(&world, 1, session), [""; 0]);
    assert!(!is_kept(&world, 1, "secret"));
}

#[test]
fn a_clock_that_is_set_back_prolongs_nothing_and_one_that_is_set_forward_ends_things_early() {
    for (seed, set, left) in [(105, -86_400, 61), (106, 7_200, 1)] {
        let (mut world, both) = agreed(seed);
        say(&mut world, 0, both[0], "secret");
        world.run(seconds(2));
        sees(&mut world, 1, both[1], "secret");
        world.sides[1].clock_is_off = set;
        // Something happens, so that the device looks at its clock.
        world.tell(1, both[1], SessionCommand::Taken(1));
        world.run(minutes(left));
        assert!(!is_kept(&world, 1, "secret"), "{set}");
    }
}

#[test]
fn a_clock_that_was_set_back_while_the_device_was_off_gives_all_of_the_life_once_more() {
    let (mut world, both) = agreed(107);
    say(&mut world, 0, both[0], "secret");
    world.run(seconds(2));
    sees(&mut world, 1, both[1], "secret");
    world.kill(1, 0);
    world.sides[1].clock_is_off = -30 * 86_400;
    world.start(1);
    world.run(minutes(61));
    assert!(!is_kept(&world, 1, "secret"));
}

#[test]
fn what_the_disk_could_not_erase_is_tried_again() {
    let (mut world, both) = agreed(108);
    say(&mut world, 0, both[0], "secret");
    world.run(seconds(2));
    sees(&mut world, 1, both[1], "secret");
    world.run(minutes(50));
    world.set_disk(1, DiskMode::Fails);
    world.run(minutes(15));
    assert!(is_kept(&world, 1, "secret"));
    assert_eq!(texts(&world, 1, both[1]), [""; 0], "it is shown no more");
    world.set_disk(1, DiskMode::Works);
    world.run(minutes(2));
    assert!(!is_kept(&world, 1, "secret"));
}

#[test]
fn no_life_is_shorter_than_a_minute_or_longer_than_a_year() {
    let mut world = World::new(109);
    let both = together(&mut world);
    for seconds in [0, 59, 365 * 86_400 + 1] {
        let say = SessionCommand::Say(Saying::Disappear(Some(seconds)));
        let request = world.tell(0, both[0], say);
        let refused = super::result(&world, 0, request);
        assert_eq!(refused, Some(Err(Refusal::NotNow)), "{seconds}");
    }
}
