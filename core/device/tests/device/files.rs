//! Files go on over any number of links and lives, and both sides say the same of them.

use super::history::{agree as history_agrees, back_together, seek};
use super::person::together;
use super::world::{Chaos, DiskMode, World};
use super::{result, seconds, seeds, talks};
use handfast_device::{
    Command, ContactEdit, Done, FileState, Pause, Refusal, Row, RowContent, Saying, SessionCommand,
    SessionId,
};
use handfast_protocol::conversation::{FileError, Limits};
use handfast_store::{FileStage, KeptFile};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;

fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let numbers = (seed..).flat_map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    numbers.take(length).collect()
}

/// Somebody has a file of this name.
fn has(world: &mut World, side: usize, name: &str, content: Vec<u8>) -> Saying {
    let path = PathBuf::from(format!("/own/{name}"));
    let size = content.len() as u64;
    world.sides[side].files.files.insert(path.clone(), content);
    let name = name.to_owned();
    Saying::File { path, name, size }
}

/// What the first one sends by this name still lies where it was sent from: the world takes all of it for copies.
fn has_source(world: &World, name: &str) -> bool {
    let path = PathBuf::from(format!("/own/{name}"));
    world.sides[0].files.files.contains_key(&path)
}

fn say(
    world: &mut World,
    side: usize,
    session: SessionId,
    saying: Saying,
) -> Result<Done, Refusal> {
    let command = Command::To(session, SessionCommand::Say(saying));
    let request = world.command(side, command);
    result(world, side, request).expect("an answer")
}

/// Two who talk, of whom the second is asked about each file.
fn asking(seed: u64) -> (World, [SessionId; 2]) {
    let mut world = World::new(seed);
    let both = together(&mut world);
    let other = world.sides[0].key.public();
    let ask = Command::Change(other, ContactEdit::Allowance(Some(0)));
    world.command(1, ask);
    world.tell(0, both[0], SessionCommand::Close);
    world.run(seconds(5));
    let both = [0, 1].map(|side| seek(&mut world, side));
    back_together(&mut world, both);
    world.run(seconds(1));
    (world, both)
}

/// The files of a session, by their numbers.
fn files(world: &World, side: usize, session: SessionId) -> Vec<(u64, String, FileState)> {
    let rows = world.sides[side].rows(session).iter();
    let files = rows.filter_map(|row| match &row.content {
        RowContent::File { name, state, .. } => Some((row.number, name.clone(), state.clone())),
        _ => None,
    });
    files.collect()
}

fn the_file(world: &World, side: usize, session: SessionId) -> (u64, FileState) {
    let files = files(world, side, session);
    let [(number, _, state)] = &files[..] else {
        panic!("{files:?}");
    };
    (*number, state.clone())
}

fn is_done(state: &FileState) -> bool {
    matches!(state, FileState::Done { .. })
}

fn is_moving(state: &FileState) -> bool {
    matches!(state, FileState::Moving { .. })
}

#[test]
fn a_file_waits_for_a_yes_and_comes_whole() {
    let (mut world, both) = asking(160);
    let content = bytes(1, 300_000);
    let saying = has(&mut world, 0, "a.bin", content.clone());
    say(&mut world, 0, both[0], saying).unwrap();
    world.run(seconds(3));
    let (number, state) = the_file(&world, 1, both[1]);
    assert_eq!(state, FileState::Offered);
    assert_eq!(the_file(&world, 0, both[0]).1, FileState::Waiting);
    say(&mut world, 1, both[1], Saying::AcceptFile(number)).unwrap();
    let again = say(&mut world, 1, both[1], Saying::AcceptFile(number));
    assert_eq!(again, Err(Refusal::NotNow));
    world.run(seconds(5));
    let (_, state) = the_file(&world, 1, both[1]);
    let FileState::Done {
        path: Some(path), ..
    } = state
    else {
        panic!("{state:?}");
    };
    assert!(world.sides[1].files.files[&path] == content);
    assert!(is_done(&the_file(&world, 0, both[0]).1));
    assert!(!has_source(&world, "a.bin"), "a copy would stay for ever");
    assert!(!world.sides[1].files.has_rest());
}

