//! The moment after which a host no longer takes an invitation, in two bytes.
//!
//! The clock is the caller's. The host decides by its own clock; the guest only shows what is left.

use std::time::Duration;

/// How long an invitation shown as a QR code lives: 10 minutes.
pub const QR_LIFETIME: Duration = Duration::from_secs(10 * 60);
/// How long an invitation sent as a link lives unless chosen otherwise: 24 hours.
pub const LINK_LIFETIME: Duration = Duration::from_secs(24 * 3600);
/// The longest life of an invitation: 7 days.
pub const MAX_LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);

/// 2026-01-01T00:00Z in Unix seconds.
const EPOCH: u64 = 1_767_225_600;
/// The seconds after which the two bytes begin anew: about 45 days.
const CYCLE: u64 = 60 << 16;

/// Minutes since 2026-01-01T00:00Z modulo 2^16. Which cycle is meant follows from the present: the
/// one that lies within 2^15 minutes (22 days) of it. So a token kept for over three weeks can look
/// alive again; the host's own list of living invitations is what ends it for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Expiry(pub u16);

impl Expiry {
    /// `lifetime` after `now` (Unix seconds), rounded up to a whole minute. A lifetime above
    /// [`MAX_LIFETIME`] counts as that.
    ///
    /// ```
    /// use handfast_token::{Expiry, QR_LIFETIME};
    ///
    /// let now = 1_790_000_000;
    /// let expiry = Expiry::after(now, QR_LIFETIME);
    /// assert!(expiry.remaining(now) >= Some(QR_LIFETIME));
    /// assert_eq!(expiry.remaining(now + 3600), None);
    /// ```
    pub fn after(now: u64, lifetime: Duration) -> Self {
        let lifetime = lifetime.min(MAX_LIFETIME);
        let lifetime = lifetime.as_secs() + u64::from(lifetime.subsec_nanos() > 0);
        let minutes = (in_cycle(now) + lifetime).div_ceil(60);
        Self((minutes % (1 << 16)) as u16)
    }

    /// The time that is left at `now` (Unix seconds). None if the moment is here or has passed.
    pub fn remaining(self, now: u64) -> Option<Duration> {
        let left = (u64::from(self.0) * 60 + CYCLE - in_cycle(now)) % CYCLE;
        (left != 0 && left < CYCLE / 2).then(|| Duration::from_secs(left))
    }
}

/// Seconds since the beginning of the cycle that `now` lies in; clocks before 2026 count too.
fn in_cycle(now: u64) -> u64 {
    (now % CYCLE + CYCLE - EPOCH % CYCLE) % CYCLE
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn minutes_count_from_2026_and_round_up() {
        assert_eq!(Expiry::after(EPOCH, QR_LIFETIME), Expiry(10));
        assert_eq!(Expiry::after(EPOCH + 1, QR_LIFETIME), Expiry(11));
        assert_eq!(Expiry::after(EPOCH, Duration::from_nanos(1)), Expiry(1));
        assert_eq!(Expiry::after(EPOCH + CYCLE - 60, QR_LIFETIME), Expiry(9));
        assert_eq!(Expiry::after(EPOCH - 60, QR_LIFETIME), Expiry(9));
        assert_eq!(Expiry::after(EPOCH, MAX_LIFETIME * 9), Expiry(7 * 24 * 60));
    }

    #[test]
    fn an_invitation_ends_on_the_minute() {
        let expiry = Expiry::after(EPOCH, QR_LIFETIME);
        assert_eq!(expiry.remaining(EPOCH), Some(QR_LIFETIME));
        assert_eq!(expiry.remaining(EPOCH + 599), Some(Duration::from_secs(1)));
        assert_eq!(expiry.remaining(EPOCH + 600), None);
        assert_eq!(expiry.remaining(EPOCH + 600 + CYCLE / 2 - 1), None);
    }

    proptest! {
        #[test]
        fn a_new_invitation_lives_its_lifetime_and_at_most_a_minute_more(
            now in 0..u64::MAX / 2, seconds in 1u64..=7 * 24 * 3600,
        ) {
            let expiry = Expiry::after(now, Duration::from_secs(seconds));
            let left = expiry.remaining(now).unwrap().as_secs();
            prop_assert!((seconds..seconds + 60).contains(&left));
            prop_assert_eq!(expiry.remaining(now + left), None);
            prop_assert_eq!(expiry.remaining(now + left + CYCLE / 2), None);
        }

        #[test]
        fn no_clock_and_no_expiry_panics(now: u64, minutes: u16, lifetime: Duration) {
            let _ = Expiry::after(now, lifetime);
            let _ = Expiry(minutes).remaining(now);
        }
    }
}
