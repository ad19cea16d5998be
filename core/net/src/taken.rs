//! Whether somebody else is at the table, as far as a guest believes it.
//!
//! A host that is with somebody else says so in its answers to a guest's checks (see
//! [`refusal`](super::knock::refusal)). It is news and never an end: the guest goes on knocking, and
//! gets in when the slot is free. One such answer is not even news, as the slot may be free again a
//! moment later.

use super::ice::Path;
use std::time::{Duration, Instant};

/// How many checks have to be answered so, and over how long.
const TIMES: u32 = 3;
const SPREAD: Duration = Duration::from_secs(2);

/// After how many checks that stayed unanswered, and how long, it is not known any more.
const UNANSWERED: u32 = 3;
const SILENCE: Duration = Duration::from_secs(10);

/// See the module text.
#[derive(Default)]
pub(super) struct Taken(Option<Refusals>);

/// What the host said without a longer silence in between.
struct Refusals {
    first: Instant,
    last: Instant,
    times: u32,
    /// The way that the last one came.
    path: Path,
    /// Checks that went there since.
    unanswered: u32,
}

impl Taken {
    /// The host said so, in answer to a check that nobody had answered.
    pub(super) fn refused(&mut self, now: Instant, path: Path) {
        let before = self.0.take();
        self.0 = Some(Refusals {
            first: before.as_ref().map_or(now, |before| before.first),
            last: now,
            times: before.map_or(1, |before| before.times.saturating_add(1)),
            path,
            unanswered: 0,
        });
    }

    /// A check goes this way.
    pub(super) fn asked(&mut self, now: Instant, path: Path) {
        let Some(refusals) = self.0.as_mut().filter(|said| said.path == path) else {
            return;
        };
        // This one has not had its time; those before it have.
        if refusals.unanswered >= UNANSWERED && now >= refusals.last + SILENCE {
            self.0 = None;
        } else {
            refusals.unanswered = refusals.unanswered.saturating_add(1);
        }
    }

    pub(super) fn is_believed(&self) -> bool {
        let is_enough = |said: &Refusals| said.times >= TIMES && said.last >= said.first + SPREAD;
        self.0.as_ref().is_some_and(is_enough)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(port: u16) -> Path {
        Path {
            local: ([127, 0, 0, 1], 4000).into(),
            peer: ([127, 0, 0, 1], port).into(),
        }
    }

    /// What a guest believes that was refused at these milliseconds.
    fn told(at: &[u64]) -> (Taken, Instant) {
        let now = Instant::now();
        let mut taken = Taken::default();
        for at in at {
            taken.refused(now + Duration::from_millis(*at), path(1));
        }
        (taken, now)
    }

    #[test]
    fn only_three_refusals_over_two_seconds_are_believed() {
        for (at, believed) in [
            (&[0][..], false),
            (&[0, 2_000], false),
            (&[0, 50, 100, 150, 1_999], false),
            (&[0, 50, 2_000], true),
            (&[0, 1_000, 2_000], true),
        ] {
            assert_eq!(told(at).0.is_believed(), believed, "{at:?}");
        }
    }

    #[test]
    fn it_is_believed_until_the_host_is_silent_for_some_checks_and_some_time() {
        let (mut taken, now) = told(&[0, 1_000, 2_000]);
        let after = |seconds| now + Duration::from_secs(seconds);
        for second in 3..12 {
            taken.asked(after(second), path(1));
            assert!(taken.is_believed(), "{second}");
        }
        // What goes elsewhere is answered by nobody.
        taken.asked(after(60), path(2));
        assert!(taken.is_believed());
        taken.asked(after(12), path(1));
        assert!(!taken.is_believed());
    }

    #[test]
    fn few_checks_over_a_long_time_say_nothing_about_the_host() {
        let (mut taken, now) = told(&[0, 1_000, 2_000]);
        let after = |seconds| now + Duration::from_secs(seconds);
        for second in [20, 40, 60] {
            taken.asked(after(second), path(1));
        }
        assert!(taken.is_believed());
        taken.refused(after(61), path(1));
        for second in [80, 100, 120] {
            taken.asked(after(second), path(1));
        }
        assert!(taken.is_believed());
        taken.asked(after(140), path(1));
        assert!(!taken.is_believed());
    }

    #[test]
    fn what_was_said_before_a_silence_does_not_count() {
        let (mut taken, now) = told(&[0]);
        let after = |seconds| now + Duration::from_secs(seconds);
        for second in 11..20 {
            taken.asked(after(second), path(1));
        }
        taken.refused(after(20), path(1));
        taken.refused(after(21), path(1));
        assert!(!taken.is_believed());
        taken.refused(after(22), path(1));
        assert!(taken.is_believed());
    }
}
