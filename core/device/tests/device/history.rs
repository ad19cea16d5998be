//! What two people say to each other is kept on both sides, whether they are there or not, and whatever
//! happens to their devices.

use super::person::{accept, begun, end_of, hosting, together};
use super::world::{Chaos, DiskMode, World};
use super::{result, seconds, seeds, since, talks};
use handfast_device::{
    Command, Done, Protection, Quoted, Refusal, Row, RowContent, Saying, SessionCommand,
    SessionEnd, SessionId, SessionTerms,
};
use handfast_protocol::log::Author;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

fn say(world: &mut World, side: usize, session: SessionId, text: &str) {
    tell(world, side, session, Saying::Text(text.to_owned()));
}

fn tell(world: &mut World, side: usize, session: SessionId, saying: Saying) {
    let command = Command::To(session, SessionCommand::Say(saying));
    let request = world.command(side, command);
    assert_eq!(result(world, side, request), Some(Ok(Done::Ok)));
}

fn texts(world: &World, side: usize, session: SessionId) -> Vec<String> {
    let rows = world.sides[side].rows(session).iter();
    let texts = rows.filter_map(|row| match &row.content {
        RowContent::Text(text) => Some(text.clone()),
        _ => None,
    });
    texts.collect()
}

fn row<'a>(world: &'a World, side: usize, session: SessionId, text: &str) -> &'a Row {
    let mut rows = world.sides[side].rows(session).iter();
    let is_it = |row: &&Row| matches!(&row.content, RowContent::Text(said) if said == text);
    rows.find(is_it).expect("a row with this text")
}

fn seek(world: &mut World, side: usize) -> SessionId {
    let key = world.sides[1 - side].key.public();
    begun(world, side, Command::Seek(key, Box::default()))
}

fn back_together(world: &mut World, both: [SessionId; 2]) {
    let found = world.run_until(seconds(60), |world| {
        (0..2).all(|side| talks(world, side, both[side]))
    });
    assert!(found);
}

/// Both disks hold the same.
fn agree(world: &World) -> bool {
    let told = [0, 1].map(|side| {
        let other = world.sides[1 - side].key.public();
        let logs = world.sides[side].logs.with(other.0);
        logs.map_or(Vec::new(), |logs| logs.told())
    });
    let other = |author| match author {
        Author::Me => Author::Peer,
        Author::Peer => Author::Me,
    };
    let seen_by_the_other = told[1].iter();
    let seen_by_the_other =
        seen_by_the_other.map(|(author, hash, body)| (other(*author), *hash, body.clone()));
    let theirs = seen_by_the_other.collect::<Vec<_>>();
    if told[0] != theirs {
        let read = |told: &[(Author, [u8; 32], Option<Vec<u8>>)]| -> Vec<String> {
            let rows = told.iter();
            rows.map(|(author, hash, body)| {
                let body = body.as_deref().map(String::from_utf8_lossy);
                format!("{author:?} {:02x?} {body:?}", &hash[..2])
            })
            .collect()
        };
        eprintln!("{:#?}\n{:#?}", read(&told[0]), read(&theirs));
    }
    told[0] == theirs
}

#[test]
fn what_is_said_is_on_the_disk_before_it_is_shown_and_told_when_it_is_on_theirs() {
    let mut world = World::new(60);
    let both = together(&mut world);
    let line = world.log.len();
    world.sides[0].disk_mode = DiskMode::Hangs;
    say(&mut world, 0, both[0], "hello");
    world.run(seconds(2));
    assert_eq!(texts(&world, 0, both[0]), [""; 0]);
    world.sides[0].disk_mode = DiskMode::Works;
    world.sides[1].disk_mode = DiskMode::Hangs;
    world.run(seconds(2));
    assert_eq!(texts(&world, 0, both[0]), ["hello"]);
    let is_delivered = |world: &World| {
        let lasting = row(world, 0, both[0], "hello").lasting.clone();
        lasting.expect("it is kept").is_delivered
    };
    assert!(!is_delivered(&world));
    assert_eq!(texts(&world, 1, both[1]), [""; 0]);
    world.sides[1].disk_mode = DiskMode::Works;
    world.run(seconds(2));
    assert!(is_delivered(&world) && agree(&world));
    assert_eq!(texts(&world, 1, both[1]), ["hello"]);
    let log = since(&world, line);
    assert!(
        !log.iter().any(|line| line.contains("talk Text")),
        "nothing goes that is not kept"
    );
}