#[test]
fn files_are_offered_in_the_order_in_which_they_were_sent() {
    let (mut world, both) = asking(165);
    let names = (0..8).map(|n| format!("{n}.bin"));
    let names: Vec<_> = names.collect();
    for name in &names {
        let saying = has(&mut world, 0, name, bytes(1, 9));
        say(&mut world, 0, both[0], saying).unwrap();
    }
    world.run(seconds(3));
    for side in [0, 1] {
        let offered = files(&world, side, both[side]);
        let offered = offered.into_iter().map(|(_, name, _)| name);
        assert_eq!(offered.collect::<Vec<_>>(), names, "{side}");
    }
}

#[test]
fn what_is_allowed_is_taken_unasked_and_no_more() {
    let mut world = World::new(161);
    let both = together(&mut world);
    world.tell(0, both[0], SessionCommand::Close);
    world.run(seconds(5));
    let other = world.sides[0].key.public();
    let allow = Command::Change(other, ContactEdit::Allowance(Some(250_000)));
    world.command(1, allow);
    let both = [0, 1].map(|side| seek(&mut world, side));
    back_together(&mut world, both);
    for (name, length) in [("a", 200_000), ("b", 60_000), ("c", 40_000)] {
        let saying = has(&mut world, 0, name, bytes(length as u64, length));
        say(&mut world, 0, both[0], saying).unwrap();
        world.run(seconds(5));
    }
    let states = files(&world, 1, both[1]);
    let taken: Vec<bool> = states.iter().map(|(_, _, state)| is_done(state)).collect();
    assert_eq!(taken, [true, false, true], "{states:?}");
}

#[test]
fn what_is_offered_to_somebody_away_is_kept_and_comes_when_they_are_back() {
    let (mut world, both) = asking(162);
    world.tell(0, both[0], SessionCommand::Close);
    world.run(seconds(5));
    let session = seek(&mut world, 0);
    let saying = has(&mut world, 0, "later.bin", bytes(3, 200_000));
    say(&mut world, 0, session, saying).unwrap();
    world.run(seconds(1));
    assert_eq!(the_file(&world, 0, session).1, FileState::Waiting);
    world.kill(0, 0);
    world.start(0);
    // Where no session is about it, too.
    let to = world.sides[1].key.public();
    world.sides[0]
        .files
        .files
        .insert("/own/more".into(), bytes(4, 10));
    let offer = Command::Offer {
        to,
        path: "/own/more".into(),
        name: "more".to_owned(),
    };
    world.command(0, offer);
    world.run(seconds(1));
    let both = [seek(&mut world, 0), both[1]];
    back_together(&mut world, both);
    world.run(seconds(3));
    for (number, _, state) in files(&world, 1, both[1]) {
        assert_eq!(state, FileState::Offered);
        say(&mut world, 1, both[1], Saying::AcceptFile(number)).unwrap();
    }
    world.run(seconds(5));
    let names: Vec<String> = files(&world, 1, both[1])
        .into_iter()
        .filter(|(_, _, state)| is_done(state))
        .map(|(_, name, _)| name)
        .collect();
    assert_eq!(names, ["later.bin", "more"]);
}

#[test]
fn what_a_person_decides_about_a_file_holds_at_both_and_over_restarts() {
    let (mut world, mut both) = asking(163);
    let saying = has(&mut world, 0, "a.bin", bytes(5, 3_000_000));
    say(&mut world, 0, both[0], saying).unwrap();
    world.run(seconds(3));
    let (number, _) = the_file(&world, 1, both[1]);
    say(&mut world, 1, both[1], Saying::AcceptFile(number)).unwrap();
    let is_on_its_way = |state| matches!(state, FileState::Moving { done } if done > 0);
    let moves = world.run_until(seconds(20), |world| {
        is_on_its_way(the_file(world, 0, both[0]).1)
    });
    assert!(moves);
    say(&mut world, 1, both[1], Saying::PauseFile(number)).unwrap();
    for _ in 0..2 {
        world.run(seconds(3));
        let by = |side| match the_file(&world, side, both[side]).1 {
            FileState::Paused { by, .. } => by,
            state => panic!("{state:?}"),
        };
        assert_eq!([by(0), by(1)], [Pause::There, Pause::Here]);
        world.kill(1, usize::MAX);
        world.start(1);
        world.run(seconds(30));
        let was = the_file(&world, 0, both[0]).1;
        assert!(
            matches!(
                was,
                FileState::Paused {
                    by: Pause::Apart,
                    ..
                }
            ),
            "{was:?}"
        );
        both[1] = seek(&mut world, 1);
        back_together(&mut world, both);
    }
    world.run(seconds(2));
    let (number, _) = the_file(&world, 1, both[1]);
    say(&mut world, 1, both[1], Saying::ResumeFile(number)).unwrap();
    let is_there = world.run_until(seconds(60), |world| {
        (0..2).all(|side| is_done(&the_file(world, side, both[side]).1))
    });
    assert!(is_there);
    assert!(world.sides[1].files.found_again > 0);
}

