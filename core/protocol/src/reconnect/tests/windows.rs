//! Every moment at which a device may die, or a link may end, leaves the two with a secret in common.

use super::world::{Fault, Step};
use super::*;
use handfast_sim::{SplitMix64, seeds};

/// The same numbers for the same seed.
struct Numbers(SplitMix64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        (self.0.bits() % limit as u64) as usize
    }
}

const FAULTS: [(usize, Fault); 6] = [
    (0, Fault::Leave),
    (0, Fault::Die(0)),
    (0, Fault::Die(usize::MAX)),
    (1, Fault::Leave),
    (1, Fault::Die(0)),
    (1, Fault::Die(usize::MAX)),
];

/// How a schedule chooses among what may happen: always the first, always the last.
const SCHEDULES: [Schedule; 2] = [<[Step]>::first, <[Step]>::last];

type Schedule = fn(&[Step]) -> Option<&Step>;

/// Up to this many steps of a link happen, then the fault, then whatever still can.
fn link(world: &mut World, schedule: usize, steps: usize, (side, fault): (usize, Fault)) -> usize {
    world.connect();
    let mut taken = 0;
    while taken < steps
        && let Some(&step) = SCHEDULES[schedule](&world.steps())
    {
        world.step(step);
        taken += 1;
    }
    world.fail(side, fault);
    while let Some(&step) = SCHEDULES[schedule](&world.steps()) {
        world.step(step);
    }
    taken
}

#[test]
fn a_fault_after_every_step_leaves_a_secret_in_common() {
    for schedule in 0..SCHEDULES.len() {
        for fault in FAULTS {
            let mut steps = 0;
            loop {
                let mut world = World::new();
                let is_whole = link(&mut world, schedule, steps, fault) < steps;
                let what = format!("{fault:?} after {steps} of schedule {schedule}");
                world.meet();
                world.assert_back(&what);
                if is_whole {
                    break;
                }
                steps += 1;
            }
            assert!(steps > 8, "a link has so many steps at least: {steps}");
        }
    }
}

/// One link on which anything may happen: it ends at any moment, and the two learn so at different times;
/// devices die with any part of their writes done; persons agree, or do not, if they are asked.
fn any_link(world: &mut World, numbers: &mut Numbers) {
    world.connect();
    loop {
        let steps = world.steps();
        let asked: Vec<usize> = (0..2).filter(|side| world.is_asked(*side)).collect();
        if steps.is_empty() && asked.is_empty() {
            break;
        }
        let which = numbers.below(steps.len() + asked.len());
        match numbers.below(10) {
            0 => {
                let fault = match numbers.below(3) {
                    0 => Fault::Leave,
                    1 => Fault::Die(numbers.below(3)),
                    _ => Fault::Die(0),
                };
                world.fail(numbers.below(2), fault);
            }
            chance => match steps.get(which) {
                Some(step) => world.step(*step),
                None => world.decide(asked[which - steps.len()], chance > 2),
            },
        }
    }
}

#[test]
fn whatever_happens_to_links_and_devices_they_come_back() {
    for seed in seeds(300) {
        let mut numbers = Numbers(SplitMix64(seed));
        let mut world = World::new();
        for _ in 0..1 + numbers.below(5) {
            any_link(&mut world, &mut numbers);
        }
        world.meet();
        world.assert_back(&format!("seed {seed}"));
    }
}

#[test]
fn whatever_happens_and_whatever_is_restored_they_come_back_when_both_agree() {
    let mut asked = 0;
    for seed in seeds(300) {
        let what = format!("seed {seed}");
        let mut numbers = Numbers(SplitMix64(seed));
        let mut world = World::new();
        let mut copies = [vec![first_keys()], vec![first_keys()]];
        for _ in 0..1 + numbers.below(6) {
            if numbers.below(3) == 0 {
                let side = numbers.below(2);
                let copy = numbers.below(copies[side].len());
                let copy = copies[side][copy].clone();
                // A copy that was taken of a device, or one that was imported as the rules want it.
                world.sides[side].disk = match numbers.below(3) {
                    0 => copy,
                    _ => copy.imported(),
                };
            }
            any_link(&mut world, &mut numbers);
            for (side, copies) in copies.iter_mut().enumerate() {
                copies.push(world.sides[side].disk.clone());
            }
        }
        world.meet();
        if world.is_asked(0) || world.is_asked(1) {
            asked += 1;
            for side in 0..2 {
                assert!(world.is_asked(side), "{what}");
                world.decide(side, true);
                world.settle();
            }
            world.assert_talking(&what);
            world.meet();
        }
        world.assert_back(&what);
    }
    assert!(
        asked * 10 > seeds(300).count() || seeds(300).count() == 1,
        "{asked}"
    );
}

/// The rule that all of this rests on: without it the two are apart, and the checks above say so.
#[test]
#[should_panic(expected = "said to be kept")]
fn a_device_that_says_kept_before_it_has_kept_is_found_out() {
    let mut world = World::new();
    world.connect();
    while let Some(step) = world.steps().first().copied() {
        match step {
            Step::Write(0) => world.say_durable(0),
            Step::Deliver(_) | Step::Write(_) => world.step(step),
        }
    }
    world.fail(0, Fault::Die(0));
    world.meet();
    world.assert_back("said to be kept");
}
