//! What the other side may cost this device, and the account of what it has cost so far.

use crate::handshake::TrustLevel;

/// What somebody may cost, by how far they are trusted. A person may raise each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Limits {
    /// Somebody of whom nothing is proved.
    pub unverified: Allowance,
    /// Somebody introduced, or who knew an answer.
    pub known: Allowance,
    /// Somebody seen in person or compared with.
    pub verified: Allowance,
    /// Files that may wait for an answer at one time.
    pub open_offers: usize,
    /// Bytes of the disk that stay free, whoever sends.
    pub keep_free: u64,
    /// Largest file in bytes that is taken, even where the person agrees.
    pub largest_file: u64,
}

/// What one conversation may bring of itself. A file that the person agreed to take, knowing its size,
/// does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Allowance {
    /// Texts and offers of files.
    pub entries: u64,
    /// Bytes of texts and of the names of files.
    pub bytes: u64,
    /// Bytes of files that are taken without a question.
    pub unasked: u64,
}

impl Limits {
    /// The usual ones.
    pub const USUAL: Self = Self {
        unverified: Allowance {
            entries: 5_000,
            bytes: 20 << 20,
            unasked: 0,
        },
        known: Allowance {
            entries: 100_000,
            bytes: 1 << 30,
            unasked: 0,
        },
        verified: Allowance {
            entries: 100_000,
            bytes: 1 << 30,
            unasked: 1 << 30,
        },
        open_offers: 256,
        keep_free: 500 << 20,
        largest_file: 64 << 30,
    };

    /// The same, with so many bytes of files taken from anybody without a question.
    pub fn with_unasked(mut self, bytes: u64) -> Self {
        for allowance in [&mut self.unverified, &mut self.known, &mut self.verified] {
            allowance.unasked = bytes;
        }
        self
    }

    /// What somebody may cost who is trusted so far.
    pub fn of(&self, level: TrustLevel) -> &Allowance {
        match level {
            TrustLevel::Unverified => &self.unverified,
            TrustLevel::Introduced | TrustLevel::AnswerChecked => &self.known,
            TrustLevel::Verified => &self.verified,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::USUAL
    }
}

/// Which limit was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// [`Allowance::entries`].
    #[error("they have sent as many messages as they may")]
    Entries,
    /// [`Allowance::bytes`].
    #[error("they have written as much as they may")]
    Bytes,
    /// [`Limits::open_offers`].
    #[error("as many of their files wait for an answer as may")]
    OpenOffers,
}

/// What one conversation has cost so far.
#[derive(Debug)]
pub(super) struct Account {
    limits: Limits,
    /// How often the person has allowed as much again.
    times: u64,
    entries: u64,
    bytes: u64,
    unasked: u64,
}

impl Account {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            times: 1,
            entries: 0,
            bytes: 0,
            unasked: 0,
        }
    }

    /// Enters something of so many bytes, unless that is too much.
    pub(super) fn enter(&mut self, level: TrustLevel, bytes: usize) -> Result<(), Limit> {
        let allowance = self.limits.of(level);
        let bytes = self.bytes.saturating_add(bytes as u64);
        if self.entries >= allowance.entries.saturating_mul(self.times) {
            return Err(Limit::Entries);
        }
        if bytes > allowance.bytes.saturating_mul(self.times) {
            return Err(Limit::Bytes);
        }
        self.entries += 1;
        self.bytes = bytes;
        Ok(())
    }

    /// The person allows as much again as was allowed before.
    pub(super) fn allow_more(&mut self) {
        self.times = self.times.saturating_add(1);
    }

    /// True if a file of that size is taken without a question. It is counted then.
    pub(super) fn take_unasked(&mut self, level: TrustLevel, size: u64) -> bool {
        let after = self.unasked.checked_add(size);
        let allowed = self.limits.of(level).unasked;
        // Nothing at all is allowed: not an empty file either.
        let Some(after) = after.filter(|after| allowed > 0 && *after <= allowed) else {
            return false;
        };
        self.unasked = after;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use TrustLevel::{AnswerChecked, Introduced, Unverified, Verified};

    #[test]
    fn somebody_unverified_brings_so_many_entries_and_no_more() {
        let mut account = Account::new(Limits::USUAL);
        for _ in 0..5_000 {
            assert_eq!(account.enter(Unverified, 1), Ok(()));
        }
        assert_eq!(account.enter(Unverified, 1), Err(Limit::Entries));
        assert_eq!(account.enter(Verified, 1), Ok(()), "trust was raised");
    }

    #[test]
    fn somebody_unverified_brings_so_many_bytes_and_no_more() {
        let mut account = Account::new(Limits::USUAL);
        let text = 65_536;
        for _ in 0..320 {
            assert_eq!(account.enter(Unverified, text), Ok(()));
        }
        assert_eq!(account.enter(Unverified, 1), Err(Limit::Bytes));
        assert_eq!(account.enter(Unverified, 0), Ok(()), "what fits still fits");
        account.allow_more();
        for _ in 0..320 {
            assert_eq!(account.enter(Unverified, text), Ok(()));
        }
        assert_eq!(account.enter(Unverified, 1), Err(Limit::Bytes));
    }

    #[test]
    fn only_somebody_verified_is_not_asked_about_and_only_so_far() {
        let mut account = Account::new(Limits::USUAL);
        for level in [Unverified, Introduced, AnswerChecked] {
            assert!(!account.take_unasked(level, 0), "{level:?}");
        }
        assert!(account.take_unasked(Verified, (1 << 30) - 1));
        assert!(!account.take_unasked(Verified, 2));
        assert!(account.take_unasked(Verified, 1));
        assert!(!account.take_unasked(Verified, u64::MAX));
    }

    #[test]
    fn a_person_may_let_everybody_send_unasked() {
        let mut account = Account::new(Limits::USUAL.with_unasked(10));
        assert!(account.take_unasked(Unverified, 10));
        assert!(!account.take_unasked(Unverified, 1));
    }
}