#[test]
fn a_file_that_was_refused_or_taken_back_is_so_at_both_sides_and_leaves_nothing() {
    for by_sender in [true, false] {
        let (mut world, both) = asking(164);
        let saying = has(&mut world, 0, "a.bin", bytes(6, 3_000_000));
        say(&mut world, 0, both[0], saying).unwrap();
        world.run(seconds(3));
        let (number, _) = the_file(&world, 1, both[1]);
        say(&mut world, 1, both[1], Saying::AcceptFile(number)).unwrap();
        world.run_until(seconds(20), |world| {
            is_moving(&the_file(world, 0, both[0]).1)
        });
        let by = usize::from(!by_sender);
        let (number, _) = the_file(&world, by, both[by]);
        say(&mut world, by, both[by], Saying::CancelFile(number)).unwrap();
        world.run(seconds(5));
        let failed = |by_peer| FileState::Failed {
            error: FileError::Cancelled,
            by_peer,
        };
        assert_eq!(the_file(&world, 0, both[0]).1, failed(!by_sender));
        assert_eq!(the_file(&world, 1, both[1]).1, failed(by_sender));
        assert!(by_sender || !world.sides[1].files.has_rest());
    }
}

/// What is kept of the only file of a side.
fn kept(world: &World, side: usize) -> &KeptFile {
    let files = &world.sides[side].disk.files;
    assert_eq!(files.len(), 1);
    files.values().next().expect("a file")
}

fn says_nothing(file: &KeptFile) -> bool {
    let is_nameless = file.name.is_empty() && file.path.as_os_str().is_empty();
    is_nameless && file.root.is_none() && file.content.is_none()
}

#[test]
fn of_a_file_whose_entry_is_taken_back_no_name_stays_and_no_piece() {
    for is_over in [false, true] {
        let (mut world, both) = asking(166);
        let saying = has(&mut world, 0, "a.bin", bytes(7, 2_000_000));
        say(&mut world, 0, both[0], saying).unwrap();
        world.run(seconds(3));
        let (number, _) = the_file(&world, 1, both[1]);
        say(&mut world, 1, both[1], Saying::AcceptFile(number)).unwrap();
        let is_far = |state: &FileState| match is_over {
            true => is_done(state),
            false => matches!(state, FileState::Moving { done } if *done > 0),
        };
        assert!(world.run_until(seconds(60), |world| is_far(&the_file(world, 1, both[1]).1)));
        assert!((0..2).all(|side| !says_nothing(kept(&world, side))));
        let (number, _) = the_file(&world, 0, both[0]);
        say(&mut world, 0, both[0], Saying::TakeBack(number)).unwrap();
        world.run(seconds(5));
        for (side, session) in both.into_iter().enumerate() {
            assert!(says_nothing(kept(&world, side)), "{:?}", kept(&world, side));
            assert!(files(&world, side, session).is_empty());
        }
        let there = &world.sides[1].files;
        assert!(!there.has_rest());
        assert_eq!(
            there.files.len(),
            usize::from(is_over),
            "never what was saved"
        );
    }
}

#[test]
fn of_a_file_that_has_run_out_no_name_stays() {
    let (mut world, both) = asking(167);
    for (side, session) in both.into_iter().enumerate() {
        say(&mut world, side, session, Saying::Disappear(Some(3_600))).unwrap();
        world.run(seconds(2));
    }
    let saying = has(&mut world, 0, "a.bin", bytes(8, 300_000));
    say(&mut world, 0, both[0], saying).unwrap();
    world.run(seconds(3));
    let (number, state) = the_file(&world, 1, both[1]);
    assert_eq!(state, FileState::Offered);
    world.tell(1, both[1], SessionCommand::Seen(number));
    world.run(Duration::from_secs(2 * 3_600));
    for (side, session) in both.into_iter().enumerate() {
        assert!(says_nothing(kept(&world, side)), "{:?}", kept(&world, side));
        assert!(files(&world, side, session).is_empty());
    }
}

