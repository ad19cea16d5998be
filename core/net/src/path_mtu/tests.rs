//! Paths of many sizes, simulated: what a machine finds out by asking, and how soon.

use super::*;
use handfast_sim::SplitMix64;

const STEP: Duration = Duration::from_millis(5);

/// A path to somebody who answers.
struct World {
    now: Instant,
    machine: PathMtu,
    /// What passes.
    carries: usize,
    /// What this device's own link takes.
    link: usize,
    delay: Duration,
    loss: f64,
    random: SplitMix64,
    /// Answers under way.
    answers: Vec<(Instant, Transaction)>,
    /// Sizes asked for so far.
    asked: Vec<usize>,
}

impl World {
    fn new(carries: usize) -> Self {
        let now = Instant::now();
        Self {
            now,
            machine: PathMtu::new(now),
            carries,
            link: usize::MAX,
            delay: Duration::from_millis(10),
            loss: 0.0,
            random: SplitMix64(7),
            answers: Vec::new(),
            asked: Vec::new(),
        }
    }

    fn step(&mut self) {
        self.machine.handle_timeout(self.now);
        while let Some(size) = self.machine.poll_probe() {
            if size > self.link {
                self.machine.refused(self.now, size);
                continue;
            }
            let mut transaction = [0; 12];
            transaction[..8].copy_from_slice(&self.asked.len().to_be_bytes());
            self.asked.push(size);
            self.machine.asked(size, transaction);
            let is_lost = [0, 1].map(|_| self.random.share() < self.loss) != [false; 2];
            if size <= self.carries && !is_lost {
                self.answers.push((self.now + 2 * self.delay, transaction));
            }
        }
        self.now += STEP;
        let now = self.now;
        let due = |(at, _): &(Instant, _)| *at <= now;
        let (due, later): (Vec<_>, Vec<_>) = self.answers.drain(..).partition(due);
        self.answers = later;
        for (_, transaction) in due {
            assert!(self.machine.answered(now, transaction));
        }
    }

    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while self.now < until {
            self.step();
        }
    }

    /// How long it takes until this size is used.
    fn until(&mut self, size: usize) -> Duration {
        let began = self.now;
        while self.machine.size() != size {
            assert!(self.now < began + Duration::from_secs(700), "never {size}");
            self.step();
        }
        self.now - began
    }
}

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[test]
fn a_wide_path_is_known_after_one_probe_and_one_round_trip() {
    let mut world = World::new(1_452);
    assert_eq!(world.machine.size(), LEAST);
    assert!(world.until(MOST) <= millis(25));
    world.pass(Duration::from_secs(5));
    assert_eq!(world.asked, [MOST]);
}

#[test]
fn every_size_that_a_path_may_carry_is_found_in_a_moment() {
    for size in SIZES {
        for more in [0, 17] {
            let mut world = World::new(size + more);
            let took = world.until(size);
            assert!(took < millis(200), "{size}: {took:?}");
            world.pass(Duration::from_secs(5));
            assert_eq!(world.machine.size(), size);
        }
    }
}

#[test]
fn a_path_slower_than_all_patience_is_measured_too() {
    for delay in [350, 700, 1_200] {
        let mut world = World::new(1_200);
        world.delay = millis(delay);
        world.pass(Duration::from_secs(6));
        assert_eq!(world.machine.size(), 1_152, "{delay} ms");
    }
}

#[test]
fn a_path_that_becomes_narrower_is_found_out_half_a_second_after_it_is_suspected() {
    for size in &SIZES[1..] {
        let mut world = World::new(MOST);
        world.pass(Duration::from_secs(2));
        world.carries = *size;
        world.machine.suspect(world.now);
        let took = world.until(*size);
        assert!(took < millis(500), "{size}: {took:?}");
    }
}

#[test]
fn a_suspicion_of_a_wide_path_costs_one_probe_and_is_heard_once_a_second() {
    let mut world = World::new(MOST);
    world.pass(Duration::from_secs(2));
    for _ in 0..300 {
        world.machine.suspect(world.now);
        world.pass(millis(10));
        assert_eq!(world.machine.size(), MOST);
    }
    assert!(world.asked.iter().all(|size| *size == MOST));
    assert!((4..=5).contains(&world.asked.len()), "{:?}", world.asked);
}

