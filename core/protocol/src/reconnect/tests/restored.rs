//! Devices that were restored from an old copy, and copies beside the original.

use super::world::Step;
use super::*;
use crate::question;

/// Both persons are asked, and agree.
fn agree(world: &mut World) {
    world.settle();
    for side in 0..2 {
        assert!(world.sides[side].asked.is_some(), "side {side} is asked");
        world.sides[side].machine().agree();
        world.carry_out(side);
        world.settle();
    }
}

fn claims(world: &World) -> [(bool, bool); 2] {
    [0, 1].map(|side| {
        let claim = world.sides[side].asked.clone().expect("was asked");
        assert_eq!(claim.name, format!("side {}", 1 - side));
        (claim.ours, claim.theirs)
    })
}

#[test]
fn an_old_copy_comes_back_when_both_persons_agree() {
    for returns in [0, 1, 2, 50] {
        for side in 0..2 {
            let what = format!("side {side} after {returns} returns");
            let mut world = World::new();
            let copy = world.sides[side].disk.clone();
            for _ in 0..returns {
                world.meet();
            }
            world.sides[side].disk = copy.imported();
            world.connect();
            agree(&mut world);
            world.assert_talking(&what);
            assert_eq!(claims(&world)[side], (true, false), "{what}");
            assert_eq!(claims(&world)[1 - side], (false, true), "{what}");
            for side in &world.sides {
                let Some(Ok(returned)) = side.ends.last() else {
                    unreachable!("they talk")
                };
                assert_eq!(returned.restored, side.asked, "{what}");
            }
            world.meet();
            world.assert_back(&what);
        }
    }
}

#[test]
fn both_may_have_been_restored() {
    let mut world = World::with([first_keys().imported(), first_keys().imported()]);
    world.connect();
    agree(&mut world);
    world.assert_talking("both");
    assert_eq!(claims(&world), [(true, true); 2]);
}

#[test]
fn a_copy_and_its_original_are_noticed_by_both() {
    for side in 0..2 {
        let what = format!("side {side} was copied");
        let mut world = World::new();
        world.meet();
        // Somebody has all of it, and goes on with it unseen.
        let original = world.sides[side].disk.clone();
        world.meet();
        world.meet();
        world.assert_back(&what);
        // The original comes: nobody says to have been restored, so somebody has used a copy.
        world.sides[side].disk = original;
        world.connect();
        world.settle();
        assert_eq!(claims(&world), [(false, false); 2], "{what}");
    }
}

#[test]
fn a_copy_that_is_one_return_old_is_not_noticed_yet_and_breaks_nothing() {
    // What was used last still opens where the other side has not said KEPT.
    let mut world = World::new();
    world.connect();
    while !world.sides[0].is_back() {
        let step = world.steps()[0];
        world.step(step);
    }
    world.meet();
    world.assert_back("in step");
}

#[test]
fn nothing_is_kept_and_no_name_is_said_before_a_person_agrees() {
    let mut world = World::new();
    world.meet();
    let before = world.sides[1].disk.clone();
    world.sides[0].disk = first_keys().imported();
    world.connect();
    world.settle();
    assert_eq!(world.sides[1].disk, before);
    assert!(world.sides[0].ends.is_empty() && world.sides[1].ends.is_empty());
    // One agrees, and the other does not.
    world.sides[0].machine().agree();
    world.carry_out(0);
    world.settle();
    assert_eq!(world.sides[1].disk, before);
    world.sides[1].machine().decline();
    world.carry_out(1);
    world.settle();
    let ends = [0, 1].map(|side| world.sides[side].ends.pop().expect("an end").err());
    let expected = [ReconnectFailure::Declined, ReconnectFailure::DeclinedHere];
    assert_eq!(ends, expected.map(Some));
    assert_eq!(world.sides[1].disk, before);
    // It is asked again, and then they agree.
    world.connect();
    agree(&mut world);
    world.assert_talking("the second time");
}

#[test]
fn a_question_may_be_asked_before_a_person_agrees_and_behind_that() {
    use question::Message::{NoAnswer, NoMatch};
    let mut world = World::new();
    // Between two who have a secret in common nobody is asked, and nothing but KEPT is said.
    world.connect();
    assert!(!world.sides[0].machine().say_of_question(NoAnswer));
    world.settle();
    world.sides[0].disk = first_keys().imported();
    world.connect();
    world.settle();
    let say = |world: &mut World, side: usize, message| {
        assert!(world.sides[side].machine().say_of_question(message));
        world.carry_out(side);
        world.settle();
    };
    assert!(world.sides[0].machine().asking_in().is_some());
    let hashes = [0, 1].map(|side| world.sides[side].machine().asking_in());
    assert_eq!(hashes[0], hashes[1]);
    say(&mut world, 0, NoMatch(2));
    world.sides[1].machine().agree();
    world.carry_out(1);
    world.settle();
    // One has said KEPT, and the other still thinks.
    say(&mut world, 0, NoMatch(1));
    assert!(
        !world.sides[1].is_back(),
        "the other side has not said KEPT"
    );
    say(&mut world, 1, NoAnswer);
    world.sides[0].machine().agree();
    world.carry_out(0);
    world.settle();
    world.assert_talking("asked and agreed");
    let heard = [&world.sides[0].questions, &world.sides[1].questions];
    assert_eq!(heard, [&vec![NoAnswer], &vec![NoMatch(2), NoMatch(1)]]);
}

#[test]
fn a_device_that_was_not_theirs_is_disowned_and_the_other_side_hears_so() {
    let mut world = World::new();
    world.meet();
    let original = world.sides[0].disk.clone();
    world.meet();
    world.meet();
    // Somebody has gone on with a copy.
    world.sides[0].disk = original;
    world.connect();
    world.settle();
    let before = world.sides[1].disk.clone();
    world.sides[0].machine().disown();
    world.carry_out(0);
    world.settle();
    let ends = [0, 1].map(|side| world.sides[side].ends.pop().expect("an end").err());
    let expected = [ReconnectFailure::DisownedHere, ReconnectFailure::Disowned];
    assert_eq!(ends, expected.map(Some));
    assert_eq!(world.sides[1].disk, before);
}

#[test]
fn who_agreed_and_was_cut_off_is_not_asked_again() {
    let mut world = World::new();
    world.meet();
    world.sides[0].disk = first_keys().imported();
    world.connect();
    world.settle();
    for side in 0..2 {
        world.sides[side].machine().agree();
        world.carry_out(side);
        world.step(Step::Write(side));
    }
    // Both had kept when it was cut, and neither has heard so.
    world.meet();
    world.assert_back("both had agreed");
}

#[test]
fn an_answer_out_of_turn_changes_nothing() {
    let mut world = World::new();
    world.connect();
    for side in 0..2 {
        world.sides[side].machine().agree();
        world.sides[side].machine().decline();
        world.sides[side].machine().kept();
        world.sides[side].machine().not_kept();
        world.carry_out(side);
    }
    world.settle();
    world.assert_back("nobody was asked");
}