/// The second has taken a part of a file when the first is gone, and both have agreed on an hour.
fn parted_half_way(seed: u64) -> (World, SessionId, u64) {
    let (mut world, both) = asking(seed);
    for (side, session) in both.into_iter().enumerate() {
        say(&mut world, side, session, Saying::Disappear(Some(3_600))).unwrap();
        world.run(seconds(2));
    }
    let saying = has(&mut world, 0, "a.bin", bytes(9, 3_000_000));
    say(&mut world, 0, both[0], saying).unwrap();
    world.run(seconds(3));
    let (number, _) = the_file(&world, 1, both[1]);
    say(&mut world, 1, both[1], Saying::AcceptFile(number)).unwrap();
    let is_in_part = |state: &FileState| matches!(state, FileState::Moving { done } if *done > 0);
    assert!(world.run_until(seconds(60), |world| is_in_part(
        &the_file(world, 1, both[1]).1
    )));
    world.kill(0, usize::MAX);
    assert!(world.run_until(seconds(120), |world| !talks(world, 1, both[1])));
    assert!(world.sides[1].files.has_rest());
    (world, both[1], number)
}

#[test]
fn what_came_of_a_file_goes_with_its_row_although_nobody_is_there() {
    let (mut world, session, number) = parted_half_way(168);
    world.tell(1, session, SessionCommand::Seen(number));
    world.run(Duration::from_secs(2 * 3_600));
    assert!(files(&world, 1, session).is_empty());
    assert!(says_nothing(kept(&world, 1)));
    assert!(!world.sides[1].files.has_rest());

    // Also where the device is off when it runs out, and had kept nothing of how far it was.
    let (mut world, session, number) = parted_half_way(169);
    world.tell(1, session, SessionCommand::Seen(number));
    world.run(seconds(1));
    world.kill(1, 0);
    world.run(Duration::from_secs(2 * 3_600));
    assert!(world.sides[1].files.has_rest());
    world.start(1);
    world.run(seconds(2));
    assert!(says_nothing(kept(&world, 1)));
    assert!(!world.sides[1].files.has_rest());
}

#[test]
fn what_came_of_a_file_goes_with_the_wish_for_it_and_with_the_contact() {
    let (mut world, session, number) = parted_half_way(170);
    say(&mut world, 1, session, Saying::CancelFile(number)).unwrap();
    world.run(seconds(2));
    assert!(!world.sides[1].files.has_rest());

    let (mut world, ..) = parted_half_way(171);
    let key = world.sides[0].key.public();
    world.command(1, Command::Forget(key));
    world.run(seconds(2));
    assert!(!world.sides[1].files.has_rest());
}

/// Names that lead elsewhere, mean a folder, turn a line around, break it or cannot be seen.
const NASTY: [&str; 12] = [
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "",
    "\u{202e}gpj.exe",
    "two\nlines\r\u{85}\u{2028}",
    "\u{1b}[2J\u{7}\0",
    "\u{200b}\u{3164}",
    "a/../..",
    "\u{2066}\u{e0041}hidden",
    "long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-\
     long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-long-\
     long-long-long-long-long-long-long-long-long-long-long-\u{1f642}",
];

