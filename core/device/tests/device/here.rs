//! One says to the other where they are, by a token that people carry.

use super::nearby::moves;
use super::returning::{apart, is_heard, seek};
use super::world::World;
use super::{DAY, HOUR, result, seconds, talks};
use handfast_device::{Command, Done, Refusal, SessionCommand, SessionId, SessionTerms, View};
use handfast_token::{HereError, SealedHere, Token};
use std::time::Duration;

/// Two who have met, each in a network of its own now.
fn far_apart(seed: u64) -> World {
    let mut world = apart(seed);
    moves(&mut world, 0, [192, 168, 5, 2]);
    moves(&mut world, 1, [192, 168, 7, 3]);
    world
}

fn shown(world: &World, side: usize, session: SessionId) -> Option<SealedHere> {
    match world.sides[side].views.get(&session) {
        Some(View::Seeking {
            here: Some(Token::Here(here)),
            ..
        }) => Some(here.clone()),
        _ => None,
    }
}

/// The first looks for the other, and says where it is.
fn says(world: &mut World) -> (SessionId, SealedHere) {
    let session = seek(world, 0);
    world.tell(0, session, SessionCommand::Here);
    assert!(world.run_until(seconds(5), |world| shown(world, 0, session).is_some()));
    let here = shown(world, 0, session).expect("it is shown");
    (session, here)
}

fn read(world: &mut World, side: usize, here: &SealedHere) -> Result<Done, Refusal> {
    let request = world.command(side, Command::ReadHere(Box::new(here.clone())));
    result(world, side, request).expect("an answer at once")
}

fn open(world: &mut World, side: usize, here: &SealedHere) -> Result<Done, Refusal> {
    let terms: Box<SessionTerms> = Box::default();
    let request = world.command(side, Command::SeekHere(Box::new(here.clone()), terms));
    result(world, side, request).expect("an answer at once")
}

/// The second opens it, and the two talk within this time.
fn opens(world: &mut World, session: SessionId, here: &SealedHere, most: Duration) -> bool {
    let opened = open(world, 1, here).expect("no refusal").session();
    let opened = opened.expect("a session");
    let both = [session, opened];
    let found = world.run_until(most, |world| {
        (0..2).all(|side| talks(world, side, both[side]))
    });
    found && is_heard(world, 0, both, "found") && is_heard(world, 1, both, "you")
}

#[test]
fn who_opens_what_the_other_says_finds_them_in_another_network() {
    let mut world = far_apart(1);
    let (session, here) = says(&mut world);
    let in_vain = seek(&mut world, 1);
    world.run(seconds(100));
    assert!(!talks(&world, 1, in_vain));
    let ana = world.sides[0].key.public();
    let Ok(Done::Here(contact, age)) = read(&mut world, 1, &here) else {
        panic!("it is known")
    };
    assert!(contact == ana && (60..200).contains(&age), "{age}");
    // It goes on with the search that there is.
    assert!(opens(&mut world, session, &here, seconds(3)));
    assert!(talks(&world, 1, in_vain));
}

#[test]
fn the_initiator_finds_the_responder_and_the_responder_the_initiator() {
    let mut first = [0, 0];
    for seed in 20..30 {
        let mut world = far_apart(seed);
        let (session, here) = says(&mut world);
        let keys = [0, 1].map(|side| world.sides[side].key.public().0);
        first[usize::from(keys[0] < keys[1])] += 1;
        assert!(opens(&mut world, session, &here, seconds(3)), "{seed}");
    }
    assert!(first[0] > 0 && first[1] > 0);
}

#[test]
fn no_clock_matters_to_it() {
    for (seed, off) in [(2, 5 * DAY), (3, -11 * HOUR), (4, 400 * DAY)] {
        let mut world = far_apart(seed);
        world.sides[1].clock_is_off = off;
        let (session, here) = says(&mut world);
        assert!(opens(&mut world, session, &here, seconds(3)), "{off}");
    }
}

#[test]
fn it_is_for_the_other_alone_and_acts_once() {
    let mut world = far_apart(5);
    let (session, here) = says(&mut world);
    let other = Err(Refusal::Here(HereError::OtherContact));
    // Not for who made it.
    assert_eq!(read(&mut world, 0, &here), other);
    let mut strangers = far_apart(6);
    assert_eq!(read(&mut strangers, 1, &here), other);
    assert_eq!(open(&mut strangers, 1, &here), other);
    let mut altered = here.as_bytes().to_vec();
    *altered.last_mut().unwrap() ^= 1;
    let altered = SealedHere::parse(&altered).unwrap();
    let refused = Err(Refusal::Here(HereError::Altered));
    assert_eq!(open(&mut world, 1, &altered), refused);

    assert!(opens(&mut world, session, &here, seconds(3)));
    assert_eq!(open(&mut world, 1, &here), Err(Refusal::SpentHere));
    // Who made it listens in the hour alone.
    let mut log = world.log.iter().rev();
    let places = log.find(|line| line.contains(" 0 1 Hours ") || line.contains(" 0 2 Hours "));
    assert!(
        places.is_some_and(|line| line.ends_with("Hours 1")),
        "{places:?}"
    );
}

#[test]
fn nothing_is_listened_for_longer_than_a_day() {
    let mut world = far_apart(7);
    let (session, here) = says(&mut world);
    world.run(seconds(23 * 3_600));
    assert!(shown(&world, 0, session).is_some());
    world.run(seconds(2 * 3_600));
    assert_eq!(shown(&world, 0, session), None);
    let Ok(Done::Here(_, age)) = read(&mut world, 1, &here) else {
        panic!("it is known")
    };
    assert!(age > 24 * 3_600);
    assert!(!opens(&mut world, session, &here, seconds(30)));
}

#[test]
fn who_moves_says_so_anew_and_is_found_by_the_newer() {
    let mut world = far_apart(8);
    let (session, before) = says(&mut world);
    moves(&mut world, 0, [192, 168, 9, 9]);
    world.run(seconds(1));
    let here = shown(&world, 0, session).expect("another one");
    assert!(here != before);
    assert!(!opens(&mut world, session, &before, seconds(20)));
    assert!(opens(&mut world, session, &here, seconds(3)));
}

#[test]
fn an_old_one_keeps_nobody_from_being_found_where_they_were() {
    let mut world = apart(9);
    let (session, here) = says(&mut world);
    world.tell(0, session, SessionCommand::Close);
    world.run(seconds(1));
    let session = seek(&mut world, 0);
    assert!(opens(&mut world, session, &here, seconds(5)));
}

#[test]
fn where_nobody_is_looked_for_nothing_is_said() {
    let mut world = far_apart(10);
    let (session, here) = says(&mut world);
    assert!(opens(&mut world, session, &here, seconds(3)));
    let request = world.tell(0, session, SessionCommand::Here);
    assert_eq!(result(&world, 0, request), Some(Err(Refusal::NotNow)));
}