#[test]
fn what_is_written_while_nobody_is_there_goes_when_they_are() {
    let mut world = World::new(61);
    let both = together(&mut world);
    say(&mut world, 0, both[0], "one");
    world.run(seconds(2));
    world.tell(0, both[0], SessionCommand::Close);
    world.run(seconds(5));
    let first = seek(&mut world, 0);
    world.run(seconds(1));
    assert_eq!(texts(&world, 0, first), ["one"]);
    let lasting = row(&world, 0, first, "one").lasting.clone().unwrap();
    assert!(lasting.is_old && lasting.is_delivered);
    say(&mut world, 0, first, "two");
    world.run(seconds(1));
    assert_eq!(texts(&world, 0, first), ["one", "two"]);
    // Also over the end of the device.
    world.kill(0, 0);
    world.start(0);
    let first = seek(&mut world, 0);
    let second = seek(&mut world, 1);
    back_together(&mut world, [first, second]);
    world.run(seconds(2));
    for (side, session) in [(0, first), (1, second)] {
        assert_eq!(texts(&world, side, session), ["one", "two"], "{side}");
    }
    assert!(agree(&world));
    assert!(
        row(&world, 0, first, "two")
            .lasting
            .clone()
            .unwrap()
            .is_delivered
    );
}

#[test]
fn replies_reactions_edits_and_what_is_taken_back_look_the_same_on_both_sides() {
    let mut world = World::new(62);
    let both = together(&mut world);
    say(&mut world, 0, both[0], "Shall we meet at five?");
    say(&mut world, 0, both[0], "secret");
    world.run(seconds(2));
    let [question, secret] = ["Shall we meet at five?", "secret"]
        .map(|text| [0, 1].map(|side| row(&world, side, both[side], text).number));
    let (to, text) = (question[1], "yes".to_owned());
    tell(&mut world, 1, both[1], Saying::Reply { to, text });
    tell(
        &mut world,
        1,
        both[1],
        Saying::React(question[1], "👍".to_owned()),
    );
    let (row_of_it, text) = (question[0], "Shall we meet at six?".to_owned());
    let edit = Saying::Edit {
        row: row_of_it,
        text,
    };
    tell(&mut world, 0, both[0], edit);
    tell(&mut world, 0, both[0], Saying::TakeBack(secret[0]));
    world.run(seconds(3));
    for (side, session) in [(0, both[0]), (1, both[1])] {
        let edited = row(&world, side, session, "Shall we meet at six?");
        let lasting = edited.lasting.as_ref().unwrap();
        assert_eq!(lasting.earlier, ["Shall we meet at five?"]);
        assert_eq!(lasting.reactions[0].symbol, "👍");
        assert_eq!(lasting.reactions[0].ours, side == 1);
        let reply = row(&world, side, session, "yes").lasting.as_ref().unwrap();
        let seen = Quoted::Text("Shall we meet at five?".to_owned());
        assert_eq!(reply.quote, Some(seen), "the version that was seen");
        let rows = world.sides[side].rows(session);
        let taken = rows.iter().find(|row| row.number == secret[side]).unwrap();
        assert_eq!(taken.content, RowContent::Withdrawn);
    }
    assert!(agree(&world));
    for side in 0..2 {
        let other = world.sides[1 - side].key.public();
        let told = world.sides[side].logs.with(other.0).unwrap().told();
        let is_left = |(_, _, body): &(_, _, Option<Vec<u8>>)| body.as_deref() == Some(b"secret");
        assert!(!told.iter().any(is_left), "it is erased");
    }
    // Only what is one's own can be changed, and only what is there can be named.
    for saying in [
        Saying::TakeBack(question[1]),
        Saying::Reply {
            to: 9_999,
            text: "what?".to_owned(),
        },
    ] {
        let command = Command::To(both[1], SessionCommand::Say(saying));
        let request = world.command(1, command);
        assert_eq!(result(&world, 1, request), Some(Err(Refusal::NotNow)));
    }
}