#[test]
fn whatever_a_contact_offers_so_many_wait_and_the_others_are_refused_and_told() {
    // As many as lives are lived: 10,000 by `scripts/bench faults`.
    let offers = seeds(1_000).count().max(300);
    let (mut world, both) = asking(172);
    let mut names = NASTY.iter().cycle();
    for number in 0..offers {
        let name = names.next().expect("without end");
        let content = number.to_be_bytes().to_vec();
        let path = PathBuf::from(format!("/own/{number}"));
        let size = content.len() as u64;
        world.sides[0].files.files.insert(path.clone(), content);
        let saying = || Saying::File {
            path: path.clone(),
            name: (*name).to_owned(),
            size,
        };
        while let Err(refused) = say(&mut world, 0, both[0], saying()) {
            assert_eq!(refused, Refusal::TooMuchWaits);
            world.run(Duration::from_millis(100));
        }
    }
    world.run(seconds(60));
    let most = Limits::USUAL.open_offers;
    let count = |world: &World, side: usize, stage: FileStage| {
        let files = world.sides[side].disk.files.values();
        files.filter(|file| file.stage == stage).count()
    };
    let refused = |by_peer| FileStage::Failed {
        reason: FileError::TooMany,
        by_peer,
    };
    let rest = offers - most;
    assert_eq!(count(&world, 1, FileStage::Offered), most);
    assert_eq!(count(&world, 1, refused(false)), rest);
    assert_eq!(count(&world, 0, FileStage::Open), most);
    assert_eq!(count(&world, 0, refused(true)), rest);
    for file in world.sides[1].disk.files.values() {
        let is_plain =
            |c: char| !c.is_control() && !"/\u{202e}\u{2028}\u{2066}\u{e0041}".contains(c);
        let name = &file.name;
        assert!(name.chars().all(is_plain) && name.len() <= 255, "{name:?}");
        assert!(!["", ".", ".."].contains(&name.as_str()), "{name:?}");
    }
    // The conversation goes on, and whoever takes one has room for another.
    let text = |text: &str| Saying::Text(text.to_owned());
    for (side, session) in both.into_iter().enumerate() {
        say(&mut world, side, session, text("go on")).unwrap();
    }
    let waiting = files(&world, 1, both[1]);
    let waiting = waiting
        .iter()
        .find(|(.., state)| *state == FileState::Offered);
    let (number, ..) = waiting.expect("one that waits");
    say(&mut world, 1, both[1], Saying::AcceptFile(*number)).unwrap();
    world.run(seconds(10));
    assert_eq!(count(&world, 1, FileStage::Done), 1);
    let saying = has(&mut world, 0, "one more", vec![1]);
    say(&mut world, 0, both[0], saying).unwrap();
    world.run(seconds(10));
    assert_eq!(count(&world, 1, FileStage::Offered), most);
    assert!(history_agrees(&world));
}

/// What the disks of two people go through.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Disks {
    /// They keep what they are given.
    Good,
    /// They are full for a while, do not keep a batch here and there, and what was written last is torn where the
    /// power goes.
    Bad,
}

/// Two lives with files that follow from this seed.
fn live(seed: u64, disks: Disks, log: &mut Vec<String>) {
    let (mut world, _) = asking(seed ^ 0x66_69_6c_65_73);
    let mut sent = 0;
    for _ in 0..8 {
        let is_bad = disks == Disks::Bad;
        world.chaos = Chaos {
            store_fails: if is_bad { 20 } else { 0 },
            store_is_slow: 60,
            knock_is_lost: 200,
            link_lapses: 0,
            link_is_lost: 15,
        };
        for side in 0..2 {
            let key = world.sides[1 - side].key.public();
            world.command(side, Command::Seek(key, Box::default()));
        }
        for _ in 0..world.rng.below(8) {
            let time = Duration::from_millis(world.rng.below(1_500));
            world.run(time);
            act(&mut world, &mut sent);
            if is_bad {
                let side = world.rng.below(2) as usize;
                let modes = [DiskMode::Full, DiskMode::Works, DiskMode::Works];
                let mode = world.rng.pick(&modes).copied();
                world.set_disk(side, mode.unwrap_or(DiskMode::Works));
            }
        }
        let side = world.rng.below(2) as usize;
        if is_bad {
            let groups = world.rng.below(40) as usize;
            world.lose_power(side, groups);
            world.start(side);
        } else {
            world.kill_and_start(side);
        }
        let time = Duration::from_millis(world.rng.below(300));
        world.run(time);
    }
    world.chaos = Chaos::default();
    for side in 0..2 {
        // There is room again.
        world.set_disk(side, DiskMode::Works);
        world.kill(side, usize::MAX);
        world.start(side);
    }
    let both = [0, 1].map(|side| seek(&mut world, side));
    let are_together = world.run_until(seconds(20 * 60), |world| {
        (0..2).all(|side| talks(world, side, both[side]))
    });
    assert!(are_together, "{seed}");
    world.run(seconds(10));
    // Everything that may come, comes.
    for _ in 0..3 {
        for (side, session) in both.into_iter().enumerate() {
            for (number, _, state) in files(&world, side, session) {
                let saying = match state {
                    FileState::Offered => Saying::AcceptFile(number),
                    FileState::Paused {
                        by: Pause::Here, ..
                    } => Saying::ResumeFile(number),
                    _ => continue,
                };
                let _ = say(&mut world, side, session, saying);
            }
        }
        world.run(seconds(30));
    }
    log.append(&mut world.log);
    agree(&world, both, seed);
}

