//! A contact is asked something, and what is counted holds over links and restarts.

use super::person::{accept, hosting, together};
use super::returning::{apart, back_together, restored};
use super::world::{DiskMode, World};
use super::{DAY, answer, position, result, seconds, since, talks};
use handfast_device::{
    Done, Inquiries, Protection, Refusal, SessionCommand, SessionId, SessionTerms, View,
};
use handfast_protocol::handshake::TrustReason;
use handfast_protocol::question::Standing;
use handfast_store::Contact;
use handfast_token::Question;

const RIGHT: &str = "Rex";
const WRONG: &str = "Tom";

fn inquiries(world: &World, side: usize, session: SessionId) -> Inquiries {
    match world.sides[side].views.get(&session) {
        Some(View::Talking { questions, .. } | View::Seeking { questions, .. }) => {
            questions.clone()
        }
        other => panic!("{other:?}"),
    }
}

/// How the question of the first stands at both.
fn standings(world: &World, both: [SessionId; 2]) -> [Option<Standing>; 2] {
    let [ours, theirs] = [0, 1].map(|side| inquiries(world, side, both[side]));
    [ours.ours, theirs.theirs].map(|asked| asked.map(|asked| asked.standing))
}

/// The first asks the second.
fn ask(world: &mut World, both: [SessionId; 2]) -> Option<Result<Done, Refusal>> {
    let question = Question::new("What was our dog called?").unwrap();
    let asked = world.tell(0, both[0], SessionCommand::Ask(question, answer(RIGHT)));
    world.run(seconds(1));
    result(world, 0, asked)
}

fn try_answer(world: &mut World, both: [SessionId; 2], text: &str) {
    let given = world.tell(1, both[1], SessionCommand::Answer(answer(text)));
    world.run(seconds(1));
    assert_eq!(result(world, 1, given), Some(Ok(Done::Ok)));
}

fn contact(world: &World, side: usize) -> &Contact {
    world.sides[side].disk.contacts.values().next().unwrap()
}

fn reasons(world: &World) -> [TrustReason; 2] {
    [0, 1].map(|side| contact(world, side).trust.reason())
}

#[test]
fn a_right_answer_raises_the_trust_of_who_asked_and_of_nobody_else() {
    let mut world = World::new(1);
    let both = together(&mut world);
    assert_eq!(
        reasons(&world),
        [TrustReason::SawTheCode, TrustReason::Scanned]
    );
    assert_eq!(ask(&mut world, both), Some(Ok(Done::Ok)));
    assert_eq!(standings(&world, both), [Some(Standing::Open); 2]);
    let asked = inquiries(&world, 1, both[1]).theirs.unwrap();
    assert_eq!(asked.question, "What was our dog called?");
    try_answer(&mut world, both, WRONG);
    assert_eq!(standings(&world, both), [Some(Standing::Wrong(2)); 2]);
    let counted = [
        contact(&world, 0).answers_taken,
        contact(&world, 1).answers_given,
    ];
    assert_eq!(counted.map(|tries| tries.used), [1, 1]);
    assert_eq!(reasons(&world)[0], TrustReason::SawTheCode);
    try_answer(&mut world, both, " rex ");
    assert_eq!(standings(&world, both), [Some(Standing::Right); 2]);
    assert_eq!(
        reasons(&world),
        [TrustReason::Answered, TrustReason::Scanned]
    );
    assert!(matches!(
        world.sides[0].views.get(&both[0]),
        Some(View::Talking { trust, .. }) if trust.reason() == TrustReason::Answered
    ));
    // What was wrong before does not matter any more.
    let counted = [
        contact(&world, 0).answers_taken,
        contact(&world, 1).answers_given,
    ];
    assert_eq!(counted.map(|tries| tries.used), [0, 0]);
    world.check_kept(0);
    world.check_kept(1);
}

#[test]
fn three_wrong_answers_are_all_of_a_day_over_all_links_and_restarts() {
    let mut world = apart(2);
    let both = back_together(&mut world, seconds(10));
    ask(&mut world, both);
    try_answer(&mut world, both, WRONG);
    try_answer(&mut world, both, WRONG);
    for side in 0..2 {
        world.kill(side, usize::MAX);
        world.start(side);
    }
    let both = back_together(&mut world, seconds(10));
    ask(&mut world, both);
    try_answer(&mut world, both, WRONG);
    assert_eq!(standings(&world, both), [Some(Standing::Wrong(0)); 2]);
    assert_eq!(ask(&mut world, both), Some(Err(Refusal::NoTriesLeft)));
    let given = world.tell(1, both[1], SessionCommand::Answer(answer(RIGHT)));
    assert_eq!(result(&world, 1, given), Some(Err(Refusal::NotNow)));
    // The day after they may be asked again.
    for side in 0..2 {
        world.sides[side].clock_is_off += DAY;
    }
    assert_eq!(ask(&mut world, both), Some(Ok(Done::Ok)));
    try_answer(&mut world, both, RIGHT);
    assert_eq!(reasons(&world)[0], TrustReason::Answered);
}

#[test]
fn who_has_given_three_answers_today_is_not_asked_again_whatever_the_other_side_counts() {
    let mut world = apart(3);
    let both = back_together(&mut world, seconds(10));
    ask(&mut world, both);
    for _ in 0..3 {
        try_answer(&mut world, both, WRONG);
    }
    // The other side wants to test more guesses than are given.
    world.kill(0, usize::MAX);
    for contact in world.sides[0].disk.contacts.values_mut() {
        contact.answers_taken = Default::default();
    }
    world.start(0);
    let anew = super::returning::seek(&mut world, 0);
    let both = [anew, both[1]];
    let is_back = world.run_until(seconds(20), |world| {
        (0..2).all(|side| talks(world, side, both[side]))
    });
    assert!(is_back);
    assert_eq!(ask(&mut world, both), Some(Ok(Done::Ok)));
    assert_eq!(standings(&world, both), [Some(Standing::NotAnswered); 2]);
}