#[test]
fn a_path_that_becomes_wider_is_found_out_in_time() {
    let mut world = World::new(LEAST);
    world.pass(Duration::from_secs(5));
    world.carries = MOST;
    assert!(world.until(MOST) <= Duration::from_secs(10));

    // Later it is asked more rarely, and never less than every ten minutes.
    let mut world = World::new(LEAST);
    world.pass(Duration::from_secs(3_600));
    assert!(world.asked.len() < 200, "{}", world.asked.len());
    world.carries = MOST;
    assert!(world.until(MOST) <= Duration::from_secs(601));
}

#[test]
fn a_path_that_becomes_narrower_unnoticed_is_found_out_in_time() {
    let mut world = World::new(MOST);
    world.pass(Duration::from_secs(3_600));
    world.carries = 1_000;
    assert!(world.until(952) <= Duration::from_secs(602));
}

#[test]
fn what_the_own_link_refuses_is_not_waited_for() {
    for size in &SIZES[1..] {
        let mut world = World::new(MOST);
        world.link = *size;
        let took = world.until(*size);
        assert!(took <= millis(35), "{size}: {took:?}");
        world.link = usize::MAX;
        world.until(MOST);
    }
}

#[test]
fn a_silent_path_teaches_nothing() {
    let mut world = World::new(MOST);
    world.pass(Duration::from_secs(2));
    world.carries = 0;
    for _ in 0..60 {
        world.machine.suspect(world.now);
        world.pass(Duration::from_secs(1));
        assert_eq!(world.machine.size(), MOST);
    }
    // Nor does a peer that does not answer.
    let mut world = World::new(0);
    world.pass(Duration::from_secs(60));
    assert_eq!(world.machine.size(), LEAST);
}

#[test]
fn loss_rarely_makes_a_wide_path_seem_narrow_and_never_for_long() {
    // Of all time in which something is suspected every second.
    for (percent, most_narrow) in [(1, 0.001), (5, 0.01), (20, 0.3)] {
        let (mut narrow, mut steps) = (0, 0);
        for seed in 0..20 {
            let mut world = World::new(MOST);
            world.loss = f64::from(percent) / 100.0;
            world.random = SplitMix64(seed);
            world.until(MOST);
            let until = world.now + Duration::from_secs(120);
            while world.now < until {
                world.machine.suspect(world.now);
                world.step();
                steps += 1;
                narrow += usize::from(world.machine.size() < MOST);
            }
            world.loss = 0.0;
            assert!(world.until(MOST) <= Duration::from_secs(20));
        }
        let share = narrow as f64 / steps as f64;
        assert!(share <= most_narrow, "{percent} %: {share}");
    }
}

#[test]
fn an_answer_counts_once_and_a_strangers_number_never() {
    let mut world = World::new(MOST);
    world.pass(millis(100));
    assert_eq!(world.asked, [MOST]);
    assert!(!world.machine.answered(world.now, [0; 12]), "again");
    assert!(!world.machine.answered(world.now, [9; 12]));
}

proptest::proptest! {
    #[test]
    fn whatever_happens_the_size_is_one_that_was_asked_for(
        events in proptest::collection::vec((0_u8..5, 0_usize..1_400, 0_u64..2_000), 0..200),
    ) {
        let mut world = World::new(1_400);
        for (event, size, time) in events {
            match event {
                0 => world.carries = size,
                1 => world.link = size,
                2 => world.machine.suspect(world.now),
                3 => world.loss = f64::from(u32::try_from(size).unwrap()) / 1_400.0,
                _ => world.pass(millis(time)),
            }
            proptest::prop_assert!(SIZES.contains(&world.machine.size()));
            let timeout = world.machine.poll_timeout();
            proptest::prop_assert!(timeout <= world.now + PAUSES[1]);
        }
        // And it comes right again.
        (world.carries, world.link, world.loss) = (952, usize::MAX, 0.0);
        world.pass(Duration::from_secs(605));
        proptest::prop_assert_eq!(world.machine.size(), 952);
    }
}
