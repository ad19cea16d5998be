//! Every moment at which a device may die, or a link may end, leaves the two with a secret in common.

use super::world::{Fault, Step};
use super::*;

/// The same numbers for the same seed (splitmix64).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
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
const SCHEDULES: [fn(&[Step]) -> Option<&Step>; 2] = [<[Step]>::first, <[Step]>::last];

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

/// Links that come to an end at any moment, of which the two learn at different times, and devices that
/// die with any part of their writes done.
fn run(seed: u64) {
    let mut numbers = Numbers(seed);
    let mut world = World::new();
    for _ in 0..1 + numbers.below(5) {
        world.connect();
        loop {
            let steps = world.steps();
            if steps.is_empty() {
                break;
            }
            if numbers.below(10) == 0 {
                let fault = match numbers.below(3) {
                    0 => Fault::Leave,
                    1 => Fault::Die(numbers.below(3)),
                    _ => Fault::Die(0),
                };
                world.fail(numbers.below(2), fault);
            } else {
                world.step(steps[numbers.below(steps.len())]);
            }
        }
    }
    world.meet();
    world.assert_back(&format!("seed {seed}"));
}

#[test]
fn whatever_happens_to_links_and_devices_they_come_back() {
    for seed in 0..300 {
        run(seed);
    }
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