#[test]
fn nothing_that_tests_a_guess_leaves_before_it_is_counted_on_the_disk() {
    for side in 0..2 {
        let mut world = World::new(4);
        let both = together(&mut world);
        ask(&mut world, both);
        world.set_disk(side, DiskMode::Hangs);
        let line = world.log.len();
        try_answer(&mut world, both, RIGHT);
        world.run(seconds(3));
        assert_eq!(standings(&world, both), [Some(Standing::Checking); 2]);
        world.set_disk(side, DiskMode::Works);
        world.run(seconds(3));
        assert_eq!(standings(&world, both), [Some(Standing::Right); 2]);
        let log = since(&world, line);
        let (counts, leaves) = match side {
            0 => ("0 store", "talk Contact(Question(Expect("),
            _ => ("1 store", "talk Contact(Question(Proof("),
        };
        let counted = log.iter().position(|line| line.starts_with(counts));
        let ticket = log[counted.unwrap()].split(' ').nth(2).unwrap();
        let kept = position(&log, &format!("{side} disk {ticket} Ok"));
        assert!(kept < position(&log, leaves), "{log:#?}");
    }
}

#[test]
fn an_answer_that_cannot_be_counted_is_not_given() {
    let mut world = World::new(5);
    let both = together(&mut world);
    ask(&mut world, both);
    world.set_disk(1, DiskMode::Fails);
    let line = world.log.len();
    try_answer(&mut world, both, RIGHT);
    world.run(seconds(3));
    assert!(
        !since(&world, line)
            .iter()
            .any(|line| line.contains("Question(Proof("))
    );
    assert!(!talks(&world, 1, both[1]));
}

#[test]
fn who_is_asked_may_give_no_answer() {
    let mut world = World::new(6);
    let both = together(&mut world);
    ask(&mut world, both);
    world.tell(1, both[1], SessionCommand::NoAnswer);
    world.run(seconds(1));
    assert_eq!(standings(&world, both), [Some(Standing::NotAnswered); 2]);
    assert_eq!(contact(&world, 0).answers_taken.used, 0);
    // Nobody asks twice at once.
    assert_eq!(ask(&mut world, both), Some(Ok(Done::Ok)));
    assert_eq!(ask(&mut world, both), Some(Err(Refusal::NotNow)));
}

#[test]
fn who_keeps_nothing_neither_asks_nor_answers_as_nothing_could_be_counted() {
    let mut world = World::new(7);
    world.is_incognito = true;
    let terms = SessionTerms {
        is_incognito: true,
        ..SessionTerms::default()
    };
    let (host, invitation) = hosting(&mut world, 0, Protection::Open, SessionTerms::default());
    let guest = accept(&mut world, 1, invitation, terms);
    let both = [host, guest];
    assert!(world.run_until(seconds(20), |world| {
        (0..2).all(|side| talks(world, side, both[side]))
    }));
    let question = Question::new("What was our dog called?").unwrap();
    let asked = world.tell(1, guest, SessionCommand::Ask(question, answer(RIGHT)));
    assert_eq!(result(&world, 1, asked), Some(Err(Refusal::NotNow)));
    assert_eq!(ask(&mut world, both), Some(Ok(Done::Ok)));
    assert_eq!(standings(&world, both), [Some(Standing::NotAnswered); 2]);
}

#[test]
fn a_restored_device_may_be_asked_before_a_person_agrees_and_the_answer_is_what_trust_rests_on() {
    for is_before in [true, false] {
        let (mut world, both) = restored(8);
        if is_before {
            ask(&mut world, both);
            try_answer(&mut world, both, RIGHT);
            assert_eq!(standings(&world, both), [Some(Standing::Right); 2]);
        }
        world.tell(0, both[0], SessionCommand::AcceptRestored(true));
        world.run(seconds(1));
        if !is_before {
            ask(&mut world, both);
            try_answer(&mut world, both, RIGHT);
        }
        world.tell(1, both[1], SessionCommand::AcceptRestored(true));
        let found = world.run_until(seconds(5), |world| {
            (0..2).all(|side| talks(world, side, both[side]))
        });
        assert!(found, "asked before: {is_before}");
        world.run(seconds(1));
        assert_eq!(
            reasons(&world),
            [TrustReason::Answered, TrustReason::OpenLink]
        );
        // What was asked stands in the conversation, and one goes on asking there.
        assert_eq!(standings(&world, both), [Some(Standing::Right); 2]);
        assert_eq!(ask(&mut world, both), Some(Ok(Done::Ok)));
        try_answer(&mut world, both, WRONG);
        assert_eq!(standings(&world, both), [Some(Standing::Wrong(2)); 2]);
    }
}

#[test]
fn a_restored_device_that_does_not_know_the_answer_is_declined_and_nothing_goes_back() {
    let (mut world, both) = restored(9);
    ask(&mut world, both);
    for _ in 0..3 {
        try_answer(&mut world, both, WRONG);
    }
    assert_eq!(standings(&world, both), [Some(Standing::Wrong(0)); 2]);
    let before = reasons(&world);
    world.tell(0, both[0], SessionCommand::AcceptRestored(false));
    world.run(seconds(5));
    assert!(!talks(&world, 0, both[0]) && !talks(&world, 1, both[1]));
    assert_eq!(reasons(&world), before);
}