#[test]
fn a_long_history_comes_by_pages_and_the_last_one_first() {
    let mut world = World::new(63);
    let both = together(&mut world);
    let all: Vec<String> = (0..120).map(|number| number.to_string()).collect();
    for text in &all {
        say(&mut world, 0, both[0], text);
    }
    world.run(seconds(5));
    world.tell(0, both[0], SessionCommand::Close);
    world.run(seconds(5));
    let session = seek(&mut world, 1);
    world.run(seconds(1));
    assert_eq!(texts(&world, 1, session), all[70..]);
    let mut answers = Vec::new();
    for _ in 0..3 {
        let earlier = Command::To(session, SessionCommand::Earlier);
        let request = world.command(1, earlier);
        world.run(seconds(1));
        answers.push(result(&world, 1, request));
    }
    assert_eq!(texts(&world, 1, session), all);
    let (done, beginning) = (Some(Ok(Done::Ok)), Some(Ok(Done::Beginning)));
    assert_eq!(answers, [done, done, beginning]);
}

#[test]
fn rows_that_are_kept_wait_on_the_disk_for_a_screen_that_has_enough() {
    let mut world = World::new(64);
    let both = together(&mut world);
    for number in 0..300 {
        say(&mut world, 1, both[1], &number.to_string());
        world.tell(1, both[1], SessionCommand::Taken(1));
        world.run(Duration::from_millis(100));
    }
    world.run(seconds(2));
    let log = since(&world, 0);
    assert!(!log.iter().any(|line| line.contains("0 1 talk Hold")));
    assert!(agree(&world), "all of it is kept");
    assert_eq!(texts(&world, 0, both[0]).len(), 256);
    world.tell(0, both[0], SessionCommand::Taken(200));
    assert_eq!(texts(&world, 0, both[0]).len(), 300);
}

#[test]
fn what_cannot_be_kept_is_given_back_and_not_said() {
    let mut world = World::new(65);
    let both = together(&mut world);
    world.sides[0].disk_mode = DiskMode::Fails;
    let line = world.log.len();
    say(&mut world, 0, both[0], "too much");
    world.run(seconds(2));
    let log = since(&world, line);
    assert!(
        log.iter()
            .any(|line| line.contains("NotWritten") && line.contains("too much"))
    );
    assert_eq!(texts(&world, 0, both[0]), [""; 0]);
    assert_eq!(texts(&world, 1, both[1]), [""; 0]);
    // What cannot be kept ends the link, and nothing else.
    world.sides[0].disk_mode = DiskMode::Works;
    world.run(seconds(2));
    let first = match talks(&world, 0, both[0]) {
        true => both[0],
        false => seek(&mut world, 0),
    };
    say(&mut world, 0, first, "again");
    world.run(seconds(2));
    assert_eq!(
        texts(&world, 0, first),
        ["again"],
        "{:#?}",
        since(&world, line)
    );
}

#[test]
fn who_leaves_for_good_waits_until_everything_is_with_the_other() {
    let mut world = World::new(66);
    let both = together(&mut world);
    world.tell(1, both[1], SessionCommand::Close);
    world.run(seconds(5));
    let session = seek(&mut world, 0);
    say(&mut world, 0, session, "the last word");
    tell(&mut world, 0, session, Saying::Leave);
    world.run(seconds(10));
    assert_eq!(end_of(&world, 0, session), None);
    let other = seek(&mut world, 1);
    let is_over = world.run_until(seconds(30), |world| {
        end_of(world, 0, session) == Some(SessionEnd::Closed)
    });
    assert!(is_over);
    assert_eq!(texts(&world, 1, other), ["the last word"]);
}

#[test]
fn where_one_side_keeps_nothing_neither_does_the_other() {
    let mut world = World::new(67);
    world.is_incognito = true;
    let terms = SessionTerms {
        is_incognito: true,
        ..SessionTerms::default()
    };
    let (host, invitation) = hosting(&mut world, 0, Protection::Open, SessionTerms::default());
    let guest = accept(&mut world, 1, invitation, terms);
    world.run_until(seconds(20), |world| {
        talks(world, 0, host) && talks(world, 1, guest)
    });
    say(&mut world, 0, host, "for nobody");
    world.run(seconds(2));
    assert_eq!(texts(&world, 1, guest), ["for nobody"]);
    assert_eq!(row(&world, 0, host, "for nobody").lasting, None);
}

