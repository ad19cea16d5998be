//! A message that is locked with a question and an answer, in the log like any other.

use super::history::{agree, back_together, seek, tell};
use super::person::together;
use super::world::World;
use super::{answer, result, seconds};
use handfast_device::{Command, Done, Refusal, Row, RowContent, Saying, SessionCommand, SessionId};
use handfast_protocol::log::{LockedText, MAX_ENTRY_BODY};
use handfast_seal::{Cost, Header, Kind, Lock, Questions, SealError};
use handfast_token::Question;

const SECRET: &str = "the key is under the third pot";

fn asking() -> Questions {
    Questions::new(vec![Question::new("Our dog?").unwrap()]).unwrap()
}

/// What nobody can open, of this number.
pub(crate) fn unopenable(number: u64) -> LockedText {
    let lock = Lock::answers(Cost::STANDARD, false, asking());
    let (kind, salt) = (Kind::File, [1; 32]);
    let mut container = Header { kind, lock, salt }.to_bytes();
    container.extend(number.to_le_bytes());
    LockedText::new(container.into()).unwrap()
}

fn lock(text: &str) -> Saying {
    Saying::Lock {
        text: text.to_owned(),
        questions: asking(),
        answers: answer("Rex"),
    }
}

fn locked_rows(world: &World, side: usize, session: SessionId) -> Vec<Row> {
    let rows = world.sides[side].rows(session).iter();
    let is_locked = |row: &&Row| matches!(row.content, RowContent::Locked { .. });
    rows.filter(is_locked).cloned().collect()
}

fn open(
    world: &mut World,
    side: usize,
    session: SessionId,
    text: &str,
) -> Option<Result<Done, Refusal>> {
    let row = locked_rows(world, side, session)[0].number;
    let opened = world.tell(side, session, SessionCommand::Open(row, answer(text)));
    world.run(seconds(1));
    result(world, side, opened)
}

#[test]
fn a_locked_message_tells_its_question_and_opens_by_the_answer_again_and_after_a_restart() {
    let mut world = World::new(500);
    let both = together(&mut world);
    tell(&mut world, 0, both[0], lock(SECRET));
    world.run(seconds(2));
    assert!(agree(&world));
    for (side, session) in both.into_iter().enumerate() {
        let rows = locked_rows(&world, side, session);
        let [row] = &rows[..] else {
            panic!("{rows:?}");
        };
        assert_eq!(row.ours, side == 0);
        assert_eq!(
            row.content,
            RowContent::Locked {
                questions: asking()
            }
        );
    }
    let wrong = Refusal::Seal(SealError::WrongAnswerOrAltered);
    assert_eq!(open(&mut world, 1, both[1], "Tom"), Some(Err(wrong)));
    let opened = Some(Ok(Done::Opened(SECRET.to_owned())));
    for _ in 0..2 {
        assert_eq!(open(&mut world, 1, both[1], " REX "), opened);
    }
    assert_eq!(open(&mut world, 0, both[0], "Rex"), opened);
    // Also alone, and from the disk.
    world.kill(1, usize::MAX);
    world.start(1);
    let alone = seek(&mut world, 1);
    world.run(seconds(1));
    assert_eq!(open(&mut world, 1, alone, "Rex"), opened);
    // Nothing of it is kept in plain at either.
    for side in 0..2 {
        let other = world.sides[1 - side].key.public();
        let told = world.sides[side].logs.with(other.0).unwrap().told();
        let bodies: Vec<Vec<u8>> = told.into_iter().filter_map(|row| row.2).collect();
        let is_in = |body: &Vec<u8>| body.windows(7).any(|part| part == b"the key");
        assert!(!bodies.iter().any(is_in));
    }
}

#[test]
fn a_locked_message_waits_for_whoever_is_away_and_is_taken_back_like_any_other() {
    let mut world = World::new(501);
    let both = together(&mut world);
    for (side, session) in both.into_iter().enumerate() {
        world.tell(side, session, SessionCommand::Close);
    }
    world.run(seconds(5));
    let first = seek(&mut world, 0);
    world.run(seconds(1));
    tell(&mut world, 0, first, lock(SECRET));
    let second = seek(&mut world, 1);
    back_together(&mut world, [first, second]);
    world.run(seconds(2));
    let rows = locked_rows(&world, 1, second);
    let lasting = rows[0].lasting.as_ref().unwrap();
    assert!(lasting.is_unread, "it is new like any other message");
    let row = locked_rows(&world, 0, first)[0].number;
    tell(&mut world, 0, first, Saying::TakeBack(row));
    world.run(seconds(2));
    for (side, session) in [(0, first), (1, second)] {
        assert!(locked_rows(&world, side, session).is_empty());
        let other = world.sides[1 - side].key.public();
        let told = world.sides[side].logs.with(other.0).unwrap().told();
        let left = told.into_iter().filter(|row| {
            let body = row.2.as_ref();
            body.is_some_and(|body| body.starts_with(b"HFS1"))
        });
        assert_eq!(left.count(), 0);
    }
    let opened = world.tell(0, first, SessionCommand::Open(row, answer("Rex")));
    world.run(seconds(1));
    assert_eq!(result(&world, 0, opened), Some(Err(Refusal::NotNow)));
}

#[test]
fn what_cannot_be_locked_or_opened_is_refused_and_nobody_waits_for_an_answer() {
    let mut world = World::new(502);
    let both = together(&mut world);
    let say = |world: &mut World, saying| {
        let asked = world.command(0, Command::To(both[0], SessionCommand::Say(saying)));
        world.run(seconds(1));
        result(world, 0, asked)
    };
    assert_eq!(say(&mut world, lock("")), Some(Err(Refusal::NotNow)));
    let asks_nothing = Saying::Lock {
        text: SECRET.to_owned(),
        questions: Questions::default(),
        answers: answer("Rex"),
    };
    assert_eq!(say(&mut world, asks_nothing), Some(Err(Refusal::NotNow)));
    let too_long = "a".repeat(MAX_ENTRY_BODY + 1);
    assert_eq!(
        say(&mut world, lock(&too_long)),
        Some(Err(Refusal::TooLong))
    );
    tell(&mut world, 0, both[0], Saying::Text("plain".to_owned()));
    world.run(seconds(1));
    let number = super::history::row(&world, 0, both[0], "plain").number;
    for number in [number, 9_999] {
        let open = world.tell(0, both[0], SessionCommand::Open(number, answer("Rex")));
        world.run(seconds(1));
        assert_eq!(result(&world, 0, open), Some(Err(Refusal::NotNow)));
    }
    tell(&mut world, 0, both[0], Saying::Locked(unopenable(1)));
    world.run(seconds(1));
    let damaged = open(&mut world, 1, both[1], "Rex");
    assert!(
        matches!(damaged, Some(Err(Refusal::Seal(_)))),
        "{damaged:?}"
    );
}
