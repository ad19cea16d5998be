//! Which hours two contacts look for each other in. What they are recognised by on the network is made
//! anew each hour, so both must mean the same hour although their clocks differ.
//!
//! The hour is that of the initiator's clock. It sends in the one that it has; the responder listens to as
//! many as the initiator may mean, and answers in the one that it hears.

use std::time::Duration;

/// Seconds in an hour.
const HOUR: u64 = 3600;

/// How near to its end an hour is followed by the next, and for how long the one before is still good, in
/// seconds.
const NEAR: u64 = 600;

/// How long nobody is heard before clocks are suspected that are far off.
const DOUBT: Duration = Duration::from_secs(60);

/// How long each of the far hours is listened to.
const STEP: Duration = Duration::from_secs(60);

/// The farthest hours, either way: a clock that shows the time of another zone.
const FARTHEST: u32 = 14;

/// The hours since 1970-01-01 UTC that are good at one moment, the present one first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hours {
    /// The present one is sent in, the others are listened to.
    pub(super) listened: Vec<u32>,
    /// They are others after so long.
    pub(super) lasts: Duration,
}

/// The hours at `unix` (seconds since 1970-01-01 UTC) on the initiator's clock. That clock is known where
/// the two have told each other their time before. Nobody has been heard for `in_vain`.
pub(super) fn hours(unix: u64, is_clock_known: bool, in_vain: Duration) -> Hours {
    let present = u32::try_from(unix / HOUR).unwrap_or(u32::MAX);
    let (into, left) = (unix % HOUR, HOUR - unix % HOUR);
    let mut listened = vec![present];
    let mut lasts = left;
    if !is_clock_known || into < NEAR {
        listened.push(present.saturating_sub(1));
    }
    if !is_clock_known || left <= NEAR {
        listened.push(present.saturating_add(1));
    }
    if is_clock_known {
        lasts = match into {
            into if into < NEAR => NEAR - into,
            _ if left > NEAR => left - NEAR,
            _ => left,
        };
    }
    let mut lasts = Duration::from_secs(lasts);
    match in_vain.checked_sub(DOUBT) {
        None => lasts = lasts.min(DOUBT - in_vain),
        Some(doubted) => {
            let steps = doubted.as_secs() / STEP.as_secs();
            // The nearest are listened to anyway.
            let far = 2 + u32::try_from(steps % u64::from(FARTHEST - 1)).unwrap_or_default();
            listened.extend([present.saturating_sub(far), present.saturating_add(far)]);
            let spent = Duration::from_secs(doubted.as_secs() % STEP.as_secs());
            lasts = lasts.min(STEP - spent);
        }
    }
    listened.dedup();
    Hours { listened, lasts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const NOON: u64 = 497_220 * HOUR;

    fn listened(unix: u64, is_clock_known: bool, in_vain: u64) -> Vec<i64> {
        let hours = hours(unix, is_clock_known, Duration::from_secs(in_vain));
        let present = i64::try_from(unix / HOUR).unwrap();
        hours
            .listened
            .into_iter()
            .map(|hour| i64::from(hour) - present)
            .collect()
    }

    #[test]
    fn near_the_end_of_an_hour_its_neighbour_is_listened_to_as_well() {
        assert_eq!(listened(NOON, true, 0), [0, -1]);
        assert_eq!(listened(NOON + 599, true, 0), [0, -1]);
        assert_eq!(listened(NOON + 600, true, 0), [0]);
        assert_eq!(listened(NOON + 2_999, true, 0), [0]);
        assert_eq!(listened(NOON + 3_000, true, 0), [0, 1]);
    }

    #[test]
    fn a_clock_that_is_not_known_may_be_an_hour_off() {
        assert_eq!(listened(NOON + 1_800, false, 0), [0, -1, 1]);
    }

    #[test]
    fn after_a_minute_in_vain_two_far_hours_are_listened_to_each_minute_until_all_were() {
        assert_eq!(listened(NOON + 1_800, true, 59), [0]);
        assert_eq!(listened(NOON + 1_800, true, 60), [0, -2, 2]);
        assert_eq!(listened(NOON + 1_800, true, 119), [0, -2, 2]);
        assert_eq!(listened(NOON + 1_800, true, 120), [0, -3, 3]);
        let heard: BTreeSet<i64> = (1..=13)
            .flat_map(|minute| listened(NOON + 1_800, false, minute * 60))
            .collect();
        assert_eq!(heard, (-14..=14).collect());
    }

    proptest! {
        #[test]
        fn they_last_exactly_as_long_as_it_says(
            unix in 0..NOON * 2,
            is_clock_known: bool,
            in_vain in 0_u64..100_000,
        ) {
            let at = |after: u64| {
                hours(unix + after, is_clock_known, Duration::from_secs(in_vain + after))
            };
            let now = at(0);
            let lasts = now.lasts.as_secs();
            prop_assert!((1..=3_600).contains(&lasts));
            let mut before = at(lasts - 1).listened;
            let mut first = now.listened;
            before.sort_unstable();
            first.sort_unstable();
            prop_assert_eq!(&before, &first);
        }
    }
}