#[test]
fn a_device_made_from_a_copy_gets_back_what_it_had_written_since() {
    let mut world = World::new(68);
    let both = together(&mut world);
    say(&mut world, 1, both[1], "before");
    world.run(seconds(2));
    let copy = (world.sides[1].disk.clone(), world.sides[1].logs.clone());
    say(&mut world, 1, both[1], "after");
    say(&mut world, 0, both[0], "an answer");
    world.run(seconds(2));
    world.tell(0, both[0], SessionCommand::Close);
    world.run(seconds(5));
    world.kill(1, 0);
    (world.sides[1].disk, world.sides[1].logs) = copy;
    world.sides[1].logs.imported();
    for contact in world.sides[1].disk.contacts.values_mut() {
        contact.reconnect = contact.reconnect.take().map(|keys| keys.imported());
    }
    world.start(1);
    let both = [0, 1].map(|side| seek(&mut world, side));
    world.run(seconds(10));
    for side in 0..2 {
        world.tell(side, both[side], SessionCommand::AcceptRestored(true));
    }
    back_together(&mut world, both);
    say(&mut world, 1, both[1], "from the new one");
    world.run(seconds(5));
    assert!(agree(&world));
    let expected = ["before", "after", "an answer", "from the new one"];
    for side in 0..2 {
        let mut told = texts(&world, side, both[side]);
        told.sort();
        let mut expected = expected.map(str::to_owned);
        expected.sort();
        assert_eq!(told, expected, "{side}");
    }
}

/// Devices die at any moment, disks fail and links are lost, and people write all the time.
fn live(seed: u64) {
    let mut world = World::new(seed);
    let both = together(&mut world);
    world.tell(0, both[0], SessionCommand::Close);
    world.run(seconds(5));
    let mut said = 0;
    let mut seen: [BTreeMap<String, usize>; 2] = Default::default();
    for _ in 0..14 {
        world.chaos = Chaos {
            store_fails: 30,
            store_is_slow: 60,
            knock_is_lost: 200,
            link_lapses: 0,
            link_is_lost: 40,
        };
        for side in 0..2 {
            let key = world.sides[1 - side].key.public();
            world.command(side, Command::Seek(key, Box::default()));
        }
        for _ in 0..world.rng.below(6) {
            let time = Duration::from_millis(world.rng.below(400));
            world.run(time);
            let side = world.rng.below(2) as usize;
            let views = world.sides[side].views.keys().copied().collect::<Vec<_>>();
            if let Some(session) = views.last() {
                said += 1;
                let text = Saying::Text(format!("{side} {said}"));
                world.command(side, Command::To(*session, SessionCommand::Say(text)));
            }
        }
        let side = world.rng.below(2) as usize;
        remember(&world, &mut seen);
        world.kill_and_start(side);
        let time = Duration::from_millis(world.rng.below(300));
        world.run(time);
    }
    world.chaos = Chaos::default();
    world.run(seconds(30));
    remember(&world, &mut seen);
    for side in 0..2 {
        world.kill(side, usize::MAX);
        world.start(side);
    }
    let both = [0, 1].map(|side| seek(&mut world, side));
    back_together(&mut world, both);
    world.run(seconds(5));
    assert!(agree(&world), "{seed}");
    for side in 0..2 {
        let other = world.sides[1 - side].key.public();
        let Some(logs) = world.sides[side].logs.with(other.0) else {
            continue;
        };
        let bodies: Vec<Vec<u8>> = logs.told().into_iter().filter_map(|row| row.2).collect();
        for text in seen[side].keys() {
            let count = bodies
                .iter()
                .filter(|body| body.as_slice() == text.as_bytes());
            assert_eq!(count.count(), 1, "{text} is there once: {seed}");
        }
    }
}

/// What each screen has shown as said.
fn remember(world: &World, seen: &mut [BTreeMap<String, usize>; 2]) {
    for (side, seen) in seen.iter_mut().enumerate() {
        let rows = world.sides[side].screens.values().flatten();
        for row in rows {
            if let RowContent::Text(text) = &row.content {
                *seen.entry(text.clone()).or_default() += 1;
            }
        }
    }
}

#[test]
fn whatever_happens_nothing_that_was_shown_as_said_is_lost_or_doubled() {
    for seed in seeds() {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| live(seed))) {
            eprintln!("seed {seed}");
            std::panic::resume_unwind(panic);
        }
    }
}