/// Both sides say the same of every file, and what came is what was sent.
fn agree(world: &World, both: [SessionId; 2], seed: u64) {
    let rows = [0, 1].map(|side| {
        let rows = world.sides[side].rows(both[side]).iter();
        let files = rows.filter(|row| matches!(row.content, RowContent::File { .. }));
        files.cloned().collect::<Vec<Row>>()
    });
    assert_eq!(rows[0].len(), rows[1].len(), "{seed}: {rows:#?}");
    for (one, other) in rows[0].iter().zip(&rows[1]) {
        let (ours, theirs) = match one.ours {
            true => (one, other),
            false => (other, one),
        };
        let state = |row: &Row| match &row.content {
            RowContent::File { state, .. } => state.clone(),
            _ => unreachable!(),
        };
        match (state(ours), state(theirs)) {
            (
                FileState::Done { .. },
                FileState::Done {
                    path: Some(path), ..
                },
            ) => {
                let to = match one.ours {
                    true => 1,
                    false => 0,
                };
                let RowContent::File { name, .. } = &ours.content else {
                    unreachable!()
                };
                // Where it was sent from nobody needs it any more.
                let come = &world.sides[to].files.files[&path];
                assert!(*come == content_of(name), "{seed}: {name}");
            }
            (
                FileState::Failed { by_peer, .. },
                FileState::Failed {
                    by_peer: theirs, ..
                },
            ) => assert!(!(by_peer && theirs), "{seed}: {rows:#?}"),
            // It was taken back too late.
            (
                FileState::Failed {
                    error: FileError::Cancelled,
                    by_peer: false,
                },
                FileState::Done { .. },
            ) => {}
            // It was whole, and whoever took it back died before that was kept.
            (
                FileState::Done { .. },
                FileState::Failed {
                    error: FileError::Cancelled,
                    by_peer: false,
                },
            ) => {}
            states => panic!("{seed}: {states:?}"),
        }
    }
}

/// What somebody sends by this name, which tells the number of the file and its length. Some have the same content.
fn content_of(name: &str) -> Vec<u8> {
    let mut numbers = name.split('-').skip(1).map(|n| n.parse::<u64>());
    let mut number = || numbers.next().expect("two").expect("a number");
    let (file, length) = (number(), number());
    bytes(file / 2, length as usize)
}

/// Somebody does something with files.
fn act(world: &mut World, sent: &mut u64) {
    let side = world.rng.below(2) as usize;
    let sessions: Vec<SessionId> = world.sides[side].views.keys().copied().collect();
    let Some(session) = sessions.last().copied() else {
        return;
    };
    let files = files(world, side, session);
    let row = world.rng.pick(&files).map(|(number, _, _)| *number);
    let saying = match (world.rng.below(8), row) {
        (0, Some(row)) => Saying::PauseFile(row),
        (1, Some(row)) => Saying::ResumeFile(row),
        (2, Some(row)) if world.rng.happens(300) => Saying::CancelFile(row),
        (3..=5, Some(row)) => Saying::AcceptFile(row),
        _ => {
            *sent += 1;
            let length = [0, 1, 40_000, 150_000, 700_000];
            let length = world.rng.pick(&length).copied().unwrap_or_default();
            let name = format!("{side}-{sent}-{length}");
            has(world, side, &name, content_of(&name))
        }
    };
    world.command(side, Command::To(session, SessionCommand::Say(saying)));
}

/// Lives these, of which each says by itself what happened in it.
fn live_all(seeds: impl Iterator<Item = u64>, disks: Disks, is_alone: bool) {
    for seed in seeds {
        let mut log = Vec::new();
        let lived = catch_unwind(AssertUnwindSafe(|| live(seed, disks, &mut log)));
        if is_alone {
            eprintln!("{}", log.join("\n"));
        }
        if lived.is_err() {
            panic!("HANDFAST_SEED={seed} shows what happened");
        }
    }
}

/// Lives in which one of two files with the same content was taken for the other.
const ONCE_WRONG: [u64; 2] = [117, 1_061];

#[test]
fn whatever_happens_files_come_whole_or_fail_at_both_sides() {
    let seeds = seeds(20);
    let is_alone = seeds.end - seeds.start == 1;
    let once_wrong = ONCE_WRONG.into_iter().filter(|_| !is_alone);
    live_all(seeds.chain(once_wrong), Disks::Good, is_alone);
}

#[test]
fn whatever_disks_do_files_come_whole_or_fail_at_both_sides() {
    let seeds = seeds(20);
    let is_alone = seeds.end - seeds.start == 1;
    live_all(seeds, Disks::Bad, is_alone);
}
