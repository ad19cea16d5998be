//! The clock of a room: milliseconds, and a counter where they do not suffice (a hybrid logical clock).

/// How far ahead of this device's clock an entry may lie and act all the same.
pub const AHEAD: u64 = 600_000;

const COUNTER_BITS: u32 = 16;

/// Milliseconds since 1970-01-01 UTC in the upper 48 bits, a counter in the lower 16.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HybridClock(pub u64);

impl HybridClock {
    /// The first one of that millisecond.
    pub fn at(millis: u64) -> Self {
        // Milliseconds above 48 bits are those of the year 10,889.
        Self(millis.min(u64::MAX >> COUNTER_BITS) << COUNTER_BITS)
    }

    /// In milliseconds since 1970-01-01 UTC.
    pub fn millis(self) -> u64 {
        self.0 >> COUNTER_BITS
    }

    /// The next one for somebody whose clock says `now` and who knows of `last`. None at the end of time.
    pub fn next(last: Self, now: u64) -> Option<Self> {
        let after = last.0.checked_add(1)?;
        Some(Self(after).max(Self::at(now)))
    }

    /// True if its time has come for somebody whose clock says `now`.
    pub fn has_come(self, now: u64) -> bool {
        self.millis() <= now.saturating_add(AHEAD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_writes_comes_after_what_they_know() {
        let last = HybridClock::at(1_000);
        assert_eq!(HybridClock::next(last, 2_000), Some(HybridClock::at(2_000)));
        assert_eq!(HybridClock::next(last, 500), Some(HybridClock(last.0 + 1)));
        assert_eq!(HybridClock::next(HybridClock(u64::MAX), 500), None);
    }

    #[test]
    fn what_lies_ten_minutes_ahead_has_come_and_what_lies_further_has_not() {
        assert!(HybridClock::at(1_000 + AHEAD).has_come(1_000));
        assert!(!HybridClock::at(1_001 + AHEAD).has_come(1_000));
    }
}
